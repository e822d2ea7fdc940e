"""Which queue a value of a template means: an ARN, a URL or a name, written out or of a queue of the deployment.

Source: AWS CloudFormation User Guide, the return values of AWS::SQS::Queue.
"""

from __future__ import annotations

from typing import Optional, Union

from sqs_checks.cloudformation.intrinsics.deployment_cases import ResourceIdentity
from sqs_checks.cloudformation.intrinsics.template_scalars import OfElsewhere, why_open
from sqs_checks.cloudformation.resources.deployed_resource import DeployedResource
from sqs_checks.cloudformation.resources.own_texts import with_own_texts
from sqs_checks.cloudformation.resources.resource_types import QUEUE
from sqs_checks.model.relations import ARN, NAME, URL, QueueReference
from sqs_checks.policy.own_names import named_by
from sqs_checks.policy.queue_identity import identity_from_arn, identity_from_url
from sqs_checks.values.configuration_values import Attribute, PiecedText, Unknown, Value
from sqs_checks.values.texts import Text, prefix_of

_ATTRIBUTES = {"Ref": URL, "QueueUrl": URL, "Arn": ARN, "QueueName": NAME}
# Resources whose attributes may be anything, a queue's ARN too.
_OPAQUE_TYPES = ("AWS::CloudFormation::", "Custom::", "AWS::SSM::", "AWS::Serverless::Application")


def queue_reference(value: Value, resource: DeployedResource) -> QueueReference:
    """The queue that a value means. resource: that states it."""
    if isinstance(value, Unknown):
        return _of_unknown(value, resource)
    if isinstance(value, Attribute):
        return _of_attribute(value, resource)
    if isinstance(value, (str, PiecedText)):
        return _of_text(value, resource)
    return QueueReference("a value that is no text")


def _of_attribute(value: Attribute, resource: DeployedResource) -> QueueReference:
    owner = resource.find(value.owner) if isinstance(value.owner, ResourceIdentity) else None
    if owner is None:
        is_pseudo = not isinstance(value.owner, ResourceIdentity)
        # What a transform makes is not in the template.
        return QueueReference(value.label, hidden=None if is_pseudo else why_open(value), scope=value.label)
    if owner.type == QUEUE:
        return _to_queue(value.label, owner, resource, _ATTRIBUTES.get(value.name))
    if owner.type.startswith(_OPAQUE_TYPES):
        return QueueReference(value.label, hidden=why_open(value), scope=("attribute", value))
    return QueueReference(value.label)


def _to_queue(shown: str, queue: DeployedResource, resource: DeployedResource, attribute: Optional[str]) -> QueueReference:
    if queue.there.is_no:
        return QueueReference(shown)
    if queue.is_made_with(resource):
        return QueueReference(shown, certain=frozenset({queue.identity}), attribute=attribute)
    why = "; ".join(queue.there.reasons)
    return QueueReference(shown, possible=frozenset({queue.identity}), why_possible=why, attribute=attribute)


def _of_text(value: Union[str, PiecedText], resource: DeployedResource) -> QueueReference:
    shown = str(value)
    text: Text = with_own_texts(value, resource)
    hidden = next((piece for piece in text.pieces if isinstance(piece, Unknown)), None) if isinstance(text, PiecedText) else None
    if hidden is not None:
        return QueueReference(shown, hidden=hidden.reason, scope=("text", value))
    prefix = prefix_of(text)
    if prefix.startswith("arn:"):
        identity = identity_from_arn(text)
        owner = named_by(identity.name)
        queue = resource.find(owner) if isinstance(owner, ResourceIdentity) else None
        if queue is not None and queue.type == QUEUE:
            return _to_queue(shown, queue, resource, ARN)
        return QueueReference(shown, identity=identity if identity.name else None, attribute=ARN)
    if prefix.startswith(("https://", "http://")):
        return QueueReference(shown, identity=identity_from_url(text), attribute=URL)
    return QueueReference(shown)


def _of_unknown(value: Unknown, resource: DeployedResource) -> QueueReference:
    if isinstance(value, OfElsewhere):
        return QueueReference("", hidden=value.reason, scope=("elsewhere", value.reason), elsewhere=True)
    among = [one for one in value.among if one is not None]
    references = [queue_reference(one, resource) for one in among]
    is_told = bool(among) and all(isinstance(one, (str, PiecedText, Attribute)) for one in among)
    is_one_of = is_told and all(one.hidden is None and one.identity is None for one in references)
    if not is_one_of:
        return QueueReference("", hidden=value.reason, scope=("unknown", value))
    if len(references) == 1 and value.not_null:
        return references[0]
    keys = frozenset(key for one in references for key in one.certain | one.possible)
    if not keys:
        return QueueReference(references[0].text)
    attributes = {one.attribute for one in references}
    attribute = attributes.pop() if len(attributes) == 1 else None
    return QueueReference(references[0].text, possible=keys, why_possible=value.reason, attribute=attribute)
