"""Texts of which parts may not be known: taken apart, put together and compared piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Union

from sqs_checks.values.configuration_values import PiecedText, joined_text

Text = Union[str, PiecedText]

# Around the number of a piece that is not known, while texts are compared: no text of a configuration holds these.
_BEGIN, _END = "\ue0f2", "\ue0f3"


def pieces_of(text: Text) -> tuple[Any, ...]:
    """The known text, attributes and unknowns that a text is made of."""
    return (text,) if isinstance(text, str) else text.pieces


def prefix_of(text: Text) -> str:
    """How a text is known to begin."""
    return text if isinstance(text, str) else text.prefix


def split_text(text: Text, separator: str, most: int = -1) -> list[Text]:
    """The text between separators, as `str.split`; what is not known is taken to hold none."""
    if isinstance(text, str):
        return list(text.split(separator, most))
    parts: list[Text] = []
    last: list[Any] = []
    for piece in text.pieces:
        if not isinstance(piece, str):
            last.append(piece)
            continue
        first, *others = piece.split(separator, most if most < 0 else most - len(parts))
        last.append(first)
        if others:
            parts.append(joined_text(last))
            parts += others[:-1]
            last = others[-1:]
    return [*parts, joined_text(last)]


def with_known_pieces(text: Text, change: Callable[[str], str]) -> Text:
    """The text with each known piece of it changed."""
    if isinstance(text, str):
        return change(text)
    return joined_text(change(piece) if isinstance(piece, str) else piece for piece in text.pieces)


def called(text: Text, label: str) -> Text:
    """The text with what the code calls all of it; one that is written out is its own name."""
    return text if isinstance(text, str) else PiecedText(text.pieces, label)


def comparable(*texts: Text) -> tuple[str, ...]:
    """The texts as plain ones, in which each thing that is not known is a mark, the same in all of them."""
    if all(isinstance(text, str) for text in texts):
        return texts  # type: ignore[return-value]
    marks: dict[Any, str] = {}

    def plain(piece: Any) -> str:
        return piece if isinstance(piece, str) else marks.setdefault(piece, f"{_BEGIN}{len(marks)}{_END}")

    return tuple("".join(map(plain, pieces_of(text))) for text in texts)
