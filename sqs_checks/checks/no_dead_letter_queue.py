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
from typing import ClassVar

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.correction import SetValue
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import YES, any_of, unknown
from sqs_checks.model.queue_model import QueueModel, any_linked
from sqs_checks.model.relations import ARN
from sqs_checks.queues.number_bounds import out_of_bounds
from sqs_checks.queues.setting import Setting
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
    settings = ("redrive.min_receive_count", "redrive.max_receive_count")

    # As the user's language writes a redrive policy, and the ARN of a dead-letter queue.
    redrive_policy: ClassVar[str]
    dead_letter_arn: ClassVar[str]

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        wanted = Bounds(settings.redrive.min_receive_count, settings.redrive.max_receive_count)
        count_example = min(max(5, wanted.minimum), wanted.maximum)
        has_redrive = any_linked(subject.redrives)
        if not has_redrive.is_yes:
            # Whoever says which queues may leave their dead letters here says that it is a dead-letter queue.
            takes_dead_letters = any_of(
                certainty & allowance.permission.holds(lambda permission: permission != "denyAll")
                for allowance, certainty in subject.allowances
            )
            yield Fault(
                violated=~has_redrive & ~subject.is_dead_letter_target & ~takes_dead_letters,
                problem="The queue has no redrive policy, and is no dead-letter queue itself.",
                remedy=f"set `{self.redrive_policy.format(count=count_example)}`",
            )
        for redrive, certainty in subject.redrives:
            count = redrive.max_receive_count
            if redrive.target is None:
                yield Fault(
                    violated=certainty,
                    problem="The redrive policy names no dead-letter queue.",
                    remedy=f"set `{count.assignment.format('deadLetterTargetArn', self.dead_letter_arn)}`",
                    paths=(count.path,),
                    why="AWS refuses a redrive policy without a dead-letter queue",
                )
            elif redrive.target.instead_of_an_arn:
                what, arn = redrive.target.instead_of_an_arn, redrive.target.in_place_of(ARN) or self.dead_letter_arn
                yield Fault(
                    violated=certainty & (unknown(redrive.target.why_possible) if redrive.target.possible else YES),
                    problem=f"The redrive policy names `{redrive.target.text}`, which is {what}.",
                    remedy=f"write `{arn}` in place of `{redrive.target.text}`",
                    paths=(count.path,),
                    why="AWS refuses a redrive policy that does not name the ARN of a queue",
                )
            if count.value is None:
                yield Fault(
                    violated=certainty,
                    problem=f"{count} in the redrive policy.",
                    remedy=f"set {count.assign(count_example)}",
                    paths=(count.path,),
                    why="AWS refuses a redrive policy that does not say after how many receives a message is given up",
                    correction=count.set_to(count_example)._replace(resource=redrive.place.label),
                )
            for fault in out_of_bounds(count, wanted, RECEIVE_COUNT, "receives", count_example, self.settings):
                why = fault.why or self._why_asked(count, wanted)
                correction = fault.correction
                if isinstance(correction, SetValue):
                    correction = correction._replace(resource=redrive.place.label)
                yield fault._replace(violated=fault.violated & certainty, why=why, correction=correction)

    @staticmethod
    def _why_asked(count: Setting[int], wanted: Bounds) -> str:
        if isinstance(count.value, int) and count.value < wanted.minimum:
            return "a message that fails for a passing reason is given up too soon"
        return "a message that cannot be processed is tried for long before anybody sees it"


class NoDeadLetterQueueTerraform(NoDeadLetterQueue, TerraformQueueModelCheck):
    resource_types = ("aws_sqs_queue", "aws_sqs_queue_redrive_policy")
    dead_letter_arn = "aws_sqs_queue.<dead-letter queue>.arn"
    redrive_policy = (
        f"redrive_policy = jsonencode({{{{ deadLetterTargetArn = {dead_letter_arn}, maxReceiveCount = {{count}} }}}})"
    )


class NoDeadLetterQueueCloudFormation(NoDeadLetterQueue, CloudFormationQueueModelCheck):
    dead_letter_arn = "!GetAtt <DeadLetterQueue>.Arn"
    redrive_policy = f"RedrivePolicy: {{{{deadLetterTargetArn: {dead_letter_arn}, maxReceiveCount: {{count}}}}}}"
