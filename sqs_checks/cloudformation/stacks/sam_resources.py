"""What SAM generates of a template: the resources that a queue may have to do with, as CloudFormation writes them.

Of a template with `Transform: AWS::Serverless-2016-10-31`, AWS deploys what the transform makes of it. This works out the
part that matters for queues: queues and their policies, event source mappings, subscriptions, rules, schedules, functions
with their versions, aliases and destinations, and the names of roles. Intrinsic functions stay as they are written. What SAM
would refuse makes nothing, and nothing raises. `fixtures/sam/README.md` says which place of aws-sam-translator does what.

Not generated: what roles may do, which no policy of a queue depends on; APIs; code; what functions are tagged with.

Source: AWS SAM Developer Guide, "Generated AWS CloudFormation resources"; aws-sam-translator, `samtranslator/model`.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from sqs_checks.cloudformation.stacks.sam_connectors import connector_resources
from sqs_checks.cloudformation.stacks.sam_events import (
    FUNCTION_EVENTS,
    FUNCTION_SUFFIX,
    STATE_MACHINE_EVENTS,
    STATE_MACHINE_SUFFIX,
    event_resources,
)
from sqs_checks.cloudformation.stacks.sam_shapes import (
    FUNCTION,
    QUEUE,
    TOPIC,
    EventTarget,
    Resource,
    Resources,
    arn_of,
    choice,
    function_of,
    is_list,
    is_no_value,
    items,
    mapping,
    named_mappings,
    ref,
    resource,
    stated,
    text,
)

TRANSFORM = "AWS::Serverless-2016-10-31"
SAM_FUNCTION, SAM_STATE_MACHINE = "AWS::Serverless::Function", "AWS::Serverless::StateMachine"
SAM_APPLICATION = "AWS::Serverless::Application"
_ROLE = "AWS::IAM::Role"
# What a function states under the same name in CloudFormation.
FUNCTION_PROPERTIES = (
    "FunctionName",
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Environment",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "Layers",
    "PackageType",
    "Architectures",
)
# Of lists that `Globals` and a function state, the function's replaces that of `Globals` here; others are joined.
_REPLACED_LISTS = {"Architectures"}
# The type of what SAM makes where `EventInvokeConfig` names no destination, and the end of its logical id.
_GENERATED_DESTINATIONS = {"SQS": (QUEUE, "Queue"), "SNS": (TOPIC, "Topic")}
# What a template may call the resources that SAM makes of a function, by their type.
_NAMES = {
    "AWS::Lambda::Alias": "Alias",
    "AWS::Lambda::Version": "Version",
    QUEUE: "DestinationQueue",
    TOPIC: "DestinationTopic",
}


class SamResources(NamedTuple):
    """What SAM adds to a template, or puts in the place of its own resources.

    resources: by logical id; one that the template writes itself is there only where SAM replaces it. conditions: those that
    SAM adds. names: the logical id that stands for a name of SAM's (`Worker.Alias`, `Worker.Version`,
    `Worker.DestinationQueue`) in `Ref`, `Fn::GetAtt` and `Fn::Sub`.
    """

    resources: Resources
    conditions: dict[str, Any]
    names: dict[str, str]


class _Made(NamedTuple):
    """What is made so far. destinations: those that were worked out, each with its ARN, by identity: functions that take one
    from `Globals` share it, and with it the queue that SAM makes for the first of them.
    """

    resources: Resources
    conditions: dict[str, Any]
    names: dict[str, str]
    destinations: dict[int, tuple[Any, Any]]


def is_sam_template(template: Any) -> bool:
    """Whether AWS transforms a template by SAM's rules."""
    transform = mapping(template).get("Transform")
    return TRANSFORM in (items(transform) or (transform,))


