"""`Fn::ForEach`: the resources that a template makes from one body, where the collection is known.

Source: AWS CloudFormation User Guide, "Fn::ForEach" and "AWS::LanguageExtensions transform".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Optional

from sqs_checks.cloudformation.intrinsics.template_values import Template, intrinsic, without_line_numbers

_PREFIX = "Fn::ForEach::"
_TRANSFORM = "AWS::LanguageExtensions"
_MOST_RESOURCES = 2_000
_DEEPEST = 50


class MadeResource(NamedTuple):
    """A resource that a loop makes. is_certain: whether the loop's collection is known; where not, the resource stands for
    any number of them, and what it takes from the collection is left as written.
    """

    logical_id: str
    resource: Any
    is_certain: bool


def made_resources(document: Mapping[str, Any]) -> list[MadeResource]:
    """All resources that the loops of a template make; none where it does not ask for the transform that reads them."""
    resources = document.get("Resources")
    if not isinstance(resources, Mapping) or not _has_transform(document.get("Transform")):
        return []
    made: list[MadeResource] = []
    for found in _from_loops(resources, Template(document), certain=True, depth=0):
        if len(made) >= _MOST_RESOURCES:
            break
        made.append(found)
    return made


def _has_transform(stated: Any) -> bool:
    listed = stated if isinstance(stated, list) else [stated]
    return any(_TRANSFORM in (one, one.get("Name") if isinstance(one, Mapping) else None) for one in listed)


def _from_loops(body: Mapping[str, Any], template: Template, *, certain: bool, depth: int) -> Iterator[MadeResource]:
    for key, loop in body.items():
        if not str(key).startswith(_PREFIX) or depth > _DEEPEST:
            continue
        if not (isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], Mapping)):
            continue
        identifier, collection, inner = loop
        items = _items(collection, template)
        for filled in [inner] if items is None else [_filled(inner, identifier, item, 0) for item in items]:
            yield from _made(filled, template, certain=certain and items is not None, depth=depth + 1)


def _made(body: Mapping[str, Any], template: Template, *, certain: bool, depth: int) -> Iterator[MadeResource]:
    yield from _from_loops(body, template, certain=certain, depth=depth)
    for key, resource in without_line_numbers(body).items():
        if isinstance(resource, Mapping) and "Type" in resource:
            yield MadeResource(str(key), resource, certain)


def _items(collection: Any, template: Template) -> Optional[list[str]]:
    """The elements of a collection; None where they are not known."""
    found = intrinsic(collection)
    if found is not None and found[0] == "Ref":
        declared = template.parameter(str(found[1])) or {}
        # As Checkov does with parameters in general, a default counts as the value.
        default = declared.get("Default")
        return [item.strip() for item in default.split(",")] if isinstance(default, str) and default else None
    value = template.evaluate(collection)
    if not isinstance(value, list) or not all(isinstance(item, (str, int)) for item in value):
        return None
    return [str(item) for item in value]


def _filled(value: Any, identifier: str, item: str, depth: int) -> Any:
    """A value for one element: `${Identifier}`, `&{Identifier}` and `!Ref Identifier` replaced, line numbers kept."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, Mapping):
        if intrinsic(value) == ("Ref", identifier):
            return item
        items = {
            _filled(key, identifier, item, depth + 1): _filled(inner, identifier, item, depth + 1) for key, inner in value.items()
        }
        return _like(value, items)
    if isinstance(value, list):
        return _like(value, [_filled(inner, identifier, item, depth + 1) for inner in value])
    if isinstance(value, str):
        text = value.replace(f"${{{identifier}}}", item).replace(f"&{{{identifier}}}", re.sub(r"[^A-Za-z0-9]", "", item))
        return value if text == value else text
    return value


def _like(original: Any, content: Any) -> Any:
    """The content as a node of Checkov's, which knows its lines; plain where the original is plain."""
    if hasattr(original, "start_mark") and hasattr(original, "end_mark"):
        return type(original)(content, original.start_mark, original.end_mark)
    return content
