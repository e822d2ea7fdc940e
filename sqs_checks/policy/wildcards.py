"""Wildcards as IAM reads them: `*` is any run of characters, `?` is any one.

Source: IAM User Guide, "IAM JSON policy elements: Resource" (wildcards) and "Condition operators" (StringLike, ArnLike).
"""

from __future__ import annotations

import re
from functools import lru_cache

from sqs_checks.values.texts import Text, comparable, split_text

# In place of `${*}`, `${?}` and `${$}`, which stand for the characters themselves.
LITERAL_STAR, LITERAL_QUESTION_MARK = "\ue0f0", "\ue0f1"
_UNESCAPED = str.maketrans({LITERAL_STAR: "*", LITERAL_QUESTION_MARK: "?"})


def unescaped(text: str) -> str:
    """A pattern's literal stars and question marks as the characters that they stand for."""
    return text.translate(_UNESCAPED)


def has_wildcard(pattern: Text) -> bool:
    if isinstance(pattern, str):
        return "*" in pattern or "?" in pattern
    return any(isinstance(piece, str) and has_wildcard(piece) for piece in pattern.pieces)


def arn_parts(text: Text) -> list[Text]:
    """The six parts of an ARN or of a pattern of one; fewer where the text is none."""
    return split_text(text, ":", 5)


@lru_cache(maxsize=4096)
def compile_glob(pattern: str) -> re.Pattern[str]:
    """The regular expression that matches what a pattern matches, from beginning to end, case counting."""
    # Runs of stars are one star: a regular expression with two in a row would try every way to share the text out.
    pieces = re.sub(r"\*+", "*", pattern).split("*")
    first, *others = (".".join(re.escape(unescaped(part)) for part in piece.split("?")) for piece in pieces)
    if not others:
        return re.compile(first, re.DOTALL)
    *middle, last = others
    # Each middle piece is taken where it first occurs and never given back: matching stays linear in the text.
    found = "".join(f"(?=(?P<g{number}>.*?{piece}))(?P=g{number})" for number, piece in enumerate(middle) if piece)
    return re.compile(f"{first}{found}.*{last}", re.DOTALL)


def matches(pattern: Text, text: Text) -> bool:
    """Whether a pattern matches a text from beginning to end, case counting."""
    return _matches_plain(*comparable(pattern, text))


def _matches_plain(pattern: str, text: str) -> bool:
    if pattern in (text, "*"):
        return True
    return compile_glob(pattern).fullmatch(text) is not None if has_wildcard(pattern) else unescaped(pattern) == text


def arn_matches(pattern: str, arn: str) -> bool:
    """ArnLike and ArnEquals: each of the six parts between colons by itself, wildcards in each."""
    if pattern == "*":
        return True
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    if len(patterns) != 6 or len(parts) != 6:
        return False
    return all(wanted == part or _matches_plain(wanted, part) for wanted, part in zip(patterns, parts))
