"""What a node of a template refers to, compares and is called in messages, without working it out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import TooMuchError
from sqs_checks.cloudformation.intrinsics.template_scalars import (
    Placeholder,
    as_text,
    is_list,
    is_mapping,
    members,
    scalar_value,
    substitution_pieces,
)

DEEPEST = 90


def referenced_name(node: Any) -> Optional[str]:
    """The name that a node refers to and is nothing but: of `Ref`, or of a text that is one `${…}`."""
    if not is_mapping(node):
        return None
    stated = list(members(node))
    if len(stated) != 1 or not isinstance(stated[0][1], str):
        return None
    name, argument = stated[0][0], str(stated[0][1])
    if name == "Ref":
        return argument
    if name == "Fn::Sub" and argument.startswith("${") and argument.find("}") == len(argument) - 1:
        pieces = [piece for piece in substitution_pieces(argument) if piece != ""]
        if len(pieces) == 1 and isinstance(pieces[0], Placeholder) and "." not in pieces[0].name:
            return pieces[0].name
    return None


def comparisons_in(definitions: Iterable[Any]) -> Iterator[Any]:
    """The operands of every `Fn::Equals` in some conditions."""
    waiting, seen = list(definitions)[::-1], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or not (is_mapping(node) or is_list(node)):
            continue
        seen.add(id(node))
        if is_mapping(node):
            operands = node.get("Fn::Equals")
            if is_list(operands) and len(operands) == 2:
                yield operands
            waiting += reversed(list(node.values()))
        else:
            waiting += reversed(node)


def frozen(node: Any, depth: int = 0) -> Hashable:
    """A node as something that equal nodes are equal as. Raises TooMuchError where it nests too deep."""
    if depth > DEEPEST:
        raise TooMuchError
    if is_mapping(node):
        return ("{", *((key, frozen(value, depth + 1)) for key, value in members(node)))
    if is_list(node):
        return ("[", *(frozen(item, depth + 1) for item in node))
    value = scalar_value(node)
    return (type(value).__name__, value)


def shown(node: Any) -> str:
    """What a node is, for a message: the value's name, not the function's."""
    if not is_mapping(node) and not is_list(node):
        text = as_text(scalar_value(node))
        return "a value" if not isinstance(text, str) else f"`{text[:60]}`" if text else "an empty text"
    stated = list(members(node)) if is_mapping(node) else []
    if len(stated) == 1:
        name, argument = stated[0]
        if is_list(argument) and name in ("Fn::GetAtt", "Fn::FindInMap") and all(isinstance(one, str) for one in argument):
            return f"`{'.'.join(argument)[:60]}`"
        if name in ("Ref", "Fn::Sub", "Fn::ImportValue", "Fn::GetAtt") and isinstance(argument, str):
            return f"`{argument[:60]}`"
        inner = _first_name(node)
        if inner is not None:
            return f"what is made of `{inner[:60]}`"
    return "a value"


def _first_name(node: Any) -> Optional[str]:
    """The first name that a node refers to."""
    waiting, seen = [node], 0
    while waiting and seen < 100:
        seen += 1
        one = waiting.pop()
        if is_mapping(one):
            name = referenced_name(one)
            if name is not None:
                return name
            waiting += reversed([value for _, value in members(one)])
        elif is_list(one):
            waiting += reversed(list(one)[:100])
    return None
