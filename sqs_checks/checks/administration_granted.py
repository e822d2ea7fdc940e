"""The queue policy lets somebody administer the queue.

## What it does
Reports an Allow of an action that administers the queue: its attributes and policy, deleting, purging, tagging, moving
messages. Says so where SQS would ignore the grant, because it honours it for the queue's own account only. Not reported: a
grant to the own account as a whole, which adds nothing to what IAM grants there, and one that a Deny takes back.

## Why it matters
Who can set a queue's attributes can set its policy, and give the queue to anybody.

## How to fix
Leave administration to the identity policies of the queue's own account, or list the administrators in the settings.

## Options
`duties.administrators`: principals that may administer, as the policy writes them (default: none).

## Unknown when
A principal or an action is known only at deployment.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
- [Limitations of Amazon SQS custom policies](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce
from operator import or_

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import YES, any_of, unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.document import EVERYONE, Statement
from sqs_checks.policy.explanation import WHERE_ADMINISTRATORS_BELONG, actions_in_words, listed
from sqs_checks.policy.principals import is_account, named_principals, parse_aws_principal, same_principal
from sqs_checks.policy.sqs_actions import CROSS_ACCOUNT_ACTIONS, DUTY_ACTIONS, ActionSet, Duty, matching_actions
from sqs_checks.policy.wildcards import has_wildcard
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck
from sqs_checks.values.texts import Text


def _actions(*names: str) -> ActionSet:
    return reduce(or_, map(matching_actions, names))


# By what is granted, the gravest first.
_WHY = (
    (
        _actions("sqs:SetQueueAttributes", "sqs:AddPermission", "sqs:RemovePermission"),
        "who can set a queue's attributes can set its policy, and give the queue to anybody",
    ),
    (_actions("sqs:DeleteQueue", "sqs:PurgeQueue"), "who can purge or delete the queue destroys every message in it"),
    (_actions("sqs:*MessageMoveTask*"), "who can move messages can have dead letters processed again"),
    (_actions("sqs:*tagQueue"), "who can change tags can change what rules and bills go by"),
)
_IGNORED = "whoever reads the policy takes the access for granted, and SQS refuses it"


class AdministrationGranted(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_11"
    name = "Ensure the queue policy grants no administration of the queue"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "who can set a queue's attributes can set its policy, and give the queue to anybody"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html#sqs-cross-account-access"
    settings = ("duties.administrators",)

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        administration = DUTY_ACTIONS[Duty.ADMINISTRATOR]
        for statement, applies in subject.allows:
            certain, possible = statement.certain_actions & administration, statement.possible_actions & administration
            if not possible:
                continue
            administrators = {same_principal(principal) for principal in settings.duties.administrators}
            principals = {
                principal: ~subject.is_own_account(principal) & subject.not_denied(principal, statement, administration)
                for principal in named_principals(statement)
                if same_principal(principal) not in administrators
            }
            others = [principal for principal, granted in principals.items() if not granted.is_no]
            granted = any_of(principals.values())
            if statement.inverts_principals:
                granted = subject.not_denied(EVERYONE, statement, administration)
            elif statement.principals.hidden:
                granted = granted | unknown(*statement.principals.hidden)
            to_whom = listed([f"`{principal}`" for principal in others]) or "everyone it does not list"
            ignored = self._ignored(subject, others, certain)
            yield Fault(
                violated=applies & granted & (YES if certain else unknown("an action is not known")),
                problem=f"{statement.label} grants {actions_in_words(certain)} to {to_whom}.{ignored}",
                remedy=_remedy(statement),
                paths=(subject.path,),
                why=_IGNORED if ignored and not certain & CROSS_ACCOUNT_ACTIONS else _why(certain),
            )

    @staticmethod
    def _ignored(subject: AttachedPolicy, principals: list[Text], actions: ActionSet) -> str:
        ignored = actions & ~CROSS_ACCOUNT_ACTIONS
        foreign = [name for name in principals if is_account(parse_aws_principal(name).account, subject.owner_account).is_no]
        if not ignored or not foreign:
            return ""
        return f" SQS ignores {actions_in_words(ignored)} for `{foreign[0]}`, which is of another account."


def _why(actions: ActionSet) -> str:
    return next((why for causes, why in _WHY if actions & causes), "")


def _remedy(statement: Statement) -> str:
    """What to write for the statement to grant what it grants beside administration."""
    kept = [pattern for pattern in statement.action_patterns if not matching_actions(pattern) & DUTY_ACTIONS[Duty.ADMINISTRATOR]]
    is_listed = not statement.inverts_actions and not any(map(has_wildcard, statement.action_patterns))
    if is_listed and not kept:
        remedy = "remove the statement"
    elif is_listed:
        remedy = f'write `"Action": {json.dumps(kept)}`'
    elif statement.inverts_actions:
        remedy = 'list the actions that are needed: write `"Action": "sqs:SendMessage"` in place of `NotAction`'
    else:
        remedy = 'list the actions that are needed: write `"Action": "sqs:SendMessage"`'
    return f"{remedy}; {WHERE_ADMINISTRATORS_BELONG}"


class AdministrationGrantedTerraform(AdministrationGranted, TerraformQueuePolicyCheck): ...


class AdministrationGrantedCloudFormation(AdministrationGranted, CloudFormationQueuePolicyCheck): ...
