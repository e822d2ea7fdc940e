"""Whether two values are equal, where that much is known.

Source: cty, "Value.Equals": values of different types are not equal, except where one is null.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional, Union

from sqs_checks.values.configuration_values import (
    SET,
    Attribute,
    Deferred,
    Elements,
    Entries,
    PiecedText,
    Unknown,
    Value,
    is_hidden,
    is_null,
    is_number,
    without_type,
)

# Attributes by which AWS tells things apart.
_NEVER_EMPTY = {"arn", "id", "url", "name", "key_id", "account_id", "function_name", "bucket", "unique_id"}


def equality(left: Value, right: Value) -> Optional[bool]:
    """Whether two values are equal; None where it is not known."""
    left, right = without_type(left), without_type(right)
    if is_hidden(left) or is_hidden(right) or isinstance(left, Deferred) or isinstance(right, Deferred):
        return _hidden_equality(left, right)
    if isinstance(left, Elements) and isinstance(right, Elements):
        if left.kind != right.kind or _types_differ(left, right):
            return False
        if left.kind == SET:
            return _set_equality(left, right)
        if len(left.items) != len(right.items):
            return False
        return _all(map(_equality_of_parts, left.parts, right.parts))
    if isinstance(left, Entries) and isinstance(right, Entries):
        if left.kind != right.kind or left.items.keys() != right.items.keys() or _types_differ(left, right):
            return False
        return _all(_equality_of_parts(left.part(name), right.part(name)) for name in left.items)
    if is_number(left) and is_number(right):
        return bool(left == right)
    return type(left) is type(right) and bool(left == right)


def _equality_of_parts(left: Value, right: Value) -> Optional[bool]:
    """Inside of a tuple or an object, nulls of different types are not equal either."""
    if is_null(left) and is_null(right):
        return bool(_type_of_null(left) == _type_of_null(right))
    return equality(left, right)


def _type_of_null(value: Value) -> Any:
    known = getattr(value, "type", None)
    return None if getattr(known, "kind", None) == "dynamic" else known


def _types_differ(left: Union[Elements, Entries], right: Union[Elements, Entries]) -> bool:
    """Whether two collections hold values of different types, where both have been given one."""
    return left.type is not None and right.type is not None and left.type != right.type


def _all(answers: Iterable[Optional[bool]]) -> Optional[bool]:
    result: Optional[bool] = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def _set_equality(left: Elements, right: Elements) -> Optional[bool]:
    if all(contains(right.items, item) is True for item in left.items) and all(
        contains(left.items, item) is True for item in right.items
    ):
        return True
    # One element that the other certainly lacks tells them apart.
    apart = any(contains(right.items, item) is False for item in left.items)
    apart = apart or any(contains(left.items, item) is False for item in right.items)
    return False if apart else None


def contains(items: Iterable[Value], value: Value) -> Optional[bool]:
    """Whether a value is one of the items; None where it is not known."""
    result: Optional[bool] = False
    for item in items:
        answer = equality(item, value)
        if answer:
            return True
        if answer is None:
            result = None
    return result


def _hidden_equality(left: Value, right: Value) -> Optional[bool]:
    if isinstance(left, Attribute) and isinstance(right, Attribute):
        return True if left == right else None
    if isinstance(left, Deferred) and isinstance(right, Deferred):
        return True if left == right else None
    if left is None or right is None:
        other = right if left is None else left
        never_null = not isinstance(other, Unknown) or other.not_null
        return False if never_null else None
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Unknown) and one.among and all(equality(choice, other) is False for choice in one.among):
            return False
    for one, other in ((left, right), (right, left)):
        if isinstance(one, PiecedText) and (is_number(other) or isinstance(other, (bool, Elements, Entries))):
            return False
        if isinstance(one, Attribute) and other == "" and one.name in _NEVER_EMPTY:
            return False
    if _is_texts(left) and _is_texts(right) and _texts_differ(left, right):
        return False
    if isinstance(left, PiecedText) and left == right and not any(isinstance(piece, Unknown) for piece in left.pieces):
        return True
    return None


def _is_texts(value: Value) -> bool:
    return isinstance(value, (str, PiecedText, Unknown))


def _texts_differ(left: Union[str, PiecedText, Unknown], right: Union[str, PiecedText, Unknown]) -> bool:
    """Whether two texts begin or end differently, or one is too short to be the other."""
    starts = (known_prefix(left), known_prefix(right))
    if starts[0][: len(starts[1])] != starts[1][: len(starts[0])]:
        return True
    # Turned round, ends are starts.
    ends = (known_suffix(left)[::-1], known_suffix(right)[::-1])
    if ends[0][: len(ends[1])] != ends[1][: len(ends[0])]:
        return True
    for text, pieced in ((left, right), (right, left)):
        if isinstance(text, str) and isinstance(pieced, PiecedText):
            known = [piece for piece in pieced.pieces if isinstance(piece, str)]
            if len(text) < sum(map(len, known)) or not _holds_in_order(text, known):
                return True
    return False


def _holds_in_order(text: str, parts: Iterable[str]) -> bool:
    position = 0
    for part in parts:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return True


def known_prefix(text: Value) -> str:
    """How a text is known to begin."""
    return text if isinstance(text, str) else text.prefix if isinstance(text, (PiecedText, Unknown)) else ""


def known_suffix(text: Value) -> str:
    """How a text is known to end."""
    if isinstance(text, PiecedText):
        last = text.pieces[-1]
        return last if isinstance(last, str) else ""
    return text if isinstance(text, str) else ""
