"""A second evaluator of queue policies, slow and obvious: it tries every request of a bounded grid.

Written from AWS's documentation (IAM User Guide: "Policy evaluation logic", "Condition operators", "Conditions with multiple
context keys or values", "Global condition context keys"; S3 User Guide: "The meaning of public") and from nothing of the
package. It knows only the vocabulary of `VOCABULARY`: the owner is 111111111111, its partner 222222222222, and 666666666666 a
stranger.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

OWNER, PARTNER, STRANGER = "111111111111", "222222222222", "666666666666"
QUEUE = f"arn:aws:sqs:eu-west-1:{OWNER}:orders"
TOPIC = f"arn:aws:sns:eu-west-1:{OWNER}:topic"
OUTSIDE_ACTIONS = (
    "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl",
    "ListDeadLetterSourceQueues", "PurgeQueue",
)  # fmt: skip
OWNER_ONLY_ACTIONS = (
    "AddPermission", "CancelMessageMoveTask", "DeleteQueue", "ListMessageMoveTasks", "ListQueueTags", "RemovePermission",
    "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue",
)  # fmt: skip
ALL_ACTIONS = OUTSIDE_ACTIONS + OWNER_ONLY_ACTIONS

# What strangers can put into a key, and what only those whom a policy trusts can. None: the key is absent.
SERVICE_KEYS: Mapping[str, tuple[Sequence[Optional[str]], Sequence[str]]] = {
    "aws:SourceArn": (
        (
            None,
            f"arn:aws:sns:eu-west-1:{STRANGER}:topic",
            f"arn:aws:sns:eu-west-1:{STRANGER}:x",
            "arn:aws:sns:eu-west-1:111166666666:topic",
            "arn:aws:s3:::x",
        ),
        (TOPIC, f"arn:aws:sns:eu-west-1:{OWNER}:x", "arn:aws:s3:::bucket", f"arn:aws:sns:eu-west-1:{PARTNER}:topic"),
    ),
    "aws:SourceAccount": ((None, STRANGER, "111166666666"), (OWNER, PARTNER)),
    "aws:SourceOrgID": ((None, "o-stranger"), ("o-own",)),
}
FREE_KEYS: Mapping[str, Sequence[Optional[str]]] = {
    "aws:UserAgent": (None, "agent", "AGENT", "Agent", "agent2", "other"),
    "aws:CurrentTime": ("2025-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2035-01-01T00:00:00Z"),
}
SIGNED_KEYS: Mapping[str, Sequence[Optional[str]]] = {
    "aws:PrincipalTag/team": (None, "orders", "other"),
    "aws:MultiFactorAuthPresent": (None, "true", "false"),
}
ADDRESSES = (("5.5.5.5", "200.5.5.5", "2600::1"), ("198.51.100.7", "10.1.1.1"))

# Operators that may be used with each key, and the values that policies compare it with.
VOCABULARY: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "aws:SourceArn": (
        ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringEquals", "StringLike", "StringNotLike", "Null"),
        (
            TOPIC,
            f"arn:aws:sns:*:{OWNER}:*",
            "arn:aws:sns:*:*:topic",
            "arn:aws:s3:::bucket",
            "arn:aws:s3:::*",
            f"arn:aws:sns:eu-west-1:{PARTNER}:topic",
        ),
    ),
    "aws:SourceAccount": (
        ("StringEquals", "StringNotEquals", "StringLike", "StringEqualsIgnoreCase", "Null"),
        (OWNER, PARTNER, "1111*"),
    ),
    "aws:SourceOrgID": (("StringEquals", "StringNotEquals", "StringLike"), ("o-own", "o-*")),
    "aws:PrincipalOrgID": (("StringEquals", "StringNotEquals", "StringLike", "Null"), ("o-own", "o-*")),
    "aws:PrincipalAccount": (
        ("StringEquals", "StringNotEquals", "StringLike"),
        (OWNER, PARTNER, "${aws:ResourceAccount}", "*"),
    ),
    "aws:PrincipalArn": (
        ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringNotLike"),
        (
            f"arn:aws:iam::{OWNER}:role/app",
            f"arn:aws:iam::{OWNER}:*",
            f"arn:aws:iam::{PARTNER}:role/partner",
            "arn:aws:iam::*:role/app",
        ),
    ),
    "aws:SourceIp": (
        ("IpAddress", "NotIpAddress"),
        ("198.51.100.0/24", "10.0.0.0/8", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0"),
    ),
    "aws:SourceVpce": (("StringEquals", "StringNotEquals", "StringLike", "Null"), ("vpce-own", "vpce-*")),
    "aws:SecureTransport": (("Bool", "StringEquals", "Null"), ("true", "false")),
    "aws:UserAgent": (("StringEquals", "StringLike", "StringNotLike", "StringNotEqualsIgnoreCase"), ("agent", "ag*", "AGENT")),
    "aws:CurrentTime": (("DateLessThan", "DateGreaterThan", "DateNotEquals"), ("2030-01-01T00:00:00Z",)),
    "aws:PrincipalTag/team": (("StringEquals", "StringNotEquals"), ("orders",)),
    "aws:MultiFactorAuthPresent": (("Bool", "Null"), ("true", "false")),
    "aws:PrincipalIsAWSService": (("Bool",), ("true", "false")),
    "aws:ResourceAccount": (("StringEquals", "StringNotEquals"), (OWNER, PARTNER, "${aws:PrincipalAccount}")),
}


@dataclass(frozen=True)
class Who:
    """A caller. arn and account of a principal; service of an AWS service; none of them of one without credentials."""

    account: Optional[str] = None
    arn: Optional[str] = None
    service: Optional[str] = None

    @property
    def is_owner(self) -> bool:
        return self.account == OWNER


NOBODY = Who()
STRANGERS = tuple(
    Who(account, f"arn:aws:iam::{account}:{name}") for account in (STRANGER,) for name in ("role/app", "role/x", "user/x", "root")
)
OWNERS = tuple(Who(OWNER, f"arn:aws:iam::{OWNER}:{name}") for name in ("role/app", "role/x", "user/x"))
PARTNERS = tuple(Who(PARTNER, f"arn:aws:iam::{PARTNER}:{name}") for name in ("role/partner", "role/app", "role/x"))
OTHER_SERVICE = Who(service="other.amazonaws.com")


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def like(pattern: str, text: str) -> bool:
    return re.fullmatch(fnmatch.translate(pattern.replace("[", "[[]")), text) is not None


def arn_like(pattern: str, arn: str) -> bool:
    wanted, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(wanted) == len(parts) == 6 and all(like(one, other) for one, other in zip(wanted, parts))


def in_network(network: str, address: str) -> bool:
    net, addr = ipaddress.ip_network(network), ipaddress.ip_address(address)
    return net.version == addr.version and addr in net


COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.lower() == value.lower(),
    "StringLike": like,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "IpAddress": in_network,
    "DateLessThan": lambda wanted, value: value < wanted,
    "DateGreaterThan": lambda wanted, value: value > wanted,
    "DateEquals": lambda wanted, value: value == wanted,
}


def condition_holds(operator: str, key: str, values: Sequence[str], request: Mapping[str, Optional[str]]) -> bool:
    prefix, _, name = operator.rpartition(":")
    value = request.get(key)
    if name == "Null":
        return any((wanted == "true") == (value is None) for wanted in values)
    if_exists = name.endswith("IfExists")
    name = name[: -len("IfExists")] if if_exists else name
    negated = "Not" in name
    compare = COMPARISONS[name.replace("Not", "", 1)]
    if value is None:
        if prefix == "ForAllValues" or if_exists:
            return True
        return negated and prefix == ""
    filled = [fill(wanted, request) for wanted in values]
    fits = any(compare(wanted, value) for wanted in filled if wanted is not None)
    return not fits if negated else fits


def fill(text: str, request: Mapping[str, Optional[str]]) -> Optional[str]:
    match = re.fullmatch(r"\$\{(.*)}", text)
    return request.get(match.group(1)) if match else text


def principal_covers(stated: Any, who: Who) -> bool:
    if stated == "*":
        return True
    for kind, texts in stated.items():
        for text in as_list(texts):
            if kind == "AWS" and (
                text == "*" or (who.arn is not None and text in (who.arn, who.account, f"arn:aws:iam::{who.account}:root"))
            ):
                return True
            if kind == "Service" and who.service == text:
                return True
    return False


def statement_matches(statement: Mapping[str, Any], who: Who, action: str, request: Mapping[str, Optional[str]]) -> bool:
    if "Principal" in statement:
        if not principal_covers(statement["Principal"], who):
            return False
    elif principal_covers(statement["NotPrincipal"], who):
        return False
    named = statement.get("Action", statement.get("NotAction"))
    fits = any(like(pattern.lower(), f"sqs:{action}".lower()) for pattern in as_list(named))
    if fits != ("Action" in statement):
        return False
    if not any(like(pattern, QUEUE) for pattern in as_list(statement["Resource"])):
        return False
    return all(
        condition_holds(operator, key, as_list(values), request)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


def is_denied(policy: Mapping[str, Any], who: Who, action: str, request: Mapping[str, Optional[str]]) -> bool:
    return any(
        statement["Effect"] == "Deny" and statement_matches(statement, who, action, request) for statement in policy["Statement"]
    )


def is_allowed(policy: Mapping[str, Any], who: Who, action: str, request: Mapping[str, Optional[str]]) -> bool:
    """Owners' callers need no Allow here: their own identity policies are assumed to grant everything."""
    if is_denied(policy, who, action, request):
        return False
    if who.is_owner:
        return True
    return action in OUTSIDE_ACTIONS and any(
        statement["Effect"] == "Allow" and statement_matches(statement, who, action, request) for statement in policy["Statement"]
    )


