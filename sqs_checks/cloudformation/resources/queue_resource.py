"""`AWS::SQS::Queue` as a queue.

Source: AWS CloudFormation User Guide, resource type AWS::SQS::Queue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Callable, TypeVar

from sqs_checks.cloudformation.intrinsics.template_values import (
    ResourceReference,
    Template,
    Value,
    has_placeholder,
    unresolved,
)
from sqs_checks.judgement.ternary import NO, unknown
from sqs_checks.queues.kms_key_names import names_aws_managed_key
from sqs_checks.queues.setting import Setting, Stated
from sqs_checks.queues.sqs_queue import KmsKey, Queue, TagValue
from sqs_checks.values.configuration_values import Invalid, Unknown

T = TypeVar("T")

_OWN_KEY_TYPES = {"AWS::KMS::Key", "AWS::KMS::Alias", "AWS::KMS::ReplicaKey"}


def _invalid(value: object) -> Invalid:
    if isinstance(value, Mapping):
        return Invalid("a mapping")
    return Invalid("a list" if isinstance(value, list) else f"`{value}`"[:80])


def text_value(value: Value) -> Stated[str]:
    """A value that should be a text; one that is empty counts as not set."""
    if isinstance(value, (ResourceReference, Unknown)):
        return value if isinstance(value, Unknown) else unresolved(value)
    if isinstance(value, (str, int, float)):
        text = str(value)
        return unresolved(text) if has_placeholder(text) else text or None
    return None if value is None else _invalid(value)


def whole_number(value: Value) -> Stated[int]:
    """A value that should be a whole number, or the text of one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = text_value(value)
    if isinstance(text, str):
        return int(text) if re.fullmatch(r"-?\d{1,18}", text) else _invalid(text)
    return text


def _boolean(value: Value) -> Stated[bool]:
    if isinstance(value, bool):
        return value
    text = text_value(value)
    if isinstance(text, str):
        return text.lower() == "true" if text.lower() in ("true", "false") else _invalid(text)
    return text


def _key(value: Value) -> Stated[KmsKey]:
    if isinstance(value, ResourceReference):
        if value.resource_type is None and value.attribute is None:
            return unresolved(value)  # a parameter, perhaps an empty one
        is_own = value.resource_type in _OWN_KEY_TYPES
        return KmsKey(str(value), NO if is_own else unknown(f"`{value}` is known only at deployment"))
    if isinstance(value, str) and value:
        return KmsKey(value, names_aws_managed_key(value))
    text = text_value(value)
    return KmsKey(text, NO) if isinstance(text, str) else text


def _tags(value: Value, template: Template) -> Stated[Mapping[str, TagValue]]:
    if not isinstance(value, list):
        return value if value is None or isinstance(value, Unknown) else _invalid(value)
    tags: dict[str, TagValue] = {}
    for stated in value:
        tag = template.evaluate(stated)
        if isinstance(tag, Mapping):
            key = text_value(template.evaluate(tag.get("Key")))
            if isinstance(key, str):
                tag_value = text_value(template.evaluate(tag.get("Value")))
                tags[key] = None if isinstance(tag_value, Invalid) else tag_value
                continue
        return unresolved("Tags")
    return tags


def read_queue(conf: Mapping[str, Any], template: Template) -> Queue:
    """The queue that an `AWS::SQS::Queue` states. conf: the resource, as Checkov hands it to a check."""
    stated = conf.get("Properties")
    properties: Mapping[str, Any] = stated if isinstance(stated, Mapping) else {}

    def setting_of(name: str, value: Stated[T]) -> Setting[T]:
        return Setting(name, f"Properties/{name}", value, "{}: {}")

    def read(name: str, convert: Callable[[Value], Stated[T]]) -> Setting[T]:
        return setting_of(name, convert(template.evaluate(properties.get(name))))

    return Queue(
        name=read("QueueName", text_value),
        name_prefix=setting_of("QueueName", None),
        fifo_queue=read("FifoQueue", _boolean),
        content_based_deduplication=read("ContentBasedDeduplication", _boolean),
        deduplication_scope=read("DeduplicationScope", text_value),
        fifo_throughput_limit=read("FifoThroughputLimit", text_value),
        kms_master_key_id=read("KmsMasterKeyId", _key),
        kms_data_key_reuse_period_seconds=read("KmsDataKeyReusePeriodSeconds", whole_number),
        sqs_managed_sse_enabled=read("SqsManagedSseEnabled", _boolean),
        maximum_message_size=read("MaximumMessageSize", whole_number),
        message_retention_period=read("MessageRetentionPeriod", whole_number),
        visibility_timeout=read("VisibilityTimeout", whole_number),
        tags=setting_of("Tags", _tags(template.evaluate(properties.get("Tags")), template)),
        own_key_example="!GetAtt <YourKey>.Arn",
    )
