"""What a stack may be deployed with: parameters and conditions that nobody has decided yet, looked at case by case.

A `Variable` is one thing that a deployment decides: the value of a parameter, or whether a condition holds that the templates
do not tell. A `Choice` is the set of values that it can still have. A `Case` narrows some variables and leaves all others open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Optional

TRUE, FALSE = "true", "false"
_MOST_SAID = 4


class StackIdentity(NamedTuple):
    """One stack: the file of the template that is deployed, and through which nested stacks, by their logical ids."""

    file: str
    path: tuple[str, ...] = ()

    @property
    def root(self) -> StackIdentity:
        return StackIdentity(self.file)


class ResourceIdentity(NamedTuple):
    """One resource of one stack."""

    stack: StackIdentity
    logical_id: str


class Choice(NamedTuple):
    """values: those that are left; where `is_excluding`, all are left but these."""

    values: tuple[str, ...]
    is_excluding: bool = False

    @property
    def only(self) -> Optional[str]:
        """The one value that is left; None where there are several."""
        return self.values[0] if len(self.values) == 1 and not self.is_excluding else None

    @property
    def is_empty(self) -> bool:
        return not self.values and not self.is_excluding

    def holds(self, value: str) -> bool:
        return (value in self.values) != self.is_excluding

    def within(self, other: Choice) -> bool:
        """Whether every value that is left is one of the other's."""
        if not self.is_excluding:
            return all(map(other.holds, self.values))
        return other.is_excluding and all(value in self.values for value in other.values)

    def also(self, other: Choice) -> Choice:
        """What both leave."""
        if self.is_excluding and other.is_excluding:
            return Choice(tuple(dict.fromkeys(self.values + other.values)), True)
        if self.is_excluding:
            return other.also(self)
        return Choice(tuple(filter(other.holds, self.values)))


ANYTHING = Choice((), True)
EITHER = Choice((TRUE, FALSE))
HOLDS, HOLDS_NOT = Choice((TRUE,)), Choice((FALSE,))


class Variable:
    """One thing that a deployment decides.

    stack: whose parameter or condition it is. key: which one; equal keys of one stack are one variable. domain: what it can
    be. label: what messages call it. default: what it is where nobody says otherwise; None where somebody must.
    """

    __slots__ = ("_hash", "default", "domain", "key", "label", "stack")

    def __init__(
        self,
        stack: StackIdentity,
        key: tuple[object, ...],
        label: str,
        domain: Choice = ANYTHING,
        default: Optional[str] = None,
    ) -> None:
        self.stack = stack
        self.key = key
        self.label = label
        self.domain = domain
        self.default = default
        self._hash = hash((stack, key))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Variable) and self.stack == other.stack and self.key == other.key)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Variable({self.label})"

    def words(self, choice: Choice) -> str:
        """What must be so, in words: `` `Env` is `production` ``."""
        label = self.label
        if self.stack.path:
            label += f" of the nested stack `{'/'.join(self.stack.path)}`"
        if self.key[0] != "parameter":
            return f"{label} is {choice.only or 'true or false'}"
        said, is_not = choice.values, choice.is_excluding
        if not is_not and not self.domain.is_excluding and len(said) > 1:
            left_out = tuple(value for value in self.domain.values if value not in said)
            if len(left_out) < len(said):
                said, is_not = left_out, True
        texts = [f"`{value}`" if value else "empty" for value in said[:_MOST_SAID]]
        if len(said) > _MOST_SAID:
            texts.append("another")
        if len(texts) > 1:
            texts = [f"{', '.join(texts[:-1])} {'nor' if is_not else 'or'} {texts[-1]}"]
            return f"{label} is {'neither ' if is_not else ''}{texts[0]}"
        return f"{label} is {'not ' if is_not else ''}{texts[0] if texts else 'anything'}"


