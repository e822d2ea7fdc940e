"""Parameters: what a deployment or the stack around sets them to.

Source: AWS CloudFormation User Guide, "CloudFormation template Parameters syntax", "Pseudo parameters reference".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import ANY, OPEN, Case, Choice, Question, Run, StackIdentity, Variable
from sqs_checks.cloudformation.intrinsics.intrinsic_functions import split_text
from sqs_checks.cloudformation.intrinsics.node_names import comparisons_in, referenced_name
from sqs_checks.cloudformation.intrinsics.template_parameters import (
    PSEUDO_PARAMETERS,
    SHARED_PSEUDO_PARAMETERS,
    ParameterDeclaration,
    declared_parameters,
)
from sqs_checks.cloudformation.intrinsics.template_scalars import (
    LIST_OF_TEXT,
    Refused,
    as_text,
    is_list,
    is_mapping,
    joined,
    scalar_value,
    section,
    unknown_text,
)
from sqs_checks.cloudformation.intrinsics.value_comparisons import MOST_POSSIBILITIES
from sqs_checks.values.configuration_values import LIST, Elements, Unknown, Value

if TYPE_CHECKING:
    from sqs_checks.cloudformation.intrinsics.template_evaluator import TemplateEvaluator


class Given(NamedTuple):
    """Where a nested stack has the value of a parameter from: a node of the template around it."""

    evaluator: TemplateEvaluator
    node: Any


class ParameterValues:
    """The parameters of one template as one stack. given: what the stack around sets, None where a deployment does."""

    def __init__(self, evaluator: TemplateEvaluator, given: Optional[Mapping[str, Given]]) -> None:
        self._evaluator = evaluator
        self._given = given
        self._variables: dict[str, Variable] = {}
        self._compared: Optional[dict[str, dict[str, None]]] = None
        self.declared = declared_parameters(section(evaluator.template, "Parameters"))

    def value(self, name: str, run: Run) -> Value:
        """What `Ref` gives for a parameter."""
        declaration = self.declared[name]
        if self._given is None:
            variable = self._variable(name)
            question = self._evaluator.question(("parameter", name), lambda: self._question(declaration, variable))
            answer = run.ask(question)
            if answer != OPEN:
                return _typed(declaration, question.answers[answer].values[0])
            among = declaration.allowed if declaration.allowed and len(declaration.allowed) <= MOST_POSSIBILITIES else ()
            return _undecided(declaration, among)
        given = self._given.get(name)
        value = given.evaluator.value(given.node, run) if given is not None else None
        if value is not None:
            return _typed(declaration, value)
        if declaration.default is not None:
            return _typed(declaration, declaration.default)
        return Refused(f"the stack around sets no parameter `{name}`")

    def _question(self, declaration: ParameterDeclaration, variable: Variable) -> Question:
        if declaration.is_looked_up:
            return Question(variable, (), ())
        if declaration.allowed is not None:
            return Question(variable, [Choice((value,)) for value in declaration.allowed])
        compared = [value for value in self._compared_with(declaration.name) if declaration.allows(value)]
        default = [variable.default] if variable.default is not None else []
        answers = [Choice((value,)) for value in dict.fromkeys([*compared, *default])]
        splits = [*(Choice((value,)) for value in compared), Choice(tuple(compared), True)]
        return Question(variable, answers, splits if compared and not declaration.is_list else ())

    def _compared_with(self, name: str) -> Iterable[str]:
        """The texts that conditions compare a parameter with."""
        if self._compared is None:
            self._compared = {}
            for operands in comparisons_in(entry.node for entry in self._evaluator.sections.members_of("Conditions").values()):
                for one, other in (operands, operands[::-1]):
                    parameter = referenced_name(one)
                    text = None if is_mapping(other) or is_list(other) else as_text(scalar_value(other))
                    if parameter is not None and isinstance(text, str):
                        self._compared.setdefault(parameter, {})[text] = None
        return self._compared.get(name, ())

    def variable_of(self, node: Any) -> Optional[Variable]:
        """What a deployment decides and a node gives as it is; None where the node is anything else."""
        name = referenced_name(node)
        if name is None:
            return None
        if name in self.declared:
            if self._given is not None:
                given = self._given.get(name)
                is_plain = not (self.declared[name].is_list or self.declared[name].is_looked_up)
                return given.evaluator.parameters.variable_of(given.node) if given is not None and is_plain else None
            declaration = self.declared[name]
            return None if declaration.is_list or declaration.is_looked_up else self._variable(name)
        if name in PSEUDO_PARAMETERS and name not in ("AWS::NotificationARNs", "AWS::StackId"):
            return Variable(self.pseudo_owner(name), ("parameter", name), f"`{name}`")
        return None

    def _variable(self, name: str) -> Variable:
        found = self._variables.get(name)
        if found is None:
            found = self._variables[name] = self.declared[name].variable(self._evaluator.stack)
        return found

    @property
    def defaults(self) -> Case:
        """The case in which every parameter that has a default has it; a nested stack decides nothing itself."""
        case = ANY
        for declaration in self.declared.values() if self._given is None else ():
            variable = self._variable(declaration.name)
            if variable.default is not None and variable.domain.holds(variable.default):
                case = case.narrowed(variable, Choice((variable.default,)))
        return case

    def may_be(self, node: Any, text: str) -> bool:
        """Whether a parameter may be set to a text. node: the reference to it."""
        name = referenced_name(node)
        return self._given is not None or name not in self.declared or self.declared[name].allows(text)

    def pseudo_owner(self, name: str) -> StackIdentity:
        """The stack whose pseudo parameter it is: account and region of nested stacks are those of the stack around."""
        return self._evaluator.stack.root if name in SHARED_PSEUDO_PARAMETERS else self._evaluator.stack


def _typed(declaration: ParameterDeclaration, value: Value) -> Value:
    """A value as `Ref` gives it for a parameter of this type."""
    if isinstance(value, Refused):
        return value
    if declaration.is_looked_up:
        return _undecided(declaration)
    if not declaration.is_list:
        return as_text(joined(_between(value.items, ","))) if isinstance(value, Elements) else as_text(value)
    if value == "":
        # Whether it is one empty text or none at all is said nowhere.
        return Unknown(declaration.reason, LIST_OF_TEXT, not_null=True, among=(Elements(LIST, ()), Elements(LIST, ("",))))
    if isinstance(value, Elements):
        return Elements(LIST, [as_text(item) for item in value.items])
    if isinstance(value, Unknown):
        return Unknown(value.reason, LIST_OF_TEXT, not_null=True)
    items = split_text(",", value)
    if isinstance(items, Elements):
        return Elements(LIST, [item.strip() if isinstance(item, str) else item for item in items.items])
    return items


def _between(items: Iterable[Value], delimiter: str) -> Iterator[Value]:
    for number, item in enumerate(items):
        if number:
            yield delimiter
        yield item


def _undecided(declaration: ParameterDeclaration, among: Iterable[str] = ()) -> Unknown:
    if declaration.is_list or declaration.looks_up_list:
        return Unknown(declaration.reason, LIST_OF_TEXT, not_null=True)
    return unknown_text(declaration.reason, among=among)
