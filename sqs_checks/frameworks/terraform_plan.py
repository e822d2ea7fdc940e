"""Reading a plan (`terraform show -json`) beyond what Checkov hands to a check.

Checkov gives the planned values, in which the provider has filled in its defaults and values known only after apply are
missing. Whether an attribute was written at all, and what an unknown one refers to, stands in the plan's
`configuration` and `resource_changes`.
Source: Terraform documentation, "JSON Output Format" (plan representation, expression representation).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.frameworks.last_read import OfRun
from sqs_checks.frameworks.terraform_graph import FILE_PATH, Vertex
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, YES, Ternary, known, unknown
from sqs_checks.queues.setting import Unresolved

_MODULE_NAME = re.compile(r'module\.([^.\[]+)(?:\[(?:\d+|"(?:[^"\\]|\\.)*")])?')
_MODULE_INDEX = re.compile(r'module\.[^.\[]+(?:\[(\d+|"(?:[^"\\]|\\.)*")])?')
_MODULE_OUTPUT = re.compile(r'module\.([\w-]+)(?:\[(\d+|"[^"]*")])?\.([\w-]+)')
_BLOCK = re.compile(r'(data\.)?([a-z][a-z0-9]*_\w+)\.([\w-]+)(?:\[(\d+|"[^"]*")])?')
_DEEPEST_CHAIN = 20
# References that stand for something else in each instance of a resource.
PER_INSTANCE = ("each.key", "each.value", "count.index")
_VARIABLE = re.compile(r"var\.([A-Za-z_][\w-]*)")

# What the AWS provider plans for an attribute that nobody wrote (providers 4 to 6).
_PROVIDER_DEFAULTS: Mapping[str, tuple[object, ...]] = {
    "content_based_deduplication": (False,),
    "fifo_queue": (False,),
    "max_message_size": (262_144, 1_048_576),
    "message_retention_seconds": (345_600,),
    "visibility_timeout_seconds": (30,),
}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class _Module:
    """A module of the plan's configuration, with the call that its variables come from."""

    def __init__(self, body: Mapping[str, Any], arguments: Mapping[str, Any], caller: Optional[_Module], name: str = "") -> None:
        self.body = body
        self._arguments = arguments
        self._caller = caller
        self.path: tuple[str, ...] = (*caller.path, name) if caller is not None else ()
        self._children: dict[str, _Module] = {}

    def child(self, name: str) -> _Module:
        if name not in self._children:
            call = _mapping(_mapping(self.body.get("module_calls")).get(name))
            self._children[name] = _Module(_mapping(call.get("module")), _mapping(call.get("expressions")), self, name)
        return self._children[name]

    def resource(self, address: str) -> Optional[Mapping[str, Any]]:
        return self._resources.get(address)

    @computed_once
    def _resources(self) -> dict[str, Mapping[str, Any]]:
        resources = self.body.get("resources")
        return {
            resource["address"]: resource
            for resource in (resources if isinstance(resources, list) else ())
            if isinstance(resource, Mapping) and isinstance(resource.get("address"), str)
        }

    def is_null(self, variable: str) -> Ternary:
        """Whether a variable of this module is null."""
        stated = self._arguments.get(variable)
        if not isinstance(stated, Mapping):
            declared = _mapping(self.body.get("variables")).get(variable)
            return known(_mapping(declared).get("default") is None)
        if "references" not in stated:
            return known(stated.get("constant_value") is None)
        passed_on = _only_variable(stated)
        if passed_on is not None and self._caller is not None:
            return self._caller.is_null(passed_on)
        return unknown(f"`var.{variable}` is computed")

    def referred(self, references: Sequence[str], for_each: Sequence[str] = (), depth: int = 0) -> Iterator[Referred]:
        """What references within this module come to, through variables, module arguments and outputs.

        for_each: what the collection of the resource at hand refers to; `each.value` stands for it.
        """
        if depth > _DEEPEST_CHAIN:
            yield Referred(opaque=True)
            return
        for reference in references:
            kind, _, rest = reference.partition(".")
            if any(other != reference and other.startswith((f"{reference}.", f"{reference}[")) for other in references):
                continue  # the block of an attribute that is listed too
            if kind in ("path", "terraform", "count") or reference == "each.key":
                continue
            if kind == "each":
                yield from self.referred(for_each, (), depth + 1)
            elif kind == "var":
                yield from self._variable(_name_in(rest), depth)
            elif kind == "module":
                yield from self._output(reference, depth)
            else:
                yield self._block(reference)

    def _variable(self, name: str, depth: int) -> Iterator[Referred]:
        stated = _mapping(self._arguments.get(name))
        if "references" not in stated:
            return  # a constant, or the default
        if self._caller is None:
            yield Referred(opaque=True)
        else:
            yield from self._caller.referred(references_in(stated), (), depth + 1)

    def _output(self, reference: str, depth: int) -> Iterator[Referred]:
        match = _MODULE_OUTPUT.match(reference)
        if match is None:
            yield Referred(opaque=True)
            return
        name, index, output = match.groups()
        child = self.child(name)
        stated = _mapping(_mapping(child.body.get("outputs")).get(output))
        expression = _mapping(stated.get("expression"))
        if "references" not in expression:
            if "constant_value" not in expression:
                yield Referred(opaque=True)
            return
        for referred in child.referred(references_in(expression), (), depth + 1):
            yield referred._replace(key=referred.key or index)

    def _block(self, reference: str) -> Referred:
        match = _BLOCK.match(reference)
        if match is None:
            return Referred(opaque=True)
        data, resource_type, name, index = match.groups()
        return Referred(reference, self, f"{data or ''}{resource_type}.{name}", index)


