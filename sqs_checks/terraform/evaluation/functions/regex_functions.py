"""Terraform's functions of regular expressions, which are RE2's: without look-around and back references.

Source: RE2, "Syntax"; Terraform language documentation, functions `regex`, `regexall`, `replace`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import unknown_result
from sqs_checks.terraform.evaluation.type_constraints import STRING
from sqs_checks.values.configuration_values import LIST, OBJECT, TUPLE, Elements, Entries, Unknown, Value, is_wholly_known

_REFUSED = re.compile(r"\(\?(?:[=!>#]|<[=!]|P=|P>|\()|\\[1-9]|\\[ZGKk]")
_POSIX = {
    "alpha": "A-Za-z", "digit": "0-9", "alnum": "0-9A-Za-z", "upper": "A-Z", "lower": "a-z", "space": r"\t\n\v\f\r ",
    "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f", "word": r"\w", "blank": r"\t ", "cntrl": r"\x00-\x1f\x7f",
    "graph": "!-~", "print": " -~", "ascii": r"\x00-\x7f",
}  # fmt: skip
# A repetition within a repetition can have Python try exponentially many ways, which RE2 never does.
_NESTED = re.compile(r"[*+}]\??\)+[*+{]|\([^()]*\|[^()]*\)[*+{]")
_LONGEST_FOR_NESTED = 30
_LONGEST = 20_000


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    if _REFUSED.search(re.sub(r"\\\\", "", pattern)):
        raise InvalidExpressionError("the regular expression uses what RE2 does not know")
    translated = re.sub(r"\[:(\^?)(\w+):\]", lambda match: _POSIX.get(match.group(2), match.group()), pattern)
    translated = _with_classes(translated)
    translated = translated.replace(r"\z", r"\Z").replace("(?U)", "")
    translated = re.sub(r"\\Q(.*?)(?:\\E|$)", lambda match: re.escape(match.group(1)), translated)
    translated = re.sub(r"\\x\{([0-9a-fA-F]+)\}", lambda match: re.escape(chr(int(match.group(1), 16))), translated)
    translated = re.sub(r"\(\?<(?![=!])", "(?P<", translated)
    # Classes of letters and digits are ASCII in RE2; `$` is the very end.
    translated = re.sub(r"(?<!\\)((?:\\\\)*)\$(?![^\[]*\])", r"\1\\Z", translated)
    try:
        return re.compile(translated, re.ASCII if _CLASS.search(pattern) is None else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidExpressionError(f"no regular expression: {error}") from error


_CLASSES = {"L": r"[^\W\d_]", "N": r"\d"}
_CLASS = re.compile(r"\\[pP](?:\{(\^?)(\w+)\}|(\w))")


def _with_classes(pattern: str) -> str:
    """The classes of Unicode that Python's expressions can spell."""
    return _CLASS.sub(lambda match: _CLASSES.get(match.group(2) or match.group(3), match.group()), pattern)


def _is_costly(pattern: str, text: str) -> bool:
    """Whether Python might take very long, or cannot spell the expression."""
    spelled = _CLASS.sub(lambda match: _CLASSES.get(match.group(2) or match.group(3), match.group()), pattern)
    return (
        _CLASS.search(spelled) is not None
        or len(text) > _LONGEST
        or (len(text) > _LONGEST_FOR_NESTED and _NESTED.search(pattern) is not None)
    )


def _not_tried() -> Unknown:
    return Unknown("a regular expression of that kind is not tried on so long a text", not_null=True)


def _captures(match: re.Match[str]) -> Value:
    names = match.re.groupindex
    if names:
        if len(names) != match.re.groups:
            raise InvalidExpressionError("named and unnamed groups are mixed")
        return Entries(OBJECT, {name: match.group(name) for name in names})
    if match.re.groups:
        return Elements(TUPLE, match.groups())
    return match.group()


def regex(pattern: Value, text: Value) -> Value:
    if not is_wholly_known(pattern) or not is_wholly_known(text):
        return unknown_result([pattern, text])
    if _is_costly(pattern, text):
        return _not_tried()
    match = _compiled(pattern).search(text)
    if match is None:
        raise InvalidExpressionError("the regular expression matches nothing")
    return _captures(match)


def regexall(pattern: Value, text: Value) -> Value:
    if not is_wholly_known(pattern) or not is_wholly_known(text):
        return unknown_result([pattern, text])
    if _is_costly(pattern, text):
        return _not_tried()
    found = [_captures(match) for match in _compiled(pattern).finditer(text)]
    return Elements(LIST, found, STRING if all(isinstance(one, str) for one in found) else None)


def replaced(text: str, pattern: str, replacement: str) -> Value:
    """`replace` with a pattern between slashes: `$1` and `${name}` stand for its groups."""
    if _is_costly(pattern, text):
        return _not_tried()

    def fill(match: re.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            name = reference.group(1) or reference.group(2)
            if name == "$":
                return "$"
            try:
                return match.group(int(name) if name.isdigit() else name) or ""
            except (IndexError, re.error):
                return ""

        return re.sub(r"\$(?:\{(\w+)\}|(\w+|\$))", group, replacement)

    return _compiled(pattern).sub(fill, text)
