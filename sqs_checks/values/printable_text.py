"""Text of the scanned code for whatever shows it."""

from __future__ import annotations

import re

# Names and policies of the scanned code can hold them; XML and terminals cannot. Half a character can be written by none.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")


def printable(text: object) -> str:
    """The text without what XML and terminals cannot take."""
    return _HALF_CHARACTERS.sub("\ufffd", _CONTROL_CHARACTERS.sub("", str(text)))
