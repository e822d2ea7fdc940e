"""One instance of a module: the scope in which its code is worked out, and what it holds.

Source: Terraform language documentation, "References to Values", "Modules", "Input Variables".
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError, UndeclaredReferenceError
from sqs_checks.terraform.evaluation.expression_evaluator import OTHER_KEY, Evaluator, names_any
from sqs_checks.terraform.evaluation.type_constraints import BOOL, DYNAMIC, STRING, Type, convert, without_optional
from sqs_checks.terraform.evaluation.type_expressions import read_type
from sqs_checks.terraform.modules.instance_expansion import PER_INSTANCE, Expansion, bindings, expand
from sqs_checks.terraform.modules.module_configuration import ModuleConfiguration
from sqs_checks.terraform.modules.module_evaluation import EvaluationContext, Memo
from sqs_checks.terraform.modules.open_questions import (
    NOT_TAKEN,
    compared_with_literal,
    is_variable,
    key_question,
    other_key,
    truth_question,
)
from sqs_checks.terraform.modules.resource_address import InstanceKey, ModuleStep
from sqs_checks.terraform.modules.resource_instance import EvaluatedBody, ResourceInstance
from sqs_checks.terraform.syntax.expression_text import expression_text
from sqs_checks.terraform.syntax.syntax_tree import Access, Binary, Block, Literal, Traversal
from sqs_checks.values.configuration_values import (
    OBJECT,
    TUPLE,
    Deferred,
    Elements,
    Entries,
    Unknown,
    Value,
    is_null,
    why_unknown,
)

if TYPE_CHECKING:
    from sqs_checks.terraform.modules.root_module import RootModule

_DEEPEST_CALLS = 20


class ProviderReference(NamedTuple):
    """Which configuration of a provider: the one of a name and alias (empty for the default) in a module."""

    module: ModuleInstance
    name: str
    alias: str


class ModuleCall(NamedTuple):
    """The call that made a module instance. body: its arguments there. key_unknown: why its key is not known."""

    parent: ModuleInstance
    body: EvaluatedBody
    key_unknown: Optional[Unknown]


class ModuleInstance:
    """path: the calls that lead to it from the root module; none for the root itself. call: the last of them."""

    def __init__(
        self, root: RootModule, configuration: ModuleConfiguration, path: tuple[ModuleStep, ...], call: Optional[ModuleCall]
    ) -> None:
        self.root = root
        self.configuration = configuration
        self.path = path
        self.call = call
        self._memo = Memo()
        self._expansions: dict[int, Expansion] = {}
        self._instances: dict[tuple[str, str, str], Sequence[ResourceInstance]] = {}
        self._calls: dict[str, Sequence[Optional[ModuleInstance]]] = {}

    @property
    def label(self) -> str:
        """What reasons call it."""
        return ".".join(map(str, self.path)) or "the root module"

    @property
    def stands_for_many(self) -> bool:
        """Whether nobody knows how many instances there are of the module, or of one that it is called in."""
        return self.call is not None and (self.call.key_unknown is not None or self.call.parent.stands_for_many)

    def evaluator(self, names: Mapping[str, Value], instance: Optional[ResourceInstance] = None) -> Evaluator:
        """One to work out a single attribute with. names: what `each` and `count` are."""
        return Evaluator(_Scope(self, names, instance), self.context())

    def context(self) -> EvaluationContext:
        """What the evaluation of one attribute may use."""
        return EvaluationContext(self.root.files, self.root.folder)

    def evaluate(self, expression: Any) -> Value:
        """An expression outside of any resource."""
        return self.evaluator({}).evaluate(expression)

    # Variables, local values, outputs

    def variable(self, name: str) -> Value:
        block = self.configuration.variables.get(name)
        if block is None:
            return self._missing(f"var.{name}")
        return self._memo.get(("var", name), f"var.{name}", lambda: self._variable(name, block))

    def _variable(self, name: str, block: Block) -> Value:
        wanted = self.type_of_variable(block)
        nullable = is_nullable(block)
        not_null = not nullable or self.root.taken.get((self.path, f"var.{name} == null")) is False
        if not nullable and block.expression("default") == Literal(None):
            raise InvalidExpressionError(f"`var.{name}` must not be null, and its default is")
        stated = self._input_in_case(name)
        if isinstance(stated, _NotGiven) or (is_null(stated) and not nullable):
            if "default" not in block.arguments:
                if is_null(stated):
                    raise InvalidExpressionError(f"`var.{name}` must not be null")
                reason = stated.reason if isinstance(stated, _NotGiven) else f"`var.{name}` has no value in the code"
                return Unknown(reason, wanted if wanted.kind != "dynamic" else None, not_null=not_null)
            if isinstance(stated, _NotGiven) and stated.is_caller_unknown:
                return Unknown(stated.reason, wanted if wanted.kind != "dynamic" else None, not_null=not_null)
            stated = self.evaluator({}).evaluate(block.expression("default"))
        try:
            value = convert(stated, wanted)
        except InvalidExpressionError as fault:
            raise InvalidExpressionError(f"`var.{name}` is not of its type: {fault}") from fault
        return _not_null(value) if isinstance(value, Unknown) and not_null else value

    def type_of_variable(self, block: Block) -> Type:
        """The type that a variable is declared with; DYNAMIC where it is declared with none."""
        expression = block.expression("type")
        if expression is None:
            return DYNAMIC
        try:
            return read_type(expression, lambda default: self.evaluator({}).evaluate(default))
        except InvalidExpressionError:
            return DYNAMIC

    def _input_in_case(self, name: str) -> Any:
        """What is given to a variable; in the case at hand where the code leaves that open."""
        stated = self._input(name)
        taken = self.root.taken
        if not taken or not isinstance(stated, (_NotGiven, Unknown)):
            return stated
        has_default = "default" in self.configuration.variables[name].arguments
        if isinstance(stated, _NotGiven) and has_default and not stated.is_caller_unknown:
            return stated
        return taken.get((self.path, f"var.{name}"), stated)

    def _input(self, name: str) -> Any:
        if self.call is None:
            return self.root.variable_value(name, self)
        body = self.call.body
        if name not in body.block.arguments:
            return _NotGiven(f"`{self.label}` is given no `{name}`")
        return body.typed_argument(name)

    def local(self, name: str) -> Value:
        declared = self.configuration.locals.get(name)
        if declared is None:
            return self._missing(f"local.{name}")
        return self._memo.get(("local", name), f"local.{name}", lambda: self.evaluate(declared.argument.expression))

    def local_without_values(self, name: str) -> Value:
        """What Terraform knows of a local value when it validates code."""
        declared = self.configuration.locals.get(name)
        if declared is None:
            return self._missing(f"local.{name}")
        evaluator = self.evaluator({}).without_values()
        return self._memo.get(
            ("local without values", name), f"local.{name}", lambda: evaluator.evaluate(declared.argument.expression)
        )

    def output(self, name: str) -> Value:
        block = self.configuration.outputs.get(name)
        expression = block.expression("value") if block is not None else None
        if expression is None and not self.configuration.faults:
            # Which outputs there are Terraform looks up when it works them out: `try` catches this.
            raise InvalidExpressionError(f"`{self.label}.{name}` is not declared")
        if expression is None:
            return self._missing(f"{self.label}.{name}")
        return self._memo.get(("output", name), f"{self.label}.{name}", lambda: self.evaluate(expression))

    def _missing(self, name: str) -> Value:
        """What is not declared: refused, unless it may be declared in a file that cannot be read."""
        if self.configuration.faults:
            return Unknown(f"`{name}` is not declared where the code can be read: {self.configuration.faults[0]}")
        raise UndeclaredReferenceError(f"`{name}` is not declared")

    # Resources

    def expansion(self, block: Block) -> Expansion:
        found = self._expansions.get(id(block))
        if found is None:
            # A count that depends on itself is refused where it is worked out; here it must only end.
            self._expansions[id(block)] = Expansion("count", {}, Unknown("its number depends on itself"))
            found = self._expansions[id(block)] = expand(block, self._evaluated_repetition)
        return found

    def _evaluated_repetition(self, expression: Any) -> Value:
        return self._memo.get(("repetition", id(expression)), "count or for_each", lambda: self.evaluate(expression))

    def instances(self, mode: str, resource_type: str, name: str) -> Sequence[ResourceInstance]:
        """The instances of a resource or data source; one that stands for all where their keys are not known."""
        key = (mode, resource_type, name)
        if key not in self._instances:
            block = self.configuration.resources.get(key)
            self._instances[key] = self._make_instances(mode, block) if block is not None else ()
        return self._instances[key]

    def _make_instances(self, mode: str, block: Block) -> Sequence[ResourceInstance]:
        expansion = self.expansion(block)
        keys: Sequence[InstanceKey] = [None] if expansion.unknown is not None else list(expansion.values)
        return [ResourceInstance(block, self, mode, key, bindings(expansion, key), expansion.unknown) for key in keys]

    def resource(self, mode: str, resource_type: str, name: str) -> Value:
        """What a reference to a resource stands for: one object, or one for each key."""
        block = self.configuration.resources.get((mode, resource_type, name))
        label = f"{'data.' if mode == 'data' else ''}{resource_type}.{name}"
        if block is None:
            return self._missing(label)
        expansion = self.expansion(block)
        instances = self.instances(mode, resource_type, name)
        return _repeated(expansion, [instance.key for instance in instances], [one.as_value() for one in instances], label)

    def resource_instances(self) -> Iterator[ResourceInstance]:
        """All instances of this module's own resources and data sources."""
        for mode, resource_type, name in list(self.configuration.resources):
            yield from self.instances(mode, resource_type, name)

    # Module calls

    def called(self, name: str) -> Sequence[Optional[ModuleInstance]]:
        """The instances of a module that is called here; None where its code is not at hand."""
        if name not in self._calls:
            block = self.configuration.calls.get(name)
            self._calls[name] = self._call(name, block) if block is not None else ()
        return self._calls[name]

    def _call(self, name: str, block: Block) -> Sequence[Optional[ModuleInstance]]:
        configuration = self.root.called_configuration(self, block) if len(self.path) < _DEEPEST_CALLS else None
        if configuration is None:
            return (None,)
        expansion = self.expansion(block)
        keys: Sequence[InstanceKey] = [None] if expansion.unknown is not None else list(expansion.values)
        made: list[Optional[ModuleInstance]] = []
        for key in keys:
            names = bindings(expansion, key)
            step = ModuleStep(name, key)
            body = EvaluatedBody(block, lambda names=names: self.evaluator(names), f"module.{name}")  # type: ignore[misc]
            call = ModuleCall(self, body, expansion.unknown)
            made.append(ModuleInstance(self.root, configuration, (*self.path, step), call))
        return made

    def module(self, name: str) -> Value:
        """What `module.name` stands for."""
        block = self.configuration.calls.get(name)
        if block is None:
            return self._missing(f"module.{name}")
        called = self.called(name)
        if None in called:
            return Unknown(f"the code of `module.{name}` is not at hand", not_null=True)
        expansion = self.expansion(block)
        modules = [module for module in called if module is not None]
        objects = [Deferred(module.label, module.output, tuple(module.configuration.outputs)) for module in modules]
        return _repeated(expansion, [module.path[-1].key for module in modules], objects, f"module.{name}")

    def provider_of(self, block: Block) -> ProviderReference:
        """The provider configuration that a resource uses, as the module that configures it knows it."""
        name, alias = _provider_name(block.expression("provider"), block.labels[0].split("_")[0])
        return self._configured(name, alias)

    def _configured(self, name: str, alias: str) -> ProviderReference:
        if (name, alias) in self.configuration.providers or self.call is None:
            return ProviderReference(self, name, alias)
        passed = self.call.body.block.expression("providers")
        for key, value in getattr(passed, "items", ()):
            if _provider_name(_unwrapped(key), "") == (name, alias):
                return self.call.parent._configured(*_provider_name(value, name))
        if alias:
            return ProviderReference(self, name, alias)
        return self.call.parent._configured(name, "")


