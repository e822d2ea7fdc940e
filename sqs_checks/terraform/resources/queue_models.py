"""The queues of Terraform code or of a plan, with all that the code says about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Protocol

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import YES, Ternary, known, unknown
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.queue_model import CodeQueue, QueueModel, QueueModels
from sqs_checks.model.redrive_policies import item_count, item_of_each, item_text, stated_object
from sqs_checks.model.relations import (
    NAME,
    Place,
    PolicyAttachment,
    QueueReference,
    Redrive,
    RedriveAllowance,
    Role,
    Use,
)
from sqs_checks.model.use_rules import ANY, DEFAULT_FUNCTION_TIMEOUT_SECONDS, UseRule, consumes, function_name
from sqs_checks.model.vpc_endpoint import VpcEndpoint
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_arn, identity_from_url
from sqs_checks.queues.setting import Setting, Stated
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.terraform.modules.resource_instance import EvaluatedBody
from sqs_checks.terraform.resources.configured_resource import ConfiguredResource, NestedBody, resource_of
from sqs_checks.terraform.resources.own_arns import queue_identity
from sqs_checks.terraform.resources.own_keys import ALIAS, KEY_POLICY, OwnKeys
from sqs_checks.terraform.resources.policy_values import read_policy_text
from sqs_checks.terraform.resources.provider_accounts import Account
from sqs_checks.terraform.resources.queue_clients import CONSUMER, FUNCTION, SUBSCRIPTION, USES
from sqs_checks.terraform.resources.queue_references import queue_reference
from sqs_checks.terraform.resources.queue_resource import read_queue
from sqs_checks.terraform.resources.resource_types import ENDPOINT_POLICY, POLICY, QUEUE, REDRIVE, REDRIVE_ALLOW
from sqs_checks.terraform.resources.sender_sources import source_of
from sqs_checks.terraform.resources.stated_values import as_unknown, stated_bool, stated_number
from sqs_checks.terraform.resources.vpc_endpoints import vpc_endpoint
from sqs_checks.values.configuration_values import (
    Attribute,
    Elements,
    Entries,
    Invalid,
    PiecedText,
    Unknown,
    Value,
    is_hidden,
    why_unknown,
)

# The resources that are about queues, or may name one.
TYPES = frozenset(
    (QUEUE, POLICY, REDRIVE, REDRIVE_ALLOW, ALIAS, KEY_POLICY, ENDPOINT_POLICY, *(rule.resource_type for rule in USES))
)
# Cases of how resources are related are told apart among so many at most: all are put together anew in each.
_MOST_RELATED = 100
# The name of a queue within its address.
_QUEUE_NAME = re.compile(r"aws_sqs_queue\.([^.\[]+)")


class Source(Protocol):
    """The resources of one root module, or of one plan."""

    def of_type(self, resource_type: str) -> Iterable[ConfiguredResource]: ...

    def resource(self, label: str) -> Optional[ConfiguredResource]:
        """The resource of an address."""

    def place(self, resource: ConfiguredResource) -> Place: ...

    def cases(self, resource: ConfiguredResource, reasons: Iterable[str]) -> Sequence[ResourceCase]:
        """A resource in each case of something that the code leaves open; without any where nothing such is known.

        reasons: why something about the resource is not known.
        """


class ResourceCase(NamedTuple):
    """words: what must be so. resources: the instances of the resource there; none where Terraform makes none. models: of the
    source there.
    """

    words: str
    resources: Sequence[ConfiguredResource]
    models: SourceModels


class SourceModels:
    """The models of all queues of a source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._keys = OwnKeys(source.of_type, source.place)
        self._queues: dict[str, Queue] = {}

    @computed_once
    def models(self) -> QueueModels:
        """The queues with all that the source says about them."""
        source = self._source
        queues = list(source.of_type(QUEUE))
        policies = list(source.of_type(POLICY))
        return QueueModels(
            queues=[self._code_queue(resource) for resource in queues],
            policies=[*self._inline_policies(queues), *self._separate_policies(policies)],
            redrives=[*self._redrives(queues), *self._redrives(source.of_type(REDRIVE))],
            allowances=[*self._allowances(queues), *self._allowances(source.of_type(REDRIVE_ALLOW))],
            uses=[use for rule in USES for resource in source.of_type(rule.resource_type) for use in self._uses(resource, rule)],
        )

    def place(self, resource: ConfiguredResource) -> Place:
        """A resource as messages name it."""
        return self._source.place(resource)

    def queues(self) -> Iterator[tuple[ConfiguredResource, QueueModel]]:
        """Every queue that the source makes."""
        for resource in self._source.of_type(QUEUE):
            model = self.models.of(resource.label)
            if model is not None:
                yield resource, model

    def _code_queue(self, resource: ConfiguredResource) -> CodeQueue:
        place = self._source.place(resource)
        return CodeQueue(
            resource.label,
            place,
            _QUEUE_NAME,
            lambda: self.queue(resource),
            resource.region,
            read_keys=lambda: self._keys.of_queue(resource),
        )

    def queue(self, resource: ConfiguredResource) -> Queue:
        """The queue that an `aws_sqs_queue` states by itself."""
        if resource.label not in self._queues:
            self._queues[resource.label] = read_queue(resource)
        return self._queues[resource.label]

    # Policies

    def _inline_policies(self, queues: Iterable[ConfiguredResource]) -> Iterator[PolicyAttachment]:
        for resource in queues:
            stated = resource.value("policy")
            if stated is not None and stated != "":
                may_be_null = isinstance(stated, Unknown) and not stated.not_null
                there = unknown(why_unknown(stated)) if may_be_null else YES
                yield PolicyAttachment(self._source.place(resource), itself(resource), there, self._policy_reader(resource))

    def _separate_policies(self, policies: Iterable[ConfiguredResource]) -> Iterator[PolicyAttachment]:
        for resource in policies:
            place = self._source.place(resource)
            yield PolicyAttachment(place, queue_of(resource), YES, self._policy_reader(resource))

    def _policy_reader(self, resource: ConfiguredResource) -> Any:
        return lambda: self.policy_of(resource)

    def policy_of(self, resource: ConfiguredResource) -> Optional[AttachedPolicy]:
        """The policy that a queue or policy resource attaches; None where it attaches none."""
        identity, account = self._queue_identity(resource)
        read = read_policy_text(resource.value("policy"), account)
        if read is None:
            return None
        return AttachedPolicy(read.document, [identity], "policy", read.repeated_keys, own_account=resource.own_account)

    def cases(self, resource: ConfiguredResource, reasons: Iterable[str], are_related: bool) -> Sequence[ResourceCase]:
        """A resource in each case of what the code leaves open. reasons: why something about it is not known. are_related:
        whether all queues are read anew in each case, which is not done for too many.
        """
        if are_related and sum(1 for kind in TYPES for _ in self._source.of_type(kind)) > _MOST_RELATED:
            return ()
        return self._source.cases(resource, reasons)

    def _queue_identity(self, resource: ConfiguredResource) -> tuple[QueueIdentity, Account]:
        """The queue that a policy is attached to, and the account that it lives in."""
        if resource.type == QUEUE:
            return queue_identity(resource), resource.account
        reference = queue_of(resource)
        if reference.identity is not None:
            return reference.identity, resource.account
        keys = list(reference.certain | reference.possible)
        queue = self._source.resource(str(keys[0])) if len(keys) == 1 else None
        if queue is not None:
            return queue_identity(queue), queue.account
        url = resource.value("queue_url")
        if isinstance(url, str):
            return (identity_from_arn(url) if url.startswith("arn:") else identity_from_url(url)), resource.account
        if isinstance(url, Attribute) and resource_of(url.owner).type == QUEUE:
            return queue_identity(resource_of(url.owner)), resource.account
        return QueueIdentity(), resource.account

    def policy_place(self, resource: ConfiguredResource) -> Optional[PolicyPlace]:
        """Where a resource attaches a policy; None where it attaches none."""
        place = self._source.place(resource)
        attachments = tuple(self.models.policies_of(place))
        if not attachments:
            return None
        is_inline = resource.type == QUEUE
        return PolicyPlace(place, attachments, "queue_url", "policy" if is_inline else "queue_url", is_inline, self.models)

    def resource(self, label: str) -> Optional[ConfiguredResource]:
        """The resource of an address; None where the code does not hold it."""
        return self._source.resource(label)

    def vpc_endpoint(self, resource: ConfiguredResource) -> Optional[VpcEndpoint]:
        """The VPC endpoint that a resource is, or whose policy it is; None where it is not about SQS."""
        return vpc_endpoint(resource, self._source.of_type(ENDPOINT_POLICY), self._source.place(resource))

    # Dead letters

    def _redrives(self, resources: Iterable[ConfiguredResource]) -> Iterator[Redrive]:
        for resource in resources:
            redrive = self.redrive_of(resource)
            if redrive is not None:
                yield redrive

    def redrive_of(self, resource: ConfiguredResource) -> Optional[Redrive]:
        """The redrive policy that a resource states; None where it states none."""
        name = "redrive_policy"
        inline = resource.type == QUEUE
        place = self._source.place(resource)
        stated = stated_object(resource.value(name))
        if stated is None:
            return None

        def count(value: Stated[int]) -> Setting[int]:
            return Setting("maxReceiveCount", name, value, "{} = {}")

        queue = itself(resource) if inline else queue_of(resource)
        if isinstance(stated, Invalid):
            return Redrive(place, queue, YES, None, count(stated))
        if isinstance(stated, Unknown):
            target = queue_reference(_queues_among(item_of_each(stated, "deadLetterTargetArn")), resource, name)
            # What is not known of a queue may be null; a resource of its own is there.
            there = unknown(stated.reason) if inline and not stated.not_null else YES
            return Redrive(place, queue, there, target, count(as_unknown(stated)))
        named = stated.items.get("deadLetterTargetArn")
        target_reference = queue_reference(named, resource, name, required=True) if named else None
        number = stated_number(stated.items.get("maxReceiveCount"))
        return Redrive(place, queue, YES, target_reference, count(number))

    def _allowances(self, resources: Iterable[ConfiguredResource]) -> Iterator[RedriveAllowance]:
        for resource in resources:
            allowance = self.allowance_of(resource)
            if allowance is not None:
                yield allowance

    def allowance_of(self, resource: ConfiguredResource) -> Optional[RedriveAllowance]:
        """The redrive allow policy that a resource states; None where it states none."""
        name = "redrive_allow_policy"
        inline = resource.type == QUEUE
        place = self._source.place(resource)
        stated = stated_object(resource.value(name))
        if stated is None:
            return None

        def permission(value: Stated[str]) -> Setting[str]:
            return Setting("redrivePermission", name, value, "{} = {}")

        queue = itself(resource) if inline else queue_of(resource)
        if isinstance(stated, Invalid):
            return RedriveAllowance(place, queue, YES, permission(stated), stated)
        if isinstance(stated, Unknown):
            hidden = as_unknown(stated)
            there = unknown(stated.reason) if inline and not stated.not_null else YES
            return RedriveAllowance(place, queue, there, permission(hidden), hidden)
        stated_permission = permission(item_text(stated, "redrivePermission"))
        listed = stated.items.get("sourceQueueArns")
        sources = [queue_reference(one, resource, name) for one in listed.items] if isinstance(listed, Elements) else None
        if listed is None:
            sources = []
        count = item_count(stated, "sourceQueueArns")
        return RedriveAllowance(place, queue, YES, stated_permission, count, tuple(sources) if sources is not None else None)

    def stand_in(self, resource: ConfiguredResource) -> Optional[QueueModel]:
        """What a redrive resource says of its queue, where the code does not hold that queue; None where it does."""
        reference = queue_of(resource)
        if reference.certain or reference.possible:
            return None
        queue = QueueReference(reference.text, certain=frozenset({resource.label}))
        redrive = self.redrive_of(resource) if resource.type == REDRIVE else None
        allowance = self.allowance_of(resource) if resource.type == REDRIVE_ALLOW else None
        code_queue = CodeQueue(resource.label, self._source.place(resource), None, lambda: read_queue(resource))
        models = QueueModels(
            queues=[code_queue],
            redrives=[redrive._replace(queue=queue)] if redrive else [],
            allowances=[allowance._replace(queue=queue)] if allowance else [],
        )
        return models.of(resource.label) if redrive or allowance else None

    # Senders and consumers

    def _uses(self, resource: ConfiguredResource, rule: UseRule) -> Iterator[Use]:
        there: Ternary = YES
        if rule.resource_type == SUBSCRIPTION and rule.role is Role.SENDS:
            there = _is_for_sqs(resource)
        elif rule.resource_type == CONSUMER:
            there = consumes(stated_bool(resource.value("enabled")))
        if there.is_no:
            return
        place = self._source.place(resource)
        for value in _rule_values(resource, rule):
            reference = queue_reference(value, resource, rule.path[-1])
            use = Use(place, reference, there, rule.role, rule.what)
            if rule.service is not None:
                use = self._sent_by_service(use, resource, rule)
            is_consumer = rule.resource_type == CONSUMER and rule.role is Role.CONSUMES
            yield self._with_consumer(use, resource) if is_consumer else use

    def _sent_by_service(self, use: Use, resource: ConfiguredResource, rule: UseRule) -> Use:
        role = resource.value(rule.role_argument) if rule.role_argument else None
        if role is not None and not (isinstance(role, Unknown) and not role.not_null):
            return use
        queue = self._source.resource(str(next(iter(use.queue.certain), "")))
        source = source_of(resource, (queue or resource).account)
        there = use.there if role is None else use.there & unknown(why_unknown(role))
        return use._replace(service=rule.service, source=source, there=there)

    def _with_consumer(self, use: Use, resource: ConfiguredResource) -> Use:
        function = self._function(resource.value("function_name"))
        if function is None:
            return use._replace(timeout=Unknown("the function that consumes the queue is not in the scanned code"))
        stated = stated_number(function.value("timeout"))
        timeout = DEFAULT_FUNCTION_TIMEOUT_SECONDS if stated is None else stated
        return use._replace(consumer=self._source.place(function), timeout=timeout)

    def _function(self, value: Value) -> Optional[ConfiguredResource]:
        """The Lambda function that `function_name` names, by itself, an alias or a version; None where the code does not tell."""
        if isinstance(value, Unknown) and value.not_null and len(value.among) == 1:
            value = value.among[0]
        if isinstance(value, PiecedText) and isinstance(value.pieces[0], Attribute):
            value = value.pieces[0]  # with a qualifier behind it
        if isinstance(value, str):
            found = [one for one in self._source.of_type(FUNCTION) if _is_named(one, value)]
            return found[0] if len(found) == 1 else None
        if not isinstance(value, Attribute):
            return None
        resource = resource_of(value.owner)
        if resource.mode == "managed" and resource.type == FUNCTION:
            return resource
        if resource.mode == "managed" and resource.type == "aws_lambda_alias":
            return self._function(resource.value("function_name"))
        return None


