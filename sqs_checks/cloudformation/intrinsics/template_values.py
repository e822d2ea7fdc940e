"""Values of a CloudFormation template, as far as they can be known before a stack is made.

Source: AWS CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters reference" and "Dynamic
references".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

from sqs_checks.values.configuration_values import Unknown

_PLACEHOLDER = re.compile(r"\$\{([^}!][^}]*)}")


@dataclass(frozen=True)
class ResourceReference:
    """`!Ref LogicalId` or `!GetAtt LogicalId.Attribute`.

    resource_type: of the resource referred to; None where the template holds none of that name.
    attribute: None of a `Ref`.
    """

    logical_id: str
    resource_type: Optional[str]
    attribute: Optional[str]

    def __str__(self) -> str:
        return self.logical_id


Value = Union[None, str, int, float, bool, list[Any], Mapping[str, Any], ResourceReference, Unknown]


def unresolved(value: object) -> Unknown:
    """What is known only when the stack is made. value: as a message shows it."""
    return Unknown(f"`{value}` is known only when the stack is made")


def without_line_numbers(value: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping without the keys that Checkov mixes in (`__startline__`, `__file__`, …)."""
    return {key: item for key, item in value.items() if not str(key).startswith("__")}


def intrinsic(value: object) -> Optional[tuple[str, Any]]:
    """The name and the argument of a function (`Ref`, `Fn::GetAtt`, …); None where the value is none."""
    if isinstance(value, (str, list)) or not isinstance(value, Mapping):
        return None
    name = None
    for key in value:
        if not str(key).startswith("__"):
            if name is not None:
                return None
            name = key
    return (str(name), value[name]) if name == "Ref" or str(name).startswith("Fn::") else None


class Template:
    """The template around a resource. document: empty where it is not at hand."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def evaluate(self, value: Any) -> Value:
        """A property's value: None for `AWS::NoValue`, text with `${AWS::…}` left in where only a pseudo parameter is
        unknown, Unknown where more is.
        """
        found_intrinsic = intrinsic(value)
        if found_intrinsic is None:
            if isinstance(value, str) and "{{resolve:" in value:
                return unresolved(value)
            return value  # type: ignore[no-any-return]
        name, argument = found_intrinsic
        if name == "Ref" and isinstance(argument, str):
            if argument == "AWS::NoValue":
                return None
            return f"${{{argument}}}" if argument.startswith("AWS::") else self._reference(argument)
        if name == "Fn::GetAtt":
            path = ".".join(map(str, argument)) if isinstance(argument, list) else str(argument)
            logical_id, _, attribute = path.partition(".")
            return self._reference(logical_id, attribute)
        found: Value = None
        if name == "Fn::Join":
            found = self._joined(argument)
        elif name == "Fn::Sub":
            found = _substituted(argument)
        elif name == "Fn::FindInMap":
            found = self._mapped(argument)
        elif name == "Fn::Split":
            found = self._split(argument)
        elif name == "Fn::Select":
            found = self._selected(argument)
        return unresolved(name) if found is None else found

    def condition(self, name: str) -> Any:
        """The definition of a condition; None where the template has none of that name."""
        return self._section("Conditions").get(name)

    def condition_of(self, logical_id: str) -> Optional[str]:
        """The name of the condition under which a resource is made; None where it is made always."""
        resource = self._section("Resources").get(logical_id)
        stated = resource.get("Condition") if isinstance(resource, Mapping) else None
        return stated if isinstance(stated, str) else None

    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """All resources by logical id, as far as they are at hand."""
        stated = self._section("Resources")
        return {str(name): resource for name, resource in stated.items() if isinstance(resource, Mapping)}

    def outputs(self) -> list[Mapping[str, Any]]:
        return [output for output in self._section("Outputs").values() if isinstance(output, Mapping)]

    @property
    def has_conditions(self) -> bool:
        return bool(self._section("Conditions"))

    def function_default(self, name: str) -> Any:
        """What SAM's `Globals` state for every function; None where they do not."""
        stated = self._section("Globals").get("Function")
        return stated.get(name) if isinstance(stated, Mapping) else None

    def parameter(self, name: str) -> Optional[Mapping[str, Any]]:
        """The declaration of a parameter; None where the template has none of that name."""
        declared = self._section("Parameters").get(name)
        return declared if isinstance(declared, Mapping) else None

    def _section(self, name: str) -> Mapping[str, Any]:
        section = self._document.get(name)
        return section if isinstance(section, Mapping) else {}

    def _reference(self, logical_id: str, attribute: Optional[str] = None) -> ResourceReference:
        resource = self._section("Resources").get(logical_id)
        stated = resource.get("Type") if isinstance(resource, Mapping) else None
        return ResourceReference(logical_id, None if stated is None else str(stated), attribute)

    def _joined(self, argument: Any) -> Optional[str]:
        if not (isinstance(argument, list) and len(argument) == 2):
            return None
        separator, parts = argument
        if not (isinstance(separator, str) and isinstance(parts, list)):
            return None
        texts = [self.evaluate(part) for part in parts]
        return separator.join(str(text) for text in texts) if all(isinstance(text, str) for text in texts) else None

    def list_by_default(self, text: str) -> Optional[list[str]]:
        """The elements of a list parameter whose default is this text: Checkov puts the text in the place of its `Ref`."""
        for declared in self._section("Parameters").values():
            kind = str(declared.get("Type", "")) if isinstance(declared, Mapping) else ""
            if kind.startswith(("CommaDelimitedList", "List<")) and declared.get("Default") == text:
                return [item.strip() for item in text.split(",")]
        return None

    def _split(self, argument: Any) -> Value:
        if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str) and argument[0]):
            return None
        text = self.evaluate(argument[1])
        return text.split(argument[0]) if isinstance(text, str) and not has_placeholder(text) else None

    def _selected(self, argument: Any) -> Value:
        if not (isinstance(argument, list) and len(argument) == 2 and str(argument[0]).isdigit()):
            return None
        items = self.evaluate(argument[1])
        if isinstance(items, str):
            items = self.list_by_default(items)
        number = int(argument[0])
        return self.evaluate(items[number]) if isinstance(items, list) and number < len(items) else None

    def _mapped(self, argument: Any) -> Value:
        if not (isinstance(argument, list) and len(argument) == 3 and all(isinstance(key, str) for key in argument)):
            return None
        found: Any = self._section("Mappings")
        for key in argument:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found  # type: ignore[no-any-return]


def _substituted(argument: Any) -> Optional[str]:
    if not isinstance(argument, str):
        return None
    names = _PLACEHOLDER.findall(argument)
    return argument if all(name.startswith("AWS::") for name in names) else None


def has_placeholder(text: str) -> bool:
    """Whether a part of the text is known only when the stack is made."""
    return "${" in text
