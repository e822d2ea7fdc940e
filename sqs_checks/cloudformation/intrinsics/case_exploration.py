"""Looking at a computation in one case after the other, and keeping what it was for which answers.

A computation asks its `Run` for what the case decides. Where the case leaves a question open, the case is split and the
computation starts again; what was worked out before is found by the answers to the questions that it took.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import (
    Case,
    NoDeploymentError,
    Question,
    Run,
    SplitNeededError,
    TooMuchError,
)
from sqs_checks.cloudformation.intrinsics.node_names import DEEPEST
from sqs_checks.cloudformation.intrinsics.template_scalars import Refused
from sqs_checks.cloudformation.intrinsics.value_comparisons import is_same
from sqs_checks.values.configuration_values import TooHeavyError, Unknown, Value

MOST_CASES = 32
_MOST_RUNS = 8 * MOST_CASES
_MOST_STEPS = 10_000


class CaseValue(NamedTuple):
    """What a node is in a case."""

    case: Case
    value: Value


class _TooManyCasesError(Exception):
    """A computation tells more cases apart than are looked at."""


def explored(compute: Callable[[Run], Value], given: Case, most: int) -> list[CaseValue]:
    """The results of a computation in each case, defaults first; empty where it is not made in any, one that is Refused where
    CloudFormation refuses it in all.

    compute: must ask nothing but evaluators, and each of them with the run that it is given; `NoDeploymentError` drops the
    case. Where there are more cases than `most`, there is one, in which what depends on more is unknown.
    """
    try:
        try:
            return _by_case(compute, given, most)
        except _TooManyCasesError:
            return [CaseValue(given, compute(Run(given, [_MOST_STEPS], is_coarse=True)))]
    except NoDeploymentError as refusal:
        return _refused(given, str(refusal))
    except TooMuchError as fault:
        return [CaseValue(given, Unknown(str(fault)))]
    except TooHeavyError:
        return [CaseValue(given, Unknown("it holds more values than are looked at"))]
    except RecursionError:
        return [CaseValue(given, Unknown("it nests deeper than is looked at"))]


def by_default(compute: Callable[[Run], Value], defaults: Case) -> Optional[Case]:
    """Of the case in which all parameters have their defaults, what a computation depends on; None where nothing is made then."""
    run = Run(defaults, [_MOST_STEPS], is_coarse=True)
    try:
        compute(run)
    except (NoDeploymentError, TooMuchError, TooHeavyError, RecursionError):
        return None
    asked = {question.variable for question in run.asked}
    return Case({variable: choice for variable, choice in defaults if variable in asked})


def _by_case(compute: Callable[[Run], Value], given: Case, most: int) -> list[CaseValue]:
    """The results in each case that the computation tells apart. Raises _TooManyCasesError where these are too many."""
    found: list[CaseValue] = []
    waiting = [given]
    steps = [_MOST_STEPS]
    runs, is_dropped, refused = 0, False, ""
    while waiting:
        runs += 1
        if len(found) + len(waiting) > most or runs > _MOST_RUNS or (runs > 1 and steps[0] <= 0):
            raise _TooManyCasesError
        case = waiting.pop()
        try:
            found.append(CaseValue(case, compute(Run(case, steps))))
        except SplitNeededError as split:
            variable, default = split.variable, split.variable.default
            options = sorted(split.options, key=lambda one: default is None or not one.holds(default))
            waiting += [case.narrowed(variable, option) for option in reversed(options)]
        except NoDeploymentError as refusal:
            is_dropped = True
            refused = refused or str(refusal)
        except TooMuchError:
            if runs == 1:
                raise
            raise _TooManyCasesError from None
    if len(found) > 1 and not is_dropped and all(is_same(found[0].value, one.value) for one in found):
        return [CaseValue(given, found[0].value)]
    return found or _refused(given, refused)


def _refused(given: Case, reason: str) -> list[CaseValue]:
    return [CaseValue(given, Refused(reason))] if reason else []


class _Branch:
    __slots__ = ("children", "question")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.children: dict[int, Any] = {}


class _Leaf:
    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


class Memory:
    """What was worked out, by key: a tree of questions with the value for each path of answers."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, list[Any]] = {}

    def recalled(self, key: Hashable, kept: Any, compute: Callable[[Any, Run], Value], run: Run) -> Value:
        """The value for a key, as worked out before where the same questions have the same answers."""
        entry = self._entries.get(key)
        if entry is None:
            # Keeps what the key stands for alive: keys are made of the ids of nodes.
            entry = self._entries[key] = [kept, None]
        tree = entry[1]
        while type(tree) is _Branch:
            tree = tree.children.get(run.ask(tree.question))
        if tree is not None:
            value: Value = tree.value
            return value
        active = (id(self), key)
        if active in run.active:
            return Refused("it depends on itself")
        run.steps[0] -= 1
        if run.steps[0] < 0:
            raise TooMuchError("it takes more steps to work out than are taken")
        if run.depth >= DEEPEST:
            raise TooMuchError("it nests deeper than is looked at")
        outer, run.asked = run.asked, {}
        run.depth += 1
        run.active.add(active)
        try:
            value = compute(kept, run)
            asked = run.asked
        finally:
            run.asked = outer
            run.depth -= 1
            run.active.discard(active)
        for question, answer in asked.items():
            outer.setdefault(question, answer)
        entry[1] = _grown(entry[1], asked, value)
        return value


def _grown(tree: Any, asked: Mapping[Question, int], value: Value) -> Any:
    """The tree of questions with a path for these answers."""
    questions = list(asked.items())
    if not questions:
        return _Leaf(value)
    root = tree if tree is not None else _Branch(questions[0][0])
    branch = root
    for number, (question, answer) in enumerate(questions):
        if type(branch) is not _Branch or branch.question is not question:
            return root  # asked in another order, within a circle: not kept
        if number == len(questions) - 1:
            branch.children[answer] = _Leaf(value)
        else:
            child = branch.children.get(answer)
            if child is None:
                child = branch.children[answer] = _Branch(questions[number + 1][0])
            branch = child
    return root
