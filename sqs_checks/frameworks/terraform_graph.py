"""Looking things up in the graph that Checkov builds of Terraform code.

The graph is absent where Checkov splits it (`TF_SPLIT_GRAPH`); then nothing can be looked up and what needs it is unknown.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Optional

from sqs_checks.frameworks.terraform_expressions import PER_INSTANCE
from sqs_checks.frameworks.terraform_source import text_of

BLOCK_TYPE = "block_type_"
BLOCK_NAME = "block_name_"
FILE_PATH = "file_path_"
ADDRESS = "__address__"
MODULE = "source_module_object_"
RESOURCE_TYPE = "resource_type"
QUEUE = "aws_sqs_queue"
_DEEPEST_CHAIN = 12
_BARE = re.compile(r"(?:\$\{)?[A-Za-z_][\w-]*(?:\.[\w*-]+|\[[^]]*])+}?")
_MODULE_OUTPUT = re.compile(r"(?<![\w.])module\.([A-Za-z_][\w-]*)(?:\[([^]]*)])?\.")
_INDEX = re.compile(r'\[(?:\d+|"[^"]*")\]$')


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

    def sources(self, attribute: str) -> Sources:
        """The resources and data sources behind an attribute: through locals, variables, module arguments and outputs."""
        found: list[Vertex] = []
        is_mixed_up = is_misread = False
        is_plain = True
        pending = [(vertex, self, 0, attribute) for vertex in self.inputs(attribute)]
        seen: set[Any] = set()
        while pending:
            vertex, referring, depth, wanted = pending.pop()
            if vertex.attributes.get(BLOCK_TYPE) == "output":
                meant = self.graph.output_meant(referring, vertex)
                is_mixed_up = is_mixed_up or meant is None
                is_misread = is_misread or meant is None or meant.attributes.get("value") != vertex.attributes.get("value")
                if meant is None:
                    continue
                vertex = meant
            if vertex.node in seen or depth > _DEEPEST_CHAIN:
                continue
            seen.add(vertex.node)
            block_type = vertex.attributes.get(BLOCK_TYPE)
            is_plain = is_plain and _passes_on(vertex, block_type, wanted)
            if block_type in ("data", "resource"):
                found.append(vertex)
            elif block_type == "module":
                # Of a module's arguments only the one that the variable stands for.
                pending += [(target, vertex, depth + 1, wanted) for target in vertex.inputs(wanted)]
            elif block_type in ("locals", "variable", "output"):
                name = str(vertex.attributes.get(BLOCK_NAME))
                pending += [(target, vertex, depth + 1, name) for target, _ in vertex.graph.edges_from(vertex.node)]
        return Sources(found, is_mixed_up, is_misread, is_plain)

    def calls(self) -> Iterator[Vertex]:
        """The module calls in which this block stands, the innermost first."""
        module = self.attributes.get(MODULE)
        while module is not None:
            call = self.graph.module_call(module)
            if call is not None:
                yield call
            module = getattr(module, "nested_tf_module", None)

    @property
    def folder(self) -> str:
        """The folder of the module whose code this block stands in."""
        return _folder_of(str(self.attributes.get(FILE_PATH)))

    @property
    def root_folder(self) -> str:
        """The folder of the root module that this block belongs to."""
        module = self.attributes.get(MODULE)
        path = self.attributes.get(FILE_PATH)
        while module is not None:
            path = getattr(module, "path", path)
            module = getattr(module, "nested_tf_module", None)
        return _folder_of(str(path))


@lru_cache(maxsize=1024)
def _folder_of(path: str) -> str:
    """A scan asks for the folders of few files many times."""
    return os.path.dirname(path)


class Sources(NamedTuple):
    """The blocks behind an attribute.

    Of a module that is called several times Checkov takes the outputs of the first call for those of all.
    is_mixed_up: whether it cannot be told which call is meant. is_misread: whether, then or else, Checkov put another
    call's value into the attribute. is_plain: whether all blocks on the way pass on a value as it is.
    """

    vertices: list[Vertex]
    is_mixed_up: bool
    is_misread: bool
    is_plain: bool


class _Caller(NamedTuple):
    """Where a module call stands: the file, and the module of that file as Checkov shows it."""

    path: Any
    module: str


class _Call(NamedTuple):
    """One instance of a module call. key: None of a call without `count` and `for_each`."""

    name: str
    key: Optional[str]
    caller: _Caller


class TerraformGraph:
    """An index over one graph of one of the libraries that Checkov builds graphs with."""

    def __init__(self, library_graph: Any) -> None:
        self.library_graph = library_graph
        # Nodes by key, no object for each: thousands of them would have Python's garbage collector walk all of Checkov's.
        self._resources = _Index()
        self._data = _Index()
        self._providers: list[Any] = []
        self._outputs = _Index()
        self._by_type: dict[object, list[Any]] = {}
        self._outputs_by_call: Optional[dict[tuple[_Call, str], Any]] = None
        self._calls = _Index()
        self._values = _Index()
        self._variables: Optional[dict[tuple[str, str], Any]] = None
        # What `terraform_existence` finds out, by node.
        self.existences: dict[Any, Any] = {}
        self._queues = _Index()
        for node, attributes in self._nodes():
            block_type = attributes.get(BLOCK_TYPE)
            if block_type == "resource":
                self._resources.add(attributes.get(ADDRESS), node)
                resource_type = attributes.get(RESOURCE_TYPE)
                self._by_type.setdefault(resource_type, []).append(node)
                if resource_type == QUEUE:
                    self._queues.add(without_index(str(attributes.get(ADDRESS))), node)
            elif block_type == "data":
                self._data.add(attributes.get(BLOCK_NAME), node)
            elif block_type == "output":
                self._outputs.add((attributes.get(FILE_PATH), attributes.get(BLOCK_NAME)), node)
            elif block_type == "tfvar":
                self._values.add(attributes.get(BLOCK_NAME), node)
            elif block_type == "module":
                self._calls.add(attributes.get(BLOCK_NAME), node)
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

    def of_type(self, resource_type: str) -> Iterator[Vertex]:
        """All resources of a type, in every root module that was scanned."""
        return map(self._vertex, self._by_type.get(resource_type, ()))

    def queues_at(self, address: str) -> Iterator[Vertex]:
        """The instances of an `aws_sqs_queue`, by its address without an index, in every root module that has one."""
        return map(self._vertex, self._queues.nodes(address))

    def variable_beside(self, folder: str, name: str) -> Optional[Vertex]:
        """The block that declares a variable in a folder."""
        if self._variables is None:
            self._variables = {}
            for node, attributes in self._nodes():
                if attributes.get(BLOCK_TYPE) == "variable":
                    place = self._vertex(node).folder
                    self._variables.setdefault((place, str(attributes.get(BLOCK_NAME))), node)
        node = self._variables.get((folder, name))
        return None if node is None else self._vertex(node)

    def variable_values(self, name: str) -> Iterator[Vertex]:
        """What files of variable values state of a variable, in any folder."""
        return map(self._vertex, self._values.nodes(name))

    def module_call(self, module: Any) -> Optional[Vertex]:
        """The `module` block that a resource's module was made from; None where there is not exactly one."""
        index = getattr(module, "foreach_idx", None)
        name = getattr(module, "name", None)
        names = [name] if index is None else [f'{name}["{index}"]', f"{name}[{index}]"]
        calls = [self._vertex(node) for one in names for node in self._calls.nodes(one)]
        path, outer = getattr(module, "path", None), getattr(module, "nested_tf_module", None)
        found = [call for call in calls if call.attributes.get(FILE_PATH) == path and call.attributes.get(MODULE) == outer]
        return found[0] if len(found) == 1 else None

    def output_meant(self, referring: Vertex, output: Vertex) -> Optional[Vertex]:
        """The output that a block refers to, where Checkov's edge leads to that of a module's first call.

        None where the module is called several times and the text of the block does not tell which call is meant.
        """
        name = output.attributes.get(BLOCK_NAME)
        alike = self._outputs.nodes((output.attributes.get(FILE_PATH), name))
        if len(alike) == 1:
            return output
        calls = set(self.calls_named_by(referring))
        if len(calls) != 1:
            return None
        ((call, index),) = calls
        return self.output_of_call(referring, call, index, str(name))

    def output_of_call(self, block: Vertex, call: str, index: Optional[str], name: str) -> Optional[Vertex]:
        """The output of a module call that stands in the module of a block; None where the code does not hold it."""
        if self._outputs_by_call is None:
            self._outputs_by_call = {}
            for node in self._outputs.all_nodes():
                output = self._vertex(node)
                module = output.attributes.get(MODULE)
                number = getattr(module, "foreach_idx", None)
                caller = _Caller(getattr(module, "path", None), str(getattr(module, "nested_tf_module", None)))
                called = _Call(str(getattr(module, "name", None)), None if number is None else str(number), caller)
                self._outputs_by_call[called, str(output.attributes.get(BLOCK_NAME))] = node
        own = _Caller(block.attributes.get(FILE_PATH), str(block.attributes.get(MODULE)))
        node = self._outputs_by_call.get((_Call(call, index, own), name))
        return None if node is None else self._vertex(node)

    def calls_named_by(self, block: Vertex) -> Iterator[tuple[str, Optional[str]]]:
        """The module calls that the text of a block mentions, by name and index."""
        key = instance_key(str(block.attributes.get(ADDRESS)))
        for name, index in _MODULE_OUTPUT.findall(text_of(block.attributes)):
            yield name, key if index in PER_INSTANCE else index.strip('"') or None

    def data_beside(self, vertex: Vertex, name: str) -> Optional[Vertex]:
        """The data source of that name (`type.name`) in the folder and module of a block; None where not exactly one."""
        named = (self._vertex(node) for node in self._data.nodes(name))
        found = [data for data in named if data.folder == vertex.folder]
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


