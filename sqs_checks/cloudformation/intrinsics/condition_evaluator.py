"""Conditions: which hold in a case, and what is so in one case and not in another.

Source: AWS CloudFormation Template Reference, "Condition functions".
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import (
    EITHER,
    HOLDS,
    HOLDS_NOT,
    OPEN,
    Choice,
    Question,
    Run,
    TooMuchError,
    Variable,
)
from sqs_checks.cloudformation.intrinsics.node_names import DEEPEST, frozen, shown
from sqs_checks.cloudformation.intrinsics.template_scalars import Refused, as_text, is_list, is_mapping, members, why_open
from sqs_checks.cloudformation.intrinsics.value_comparisons import (
    all_hold,
    equality,
    is_never_null,
    is_same,
    negated,
    possibilities,
)
from sqs_checks.values.configuration_values import Elements, Entries, Unknown, Value

if TYPE_CHECKING:
    from sqs_checks.cloudformation.intrinsics.template_evaluator import TemplateEvaluator


class ConditionEvaluator:
    """The conditions of one template as one stack."""

    def __init__(self, evaluator: TemplateEvaluator) -> None:
        self._evaluator = evaluator
        self._comparisons: dict[Hashable, tuple[str, bool]] = {}
        self._names_of_comparisons: Optional[dict[int, tuple[str, bool]]] = None

    def chosen(self, argument: Any, run: Run) -> Value:
        """What `Fn::If` gives."""
        if not is_list(argument) or len(argument) != 3 or not isinstance(argument[0], str):
            return Refused("a choice needs the name of a condition and two values")
        name = str(argument[0])
        holds = self.holds(name, run)
        if holds is True or holds is False:
            return self._evaluator.value(argument[1 if holds else 2], run)
        either = [self._evaluator.value(argument[1], run), self._evaluator.value(argument[2], run)]
        if is_same(*either):
            return either[0]
        return Unknown(why_open(holds), not_null=is_never_null(either), among=possibilities(either))

    def holds(self, name: str, run: Run) -> Value:
        """Whether a condition holds in the case that `run` looks at: True, False, or unknown where the case leaves it open."""
        return self._evaluator.memory.recalled(("condition", name), name, self._named_truth, run)

    def _named_truth(self, name: str, run: Run) -> Value:
        entry = self._evaluator.sections.members_of("Conditions").get(name)
        if entry is None:
            truth: Value = Refused(f"the template has no condition `{name[:100]}`")
        else:
            truth = self._truth(entry.node, run)
        if truth is True or truth is False:
            return truth
        return self.asked(("condition", name), f"`{name[:100]}`", run)

    def asked(self, key: tuple[object, ...], label: str, run: Run, cases: tuple[Choice, ...] = (HOLDS, HOLDS_NOT)) -> Value:
        """Whether something holds that the template does not tell: so in one case, not in the other. cases: to be looked at."""
        variable = Variable(self._evaluator.stack, key, label, EITHER)
        question = self._evaluator.question(key, lambda: Question(variable, (HOLDS, HOLDS_NOT), cases))
        answer = run.ask(question)
        if answer == OPEN:
            return Unknown(f"whether {label} is true is known only when the stack is made", not_null=True)
        return answer == 0

    def _truth(self, node: Any, run: Run) -> Value:
        return self._evaluator.memory.recalled(("truth", id(node)), node, self._truth_of, run)

    def _truth_of(self, node: Any, run: Run) -> Value:
        stated = list(members(node)) if is_mapping(node) else []
        if len(stated) != 1:
            return Refused("a condition is one function")
        name, argument = stated[0]
        if name == "Condition" and isinstance(argument, str):
            return self.holds(str(argument), run)
        operands = argument if is_list(argument) else [argument]
        if name == "Fn::Not" and len(operands) == 1:
            return negated(self._truth(operands[0], run))
        if name == "Fn::And" and operands:
            return all_hold(self._truth(operand, run) for operand in operands)
        if name == "Fn::Or" and operands:
            return negated(all_hold(negated(self._truth(operand, run)) for operand in operands))
        if name == "Fn::Equals" and is_list(argument) and len(argument) == 2:
            return self._equal(node, argument, run)
        return Refused("a condition is one function of conditions")

    def _equal(self, node: Any, operands: Any, run: Run) -> Value:
        for one, other in (operands, operands[::-1]):
            variable = self._evaluator.parameters.variable_of(one)
            if variable is None:
                continue
            text = as_text(self._evaluator.value(other, run))
            if isinstance(text, str):
                if not self._evaluator.parameters.may_be(one, text):
                    return False
                question = self._evaluator.question(("is", variable, text), partial(_is_question, variable, text))
                answer = run.ask(question)
                if answer != OPEN:
                    return answer == 0
                return Unknown(f"{variable.label} is known only when the stack is made", not_null=True)
        left, right = (_comparable(self._evaluator.value(operand, run)) for operand in operands)
        found = equality(left, right)
        if found is not None:
            return found
        try:
            sides = [frozen(operand) for operand in operands]
        except TooMuchError:
            sides = [id(operand) for operand in operands]
        if sides[0] == sides[1]:
            return True
        return self._comparison(node, frozenset(sides), operands, run)

    def _comparison(self, node: Any, sides: Hashable, operands: Any, run: Run) -> Value:
        """A comparison of what nobody knows, called by the condition that it is, where it is one."""
        key = ("equal", sides)
        if key not in self._comparisons:
            found = self._named_comparisons().get(id(node))
            label = f"`{found[0]}`" if found else f"the comparison of {shown(operands[0])} with {shown(operands[1])}"
            self._comparisons[key] = (label, found is None or found[1])
        label, is_same_way = self._comparisons[key]
        truth = self.asked(key, label, run)
        return truth if is_same_way else negated(truth)

    def _named_comparisons(self) -> Mapping[int, tuple[str, bool]]:
        """The conditions that are a comparison or the opposite of one, by the comparison: the name, and whether it is one."""
        if self._names_of_comparisons is None:
            self._names_of_comparisons = {}
            for name, entry in self._evaluator.sections.members_of("Conditions").items():
                node, is_same_way = entry.node, True
                for _ in range(DEEPEST):
                    inner = dict(members(node)).get("Fn::Not") if is_mapping(node) else None
                    if inner is None:
                        break
                    node, is_same_way = inner[0] if is_list(inner) and inner else inner, not is_same_way
                self._names_of_comparisons.setdefault(id(node), (name, is_same_way))
        return self._names_of_comparisons


def _is_question(variable: Variable, text: str) -> Question:
    """Whether a variable is a text."""
    return Question(variable, (Choice((text,)), Choice((text,), True)))


def _comparable(value: Value) -> Value:
    return value if isinstance(value, (Elements, Entries)) or value is None else as_text(value)
