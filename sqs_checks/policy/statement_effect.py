"""Whether a statement can have any effect at all: whom an Allow can let in, and whom a Deny leaves anything.

Judged by what a condition asks of whom: a key that a caller's requests never carry, or carry with one value only. Source: IAM
User Guide, "AWS global condition context keys" (availability); Amazon SQS Developer Guide, "Limitations of Amazon SQS custom
policies".
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, any_of, known, unknown
from sqs_checks.policy.condition import Condition
from sqs_checks.policy.condition_keys import Presence
from sqs_checks.policy.document import Statement
from sqs_checks.policy.explanation import actions_in_words, resource_of, source_remedy
from sqs_checks.policy.principals import is_account, parse_aws_principal, same_principal
from sqs_checks.policy.sqs_actions import ALL_ACTIONS, CROSS_ACCOUNT_ACTIONS, DUTY_ACTIONS, Duty, sqs_actions
from sqs_checks.policy.wildcards import arn_parts, has_wildcard, matches
from sqs_checks.values.texts import Text

# What services send for: by their principals, the service in the ARNs of their own resources.
_SOURCES = {"sns.amazonaws.com": "sns", "s3.amazonaws.com": "s3", "events.amazonaws.com": "events"}
# Keys that requests of services do not carry.
_NOT_OF_SERVICES = {
    Presence.NOT_SERVICE, Presence.SIGNED, Presence.SIGNED_MAY_BE_ABSENT, Presence.ORGANIZATION_MEMBER, Presence.ENDPOINT,
}  # fmt: skip
_OF_EVERY_SERVICE = {"aws:securetransport": "true", "aws:principalisawsservice": "true", "aws:viaawsservice": "false"}
_OF_EVERY_PRINCIPAL = {"aws:principalisawsservice": "false"}
# What a service's request holds where a principal's holds the key.
_OF_SOURCES = {
    "aws:principalaccount": "aws:SourceAccount",
    "aws:principalorgid": "aws:SourceOrgID",
    "aws:principalorgpaths": "aws:SourceOrgPaths",
}


class Reach(NamedTuple):
    """Whether a statement can reach somebody; why certainly not, as a phrase, and what to write for it to do so."""

    possible: Ternary
    why_not: str = ""
    remedy: str = ""


def names_an_action(statement: Statement) -> Ternary:
    """Whether a statement is about some action on a queue. One without `Action`, or with what is no action of SQS, is let be:
    CKV_SQS_14 tells of these.
    """
    if statement.certain_actions or not (statement.possible_actions or statement.action_patterns):
        return YES
    if not all(map(sqs_actions, statement.action_patterns)):
        return YES
    return unknown("an action is not known") if statement.possible_actions else NO


def can_let_in(statement: Statement, owner_account: Optional[Text], administrators: Collection[Text]) -> Reach:
    """Whether an Allow can let somebody in. owner_account: of the queue, as far as it is known. administrators: to whom it may
    grant administration; of such grants to others CKV_SQS_11 tells, whether SQS honours them or not.
    """
    principals = statement.principals
    if statement.inverts_principals or principals.everyone or principals.others:
        return Reach(YES)
    reaches = [
        *(_service(statement, service) for service in principals.services),
        *(_principal(statement, text, owner_account, administrators) for text in principals.aws),
    ]
    hidden = unknown(*principals.hidden) if principals.hidden else NO
    if not reaches:
        return Reach(YES if hidden.is_no else hidden)  # nobody is named: SQS refuses that
    possible = hidden | any_of(reach.possible for reach in reaches)
    return next((reach for reach in reaches if reach.possible.is_no), Reach(possible))._replace(possible=possible)


def _service(statement: Statement, service: Text) -> Reach:
    for condition in statement.conditions:
        can_hold = _for_service(condition, service)
        if can_hold.is_no and condition.key == "aws:sourcearn":
            stated = next((value.text for value in condition.values), "")
            remedy = f"write `<ARN of the {resource_of(service)}>` in place of `{stated}`"
            return Reach(NO, f"`{service}` never sends for `{stated}`", remedy)
        if can_hold.is_no:
            return Reach(
                NO, f"no request of `{service}` fulfils its condition on `{condition.key_name}`", _of_service(condition, service)
            )
    return Reach(_hidden(statement) & all_of(_for_service(condition, service) for condition in statement.conditions))


def _of_service(condition: Condition, service: Text) -> str:
    """What to write for a service in place of a condition that only others fulfil."""
    if condition.key in _OF_SOURCES:
        return f"write `{_OF_SOURCES[condition.key]}` in place of `{condition.key_name}`"
    limit = source_remedy(service).partition("`")[2]
    return f"write `{limit} in place of the condition on `{condition.key_name}`"


def _hidden(statement: Statement) -> Ternary:
    return unknown(*statement.hidden_conditions) if statement.hidden_conditions else YES


def _for_service(condition: Condition, service: Text) -> Ternary:
    """Whether some request of a service can fulfil a condition."""
    if condition.operator is None or condition.undecidable or condition.definition is None:
        return YES  # CKV_SQS_14 tells of these
    if condition.definition.presence in _NOT_OF_SERVICES:
        return condition.holds(None, {})
    if condition.key in _OF_EVERY_SERVICE and not condition.variables:
        return condition.holds(_OF_EVERY_SERVICE[condition.key], {})
    expected = _SOURCES.get(str(service))
    if condition.key == "aws:sourcearn" and expected is not None and _asks_for_a_value(condition):
        hidden = unknown(*condition.hidden) if condition.hidden else NO
        return hidden | any_of(known(_may_be_of(value.text, expected)) for value in condition.values)
    return YES


def _asks_for_a_value(condition: Condition) -> bool:
    operator = condition.operator
    return (
        operator is not None
        and not operator.base.negated
        and not operator.if_exists
        and operator.set_prefix is None
        and operator.base.type.value in ("Arn", "String")
    )


def _may_be_of(pattern: Text, service: str) -> bool:
    """Whether a pattern can fit the ARN of a resource of a service."""
    parts = arn_parts(pattern)
    if len(parts) < 3 or not isinstance(parts[2], str) or has_wildcard(parts[0]) or has_wildcard(parts[1]):
        return True
    return matches(parts[2], service)


def _principal(statement: Statement, text: Text, owner_account: Optional[Text], administrators: Collection[Text]) -> Reach:
    for condition in statement.conditions:
        if _for_principal(condition).is_no:
            why_not = f"no request of `{text}` fulfils its condition on `{condition.key_name}`"
            return Reach(NO, why_not, f"leave the condition on `{condition.key_name}` out")
    honoured = YES
    if not statement.certain_actions & DUTY_ACTIONS[Duty.ADMINISTRATOR] or same_principal(text) in administrators:
        honoured = _is_honoured(statement, text, owner_account)
    if honoured.is_no:
        why_not = f"SQS ignores a grant of {actions_in_words(statement.certain_actions)} to `{text}`, which is of another account"
        return Reach(NO, why_not, "remove the statement")
    return Reach(_hidden(statement) & all_of(_for_principal(condition) for condition in statement.conditions) & honoured)


def _for_principal(condition: Condition) -> Ternary:
    """Whether some request of a principal can fulfil a condition."""
    if condition.operator is None or condition.undecidable or condition.definition is None:
        return YES
    if condition.definition.presence is Presence.SERVICE:
        return condition.holds(None, {})
    if condition.key in _OF_EVERY_PRINCIPAL and not condition.variables:
        return condition.holds(_OF_EVERY_PRINCIPAL[condition.key], {})
    return YES


def _is_honoured(statement: Statement, principal: Text, owner_account: Optional[Text]) -> Ternary:
    """Whether SQS honours some of the grant: administration it grants to the queue's own account only."""
    if statement.certain_actions & CROSS_ACCOUNT_ACTIONS or not statement.possible_actions:
        return YES
    is_own = is_account(parse_aws_principal(principal).account, owner_account)
    if statement.possible_actions & CROSS_ACCOUNT_ACTIONS:
        return is_own | unknown("an action is not known")
    return is_own


def locks_everybody_out(statement: Statement) -> Ternary:
    """Whether a Deny leaves no user or role any action, the owner's administrators included."""
    principals = statement.principals
    if statement.inverts_principals or statement.possible_actions != ALL_ACTIONS:
        return NO
    everyone = YES if principals.everyone else unknown(*principals.hidden) if principals.hidden else NO
    all_actions = YES if statement.certain_actions == ALL_ACTIONS else unknown("an action is not known")
    always = all_of(_always_for_principals(condition) for condition in statement.conditions)
    return everyone & all_actions & always & _hidden(statement)


def _always_for_principals(condition: Condition) -> Ternary:
    """Whether a condition holds for every request of every principal."""
    if condition.operator is None or condition.definition is None:
        return NO
    is_told = condition.definition.presence is Presence.SERVICE or condition.key in _OF_EVERY_PRINCIPAL
    return _for_principal(condition) if is_told else NO
