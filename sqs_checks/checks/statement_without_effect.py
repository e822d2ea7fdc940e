"""A statement of the queue policy has no effect, or shuts everybody out.

## What it does
Reports an Allow that can let nobody in: a condition that no request of its principals fulfils (the organisation of a principal
asked of a service, the source of a service asked of a role, a source of another service), principals of another partition,
administration for another account, which SQS ignores. A statement that names no action on a queue, or another queue. A Deny that
leaves nobody anything, the owner's administrators included.

## Why it matters
Whoever reads the policy takes the access for granted, or for refused, and it is not.

## How to fix
Write what was meant: the condition that goes with the principal, the actions and the queue that there are; or take the statement
out.

## Limits
A Deny that another one makes superfluous is no fault, nor is a condition whose values can only never be true together.

## Unknown when
What the effect of the statement depends on is known only at deployment.

## References
- [AWS global condition context keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html)
- [Limitations of Amazon SQS custom policies](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.document import Statement
from sqs_checks.policy.statement_effect import can_let_in, locks_everybody_out, names_an_action
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


class StatementWithoutEffect(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_18"
    name = "Ensure each statement of the queue policy has an effect"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "whoever reads the policy takes the access for granted, or for refused, and it is not"
    guideline = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        for statement in subject.document.statements:
            yield from self._of_statement(statement, subject)

    @staticmethod
    def _of_statement(statement: Statement, subject: AttachedPolicy) -> Iterator[Fault]:
        applies, paths = subject.applies(statement), (subject.path,)
        yield Fault(
            violated=~names_an_action(statement),
            problem=f"{statement.label} names no action on a queue.",
            remedy="list actions of SQS such as `sqs:SendMessage`, or remove the statement",
            paths=paths,
        )
        yield Fault(
            violated=~applies,
            problem=f"{statement.label} is about another resource than the queue that the policy is attached to.",
            remedy="name the ARN of this queue as its `Resource`, or remove the statement",
            paths=paths,
        )
        reach = can_let_in(statement, subject.queues[0].partition, subject.owner_account)
        yield Fault(
            violated=statement.is_allow & applies & ~reach.possible,
            problem=f"{statement.label} lets nobody in: {reach.why_not}.",
            remedy="write the condition and the actions that go with its principal, or remove the statement",
            paths=paths,
        )
        yield Fault(
            violated=statement.is_deny & applies & locks_everybody_out(statement),
            problem=f"{statement.label} denies everything to every user and role, the queue's administrators included.",
            remedy='add a condition that exempts them, such as `"ArnNotEquals": {"aws:PrincipalArn": "<their role>"}`',
            paths=paths,
        )


class StatementWithoutEffectTerraform(StatementWithoutEffect, TerraformQueuePolicyCheck): ...


class StatementWithoutEffectCloudFormation(StatementWithoutEffect, CloudFormationQueuePolicyCheck): ...
