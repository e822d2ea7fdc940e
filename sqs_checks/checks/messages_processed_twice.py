"""Messages become visible again while a Lambda function still works on them.

## What it does
Reports a queue whose visibility timeout is shorter than a multiple of the timeout of the Lambda function that an event
source mapping in the scanned code has consume it. AWS advises six times, and refuses the mapping below the function's own
timeout. A mapping that is switched off does not count.

## Why it matters
A message that is still being processed, or waits for a throttled function, is handed out a second time: it is processed
twice, or counts as failed and ends as a dead letter. Below the function's own timeout AWS refuses the mapping.

## How to fix
Raise the queue's visibility timeout, or lower the function's timeout.

## Options
`lambda.visibility_factor`: how many times the function's timeout the visibility timeout must be (default: 6).

## Unknown when
One of the timeouts, or the function, is known only at deployment or stands outside the scanned code.

## References
- [Creating and configuring an Amazon SQS event source mapping](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import Ternary
from sqs_checks.model.queue_model import QueueModel, any_linked
from sqs_checks.model.relations import Role, Use
from sqs_checks.queues.setting import Setting
from sqs_checks.queues.sqs_limits import DEFAULT_VISIBILITY_SECONDS, VISIBILITY_SECONDS
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueModelCheck


class MessagesProcessedTwice(SqsCheck[QueueModel]):
    id = "CKV_SQS_43"
    name = "Ensure messages stay invisible while a Lambda function works on them"
    severity = Severity.MEDIUM
    area = Area.NOTHING_LOST
    why = "a message that a function still works on is handed out again, and processed twice or lost as a dead letter"
    guideline = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig"
    settings = ("lambda.visibility_factor",)

    judges_only = "queues that a Lambda function consumes"

    def applies(self, subject: QueueModel, settings: Settings) -> Ternary:
        return any_linked(link for link in subject.uses if link[0].role is Role.CONSUMES)

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        visibility, factor = subject.queue.visibility_timeout, settings.lambda_.visibility_factor
        for use, certainty in subject.uses:
            if use.role is not Role.CONSUMES:
                continue
            own: Setting[int] = visibility.or_default(DEFAULT_VISIBILITY_SECONDS)
            timeout: Setting[int] = Setting("timeout", "timeout", use.timeout, "{} = {}")
            wanted = factor * use.timeout if isinstance(use.timeout, int) else None
            is_possible = wanted is not None and wanted in VISIBILITY_SECONDS
            correction = visibility.set_to(wanted) if is_possible else None
            is_refused = certainty & own.holds_with(timeout, lambda mine, theirs: mine < theirs)
            where = f"{self._consumer(use, subject)} may take {use.timeout} seconds. {self._stated(visibility)}"
            remedy = f"set {visibility.assign(wanted)} or more: {factor} times the {use.timeout} seconds of `{_name(use)}`"
            yield Fault(
                violated=is_refused,
                problem=f"{where}, which is less.",
                remedy=remedy,
                paths=(visibility.path,),
                why="AWS refuses to have a function consume a queue whose messages come back while it still works on them",
                correction=correction,
            )
            yield Fault(
                violated=certainty & ~is_refused & own.holds_with(timeout, lambda mine, theirs: mine < factor * theirs),
                problem=f"{where}, which is less than {factor} times that.",
                remedy=remedy,
                paths=(visibility.path,),
                correction=correction,
            )

    @staticmethod
    def _stated(visibility: Setting[int]) -> str:
        if visibility.value is None:
            return f"{visibility} (AWS's default: {DEFAULT_VISIBILITY_SECONDS} seconds)"
        return f"{visibility} seconds"

    @staticmethod
    def _consumer(use: Use, subject: QueueModel) -> str:
        """The function, with what has it consume the queue where that is another resource."""
        function = (use.consumer or use.place).beside(subject.place)
        by = f" by {use.place.beside(subject.place)}" if use.place != use.consumer else ""
        return f"The function {function}, which consumes the queue{by},"


def _name(use: Use) -> str:
    return (use.consumer or use.place).label


class MessagesProcessedTwiceTerraform(MessagesProcessedTwice, TerraformQueueModelCheck): ...


class MessagesProcessedTwiceCloudFormation(MessagesProcessedTwice, CloudFormationQueueModelCheck): ...
