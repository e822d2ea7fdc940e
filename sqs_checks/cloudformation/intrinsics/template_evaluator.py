"""One template as it is deployed: the value of every node, case by case.

`TemplateEvaluator.cases` is what others ask. It looks at a node in one case after the other and splits a case only where the
node depends on something that the case leaves open; what was worked out once is kept as a tree of the questions that it took.

Source: AWS CloudFormation User Guide, "CloudFormation template sections"; Template Reference, "Condition functions".
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import (
    ANY,
    EITHER,
    HOLDS,
    HOLDS_NOT,
    OPEN,
    Case,
    Choice,
    NoDeploymentError,
    Question,
    ResourceIdentity,
    Run,
    SplitNeededError,
    StackIdentity,
    TooMuchError,
    Variable,
)
from sqs_checks.cloudformation.intrinsics.intrinsic_functions import FUNCTIONS, may_be_equal, split_text
from sqs_checks.cloudformation.intrinsics.template_loops import filled, is_loop, loop_of, states_language_extensions
from sqs_checks.cloudformation.intrinsics.template_parameters import (
    NO_VALUE,
    PSEUDO_PARAMETERS,
    SHARED_PSEUDO_PARAMETERS,
    ParameterDeclaration,
    declared_parameters,
)
from sqs_checks.cloudformation.intrinsics.template_scalars import (
    LIST_OF_TEXT,
    Placeholder,
    Refused,
    as_text,
    is_list,
    is_mapping,
    joined,
    members,
    scalar_value,
    section,
    substitution_pieces,
    unknown_text,
)
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.values.configuration_values import (
    LIST,
    OBJECT,
    Attribute,
    Elements,
    Entries,
    PiecedText,
    TooHeavyError,
    Unknown,
    Value,
    is_hidden,
    why_unknown,
)

MOST_CASES = 64
_MOST_RUNS = 8 * MOST_CASES
_MOST_STEPS = 20_000
_MOST_LOOPED = 15_000  # nodes that the loops of one template make
_MOST_MADE = 1_000  # resources, conditions or outputs of one template; CloudFormation takes 500 resources
_DEEPEST = 90
_MOST_POSSIBILITIES = 16


class CaseValue(NamedTuple):
    """What a node is in a case."""

    case: Case
    value: Value


class Given(NamedTuple):
    """Where a nested stack has the value of a parameter from: a node of the template around it."""

    evaluator: TemplateEvaluator
    node: Any


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


class _Entry(NamedTuple):
    """A member of a section. loops: the loops that make it, with the element; none where they make it in every case."""

    node: Any
    loops: tuple[_Membership, ...] = ()


class _Membership(NamedTuple):
    collection: Any
    item: Optional[str]  # None where the collection is not known at all


class TemplateResource:
    """A resource of a template, as written or as a loop makes it. type: empty where it states none."""

    __slots__ = ("condition", "logical_id", "loops", "node", "type")

    def __init__(self, logical_id: str, entry: _Entry) -> None:
        node = entry.node if is_mapping(entry.node) else {}
        stated = node.get("Type")
        self.logical_id = logical_id
        self.node = node
        self.type = str(stated) if isinstance(stated, str) else ""
        self.condition = node.get("Condition")
        self.loops = entry.loops

    @property
    def properties(self) -> Any:
        """The node of its properties; empty where it states none."""
        return self.node.get("Properties") or {}

    def __repr__(self) -> str:
        return f"TemplateResource({self.logical_id})"


class TemplateOutput(NamedTuple):
    """An output: the nodes of its value, of the name it is exported under and of its condition; None where it has none."""

    value: Any
    export_name: Any
    condition: Any


class _TooManyCasesError(Exception):
    """A computation tells more cases apart than are looked at."""


class _Branch:
    __slots__ = ("children", "question")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.children: dict[int, Any] = {}


class _Leaf:
    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


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
        self._given = given
        self._surroundings = surroundings or Surroundings()
        self.parameters = declared_parameters(section(self.template, "Parameters"))
        self._mappings = section(self.template, "Mappings")
        transform = self.template.get("Transform")
        self._has_extensions = states_language_extensions(transform)
        self._has_transform = bool(transform)
        self._memo: dict[Hashable, list[Any]] = {}
        self._questions: dict[Hashable, Question] = {}
        self._comparisons: dict[Hashable, tuple[str, bool]] = {}
        self._names_of_comparisons: Optional[dict[int, tuple[str, bool]]] = None
        self._filled: dict[Hashable, tuple[Any, Any]] = {}
        self._sections: dict[str, dict[str, _Entry]] = {}
        self._resources: Optional[dict[str, TemplateResource]] = None
        self._compared: Optional[dict[str, dict[str, None]]] = None
        self._is_cut = False

    # What others ask

    def cases(self, node: Any, given: Case = ANY, *, most: int = MOST_CASES) -> list[CaseValue]:
        """What a node is in each case, defaults first; None stands for `AWS::NoValue`.

        Never empty. Where there are more cases than `most`, the one case that is given, with what depends on more unknown.
        """
        found = self._explored(lambda run: self.value(node, run), given, most)
        return found or [CaseValue(given, Refused("CloudFormation refuses it whatever the parameters are"))]

    def exists(self, logical_id: str, given: Case = ANY, *, most: int = MOST_CASES) -> list[CaseValue]:
        """In which cases a resource is made: True, False, or unknown where there are too many cases."""
        found = self._explored(lambda run: self.existence(logical_id, run), given, most)
        return found or [CaseValue(given, Refused("CloudFormation refuses the template whatever the parameters are"))]

    def resource_cases(self, logical_id: str, node: Any = None, given: Case = ANY, *, most: int = MOST_CASES) -> list[CaseValue]:
        """The properties of a resource, or another node, in each case in which the resource is made; empty where in none."""
        resource = self.resources.get(logical_id)
        if node is None:
            node = resource.properties if resource is not None else {}

        def compute(run: Run) -> Value:
            if self.existence(logical_id, run) is False:
                raise NoDeploymentError
            return self.value(node, run)

        return self._explored(compute, given, most)

    def existing(self, logical_ids: Iterable[str], given: Case = ANY, *, most: int = MOST_CASES) -> list[CaseValue]:
        """The cases in which all these resources are made, with True, or unknown where there are too many cases."""
        ids = list(logical_ids)

        def compute(run: Run) -> Value:
            made = _all(self.existence(one, run) for one in ids)
            if made is False:
                raise NoDeploymentError
            return made

        return self._explored(compute, given, most)

    def can_exist_together(self, logical_ids: Iterable[str], given: Case = ANY) -> Ternary:
        """Whether there is a case in which all these resources are made."""
        found = self.existing(logical_ids, given)
        if any(one.value is True for one in found):
            return YES
        return unknown(why_unknown(found[0].value)) if found else NO

    @property
    def defaults(self) -> Case:
        """The case in which every parameter that has a default has it; ask `cases` with it for how things are by default."""
        case = ANY
        if self._given is not None:
            return case
        for declaration in self.parameters.values():
            variable = declaration.variable(self.stack)
            if variable.default is not None and variable.domain.holds(variable.default):
                case = case.narrowed(variable, Choice((variable.default,)))
        return case

    @property
    def resources(self) -> Mapping[str, TemplateResource]:
        """All resources by logical id, with those that loops make in some case."""
        if self._resources is None:
            entries = self._section("Resources")
            self._resources = {name: TemplateResource(name, entry) for name, entry in entries.items()}
        return self._resources

    @property
    def outputs(self) -> Mapping[str, TemplateOutput]:
        """All outputs by name."""
        found = {}
        for name, entry in self._section("Outputs").items():
            stated = dict(members(entry.node)) if is_mapping(entry.node) else {}
            export: Any = stated.get("Export")
            exported = dict(members(export)).get("Name") if is_mapping(export) else None
            found[name] = TemplateOutput(stated.get("Value"), exported, stated.get("Condition"))
        return found

    @property
    def is_cut(self) -> bool:
        """Whether loops make more resources, conditions or outputs than are looked at, or nobody knows which."""
        for name in ("Conditions", "Resources", "Outputs"):
            self._section(name)
        return self._is_cut

    def identity(self, logical_id: str) -> ResourceIdentity:
        """Which resource it is: the owner of its attributes."""
        return ResourceIdentity(self.stack, logical_id)

    def condition_holds(self, name: str, given: Case = ANY) -> list[CaseValue]:
        """In which cases a condition holds."""
        found = self._explored(lambda run: self.condition(name, run), given, MOST_CASES)
        return found or [CaseValue(given, Refused("CloudFormation refuses the template whatever the parameters are"))]

    # How cases are looked at

    def _explored(self, compute: Callable[[Run], Value], given: Case, most: int) -> list[CaseValue]:
        """The results of a computation in each case; empty where CloudFormation makes no stack in any."""
        try:
            try:
                return _by_case(compute, given, most)
            except _TooManyCasesError:
                return [CaseValue(given, compute(Run(given, [_MOST_STEPS], is_coarse=True)))]
        except NoDeploymentError:
            return []
        except TooMuchError as fault:
            return [CaseValue(given, Unknown(str(fault)))]
        except TooHeavyError:
            return [CaseValue(given, Unknown("it holds more values than are looked at"))]
        except RecursionError:
            return [CaseValue(given, Unknown("it nests deeper than is looked at"))]

    def _memoised(self, key: Hashable, kept: Any, compute: Callable[[Any, Run], Value], run: Run) -> Value:
        """The value for a key, as worked out before where the same questions have the same answers."""
        entry = self._memo.get(key)
        if entry is None:
            # Keeps what the key stands for alive: keys are made of the ids of nodes.
            entry = self._memo[key] = [kept, None]
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
        if run.depth >= _DEEPEST:
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

    # Values

    def value(self, node: Any, run: Run) -> Value:
        """The value of a node in the case that `run` looks at. For evaluators of stacks around: others ask `cases`."""
        if is_mapping(node):
            return self._memoised(id(node), node, self._mapping_value, run)
        if is_list(node):
            return self._memoised(id(node), node, self._list_value, run)
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
        if function.is_extension and not self._has_extensions:
            return Refused(f"`{name}` needs the transform `AWS::LanguageExtensions`")
        return function.apply(self, argument, run)

    def _looped(self, stated: Iterable[tuple[str, Any]], run: Run) -> Iterator[tuple[str, Any]]:
        """The members of a mapping, with what its loops make; an Unknown in the place of those of a loop that is not known."""
        for name, child in stated:
            if not is_loop(name):
                yield name, child
                continue
            loop = loop_of(child)
            if loop is None or not self._has_extensions:
                yield name, Refused("a loop needs a name, a collection, a fragment and the transform `AWS::LanguageExtensions`")
                continue
            collection = self.value(loop.collection, run)
            items = _texts(collection)
            if items is None:
                yield name, Unknown(why_unknown(collection), not_null=True)
                continue
            for item in items:
                run.steps[0] -= 1
                if run.steps[0] < 0:
                    raise TooMuchError("a loop makes more than is looked at")
                fragment = self._fragment(loop.fragment, loop.identifier, item, run.steps)
                yield from self._looped(members(fragment), run)

    def _fragment(self, fragment: Any, identifier: str, item: Value, steps: list[int]) -> Any:
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
            return Attribute(self._pseudo_owner(name), name, name)
        if name in self.parameters:
            return self._memoised(("parameter", name), name, self._parameter_value, run)
        return self._resource_attribute(name, "Ref", name)

    def attribute(self, logical_id: str, name: str, run: Run) -> Value:
        """What `Fn::GetAtt` gives."""
        resource = self.resources.get(logical_id)
        if resource is not None and name.startswith("Outputs.") and resource.type in NESTED_STACK_TYPES:
            return self._surroundings.nested_output(logical_id, name[len("Outputs.") :], run)
        return self._resource_attribute(logical_id, name, f"{logical_id}.{name}")

    def _resource_attribute(self, logical_id: str, name: str, label: str) -> Value:
        # Transforms make resources that the template does not state.
        if logical_id in self.resources or self._has_transform or self._is_cut:
            return Attribute(self.identity(logical_id), name, label)
        return Refused(f"the template has no `{logical_id[:100]}`")

    def _pseudo_owner(self, name: str) -> StackIdentity:
        return self.stack.root if name in SHARED_PSEUDO_PARAMETERS else self.stack

    def _parameter_value(self, name: str, run: Run) -> Value:
        declaration = self.parameters[name]
        if self._given is None:
            variable = declaration.variable(self.stack)
            question = self._question(("parameter", name), lambda: self._parameter_question(declaration, variable))
            answer = run.ask(question)
            if answer != OPEN:
                return _typed(declaration, question.answers[answer].values[0])
            among = declaration.allowed if declaration.allowed and len(declaration.allowed) <= _MOST_POSSIBILITIES else ()
            return _undecided(declaration, among)
        given = self._given.get(name)
        value = given.evaluator.value(given.node, run) if given is not None else None
        if value is not None:
            return _typed(declaration, value)
        if declaration.default is not None:
            return _typed(declaration, declaration.default)
        return Refused(f"the stack around sets no parameter `{name}`")

    def _parameter_question(self, declaration: ParameterDeclaration, variable: Variable) -> Question:
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
            for operands in _comparisons(entry.node for entry in self._section("Conditions").values()):
                for one, other in (operands, operands[::-1]):
                    parameter = _referenced(one)
                    text = None if is_mapping(other) or is_list(other) else as_text(scalar_value(other))
                    if parameter is not None and isinstance(text, str):
                        self._compared.setdefault(parameter, {})[text] = None
        return self._compared.get(name, ())

    def variable_of(self, node: Any) -> Optional[Variable]:
        """What a deployment decides and a node gives as it is; None where the node is anything else."""
        name = _referenced(node)
        if name is None:
            return None
        if name in self.parameters:
            if self._given is not None:
                given = self._given.get(name)
                is_plain = not (self.parameters[name].is_list or self.parameters[name].is_looked_up)
                return given.evaluator.variable_of(given.node) if given is not None and is_plain else None
            declaration = self.parameters[name]
            return None if declaration.is_list or declaration.is_looked_up else declaration.variable(self.stack)
        if name in PSEUDO_PARAMETERS and name not in ("AWS::NotificationARNs", "AWS::StackId"):
            return Variable(self._pseudo_owner(name), ("parameter", name), f"`{name}`")
        return None

    def _question(self, key: Hashable, make: Callable[[], Question]) -> Question:
        found = self._questions.get(key)
        if found is None:
            found = self._questions[key] = make()
        return found

    def imported(self, name: Value) -> Value:
        """What `Fn::ImportValue` gives for the value of a name."""
        return self._surroundings.imported(name)

    # Mappings

    def mapped(self, argument: Any, run: Run) -> Value:
        """What `Fn::FindInMap` gives."""
        if not is_list(argument) or len(argument) not in (3, 4):
            return Refused("a mapping is looked up by its name and two keys")
        default = dict(members(argument[3])).get("DefaultValue") if len(argument) == 4 and is_mapping(argument[3]) else None
        if len(argument) == 4 and (default is None or not self._has_extensions):
            return Refused("a default for what a mapping does not hold needs the transform `AWS::LanguageExtensions`")
        name = as_text(self.value(argument[0], run))
        if not isinstance(name, str):
            return name if isinstance(name, Refused) else Unknown(why_unknown(name), not_null=True)
        tops = {key: dict(members(node)) for key, node in self._mappings_of(name) if is_mapping(node)}
        second = None if is_mapping(argument[2]) or is_list(argument[2]) else as_text(scalar_value(argument[2]))
        if isinstance(second, str):
            usable = {key: node[second] for key, node in tops.items() if second in node}
            top = self._key(argument[1], usable, default is not None, run, (name, second), by_content=True)
        else:
            top = self._key(argument[1], {key: key for key in tops}, default is not None, run, (name, None))
        if isinstance(top, str):
            if not isinstance(second, str):
                found = self._key(argument[2], tops[top], default is not None, run, (name, top, None), by_content=True)
                return self._found(found, tops[top], name, default, run)
            return self._found(top, usable, name, default, run)
        return self._found(top, usable if isinstance(second, str) else {}, name, default, run)

    def _mappings_of(self, name: str) -> Iterable[tuple[str, Any]]:
        stated: Any = self._mappings.get(name)
        return members(stated) if is_mapping(stated) else ()

    def _found(self, key: Value, nodes: Mapping[str, Any], name: str, default: Any, run: Run) -> Value:
        if isinstance(key, str) and key in nodes:
            return self.value(nodes[key], run)
        if isinstance(key, Unknown) and not isinstance(key, Refused):
            keys = key.among or tuple(nodes)
            among = [self.value(nodes[one], run) for one in keys if one in nodes]
            if default is not None:
                among.append(self.value(default, run))
            distinct = list(dict.fromkeys(among))
            return Unknown(key.reason, not_null=True, among=tuple(distinct) if len(distinct) <= _MOST_POSSIBILITIES else ())
        if default is not None and not isinstance(key, Refused):
            return self.value(default, run)
        return key if isinstance(key, Refused) else Refused(f"the mapping `{name}` holds nothing for it")

    def _key(
        self, node: Any, nodes: Mapping[str, Any], has_default: bool, run: Run, place: Hashable, *, by_content: bool = False
    ) -> Value:
        """Which key of a mapping a node gives; None where it gives none of them, Unknown where it is not known which."""
        variable = self.variable_of(node)
        if variable is not None:
            key = ("key", variable, place, has_default)
            question = self._question(key, lambda: _key_question(variable, nodes, has_default, by_content))
            answer = run.ask(question)
            if answer != OPEN:
                return None if question.answers[answer].is_excluding else question.answers[answer].values[0]
            return Unknown(f"{variable.label} is known only when the stack is made", among=tuple(nodes))
        text = as_text(self.value(node, run))
        if isinstance(text, Refused):
            return text
        if isinstance(text, str):
            if text in nodes:
                return text
            if not has_default and (is_mapping(node) or is_list(node)):
                raise NoDeploymentError(f"no mapping holds anything for `{text[:100]}`")
            return None
        pieces = text.pieces if isinstance(text, PiecedText) else (text,)
        return Unknown(why_unknown(text), among=tuple(one for one in nodes if may_be_equal(one, pieces)))

    # Conditions

    def chosen(self, argument: Any, run: Run) -> Value:
        """What `Fn::If` gives."""
        if not is_list(argument) or len(argument) != 3 or not isinstance(argument[0], str):
            return Refused("a choice needs the name of a condition and two values")
        name = str(argument[0])
        holds = self.condition(name, run)
        if holds is True or holds is False:
            return self.value(argument[1 if holds else 2], run)
        either = [self.value(argument[1], run), self.value(argument[2], run)]
        if _is_same(*either):
            return either[0]
        return Unknown(why_unknown(holds), not_null=_is_never_null(either), among=_possibilities(either))

    def condition(self, name: str, run: Run) -> Value:
        """Whether a condition holds in the case that `run` looks at: True, False, or unknown where the case leaves it open."""
        return self._memoised(("condition", name), name, self._named_truth, run)

    def _named_truth(self, name: str, run: Run) -> Value:
        entry = self._section("Conditions").get(name)
        if entry is None:
            truth: Value = Refused(f"the template has no condition `{name[:100]}`")
        else:
            truth = self._truth(entry.node, run)
        if truth is True or truth is False:
            return truth
        return self._asked(("condition", name), f"`{name[:100]}`", run)

    def _asked(self, key: tuple[object, ...], label: str, run: Run) -> Value:
        """Whether something holds that the template does not tell: so in one case, not in the other."""
        question = self._question(key, lambda: Question(Variable(self.stack, key, label, EITHER), (HOLDS, HOLDS_NOT)))
        answer = run.ask(question)
        if answer == OPEN:
            return Unknown(f"whether {label} is true is known only when the stack is made", not_null=True)
        return answer == 0

    def _truth(self, node: Any, run: Run) -> Value:
        return self._memoised(("truth", id(node)), node, self._truth_of, run)

    def _truth_of(self, node: Any, run: Run) -> Value:
        stated = list(members(node)) if is_mapping(node) else []
        if len(stated) != 1:
            return Refused("a condition is one function")
        name, argument = stated[0]
        if name == "Condition" and isinstance(argument, str):
            return self.condition(str(argument), run)
        operands = argument if is_list(argument) else [argument]
        if name == "Fn::Not" and len(operands) == 1:
            return _negated(self._truth(operands[0], run))
        if name == "Fn::And" and operands:
            return _all(self._truth(operand, run) for operand in operands)
        if name == "Fn::Or" and operands:
            return _negated(_all(_negated(self._truth(operand, run)) for operand in operands))
        if name == "Fn::Equals" and is_list(argument) and len(argument) == 2:
            return self._equal(node, argument, run)
        return Refused("a condition is one function of conditions")

    def _equal(self, node: Any, operands: Any, run: Run) -> Value:
        for one, other in (operands, operands[::-1]):
            variable = self.variable_of(one)
            if variable is None:
                continue
            text = as_text(self.value(other, run))
            if isinstance(text, str):
                if not self._may_be(one, text):
                    return False
                question = self._question(("is", variable, text), partial(_is_question, variable, text))
                answer = run.ask(question)
                if answer != OPEN:
                    return answer == 0
                return Unknown(f"{variable.label} is known only when the stack is made", not_null=True)
        left, right = (_comparable(self.value(operand, run)) for operand in operands)
        found = _equality(left, right)
        if found is not None:
            return found
        try:
            frozen = [_frozen(operand, 0) for operand in operands]
        except TooMuchError:
            frozen = [id(operands[0]), id(operands[1])]
        if frozen[0] == frozen[1]:
            return True
        return self._comparison(node, frozenset(frozen), operands, run)

    def _may_be(self, node: Any, text: str) -> bool:
        """Whether a parameter may be set to a text. node: the reference to it."""
        name = _referenced(node)
        return self._given is not None or name not in self.parameters or self.parameters[name].allows(text)

    def _comparison(self, node: Any, frozen: Hashable, operands: Any, run: Run) -> Value:
        """A comparison of what nobody knows, called by the condition that it is, where it is one."""
        key = ("equal", frozen)
        if key not in self._comparisons:
            found = self._named_comparisons().get(id(node))
            label = f"`{found[0]}`" if found else f"the comparison of {_shown(operands[0])} with {_shown(operands[1])}"
            self._comparisons[key] = (label, found is None or found[1])
        label, is_same_way = self._comparisons[key]
        truth = self._asked(key, label, run)
        return truth if is_same_way else _negated(truth)

    def _named_comparisons(self) -> Mapping[int, tuple[str, bool]]:
        """The conditions that are a comparison or the opposite of one, by the comparison: the name, and whether it is one."""
        if self._names_of_comparisons is None:
            self._names_of_comparisons = {}
            for name, entry in self._section("Conditions").items():
                node, is_same_way = entry.node, True
                for _ in range(_DEEPEST):
                    inner = dict(members(node)).get("Fn::Not") if is_mapping(node) else None
                    if inner is None:
                        break
                    node, is_same_way = inner[0] if is_list(inner) and inner else inner, not is_same_way
                self._names_of_comparisons.setdefault(id(node), (name, is_same_way))
        return self._names_of_comparisons

    # Which resources there are

    def existence(self, logical_id: str, run: Run) -> Value:
        """Whether a resource is made in the case that `run` looks at."""
        return self._memoised(("exists", logical_id), logical_id, self._existence, run)

    def _existence(self, logical_id: str, run: Run) -> Value:
        resource = self.resources.get(logical_id)
        if resource is None:
            return Refused(f"the template has no `{logical_id[:100]}`")
        parts: list[Callable[[], Value]] = [lambda: self._surroundings.exists(run)]
        parts += [lambda loop=loop: self._is_member(loop, run) for loop in resource.loops]  # type: ignore[misc]
        condition = resource.condition
        if isinstance(condition, str):
            parts.append(lambda: self.condition(str(condition), run))
        elif condition is not None:
            parts.append(lambda: self._asked(("exists", logical_id), f"the condition of `{logical_id[:100]}`", run))
        return _all(part() for part in parts)

    def _is_member(self, loop: _Membership, run: Run) -> Value:
        items = _texts(self.value(loop.collection, run))
        if items is not None:
            return loop.item in items
        try:
            key: tuple[object, ...] = ("member", _frozen(loop.collection, 0), loop.item)
        except TooMuchError:
            key = ("member", id(loop.collection), loop.item)
        said = f"`{loop.item}`" if loop.item is not None else "anything"
        return self._asked(key, f"the presence of {said} in {_shown(loop.collection)}", run)

    def _section(self, name: str) -> Mapping[str, _Entry]:
        """The members of a section, with those that its loops make."""
        found = self._sections.get(name)
        if found is None:
            stated = section(self.template, name)
            # While its loops are worked out it is what stands there without them.
            found = self._sections[name] = {key: _Entry(node) for key, node in stated.items() if not is_loop(key)}
            if len(found) < len(stated) and self._has_extensions:
                made: dict[str, _Entry] = {}
                try:
                    for key, entry in self._made(stated.items(), (), [_MOST_LOOPED]):
                        made.setdefault(key, entry)
                        if len(made) > _MOST_MADE:
                            raise TooMuchError
                except (TooMuchError, TooHeavyError, RecursionError):
                    self._is_cut = True
                found = self._sections[name] = {**made, **found}
        return found

    def _made(
        self, stated: Iterable[tuple[str, Any]], loops: tuple[_Membership, ...], steps: list[int]
    ) -> Iterator[tuple[str, _Entry]]:
        for key, node in stated:
            if not is_loop(key):
                yield key, _Entry(node, loops)
                continue
            loop = loop_of(node)
            if loop is None or len(loops) > _MOST_POSSIBILITIES:
                continue
            by_case = [_texts(one.value) for one in self.cases(loop.collection)]
            known = [items for items in by_case if items is not None]
            always = set(known[0]).intersection(*known[1:]) if len(known) == len(by_case) else set()
            if len(known) < len(by_case):
                known += [items for items in (_texts(one.value) for one in self.cases(loop.collection, self.defaults)) if items]
            for item in dict.fromkeys(item for items in known for item in items):
                steps[0] -= 5
                if steps[0] < 0:
                    raise TooMuchError
                fragment = self._fragment(loop.fragment, loop.identifier, item, steps)
                inner = loops if item in always else (*loops, _Membership(loop.collection, item))
                yield from self._made(members(fragment), inner, steps)
            if len(known) < len(by_case) or not known:
                self._is_cut = True
            if not known:
                value = Unknown(f"the elements of {_shown(loop.collection)} are known only when the stack is made", not_null=True)
                fragment = self._fragment(loop.fragment, loop.identifier, value, steps)
                yield from self._made(members(fragment), (*loops, _Membership(loop.collection, None)), steps)


NESTED_STACK_TYPES = frozenset({"AWS::CloudFormation::Stack", "AWS::Serverless::Application"})


def _by_case(compute: Callable[[Run], Value], given: Case, most: int) -> list[CaseValue]:
    """The results in each case that the computation tells apart. Raises _TooManyCasesError where these are too many."""
    found: list[CaseValue] = []
    waiting = [given]
    steps = [_MOST_STEPS]
    runs, is_dropped = 0, False
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
        except NoDeploymentError:
            is_dropped = True
        except TooMuchError:
            if runs == 1:
                raise
            raise _TooManyCasesError from None
    if len(found) > 1 and not is_dropped and all(_is_same(found[0].value, one.value) for one in found):
        return [CaseValue(given, found[0].value)]
    return found


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


def _is_question(variable: Variable, text: str) -> Question:
    """Whether a variable is a text."""
    return Question(variable, (Choice((text,)), Choice((text,), True)))


def _key_question(variable: Variable, nodes: Mapping[str, Any], has_default: bool, by_content: bool) -> Question:
    """Which key of a mapping a variable is; keys that hold the same need not be told apart."""
    groups: dict[Hashable, list[str]] = {}
    for key, node in nodes.items():
        try:
            content: Hashable = _frozen(node, 0) if by_content else key
        except TooMuchError:
            content = id(node)
        groups.setdefault(content, []).append(key)
    answers = [Choice(tuple(keys)) for keys in groups.values()]
    return Question(variable, [*answers, Choice(tuple(nodes), True)] if has_default else answers)


def _referenced(node: Any) -> Optional[str]:
    """The name that a node refers to and is nothing but: of `Ref`, or of a text that is one `${…}`."""
    if not is_mapping(node):
        return None
    stated = list(members(node))
    if len(stated) != 1 or not isinstance(stated[0][1], str):
        return None
    name, argument = stated[0][0], str(stated[0][1])
    if name == "Ref":
        return argument
    if name == "Fn::Sub" and argument.startswith("${") and argument.find("}") == len(argument) - 1:
        pieces = [piece for piece in substitution_pieces(argument) if piece != ""]
        if len(pieces) == 1 and isinstance(pieces[0], Placeholder) and "." not in pieces[0].name:
            return pieces[0].name
    return None


def _comparisons(definitions: Iterable[Any]) -> Iterator[Any]:
    """The operands of every `Fn::Equals` in some conditions."""
    waiting, seen = list(definitions)[::-1], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or not (is_mapping(node) or is_list(node)):
            continue
        seen.add(id(node))
        if is_mapping(node):
            operands = node.get("Fn::Equals")
            if is_list(operands) and len(operands) == 2:
                yield operands
            waiting += reversed(list(node.values()))
        else:
            waiting += reversed(node)


def _texts(collection: Value) -> Optional[list[str]]:
    """The elements of a loop's collection; None where they are not known."""
    if not isinstance(collection, Elements):
        return None
    texts = [as_text(item) for item in collection.items]
    return texts if all(isinstance(text, str) for text in texts) else None


