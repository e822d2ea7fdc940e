"""`aws_sqs_queue` as a queue.

Source: Terraform AWS provider, resource `aws_sqs_queue`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Callable, TypeVar, Union

from sqs_checks.frameworks.terraform_expressions import is_expression, unresolved
from sqs_checks.frameworks.terraform_resource import AttributeOf, Stated, TerraformResource
from sqs_checks.judgement.ternary import NO, Ternary, unknown
from sqs_checks.queues import setting
from sqs_checks.queues.kms_key_names import names_aws_managed_key
from sqs_checks.queues.setting import Setting, Unresolved
from sqs_checks.queues.sqs_queue import KmsKey, Queue, TagValue

T = TypeVar("T")

_OWN_KEY_TYPES = {"aws_kms_key", "aws_kms_alias", "aws_kms_external_key", "aws_kms_replica_key"}
_KEY_ARGUMENT_OF_DATA = {"aws_kms_alias": "name", "aws_kms_key": "key_id"}


def _text(stated: Stated) -> setting.Stated[str]:
    if isinstance(stated, str):
        return stated or None
    return None if stated is None else _opaque(stated)


def whole_number(stated: Stated) -> setting.Stated[int]:
    """A value that should be a whole number, or the text of one."""
    if isinstance(stated, int) and not isinstance(stated, bool):
        return stated
    if isinstance(stated, float) and stated.is_integer():
        return int(stated)
    if isinstance(stated, str) and re.fullmatch(r"-?\d{1,18}", stated):
        return int(stated)
    return None if stated is None else _opaque(stated)


def _boolean(stated: Stated) -> setting.Stated[bool]:
    if isinstance(stated, bool):
        return stated
    if isinstance(stated, str) and stated in ("true", "false"):
        return stated == "true"
    return None if stated is None else _opaque(stated)


def _opaque(stated: Stated) -> Unresolved:
    """Terraform itself refuses a value of a wrong type; what arrives as one is an expression Checkov misread."""
    if isinstance(stated, Unresolved):
        return stated
    return unresolved(stated.text if isinstance(stated, AttributeOf) else stated)


def _key(resource: TerraformResource) -> setting.Stated[KmsKey]:
    stated = resource.attribute("kms_master_key_id")
    source = resource.reference("kms_master_key_id")
    if source is not None and stated is not None:
        return KmsKey(source.text, _is_aws_managed(source))
    text = _text(stated)
    return KmsKey(text, names_aws_managed_key(text)) if isinstance(text, str) else text


def _is_aws_managed(source: AttributeOf) -> Ternary:
    if not source.is_data and source.resource_type in _OWN_KEY_TYPES:
        return NO
    name = (source.target or {}).get(_KEY_ARGUMENT_OF_DATA.get(source.resource_type, "")) if source.is_data else None
    if isinstance(name, str) and not is_expression(name):
        return names_aws_managed_key(name)
    return unknown(f"`{source.text}` is known only when it is applied")


def _tags(stated: Union[Mapping[str, Any], Unresolved]) -> setting.Stated[Mapping[str, TagValue]]:
    if isinstance(stated, Unresolved):
        return stated
    return {str(key): _tag_value(value) for key, value in stated.items()}


def _tag_value(value: Any) -> TagValue:
    if value is None or isinstance(value, Unresolved):
        return value
    text = str(value)
    return unresolved(text) if is_expression(text) else text


@lru_cache(maxsize=64)
def _left_out(name: str) -> Setting[Any]:
    """One object for all queues that leave an attribute out: most leave out most."""
    return Setting(name, name, None, "{} = {}")


def read_queue(resource: TerraformResource) -> Queue:
    """The queue that an `aws_sqs_queue` states."""

    def setting_of(name: str, value: setting.Stated[T]) -> Setting[T]:
        return Setting(name, name, value, "{} = {}")

    def read(name: str, convert: Callable[[Stated], setting.Stated[T]]) -> Setting[T]:
        stated = resource.attribute(name)
        return _left_out(name) if stated is None else setting_of(name, convert(stated))

    return Queue(
        name=read("name", _text),
        name_prefix=read("name_prefix", _text),
        fifo_queue=read("fifo_queue", _boolean),
        content_based_deduplication=read("content_based_deduplication", _boolean),
        deduplication_scope=read("deduplication_scope", _text),
        fifo_throughput_limit=read("fifo_throughput_limit", _text),
        kms_master_key_id=setting_of("kms_master_key_id", _key(resource)),
        kms_data_key_reuse_period_seconds=read("kms_data_key_reuse_period_seconds", whole_number),
        sqs_managed_sse_enabled=read("sqs_managed_sse_enabled", _boolean),
        maximum_message_size=read("max_message_size", whole_number),
        message_retention_period=read("message_retention_seconds", whole_number),
        visibility_timeout=read("visibility_timeout_seconds", whole_number),
        tags=setting_of("tags", _tags(resource.tags())),
        own_key_example="aws_kms_key.<your key>.arn",
    )