class Referred(NamedTuple):
    """One block that an expression refers to.

    text: the reference as written. module: in which the block stands. block: as `type.name`, `data.type.name`. key: the
    constant index of its instance, or of a module call on the way. opaque: the plan does not tell what is referred to
    (locals).
    """

    text: str = ""
    module: Optional[_Module] = None
    block: str = ""
    key: Optional[str] = None
    opaque: bool = False


def references_in(expression: object) -> list[str]:
    """What an expression refers to, as written in its module."""
    stated = _mapping(expression).get("references")
    return [str(reference) for reference in stated] if isinstance(stated, list) else []


def _name_in(text: str) -> str:
    return re.split(r"[.\[]", text, maxsplit=1)[0]


def _only_variable(expression: Mapping[str, Any]) -> Optional[str]:
    """The variable that an expression refers to, where it refers to nothing else."""
    references = expression.get("references")
    if not isinstance(references, list) or len(references) != 1:
        return None
    match = _VARIABLE.fullmatch(str(references[0]))
    return match.group(1) if match else None


class PlannedReference(NamedTuple):
    """A value that is known only after apply, and all that it refers to: one attribute of one block."""

    text: str

    def __str__(self) -> str:
        return self.text


def _only_reference(expression: object) -> Optional[str]:
    """The attribute that an expression refers to, where it refers to that and its block and nothing else."""
    references = _mapping(expression).get("references")
    if not isinstance(references, list) or len(references) != 2:
        return None
    attribute, block = map(str, references)
    return attribute if attribute.startswith(f"{block}.") else None


def _with_unknowns(value: Any, is_unknown: Any, expression: Any) -> Any:
    """A planned value with a reference, or Unresolved, in each place that is known only after apply.

    That a value is the attribute it refers to, and nothing made of it, is an assumption: the plan does not tell.
    """
    if is_unknown is True:
        reference = _only_reference(expression)
        return PlannedReference(reference) if reference else Unresolved("a part of the document is known only after apply")
    if isinstance(value, Mapping):
        unknowns, expressions = _mapping(is_unknown), _mapping(expression)
        return {key: _with_unknowns(value.get(key), unknowns.get(key), expressions.get(key)) for key in {**value, **unknowns}}
    if isinstance(value, list):
        unknowns_of = is_unknown if isinstance(is_unknown, list) else []
        several = sum(1 for one in unknowns_of if one is True) > 1
        return [
            _with_unknowns(
                item,
                unknowns_of[number] if number < len(unknowns_of) else None,
                (expression[number] if number < len(expression) else None)
                if isinstance(expression, list)
                else (None if several else expression),
            )
            for number, item in enumerate(value)
        ]
    return value


