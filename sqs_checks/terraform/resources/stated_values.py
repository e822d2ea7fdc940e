"""Values of arguments as attributes of a queue take them: a text, a whole number, a bool; or unknown."""

from __future__ import annotations

import re

from sqs_checks.queues.setting import Stated
from sqs_checks.values.configuration_values import Unknown, Value, is_hidden, why_unknown


def as_unknown(value: Value) -> Unknown:
    """What is not known, or is not of a type that Terraform takes there."""
    if is_hidden(value):
        return Unknown(why_unknown(value))
    return Unknown("Terraform refuses a value of that type")


def stated_text(value: Value) -> Stated[str]:
    """An empty text is an argument that is left out."""
    if isinstance(value, str):
        return value or None
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return None if value is None else as_unknown(value)


def stated_number(value: Value) -> Stated[int]:
    """A whole number, or the text of one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    return None if value is None else as_unknown(value)


def stated_bool(value: Value) -> Stated[bool]:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    return None if value is None else as_unknown(value)
