"""Where resources other than queues name a queue: one row for each place.

The rows of a framework stand with the framework; here is what a row says and how a place is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

from sqs_checks.model.relations import Role
from sqs_checks.values.configuration_values import Elements, Entries, Value, is_hidden

ANY = "*"
# The service principals of senders that need no role.
SNS, S3, EVENTS = "sns.amazonaws.com", "s3.amazonaws.com", "events.amazonaws.com"
# What AWS gives a Lambda function whose code states no timeout.
DEFAULT_FUNCTION_TIMEOUT_SECONDS = 3


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


def values_at(value: Value, path: Sequence[str]) -> Iterator[Value]:
    """Every value at a path, null aside; lists on the way count with each item. What is not known on the way is one of them."""
    if isinstance(value, Elements):
        for item in value.items:
            yield from values_at(item, path)
    elif not path or is_hidden(value):
        if value is not None:
            yield value
    elif isinstance(value, Entries):
        name, *rest = path
        for key in value.items if name == ANY else (name,):
            yield from values_at(value.items.get(key), rest)
