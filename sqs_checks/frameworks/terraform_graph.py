"""Looking things up in the graph that Checkov builds of Terraform code.

The graph is absent where Checkov splits it (`TF_SPLIT_GRAPH`); then nothing can be looked up and what needs it is unknown.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
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
    node: Any
    attributes: Mapping[str, Any]

    def inputs(self, attribute: str) -> Iterator[Vertex]:
        """The blocks that the expression of an attribute refers to."""
        for target, label in self.graph.edges_from(self.node):
            if isinstance(label, str) and (label == attribute or label.startswith(f"{attribute}.")):
                yield target

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
    """An index over one graph of one of the libraries that Checkov builds graphs with."""

    def __init__(self, library_graph: Any) -> None:
        self.library_graph = library_graph
        self._resources: dict[str, list[Vertex]] = {}
        self._providers: list[Vertex] = []
        self._data: dict[tuple[str, str], list[Vertex]] = {}
        self._outputs: Counter[tuple[str, str]] = Counter()
        for node, attributes in self._nodes():
            block_type = attributes.get(BLOCK_TYPE)
            if block_type == "resource":
                vertex = Vertex(self, node, attributes)
                self._resources.setdefault(str(attributes.get(ADDRESS, "")), []).append(vertex)
            elif block_type == "output":
                self._outputs[str(attributes.get(FILE_PATH)), str(attributes.get(BLOCK_NAME))] += 1
            elif block_type == "data":
                folder = os.path.dirname(str(attributes.get(FILE_PATH)))
                self._data.setdefault((folder, str(attributes.get(BLOCK_NAME))), []).append(Vertex(self, node, attributes))
            elif block_type == "provider":
                self._providers.append(Vertex(self, node, attributes))

    def _nodes(self) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        graph = self.library_graph
        if hasattr(graph, "node_indices"):  # rustworkx: Checkov's default from 3.2 on
            for node in graph.node_indices():
                yield node, graph[node][1]
        elif hasattr(graph, "vs"):  # igraph: the default before
            for node in graph.vs:
                yield node.index, node["attr"]
        elif hasattr(graph, "nodes"):  # networkx
            yield from graph.nodes(data=True)

    def edges_from(self, node: Any) -> Iterator[tuple[Vertex, object]]:
        """The blocks that a block refers to, each with the label that Checkov gave the edge."""
        graph = self.library_graph
        if hasattr(graph, "node_indices"):
            for _, target, edge in graph.out_edges(node):
                yield Vertex(self, target, graph[target][1]), edge.get("label")
        elif hasattr(graph, "vs"):
            for edge in graph.vs[node].out_edges():
                yield Vertex(self, edge.target, graph.vs[edge.target]["attr"]), edge["label"]
        elif hasattr(graph, "nodes"):
            for _, target, edge in graph.out_edges(node, data=True):
                yield Vertex(self, target, graph.nodes[target]), edge.get("label")

    def resource(self, address: str, file_suffix: str) -> Optional[Vertex]:
        """The resource with this address in a file whose path ends so; None where there is not exactly one."""
        found = self._resources.get(address, [])
        if len(found) > 1:
            found = [vertex for vertex in found if str(vertex.attributes.get(FILE_PATH)).endswith(file_suffix)]
        return found[0] if len(found) == 1 else None

    def is_mixed_up(self, vertex: Vertex) -> bool:
        """Whether a block is an output of a module that is called more than once: Checkov takes the first call's for all."""
        if vertex.attributes.get(BLOCK_TYPE) != "output":
            return False
        return self._outputs[str(vertex.attributes.get(FILE_PATH)), str(vertex.attributes.get(BLOCK_NAME))] > 1

    def data_beside(self, vertex: Vertex, name: str) -> Optional[Vertex]:
        """The data source of that name (`type.name`) in the folder and module of a block; None where not exactly one."""
        folder = os.path.dirname(str(vertex.attributes.get(FILE_PATH)))
        found = self._data.get((folder, name), [])
        if len(found) > 1:
            found = [data for data in found if data.attributes.get(MODULE) == vertex.attributes.get(MODULE)]
        return found[0] if len(found) == 1 else None

    def providers(self, address: str, root_folder: str) -> list[Vertex]:
        """The provider blocks with this address (`aws.default`, `aws.west`) in the root module of a folder."""
        return [
            vertex
            for vertex in self._providers
            if vertex.attributes.get(ADDRESS) == address and vertex.root_folder == root_folder
        ]


_last_indexed = threading.local()


def index_graph(library_graph: Any) -> Optional[TerraformGraph]:
    """The index over Checkov's graph, built once a run; None where there is no graph."""
    if library_graph is None:
        return None
    graph: Optional[TerraformGraph] = getattr(_last_indexed, "graph", None)
    if graph is None or graph.library_graph is not library_graph:
        graph = _last_indexed.graph = TerraformGraph(library_graph)
    return graph
