"""How each language writes a value.

Source: RFC 8259 (JSON); YAML 1.1, "Flow Styles" and "Block Styles"; HCL, "HCL Native Syntax Specification"; Terraform language
documentation, "Strings and Templates" (escapes).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml

_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")
_PLAIN_YAML = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_/.*+@=-]*(?::[A-Za-z0-9_/.*+@=-]+)*")
_LONGEST_MEMBER = 72


class Verbatim(NamedTuple):
    """A value as the language of the place writes it, such as a reference."""

    text: str


class Notation:
    """A language with brackets. comments: what matches one. newline_separates: whether a new line ends a member."""

    assign = ": "
    comments = re.compile(r"(?!)")
    newline_separates = False
    space_in_braces = False

    def key(self, name: str) -> str:
        return json.dumps(name, ensure_ascii=False)

    def text(self, value: str) -> str:
        return json.dumps(value, ensure_ascii=False)

    def scalar(self, value: Any) -> str:
        if isinstance(value, Verbatim):
            return value.text
        if isinstance(value, bool):
            return "true" if value else "false"
        return self.text(value) if isinstance(value, str) else str(value)

    def one_line(self, value: Any) -> str:
        """A value in one line."""
        if isinstance(value, Mapping):
            space = " " if self.space_in_braces and value else ""
            return f"{{{space}{', '.join(self.member(key, self.one_line(item)) for key, item in value.items())}{space}}}"
        if isinstance(value, list):
            return f"[{', '.join(map(self.one_line, value))}]"
        return self.scalar(value)

    def member(self, key: str, written: str) -> str:
        return f"{self.key(key)}{self.assign}{written}"

    def lines(self, value: Any, indent: str, step: str, newline: str) -> str:
        """A value over several lines. indent: of the line that it begins on. step: by which what is inside is moved."""
        if not isinstance(value, Mapping) or not value:
            return self.one_line(value)
        inner = indent + step
        members = self._members(value, inner, step, newline)
        separator = "" if self.newline_separates else ","
        return f"{{{newline}{f'{separator}{newline}'.join(inner + member for member in members)}{newline}{indent}}}"

    def _members(self, value: Mapping[str, Any], indent: str, step: str, newline: str) -> list[str]:
        return [self.member(key, self.lines(item, indent, step, newline)) for key, item in value.items()]


class Json(Notation):
    """JSON as it stands in a file."""


class JsonInTemplate(Notation):
    """JSON in a text of Terraform, in which `${` begins an expression."""

    def text(self, value: str) -> str:
        return _without_sequences(super().text(value))


class FlowYaml(Notation):
    """YAML within brackets."""

    comments = re.compile(r"(?<![^\s])#[^\n]*")

    def key(self, name: str) -> str:
        return self.text(name)

    def text(self, value: str) -> str:
        if _PLAIN_YAML.fullmatch(value) and _is_text_in_yaml(value):
            return value
        return json.dumps(value, ensure_ascii=False)

    def block(self, value: Any, indent: str, step: str, newline: str) -> str:
        """A value without brackets, as it follows the colon of a key. indent: of the key."""
        if isinstance(value, Mapping) and value:
            inner = indent + step
            return "".join(
                f"{newline}{inner}{self.key(key)}:{self.block(item, inner, step, newline)}" for key, item in value.items()
            )
        return f" {self.one_line(value)}"


class Hcl(Notation):
    """Terraform's values."""

    assign = " = "
    comments = re.compile(r"(?:#|//)[^\n]*|/\*(?:[^*]|\*(?!/))*\*/")
    newline_separates = True
    space_in_braces = True

    def key(self, name: str) -> str:
        return name if _IDENTIFIER.fullmatch(name) else self.text(name)

    def text(self, value: str) -> str:
        return _without_sequences(super().text(value))

    def lines(self, value: Any, indent: str, step: str, newline: str) -> str:
        # Members that fit on a line stay on it, as people write conditions.
        if isinstance(value, Mapping) and len(self.one_line(value)) + len(indent) <= _LONGEST_MEMBER:
            return self.one_line(value)
        return super().lines(value, indent, step, newline)

    def _members(self, value: Mapping[str, Any], indent: str, step: str, newline: str) -> list[str]:
        written = {self.key(key): self.lines(item, indent, step, newline) for key, item in value.items()}
        # `terraform fmt` aligns what stands on lines that follow each other.
        width = max((len(key) for key, item in written.items() if newline not in item), default=0)
        return [f"{key if newline in item else key.ljust(width)} = {item}" for key, item in written.items()]


def _without_sequences(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


def _is_text_in_yaml(value: str) -> bool:
    """Whether YAML takes a plain word for a text rather than a number, a bool or a date."""
    tag = yaml.SafeLoader("").resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    return bool(tag == "tag:yaml.org,2002:str")


JSON, JSON_IN_TEMPLATE, FLOW_YAML, HCL = Json(), JsonInTemplate(), FlowYaml(), Hcl()
