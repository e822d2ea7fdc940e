"""No policy in the scanned code is attached to the queue.

## What it does
Reports a queue to which the scanned code attaches no policy: neither inline nor by a resource of its own, in whichever
file or module that stands.

## Why it matters
Without a policy nothing refuses plain HTTP: every principal that its own account lets in may send messages in the clear.

## How to fix
Attach a policy that denies `sqs:*` to everyone where `aws:SecureTransport` is false (CKV_SQS_12 judges it).

## Limits
A policy that other code attaches is not seen.

## Unknown when
The code holds a policy of which it is known only at deployment whether it exists, or for which queue.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.model.queue_model import QueueModel, any_linked
from sqs_checks.policy.explanation import DENY_WITHOUT_TLS
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueModelCheck


class QueueWithoutPolicy(SqsCheck[QueueModel]):
    id = "CKV_SQS_17"
    name = "Ensure a policy is attached to the queue"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "nothing refuses plain HTTP, so messages can be read and changed on the way"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#enforce-encryption-data-in-transit"

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        has_policy = any_linked(subject.policies)
        if has_policy.is_yes:
            return
        yield Fault(
            violated=~has_policy,
            problem="No policy in the scanned code is attached to the queue.",
            remedy=f"attach a policy with the statement `{DENY_WITHOUT_TLS}`",
        )


class QueueWithoutPolicyTerraform(QueueWithoutPolicy, TerraformQueueModelCheck): ...


class QueueWithoutPolicyCloudFormation(QueueWithoutPolicy, CloudFormationQueueModelCheck): ...
