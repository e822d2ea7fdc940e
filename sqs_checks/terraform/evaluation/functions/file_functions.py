"""Terraform's functions of files and templates: of regular files within the scan.

Source: Terraform language documentation, "Filesystem Functions".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import FunctionContext, unknown_result
from sqs_checks.terraform.evaluation.type_constraints import BOOL, STRING, set_items, set_of
from sqs_checks.values.configuration_values import (
    OBJECT,
    SET,
    Deferred,
    Elements,
    Entries,
    Unknown,
    Value,
    is_wholly_known,
)


def file(context: FunctionContext, path: Value) -> Value:
    if not is_wholly_known(path):
        return unknown_result([path], STRING)
    content = context.read_file(path)
    if isinstance(content, Unknown):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError as fault:
        raise InvalidExpressionError(f"`{path}` is not UTF-8") from fault


def file_with(encode: Callable[[bytes], str]) -> Callable[[FunctionContext, Value], Value]:
    """What an encoding or a hash makes of a file's bytes."""

    def read(context: FunctionContext, path: Value) -> Value:
        if not is_wholly_known(path):
            return unknown_result([path], STRING)
        content = context.read_file(path)
        return content if isinstance(content, Unknown) else encode(content)

    return read


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def fileexists(context: FunctionContext, path: Value) -> Value:
    if not is_wholly_known(path):
        return unknown_result([path], BOOL)
    try:
        content = context.read_file(path)
    except InvalidExpressionError:
        return False
    # What is not there may lie where the scan does not look.
    return Unknown(content.reason, BOOL, not_null=True) if isinstance(content, Unknown) else True


def fileset(context: FunctionContext, folder: Value, pattern: Value) -> Value:
    if not is_wholly_known(folder) or not is_wholly_known(pattern):
        return unknown_result([folder, pattern], set_of(STRING))
    names = context.file_names(folder)
    if isinstance(names, Unknown):
        return names
    expression = re.compile(_glob(pattern))
    return Elements(SET, set_items([name for name in names if expression.fullmatch(name)]), STRING)


def _glob(pattern: str) -> str:
    """`*` within a name, `**` across folders, `?`, `[…]` and `{a,b}`."""
    written, position = "", 0
    while position < len(pattern):
        if pattern.startswith("**/", position):
            written += "(?:.*/)?"
            position += 3
            continue
        if pattern.startswith("**", position):
            written += ".*"
            position += 2
            continue
        character = pattern[position]
        if character in "*?":
            written += "[^/]*" if character == "*" else "[^/]"
        elif character == "[" and "]" in pattern[position:]:
            end = pattern.index("]", position)
            written += "[" + pattern[position + 1 : end].replace("\\", "\\\\").replace("!", "^", 1) + "]"
            position = end
        elif character == "{" and "}" in pattern[position:]:
            end = pattern.index("}", position)
            written += "(?:" + "|".join(map(_glob, pattern[position + 1 : end].split(","))) + ")"
            position = end
        else:
            written += re.escape(character)
        position += 1
    return written


def _variables(value: Value) -> Any:
    if isinstance(value, Deferred) and value.names is not None:
        return Entries(OBJECT, {name: value.get(name) for name in value.names})
    return value


def templatefile(context: FunctionContext, path: Value, variables: Value) -> Value:
    text = file(context, path)
    variables = _variables(variables)
    if isinstance(text, Unknown) or not isinstance(variables, Entries):
        if not isinstance(text, Unknown) and not isinstance(variables, (Unknown, Deferred)):
            raise InvalidExpressionError("`templatefile` takes a map of variables")
        return unknown_result([text, variables])
    return context.render(text, variables, str(path))


def templatestring(context: FunctionContext, template: Value, variables: Value) -> Value:
    variables = _variables(variables)
    if not isinstance(template, str) or not isinstance(variables, Entries):
        return unknown_result([template, variables])
    return context.render(template, variables, "templatestring")
