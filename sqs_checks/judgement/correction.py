"""What is to be written into the code so that a fault is gone: its structure, whatever the language.

A check states a correction only where there is one remedy, and where nobody is shut out by it without having decided that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Union


class SetValue(NamedTuple):
    """Sets a property of a resource, or a member of one: `("redrive_policy", "maxReceiveCount")`.

    path: the names that lead there, as the user's language spells them. value: a bool, a whole number or a text.
    resource: the label of the resource that states it; empty for the one that has the fault.
    """

    path: tuple[str, ...]
    value: Any
    resource: str = ""


class LeaveOut(NamedTuple):
    """Takes a property of the resource out. path: the names that lead there."""

    path: tuple[str, ...]


class SetTag(NamedTuple):
    """Tags the resource. property: that holds the tags, as the user's language spells it."""

    property: str
    key: str
    value: str


class AddStatement(NamedTuple):
    """Adds a statement about the queue to the policy.

    elements: all but `Resource`, as IAM spells them. like: the path of a statement (`Statement[0]`) whose `Resource` is right
    for this one too; empty where there is none, so that the queue that the policy is attached to must be named.
    """

    elements: Mapping[str, Any]
    like: str = ""


class LimitToSenders(NamedTuple):
    """Adds a condition to a statement of the policy: the service may act for those resources only for which the code has it
    send to the queue.

    statement: its path (`Statement[0]`). service: the service principal (`sns.amazonaws.com`).
    """

    statement: str
    service: str


class LetSenderIn(NamedTuple):
    """Adds a statement that lets a service send to the queue, for a resource that has it send there.

    policy: the label of the resource that states the policy. sender: of the one that has the service send. like: as of
    `AddStatement`.
    """

    policy: str
    sender: str
    service: str
    like: str = ""


class ListSources(NamedTuple):
    """Has a dead-letter queue name the queues that may leave their dead letters in it. sources: their labels."""

    sources: tuple[str, ...]


Correction = Union[SetValue, LeaveOut, SetTag, AddStatement, LimitToSenders, LetSenderIn, ListSources]
