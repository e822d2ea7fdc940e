"""The queue policy grants actions by a wildcard.

## What it does
Reports an Allow on the queue whose action holds a wildcard that matches more than one action of a queue, such as
`sqs:*` or `*`. What `NotAction` leaves is CKV_SQS_4's. A grant to the queue's own account adds nothing to what IAM grants
there, and one that a Deny takes back grants nothing: neither is reported.

## Why it matters
Who only sends can then also purge, delete or reconfigure the queue, and every action that SQS adds.

## How to fix
List the actions that are needed.

## Unknown when
An action is known only at deployment.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import any_of, unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.document import EVERYONE, Statement, wildcard_of
from sqs_checks.policy.explanation import actions_in_words
from sqs_checks.policy.principals import named_principals
from sqs_checks.policy.sqs_actions import DUTY_ACTIONS, Duty, matching_actions, names_of
from sqs_checks.policy.wildcards import has_wildcard
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck

_HARMFUL = DUTY_ACTIONS[Duty.ADMINISTRATOR]
_LATER = "the wildcard also allows what nobody asked for, and the actions that AWS adds later"
# As many as SQS takes in one statement.
_MOST_ACTIONS = 7


class WildcardAction(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_3"
    name = "Ensure the queue policy lists the actions it grants"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "whoever needs one of them can also purge, delete or reconfigure the queue"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#implement-least-privilege-access"
    peers = ("CKV_AWS_72",)

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        for statement, applies in subject.allows:
            if statement.inverts_actions:
                continue
            granted = any_of(
                ~subject.is_own_account(principal) & subject.not_denied(principal, statement)
                for principal in named_principals(statement)
            )
            if statement.inverts_principals:
                granted = subject.not_denied(EVERYONE, statement)
            elif statement.principals.hidden:
                granted = granted | unknown(*statement.principals.hidden)
            yield Fault(
                violated=applies & wildcard_of(statement) & granted,
                problem=f"{statement.label} allows {_in_words(statement)}.",
                remedy=_remedy(statement),
                paths=(subject.path,),
                why="" if statement.certain_actions & _HARMFUL else _LATER,
            )


def _in_words(statement: Statement) -> str:
    """What each wildcard of a statement grants."""
    wildcards = [pattern for pattern in statement.action_patterns if has_wildcard(pattern)]
    return "; ".join(f"`{pattern}`, which is {actions_in_words(matching_actions(pattern))}" for pattern in wildcards)


def _remedy(statement: Statement) -> str:
    names = names_of(statement.certain_actions)
    if len(names) <= _MOST_ACTIONS and not statement.certain_actions & _HARMFUL:
        return f'list the actions: write `"Action": {json.dumps(names)}`'
    return (
        'list the actions that are needed: write `"Action": "sqs:SendMessage"` for who sends, or '
        '`"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]` for who receives'
    )


class WildcardActionTerraform(WildcardAction, TerraformQueuePolicyCheck): ...


class WildcardActionCloudFormation(WildcardAction, CloudFormationQueuePolicyCheck): ...
