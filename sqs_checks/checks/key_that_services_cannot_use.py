"""AWS services that send to the queue cannot use its key.

## What it does
Reports a queue that is encrypted with the key that AWS manages for SQS, while its policy, an SNS subscription, an S3
notification, an EventBridge rule or a dead-letter setting of these in the scanned code lets a service send to it.

## Why it matters
The AWS-managed key cannot be granted to services. They fail to deliver, without an error that anybody sees: the messages
are lost.

## How to fix
Name a customer-managed key whose policy lets the service use it, or leave encryption to SSE-SQS.

## Limits
Senders that act by a role (pipes, schedules, Lambda destinations) can use the key and do not count. Not decided when the
key or the sender's queue is known only at deployment.

## References
- [Amazon SQS key management](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import Ternary
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.relations import PolicyAttachment
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueModelCheck


class KeyThatServicesCannotUse(SqsCheck[QueueModel]):
    id = "CKV_SQS_23"
    name = "Ensure the AWS services that send to the queue can use its key"
    severity = Severity.HIGH
    area = Area.CRYPTOGRAPHIC_KEYS
    why = "services cannot be granted the key that AWS manages for SQS: what they send is lost without an error"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html"

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        key = subject.queue.kms_master_key_id
        aws_managed = key.holds(lambda named: named.aws_managed)
        if aws_managed.is_no:
            return
        for use, certainty in subject.uses:
            if use.service is not None:
                yield self._fault(subject, aws_managed & certainty, f"the {use.what} {use.place} has `{use.service}` send to it")
        for attachment, attached in subject.policies:
            for sender, certainty in self._allowed_by(attachment):
                yield self._fault(subject, aws_managed & attached & certainty, sender)

    @staticmethod
    def _allowed_by(attachment: PolicyAttachment) -> Iterator[tuple[str, Ternary]]:
        policy = attachment.policy()
        if policy is None:
            return
        for statement, service, certainty in policy.services_that_send():
            shown = f"`{service}`" if "." in str(service) and " " not in str(service) else str(service)
            yield f"{statement.label} of {attachment.place} lets {shown} send to it", certainty

    @staticmethod
    def _fault(subject: QueueModel, violated: Ternary, sender: str) -> Fault:
        key = subject.queue.kms_master_key_id
        return Fault(
            violated=violated,
            problem=f"{key}, the key that AWS manages for SQS, but {sender}.",
            remedy=f"{key.assign(subject.queue.own_key_example)}, a key whose policy lets the service use it, or SSE-SQS",
            paths=(key.path,),
        )


class KeyThatServicesCannotUseTerraform(KeyThatServicesCannotUse, TerraformQueueModelCheck): ...


class KeyThatServicesCannotUseCloudFormation(KeyThatServicesCannotUse, CloudFormationQueueModelCheck): ...
