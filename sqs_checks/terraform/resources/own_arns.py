"""ARNs of things of the code: what is known of them though their text is not.

Source: Terraform AWS provider, the attributes of the resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional

from sqs_checks.model import arn_formats
from sqs_checks.model.arn_formats import ArnFormat
from sqs_checks.policy.own_names import (
    THIS_ACCOUNT,
    THIS_PARTITION,
    THIS_REGION,
    other_account,
    own_arn,
    own_name,
    unknown_account,
)
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.terraform.resources.configured_resource import ConfiguredResource, resource_of
from sqs_checks.terraform.resources.provider_accounts import Account, SameAccount, same_account
from sqs_checks.values.configuration_values import Attribute, PiecedText, joined_text
from sqs_checks.values.texts import Text, called, split_text


class ArnShape(NamedTuple):
    """name: the argument that states the name in the ARN; None where AWS makes it up."""

    format: ArnFormat
    name: Optional[str] = "name"


SHAPES: Mapping[str, ArnShape] = {
    "aws_sqs_queue": ArnShape(arn_formats.QUEUE),
    "aws_sns_topic": ArnShape(arn_formats.TOPIC),
    "aws_s3_bucket": ArnShape(arn_formats.BUCKET, "bucket"),
    "aws_iam_role": ArnShape(arn_formats.ROLE),
    "aws_iam_user": ArnShape(arn_formats.USER),
    "aws_cloudwatch_event_rule": ArnShape(arn_formats.RULE),
    "aws_cloudwatch_event_bus": ArnShape(arn_formats.EVENT_BUS),
    "aws_scheduler_schedule": ArnShape(arn_formats.SCHEDULE),
    "aws_scheduler_schedule_group": ArnShape(arn_formats.SCHEDULE_GROUP),
    "aws_pipes_pipe": ArnShape(arn_formats.PIPE),
    "aws_lambda_function": ArnShape(arn_formats.FUNCTION, "function_name"),
    "aws_lambda_alias": ArnShape(arn_formats.FUNCTION, None),
    "aws_cloudwatch_metric_alarm": ArnShape(arn_formats.ALARM, "alarm_name"),
    "aws_kms_key": ArnShape(arn_formats.KEY, None),
    "aws_sfn_state_machine": ArnShape(arn_formats.STATE_MACHINE),
    "aws_dynamodb_table": ArnShape(arn_formats.TABLE),
    "aws_cloudwatch_log_group": ArnShape(arn_formats.LOG_GROUP),
    "aws_s3control_bucket": ArnShape(arn_formats.OUTPOST_BUCKET, None),
    "aws_ses_receipt_rule": ArnShape(arn_formats.RECEIPT_RULE, None),
    "aws_apigatewayv2_api": ArnShape(arn_formats.REST_API, None),
}


def account_text(account: Account, owner: Account) -> Text:
    """What a policy calls an account. owner: the account of the queue that the policy is attached to."""
    same = same_account(account, owner)
    if same is SameAccount.YES:
        return THIS_ACCOUNT
    if account.id is not None:
        return account.id
    return other_account(account.label) if same is SameAccount.NO else unknown_account(account.label)


def name_of(resource: ConfiguredResource, argument: Optional[str]) -> Text:
    """The name of a thing: as the code states it, or what stands for it."""
    stated = resource.value(argument) if argument is not None else None
    return stated if isinstance(stated, str) and stated else own_name(resource.label, resource.label)


def bus_prefix(resource: ConfiguredResource, owner: Account) -> Optional[Text]:
    """What stands ahead of a rule's name in its ARN: the name of its event bus, unless that is the default one; None where
    that is not known.

    Source: Service Authorization Reference, "Resource types defined by Amazon EventBridge" (rule-on-default-event-bus,
    rule-on-custom-event-bus).
    """
    bus = resource.value("event_bus_name")
    if bus is None or bus == "default":
        return ""
    text = attribute_text(bus, owner) if isinstance(bus, Attribute) else bus if isinstance(bus, str) else None
    # A bus of another account, or one of a partner, may be named by its ARN.
    return joined_text([split_text(text, "event-bus/")[-1], "/"]) if text is not None else None


def arn_of(resource: ConfiguredResource, owner: Account) -> Optional[Text]:
    """The ARN of a thing of the code; None where its shape is not known."""
    shape = SHAPES.get(resource.type)
    if shape is None:
        return None
    name, account = name_of(resource, shape.name), account_text(resource.account, owner)
    if resource.type == "aws_cloudwatch_event_rule":
        prefix = bus_prefix(resource, owner)
        # Of a bus that is not known, all behind `rule/` is the rule's own.
        name = joined_text([prefix, name]) if prefix is not None else own_name(resource.label, resource.label)
    # Where nothing but the name tells whose it is, the text must still tell that it is the code's.
    partition = partition_of(resource) if shape.format.has_account else THIS_PARTITION
    return shape.format.arn(name, resource.region or THIS_REGION, account, partition)


def partition_of(resource: ConfiguredResource) -> Text:
    """The partition of a thing, where its region tells."""
    region = resource.region
    if region is None:
        return THIS_PARTITION
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def queue_identity(queue: ConfiguredResource) -> QueueIdentity:
    """The parts of the ARN of a queue of the code."""
    return QueueIdentity(partition_of(queue), queue.region or THIS_REGION, THIS_ACCOUNT, name_of(queue, "name"))


def attribute_text(attribute: Attribute, owner: Account) -> Optional[Text]:
    """What stands in a policy for an attribute of a thing of the code; None where nothing is known of it."""
    resource = resource_of(attribute.owner)
    text = _known_text(resource, attribute.name, owner)
    if text is None and resource.type.startswith("aws_"):
        text = _made_up_by_aws(resource, attribute, owner)
    return called(text, attribute.label) if text is not None else None


def _known_text(resource: ConfiguredResource, name: str, owner: Account) -> Optional[Text]:
    if resource.mode == "data":
        return _data_text(resource, name, owner)
    if name == "arn" or (name == "id" and resource.type in ("aws_sns_topic",)):
        return arn_of(resource, owner)
    if name == "name" and resource.type in SHAPES:
        return name_of(resource, SHAPES[resource.type].name)
    return None


def _made_up_by_aws(resource: ConfiguredResource, attribute: Attribute, owner: Account) -> Optional[Text]:
    """An id or ARN of a thing: whatever AWS makes it, it holds no wildcard, and an ARN tells whose it is.

    Of what is looked up, an ARN may be another account's and a queue may be any.
    """
    name = attribute.name
    if resource.mode == "data" and resource.type == "aws_sqs_queue":
        return None
    itself = PiecedText((attribute,))
    if name == "id" or name.endswith("_id"):
        return itself
    if resource.mode == "managed" and (name == "arn" or name.endswith("_arn")):
        account = account_text(resource.account, owner)
        return own_arn(own_name(resource.type, resource.type), THIS_REGION, account, itself, partition_of(resource))
    return None


def _data_text(resource: ConfiguredResource, name: str, owner: Account) -> Optional[Text]:
    if resource.type == "aws_caller_identity" and name in ("account_id", "id"):
        return account_text(resource.account, owner)
    if resource.type == "aws_partition" and name in ("partition", "id"):
        return THIS_PARTITION
    if resource.type == "aws_region" and name in ("name", "id", "region"):
        return resource.region or THIS_REGION
    if name == "arn" and resource.type in SHAPES and SHAPES[resource.type].name is not None:
        stated = resource.value(str(SHAPES[resource.type].name))
        return arn_of(resource, owner) if isinstance(stated, str) else None
    return None
