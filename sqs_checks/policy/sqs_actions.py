"""The actions of Amazon SQS.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SQS" (access levels); Amazon SQS
Developer Guide, "Limitations of Amazon SQS custom policies" (actions that SQS honours for its own account only).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from sqs_checks.policy.wildcards import compile_glob


class AccessLevel(Enum):
    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS_MANAGEMENT = "Permissions management"


class Duty(Enum):
    """The three kinds of access of the producer-consumer model."""

    ADMINISTRATOR = "administrator"
    PRODUCER = "producer"
    CONSUMER = "consumer"


@dataclass(frozen=True)
class SqsAction:
    """acts_on_queue: whether a queue is the resource it acts on. cross_account: whether SQS honours a grant of it to
    another account. duty: the kind of access it is part of, None where every kind needs it."""

    name: str
    access_level: AccessLevel
    acts_on_queue: bool
    cross_account: bool
    duty: Duty | None


_L = AccessLevel
_ADMIN, _SEND, _RECEIVE = Duty.ADMINISTRATOR, Duty.PRODUCER, Duty.CONSUMER

SQS_ACTIONS = (
    SqsAction("AddPermission", _L.PERMISSIONS_MANAGEMENT, True, False, _ADMIN),
    SqsAction("CancelMessageMoveTask", _L.WRITE, True, False, _ADMIN),
    SqsAction("ChangeMessageVisibility", _L.WRITE, True, True, _RECEIVE),
    SqsAction("CreateQueue", _L.WRITE, False, False, _ADMIN),
    SqsAction("DeleteMessage", _L.WRITE, True, True, _RECEIVE),
    SqsAction("DeleteQueue", _L.WRITE, True, False, _ADMIN),
    SqsAction("GetQueueAttributes", _L.READ, True, True, None),
    SqsAction("GetQueueUrl", _L.READ, True, True, None),
    SqsAction("ListDeadLetterSourceQueues", _L.READ, True, True, None),
    SqsAction("ListMessageMoveTasks", _L.READ, True, False, _ADMIN),
    SqsAction("ListQueueTags", _L.READ, True, False, None),
    SqsAction("ListQueues", _L.READ, False, False, None),
    SqsAction("PurgeQueue", _L.WRITE, True, True, _ADMIN),
    SqsAction("ReceiveMessage", _L.READ, True, True, _RECEIVE),
    SqsAction("RemovePermission", _L.PERMISSIONS_MANAGEMENT, True, False, _ADMIN),
    SqsAction("SendMessage", _L.WRITE, True, True, _SEND),
    SqsAction("SetQueueAttributes", _L.WRITE, True, False, _ADMIN),
    SqsAction("StartMessageMoveTask", _L.WRITE, True, False, _ADMIN),
    SqsAction("TagQueue", _L.TAGGING, True, False, _ADMIN),
    SqsAction("UntagQueue", _L.TAGGING, True, False, _ADMIN),
)

# A set of actions is a bit mask: the verdicts do much set arithmetic on them.
ActionSet = int

QUEUE_ACTIONS = tuple(action for action in SQS_ACTIONS if action.acts_on_queue)
ALL_ACTIONS: ActionSet = (1 << len(QUEUE_ACTIONS)) - 1
NO_ACTIONS: ActionSet = 0


def _mask(names: frozenset[str]) -> ActionSet:
    return sum(1 << bit for bit, action in enumerate(QUEUE_ACTIONS) if action.name in names)


CROSS_ACCOUNT_ACTIONS: ActionSet = _mask(frozenset(action.name for action in QUEUE_ACTIONS if action.cross_account))
# Those whose requests hold tags.
TAGGING_ACTIONS: ActionSet = _mask(frozenset(action.name for action in QUEUE_ACTIONS if action.access_level is _L.TAGGING))
DUTY_ACTIONS: dict[Duty, ActionSet] = {
    duty: _mask(frozenset(action.name for action in QUEUE_ACTIONS if action.duty is duty)) for duty in Duty
}


def names_of(actions: ActionSet) -> list[str]:
    """The names of a set's actions, as policies write them (`sqs:SendMessage`)."""
    return [f"sqs:{action.name}" for bit, action in enumerate(QUEUE_ACTIONS) if actions >> bit & 1]


@lru_cache(maxsize=1024)
def sqs_actions(pattern: str) -> frozenset[str]:
    """The names of the SQS actions that an `Action` element's value matches; case does not count."""
    glob = compile_glob(pattern.lower())
    return frozenset(action.name for action in SQS_ACTIONS if glob.fullmatch(f"sqs:{action.name.lower()}"))


@lru_cache(maxsize=1024)
def matching_actions(pattern: str) -> ActionSet:
    """Those of them that act on a queue."""
    return _mask(sqs_actions(pattern))


class ActionCatalogue(NamedTuple):
    """The actions that the statements of a policy can be about. matching: those that a value of `Action` matches."""

    matching: Callable[[str], ActionSet]
    all: ActionSet


ON_QUEUES = ActionCatalogue(matching_actions, ALL_ACTIONS)
SEND: ActionSet = matching_actions("sqs:SendMessage")