class Plan:
    """A whole plan file."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        root_variables = {
            name: {"constant_value": _mapping(stated).get("value")}
            for name, stated in _mapping(document.get("variables")).items()
        }
        configuration = _mapping(document.get("configuration"))
        body = _mapping(configuration.get("root_module"))
        self._providers = _mapping(configuration.get("provider_config"))
        self._root = _Module(body, root_variables, None)
        self._resources: dict[str, Optional[PlannedResource]] = {}
        changes = document.get("resource_changes")
        self._changes = {
            change["address"]: change
            for change in (changes if isinstance(changes, list) else ())
            if isinstance(change, Mapping) and isinstance(change.get("address"), str)
        }

    def of_type(self, resource_type: str) -> list[PlannedResource]:
        """The resources of a type that will be there once the plan is applied."""
        found = (self.resource(address) for address in self._managed.get(resource_type, ()))
        return [resource for resource in found if resource is not None]

    def instances(self, referred: Referred) -> list[PlannedResource]:
        """All instances of a block, in all instances of its module."""
        module = referred.module
        addresses = self._by_block.get((module.path, referred.block), ()) if module is not None else ()
        return [planned for planned in map(self.resource, addresses) if planned is not None]

    @computed_once
    def _by_block(self) -> dict[tuple[tuple[str, ...], str], list[str]]:
        by_block: dict[tuple[tuple[str, ...], str], list[str]] = {}
        for address, change in self._changes.items():
            path = tuple(_MODULE_NAME.findall(str(change.get("module_address", ""))))
            mode = "data." if change.get("mode") == "data" else ""
            by_block.setdefault((path, f"{mode}{change.get('type')}.{change.get('name')}"), []).append(address)
        return by_block

    @computed_once
    def _managed(self) -> dict[str, list[str]]:
        by_type: dict[str, list[str]] = {}
        for address, change in self._changes.items():
            if change.get("mode") != "data" and _mapping(change.get("change")).get("after") is not None:
                by_type.setdefault(str(change.get("type")), []).append(address)
        return by_type

    def resource(self, address: str) -> Optional[PlannedResource]:
        if address not in self._resources:
            self._resources[address] = self._read_resource(address)
        return self._resources[address]

    def _read_resource(self, address: str) -> Optional[PlannedResource]:
        change = self._changes.get(address)
        if change is None:
            return None
        module = self._root
        for name in _MODULE_NAME.findall(str(change.get("module_address", ""))):
            module = module.child(name)
        mode = "data." if change.get("mode") == "data" else ""
        configuration = module.resource(f"{mode}{change.get('type')}.{change.get('name')}")
        provider = self._providers.get(str(_mapping(configuration).get("provider_config_key")))
        return PlannedResource(self, change, module, _mapping(configuration), _mapping(provider))


class PlannedResource:
    """One resource as the plan holds it."""

    def __init__(
        self,
        plan: Plan,
        resource_change: Mapping[str, Any],
        module: _Module,
        configuration: Mapping[str, Any],
        provider: Mapping[str, Any],
    ) -> None:
        change = _mapping(resource_change.get("change"))
        self.plan = plan
        self.address = str(resource_change.get("address"))
        self.index = None if resource_change.get("index") is None else str(resource_change["index"])
        self.block = f"{resource_change.get('type')}.{resource_change.get('name')}"
        self.for_each = references_in(configuration.get("for_each_expression"))
        self._module_address = str(resource_change.get("module_address") or "")
        self._after = _mapping(change.get("after"))
        self._after_unknown = _mapping(change.get("after_unknown"))
        self._module = module
        self._expressions = _mapping(configuration.get("expressions"))
        self._provider = _mapping(provider.get("expressions"))

    @computed_once
    def module_indexes(self) -> tuple[Optional[str], ...]:
        """The index of each module call in which the resource stands, the outermost first; None of a call without one."""
        return tuple(index.strip('"') or None for index in _MODULE_INDEX.findall(self._module_address))

    @property
    def module_path(self) -> tuple[str, ...]:
        """The names of those module calls."""
        return self._module.path

    def planned_values(self, name: str) -> tuple[Any, Any, Any]:
        """The planned value of an attribute, what of it is known only after apply, and the expression it comes from."""
        return self._after.get(name), self._after_unknown.get(name), self._expressions.get(name)

    def referred(self, expression: object) -> list[Referred]:
        """What an expression of this resource refers to."""
        return list(self._module.referred(references_in(expression), self.for_each))

    def meant(self, referred: Sequence[Referred], expression: object) -> list[PlannedResource]:
        """The instances of blocks that an expression of this resource means, as far as indexes tell; all where they do not."""
        instances = {planned.address: planned for one in dict.fromkeys(referred) for planned in self.plan.instances(one)}
        found = [planned for planned in instances.values() if self._is_beside(planned)]
        if len(found) <= 1:
            return found
        constants = {one.key.strip('"') for one in referred if one.key is not None}
        if len(constants) == 1:
            wanted: Optional[str] = next(iter(constants))
        elif any(text.startswith(PER_INSTANCE) for text in references_in(expression)):
            wanted = self.index
        else:
            return found
        return [planned for planned in found if wanted in (planned.index, *planned.module_indexes)] or found

    def _is_beside(self, other: PlannedResource) -> bool:
        """Whether another resource stands in the same instances of the modules that both stand in."""
        shared = 0
        for own, its in zip(self.module_path, other.module_path):
            if own != its:
                break
            shared += 1
        return self.module_indexes[:shared] == other.module_indexes[:shared]

    def value(self, name: str) -> Union[Any, Unresolved]:
        """The planned value; None where it will be null; Unresolved where it is known only after apply."""
        if self._after_unknown.get(name) is True:
            return Unresolved(f"`{name}` is known only after apply")
        return self._after.get(name)

    def tree(self) -> Mapping[str, Any]:
        """All planned values, with a reference, or Unresolved, in each place that is known only after apply."""
        tree: Mapping[str, Any] = _with_unknowns(self._after, self._after_unknown, self._expressions)
        return tree

    def beside(self, address: str) -> Optional[PlannedResource]:
        """Another block of the same module; the only instance there is of one with `count`."""
        prefix = f"{self._module_address}." if self._module_address else ""
        return self.plan.resource(f"{prefix}{address}") or self.plan.resource(f"{prefix}{address}[0]")

    def is_default(self, name: str) -> bool:
        """Whether the planned value is what the provider fills in by itself."""
        return self._after.get(name) in _PROVIDER_DEFAULTS.get(name, ())

    def is_configured(self, name: str) -> Ternary:
        """Whether the code sets the attribute, to something other than null."""
        expression = self._expressions.get(name)
        if not isinstance(expression, Mapping):
            return known(expression is not None)
        if "constant_value" in expression:
            return known(expression["constant_value"] is not None)
        if "references" not in expression:
            # A function of constants, such as `jsonencode`, is written as an empty expression.
            return unknown(f"`{name}` is computed") if self.is_default(name) else YES
        variable = _only_variable(expression)
        if variable is None:
            return unknown(f"`{name}` is computed")
        is_null = self._module.is_null(variable)
        if not is_null.is_yes:
            return ~is_null
        if self.value(name) is None or isinstance(self.value(name), Unresolved):
            return NO
        # A function may have put something in the place of null: `coalesce(var.x, 60)`.
        return unknown(f"`{name}` is computed") if self.is_default(name) else YES

    def default_tags(self) -> Union[Mapping[str, Any], Unresolved]:
        """The tags that the resource's provider adds to all its resources."""
        blocks = self._provider.get("default_tags")
        for block in blocks if isinstance(blocks, list) else ():
            stated = _mapping(_mapping(block).get("tags"))
            if "references" in stated:
                return Unresolved("the provider's `default_tags` are computed")
            return _mapping(stated.get("constant_value"))
        return {}

    def references(self, name: str) -> list[str]:
        """What the expression of an attribute refers to, the longest reference first, as written in its module."""
        return references_in(self._expressions.get(name))

    def constants_of(self, address: str) -> Optional[Mapping[str, Any]]:
        """The arguments of another block of the same module that are written as constants."""
        block = self._module.resource(address)
        if block is None:
            return None
        return {
            name: expression["constant_value"]
            for name, expression in _mapping(block.get("expressions")).items()
            if isinstance(expression, Mapping) and "constant_value" in expression
        }


@lru_cache(maxsize=4)
def _read_plan(path: str, modified: float) -> Optional[Plan]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return Plan(_mapping(json.load(file)))
    except (OSError, ValueError, RecursionError):
        return None


def read_planned_resource(conf: Mapping[str, Any], address: str, vertex: Optional[Vertex]) -> Optional[PlannedResource]:
    """The resource from the plan file that Checkov read it from; None where that file cannot be read again."""
    stated = conf.get("__file__")
    path = stated[0] if isinstance(stated, list) and stated else vertex.attributes.get(FILE_PATH) if vertex else None
    plan = _plans.get(vertex.graph, path, lambda: _plan_in(str(path))) if vertex else _plan_in(str(path))
    return plan.resource(address) if plan else None


_plans: OfRun[Optional[Plan]] = OfRun()


def _plan_in(path: str) -> Optional[Plan]:
    try:
        return _read_plan(path, os.stat(path).st_mtime)
    except OSError:
        return None
