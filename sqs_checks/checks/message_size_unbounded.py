"""Nobody decided how large a message the queue takes.

## What it does
Reports a queue whose maximum message size is not set, is above the maximum, or is outside what AWS takes (1024 to 1048576
bytes). In Terraform it is always set: where the code says nothing, the provider sets 262144.

## Why it matters
Consumers get input of a size they were not written for; AWS's own default has risen from 256 KiB to 1 MiB.

## How to fix
Set the size of the largest message that the consumers expect.

## Options
`messages.max_bytes`: the maximum, in bytes (default 262144).

## Unknown when
The size is known only at deployment.

## References
- [Amazon SQS message quotas](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.queues.number_bounds import out_of_bounds
from sqs_checks.queues.sqs_limits import MESSAGE_BYTES, Bounds
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueCheck


class MessageSizeUnbounded(SqsCheck[Queue]):
    id = "CKV_SQS_30"
    name = "Ensure the queue limits the size of its messages"
    severity = Severity.LOW
    area = Area.INPUT_VALIDATION
    why = "consumers get input of a size that nobody wrote them for"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"
    settings = ("messages.max_bytes",)

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        size, maximum = subject.maximum_message_size, settings.messages.max_bytes
        yield Fault(
            violated=~size.is_set(),
            problem=f"{size}, so that AWS decides how large a message may be: {MESSAGE_BYTES.maximum} bytes today.",
            remedy=f"set {size.assign(maximum)}",
            paths=(size.path,),
            correction=size.set_to(maximum),
        )
        yield from out_of_bounds(
            size, Bounds(MESSAGE_BYTES.minimum, maximum), MESSAGE_BYTES, "bytes", maximum, ("", *self.settings)
        )


class MessageSizeUnboundedTerraform(MessageSizeUnbounded, TerraformQueueCheck): ...


class MessageSizeUnboundedCloudFormation(MessageSizeUnbounded, CloudFormationQueueCheck): ...
