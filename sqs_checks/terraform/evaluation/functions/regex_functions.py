"""Terraform's `regex`, `regexall` and the `replace` of patterns.

Source: Terraform language documentation, "regex Function", "replace Function"; Go, package regexp (`Regexp.Expand`).
"""

from __future__ import annotations

import re
from typing import Any, Optional, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import FunctionContext, unknown_result
from sqs_checks.terraform.evaluation.functions.regular_expressions import (
    InvalidPatternError,
    Pattern,
    UnsupportedPatternError,
    compiled,
)
from sqs_checks.terraform.evaluation.type_constraints import STRING, Type, list_of, object_of, tuple_of
from sqs_checks.values.configuration_values import LIST, OBJECT, TUPLE, Elements, Entries, Null, Unknown, Value, is_hidden

_LONGEST_PATTERN = 10_000
_LONGEST_TEXT = 10_000_000


def _pattern(text: str) -> Union[Pattern, Unknown]:
    if len(text) > _LONGEST_PATTERN:
        return Unknown("a pattern of that length is not worked out")
    try:
        return compiled(text)
    except InvalidPatternError as error:
        raise InvalidExpressionError(f"invalid pattern: {error}") from None
    except UnsupportedPatternError as error:
        return Unknown(f"the pattern `{text[:100]}` is not worked out: {error}")


def _result_type(pattern: Pattern) -> Type:
    if not pattern.names:
        return STRING
    named = [name for name in pattern.names if name is not None]
    if not named:
        return tuple_of([STRING] * len(pattern.names))
    if len(named) < len(pattern.names):
        raise InvalidExpressionError("cannot mix both named and unnamed capture groups")
    return object_of(dict.fromkeys(named, STRING))


def _captured(pattern: Pattern, text: str, match: tuple[int, ...]) -> Value:
    groups = [text[match[at] : match[at + 1]] if match[at] >= 0 else Null(STRING) for at in range(2, len(match), 2)]
    if not groups:
        return text[match[0] : match[1]]
    if pattern.names[0] is None:
        return Elements(TUPLE, groups)
    return Entries(OBJECT, {str(name): group for name, group in zip(pattern.names, groups)})


def regex(context: FunctionContext, pattern_text: Value, text: Value) -> Value:
    if is_hidden(pattern_text):
        return unknown_result([pattern_text])
    pattern = _pattern(pattern_text)
    if isinstance(pattern, Unknown):
        return pattern
    result = _result_type(pattern)
    if is_hidden(text):
        return unknown_result([text], result)
    match = pattern.find(text, 0, context.spend)
    if match is None:
        raise InvalidExpressionError("the pattern did not match any part of the given string")
    return _captured(pattern, text, match)


def regexall(context: FunctionContext, pattern_text: Value, text: Value) -> Value:
    if is_hidden(pattern_text):
        return unknown_result([pattern_text])
    pattern = _pattern(pattern_text)
    if isinstance(pattern, Unknown):
        return pattern
    result = _result_type(pattern)
    if is_hidden(text):
        return unknown_result([text], list_of(result))
    return Elements(LIST, [_captured(pattern, text, match) for match in pattern.find_all(text, context.spend)], result)


_REFERENCE = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})")


def replace_matches(context: FunctionContext, pattern_text: str, text: str, replacement: str) -> Value:
    """The text with all matches replaced; the replacement may refer to groups by `$1` and `${name}`."""
    pattern = _pattern(pattern_text)
    if isinstance(pattern, Unknown):
        return pattern
    changed: list[str] = []
    copied = size = position = 0
    while position <= len(text):
        match = pattern.find(text, position, context.spend)
        if match is None:
            break
        changed.append(text[copied : match[0]])
        # No replacement for what is empty right behind another match.
        if match[1] > copied or match[0] == 0:
            changed.append(_expanded(pattern, text, match, replacement))
            size += len(changed[-1])
            context.spend(1 + len(changed[-1]) // 64)
            if size > _LONGEST_TEXT:
                return Unknown("a text of that length is not worked out", STRING, not_null=True)
        copied = match[1]
        position = max(position + 1, match[1])
    changed.append(text[copied:])
    return "".join(changed)


def _expanded(pattern: Pattern, text: str, match: tuple[int, ...], replacement: str) -> str:
    def group(reference: re.Match[str]) -> str:
        if reference.group() == "$$":
            return "$"
        number = _group_number(pattern, reference.group(1) or reference.group(2))
        if number is None or 2 * number >= len(match) or match[2 * number] < 0:
            return ""
        return text[match[2 * number] : match[2 * number + 1]]

    return _REFERENCE.sub(group, replacement) if "$" in replacement else replacement


def _group_number(pattern: Pattern, name: Any) -> Optional[int]:
    if name.isascii() and name.isdigit():
        return int(name) if len(name) < 6 and (name == "0" or name[0] != "0") else None
    return next((number + 1 for number, one in enumerate(pattern.names) if one == name), None)
