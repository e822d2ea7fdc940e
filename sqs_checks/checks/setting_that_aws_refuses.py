"""The queue has a setting that AWS refuses.

## What it does
Reports a delay, a wait time of receives or a visibility timeout outside of what AWS takes, a KMS key beside SSE-SQS switched on,
and a name beside a prefix for one.

## Why it matters
AWS, or Terraform's provider, refuses the queue when it is deployed: after the review, and often halfway through.

## How to fix
Write a number that AWS takes, and one of the two settings that exclude each other.

## Limits
The period of a data key, the size of a message, the retention and the settings of FIFO queues have checks of their own
(CKV_SQS_22, CKV_SQS_30, CKV_SQS_31, CKV_SQS_44).

## Unknown when
A setting is known only at deployment.

## References
- [SetQueueAttributes](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.queues.number_bounds import out_of_bounds
from sqs_checks.queues.sqs_limits import DEFAULT_VISIBILITY_SECONDS, DELAY_SECONDS, RECEIVE_WAIT_SECONDS, VISIBILITY_SECONDS
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueCheck


class SettingThatAwsRefuses(SqsCheck[Queue]):
    id = "CKV_SQS_34"
    name = "Ensure AWS accepts the queue's settings"
    severity = Severity.LOW
    area = Area.INPUT_VALIDATION
    why = "the deployment fails, after the review and often halfway through"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html#API_SetQueueAttributes_RequestParameters"

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        for setting, bounds, example in (
            (subject.delay, DELAY_SECONDS, DELAY_SECONDS.maximum),
            (subject.receive_message_wait_time, RECEIVE_WAIT_SECONDS, RECEIVE_WAIT_SECONDS.maximum),
            (subject.visibility_timeout, VISIBILITY_SECONDS, DEFAULT_VISIBILITY_SECONDS),
        ):
            yield from out_of_bounds(setting, bounds, bounds, "seconds", example)
        key, sse = subject.kms_master_key_id, subject.sqs_managed_sse_enabled
        yield Fault(
            violated=key.is_set() & sse.holds(lambda enabled: enabled),
            problem=f"{sse} and `{key.name}` is set; AWS encrypts a queue with one of them only.",
            remedy=f"leave `{sse.name}` out, or `{key.name}`",
            paths=(key.path, sse.path),
            # The key is what somebody has chosen; AWS switches SSE-SQS off for it.
            correction=sse.left_out(),
        )
        name, prefix = subject.name, subject.name_prefix
        yield Fault(
            violated=name.is_set() & prefix.is_set(),
            problem=f"`{name.name}` and `{prefix.name}` are both set; Terraform takes one of them only.",
            remedy=f"leave `{prefix.name}` out, or `{name.name}`",
            paths=(name.path, prefix.path),
        )


class SettingThatAwsRefusesTerraform(SettingThatAwsRefuses, TerraformQueueCheck): ...


class SettingThatAwsRefusesCloudFormation(SettingThatAwsRefuses, CloudFormationQueueCheck): ...
