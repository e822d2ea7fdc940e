"""Queues that a template exports, and what other scanned templates that import them say about them.

Source: AWS CloudFormation User Guide, "Outputs section syntax" and "Fn::ImportValue": names of exports are unique in a
region of an account, and stacks import only there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Optional

from sqs_checks.cloudformation.intrinsics.template_values import ResourceReference, Template, intrinsic
from sqs_checks.cloudformation.resources.template_resource import ATTRIBUTES, QUEUE, StatingResource
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.model.relations import Key, QueueReference, Redrive

_IMPORT = "Fn::ImportValue"
_PLACEHOLDER = re.compile(r"\$\{[^}]*}")
# The same in every stack that can import from another.
_SHARED = frozenset(f"${{AWS::{name}}}" for name in ("AccountId", "Partition", "Region", "URLSuffix"))
# What of a name is known only when a stack is made. No template can hold the character.
_HIDDEN = "\0"


class Importing(NamedTuple):
    """A resource of another template that imports something. template: its own. file: as messages name it."""

    template: Template
    name: str
    conf: Mapping[str, Any]
    file: str


class _Export(NamedTuple):
    """A queue that a template exports. name: of the export, `_HIDDEN` in the place of what is not known."""

    name: str
    logical_id: str
    attribute: Optional[str]


class Exports:
    """The queues that a template exports."""

    def __init__(self, template: Template) -> None:
        self._exports = tuple(_exports(template))

    def __bool__(self) -> bool:
        return bool(self._exports)

    def reference(self, imported: Any) -> QueueReference:
        """The queue of the template that the argument of an `Fn::ImportValue` names; of none where it names something else."""
        name = _name(imported)
        shown = name.replace(_HIDDEN, "*")
        matches = [(export, _is_same(export.name, name)) for export in self._exports]
        certain: frozenset[Key] = frozenset(export.logical_id for export, same in matches if same.is_yes)
        possible: frozenset[Key] = frozenset(export.logical_id for export, same in matches if same.is_unknown)
        attributes = {export.attribute for export, same in matches if not same.is_no}
        return QueueReference(
            shown,
            certain=certain,
            possible=possible - certain,
            why_possible=f"which export `{shown}` is, is known only when the stack is made",
            attribute=attributes.pop() if len(attributes) == 1 else None,
        )


def _exports(template: Template) -> Iterator[_Export]:
    for output in template.outputs():
        export = output.get("Export")
        value = template.evaluate(output.get("Value"))
        if isinstance(export, Mapping) and isinstance(value, ResourceReference) and value.resource_type == QUEUE:
            yield _Export(_name(export.get("Name")), value.logical_id, ATTRIBUTES.get(value.attribute))


def _name(value: Any) -> str:
    """The name of an export, as far as it is the same in every stack."""
    found = intrinsic(value)
    if found is None:
        return value if isinstance(value, str) else _HIDDEN
    function, argument = found
    if function == "Fn::Sub":
        text = argument[0] if isinstance(argument, list) and argument else argument
        if isinstance(text, str):
            return _PLACEHOLDER.sub(lambda match: match.group() if match.group() in _SHARED else _HIDDEN, text)
    if function == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        return str(argument[0]).join(map(_name, argument[1]))
    return f"${{{argument}}}" if function == "Ref" and f"${{{argument}}}" in _SHARED else _HIDDEN


def _is_same(one: str, other: str) -> Ternary:
    """Whether two names are the same; where something of them is hidden, only their ends can tell them apart."""
    if _HIDDEN not in one + other:
        return YES if one == other else NO
    heads, tails = (sorted((name.split(_HIDDEN)[end] for name in (one, other)), key=len) for end in (0, -1))
    could_be = heads[1].startswith(heads[0]) and tails[1].endswith(tails[0])
    return unknown(f"whether `{one}` and `{other}` are the same is not known".replace(_HIDDEN, "*")) if could_be else NO


class ImportingResource(StatingResource):
    """A resource of another template, as far as it is about queues that this one exports."""

    def __init__(self, importing: Importing, exports: Exports) -> None:
        super().__init__(importing.template, importing.name, importing.conf, {}, importing.file)
        self._exports = exports

    def reference(self, value: Any) -> QueueReference:
        found = intrinsic(value)
        if found is not None and found[0] == _IMPORT:
            return self._exports.reference(found[1])
        return QueueReference(str(value))

    def redrives(self) -> Iterator[Redrive]:
        for redrive in super().redrives():
            yield redrive._replace(there=redrive.there & self.there)

    def _itself(self) -> QueueReference:
        # A queue of another template, whose logical id may be that of one here.
        return QueueReference(self.name)

    def _there_beside(self, reference: QueueReference) -> Ternary:
        return self.there


def imports_something(value: Any, depth: int = 0) -> bool:
    """Whether anything within a resource is imported."""
    if depth > 100 or isinstance(value, str):
        return False
    if isinstance(value, Mapping):
        return _IMPORT in value or any(imports_something(item, depth + 1) for item in value.values())
    return isinstance(value, list) and any(imports_something(item, depth + 1) for item in value)
