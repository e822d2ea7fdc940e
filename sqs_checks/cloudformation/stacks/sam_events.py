"""What SAM makes of the events of functions and state machines: what calls them, and the queues in between.

Source: AWS SAM Developer Guide, "EventSource" and the pages of its types; aws-sam-translator,
`samtranslator/model/eventsources/pull.py`, `push.py`, `scheduler.py` and `samtranslator/model/stepfunctions/events.py`.
Events that are about no queue whatever they say (APIs, S3, IoT, Cognito, logs, skills) make nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Optional

from sqs_checks.cloudformation.stacks.sam_shapes import (
    QUEUE,
    EventTarget,
    Resource,
    Resources,
    arn_of,
    mapping,
    named_mappings,
    queue_policy,
    ref,
    referred_id,
    renamed,
    resource,
    stated,
    text,
)

# An event's resources: of its logical id, its properties, what it calls, and the resources that the template writes.
EventMaker = Callable[[str, Mapping[str, Any], EventTarget, Mapping[str, Any]], Resources]

_LONGEST_TARGET_ID = 64
_MAPPING_PROPERTIES = (
    "StartingPosition",
    "StartingPositionTimestamp",
    "BatchSize",
    "Enabled",
    "MaximumBatchingWindowInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "KmsKeyArn",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "LoggingConfig",
)
# What an event source mapping states of Kafka, by the type of its event.
_KAFKA_SETTINGS = {"MSK": "AmazonManagedKafkaEventSourceConfig", "SelfManagedKafka": "SelfManagedKafkaEventSourceConfig"}
_SUBSCRIPTION_PROPERTIES = ("Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy")
# A rule's properties, by those of the event.
_RULE_OF_PATTERN = {"EventBusName": "EventBusName", "Pattern": "EventPattern", "RuleName": "Name"}
_RULE_OF_SCHEDULE = {"Schedule": "ScheduleExpression", "Name": "Name", "Description": "Description"}
_RULE_TARGET_PROPERTIES = ("Input", "InputPath", "RetryPolicy", "InputTransformer")
_SCHEDULE_PROPERTIES = (
    "ScheduleExpression",
    "Description",
    "StartDate",
    "EndDate",
    "ScheduleExpressionTimezone",
    "GroupName",
    "KmsKeyArn",
)
_EVENTS: Mapping[str, Any] = {"Service": "events.amazonaws.com"}


def event_resources(events: Any, target: EventTarget, makers: Mapping[str, EventMaker], written: Mapping[str, Any]) -> Resources:
    """What all events of a function or state machine make. makers: by type of event. written: the template's resources."""
    made: Resources = {}
    for name, event in sorted(named_mappings(events), key=_order):
        maker = makers.get(str(event.get("Type")))
        if maker is not None:
            made.update(maker(target.logical_id + name, mapping(event.get("Properties")), target, written))
    return made


def _order(event: tuple[str, Mapping[str, Any]]) -> str:
    """SAM takes a function's events by path or name: of two that make one resource, the last one wins."""
    return text(mapping(event[1].get("Properties")).get("Path")) or event[0]


def _event_source_mapping(kind: str, source: Optional[str]) -> EventMaker:
    """Events that Lambda polls. source: the property that names what is polled."""

    def make(event_id: str, properties: Mapping[str, Any], target: EventTarget, _written: Mapping[str, Any]) -> Resources:
        made = stated(properties, _MAPPING_PROPERTIES)
        made["FunctionName"] = target.name
        if source is not None and properties.get(source) is not None:
            made["EventSourceArn"] = properties[source]
        made.update(_of_kafka(kind, properties))
        if kind == "DocumentDB":
            made["DocumentDBEventSourceConfig"] = stated(properties, ("DatabaseName", "CollectionName", "FullDocument"))
        if properties.get("DestinationConfig"):
            made["DestinationConfig"] = _without_type(properties["DestinationConfig"])
        return {event_id: resource("AWS::Lambda::EventSourceMapping", made, target.condition)}

    return make


