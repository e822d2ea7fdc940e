"""The tree of a YAML text, which may hold tags that nobody knows here (`!Sub`).

Source: YAML 1.1; PyYAML, nodes and marks.
"""

from __future__ import annotations

from typing import Any

import yaml

from sqs_checks.writing.notations import FLOW_YAML
from sqs_checks.writing.source_text import NotPlacedError
from sqs_checks.writing.written_tree import COMPUTED, MAPPING, SCALAR, SEQUENCE, Document, Entry, Node

_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "bool", "null", "float", "timestamp"))
_MERGE = "tag:yaml.org,2002:merge"


def read_yaml(text: str) -> Document:
    """The tree of the only document of a text. Raises NotPlacedError where there is none, or several."""
    try:
        composed = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as fault:
        raise NotPlacedError("it is no YAML, or several documents") from fault
    if composed is None:
        raise NotPlacedError("it holds nothing")
    counts: dict[int, int] = {}
    _count(composed, counts)
    return Document(text, FLOW_YAML, _node(composed, text, counts, False))


def _count(node: yaml.Node, counts: dict[int, int]) -> None:
    counts[id(node)] = counts.get(id(node), 0) + 1
    if counts[id(node)] > 1:
        return
    for one in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in one if isinstance(one, tuple) else (one,):
            _count(inner, counts)


def _node(node: yaml.Node, text: str, counts: dict[int, int], is_shared: bool) -> Node:
    is_shared = is_shared or counts[id(node)] > 1
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, text, is_shared)
    kind = MAPPING if isinstance(node, yaml.MappingNode) else SEQUENCE
    made = Node(kind, start, end, is_block=not getattr(node, "flow_style", False), is_shared=is_shared)
    for one in node.value:
        if kind == MAPPING:
            key, value = one
            if key.tag == _MERGE:
                made.is_shared = True  # what it holds stands elsewhere too
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            made.entries.append(Entry(name, key.start_mark.index, _node(value, text, counts, is_shared)))
        else:
            inner = _node(one, text, counts, is_shared)
            made.entries.append(Entry(None, inner.start, inner))
    if made.is_block:
        # PyYAML counts what follows: blank lines, comments.
        made.end = made.entries[-1].node.end if made.entries else start
    if node.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
        made.kind = COMPUTED  # an intrinsic function
    return made


def _scalar(node: yaml.ScalarNode, text: str, is_shared: bool) -> Node:
    start, end = node.start_mark.index, node.end_mark.index
    if node.style in ("|", ">"):
        end = start + len(text[start:end].rstrip())
    kind = SCALAR if node.tag in _PLAIN_TAGS and node.style not in ("|", ">") else COMPUTED
    return Node(kind, start, end, _value(node), is_block=node.style in ("|", ">"), is_shared=is_shared)


def _value(node: yaml.ScalarNode) -> Any:
    """What a scalar means; texts that look like numbers and bools count as these where CloudFormation takes them so."""
    if node.tag.endswith(":null"):
        return None
    if node.tag.endswith(":bool"):
        return node.value.lower() in ("true", "yes", "on")
    if node.tag.endswith(":int") and node.value.lstrip("-").isdigit():
        return int(node.value)
    return node.value
