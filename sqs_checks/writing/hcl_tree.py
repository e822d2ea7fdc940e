"""The tree of a value in Terraform code.

Source: HCL, "HCL Native Syntax Specification".
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, Optional

from sqs_checks.terraform.syntax.expression_parser import ExpressionParser, SyntaxFaultError
from sqs_checks.terraform.syntax.syntax_tree import Call, Literal, ObjectOf, Range, Template, TupleOf, Unary
from sqs_checks.values.exact_numbers import parse_number
from sqs_checks.writing.json_tree import read_json_within
from sqs_checks.writing.notations import HCL
from sqs_checks.writing.source_text import NotPlacedError
from sqs_checks.writing.written_tree import COMPUTED, MAPPING, SCALAR, SEQUENCE, Document, Entry, Node


class _Span(NamedTuple):
    """An expression with its place. inner: those directly within it."""

    start: int
    end: int
    expression: Any
    inner: list[_Span]


class _SpanParser(ExpressionParser):
    """Keeps the place of each expression."""

    def __init__(self, text: str, place: Range) -> None:
        super().__init__(text, parse_number, place.start, place.end)
        self._inner: list[_Span] = []

    def expression(self) -> Any:
        start = self.peek().start
        outer, self._inner = self._inner, []
        found = super().expression()
        outer.append(_Span(start, self.position, found, self._inner))
        self._inner = outer
        return found

    def span(self) -> _Span:
        self.expression()
        return self._inner[-1]


def _span(text: str, place: Range) -> _Span:
    try:
        return _SpanParser(text, place).span()
    except (SyntaxFaultError, RecursionError) as fault:
        raise NotPlacedError("it cannot be read", place.start) from fault


def read_hcl(text: str, place: Range) -> Document:
    """The tree of an expression. Raises NotPlacedError where it is none."""
    return Document(text, HCL, _node(_span(text, place)))


def read_json_value(text: str, place: Range) -> Document:
    """The tree of what an expression makes a JSON text of: `jsonencode(…)`, or the JSON of a heredoc.

    Raises NotPlacedError where it is neither.
    """
    span = _span(text, place)
    if isinstance(span.expression, Call) and span.expression.name == "jsonencode" and len(span.inner) == 1:
        return Document(text, HCL, _node(span.inner[0]))
    if isinstance(span.expression, (Literal, Template)) and text.startswith("<<", span.start):
        return _heredoc(text, span)
    shown = " ".join(text[span.start : span.end].split())
    raise NotPlacedError(f"it is worked out: `{shown if len(shown) < 60 else shown[:57] + '…'}`", span.start)


def _heredoc(text: str, span: _Span) -> Document:
    first = text.index("\n", span.start) + 1
    last = text.rindex("\n", first, span.end) + 1
    masked = text
    if re.search(r"(?<!%)%\{", text[first:last]):
        raise NotPlacedError("its text has directives (`%{`)", span.start)
    for inner in span.inner:
        begin, end = text.rindex("${", first, inner.start + 1), text.index("}", inner.end) + 1
        masked = masked[:begin] + "\x00" * (end - begin) + masked[end:]
    return read_json_within(text, masked, first, last)


def _node(span: _Span) -> Node:
    expression = span.expression
    if isinstance(expression, ObjectOf):
        keys, values = span.inner[::2], span.inner[1::2]
        entries = [
            Entry(_key(stated), key.start, _node(value)) for (stated, _), key, value in zip(expression.items, keys, values)
        ]
        return Node(MAPPING, span.start, span.end, entries=entries)
    if isinstance(expression, TupleOf):
        return Node(SEQUENCE, span.start, span.end, entries=[Entry(None, inner.start, _node(inner)) for inner in span.inner])
    if isinstance(expression, Literal):
        return Node(SCALAR, span.start, span.end, expression.value)
    if isinstance(expression, Unary) and expression.operator == "-" and isinstance(expression.operand, Literal):
        return Node(SCALAR, span.start, span.end, -expression.operand.value)
    return Node(COMPUTED, span.start, span.end)


def _key(expression: Any) -> Optional[str]:
    return expression.value if isinstance(expression, Literal) and isinstance(expression.value, str) else None
