"""Where the boxes and lines of a map lie: Graphviz lays it out, by its Python binding of the extra `report`.

Each box is told to Graphviz by its size, so that what is drawn fits whatever fonts Graphviz itself would have.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from sqs_checks.rendering.queue_map import QueueMap

_POINTS = 72.0  # Graphviz takes sizes in inches, and answers in points: here one point is one pixel
_MARGIN = 8.0


class NoLayoutError(Exception):
    """There is nothing to lay out with. The message says what to install."""


class Spot(NamedTuple):
    """The middle of a box, in pixels from the upper left corner."""

    x: float
    y: float


class Curve(NamedTuple):
    """A line as Bézier curves: where it begins, then three points for each curve, from the left box to the right one."""

    points: tuple[Spot, ...]


class Layout(NamedTuple):
    """spots: by the ids of the boxes. curves: in the order of the connections. width, height: in pixels."""

    width: float
    height: float
    spots: dict[str, Spot]
    curves: tuple[Curve, ...]


def require_layout() -> Any:
    """Graphviz's binding. Raises NoLayoutError where it, or Graphviz itself, is not installed."""
    try:
        import graphviz
    except ImportError as error:
        needs = "the HTML report needs the extra `report`: install it with `pip install 'sqs-checks[report]'`"
        raise NoLayoutError(needs) from error
    try:
        graphviz.version()
    except graphviz.ExecutableNotFound as error:
        needs = (
            "the HTML report needs Graphviz's program `dot`: install Graphviz, such as with `apt-get install graphviz` "
            "or `brew install graphviz`"
        )
        raise NoLayoutError(needs) from error
    return graphviz


@lru_cache(maxsize=1)
def _binding() -> Any:
    return require_layout()


def laid_out(shown: QueueMap) -> Layout:
    """Raises NoLayoutError where there is nothing to lay out with."""
    graph = _binding().Digraph(
        engine="dot",
        graph_attr={"rankdir": "LR", "nodesep": "0.16", "ranksep": "0.8", "splines": "true", "outputorder": "nodesfirst"},
        node_attr={"shape": "box", "fixedsize": "true", "label": ""},
        edge_attr={"dir": "none", "tailport": "e", "headport": "w"},
    )
    for box in shown.boxes:
        graph.node(box.id, width=f"{box.width / _POINTS:.4f}", height=f"{box.height / _POINTS:.4f}")
    for number, one in enumerate(shown.connections):
        graph.edge(one.left, one.right, id=str(number))
    return _read(json.loads(graph.pipe(format="json", encoding="utf-8", quiet=True)))


def _read(answer: dict[str, Any]) -> Layout:
    _, _, width, height = map(float, answer["bb"].split(","))

    def spot(text: str) -> Spot:
        x, y = map(float, text.split(","))
        return Spot(x + _MARGIN, height - y + _MARGIN)

    spots = {node["name"]: spot(node["pos"]) for node in answer["objects"]}
    edges = sorted(answer.get("edges", ()), key=lambda edge: int(edge["id"]))
    curves = tuple(Curve(tuple(map(spot, edge["pos"].split()))) for edge in edges)
    return Layout(width + 2 * _MARGIN, height + 2 * _MARGIN, spots, curves)
