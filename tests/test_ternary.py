"""Kleene's logic."""

from __future__ import annotations

import itertools

import pytest

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, any_of, known, unknown

MAYBE = unknown("why")
VALUES = (NO, MAYBE, YES)
RANK = {value: rank for rank, value in enumerate(VALUES)}


@pytest.mark.parametrize(("left", "right"), list(itertools.product(VALUES, repeat=2)))
def test_and_is_the_lesser_or_is_the_greater(left: Ternary, right: Ternary) -> None:
    """NO < UNKNOWN < YES decides both connectives, whichever way round; De Morgan's law ties them together."""
    assert RANK[left & right] == min(RANK[left], RANK[right])
    assert RANK[left | right] == max(RANK[left], RANK[right])
    assert ~(left & right) == ~left | ~right
    assert (left & right) == (right & left)


@pytest.mark.parametrize(("value", "mirrored"), [(NO, YES), (MAYBE, MAYBE), (YES, NO)])
def test_not_mirrors(value: Ternary, mirrored: Ternary) -> None:
    assert ~value == mirrored


@pytest.mark.parametrize("value", VALUES)
def test_there_is_no_truth_value(value: Ternary) -> None:
    """`if`, `and`, `not` and `any` would decide what cannot be decided."""
    with pytest.raises(TypeError):
        bool(value)


@pytest.mark.parametrize("values", list(itertools.product(VALUES, repeat=3)))
def test_any_and_all(values: tuple[Ternary, ...]) -> None:
    assert any_of(values) == values[0] | values[1] | values[2]
    assert all_of(values) == values[0] & values[1] & values[2]


def test_nothing_at_all() -> None:
    assert any_of([]) == NO
    assert all_of([]) == YES
    assert known(True) == YES
    assert known(False) == NO


def test_an_unknown_keeps_every_reason_once() -> None:
    assert (unknown("a") & unknown("b") & unknown("a")).reasons == ("a", "b")
    assert (unknown("a") | unknown("b")).reasons == ("a", "b")
    assert (unknown("a") & NO).reasons == ()
