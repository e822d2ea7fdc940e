"""`Fn::ForEach`: what a loop makes of its fragment for one element.

Source: AWS CloudFormation Template Reference, "Fn::ForEach".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import TooMuchError
from sqs_checks.cloudformation.intrinsics.template_scalars import MIXED_IN, Known, is_list, is_mapping, joined, members
from sqs_checks.values.configuration_values import Value

LOOP = "Fn::ForEach::"
_DEEPEST = 90


class Loop(NamedTuple):
    """identifier: what stands for the element. collection: of the elements, as it is written. fragment: made for each."""

    identifier: str
    collection: Any
    fragment: Any


def loop_of(node: Any) -> Optional[Loop]:
    """A loop as it is written; None where it is not written as CloudFormation takes it."""
    if is_list(node) and len(node) == 3 and isinstance(node[0], str) and is_mapping(node[2]):
        return Loop(str(node[0]), node[1], node[2])
    return None


def makes_nothing(loop: Loop) -> bool:
    """Whether a loop holds nothing but loops that hold nothing, so that it makes nothing over whatever collection."""
    waiting, depth = [loop], 0
    while waiting and depth < _DEEPEST:
        depth += 1
        for name, node in members(waiting.pop().fragment):
            inner = loop_of(node) if is_loop(name) else None
            if inner is None:
                return False
            waiting.append(inner)
    return not waiting


def filled(node: Any, identifier: str, item: Value, steps: list[int]) -> Any:
    """A fragment for one element: `${Identifier}`, `&{Identifier}` and `Ref` replaced. Nodes keep the lines they know.

    item: its text, or a value that is not known. steps: how many nodes may still be made, in one place for all who count.
    """
    return _filled(node, identifier, item, steps, 0)


def _filled(node: Any, identifier: str, item: Value, steps: list[int], depth: int) -> Any:
    steps[0] -= 1
    if steps[0] < 0 or depth > _DEEPEST:
        raise TooMuchError("a loop makes more than is looked at")
    if is_mapping(node):
        named = [key for key in node if key not in MIXED_IN]
        if len(named) == 1 and named[0] == "Ref" and node["Ref"] == identifier:
            return item if isinstance(item, str) else Known(item)
        items = {_key(key, identifier, item): _filled(value, identifier, item, steps, depth + 1) for key, value in node.items()}
        return _like(node, items)
    if is_list(node):
        return _like(node, [_filled(one, identifier, item, steps, depth + 1) for one in node])
    if isinstance(node, Known):
        return node
    return _text(node, identifier, item) if isinstance(node, str) else node


def _key(key: Any, identifier: str, item: Value) -> Any:
    if not isinstance(key, str) or "{" not in key:
        return key
    found = _text(key, identifier, item)
    return found if isinstance(found, str) else key


def _text(text: str, identifier: str, item: Value) -> Any:
    if "{" not in text:
        return text
    in_full, in_letters = f"${{{identifier}}}", f"&{{{identifier}}}"
    if isinstance(item, str):
        filled_in = text.replace(in_full, item)
        if in_letters in filled_in:
            letters = "".join(character for character in item if character.isascii() and character.isalnum())
            filled_in = filled_in.replace(in_letters, letters)
        return text if filled_in == text else filled_in
    if in_full not in text and in_letters not in text:
        return text
    pieces: list[Value] = []
    for number, part in enumerate(text.replace(in_letters, in_full).split(in_full)):
        pieces += [item, part] if number else [part]
    return Known(joined(pieces))


def _like(original: Any, content: Any) -> Any:
    """The content as a node of Checkov's, which knows its lines; plain where the original is plain."""
    if hasattr(original, "start_mark") and hasattr(original, "end_mark"):
        try:
            return type(original)(content, original.start_mark, original.end_mark)
        except TypeError:
            return content
    return content


def is_loop(name: str) -> bool:
    return name.startswith(LOOP)


def states_language_extensions(transform: Any) -> bool:
    """Whether a template asks for the transform that makes loops. transform: its section `Transform`."""
    listed = transform if is_list(transform) else [transform]
    for one in listed:
        name = one.get("Name") if isinstance(one, Mapping) else one
        if isinstance(name, str) and name == "AWS::LanguageExtensions":
            return True
    return False