def is_nullable(variable: Block) -> bool:
    """Whether null, given to a variable, is its value; else it then has its default."""
    return getattr(variable.expression("nullable"), "value", True) is not False


def _not_null(value: Unknown) -> Unknown:
    return Unknown(value.reason, value.type, not_null=True, prefix=value.prefix, among=value.among, entries=value.entries)


class _NotGiven(NamedTuple):
    """No value is given to a variable. is_caller_unknown: whoever calls the module may give one."""

    reason: str
    is_caller_unknown: bool = False


NotGiven = _NotGiven


def _unwrapped(expression: Any) -> Any:
    return expression.source if isinstance(expression, Access) and not expression.steps else expression


def _provider_name(expression: Any, default: str) -> tuple[str, str]:
    """`aws.other`, as a reference or a text, as name and alias."""
    if isinstance(expression, Traversal):
        alias = expression.steps[0] if expression.steps else ""
        return expression.root, str(alias)
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        name, _, alias = expression.value.partition(".")
        return name, alias
    return default, ""


def _repeated(expansion: Expansion, keys: Sequence[InstanceKey], objects: Sequence[Deferred], label: str) -> Value:
    if expansion.unknown is not None:
        return Unknown(expansion.unknown.reason, not_null=True, among=tuple(objects))
    if expansion.repetition == "count":
        return Elements(TUPLE, objects)
    if expansion.repetition == "for_each":
        return Entries(OBJECT, {str(key): value for key, value in zip(keys, objects)})
    return objects[0]


