"""Terraform's functions of texts.

Source: Terraform language documentation, "String Functions"; Go, packages strings and unicode (what is a space, a word, a
letter of another case).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import (
    FunctionContext,
    reason_of,
    unknown_result,
    whole_number,
)
from sqs_checks.terraform.evaluation.functions.grapheme_clusters import grapheme_clusters
from sqs_checks.terraform.evaluation.functions.regex_functions import replace_matches
from sqs_checks.terraform.evaluation.type_constraints import BOOL, STRING, list_of
from sqs_checks.terraform.evaluation.value_equality import known_prefix, known_suffix
from sqs_checks.values.configuration_values import (
    LIST,
    Attribute,
    Elements,
    PiecedText,
    Unknown,
    Value,
    is_hidden,
    joined_text,
)

_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_LONGEST = 10_000_000


def _mapped(text: str, change: Callable[[str], str]) -> str:
    """Each character by itself: Go knows no character that becomes two."""
    if text.isascii():
        return change(text)
    return "".join(changed if len(changed := change(character)) == 1 else character for character in text)


def upper(text: Value) -> Value:
    if is_hidden(text):
        return unknown_result([text], STRING, prefix=_mapped(known_prefix(text), str.upper))
    return _mapped(text, str.upper)


def lower(text: Value) -> Value:
    if is_hidden(text):
        return unknown_result([text], STRING, prefix=_mapped(known_prefix(text).replace("İ", "i"), str.lower))
    return _mapped(text.replace("İ", "i"), str.lower)


def title(text: str) -> str:
    before = " "
    changed = []
    for character in text:
        begins = not (before == "_" or before.isalnum()) if before.isascii() else before in _SPACES
        upper_case = character.title() if begins else character
        changed.append(upper_case if len(upper_case) == 1 else character)
        before = character
    return "".join(changed)


def reverse_text(text: str) -> str:
    return "".join(reversed(grapheme_clusters(text)))


def substr(text: Value, offset: Value, length: Value) -> Value:
    if is_hidden(offset) or is_hidden(length):
        return unknown_result([text, offset, length], STRING)
    start, amount = whole_number(offset, "the offset"), whole_number(length, "the length")
    if is_hidden(text):
        prefix = known_prefix(text)
        # The last character of what is known may go on in what is not.
        if prefix.isascii() and "\r" not in prefix and start >= 0:
            if amount >= 0 and start + amount < len(prefix):
                return prefix[start : start + amount]
            return unknown_result([text], STRING, prefix=prefix[start:-1])
        return unknown_result([text], STRING)
    clusters = grapheme_clusters(text)
    if start < 0:
        start = max(start + len(clusters), 0)
    # Behind a negative offset Terraform takes a length of nothing for all that follows: `substr("hello", -1, 0)` is "o".
    is_rest = amount < 0 or (amount == 0 and offset < 0)
    return "".join(clusters[start:] if is_rest else clusters[start : start + amount])


def chomp(text: Value) -> Value:
    return _trimmed(text, "", "\r\n")


def trim(text: Value, characters: Value) -> Value:
    if is_hidden(characters):
        return unknown_result([text, characters], STRING)
    return _trimmed(text, characters, characters)


def trimspace(text: Value) -> Value:
    return _trimmed(text, _SPACES, _SPACES)


def _trimmed(text: Value, at_start: str, at_end: str) -> Value:
    """The text without any of some characters at its start and its end."""
    if not isinstance(text, PiecedText):
        if is_hidden(text):
            return unknown_result([text], STRING)
        return (
            _strip(text, at_start, str.lstrip) if not at_end else _strip(_strip(text, at_start, str.lstrip), at_end, str.rstrip)
        )
    pieces: list[Any] = list(text.pieces)
    first = _strip(pieces[0], at_start, str.lstrip) if isinstance(pieces[0], str) else ""
    last = _strip(pieces[-1], at_end, str.rstrip) if isinstance(pieces[-1], str) else ""
    if (at_start and not first) or (at_end and not last):
        return unknown_result([text], STRING, prefix=first if at_start else text.prefix)
    if at_start:
        pieces[0] = first
    if at_end:
        pieces[-1] = _strip(pieces[-1], at_end, str.rstrip)
    return joined_text(pieces)


def _strip(text: str, characters: str, strip: Callable[[str, str], str]) -> str:
    return strip(text, characters) if characters else text


def trimprefix(text: Value, prefix: Value) -> Value:
    found = startswith(text, prefix)
    if isinstance(found, Unknown):
        return unknown_result([text, prefix], STRING)
    if not found or prefix == "":
        return text
    if isinstance(text, str):
        return text[len(prefix) :]
    rest = known_prefix(text)[len(prefix) :]
    # What is known of the beginning of a text in pieces is its first one.
    return joined_text([rest, *text.pieces[1:]]) if isinstance(text, PiecedText) else unknown_result([text], STRING, prefix=rest)


def trimsuffix(text: Value, suffix: Value) -> Value:
    found = endswith(text, suffix)
    if isinstance(found, Unknown):
        return unknown_result([text, suffix], STRING)
    if not found or suffix == "":
        return text
    last = text if isinstance(text, str) else text.pieces[-1]
    rest = last[: -len(suffix)]
    return rest if isinstance(text, str) else joined_text([*text.pieces[:-1], rest])


def startswith(text: Value, prefix: Value) -> Value:
    if prefix == "":
        return True
    if is_hidden(prefix):
        known, start = known_prefix(text), known_prefix(prefix)
        shorter = min(len(known), len(start))
        return False if known[:shorter] != start[:shorter] else unknown_result([prefix], BOOL)
    known = known_prefix(text)
    if isinstance(text, str) or len(known) >= len(prefix):
        return known.startswith(prefix)
    return unknown_result([text], BOOL) if prefix.startswith(known) else False


def endswith(text: Value, suffix: Value) -> Value:
    if suffix == "":
        return True
    if is_hidden(suffix):
        return unknown_result([suffix], BOOL)
    known = known_suffix(text)
    if isinstance(text, str) or len(known) >= len(suffix):
        return known.endswith(suffix)
    return unknown_result([text], BOOL) if suffix.endswith(known) else False


def strcontains(text: Value, part: Value) -> Value:
    if part == "":
        return True
    if is_hidden(part):
        return unknown_result([part], BOOL)
    pieces = text.pieces if isinstance(text, PiecedText) else (text,)
    if any(part in piece for piece in pieces if isinstance(piece, str)):
        return True
    return unknown_result([text], BOOL) if is_hidden(text) else False


def join(context: FunctionContext, separator: Value, *lists: Value) -> Value:
    if not lists:
        raise InvalidExpressionError("at least one list is required")
    pieces: list[Any] = []
    for texts in lists:
        if is_hidden(texts):
            known = joined_text(pieces)
            return unknown_result([texts], STRING, prefix=known_prefix(known))
        for position, text in enumerate(texts.items):
            if text is None:
                raise InvalidExpressionError(f"element {position} is null; cannot concatenate null values")
            if pieces:
                pieces.append(separator)
            pieces.append(text)
    size = len(separator) if isinstance(separator, str) else 1
    if size * len(pieces) > _LONGEST:
        return Unknown("a text of that length is not worked out", STRING, not_null=True)
    context.spend(len(pieces) * (1 + size // 64))
    return joined_text(pieces)


def split(separator: Value, text: Value) -> Value:
    if is_hidden(separator) or is_hidden(text):
        return unknown_result([separator, text], list_of(STRING))
    parts = text.split(separator) if separator else list(text)
    return Elements(LIST, parts, STRING)


def indent(context: FunctionContext, spaces: Value, text: Value) -> Value:
    if is_hidden(spaces):
        return unknown_result([spaces], STRING, prefix=known_prefix(text).partition("\n")[0])
    amount = whole_number(spaces, "the number of spaces", least=0)
    if is_hidden(text) and not isinstance(text, PiecedText):
        # What is not known may have lines of its own.
        return unknown_result([text], STRING)
    size = 0
    pieces: list[Any] = []
    for piece in text.pieces if isinstance(text, PiecedText) else (text,):
        if isinstance(piece, str):
            size += piece.count("\n") * amount
            if size > _LONGEST:
                return Unknown("a text of that length is not worked out", STRING, not_null=True)
            context.spend(size // 64)
            pieces.append(piece.replace("\n", "\n" + " " * amount))
        else:
            pieces.append(piece if isinstance(piece, Attribute) else Unknown(reason_of(piece), STRING, not_null=True))
    return joined_text(pieces)


def replace(context: FunctionContext, text: Value, part: Value, replacement: Value) -> Value:
    if is_hidden(part):
        return unknown_result([part], STRING)
    if len(part) > 1 and part.startswith("/") and part.endswith("/"):
        if is_hidden(text) or is_hidden(replacement):
            return unknown_result([text, replacement], STRING)
        return replace_matches(context, part[1:-1], text, replacement)
    if isinstance(replacement, PiecedText) or is_hidden(replacement):
        return _replace_by_hidden(context, text, part, replacement)
    if not is_hidden(text):
        return _replace_in(context, text, part, replacement)
    if isinstance(text, PiecedText) and len(part) == 1:
        # One character cannot stand partly in what is known; what is not known may hold it.
        changed = [
            _replace_in(context, piece, part, replacement)
            if isinstance(piece, str)
            else Unknown(reason_of(piece), STRING, not_null=True)
            for piece in text.pieces
        ]
        return joined_text(changed)
    return unknown_result([text], STRING)


def _replace_in(context: FunctionContext, text: str, part: str, replacement: str) -> Any:
    count = text.count(part) if part else len(text) + 1
    size = count * len(replacement)
    if size > _LONGEST:
        return Unknown("a text of that length is not worked out", STRING, not_null=True)
    context.spend(1 + size // 64)
    return text.replace(part, replacement)


def _replace_by_hidden(context: FunctionContext, text: Value, part: str, replacement: Value) -> Value:
    """A part that a template leaves to be filled: `replace(local.policy, "ARN", aws_sqs_queue.q.arn)`."""
    if is_hidden(text) or not part:
        return unknown_result([text, replacement], STRING)
    pieces: list[Any] = []
    for number, known in enumerate(text.split(part)):
        pieces += [replacement, known] if number else [known]
    context.spend(len(pieces))
    return joined_text(pieces)
