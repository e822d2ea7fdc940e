"""`aws_sqs_queue` as a queue.

Source: Terraform AWS provider, resource `aws_sqs_queue`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Callable, Optional, TypeVar

from sqs_checks.judgement.ternary import NO, Ternary, all_of, any_of, unknown
from sqs_checks.queues import setting
from sqs_checks.queues.kms_key_names import names_aws_managed_key
from sqs_checks.queues.setting import Setting
from sqs_checks.queues.sqs_queue import KmsKey, Queue, SomeTags, Tags, TagValue
from sqs_checks.terraform.resources.configured_resource import ConfiguredResource, resource_of
from sqs_checks.terraform.resources.stated_values import as_unknown, stated_bool, stated_number, stated_text
from sqs_checks.values.configuration_values import Attribute, Entries, PiecedText, Unknown, Value, is_hidden

T = TypeVar("T")

# What the provider sets where the code says nothing.
_DEFAULT_MESSAGE_BYTES = 262_144

_OWN_KEY_TYPES = {"aws_kms_key", "aws_kms_alias", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key"}
_KEY_ARGUMENT_OF_DATA = {"aws_kms_alias": "name", "aws_kms_key": "key_id"}


def _key(value: Value) -> setting.Stated[KmsKey]:
    if isinstance(value, Attribute):
        return KmsKey(value.label, _is_aws_managed(value))
    if isinstance(value, PiecedText):
        return KmsKey(value.shown, _managed_by_pieces(value))
    if isinstance(value, Unknown):
        return _one_of(value)
    text = stated_text(value)
    return KmsKey(text, names_aws_managed_key(text)) if isinstance(text, str) else text


def _key_of(resource: ConfiguredResource, value: Value) -> setting.Stated[KmsKey]:
    origin = resource.origin("kms_master_key_id") if isinstance(value, str) and value else None
    return _key(origin) if origin is not None else _key(value)


def _one_of(value: Unknown) -> setting.Stated[KmsKey]:
    """A key that is one of several: known as far as they are alike."""
    keys = [_key(one) for one in value.among]
    if not keys or not value.not_null or not all(isinstance(key, KmsKey) for key in keys):
        return as_unknown(value)
    managed = [key.aws_managed for key in keys if isinstance(key, KmsKey)]
    alike = all_of(managed) == any_of(managed)
    shown = " or ".join(dict.fromkeys(str(key) for key in keys))
    return KmsKey(shown, managed[0] if alike else unknown(value.reason))


def _managed_by_pieces(value: PiecedText) -> Ternary:
    attributes = [piece for piece in value.pieces if isinstance(piece, Attribute)]
    own = [piece for piece in attributes if resource_of(piece.owner).type in _OWN_KEY_TYPES]
    return _is_aws_managed(own[0]) if own else names_aws_managed_key(value)


def _is_aws_managed(attribute: Attribute) -> Ternary:
    resource = resource_of(attribute.owner)
    if resource.mode == "managed" and resource.type in _OWN_KEY_TYPES:
        return NO
    if resource.mode == "data" and resource.type in _KEY_ARGUMENT_OF_DATA:
        named = _key(resource.value(_KEY_ARGUMENT_OF_DATA[resource.type]))
        if isinstance(named, KmsKey):
            return named.aws_managed
    return unknown(f"`{attribute.label}` is known only when it is applied")


def read_tags(resource: ConfiguredResource) -> setting.Stated[Tags]:
    """The tags that the resource will carry, those that its provider adds among them."""
    merged: dict[str, TagValue] = {}
    rest: Optional[Unknown] = None
    for stated in (*resource.default_tags(), resource.value("tags")):
        if stated is None:
            continue
        if not isinstance(stated, Entries):
            rest = as_unknown(stated)
            merged = dict.fromkeys(merged, rest)  # which may have another value there
        known = stated.items if isinstance(stated, Entries) else stated.entries if isinstance(stated, Unknown) else {}
        merged.update({name: _tag_value(value) for name, value in known.items()})
    if rest is None:
        return merged
    return SomeTags(merged, rest) if merged else rest


def _tag_value(value: Value) -> TagValue:
    if value is None or is_hidden(value):
        return None if value is None else as_unknown(value)
    text = stated_text(value)
    return text if isinstance(text, (str, Unknown)) else "" if text is None else as_unknown(value)


@lru_cache(maxsize=64)
def _left_out(name: str) -> Setting[Any]:
    """One object for all queues that leave an attribute out: most leave out most."""
    return Setting(name, name, None, "{} = {}")


def read_queue(resource: ConfiguredResource) -> Queue:
    """The queue that an `aws_sqs_queue` states."""

    def read(name: str, convert: Callable[[Value], setting.Stated[T]]) -> Setting[T]:
        value = resource.value(name)
        return _left_out(name) if value is None else Setting(name, name, convert(value), "{} = {}")

    return Queue(
        name=read("name", stated_text),
        name_prefix=read("name_prefix", stated_text),
        fifo_queue=read("fifo_queue", stated_bool),
        content_based_deduplication=read("content_based_deduplication", stated_bool),
        deduplication_scope=read("deduplication_scope", stated_text),
        fifo_throughput_limit=read("fifo_throughput_limit", stated_text),
        kms_master_key_id=read("kms_master_key_id", lambda value: _key_of(resource, value)),
        kms_data_key_reuse_period_seconds=read("kms_data_key_reuse_period_seconds", stated_number),
        sqs_managed_sse_enabled=read("sqs_managed_sse_enabled", stated_bool),
        maximum_message_size=read("max_message_size", stated_number).or_default(_DEFAULT_MESSAGE_BYTES),
        message_retention_period=read("message_retention_seconds", stated_number),
        visibility_timeout=read("visibility_timeout_seconds", stated_number),
        delay=read("delay_seconds", stated_number),
        receive_message_wait_time=read("receive_wait_time_seconds", stated_number),
        tags=Setting("tags", "tags", read_tags(resource), "{} = {}"),
        own_key_example="aws_kms_key.<your key>.arn",
    )
