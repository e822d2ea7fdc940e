"""JSON of which parts are not known: texts with holes, read and written.

Source: RFC 8259; Go, package encoding/json (which characters Terraform's `jsonencode` escapes).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from json.encoder import encode_basestring
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.values.configuration_values import (
    LIST,
    OBJECT,
    Attribute,
    Elements,
    Entries,
    PiecedText,
    Unknown,
    Value,
    is_number,
    joined_text,
    only_possibility,
    why_unknown,
)
from sqs_checks.values.exact_numbers import number_text

# What stands for a hole while Python's own reader works; a text that holds these characters itself is left to be unknown.
_BEGIN, _END = "\ue0e0", "\ue0e1"
_HOLE = re.compile(f"{_BEGIN}(\\d+){_END}")


class JsonDocument(NamedTuple):
    """What a JSON text states. repeated_keys: keys that an object states more than once; the last one counts."""

    stated: Value
    repeated_keys: tuple[str, ...] = ()


class NotJsonError(ValueError):
    """The text is no JSON, whatever its holes are. The message says why."""


def read_json_text(
    text: Union[str, PiecedText],
    *,
    list_kind: str = LIST,
    object_kind: str = OBJECT,
    text_of: Optional[Callable[[Attribute], Union[str, PiecedText, Unknown]]] = None,
) -> JsonDocument:
    """The values of a JSON text. A hole inside a text is a piece of it; one outside is a value that is not known.

    list_kind, object_kind: what arrays and objects are to be. text_of: what is to stand in texts for an attribute, which
    otherwise stands for itself. Raises NotJsonError, on too deep a nesting too.
    """
    repeated: list[str] = []
    holes: list[Any] = []

    def made(value: Any) -> Value:
        if isinstance(value, _Pairs):
            return Entries(object_kind, _items(value, made, repeated))
        if isinstance(value, list):
            return Elements(list_kind, [made(item) for item in value])
        if isinstance(value, str):
            # Half a character that is written by its number stands for none.
            value = value if value.isascii() else _SURROGATE.sub("\ufffd", value)
            return _filled(value, holes, text_of) if holes else value
        return value

    try:
        plain = text if isinstance(text, str) else _with_marks(text, holes)
        return JsonDocument(made(_DECODER.decode(plain)), tuple(dict.fromkeys(repeated)))
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from error


_SURROGATE = re.compile("[\ud800-\udfff]")


class _Pairs(list):  # type: ignore[type-arg]
    """The members of an object, as they stand."""


def _number(text: str) -> Any:
    value = Fraction(text)
    return value.numerator if value.denominator == 1 else value


def _whole_number(text: str) -> Any:
    return -0.0 if text == "-0" else int(text)


def _no_constant(text: str) -> Any:
    raise ValueError(f"`{text}` is no value of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_Pairs, parse_float=_number, parse_int=_whole_number, parse_constant=_no_constant)


def _items(pairs: Sequence[tuple[str, Any]], made: Any, repeated: list[str]) -> dict[str, Value]:
    items: dict[str, Value] = {}
    for key, value in pairs:
        if key in items:
            repeated.append(key)
        items[key] = made(value)
    return items


def _with_marks(text: PiecedText, holes: list[Any]) -> str:
    """The text with a mark for each hole, in quotes where the hole stands outside of them."""
    written: list[str] = []
    inside = False
    for piece in text.pieces:
        if isinstance(piece, str):
            if _BEGIN in piece or _END in piece:
                raise NotJsonError("it holds characters that no document needs")
            inside = _is_inside(piece, inside)
            written.append(piece)
            continue
        holes.append((piece, not inside))
        mark = f"{_BEGIN}{len(holes) - 1}{_END}"
        written.append(mark if inside else f'"{mark}"')
    return "".join(written)


_ESCAPE = re.compile(r"\\.", re.DOTALL)


def _is_inside(piece: str, inside: bool) -> bool:
    if "\\" in piece:
        piece = _ESCAPE.sub("", piece)
    return inside != bool(piece.count('"') % 2)


def _filled(text: str, holes: Sequence[Any], text_of: Any) -> Value:
    if _BEGIN not in text:
        return text
    whole = _HOLE.fullmatch(text)
    if whole is not None:
        piece, is_outside = holes[int(whole.group(1))]
        if is_outside:
            return Unknown(why_unknown(piece))
        if isinstance(piece, Attribute):
            return piece if text_of is None else text_of(piece)
        return PiecedText((piece,))
    pieces: list[Any] = _HOLE.split(text)
    pieces[1::2] = [holes[int(number)][0] for number in pieces[1::2]]
    if text_of is not None:
        pieces = [text_of(piece) if isinstance(piece, Attribute) else piece for piece in pieces]
    return joined_text(pieces)


def write_json(value: Value) -> Union[str, PiecedText]:
    """The value as Terraform's `jsonencode` writes it; what is not known stays a hole.

    Raises ValueError for what cannot be written: an object of which not all attributes are known.
    """
    pieces: list[Any] = []
    _write(value, pieces)
    return joined_text(pieces)


_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_ESCAPED = re.compile("[<>&\u2028\u2029]")


def _escaped(text: str) -> str:
    written = encode_basestring(text)
    return _ESCAPED.sub(lambda match: _ESCAPES[match.group()], written) if _ESCAPED.search(written) else written


def _write(value: Value, pieces: list[Any]) -> None:
    if isinstance(value, str):
        pieces.append(_escaped(value))
        return
    if isinstance(value, Unknown):
        value = only_possibility(value)
    if value is None:
        pieces.append("null")
    elif isinstance(value, bool):
        pieces.append("true" if value else "false")
    elif isinstance(value, Elements):
        pieces.append("[")
        for number, item in enumerate(value.items):
            if number:
                pieces.append(",")
            _write(item, pieces)
        pieces.append("]")
    elif isinstance(value, Entries):
        pieces.append("{")
        for number, name in enumerate(sorted(value.items)):
            pieces.append(f"{',' if number else ''}{_escaped(name)}:")
            _write(value.items[name], pieces)
        pieces.append("}")
    elif isinstance(value, PiecedText):
        pieces.append('"')
        pieces.extend(_escaped(piece)[1:-1] if isinstance(piece, str) else piece for piece in value.pieces)
        pieces.append('"')
    elif isinstance(value, Attribute):
        pieces += ['"', value, '"']
    elif isinstance(value, Unknown):
        # It may be null, a number, a list: only a text that cannot be null stands in quotes for certain.
        is_text = value.not_null and getattr(value.type, "kind", None) == "string"
        pieces += ['"', value, '"'] if is_text else [value]
    elif is_number(value):
        pieces.append(number_text(value))
    else:
        raise ValueError(f"`{value.label}` as a whole is not known")


def from_json(value: Any) -> Value:
    """What Python's reader of JSON or YAML makes of a text, as a value of a configuration; values in it stay what they are."""
    if isinstance(value, list):
        return Elements(LIST, [from_json(item) for item in value])
    if isinstance(value, dict):
        return Entries(OBJECT, {str(name): from_json(item) for name, item in value.items()})
    if isinstance(value, float):
        return _number(repr(value)) if math.isfinite(value) else str(value)
    return value