def _of_kafka(kind: str, properties: Mapping[str, Any]) -> Resource:
    made: Resource = {}
    if properties.get("KafkaBootstrapServers"):
        made["SelfManagedEventSource"] = {"Endpoints": {"KafkaBootstrapServers": properties["KafkaBootstrapServers"]}}
    settings = stated(properties, ("ConsumerGroupId", "SchemaRegistryConfig"))
    if settings and kind in _KAFKA_SETTINGS:
        made[_KAFKA_SETTINGS[kind]] = settings
    return made


def _without_type(destinations: Any) -> Any:
    """`Type` tells SAM which permission the function needs; CloudFormation knows none."""
    failure = mapping(destinations).get("OnFailure")
    if not isinstance(failure, Mapping) or "Type" not in failure:
        return destinations
    return {**destinations, "OnFailure": {name: item for name, item in failure.items() if name != "Type"}}


def _sns(event_id: str, properties: Mapping[str, Any], target: EventTarget, written: Mapping[str, Any]) -> Resources:
    """A subscription of the function, or of a queue that the function consumes: SAM's own, or one that the event names."""
    by_queue = properties.get("SqsSubscription")
    if not by_queue:
        return {event_id: _subscription("lambda", target.arn, properties, target)}
    if by_queue is True:
        queue_id = f"{event_id}Queue"
        fifo = {"FifoQueue": True} if _is_fifo_topic(properties.get("Topic"), written) else {}
        queue = resource(QUEUE, fifo, target.condition)
        return {queue_id: queue, **_through_queue(event_id, arn_of(queue_id), ref(queue_id), properties, target)}
    arn, url = mapping(by_queue).get("QueueArn"), mapping(by_queue).get("QueueUrl")
    return _through_queue(event_id, arn, url, properties, target) if arn and url else {}


def _through_queue(event_id: str, arn: Any, url: Any, properties: Mapping[str, Any], target: EventTarget) -> Resources:
    """The topic sends to the queue, whose policy lets it, and the function consumes it. SAM passes over `Enabled`."""
    stated_queue = mapping(properties.get("SqsSubscription"))
    policy_id = text(stated_queue.get("QueuePolicyLogicalId")) or f"{event_id}QueuePolicy"
    consumer = {
        "EventSourceArn": arn,
        "FunctionName": target.name,
        "BatchSize": stated_queue.get("BatchSize") or 10,
        "Enabled": True,
    }
    return {
        f"{event_id}EventSourceMapping": resource("AWS::Lambda::EventSourceMapping", consumer, target.condition),
        policy_id: queue_policy("*", properties.get("Topic"), arn, url, target.condition),
        event_id: _subscription("sqs", arn, properties, target),
    }


def _subscription(protocol: str, endpoint: Any, properties: Mapping[str, Any], target: EventTarget) -> Resource:
    made = {"Protocol": protocol, "Endpoint": endpoint, "TopicArn": properties.get("Topic")}
    return resource("AWS::SNS::Subscription", {**made, **stated(properties, _SUBSCRIPTION_PROPERTIES)}, target.condition)


def _is_fifo_topic(topic: Any, written: Mapping[str, Any]) -> bool:
    of_topic = mapping(mapping(written.get(referred_id(topic) or "")).get("Properties"))
    return of_topic.get("FifoTopic") in (True, "true")


def _rule(names: Mapping[str, str]) -> EventMaker:
    """Events that an EventBridge rule of their own sends. names: the rule's properties, by those of the event."""

    def make(event_id: str, properties: Mapping[str, Any], target: EventTarget, _written: Mapping[str, Any]) -> Resources:
        dead_letters, queues = _dead_letters(event_id, properties, target)
        if queues:
            queue_id = next(iter(queues))
            queues[f"{event_id}QueuePolicy"] = queue_policy(
                _EVENTS, arn_of(event_id), arn_of(queue_id), ref(queue_id), target.condition
            )
        aim = {"Arn": target.arn, "Id": _target_id(event_id, properties, target), **dead_letters}
        aim.update(stated(properties, _RULE_TARGET_PROPERTIES))
        if target.rule_suffix == STATE_MACHINE_SUFFIX:
            aim["RoleArn"] = properties.get("RoleArn") or arn_of(f"{event_id}Role")
        rule = {**renamed(properties, names), **_state(properties), "Targets": [aim]}
        return {event_id: resource("AWS::Events::Rule", rule, target.condition), **queues}

    return make


