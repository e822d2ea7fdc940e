"""A standard queue has settings that only a FIFO queue takes.

## What it does
Reports deduplication and throughput settings on a queue whose FIFO flag is not set; in CloudFormation also the flag itself where
it is false, which SQS refuses. Of a FIFO queue: a throughput limit for each message group without deduplication for each.

## Why it matters
AWS refuses the queue, or somebody counts on each message coming once and in order, which a standard queue never promises.

## How to fix
Make it a FIFO queue, or take the setting out.

## Unknown when
The FIFO flag or the setting is known only at deployment.

## References
- [Amazon SQS FIFO queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fifo-queues.html)
- [CreateQueue](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Optional

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.correction import Correction
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import NO, any_of
from sqs_checks.queues.number_bounds import REFUSED
from sqs_checks.queues.setting import Setting
from sqs_checks.queues.sqs_limits import FIFO_SUFFIX
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueCheck
from sqs_checks.values.configuration_values import Invalid, Unknown


def _is_named_fifo(queue: Queue) -> bool:
    return isinstance(queue.name.value, str) and queue.name.value.endswith(FIFO_SUFFIX)


class FifoSettingsOnStandardQueue(SqsCheck[Queue]):
    id = "CKV_SQS_44"
    name = "Ensure a standard queue has no settings of a FIFO queue"
    severity = Severity.LOW
    area = Area.NOTHING_LOST
    why = "AWS refuses or ignores it, and nothing comes once and in order as the setting suggests"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html#API_CreateQueue_RequestParameters"

    # Whether `false` reaches SQS.
    is_sent_as_stated: ClassVar[bool] = False

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        fifo = subject.fifo_queue
        is_standard = ~fifo.holds(lambda flag: flag)
        deduplication = subject.content_based_deduplication
        stated = (
            (deduplication, deduplication.holds(lambda flag: flag)),
            (subject.deduplication_scope, subject.deduplication_scope.is_set()),
            (subject.fifo_throughput_limit, subject.fifo_throughput_limit.is_set()),
        )
        for setting, asks_for_fifo in stated:
            yield Fault(
                violated=is_standard & asks_for_fifo,
                problem=f"{setting}, but {fifo}; only a FIFO queue takes `{setting.name}`.",
                remedy=f"set {fifo.assign(True)}, or leave `{setting.name}` out",
                paths=(setting.path, fifo.path),
                correction=self._correction(subject, setting),
            )
        yield Fault(
            # Where a setting asks for a FIFO queue, that is the fault.
            violated=fifo.holds(lambda flag: not flag) & ~any_of(asks for _, asks in stated) if self.is_sent_as_stated else NO,
            problem=f"{fifo}; SQS takes the attribute only where it is true.",
            remedy=f"leave `{fifo.name}` out",
            paths=(fifo.path,),
            why=REFUSED,
            correction=fifo.left_out() if not _is_named_fifo(subject) else None,
        )
        scope, limit = subject.deduplication_scope, subject.fifo_throughput_limit
        yield Fault(
            violated=~is_standard
            & limit.holds(lambda text: text == "perMessageGroupId")
            & ~scope.holds(lambda text: text == "messageGroup"),
            problem=f"{limit}, but {scope}; AWS limits each message group only where it deduplicates within each too.",
            remedy=f"set {scope.assign_text('messageGroup')}",
            paths=(limit.path, scope.path),
            why=REFUSED,
            correction=scope.set_to("messageGroup"),
        )

    @staticmethod
    def _correction(queue: Queue, setting: Setting[Any]) -> Optional[Correction]:
        """By its name the queue was meant as a FIFO queue, or was not; where the name is not known nobody can say."""
        if isinstance(queue.name.value, (Unknown, Invalid)):
            return None
        return queue.fifo_queue.set_to(True) if _is_named_fifo(queue) else setting.left_out()


class FifoSettingsOnStandardQueueTerraform(FifoSettingsOnStandardQueue, TerraformQueueCheck): ...


class FifoSettingsOnStandardQueueCloudFormation(FifoSettingsOnStandardQueue, CloudFormationQueueCheck):
    is_sent_as_stated = True