def sam_resources(template: Any) -> SamResources:
    """What SAM generates of a parsed template; nothing where it is none of SAM's."""
    made = _Made({}, {}, {}, {})
    if is_sam_template(template):
        written = dict(named_mappings(template.get("Resources")))
        for logical_id, one in _in_order(written):
            _MAKERS[one["Type"]](logical_id, one, template, made)
        made.resources.update(connector_resources(written, made.resources))
        for logical_id in set(made.resources) & set(written):
            if written[logical_id].get("Type") not in list(_MAKERS):
                # SAM refuses to generate what the template writes itself.
                del made.resources[logical_id]
    return SamResources(made.resources, made.conditions, made.names)


def _in_order(written: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Functions, state machines, and the rest: of two that make one resource, the last one wins."""
    kinds = list(_MAKERS)
    found = [(logical_id, one) for logical_id, one in written.items() if one.get("Type") in kinds]
    return sorted(found, key=lambda one: kinds.index(one[1]["Type"]))


def _function(logical_id: str, written: Mapping[str, Any], template: Mapping[str, Any], made: _Made) -> None:
    properties = _with_globals("Function", written, template)
    condition = written.get("Condition")
    of_function = made._replace(resources={})
    lambda_function = stated(properties, FUNCTION_PROPERTIES)
    letters = mapping(properties.get("DeadLetterQueue")).get("TargetArn")
    if letters is not None:
        lambda_function["DeadLetterConfig"] = {"TargetArn": letters}
    lambda_function["Role"] = _role(logical_id, properties.get("Role"), condition, of_function)
    of_function.resources[logical_id] = resource(FUNCTION, lambda_function, condition)
    alias = _alias(logical_id, properties, condition, template, of_function)
    if mapping(properties.get("EventInvokeConfig")):
        _destinations(logical_id, properties, condition, of_function)
    arn, name = (arn_of(logical_id), ref(logical_id)) if alias is None else (ref(alias), ref(alias))
    target = EventTarget(logical_id, arn, name, condition, FUNCTION_SUFFIX)
    events = properties.get("Events")
    of_function.resources.update(event_resources(events, target, FUNCTION_EVENTS, mapping(template.get("Resources"))))
    # Of several of a type, the name stands for the last one.
    made.names.update(
        (f"{logical_id}.{_NAMES[one['Type']]}", generated_id)
        for generated_id, one in of_function.resources.items()
        if one["Type"] in _NAMES
    )
    made.resources.update(_with_roles(_with_tags(of_function.resources, properties)))


def _state_machine(logical_id: str, written: Mapping[str, Any], template: Mapping[str, Any], made: _Made) -> None:
    properties = _with_globals("StateMachine", written, template)
    condition = written.get("Condition")
    role = _role(logical_id, properties.get("Role"), condition, made)
    made.resources[logical_id] = resource("AWS::StepFunctions::StateMachine", {"RoleArn": role}, condition)
    alias = text(properties.get("AutoPublishAlias")) if properties.get("UseAliasAsEventTarget") else None
    arn = ref(logical_id if alias is None else f"{logical_id}Alias{alias}")
    target = EventTarget(logical_id, arn, arn, condition, STATE_MACHINE_SUFFIX)
    events = event_resources(properties.get("Events"), target, STATE_MACHINE_EVENTS, mapping(template.get("Resources")))
    made.resources.update(_with_roles(_with_tags(events, properties)))


def _application(logical_id: str, written: Mapping[str, Any], template: Mapping[str, Any], made: _Made) -> None:
    """A nested stack; where its template is one of the Serverless Application Repository, its address is not known."""
    properties = mapping(written.get("Properties"))
    nested = stated(properties, ("Parameters", "NotificationARNs", "TimeoutInMinutes"))
    location = properties.get("Location")
    if location is not None and not (isinstance(location, Mapping) and function_of(location) is None):
        nested["TemplateURL"] = location
    made.resources[logical_id] = resource("AWS::CloudFormation::Stack", nested, written.get("Condition"))


_MAKERS = {SAM_FUNCTION: _function, SAM_STATE_MACHINE: _state_machine, SAM_APPLICATION: _application}


def _with_globals(section: str, written: Mapping[str, Any], template: Mapping[str, Any]) -> Mapping[str, Any]:
    """A resource's properties, with those that `Globals` state for all of its kind."""
    properties = mapping(written.get("Properties"))
    shared = mapping(mapping(template.get("Globals")).get(section))
    ignored = written.get("IgnoreGlobals")
    if ignored == "*":
        return properties
    if items(ignored):
        # A copy of its own: what SAM makes of these for one resource is not shared with others (`_Made.destinations`).
        shared = copy.deepcopy({name: item for name, item in shared.items() if name not in items(ignored)})
    return mapping(_merged(shared, properties))


def _merged(shared: Any, own: Any, name: str = "") -> Any:
    """Maps are laid over each other and lists joined; otherwise what the resource states wins. Functions are no maps."""
    if _is_map(shared) and _is_map(own):
        return {**shared, **{key: _merged(shared[key], item, key) if key in shared else item for key, item in own.items()}}
    if is_list(shared) and is_list(own) and name not in _REPLACED_LISTS:
        return [*shared, *own]
    return own


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping) and function_of(value) is None


