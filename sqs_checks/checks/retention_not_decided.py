"""Nobody decided how long the queue keeps a message.

## What it does
Reports a queue whose retention period is not set, is outside the bounds, or is outside what AWS takes (60 to 1209600
seconds).

## Why it matters
AWS's default of four days loses what a long week-end's outage leaves behind, and may keep personal data longer than
allowed.

## How to fix
Set the period that the messages need.

## Options
`messages.min_retention_seconds`, `messages.max_retention_seconds`: the bounds, in seconds (defaults: AWS's own).

## Limits
In a plan the provider's default looks like a value that somebody wrote; the plan's configuration tells them apart.

## Unknown when
The period is known only at deployment.

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
from sqs_checks.queues.sqs_limits import DEFAULT_RETENTION_SECONDS, RETENTION_SECONDS, Bounds
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueCheck


class RetentionNotDecided(SqsCheck[Queue]):
    id = "CKV_SQS_31"
    name = "Ensure the queue states how long it keeps messages"
    severity = Severity.LOW
    area = Area.DATA_RETENTION
    why = "messages are lost before somebody takes them, or kept longer than the data in them allows"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html#API_SetQueueAttributes_RequestParameters"
    settings = ("messages.min_retention_seconds", "messages.max_retention_seconds")

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        period, messages = subject.message_retention_period, settings.messages
        wanted = Bounds(messages.min_retention_seconds, messages.max_retention_seconds)
        yield Fault(
            violated=~period.is_set(),
            problem=f"{period}, and AWS's default is {DEFAULT_RETENTION_SECONDS} seconds (4 days).",
            remedy=f"set {period.assign(wanted.maximum)}",
            paths=(period.path,),
            why="a message that nobody takes within four days, as over a long week-end, is lost",
            # So that none is lost that nobody takes over a long week-end.
            correction=period.set_to(wanted.maximum),
        )
        yield from out_of_bounds(period, wanted, RETENTION_SECONDS, "seconds", wanted.maximum, self.settings)


class RetentionNotDecidedTerraform(RetentionNotDecided, TerraformQueueCheck): ...


class RetentionNotDecidedCloudFormation(RetentionNotDecided, CloudFormationQueueCheck): ...
