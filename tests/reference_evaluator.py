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
SNS, S3 = "sns.amazonaws.com", "s3.amazonaws.com"
OUTSIDE_ACTIONS = (
    "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl",
    "ListDeadLetterSourceQueues", "PurgeQueue",
)  # fmt: skip
OWNER_ONLY_ACTIONS = (
    "AddPermission", "CancelMessageMoveTask", "DeleteQueue", "ListMessageMoveTasks", "ListQueueTags", "RemovePermission",
    "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue",
)  # fmt: skip
ALL_ACTIONS = OUTSIDE_ACTIONS + OWNER_ONLY_ACTIONS


def function(account: str, name: str = "sync", region: str = "eu-west-1") -> str:
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


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
    "aws:UserAgent": ("agent", "AGENT", "Agent", "agent2", "other"),
    "aws:CurrentTime": ("2025-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2035-01-01T00:00:00Z"),
}
# Of requests of a principal.
SIGNED_KEYS: Mapping[str, Sequence[Optional[str]]] = {
    "aws:ViaAWSMCPService": (None, "true", "false"),
    "aws:PrincipalTag/team": (None, "orders", "other"),
    "aws:MultiFactorAuthPresent": (None, "true", "false"),
}
# Of requests that tag the queue.
TAGGING_ACTIONS = ("TagQueue", "UntagQueue")
TAGGING_KEYS: Mapping[str, Sequence[Any]] = {
    "aws:RequestTag/team": (None, "orders", "other"),
    "aws:TagKeys": (None, ("team",), ("other",), ("team", "other"), ("team", "cost"), ("cost",), ("team", "other", "cost")),
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
    "aws:PrincipalIsAWSService": (("Bool", "StringEquals", "Null"), ("true", "false")),
    "aws:PrincipalServiceName": (("StringEquals", "StringNotEquals", "StringLike"), (SNS, S3, "*.amazonaws.com")),
    "aws:PrincipalOrgPaths": (
        ("ForAnyValue:StringLike", "ForAllValues:StringLike", "ForAnyValue:StringEquals"),
        ("o-own/r-own/*", "o-*", "*/r-own/*"),
    ),
    "aws:username": (("StringEquals", "StringNotEquals", "StringLike", "Null"), ("x", "alice", "*")),
    "lambda:SourceFunctionArn": (
        ("ArnEquals", "ArnLike", "ArnNotLike", "Null"),
        (function(OWNER), function(PARTNER), "arn:aws:lambda:*:*:function:sync"),
    ),
    "aws:ViaAWSService": (("Bool",), ("true", "false")),
    "aws:ViaAWSMCPService": (("Bool", "Null"), ("true", "false")),
    "aws:RequestedRegion": (("StringEquals", "StringNotEquals", "StringLike"), ("eu-west-1", "us-east-1", "eu-*")),
    "aws:TagKeys": (("ForAnyValue:StringEquals", "ForAllValues:StringEquals", "ForAnyValue:StringLike"), ("team", "other")),
    "aws:RequestTag/team": (("StringEquals", "StringNotEquals", "Null"), ("orders",)),
    "aws:ResourceTag/team": (("StringEquals", "StringNotEquals", "Null"), ("orders",)),
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
    Who(account, f"arn:aws:iam::{account}:{name}")
    for account in (STRANGER,)
    for name in ("role/app", "role/x", "user/x", "user/alice", "user/bob", "root")
)
OWNERS = tuple(
    Who(OWNER, f"arn:aws:iam::{OWNER}:{name}") for name in ("role/app", "role/x", "user/x", "user/alice", "user/bob", "root")
)
PARTNERS = tuple(
    Who(PARTNER, f"arn:aws:iam::{PARTNER}:{name}")
    for name in ("role/partner", "role/app", "role/x", "user/x", "user/alice", "user/bob", "root")
)
OTHER_SERVICE = Who(service="other.amazonaws.com")
SERVICES = (OTHER_SERVICE, Who(service=SNS), Who(service=S3))


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


def condition_holds(operator: str, key: str, values: Sequence[str], request: Mapping[str, Any]) -> bool:
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
    filled = [text for text in (fill(wanted, request) for wanted in values) if text is not None]
    each = [any(compare(wanted, single) for wanted in filled) != negated for single in as_tuple(value)]
    return any(each) if prefix == "ForAnyValue" else all(each)


def as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def fill(text: str, request: Mapping[str, Any]) -> Optional[str]:
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


def statement_matches(statement: Mapping[str, Any], who: Who, action: str, request: Mapping[str, Any]) -> bool:
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