def _negated(truth: Value) -> Value:
    return not truth if isinstance(truth, bool) else truth


def _all(truths: Iterable[Value]) -> Value:
    """Whether all hold. Later ones are not asked for once one does not."""
    open_one = None
    for truth in truths:
        if truth is False:
            return False
        if truth is not True and open_one is None:
            open_one = truth
    return True if open_one is None else open_one


def _comparable(value: Value) -> Value:
    return value if isinstance(value, (Elements, Entries)) or value is None else as_text(value)


def _equality(left: Value, right: Value) -> Optional[bool]:
    """Whether two values are equal; None where that is not known."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    for one, other in ((left, right), (right, left)):
        if isinstance(one, str) and is_hidden(other):
            among = other.among if isinstance(other, Unknown) else ()
            if among:
                same = {_equality(one, possibility) for possibility in among}
                return same.pop() if len(same) == 1 else None
            if isinstance(other, (PiecedText, Attribute)) and one == "" and _is_never_empty(other):
                return False
            if isinstance(other, PiecedText):
                return None if may_be_equal(one, other.pieces) else False
            return None
    if isinstance(left, (PiecedText, Attribute)) and left == right and not _has_unknown(left):
        return True
    return None


def _is_never_empty(value: Value) -> bool:
    if isinstance(value, PiecedText):
        return any(isinstance(piece, str) or _is_never_empty(piece) for piece in value.pieces)
    return isinstance(value, Attribute) and (value.name == "Ref" or value.name.endswith("Arn") or value.name.startswith("AWS::"))


def _has_unknown(value: Value) -> bool:
    return isinstance(value, PiecedText) and any(isinstance(piece, Unknown) for piece in value.pieces)


def _is_never_null(values: Iterable[Value]) -> bool:
    return all(not (value is None or (isinstance(value, Unknown) and not value.not_null)) for value in values)


def _possibilities(values: Iterable[Value]) -> tuple[Value, ...]:
    """All that one of several values can be; empty where that is not known or too much."""
    found: list[Value] = []
    for value in values:
        if isinstance(value, Unknown) and not value.among:
            return ()
        found += value.among if isinstance(value, Unknown) else (value,)
    return tuple(found) if len(found) <= _MOST_POSSIBILITIES else ()


def _is_same(left: Value, right: Value) -> bool:
    """Whether two values are the same, with what is known of the unknown ones."""
    if left is right:
        return True
    if type(left) is not type(right) or left != right:
        return False
    if isinstance(left, Elements):
        return all(map(_is_same, left.items, right.items))
    if isinstance(left, Entries):
        return all(_is_same(item, right.items[name]) for name, item in left.items.items())
    if isinstance(left, Unknown):
        return (left.among, left.not_null, left.type) == (right.among, right.not_null, right.type)
    if isinstance(left, PiecedText):
        return all(map(_is_same, left.pieces, right.pieces))
    return True


def _frozen(node: Any, depth: int) -> Hashable:
    """A node as something that equal nodes are equal as."""
    if depth > _DEEPEST:
        raise TooMuchError
    if is_mapping(node):
        return ("{", *((key, _frozen(value, depth + 1)) for key, value in members(node)))
    if is_list(node):
        return ("[", *(_frozen(item, depth + 1) for item in node))
    value = scalar_value(node)
    return (type(value).__name__, value)


def _shown(node: Any) -> str:
    """What a node is, for a message: the value's name, not the function's."""
    if not is_mapping(node) and not is_list(node):
        text = as_text(scalar_value(node))
        return "a value" if not isinstance(text, str) else f"`{text[:60]}`" if text else "an empty text"
    stated = list(members(node)) if is_mapping(node) else []
    if len(stated) == 1:
        name, argument = stated[0]
        if is_list(argument) and name in ("Fn::GetAtt", "Fn::FindInMap") and all(isinstance(one, str) for one in argument):
            return f"`{'.'.join(argument)[:60]}`"
        if name in ("Ref", "Fn::Sub", "Fn::ImportValue", "Fn::GetAtt") and isinstance(argument, str):
            return f"`{argument[:60]}`"
        inner = _first_name(node)
        if inner is not None:
            return f"what is made of `{inner[:60]}`"
    return "a value"


def _first_name(node: Any) -> Optional[str]:
    """The first name that a node refers to."""
    waiting, seen = [node], 0
    while waiting and seen < 100:
        seen += 1
        one = waiting.pop()
        if is_mapping(one):
            name = _referenced(one)
            if name is not None:
                return name
            waiting += reversed([value for _, value in members(one)])
        elif is_list(one):
            waiting += reversed(list(one)[:100])
    return None
