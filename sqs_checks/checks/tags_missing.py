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

import json
from collections.abc import Iterator
from typing import ClassVar

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.correction import SetTag
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import YES, Ternary, known, unknown
from sqs_checks.policy.explanation import listed
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

    # How the user's language writes a tag, and several of them.
    one_tag: ClassVar[str]
    all_tags: ClassVar[str]

    def faults(self, subject: Queue, settings: Settings) -> Iterator[Fault]:
        tags = subject.tags
        required = settings.tags.required
        examples = {key: allowed[0] if allowed else f"<{key}>" for key, allowed in required} or {"owner": "<owner>"}
        yield Fault(
            violated=~tags.holds(lambda stated: bool(stated)),
            problem="The queue has no tags.",
            remedy=f"set {tags.assign(self.all_tags.format(', '.join(map(self._written, examples, examples.values()))))}",
            paths=(tags.path,),
        )
        for key, allowed in required:
            one_of = f" with one of {listed([f'`{value}`' for value in allowed], 'or')}" if allowed else ""
            yield Fault(
                violated=tags.holds(lambda stated: bool(stated))
                & ~tags.holds(lambda stated, key=key, allowed=allowed: _is_carried(stated, key, allowed)),  # type: ignore[misc]
                problem=f"`{tags.name}` lacks the tag `{key}`{one_of}, which `tags.required` in the settings asks for.",
                remedy=f"add `{self._written(key, examples[key])}` to `{tags.name}`",
                paths=(tags.path,),
                # Of several values only the author can say which one is true.
                correction=SetTag(tags.name, key, allowed[0]) if len(allowed) == 1 else None,
            )

    def _written(self, key: str, value: str) -> str:
        return self.one_tag.format(json.dumps(key), json.dumps(value))


class TagsMissingTerraform(TagsMissing, TerraformQueueCheck):
    one_tag, all_tags = "{} = {}", "{{ {} }}"


class TagsMissingCloudFormation(TagsMissing, CloudFormationQueueCheck):
    one_tag, all_tags = "{{Key: {}, Value: {}}}", "[{}]"
