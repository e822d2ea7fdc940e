"""The shapes in which SAM writes CloudFormation, and reading what people wrote without trusting it.

Source: AWS SAM Developer Guide, "Generated AWS CloudFormation resources"; aws-sam-translator, `samtranslator/model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

FUNCTION = "AWS::Lambda::Function"
QUEUE = "AWS::SQS::Queue"
TOPIC = "AWS::SNS::Topic"
QUEUE_POLICY = "AWS::SQS::QueuePolicy"

Resource = dict[str, Any]
Resources = dict[str, Resource]


class EventTarget(NamedTuple):
    """What the events of a function or state machine call, and what they take over from it.

    logical_id: of the function or state machine. arn, name: of itself, or of its alias where it publishes one. condition:
    under which it is made. rule_suffix: what SAM adds to the name of a rule for its target.
    """

    logical_id: str
    arn: Any
    name: Any
    condition: Any
    rule_suffix: str


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping; otherwise an empty one."""
    return value if isinstance(value, Mapping) else {}


def named_mappings(value: Any) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The entries of a mapping that are mappings themselves, without the marks of Checkov's parser (`__startline__`)."""
    for name, item in mapping(value).items():
        if isinstance(name, str) and not name.startswith("__") and isinstance(item, Mapping):
            yield name, item


def text(value: Any) -> Optional[str]:
    """The value where it is a text that says something."""
    return value if isinstance(value, str) and value else None


def ref(logical_id: str) -> Resource:
    return {"Ref": logical_id}


def arn_of(logical_id: str) -> Resource:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def stated(properties: Mapping[str, Any], names: Iterable[str]) -> Resource:
    """Those of some properties that are there."""
    return {name: properties[name] for name in names if properties.get(name) is not None}


def renamed(properties: Mapping[str, Any], names: Mapping[str, str]) -> Resource:
    """Properties under CloudFormation's names. names: CloudFormation's by SAM's."""
    return {target: properties[source] for source, target in names.items() if properties.get(source) is not None}


def resource(kind: str, properties: Mapping[str, Any], condition: Any = None) -> Resource:
    """A resource as CloudFormation writes it, made under a condition where there is one."""
    made = {"Type": kind, "Properties": dict(properties)}
    return made if condition is None else {**made, "Condition": condition}


def queue_policy(principal: Any, source_arn: Any, queue_arn: Any, queue_url: Any, condition: Any) -> Resource:
    """A queue policy that lets somebody send for one source."""
    statement = {
        "Action": "sqs:SendMessage",
        "Effect": "Allow",
        "Principal": principal,
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return resource(QUEUE_POLICY, {"PolicyDocument": document, "Queues": [queue_url]}, condition)


def function_of(value: Any) -> Optional[tuple[str, Any]]:
    """The name and argument of an intrinsic function (`Ref`, `Condition`, `Fn::…`); None where the value is none."""
    if not isinstance(value, Mapping):
        return None
    names = [name for name in value if not str(name).startswith("__")]
    if len(names) != 1 or not (names[0] in ("Ref", "Condition") or str(names[0]).startswith("Fn::")):
        return None
    return str(names[0]), value[names[0]]


def referred_id(value: Any) -> Optional[str]:
    """The logical id that `Ref` or `Fn::GetAtt` names; None of anything else."""
    found = function_of(value)
    if found is None or found[0] not in ("Ref", "Fn::GetAtt"):
        return None
    argument = found[1]
    if found[0] == "Fn::GetAtt":
        argument = argument[0] if is_list(argument) and len(argument) == 2 else str(argument).partition(".")[0]
    return text(argument)


def is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def items(value: Any) -> Sequence[Any]:
    """The elements of a list; of anything else none."""
    return value if is_list(value) else ()


def choice(value: Any) -> Optional[tuple[str, Any, Any]]:
    """The condition and the two values of an `Fn::If`; None where the value is none."""
    found = function_of(value)
    if found is None or found[0] != "Fn::If" or not is_list(found[1]) or len(found[1]) != 3:
        return None
    condition, then, otherwise = found[1]
    return (condition, then, otherwise) if isinstance(condition, str) else None


def is_no_value(value: Any) -> bool:
    return function_of(value) == ("Ref", "AWS::NoValue")