def _queues_among(stated: Unknown) -> Unknown:
    """A JSON text that is not known: of all that it refers to, only a queue can be where dead letters go."""
    attributes = [one for one in stated.among if isinstance(one, Attribute)]
    queues = [one for one in attributes if resource_of(one.owner).type == QUEUE and resource_of(one.owner).mode == "managed"]
    if not queues or len(attributes) != len(stated.among):
        return stated
    return Unknown(stated.reason, not_null=stated.not_null, among=tuple(queues))


def _is_named(function: ConfiguredResource, text: str) -> bool:
    """Whether a name or an ARN is that of a function."""
    name = function.value("function_name")
    return isinstance(name, str) and bool(name) and function_name(text) == name


def itself(resource: ConfiguredResource) -> QueueReference:
    return QueueReference(resource.label, certain=frozenset({resource.label}))


def queue_of(resource: ConfiguredResource) -> QueueReference:
    """The queue that a resource beside it is about."""
    url = resource.value("queue_url")
    if url is None:
        return QueueReference("", hidden="`queue_url` is not stated")
    reference = queue_reference(url, resource, "queue_url", required=True)
    if isinstance(url, str) and url and reference.is_no_queue and "/" not in url and ":" not in url:
        return QueueReference(url, identity=QueueIdentity(name=url), attribute=NAME)
    return reference


