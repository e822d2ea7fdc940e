"""What is known of the texts of a template's own things: ARNs, names and ids of its resources, its account and region.

Source: AWS CloudFormation User Guide, the return values of the resource types and "Pseudo parameters reference".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import ResourceIdentity
from sqs_checks.cloudformation.intrinsics.template_scalars import why_open
from sqs_checks.cloudformation.resources.deployed_resource import DeployedResource
from sqs_checks.model import arn_formats
from sqs_checks.model.arn_formats import ArnFormat
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, THIS_REGION, own_arn, own_name
from sqs_checks.values.configuration_values import (
    Attribute,
    Elements,
    Entries,
    PiecedText,
    Unknown,
    Value,
    joined_text,
    only_possibility,
)
from sqs_checks.values.texts import Text, called, split_text

_RULE = "AWS::Events::Rule"
_PSEUDO_PARAMETERS: Mapping[str, Text] = {
    "AWS::AccountId": THIS_ACCOUNT,
    "AWS::Partition": THIS_PARTITION,
    "AWS::Region": THIS_REGION,
    "AWS::URLSuffix": "amazonaws.com",
}


class _Naming(NamedTuple):
    """arn: which attribute is the ARN; `Ref` is what `Ref` gives. name: which is the name in it; None where AWS makes it up.
    property: that states the name.
    """

    format: ArnFormat
    arn: tuple[str, ...] = ("Arn",)
    name: Optional[str] = "Ref"
    property: Optional[str] = "Name"


_NAMINGS: Mapping[str, _Naming] = {
    "AWS::SQS::Queue": _Naming(arn_formats.QUEUE, name="QueueName", property="QueueName"),
    "AWS::SNS::Topic": _Naming(arn_formats.TOPIC, ("Ref", "TopicArn"), "TopicName", "TopicName"),
    "AWS::S3::Bucket": _Naming(arn_formats.BUCKET, property="BucketName"),
    "AWS::IAM::Role": _Naming(arn_formats.ROLE, property="RoleName"),
    "AWS::IAM::User": _Naming(arn_formats.USER, property="UserName"),
    _RULE: _Naming(arn_formats.RULE),
    "AWS::Events::EventBus": _Naming(arn_formats.EVENT_BUS),
    "AWS::Lambda::Function": _Naming(arn_formats.FUNCTION, property="FunctionName"),
    "AWS::Serverless::Function": _Naming(arn_formats.FUNCTION, property="FunctionName"),
    "AWS::Lambda::Alias": _Naming(arn_formats.FUNCTION, ("Ref", "AliasArn"), None, None),
    "AWS::Lambda::Version": _Naming(arn_formats.FUNCTION, ("Ref", "FunctionArn"), None, None),
    "AWS::Scheduler::Schedule": _Naming(arn_formats.SCHEDULE),
    "AWS::Scheduler::ScheduleGroup": _Naming(arn_formats.SCHEDULE_GROUP),
    "AWS::Pipes::Pipe": _Naming(arn_formats.PIPE),
    "AWS::CloudWatch::Alarm": _Naming(arn_formats.ALARM, property="AlarmName"),
    "AWS::KMS::Key": _Naming(arn_formats.KEY, property=None),
    "AWS::StepFunctions::StateMachine": _Naming(arn_formats.STATE_MACHINE, ("Ref", "Arn"), "Name", "StateMachineName"),
    "AWS::DynamoDB::Table": _Naming(arn_formats.TABLE, property="TableName"),
    "AWS::Logs::LogGroup": _Naming(arn_formats.LOG_GROUP, property="LogGroupName"),
}


def name_of(resource: DeployedResource) -> Text:
    """The name of a resource: as the template states it, or what stands for it."""
    naming = _NAMINGS.get(resource.type)
    stated = resource.value(naming.property) if naming is not None and naming.property is not None else None
    if isinstance(stated, str) and stated:
        return stated
    return told_name(stated, resource) or own_name(resource.identity, resource.place.label)


def told_name(stated: Value, resource: DeployedResource) -> Optional[PiecedText]:
    """A name that is put together from things of the stack; None where it is not, or not all of it is known."""
    text = with_own_texts(stated, resource) if isinstance(stated, PiecedText) else None
    is_told = isinstance(text, PiecedText) and not any(isinstance(piece, Unknown) for piece in text.pieces)
    return text if is_told else None


def attribute_text(attribute: Attribute, resource: DeployedResource) -> Optional[Text]:
    """What stands in a policy for an attribute; None where nothing is known of it. resource: any of the same deployment."""
    if not isinstance(attribute.owner, ResourceIdentity):
        return called(_PSEUDO_PARAMETERS.get(attribute.name, PiecedText((attribute,))), attribute.label)
    owner = resource.find(attribute.owner)
    text = _text_of(owner, attribute) if owner is not None else None
    return called(text, attribute.label) if text is not None else None


def arn_of(resource: DeployedResource) -> Optional[Text]:
    """The ARN of a resource; None where its shape is not known."""
    naming = _NAMINGS.get(resource.type)
    if naming is None:
        return None
    name = name_of(resource)
    return naming.format.arn(_on_bus(resource, name) if resource.type == _RULE else name)


def _on_bus(rule: DeployedResource, name: Text) -> Text:
    """What stands in the ARN of a rule behind `rule/`: the event bus too, unless that is the default one.

    Source: Service Authorization Reference, "Resource types defined by Amazon EventBridge" (rule-on-default-event-bus,
    rule-on-custom-event-bus).
    """
    bus = with_own_texts(rule.value("EventBusName"), rule)
    if bus is None or bus == "default":
        return name
    is_told = isinstance(bus, str) or (isinstance(bus, PiecedText) and not any(isinstance(one, Unknown) for one in bus.pieces))
    # Of a bus that is not known, all behind `rule/` is the rule's own.
    return joined_text([split_text(bus, "event-bus/")[-1], "/", name]) if is_told else own_name(rule.identity, rule.place.label)


def _text_of(owner: DeployedResource, attribute: Attribute) -> Optional[Text]:
    naming = _NAMINGS.get(owner.type)
    if naming is not None and attribute.name in naming.arn:
        return arn_of(owner)
    if naming is not None and attribute.name == naming.name:
        return name_of(owner)
    itself = PiecedText((attribute,))
    if not owner.type.startswith("AWS::") or owner.type.startswith(("AWS::CloudFormation::", "AWS::SSM::")):
        return None
    # Whatever AWS makes it, an id holds no wildcard, and an ARN is of this account.
    if attribute.name.endswith("Arn"):
        return own_arn(own_name(owner.type, owner.type), THIS_REGION, THIS_ACCOUNT, itself)
    return itself if attribute.name == "Ref" or attribute.name.endswith("Id") else None


def with_own_texts(value: Value, resource: DeployedResource) -> Value:
    """A value in which what the template knows to be its own is written as `own_names` has it. resource: that states it."""
    if isinstance(value, Elements):
        return Elements(value.kind, [with_own_texts(item, resource) for item in value.items])
    if isinstance(value, Entries):
        return Entries(value.kind, {name: with_own_texts(item, resource) for name, item in value.items.items()})
    if isinstance(value, Unknown):
        value = only_possibility(value)
    if isinstance(value, Attribute):
        return attribute_text(value, resource) or Unknown(why_open(value))
    if isinstance(value, PiecedText):
        return joined_text(
            (attribute_text(piece, resource) or Unknown(why_open(piece))) if isinstance(piece, Attribute) else piece
            for piece in value.pieces
        )
    return value
