"""A resource of a plan: what the plan knows is final, and what it leaves to be known after apply is looked up in the code.

Source: Terraform documentation, "JSON Output Format" (plan and expression representation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional, Protocol

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.terraform.plan.plan_configuration import Referred, mapping, references_in
from sqs_checks.terraform.plan.plan_document import PER_INSTANCE, PlannedResource
from sqs_checks.terraform.resources.configured_resource import (
    CodeResource,
    Condition,
    ConfiguredResource,
    NestedBody,
    owner_of,
)
from sqs_checks.terraform.resources.expression_references import fits_references
from sqs_checks.terraform.resources.policy_document_data import document_of
from sqs_checks.terraform.resources.provider_accounts import (
    IDENTITY_ARGUMENTS,
    ROLE_BLOCKS,
    Account,
    account_in_role,
)
from sqs_checks.values.configuration_values import (
    LIST,
    OBJECT,
    Attribute,
    Elements,
    Entries,
    Unknown,
    Value,
    is_wholly_known,
)
from sqs_checks.values.json_text import from_json

_ATTRIBUTE = re.compile(r"(?:data\.)?[\w-]+\.[\w-]+(?:\[[^]]*])?\.([\w-]+)")
_BLOCK_ATTRIBUTE = re.compile(r"(data\.)?([a-z][a-z0-9]*_\w+)\.([A-Za-z_][\w-]*)(?:\[[^]]*])?\.(\w+)")
_DOCUMENT = "aws_iam_policy_document"


class ReadBlock:
    """A block of a plan's configuration, of which only the constants are known."""

    def __init__(self, type: str, name: str, mode: str, constants: Mapping[str, Any], beside: PlanResource) -> None:
        self.type, self.name, self.mode = type, name, mode
        self._constants = constants
        self.label = f"{'data.' if mode == 'data' else ''}{type}.{name}"
        self.account, self.region = beside.account, beside.region

    def value(self, name: str) -> Value:
        return from_json(self._constants.get(name))


class PlannedNeighbours(Protocol):
    """The other resources of the plan, and the code that it was made from."""

    def of_planned(self, planned: PlannedResource) -> PlanResource: ...

    def code_of(self, label: str) -> Optional[CodeResource]:
        """The resource in the code; None where the code is not at hand."""

    def existing_queue(self, text: str) -> Optional[str]:
        """The label of the queue that is there already under an ARN or a URL."""


