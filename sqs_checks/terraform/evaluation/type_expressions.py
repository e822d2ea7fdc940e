"""The type constraint of a variable, as code writes it: `map(object({ name = string, fifo = optional(bool, false) }))`.

Source: Terraform language documentation, "Type Constraints".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.type_constraints import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    list_of,
    map_of,
    set_of,
    tuple_of,
)
from sqs_checks.terraform.syntax.syntax_tree import Call, Literal, ObjectOf, Traversal, TupleOf
from sqs_checks.values.configuration_values import OBJECT, Value

_PRIMITIVES = {"string": STRING, "number": NUMBER, "bool": BOOL, "any": DYNAMIC}
# As Terraform before 0.12 wrote them, a text or a bare name.
_BARE = {"list": list_of(DYNAMIC), "map": map_of(DYNAMIC), "set": set_of(DYNAMIC)}
_COLLECTIONS = {"list": list_of, "set": set_of, "map": map_of}


def read_type(expression: Any, evaluate: Callable[[Any], Value]) -> Type:
    """The type that an expression writes. evaluate: for the defaults of optional attributes.

    Raises InvalidExpressionError where it writes none.
    """
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        return _named(expression.value)
    if isinstance(expression, Traversal) and not expression.steps:
        return _named(expression.root)
    if isinstance(expression, Call):
        arguments = expression.arguments
        if len(arguments) == 1 and expression.name in _COLLECTIONS:
            return _COLLECTIONS[expression.name](read_type(arguments[0], evaluate))
        if len(arguments) == 1 and expression.name == "tuple" and isinstance(arguments[0], TupleOf):
            return tuple_of([read_type(item, evaluate) for item in arguments[0].items])
        if len(arguments) == 1 and expression.name == "object" and isinstance(arguments[0], ObjectOf):
            return _object(arguments[0], evaluate)
    raise InvalidExpressionError("no type constraint")


def _named(name: str) -> Type:
    found = _PRIMITIVES.get(name) or _BARE.get(name)
    if found is None:
        raise InvalidExpressionError(f"`{name}` is no type")
    return found


def _object(expression: ObjectOf, evaluate: Callable[[Any], Value]) -> Type:
    attributes: dict[str, Type] = {}
    optional: list[tuple[str, Value]] = []
    for key, stated in expression.items:
        name = str(key.value) if isinstance(key, Literal) else ""
        if isinstance(stated, Call) and stated.name == "optional" and stated.arguments:
            attributes[name] = read_type(stated.arguments[0], evaluate)
            optional.append((name, evaluate(stated.arguments[1]) if len(stated.arguments) > 1 else None))
        else:
            attributes[name] = read_type(stated, evaluate)
    return Type(OBJECT, attributes=tuple(sorted(attributes.items())), optional=tuple(optional))
