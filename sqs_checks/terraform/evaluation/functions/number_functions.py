"""Terraform's functions of numbers.

Source: Terraform language documentation, "Numeric Functions".
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import unknown_result, whole_number
from sqs_checks.terraform.evaluation.type_constraints import NUMBER, convert
from sqs_checks.values.configuration_values import Elements, PiecedText, Unknown, Value, is_hidden, is_number
from sqs_checks.values.exact_numbers import Number, rounded

absolute = abs


def ceil(number: Number) -> int:
    return math.ceil(number)


def floor(number: Number) -> int:
    return math.floor(number)


def largest(first: Number, *others: Number) -> Number:
    return max(first, *others) if others else first


def smallest(first: Number, *others: Number) -> Number:
    return min(first, *others) if others else first


def signum(number: Number) -> int:
    whole = whole_number(number, "the number")
    return (whole > 0) - (whole < 0)


def log(number: Number, base: Number) -> Union[Number, Unknown]:
    """In double precision, as Terraform works it out."""
    try:
        return _of_double(_logarithm(number) / _logarithm(base))
    except (ValueError, ZeroDivisionError, OverflowError):
        return Unknown("a logarithm that is no finite number has no value here", NUMBER, not_null=True)


def _logarithm(number: Number) -> float:
    return math.log(float(number))


def pow(number: Number, power: Number) -> Union[Number, Unknown]:
    """In double precision, as Terraform works it out."""
    try:
        return _of_double(math.pow(float(number), float(power)))
    except (ValueError, OverflowError):
        return Unknown("a power that is no finite number has no value here", NUMBER, not_null=True)


def _of_double(value: float) -> Number:
    exact = Fraction(repr(value))  # a double is shown by the digits that tell it from others
    return exact.numerator if exact.denominator == 1 else exact


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MORE_DIGITS = _DIGITS + _DIGITS[10:].upper()
_LONGEST = 2_000


def parseint(text: Value, base: Number) -> Value:
    if is_hidden(text) and not isinstance(text, PiecedText):
        return unknown_result([text, base], NUMBER)
    if is_hidden(base) or isinstance(text, PiecedText):
        return unknown_result([text, base], NUMBER)
    if not isinstance(text, str):
        raise InvalidExpressionError("the first argument must be a string")
    radix = whole_number(base, "the base")
    if not 2 <= radix <= 62:
        raise InvalidExpressionError("the base must be a whole number between 2 and 62 inclusive")
    digits = text[1:] if text[:1] in ("+", "-") else text
    if len(digits) > _LONGEST:
        return Unknown("a number of that many digits is not worked out", NUMBER, not_null=True)
    value = 0
    allowed = (_DIGITS if radix <= 36 else _MORE_DIGITS)[:radix]
    for digit in digits.lower() if radix <= 36 else digits:
        if digit not in allowed:
            raise InvalidExpressionError(f"cannot parse `{text}` as a number of base {radix}")
        value = value * radix + allowed.index(digit)
    if not digits:
        raise InvalidExpressionError(f"cannot parse `{text}` as a number of base {radix}")
    return -value if text.startswith("-") else value


def total(numbers: Value) -> Value:
    """The sum of a list, set or tuple of numbers."""
    if is_hidden(numbers):
        return unknown_result([numbers], NUMBER)
    if not isinstance(numbers, Elements):
        raise InvalidExpressionError("the argument must be a list, set or tuple of numbers")
    if not numbers.items:
        raise InvalidExpressionError("cannot sum an empty list")
    converted = []
    for item in numbers.items:
        if item is None or not (is_number(item) or isinstance(item, str) or is_hidden(item)):
            raise InvalidExpressionError("the argument must hold only numbers")
        converted.append(convert(item, NUMBER))
    if any(map(is_hidden, converted)):
        return unknown_result([numbers], NUMBER)
    result = converted[0]
    for item in converted[1:]:
        result = rounded(Fraction(result) + item)
    return result