class Case:
    """What is so of some variables; every other variable is open. Immutable; equal where it says the same."""

    __slots__ = ("_choices",)

    def __init__(self, choices: Optional[Mapping[Variable, Choice]] = None) -> None:
        self._choices = dict(choices or {})

    def choice(self, variable: Variable) -> Choice:
        """What is left of a variable."""
        return self._choices.get(variable, variable.domain)

    def narrowed(self, variable: Variable, choice: Choice) -> Case:
        """The same with a variable narrowed to these values, which must be some of those that it had."""
        return Case({**self._choices, variable: choice})

    def merged(self, other: Case) -> Optional[Case]:
        """The case in which both are so; None where they exclude each other."""
        choices = dict(self._choices)
        for variable, choice in other._choices.items():
            choices[variable] = choices.get(variable, variable.domain).also(choice)
            if choices[variable].is_empty:
                return None
        return Case(choices)

    @property
    def words(self) -> str:
        """What must be so, in words people read: `` `Env` is `production` and `IsBlue` is true ``; empty where nothing must."""
        said = [variable.words(choice) for variable, choice in self._choices.items() if choice != variable.domain]
        return " and ".join(said)

    def __iter__(self) -> Iterator[tuple[Variable, Choice]]:
        return iter(self._choices.items())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Case) or self._choices.keys() != other._choices.keys():
            return False
        return all(one.within(other._choices[key]) and other._choices[key].within(one) for key, one in self._choices.items())

    def __hash__(self) -> int:
        return hash(frozenset(self._choices))

    def __repr__(self) -> str:
        return f"Case({self.words})"


ANY = Case()


class Question:
    """What an evaluation must know of a variable. Compared by identity: each is made once.

    answers: sets of values that need not be told apart. splits: the sets to look at one after the other where several answers
    are left; values of none of them cannot be deployed. Without any, the question is left open.
    """

    __slots__ = ("answers", "splits", "variable")

    def __init__(self, variable: Variable, answers: Iterable[Choice], splits: Optional[Iterable[Choice]] = None) -> None:
        self.variable = variable
        self.answers = tuple(answers)
        self.splits = self.answers if splits is None else tuple(splits)


OPEN = -1  # the answer to a question that is left open


class SplitNeededError(Exception):
    """The case at hand leaves a question open: it has to be looked at in each of these cases."""

    def __init__(self, variable: Variable, options: list[Choice]) -> None:
        super().__init__(variable, options)
        self.variable = variable
        self.options = options


class NoDeploymentError(Exception):
    """Nothing is made in the case at hand. The message says why CloudFormation refuses it; empty where it is just not made."""


class TooMuchError(Exception):
    """It takes too much to work something out. The message says what is too much."""


class Run:
    """One evaluation in one case. is_coarse: whether a question that the case leaves open is left open."""

    __slots__ = ("_answers", "active", "asked", "case", "depth", "is_coarse", "steps")

    def __init__(self, case: Case, steps: list[int], *, is_coarse: bool = False) -> None:
        self.case = case
        self.is_coarse = is_coarse
        self.steps = steps  # shared by the runs of one question
        self.depth = 0
        self.active: set[object] = set()
        self.asked: dict[Question, int] = {}
        self._answers: dict[Question, int] = {}

    def ask(self, question: Question) -> int:
        """The number of the answer in the case at hand; OPEN where it stays open."""
        answer = self._answers.get(question)
        if answer is None:
            answer = self._answers[question] = self._answer(question)
        self.asked[question] = answer
        return answer

    def _answer(self, question: Question) -> int:
        left = self.case.choice(question.variable)
        for number, answer in enumerate(question.answers):
            if left.within(answer):
                return number
        if self.is_coarse or not question.splits:
            return OPEN
        options = [option for option in (left.also(split) for split in question.splits) if not option.is_empty]
        if not options:
            raise NoDeploymentError(f"CloudFormation refuses it where {question.variable.words(left)}")
        if len(options) > 1 or (len(options) == 1 and not left.within(options[0])):
            raise SplitNeededError(question.variable, options)
        return OPEN
