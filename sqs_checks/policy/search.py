"""Whether some request of a family gets through a policy.

An Allow lets a request through unless a Deny catches it; all conditions of a statement must hold for it to have an effect.
Source: IAM User Guide, "Policy evaluation logic".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice, product
from math import prod
from types import MappingProxyType
from typing import NamedTuple, Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.policy.condition import Condition, ContextValue, texts_in
from sqs_checks.policy.document import Statement
from sqs_checks.policy.principals import Caller
from sqs_checks.policy.request_space import Space, possible_values
from sqs_checks.policy.sqs_actions import ActionSet
from sqs_checks.values.texts import Text

# Far beyond any policy that people write; a policy made to be slow is not decided.
_MOST_COMBINATIONS = 20_000
_MOST_LINKED = 100


class Witness(NamedTuple):
    """A request that gets through: who, what, by which statement, with which values.

    statement: None where no statement lets it through because none has to (the owner's own callers).
    """

    caller: Caller
    actions: ActionSet
    statement: Optional[Statement]
    values: Mapping[str, ContextValue] = MappingProxyType({})


class Finding(NamedTuple):
    """Whether such a request exists, and one where it certainly does."""

    exists: Ternary
    witness: Optional[Witness] = None


NOTHING_FOUND = Finding(NO)


class Rule(NamedTuple):
    """A statement as far as it concerns the callers of a space. applies: whether it is about them and about this queue."""

    statement: Statement
    applies: Ternary

    def certainty(self) -> Ternary:
        """How far the rule can be known to apply, before its decidable conditions are looked at."""
        hidden = self.statement.hidden_conditions
        return self.applies & unknown(*hidden) if hidden else self.applies


# A condition's truth for each value of its key that is tried; None where it depends on other keys too.
_Truth = Optional[dict[ContextValue, Ternary]]


def _truth(condition: Condition, values: Sequence[ContextValue]) -> _Truth:
    return None if condition.variables else {value: condition.holds(value, {}) for value in values}


def find_request(
    space: Space, allow: Optional[Rule], denies: Sequence[Rule], wanted: ActionSet, weight: Ternary = YES
) -> Finding:
    """A request of the space, for one of the wanted actions, that the Allow lets through and no Deny catches.

    allow: None where the request needs none.
    weight: how far it is known that such requests are what the verdict is about.
    """
    wanted &= space.actions
    certain = possible = wanted
    base = weight
    allowing: tuple[Condition, ...] = ()
    if allow is not None:
        certain, possible = wanted & allow.statement.certain_actions, wanted & allow.statement.possible_actions
        base = base & allow.certainty()
        allowing = allow.statement.conditions
    hidden = allow.statement.hidden_actions if allow is not None else ()
    # A Deny without conditions takes its actions away whatever the request.
    conditional = []
    for deny in denies:
        if not deny.statement.possible_actions & possible:
            continue
        hidden += deny.statement.hidden_actions
        certainty = deny.certainty()
        if deny.statement.conditions:
            conditional.append((deny.statement, certainty))
            continue
        certain &= ~deny.statement.possible_actions
        if certainty.is_yes:
            possible &= ~deny.statement.certain_actions
        hidden += certainty.reasons
    if base.is_no or not possible:
        return NOTHING_FOUND
    if not allowing and not conditional:
        statement = allow.statement if allow is not None else None
        if base.is_yes and certain:
            return Finding(YES, Witness(space.caller, certain, statement))
        return Finding(unknown(*dict.fromkeys(base.reasons + hidden)))
    search = _Search(space, allow, conditional, base, certain, possible, hidden)
    return search.run() if search.is_open else NOTHING_FOUND


class _Search:
    """The search through the values that the conditions of one Allow and of the Denies can tell apart.

    is_open: False where no value of some key satisfies the Allow. hidden: why actions of any of
    them, or Denies without conditions, are not known.
    """

    def __init__(
        self,
        space: Space,
        allow: Optional[Rule],
        denies: Sequence[tuple[Statement, Ternary]],
        base: Ternary,
        certain: ActionSet,
        possible: ActionSet,
        hidden: tuple[str, ...],
    ) -> None:
        self.hidden = hidden
        self.space, self.base, self.certain, self.possible = space, base, certain, possible
        self.statement = allow.statement if allow is not None else None
        self.allowing = self.statement.conditions if self.statement is not None else ()
        self.denies = denies
        self.truths: dict[int, _Truth] = {}
        self.values: dict[str, list[ContextValue]] = {}
        self.is_open = self._find_values()

    def _find_values(self) -> bool:
        on_key: dict[str, list[Condition]] = {}
        variables: set[str] = set()
        for conditions in (self.allowing, *(deny.conditions for deny, _ in self.denies)):
            for condition in conditions:
                on_key.setdefault(condition.key, []).append(condition)
                variables.update(condition.variables)
        linked = self._linked_texts(on_key, variables) if variables else {}
        for key, conditions_on_key in on_key.items():
            values = self._values(key, conditions_on_key, linked.get(key, ()), key in variables)
            if not values:
                return False
            self.values[key] = values
        for key in variables:
            if key not in self.values:
                self.values[key] = list(possible_values(self.space, key, (), linked.get(key, ())))
        return True

    def _linked_texts(self, on_key: Mapping[str, Sequence[Condition]], variables: set[str]) -> dict[str, list[Text]]:
        """What a caller can put into one key so that it fits what it has in another, for keys that a variable ties together."""
        plain = {key: possible_values(self.space, key, on_key.get(key, ())) for key in {*on_key, *variables}}
        linked: dict[str, list[Text]] = {}
        for key, conditions in on_key.items():
            for value in (value for condition in conditions for value in condition.values if value.variables):
                filled = product(*(plain[name] for name in value.variables))
                for combination in islice(filled, _MOST_LINKED):
                    text = value.resolved(dict(zip(value.variables, combination)))
                    if text is not None:
                        linked.setdefault(key, []).append(text)
                if len(value.variables) == 1:
                    linked.setdefault(value.variables[0], []).extend(value.contents_for(texts_in(plain[key])))
        return linked

    def _values(self, key: str, conditions: Sequence[Condition], linked: Sequence[Text], is_variable: bool) -> list[ContextValue]:
        """The values to try for a key: of those that no condition tells apart, one; none that the Allow refuses."""
        values: Sequence[ContextValue] = (None,)
        for condition in conditions:
            if condition.undecidable is None:
                values = possible_values(self.space, key, conditions, linked)
                break
        truths = []
        for condition in conditions:
            truth = self.truths[id(condition)] = _truth(condition, values)
            truths.append(truth)
            if truth is not None and condition in self.allowing:
                values = [value for value in values if not truth[value].is_no]
        if len(values) < 2 or is_variable or None in truths:
            return list(values)
        told_apart: dict[object, ContextValue] = {}
        for value in values:
            told_apart.setdefault(tuple([truth[value] for truth in truths if truth is not None]), value)
        return list(told_apart.values())

    def _holds(self, condition: Condition, context: Mapping[str, ContextValue]) -> Ternary:
        truth = self.truths[id(condition)]
        value = context[condition.key]
        return condition.holds(value, context) if truth is None else truth[value]

    def _all_hold(self, conditions: Sequence[Condition], context: Mapping[str, ContextValue], result: Ternary) -> Ternary:
        for condition in conditions:
            result = result & self._holds(condition, context)
            if result.is_no:
                break
        return result

    def run(self) -> Finding:
        keys = list(self.values)
        best = NO
        for combination in islice(product(*self.values.values()), _MOST_COMBINATIONS):
            context = dict(zip(keys, combination))
            finding = self._try(context)
            if finding.exists.is_yes:
                return finding
            best = best | finding.exists
        if prod(map(len, self.values.values())) > _MOST_COMBINATIONS:
            best = best | unknown("the conditions combine in too many ways")
        return Finding(best)

    def _try(self, context: Mapping[str, ContextValue]) -> Finding:
        """Whether the requests with these values get through."""
        truth = self._all_hold(self.allowing, context, self.base)
        if truth.is_no:
            return NOTHING_FOUND
        certain, possible = self.certain, self.possible
        reasons = truth.reasons
        for deny, certainty in self.denies:
            caught = self._all_hold(deny.conditions, context, certainty)
            if caught.is_no:
                continue
            certain &= ~deny.possible_actions
            reasons += caught.reasons
            if caught.is_yes:
                possible &= ~deny.certain_actions
                if not possible:
                    return NOTHING_FOUND
        if truth.is_yes and certain:
            said = {condition.key_name: context[condition.key] for condition in self.allowing}
            return Finding(YES, Witness(self.space.caller, certain, self.statement, said))
        return Finding(unknown(*dict.fromkeys(reasons + self.hidden)))
