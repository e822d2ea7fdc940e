"""Every condition operator of IAM: what fits, what does not, and what an absent key does to it."""

from __future__ import annotations

import pytest

from sqs_checks.judgement.ternary import NO, YES, Ternary
from sqs_checks.policy.condition import Condition, read_value
from sqs_checks.policy.condition_operators import BASE_OPERATORS, SetPrefix, parse_operator

# Operator: the policy's value, a value of a request that fits it, one that does not.
FITTING = {
    "StringEquals": ("a*", "a*", "ab"),
    "StringEqualsIgnoreCase": ("Ab", "aB", "abc"),
    "StringLike": ("a?c*", "abc.d", "ac"),
    "NumericEquals": ("3", "3.0", "4"),
    "NumericLessThan": ("3", "2", "3"),
    "NumericLessThanEquals": ("3", "3", "4"),
    "NumericGreaterThan": ("3", "4", "3"),
    "NumericGreaterThanEquals": ("3", "3", "2"),
    "DateEquals": ("2030-01-31T00:00:00Z", "2030-01-31T01:00:00+01:00", "2030-01-31T00:00:01Z"),
    "DateLessThan": ("2030-01-31", "2030-01-30T23:59:59Z", "2030-01-31T00:00:00Z"),
    "DateLessThanEquals": ("2030-01-31", "2030-01-31T00:00:00Z", "2030-02-01T00:00:00Z"),
    "DateGreaterThan": ("1700000000", "2030-01-31T00:00:00Z", "2020-01-31T00:00:00Z"),
    "DateGreaterThanEquals": ("2030-01-31", "2030-01-31T00:00:00Z", "2030-01-30T00:00:00Z"),
    "Bool": ("True", "true", "false"),
    "BinaryEquals": ("QmluYXJ5", "QmluYXJ5", "QmluYXJ6"),
    "IpAddress": ("203.0.113.0/24", "203.0.113.7", "203.0.114.7"),
    "ArnEquals": ("arn:aws:sns:*:1:t*", "arn:aws:sns:eu-west-1:1:topic", "arn:aws:sns:eu-west-1:1:2:topic"),
    "ArnLike": ("arn:aws:sns:*:1:t*", "arn:aws:sns:eu-west-1:1:topic", "arn:aws:sns:eu-west-1:2:topic"),
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def condition(operator: str, *values: str) -> Condition:
    return Condition("Condition", operator, parse_operator(operator), "aws:PrincipalTag/x", tuple(map(read_it, values)), ())


def read_it(text: str):  # type: ignore[no-untyped-def]
    return read_value(text, has_variables=True)


def test_the_tables_hold_every_operator() -> None:
    assert {name.lower() for name in (*FITTING, *NEGATED, "Null")} == set(BASE_OPERATORS)


@pytest.mark.parametrize("operator", FITTING)
def test_operator(operator: str) -> None:
    """A positive operator wants a fitting value; of a list one is enough. An absent key fits none."""
    wanted, fits, does_not = FITTING[operator]
    assert condition(operator, wanted).holds(fits, {}) == YES
    assert condition(operator, wanted).holds(does_not, {}) == NO
    assert condition(operator, does_not, wanted).holds(fits, {}) == YES
    assert condition(operator, wanted).holds(None, {}) == NO
    assert condition(operator.upper(), wanted).holds(fits, {}) == YES


@pytest.mark.parametrize("operator", NEGATED)
def test_negated_operator(operator: str) -> None:
    """A negated operator wants that none of the list fits. An absent key satisfies it."""
    wanted, fits, does_not = FITTING[NEGATED[operator]]
    assert condition(operator, wanted).holds(fits, {}) == NO
    assert condition(operator, wanted).holds(does_not, {}) == YES
    assert condition(operator, does_not, wanted).holds(fits, {}) == NO
    assert condition(operator, wanted).holds(None, {}) == YES


@pytest.mark.parametrize("operator", [*FITTING, *NEGATED])
def test_if_exists_and_sets_where_the_key_is_absent(operator: str) -> None:
    """Source: IAM User Guide, "Conditions with multiple context keys or values" and "…IfExists condition operators"."""
    wanted = FITTING[NEGATED.get(operator, operator)][0]
    assert condition(f"{operator}IfExists", wanted).holds(None, {}) == YES
    assert condition(f"ForAllValues:{operator}", wanted).holds(None, {}) == YES
    assert condition(f"ForAnyValue:{operator}", wanted).holds(None, {}) == NO
    assert condition(f"ForAnyValue:{operator}IfExists", wanted).holds(None, {}) == YES


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), YES),
        ("ForAllValues:StringEquals", ("a", "x"), NO),
        ("ForAnyValue:StringEquals", ("a", "x"), YES),
        ("ForAnyValue:StringEquals", ("x", "y"), NO),
        ("ForAllValues:StringNotEquals", ("x", "y"), YES),
        ("ForAllValues:StringNotEquals", ("a", "x"), NO),
        ("ForAnyValue:StringNotEquals", ("a", "x"), YES),
        ("ForAnyValue:StringNotEquals", ("a", "b"), NO),
    ],
)
def test_several_values_in_the_request(operator: str, values: tuple[str, ...], expected: Ternary) -> None:
    """The policy states `a` and `b`."""
    assert condition(operator, "a", "b").holds(values, {}) == expected


@pytest.mark.parametrize(
    ("wanted", "value", "expected"), [("true", None, YES), ("true", "x", NO), ("false", None, NO), ("false", "x", YES)]
)
def test_null_asks_whether_the_key_is_there(wanted: str, value: str | None, expected: Ternary) -> None:
    assert condition("Null", wanted).holds(value, {}) == expected


def test_prefix_name_and_if_exists_are_three_things() -> None:
    operator = parse_operator("forallvalues:stringlikeifexists")
    assert operator is not None
    assert (operator.base.name, operator.set_prefix, operator.if_exists) == ("StringLike", SetPrefix.FOR_ALL_VALUES, True)
    assert parse_operator("NullIfExists") is None
    assert parse_operator("ForSomeValues:StringLike") is None


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("${aws:username}", "alice", YES),
        ("${aws:username}-*", "alice-1", YES),
        ("${aws:username}", "bob", NO),
        ("${aws:UserName}", "alice", YES),
        ("${aws:PrincipalTag/team}", "orders", NO),
        ("${aws:PrincipalTag/team, 'orders'}", "orders", YES),
        ("a${*}", "a*", YES),
        ("a${*}", "ab", NO),
        ("a${?}${$}", "a?$", YES),
    ],
)
def test_variables(text: str, value: str, expected: Ternary) -> None:
    """A variable is the request's own value, its wildcards mere characters; one that is not there matches nothing."""
    assert condition("StringLike", text).holds(value, {"aws:username": "alice"}) == expected
