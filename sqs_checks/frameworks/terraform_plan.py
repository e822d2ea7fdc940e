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
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.frameworks.terraform_expressions import PER_INSTANCE
from sqs_checks.frameworks.terraform_graph import FILE_PATH, Vertex
from sqs_checks.frameworks.terraform_plan_configuration import (
    Module,
    Referred,
    mapping,
    only_variable,
    references_in,
)
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, YES, Ternary, known, unknown
from sqs_checks.queues.setting import Unresolved
from sqs_checks.reporting.last_read import OfRun

_MODULE_NAME = re.compile(r'module\.([^.\[]+)(?:\[(?:\d+|"(?:[^"\\]|\\.)*")])?')
_MODULE_INDEX = re.compile(r'module\.[^.\[]+(?:\[(\d+|"(?:[^"\\]|\\.)*")])?')

# What the AWS provider plans for an attribute that nobody wrote (providers 4 to 6).
_PROVIDER_DEFAULTS: Mapping[str, tuple[object, ...]] = {
    "content_based_deduplication": (False,),
    "fifo_queue": (False,),
    "max_message_size": (262_144, 1_048_576),
    "message_retention_seconds": (345_600,),
    "visibility_timeout_seconds": (30,),
}


class PlannedReference(NamedTuple):
    """A value that is known only after apply, and all that it refers to: one attribute of one block."""

    text: str

    def __str__(self) -> str:
        return self.text


def _only_reference(expression: object) -> Optional[str]:
    """The attribute that an expression refers to, where it refers to that and its block and nothing else."""
    references = mapping(expression).get("references")
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
        unknowns, expressions = mapping(is_unknown), mapping(expression)
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


def _blocks(module: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = module.get(name)
    return [mapping(block) for block in found] if isinstance(found, list) else []


class Plan:
    """A whole plan file."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        root_variables = {
            name: {"constant_value": mapping(stated).get("value")} for name, stated in mapping(document.get("variables")).items()
        }
        configuration = mapping(document.get("configuration"))
        body = mapping(configuration.get("root_module"))
        self._providers = mapping(configuration.get("provider_config"))
        self._root = Module(body, root_variables, None)
        self._resources: dict[str, Optional[PlannedResource]] = {}
        changes = document.get("resource_changes")
        self._changes = {
            change["address"]: change
            for change in (changes if isinstance(changes, list) else ())
            if isinstance(change, Mapping) and isinstance(change.get("address"), str)
        }

    @computed_once
    def own_account(self) -> Optional[str]:
        """The account that the plan's `aws_caller_identity` names; None where none does, or providers for several do."""
        pending = [mapping(mapping(mapping(self._document.get("prior_state")).get("values")).get("root_module"))]
        found: set[str] = set()
        while pending:
            module = pending.pop()
            for block in _blocks(module, "resources"):
                if block.get("type") == "aws_caller_identity":
                    found.add(str(mapping(block.get("values")).get("account_id")))
            pending += _blocks(module, "child_modules")
        return found.pop() if len(found) == 1 else None

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
            if change.get("mode") != "data" and mapping(change.get("change")).get("after") is not None:
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
        provider = self._providers.get(str(mapping(configuration).get("provider_config_key")))
        return PlannedResource(self, change, module, mapping(configuration), mapping(provider))


class PlannedResource:
    """One resource as the plan holds it."""

    def __init__(
        self,
        plan: Plan,
        resource_change: Mapping[str, Any],
        module: Module,
        configuration: Mapping[str, Any],
        provider: Mapping[str, Any],
    ) -> None:
        change = mapping(resource_change.get("change"))
        self.plan = plan
        self.address = str(resource_change.get("address"))
        self.index = None if resource_change.get("index") is None else str(resource_change["index"])
        self.block = f"{resource_change.get('type')}.{resource_change.get('name')}"
        self.for_each = references_in(configuration.get("for_each_expression"))
        self._module_address = str(resource_change.get("module_address") or "")
        self._after = mapping(change.get("after"))
        self._after_unknown = mapping(change.get("after_unknown"))
        self._module = module
        self._expressions = mapping(configuration.get("expressions"))
        self._provider = mapping(provider.get("expressions"))

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
        if not isinstance(expression, dict):
            return known(expression is not None)
        if "constant_value" in expression:
            return known(expression["constant_value"] is not None)
        if "references" not in expression:
            # A function of constants, such as `jsonencode`, is written as an empty expression.
            return unknown(f"`{name}` is computed") if self.is_default(name) else YES
        variable = only_variable(expression)
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
            stated = mapping(mapping(block).get("tags"))
            if "references" in stated:
                return Unresolved("the provider's `default_tags` are computed")
            return mapping(stated.get("constant_value"))
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
            for name, expression in mapping(block.get("expressions")).items()
            if isinstance(expression, Mapping) and "constant_value" in expression
        }


@lru_cache(maxsize=4)
def _read_plan(path: str, modified: float) -> Optional[Plan]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return Plan(mapping(json.load(file)))
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
