"""Sentences in which names stand in backticks, as pieces that a format can mark in its own way."""

from __future__ import annotations

from collections.abc import Callable


def marked(text: str, plain: Callable[[str], str], code: Callable[[str], str]) -> str:
    """The sentence with its names and all else written as a format wants it. A backtick without a second one is text."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["`".join(pieces[-2:])]
    return "".join(code(piece) if number % 2 else plain(piece) for number, piece in enumerate(pieces) if piece)
