"""Texts and numbers of templates: what is written, what it is as a text, and which parts of it are put in later.

Source: AWS CloudFormation User Guide, "Fn::Sub", "Get values stored in other services using dynamic references".
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.values.configuration_values import (
    Attribute,
    Elements,
    Entries,
    PiecedText,
    TooHeavyError,
    Unknown,
    Value,
    is_number,
    joined_text,
)
from sqs_checks.values.exact_numbers import number_text

_LONGEST_TEXT = 1_000_000
_MOST_PIECES = 5_000


# What Checkov mixes into the mappings of a template.
MIXED_IN = frozenset({"__file__", "__startline__", "__endline__"})


class Kind(NamedTuple):
    """The type of a value that is not known, as `Unknown.type`."""

    kind: str


TEXT, LIST_OF_TEXT = Kind("string"), Kind("list")


class Refused(Unknown):
    """What CloudFormation refuses: no stack is made of a template that says so. reason: why, as a phrase."""

    __slots__ = ()


class OfElsewhere(Unknown):
    """Something of a stack that is not scanned: whatever it is, it is nothing of the scanned templates."""

    __slots__ = ()


class PartOf(Unknown):
    """A part of the text of an attribute. whole: the attribute."""

    __slots__ = ("whole",)

    def __init__(self, whole: Attribute) -> None:
        super().__init__(f"`{whole.label}` is known only when the stack is made", not_null=True)
        self.whole = whole


class Known:
    """A value in the place of a node: what a loop has put there."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


def unknown_text(reason: str, *, among: Iterable[Value] = ()) -> Unknown:
    return Unknown(reason, TEXT, not_null=True, among=tuple(among))


def why_open(value: Value) -> str:
    """Why a value that is not known is not known."""
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, PiecedText):
        return next(why_open(piece) for piece in value.pieces if not isinstance(piece, str))
    return f"`{value.label}` is known only when the stack is made" if isinstance(value, Attribute) else "it is not known"


def is_mapping(node: Any) -> bool:
    return isinstance(node, dict)


def is_list(node: Any) -> bool:
    return isinstance(node, (list, tuple))


def key_text(key: Any) -> str:
    """The key of a mapping as a text: YAML reads unquoted account ids as numbers."""
    if type(key) is str:
        return key
    text = as_text(scalar_value(key))
    return text if isinstance(text, str) else "?"


