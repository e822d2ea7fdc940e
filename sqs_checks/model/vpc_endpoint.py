"""A VPC endpoint of the code, or the policy of one, as far as it is about SQS; the same for every framework."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, known, unknown
from sqs_checks.model.relations import Place
from sqs_checks.policy.document import read_document
from sqs_checks.policy.endpoint_policy import allows_everything
from sqs_checks.values.configuration_values import PiecedText, Unknown, Value, is_hidden, why_unknown
from sqs_checks.values.json_text import NotJsonError
from sqs_checks.values.texts import pieces_of

_SQS = ".sqs"


class VpcEndpoint(NamedTuple):
    """is_for_sqs: whether the service that it leads to is SQS. policy: what the resource states; None where it states none.

    policy_beside: whether another resource attaches a policy. attribute, path: of the policy, for messages.
    """

    place: Place
    is_for_sqs: Ternary
    policy: Optional[Any]
    policy_beside: Ternary
    attribute: str
    path: str

    @property
    def allows_everything(self) -> Ternary:
        """Whether the policy that the resource states lets everyone call every action on every queue."""
        if self.policy is None:
            return NO
        hidden = Unknown("the policy is not JSON") if isinstance(self.policy, NotJsonError) else self.policy
        return allows_everything(read_document(hidden))


def is_service_sqs(service_name: Value) -> Ternary:
    """Whether the name of an endpoint's service is that of SQS: `com.amazonaws.<region>.sqs`, in any partition."""
    if isinstance(service_name, str):
        return known(service_name.endswith(_SQS))
    if isinstance(service_name, PiecedText):
        last = pieces_of(service_name)[-1]
        if isinstance(last, str) and (last.endswith(_SQS) or "." in last or not _SQS.endswith(last)):
            return YES if last.endswith(_SQS) else NO
    if is_hidden(service_name):
        return unknown(why_unknown(service_name))
    return NO
