"""The queues of Terraform code or of a plan, with all that the code says about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional, Protocol

from sqs_checks.frameworks.terraform_policy import read_policy
from sqs_checks.frameworks.terraform_queue import read_queue, whole_number
from sqs_checks.frameworks.terraform_redrive import item_count, item_number, item_text, json_object
from sqs_checks.frameworks.terraform_resource import TerraformResource
from sqs_checks.judgement.ternary import YES, Ternary, known, unknown
from sqs_checks.model.queue_model import CodeQueue, QueueModels
from sqs_checks.model.relations import (
    Key,
    Place,
    PolicyAttachment,
    QueueReference,
    Redrive,
    RedriveAllowance,
    Role,
    Use,
)
from sqs_checks.model.use_rules import DEFAULT_FUNCTION_TIMEOUT_SECONDS, UseRule
from sqs_checks.queues.setting import Malformed, Setting, Stated, Unresolved
from sqs_checks.terraform.resources.queue_clients import CONSUMER, SUBSCRIPTION, USES

# The name of a queue within its address.
_QUEUE_NAME = re.compile(r"aws_sqs_queue\.([^.\[]+)")


class StatingResource(Protocol):
    """A resource of code or of a plan that may say something about a queue."""

    @property
    def key(self) -> Key: ...

    @property
    def place(self) -> Place: ...

    @property
    def resource(self) -> TerraformResource: ...

    def references(self, path: tuple[str, ...]) -> Iterator[QueueReference]:
        """What each value at a path of the resource's blocks means."""

    def reference_within(self, name: str, value: Any) -> QueueReference:
        """What a value within a JSON attribute means; Unresolved as the value where the whole attribute is not known."""

    def function(self) -> Optional[StatingResource]:
        """The Lambda function that `function_name` names; None where the code does not tell."""


class Source(Protocol):
    """The resources of one root module, or of one plan."""

    def of_type(self, resource_type: str) -> Iterable[StatingResource]: ...


def build_models(source: Source) -> QueueModels:
    """All queues of a source and what is about them."""
    queues = list(source.of_type("aws_sqs_queue"))
    return QueueModels(
        queues=[_code_queue(stating) for stating in queues],
        policies=[*_inline_policies(queues), *_separate_policies(source.of_type("aws_sqs_queue_policy"))],
        redrives=[
            *_redrives(queues, inline=True),
            *_redrives(source.of_type("aws_sqs_queue_redrive_policy"), inline=False),
        ],
        allowances=[
            *_allowances(queues, inline=True),
            *_allowances(source.of_type("aws_sqs_queue_redrive_allow_policy"), inline=False),
        ],
        uses=[use for rule in USES for stating in source.of_type(rule.resource_type) for use in _uses(stating, rule)],
    )


def _code_queue(stating: StatingResource) -> CodeQueue:
    return CodeQueue(stating.key, stating.place, _QUEUE_NAME, lambda: read_queue(stating.resource))


def _itself(stating: StatingResource) -> QueueReference:
    return QueueReference(stating.place.label, certain=frozenset({stating.key}))


def queue_of(stating: StatingResource) -> QueueReference:
    """The queue that a resource beside it is about."""
    return next(stating.references(("queue_url",)), QueueReference("", hidden="`queue_url` is not stated"))


def _inline_policies(queues: Iterable[StatingResource]) -> Iterator[PolicyAttachment]:
    for stating in queues:
        stated = stating.resource.attribute("policy")
        if stated is not None and stated != "":
            there = unknown(stated.reason) if isinstance(stated, Unresolved) else YES
            yield PolicyAttachment(stating.place, _itself(stating), there, _policy_reader(stating, "aws_sqs_queue"))


def _separate_policies(resources: Iterable[StatingResource]) -> Iterator[PolicyAttachment]:
    for stating in resources:
        yield PolicyAttachment(stating.place, queue_of(stating), YES, _policy_reader(stating, "aws_sqs_queue_policy"))


def _policy_reader(stating: StatingResource, resource_type: str) -> Any:
    return lambda: read_policy(stating.resource, resource_type, stating.place.label)


