"""The queue's name is one that AWS refuses, or that breaks the convention.

## What it does
Reports a name of more than 80 characters, with characters other than letters, digits, hyphens and underscores, or whose
`.fifo` ending and FIFO flag disagree. With a convention configured, also a name that does not match it or is left to be
generated.

## Why it matters
The deployment fails half-way; a name outside the convention escapes the policies and alarms that go by name.

## How to fix
Write a name that AWS takes and that follows the convention.

## Options
`naming.pattern`: a regular expression that the whole name must match (default: none).

## Unknown when
The name, or a part of it, is known only at deployment.

## References
- [Amazon SQS standard queue quotas](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html)
- [CreateQueue](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.queues.number_bounds import REFUSED
from sqs_checks.queues.sqs_limits import FIFO_SUFFIX, NAME, NAME_CHARACTERS
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueCheck

# Terraform puts 26 characters behind a prefix, and `.fifo` behind those where the queue is a FIFO queue.
_GENERATED_CHARACTERS = 26


class InvalidQueueName(SqsCheck[Queue]):
    id = "CKV_SQS_32"
    name = "Ensure the queue has a name that AWS accepts and that follows the naming convention"
    severity = Severity.LOW
    area = Area.ASSET_INVENTORY
    why = "AWS refuses the queue, or alarms and policies that go by name pass it by"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html#API_CreateQueue_RequestParameters"
    settings = ("naming.pattern",)

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        yield from self._refused(subject)
        yield from self._fifo_disagrees(subject)
        yield from self._against_convention(subject, settings)

    def _refused(self, queue: Queue) -> Iterator[Fault]:
        for name, generated in ((queue.name, 0), (queue.name_prefix, _GENERATED_CHARACTERS)):
            limit = NAME_CHARACTERS - generated
            yield Fault(
                violated=name.holds(lambda text, limit=limit: len(text) > limit),  # type: ignore[misc]
                problem=f"{name}, which has {len(str(name.value))} characters; AWS takes {NAME_CHARACTERS}{_added(generated)}.",
                remedy=f"choose a shorter name, such as {name.assign_text(str(name.value)[:limit])}",
                paths=(name.path,),
                why=REFUSED,
            )
            yield Fault(
                violated=name.holds(lambda text: not NAME.fullmatch(text)) | name.is_malformed(),
                problem=f"{name}; AWS takes letters, digits, `-` and `_`, and `.fifo` at the end of a FIFO queue's name.",
                remedy=f"choose another name, such as {name.assign_text(_accepted(name.value))}",
                paths=(name.path,),
                why=REFUSED,
            )

    def _fifo_disagrees(self, queue: Queue) -> Iterator[Fault]:
        name, fifo = queue.name, queue.fifo_queue
        ends_in_fifo = name.holds(lambda text: text.endswith(FIFO_SUFFIX))
        is_fifo = fifo.holds(lambda flag: flag)
        yield Fault(
            violated=ends_in_fifo & ~is_fifo,
            problem=f"{name}, but {fifo}; AWS keeps `{FIFO_SUFFIX}` for FIFO queues.",
            remedy=f"set {fifo.assign(True)}, or choose a name without `{FIFO_SUFFIX}`",
            paths=(name.path, fifo.path),
            why=REFUSED,
            correction=fifo.set_to(True),
        )
        yield Fault(
            violated=name.is_set() & ~ends_in_fifo & is_fifo,
            problem=f"{fifo}, but {name}; the name of a FIFO queue ends in `{FIFO_SUFFIX}`.",
            remedy=f"set {name.assign_text(f'{name.value}{FIFO_SUFFIX}')}",
            paths=(name.path, fifo.path),
            why=REFUSED,
        )

    def _against_convention(self, queue: Queue, settings: Settings) -> Iterator[Fault]:
        pattern, name = settings.naming.pattern, queue.name
        if pattern is None:
            return
        matches = name.holds(lambda text: bool(re.fullmatch(pattern, text)))
        yield Fault(
            violated=~matches,
            problem=f"{name}; `naming.pattern` in the settings asks for a name that matches `{pattern}`.",
            remedy=f"choose a `{name.name}` that matches it",
            paths=(name.path,),
            why="alarms and policies that go by name pass the queue by",
        )


def _added(characters: int) -> str:
    return f", and Terraform adds {characters} of its own" if characters else ""


def _accepted(name: object) -> str:
    """A name that AWS takes, as much like the one that it refuses as may be."""
    is_text = isinstance(name, str) and bool(name)
    return re.sub(r"[^A-Za-z0-9_-]+", "-", str(name).strip()).strip("-") or "orders" if is_text else "orders"


class InvalidQueueNameTerraform(InvalidQueueName, TerraformQueueCheck): ...


class InvalidQueueNameCloudFormation(InvalidQueueName, CloudFormationQueueCheck): ...
