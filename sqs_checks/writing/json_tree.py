"""The tree of a JSON text.

Source: RFC 8259.
"""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Optional

from sqs_checks.writing.notations import JSON, JSON_IN_TEMPLATE
from sqs_checks.writing.source_text import NotPlacedError
from sqs_checks.writing.written_tree import COMPUTED, MAPPING, SCALAR, SEQUENCE, Document, Entry, Node

_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?P<rest>(?:\.\d+)?(?:[eE][+-]?\d+)?)")
_WORDS = {"true": True, "false": False, "null": None}
_HIDDEN = re.compile("\x00+")


def read_json(text: str) -> Document:
    """The tree of a whole text. Raises NotPlacedError where it is no JSON."""
    root = _read(text, 0, len(text))
    return Document(text, JSON, root)


def read_json_within(text: str, masked: str, start: int, end: int) -> Document:
    """The tree of JSON within a text of Terraform. masked: the text with each `${…}` replaced by as many NULs."""
    return Document(text, JSON_IN_TEMPLATE, _read(masked, start, end))


def _read(text: str, start: int, end: int) -> Node:
    reader = _Reader(text, end)
    try:
        root = reader.value(reader.skip(start))
        behind = reader.skip(root.end)
    except (ValueError, IndexError, RecursionError) as fault:
        raise NotPlacedError("it is no JSON", start) from fault
    if behind < end:
        raise NotPlacedError("it is no JSON", behind)
    return root


class _Reader:
    def __init__(self, text: str, end: int) -> None:
        self._text = text[:end]

    def skip(self, offset: int) -> int:
        found = _BLANK.match(self._text, offset)
        return found.end() if found is not None else offset

    def value(self, offset: int) -> Node:
        first = self._text[offset]
        if first == "{":
            return self._mapping(offset)
        if first == "[":
            return self._sequence(offset)
        if first == '"':
            text, end = self._string(offset)
            return Node(COMPUTED if text is None else SCALAR, offset, end, text)
        hidden = _HIDDEN.match(self._text, offset)
        if hidden is not None:
            return Node(COMPUTED, offset, hidden.end())
        number = _NUMBER.match(self._text, offset)
        if number is not None:
            stated = float(number.group()) if number.group("rest") else int(number.group())
            return Node(SCALAR, offset, number.end(), stated)
        for word, value in _WORDS.items():
            if self._text.startswith(word, offset):
                return Node(SCALAR, offset, offset + len(word), value)
        raise ValueError

    def _string(self, offset: int) -> tuple[Optional[str], int]:
        """The text that begins at an offset, None where a part of it is worked out, and where it ends."""
        text, end = scanstring(self._text, offset + 1, False)
        return (None if "\x00" in text else text), end

    def _mapping(self, offset: int) -> Node:
        node = Node(MAPPING, offset, offset)
        at = self.skip(offset + 1)
        while self._text[at] != "}":
            start = at
            if self._text[at] != '"':
                raise ValueError
            key, at = self._string(at)
            at = self.skip(at)
            if self._text[at] != ":":
                raise ValueError
            value = self.value(self.skip(at + 1))
            node.entries.append(Entry(key, start, value))
            at = self._next(value.end, "}")
        node.end = at + 1
        return node

    def _sequence(self, offset: int) -> Node:
        node = Node(SEQUENCE, offset, offset)
        at = self.skip(offset + 1)
        while self._text[at] != "]":
            value = self.value(at)
            node.entries.append(Entry(None, at, value))
            at = self._next(value.end, "]")
        node.end = at + 1
        return node

    def _next(self, offset: int, closing: str) -> int:
        """Where the next member begins, or the bracket that closes."""
        at = self.skip(offset)
        if self._text[at] == closing:
            return at
        if self._text[at] != ",":
            raise ValueError
        at = self.skip(at + 1)
        if self._text[at] == closing:
            raise ValueError
        return at
