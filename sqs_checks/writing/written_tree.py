"""What a text states, with the place of each part: the same for JSON, YAML and the values of Terraform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Optional

from sqs_checks.writing.notations import Notation

MAPPING, SEQUENCE, SCALAR, COMPUTED = "mapping", "sequence", "scalar", "computed"


class Entry(NamedTuple):
    """A member of a mapping, or an item. key: None of an item, and where it is worked out. start: of the key or the item."""

    key: Optional[str]
    start: int
    node: Node


@dataclass
class Node:
    """A value in a text.

    kind: `computed` is what is not written out: a reference, a function, a variable. end: behind its last character. value: of
    a scalar. is_block: whether it has no brackets (YAML). is_shared: whether it stands for several values (an anchor).
    """

    kind: str
    start: int
    end: int
    value: Any = None
    entries: list[Entry] = field(default_factory=list)
    is_block: bool = False
    is_shared: bool = False

    def member(self, key: str) -> Optional[Node]:
        """A member of a mapping; None where it has none of that name."""
        return next((entry.node for entry in self.entries if entry.key == key), None)


class Document(NamedTuple):
    """A value of a text. text: the whole text, to which all places refer."""

    text: str
    notation: Notation
    root: Node

    def source(self, node: Node) -> str:
        """A value as it is written."""
        return self.text[node.start : node.end]


def all_nodes(node: Node) -> Iterator[Node]:
    """A value with all that is in it."""
    yield node
    for entry in node.entries:
        yield from all_nodes(entry.node)
