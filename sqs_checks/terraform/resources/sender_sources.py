"""For which resource a service sends that a Terraform resource has send: the topic, the bucket, the rule or the bus.

Source: Amazon SNS, Amazon S3 and Amazon EventBridge developer guides (`aws:SourceArn` in the policies of queues); Terraform AWS
provider, the arguments of the resources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Optional

from sqs_checks.model import arn_formats
from sqs_checks.model.relations import Source
from sqs_checks.model.use_rules import source_of_arn
from sqs_checks.policy.own_names import THIS_REGION
from sqs_checks.terraform.resources.configured_resource import ConfiguredResource
from sqs_checks.terraform.resources.own_arns import account_text, arn_of, bus_prefix, partition_of
from sqs_checks.terraform.resources.policy_values import with_own_text
from sqs_checks.terraform.resources.provider_accounts import Account
from sqs_checks.terraform.resources.stated_values import as_unknown
from sqs_checks.values.configuration_values import joined_text, only_possibility
from sqs_checks.values.texts import Text, called


def _of_topic(subscription: ConfiguredResource, owner: Account) -> Source:
    return source_of_arn(with_own_text(only_possibility(subscription.value("topic_arn")), owner))


def _of_bucket(notification: ConfiguredResource, owner: Account) -> Source:
    stated, account = notification.value("bucket"), account_text(notification.account, owner)
    bucket = _named(notification, "bucket", "aws_s3_bucket")
    if bucket is not None:
        return Source(_arn_of(bucket, owner) or as_unknown(stated), account_text(bucket.account, owner))
    if not isinstance(stated, str):
        return Source(as_unknown(stated), account)
    return Source(arn_formats.BUCKET.arn(stated, partition=partition_of(notification)), account)


def _of_rule(target: ConfiguredResource, owner: Account) -> Source:
    stated = target.value("rule")
    rule = _named(target, "rule", "aws_cloudwatch_event_rule")
    if rule is not None:
        return source_of_arn(_arn_of(rule, owner))
    bus = bus_prefix(target, owner)
    if not isinstance(stated, str) or bus is None:
        return source_of_arn(as_unknown(stated if bus is not None else target.value("event_bus_name")))
    region, account = target.region or THIS_REGION, account_text(target.account, owner)
    return source_of_arn(arn_formats.RULE.arn(joined_text([bus, stated]), region, account, partition_of(target)))


def _of_bus(bus: ConfiguredResource, owner: Account) -> Source:
    return source_of_arn(_arn_of(bus, owner))


_SOURCES: Mapping[str, Callable[[ConfiguredResource, Account], Source]] = {
    "aws_sns_topic_subscription": _of_topic,
    "aws_s3_bucket_notification": _of_bucket,
    "aws_cloudwatch_event_target": _of_rule,
    "aws_cloudwatch_event_bus": _of_bus,
}


def source_of(resource: ConfiguredResource, owner: Account) -> Optional[Source]:
    """For what a resource has a service send; None where it has none send. owner: the account of the queue."""
    find = _SOURCES.get(resource.type)
    return find(resource, owner) if find is not None else None


def _arn_of(resource: ConfiguredResource, owner: Account) -> Optional[Text]:
    arn = arn_of(resource, owner)
    return called(arn, f"{resource.label}.arn") if arn is not None else None


def _named(resource: ConfiguredResource, argument: str, resource_type: str) -> Optional[ConfiguredResource]:
    """The bucket or rule of the code by whose attribute an argument names it."""
    named = resource.referred(argument)
    return named if named is not None and (named.type, named.mode) == (resource_type, "managed") else None
