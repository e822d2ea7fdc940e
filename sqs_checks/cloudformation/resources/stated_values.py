"""Values of properties as attributes of a queue take them: a text, a whole number, a bool.

Source: AWS CloudFormation User Guide, "CloudFormation template format" (numbers and booleans become text where text is
wanted, and text becomes them).
"""

from __future__ import annotations

import re

from sqs_checks.cloudformation.intrinsics.template_scalars import why_open
from sqs_checks.queues.setting import Stated
from sqs_checks.values.configuration_values import Elements, Invalid, Unknown, Value, is_hidden, is_number
from sqs_checks.values.exact_numbers import number_text


def invalid(value: Value) -> Invalid:
    """A value that is not of the type that the property takes."""
    if isinstance(value, str):
        return Invalid(f"`{value}`"[:80])
    return Invalid("a list" if isinstance(value, Elements) else "a mapping")


def stated_text(value: Value) -> Stated[str]:
    """A text; one that is empty counts as not set."""
    if value is None or isinstance(value, str):
        return value or None
    if is_hidden(value):
        return Unknown(why_open(value))
    if isinstance(value, bool):
        return str(value).lower()
    return number_text(value) if is_number(value) else invalid(value)


def stated_number(value: Value) -> Stated[int]:
    """A whole number, or the text of one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = stated_text(value)
    if isinstance(text, str):
        return int(text) if re.fullmatch(r"-?\d{1,18}", text) else invalid(text)
    return text


def stated_bool(value: Value) -> Stated[bool]:
    """A bool, or the text of one."""
    text = stated_text(value)
    if isinstance(text, str):
        return text.lower() == "true" if text.lower() in ("true", "false") else invalid(text)
    return text
