"""Whether some request of a family gets through a policy.

An Allow lets a request through unless a Deny catches it; all conditions of a statement must hold for it to have an effect.
Source: IAM User Guide, "Policy evaluation logic".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod
from typing import Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, unknown
from sqs_checks.policy.condition import Condition, ContextValue
from sqs_checks.policy.document import Statement
from sqs_checks.policy.principals import Caller
from sqs_checks.policy.request_space import Space, possible_values, values_of_variable
from sqs_checks.policy.sqs_actions import ActionSet

# Far beyond any policy that people write; a policy made to be slow is not decided.
_MOST_COMBINATIONS = 20_000


@dataclass(frozen=True)
class Witness:
    """A request that gets through: who, what, by which statement, with which values.

    statement: None where no statement lets it through because none has to (the owner's own callers).
    """

    caller: Caller
    actions: ActionSet
    statement: Optional[Statement]
    values: Mapping[str, ContextValue] = field(default_factory=dict)
    through_endpoint: bool = False


@dataclass(frozen=True)
class Finding:
    """Whether such a request exists, and one where it certainly does."""

    exists: Ternary
    witness: Optional[Witness] = None


NOTHING_FOUND = Finding(NO)


@dataclass(frozen=True)
class Rule:
    """A statement as far as it concerns the callers of a space. applies: whether it is about them and about this queue."""

    statement: Statement
    applies: Ternary

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.statement.conditions


def _certainty(rule: Rule) -> Ternary:
    """How far a rule can be known to apply, before its decidable conditions are looked at."""
    result = rule.applies
    if rule.statement.hidden_conditions:
        result = result & unknown(*rule.statement.hidden_conditions)
    return result


class _Values:
    """The values to try for each condition key; of those that no condition tells apart, one."""

    def __init__(self, space: Space, rules: Iterable[Rule]) -> None:
        self.by_key: dict[str, list[ContextValue]] = {}
        self.truth: dict[tuple[int, ContextValue], Ternary] = {}
        on_key: dict[str, list[Condition]] = {}
        variables: set[str] = set()
        for rule in rules:
            for condition in rule.conditions:
                on_key.setdefault(condition.key, []).append(condition)
                variables.update(condition.variables)
        for key, conditions in on_key.items():
            if all(condition.is_undecidable for condition in conditions):
                self.by_key[key] = [None]
                self._remember(conditions, None)
                continue
            told_apart: dict[tuple[object, ...], ContextValue] = {}
            for value in possible_values(space, key, conditions):
                vector = self._remember(conditions, value)
                told_apart.setdefault((*vector, value) if key in variables else vector, value)
            self.by_key[key] = list(told_apart.values())
        for key in variables - set(on_key):
            self.by_key[key] = list(values_of_variable(space, key))

    def _remember(self, conditions: list[Condition], value: ContextValue) -> tuple[object, ...]:
        vector: list[object] = []
        for condition in conditions:
            if condition.variables:
                # Its truth depends on other keys; every value of its own may matter.
                vector.append(value)
            else:
                truth = self.truth[id(condition), value] = condition.holds(value, {})
                vector.append(truth)
        return tuple(vector)

    def holds(self, condition: Condition, context: Mapping[str, ContextValue]) -> Ternary:
        value = context[condition.key]
        return condition.holds(value, context) if condition.variables else self.truth[id(condition), value]


def find_request(
    space: Space, allow: Optional[Rule], denies: Sequence[Rule], wanted: ActionSet, weight: Ternary = YES
) -> Finding:
    """A request of the space, for one of the wanted actions, that the Allow lets through and no Deny catches.

    allow: None where the request needs none.
    weight: how far it is known that such requests are what the verdict is about.
    """
    certain = possible = wanted
    base = weight
    if allow is not None:
        certain, possible = wanted & allow.statement.certain_actions, wanted & allow.statement.possible_actions
        base = base & _certainty(allow)
    if base.is_no or not possible:
        return NOTHING_FOUND
    # A Deny without conditions takes its actions away whatever the request.
    conditional = []
    for deny in denies:
        certainty = _certainty(deny)
        if certainty.is_no or not deny.statement.possible_actions & possible:
            continue
        if deny.conditions:
            conditional.append((deny, certainty))
            continue
        certain &= ~deny.statement.possible_actions
        if certainty.is_yes:
            possible &= ~deny.statement.certain_actions
    if not possible:
        return NOTHING_FOUND
    rules = [deny for deny, _ in conditional]
    values = _Values(space, [allow, *rules] if allow is not None else rules)
    allowing = allow.conditions if allow is not None else ()
    _drop_refused(values, allowing)
    combinations = prod(len(candidates) for candidates in values.by_key.values())
    if combinations == 0:
        return NOTHING_FOUND
    return _try_all(space, allow, conditional, values, base, (certain, possible), combinations)


def _drop_refused(values: _Values, allowing: Iterable[Condition]) -> None:
    """Leaves out the values that the Allow refuses anyway."""
    for condition in allowing:
        if not condition.variables:
            candidates = values.by_key[condition.key]
            values.by_key[condition.key] = [value for value in candidates if not values.truth[id(condition), value].is_no]


def _try_all(
    space: Space,
    allow: Optional[Rule],
    denies: Sequence[tuple[Rule, Ternary]],
    values: _Values,
    base: Ternary,
    actions: tuple[ActionSet, ActionSet],
    combinations: int,
) -> Finding:
    keys = list(values.by_key)
    allowing = allow.conditions if allow is not None else ()
    best = NOTHING_FOUND
    for combination in islice(product(*values.by_key.values()), _MOST_COMBINATIONS):
        context = dict(zip(keys, combination))
        truth = base & all_of(values.holds(condition, context) for condition in allowing)
        if truth.is_no:
            continue
        certain, possible = actions
        reasons: tuple[str, ...] = truth.reasons
        for deny, certainty in denies:
            caught = certainty & all_of(values.holds(condition, context) for condition in deny.conditions)
            if caught.is_no:
                continue
            certain &= ~deny.statement.possible_actions
            if caught.is_yes:
                possible &= ~deny.statement.certain_actions
            else:
                reasons += caught.reasons
            if not possible:
                break
        if not possible:
            continue
        statement = allow.statement if allow is not None else None
        said = {condition.key_name: context[condition.key] for condition in allowing}
        if truth.is_yes and certain:
            return Finding(YES, Witness(space.caller, certain, statement, said, space.through_endpoint))
        best = Finding(best.exists | unknown(*dict.fromkeys(reasons or ("an action is not known",))))
    if combinations > _MOST_COMBINATIONS:
        return Finding(best.exists | unknown("the conditions combine in too many ways"))
    return best
