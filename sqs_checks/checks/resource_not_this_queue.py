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
                yield self._fault(subject, statement, YES, "`Resource` is missing.")
                continue
            for resource in statement.resources:
                if isinstance(resource, Unknown):
                    yield self._fault(subject, statement, unknown(resource.reason), "")
                elif has_wildcard(resource.text):
                    # A Deny that covers this queue protects it, whatever else it covers.
                    violated = ~statement.is_deny | ~subject.is_this_queue(resource.text)
                    problem = f"`Resource` is `{resource.text}`, which other queues match too."
                    yield self._fault(subject, statement, violated, problem)
                else:
                    problem = f"`Resource` is `{resource.text}`, which is not this queue."
                    yield self._fault(subject, statement, ~subject.is_this_queue(resource.text), problem)

    @staticmethod
    def _fault(subject: AttachedPolicy, statement: Statement, violated: Ternary, problem: str) -> Fault:
        return Fault(violated, f"{statement.label}: {problem}", "name the queue's own ARN as `Resource`", (subject.path,))


class ResourceNotThisQueueTerraform(ResourceNotThisQueue, TerraformQueuePolicyCheck): ...


class ResourceNotThisQueueCloudFormation(ResourceNotThisQueue, CloudFormationQueuePolicyCheck): ...
