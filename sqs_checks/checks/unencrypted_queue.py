"""The queue keeps its messages unencrypted.

## What it does
Reports a queue whose SSE-SQS encryption is switched off and that names no KMS key.

## Why it matters
Whoever gets at the stored data reads the messages.

## How to fix
Leave AWS's default on, or name a KMS key.

## Options
`encryption.explicit`: also report a queue that states neither, and so relies on AWS's default.

## Unknown when
Either property is known only at deployment.

## References
- [Encryption at rest in Amazon SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import known
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueCheck


class UnencryptedQueue(SqsCheck[Queue]):
    id = "CKV_SQS_20"
    name = "Ensure the queue encrypts its messages at rest"
    severity = Severity.HIGH
    area = Area.CRYPTOGRAPHIC_KEYS
    why = "whoever gets at the stored data reads the messages"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#implement-server-side-encryption"
    peers = ("CKV_AWS_27",)
    settings = ("encryption.explicit",)

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        managed, key = subject.sqs_managed_sse_enabled, subject.kms_master_key_id
        remedy = f"set {managed.assign(True)}, or, for a key of your own, {key.assign(subject.own_key_example)}"
        yield Fault(
            violated=managed.holds(lambda enabled: not enabled) & ~key.is_set(),
            problem=f"SQS stores the messages unencrypted: {managed} and {key}.",
            remedy=remedy,
            paths=(managed.path, key.path),
            correction=managed.set_to(True),
        )
        yield Fault(
            violated=known(settings.encryption.explicit) & ~managed.is_set() & ~key.is_set(),
            problem=f"Nothing says that the queue is encrypted: {managed} and {key}.",
            remedy=remedy,
            paths=(managed.path, key.path),
            why="the queue is encrypted for as long as that is AWS's default, and nobody sees it in the code",
            correction=managed.set_to(True),
        )


class UnencryptedQueueTerraform(UnencryptedQueue, TerraformQueueCheck): ...


class UnencryptedQueueCloudFormation(UnencryptedQueue, CloudFormationQueueCheck): ...
