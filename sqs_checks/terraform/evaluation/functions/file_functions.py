"""Terraform's functions of files and paths.

Source: Terraform language documentation, "Filesystem Functions"; bmatcuk/doublestar (the patterns of `fileset`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Optional, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError, IsFolderError
from sqs_checks.terraform.evaluation.functions.encoding_functions import text_of
from sqs_checks.terraform.evaluation.functions.function_rows import FunctionContext, unknown_result
from sqs_checks.terraform.evaluation.functions.regular_expressions import Pattern, UnsupportedPatternError, compiled
from sqs_checks.terraform.evaluation.type_constraints import STRING, set_items, set_of
from sqs_checks.values.configuration_values import SET, Deferred, Elements, Entries, Unknown, Value, is_hidden


def file(context: FunctionContext, path: str) -> Value:
    content = context.read_file(path)
    return content if isinstance(content, Unknown) else text_of(content, f"the content of `{path}`")


def of_file(made: Callable[[bytes], str]) -> Callable[[FunctionContext, str], Value]:
    """The function of a path that is a function of the file's bytes."""

    def evaluated(context: FunctionContext, path: str) -> Value:
        content = context.read_file(path)
        return content if isinstance(content, Unknown) else made(content)

    return evaluated


def fileexists(context: FunctionContext, path: str) -> Value:
    try:
        content = context.read_file(path)
    except IsFolderError:
        raise
    except InvalidExpressionError:
        return False
    return content if isinstance(content, Unknown) else True


def basename(path: str) -> str:
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def dirname(path: str) -> str:
    return _cleaned(path[: path.rfind("/") + 1])


def _cleaned(path: str) -> str:
    cleaned = posixpath.normpath(path) if path else "."
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def abspath(path: str) -> Union[str, Unknown]:
    if path.startswith("/"):
        return _cleaned(path)
    return Unknown("absolute paths depend on the machine", STRING, not_null=True)


def pathexpand(path: str) -> Union[str, Unknown]:
    if not path.startswith("~"):
        return path
    if len(path) > 1 and path[1] != "/":
        raise InvalidExpressionError("cannot expand the home folder of another user")
    return Unknown("home folders depend on the machine", STRING, not_null=True)


_SPECIAL = re.compile(r"[*?\[{\\]")


def fileset(context: FunctionContext, folder: str, pattern: str) -> Value:
    """The files below a folder that fit a pattern, as a set of their paths in it."""
    whole = _cleaned(posixpath.join(_cleaned(folder), pattern)) if pattern else _cleaned(folder)
    segments = whole.split("/")
    plain = next((number for number, one in enumerate(segments) if _SPECIAL.search(one)), len(segments) - 1)
    searched = "/".join(segments[:plain]) or ("/" if whole.startswith("/") else ".")
    try:
        names = context.file_names(searched)
    except InvalidExpressionError:
        names = ()
    if isinstance(names, Unknown):
        return Unknown(names.reason, set_of(STRING), not_null=True)
    try:
        matching = [_segment(one) for one in segments[plain:]]
        found = [name for name in names if _fits(context, name.split("/"), matching)]
    except UnsupportedPatternError:
        return Unknown(f"the pattern `{pattern}` is not worked out", set_of(STRING), not_null=True)
    base = _cleaned(folder)
    paths = [posixpath.relpath(posixpath.join(searched, name), base) for name in found]
    return Elements(SET, set_items(paths), STRING)


@lru_cache(maxsize=256)
def _segment(text: str) -> Optional[Pattern]:
    """What a segment of a pattern fits; None where it fits any number of folders."""
    if text == "**":
        return None
    written: list[str] = []
    position, depth = 0, 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "*":
            written.append("[^/]*")
        elif character == "?":
            written.append("[^/]")
        elif character == "[":
            end = text.find("]", position + 1)
            if end < 0:
                raise InvalidExpressionError(f"syntax error in the pattern `{text}`")
            inner = text[position:end]
            negated = "^" if inner.startswith("^") else ""
            written.append(f"[{negated}{re.sub(r'([^-a-zA-Z0-9])', _quoted, inner[len(negated) :])}]")
            position = end + 1
        elif character == "{":
            depth += 1
            written.append("(?:")
        elif character == "}" and depth:
            depth -= 1
            written.append(")")
        elif character == "," and depth:
            written.append("|")
        elif character == "\\" and position < len(text):
            written.append(f"\\x{{{ord(text[position]):x}}}")
            position += 1
        else:
            written.append(f"\\x{{{ord(character):x}}}")
    if depth:
        raise InvalidExpressionError(f"syntax error in the pattern `{text}`")
    return compiled(f"\\A(?:{''.join(written)})\\z")


def _quoted(match: re.Match[str]) -> str:
    return f"\\x{{{ord(match.group()):x}}}"


def _fits(context: FunctionContext, parts: Sequence[str], segments: Sequence[Optional[Pattern]]) -> bool:
    """Whether the parts of a path fit the segments of a pattern, in a time that grows with both."""
    reached = {0}
    for number, segment in enumerate(segments):
        if segment is None:
            last = number == len(segments) - 1
            # At the end `**` stands for a file at least.
            reached = {at for start in reached for at in range(start + last, len(parts) + 1)}
        else:
            reached = {at + 1 for at in reached if at < len(parts) and segment.find(parts[at], 0, context.spend) is not None}
        context.spend(1)
    return len(parts) in reached


def templatefile(context: FunctionContext, path: Value, variables: Value) -> Value:
    if is_hidden(path):
        return unknown_result([path], not_null=False)
    content = context.read_file(path)
    if isinstance(content, Unknown):
        return content
    return _rendered(context, text_of(content, f"the content of `{path}`"), variables, "templatefile")


def templatestring(context: FunctionContext, template: Value, variables: Value) -> Value:
    if isinstance(template, Unknown):
        return unknown_result([template], STRING)
    return _rendered(context, template, variables, "templatestring")


def _rendered(context: FunctionContext, template: Value, variables: Value, name: str) -> Value:
    if isinstance(variables, Deferred) or is_hidden(variables):
        return unknown_result([variables], not_null=False)
    if not isinstance(variables, Entries):
        raise InvalidExpressionError("the variables of a template must be a map or an object")
    for variable in variables.items:
        if not re.fullmatch(r"[^\W\d][\w-]*", variable):
            raise InvalidExpressionError(f"invalid template variable name `{variable}`")
    return context.render(template, variables, name)
