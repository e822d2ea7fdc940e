"""Reading a plan (`terraform show -json`) beyond what Checkov hands to a check.

Checkov gives the planned values, in which the provider has filled in its defaults and values known only after apply are
missing. Whether an attribute was written at all, and what an unknown one refers to, stands in the plan's
`configuration` and `resource_changes`.
Source: Terraform documentation, "JSON Output Format" (plan representation, expression representation).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Optional

from sqs_checks.files.bounded_files import read_regular_file
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, YES, Ternary, known, unknown
from sqs_checks.terraform.modules.resource_address import ResourceAddress, parse_address, parse_module_address
from sqs_checks.terraform.plan.plan_configuration import (
    Module,
    Referred,
    mapping,
    only_variable,
    references_in,
)

_LARGEST_PLAN = 500_000_000
# References that stand for something else in each instance of a resource.
PER_INSTANCE = ("each.key", "each.value", "count.index")

# What the AWS provider plans for an attribute that nobody wrote (providers 4 to 6).
_PROVIDER_DEFAULTS: Mapping[str, tuple[object, ...]] = {
    "content_based_deduplication": (False,),
    "fifo_queue": (False,),
    "max_message_size": (262_144, 1_048_576),
    "message_retention_seconds": (345_600,),
    "visibility_timeout_seconds": (30,),
}


def _blocks(module: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = module.get(name)
    return [mapping(block) for block in found] if isinstance(found, list) else []


def _blocks_of(module: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for block in _blocks(module, "resources"):
        yield path, str(block.get("address"))
    for name, call in mapping(module.get("module_calls")).items():
        if len(path) < _DEEPEST_CALLS:
            yield from _blocks_of(mapping(mapping(call).get("module")), (*path, name))


_DEEPEST_CALLS = 20
_NO_ADDRESS = ResourceAddress((), "", "", "")


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
    def variables(self) -> Mapping[str, Any]:
        """The values of the root module's variables that the plan was made with."""
        stated = mapping(self._document.get("variables"))
        return {name: mapping(value).get("value") for name, value in stated.items()}

    @computed_once
    def blocks(self) -> frozenset[tuple[tuple[str, ...], str]]:
        """The resources and data sources of the configuration: the calls that lead to each, and its address in its module."""
        return frozenset(_blocks_of(mapping(mapping(self._document.get("configuration")).get("root_module")), ()))

    @computed_once
    def prior(self) -> Mapping[str, Mapping[str, Any]]:
        """What data sources were read as, by address."""
        found: dict[str, Mapping[str, Any]] = {}
        pending = [mapping(mapping(mapping(self._document.get("prior_state")).get("values")).get("root_module"))]
        while pending:
            module = pending.pop()
            for block in _blocks(module, "resources"):
                if block.get("mode") == "data":
                    found[str(block.get("address"))] = mapping(block.get("values"))
            pending += _blocks(module, "child_modules")
        return found

    @computed_once
    def own_account(self) -> Optional[str]:
        """The account that the plan's `aws_caller_identity` names; None where none does, or providers for several do."""
        found = {
            str(values.get("account_id"))
            for address, values in self.prior.items()
            if (parse_address(address) or _NO_ADDRESS).type == "aws_caller_identity"
        }
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
            path = tuple(step.name for step in parse_module_address(str(change.get("module_address", ""))))
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
        for step in parse_module_address(str(change.get("module_address", ""))):
            module = module.child(step.name)
        mode = "data." if change.get("mode") == "data" else ""
        configuration = module.resource(f"{mode}{change.get('type')}.{change.get('name')}")
        key = str(mapping(configuration).get("provider_config_key"))
        return PlannedResource(self, change, module, mapping(configuration), mapping(self._providers.get(key)), key)


class PlannedResource:
    """One resource as the plan holds it."""

    def __init__(
        self,
        plan: Plan,
        resource_change: Mapping[str, Any],
        module: Module,
        configuration: Mapping[str, Any],
        provider: Mapping[str, Any],
        provider_key: str,
    ) -> None:
        change = mapping(resource_change.get("change"))
        self.plan = plan
        self.address = str(resource_change.get("address"))
        self.index = None if resource_change.get("index") is None else str(resource_change["index"])
        self.block = f"{resource_change.get('type')}.{resource_change.get('name')}"
        self.for_each = references_in(configuration.get("for_each_expression"))
        self.module_address = str(resource_change.get("module_address") or "")
        self._after = mapping(change.get("after"))
        self._after_unknown = mapping(change.get("after_unknown"))
        self._module = module
        self._expressions = mapping(configuration.get("expressions"))
        self._provider = mapping(provider.get("expressions"))
        self._provider_key = provider_key
        self.type, self.name = str(resource_change.get("type")), str(resource_change.get("name"))
        self.mode = "data" if resource_change.get("mode") == "data" else "managed"

    @computed_once
    def module_indexes(self) -> tuple[Optional[str], ...]:
        """The index of each module call in which the resource stands, the outermost first; None of a call without one."""
        steps = parse_module_address(self.module_address)
        return tuple(str(step.key) if step.key is not None else None for step in steps)

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

    def known(self, name: str) -> Any:
        """The planned value of an attribute; None where it will be null, or is known only after apply."""
        return None if self.is_unknown(name) else self._after.get(name)

    def is_unknown(self, name: str) -> bool:
        """Whether all of an attribute is known only after apply."""
        return self._after_unknown.get(name) is True

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
        if self.known(name) is None:
            return NO
        # A function may have put something in the place of null: `coalesce(var.x, 60)`.
        return unknown(f"`{name}` is computed") if self.is_default(name) else YES

    def constants_of(self, address: str) -> Optional[Mapping[str, Any]]:
        """The arguments of another block of the same module that are written as constants; None where there is no such block."""
        block = self._module.resource(address)
        if block is None:
            return None
        return {
            name: expression["constant_value"]
            for name, expression in mapping(block.get("expressions")).items()
            if isinstance(expression, Mapping) and "constant_value" in expression
        }

    @property
    def provider(self) -> Mapping[str, Any]:
        """The expressions of the provider configuration that it uses, by argument."""
        return self._provider

    @property
    def provider_key(self) -> str:
        """What the plan calls that configuration."""
        return self._provider_key


@lru_cache(maxsize=4)
def _read_plan(path: str, modified: float) -> Optional[Plan]:
    content = read_regular_file(path, _LARGEST_PLAN)
    try:
        return Plan(mapping(json.loads(content.decode("utf-8-sig")))) if content is not None else None
    except (ValueError, RecursionError):
        return None


def read_plan(path: str) -> Optional[Plan]:
    """The plan in a file, read once; None where that file holds none or cannot be read."""
    try:
        return _read_plan(path, os.stat(path).st_mtime)
    except OSError:
        return None
