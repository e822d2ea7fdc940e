"""`AWS::SQS::Queue` as a queue.

Source: AWS CloudFormation User Guide, resource type AWS::SQS::Queue.
"""

from __future__ import annotations

from typing import Callable, TypeVar

from sqs_checks.cloudformation.intrinsics.deployment_cases import ResourceIdentity
from sqs_checks.cloudformation.intrinsics.template_scalars import why_open
from sqs_checks.cloudformation.resources.deployed_resource import DeployedResource
from sqs_checks.cloudformation.resources.own_texts import with_own_texts
from sqs_checks.cloudformation.resources.stated_values import invalid, stated_bool, stated_number, stated_text
from sqs_checks.judgement.ternary import NO, Ternary, all_of, any_of, unknown
from sqs_checks.queues.kms_key_names import names_aws_managed_key
from sqs_checks.queues.setting import Setting, Stated
from sqs_checks.queues.sqs_queue import KmsKey, Queue, Tags, TagValue
from sqs_checks.values.configuration_values import (
    Attribute,
    Elements,
    Entries,
    Invalid,
    PiecedText,
    Unknown,
    Value,
    is_hidden,
)

T = TypeVar("T")

_OWN_KEY_TYPES = {"AWS::KMS::Key", "AWS::KMS::Alias", "AWS::KMS::ReplicaKey"}


def _key(value: Value, resource: DeployedResource) -> Stated[KmsKey]:
    if isinstance(value, Unknown):
        return _one_of(value, resource)
    if isinstance(value, (Attribute, PiecedText)):
        return KmsKey(value.label if isinstance(value, Attribute) else str(value), _is_aws_managed(value, resource))
    text = stated_text(value)
    return KmsKey(text, names_aws_managed_key(text)) if isinstance(text, str) else text


def _one_of(value: Unknown, resource: DeployedResource) -> Stated[KmsKey]:
    """A key that is one of several: known as far as they are alike."""
    keys = [_key(one, resource) for one in value.among]
    if not keys or not value.not_null or not all(isinstance(key, KmsKey) for key in keys):
        return Unknown(value.reason)
    managed = [key.aws_managed for key in keys if isinstance(key, KmsKey)]
    alike = all_of(managed) == any_of(managed)
    shown = " or ".join(dict.fromkeys(str(key) for key in keys))
    return KmsKey(shown, managed[0] if alike else unknown(value.reason))


def _is_aws_managed(value: Value, resource: DeployedResource) -> Ternary:
    attributes = [value] if isinstance(value, Attribute) else [one for one in value.pieces if isinstance(one, Attribute)]
    for attribute in attributes:
        owner = resource.find(attribute.owner) if isinstance(attribute.owner, ResourceIdentity) else None
        if owner is not None and owner.type in _OWN_KEY_TYPES:
            return NO
    text = with_own_texts(value, resource)
    return unknown(why_open(value)) if isinstance(text, Unknown) else names_aws_managed_key(text)


def _tags(value: Value) -> Stated[Tags]:
    if value is None:
        return None
    if not isinstance(value, Elements):
        return Unknown(why_open(value)) if is_hidden(value) else invalid(value)
    tags: dict[str, TagValue] = {}
    for tag in value.items:
        key = stated_text(tag.items.get("Key")) if isinstance(tag, Entries) else None
        if not isinstance(tag, Entries) or not isinstance(key, str):
            return Unknown(why_open(tag) if is_hidden(tag) else "not every tag has a key that is known")
        text = stated_text(tag.items.get("Value"))
        tags[key] = None if isinstance(text, Invalid) else text
    return tags


def read_queue(resource: DeployedResource) -> Queue:
    """The queue that an `AWS::SQS::Queue` states."""

    def setting_of(name: str, value: Stated[T]) -> Setting[T]:
        return Setting(name, f"Properties/{name}", value, "{}: {}")

    def read(name: str, convert: Callable[[Value], Stated[T]]) -> Setting[T]:
        return setting_of(name, convert(resource.value(name)))

    return Queue(
        name=read("QueueName", stated_text),
        name_prefix=setting_of("QueueName", None),
        fifo_queue=read("FifoQueue", stated_bool),
        content_based_deduplication=read("ContentBasedDeduplication", stated_bool),
        deduplication_scope=read("DeduplicationScope", stated_text),
        fifo_throughput_limit=read("FifoThroughputLimit", stated_text),
        kms_master_key_id=setting_of("KmsMasterKeyId", _key(resource.value("KmsMasterKeyId"), resource)),
        kms_data_key_reuse_period_seconds=read("KmsDataKeyReusePeriodSeconds", stated_number),
        sqs_managed_sse_enabled=read("SqsManagedSseEnabled", stated_bool),
        maximum_message_size=read("MaximumMessageSize", stated_number),
        message_retention_period=read("MessageRetentionPeriod", stated_number),
        visibility_timeout=read("VisibilityTimeout", stated_number),
        delay=read("DelaySeconds", stated_number),
        receive_message_wait_time=read("ReceiveMessageWaitTimeSeconds", stated_number),
        tags=read("Tags", _tags),
        own_key_example="!GetAtt <YourKey>.Arn",
    )
