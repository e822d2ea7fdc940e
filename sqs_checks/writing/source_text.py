"""A text and the edits that are to be made in it, by characters from its beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_BLANK = re.compile(r"[ \t]*")


class NotPlacedError(Exception):
    """Something cannot be written safely. The message says why, as a phrase. offset: where; -1 where no place is at fault."""

    def __init__(self, message: str, offset: int = -1) -> None:
        super().__init__(message)
        self.offset = offset


class Edit(NamedTuple):
    """Puts a text in the place of the characters from start to end; where these are one, before that character."""

    start: int
    end: int
    text: str


def overlap(edits: Iterable[Edit]) -> bool:
    """Whether two of the edits are about the same characters, or the same place between two."""
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    return any(
        later.start < earlier.end or (later.start, later.end) == (earlier.start, earlier.end)
        for earlier, later in zip(ordered, ordered[1:])
    )


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made, none of which may overlap another."""
    assert all(0 <= edit.start <= edit.end <= len(text) for edit in edits)
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def line_break(text: str) -> str:
    """What ends the lines of a text."""
    return "\r\n" if "\r\n" in text else "\n"


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line of a character ends, ahead of what breaks it."""
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def indentation(text: str, offset: int) -> str:
    """The blanks that the line of a character begins with."""
    found = _BLANK.match(text, line_start(text, offset))
    return found.group() if found is not None else ""


def begins_line(text: str, offset: int) -> bool:
    """Whether nothing but blanks stands ahead of a character on its line."""
    return not text[line_start(text, offset) : offset].strip()
