"""What is known of AWS's resources and data sources beyond what their blocks state.

Source: Terraform AWS provider, the attributes of the resources and data sources named here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.type_constraints import STRING, convert, map_of
from sqs_checks.terraform.modules.resource_instance import ResourceInstance
from sqs_checks.terraform.resources.policy_document_data import policy_document_json
from sqs_checks.terraform.resources.provider_accounts import default_tags_of, region_of
from sqs_checks.values.configuration_values import MAP, OBJECT, Entries, Unknown, Value, is_hidden, why_unknown

# What the provider plans where the code states nothing; any other attribute that is not among them is AWS's to fill in.
_DEFAULTS: Mapping[str, Mapping[str, Value]] = {
    "terraform_data": {"input": None, "triggers_replace": None},
    "aws_sqs_queue": {
        "content_based_deduplication": False,
        "delay_seconds": 0,
        "fifo_queue": False,
        "kms_master_key_id": None,
        "max_message_size": 262_144,
        "message_retention_seconds": 345_600,
        "receive_wait_time_seconds": 0,
        "tags": None,
        "visibility_timeout_seconds": 30,
    },
    "aws_sns_topic": {
        "content_based_deduplication": False,
        "display_name": None,
        "fifo_topic": False,
        "kms_master_key_id": None,
        "tags": None,
    },
    "aws_lambda_function": {"kms_key_arn": None, "timeout": 3, "memory_size": 128, "tags": None},
    "aws_kms_key": {
        "customer_master_key_spec": "SYMMETRIC_DEFAULT",
        "enable_key_rotation": False,
        "is_enabled": True,
        "key_usage": "ENCRYPT_DECRYPT",
        "tags": None,
    },
    "aws_iam_role": {"path": "/", "permissions_boundary": None, "tags": None},
    "aws_s3_bucket": {"tags": None},
    "aws_cloudwatch_event_rule": {"event_bus_name": "default", "tags": None},
}
# Attributes that are another one under a second name.
_SAME: Mapping[tuple[str, str], str] = {
    ("aws_sqs_queue", "id"): "url",
    ("aws_sns_topic", "id"): "arn",
    ("aws_lambda_function", "id"): "function_name",
    ("aws_iam_role", "id"): "name",
    ("aws_s3_bucket", "id"): "bucket",
}


def read_attribute(instance: ResourceInstance, name: str) -> Value:
    """An attribute as other code sees it. Raises InvalidExpressionError where Terraform refuses it."""
    if instance.mode == "data":
        read = _DATA.get(instance.type)
        if read is not None:
            return read(instance, name)
    elif name == "tags_all" and instance.type.startswith("aws_"):
        return _all_tags(instance)
    name = _SAME.get((instance.type, name), name)
    stated = instance.stated_attribute(name)
    if stated is not None:
        return stated
    defaults = _DEFAULTS.get(instance.type)
    if defaults is not None and name in defaults:
        return defaults[name]
    return instance.computed(name)


def _all_tags(instance: ResourceInstance) -> Value:
    """The tags that a resource states over those of its provider."""
    merged: dict[str, Value] = {}
    for tags in (*default_tags_of(instance), instance.stated_attribute("tags")):
        if tags is not None and not isinstance(tags, Entries):
            return Unknown(why_unknown(tags), map_of(STRING))
        merged.update({name: convert(value, STRING) for name, value in tags.items.items()} if tags is not None else {})
    return Entries(MAP, merged, STRING) if merged else instance.computed("tags_all")


def _caller_identity(instance: ResourceInstance, name: str) -> Value:
    if name in ("account_id", "id"):
        return instance.computed("account_id")
    return Unknown(f"`{instance.address}.{name}` is known only when it is applied", STRING, not_null=True)


def _partition(instance: ResourceInstance, name: str) -> Value:
    is_china = (region_of(instance) or "").startswith("cn-")
    if name in ("partition", "id"):
        region = region_of(instance)
        if region is None:
            return instance.computed("partition")
        return "aws-cn" if is_china else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    if name == "dns_suffix":
        # Where the region is not told, as for all partitions but China's.
        return "amazonaws.com.cn" if is_china else "amazonaws.com"
    if name == "reverse_dns_prefix":
        return "cn.com.amazonaws" if is_china else "com.amazonaws"
    raise InvalidExpressionError(f"there is no attribute `{name}`")


def _region(instance: ResourceInstance, name: str) -> Value:
    stated = instance.value("name") or instance.value("region")
    if name in ("name", "id", "region"):
        if isinstance(stated, str):
            return stated
        return region_of(instance) or instance.computed("region")
    return Unknown(f"`{instance.address}.{name}` is known only when it is applied", STRING, not_null=True)


def _queue(instance: ResourceInstance, name: str) -> Value:
    return instance.argument("name") if name == "name" else instance.computed("url" if name == "id" else name)


def _arn(instance: ResourceInstance, name: str) -> Value:
    stated = instance.argument("arn")
    names = ("partition", "service", "region", "account", "resource")
    if name == "arn" or name not in names:
        return stated
    if isinstance(stated, str):
        parts = stated.split(":", 5)
        if len(parts) != 6:
            raise InvalidExpressionError(f"`{stated}` is no ARN")
        return parts[1 + names.index(name)]
    return Unknown(why_unknown(stated) if is_hidden(stated) else "the ARN is not known", STRING, not_null=True)


def _template_file(instance: ResourceInstance, name: str) -> Value:
    if name != "rendered":
        return instance.argument(name)
    template, variables = instance.argument("template"), instance.argument("vars")
    if not isinstance(template, str) or (variables is not None and not isinstance(variables, Entries)):
        return Unknown(f"the template of `{instance.address}` is not known", STRING, not_null=True)
    return instance.module.context().render(template, variables or Entries(OBJECT, {}), str(instance.address))


def _policy_document(instance: ResourceInstance, name: str) -> Value:
    if name in ("json", "minified_json"):
        return policy_document_json(instance)
    stated = instance.stated_attribute(name)
    return stated if stated is not None else instance.computed(name)


_DATA: Mapping[str, Callable[[ResourceInstance, str], Any]] = {
    "aws_arn": _arn,
    "aws_caller_identity": _caller_identity,
    "aws_iam_policy_document": _policy_document,
    "aws_partition": _partition,
    "aws_region": _region,
    "aws_sqs_queue": _queue,
    "template_file": _template_file,
}
