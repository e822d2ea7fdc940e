"""Short ways to write policies in tables. The queue is `QUEUE`, its owner 123456789012."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Union

from sqs_checks.values.configuration_values import Unknown

OWNER, OTHER = "123456789012", "999999999999"
QUEUE = f"arn:aws:sqs:eu-west-1:{OWNER}:orders"
TOPIC = f"arn:aws:sns:eu-west-1:{OWNER}:created"
ROLE = f"arn:aws:iam::{OWNER}:role/app"
HIDDEN = Unknown("hidden on purpose")
Principal = Union[str, dict[str, Any], Unknown]


def aws(*texts: Any) -> dict[str, Any]:
    return {"AWS": texts[0] if len(texts) == 1 else list(texts)}


def service(*names: Any) -> dict[str, Any]:
    return {"Service": names[0] if len(names) == 1 else list(names)}


def statement(effect: str, principal: Any, action: Any, condition: Any, resource: Any, **more: Any) -> dict[str, Any]:
    stated: dict[str, Any] = {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource, **more}
    if condition is not None:
        stated["Condition"] = condition
    return {name: value for name, value in stated.items() if value is not ...}


def allow(
    principal: Any = "*", condition: Any = None, action: Any = "sqs:SendMessage", resource: Any = QUEUE, **more: Any
) -> dict[str, Any]:
    """An Allow; `...` leaves an element out."""
    return statement("Allow", principal, action, condition, resource, **more)


def deny(
    condition: Any = None, principal: Any = "*", action: Any = "sqs:*", resource: Any = QUEUE, **more: Any
) -> dict[str, Any]:
    """A Deny; `...` leaves an element out."""
    return statement("Deny", principal, action, condition, resource, **more)


def policy(*statements: Any, version: Any = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value, list and mapping in a document: each may be broken or hidden."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


NO_TLS = {"Bool": {"aws:SecureTransport": "false"}}