def instance_key(address: str) -> Optional[str]:
    """The key of an instance, from the address of a resource; None where it has none."""
    stated = address[len(without_index(address)) :]
    return stated[1:-1].strip('"') if stated else None


def _passes_on(vertex: Vertex, block_type: object, name: str) -> bool:
    """Whether a block between an attribute and its sources holds a bare reference. name: of the value that is wanted."""
    if block_type in ("data", "resource"):
        return True
    held = {"output": "value", "variable": "default"}.get(str(block_type))
    if block_type == "locals":
        held = str(vertex.attributes.get(BLOCK_NAME))
    stated = vertex.attributes.get(held or name)
    if isinstance(stated, str):
        return _BARE.fullmatch(stated) is not None
    return not isinstance(stated, (Mapping, list))  # a number or nothing refers to nothing


def without_index(address: str) -> str:
    """The address of a resource without the index of the instance: `module.m[0].aws_sqs_queue.q`."""
    return _INDEX.sub("", address)


class _Index:
    """Nodes by a key that is nearly always unique."""

    def __init__(self) -> None:
        self._first: dict[object, Any] = {}
        self._others: dict[object, list[Any]] = {}

    def add(self, key: object, node: Any) -> None:
        if self._first.setdefault(key, node) is not node:
            self._others.setdefault(key, []).append(node)

    def all_nodes(self) -> Iterator[Any]:
        yield from self._first.values()
        for others in self._others.values():
            yield from others

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
