"""One resource of a template, and what it says about queues.

Source: AWS CloudFormation User Guide, the resource types of Amazon SQS and those of `cloudformation_uses`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.template_tree import TreeReader
from sqs_checks.cloudformation.intrinsics.template_values import ResourceReference, Template, intrinsic, unresolved
from sqs_checks.cloudformation.resources.queue_clients import (
    FUNCTION,
    MAPPING,
    SAM_FUNCTION,
    SUBSCRIPTION_ENDPOINT,
    TOPIC_ENDPOINT,
)
from sqs_checks.cloudformation.resources.queue_policy_resource import read_policy
from sqs_checks.cloudformation.resources.queue_resource import read_queue, text_value, whole_number
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import YES, Ternary, known, unknown
from sqs_checks.model.relations import (
    ARN,
    NAME,
    URL,
    Place,
    PolicyAttachment,
    QueueReference,
    Redrive,
    RedriveAllowance,
    Role,
    Use,
)
from sqs_checks.model.use_rules import ANY, DEFAULT_FUNCTION_TIMEOUT_SECONDS, UseRule
from sqs_checks.policy.own_names import resource_named_by
from sqs_checks.policy.queue_identity import identity_from_arn, identity_from_url
from sqs_checks.queues.setting import Setting, Stated
from sqs_checks.values.configuration_values import Invalid, PiecedText, Unknown
from sqs_checks.values.texts import prefix_of

QUEUE = "AWS::SQS::Queue"
POLICY_TYPES = {"AWS::SQS::QueuePolicy": "Queues", "AWS::SQS::QueueInlinePolicy": "Queue"}
# Which attribute of a queue `Ref` (None) and `Fn::GetAtt` stand for.
ATTRIBUTES = {None: URL, "QueueUrl": URL, "Arn": ARN, "QueueName": NAME}
# Resources whose attributes may be anything, a queue's ARN too.
_OPAQUE_TYPES = ("AWS::CloudFormation::", "Custom::", "AWS::SSM::")


def _json_object(text: str) -> Any:
    try:
        stated = json.loads(text)
    except (ValueError, RecursionError):
        stated = None
    return stated if isinstance(stated, Mapping) else Invalid("no JSON object")


class StatingResource:
    """A resource of a template, in one case of its conditions."""

    def __init__(self, template: Template, name: str, conf: Mapping[str, Any], truth: Mapping[str, bool], file: str) -> None:
        self.name = name
        self.type = str(conf.get("Type"))
        self.place = Place(name, file)
        self._template = template
        self._conf = conf
        self._truth = truth
        stated = conf.get("Properties")
        self._properties: Mapping[str, Any] = stated if isinstance(stated, Mapping) else {}

    @computed_once
    def there(self) -> Ternary:
        """Whether the resource is made."""
        condition = self._conf.get("Condition")
        if condition is None:
            return YES
        if condition in self._truth:
            return known(self._truth[condition])
        return unknown(f"whether `{self.name}` is made depends on the condition `{condition}`")

    def _there_for(self, other: Optional[str]) -> Ternary:
        """Whether the resource is made where another one is that has a condition."""
        return YES if other is not None and other == self._conf.get("Condition") else self.there

    def read_queue(self) -> Any:
        return read_queue(self._conf, self._template)

    def _itself(self) -> QueueReference:
        return QueueReference(self.name, certain=frozenset({self.name}))

    # References

    def reference(self, value: Any) -> Optional[QueueReference]:
        """The queue that a value stands for; None where the value is `AWS::NoValue`."""
        if isinstance(value, Unknown):
            return QueueReference("", hidden=value.reason)
        evaluated = value if isinstance(value, ResourceReference) else self._template.evaluate(value)
        if evaluated is None:
            return None
        if isinstance(evaluated, ResourceReference):
            return self._to_resource(evaluated)
        tree = TreeReader(self._template).tree(value)
        if isinstance(tree, Unknown):
            return QueueReference("", hidden=tree.reason)
        if not isinstance(tree, (str, PiecedText)):
            return QueueReference(str(tree))
        shown = str(tree)
        identity = identity_from_arn(tree)
        own = resource_named_by(identity.name)
        if own is not None:
            return self._to_queue(shown, own, ARN)
        if prefix_of(tree).startswith("arn:"):
            return QueueReference(shown, identity=identity if identity.name else None, attribute=ARN)
        if "://" in prefix_of(tree):
            return QueueReference(shown, identity=identity_from_url(tree), attribute=URL)
        return QueueReference(shown)

    def _to_queue(self, shown: str, logical_id: str, attribute: Optional[str]) -> QueueReference:
        other = self._template.condition_of(logical_id)
        there = self._there_for(other)
        if there.is_unknown:
            why = "; ".join(there.reasons)
            return QueueReference(shown, possible=frozenset({logical_id}), why_possible=why, attribute=attribute)
        return QueueReference(shown, certain=frozenset({logical_id}), attribute=attribute)

    def _to_resource(self, reference: ResourceReference) -> QueueReference:
        shown = f"{reference.logical_id}.{reference.attribute}" if reference.attribute else reference.logical_id
        if reference.resource_type == QUEUE:
            return self._to_queue(shown, reference.logical_id, ATTRIBUTES.get(reference.attribute))
        if reference.resource_type is None or reference.resource_type.startswith(_OPAQUE_TYPES):
            return QueueReference(shown, hidden=unresolved(shown).reason, scope="template")
        return QueueReference(shown)

    def _values(self, value: Any, path: tuple[str, ...], certainty: Ternary = YES) -> Iterator[tuple[Any, Ternary]]:
        """Every value at a path, as written, and how certain it is that it stands there; both branches of an `Fn::If` may."""
        found = intrinsic(value)
        if found is not None and found[0] == "Fn::If" and isinstance(found[1], list) and len(found[1]) == 3:
            name, *branches = found[1]
            for branch in branches:
                yield from self._values(branch, path, unknown(f"`{self.name}` depends on the condition `{name}`"))
        elif found is not None:
            evaluated = self._template.evaluate(value)
            if evaluated is not None:
                yield (value if not path else evaluated if isinstance(evaluated, Unknown) else unresolved(value)), certainty
        elif isinstance(value, list):
            for item in value:
                yield from self._values(item, path, certainty)
        elif not path:
            if value is not None:
                yield value, certainty
        elif isinstance(value, Mapping):
            name, *rest = path
            for key in (key for key in value if not str(key).startswith("__")) if name == ANY else (name,):
                if key in value:
                    yield from self._values(value[key], tuple(rest), certainty)

    def _references(self, path: tuple[str, ...], stated: Any = None) -> Iterator[QueueReference]:
        """What the values at a path mean. stated: where the path starts; the properties where it is left out."""
        for value, certainty in self._values(self._properties if stated is None else stated, path):
            reference = self.reference(value)
            if reference is not None:
                yield reference if certainty.is_yes else reference.perhaps("; ".join(certainty.reasons))

    # What it states

    def policy_attachments(self) -> Iterator[PolicyAttachment]:
        listed = self.attached_to()
        for reference in listed:
            there = self._there_beside(reference)
            yield PolicyAttachment(self.place, reference, there, lambda: read_policy(self._conf, self._template))

    def attached_to(self) -> list[QueueReference]:
        """The queues that a policy is attached to."""
        return list(self._references((POLICY_TYPES[self.type],)))

    def redrives(self) -> Iterator[Redrive]:
        def count(value: Stated[int]) -> Setting[int]:
            return Setting("maxReceiveCount", "Properties/RedrivePolicy/maxReceiveCount", value, "{}: {}")

        for stated, certainty in self._objects("RedrivePolicy"):
            if isinstance(stated, Unknown):
                hidden = QueueReference("RedrivePolicy", hidden=stated.reason)
                yield Redrive(self.place, self._itself(), unknown(stated.reason), hidden, count(stated))
            elif isinstance(stated, Invalid):
                yield Redrive(self.place, self._itself(), certainty, None, count(stated))
            else:
                target = next(self._references(("deadLetterTargetArn",), stated), None)
                number = whole_number(self._template.evaluate(stated.get("maxReceiveCount")))
                yield Redrive(self.place, self._itself(), certainty, target, count(number))

    def allowances(self) -> Iterator[RedriveAllowance]:
        def permission(value: Stated[str]) -> Setting[str]:
            return Setting("redrivePermission", "Properties/RedriveAllowPolicy/redrivePermission", value, "{}: {}")

        for stated, certainty in self._objects("RedriveAllowPolicy"):
            if isinstance(stated, (Unknown, Invalid)):
                there = unknown(stated.reason) if isinstance(stated, Unknown) else certainty
                yield RedriveAllowance(self.place, self._itself(), there, permission(stated), stated)
            else:
                text = text_value(self._template.evaluate(stated.get("redrivePermission")))
                count = self._count(stated.get("sourceQueueArns"))
                sources = tuple(self._references(("sourceQueueArns",), stated))
                yield RedriveAllowance(self.place, self._itself(), certainty, permission(text), count, sources)

    def _objects(self, name: str) -> Iterator[tuple[Any, Ternary]]:
        """What a property that is an object, or JSON text of one, may be, and how certain that is."""
        for value, certainty in self._values(self._properties, (name,)):
            stated = self._template.evaluate(value)
            if isinstance(stated, ResourceReference):
                yield unresolved(stated), certainty
            elif isinstance(stated, str):
                yield _json_object(stated), certainty
            else:
                yield stated if isinstance(stated, (Mapping, Unknown)) else Invalid("no object"), certainty

    def _count(self, value: Any) -> Stated[int]:
        stated = self._template.evaluate(value)
        if stated is None or isinstance(stated, Unknown):
            return stated
        if isinstance(stated, list):
            hidden = next((item for item in map(self._template.evaluate, stated) if isinstance(item, Unknown)), None)
            present = [item for item in stated if self._template.evaluate(item) is not None]
            return hidden if hidden is not None and not present else len(present)
        return unresolved(stated)

    def uses(self, rule: UseRule, by_type: Mapping[str, Iterable[StatingResource]]) -> Iterator[Use]:
        if rule is TOPIC_ENDPOINT:
            for subscription, certainty in self._values(self._properties, rule.path[:1]):
                if isinstance(subscription, Mapping):
                    yield from self._subscription(rule, subscription, certainty)
            return
        if rule is SUBSCRIPTION_ENDPOINT:
            yield from self._subscription(rule, self._properties, YES)
            return
        for reference in self._references(rule.path):
            use = Use(self.place, reference, self._there_beside(reference), rule.role, rule.what, rule.service)
            yield self._with_consumer(use, by_type) if rule.role is Role.CONSUMES else use

    def _there_beside(self, reference: QueueReference) -> Ternary:
        """Whether the resource is made, where that is not in the reference already."""
        return YES if reference.certain or reference.possible else self.there

    def _subscription(self, rule: UseRule, stated: Mapping[str, Any], certainty: Ternary) -> Iterator[Use]:
        protocol = self._template.evaluate(stated.get("Protocol"))
        is_sqs = known(protocol.lower() == "sqs") if isinstance(protocol, str) else unknown("the protocol is not known")
        for reference in self._references(("Endpoint",), stated) if not is_sqs.is_no else ():
            there = certainty & is_sqs & self._there_beside(reference)
            yield Use(self.place, reference, there, rule.role, rule.what, rule.service)

    def _with_consumer(self, use: Use, by_type: Mapping[str, Iterable[StatingResource]]) -> Use:
        function: Optional[StatingResource]
        if self.type == MAPPING:
            named = self._template.evaluate(self._properties.get("FunctionName"))
            logical_id = named.logical_id if isinstance(named, ResourceReference) else None
            functions = [*by_type.get(FUNCTION, ()), *by_type.get(SAM_FUNCTION, ())]
            function = next((one for one in functions if one.name == logical_id), None)
        else:
            function = self
        if function is None:
            return use._replace(timeout=Unknown("the function that consumes the queue is not in the template"))
        return use._replace(consumer=function.place, timeout=function.timeout())

    def timeout(self) -> Stated[int]:
        """The timeout of a function, in seconds."""
        stated = self._properties.get("Timeout")
        if stated is None and self.type == SAM_FUNCTION:
            stated = self._template.function_default("Timeout")
        number = whole_number(self._template.evaluate(stated))
        return DEFAULT_FUNCTION_TIMEOUT_SECONDS if number is None else number
