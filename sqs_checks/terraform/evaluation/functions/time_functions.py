"""Terraform's functions of dates and times, of networks and of paths.

Source: Terraform language documentation, "Date and Time Functions", "IP Network Functions", "Filesystem Functions".
"""

from __future__ import annotations

import ipaddress
import posixpath
import re
from datetime import datetime, timedelta, timezone
from typing import Any

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import whole_number
from sqs_checks.terraform.evaluation.type_constraints import STRING
from sqs_checks.values.configuration_values import LIST, Elements, Value

_TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_DIRECTIVE = re.compile(r"''|'(?:[^']|'')+'|([A-Za-z])\1*|.", re.DOTALL)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def _moment(text: str) -> datetime:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise InvalidExpressionError(f"`{text}` is no RFC 3339 timestamp")
    *numbers, _, zone = match.groups()
    offset = timezone.utc
    if zone != "Z":
        minutes = int(zone[1:3]) * 60 + int(zone[4:])
        offset = timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
    try:
        return datetime(*map(int, numbers), tzinfo=offset)  # type: ignore[arg-type,misc]
    except ValueError as fault:
        raise InvalidExpressionError(f"`{text}` is no RFC 3339 timestamp: {fault}") from fault


def _timestamp(moment: datetime) -> str:
    zone = moment.strftime("%z")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if zone == "+0000" else f"{zone[:3]}:{zone[3:]}")


def timeadd(text: str, duration: str) -> str:
    sign, rest = (-1, duration[1:]) if duration.startswith("-") else (1, duration.lstrip("+"))
    pieces = _DURATION.findall(rest)
    if rest != "0" and (not pieces or "".join(number + unit for number, unit in pieces) != rest):
        raise InvalidExpressionError(f"`{duration}` is no duration")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in pieces)
    try:
        return _timestamp(_moment(text) + timedelta(seconds=sign * seconds))
    except OverflowError as fault:
        raise InvalidExpressionError("the time is out of range") from fault


def timecmp(one: str, other: str) -> int:
    first, second = _moment(one), _moment(other)
    return (first > second) - (first < second)


def formatdate(pattern: str, text: str) -> str:
    moment = _moment(text)
    return "".join(_date_part(match.group(), moment) for match in _DIRECTIVE.finditer(pattern))


def _date_part(part: str, moment: datetime) -> str:
    if part == "''":
        return "'"
    if part[0] == "'":
        return part[1:-1].replace("''", "'")
    if not part[0].isalpha() or not part.isascii():
        return part
    zone = moment.strftime("%z")
    colon = f"{zone[:3]}:{zone[3:]}"
    utc = zone == "+0000"
    parts: dict[str, Any] = {
        "YYYY": f"{moment.year:04d}", "YY": f"{moment.year % 100:02d}",
        "MMMM": _MONTHS[moment.month - 1], "MMM": _MONTHS[moment.month - 1][:3],
        "MM": f"{moment.month:02d}", "M": str(moment.month), "DD": f"{moment.day:02d}", "D": str(moment.day),
        "EEEE": _DAYS[moment.weekday()], "EEE": _DAYS[moment.weekday()][:3],
        "hh": f"{moment.hour:02d}", "h": str(moment.hour),
        "HH": f"{(moment.hour % 12) or 12:02d}", "H": str((moment.hour % 12) or 12),
        "AA": "AM" if moment.hour < 12 else "PM", "aa": "am" if moment.hour < 12 else "pm",
        "mm": f"{moment.minute:02d}", "m": str(moment.minute), "ss": f"{moment.second:02d}", "s": str(moment.second),
        "ZZZZZ": colon, "ZZZZ": zone, "ZZZ": "UTC" if utc else zone, "Z": "Z" if utc else colon,
    }  # fmt: skip
    if part not in parts:
        raise InvalidExpressionError(f"`formatdate` knows no `{part}`")
    return str(parts[part])


def _network(text: str) -> Any:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as fault:
        raise InvalidExpressionError(f"`{text}` is no network in CIDR notation") from fault


def _in_cidr(text: str) -> Any:
    if "/" not in text:
        raise InvalidExpressionError(f"`{text}` is no network in CIDR notation")
    return _network(text)


def cidrhost(prefix: str, number: Any) -> str:
    network = _in_cidr(prefix)
    position = whole_number(number, "the number of the host")
    size = network.num_addresses
    if not -size <= position < size:
        raise InvalidExpressionError(f"`{prefix}` holds no host {position}")
    return str(network[position])


def cidrnetmask(prefix: str) -> str:
    network = _in_cidr(prefix)
    if network.version != 4:
        raise InvalidExpressionError("a netmask is IPv4's")
    return str(network.netmask)


def cidrsubnet(prefix: str, bits: Any, number: Any) -> str:
    network = _in_cidr(prefix)
    more, position = whole_number(bits, "the number of bits", least=0), whole_number(number, "the number of the network")
    length = network.prefixlen + more
    if length > network.max_prefixlen or not 0 <= position < 2**more:
        raise InvalidExpressionError(f"`{prefix}` has no such network within it")
    address = int(network.network_address) + (position << (network.max_prefixlen - length))
    kind: Any = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
    return f"{kind(address)}/{length}"


def cidrsubnets(prefix: str, *bits: Any) -> Value:
    network = _in_cidr(prefix)
    found: list[str] = []
    start = int(network.network_address)
    end = start + network.num_addresses
    kind: Any = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
    for one in bits:
        length = network.prefixlen + whole_number(one, "the number of bits", least=1)
        if length > network.max_prefixlen:
            raise InvalidExpressionError(f"`{prefix}` has no such network within it")
        size = 1 << (network.max_prefixlen - length)
        start = (start + size - 1) // size * size
        if start + size > end:
            raise InvalidExpressionError(f"`{prefix}` has no room for these networks")
        found.append(f"{kind(start)}/{length}")
        start += size
    return Elements(LIST, found, STRING)


def basename(path: str) -> str:
    stripped = path.rstrip("/")
    return posixpath.basename(stripped) or ("/" if path else ".")


def dirname(path: str) -> str:
    return posixpath.normpath(posixpath.dirname(path) or ".")
