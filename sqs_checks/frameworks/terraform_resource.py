"""One resource of Terraform code or of a plan, and the value of each attribute as far as it can be known."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional, Protocol, Union, cast

from sqs_checks.frameworks.terraform_expressions import is_expression, jsonencode_argument, unresolved
from sqs_checks.frameworks.terraform_files import read_file_call
from sqs_checks.frameworks.terraform_graph import FILE_PATH, TerraformGraph, Vertex, index_graph
from sqs_checks.frameworks.terraform_plan import PlannedResource, read_planned_resource
from sqs_checks.frameworks.terraform_policy_document import DATA_SOURCE, DataSource, PlannedDataSource, find_document
from sqs_checks.queues.setting import Unresolved
from sqs_checks.reporting.last_read import LastRead

# The whole text is one attribute of one resource or data source.
_ATTRIBUTE_OF = re.compile(r"(?:\$\{)?(?:(data)\.)?([a-z][a-z0-9]*_\w+)\.([A-Za-z_][\w-]*)(?:\[[^]]*])?\.(\w+)}?")


@dataclass(frozen=True)
class AttributeOf:
    """A reference to an attribute of another block: `data.aws_kms_alias.sqs.arn`.

    target: the arguments of that block, where the scanned code holds it.
    """

    text: str
    is_data: bool
    resource_type: str
    attribute: str
    target: Optional[Mapping[str, Any]]


# What the code states of an attribute: nothing, a value, a reference to another block, or something unknown.
Stated = Union[None, str, int, float, bool, list[Any], dict[str, Any], AttributeOf, Unresolved]


class TerraformResource(Protocol):
    def attribute(self, name: str) -> Stated:
        """The value of an attribute; a reference where only that is known."""

    def reference(self, name: str) -> Optional[AttributeOf]:
        """The block that the value of an attribute comes from, whether the value is known or not."""

    def file_text(self, expression: str) -> Optional[str]:
        """The text of a file of the scanned tree, where an expression is a call of `file` or `templatefile`."""

    def policy_document(self, name: str, expression: str) -> Optional[DataSource]:
        """The `data.aws_iam_policy_document` whose JSON an attribute is; None where it is none that can be found."""

    def tags(self) -> Union[Mapping[str, Any], Unresolved]:
        """The tags that the resource will carry, those that its provider adds to all its resources among them."""


def _merged_tags(own: Stated, inherited: Union[Mapping[str, Any], Unresolved]) -> Union[Mapping[str, Any], Unresolved]:
    if isinstance(own, Unresolved) or isinstance(inherited, Unresolved):
        return own if isinstance(own, Unresolved) else inherited
    if own is None:
        return inherited
    return {**inherited, **own} if isinstance(own, dict) else unresolved(f"tags = {own}")


class HclResource:
    """A resource as Checkov parsed it from `.tf` files: each value in a list of one, expressions as text."""

    def __init__(self, conf: Mapping[str, Any], vertex: Optional[Vertex], scanned_file: str) -> None:
        self._conf = conf
        self._scanned_file = scanned_file
        self._vertex = vertex

    def file_text(self, expression: str) -> Optional[str]:
        return read_file_call(expression, self._vertex, self._scanned_file) if self._vertex is not None else None

    def policy_document(self, name: str, expression: str) -> Optional[DataSource]:
        return find_document(self._vertex, name, expression) if self._vertex is not None else None

    def attribute(self, name: str) -> Stated:
        if name not in self._conf:
            return None
        if self._vertex is not None and self._vertex.sources(name).is_misread:
            return Unresolved(f"`{name}` comes from a module that is called several times, whose outputs Checkov mixes up")
        raw = self._conf[name]
        value: Stated = raw[0] if isinstance(raw, list) and len(raw) == 1 else raw
        if value is None or value in ({}, []):
            # Checkov renders expressions that it cannot compute as null, and typed variables without a value as empty.
            return value if self._is_literal(name) else unresolved(f"{name} = …")
        if isinstance(value, str) and value != "":
            return self._text(name, value)
        return value

    def _is_literal(self, name: str) -> bool:
        if self._vertex is None:
            return False
        return all(
            vertex.attributes.get("block_type_") == "variable" and vertex.attributes.get("default") in ({}, [])
            for vertex in self._vertex.inputs(name)
        )

    def _text(self, name: str, text: str) -> Stated:
        encoded = jsonencode_argument(text)
        if encoded is not None:
            return encoded
        reference = _ATTRIBUTE_OF.fullmatch(text)
        if reference:
            data, resource_type, block, attribute = reference.groups()
            return AttributeOf(text, data is not None, resource_type, attribute, self._target(name, f"{resource_type}.{block}"))
        # A condition that yields null arrives as the text `None`.
        return unresolved(text) if text == "None" or is_expression(text) else text

    def _target(self, name: str, block_name: str) -> Optional[Mapping[str, Any]]:
        if self._vertex is None:
            return None
        found = [vertex for vertex in self._vertex.inputs(name) if vertex.attributes.get("block_name_") == block_name]
        return found[0].attributes if len(found) == 1 else None

    def reference(self, name: str) -> Optional[AttributeOf]:
        value = self.attribute(name)
        return value if isinstance(value, AttributeOf) else None

    def tags(self) -> Union[Mapping[str, Any], Unresolved]:
        return _merged_tags(self.attribute("tags"), self._default_tags())

    def _default_tags(self) -> Union[Mapping[str, Any], Unresolved]:
        if self._vertex is None:
            return Unresolved("the provider's `default_tags` cannot be looked up without Checkov's graph")
        providers = self._vertex.graph.providers(self._provider_address(), self._vertex.root_folder)
        tags: dict[str, Any] = {}
        for provider in providers:
            block = provider.attributes.get("default_tags")
            stated = block.get("tags") if isinstance(block, dict) else block
            if stated is None:
                continue
            if not isinstance(stated, dict):
                return unresolved(f"default_tags = {stated}")
            tags.update(stated)
        return tags

    def _provider_address(self) -> str:
        stated = self._conf.get("__provider_address__")
        if isinstance(stated, str):
            return stated
        # Before 3.2 Checkov left it to be read from the `provider` argument.
        argument = self._conf.get("provider")
        return str(argument[0]).strip("${}") if isinstance(argument, list) and argument else "aws.default"


class PlanResource:
    """A resource of a plan: values are final, or known to be unknown."""

    def __init__(self, planned: PlannedResource) -> None:
        self._planned = planned

    def file_text(self, expression: str) -> Optional[str]:
        return None

    def policy_document(self, name: str, expression: str) -> Optional[DataSource]:
        configured = self._planned.planned_values(name)[2]
        referred = self._planned.referred(configured)
        # Through variables and outputs the name is another one; a local, or more than one block, hides what becomes of it.
        if len({one.block for one in referred}) == 1 and referred[0].block.startswith(f"data.{DATA_SOURCE}."):
            found = self._planned.meant(referred, configured)
            return PlannedDataSource(found[0]) if len(found) == 1 else None
        return None

    @property
    def own_account(self) -> Optional[str]:
        """The id of the account that the plan is for, where it tells."""
        return self._planned.plan.own_account

    def refers_to(self, name: str) -> list[str]:
        """What the expression of an attribute refers to, as its module writes it."""
        return self._planned.references(name)

    def attribute(self, name: str) -> Stated:
        configured = self._planned.is_configured(name)
        if configured.is_no:
            return None
        value = self._planned.value(name)
        if isinstance(value, Unresolved):
            return self.reference(name) or value
        ambiguous = configured.is_unknown and self._planned.is_default(name)
        return unresolved(name) if ambiguous else cast("Stated", value)

    def reference(self, name: str) -> Optional[AttributeOf]:
        match = next(filter(None, map(_ATTRIBUTE_OF.fullmatch, self._planned.references(name))), None)
        if match is None:
            return None
        data, resource_type, block, attribute = match.groups()
        target = self._planned.constants_of(f"{'data.' if data else ''}{resource_type}.{block}")
        return AttributeOf(match.group(), data is not None, resource_type, attribute, target)

    def tags(self) -> Union[Mapping[str, Any], Unresolved]:
        planned = self._planned.value("tags_all")
        if isinstance(planned, dict):
            return planned
        # With no tags at all the provider leaves them to be known after apply.
        return _merged_tags(self.attribute("tags"), self._planned.default_tags())


class Found(NamedTuple):
    """A resource that Checkov hands to a check, as its graph and its plan know it.

    scanned_file: its file below the scanned folder, as Checkov names it.
    """

    scanned_file: str
    graph: Optional[TerraformGraph]
    vertex: Optional[Vertex]
    planned: Optional[PlannedResource]

    @property
    def scanned_folder(self) -> Optional[str]:
        """The root of the scan; None where it cannot be told."""
        path = str(self.vertex.attributes.get(FILE_PATH)) if self.vertex is not None else ""
        return path[: -len(self.scanned_file)] or os.sep if path.endswith(self.scanned_file) else None


_found: LastRead[Found] = LastRead()


def find_resource(conf: Mapping[str, Any], library_graph: Any, entity_path: str) -> Found:
    """entity_path: Checkov's `<file>:<type>:<name>`, the file relative to the scanned root."""
    return _found.get(conf, lambda: _find(conf, library_graph, entity_path))


def _find(conf: Mapping[str, Any], library_graph: Any, entity_path: str) -> Found:
    graph = index_graph(library_graph)
    address = str(conf.get("__address__", ""))
    scanned_file = entity_path.rsplit(":", 2)[0]
    vertex = graph.resource(address, scanned_file) if graph else None
    planned = read_planned_resource(conf, address, vertex) if "__change_actions__" in conf else None
    return Found(scanned_file, graph, vertex, planned)


def read_resource(conf: Mapping[str, Any], library_graph: Any, entity_path: str) -> TerraformResource:
    """What a resource states, with what its graph or its plan adds; arguments as `find_resource` takes them."""
    found = find_resource(conf, library_graph, entity_path)
    return PlanResource(found.planned) if found.planned else HclResource(conf, found.vertex, found.scanned_file)


def scanned_path(conf: Mapping[str, Any], library_graph: Any, entity_path: str) -> tuple[Optional[str], Optional[str]]:
    """The file of a resource and the root of the scan, each None where it cannot be told."""
    found = find_resource(conf, library_graph, entity_path)
    if found.vertex is None:
        return None, None
    return str(found.vertex.attributes.get(FILE_PATH)), found.scanned_folder
