"""Queue policies in CloudFormation: `AWS::SQS::QueuePolicy` and `AWS::SQS::QueueInlinePolicy`.

Source: AWS CloudFormation User Guide, those resource types.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any, Optional

from sqs_checks.frameworks.cloudformation_values import ResourceReference, Template, intrinsic, without_line_numbers
from sqs_checks.policy.attached_policy import AttachedPolicy, NotJson, read_json
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, THIS_REGION, own_resource_arn
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_url, own_queue
from sqs_checks.queues.setting import Unresolved

_PSEUDO_PARAMETERS = {
    "AWS::AccountId": THIS_ACCOUNT,
    "AWS::Partition": THIS_PARTITION,
    "AWS::Region": THIS_REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
_SUBSTITUTION = re.compile(r"\$\{([^}]*)}")
# The attribute that is the ARN (None: what `Ref` gives), service, whether ARNs hold region and account, what precedes the name.
_ARN_SHAPES: Mapping[tuple[str, Optional[str]], tuple[str, bool, bool, str]] = {
    ("AWS::SQS::Queue", "Arn"): ("sqs", True, True, ""),
    ("AWS::SNS::Topic", None): ("sns", True, True, ""),
    ("AWS::SNS::Topic", "TopicArn"): ("sns", True, True, ""),
    ("AWS::S3::Bucket", "Arn"): ("s3", False, False, ""),
    ("AWS::IAM::Role", "Arn"): ("iam", False, True, "role/"),
    ("AWS::IAM::User", "Arn"): ("iam", False, True, "user/"),
    ("AWS::Events::Rule", "Arn"): ("events", True, True, "rule/"),
    ("AWS::Events::EventBus", "Arn"): ("events", True, True, "event-bus/"),
    ("AWS::Lambda::Function", "Arn"): ("lambda", True, True, "function:"),
    ("AWS::Serverless::Function", "Arn"): ("lambda", True, True, "function:"),
    ("AWS::Scheduler::Schedule", "Arn"): ("scheduler", True, True, "schedule/"),
}
_MISSING = object()


def _unresolved(text: object) -> Unresolved:
    return Unresolved(f"`{text}` is known only when the stack is made")


class _PolicyReader:
    """Turns a property of a template into a tree in which only Unresolved is not known."""

    def __init__(self, template: Template) -> None:
        self._template = template

    def tree(self, value: Any) -> Any:
        """_MISSING where the value is `AWS::NoValue`."""
        found = intrinsic(value)
        if found is not None:
            return self._intrinsic(*found, value)
        if isinstance(value, str):
            items = self._template.list_by_default(value) if "," in value else None
            if items is not None:
                return items
            return _unresolved(value) if "{{resolve:" in value else self._substituted(value, {})
        if isinstance(value, Mapping):
            tree = {str(key): self.tree(item) for key, item in without_line_numbers(value).items()}
            return {key: item for key, item in tree.items() if item is not _MISSING}
        if isinstance(value, list):
            return [item for item in map(self.tree, value) if item is not _MISSING]
        if isinstance(value, datetime.date):
            # An unquoted `Version: 2012-10-17` is a date to YAML.
            return value.isoformat()
        return value

    def _intrinsic(self, name: str, argument: Any, written: Any) -> Any:
        if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
            parts = [self.tree(part) for part in argument[1]]
            if isinstance(argument[0], str) and all(isinstance(part, str) for part in parts):
                return argument[0].join(parts)
            return _unresolved(name)
        if name == "Fn::Sub":
            text, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
            if isinstance(text, str) and isinstance(variables, Mapping):
                return self._substituted(text, {str(key): self.tree(item) for key, item in variables.items()})
            return _unresolved(name)
        value = self._template.evaluate(written)
        if value is None:
            return _MISSING
        if isinstance(value, ResourceReference):
            return self._reference(value)
        if isinstance(value, str) and name == "Ref":
            return self._pseudo_parameter(str(argument))
        return value if isinstance(value, Unresolved) else self.tree(value)

    def _pseudo_parameter(self, name: str) -> Any:
        return _PSEUDO_PARAMETERS.get(name) or _unresolved(name)

    def _reference(self, reference: ResourceReference) -> Any:
        shape = _ARN_SHAPES.get((reference.resource_type or "", reference.attribute))
        if shape is None:
            return _unresolved(reference)
        service, has_region, has_account, prefix = shape
        return own_resource_arn(service, reference.logical_id, has_region=has_region, has_account=has_account, prefix=prefix)

    def _substituted(self, text: str, variables: Mapping[str, Any]) -> Any:
        """A text with `${…}` filled in. Names that hold a colon and are not CloudFormation's are policy variables."""
        missing: list[Unresolved] = []

        def fill(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in variables:
                value = variables[name]
            elif name.startswith("AWS::"):
                value = self._pseudo_parameter(name)
            elif ":" in name or name in ("*", "?", "$"):
                return match.group()
            else:
                logical_id, _, attribute = name.partition(".")
                found = {"Fn::GetAtt": [logical_id, attribute]} if attribute else {"Ref": logical_id}
                value = self.tree(found)
            if isinstance(value, str):
                return value
            missing.append(value if isinstance(value, Unresolved) else _unresolved(name))
            return ""

        filled = _SUBSTITUTION.sub(fill, text)
        return missing[0] if missing else filled


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
    stated = _PolicyReader(template).tree(properties["PolicyDocument"])
    if stated is _MISSING:
        return None
    queues = template.evaluate(properties.get("Queues", properties.get("Queue")))
    listed = queues if isinstance(queues, list) else [properties.get("Queue", queues)]
    identities = [_identity(queue, template) for queue in listed]
    path = "Properties/PolicyDocument"
    if isinstance(stated, str):
        text = read_json(stated)
        if isinstance(text, NotJson):
            return AttachedPolicy(text, identities, path)
        return AttachedPolicy(text.stated, identities, path, text.repeated_keys)
    return AttachedPolicy(stated, identities, path)
