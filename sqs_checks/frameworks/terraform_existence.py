"""Whether a resource of Terraform code is made at all.

Checkov works out `count` and `for_each` itself, and many conditions wrongly (`true && false ? 1 : 0` makes one, `length({}) > 0`
too, `false || true ? 1 : 0` none). So they are read from the text of the code again.
Source: Terraform language documentation, "The count Meta-Argument", "The for_each Meta-Argument".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

from sqs_checks.frameworks.terraform_evaluation import UNKNOWN, evaluate
from sqs_checks.frameworks.terraform_graph import BLOCK_NAME, MODULE, TerraformGraph, Vertex
from sqs_checks.frameworks.terraform_source import argument, locals_in, text_of
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown

_DEEPEST = 12
_REPETITIONS = ("count", "for_each")


class Existence(NamedTuple):
    """made: whether the resource is there. conditions: what that depends on, where it cannot be told."""

    made: Ternary
    conditions: frozenset[str] = frozenset()

    def beyond(self, other: Existence) -> Optional[str]:
        """A condition that the other resource does not share; None where this one is there whenever the other is."""
        return next(iter(sorted(self.conditions - other.conditions)), None)


_ALWAYS = Existence(YES)
_NEVER = Existence(NO)


def existence_of(vertex: Vertex) -> Existence:
    """Whether a resource is made: by its own `count` or `for_each`, and by those of the module calls around it."""
    known: dict[Any, Existence] = vertex.graph.existences
    found = known.get(vertex.node)
    if found is None:
        found = known[vertex.node] = _existence(vertex)
    return found


def _existence(vertex: Vertex) -> Existence:
    conditions: set[str] = set()
    for block in (vertex, *vertex.calls()):
        text = text_of(block.attributes)
        for name in _REPETITIONS:
            if name not in text and name not in block.attributes:
                continue
            made = _repeats(block, name, text)
            if made.is_no:
                return _NEVER
            if made.is_unknown:
                where = "" if block is vertex else f" of module.{block.attributes.get(BLOCK_NAME)}"
                conditions.add(f"{made.reasons[0]}{where}")
    return Existence(unknown(*sorted(conditions)), frozenset(conditions)) if conditions else _ALWAYS


def _repeats(block: Vertex, name: str, text: str) -> Ternary:
    """Whether one of the two arguments makes anything at all; YES where it is not stated. text: of the block."""
    as_checkov_left_it = block.attributes.get(name)
    written = argument(text, name)
    if written is None:
        return YES if as_checkov_left_it is None else _as_checkov_says(name, as_checkov_left_it)
    value = evaluate(written, Scope(block).value)
    if isinstance(value, (int, list, dict)) and not isinstance(value, bool):
        return YES if value else NO
    if name == "for_each" and as_checkov_left_it is None and not _is_conditional(written):
        return YES  # Checkov has made an instance for each element
    return unknown(f"{name} = {' '.join(written.split())}")


def _as_checkov_says(name: str, stated: Any) -> Ternary:
    """Where the text of the code is not at hand."""
    if stated == 0 or stated in ([], {}):
        return NO
    return unknown(f"{name} = {stated}") if isinstance(stated, str) else YES


def _is_conditional(expression: str) -> bool:
    return "?" in expression or " if " in expression


class Scope:
    """The names that a block can use: the variables and local values of its module."""

    def __init__(self, block: Vertex, depth: int = 0) -> None:
        self._graph: TerraformGraph = block.graph
        self._block = block
        self._depth = depth

    def value(self, kind: str, name: str) -> Any:
        """The value of `var.name` or `local.name`; UNKNOWN where it cannot be told."""
        if self._depth > _DEEPEST:
            return UNKNOWN
        inner = Scope(self._block, self._depth + 1)
        if kind == "local":
            expression = locals_in(self._block.folder).get(name)
            return UNKNOWN if expression is None else evaluate(expression, inner.value)
        call = next(self._block.calls(), None)
        if call is not None:
            expression = argument(text_of(call.attributes), name)
            if expression is not None:
                return evaluate(expression, Scope(call, self._depth + 1).value)
        return self._default(name, is_root=call is None)

    def _default(self, name: str, *, is_root: bool) -> Any:
        folder = self._block.folder
        if is_root and self._block.attributes.get(MODULE) is not None:
            return UNKNOWN  # a module whose call cannot be told from others
        if is_root:
            given = [value for value in _given_values(self._graph, folder, name) if value is not None]
            if given:
                return given[0] if len(given) == 1 and not isinstance(given[0], str) else UNKNOWN
        declared = self._graph.variable_beside(folder, name)
        expression = argument(text_of(declared.attributes), "default") if declared is not None else None
        return UNKNOWN if expression is None else evaluate(expression, _nothing)


def _nothing(kind: str, name: str) -> Any:
    return UNKNOWN


def _given_values(graph: TerraformGraph, folder: str, name: str) -> Iterator[Any]:
    """What files of variable values (`*.tfvars`) beside a root module state of a variable."""
    for vertex in graph.variable_values(name):
        beside = vertex.attributes.get("load_dir") or vertex.folder
        if beside == folder:
            yield vertex.attributes.get("default")
