"""A statement is not about the queue it is attached to, or not about it alone.

## What it does
Reports a statement whose `Resource` is missing, is `*`, has a wildcard that reaches other queues, or names another
queue than the one the policy is attached to.

## Why it matters
A Deny on another queue protects nothing and an Allow on another queue grants nothing; SQS has come to refuse statements
without a resource.

## How to fix
Name the queue's own ARN.

## Limits
What `NotResource` leaves is CKV_SQS_4's.

## Unknown when
The queue or the resource is known only at deployment.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
- [Limitations of Amazon SQS custom policies](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import YES, Ternary, unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.document import Statement
from sqs_checks.policy.wildcards import has_wildcard
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.texts import Text


class ResourceNotThisQueue(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_5"
    name = "Ensure each statement of the queue policy is about its queue"
    severity = Severity.LOW
    area = Area.ACCESS_CONTROL_POLICY
    why = "a Deny on another queue protects nothing, and an Allow on it grants nothing"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#implement-least-privilege-access"

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        for statement in subject.document.statements:
            if statement.inverts_resources:
                continue
            if statement.resources is None:
                yield Fault(
                    violated=YES,
                    problem=f"{statement.label} has no `Resource`.",
                    remedy='write `"Resource": "<ARN of the queue>"`',
                    paths=(subject.path,),
                    why="SQS refuses a statement that does not say what it is about",
                )
                continue
            for resource in statement.resources:
                if isinstance(resource, Unknown):
                    yield Fault(unknown(resource.reason), "", "")
                elif has_wildcard(resource.text):
                    # A Deny that covers this queue protects it, whatever else it covers.
                    violated = ~statement.is_deny | ~subject.is_this_queue(resource.text)
                    what = f"every queue that `{resource.text}` fits"
                    why = "the policy says more than it does: it holds for this queue alone"
                    yield self._fault(subject, statement, violated, resource.text, what, why)
                else:
                    what = f"`{resource.text}`, which is not this queue"
                    nothing = "a Deny on another queue protects nothing"
                    why = nothing if statement.is_deny.is_yes else "an Allow on another queue lets nobody in"
                    yield self._fault(subject, statement, ~subject.is_this_queue(resource.text), resource.text, what, why)

    @staticmethod
    def _fault(subject: AttachedPolicy, statement: Statement, violated: Ternary, stated: Text, what: str, why: str) -> Fault:
        problem = f"{statement.label} is about {what}."
        return Fault(violated, problem, f"write `<ARN of the queue>` in place of `{stated}`", (subject.path,), why)


class ResourceNotThisQueueTerraform(ResourceNotThisQueue, TerraformQueuePolicyCheck): ...


class ResourceNotThisQueueCloudFormation(ResourceNotThisQueue, CloudFormationQueuePolicyCheck): ...
