"""`serverless.yml` as the template that the Serverless Framework deploys, as far as queues have to do with it.

Its `resources` are CloudFormation, in which the framework's own variables stand (`${self:custom.name}`); its functions become
functions, event source mappings and destinations.
Source: Serverless Framework documentation, "AWS - Resources" (logical ids), "AWS - Functions", "Events" and "Variables".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.template_scalars import Known, unknown_text
from sqs_checks.values.configuration_values import joined_text

_DEFAULT_TIMEOUT = 6  # seconds; CloudFormation's own is 3
_VARIABLE = re.compile(
    r"(?:self|opt|env|file|ssm|cf|s3|sls|param|git|strToBool|terraform|vault|output)[:(.]|aws:(?:accountId|region)$"
)
_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")


def serverless_template(document: Any) -> dict[str, Any]:
    """The template of a parsed `serverless.yml`; without resources where it states none. Never raises."""
    stated = _mapping(_mapping(document).get("resources"))
    template = {name: _filled(stated[name]) for name in _SECTIONS if isinstance(stated.get(name), Mapping)}
    template["Resources"] = {**dict(_of_functions(_mapping(document))), **_mapping(template.get("Resources"))}
    return template


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _of_functions(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    provider = _mapping(document.get("provider"))
    for name, stated in _mapping(document.get("functions")).items():
        if not isinstance(stated, Mapping) or not isinstance(name, str) or name.startswith("__"):
            continue
        function = _filled(stated)
        logical_id = f"{_normalized(name)}LambdaFunction"
        timeout = function.get("timeout", _filled(provider.get("timeout")))
        properties: dict[str, Any] = {"Timeout": _DEFAULT_TIMEOUT if timeout is None else timeout}
        for key, source in (("FunctionName", function.get("name")), ("DeadLetterConfig", function.get("onError"))):
            if source is not None:
                properties[key] = source if key == "FunctionName" else {"TargetArn": source}
        yield logical_id, {"Type": "AWS::Lambda::Function", "Properties": properties}
        yield from _of_destinations(_normalized(name), logical_id, _mapping(function.get("destinations")))
        events = function.get("events")
        for number, event in enumerate(events if isinstance(events, list) else ()):
            for kind, source in _mapping(event).items():
                made = _of_event(str(kind), source, {"Ref": logical_id})
                if made is not None:
                    yield f"{_normalized(name)}Event{number}{kind}", made


def _of_destinations(name: str, logical_id: str, stated: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    config = {
        f"On{outcome}": {"Destination": _arn(stated[f"on{outcome}"])}
        for outcome in ("Success", "Failure")
        if f"on{outcome}" in stated
    }
    if config:
        properties = {"FunctionName": {"Ref": logical_id}, "Qualifier": "$LATEST", "DestinationConfig": config}
        yield f"{name}LambdaEvConf", {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": properties}


def _of_event(kind: str, stated: Any, function: Any) -> Optional[dict[str, Any]]:
    options = _mapping(stated) if "arn" in _mapping(stated) or kind in ("sns", "eventBridge") else {}
    if kind in ("sqs", "stream"):
        properties = {"EventSourceArn": options.get("arn", stated), "FunctionName": function}
        if "enabled" in options:
            properties["Enabled"] = options["enabled"]
        failed = _mapping(options.get("destinations")).get("onFailure")
        if failed is not None:
            properties["DestinationConfig"] = {"OnFailure": {"Destination": _arn(failed)}}
        return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}
    if kind == "sns" and isinstance(options.get("redrivePolicy"), Mapping):
        redrive = options["redrivePolicy"]
        target = redrive.get("deadLetterTargetArn")
        if "deadLetterTargetRef" in redrive:
            target = {"Fn::GetAtt": [redrive["deadLetterTargetRef"], "Arn"]}
        properties = {"Protocol": "lambda", "RedrivePolicy": {"deadLetterTargetArn": target}}
        return {"Type": "AWS::SNS::Subscription", "Properties": properties} if target is not None else None
    if kind == "eventBridge" and "deadLetterQueueArn" in options:
        targets = [{"DeadLetterConfig": {"Arn": options["deadLetterQueueArn"]}}]
        return {"Type": "AWS::Events::Rule", "Properties": {"Targets": targets}}
    return None


def _arn(stated: Any) -> Any:
    return stated.get("arn", stated) if isinstance(stated, Mapping) else stated


def _normalized(name: str) -> str:
    return (name[:1].upper() + name[1:]).replace("-", "Dash").replace("_", "Underscore")


def _filled(node: Any, *, in_sub: bool = False) -> Any:
    """The node with the framework's variables as what is not known."""
    if isinstance(node, Mapping):
        return {key: _filled(item, in_sub=key == "Fn::Sub") for key, item in node.items()}
    if isinstance(node, list):
        return [_filled(item, in_sub=in_sub and number == 0) for number, item in enumerate(node)]
    if not isinstance(node, str) or "${" not in node:
        return node
    pieces = list(_pieces(node))
    if all(isinstance(piece, str) for piece in pieces):
        return node
    # Within `Fn::Sub` the text as a whole is not known: other names stand in it.
    return Known(next(piece for piece in pieces if not isinstance(piece, str)) if in_sub else joined_text(pieces))


def _pieces(text: str) -> Iterator[Any]:
    position = 0
    while True:
        start = text.find("${", position)
        if start < 0:
            yield text[position:]
            return
        end = _end_of(text, start)
        name = text[start + 2 : end - 1]
        is_variable = _VARIABLE.match(name) is not None
        yield text[position:start]
        yield unknown_text(f"`${{{name[:100]}}}` is known only when the service is deployed") if is_variable else text[start:end]
        position = end


def _end_of(text: str, start: int) -> int:
    """Behind the brace that closes the one at `start`; the end of the text where none does."""
    depth = 0
    for position in range(start + 1, len(text)):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0:
            return position + 1
    return len(text)
