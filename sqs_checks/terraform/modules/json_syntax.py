"""Terraform's JSON syntax (`*.tf.json`, `*.tfvars.json`), as the blocks that the native syntax would make.

Which properties of a body are blocks only its schema tells; so they are arguments, and whoever looks for blocks of a name
finds an argument of it (`EvaluatedBody.blocks`).
Source: Terraform language documentation, "JSON Configuration Syntax".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqs_checks.terraform.syntax.expression_parser import ExpressionParser, SyntaxFaultError
from sqs_checks.terraform.syntax.syntax_tree import Argument, Block, Literal, ObjectOf, Range, SourceFile, TupleOf
from sqs_checks.values.exact_numbers import parse_number

# How many labels stand between the type of a block and its body.
_LABELS = {"resource": 2, "data": 2, "provider": 1, "variable": 1, "output": 1, "module": 1, "locals": 0, "terraform": 0}
_NOWHERE = Range(0, 1)


def parse_json_file(path: str, text: str) -> SourceFile:
    """The blocks of a file in JSON syntax."""
    file = SourceFile(path, text)
    try:
        stated = json.loads(text, parse_float=Fraction)
        file.blocks = list(_blocks(stated, file))
    except (ValueError, RecursionError, TypeError, AttributeError) as error:
        file.fault = str(error)
    return file


def _blocks(stated: Any, file: SourceFile) -> Iterator[Block]:
    for block_type, bodies in _members(stated):
        if block_type not in _LABELS:
            continue
        for labels, body in _labelled(bodies, _LABELS[block_type], ()):
            if block_type in ("resource", "data"):
                stated_body = ObjectOf(tuple((Literal(name), _expression(value)) for name, value in _members(body)))
                yield body_block(block_type, labels, stated_body, file)
                continue
            is_literal = block_type == "variable"
            arguments = {
                name: _argument(name, _type(value) if is_literal and name == "type" else _expression(value, is_literal))
                for name, value in _members(body)
                if name != "//"
            }
            yield Block(block_type, labels, arguments, (), _NOWHERE, file)


def _argument(name: str, expression: Any) -> Argument:
    return Argument(name, expression, _NOWHERE, _NOWHERE)


def _type(value: Any) -> Any:
    """The type of a variable is a text that holds an expression."""
    try:
        return parse_expression(value)
    except (SyntaxFaultError, TypeError):
        return Literal(value)


def body_block(block_type: str, labels: tuple[str, ...], body: ObjectOf, file: SourceFile) -> Block:
    """The block whose body an object states, with its dynamic blocks."""
    arguments: dict[str, Argument] = {}
    blocks: list[Block] = []
    for key, value in body.items:
        name = str(getattr(key, "value", ""))
        if name == "dynamic":
            blocks += _dynamic_blocks(value, file)
        elif name not in ("", "//"):
            arguments[name] = _argument(name, value)
    return Block(block_type, labels, arguments, blocks, _NOWHERE, file)


def stated_objects(expression: Any) -> Sequence[Any]:
    """The objects where blocks are stated: one, or a list of them."""
    return expression.items if isinstance(expression, TupleOf) else (expression,)


def _dynamic_blocks(stated: Any, file: SourceFile) -> Iterator[Block]:
    for by_type in filter(_is_object, stated_objects(stated)):
        for key, bodies in by_type.items:
            for body in filter(_is_object, stated_objects(bodies)):
                outer = body_block("dynamic", (str(getattr(key, "value", "")),), body, file)
                content = outer.arguments.pop("content", None)
                contents = filter(_is_object, stated_objects(content.expression) if content is not None else ())
                outer.blocks = [body_block("content", (), inner, file) for inner in contents]
                yield outer


def _is_object(expression: Any) -> bool:
    return isinstance(expression, ObjectOf)


def _labelled(stated: Any, depth: int, labels: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for body in stated if isinstance(stated, list) else [stated]:
        if depth == 0:
            yield labels, body
        else:
            for label, inner in _members(body):
                if label != "//":
                    yield from _labelled(inner, depth - 1, (*labels, label))


def _members(stated: Any) -> Sequence[tuple[str, Any]]:
    if isinstance(stated, list):
        return [member for item in stated for member in _members(item)]
    return list(stated.items()) if isinstance(stated, Mapping) else []


def _expression(value: Any, is_literal: bool = False) -> Any:
    if isinstance(value, str):
        return Literal(value) if is_literal else _template(value)
    if isinstance(value, list):
        return TupleOf(tuple(_expression(item, is_literal) for item in value))
    if isinstance(value, Mapping):
        return ObjectOf(tuple((_template(str(key)), _expression(item, is_literal)) for key, item in value.items()))
    return Literal(value)


def _template(text: str) -> Any:
    if "${" not in text and "%{" not in text:
        return Literal(text)
    try:
        return ExpressionParser(text, parse_number).template()
    except SyntaxFaultError as fault:
        raise ValueError(str(fault)) from fault


def parse_json_values(text: str) -> Mapping[str, Any]:
    """The expressions of a `*.tfvars.json` file, by variable. Raises ValueError where it is none."""
    return {name: _expression(value, is_literal=True) for name, value in _members(json.loads(text, parse_float=Fraction))}


def parse_expression(text: str) -> Any:
    """One expression, as the whole of a text. Raises SyntaxFaultError where it is none."""
    parser = ExpressionParser(text, parse_number)
    expression = parser.expression()
    token = parser.peek()
    while token.kind == "newline":
        parser.take()
        token = parser.peek()
    if token.kind != "end":
        raise SyntaxFaultError(f"`{token.text}` is not expected", token.start)
    return expression
