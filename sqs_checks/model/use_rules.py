"""Where resources other than queues name a queue: one row for each place.

The rows of a framework stand with the framework; here is what a row says and how a place is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Optional

from sqs_checks.model.relations import Role

ANY = "*"
# The service principals of senders that need no role.
SNS, S3, EVENTS = "sns.amazonaws.com", "s3.amazonaws.com", "events.amazonaws.com"
# What AWS gives a Lambda function whose code states no timeout.
DEFAULT_FUNCTION_TIMEOUT_SECONDS = 3
_DEEPEST = 12


class UseRule(NamedTuple):
    """resource_type: of the resource. path: the names that lead to the queue's ARN or URL; `ANY` stands for any name.

    what: the kind of resource, in words. service: the service principal that sends by itself, so that the queue's policy
    and key must let it; None where the sender acts by a role.
    """

    resource_type: str
    path: tuple[str, ...]
    role: Role
    what: str
    service: Optional[str] = None


def values_at(value: Any, path: tuple[str, ...], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value at a path, with the exact place where it stands; lists on the way count with each item."""
    if len(place) > _DEEPEST:
        return
    if isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from values_at(item, path, (*place, str(number)))
    elif not path:
        if value is not None:
            yield place, value
    elif isinstance(value, Mapping):
        name, *rest = path
        for key in [key for key in value if not str(key).startswith("__")] if name == ANY else [name]:
            if key in value:
                yield from values_at(value[key], tuple(rest), (*place, str(key)))
