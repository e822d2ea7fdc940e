"""One data key encrypts the queue's messages for too long.

## What it does
Reports a queue with a KMS key whose data key reuse period is above the maximum, or outside what AWS takes (60 to 86400
seconds).

## Why it matters
SQS holds a decrypted data key for that long: so long a withdrawn permission, or a disabled key, has no effect.

## How to fix
Lower the period, or leave it out: AWS's default is 300 seconds.

## Options
`encryption.max_data_key_reuse_seconds`: the maximum, in seconds (default 300).

## Unknown when
The key or the period is known only at deployment.

## References
- [Amazon SQS key management](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import Ternary, known
from sqs_checks.queues.number_bounds import out_of_bounds
from sqs_checks.queues.sqs_limits import DATA_KEY_REUSE_SECONDS, DEFAULT_DATA_KEY_REUSE_SECONDS, Bounds
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueCheck


class DataKeyReusedTooLong(SqsCheck[Queue]):
    id = "CKV_SQS_22"
    name = "Ensure the queue does not reuse a data key for too long"
    severity = Severity.LOW
    area = Area.CRYPTOGRAPHIC_KEYS
    why = "for as long as SQS holds a decrypted data key, a withdrawn permission or a disabled key has no effect"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#sqs-how-does-the-data-key-reuse-period-work"
    settings = ("encryption.max_data_key_reuse_seconds",)

    judges_only = "queues with a KMS key"

    def applies(self, subject: Queue, settings: Settings) -> Ternary:
        return subject.kms_master_key_id.is_set()

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        maximum = settings.encryption.max_data_key_reuse_seconds
        period, key = subject.kms_data_key_reuse_period_seconds, subject.kms_master_key_id
        wanted = Bounds(DATA_KEY_REUSE_SECONDS.minimum, maximum)
        for fault in out_of_bounds(period, wanted, DATA_KEY_REUSE_SECONDS, "seconds", maximum, ("", *self.settings)):
            yield fault._replace(violated=fault.violated & key.is_set())
        yield Fault(
            violated=known(maximum < DEFAULT_DATA_KEY_REUSE_SECONDS) & key.is_set() & ~period.is_set(),
            problem=f"{period}, and AWS's default of {DEFAULT_DATA_KEY_REUSE_SECONDS} seconds is more than the {maximum} of "
            f"`{self.settings[0]}` in the settings of sqs-checks.",
            remedy=f"set {period.assign(maximum)}",
            paths=(period.path,),
            correction=period.set_to(maximum),
        )


class DataKeyReusedTooLongTerraform(DataKeyReusedTooLong, TerraformQueueCheck): ...


class DataKeyReusedTooLongCloudFormation(DataKeyReusedTooLong, CloudFormationQueueCheck): ...
