"""A template as it is deployed: with what SAM's transform makes of it.

Source: AWS SAM Developer Guide, "Generated AWS CloudFormation resources".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqs_checks.cloudformation.stacks.sam_resources import is_sam_template, sam_resources


def as_deployed(template: Any) -> Any:
    """The template with the resources that SAM generates in place of its own; as it is where it is none of SAM's."""
    if not is_sam_template(template):
        return template
    made = sam_resources(template)
    sections = dict(template)
    for name, added in (("Resources", made.resources), ("Conditions", made.conditions)):
        stated = template.get(name)
        if added:
            sections[name] = {**(stated if isinstance(stated, Mapping) else {}), **added}
    return _renamed(sections, made.names) if made.names else sections


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """The node with SAM's names for what it generates (`Worker.Alias`) as logical ids."""
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if not isinstance(node, Mapping):
        return node
    return {key: _renamed_argument(key, item, names) for key, item in node.items()}


def _renamed_argument(key: Any, item: Any, names: Mapping[str, str]) -> Any:
    if key == "Ref" and isinstance(item, str):
        return names.get(item, item)
    if key == "Fn::GetAtt":
        path = ".".join(map(str, item)) if isinstance(item, list) else str(item)
        for name, logical_id in names.items():
            if path.startswith(f"{name}."):
                return [logical_id, path[len(name) + 1 :]]
    if key == "Fn::Sub":
        text = item[0] if isinstance(item, list) and item else item
        if isinstance(text, str):
            for name, logical_id in names.items():
                text = text.replace(f"${{{name}}}", f"${{{logical_id}}}").replace(f"${{{name}.", f"${{{logical_id}.")
            return [text, *_renamed(item[1:], names)] if isinstance(item, list) else text
    return _renamed(item, names)