class _Scope:
    """The names in the code of a module. names: what `each` and `count` are. instance: what `self` is."""

    def __init__(self, module: ModuleInstance, names: Mapping[str, Value], instance: Optional[ResourceInstance]) -> None:
        self._module = module
        self._names = names
        self._instance = instance

    def resolve(self, root: str, steps: tuple[Any, ...]) -> tuple[Value, int]:
        module = self._module
        if root in self._names:
            return self._names[root], 0
        first = steps[0] if steps and isinstance(steps[0], str) else None
        if root == "var" and first is not None:
            return module.variable(first), 1
        if root == "local" and first is not None:
            return module.local(first), 1
        if root == "module" and first is not None:
            return module.module(first), 1
        if root == "path" and first is not None:
            return self._path(first), 1
        if root == "terraform" and first in ("workspace", "applying"):
            return Unknown(f"`terraform.{first}` is known only when it is applied", STRING, not_null=True), 1
        if root == "data" and first is not None and len(steps) > 1 and isinstance(steps[1], str):
            return self._resource("data", first, steps[1], steps[2:3]), 2
        if root == "self" and self._instance is not None:
            return self._instance.as_value(), 0
        if root in ("each", "count", "self", "var", "local", "module", "path", "terraform", "data"):
            raise UndeclaredReferenceError(f"`{root}` stands for nothing here")
        if first is not None:
            return self._resource("managed", root, first, steps[1:2]), 1
        raise UndeclaredReferenceError(f"`{root}` is not declared")

    def without_values(self) -> _ScopeWithoutValues:
        return _ScopeWithoutValues(self, self._module)

    def truth_in_case(self, condition: Any, truth: Unknown) -> Value:
        if names_any(condition, PER_INSTANCE):
            return truth
        scope, source = self._source_of(condition)
        if not is_variable(source) and source is not condition:
            # What is another expression elsewhere is asked about there.
            return scope.evaluator().condition(source)
        compared = compared_with_literal(condition)
        if compared is not None:
            scope, variable = self._source_of(compared[0])
            source = Binary("==", variable if is_variable(variable) else compared[0], compared[1])
            scope = scope if is_variable(variable) else self
        return scope.taken_or_asked(source, truth)

    def evaluator(self) -> Evaluator:
        return Evaluator(self, self._module.context())

    def taken_or_asked(self, condition: Any, truth: Unknown) -> Value:
        """What a condition of this scope is taken to be; where it stays open, that is put on record."""
        module = self._module
        taken = module.root.taken.get((module.path, expression_text(condition)), NOT_TAKEN)
        if taken is not NOT_TAKEN:
            return taken
        if truth.reason in module.root.questions or module.stands_for_many:
            return truth  # the condition depends on what is asked already, or may be another one in each instance
        variable = module.configuration.variables.get(condition.steps[0]) if is_variable(condition) else None
        is_bool = variable is not None and module.type_of_variable(variable) == BOOL
        return module.root.ask(truth_question(module.path, condition, truth.reason, is_bool), truth)

    def key_in_case(self, expression: Any, key: Value, keys: Sequence[Value], otherwise: bool) -> Value:
        if names_any(expression, PER_INSTANCE):
            return key
        scope, source = self._source_of(expression)
        if not is_variable(source):
            scope, source = self, expression
        module, text, reason = scope._module, expression_text(source), why_unknown(key)
        for name in (text, other_key(text, keys)):
            taken = module.root.taken.get((module.path, name), NOT_TAKEN)
            if taken is not NOT_TAKEN:
                return taken
        question = key_question(module.path, source, keys, OTHER_KEY if otherwise else None, reason)
        if question is None or reason in module.root.questions or module.stands_for_many:
            return key
        return module.root.ask(question, key)

    def _source_of(self, expression: Any) -> tuple[_Scope, Any]:
        """Where the value of an expression comes from, as it is: through local values and the arguments of calls."""
        module = self._module
        if isinstance(expression, Access) and not expression.steps:
            return self._source_of(expression.source)
        if not isinstance(expression, Traversal) or len(expression.steps) != 1 or not isinstance(expression.steps[0], str):
            return self, expression
        root, name = expression.root, expression.steps[0]
        declared = module.configuration.locals.get(name) if root == "local" else None
        if declared is not None:
            return _Scope(module, {}, None)._source_of(declared.argument.expression)
        variable = module.configuration.variables.get(name) if root == "var" else None
        if variable is None or module.call is None or not is_nullable(variable):
            return self, expression
        given = module.call.body.block.expression(name)
        if given is None or names_any(given, PER_INSTANCE):
            return self, expression
        return _Scope(module.call.parent, {}, None)._source_of(given)

    def _resource(self, mode: str, resource_type: str, name: str, following: tuple[Any, ...]) -> Value:
        block = self._module.configuration.resources.get((mode, resource_type, name))
        if block is not None and any(isinstance(step, str) for step in following):
            for repetition in ("count", "for_each"):
                if repetition in block.arguments:
                    raise UndeclaredReferenceError(f"`{resource_type}.{name}` has `{repetition}`, so a key must follow it")
        return self._module.resource(mode, resource_type, name)

    def _path(self, name: str) -> Value:
        root = self._module.root.folder
        if name == "module":
            return os.path.relpath(self._module.configuration.folder, root).replace(os.sep, "/")
        if name == "root":
            return "."
        if name == "cwd":
            return Unknown("`path.cwd` depends on where Terraform runs", STRING, not_null=True)
        raise UndeclaredReferenceError(f"`path.{name}` is not declared")


class _ScopeWithoutValues:
    """The names of a scope as Terraform knows them when it validates code."""

    def __init__(self, scope: _Scope, module: ModuleInstance) -> None:
        self._scope = scope
        self._module = module

    def resolve(self, root: str, steps: tuple[Any, ...]) -> tuple[Value, int]:
        first = steps[0] if steps and isinstance(steps[0], str) else None
        if root == "var" and first in self._module.configuration.variables:
            wanted = self._module.type_of_variable(self._module.configuration.variables[first])
            return Unknown(f"`var.{first}` is not known yet", without_optional(wanted)), 1
        if root == "local" and first is not None:
            return self._module.local_without_values(first), 1
        value, taken = self._scope.resolve(root, steps)
        return (value if root == "path" else Unknown(f"`{root}` is not known yet")), taken

    def without_values(self) -> _ScopeWithoutValues:
        return self

    def truth_in_case(self, condition: Any, truth: Unknown) -> Value:
        return truth

    def key_in_case(self, expression: Any, key: Value, keys: Sequence[Value], otherwise: bool) -> Value:
        return key
