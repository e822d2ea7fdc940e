"""How many instances `count` and `for_each` make, and what `each` and `count` are in them.

Source: Terraform language documentation, "The count Meta-Argument", "The for_each Meta-Argument".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import whole_number
from sqs_checks.terraform.evaluation.type_constraints import NUMBER, STRING, convert
from sqs_checks.terraform.modules.resource_address import InstanceKey
from sqs_checks.terraform.syntax.syntax_tree import Block
from sqs_checks.values.configuration_values import (
    OBJECT,
    Deferred,
    Elements,
    Entries,
    Unknown,
    Value,
    is_hidden,
    is_null,
    why_unknown,
)
from sqs_checks.values.exact_numbers import OF_INTEGERS, with_precision

_MOST_INSTANCES = 10_000
# The names that stand for another thing in each instance.
PER_INSTANCE = frozenset(("each", "count", "self"))


class Expansion(NamedTuple):
    """repetition: `count`, `for_each` or empty. values: by key, what `each.value` is there; of a block without repetition the
    key is None. unknown: why the keys are not known; there is then one instance that stands for all.
    """

    repetition: str
    values: Mapping[InstanceKey, Value]
    unknown: Optional[Unknown] = None


SINGLE = Expansion("", {None: None})


def expand(block: Block, evaluate: Callable[[Any], Value]) -> Expansion:
    """The instances of a resource, data source or module call. evaluate: an expression outside of the instances."""
    for repetition in ("count", "for_each"):
        expression = block.expression(repetition)
        if expression is not None:
            try:
                return _expanded(repetition, evaluate(expression))
            except InvalidExpressionError as fault:
                return Expansion(repetition, {}, Unknown(f"Terraform refuses its `{repetition}`: {fault}"))
    return SINGLE


def _expanded(repetition: str, value: Value) -> Expansion:
    if is_hidden(value) or isinstance(value, Deferred):
        reason = why_unknown(value) if is_hidden(value) else f"`{value.label}` as a whole is not known"
        return Expansion(repetition, {}, Unknown(reason, among=value.among if isinstance(value, Unknown) else ()))
    if repetition == "count":
        number = convert(value, NUMBER)
        if isinstance(number, Unknown):
            return Expansion(repetition, {}, number)
        if is_null(number):
            raise InvalidExpressionError("it is null")
        number = whole_number(number, "it", least=0)
        if number > _MOST_INSTANCES:
            return Expansion(repetition, {}, Unknown(f"{number} instances are more than are looked at"))
        return Expansion(repetition, dict.fromkeys(range(number)))
    if isinstance(value, Entries):
        values: Mapping[InstanceKey, Value] = {name: value.part(name) for name in sorted(value.items)}
    elif isinstance(value, Elements) and value.kind == "set":
        if any(map(is_hidden, value.items)):
            return Expansion(repetition, {}, Unknown(why_unknown(next(filter(is_hidden, value.items)))))
        if not all(isinstance(item, str) for item in value.items):
            raise InvalidExpressionError("a set of it must hold texts and nothing else")
        values = {item: item for item in value.items}
    else:
        raise InvalidExpressionError("it is no map, object or set of texts")
    if len(values) > _MOST_INSTANCES:
        return Expansion(repetition, {}, Unknown(f"{len(values)} instances are more than are looked at"))
    return Expansion(repetition, values)


def bindings(expansion: Expansion, key: InstanceKey) -> Mapping[str, Value]:
    """What `each` and `count` are in an instance."""
    if not expansion.repetition:
        return {}
    if expansion.unknown is not None:
        # Where it goes through the instances of something else, it is one of these.
        part = Unknown(expansion.unknown.reason, not_null=bool(expansion.unknown.among), among=expansion.unknown.among)
        named = Unknown(expansion.unknown.reason, STRING if expansion.repetition == "for_each" else NUMBER, not_null=True)
        return (
            {"count": Entries(OBJECT, {"index": named})}
            if expansion.repetition == "count"
            else {"each": Entries(OBJECT, {"key": named, "value": part})}
        )
    if expansion.repetition == "count" and isinstance(key, int):
        return {"count": Entries(OBJECT, {"index": with_precision(key, OF_INTEGERS)})}
    return {"each": Entries(OBJECT, {"key": key, "value": expansion.values[key]})}
