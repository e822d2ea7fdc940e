"""Corrections as changes of CloudFormation's templates, in YAML and JSON.

Source: AWS CloudFormation User Guide, "Template anatomy", intrinsic functions, the resource types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Optional

from sqs_checks.cloudformation.resources.queue_models import Situation
from sqs_checks.corrections.changes import Change, sender_places, sender_statement, without_taken_sid
from sqs_checks.judgement.correction import (
    AddStatement,
    Correction,
    LeaveOut,
    LetSenderIn,
    LimitToSenders,
    ListSources,
    SetTag,
    SetValue,
)
from sqs_checks.writing.collection_edits import add_item, leave_out, set_member
from sqs_checks.writing.json_tree import read_json
from sqs_checks.writing.notations import JSON, Verbatim
from sqs_checks.writing.policy_edits import add_condition, add_statement
from sqs_checks.writing.source_text import Edit, NotPlacedError
from sqs_checks.writing.written_tree import MAPPING, SCALAR, SEQUENCE, Document, Node
from sqs_checks.writing.yaml_tree import read_yaml


def change_of(correction: Correction, path: str, logical_id: str, situation: Situation) -> Change:
    """The change that makes a correction. path, logical_id: of the resource that has the fault. situation: it in one case.

    Raises NotPlacedError.
    """
    senders = _senders(correction.service, situation) if isinstance(correction, LimitToSenders) else []
    letting_in = _sender(correction.sender, situation) if isinstance(correction, LetSenderIn) else ("", "")
    if isinstance(correction, LetSenderIn):
        logical_id = correction.policy
    names = [_source_name(label, situation) for label in correction.sources] if isinstance(correction, ListSources) else []

    def edits(text: str) -> Sequence[Edit]:
        document = read_template(text)
        resource = _resource(document, logical_id)
        properties = _properties(resource)
        if isinstance(correction, SetValue):
            return _set(document, resource, properties, correction.path, correction.value)
        if isinstance(correction, SetTag):
            return _tagged(document, resource, properties, correction)
        if isinstance(correction, ListSources):
            return _set(document, resource, properties, ("RedriveAllowPolicy",), _allowance(document, names))
        if properties is None:
            raise NotPlacedError("it has no properties", resource.start)
        if isinstance(correction, LeaveOut):
            return leave_out(document, properties, correction.path[0])
        if isinstance(correction, LetSenderIn):
            return _let_in(document, properties, correction, letting_in)
        if isinstance(correction, LimitToSenders):
            return _limited(document, properties, correction, senders)
        return _with_statement(document, properties, correction)

    target: tuple[Any, ...] = (type(correction),)
    if isinstance(correction, (SetValue, LeaveOut)):
        target = correction.path
    elif isinstance(correction, SetTag):
        target = (correction.property, correction.key)
    elif isinstance(correction, LimitToSenders):
        target = (correction.statement,)
    elif isinstance(correction, LetSenderIn):
        target = (correction.sender,)
    value = None if isinstance(correction, LeaveOut) else str(correction)
    return Change(
        path, logical_id, edits, (path, logical_id, *target), value, isinstance(correction, (SetValue, SetTag, LeaveOut))
    )


@lru_cache(maxsize=4)
def read_template(text: str) -> Document:
    """The tree of a template. Raises NotPlacedError where it is none."""
    return read_json(text) if text.lstrip().startswith("{") else read_yaml(text)


def offset_of(text: str, logical_id: str) -> int:
    """Where a resource stands in a template. Raises NotPlacedError."""
    return _resource(read_template(text), logical_id).start


def _resource(document: Document, logical_id: str) -> Node:
    root: Optional[Node] = document.root
    if root is not None and root.member("Resources") is None and root.member("resources") is not None:
        root = root.member("resources")  # of the Serverless Framework
    resources = root.member("Resources") if root is not None else None
    resource = resources.member(logical_id) if resources is not None else None
    if resource is None or resource.kind != MAPPING:
        raise NotPlacedError(f"`{logical_id}` is not written there: a loop or a transform makes it")
    return resource


def _properties(resource: Node) -> Optional[Node]:
    """The properties of a resource; None where it has none."""
    properties = resource.member("Properties")
    if properties is None or (properties.kind == SCALAR and properties.value is None):
        return None
    if properties.is_shared:
        raise NotPlacedError("it stands for several values (an anchor)", properties.start)
    if properties.kind != MAPPING:
        raise NotPlacedError("its properties are worked out", properties.start)
    return properties


def _set(document: Document, resource: Node, properties: Optional[Node], path: Sequence[str], value: Any) -> Sequence[Edit]:
    if properties is None:
        return set_member(document, resource, ("Properties", *path), value)
    return set_member(document, properties, path, value)


def _with_statement(document: Document, properties: Node, correction: AddStatement) -> Sequence[Edit]:
    policy = _policy(document, properties)
    queue = None if correction.like else _queue(document, properties)
    return add_statement(policy, without_taken_sid(correction.elements, document.text), correction.like, queue)


def _tagged(document: Document, resource: Node, properties: Optional[Node], correction: SetTag) -> Sequence[Edit]:
    tags = properties.member(correction.property) if properties is not None else None
    tag = {"Key": correction.key, "Value": correction.value}
    if tags is None:
        return _set(document, resource, properties, (correction.property,), [tag])
    if tags.kind != SEQUENCE or any(entry.node.kind != MAPPING for entry in tags.entries):
        raise NotPlacedError("the tags are worked out", tags.start)
    for entry in tags.entries:
        key = entry.node.member("Key")
        if key is not None and key.kind == SCALAR and key.value == correction.key:
            return set_member(document, entry.node, ("Value",), correction.value)
    return add_item(document, tags, tag)


# Policies


def _policy(document: Document, properties: Node) -> Document:
    stated = properties.member("PolicyDocument")
    if stated is None or stated.kind != MAPPING or stated.is_shared:
        why = "several values share it (an anchor)" if stated is not None and stated.is_shared else "the policy is worked out"
        raise NotPlacedError(why, properties.start if stated is None else stated.start)
    return document._replace(root=stated)


def _queue(document: Document, properties: Node) -> Any:
    """The ARN of the only queue that a policy is attached to, in the language of the template."""
    stated = properties.member("Queues") or properties.member("Queue")
    nodes = [] if stated is None else [entry.node for entry in stated.entries] if stated.kind == SEQUENCE else [stated]
    if len(nodes) != 1:
        raise NotPlacedError("the policy is attached to several queues", properties.start)
    name = _referred(document, nodes[0])
    if name is None:
        raise NotPlacedError("its queue is not named by `Ref`", nodes[0].start)
    return _attribute(document, name, "Arn")


def _referred(document: Document, node: Node) -> Optional[str]:
    """The logical id that a `Ref` names."""
    written = document.source(node).strip()
    if written.startswith("!Ref "):
        return written[len("!Ref ") :].strip().strip("'\"")
    target = node.member("Ref")
    return target.value if target is not None and isinstance(target.value, str) else None


def _attribute(document: Document, logical_id: str, name: str) -> Any:
    is_json = document.notation is JSON
    return {"Fn::GetAtt": [logical_id, name]} if is_json else Verbatim(f"!GetAtt {logical_id}.{name}")


def _reference(document: Document, name: str) -> Any:
    return {"Ref": name} if document.notation is JSON else Verbatim(f"!Ref {name}")


# Senders


def _senders(service: str, situation: Situation) -> list[tuple[str, str]]:
    """The types and logical ids of what has a service send to the queues of the policy that a resource is."""
    senders = sender_places(service, situation.policy_place, situation.deployment.models)
    return list(dict.fromkeys(_sender(place.label, situation) for place in senders))


def _sender(label: str, situation: Situation) -> tuple[str, str]:
    """The type and logical id of what has a service send: a resource of the same template."""
    sender = situation.deployment.find(situation.resource.identity._replace(logical_id=label))
    if sender is None:
        raise NotPlacedError(f"`{label}` does not stand in the template of the policy")
    return sender.type, label


def _let_in(document: Document, properties: Node, correction: LetSenderIn, sender: tuple[str, str]) -> Sequence[Edit]:
    kind, logical_id = sender
    if kind == "AWS::S3::Bucket":
        account = _reference(document, "AWS::AccountId")
        elements = sender_statement(correction.service, account, "StringEquals", "aws:SourceAccount")
    else:
        elements = sender_statement(correction.service, _source(document, kind, logical_id))
    return _with_statement(document, properties, AddStatement(elements, correction.like))


def _limited(
    document: Document, properties: Node, correction: LimitToSenders, senders: Sequence[tuple[str, str]]
) -> Sequence[Edit]:
    policy = _policy(document, properties)
    if any(kind == "AWS::S3::Bucket" for kind, _ in senders):
        # The bucket's notification waits for the policy, so that the policy cannot name the bucket.
        account = _reference(document, "AWS::AccountId")
        return add_condition(policy, correction.statement, "StringEquals", "aws:SourceAccount", [account])
    values = [_source(document, kind, logical_id) for kind, logical_id in senders]
    return add_condition(policy, correction.statement, "ArnEquals", "aws:SourceArn", values)


def _source(document: Document, kind: str, logical_id: str) -> Any:
    """The ARN for which a resource has a service send, in the language of the template."""
    if kind == "AWS::SNS::Topic":
        return _reference(document, logical_id)
    if kind in ("AWS::Events::Rule", "AWS::Events::EventBus"):
        return _attribute(document, logical_id, "Arn")
    if kind == "AWS::SNS::Subscription":
        properties = _resource(document, logical_id).member("Properties")
        topic = properties.member("TopicArn") if properties is not None else None
        if topic is not None and not topic.is_shared and "\n" not in document.source(topic):
            return Verbatim(document.source(topic))
    raise NotPlacedError(f"how to name what `{logical_id}` sends for is not known")


# Redrive allow policies


def _source_name(label: str, situation: Situation) -> str:
    """The name of a queue that leaves its dead letters: by reference, two queues would refer to each other."""
    queue = situation.deployment.models.of(situation.resource.identity._replace(logical_id=label))
    if queue is not None and isinstance(queue.queue.name.value, str):
        return queue.queue.name.value
    raise NotPlacedError(f"`{label}` has no `QueueName`, and the two queues may not refer to each other")


def _allowance(document: Document, names: Sequence[str]) -> Mapping[str, Any]:
    arns = [f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{name}" for name in names]
    is_json = document.notation is JSON
    listed: list[Any] = [{"Fn::Sub": one} if is_json else Verbatim(f'!Sub "{one}"') for one in arns]
    return {"redrivePermission": "byQueue", "sourceQueueArns": listed}
