"""Where the parts of a JSON text stand.

Source: RFC 8259.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import NamedTuple, Union

_BLANK = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"[^\s,\]}]+")


class Position(NamedTuple):
    """line and column count from 1."""

    line: int
    column: int


def positions_in(text: str) -> dict[str, Position]:
    """Where each value of a JSON text begins, by its path (`Statement[0].Principal.AWS[1]`; empty for the whole).

    Of a text that is no JSON, what stands ahead of the fault.
    """
    found: dict[str, int] = {}
    with suppress(ValueError, IndexError, RecursionError):
        _walk(text, _skip(text, 0), "", found)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    lines = {start: number for number, start in enumerate(starts, 1)}
    return {path: _position(offset, starts, lines) for path, offset in found.items()}


def fault_in(text: str) -> Position:
    """Where the reader of JSON gives up."""
    try:
        json.loads(text)
    except json.JSONDecodeError as fault:
        return Position(fault.lineno, fault.colno)
    except (ValueError, RecursionError):
        return Position(1, 1)
    return Position(1, 1)


def _position(offset: int, starts: list[int], lines: dict[int, int]) -> Position:
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return Position(lines[starts[low]], offset - starts[low] + 1)


def _skip(text: str, offset: int) -> int:
    blank = _BLANK.match(text, offset)
    return blank.end() if blank is not None else offset


def _walk(text: str, offset: int, path: str, found: dict[str, int]) -> int:
    """Goes through the value at an offset; the offset behind it."""
    found[path] = offset
    first = text[offset]
    if first == '"':
        return int(scanstring(text, offset + 1, False)[1])
    if first not in "{[":
        scalar = _SCALAR.match(text, offset)
        return scalar.end() if scalar is not None else offset + 1
    closing = "}" if first == "{" else "]"
    offset = _skip(text, offset + 1)
    number = 0
    while text[offset] != closing:
        name: Union[str, int] = number
        if first == "{":
            name, offset = scanstring(text, offset + 1, False)
            offset = _skip(text, _skip(text, offset) + 1)  # the colon
        inner = f"{path}[{name}]" if first == "[" else f"{path}.{name}" if path else str(name)
        offset = _skip(text, _walk(text, offset, inner, found))
        number += 1
        if text[offset] == ",":
            offset = _skip(text, offset + 1)
    return offset + 1
