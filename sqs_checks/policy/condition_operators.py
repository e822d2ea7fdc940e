"""The condition operators of IAM: data in one table, and how each compares.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Conditions with multiple context keys or values".
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from functools import lru_cache
from typing import Optional, Union

from sqs_checks.policy.wildcards import arn_matches, matches, unescaped

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


class SetPrefix(Enum):
    FOR_ALL_VALUES = "ForAllValues"
    FOR_ANY_VALUE = "ForAnyValue"


class ValueType(Enum):
    """What the values of a condition key are, and so which operators fit it."""

    STRING = "String"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    BINARY = "Binary"
    IP_ADDRESS = "IpAddress"
    ARN = "Arn"
    NULL = "Null"


@dataclass(frozen=True)
class BaseOperator:
    """matches(wanted, value): whether a value of the request fits one value of the policy. negated: none may fit."""

    name: str
    type: ValueType
    matches: Callable[[str, str], bool]
    negated: bool = False
    takes_wildcards: bool = False


@dataclass(frozen=True)
class Operator:
    """An operator as a policy writes it: `ForAllValues:StringLikeIfExists`."""

    base: BaseOperator
    set_prefix: Optional[SetPrefix] = None
    if_exists: bool = False


@lru_cache(maxsize=1024)
def parse_number(text: str) -> Optional[float]:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@lru_cache(maxsize=1024)
def parse_date(text: str) -> Optional[float]:
    """Seconds since 1970, from ISO 8601 or from such seconds."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        return parse_number(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


@lru_cache(maxsize=1024)
def parse_network(text: str) -> Optional[Network]:
    """A network in CIDR notation; an address is a network of one. None where it is neither."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _equals(wanted: str, value: str) -> bool:
    return unescaped(wanted) == value


def _equals_ignoring_case(wanted: str, value: str) -> bool:
    return unescaped(wanted).lower() == value.lower()


def _same_boolean(wanted: str, value: str) -> bool:
    return wanted.lower() == value.lower() and value.lower() in ("true", "false")


def _same_bytes(wanted: str, value: str) -> bool:
    try:
        return base64.b64decode(wanted, validate=True) == base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False


@lru_cache(maxsize=4096)
def _in_network(wanted: str, value: str) -> bool:
    network, address = parse_network(wanted), parse_network(value)
    if network is None or address is None or network.version != address.version:
        return False
    return address.network_address in network


def _compare(parse: Callable[[str], Optional[float]], test: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def matches(wanted: str, value: str) -> bool:
        left, right = parse(value), parse(wanted)
        return left is not None and right is not None and test(left, right)

    return matches


def _ordered(prefix: str, value_type: ValueType, parse: Callable[[str], Optional[float]]) -> list[BaseOperator]:
    return [
        BaseOperator(f"{prefix}Equals", value_type, _compare(parse, lambda value, wanted: value == wanted)),
        BaseOperator(f"{prefix}NotEquals", value_type, _compare(parse, lambda value, wanted: value == wanted), negated=True),
        BaseOperator(f"{prefix}LessThan", value_type, _compare(parse, lambda value, wanted: value < wanted)),
        BaseOperator(f"{prefix}LessThanEquals", value_type, _compare(parse, lambda value, wanted: value <= wanted)),
        BaseOperator(f"{prefix}GreaterThan", value_type, _compare(parse, lambda value, wanted: value > wanted)),
        BaseOperator(f"{prefix}GreaterThanEquals", value_type, _compare(parse, lambda value, wanted: value >= wanted)),
    ]


_S = ValueType.STRING
_BASE_OPERATORS = [
    BaseOperator("StringEquals", _S, _equals),
    BaseOperator("StringNotEquals", _S, _equals, negated=True),
    BaseOperator("StringEqualsIgnoreCase", _S, _equals_ignoring_case),
    BaseOperator("StringNotEqualsIgnoreCase", _S, _equals_ignoring_case, negated=True),
    BaseOperator("StringLike", _S, matches, takes_wildcards=True),
    BaseOperator("StringNotLike", _S, matches, negated=True, takes_wildcards=True),
    *_ordered("Numeric", ValueType.NUMERIC, parse_number),
    *_ordered("Date", ValueType.DATE, parse_date),
    BaseOperator("Bool", ValueType.BOOL, _same_boolean),
    BaseOperator("BinaryEquals", ValueType.BINARY, _same_bytes),
    BaseOperator("IpAddress", ValueType.IP_ADDRESS, _in_network),
    BaseOperator("NotIpAddress", ValueType.IP_ADDRESS, _in_network, negated=True),
    BaseOperator("ArnEquals", ValueType.ARN, arn_matches, takes_wildcards=True),
    BaseOperator("ArnLike", ValueType.ARN, arn_matches, takes_wildcards=True),
    BaseOperator("ArnNotEquals", ValueType.ARN, arn_matches, negated=True, takes_wildcards=True),
    BaseOperator("ArnNotLike", ValueType.ARN, arn_matches, negated=True, takes_wildcards=True),
    BaseOperator("Null", ValueType.NULL, _same_boolean),
]
BASE_OPERATORS: Mapping[str, BaseOperator] = {operator.name.lower(): operator for operator in _BASE_OPERATORS}
_PREFIXES = {f"{prefix.value.lower()}:": prefix for prefix in SetPrefix}
_IF_EXISTS = "ifexists"


@lru_cache(maxsize=256)
def parse_operator(text: str) -> Optional[Operator]:
    """The operator that a policy names; None where IAM knows none of that name. `Null` takes no `IfExists`."""
    name, set_prefix = text.lower(), None
    for written, prefix in _PREFIXES.items():
        if name.startswith(written):
            name, set_prefix = name[len(written) :], prefix
    if_exists = name.endswith(_IF_EXISTS)
    base = BASE_OPERATORS.get(name[: -len(_IF_EXISTS)] if if_exists else name)
    if base is None or (if_exists and base.type is ValueType.NULL):
        return None
    return Operator(base, set_prefix, if_exists)
