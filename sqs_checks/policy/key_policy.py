"""The policy of a KMS key, as far as it says which AWS services may use the key.

Source: AWS KMS Developer Guide, "Key policies in AWS KMS" (`Resource` is this key) and "Default key policy".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from sqs_checks.judgement.ternary import YES, Ternary, any_of, unknown
from sqs_checks.policy.condition import Value
from sqs_checks.policy.document import Statement, read_document
from sqs_checks.policy.kms_actions import KMS_ACTIONS, USE_OF_KEY
from sqs_checks.policy.own_names import THIS_ACCOUNT
from sqs_checks.policy.service_request import Admission, ServiceRequest, admission
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.json_text import NotJsonError


class KeyPolicy:
    """stated: the document as a value, any part of which may not be known; NotJsonError where it is no document.

    own_account: the id of the account that the code is applied to, where it is known.
    """

    def __init__(self, stated: Any, own_account: Optional[str] = None) -> None:
        hidden = Unknown("the policy of the key is not JSON") if isinstance(stated, NotJsonError) else stated
        self._document = read_document(hidden, KMS_ACTIONS)
        self._owner_account = own_account or THIS_ACCOUNT

    def lets_in(self, request: ServiceRequest) -> Admission:
        """Whether a service may make data keys with the key, and decrypt them."""
        return admission(request, self._statements(), USE_OF_KEY, self._owner_account)

    def _statements(self) -> Iterator[tuple[Statement, Ternary]]:
        for statement in self._document.statements:
            yield statement, _is_about_key(statement)


def _is_about_key(statement: Statement) -> Ternary:
    if statement.resources is None:
        return YES
    elsewhere = unknown(f"whether {statement.path} is about the key is not known")
    about = any_of(YES if isinstance(one, Value) and one.text == "*" else elsewhere for one in statement.resources)
    return ~about if statement.inverts_resources else about
