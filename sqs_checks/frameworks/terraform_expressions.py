"""Terraform's expressions, as Checkov leaves them: as text."""

from __future__ import annotations

import ast
import re
from typing import Any, Union

from sqs_checks.queues.setting import Unresolved

# A reference anywhere in a text: Checkov strips `${}` from some interpolations, so the braces prove nothing.
_REFERENCE = re.compile(
    r"(?<![\w.])(?:(?:var|local|module|data|each|count|self|path|terraform)\.[A-Za-z_]|[a-z][a-z0-9]*_\w+\.[A-Za-z_][\w-]*(?:\[[^]]*])?\.\w)"
)
_CALL = re.compile(r"(?<![\w.])[a-z][a-z0-9_]*\(")
_JSONENCODE = re.compile(r"(?:\$\{)?jsonencode\((.*)\)}?", re.DOTALL)
_DOUBLED_QUOTES = re.compile(r"''([^'{}\[\],]+)''")


def is_expression(text: str) -> bool:
    """Whether a text is, or holds, something that Terraform computes."""
    return "${" in text or bool(_REFERENCE.search(text) or _CALL.search(text))


def jsonencode_argument(text: str) -> Union[dict[str, Any], list[Any], None]:
    """The argument of a `jsonencode` that Checkov left as text: in the notation of Python, now and then with quotes doubled.

    None where the text is no such call, or its argument is not all there.
    """
    call = _JSONENCODE.fullmatch(text.strip())
    if call is None:
        return None
    for argument in (call.group(1), _DOUBLED_QUOTES.sub(r"'\1'", call.group(1))):
        try:
            value = ast.literal_eval(argument)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        return value if isinstance(value, (dict, list)) else None
    return None


def unresolved(expression: object) -> Unresolved:
    text = str(expression)
    shown = text if len(text) <= 80 else f"{text[:77]}..."
    return Unresolved(f"`{shown}` is known only when it is applied", text)