def is_denied(policy: Mapping[str, Any], who: Who, action: str, request: Mapping[str, Any]) -> bool:
    return any(
        statement["Effect"] == "Deny" and statement_matches(statement, who, action, request) for statement in policy["Statement"]
    )


def is_allowed(policy: Mapping[str, Any], who: Who, action: str, request: Mapping[str, Any]) -> bool:
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
    policy: Mapping[str, Any],
    who: Who,
    *,
    trusted: bool,
    elsewhere: bool = False,
    secure: Optional[str] = None,
    tagging: bool = False,
    source: Optional[str] = None,
    names_change_hands: bool = False,
) -> Iterator[dict[str, Any]]:
    """Every request of the grid that a caller can make, over the keys that the policy mentions.

    trusted: whether it may carry the values that only trusted callers have. elsewhere: but no trusted VPC endpoint.
    tagging: whether it tags the queue. source: the account of the resource for which a service calls, where it is told.
    names_change_hands: whether a bucket of that name may be a stranger's.
    """
    keys = keys_of(policy)
    is_signed, is_service = who.arn is not None, who.service is not None
    is_role = is_signed and ":role/" in str(who.arn)
    for through_endpoint in (False, True) if keys & {"aws:SourceIp", "aws:SourceVpce"} and not is_service else (False,):
        grid: dict[str, Sequence[Any]] = {}
        for key in sorted(keys):
            if key in SERVICE_KEYS:
                grid[key] = source_values(key, trusted, source, names_change_hands) if is_service else (None,)
            elif key in FREE_KEYS:
                grid[key] = FREE_KEYS[key]
            elif key in SIGNED_KEYS:
                grid[key] = SIGNED_KEYS[key] if is_signed else (None,)
            elif key in TAGGING_KEYS:
                grid[key] = TAGGING_KEYS[key] if tagging else (None,)
            elif key == "aws:ResourceTag/team":
                grid[key] = (None,)  # SQS has it for policies of IAM only
            elif key == "aws:PrincipalOrgID":
                grid[key] = (None, "o-stranger", *(("o-own",) if trusted else ())) if is_signed else (None,)
            elif key == "aws:PrincipalOrgPaths":
                grid[key] = organization_paths(keys, trusted) if is_signed else (None,)
            elif key == "aws:PrincipalAccount":
                grid[key] = (None if is_service else who.account or "anonymous",)
            elif key == "aws:PrincipalArn":
                grid[key] = (who.arn,)
            elif key == "aws:username":
                grid[key] = (str(who.arn).split("/")[-1] if is_signed and ":user/" in str(who.arn) else None,)
            elif key == "lambda:SourceFunctionArn":
                own = str(who.account)
                functions = (None, function(own), function(own, "x"), function(own, region="us-east-1"))
                grid[key] = functions if is_role else (None,)
            elif key == "aws:SourceIp":
                addresses = (*ADDRESSES[0], *(ADDRESSES[1] if trusted else ()))
                grid[key] = (None,) if through_endpoint or is_service else addresses
            elif key == "aws:SourceVpce":
                endpoints = ("vpce-stranger", *(("vpce-own",) if trusted and not elsewhere else ()))
                grid[key] = endpoints if through_endpoint else (None,)
            elif key == "aws:SecureTransport":
                grid[key] = ("true",) if is_service else (secure,) if secure else ("true", "false")
            elif key == "aws:PrincipalIsAWSService":
                grid[key] = ("true" if is_service else "false" if is_signed else None,)
            elif key == "aws:PrincipalServiceName":
                grid[key] = (who.service,)
            elif key == "aws:ViaAWSService":
                grid[key] = ("true", "false") if is_signed else ("false",)
            elif key == "aws:ResourceAccount":
                grid[key] = (OWNER,)
            elif key == "aws:RequestedRegion":
                grid[key] = ("eu-west-1",)
        for values in itertools.product(*grid.values()):
            request = dict(zip(grid, values))
            if is_consistent(request):
                yield request


def organization_paths(keys: set[str], trusted: bool) -> Sequence[Any]:
    """Roots and units of another organisation may have the ids of one's own."""
    strangers = (None, ("o-stranger/r-x/ou-x/",), ("o-stranger/r-own/ou-own/",))
    return (*strangers, *((("o-own/r-own/ou-own/",),) if trusted else ()))


def is_consistent(request: Mapping[str, Any]) -> bool:
    """A caller is in an organisation or in none."""
    if "aws:PrincipalOrgID" in request and "aws:PrincipalOrgPaths" in request:
        return (request["aws:PrincipalOrgID"] is None) == (request["aws:PrincipalOrgPaths"] is None)
    return True


