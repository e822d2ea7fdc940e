"""The queue is not encrypted with a key of one's own.

## What it does
Reports a queue that is encrypted by SSE-SQS, by the key that AWS manages for SQS however it is spelled, or not at all.

## Why it matters
Only a customer-managed key has a key policy: without one nobody can limit, audit or withdraw who may decrypt.

## How to fix
Name a customer-managed KMS key.

## Limits
A key id or key ARN written out does not tell who manages the key and passes. In Terraform the data source of an alias is
followed in the code and in the plan.

## Unknown when
The key is known only at deployment.

## References
- [Encryption at rest in Amazon SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html)
- [AWS KMS keys](https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueCheck


class NoCustomerManagedKey(SqsCheck[Queue]):
    id = "CKV_SQS_21"
    name = "Ensure the queue is encrypted with a customer-managed key"
    severity = Severity.MEDIUM
    area = Area.CRYPTOGRAPHIC_KEYS
    why = "only a key of your own has a key policy that limits, and a log that shows, who decrypts the messages"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#sqs-what-permissions-for-sse"
    peers = ("CKV2_AWS_73",)

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        key = subject.kms_master_key_id
        remedy = f"set {key.assign(subject.own_key_example)}"
        yield Fault(
            violated=~key.is_set(),
            problem=f"No key of your own encrypts the queue: {key}.",
            remedy=remedy,
            paths=(key.path,),
        )
        yield Fault(
            violated=key.holds(lambda named: named.aws_managed),
            problem=f"{key}, the key that AWS manages for SQS.",
            remedy=remedy,
            paths=(key.path,),
        )


class NoCustomerManagedKeyTerraform(NoCustomerManagedKey, TerraformQueueCheck): ...


class NoCustomerManagedKeyCloudFormation(NoCustomerManagedKey, CloudFormationQueueCheck): ...