def members(node: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """What a mapping states, without the keys that Checkov mixes in."""
    for key, value in node.items():
        name = key_text(key)
        if name not in MIXED_IN:
            yield name, value


def section(node: Any, name: str) -> dict[str, Any]:
    """What a mapping states under a name, by name; nothing where that is no mapping."""
    stated: Any = node.get(name) if is_mapping(node) else None
    return dict(members(stated)) if is_mapping(stated) else {}


def scalar_value(node: Any) -> Value:
    """The value of what is neither mapping nor list."""
    if isinstance(node, str):
        text = str(node)
        return with_references(text) if "{{" in text else text
    if isinstance(node, Known):
        return node.value
    if isinstance(node, (bool, int)):
        return node
    if isinstance(node, float):
        return _number(Fraction(repr(node))) if math.isfinite(node) else str(node)
    if isinstance(node, Fraction):
        return _number(node)
    if isinstance(node, datetime.date):
        # An unquoted `Version: 2012-10-17` is a date to YAML.
        return node.isoformat()
    if node is None:
        return Refused("CloudFormation takes no null")
    return Unknown("it is nothing that a template can state")


def _number(value: Fraction) -> Value:
    return value.numerator if value.denominator == 1 else value


def as_text(value: Value) -> Value:
    """A value where CloudFormation wants a text: numbers and booleans become one. Refused where it is none."""
    if isinstance(value, (str, PiecedText, Attribute)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return number_text(value)
    if isinstance(value, Unknown):
        return value if _kind(value) != "list" else Refused("a list stands where CloudFormation takes a text only")
    if isinstance(value, Elements):
        return Refused("a list stands where CloudFormation takes a text only")
    if isinstance(value, Entries):
        return Refused("a mapping stands where CloudFormation takes a text only")
    return Refused("nothing stands where CloudFormation takes a text")


def _kind(value: Unknown) -> Optional[str]:
    return getattr(value.type, "kind", None)


def joined(parts: Iterable[Value]) -> Value:
    """Texts one behind the other: one attribute or unknown alone is itself. Refused where a part is."""
    pieces: list[Union[str, Unknown, Attribute, PiecedText]] = []
    length = 0
    for part in map(as_text, parts):
        if isinstance(part, Refused):
            return part
        length += len(part) if isinstance(part, str) else 0
        if length > _LONGEST_TEXT:
            raise TooHeavyError
        pieces.append(part)
    if len(pieces) > _MOST_PIECES:
        raise TooHeavyError
    text = joined_text(pieces)
    if isinstance(text, PiecedText):
        alone = text.pieces[0]
        if len(text.pieces) == 1 and not isinstance(alone, str):
            return alone if isinstance(alone, Attribute) else Unknown(
                alone.reason, TEXT, not_null=True, prefix=alone.prefix, among=alone.among
            )  # fmt: skip
        return with_references(text) if any("{{" in piece for piece in text.pieces if isinstance(piece, str)) else text
    return with_references(text) if "{{" in text else text


_REFERENCE, _REFERENCE_END = "{{resolve:", "}}"


def with_references(text: Union[str, PiecedText]) -> Value:
    """A text with each `{{resolve:…}}` unknown; one that is not closed is left: it may be a part of a longer text."""
    pieces: list[Any] = []
    inside: list[Any] = []  # what follows an opening that has not been closed yet
    for piece in text.pieces if isinstance(text, PiecedText) else (text,):
        rest: Any = piece
        while isinstance(rest, str):
            if inside:
                before, closed, rest_after = rest.partition(_REFERENCE_END)
                inside.append(before)
                if not closed:
                    rest = None
                    continue
                inside.append(closed)
                pieces.append(unknown_text(f"`{_shown(inside)}` is looked up when the stack is made"))
                inside, rest = [], rest_after
            else:
                before, opened, rest_after = rest.partition(_REFERENCE)
                pieces.append(before)
                if not opened:
                    rest = None
                    continue
                inside, rest = [opened], rest_after
        if not isinstance(piece, str):
            (inside or pieces).append(piece)
    result = joined_text([*pieces, *inside])
    if isinstance(result, PiecedText) and len(result.pieces) == 1 and not isinstance(result.pieces[0], str):
        return result.pieces[0]
    return result


def _shown(pieces: list[Any]) -> str:
    text = "".join(piece if isinstance(piece, str) else f"${{{getattr(piece, 'label', '…')}}}" for piece in pieces)
    return text if len(text) <= 200 else f"{text[:200]}…"


class Placeholder(NamedTuple):
    """A `${…}` in a text of `Fn::Sub`. is_valid: whether CloudFormation takes the name."""

    name: str
    is_valid: bool


_NAME_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:")


def substitution_pieces(text: str) -> list[Union[str, Placeholder]]:
    """A text of `Fn::Sub` in pieces. `${!x}` is the text `${x}`; an opening that is never closed is text.

    Raises TooHeavyError where there are too many.
    """
    pieces: list[Union[str, Placeholder]] = []
    position = 0
    while True:
        start = text.find("${", position)
        end = text.find("}", start + 2) if start >= 0 else -1
        if end < 0:
            pieces.append(text[position:])
            return pieces
        pieces.append(text[position:start])
        if len(pieces) > _MOST_PIECES:
            raise TooHeavyError
        name = text[start + 2 : end]
        if name.startswith("!"):
            pieces.append(f"${{{name[1:]}}}")
        else:
            name = name.strip()
            pieces.append(Placeholder(name, bool(name) and all(character in _NAME_CHARACTERS for character in name)))
        position = end + 1
