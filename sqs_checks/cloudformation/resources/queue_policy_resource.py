"""Queue policies in CloudFormation: `AWS::SQS::QueuePolicy` and `AWS::SQS::QueueInlinePolicy`.

Source: AWS CloudFormation User Guide, those resource types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.template_tree import MISSING, TreeReader
from sqs_checks.cloudformation.intrinsics.template_values import ResourceReference, Template
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_url, own_queue
from sqs_checks.values.configuration_values import PiecedText, Unknown, why_unknown
from sqs_checks.values.json_text import NotJsonError, read_json_text


def _identity(stated: Any, template: Template) -> QueueIdentity:
    value = template.evaluate(stated)
    if isinstance(value, ResourceReference):
        is_queue = value.resource_type == "AWS::SQS::Queue" and value.attribute in (None, "QueueUrl")
        return own_queue(value.logical_id) if is_queue else QueueIdentity()
    return identity_from_url(value) if isinstance(value, str) else QueueIdentity()


def read_policy(conf: Mapping[str, Any], template: Template) -> Optional[AttachedPolicy]:
    """The policy that a resource attaches to queues; None where it holds no document."""
    properties = conf.get("Properties")
    if not isinstance(properties, Mapping) or "PolicyDocument" not in properties:
        return None
    stated = TreeReader(template).tree(properties["PolicyDocument"])
    if stated is MISSING:
        return None
    queues = template.evaluate(properties.get("Queues", properties.get("Queue")))
    listed = queues if isinstance(queues, list) else [properties.get("Queue", queues)]
    identities = [_identity(queue, template) for queue in listed]
    path = "Properties/PolicyDocument"
    if isinstance(stated, (str, PiecedText)):
        try:
            read = read_json_text(stated)
        except NotJsonError as fault:
            return AttachedPolicy(fault if isinstance(stated, str) else Unknown(why_unknown(stated)), identities, path)
        return AttachedPolicy(read.stated, identities, path, read.repeated_keys)
    return AttachedPolicy(stated, identities, path)
