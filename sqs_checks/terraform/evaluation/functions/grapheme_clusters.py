"""The characters of a text as a reader counts them: Terraform measures, cuts and turns texts by grapheme clusters.

Source: Unicode Standard Annex #29, "Grapheme Cluster Boundaries". The standard library knows general categories but not the
properties of that annex, so those are put together from categories and a few ranges.
"""

from __future__ import annotations

import unicodedata

_ZERO_WIDTH_JOINER = "\u200d"
_PICTURES = (
    (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139), (0x2194, 0x21AA),
    (0x231A, 0x23FF), (0x24C2, 0x24C2), (0x25AA, 0x25FE), (0x2600, 0x27BF), (0x2934, 0x2935), (0x2B05, 0x2B55),
    (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3299), (0x1F000, 0x1F1E5), (0x1F201, 0x1F3FA), (0x1F400, 0x1FAFF),
)  # fmt: skip
_PREPENDED = {
    0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0xD4E, 0x110BD, 0x110CD, 0x111C2, 0x111C3,
}  # fmt: skip


def grapheme_clusters(text: str) -> list[str]:
    """The grapheme clusters of a text, in order."""
    if text.isascii() and "\r" not in text:
        return list(text)
    clusters: list[str] = []
    before = ""
    after_picture = False  # the cluster is a picture, with marks or a joiner behind it
    flags = 0
    for character in text:
        kind = _kind(character)
        joined = bool(clusters) and _belongs(before, kind, after_picture, flags)
        if joined:
            clusters[-1] += character
        else:
            clusters.append(character)
        after_picture = kind == "picture" or (joined and after_picture and kind in ("extend", "joiner"))
        flags = (flags + 1 if joined else 1) if kind == "flag" else 0
        before = kind
    return clusters


def _belongs(before: str, kind: str, after_picture: bool, flags: int) -> bool:
    """Whether a character of a kind belongs to the cluster before it."""
    if before == "return" or kind in ("return", "newline", "control"):
        return before == "return" and kind == "newline"
    if before in ("newline", "control"):
        return False
    if kind in ("extend", "joiner", "spacing") or before == "prepend":
        return True
    if before == "L":
        return kind in ("L", "V", "LV", "LVT")
    if before in ("V", "LV"):
        return kind in ("V", "T")
    if before in ("T", "LVT"):
        return kind == "T"
    if before == "joiner":
        return after_picture and kind == "picture"
    return kind == "flag" and flags % 2 == 1


def _kind(character: str) -> str:
    if character == "\r":
        return "return"
    if character == "\n":
        return "newline"
    if character < "\x7f":
        return "control" if character < " " else "other"
    if character == _ZERO_WIDTH_JOINER:
        return "joiner"
    code = ord(character)
    if code == 0x200C or 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F or code in (0xFF9E, 0xFF9F):
        return "extend"
    if 0x1F1E6 <= code <= 0x1F1FF:
        return "flag"
    if code in _PREPENDED:
        return "prepend"
    category = unicodedata.category(character)
    if category in ("Mn", "Me"):
        return "extend"
    if category == "Mc" or code in (0xE33, 0xEB3):
        return "spacing"
    if category in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return "control"
    return _hangul(code) or ("picture" if any(low <= code <= high for low, high in _PICTURES) else "other")


def _hangul(code: int) -> str:
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    return ""
