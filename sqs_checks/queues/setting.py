"""One attribute of a queue, as the code states it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, Union

from sqs_checks.judgement.correction import LeaveOut, SetValue
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.values.configuration_values import Invalid, Unknown

T = TypeVar("T")


# None is an attribute that the code leaves out.
Stated = Union[T, None, Unknown, Invalid]


@dataclass(frozen=True)
class Setting(Generic[T]):
    """An attribute of a queue: what the user calls it, where it stands, what it is set to.

    name: as the user's language spells it (`fifo_queue`, `FifoQueue`).
    path: as Checkov's `evaluated_keys` wants it.
    assignment: how the language writes `name` set to a value (`{} = {}`, `{}: {}`).
    """

    name: str
    path: str
    value: Stated[T]
    assignment: str

    def is_set(self) -> Ternary:
        return NO if self.value is None else self.holds(lambda _: True)

    def is_malformed(self) -> Ternary:
        return YES if isinstance(self.value, Invalid) else self.holds(lambda _: False)

    def holds(self, predicate: Callable[[T], Union[bool, Ternary]]) -> Ternary:
        """Whether the attribute is set to a value for which the predicate is true."""
        if self.value is None:
            return NO
        if isinstance(self.value, Unknown):
            return unknown(self.value.reason)
        if isinstance(self.value, Invalid):
            return unknown(f"`{self.name}` is {self.value.text}")
        result = predicate(self.value)
        return result if isinstance(result, Ternary) else YES if result else NO

    def or_default(self, default: T) -> Setting[T]:
        """The same with what AWS fills in where the code leaves the attribute out."""
        return Setting(self.name, self.path, default, self.assignment) if self.value is None else self

    def holds_with(self, other: Setting[T], predicate: Callable[[T, T], bool]) -> Ternary:
        """Whether this attribute and another one are both set to values for which the predicate is true."""
        return self.holds(lambda mine: other.holds(lambda theirs: predicate(mine, theirs)))

    def assign(self, text: object) -> str:
        """The line that sets this attribute, in the user's language."""
        written = str(text).lower() if isinstance(text, bool) else text
        return f"`{self.assignment.format(self.name, written)}`"

    def set_to(self, value: object) -> SetValue:
        """What writes the attribute into the code."""
        stated = self.path.removeprefix("Properties/").split("/") if self.path else []
        return SetValue(tuple(stated if stated[-1:] == [self.name] else [*stated, self.name]), value)

    def left_out(self) -> LeaveOut:
        """What takes the attribute out of the code."""
        return LeaveOut((self.name,))

    def assign_text(self, text: str) -> str:
        """The line that sets this attribute to a text, which both languages write in quotes."""
        return self.assign(json.dumps(text, ensure_ascii=False))

    def __str__(self) -> str:
        """The attribute and its value, for a message."""
        if self.value is None:
            return f"`{self.name}` is not set"
        if isinstance(self.value, Invalid):
            return f"`{self.name}` is {self.value.text}"
        if isinstance(self.value, (bool, int)):
            return f"`{self.name}` is {str(self.value).lower()}"
        return f"`{self.name}` is `{self.value}`"
