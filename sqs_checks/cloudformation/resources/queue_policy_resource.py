"""Queue policies in CloudFormation: `AWS::SQS::QueuePolicy` and `AWS::SQS::QueueInlinePolicy`.

Source: AWS CloudFormation User Guide, those resource types.
"""

from __future__ import annotations

from typing import NamedTuple, Optional, Union

from sqs_checks.cloudformation.intrinsics.deployment_cases import ResourceIdentity
from sqs_checks.cloudformation.intrinsics.template_scalars import why_open
from sqs_checks.cloudformation.resources.deployed_resource import DeployedResource
from sqs_checks.cloudformation.resources.own_texts import name_of, with_own_texts
from sqs_checks.cloudformation.resources.resource_types import POLICY_TYPES, QUEUE
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, THIS_REGION
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_url
from sqs_checks.values.configuration_values import (
    Attribute,
    Elements,
    PiecedText,
    Unknown,
    Value,
    only_possibility,
)
from sqs_checks.values.json_text import NotJsonError, read_json_text

_PATH = "Properties/PolicyDocument"


def attached_queues(resource: DeployedResource) -> list[Value]:
    """What a policy is attached to, as stated."""
    stated = resource.value(POLICY_TYPES[resource.type])
    return list(stated.items) if isinstance(stated, Elements) else [] if stated is None else [stated]


def _identity(value: Value, resource: DeployedResource) -> QueueIdentity:
    value = only_possibility(value)
    if isinstance(value, Attribute) and isinstance(value.owner, ResourceIdentity):
        queue = resource.find(value.owner)
        is_queue = queue is not None and queue.type == QUEUE and value.name in ("Ref", "QueueUrl")
        if queue is None or not is_queue:
            return QueueIdentity()
        return QueueIdentity(THIS_PARTITION, THIS_REGION, THIS_ACCOUNT, name_of(queue))
    text = with_own_texts(value, resource)
    is_known = isinstance(text, str) or (
        isinstance(text, PiecedText) and not any(isinstance(piece, Unknown) for piece in text.pieces)
    )
    return identity_from_url(text) if is_known else QueueIdentity()


class StatedDocument(NamedTuple):
    """stated: the document as a value, or why it is none. repeated_keys: of its objects, where it is JSON text."""

    stated: Union[Value, NotJsonError]
    repeated_keys: tuple[str, ...] = ()


def read_policy_document(resource: DeployedResource, name: str) -> Optional[StatedDocument]:
    """The policy document that a property states, as a mapping or as JSON text; None where it states none."""
    stated = with_own_texts(resource.value(name), resource)
    if stated is None:
        return None
    if not isinstance(stated, (str, PiecedText)):
        return StatedDocument(stated)
    try:
        read = read_json_text(stated)
    except NotJsonError as fault:
        return StatedDocument(fault if isinstance(stated, str) else Unknown(why_open(stated)))
    return StatedDocument(read.stated, read.repeated_keys)


def read_policy(resource: DeployedResource) -> Optional[AttachedPolicy]:
    """The policy that a resource attaches to queues; None where it holds no document."""
    read = read_policy_document(resource, "PolicyDocument")
    if read is None:
        return None
    identities = [_identity(queue, resource) for queue in attached_queues(resource)]
    return AttachedPolicy(read.stated, identities, _PATH, read.repeated_keys)
