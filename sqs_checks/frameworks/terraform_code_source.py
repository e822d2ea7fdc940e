"""Terraform code as a source of what is said about queues: one root module of Checkov's graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional

from sqs_checks.frameworks.terraform_existence import existence_of
from sqs_checks.frameworks.terraform_graph import (
    ADDRESS,
    BLOCK_NAME,
    FILE_PATH,
    RESOURCE_TYPE,
    TerraformGraph,
    Vertex,
)
from sqs_checks.frameworks.terraform_queue_references import HclReferences
from sqs_checks.frameworks.terraform_resource import HclResource
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.model.relations import Place, QueueReference
from sqs_checks.model.use_rules import values_at
from sqs_checks.queues.setting import Unresolved
from sqs_checks.terraform.resources.queue_clients import FUNCTION


def configuration_of(vertex: Vertex) -> Mapping[str, Any]:
    """A resource as Checkov hands it to checks: each value in a list of one."""
    stated: Any = vertex.attributes.get("config_")
    for name in (vertex.attributes.get(RESOURCE_TYPE), str(vertex.attributes.get(BLOCK_NAME)).partition(".")[2]):
        stated = stated.get(name) if isinstance(stated, Mapping) else None
    return stated if isinstance(stated, Mapping) else {}


class HclStatingResource:
    """A resource of Terraform code. scanned_folder: the root of the scan."""

    def __init__(self, vertex: Vertex, scanned_folder: str) -> None:
        self._vertex = vertex
        self._scanned_folder = scanned_folder
        self.key = vertex.node

    @computed_once
    def _references(self) -> HclReferences:
        return HclReferences(self._vertex)

    @property
    def _file(self) -> str:
        path = str(self._vertex.attributes.get(FILE_PATH))
        return path[len(self._scanned_folder) :] if path.startswith(self._scanned_folder) else path

    @computed_once
    def place(self) -> Place:
        return Place(str(self._vertex.attributes.get(ADDRESS)), self._file)

    @computed_once
    def resource(self) -> HclResource:
        return HclResource(configuration_of(self._vertex), self._vertex, self._file)

    def references(self, path: tuple[str, ...]) -> Iterator[QueueReference]:
        attributes = self._vertex.attributes
        dynamic = attributes.get("dynamic")
        blocks = dynamic.get(path[0]) if isinstance(dynamic, Mapping) else None
        if blocks is None:
            for place, value in values_at(attributes, path):
                yield self._references.resolve(".".join(place), value)
        for number, block in enumerate(blocks if isinstance(blocks, list) else [blocks] if blocks else []):
            # Checkov leaves a dynamic block as it is written, with a stand-in among the plain ones.
            label = f"dynamic.{path[0]}" + (f".{number}" if isinstance(blocks, list) else "")
            content = block.get("content") if isinstance(block, Mapping) else None
            for place, value in values_at(content, path[1:]):
                yield self._references.resolve(".".join((label, "content", *place)), value, f"{label}.for_each")

    def reference_within(self, name: str, value: Any) -> QueueReference:
        if isinstance(value, Unresolved):
            return QueueReference(name, hidden=value.reason)
        return self._references.resolve(name, value)

    def function(self) -> Optional[HclStatingResource]:
        sources = self._vertex.sources("function_name")
        functions = [vertex for vertex in sources.vertices if vertex.attributes.get(RESOURCE_TYPE) == FUNCTION]
        if len(functions) != 1 or sources.is_mixed_up:
            return None
        return HclStatingResource(functions[0], self._scanned_folder)


class HclSource:
    """The resources of one root module."""

    def __init__(self, by_type: Mapping[str, list[Vertex]], scanned_folder: str) -> None:
        self._by_type = by_type
        self._scanned_folder = scanned_folder

    def of_type(self, resource_type: str) -> Iterable[HclStatingResource]:
        for vertex in self._by_type.get(resource_type, ()):
            if not existence_of(vertex).made.is_no:
                yield HclStatingResource(vertex, self._scanned_folder)


def by_root_folder(graph: TerraformGraph, resource_types: Iterable[str]) -> dict[str, dict[str, list[Vertex]]]:
    """The resources of some types, by the folder of the root module that they belong to."""
    found: dict[str, dict[str, list[Vertex]]] = {}
    for resource_type in resource_types:
        for vertex in graph.of_type(resource_type):
            found.setdefault(vertex.root_folder, {}).setdefault(resource_type, []).append(vertex)
    return found
