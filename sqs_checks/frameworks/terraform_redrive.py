"""`redrive_policy` and `redrive_allow_policy`, in every spelling that a JSON attribute has in Terraform.

Source: Terraform AWS provider, resources `aws_sqs_queue`, `aws_sqs_queue_redrive_policy`,
`aws_sqs_queue_redrive_allow_policy` and `aws_sns_topic_subscription`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional, Union

from sqs_checks.frameworks.terraform_expressions import is_expression, jsonencode_items, unresolved
from sqs_checks.frameworks.terraform_resource import AttributeOf, TerraformResource
from sqs_checks.policy.attached_policy import NotJson, read_json
from sqs_checks.queues.setting import Malformed, Stated, Unresolved


def json_object(resource: TerraformResource, name: str) -> Union[Mapping[str, Any], Unresolved, Malformed, None]:
    """The object that a JSON attribute states, values still as Terraform writes them; None where it states none."""
    stated = resource.attribute(name)
    if stated is None or stated == "":
        return None
    if isinstance(stated, AttributeOf):
        return unresolved(stated.text)
    if isinstance(stated, Unresolved):
        items = jsonencode_items(stated.expression or "")
        if items is not None:
            return items
        text = resource.file_text(stated.expression or "")
        if text is None:
            return stated
        stated = text
    if isinstance(stated, str):
        read = read_json(stated)
        if isinstance(read, NotJson):
            return unresolved(stated) if is_expression(stated) else Malformed("no JSON")
        stated = read.stated
    return stated if isinstance(stated, Mapping) else Malformed("no JSON object")


def item_text(stated: Mapping[str, Any], name: str) -> Stated[str]:
    """A text among the items of a JSON attribute."""
    value = stated.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        return Malformed(f"`{value}`"[:80])
    text = value.strip("\"'") if value[:1] in ("'", '"') else value
    return unresolved(text) if is_expression(text) else text


def item_count(stated: Mapping[str, Any], name: str) -> Stated[int]:
    """How many entries a list among the items has; one that cannot be known hides how many."""
    value = stated.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return unresolved(value) if is_expression(value) or value.startswith("[") else 1
    if not isinstance(value, list):
        return Malformed(f"`{value}`"[:80])
    # Checkov renders a list variable without a value as an empty list.
    return len(value) if value else unresolved(f"{name} = …")


def item_number(stated: Mapping[str, Any], name: str) -> Optional[Any]:
    """A number among the items, as the reader of an attribute takes it."""
    value = stated.get(name)
    return unresolved(value) if isinstance(value, str) and is_expression(value) else value
