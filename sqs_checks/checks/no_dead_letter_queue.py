"""Messages that cannot be processed have nowhere to go.

## What it does
Reports a queue without a redrive policy, or with one whose `maxReceiveCount` is outside the bounds or whose
`deadLetterTargetArn` is no queue's ARN. A queue that is itself a dead-letter target in the scanned code, of a queue, a Lambda
function, an SNS subscription, an EventBridge rule or pipe, a schedule or the error action of an IoT rule, needs none; nor does
one whose redrive allow policy lets queues leave their dead letters in it.

## Why it matters
A message that no consumer can process comes back until its retention period ends, and is lost; until then it keeps
consumers busy, and holds up a FIFO queue.

## How to fix
Name a dead-letter queue in the redrive policy, with the number of attempts that a message deserves.

## Options
`redrive.min_receive_count`, `redrive.max_receive_count`: the bounds of `maxReceiveCount` (default: AWS's, 1 to 1000).

## Limits
A queue that only other code uses for dead letters is reported: except it in the settings.

## Unknown when
A redrive policy, or a dead-letter target of something else in the code, is known only at deployment.

## References
- [Using dead-letter queues in Amazon SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import YES, any_of, unknown
from sqs_checks.model.queue_model import QueueModel, any_linked
from sqs_checks.queues.number_bounds import out_of_bounds
from sqs_checks.queues.sqs_limits import RECEIVE_COUNT, Bounds
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueModelCheck


class NoDeadLetterQueue(SqsCheck[QueueModel]):
    id = "CKV_SQS_40"
    name = "Ensure the queue has a dead-letter queue"
    severity = Severity.MEDIUM
    area = Area.NOTHING_LOST
    why = "a message that cannot be processed comes back until its retention ends, and is lost"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html#policies-for-dead-letter-queues"
    settings = (
        "redrive.min_receive_count",
        "redrive.max_receive_count",
    )

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        has_redrive = any_linked(subject.redrives)
        if not has_redrive.is_yes:
            # Whoever says which queues may leave their dead letters here says that it is a dead-letter queue.
            takes_dead_letters = any_of(
                certainty & allowance.permission.holds(lambda permission: permission != "denyAll")
                for allowance, certainty in subject.allowances
            )
            yield Fault(
                violated=~has_redrive & ~subject.is_dead_letter_target & ~takes_dead_letters,
                problem=f"{subject.place} has no redrive policy, and nothing in the scanned code leaves its dead letters in it.",
                remedy="add a redrive policy that names a dead-letter queue and `maxReceiveCount`",
            )
        wanted = Bounds(settings.redrive.min_receive_count, settings.redrive.max_receive_count)
        for redrive, certainty in subject.redrives:
            count = redrive.max_receive_count
            if redrive.target is None:
                yield Fault(
                    violated=certainty,
                    problem=f"The redrive policy of {redrive.place} names no dead-letter queue.",
                    remedy="set `deadLetterTargetArn` to the ARN of the dead-letter queue",
                    paths=(count.path,),
                )
            elif redrive.target.instead_of_an_arn:
                what = redrive.target.instead_of_an_arn
                yield Fault(
                    violated=certainty & (unknown(redrive.target.why_possible) if redrive.target.possible else YES),
                    problem=f"The redrive policy of {redrive.place} names `{redrive.target.text}`, {what}: AWS refuses it.",
                    remedy="set `deadLetterTargetArn` to the ARN of the dead-letter queue",
                    paths=(count.path,),
                )
            if count.value is None:
                yield Fault(
                    violated=certainty,
                    problem=f"{count}: AWS refuses a redrive policy without it.",
                    remedy=f"set {count.assign(5)}",
                    paths=(count.path,),
                )
            for fault in out_of_bounds(count, wanted, RECEIVE_COUNT, "receives", min(max(5, wanted.minimum), wanted.maximum)):
                yield fault._replace(violated=fault.violated & certainty)


class NoDeadLetterQueueTerraform(NoDeadLetterQueue, TerraformQueueModelCheck):
    resource_types = ("aws_sqs_queue", "aws_sqs_queue_redrive_policy")


class NoDeadLetterQueueCloudFormation(NoDeadLetterQueue, CloudFormationQueueModelCheck): ...
