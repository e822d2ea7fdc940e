"""Addresses of resources and module instances: the one place that knows how they are put together.

Source: Terraform CLI documentation, "Resource Addressing".
"""

from __future__ import annotations

import re
from typing import NamedTuple, Optional, Union

# The key of an instance: of `count`, of `for_each`; None where there is neither.
InstanceKey = Union[int, str, None]

_NAME = r"[^\W\d][\w-]*"
_KEY = r"\[(?:(\d+)|\"((?:[^\"\\]|\\.)*)\")\]"
_STEP = re.compile(rf"({_NAME})(?:{_KEY})?(?:\.|$)")
# Checkov puts a key between quotes as it is, whatever it holds.
_RAW_STEP = re.compile(rf"({_NAME})\[()\"(.*?)\"\](?:\.(?=[^\W\d])|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPES = {"\\": "\\\\", '"': '\\"', **{character: f"\\{name}" for name, character in _ESCAPED.items()}}


class ModuleStep(NamedTuple):
    """One call on the way to a module: `module.orders["eu"]`."""

    name: str
    key: InstanceKey = None

    def __str__(self) -> str:
        return f"module.{self.name}{key_text(self.key)}"


class ResourceAddress(NamedTuple):
    """`module.orders["eu"].aws_sqs_queue.q[0]`, taken apart."""

    modules: tuple[ModuleStep, ...]
    mode: str
    type: str
    name: str
    key: InstanceKey = None

    def __str__(self) -> str:
        mode = "data." if self.mode == "data" else ""
        return ".".join((*map(str, self.modules), f"{mode}{self.type}.{self.name}{key_text(self.key)}"))


def key_text(key: InstanceKey) -> str:
    """A key as Terraform writes it: `[0]`, `["a"]`, or nothing."""
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    escaped = "".join(map(_escaped_character, key))
    return f'["{escaped.replace("${", "$${").replace("%{", "%%{")}"]'


def _escaped_character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        number = match.group(1) or match.group(2)
        return chr(int(number, 16)) if number else _ESCAPED.get(match.group(3), match.group(3))

    return _ESCAPE.sub(character, text).replace("$${", "${").replace("%%{", "%{")


def parse_address(text: str) -> Optional[ResourceAddress]:
    """The parts of an address as Terraform and Checkov write it; None where it is none."""
    steps: list[tuple[str, InstanceKey]] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        raw = _RAW_STEP.match(text, position) if match is None else None
        if match is not None:
            name, number, key = match.groups()
            steps.append((name, int(number) if number is not None else _unescaped(key) if key is not None else None))
        elif raw is not None:
            steps.append((raw.group(1), raw.group(3)))
        else:
            return None
        position = (match or raw).end()  # type: ignore[union-attr]
    modules: list[ModuleStep] = []
    while len(steps) >= 2 and steps[0] == ("module", None):
        modules.append(ModuleStep(*steps[1]))
        steps = steps[2:]
    mode = "managed"
    if len(steps) == 3 and steps[0] == ("data", None):
        mode, steps = "data", steps[1:]
    if len(steps) != 2 or steps[0][1] is not None:
        return None
    return ResourceAddress(tuple(modules), mode, steps[0][0], *steps[1])


def parse_module_address(text: str) -> tuple[ModuleStep, ...]:
    """The calls that lead to a module instance; none of the root module, or where the text is no such address."""
    address = parse_address(f"{text}.any.any") if text else None
    return address.modules if address is not None else ()