def _role(logical_id: str, stated_role: Any, condition: Any, made: _Made) -> Any:
    """The ARN of a function's or state machine's role, which SAM makes where none is stated."""
    role_id = f"{logical_id}Role"
    chosen = choice(stated_role)
    if stated_role is None:
        made.resources[role_id] = resource(_ROLE, {}, condition)
        return arn_of(role_id)
    if chosen is None or not (is_no_value(chosen[1]) or is_no_value(chosen[2])):
        return stated_role
    when, then, otherwise = chosen
    if is_no_value(then) and is_no_value(otherwise):
        made.resources[role_id] = resource(_ROLE, {}, condition)
        return arn_of(role_id)
    if is_no_value(then):
        made.resources[role_id] = resource(_ROLE, {}, when)
        return {"Fn::If": [when, arn_of(role_id), otherwise]}
    made.conditions[f"NOT{when}"] = {"Fn::Not": [{"Condition": when}]}
    made.resources[role_id] = resource(_ROLE, {}, f"NOT{when}")
    return {"Fn::If": [when, then, arn_of(role_id)]}


def _with_tags(resources: Resources, properties: Mapping[str, Any]) -> Resources:
    """Queues and topics with the tags of the function or state machine that they are made for, where it propagates them."""
    tags = [
        {"Key": name, "Value": "" if value is None else value}
        for name, value in mapping(properties.get("Tags")).items()
        if not str(name).startswith("__")
    ]
    if tags and properties.get("PropagateTags"):
        for one in resources.values():
            if one["Type"] in (QUEUE, TOPIC):
                one["Properties"]["Tags"] = tags
    return resources


def _with_roles(resources: Resources) -> Resources:
    """Resources with the roles by which schedules, and rules of state machines, call what they call."""
    roles: Resources = {}
    for event_id, one in resources.items():
        aims = [one["Properties"].get("Target"), *items(one["Properties"].get("Targets"))]
        if any(mapping(aim).get("RoleArn") == arn_of(f"{event_id}Role") for aim in aims):
            roles[f"{event_id}Role"] = resource(_ROLE, {}, one.get("Condition"))
    return {**resources, **roles}


def _alias(
    logical_id: str, properties: Mapping[str, Any], condition: Any, template: Mapping[str, Any], made: _Made
) -> Optional[str]:
    """The logical id of the alias that `AutoPublishAlias` makes; None where there is none.

    It holds the alias's name, which may be a parameter's default; where a parameter has none, it is not known and left out.
    A version's logical id ends in a hash over the function's code, which is not at hand: that is left out too.
    """
    stated_name = properties.get("AutoPublishAlias")
    if not stated_name:
        return None
    name = text(stated_name) or _default_of(stated_name, template) or ""
    alias_id = f"{logical_id}Alias{name.replace('-', 'D').replace('_', 'U')}"
    version_id = f"{logical_id}Version"
    of_function = {"FunctionName": ref(logical_id)}
    alias = {"Name": stated_name, "FunctionVersion": {"Fn::GetAtt": [version_id, "Version"]}, **of_function}
    alias.update(stated(properties, ("ProvisionedConcurrencyConfig",)))
    version = dict(of_function)
    if properties.get("VersionDescription") is not None:
        version["Description"] = properties["VersionDescription"]
    made.resources[version_id] = resource("AWS::Lambda::Version", version, condition)
    made.resources[alias_id] = resource("AWS::Lambda::Alias", alias, condition)
    return alias_id


