"""Looking things up in the graph that Checkov builds of Terraform code.

The graph is absent where Checkov splits it or builds it with networkx; then nothing can be looked up and what needs it
is unknown.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

BLOCK_TYPE = "block_type_"
BLOCK_NAME = "block_name_"
FILE_PATH = "file_path_"
ADDRESS = "__address__"
MODULE = "source_module_object_"


@dataclass(frozen=True)
class Vertex:
    """One block of the scanned code. attributes: as Checkov flattened them."""

    graph: TerraformGraph
    index: int
    attributes: Mapping[str, Any]

    def inputs(self, attribute: str) -> Iterator[Vertex]:
        """The blocks that the expression of an attribute refers to."""
        for _, target, edge in self.graph.library_graph.out_edges(self.index):
            label = edge.get("label") if isinstance(edge, dict) else None
            if isinstance(label, str) and (label == attribute or label.startswith(f"{attribute}.")):
                yield self.graph.vertex(target)

    @property
    def root_folder(self) -> str:
        """The folder of the root module that this block belongs to."""
        module = self.attributes.get(MODULE)
        path = self.attributes.get(FILE_PATH)
        while module is not None:
            path = getattr(module, "path", path)
            module = getattr(module, "nested_tf_module", None)
        return os.path.dirname(str(path))


class TerraformGraph:
    """An index over one graph."""

    def __init__(self, library_graph: Any) -> None:
        self.library_graph = library_graph
        self._resources: dict[str, list[int]] = {}
        self._providers: list[int] = []
        for index in library_graph.node_indices():
            attributes = library_graph[index][1]
            block_type = attributes.get(BLOCK_TYPE)
            if block_type == "resource":
                self._resources.setdefault(attributes.get(ADDRESS, ""), []).append(index)
            elif block_type == "provider":
                self._providers.append(index)

    def vertex(self, index: int) -> Vertex:
        return Vertex(self, index, self.library_graph[index][1])

    def resource(self, address: str, file_suffix: str) -> Optional[Vertex]:
        """The resource with this address in a file whose path ends so; None where there is not exactly one."""
        found = [self.vertex(index) for index in self._resources.get(address, ())]
        if len(found) > 1:
            found = [vertex for vertex in found if str(vertex.attributes.get(FILE_PATH)).endswith(file_suffix)]
        return found[0] if len(found) == 1 else None

    def providers(self, address: str, root_folder: str) -> list[Vertex]:
        """The provider blocks with this address (`aws.default`, `aws.west`) in the root module of a folder."""
        return [
            vertex
            for vertex in map(self.vertex, self._providers)
            if vertex.attributes.get(ADDRESS) == address and vertex.root_folder == root_folder
        ]


_last_indexed = threading.local()


def index_graph(library_graph: Any) -> Optional[TerraformGraph]:
    """The index over Checkov's graph, built once a run; None where there is no graph that can be read."""
    if not hasattr(library_graph, "node_indices"):
        return None
    graph: Optional[TerraformGraph] = getattr(_last_indexed, "graph", None)
    if graph is None or graph.library_graph is not library_graph:
        graph = _last_indexed.graph = TerraformGraph(library_graph)
    return graph
