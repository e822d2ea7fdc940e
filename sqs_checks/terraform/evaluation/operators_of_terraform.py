"""Terraform's operators, index and attribute access, over values of which parts may not be known.

An operation on an unknown is unknown unless the known part decides.
Source: Terraform language documentation, "Arithmetic and Logical Operators"; cty, "Operations" (equality of unlike types).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.type_constraints import BOOL, NUMBER, STRING, convert
from sqs_checks.terraform.evaluation.value_equality import equality
from sqs_checks.values.configuration_values import (
    SET,
    Attribute,
    Deferred,
    Elements,
    Entries,
    TooHeavyError,
    Unknown,
    Value,
    first_unknown,
    is_hidden,
    is_null,
    why_unknown,
    without_type,
)
from sqs_checks.values.exact_numbers import is_infinite, precision_of, rounded, with_precision

_LARGEST_BITS = 20_000


def _number(value: Value, operator: str) -> Any:
    if is_null(value):
        raise InvalidExpressionError(f"`{operator}` takes no null")
    return convert(value, NUMBER)


def _bool(value: Value, operator: str) -> Any:
    if is_null(value):
        raise InvalidExpressionError(f"`{operator}` takes no null")
    return convert(value, BOOL)


def _fits(number: Any, precision: int) -> Any:
    """A result within the precision of Terraform's numbers."""
    if isinstance(number, int):
        if number.bit_length() <= precision:
            return with_precision(number, precision)
        number = Fraction(number)
    if number.numerator.bit_length() > _LARGEST_BITS or number.denominator.bit_length() > _LARGEST_BITS:
        raise TooHeavyError
    return rounded(number, precision)


def _remainder(left: Any, right: Any) -> Any:
    if is_infinite(left) or is_infinite(right):
        raise InvalidExpressionError("an infinite number has no remainder")
    if left == 0 or right == 0:
        return left
    # By way of the quotient, which is rounded; what follows has the precision of the dividend.
    precision = precision_of(left)
    product = _fits(right * math.trunc(_arithmetic("/", left, right)), precision)
    return _fits(left - product, precision)


_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: Fraction(left) / Fraction(right),
}


def _arithmetic(operator: str, left: Any, right: Any) -> Any:
    if operator == "%":
        return _remainder(left, right)
    if not (is_infinite(left) or is_infinite(right) or (operator == "/" and right == 0)):
        exact = _ARITHMETIC[operator](*(0 if isinstance(value, float) else value for value in (left, right)))
        if exact:
            return _fits(exact, max(precision_of(left), precision_of(right)))
    return _signed(operator, left, right)


def _signed(operator: str, left: Any, right: Any) -> Any:
    """What is infinite, or zero with a sign: only the signs of the operands count, and which of them are zero or infinite."""
    one, other = (value if isinstance(value, float) else float((value > 0) - (value < 0)) for value in (left, right))
    if operator == "/":
        result = one * math.copysign(math.inf, other) if other == 0 else one / other
    else:
        result = _ARITHMETIC[operator](one, other)
    if math.isnan(result):
        raise InvalidExpressionError("the operation has no result")
    return result if math.isinf(result) or math.copysign(1, result) < 0 else 0


def sum_of(left: Any, right: Any) -> Any:
    """`+`, of two numbers."""
    return _arithmetic("+", left, right)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


def combined(operator: str, left: Value, right: Value) -> Value:
    """What a binary operator makes of two values. Raises InvalidExpressionError where it takes none such."""
    if operator == "==":
        return equal(left, right)
    if operator == "!=":
        return negated(equal(left, right))
    if operator in ("&&", "||"):
        return _logical(operator, _bool(left, operator), _bool(right, operator))
    left, right = _number(left, operator), _number(right, operator)
    for side in (left, right):
        if is_hidden(side):
            return Unknown(why_unknown(side), BOOL if operator in _COMPARISONS else NUMBER, not_null=True)
    if operator in _COMPARISONS:
        return _COMPARISONS[operator](left, right)
    return _arithmetic(operator, left, right)


def _logical(operator: str, left: Any, right: Any) -> Value:
    decisive = operator == "||"
    if left is decisive or right is decisive:
        return decisive
    for side in (left, right):
        if is_hidden(side):
            return Unknown(why_unknown(side), BOOL, not_null=True)
    return not decisive


def negated(value: Value) -> Value:
    """`!`."""
    truth = _bool(value, "!")
    return Unknown(why_unknown(truth), BOOL, not_null=True) if is_hidden(truth) else not truth


