"""Edits of a policy that is written out, in JSON, YAML or as a value of Terraform."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from sqs_checks.writing.collection_edits import add_beside, add_item, add_member
from sqs_checks.writing.notations import Verbatim
from sqs_checks.writing.source_text import Edit, NotPlacedError
from sqs_checks.writing.written_tree import COMPUTED, MAPPING, SEQUENCE, Document, Node

_NUMBER = re.compile(r"Statement(?:\[(\d+)\])?")


def add_statement(document: Document, elements: Mapping[str, Any], like: str, resource: Optional[Any]) -> list[Edit]:
    """Adds a statement. like: the path of one whose `Resource` is taken over. resource: where that is empty."""
    if like:
        stated = statement_at(document, like).member("Resource")
        if stated is None or "\n" in document.source(stated) or stated.is_shared:
            raise NotPlacedError("the `Resource` of its other statements cannot be taken over", document.root.start)
        resource = Verbatim(document.source(stated))
    if resource is None:
        raise NotPlacedError("how to name the queue there is not known", document.root.start)
    ordered = {name: value for name, value in elements.items() if name != "Condition"}
    statement = {**ordered, "Resource": resource, **{name: elements[name] for name in ("Condition",) if name in elements}}
    statements = _statements(document)
    if statements.kind == SEQUENCE:
        return add_item(document, statements, statement)
    return add_beside(document, statements, statement)


def add_condition(document: Document, path: str, operator: str, key: str, values: Sequence[Any]) -> list[Edit]:
    """Adds a condition to a statement. Raises NotPlacedError where one of that operator and key stands there."""
    statement = statement_at(document, path)
    value = values[0] if len(values) == 1 else list(values)
    condition = statement.member("Condition")
    if condition is None:
        return add_member(document, statement, "Condition", {operator: {key: value}})
    for entry in condition.entries if condition.kind == MAPPING else ():
        if entry.key is not None and entry.key.lower() == operator.lower():
            if entry.node.kind != MAPPING or any((one.key or key).lower() == key.lower() for one in entry.node.entries):
                raise NotPlacedError(f"a condition on `{key}` stands there already", entry.start)
            return add_member(document, entry.node, key, value)
    return add_member(document, condition, operator, {key: value})


def statement_at(document: Document, path: str) -> Node:
    """The statement of a path such as `Statement[1]`."""
    found = _NUMBER.fullmatch(path)
    number = int(found.group(1) or 0) if found is not None else -1
    stated = _statements(document)
    nodes = [entry.node for entry in stated.entries] if stated.kind == SEQUENCE else [stated]
    if not 0 <= number < len(nodes) or nodes[number].kind != MAPPING:
        raise NotPlacedError("which statement it is cannot be told", stated.start)
    return nodes[number]


def _statements(document: Document) -> Node:
    root = document.root
    stated = root.member("Statement") if root.kind == MAPPING else None
    is_open = stated is not None and stated.kind == SEQUENCE and any(entry.node.kind == COMPUTED for entry in stated.entries)
    if stated is None or stated.kind == COMPUTED or is_open:
        raise NotPlacedError("its statements are worked out", root.start if stated is None else stated.start)
    return stated
