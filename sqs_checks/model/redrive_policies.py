"""Redrive policies and redrive allow policies: objects, or JSON of them.

Source: Amazon SQS API Reference, "SetQueueAttributes" (RedrivePolicy, RedriveAllowPolicy).
"""

from __future__ import annotations

from typing import Union

from sqs_checks.queues.setting import Stated
from sqs_checks.values.configuration_values import (
    Attribute,
    Elements,
    Entries,
    Invalid,
    PiecedText,
    Unknown,
    Value,
    is_hidden,
    why_unknown,
)
from sqs_checks.values.json_text import NotJsonError, read_json_text


def stated_object(value: Value) -> Union[Entries, Unknown, Invalid, None]:
    """The object that a value is or that its JSON states; None where it states none, Unknown where that is not known."""
    if value is None or value == "":
        return None
    if isinstance(value, Entries):
        return value
    if isinstance(value, Unknown):
        cases = [stated_object(one) for one in value.among]
        if not cases or not all(one is None or isinstance(one, Entries) for one in cases):
            return value
        return Unknown(value.reason, not_null=value.not_null and None not in cases, among=tuple(cases))
    if isinstance(value, Attribute):
        # Of a plan: the only thing that the text is known to refer to.
        return Unknown(why_unknown(value), not_null=True, among=(value,))
    if not isinstance(value, (str, PiecedText)):
        return Invalid("no object")
    try:
        stated = read_json_text(value).stated
    except NotJsonError:
        return Invalid("no JSON") if isinstance(value, str) else Unknown(why_unknown(value))
    if stated is None:
        return None
    if is_hidden(stated):
        return Unknown(why_unknown(stated))
    return stated if isinstance(stated, Entries) else Invalid("no JSON object")


def item_of_each(stated: Unknown, name: str) -> Unknown:
    """An item of an object that is one of several; as little known as the object where these are not known."""
    if not stated.among or any(isinstance(one, Attribute) for one in stated.among):
        return stated
    items = [one.items.get(name) for one in stated.among if isinstance(one, Entries)]
    return Unknown(stated.reason, not_null=stated.not_null and None not in items, among=tuple(items)) if items else stated


def item_text(stated: Entries, name: str) -> Stated[str]:
    """A text among the items of a JSON argument."""
    value = stated.items.get(name)
    if value is None or isinstance(value, str):
        return value
    return Unknown(why_unknown(value)) if is_hidden(value) else Invalid(f"`{value}`"[:80])


def item_count(stated: Entries, name: str) -> Stated[int]:
    """How many entries a list among the items has."""
    value = stated.items.get(name)
    if value is None:
        return None
    if isinstance(value, Elements):
        return len(value.items)
    if isinstance(value, str):
        return 1
    return Unknown(why_unknown(value)) if is_hidden(value) else Invalid(f"`{value}`"[:80])