def _default_of(value: Any, template: Mapping[str, Any]) -> Optional[str]:
    """The default of the parameter that a `Ref` names."""
    found = function_of(value)
    if found is None or found[0] != "Ref":
        return None
    return text(mapping(mapping(template.get("Parameters")).get(str(found[1]))).get("Default"))


def _destinations(logical_id: str, properties: Mapping[str, Any], condition: Any, made: _Made) -> None:
    """`AWS::Lambda::EventInvokeConfig`, with a queue or topic for each destination that is not named."""
    stated_config = mapping(properties["EventInvokeConfig"])
    config_id = f"{logical_id}EventInvokeConfig"
    destinations: Resource = {}
    for outcome in ("OnSuccess", "OnFailure"):
        destination = mapping(stated_config.get("DestinationConfig")).get(outcome)
        if isinstance(destination, Mapping):
            if id(destination) not in made.destinations:
                arn = _destination(logical_id, outcome, destination, condition, made)
                made.destinations[id(destination)] = destination, arn
            destinations[outcome] = {"Destination": made.destinations[id(destination)][1]}
    config = {
        "FunctionName": ref(logical_id),
        "Qualifier": properties.get("AutoPublishAlias") or "$LATEST",
        "DestinationConfig": destinations,
        **stated(stated_config, ("MaximumEventAgeInSeconds", "MaximumRetryAttempts")),
    }
    made.resources[config_id] = resource("AWS::Lambda::EventInvokeConfig", config, condition)


def _destination(logical_id: str, outcome: str, destination: Mapping[str, Any], condition: Any, made: _Made) -> Any:
    """The ARN of a destination. Where it is named under a condition only, SAM makes one for the other case."""
    stated_arn = destination.get("Destination")
    when, named = _missing_when(stated_arn, logical_id, made)
    generated = _GENERATED_DESTINATIONS.get(str(destination.get("Type")))
    if generated is None or (stated_arn is not None and when is None):
        return stated_arn
    kind, suffix = generated
    generated_id = f"{logical_id}EventInvokeConfig{outcome}{suffix}"
    made.resources[generated_id] = resource(kind, {}, _both(condition, when, logical_id, made))
    arn = arn_of(generated_id) if kind == QUEUE else ref(generated_id)
    return arn if when is None else {"Fn::If": [when, arn, named]}


def _missing_when(stated_arn: Any, logical_id: str, made: _Made) -> tuple[Optional[str], Any]:
    """The condition under which an `Fn::If` names nothing, and what it names otherwise."""
    chosen = choice(stated_arn)
    if chosen is None:
        return None, None
    when, then, otherwise = chosen
    if is_no_value(then):
        return (None, None) if is_no_value(otherwise) else (when, otherwise)
    if not is_no_value(otherwise):
        return None, None
    negated = _condition_name(f"NOT{when}", f"{logical_id}EventInvokeConfig")
    made.conditions[negated] = {"Fn::Not": [{"Condition": when}]}
    return negated, then


def _both(first: Any, second: Optional[str], logical_id: str, made: _Made) -> Any:
    """The condition that both of two hold, of which either may be missing."""
    if second is None or not isinstance(first, str):
        return first if second is None else second
    name = _condition_name(f"{first}AND{second}", logical_id)
    made.conditions[name] = {"Fn::And": [{"Condition": first}, {"Condition": second}]}
    return name


def _condition_name(name: str, owner: str) -> str:
    """SAM makes the names of its conditions unique by the logical id of what they are for."""
    return name + hashlib.sha1(owner.encode(errors="replace"), usedforsecurity=False).hexdigest()[:10]