def minus(value: Value) -> Value:
    """`-`, as it stands ahead of a number."""
    number = _number(value, "-")
    if is_hidden(number):
        return Unknown(why_unknown(number), NUMBER, not_null=True)
    return opposite(number)


def opposite(number: Any) -> Any:
    """The number with the other sign; zero has one, too."""
    if number == 0:
        return 0 if isinstance(number, float) else -0.0
    return with_precision(-number, precision_of(number))


def equal(left: Value, right: Value) -> Value:
    """`==`: True, False, or unknown."""
    answer = equality(left, right)
    if answer is not None:
        return answer
    part = first_unknown(left) or first_unknown(right)
    if isinstance(part, Deferred):
        return Unknown(f"`{part.label}` as a whole is known only when it is applied", BOOL, not_null=True)
    return Unknown(why_unknown(part), BOOL, not_null=True)


def attribute_of(value: Value, name: str) -> Value:
    """`value.name`."""
    if isinstance(value, Deferred):
        return value.get(name)
    if isinstance(value, Entries):
        if name not in value.items:
            raise InvalidExpressionError(f"there is no attribute `{name}`")
        return value.part(name)
    if isinstance(value, Attribute):
        return Attribute(value.owner, f"{value.name}.{name}", f"{value.label}.{name}")
    if isinstance(value, Unknown):
        if value.among:
            return _of_each(value, lambda one: attribute_of(one, name))
        return _part_of(value, name)
    if is_null(value):
        raise InvalidExpressionError(f"`{name}` of null")
    raise InvalidExpressionError(f"no object, so it has no attribute `{name}`")


def _of_each(value: Unknown, part: Callable[[Value], Value]) -> Value:
    """A part of a value that is one of several."""
    parts = []
    for one in value.among:
        try:
            parts.append(part(one))
        except InvalidExpressionError:
            continue
    not_null = value.not_null and not any(is_null(one) or (isinstance(one, Unknown) and not one.not_null) for one in parts)
    return Unknown(value.reason, not_null=not_null, among=tuple(map(without_type, parts)))


def _part_of(value: Unknown, name: Any) -> Value:
    if name in value.entries:
        return value.entries[name]
    kind = getattr(value.type, "kind", None)
    if kind in ("string", "number", "bool"):
        raise InvalidExpressionError(f"no object, so it has no attribute `{name}`")
    if kind == "object":
        attributes = dict(value.type.attributes)
        if name not in attributes:
            raise InvalidExpressionError(f"there is no attribute `{name}`")
        return Unknown(value.reason, attributes[name])
    return Unknown(value.reason, value.type.element if kind in ("map", "list") else None)


def element_of(value: Value, key: Value) -> Value:
    """`value[key]`."""
    if is_null(value) or is_null(key):
        raise InvalidExpressionError("an index of null" if is_null(value) else "an index that is null")
    if isinstance(value, Attribute):
        shown = f"[{key}]" if isinstance(key, int) else f'["{key}"]'
        return Attribute(value.owner, f"{value.name}{shown}", f"{value.label}{shown}")
    if isinstance(value, Unknown):
        if value.among and all(isinstance(one, Deferred) for one in value.among):
            # The instances of something whose keys are not known: whichever it is, it is such a one.
            return value
        return _part_of(value, key if isinstance(key, str) else None) if _has_keys(value, key) else Unknown(value.reason)
    if isinstance(value, Deferred):
        if isinstance(key, str):
            return value.get(key)
        if is_hidden(key):
            return Unknown(why_unknown(key))
        raise InvalidExpressionError("an object has no such index")
    if isinstance(value, Elements):
        return _item(value, convert(key, NUMBER))
    if isinstance(value, Entries):
        name = convert(key, STRING)
        if is_hidden(name):
            return Unknown(why_unknown(name), among=tuple(value.items.values()))
        if name not in value.items:
            raise InvalidExpressionError(f"there is no key `{name}`")
        return value.part(name)
    raise InvalidExpressionError("a value without elements has no index")


def _has_keys(value: Unknown, key: Value) -> bool:
    return getattr(value.type, "kind", None) != "object" or isinstance(key, str)


def _item(value: Elements, number: Value) -> Value:
    if value.kind == SET:
        raise InvalidExpressionError("the elements of a set have no index")
    if is_hidden(number):
        return Unknown(why_unknown(number), among=value.items)
    if number not in range(len(value.items)):
        raise InvalidExpressionError(f"there is no element {number}")
    return value.part(int(number))
