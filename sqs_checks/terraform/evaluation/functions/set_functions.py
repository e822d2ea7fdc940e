"""Terraform's functions of sets.

Source: Terraform language documentation, "Collection Functions"; cty, package function/stdlib.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import (
    FunctionContext,
    has_unsure_elements,
    unknown_result,
)
from sqs_checks.terraform.evaluation.type_constraints import (
    DYNAMIC,
    Type,
    convert,
    is_open,
    list_of,
    set_items,
    set_of,
    tuple_of,
    type_of,
    unify,
)
from sqs_checks.terraform.evaluation.value_equality import contains
from sqs_checks.values.configuration_values import (
    LIST,
    SET,
    TUPLE,
    Elements,
    Unknown,
    Value,
    is_hidden,
    is_wholly_known,
    without_type,
)

_HEAVIEST_PRODUCT = 1_000_000


def _of_one_type(sets: Sequence[Value]) -> tuple[Type, list[Value]]:
    """The sets with elements of one type, and that type."""
    elements = [type_of(one).element or DYNAMIC for one in sets]
    typed = [one for one, value in zip(elements, sets) if is_hidden(value) or value.items or one.kind != "dynamic"]
    common = unify(typed)
    if common is None:
        raise InvalidExpressionError("the sets must all have compatible element types")
    return common, [convert(one, set_of(common)) for one in sets]


def union(*sets: Value) -> Value:
    common, converted = _of_one_type(sets)
    if any(map(is_hidden, converted)):
        return unknown_result([one for one in converted if is_hidden(one)], set_of(common))
    items = [item for one in converted for item in one.parts]
    if is_open(common) and len(set(map(type_of, items))) > 1 and all(map(is_wholly_known, items)):
        raise InvalidExpressionError("the sets must all have compatible element types")
    return Elements(SET, set_items(list(map(without_type, items))), common)


def intersection(context: FunctionContext, *sets: Value) -> Value:
    return _kept(context, sets, True)


def subtract(context: FunctionContext, first: Value, second: Value) -> Value:
    return _kept(context, (first, second), False)


def _kept(context: FunctionContext, sets: Sequence[Value], wanted: bool) -> Union[Elements, Unknown]:
    """The elements of the first set that are in each other one, or in none."""
    common, converted = _of_one_type(sets)
    if any(map(is_hidden, converted)):
        return unknown_result([one for one in converted if is_hidden(one)], set_of(common))
    first, *others = converted
    kept = list(first.items)
    for other in others:
        if is_wholly_known(first) and is_wholly_known(other):
            known = {(isinstance(item, bool), item) for item in other.items}
            kept = [item for item in kept if ((isinstance(item, bool), item) in known) == wanted]
            continue
        context.spend(len(kept) * len(other.items) // 8)
        answers = [contains(other.items, item) for item in kept]
        if None in answers:
            return unknown_result([first, other], set_of(common))
        kept = [item for item, answer in zip(kept, answers) if answer == wanted]
    return Elements(SET, kept, common)


def product(context: FunctionContext, *sets: Value) -> Value:
    if len(sets) < 2:
        raise InvalidExpressionError("at least two arguments are required")
    for one in sets:
        if not is_hidden(one) and not isinstance(one, Elements):
            raise InvalidExpressionError("a set or a list is required")
    elements = []
    for one in sets:
        known = type_of(one)
        common = unify(known.items) if known.kind == TUPLE else known.element or DYNAMIC
        if common is None:
            raise InvalidExpressionError("all elements must be of the same type")
        elements.append(common)
    is_set = any(type_of(one).kind == SET for one in sets)
    result = tuple_of(elements)
    if any(is_hidden(one) or has_unsure_elements(one) for one in sets):
        return unknown_result(sets, set_of(result) if is_set else list_of(result))
    size = 1
    for one in sets:
        size *= len(one.items)
    if size * len(sets) > _HEAVIEST_PRODUCT:
        return Unknown("a product of that many elements is not worked out", not_null=True)
    context.spend(size * len(sets))
    converted = [[convert(item, common) for item in one.parts] for one, common in zip(sets, elements)]
    rows = [Elements(TUPLE, row) for row in itertools.product(*converted)]
    return Elements(SET if is_set else LIST, set_items(rows) if is_set else rows, result)
