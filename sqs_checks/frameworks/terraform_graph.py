"""Looking things up in the graph that Checkov builds of Terraform code.

The graph is absent where Checkov splits it (`TF_SPLIT_GRAPH`); then nothing can be looked up and what needs it is unknown.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Optional

BLOCK_TYPE = "block_type_"
BLOCK_NAME = "block_name_"
FILE_PATH = "file_path_"
ADDRESS = "__address__"
MODULE = "source_module_object_"


class Vertex(NamedTuple):
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
        # Nodes by key, no object for each: thousands of them would have Python's garbage collector walk all of Checkov's.
        self._resources = _Index()
        self._data = _Index()
        self._providers: list[Any] = []
        self._outputs: Counter[tuple[str, str]] = Counter()
        for node, attributes in self._nodes():
            block_type = attributes.get(BLOCK_TYPE)
            if block_type == "resource":
                self._resources.add(attributes.get(ADDRESS), node)
            elif block_type == "data":
                self._data.add(attributes.get(BLOCK_NAME), node)
            elif block_type == "output":
                self._outputs[str(attributes.get(FILE_PATH)), str(attributes.get(BLOCK_NAME))] += 1
            elif block_type == "provider":
                self._providers.append(node)

    def _vertex(self, node: Any) -> Vertex:
        graph = self.library_graph
        if hasattr(graph, "node_indices"):
            return Vertex(self, node, graph[node][1])
        return Vertex(self, node, graph.vs[node]["attr"] if hasattr(graph, "vs") else graph.nodes[node])

    def _nodes(self) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        graph = self.library_graph
        if hasattr(graph, "node_indices"):  # rustworkx: Checkov's default from 3.2 on
            yield from graph.nodes()
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
        found = [self._vertex(node) for node in self._resources.nodes(address)]
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
        named = (self._vertex(node) for node in self._data.nodes(name))
        found = [data for data in named if os.path.dirname(str(data.attributes.get(FILE_PATH))) == folder]
        if len(found) > 1:
            found = [data for data in found if data.attributes.get(MODULE) == vertex.attributes.get(MODULE)]
        return found[0] if len(found) == 1 else None

    def providers(self, address: str, root_folder: str) -> list[Vertex]:
        """The provider blocks with this address (`aws.default`, `aws.west`) in the root module of a folder."""
        return [
            vertex
            for vertex in map(self._vertex, self._providers)
            if vertex.attributes.get(ADDRESS) == address and vertex.root_folder == root_folder
        ]


class _Index:
    """Nodes by a key that is nearly always unique."""

    def __init__(self) -> None:
        self._first: dict[object, Any] = {}
        self._others: dict[object, list[Any]] = {}

    def add(self, key: object, node: Any) -> None:
        if self._first.setdefault(key, node) is not node:
            self._others.setdefault(key, []).append(node)

    def nodes(self, key: object) -> list[Any]:
        return [self._first[key], *self._others.get(key, ())] if key in self._first else []


_last_indexed = threading.local()


def index_graph(library_graph: Any) -> Optional[TerraformGraph]:
    """The index over Checkov's graph, built once a run; None where there is no graph."""
    if library_graph is None:
        return None
    graph: Optional[TerraformGraph] = getattr(_last_indexed, "graph", None)
    if graph is None or graph.library_graph is not library_graph:
        graph = _last_indexed.graph = TerraformGraph(library_graph)
    return graph
