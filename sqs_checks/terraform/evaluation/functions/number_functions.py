"""Terraform's functions of numbers.

Source: Terraform language documentation, "Numeric Functions".
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Optional, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import unknown_result, whole_number
from sqs_checks.terraform.evaluation.operators_of_terraform import opposite, sum_of
from sqs_checks.terraform.evaluation.type_constraints import NUMBER, convert
from sqs_checks.values.configuration_values import Elements, PiecedText, Unknown, Value, is_hidden, is_number
from sqs_checks.values.exact_numbers import OF_INTEGERS, Number, is_infinite, of_double, precision_of, with_precision


def absolute(number: Number) -> Number:
    return opposite(number) if number < 0 else number or 0


def ceil(number: Number) -> Number:
    return number if is_infinite(number) else with_precision(math.ceil(number), precision_of(number))


def floor(number: Number) -> Number:
    return number if is_infinite(number) else with_precision(math.floor(number), precision_of(number))


def largest(*numbers: Number) -> Number:
    return max(_some(numbers))


def smallest(*numbers: Number) -> Number:
    return min(_some(numbers))


def _some(numbers: Sequence[Number]) -> Sequence[Number]:
    if not numbers:
        raise InvalidExpressionError("must pass at least one number")
    return numbers


def signum(number: Number) -> Number:
    whole = whole_number(number, "the number")
    return with_precision((whole > 0) - (whole < 0), OF_INTEGERS)


def log(number: Number, base: Number) -> Number:
    """In double precision, as Terraform works it out."""
    return _result(_quotient(_logarithm(_double(number)), _logarithm(_double(base))))


def _double(number: Number) -> float:
    try:
        return float(number)
    except OverflowError:
        return -math.inf if number < 0 else math.inf


_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ODD = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)
_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)


def _logarithm(number: float) -> float:
    """The natural logarithm by FDLIBM's series, which Go takes: the machine's may differ in the last digit."""
    if number <= 0 or math.isinf(number):
        return math.nan if number < 0 else math.copysign(math.inf, number or -1)
    mantissa, exponent = math.frexp(number)
    if mantissa < math.sqrt(2) / 2:
        mantissa *= 2
        exponent -= 1
    rest = mantissa - 1
    ratio = rest / (2 + rest)
    square = ratio * ratio
    fourth = square * square
    odd = square * (_ODD[0] + fourth * (_ODD[1] + fourth * (_ODD[2] + fourth * _ODD[3])))
    even = fourth * (_EVEN[0] + fourth * (_EVEN[1] + fourth * _EVEN[2]))
    half = 0.5 * rest * rest
    return exponent * _LN2_HIGH - ((half - (ratio * (half + (odd + even)) + exponent * _LN2_LOW)) - rest)


def _quotient(dividend: float, divisor: float) -> float:
    """As processors divide; Python raises where the divisor is zero."""
    if divisor:
        return dividend / divisor
    return math.nan if not dividend or math.isnan(dividend) else math.copysign(math.inf, dividend)


def pow(number: Number, power: Number) -> Union[Number, Unknown]:
    """In double precision, as Terraform works it out."""
    base, exponent = _double(number), _double(power)
    if exponent == 0 or base == 1:
        return _result(1.0)
    if base == 0:
        return _result(0.0 if exponent > 0 else math.inf)
    if math.isinf(base) or math.isinf(exponent):
        return _result(math.pow(base, exponent))
    result = _power(base, exponent)
    if result is None:
        return Unknown("a power to a broken exponent is not worked out", NUMBER, not_null=True)
    return _result(result)


def _power(base: float, exponent: float) -> Optional[float]:
    """Go's own way to a power, since the machine's differs in the last digits: by squaring the base's mantissa. None where it
    cannot be gone here.
    """
    if abs(exponent) == 0.5:
        root = math.sqrt(base) if base > 0 else math.nan
        return root if exponent > 0 else 1 / root
    part, whole = math.modf(abs(exponent))
    if part and base < 0:
        return math.nan
    if part:
        # Go's exponential function differs from the machine's in the last digit.
        return None
    if whole >= 2**63:
        return math.inf if (abs(base) > 1) == (exponent > 0) else 0.0
    result, result_exponent = 1.0, 0
    mantissa, mantissa_exponent = math.frexp(base)
    remaining = int(whole)
    while remaining:
        if abs(mantissa_exponent) > 4096:
            result_exponent += mantissa_exponent
            break
        if remaining & 1:
            result *= mantissa
            result_exponent += mantissa_exponent
        mantissa *= mantissa
        mantissa_exponent *= 2
        if mantissa < 0.5:
            mantissa *= 2
            mantissa_exponent -= 1
        remaining >>= 1
    if exponent < 0:
        result, result_exponent = 1 / result, -result_exponent
    try:
        return math.ldexp(result, result_exponent)
    except OverflowError:
        return math.copysign(math.inf, result)


def _result(value: float) -> Number:
    if math.isnan(value):
        raise InvalidExpressionError("the result is not a number")
    return of_double(value)


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
    value = -value if text.startswith("-") else value
    return with_precision(value, max(value.bit_length(), OF_INTEGERS))


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
        if not (is_number(item) or isinstance(item, str) or is_hidden(item)):
            raise InvalidExpressionError("the argument must hold only numbers")
        converted.append(convert(item, NUMBER))
    if any(map(is_hidden, converted)):
        return unknown_result([numbers], NUMBER)
    return functools.reduce(sum_of, converted)
