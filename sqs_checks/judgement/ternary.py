"""Kleene's three-valued logic: what is so, what is not, and what cannot be known from the code alone."""

from __future__ import annotations

from collections.abc import Iterable


class Ternary:
    """One of NO < UNKNOWN < YES. `&` is the lesser, `|` the greater, `~` mirrors.

    An unknown says why it is unknown. There is no `bool()`: `if`, `and`, `or`, `not`, `any` and `all` would decide what
    cannot be decided, so they raise a TypeError.

    Source: S. C. Kleene, Introduction to Metamathematics (1952), §64, strong connectives.
    """

    __slots__ = ("_rank", "is_no", "is_unknown", "is_yes", "reasons")

    def __init__(self, rank: int, reasons: tuple[str, ...] = ()) -> None:
        self._rank = rank
        self.is_no = rank == 0
        self.is_unknown = rank == 1
        self.is_yes = rank == 2
        self.reasons = reasons

    def __and__(self, other: Ternary) -> Ternary:
        if self._rank != other._rank:
            return self if self._rank < other._rank else other
        return self if self._rank != 1 else self._joined(other)

    def __or__(self, other: Ternary) -> Ternary:
        if self._rank != other._rank:
            return self if self._rank > other._rank else other
        return self if self._rank != 1 else self._joined(other)

    def __invert__(self) -> Ternary:
        return YES if self.is_no else NO if self.is_yes else self

    def _joined(self, other: Ternary) -> Ternary:
        if self.reasons == other.reasons:
            return self
        return unknown(*self.reasons, *(reason for reason in other.reasons if reason not in self.reasons))

    def __bool__(self) -> bool:
        raise TypeError("a Ternary has no truth value: ask is_yes, is_no or is_unknown")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ternary) and self._rank == other._rank

    def __hash__(self) -> int:
        return hash(self._rank)

    def __repr__(self) -> str:
        return ("NO", f"unknown{self.reasons!r}", "YES")[self._rank]


NO = Ternary(0)
YES = Ternary(2)


def unknown(*reasons: str) -> Ternary:
    """An UNKNOWN with the reasons why, each a phrase a user can read."""
    return Ternary(1, reasons)


def known(truth: bool) -> Ternary:
    return YES if truth else NO


def any_of(values: Iterable[Ternary]) -> Ternary:
    """The greatest of the values; NO where there are none. Stops at the first YES."""
    result = NO
    for value in values:
        result = result | value
        if result.is_yes:
            break
    return result


def all_of(values: Iterable[Ternary]) -> Ternary:
    """The least of the values; YES where there are none. Stops at the first NO."""
    result = YES
    for value in values:
        result = result & value
        if result.is_no:
            break
    return result
