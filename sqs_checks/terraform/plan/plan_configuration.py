"""The `configuration` of a plan: modules, their variables and outputs, and what expressions refer to.

Source: Terraform documentation, "JSON Output Format" (configuration and expression representation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import Ternary, known, unknown

_MODULE_OUTPUT = re.compile(r'module\.([\w-]+)(?:\[(\d+|"[^"]*")])?\.([\w-]+)')
_BLOCK = re.compile(r'(data\.)?([a-z][a-z0-9]*_\w+)\.([\w-]+)(?:\[(\d+|"[^"]*")])?')
_VARIABLE = re.compile(r"var\.([A-Za-z_][\w-]*)")
_DEEPEST_CHAIN = 20


def mapping(value: object) -> Mapping[str, Any]:
    """A value of the plan as an object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


class Module:
    """A module of the plan's configuration, with the call that its variables come from."""

    def __init__(self, body: Mapping[str, Any], arguments: Mapping[str, Any], caller: Optional[Module], name: str = "") -> None:
        self.body = body
        self._arguments = arguments
        self._caller = caller
        self.path: tuple[str, ...] = (*caller.path, name) if caller is not None else ()
        self._children: dict[str, Module] = {}

    def child(self, name: str) -> Module:
        if name not in self._children:
            call = mapping(mapping(self.body.get("module_calls")).get(name))
            self._children[name] = Module(mapping(call.get("module")), mapping(call.get("expressions")), self, name)
        return self._children[name]

    def resource(self, address: str) -> Optional[Mapping[str, Any]]:
        return self._resources.get(address)

    @computed_once
    def _resources(self) -> dict[str, Mapping[str, Any]]:
        resources = self.body.get("resources")
        return {
            resource["address"]: resource
            for resource in (resources if isinstance(resources, list) else ())
            if isinstance(resource, Mapping) and isinstance(resource.get("address"), str)
        }

    def is_null(self, variable: str) -> Ternary:
        """Whether a variable of this module is null."""
        stated = self._arguments.get(variable)
        if not isinstance(stated, Mapping):
            declared = mapping(self.body.get("variables")).get(variable)
            return known(mapping(declared).get("default") is None)
        if "references" not in stated:
            return known(stated.get("constant_value") is None)
        passed_on = only_variable(stated)
        if passed_on is not None and self._caller is not None:
            return self._caller.is_null(passed_on)
        return unknown(f"`var.{variable}` is computed")

    def referred(self, references: Sequence[str], for_each: Sequence[str] = (), depth: int = 0) -> Iterator[Referred]:
        """What references within this module come to, through variables, module arguments and outputs.

        for_each: what the collection of the resource at hand refers to; `each.value` stands for it.
        """
        if depth > _DEEPEST_CHAIN:
            yield Referred(opaque=True)
            return
        for reference in references:
            kind, _, rest = reference.partition(".")
            if any(other != reference and other.startswith((f"{reference}.", f"{reference}[")) for other in references):
                continue  # the block of an attribute that is listed too
            if kind in ("path", "terraform", "count") or reference == "each.key":
                continue
            if kind == "each":
                yield from self.referred(for_each, (), depth + 1)
            elif kind == "var":
                yield from self._variable(_name_in(rest), depth)
            elif kind == "module":
                yield from self._output(reference, depth)
            else:
                yield self._block(reference)

    def _variable(self, name: str, depth: int) -> Iterator[Referred]:
        stated = mapping(self._arguments.get(name))
        if "references" not in stated:
            return  # a constant, or the default
        if self._caller is None:
            yield Referred(opaque=True)
        else:
            yield from self._caller.referred(references_in(stated), (), depth + 1)

    def _output(self, reference: str, depth: int) -> Iterator[Referred]:
        match = _MODULE_OUTPUT.match(reference)
        if match is None:
            yield Referred(opaque=True)
            return
        name, index, output = match.groups()
        child = self.child(name)
        stated = mapping(mapping(child.body.get("outputs")).get(output))
        expression = mapping(stated.get("expression"))
        if "references" not in expression:
            if "constant_value" not in expression:
                yield Referred(opaque=True)
            return
        for referred in child.referred(references_in(expression), (), depth + 1):
            yield referred._replace(key=referred.key or index)

    def _block(self, reference: str) -> Referred:
        match = _BLOCK.match(reference)
        if match is None:
            return Referred(opaque=True)
        data, resource_type, name, index = match.groups()
        return Referred(reference, self, f"{data or ''}{resource_type}.{name}", index)


class Referred(NamedTuple):
    """One block that an expression refers to.

    text: the reference as written. module: in which the block stands. block: as `type.name`, `data.type.name`. key: the
    constant index of its instance, or of a module call on the way. opaque: the plan does not tell what is referred to
    (locals).
    """

    text: str = ""
    module: Optional[Module] = None
    block: str = ""
    key: Optional[str] = None
    opaque: bool = False


def references_in(expression: object) -> list[str]:
    """What an expression refers to, as written in its module."""
    stated = mapping(expression).get("references")
    return [str(reference) for reference in stated] if isinstance(stated, list) else []


def _name_in(text: str) -> str:
    return re.split(r"[.\[]", text, maxsplit=1)[0]


def only_variable(expression: Mapping[str, Any]) -> Optional[str]:
    """The variable that an expression refers to, where it refers to nothing else."""
    references = expression.get("references")
    if not isinstance(references, list) or len(references) != 1:
        return None
    match = _VARIABLE.fullmatch(str(references[0]))
    return match.group(1) if match else None
