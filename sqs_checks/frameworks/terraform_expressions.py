"""Terraform's expressions, as Checkov leaves them: as text."""

from __future__ import annotations

import ast
import re
from typing import Any, Optional, Union

from sqs_checks.queues.setting import Unresolved

# A reference anywhere in a text: Checkov strips `${}` from some interpolations, so the braces prove nothing.
_REFERENCE = re.compile(
    r"(?<![\w.])(?:(?:var|local|module|data|each|count|self|path|terraform)\.[A-Za-z_]|[a-z][a-z0-9]*_\w+\.[A-Za-z_][\w-]*(?:\[[^]]*])?\.\w)"
)
_CALL = re.compile(r"(?<![\w.])[a-z][a-z0-9_]*\(")
_JSONENCODE = re.compile(r"(?:\$\{)?jsonencode\((.*)\)}?", re.DOTALL)
# References that stand for something else in each instance of a resource.
PER_INSTANCE = ("each.key", "each.value", "count.index")
_BRACES = re.compile(r"\{(.*)}", re.DOTALL)
_ITEM = re.compile(r"[\"']?(\w+)[\"']?\s*[:=]\s*(.+)", re.DOTALL)
_DOUBLED_QUOTES = re.compile(r"''([^'{}\[\],]+)''")

# The expressions that may stand around it and change nothing: one value, or one of a list of one. Of `""` Checkov now and
# then leaves nothing.
_AROUND = re.compile(
    r"(?:\$\{)?(?:(?:one|try|coalesce|element|tostring)\(|join\(\s*(?:\"\"|'')?\s*,)?(.*?)(?:,\s*(?:null|None|0|\"\"|'')?)?\)?}?"
)


def unwrapped(expression: str) -> str:
    """An expression without what may stand around it and changes nothing: `one(x)`, `join("", x)`, `try(x, null)`, `${x}`."""
    inner = _AROUND.fullmatch(expression.strip())
    return inner.group(1).strip() if inner else expression


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


def split_at_commas(text: str) -> list[str]:
    """The pieces of an argument list; commas within brackets and quotes do not count."""
    pieces, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0 and not quote:
            pieces.append("")
        else:
            pieces[-1] += character
    return [piece.strip() for piece in pieces]


def jsonencode_items(text: str) -> Optional[dict[str, str]]:
    """The items of an object whose `jsonencode` Checkov left as text, each value as an expression; None where it is none."""
    call = _JSONENCODE.fullmatch(text.strip())
    body = _BRACES.fullmatch(call.group(1).strip()) if call else None
    if body is None:
        return None
    items = [_ITEM.fullmatch(piece) for piece in split_at_commas(body.group(1)) if piece]
    return {item.group(1): item.group(2) for item in items if item} if all(items) else None


def unresolved(expression: object) -> Unresolved:
    text = str(expression)
    shown = text if len(text) <= 80 else f"{text[:77]}..."
    return Unresolved(f"`{shown}` is known only when it is applied", text)
