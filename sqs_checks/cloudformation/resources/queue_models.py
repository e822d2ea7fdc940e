"""The queues of stacks that are deployed together, with all that their templates say about them, case by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional, Union

from sqs_checks.cloudformation.intrinsics.case_exploration import MOST_CASES, by_default, explored
from sqs_checks.cloudformation.intrinsics.deployment_cases import (
    ANY,
    Case,
    NoDeploymentError,
    ResourceIdentity,
    Run,
    StackIdentity,
)
from sqs_checks.cloudformation.intrinsics.template_evaluator import NESTED_STACK_TYPES
from sqs_checks.cloudformation.resources.deployed_resource import DeployedResource
from sqs_checks.cloudformation.resources.own_keys import ALIAS, KEYS, own_keys
from sqs_checks.cloudformation.resources.own_texts import told_name
from sqs_checks.cloudformation.resources.queue_clients import FUNCTION, USES
from sqs_checks.cloudformation.resources.queue_relations import (
    allowance_of,
    done_out_of_sight,
    policy_attachments,
    redrive_of,
    uses_of,
)
from sqs_checks.cloudformation.resources.queue_resource import read_queue
from sqs_checks.cloudformation.resources.resource_types import POLICY_TYPES, QUEUE
from sqs_checks.cloudformation.stacks.stack_tree import Stack, StackTree
from sqs_checks.judgement.collection import collection_paused
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.queue_model import CodeQueue, QueueModel, QueueModels
from sqs_checks.model.relations import OwnKey, Place
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.values.configuration_values import LIST, Attribute, Elements, Entries, PiecedText, Unknown, Value

_RELEVANT = frozenset({QUEUE, FUNCTION, *POLICY_TYPES, *NESTED_STACK_TYPES, *KEYS, ALIAS, *(rule.resource_type for rule in USES)})
_MOST_MODELS = 64  # of one deployment
_MOST_NEIGHBOURS = 100


class Situation(NamedTuple):
    """A resource in a case. where: what must be so, in words; empty where nothing must. deployment: of which it is a part."""

    where: str
    resource: DeployedResource
    deployment: DeploymentInCase

    @property
    def queue(self) -> Optional[QueueModel]:
        """The queue that the resource is, with all that is about it."""
        return self.deployment.models.of(self.resource.identity)

    @property
    def policy_place(self) -> PolicyPlace:
        """Where the policy that the resource is is attached."""
        attribute = POLICY_TYPES[self.resource.type]
        place, models = self.resource.place, self.deployment.models
        attachments = tuple(models.policies_of(place))
        return PolicyPlace(place, attachments, attribute, f"Properties/{attribute}", is_inline=False, models=models)


class DeploymentModels:
    """All that the templates of a scan say about queues. shown: how messages name the file of a template."""

    def __init__(self, tree: StackTree, shown: Callable[[str], str]) -> None:
        self._tree = tree
        self._shown = shown
        self._deployments: dict[StackIdentity, _Deployment] = {}

    def alone(self, file: str, logical_id: str) -> list[Situation]:
        """A resource in each case that it tells apart by itself, and for each stack that its template is deployed as."""
        return self._situations(file, logical_id, lambda deployment, identity: deployment.alone(identity))

    def among_others(self, file: str, logical_id: str) -> list[Situation]:
        """A resource in each case that it and those around it tell apart, and for each stack that its template is deployed as.

        Where there are too many cases, what depends on them is unknown.
        """
        return self._situations(file, logical_id, lambda deployment, identity: deployment.among_others(identity))

    def _situations(
        self, file: str, logical_id: str, ask: Callable[[_Deployment, ResourceIdentity], list[Situation]]
    ) -> list[Situation]:
        stacks = self._deployed(file, logical_id)
        found: list[Situation] = []
        for stack in stacks:
            situations = ask(self._deployment(stack), stack.evaluator.identity(logical_id))
            if len(stacks) > 1:
                nesting = f"it is part of the nested stack `{'.'.join(stack.identity.path)}`"
                situations = [one._replace(where=" and ".join(filter(None, (nesting, one.where)))) for one in situations]
            found += situations
        return found

    def _deployed(self, file: str, logical_id: str) -> list[Stack]:
        return [stack for stack in self._tree.deployments(file) if logical_id in stack.evaluator.resources]

    def made_in(self, file: str, types: frozenset[str]) -> Iterator[DeployedResource]:
        """The resources of some types that the stacks of a template make in some case."""
        for stack in self._tree.deployments(file):
            for logical_id, resource in stack.evaluator.resources.items():
                if resource.type in types:
                    yield from (one.resource for one in self._deployment(stack).alone(stack.evaluator.identity(logical_id))[:1])

    def traits(self, file: str, logical_id: str) -> list[QueueTraits]:
        """By what settings pick the queue that a resource is, or those that its policy is attached to."""
        stacks = self._deployed(file, logical_id)
        return self._deployment(stacks[0]).traits(stacks[0].evaluator.identity(logical_id)) if stacks else []

    def _deployment(self, stack: Stack) -> _Deployment:
        if not self._deployments:
            self._group()
        return self._deployments[stack.identity]

    def _group(self) -> None:
        """Puts stacks together that are nested in one another, or of which one imports what the other exports."""
        stacks = self._tree.deployed
        groups: dict[StackIdentity, set[StackIdentity]] = {}

        def join(one: StackIdentity, other: StackIdentity) -> None:
            mine, theirs = groups.setdefault(one, {one}), groups.setdefault(other, {other})
            if mine is not theirs:
                mine |= theirs
                groups.update(dict.fromkeys(theirs, mine))

        relevant = {stack.identity: _Mentions(stack) for stack in stacks}
        for stack in stacks:
            join(stack.identity, stack.parent.identity if stack.parent is not None else stack.identity)
            for identity in relevant[stack.identity].all:
                if identity.stack in relevant:
                    join(stack.identity, identity.stack)
        for group in {id(group): group for group in groups.values()}.values():
            members = [stack for stack in stacks if stack.identity in group]
            deployment = _Deployment(members, [relevant[stack.identity] for stack in members], self._place)
            self._deployments.update(dict.fromkeys(group, deployment))

    def _place(self, stack: Stack, logical_id: str) -> Place:
        path = stack.identity.path if stack.file in self._shared_files else ()
        return Place(".".join((*path, logical_id)), self._shown(stack.file))

    @computed_once
    def _shared_files(self) -> frozenset[str]:
        """The templates that are deployed as several stacks."""
        counts = Counter(stack.file for stack in self._tree.deployed)
        return frozenset(file for file, count in counts.items() if count > 1)


class _Mentions:
    """What the relevant resources of a stack refer to, in whichever case."""

    def __init__(self, stack: Stack) -> None:
        self.of: dict[ResourceIdentity, frozenset[ResourceIdentity]] = {}
        for logical_id, resource in stack.evaluator.resources.items():
            if resource.type in _RELEVANT:
                values = [one.value for one in stack.evaluator.resource_cases(logical_id)]
                self.of[stack.evaluator.identity(logical_id)] = frozenset(_owners(values))

    @property
    def all(self) -> Iterator[ResourceIdentity]:
        for owners in self.of.values():
            yield from owners


def _owners(values: Iterable[Value]) -> Iterator[ResourceIdentity]:
    pending = list(values)
    while pending:
        value = pending.pop()
        if isinstance(value, Attribute):
            if isinstance(value.owner, ResourceIdentity):
                yield value.owner
        elif isinstance(value, Elements):
            pending.extend(value.items)
        elif isinstance(value, Entries):
            pending.extend(value.items.values())
        elif isinstance(value, PiecedText):
            pending.extend(piece for piece in value.pieces if not isinstance(piece, str))
        elif isinstance(value, Unknown):
            pending.extend(value.among)


class _Deployment:
    """Stacks that are deployed together. place: how messages name a resource of a stack."""

    def __init__(self, stacks: Sequence[Stack], mentions: Iterable[_Mentions], place: Callable[[Stack, str], Place]) -> None:
        self._stacks = {stack.identity: stack for stack in stacks}
        self._mentions = {identity: owners for one in mentions for identity, owners in one.of.items()}
        self._place = place
        self._in_cases: dict[Case, DeploymentInCase] = {}

    def alone(self, identity: ResourceIdentity) -> list[Situation]:
        return self._situations(identity, self._cases(identity, []))

    def among_others(self, identity: ResourceIdentity) -> list[Situation]:
        cases = self._cases(identity, self._around(identity))
        return self._situations(identity, cases if len(self._in_cases) + len(cases) <= _MOST_MODELS else cases and [ANY])

    def _situations(self, identity: ResourceIdentity, cases: Sequence[Case]) -> list[Situation]:
        found = []
        for case in cases:
            deployment = self._in_case(case)
            resource = deployment.find(identity)
            if resource is not None:
                found.append(Situation(case.words if len(cases) > 1 else "", resource, deployment))
        return found

    def traits(self, identity: ResourceIdentity) -> list[QueueTraits]:
        return self._in_case(ANY).traits(identity)

    def _in_case(self, case: Case) -> DeploymentInCase:
        if case not in self._in_cases:
            self._in_cases[case] = DeploymentInCase(self._stacks, self._mentions, case, self._place)
        return self._in_cases[case]

    def _cases(self, identity: ResourceIdentity, around: Sequence[ResourceIdentity]) -> list[Case]:
        """The cases that a resource and those around it tell apart, and how it is by default where those leave something open."""
        evaluator = self._stacks[identity.stack].evaluator

        def compute(run: Run) -> Value:
            if evaluator.existence(identity.logical_id, run) is False:
                raise NoDeploymentError
            return Elements(LIST, [self._stated(one, run) for one in (identity, *around)])

        cases = [one.case for one in explored(compute, ANY, MOST_CASES)]
        default = by_default(compute, self._stacks[identity.stack.root].evaluator.defaults)
        if default is not None and not any(one.merged(default) == one for one in cases):
            cases.append(default)
        return cases

    def _stated(self, identity: ResourceIdentity, run: Run) -> Value:
        evaluator = self._stacks[identity.stack].evaluator
        made = evaluator.existence(identity.logical_id, run)
        if made is not True:
            return made
        return evaluator.value(evaluator.resources[identity.logical_id].properties, run)

    def _around(self, identity: ResourceIdentity) -> list[ResourceIdentity]:
        """What a resource refers to, what refers to it or to these, and what those refer to."""
        beside = {identity, *self._mentions.get(identity, ())}
        near = beside.union(*(self._mentioned_by.get(one, ()) for one in beside))
        near |= {other for one in near for other in self._mentions.get(one, ())}
        found = [one for one in near if one in self._mentions and one != identity]
        # Where everything refers to something, the cases would be too many anyway.
        return sorted(found, key=str) if len(found) <= _MOST_NEIGHBOURS else []

    @computed_once
    def _mentioned_by(self) -> dict[ResourceIdentity, set[ResourceIdentity]]:
        found: dict[ResourceIdentity, set[ResourceIdentity]] = {}
        for identity, owners in self._mentions.items():
            for owner in owners:
                found.setdefault(owner, set()).add(identity)
        return found


class DeploymentInCase:
    """A deployment in one case. relevant: the resources that may have to do with queues."""

    def __init__(
        self,
        stacks: Mapping[StackIdentity, Stack],
        relevant: Iterable[ResourceIdentity],
        case: Case,
        place: Callable[[Stack, str], Place],
    ) -> None:
        self._stacks = stacks
        self._relevant = relevant
        self._case = case
        self._place = place
        self._found: dict[ResourceIdentity, Optional[DeployedResource]] = {}

    def find(self, identity: ResourceIdentity) -> Optional[DeployedResource]:
        """A resource of the deployment; None where the code holds none."""
        if identity not in self._found:
            stack = self._stacks.get(identity.stack)
            resource = stack.evaluator.resources.get(identity.logical_id) if stack is not None else None
            made = None
            if stack is not None and resource is not None:
                made = DeployedResource(stack, resource, self._case, self._place(stack, identity.logical_id), self.find)
            self._found[identity] = made
        return self._found[identity]

    @computed_once
    def models(self) -> QueueModels:
        with collection_paused():
            return self._models()

    def _models(self) -> QueueModels:
        by_type: dict[str, list[DeployedResource]] = {}
        for resource in filter(None, map(self.find, self._relevant)):
            if not resource.there.is_no:
                by_type.setdefault(resource.type, []).append(resource)
        out_of_sight = [
            done_out_of_sight(one) for kind in NESTED_STACK_TYPES for one in by_type.get(kind, ()) if not self._is_at_hand(one)
        ]
        queues, functions = by_type.get(QUEUE, []), by_type.get(FUNCTION, [])
        attaching = [resource for kind in POLICY_TYPES for resource in by_type.get(kind, ())]
        return QueueModels(
            queues=[_code_queue(queue, by_type.get(ALIAS, ())) for queue in queues],
            policies=[
                *(attachment for resource in attaching for attachment in policy_attachments(resource)),
                *(attachment for attachments, _ in out_of_sight for attachment in attachments),
            ],
            redrives=list(filter(None, map(redrive_of, queues))),
            allowances=list(filter(None, map(allowance_of, queues))),
            uses=[
                *(
                    use
                    for rule in USES
                    for resource in by_type.get(rule.resource_type, ())
                    for use in uses_of(resource, rule, functions)
                ),
                *(use for _, uses in out_of_sight for use in uses),
            ],
        )

    def _is_at_hand(self, nested: DeployedResource) -> bool:
        return self._stacks[nested.identity.stack].child(nested.identity.logical_id) is not None

    def traits(self, identity: ResourceIdentity) -> list[QueueTraits]:
        """By what settings pick the queue that a resource is, or those that its policy is attached to."""
        model, resource = self.models.of(identity), self.find(identity)
        if model is not None:
            return [model.own.traits]
        attachments = self.models.policies_of(resource.place) if resource is not None else ()
        return [self.models.traits_of(one.queue) for one in attachments]


def _code_queue(queue: DeployedResource, aliases: Sequence[DeployedResource]) -> CodeQueue:
    name = told_name(queue.value("QueueName"), queue)

    def keys() -> Sequence[Union[OwnKey, Unknown]]:
        return own_keys(queue, aliases)

    return CodeQueue(queue.identity, queue.place, None, lambda: read_queue(queue), own_name=name, read_keys=keys)
