"""The queues of a CloudFormation template, with all that the template says about them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqs_checks.cloudformation.intrinsics.template_conditions import chosen, conditions_in, truths_of
from sqs_checks.cloudformation.intrinsics.template_values import Template, intrinsic
from sqs_checks.cloudformation.resources.queue_clients import (
    USES,
)
from sqs_checks.cloudformation.resources.stack_imports import Exports, Importing, ImportingResource
from sqs_checks.cloudformation.resources.template_resource import POLICY_TYPES, QUEUE, StatingResource
from sqs_checks.judgement.collection import collection_paused
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.queue_model import CodeQueue, QueueModels
from sqs_checks.model.relations import (
    Place,
)
from sqs_checks.queues.queue_traits import QueueTraits

_RELEVANT = frozenset({QUEUE, *POLICY_TYPES, *(rule.resource_type for rule in USES)})
_MENTION = re.compile(r"\$\{(\w+)(?:\.[\w.]+)?}")
_MOST_MODELS = 64
_MOST_NEIGHBOURS = 100


class TemplateModels:
    """The queues of a template, as they are in each case that its conditions allow.

    file: as messages name it. importing: the resources of other templates that may import queues of this one.
    """

    def __init__(self, template: Template, file: str, importing: Sequence[Importing] = ()) -> None:
        self._template = template
        self._file = file
        self._importing = importing
        self._built: dict[Hashable, QueueModels] = {}

    def cases(self, logical_id: str) -> list[tuple[str, QueueModels]]:
        """What must be so, in words, and the queues as they are then; only cases that matter to a resource.

        Where there are too many, `Fn::If` and whatever is made under a condition stay unknown.
        """
        truths = truths_of(self._conditions_around(logical_id), self._template.condition_of(logical_id), self._template)
        if not truths or len(self._built) > _MOST_MODELS:
            return [("", self._models({}))]
        where = (truth.where if len(truths) > 1 else "" for truth in truths)
        return list(zip(where, (self._models(truth.holds) for truth in truths)))

    def _models(self, truth: Mapping[str, bool]) -> QueueModels:
        key = tuple(sorted(truth.items()))
        if key not in self._built:
            with collection_paused():
                self._built[key] = _build(self._template, self._relevant, truth, self._file, self._elsewhere)
        return self._built[key]

    @computed_once
    def _relevant(self) -> dict[str, Mapping[str, Any]]:
        return {name: resource for name, resource in self._template.resources().items() if str(resource.get("Type")) in _RELEVANT}

    @computed_once
    def _elsewhere(self) -> list[StatingResource]:
        """The resources of other templates that import queues of this one."""
        exports = Exports(self._template)
        return [ImportingResource(one, exports) for one in self._importing if exports and one.conf.get("Type") in _RELEVANT]

    @computed_once
    def _mentions(self) -> dict[str, frozenset[str]]:
        """The resources that each resource refers to."""
        return {name: frozenset(_mentioned(resource)) & self._relevant.keys() for name, resource in self._relevant.items()}

    @computed_once
    def _mentioned_by(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name, mentioned in self._mentions.items():
            for other in mentioned:
                found.setdefault(other, set()).add(name)
        return found

    def traits(self, logical_id: str) -> list[QueueTraits]:
        """By what settings pick the queue that a resource is, or those that its policy is attached to."""
        models = self._models({})
        model = models.of(logical_id)
        if model is not None:
            return [model.own.traits]
        return [models.traits_of(attachment.queue) for attachment in models.policies_of(Place(logical_id, self._file))]

    def policy_place(self, logical_id: str, models: QueueModels) -> PolicyPlace:
        """Where a policy resource is attached. models: of the case at hand."""
        attribute = POLICY_TYPES[str(self._relevant[logical_id].get("Type"))]
        place = Place(logical_id, self._file)
        return PolicyPlace(
            place, tuple(models.policies_of(place)), attribute, f"Properties/{attribute}", is_inline=False, models=models
        )

    def _conditions_around(self, logical_id: str) -> set[str]:
        """The conditions of a resource, of those that refer to it or to what it refers to, and of those they refer to."""
        if not self._template.has_conditions:
            return set()
        beside = {logical_id, *self._mentions.get(logical_id, ())}
        near = beside.union(*(self._near(one) for one in beside))
        near |= {name for one in near for name in self._mentions.get(one, ())}
        found = {condition for name in near for condition in self._conditions_within.get(name, ())}
        return found | {self._made_if[name] for name in near if name != logical_id and name in self._made_if}

    def _near(self, name: str) -> set[str]:
        """The resources that refer to one; none of what everything refers to, whose conditions would be too many anyway."""
        found = self._mentioned_by.get(name, set())
        return found if len(found) <= _MOST_NEIGHBOURS else set()

    @computed_once
    def _conditions_within(self) -> dict[str, frozenset[str]]:
        """The conditions that decide something within a resource."""
        return {name: frozenset(conditions_in(resource)) for name, resource in self._relevant.items()}

    @computed_once
    def _made_if(self) -> dict[str, str]:
        """The condition under which a resource is made, of those that have one."""
        stated = ((name, resource.get("Condition")) for name, resource in self._relevant.items())
        return {name: condition for name, condition in stated if isinstance(condition, str)}


def _mentioned(value: Any, depth: int = 0) -> Iterator[str]:
    if depth > 100:
        return
    found = intrinsic(value)
    if found is not None and found[0] == "Ref":
        yield str(found[1])
    elif found is not None and found[0] == "Fn::GetAtt":
        yield str(found[1][0] if isinstance(found[1], list) and found[1] else found[1]).partition(".")[0]
    elif isinstance(value, str):
        yield from _MENTION.findall(value)
    else:
        for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
            yield from _mentioned(item, depth + 1)


def _build(
    template: Template,
    resources: Mapping[str, Mapping[str, Any]],
    truth: Mapping[str, bool],
    file: str,
    elsewhere: Iterable[StatingResource],
) -> QueueModels:
    by_type: dict[str, list[StatingResource]] = {}
    for name, stated in resources.items():
        resource = StatingResource(template, name, chosen(stated, truth) if truth else stated, truth, file)
        if not resource.there.is_no:
            by_type.setdefault(resource.type, []).append(resource)
    own_queues = [CodeQueue(queue.name, queue.place, None, queue.read_queue) for queue in by_type.get(QUEUE, ())]
    for resource in elsewhere:
        by_type.setdefault(resource.type, []).append(resource)
    return QueueModels(
        queues=own_queues,
        policies=[
            attachment
            for kind in POLICY_TYPES
            for resource in by_type.get(kind, ())
            for attachment in resource.policy_attachments()
        ],
        redrives=[redrive for queue in by_type.get(QUEUE, ()) for redrive in queue.redrives()],
        allowances=[allowance for queue in by_type.get(QUEUE, ()) for allowance in queue.allowances()],
        uses=[use for rule in USES for resource in by_type.get(rule.resource_type, ()) for use in resource.uses(rule, by_type)],
    )
