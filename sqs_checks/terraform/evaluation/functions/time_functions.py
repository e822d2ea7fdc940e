"""Terraform's functions of dates and times.

Source: Terraform language documentation, "Date and Time Functions"; RFC 3339; Go, package time (durations).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.type_constraints import STRING
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.exact_numbers import OF_INTEGERS, Number, with_precision

_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))"
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class _Moment(NamedTuple):
    """local: date and time where the offset holds, without the part of a second."""

    local: datetime
    part: Fraction
    offset: timedelta

    def in_utc(self) -> tuple[datetime, Fraction]:
        return self.local - self.offset, self.part


def _moment(text: str) -> _Moment:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise InvalidExpressionError("not a valid RFC3339 timestamp")
    offset = timedelta()
    if not match.group(8):
        hours, minutes = int(match.group(10)), int(match.group(11))
        if hours > 23 or minutes > 59:
            raise InvalidExpressionError("not a valid RFC3339 timestamp: the offset is out of range")
        offset = timedelta(hours=hours, minutes=minutes) * (-1 if match.group(9) == "-" else 1)
    year = int(match.group(1))
    try:
        local = datetime(year or 4, *(int(match.group(number)) for number in range(2, 7)))  # type: ignore[arg-type]
        if not year:
            raise OverflowError
        part = Fraction(match.group(7)) if match.group(7) else Fraction(0)
        return _Moment(local, part, offset)
    except ValueError as error:
        raise InvalidExpressionError(f"not a valid RFC3339 timestamp: {error}") from None


def _far_away(text: str) -> Unknown:
    return Unknown(f"times as far away as `{text}` are not worked out", STRING, not_null=True)


_PART_OF_A_DURATION = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


def _duration(text: str) -> int:
    """A duration such as `-1.5h` in nanoseconds."""
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    total = position = 0
    while position < len(rest) or not rest:
        match = _PART_OF_A_DURATION.match(rest, position)
        if match is None or not (match.group(1) or match.group(2)):
            raise InvalidExpressionError(f"invalid duration `{text}`")
        amount = Fraction(f"{match.group(1)[:400] or '0'}.{(match.group(2) or '0')[:400]}")
        total += int(amount * _UNITS[match.group(3)])
        position = match.end()
    if total >= 2**63:
        raise InvalidExpressionError(f"invalid duration `{text}`")
    return -total if text.startswith("-") else total


def timeadd(timestamp: str, duration: str) -> Union[str, Unknown]:
    try:
        moment = _moment(timestamp)
        nanoseconds = int(moment.part * 10**9) + _duration(duration)
        return _written(moment.local + timedelta(seconds=nanoseconds // 10**9), moment.offset)
    except OverflowError:
        _duration(duration)
        return _far_away(timestamp)


def _written(local: datetime, offset: timedelta) -> str:
    return f"{local.year:04d}-{local:%m-%dT%H:%M:%S}{_zone(offset, ':') if offset else 'Z'}"


def _zone(offset: timedelta, colon: str) -> str:
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02d}{colon}{minutes % 60:02d}"


def timecmp(one: str, other: str) -> Union[Number, Unknown]:
    try:
        first, second = _moment(one).in_utc(), _moment(other).in_utc()
    except OverflowError:
        return _far_away(one)
    return with_precision((first > second) - (first < second), OF_INTEGERS)


_VERB = re.compile(r"''|'(?:[^']|'')*'|'|([A-Za-z])\1*|[^A-Za-z']+")


def formatdate(template: str, timestamp: str) -> Union[str, Unknown]:
    try:
        moment = _moment(timestamp)
    except OverflowError:
        return _far_away(timestamp)
    return "".join(_formatted(match.group(), moment) for match in _VERB.finditer(template))


def _formatted(verb: str, moment: _Moment) -> str:
    if verb.startswith("'"):
        if len(verb) == 1:
            raise InvalidExpressionError("unterminated literal in the format")
        return verb[1:-1].replace("''", "'") if verb != "''" else "'"
    if not verb[0].isascii() or not verb[0].isalpha():
        return verb
    local, offset = moment.local, moment.offset
    half = local.hour % 12 or 12
    verbs = {
        "YYYY": f"{local.year:04d}",
        "YY": f"{local.year % 100:02d}",
        "MMMM": _MONTHS[local.month - 1],
        "MMM": _MONTHS[local.month - 1][:3],
        "MM": f"{local.month:02d}",
        "M": str(local.month),
        "DD": f"{local.day:02d}",
        "D": str(local.day),
        "EEEE": _DAYS[local.weekday()],
        "EEE": _DAYS[local.weekday()][:3],
        "hh": f"{local.hour:02d}",
        "h": str(local.hour),
        "HH": f"{half:02d}",
        "H": str(half),
        "AA": "PM" if local.hour >= 12 else "AM",
        "aa": "pm" if local.hour >= 12 else "am",
        "mm": f"{local.minute:02d}",
        "m": str(local.minute),
        "ss": f"{local.second:02d}",
        "s": str(local.second),
        "ZZZZZ": _zone(offset, ":"),
        "ZZZZ": _zone(offset, ""),
        "ZZZ": _zone(offset, "") if offset else "UTC",
        "Z": _zone(offset, ":") if offset else "Z",
    }
    if verb not in verbs:
        raise InvalidExpressionError(f"invalid date format verb `{verb}`")
    return verbs[verb]
