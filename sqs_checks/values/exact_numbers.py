"""Terraform's numbers: binary floating point, mostly with 512 bits, whole ones exact.

A number is an `int`, a `Fraction` where it is not whole, or a `float` where it is neither: infinity and negative zero. What
Terraform works out with fewer bits (a length with 64, a logarithm with 53) knows how many; the text of a number and what is
worked out from it depend on that.

Source: cty, "Type System: cty.Number"; Go, package math/big, `Float.Text` (the shortest text that reads back as the number).
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any, Optional, Union

Number = Union[int, Fraction, float]

_PRECISION = 512
OF_INTEGERS = 64
OF_DOUBLES = 53
_DIGITS = 155  # decimal digits that tell any two numbers of that precision apart
_NUMBER = re.compile(r"([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([eEpP])([-+]?[0-9]{1,6}))?")
_LONGEST = 5_000
_LARGEST_EXPONENT = 5_000


class _ShortInt(int):
    precision: int


class _ShortFraction(Fraction):
    precision: int


def with_precision(value: Number, precision: int) -> Number:
    """The number as one of so many bits, which must be enough to hold it."""
    if precision >= _PRECISION or isinstance(value, float):
        return value
    made: Any = _ShortInt(value) if isinstance(value, int) else _ShortFraction(value)
    made.precision = precision
    return made  # type: ignore[no-any-return]


def precision_of(value: Number) -> int:
    """With how many bits Terraform holds the number."""
    return getattr(value, "precision", _PRECISION)


def of_double(value: float) -> Number:
    """A number that Terraform works out in double precision."""
    if math.isinf(value) or (value == 0 and math.copysign(1, value) < 0):
        return value
    exact = Fraction(value)
    return with_precision(exact.numerator if exact.denominator == 1 else exact, OF_DOUBLES)


def is_infinite(value: Number) -> bool:
    return isinstance(value, float) and math.isinf(value)


def rounded(value: Fraction, precision: int = _PRECISION) -> Number:
    """A number as so many bits hold it, half to even."""
    return with_precision(_rounded(value, precision), precision)


def _rounded(value: Fraction, precision: int) -> Number:
    if value.denominator == 1 and abs(value.numerator).bit_length() <= precision:
        return value.numerator
    if not value:
        return 0
    magnitude = abs(value)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    shift = precision - exponent
    scaled = magnitude * Fraction(2) ** shift
    while scaled >= 2**precision:
        scaled /= 2
        shift -= 1
    while scaled < 2 ** (precision - 1):
        scaled *= 2
        shift += 1
    mantissa = round(scaled)
    result = Fraction(mantissa) / Fraction(2) ** shift
    result = -result if value < 0 else result
    return result.numerator if result.denominator == 1 else result


def parse_number(text: str) -> Optional[Number]:
    """The number that a text writes, None where it writes none; in decimal, with a point or an exponent or without.

    After `p` the exponent is one of two, as Go reads it.
    """
    if len(text) > _LONGEST:
        return None
    if len(text) < 100 and text.isascii() and text.isdigit():  # which the precision always holds
        return int(text)
    if text.lstrip("+-") in ("Inf", "inf") and len(text) <= 4:
        return -math.inf if text.startswith("-") else math.inf
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    exponent = int(match.group(3) or 0)
    if abs(exponent) > _LARGEST_EXPONENT:
        return None
    base = 2 if match.group(2) in ("p", "P") else 10
    value = Fraction(match.group(1).rstrip(".")) * Fraction(base) ** exponent
    return rounded(value) if value or not text.startswith("-") else -0.0


def number_text(value: Number) -> str:
    """The shortest decimal text that reads back as the number, never with an exponent."""
    if isinstance(value, float):
        return "-0" if value == 0 else "+Inf" if value > 0 else "-Inf"
    precision = precision_of(value)
    if isinstance(value, int) and abs(value).bit_length() <= precision:
        return str(int(value)) if precision == _PRECISION else _shortest_text(value, precision)
    return _shortest_text(value, precision)


def _shortest_text(value: Number, precision: int) -> str:
    magnitude = abs(Fraction(value))
    sign = "-" if value < 0 else ""
    for digits in (17, 40, 80, _DIGITS):
        if rounded(_with_digits(magnitude, digits), precision) == magnitude:
            return sign + _decimal(_shortest(magnitude, digits, precision))
    return sign + _decimal(_with_digits(magnitude, _DIGITS + 1))


def _shortest(magnitude: Fraction, enough: int, precision: int) -> Fraction:
    low, high = 1, enough
    while low < high:
        middle = (low + high) // 2
        if rounded(_with_digits(magnitude, middle), precision) == magnitude:
            high = middle
        else:
            low = middle + 1
    return _with_digits(magnitude, low)


def _with_digits(magnitude: Fraction, digits: int) -> Fraction:
    """The number rounded to some significant decimal digits."""
    places = digits - _decimal_exponent(magnitude)
    scale = Fraction(10) ** places
    return Fraction(round(magnitude * scale)) / scale


def _decimal_exponent(magnitude: Fraction) -> int:
    """The number of digits before the point; zero or less where the first digit stands behind it."""
    exponent = digits_of(magnitude.numerator) - digits_of(magnitude.denominator)
    return exponent + 1 if magnitude >= Fraction(10) ** exponent else exponent


def digits_of(number: int) -> int:
    """How many decimal digits a whole number has, without writing it: Python writes no numbers of 5,000 digits."""
    digits = max(int(number.bit_length() * 0.30103) - 1, 0)
    while 10**digits <= number:
        digits += 1
    return digits


def _decimal(value: Fraction) -> str:
    """The text of a number that has finitely many decimal places."""
    zeros = digits_of(value.numerator) - _DIGITS - 2 if value.denominator == 1 else 0
    if zeros > 0 and value.numerator % 10**zeros == 0:
        return str(value.numerator // 10**zeros) + "0" * zeros
    places = 0
    denominator = value.denominator
    while denominator % 10 == 0:
        denominator //= 10
        places += 1
    while denominator != 1:
        places += 1
        denominator = (Fraction(10) ** places * value).denominator
        if places > 2_000:
            break
    digits = str(int(value * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits


def scientific_text(digits: str, exponent: int, places: int, letter: str) -> str:
    """The text of a number with an exponent. exponent: how many digits stand before the point."""
    power = exponent - 1 if digits else 0
    mantissa = digits.ljust(places + 1, "0")
    point = f".{mantissa[1 : places + 1]}" if places else ""
    return f"{mantissa[0]}{point}{letter}{'-' if power < 0 else '+'}{abs(power):02d}"


def general_text(value: Number, precision: Optional[int], letter: str) -> str:
    """The shorter of both ways to write a number; all digits it takes to tell it apart where no precision is given."""
    if isinstance(value, float):
        return number_text(value)
    sign = "-" if value < 0 else ""
    magnitude = with_precision(-value if value < 0 else value, precision_of(value))
    if precision is None:
        whole, _, places = number_text(magnitude).partition(".")
        digits = (whole + places).lstrip("0").rstrip("0")
        exponent = len(whole) if whole != "0" else len(places.lstrip("0")) - len(places)
        threshold = 6
    else:
        threshold = precision = precision or 1
        digits, exponent = significant_digits(magnitude, precision)
        digits = digits.rstrip("0")
        if threshold > len(digits) >= exponent:
            threshold = len(digits)
    if not digits:
        return f"{sign}0"
    if exponent - 1 < -4 or exponent - 1 >= threshold:
        return sign + scientific_text(digits, exponent, len(digits) - 1, letter)
    if exponent <= 0:
        return f"{sign}0.{'0' * -exponent}{digits}"
    whole = digits[:exponent].ljust(exponent, "0")
    return sign + whole + (f".{digits[exponent:]}" if digits[exponent:] else "")


def significant_digits(magnitude: Number, wanted: int) -> tuple[str, int]:
    """So many significant digits of a number, and how many stand before the point."""
    if not magnitude:
        return "", 1
    exact = Fraction(magnitude)
    exponent = _decimal_exponent(exact)
    digits = str(round(exact * Fraction(10) ** (wanted - exponent)))
    # Rounding may make one digit more: 9.99 becomes 10.0.
    return digits[:wanted], exponent + len(digits) - wanted
