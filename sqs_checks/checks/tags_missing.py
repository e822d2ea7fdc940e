"""The queue carries no tags, or not those that are required.

## What it does
Reports a queue without tags, and one that lacks a required tag or gives it a value that is not allowed. Tags that the
Terraform provider adds to all its resources (`default_tags`) count.

## Why it matters
Nobody can tell whose queue it is, what it costs, or which rules hold for its data.

## How to fix
Tag the queue, or set `default_tags` in the provider.

## Options
`tags.required`: the required keys, each with its allowed values (default: any tag will do).

## Limits
Tags that are put on a whole CloudFormation stack when it is deployed are not in the template and do not count.

## Unknown when
A tag that matters is known only at deployment.

## References
- [Amazon SQS cost allocation tags](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import YES, Ternary, known, unknown
from sqs_checks.queues.sqs_queue import Queue, Tags, TagValue, has_tag
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueCheck
from sqs_checks.values.configuration_values import Unknown


def _is_carried(tags: Tags, key: str, allowed: tuple[str, ...]) -> Ternary:
    """Whether the tags hold the key with an allowed value."""

    def fits(value: TagValue) -> Ternary:
        if not allowed:
            return YES
        return unknown(value.reason) if isinstance(value, Unknown) else known(value in allowed)

    return has_tag(tags, key, fits)


class TagsMissing(SqsCheck[Queue]):
    id = "CKV_SQS_33"
    name = "Ensure the queue carries the required tags"
    severity = Severity.LOW
    area = Area.ASSET_INVENTORY
    why = "nobody can tell whose queue it is, what it costs, or which rules hold for its data"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html"
    settings = ("tags.required",)

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        tags = subject.tags
        yield Fault(
            violated=~tags.holds(lambda stated: bool(stated)),
            problem=f"`{tags.name}`: the queue carries no tags.",
            remedy=f"add at least one tag in `{tags.name}` that says who owns the queue",
            paths=(tags.path,),
        )
        for key, allowed in settings.tags.required:
            wanted = f"`{key}`" + (f" with one of {', '.join(allowed)}" if allowed else "")
            yield Fault(
                violated=~tags.holds(lambda stated, key=key, allowed=allowed: _is_carried(stated, key, allowed)),  # type: ignore[misc]
                problem=f"`{tags.name}`: the required tag {wanted} is missing.",
                remedy=f"add the tag {wanted} in `{tags.name}`",
                paths=(tags.path,),
            )


class TagsMissingTerraform(TagsMissing, TerraformQueueCheck): ...


class TagsMissingCloudFormation(TagsMissing, CloudFormationQueueCheck): ...
