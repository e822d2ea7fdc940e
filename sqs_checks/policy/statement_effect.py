"""Whether a statement can have any effect at all: whom an Allow can let in, and whom a Deny leaves anything.

Judged by what a condition asks of whom: a key that a caller's requests never carry, or carry with one value only. Source: IAM
User Guide, "AWS global condition context keys" (availability); Amazon SQS Developer Guide, "Limitations of Amazon SQS custom
policies".
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, any_of, known, unknown
from sqs_checks.policy.condition import Condition
from sqs_checks.policy.condition_keys import Presence
from sqs_checks.policy.document import Statement
from sqs_checks.policy.own_names import THIS_PARTITION
from sqs_checks.policy.principals import is_account, parse_aws_principal
from sqs_checks.policy.sqs_actions import ALL_ACTIONS, CROSS_ACCOUNT_ACTIONS
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
_OTHER_PARTITIONS = ("aws-cn", "aws-us-gov")


class Reach(NamedTuple):
    """Whether a statement can reach somebody, and why certainly not, as a phrase."""

    possible: Ternary
    why_not: str = ""


def names_an_action(statement: Statement) -> Ternary:
    """Whether a statement is about some action on a queue. One without `Action`, which SQS refuses, is let be."""
    if statement.certain_actions or not (statement.possible_actions or statement.action_patterns):
        return YES
    return statement.has_hidden_actions if statement.possible_actions else NO


def can_let_in(statement: Statement, partition: Optional[Text], owner_account: Optional[Text]) -> Reach:
    """Whether an Allow can let somebody in. partition: of the queue. owner_account: of its owner, as far as it is known."""
    principals = statement.principals
    if statement.inverts_principals or principals.everyone or principals.others:
        return Reach(YES)
    reaches = [
        *(_service(statement, service) for service in principals.services),
        *(_principal(statement, text, partition, owner_account) for text in principals.aws),
    ]
    hidden = unknown(*principals.hidden) if principals.hidden else NO
    if not reaches:
        return Reach(YES if hidden.is_no else hidden)  # nobody is named: SQS refuses that
    possible = hidden | any_of(reach.possible for reach in reaches)
    return Reach(possible, next((reach.why_not for reach in reaches if reach.possible.is_no), ""))


def _service(statement: Statement, service: Text) -> Reach:
    for condition in statement.conditions:
        can_hold = _for_service(condition, service)
        if can_hold.is_no and condition.key == "aws:sourcearn":
            return Reach(NO, f"`{service}` sends for no such `{condition.key_name}`")
        if can_hold.is_no:
            return Reach(NO, f"no request of `{service}` fulfils the condition on `{condition.key_name}`")
    return Reach(_hidden(statement) & all_of(_for_service(condition, service) for condition in statement.conditions))


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


def _principal(statement: Statement, text: Text, partition: Optional[Text], owner_account: Optional[Text]) -> Reach:
    for condition in statement.conditions:
        if _for_principal(condition).is_no:
            return Reach(NO, f"no request of `{text}` fulfils the condition on `{condition.key_name}`")
    same_partition = _is_of_partition(text, partition)
    if same_partition.is_no:
        return Reach(NO, f"`{text}` is of another partition than the queue")
    honoured = _is_honoured(statement, text, owner_account)
    if honoured.is_no:
        return Reach(NO, f"SQS ignores a grant of these actions to another account, as to `{text}`")
    conditions = all_of(_for_principal(condition) for condition in statement.conditions)
    return Reach(_hidden(statement) & conditions & same_partition & honoured)


def _for_principal(condition: Condition) -> Ternary:
    """Whether some request of a principal can fulfil a condition."""
    if condition.operator is None or condition.undecidable or condition.definition is None:
        return YES
    if condition.definition.presence is Presence.SERVICE:
        return condition.holds(None, {})
    if condition.key in _OF_EVERY_PRINCIPAL and not condition.variables:
        return condition.holds(_OF_EVERY_PRINCIPAL[condition.key], {})
    return YES


def _is_of_partition(principal: Text, partition: Optional[Text]) -> Ternary:
    parts = arn_parts(principal)
    if len(parts) != 6 or parts[1] not in _OTHER_PARTITIONS or partition == THIS_PARTITION:
        return YES  # whoever writes a partition out deploys to it
    if isinstance(partition, str):
        return known(parts[1] == partition)
    return unknown(f"whether the queue is of the partition `{parts[1]}` is not known")


def _is_honoured(statement: Statement, principal: Text, owner_account: Optional[Text]) -> Ternary:
    """Whether SQS honours some of the grant: administration it grants to the queue's own account only."""
    if statement.certain_actions & CROSS_ACCOUNT_ACTIONS or not statement.possible_actions:
        return YES
    is_own = is_account(parse_aws_principal(principal).account, owner_account)
    if statement.possible_actions & CROSS_ACCOUNT_ACTIONS:
        return is_own | statement.has_hidden_actions
    return is_own


def locks_everybody_out(statement: Statement) -> Ternary:
    """Whether a Deny leaves no user or role any action, the owner's administrators included."""
    principals = statement.principals
    if statement.inverts_principals or statement.possible_actions != ALL_ACTIONS:
        return NO
    everyone = YES if principals.everyone else unknown(*principals.hidden) if principals.hidden else NO
    all_actions = YES if statement.certain_actions == ALL_ACTIONS else statement.has_hidden_actions
    always = all_of(_always_for_principals(condition) for condition in statement.conditions)
    return everyone & all_actions & always & _hidden(statement)


def _always_for_principals(condition: Condition) -> Ternary:
    """Whether a condition holds for every request of every principal."""
    if condition.operator is None or condition.definition is None:
        return NO
    is_told = condition.definition.presence is Presence.SERVICE or condition.key in _OF_EVERY_PRINCIPAL
    return _for_principal(condition) if is_told else NO
