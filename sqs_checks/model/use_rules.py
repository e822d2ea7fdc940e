"""Where resources other than queues name a queue: one row for each place.

The rows of a framework stand with the framework; here is what a row says and how a place is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

from sqs_checks.judgement.ternary import Ternary, known, unknown
from sqs_checks.model.relations import Role, Source
from sqs_checks.policy.wildcards import arn_parts
from sqs_checks.queues.setting import Stated
from sqs_checks.values.configuration_values import Elements, Entries, PiecedText, Unknown, Value, is_hidden

ANY = "*"
# The service principals of senders that need no role.
SNS, S3, EVENTS = "sns.amazonaws.com", "s3.amazonaws.com", "events.amazonaws.com"
# What AWS gives a Lambda function whose code states no timeout.
DEFAULT_FUNCTION_TIMEOUT_SECONDS = 3


class UseRule(NamedTuple):
    """resource_type: of the resource. path: the names that lead to the queue's ARN or URL; `ANY` stands for any name.

    what: the kind of resource, in words. service: the service principal that sends by itself, so that the queue's policy
    and key must let it; None where the sender acts by a role. role_argument: beside the queue, which names a role that sends
    in the place of the service.
    """

    resource_type: str
    path: tuple[str, ...]
    role: Role
    what: str
    service: Optional[str] = None
    role_argument: Optional[str] = None


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


def consumes(enabled: Stated[bool]) -> Ternary:
    """Whether an event source mapping is at work; so it is where nothing is said. enabled: what it states."""
    if isinstance(enabled, Unknown):
        return unknown(enabled.reason)
    return known(enabled is not False)


def function_name(text: str) -> str:
    """The name of the function that a text names: a name or an ARN of either form, with a qualifier or without."""
    return text.rsplit(":function:", 1)[-1].split(":")[0]


def source_of_arn(arn: Value) -> Source:
    """The source that an ARN states, in which what the code knows to be its own is written as `own_names` has it."""
    if not isinstance(arn, (str, PiecedText)):
        why = arn.reason if isinstance(arn, Unknown) else "for which resource the service sends is not known"
        return Source(Unknown(why), Unknown(why))
    parts = arn_parts(arn)
    account = parts[4] if len(parts) == 6 else Unknown(f"the account in `{arn}` is not known")
    pieces = account.pieces if isinstance(account, PiecedText) else ()
    hidden = next((piece for piece in pieces if isinstance(piece, Unknown)), None)
    return Source(arn, hidden or account)
