"""What the policy of a VPC endpoint for SQS lets through.

Source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies" (the default policy allows everything);
Amazon SQS Developer Guide, "Creating an Amazon VPC endpoint policy for Amazon SQS".
"""

from __future__ import annotations

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, any_of, known, unknown
from sqs_checks.policy.condition import Value
from sqs_checks.policy.document import PolicyDocument, Statement
from sqs_checks.policy.sqs_actions import ALL_ACTIONS, NO_ACTIONS
from sqs_checks.policy.wildcards import arn_parts
from sqs_checks.values.configuration_values import Unknown

# A condition on this key limits neither who calls nor which queue is meant.
_LIMITS_NOTHING = "aws:securetransport"


def allows_everything(document: PolicyDocument) -> Ternary:
    """Whether everyone may call every action on every queue."""
    certain = possible = NO_ACTIONS
    reasons: list[str] = []
    narrowed = NO
    for statement in document.statements:
        for_all = statement.is_allow & _is_for_everyone(statement) & _is_for_every_queue(statement) & ~_is_conditional(statement)
        if not for_all.is_no:
            possible |= statement.possible_actions
            reasons += (*for_all.reasons, *statement.hidden_actions)
        if for_all.is_yes:
            certain |= statement.certain_actions
        narrowed = narrowed | (statement.is_deny & _narrows(statement))
    if possible != ALL_ACTIONS:
        return NO
    open_to_all = YES if certain == ALL_ACTIONS else unknown(*reasons)
    return open_to_all & ~narrowed


def _is_for_everyone(statement: Statement) -> Ternary:
    principals = statement.principals
    if statement.inverts_principals:
        return YES
    return YES if principals.everyone else unknown(*principals.hidden) if principals.hidden else NO


def _is_for_every_queue(statement: Statement) -> Ternary:
    if statement.resources is None or statement.inverts_resources:
        return known(statement.inverts_resources)
    return any_of(map(_names_every_queue, statement.resources))


def _names_every_queue(resource: object) -> Ternary:
    if isinstance(resource, Unknown):
        return unknown(resource.reason)
    assert isinstance(resource, Value)
    parts = arn_parts(resource.text)
    return known(resource.text == "*" or (len(parts) == 6 and all(part == "*" for part in parts[3:])))


def _is_conditional(statement: Statement) -> Ternary:
    """Whether the conditions of a statement limit callers or queues."""
    hidden = unknown(*statement.hidden_conditions) if statement.hidden_conditions else NO
    return hidden | known(any(condition.key != _LIMITS_NOTHING for condition in statement.conditions))


def _narrows(statement: Statement) -> Ternary:
    """Whether a Deny takes away more than plain HTTP."""
    hidden = unknown(*statement.hidden_conditions) if statement.hidden_conditions else NO
    is_only_of_http = bool(statement.conditions) and all(condition.key == _LIMITS_NOTHING for condition in statement.conditions)
    takes = known(statement.possible_actions != NO_ACTIONS)
    return all_of([takes, hidden | known(not is_only_of_http)])