def keys_of(policy: Mapping[str, Any]) -> set[str]:
    keys = {key for statement in policy["Statement"] for block in statement.get("Condition", {}).values() for key in block}
    text = str(policy)
    return keys | {key for key in VOCABULARY if f"${{{key}}}" in text}


def requests(
    policy: Mapping[str, Any], who: Who, *, trusted: bool, elsewhere: bool = False, secure: Optional[str] = None
) -> Iterator[dict[str, Optional[str]]]:
    """Every request of the grid that a caller can make, over the keys that the policy mentions.

    trusted: whether it may carry the values that only trusted callers have. elsewhere: but no trusted VPC endpoint.
    """
    keys = keys_of(policy)
    is_signed, is_service = who.arn is not None, who.service is not None
    for through_endpoint in (False, True) if keys & {"aws:SourceIp", "aws:SourceVpce"} else (False,):
        grid: dict[str, Sequence[Optional[str]]] = {}
        for key in sorted(keys):
            if key in SERVICE_KEYS:
                strangers, own = SERVICE_KEYS[key]
                grid[key] = (*strangers, *(own if trusted else ())) if is_service else (None,)
            elif key in FREE_KEYS:
                grid[key] = FREE_KEYS[key]
            elif key in SIGNED_KEYS:
                grid[key] = SIGNED_KEYS[key] if is_signed else (None,)
            elif key == "aws:PrincipalOrgID":
                grid[key] = (None, "o-stranger", *(("o-own",) if trusted else ())) if is_signed else (None,)
            elif key == "aws:PrincipalAccount":
                grid[key] = (None if is_service else who.account or "anonymous",)
            elif key == "aws:PrincipalArn":
                grid[key] = (who.arn,)
            elif key == "aws:SourceIp":
                grid[key] = (None,) if through_endpoint else (*ADDRESSES[0], *(ADDRESSES[1] if trusted else ()))
            elif key == "aws:SourceVpce":
                endpoints = ("vpce-stranger", *(("vpce-own",) if trusted and not elsewhere else ()))
                grid[key] = endpoints if through_endpoint else (None,)
            elif key == "aws:SecureTransport":
                grid[key] = (secure,) if secure else ("true", "false")
            elif key == "aws:PrincipalIsAWSService":
                grid[key] = ("true" if is_service else "false",)
            elif key == "aws:ResourceAccount":
                grid[key] = (OWNER,)
        for values in itertools.product(*grid.values()):
            yield dict(zip(grid, values))


