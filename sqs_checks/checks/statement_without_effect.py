"""A statement of the queue policy has no effect, or shuts everybody out.

## What it does
Reports an Allow that can let nobody in: a condition that no request of its principals fulfils (the organisation of a principal
asked of a service, the source of a service asked of a role, a source of another service), or actions that SQS grants to its own
account only. A statement whose actions are not about a queue, or that leaves its queue out by `NotResource`. A Deny that leaves
nobody anything, the owner's administrators included.

## Why it matters
Whoever reads the policy takes the access for granted, or for refused, and it is not.

## How to fix
Write what was meant: the condition that goes with the principal, the actions and the queue that there are; or take the statement
out.

## Options
`duties.administrators`: principals to whom administration may be granted, as the policy writes them (default: none).

## Limits
Other checks tell of the rest: CKV_SQS_5 of a `Resource` that is another queue, CKV_SQS_11 of administration for another account,
CKV_SQS_14 of principals of another partition and of actions of other services. A Deny that another one makes superfluous is no
fault, nor is a condition whose values can only never be true together.

## Unknown when
What the effect of the statement depends on is known only at deployment.

## References
- [AWS global condition context keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html)
- [Limitations of Amazon SQS custom policies](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import known
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.document import Statement
from sqs_checks.policy.explanation import listed
from sqs_checks.policy.principals import same_principal
from sqs_checks.policy.statement_effect import can_let_in, locks_everybody_out, names_an_action
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck
from sqs_checks.values.texts import Text


class StatementWithoutEffect(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_18"
    name = "Ensure each statement of the queue policy has an effect"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "whoever reads the policy takes the access for granted, or for refused, and it is not"
    settings = ("duties.administrators",)
    guideline = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        administrators = {same_principal(principal) for principal in settings.duties.administrators}
        for statement in subject.document.statements:
            yield from self._of_statement(statement, subject, administrators)

    @staticmethod
    def _of_statement(statement: Statement, subject: AttachedPolicy, administrators: Collection[Text]) -> Iterator[Fault]:
        applies, paths = subject.applies(statement), (subject.path,)
        yield Fault(
            violated=~names_an_action(statement),
            problem=f"{statement.label} names no action on a queue: {listed([f'`{one}`' for one in statement.action_patterns])} "
            "is none.",
            remedy="remove the statement, and grant that by a policy of IAM",
            paths=paths,
        )
        yield Fault(
            # Of a `Resource` that names another queue CKV_SQS_5 tells.
            violated=~applies & known(statement.inverts_resources),
            problem=f"{statement.label} leaves this queue out by `NotResource`.",
            remedy='write `"Resource": "<ARN of the queue>"` in place of `NotResource`',
            paths=paths,
        )
        reach = can_let_in(statement, subject.owner_account, administrators)
        yield Fault(
            violated=statement.is_allow & applies & ~reach.possible,
            problem=f"{statement.label} lets nobody in: {reach.why_not}.",
            remedy=reach.remedy,
            paths=paths,
            why="whoever reads the policy takes the access for granted, and it is refused",
        )
        yield Fault(
            violated=statement.is_deny & applies & locks_everybody_out(statement),
            problem=f"{statement.label} denies everything to every user and role, the queue's administrators included.",
            remedy='add the condition `"ArnNotEquals": {"aws:PrincipalArn": "<ARN of their role>"}`',
            paths=paths,
            why="nobody but the account's root user can use the queue, change it or delete it",
        )


class StatementWithoutEffectTerraform(StatementWithoutEffect, TerraformQueuePolicyCheck): ...


class StatementWithoutEffectCloudFormation(StatementWithoutEffect, CloudFormationQueuePolicyCheck): ...
