"""Terraform's numbers: binary floating point with 512 bits, whole ones exact.

Source: cty, "Type System: cty.Number"; Go, package math/big, `Float.Text` (the shortest text that reads back as the number).
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Optional, Union

Number = Union[int, Fraction]

_PRECISION = 512
_DIGITS = 155  # decimal digits that tell any two numbers of that precision apart
_NUMBER = re.compile(r"[-+]?(\d+)(?:\.(\d*))?(?:[eE]([-+]?\d{1,6}))?")
_LONGEST = 5_000
_LARGEST_EXPONENT = 5_000


def rounded(value: Fraction) -> Number:
    """A number as 512 bits hold it, half to even."""
    if value.denominator == 1 and abs(value.numerator).bit_length() <= _PRECISION:
        return value.numerator
    if not value:
        return 0
    magnitude = abs(value)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    shift = _PRECISION - exponent
    scaled = magnitude * Fraction(2) ** shift
    while scaled >= 2**_PRECISION:
        scaled /= 2
        shift -= 1
    while scaled < 2 ** (_PRECISION - 1):
        scaled *= 2
        shift += 1
    mantissa = round(scaled)
    result = Fraction(mantissa) / Fraction(2) ** shift
    result = -result if value < 0 else result
    return result.numerator if result.denominator == 1 else result


def parse_number(text: str) -> Optional[Number]:
    """The number that a text writes, None where it writes none; in decimal, with a point or an exponent or without."""
    if len(text) > _LONGEST:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    exponent = int(match.group(3) or 0)
    if abs(exponent) > _LARGEST_EXPONENT:
        return None
    return rounded(Fraction(text.rstrip(".") if text.endswith(".") else text.replace(".e", "e").replace(".E", "E")))


def number_text(value: Number) -> str:
    """The shortest decimal text that reads back as the number, never with an exponent."""
    if isinstance(value, int) and value.bit_length() <= _PRECISION:
        return str(value)
    value = Fraction(value)
    sign, magnitude = ("-", -value) if value < 0 else ("", value)
    for digits in (17, 40, 80, _DIGITS):
        if rounded(_with_digits(magnitude, digits)) == magnitude:
            return sign + _decimal(_shortest(magnitude, digits))
    return sign + _decimal(_with_digits(magnitude, _DIGITS + 1))


def _shortest(magnitude: Fraction, enough: int) -> Fraction:
    low, high = 1, enough
    while low < high:
        middle = (low + high) // 2
        if rounded(_with_digits(magnitude, middle)) == magnitude:
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
    exponent = len(str(magnitude.numerator)) - len(str(magnitude.denominator))
    return exponent + 1 if magnitude >= Fraction(10) ** exponent else exponent


def _decimal(value: Fraction) -> str:
    """The text of a number that has finitely many decimal places."""
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