def some_request(policy: Mapping[str, Any], callers: Sequence[Who], **limits: Any) -> bool:
    return any(
        is_allowed(policy, who, action, request)
        for who in callers
        for request in requests(policy, who, **limits)
        for action in (ALL_ACTIONS if who.is_owner else OUTSIDE_ACTIONS)
    )


def is_public(policy: Mapping[str, Any]) -> bool:
    return some_request(policy, (NOBODY, *STRANGERS, OTHER_SERVICE), trusted=False)


def is_cross_account(policy: Mapping[str, Any]) -> bool:
    """Services apart: whose resource they act for is a question of its own."""
    return is_public(policy) or some_request(policy, (*STRANGERS, *PARTNERS), trusted=True)


def refuses_plain_http(policy: Mapping[str, Any]) -> bool:
    services = tuple(Who(service=name) for name in ("sns.amazonaws.com", "s3.amazonaws.com"))
    return all(
        is_denied(policy, who, action, request)
        for who in (NOBODY, *STRANGERS, *OWNERS, *PARTNERS, OTHER_SERVICE, *services)
        for request in requests(policy, who, trusted=True, secure="false")
        for action in ALL_ACTIONS
    )


def is_vpc_only(policy: Mapping[str, Any]) -> bool:
    callers = (NOBODY, *STRANGERS, *OWNERS, *PARTNERS)
    return not some_request(policy, callers, trusted=True, elsewhere=True)


def has_confused_deputy(policy: Mapping[str, Any]) -> bool:
    for statement in policy["Statement"]:
        named = statement.get("Principal")
        if statement["Effect"] != "Allow" or not isinstance(named, dict):
            continue
        for service in as_list(named.get("Service", [])):
            who = Who(service=service)
            for request in requests(policy, who, trusted=False):
                for action in OUTSIDE_ACTIONS:
                    if statement_matches(statement, who, action, request) and not is_denied(policy, who, action, request):
                        return True
    return False
