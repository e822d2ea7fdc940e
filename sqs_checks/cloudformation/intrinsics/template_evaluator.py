"""One template as it is deployed: the value of every node, case by case.

`TemplateEvaluator.cases` is what others ask. It looks at a node in one case after the other and splits a case only where the
node depends on something that the case leaves open; what was worked out once is kept as a tree of the questions that it took.

Source: AWS CloudFormation User Guide, "CloudFormation template sections"; Template Reference, "Condition functions".
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.case_exploration import MOST_CASES, CaseValue, Memory, explored
from sqs_checks.cloudformation.intrinsics.condition_evaluator import ConditionEvaluator
from sqs_checks.cloudformation.intrinsics.deployment_cases import (
    ANY,
    HOLDS,
    Case,
    NoDeploymentError,
    Question,
    ResourceIdentity,
    Run,
    StackIdentity,
    TooMuchError,
)
from sqs_checks.cloudformation.intrinsics.intrinsic_functions import FUNCTIONS
from sqs_checks.cloudformation.intrinsics.mapping_lookup import MappingLookup
from sqs_checks.cloudformation.intrinsics.node_names import frozen, shown
from sqs_checks.cloudformation.intrinsics.parameter_values import Given, ParameterValues
from sqs_checks.cloudformation.intrinsics.template_loops import (
    filled,
    is_loop,
    loop_of,
    makes_nothing,
    states_language_extensions,
)
from sqs_checks.cloudformation.intrinsics.template_parameters import NO_VALUE, PSEUDO_PARAMETERS
from sqs_checks.cloudformation.intrinsics.template_scalars import Refused, is_list, is_mapping, members, scalar_value, why_open
from sqs_checks.cloudformation.intrinsics.template_sections import (
    LoopMembership,
    TemplateOutput,
    TemplateResource,
    TemplateSections,
)
from sqs_checks.cloudformation.intrinsics.value_comparisons import all_hold, known_texts
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.values.configuration_values import LIST, OBJECT, Attribute, Elements, Entries, Unknown, Value

NESTED_STACK_TYPES = frozenset({"AWS::CloudFormation::Stack", "AWS::Serverless::Application"})


class Surroundings:
    """The stacks around one. This one knows of none."""

    def nested_output(self, logical_id: str, output: str, run: Run) -> Value:
        """The output of a nested stack, in the case that `run` looks at."""
        return Unknown(f"the template of `{logical_id}` is not at hand", not_null=True)

    def imported(self, name: Value) -> Value:
        """What other stacks export under a name, which may not be known."""
        return Unknown("what other stacks export is not at hand", not_null=True)

    def exists(self, run: Run) -> Value:
        """Whether the stack is made."""
        return True


class TemplateEvaluator:
    """The values of one template as one stack.

    template: as it is parsed; it must not change afterwards. stack: which stack it is. given: what the stack around sets its
    parameters to, None where a deployment does. surroundings: the other stacks.
    """

    def __init__(
        self,
        template: Any,
        stack: StackIdentity,
        given: Optional[Mapping[str, Given]] = None,
        surroundings: Optional[Surroundings] = None,
    ) -> None:
        self.template = template if is_mapping(template) else {}
        self.stack = stack
        self._surroundings = surroundings or Surroundings()
        transform = self.template.get("Transform")
        self.has_extensions = states_language_extensions(transform)
        self._has_transform = bool(transform)
        self.memory = Memory()
        self.sections = TemplateSections(self)
        self.parameters = ParameterValues(self, given)
        self.mappings = MappingLookup(self)
        self.conditions = ConditionEvaluator(self)
        self._questions: dict[Hashable, Question] = {}
        self._filled: dict[Hashable, tuple[Any, Any]] = {}
        self._resources: Optional[dict[str, TemplateResource]] = None
        self._outputs: Optional[dict[str, TemplateOutput]] = None

    # What others ask

    def cases(self, node: Any, given: Case = ANY, *, most: int = MOST_CASES) -> list[CaseValue]:
        """What a node is in each case, defaults first; None stands for `AWS::NoValue`.

        Never empty. Where there are more cases than `most`, the one case that is given, with what depends on more unknown.
        """
        return explored(lambda run: self.value(node, run), given, most)

    def exists(self, logical_id: str, given: Case = ANY, *, most: int = MOST_CASES) -> list[CaseValue]:
        """In which cases a resource is made: True, False, or unknown where there are too many cases."""
        return explored(lambda run: self.existence(logical_id, run), given, most)

    def resource_cases(self, logical_id: str, node: Any = None, given: Case = ANY, *, most: int = MOST_CASES) -> list[CaseValue]:
        """The properties of a resource, or another node, in each case in which the resource is made; empty where in none."""
        resource = self.resources.get(logical_id)
        if node is None:
            node = resource.properties if resource is not None else {}

        def compute(run: Run) -> Value:
            if self.existence(logical_id, run) is False:
                raise NoDeploymentError
            return self.value(node, run)

        return explored(compute, given, most)

    def output_cases(self, name: str, node: Any, given: Case = ANY, *, most: int = MOST_CASES) -> list[CaseValue]:
        """A node of an output in each case in which the output is made; empty where in none."""
        output = self.outputs.get(name)

        def compute(run: Run) -> Value:
            is_conditional = output is not None and isinstance(output.condition, str)
            if output is not None and is_conditional and self.conditions.holds(str(output.condition), run) is False:
                raise NoDeploymentError
            return self.value(node, run)

        return explored(compute, given, most)

    def existing(self, logical_ids: Iterable[str], given: Case = ANY, *, most: int = MOST_CASES) -> list[CaseValue]:
        """The cases in which all these resources are made, with True, or unknown where there are too many cases."""
        return made_together([(self, logical_id) for logical_id in logical_ids], given, most=most)

    def can_exist_together(self, logical_ids: Iterable[str], given: Case = ANY) -> Ternary:
        """Whether there is a case in which all these resources are made."""
        return can_be_made_together([(self, logical_id) for logical_id in logical_ids], given)

    @property
    def defaults(self) -> Case:
        """The case in which every parameter that has a default has it; ask `cases` with it for how things are by default."""
        return self.parameters.defaults

    @property
    def resources(self) -> Mapping[str, TemplateResource]:
        """All resources by logical id, with those that loops make in some case."""
        if self._resources is None:
            entries = self.sections.members_of("Resources")
            self._resources = {name: TemplateResource(name, entry) for name, entry in entries.items()}
        return self._resources

    @property
    def outputs(self) -> Mapping[str, TemplateOutput]:
        """All outputs by name."""
        if self._outputs is not None:
            return self._outputs
        self._outputs = found = {}
        for name, entry in self.sections.members_of("Outputs").items():
            stated = dict(members(entry.node)) if is_mapping(entry.node) else {}
            export: Any = stated.get("Export")
            exported = dict(members(export)).get("Name") if is_mapping(export) else None
            found[name] = TemplateOutput(stated.get("Value"), exported, stated.get("Condition"))
        return found

    @property
    def is_cut(self) -> bool:
        """Whether loops make more resources, conditions or outputs than are looked at, or nobody knows which."""
        for name in ("Conditions", "Resources", "Outputs"):
            self.sections.members_of(name)
        return self.sections.is_cut

    def identity(self, logical_id: str) -> ResourceIdentity:
        """Which resource it is: the owner of its attributes."""
        return ResourceIdentity(self.stack, logical_id)

    def condition_holds(self, name: str, given: Case = ANY) -> list[CaseValue]:
        """In which cases a condition holds."""
        return explored(lambda run: self.conditions.holds(name, run), given, MOST_CASES)

    # Values

    def value(self, node: Any, run: Run) -> Value:
        """The value of a node in the case that `run` looks at. For evaluators of stacks around: others ask `cases`."""
        if is_mapping(node):
            return self.memory.recalled(id(node), node, self._mapping_value, run)
        if is_list(node):
            return self.memory.recalled(id(node), node, self._list_value, run)
        return scalar_value(node)

    def _list_value(self, node: Any, run: Run) -> Value:
        values = (self.value(item, run) for item in node)
        return Elements(LIST, [value for value in values if value is not None])

    def _mapping_value(self, node: Any, run: Run) -> Value:
        stated = list(members(node))
        functions = [name for name, _ in stated if name == "Ref" or (name.startswith("Fn::") and not is_loop(name))]
        if functions and len(stated) == 1:
            return self._function_value(functions[0], stated[0][1], run)
        if "Fn::Transform" in functions:
            return self._function_value("Fn::Transform", dict(stated)["Fn::Transform"], run)
        if functions and functions != ["Ref"]:
            return Refused("a function stands beside other keys")
        items: dict[str, Value] = {}
        for name, child in self._looped(stated, run):
            if isinstance(child, Unknown):
                return child
            value = self.value(child, run)
            if value is not None:
                items[name] = value
        return Entries(OBJECT, items)

    def _function_value(self, name: str, argument: Any, run: Run) -> Value:
        function = FUNCTIONS.get(name)
        if function is None:
            return Unknown(f"nothing is known of the function `{name[:100]}`")
        if function.is_extension and not self.has_extensions:
            return Refused(f"`{name}` needs the transform `AWS::LanguageExtensions`")
        return function.apply(self, argument, run)

    def _looped(self, stated: Iterable[tuple[str, Any]], run: Run) -> Iterator[tuple[str, Any]]:
        """The members of a mapping, with what its loops make; an Unknown in the place of those of a loop that is not known."""
        for name, child in stated:
            if not is_loop(name):
                yield name, child
                continue
            loop = loop_of(child)
            if loop is None or not self.has_extensions:
                yield name, Refused("a loop needs a name, a collection, a fragment and the transform `AWS::LanguageExtensions`")
                continue
            if makes_nothing(loop):
                continue
            collection = self.value(loop.collection, run)
            items = known_texts(collection)
            if items is None:
                yield name, Unknown(why_open(collection), not_null=True)
                continue
            for item in items:
                run.steps[0] -= 1
                if run.steps[0] < 0:
                    raise TooMuchError("a loop makes more than is looked at")
                fragment = self.fragment(loop.fragment, loop.identifier, item, run.steps)
                yield from self._looped(members(fragment), run)

    def fragment(self, fragment: Any, identifier: str, item: Value, steps: list[int]) -> Any:
        """The fragment of a loop for one element, made once. steps: how many nodes may still be made."""
        key = (id(fragment), identifier, item if isinstance(item, str) else None)
        found = self._filled.get(key)
        if found is None:
            found = self._filled[key] = (fragment, filled(fragment, identifier, item, steps))
        return found[1]

    # References

    def reference(self, name: str, run: Run) -> Value:
        """What `Ref` gives."""
        if name == NO_VALUE:
            return None
        if name in PSEUDO_PARAMETERS:
            return Attribute(self.parameters.pseudo_owner(name), name, name)
        if name in self.parameters.declared:
            return self.memory.recalled(("parameter", name), name, self.parameters.value, run)
        logical_id, _, generated = name.partition(".")
        if generated and self._has_transform and logical_id in self.resources:
            # What SAM calls its own: `!Ref Function.Alias`.
            return Attribute(self.identity(logical_id), generated, name)
        return self._resource_attribute(name, "Ref", name)

    def attribute(self, logical_id: str, name: str, run: Run) -> Value:
        """What `Fn::GetAtt` gives."""
        resource = self.resources.get(logical_id)
        if resource is not None and name.startswith("Outputs.") and resource.type in NESTED_STACK_TYPES:
            return self._surroundings.nested_output(logical_id, name[len("Outputs.") :], run)
        return self._resource_attribute(logical_id, name, f"{logical_id}.{name}")

    def _resource_attribute(self, logical_id: str, name: str, label: str) -> Value:
        # Transforms make resources that the template does not state.
        may_be_made = (self._has_transform or self.sections.is_cut) and logical_id.isalnum()
        if logical_id in self.resources or may_be_made:
            return Attribute(self.identity(logical_id), name, label)
        return Refused(f"the template has no `{logical_id[:100]}`")

    def question(self, key: Hashable, make: Callable[[], Question]) -> Question:
        """The question for a key, made when it is first asked."""
        found = self._questions.get(key)
        if found is None:
            found = self._questions[key] = make()
        return found

    def imported(self, name: Value) -> Value:
        """What `Fn::ImportValue` gives for the value of a name."""
        return self._surroundings.imported(name)

    def mapped(self, argument: Any, run: Run) -> Value:
        """What `Fn::FindInMap` gives."""
        return self.mappings.mapped(argument, run)

    def chosen(self, argument: Any, run: Run) -> Value:
        """What `Fn::If` gives."""
        return self.conditions.chosen(argument, run)

    # Which resources there are

    def existence(self, logical_id: str, run: Run) -> Value:
        """Whether a resource is made in the case that `run` looks at."""
        return self.memory.recalled(("exists", logical_id), logical_id, self._existence, run)

    def _existence(self, logical_id: str, run: Run) -> Value:
        resource = self.resources.get(logical_id)
        if resource is None:
            return Refused(f"the template has no `{logical_id[:100]}`")
        parts: list[Callable[[], Value]] = [lambda: self._surroundings.exists(run)]
        parts += [lambda loop=loop: self._is_member(loop, run) for loop in resource.loops]  # type: ignore[misc]
        condition = resource.condition
        if isinstance(condition, str):
            parts.append(lambda: self.conditions.holds(str(condition), run))
        elif condition is not None:
            parts.append(lambda: self.conditions.asked(("exists", logical_id), f"the condition of `{logical_id[:100]}`", run))
        return all_hold(part() for part in parts)

    def _is_member(self, loop: LoopMembership, run: Run) -> Value:
        items = known_texts(self.value(loop.collection, run))
        if items is not None:
            return loop.item in items
        try:
            key: tuple[object, ...] = ("member", frozen(loop.collection), loop.item)
        except TooMuchError:
            key = ("member", id(loop.collection), loop.item)
        said = f"`{loop.item}`" if loop.item is not None else "anything"
        # Of a list that a deployment may change, those that the template itself names are taken to be there.
        cases = (HOLDS,) if loop.item is not None else ()
        return self.conditions.asked(key, f"the presence of {said} in {shown(loop.collection)}", run, cases)


def made_together(
    resources: Iterable[tuple[TemplateEvaluator, str]], given: Case = ANY, *, most: int = MOST_CASES
) -> list[CaseValue]:
    """The cases in which resources of one or several stacks are all made, as `TemplateEvaluator.existing` tells them."""
    wanted = list(resources)

    def compute(run: Run) -> Value:
        made = all_hold(evaluator.existence(logical_id, run) for evaluator, logical_id in wanted)
        if made is False:
            raise NoDeploymentError
        return made

    return explored(compute, given, most)


def can_be_made_together(resources: Iterable[tuple[TemplateEvaluator, str]], given: Case = ANY) -> Ternary:
    """Whether there is a case in which resources of one or several stacks are all made."""
    found = made_together(resources, given)
    if any(one.value is True for one in found):
        return YES
    return unknown(why_open(found[0].value)) if found else NO
