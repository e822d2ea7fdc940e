"""Whether a statement picks among the principals of an account that it names."""

from __future__ import annotations

from sqs_checks.judgement.ternary import NO, Ternary, any_of
from sqs_checks.policy.condition import Condition, ContextValue
from sqs_checks.policy.document import Statement
from sqs_checks.policy.principals import AwsPrincipal
from sqs_checks.policy.request_space import IDENTITY_KEYS, any_session_arn
from sqs_checks.values.configuration_values import joined_text

# What any principal may happen to have, or lack.
_ANY, _ANY_NAMES = "any", ("role/any", "user/any", "root")
_KIND_OF_PRINCIPAL = "aws:principaltype"


def narrows_principal(statement: Statement, account: AwsPrincipal) -> Ternary:
    """Whether some condition fails for a principal of the account that is nobody in particular."""
    return any_of(_narrows(condition, account) for condition in statement.conditions)


def picks_principals(condition: Condition) -> bool:
    """Whether a condition is about who of an account calls."""
    key = condition.key
    return key.startswith("aws:principaltag/") or (key in IDENTITY_KEYS and key != _KIND_OF_PRINCIPAL)


def _narrows(condition: Condition, account: AwsPrincipal) -> Ternary:
    values: tuple[ContextValue, ...]
    key, number = condition.key, account.account or ""
    if not picks_principals(condition):
        return NO
    if key == "aws:principalarn":
        values = tuple(joined_text(["arn:aws:iam::", number, ":", name]) for name in _ANY_NAMES)
    elif key.startswith("aws:principaltag/"):
        values = (_ANY, None)
    else:
        values = (any_session_arn(key, number) or _ANY, None)
    return ~any_of(condition.holds(value, {}) for value in values)
