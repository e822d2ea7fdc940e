"""For which resource a service sends that a resource of a template has send: the topic, the bucket, the rule or the bus.

Source: Amazon SNS, Amazon S3 and Amazon EventBridge developer guides (`aws:SourceArn` in the policies of queues); AWS
CloudFormation User Guide, the resource types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import ResourceIdentity
from sqs_checks.cloudformation.intrinsics.template_scalars import why_open
from sqs_checks.cloudformation.resources.deployed_resource import DeployedResource
from sqs_checks.cloudformation.resources.own_texts import arn_of, with_own_texts
from sqs_checks.model import arn_formats
from sqs_checks.model.relations import Source
from sqs_checks.model.use_rules import source_of_arn
from sqs_checks.policy.own_names import THIS_ACCOUNT
from sqs_checks.values.configuration_values import Attribute, Unknown, Value, only_possibility
from sqs_checks.values.texts import Text, called


def _arn_of(resource: DeployedResource) -> Optional[Text]:
    arn = arn_of(resource)
    return called(arn, f"{resource.place.label}.Arn") if arn is not None else None


def _itself(resource: DeployedResource) -> Source:
    return source_of_arn(_arn_of(resource))


def _of_subscription(subscription: DeployedResource) -> Source:
    return source_of_arn(with_own_texts(only_possibility(subscription.value("TopicArn")), subscription))


def _bucket(bucket: DeployedResource) -> Source:
    return Source(_arn_of(bucket) or Unknown("the bucket's name is not known"), THIS_ACCOUNT)


def _of_notifications(notifications: DeployedResource) -> Source:
    stated: Value = only_possibility(notifications.value("BucketName"))
    named = None
    if isinstance(stated, Attribute) and isinstance(stated.owner, ResourceIdentity):
        named = notifications.find(stated.owner)
    if named is not None and named.type == "AWS::S3::Bucket":
        return _bucket(named)
    arn = arn_formats.BUCKET.arn(stated) if isinstance(stated, str) else Unknown(why_open(stated))
    return Source(arn, THIS_ACCOUNT)


_SOURCES: Mapping[str, Callable[[DeployedResource], Source]] = {
    "AWS::SNS::Topic": _itself,
    "AWS::SNS::Subscription": _of_subscription,
    "AWS::S3::Bucket": _bucket,
    "Custom::S3BucketNotifications": _of_notifications,
    "AWS::Events::Rule": _itself,
    "AWS::Events::EventBus": _itself,
}


def source_of(resource: DeployedResource) -> Optional[Source]:
    """For what a resource has a service send; None where it has none send."""
    find = _SOURCES.get(resource.type)
    return find(resource) if find is not None else None