def source_values(key: str, trusted: bool, source: Optional[str], names_change_hands: bool) -> Sequence[Optional[str]]:
    strangers, own = SERVICE_KEYS[key]
    if source is None:
        taken = ("arn:aws:s3:::bucket",) if names_change_hands and key == "aws:SourceArn" else ()
        return (*strangers, *(own if trusted else ()), *taken)
    if key == "aws:SourceAccount":
        return (source,)
    if key == "aws:SourceArn":
        return (f"arn:aws:sns:eu-west-1:{source}:topic", f"arn:aws:sns:eu-west-1:{source}:x")
    return (*strangers, *own)


def some_request(policy: Mapping[str, Any], callers: Sequence[Who], **limits: Any) -> bool:
    return any(
        is_allowed(policy, who, action, request)
        for who in callers
        for tagging in ((False, True) if keys_of(policy) & set(TAGGING_KEYS) else (False,))
        for request in requests(policy, who, tagging=tagging, **limits)
        for action in (ALL_ACTIONS if who.is_owner else OUTSIDE_ACTIONS)
        if (action in TAGGING_ACTIONS) == tagging or not keys_of(policy) & set(TAGGING_KEYS)
    )


def without_named_services(policy: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a policy lets services do by a star: by name is the confused deputy's matter."""
    statements = []
    for statement in policy["Statement"]:
        principal = statement.get("Principal")
        if statement["Effect"] == "Allow" and isinstance(principal, dict):
            statement = {**statement, "Principal": {kind: names for kind, names in principal.items() if kind != "Service"}}
        statements.append(statement)
    return {**policy, "Statement": statements}


def is_public(policy: Mapping[str, Any]) -> bool:
    return some_request(policy, (NOBODY, *STRANGERS), trusted=False) or some_request(
        without_named_services(policy), SERVICES, trusted=False
    )


def is_cross_account(policy: Mapping[str, Any]) -> bool:
    return (
        is_public(policy)
        or some_request(policy, (NOBODY, *STRANGERS, *PARTNERS), trusted=True)
        or any(some_request(policy, SERVICES, trusted=True, source=source) for source in foreign_sources(policy))
    )


def foreign_sources(policy: Mapping[str, Any]) -> Iterator[str]:
    """The accounts for whose resources services may call: those that the policy states, and members of an organisation."""
    conditions = [
        (key, as_list(values))
        for statement in policy["Statement"]
        for operator, keys in statement.get("Condition", {}).items()
        if operator != "Null"
        for key, values in keys.items()
    ]
    if any(PARTNER in text for key, values in conditions for text in values if key in ("aws:SourceArn", "aws:SourceAccount")):
        yield PARTNER
    if any(key == "aws:SourceOrgID" for key, _ in conditions):
        yield STRANGER


def refuses_plain_http(policy: Mapping[str, Any]) -> bool:
    """AWS services use TLS."""
    callers = (NOBODY, *STRANGERS, *OWNERS, *PARTNERS)
    about_tags = bool(keys_of(policy) & set(TAGGING_KEYS))
    return all(
        is_denied(policy, who, action, request)
        for who in callers
        for tagging in ((False, True) if about_tags else (False,))
        for request in requests(policy, who, trusted=True, secure="false", tagging=tagging)
        for action in ALL_ACTIONS
        if not about_tags or (action in TAGGING_ACTIONS) == tagging
    )


def is_vpc_only(policy: Mapping[str, Any]) -> bool:
    callers = (NOBODY, *STRANGERS, *OWNERS, *PARTNERS)
    return not some_request(policy, callers, trusted=True, elsewhere=True)


def services_left_out(policy: Mapping[str, Any]) -> set[str]:
    """Those that a Deny names in `NotPrincipal`, on this queue."""
    return {
        service
        for statement in policy["Statement"]
        if statement["Effect"] == "Deny" and any(like(pattern, QUEUE) for pattern in as_list(statement["Resource"]))
        for service in as_list(statement.get("NotPrincipal", {}).get("Service", []))
    }


def has_confused_deputy(policy: Mapping[str, Any]) -> bool:
    for statement in policy["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        named = statement.get("Principal", {})
        services = set(as_list(named.get("Service", []))) if isinstance(named, dict) else set()
        if "NotPrincipal" in statement or named == "*" or "*" in as_list(named.get("AWS", [])):
            services |= services_left_out(policy)
        for service in sorted(services):
            who = Who(service=service)
            for request in requests(policy, who, trusted=False, names_change_hands=True):
                for action in OUTSIDE_ACTIONS:
                    if statement_matches(statement, who, action, request) and not is_denied(policy, who, action, request):
                        return True
    return False
