"""What Terraform code consists of: expressions, blocks, files. Each knows where it stands.

Source: HCL, "HCL Native Syntax Specification"; Terraform language documentation, "Expressions".
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.values.configuration_values import Value


class Literal(NamedTuple):
    """A number, a bool, null, or a text without anything to work out."""

    value: Value


class Template(NamedTuple):
    """A text with parts to work out: a `str` as it stands, an expression, `TemplateIf` or `TemplateFor`."""

    parts: tuple[Any, ...]


class TemplateIf(NamedTuple):
    """`%{ if … }…%{ else }…%{ endif }`."""

    condition: Any
    then: Template
    otherwise: Template


class TemplateFor(NamedTuple):
    """`%{ for k, v in … }…%{ endfor }`."""

    key_name: Optional[str]
    value_name: str
    collection: Any
    body: Template


class Traversal(NamedTuple):
    """A name and what follows it: `var.queue.url`, `aws_sqs_queue.q[0].arn`. steps: attribute names as `str`, the expression
    of an index as `Index`.
    """

    root: str
    steps: tuple[Any, ...]


class Index(NamedTuple):
    """`[key]`, as a step."""

    key: Any


class Access(NamedTuple):
    """Steps from the value of an expression: `f(x).name`, `(x)[0]`."""

    source: Any
    steps: tuple[Any, ...]


class Splat(NamedTuple):
    """`source[*].steps` or `source.*.steps`: the steps from each element."""

    source: Any
    steps: tuple[Any, ...]


class Call(NamedTuple):
    """`name(arguments)`. expands: whether the last argument is a list of further ones (`…`)."""

    name: str
    arguments: tuple[Any, ...]
    expands: bool


class Unary(NamedTuple):
    operator: str
    operand: Any


class Binary(NamedTuple):
    operator: str
    left: Any
    right: Any


class Conditional(NamedTuple):
    condition: Any
    then: Any
    otherwise: Any


class TupleOf(NamedTuple):
    """`[a, b]`."""

    items: tuple[Any, ...]


class ObjectOf(NamedTuple):
    """`{ a = 1 }`: the expressions of keys and values."""

    items: tuple[tuple[Any, Any], ...]


class For(NamedTuple):
    """`[for k, v in collection : value if condition]`; with a key, `{for … : key => value…}`. groups: with `...`."""

    key_name: Optional[str]
    value_name: str
    collection: Any
    key: Any
    value: Any
    condition: Any
    groups: bool


Expression = Union[Literal, Template, Traversal, Access, Splat, Call, Unary, Binary, Conditional, TupleOf, ObjectOf, For]


class Range(NamedTuple):
    """Where something stands in its file, by characters from its beginning; the end is behind it."""

    start: int
    end: int


class Argument(NamedTuple):
    """`name = expression`. range: of the whole. value: of the expression."""

    name: str
    expression: Any
    range: Range
    value: Range


class Block:
    """`type "label" { … }`. file: that it stands in. range: from its type to its closing brace."""

    __slots__ = ("arguments", "blocks", "file", "labels", "range", "type")

    def __init__(
        self,
        type: str,
        labels: tuple[str, ...],
        arguments: dict[str, Argument],
        blocks: Sequence[Block],
        range: Range,
        file: SourceFile,
    ) -> None:
        self.type = type
        self.labels = labels
        self.arguments = arguments
        self.blocks = blocks
        self.range = range
        self.file = file

    @property
    def nested_type(self) -> str:
        """Of a nested block: its type; of a dynamic one, the type of those that it makes."""
        return self.labels[0] if self.type == "dynamic" and self.labels else self.type

    def blocks_of(self, *types: str) -> Iterator[Block]:
        return (block for block in self.blocks if block.type in types)

    def expression(self, name: str) -> Optional[Any]:
        """The expression of an argument; None where the block does not state it."""
        found = self.arguments.get(name)
        return found.expression if found is not None else None

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last line, from 1."""
        return self.file.line_of(self.range.start), self.file.line_of(self.range.end - 1)


class SourceFile:
    """One file of code. path: as the reader of files names it. fault: why it, or what follows in it, cannot be read."""

    __slots__ = ("_line_starts", "blocks", "fault", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.blocks: Sequence[Block] = ()
        self.fault: Optional[str] = None
        self._line_starts: Optional[list[int]] = None

    def line_of(self, offset: int) -> int:
        """The line of a character, from 1."""
        if self._line_starts is None:
            starts, found = [0], self.text.find("\n")
            while found >= 0:
                starts.append(found + 1)
                found = self.text.find("\n", found + 1)
            self._line_starts = starts
        return bisect_right(self._line_starts, offset)