def _redrives(resources: Iterable[StatingResource], *, inline: bool) -> Iterator[Redrive]:
    for stating in resources:
        redrive = read_redrive(stating, inline=inline)
        if redrive is not None:
            yield redrive


def read_redrive(stating: StatingResource, *, inline: bool) -> Optional[Redrive]:
    """The redrive policy that a resource states; None where it states none. inline: of a queue itself."""
    name = "redrive_policy"
    stated = json_object(stating.resource, name)
    if stated is None:
        return None

    def count(value: Stated[int]) -> Setting[int]:
        return Setting("maxReceiveCount", name, value, "{} = {}")

    queue = _itself(stating) if inline else queue_of(stating)
    if isinstance(stated, Malformed):
        return Redrive(stating.place, queue, YES, None, count(stated))
    if isinstance(stated, Unresolved):
        target = stating.reference_within(name, stated)
        # What is not known of a queue may be null, unless it is known to name a queue; a resource of its own is there.
        there = unknown(stated.reason) if inline and not target.certain else YES
        return Redrive(stating.place, queue, there, target, count(stated))
    named = stated.get("deadLetterTargetArn")
    reference = stating.reference_within(name, named) if named else None
    number = item_number(stated, "maxReceiveCount")
    return Redrive(stating.place, queue, YES, reference, count(whole_number(number)))


def _allowances(resources: Iterable[StatingResource], *, inline: bool) -> Iterator[RedriveAllowance]:
    for stating in resources:
        allowance = read_allowance(stating, inline=inline)
        if allowance is not None:
            yield allowance


def read_allowance(stating: StatingResource, *, inline: bool) -> Optional[RedriveAllowance]:
    """The redrive allow policy that a resource states; None where it states none. inline: of a queue itself."""
    name = "redrive_allow_policy"
    stated = json_object(stating.resource, name)
    if stated is None:
        return None

    def permission(value: Stated[str]) -> Setting[str]:
        return Setting("redrivePermission", name, value, "{} = {}")

    queue = _itself(stating) if inline else queue_of(stating)
    if isinstance(stated, (Unresolved, Malformed)):
        there = unknown(stated.reason) if inline and isinstance(stated, Unresolved) else YES
        return RedriveAllowance(stating.place, queue, there, permission(stated), stated)
    return RedriveAllowance(
        stating.place,
        queue,
        YES,
        permission(item_text(stated, "redrivePermission")),
        item_count(stated, "sourceQueueArns"),
    )


def _uses(stating: StatingResource, rule: UseRule) -> Iterator[Use]:
    there: Ternary = YES
    if rule.resource_type == SUBSCRIPTION and rule.role is Role.SENDS:
        there = _is_for_sqs(stating.resource)
    if there.is_no:
        return
    for reference in _rule_references(stating, rule):
        use = Use(stating.place, reference, there, rule.role, rule.what, rule.service)
        yield _with_consumer(use, stating) if rule.resource_type == CONSUMER and rule.role is Role.CONSUMES else use


def _rule_references(stating: StatingResource, rule: UseRule) -> Iterator[QueueReference]:
    if rule.path[0] != "redrive_policy":
        yield from stating.references(rule.path)
        return
    stated = json_object(stating.resource, "redrive_policy")
    if isinstance(stated, Unresolved):
        yield stating.reference_within("redrive_policy", stated)
    elif isinstance(stated, Mapping) and stated.get(rule.path[1]):
        yield stating.reference_within("redrive_policy", stated[rule.path[1]])


def _is_for_sqs(resource: TerraformResource) -> Ternary:
    protocol = resource.attribute("protocol")
    if isinstance(protocol, str):
        return known(protocol.lower() == "sqs")
    return unknown("the protocol of the subscription is not known")


def _with_consumer(use: Use, stating: StatingResource) -> Use:
    function = stating.function()
    if function is None:
        return use._replace(timeout=Unresolved("the function that consumes the queue is not in the scanned code"))
    stated = whole_number(function.resource.attribute("timeout"))
    timeout = DEFAULT_FUNCTION_TIMEOUT_SECONDS if stated is None else stated
    return use._replace(consumer=function.place, timeout=timeout)