def _state(properties: Mapping[str, Any]) -> Resource:
    if properties.get("Enabled") is not None:
        return {"State": "ENABLED" if properties["Enabled"] else "DISABLED"}
    return {"State": properties["State"]} if properties.get("State") else {}


def _target_id(event_id: str, properties: Mapping[str, Any], target: EventTarget) -> Any:
    named = mapping(properties.get("Target")).get("Id")
    return named or event_id[: _LONGEST_TARGET_ID - len(target.rule_suffix)] + target.rule_suffix


def _dead_letters(event_id: str, properties: Mapping[str, Any], target: EventTarget) -> tuple[Resource, Resources]:
    """The `DeadLetterConfig` of a target, and the queue that SAM makes for it where the event names none."""
    config = properties.get("DeadLetterConfig")
    if not isinstance(config, Mapping):
        return {}, {}
    if config.get("Arn") is not None:
        return {"DeadLetterConfig": {"Arn": config["Arn"]}}, {}
    if config.get("Type") != "SQS":
        return {}, {}
    queue_id = text(config.get("QueueLogicalId")) or f"{event_id}Queue"
    return {"DeadLetterConfig": {"Arn": arn_of(queue_id)}}, {queue_id: resource(QUEUE, {}, target.condition)}


def _schedule(event_id: str, properties: Mapping[str, Any], target: EventTarget, _written: Mapping[str, Any]) -> Resources:
    """A schedule of EventBridge Scheduler, which sends with a role of its own: its queue needs no policy."""
    dead_letters, queues = _dead_letters(event_id, properties, target)
    aim = {"Arn": target.arn, "RoleArn": properties.get("RoleArn") or arn_of(f"{event_id}Role"), **dead_letters}
    aim.update(stated(properties, ("Input", "RetryPolicy")))
    made = stated(properties, _SCHEDULE_PROPERTIES)
    made["FlexibleTimeWindow"] = properties.get("FlexibleTimeWindow") or {"Mode": "OFF"}
    if not properties.get("OmitName"):
        made["Name"] = properties.get("Name") or event_id
    if properties.get("State"):
        made["State"] = properties["State"]
    return {event_id: resource("AWS::Scheduler::Schedule", {**made, "Target": aim}, target.condition), **queues}


FUNCTION_SUFFIX, STATE_MACHINE_SUFFIX = "LambdaTarget", "StepFunctionsTarget"
_RULES_AND_SCHEDULES: Mapping[str, EventMaker] = {
    "CloudWatchEvent": _rule(_RULE_OF_PATTERN),
    "EventBridgeRule": _rule(_RULE_OF_PATTERN),
    "Schedule": _rule(_RULE_OF_SCHEDULE),
    "ScheduleV2": _schedule,
}
STATE_MACHINE_EVENTS: Mapping[str, EventMaker] = _RULES_AND_SCHEDULES
FUNCTION_EVENTS: Mapping[str, EventMaker] = {
    **_RULES_AND_SCHEDULES,
    "SNS": _sns,
    "SQS": _event_source_mapping("SQS", "Queue"),
    "Kinesis": _event_source_mapping("Kinesis", "Stream"),
    "DynamoDB": _event_source_mapping("DynamoDB", "Stream"),
    "MSK": _event_source_mapping("MSK", "Stream"),
    "MQ": _event_source_mapping("MQ", "Broker"),
    "DocumentDB": _event_source_mapping("DocumentDB", "Cluster"),
    "SelfManagedKafka": _event_source_mapping("SelfManagedKafka", None),
}