def _is_for_sqs(resource: ConfiguredResource) -> Ternary:
    protocol = resource.value("protocol")
    if isinstance(protocol, str):
        return known(protocol.lower() == "sqs")
    return unknown("the protocol of the subscription is not known")


def _rule_values(resource: ConfiguredResource, rule: UseRule) -> Iterator[Value]:
    name, *rest = rule.path
    if name == "redrive_policy":
        stated = stated_object(resource.value(name))
        if isinstance(stated, Unknown):
            yield item_of_each(stated, rest[0])
        elif isinstance(stated, Entries) and stated.items.get(rest[0]) is not None:
            yield stated.items[rest[0]]
        return
    if not rest:
        value = resource.value(name)
        if value is not None:
            yield value
        return
    for body in resource.blocks(name):
        yield from _values_in(body, rest)


def _values_in(body: NestedBody, path: Sequence[str]) -> Iterator[Value]:
    """The values at a path of nested blocks."""
    if isinstance(body, Unknown):
        yield body
        return
    name, *rest = path
    if isinstance(body, Entries):
        yield from _values_of_entries(body.items, path)
        return
    names = body.nested_types if name == ANY else [name]
    for one in names:
        if rest:
            for inner in body.blocks(one):
                yield from _values_in(inner, rest)
        elif body.value(one) is not None:
            yield body.value(one)


def _values_of_entries(items: Mapping[str, Value], path: Sequence[str]) -> Iterator[Value]:
    name, *rest = path
    for key in list(items) if name == ANY else [name]:
        value = items.get(key)
        if value is None:
            continue
        for item in value.items if isinstance(value, Elements) else (value,):
            if not rest or is_hidden(item):
                yield item
            elif isinstance(item, (Entries, EvaluatedBody)):
                yield from _values_in(item, rest)
