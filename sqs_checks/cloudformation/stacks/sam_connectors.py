"""What SAM makes of connectors that let something send to a queue: the queue's policy.

Source: AWS SAM Developer Guide, "AWS SAM connector reference"; aws-sam-translator, `samtranslator/model/connector` and
`samtranslator/model/connector_profiles/profiles.json`. Connectors between functions, state machines and queues give the
function's role permissions, and the queue nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from sqs_checks.cloudformation.stacks.sam_shapes import (
    QUEUE,
    TOPIC,
    Resources,
    arn_of,
    is_list,
    items,
    mapping,
    named_mappings,
    queue_policy,
    ref,
    text,
)

CONNECTOR = "AWS::Serverless::Connector"
# Who sends, by the type of a connector's source; and what `Ref` or `Arn` of it is its ARN.
_SENDERS = {"AWS::Events::Rule": ("events.amazonaws.com", arn_of), TOPIC: ("sns.amazonaws.com", ref)}


class _End(NamedTuple):
    """One end of a connector."""

    kind: str
    arn: Any
    url: Any


def connector_resources(written: Mapping[str, Any], generated: Mapping[str, Any]) -> Resources:
    """The queue policies of all connectors of a template, those that stand in their source (`Connectors`) first.

    generated: what SAM makes of the rest of the template, which connectors may name too.
    """
    resources = {**generated, **{name: item for name, item in written.items() if name not in generated}}
    made: Resources = {}
    for logical_id, connector in (*_embedded(written), *_of_their_own(written)):
        made.update(_queue_policies(logical_id, connector, resources))
    return made


def _of_their_own(written: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return ((name, item) for name, item in named_mappings(written) if item.get("Type") == CONNECTOR)


def _embedded(written: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for source_id, source in named_mappings(written):
        for name, connector in named_mappings(source.get("Connectors")):
            properties = mapping(connector.get("Properties"))
            extra = mapping(properties.get("SourceReference"))
            yield source_id + name, {**connector, "Properties": {**properties, "Source": {**extra, "Id": source_id}}}


def _queue_policies(logical_id: str, connector: Mapping[str, Any], resources: Mapping[str, Any]) -> Resources:
    properties = mapping(connector.get("Properties"))
    permissions, destinations = properties.get("Permissions"), properties.get("Destination")
    source = _end(properties.get("Source"), resources)
    # To a queue, only `Write` is accepted of a topic or rule.
    if source is None or source.kind not in _SENDERS or set(map(str, items(permissions))) != {"Write"}:
        return {}
    several = is_list(destinations)
    made: Resources = {}
    for number, destination in enumerate(items(destinations) if several else (destinations,)):
        queue = _end(destination, resources)
        if queue is not None and queue.kind == QUEUE and queue.arn and queue.url and source.arn:
            policy_id = f"{logical_id}QueuePolicyDestination{number}" if several else f"{logical_id}QueuePolicy"
            principal = {"Service": _SENDERS[source.kind][0]}
            made[policy_id] = queue_policy(principal, source.arn, queue.arn, queue.url, connector.get("Condition"))
    return made


def _end(reference: Any, resources: Mapping[str, Any]) -> Optional[_End]:
    """What `Source` or `Destination` names: a resource by `Id`, or one elsewhere by its type, ARN and URL."""
    properties = mapping(reference)
    logical_id = text(properties.get("Id"))
    if logical_id is None:
        kind = text(properties.get("Type"))
        return None if kind is None else _End(kind, properties.get("Arn"), properties.get("QueueUrl"))
    kind = text(mapping(resources.get(logical_id)).get("Type"))
    if kind is None:
        return None
    arn = _SENDERS[kind][1](logical_id) if kind in _SENDERS else arn_of(logical_id)
    return _End(kind, arn, ref(logical_id))
