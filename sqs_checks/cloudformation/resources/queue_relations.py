"""What the resources of a template say about queues: policies, redrives, senders, consumers.

Source: AWS CloudFormation User Guide, AWS::SQS::Queue and the resource types of `queue_clients`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import ResourceIdentity
from sqs_checks.cloudformation.intrinsics.template_scalars import PartOf
from sqs_checks.cloudformation.resources.deployed_resource import DeployedResource
from sqs_checks.cloudformation.resources.queue_clients import (
    FUNCTION,
    MAPPING,
    RULE_TARGET,
    SUBSCRIPTION_ENDPOINT,
    TOPIC_ENDPOINT,
)
from sqs_checks.cloudformation.resources.queue_policy_resource import attached_queues, read_policy
from sqs_checks.cloudformation.resources.queue_references import queue_reference
from sqs_checks.cloudformation.resources.sender_sources import source_of
from sqs_checks.cloudformation.resources.stated_values import stated_bool, stated_number
from sqs_checks.judgement.ternary import YES, Ternary, known, unknown
from sqs_checks.model.redrive_policies import item_count, item_of_each, item_text, stated_object
from sqs_checks.model.relations import PolicyAttachment, QueueReference, Redrive, RedriveAllowance, Role, Use
from sqs_checks.model.use_rules import ANY, DEFAULT_FUNCTION_TIMEOUT_SECONDS, UseRule, consumes, function_name, values_at
from sqs_checks.queues.setting import Setting, Stated
from sqs_checks.values.configuration_values import (
    Attribute,
    Elements,
    Entries,
    Invalid,
    PiecedText,
    Unknown,
    Value,
    only_possibility,
)

_OF_A_FUNCTION = ("AWS::Lambda::Alias", "AWS::Lambda::Version")


def _there(resource: DeployedResource, reference: QueueReference) -> Ternary:
    """Whether a resource is made, where that is not in its reference already."""
    return YES if reference.certain and _is_of(resource, reference) else resource.there


def _is_of(resource: DeployedResource, reference: QueueReference) -> bool:
    queues = [resource.find(key) for key in reference.certain if isinstance(key, ResourceIdentity)]
    return all(queue is not None and resource.is_made_with(queue) for queue in queues)


def policy_attachments(resource: DeployedResource) -> Iterator[PolicyAttachment]:
    """A policy on each queue that it states."""
    for number, stated in enumerate(attached_queues(resource)):
        reference = queue_reference(stated, resource)
        there = _there(resource, reference)
        yield PolicyAttachment(resource.place, reference, there, lambda: read_policy(resource), number)


def itself(queue: DeployedResource) -> QueueReference:
    return QueueReference(queue.place.label, certain=frozenset({queue.identity}))


def redrive_of(queue: DeployedResource) -> Optional[Redrive]:
    """Where the dead letters of a queue go; None where the template does not say."""

    def count(value: Stated[int]) -> Setting[int]:
        return Setting("maxReceiveCount", "Properties/RedrivePolicy/maxReceiveCount", value, "{}: {}")

    stated = stated_object(queue.value("RedrivePolicy"))
    if stated is None:
        return None
    if isinstance(stated, Invalid):
        return Redrive(queue.place, itself(queue), YES, None, count(stated), queue.there)
    if isinstance(stated, Unknown):
        there = YES if stated.not_null else unknown(stated.reason)
        return Redrive(
            queue.place,
            itself(queue),
            there,
            queue_reference(item_of_each(stated, "deadLetterTargetArn"), queue),
            count(Unknown(stated.reason)),
            queue.there,
        )
    target = stated.items.get("deadLetterTargetArn")
    reference = queue_reference(target, queue) if target is not None else None
    number = stated_number(stated.items.get("maxReceiveCount"))
    return Redrive(queue.place, itself(queue), YES, reference, count(number), queue.there)


def allowance_of(queue: DeployedResource) -> Optional[RedriveAllowance]:
    """Whose dead letters a queue takes; None where the template does not say."""

    def permission(value: Stated[str]) -> Setting[str]:
        return Setting("redrivePermission", "Properties/RedriveAllowPolicy/redrivePermission", value, "{}: {}")

    stated = stated_object(queue.value("RedriveAllowPolicy"))
    if stated is None:
        return None
    if isinstance(stated, (Invalid, Unknown)):
        there = unknown(stated.reason) if isinstance(stated, Unknown) and not stated.not_null else YES
        hidden = stated if isinstance(stated, Invalid) else Unknown(stated.reason)
        return RedriveAllowance(queue.place, itself(queue), there, permission(hidden), hidden)
    listed = stated.items.get("sourceQueueArns")
    sources: Optional[Sequence[QueueReference]] = None
    if listed is None or isinstance(listed, Elements):
        sources = [queue_reference(one, queue) for one in (listed.items if listed is not None else ())]
    return RedriveAllowance(
        queue.place,
        itself(queue),
        YES,
        permission(item_text(stated, "redrivePermission")),
        item_count(stated, "sourceQueueArns"),
        tuple(sources) if sources is not None else None,
    )


def uses_of(resource: DeployedResource, rule: UseRule, functions: Iterable[DeployedResource]) -> Iterator[Use]:
    """What a resource does with queues at the place of a rule. functions: of the same deployment."""
    if rule is TOPIC_ENDPOINT:
        for subscription in values_at(resource.value(rule.path[0]), ()):
            yield from _subscription(resource, rule, subscription)
        return
    if rule is SUBSCRIPTION_ENDPOINT:
        yield from _subscription(resource, rule, resource.properties)
        return
    name, *path = rule.path
    if rule is RULE_TARGET:
        for target in values_at(resource.value(name), ()):
            yield from _rule_target(resource, rule, target)
        return
    source = source_of(resource) if rule.service is not None else None
    for value in values_at(resource.value(name), path):
        reference = queue_reference(value, resource)
        is_at_work = consumes(stated_bool(resource.value("Enabled"))) if rule.resource_type == MAPPING else YES
        there = _there(resource, reference) & is_at_work
        use = Use(resource.place, reference, there, rule.role, rule.what, rule.service, source)
        yield _with_consumer(use, resource, functions) if rule.role is Role.CONSUMES else use


def _rule_target(resource: DeployedResource, rule: UseRule, target: Value) -> Iterator[Use]:
    """A target of an EventBridge rule: EventBridge sends by itself, or by a role where one is stated."""
    role = target.items.get(str(rule.role_argument)) if isinstance(target, Entries) else None
    for value in values_at(target, rule.path[1:]):
        reference = queue_reference(value, resource)
        use = Use(resource.place, reference, _there(resource, reference), rule.role, rule.what)
        if role is None:
            yield use._replace(service=rule.service, source=source_of(resource))
        elif isinstance(role, Unknown) and not role.not_null:
            there = use.there & unknown(role.reason)
            yield use._replace(service=rule.service, source=source_of(resource), there=there)
        else:
            yield use


def _subscription(resource: DeployedResource, rule: UseRule, stated: Value) -> Iterator[Use]:
    if not isinstance(stated, Entries):
        if isinstance(stated, Unknown):
            reference = queue_reference(stated, resource)
            yield Use(resource.place, reference, resource.there, rule.role, rule.what, rule.service, source_of(resource))
        return
    protocol, endpoint = stated.items.get("Protocol"), stated.items.get("Endpoint")
    is_sqs = known(protocol.lower() == "sqs") if isinstance(protocol, str) else unknown("the protocol is not known")
    if endpoint is not None and not is_sqs.is_no:
        reference = queue_reference(endpoint, resource)
        there = is_sqs & _there(resource, reference)
        yield Use(resource.place, reference, there, rule.role, rule.what, rule.service, source_of(resource))


def _with_consumer(use: Use, resource: DeployedResource, functions: Iterable[DeployedResource]) -> Use:
    function = resource
    if resource.type == MAPPING:
        named = _function(resource.value("FunctionName"), resource, functions)
        if named is None:
            return use._replace(timeout=Unknown("the function that consumes the queue is not in the template"))
        function = named
    stated = stated_number(function.value("Timeout"))
    return use._replace(consumer=function.place, timeout=DEFAULT_FUNCTION_TIMEOUT_SECONDS if stated is None else stated)


def done_out_of_sight(nested: DeployedResource) -> tuple[list[PolicyAttachment], list[Use]]:
    """What a nested stack whose template is not at hand may do with the queues that it is given."""
    why = f"what the nested stack `{nested.place.label}` does with the queue is not known: its template is not at hand"
    references = [queue_reference(value, nested) for value in values_at(nested.value("Parameters"), (ANY,))]
    given = [one for one in references if one.certain or one.possible]
    there = unknown(why)
    policies = [PolicyAttachment(nested.place, one, there, lambda: None) for one in given]
    uses = [Use(nested.place, one, there, role, "nested stack") for one in given for role in Role]
    return policies, uses


def _function(value: Value, resource: DeployedResource, functions: Iterable[DeployedResource]) -> Optional[DeployedResource]:
    """The function that `FunctionName` names: by itself, an alias or a version of it, its ARN or its name."""
    value = only_possibility(value)
    if isinstance(value, PiecedText):
        wholes = [piece.whole if isinstance(piece, PartOf) else piece for piece in value.pieces]
        attributes = [piece for piece in wholes if isinstance(piece, Attribute)]
        of_resources = [one for one in attributes if isinstance(one.owner, ResourceIdentity)]
        # With a qualifier behind it, or an ARN ahead of it.
        written = "".join(piece if isinstance(piece, str) else "?" for piece in value.pieces)
        value = of_resources[0] if of_resources else written
    if isinstance(value, str):
        name = function_name(value)
        named = [one for one in functions if one.value("FunctionName") == name]
        return named[0] if len(named) == 1 else None
    owner = resource.find(value.owner) if isinstance(value, Attribute) and isinstance(value.owner, ResourceIdentity) else None
    if owner is not None and owner.type in _OF_A_FUNCTION and resource.type not in _OF_A_FUNCTION:
        return _function(owner.value("FunctionName"), owner, functions)
    return owner if owner is not None and owner.type == FUNCTION else None