class PlanResource:
    """A resource, or a data source that is read when the plan is applied."""

    def __init__(self, planned: PlannedResource, neighbours: PlannedNeighbours) -> None:
        self.planned = planned
        self._neighbours = neighbours
        self.type, self.name, self.mode = planned.type, planned.name, planned.mode

    @property
    def label(self) -> str:
        return self.planned.address

    @property
    def module(self) -> str:
        return self.planned.module_address

    @property
    def conditions(self) -> frozenset[Condition]:
        return frozenset()  # what a plan holds is there

    @property
    def own_account(self) -> Optional[str]:
        return self.planned.plan.own_account

    @computed_once
    def _code(self) -> Optional[CodeResource]:
        return self._neighbours.code_of(self.label)

    def value(self, name: str) -> Value:
        configured = self.planned.is_configured(name)
        if self._code is not None and configured.is_unknown:
            if self._code.value(name) is None:
                return None
        elif configured.is_no:
            return None
        stated, unknown, expression = self.planned.planned_values(name)
        value = self._value(stated, unknown, expression, name)
        if is_wholly_known(value):
            is_open = configured.is_unknown and self._code is None and self.planned.is_default(name)
            return Unknown(f"whether the code states `{name}` is not known from the plan") if is_open else value
        code = self._code
        if code is not None and fits_references(code.instance.block.expression(name), references_in(expression)):
            worked_out = code.value(name)
            return value if isinstance(worked_out, Unknown) and not isinstance(value, Unknown) else worked_out
        return value

    def _value(self, stated: Any, unknown: Any, expression: Any, name: str) -> Value:
        """A planned value; what is known only after apply is what its expression refers to, as far as that tells."""
        if unknown is True:
            return self._referred(expression, name)
        if isinstance(stated, Mapping):
            return Entries(OBJECT, dict(self._members(stated, mapping(unknown), mapping(expression), name)))
        if isinstance(stated, list):
            return Elements(LIST, list(self._items(stated, unknown, expression, name)))
        return from_json(stated)

    def _members(
        self, stated: Mapping[str, Any], unknowns: Mapping[str, Any], expressions: Mapping[str, Any], name: str
    ) -> Iterator[tuple[str, Value]]:
        # A map is written by one expression, a block by one for each of its arguments.
        is_map = "references" in expressions or "constant_value" in expressions
        for key in dict.fromkeys([*stated, *unknowns]):
            if expressions and not is_map and key not in expressions and unknowns.get(key) is True:
                continue  # nobody wrote it, and the provider fills in what it likes
            yield key, self._value(stated.get(key), unknowns.get(key), expressions if is_map else expressions.get(key), name)

    def _items(self, stated: Sequence[Any], unknown: Any, expression: Any, name: str) -> Iterator[Value]:
        unknowns = unknown if isinstance(unknown, list) else []
        # Of one list the plan tells what it refers to, not which of its items does.
        several = sum(1 for one in unknowns if one is True) > 1
        for number, item in enumerate(stated):
            own: Any = None if several else expression
            if isinstance(expression, list):
                own = expression[number] if number < len(expression) else None
            yield self._value(item, unknowns[number] if number < len(unknowns) else None, own, name)

    def _referred(self, expression: Any, name: str) -> Value:
        referred = list(dict.fromkeys(self.planned.referred(expression)))
        telling = [one.text for one in referred if one.text.count(".") > 1]
        shown = f"; it refers to {', '.join(f'`{text}`' for text in telling[:3])}" if telling else ""
        reason = f"`{name}` is known only after apply{shown}"
        if not referred or any(one.opaque for one in referred):
            return Unknown(reason)
        found = [value for one in referred for value in self._attributes(one, referred, expression)]
        if len(found) == 1 and len(referred) == 1:
            return found[0]
        # Without any instance of what it refers to, it is none of these.
        return Unknown(reason, not_null=bool(found), among=tuple(found) or (None,))

    def _attributes(self, one: Referred, referred: Sequence[Referred], expression: Any) -> Iterator[Value]:
        match = _ATTRIBUTE.match(one.text)
        if match is None:
            yield Unknown(f"`{one.text}` is known only after apply")
            return
        for planned in self.planned.meant([other for other in referred if other.block == one.block], expression):
            yield self._neighbours.of_planned(planned).attribute(match.group(1))

    def attribute(self, name: str) -> Value:
        """An attribute as other resources see it."""
        if self.mode == "data" and self.type == _DOCUMENT and name in ("json", "minified_json"):
            return self._document
        known = self.planned.known(name)
        if known is not None:
            return from_json(known)
        if self.type == "aws_sqs_queue" and name == "id":
            name = "url"
        return Attribute(self, name, f"{self.label}.{name}")

    @computed_once
    def _document(self) -> Value:
        return document_of(self)

    def origin(self, name: str) -> Optional[Attribute]:
        for reference in references_in(self.planned.planned_values(name)[2]):
            match = _BLOCK_ATTRIBUTE.fullmatch(reference)
            if match is not None:
                mode, resource_type, block, attribute = match.groups()
                constants = self.planned.constants_of(f"{mode or ''}{resource_type}.{block}")
                if constants is not None:
                    read = ReadBlock(resource_type, block, "data" if mode else "managed", constants, self)
                    return Attribute(read, attribute, reference)
        return None

    def referred(self, name: str) -> Optional[ConfiguredResource]:
        return owner_of(self.value(name))

    def blocks(self, name: str) -> Sequence[NestedBody]:
        stated, unknown, expression = self.planned.planned_values(name)
        if expression is None and unknown is True:
            return []  # nobody wrote any, and the provider fills in what it likes
        if unknown is True:
            return [Unknown(f"the blocks `{name}` are known only after apply")]
        bodies = stated if isinstance(stated, list) else [] if stated is None else [stated]
        values = self._value(bodies, unknown, expression, name)
        return [item if isinstance(item, (Entries, Unknown)) else Unknown("a block is not known") for item in values.items]

    def written(self, name: str) -> Optional[str]:
        references = references_in(self.planned.planned_values(name)[2])
        is_shared = references and not any(text.startswith(PER_INSTANCE) for text in references)
        return ", ".join(references) if is_shared else None

    def existing_queue(self, text: str) -> Optional[str]:
        return self._neighbours.existing_queue(text)

    @computed_once
    def account(self) -> Account:
        if self._code is not None:
            return self._code.account
        return _account(self.planned)

    @computed_once
    def region(self) -> Optional[str]:
        own = self.planned.known("region")
        stated = mapping(self.planned.provider.get("region")).get("constant_value")
        found = own or stated or (self._code.region if self._code is not None else None)
        return str(found) if found else None

    def default_tags(self) -> Sequence[Value]:
        known = self.planned.known("tags_all")
        if known is not None:
            return [from_json(known)]
        # With no tags at all the provider leaves them to be known after apply.
        blocks = self.planned.provider.get("default_tags")
        return [_tags(block) for block in (blocks if isinstance(blocks, list) else ())]


def _tags(block: Any) -> Value:
    stated = mapping(mapping(block).get("tags"))
    if "references" in stated:
        return Unknown("the provider's `default_tags` are computed")
    return from_json(stated.get("constant_value"))


def _account(planned: PlannedResource) -> Account:
    provider = planned.provider
    stated = [_constant(provider.get(name)) for name in IDENTITY_ARGUMENTS]
    role: Value = None
    for name in ROLE_BLOCKS:
        blocks = provider.get(name)
        for block in blocks if isinstance(blocks, list) else ():
            role = _constant(mapping(block).get("role_arn"))
            stated.append(role)
    return Account(planned.provider_key, tuple(stated), all(map(is_wholly_known, stated)), account_in_role(role))


def _constant(expression: Any) -> Value:
    if "references" in mapping(expression):
        return Unknown("the provider's configuration is computed")
    return from_json(mapping(expression).get("constant_value"))
