"""Expressions as text again: the same for all that differ in blanks and comments only, and another for all that mean another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqs_checks.terraform.syntax.syntax_tree import (
    Access,
    Binary,
    Call,
    Conditional,
    For,
    Index,
    Literal,
    ObjectOf,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    Traversal,
    TupleOf,
    Unary,
)
from sqs_checks.values.exact_numbers import number_text


def expression_text(expression: Any) -> str:
    """An expression as somebody would write it on one line."""
    return _WRITERS[type(expression)](expression)


def _literal(expression: Literal) -> str:
    value = expression.value
    if isinstance(value, str):
        return f'"{_quoted(value)}"'
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else number_text(value)


def _quoted(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)[1:-1]
    return escaped.replace("${", "$${").replace("%{", "%%{")


def _steps(steps: tuple[Any, ...]) -> str:
    return "".join(_step(step) for step in steps)


def _step(step: Any) -> str:
    if isinstance(step, Index):
        return f"[{expression_text(step.key)}]"
    return f".{step}" if isinstance(step, str) else f"[*]{_steps(step.steps)}"


def _access(expression: Access) -> str:
    source = expression_text(expression.source)
    # An index behind a splat is one of what comes of it.
    is_plain = expression.steps and not isinstance(expression.source, Splat)
    return f"{source if is_plain else f'({source})'}{_steps(expression.steps)}"


def _call(expression: Call) -> str:
    return f"{expression.name}({', '.join(map(expression_text, expression.arguments))}{'...' if expression.expands else ''})"


def _object(expression: ObjectOf) -> str:
    items = [f"{expression_text(key)} = {expression_text(value)}" for key, value in expression.items]
    return f"{{ {', '.join(items)} }}" if items else "{}"


def _for(expression: For) -> str:
    names = ", ".join(filter(None, (expression.key_name, expression.value_name)))
    key = f"{expression_text(expression.key)} => " if expression.key is not None else ""
    condition = f" if {expression_text(expression.condition)}" if expression.condition is not None else ""
    value = f"{expression_text(expression.value)}{'...' if expression.groups else ''}"
    written = f"for {names} in {expression_text(expression.collection)} : {key}{value}{condition}"
    return f"[{written}]" if expression.key is None else f"{{{written}}}"


def _template(expression: Template) -> str:
    only = expression.parts[0] if len(expression.parts) == 1 else ""
    if not isinstance(only, (str, TemplateIf, TemplateFor)):
        # Without the blanks that are left out it would be the value itself, of whatever type.
        return f'" ${{~ {expression_text(only)} ~}}"'
    return f'"{"".join(map(_part, expression.parts))}"'


def _part(part: Any) -> str:
    if isinstance(part, str):
        return _quoted(part)
    if isinstance(part, TemplateIf):
        condition, then, otherwise = expression_text(part.condition), part.then.parts, part.otherwise.parts
        return f"%{{ if {condition} }}{''.join(map(_part, then))}%{{ else }}{''.join(map(_part, otherwise))}%{{ endif }}"
    if isinstance(part, TemplateFor):
        names = ", ".join(filter(None, (part.key_name, part.value_name)))
        inner = "".join(map(_part, part.body.parts))
        return f"%{{ for {names} in {expression_text(part.collection)} }}{inner}%{{ endfor }}"
    return f"${{{expression_text(part)}}}"


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    Literal: _literal,
    Template: _template,
    Traversal: lambda one: f"{one.root}{_steps(one.steps)}",
    Access: _access,
    Splat: lambda one: f"{expression_text(one.source)}[*]{_steps(one.steps)}",
    Call: _call,
    Unary: lambda one: f"{one.operator}{expression_text(one.operand)}",
    Binary: lambda one: f"{expression_text(one.left)} {one.operator} {expression_text(one.right)}",
    Conditional: lambda one: " ".join(
        (expression_text(one.condition), "?", expression_text(one.then), ":", expression_text(one.otherwise))
    ),
    TupleOf: lambda one: f"[{', '.join(map(expression_text, one.items))}]",
    ObjectOf: _object,
    For: _for,
}
