"""A Terraform plan as a source of what is said about queues.

What a plan leaves to be known after apply, its `configuration` still tells: which resource an expression refers to.
Source: Terraform documentation, "JSON Output Format" (expression representation).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from sqs_checks.frameworks.terraform_expressions import PER_INSTANCE
from sqs_checks.frameworks.terraform_plan import Plan, PlannedResource
from sqs_checks.frameworks.terraform_plan_configuration import Referred, references_in
from sqs_checks.frameworks.terraform_queue_references import is_other_resource, last_name, written_reference
from sqs_checks.frameworks.terraform_resource import PlanResource
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.model.relations import Place, QueueReference
from sqs_checks.model.use_rules import ANY
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.queues.setting import Unresolved
from sqs_checks.terraform.resources.queue_clients import FUNCTION

_QUEUE = "aws_sqs_queue"
_DATA_QUEUE = f"data.{_QUEUE}."


class _Planned(NamedTuple):
    """A value of a plan. expression: what it comes from, as the configuration has it."""

    value: Any
    is_unknown: bool
    expression: Any


def _planned_at(stated: _Planned, path: tuple[str, ...], unknown: Any) -> Iterator[_Planned]:
    """The values at a path of blocks. unknown: the plan's tree of what is known only after apply."""
    value, _, expression = stated
    if unknown is True:
        yield _Planned(None, True, _expression_at(expression, path))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            inner = unknown[number] if isinstance(unknown, list) and number < len(unknown) else None
            yield from _planned_at(_Planned(item, False, _item(expression, number)), path, inner)
    elif not path:
        if value is not None:
            yield _Planned(value, False, expression)
    elif isinstance(value, Mapping):
        unknowns = unknown if isinstance(unknown, Mapping) else {}
        for key in dict.fromkeys([*value, *unknowns]) if path[0] == ANY else [path[0]]:
            inner = expression.get(key) if isinstance(expression, Mapping) else None
            if path[0] == ANY and inner is None and unknowns.get(key) is True:
                continue  # a block that nobody wrote, and that the provider fills in
            yield from _planned_at(_Planned(value.get(key), False, inner), path[1:], unknowns.get(key))


def _item(expression: Any, number: int) -> Any:
    if not isinstance(expression, list):
        return expression
    return expression[number] if number < len(expression) else None


def _expression_at(expression: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        expression = _item(expression, 0)
        expression = expression.get(name) if isinstance(expression, Mapping) else None
    return expression


class PlanSource:
    """All resources of a plan. file: as messages name it."""

    def __init__(self, plan: Plan, file: str) -> None:
        self._plan = plan
        self.file = file

    def of_type(self, resource_type: str) -> Iterable[PlannedStatingResource]:
        return [PlannedStatingResource(planned, self) for planned in self._plan.of_type(resource_type)]

    @computed_once
    def known_queues(self) -> dict[str, str]:
        """The addresses of queues that are there already, by URL and by ARN."""
        return {
            value: planned.address
            for planned in self._plan.of_type(_QUEUE)
            for value in map(planned.value, ("arn", "url", "id"))
            if isinstance(value, str)
        }


class PlannedStatingResource:
    """A resource of a plan."""

    def __init__(self, planned: PlannedResource, source: PlanSource) -> None:
        self._planned = planned
        self._source = source
        self.key = planned.address

    @property
    def place(self) -> Place:
        return Place(self._planned.address, self._source.file)

    @computed_once
    def resource(self) -> PlanResource:
        return PlanResource(self._planned)

    def references(self, path: tuple[str, ...]) -> Iterator[QueueReference]:
        value, unknown, expression = self._planned.planned_values(path[0])
        for stated in _planned_at(_Planned(value, False, expression), path[1:], unknown):
            yield self._reference(stated)

    def reference_within(self, name: str, value: Any) -> QueueReference:
        if not isinstance(value, Unresolved):
            return self._known(value)
        # A whole JSON text that is known only after apply: of what it refers to, only queues can be the target.
        expression = self._planned.planned_values(name)[2]
        referred = self._planned.referred(expression)
        queues = [one for one in referred if one.block.startswith(f"{_QUEUE}.")]
        if queues and not any(one.block.startswith(_DATA_QUEUE) for one in referred):
            return self._chosen(name, queues, expression, is_opaque=False)
        return QueueReference(name, hidden=f"`{name}` is known only after apply")

    def function(self) -> Optional[PlannedStatingResource]:
        _, _, expression = self._planned.planned_values("function_name")
        referred = [one for one in self._planned.referred(expression) if one.block.startswith(f"{FUNCTION}.")]
        found = self._planned.meant(referred, expression)
        return PlannedStatingResource(found[0], self._source) if len(found) == 1 else None

    def _known(self, value: Any) -> QueueReference:
        text = str(value)
        address = self._source.known_queues.get(text)
        if address is not None:
            return QueueReference(text, certain=frozenset({address}))
        return written_reference(text) or QueueReference(text)

    def _reference(self, stated: _Planned) -> QueueReference:
        if not stated.is_unknown:
            return self._known(stated.value)
        reference = self._unknown(stated)
        texts = references_in(stated.expression)
        attribute = next((last_name(text) for text in texts if last_name(text) is not None), None)
        is_shared = reference.hidden is not None and texts and not any(text.startswith(PER_INSTANCE) for text in texts)
        scope = (self._planned.address.rpartition(self._planned.block)[0], tuple(texts)) if is_shared else None
        return reference._replace(attribute=attribute, scope=scope)

    def _unknown(self, stated: _Planned) -> QueueReference:
        referred = self._planned.referred(stated.expression)
        is_opaque = any(one.opaque for one in referred)
        text = ", ".join(one.block for one in referred if one.block) or "a value that is known only after apply"
        queues = [one for one in referred if one.block.startswith(f"{_QUEUE}.")]
        data = [one for one in referred if one.block.startswith(_DATA_QUEUE)]
        if queues and not data:
            return self._chosen(text, queues, stated.expression, is_opaque=is_opaque)
        if not queues and len(data) == 1 and not is_opaque:
            return self._data(text, data[0])
        if referred and all(is_other_resource(one.text) for one in referred):
            return QueueReference(text)
        return QueueReference(text, hidden=f"`{text}` is known only after apply")

    def _data(self, text: str, referred: Referred) -> QueueReference:
        module = referred.module
        block = module.resource(referred.block) if module is not None else None
        expressions = (block or {}).get("expressions")
        stated = expressions.get("name") if isinstance(expressions, Mapping) else None
        name = stated.get("constant_value") if isinstance(stated, Mapping) else None
        if isinstance(name, str):
            return QueueReference(text, identity=QueueIdentity(name=name))
        return QueueReference(text, hidden=f"`{text}` is known only after apply")

    def _chosen(self, text: str, referred: Sequence[Referred], expression: Any, *, is_opaque: bool) -> QueueReference:
        found = self._planned.meant(referred, expression)
        hidden = f"`{text}` is known only after apply" if is_opaque else None
        if len(found) == 1 and not is_opaque:
            return QueueReference(text, certain=frozenset({found[0].address}))
        return QueueReference(
            text,
            possible=frozenset(planned.address for planned in found),
            why_possible=f"which of `{text}` is meant is known only after apply",
            hidden=hidden if found or is_opaque else f"`{text}` is known only after apply",
        )
