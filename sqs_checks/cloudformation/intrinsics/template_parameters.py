"""The parameters that a template declares, and what a deployment can set them to.

Source: AWS CloudFormation User Guide, "CloudFormation template Parameters syntax", "Specify existing resources at runtime with
CloudFormation-supplied parameter types" and "Pseudo parameters reference".
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import ANYTHING, Choice, StackIdentity, Variable
from sqs_checks.cloudformation.intrinsics.template_scalars import as_text, is_list, is_mapping, members, scalar_value
from sqs_checks.values.exact_numbers import parse_number

# Parameters that every template has; the first four are the same for all stacks that are nested in one another.
SHARED_PSEUDO_PARAMETERS = frozenset({"AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::URLSuffix"})
PSEUDO_PARAMETERS = SHARED_PSEUDO_PARAMETERS | {"AWS::StackName", "AWS::StackId", "AWS::NotificationARNs"}
NO_VALUE = "AWS::NoValue"


class ParameterDeclaration:
    """A parameter as it is declared. allowed: its AllowedValues; None where everything is allowed, as far as the code tells.

    is_list: whether `Ref` gives a list. is_looked_up: whether the value is the name of a parameter of Systems Manager, and
    `Ref` gives what that holds.
    """

    def __init__(self, name: str, declared: Any) -> None:
        stated = dict(members(declared)) if is_mapping(declared) else {}
        kind = str(stated.get("Type", "String"))
        self.name = name
        self.is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        self.is_looked_up = kind.startswith("AWS::SSM::Parameter::Value<")
        self.looks_up_list = self.is_looked_up and ("<List<" in kind or "<CommaDelimitedList" in kind)
        self._is_number = kind == "Number"
        self._stated = stated
        self.default = None if "Default" not in stated else _text(stated["Default"], is_list_type=self.is_list)
        # Of a list each element must be allowed, so that no value as a whole can be told.
        listed: Any = stated.get("AllowedValues") if not self.is_list else None
        values = [_text(item) for item in listed] if is_list(listed) else []
        known = tuple(dict.fromkeys(value for value in values if value is not None))
        self.allowed: Optional[tuple[str, ...]] = known if known and None not in values else None
        if self.allowed is not None and self.default is not None and self.default in self.allowed:
            self.allowed = (self.default, *(value for value in self.allowed if value != self.default))

    def allows(self, value: str) -> bool:
        """Whether a deployment may set it to a text, as far as can be told."""
        if self.allowed is not None:
            return value in self.allowed
        shortest, longest = self._bound("MinLength"), self._bound("MaxLength")
        if (shortest is not None and len(value) < shortest) or (longest is not None and len(value) > longest):
            return False
        if self._is_number:
            number = parse_number(value)
            least, most = self._bound("MinValue"), self._bound("MaxValue")
            return number is not None and (least is None or number >= least) and (most is None or number <= most)
        return bool(value) or not _asks_for_a_character(str(self._stated.get("AllowedPattern", "")))

    def variable(self, stack: StackIdentity) -> Variable:
        domain = ANYTHING if self.allowed is None or self.is_looked_up else Choice(self.allowed)
        return Variable(stack, ("parameter", self.name), f"`{self.name}`", domain, None if self.is_looked_up else self.default)

    @property
    def reason(self) -> str:
        """Why its value is not known."""
        if self.is_looked_up:
            return f"the parameter `{self.name}` is looked up in Systems Manager when the stack is made"
        if self.default is None:
            return f"the parameter `{self.name}` is known only when the stack is made"
        return f"the parameter `{self.name}` can be changed when the stack is made"

    def _bound(self, name: str) -> Optional[Fraction]:
        text = _text(self._stated[name]) if name in self._stated else None
        number = parse_number(text) if text is not None else None
        return None if number is None else Fraction(number)


def declared_parameters(stated: Mapping[str, Any]) -> dict[str, ParameterDeclaration]:
    """stated: the section `Parameters` of a template."""
    return {name: ParameterDeclaration(name, declared) for name, declared in stated.items()}


def _text(node: Any, *, is_list_type: bool = False) -> Optional[str]:
    if is_list_type and is_list(node):
        # CloudFormation refuses a list here; SAM and people write it all the same.
        texts = [_text(item) for item in node]
        return ",".join(text for text in texts if text is not None) if None not in texts else None
    if is_list(node) or is_mapping(node):
        return None
    text = as_text(scalar_value(node))
    return text if isinstance(text, str) else None


def _asks_for_a_character(pattern: str) -> bool:
    """Whether a pattern certainly matches no empty text. Looked at, not run: it may take for ever."""
    pattern = pattern[1:] if pattern.startswith("^") else pattern
    if not pattern or "|" in pattern:
        return False
    if pattern[0] == "[":
        members, closed, after = pattern[1:].partition("]")
        if not closed or not members.strip("^") or "[" in members or "\\" in members or "&&" in members:
            return False
    elif pattern[0] == "\\":
        after = pattern[2:] if pattern[1:2] in ("d", "w", "s", "S", "D", "W", ".", "-") else "*"
    else:
        after = pattern[1:] if pattern[0].isalnum() or pattern[0] == "." else "*"
    return not after.startswith(("*", "?", "{0", "{,"))
