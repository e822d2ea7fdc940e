"""Properties of a template as values, with what the template calls its own as `own_names` has it.

Source: AWS CloudFormation User Guide, "Pseudo parameters reference", "Fn::Sub" and the return values of the resource types.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.template_values import (
    ResourceReference,
    Template,
    intrinsic,
    unresolved,
    without_line_numbers,
)
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, THIS_REGION, own_arn, own_name
from sqs_checks.values.configuration_values import LIST, OBJECT, Elements, Entries, PiecedText, Unknown, joined_text
from sqs_checks.values.json_text import from_json
from sqs_checks.values.texts import Text, called

_PSEUDO_PARAMETERS: Mapping[str, Text] = {
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
MISSING = object()


class TreeReader:
    """Turns a property of a template into a value."""

    def __init__(self, template: Template) -> None:
        self._template = template

    def tree(self, value: Any) -> Any:
        """The value as a tree; MISSING where the value is `AWS::NoValue`."""
        found = intrinsic(value)
        if found is not None:
            return self._intrinsic(*found, value)
        if isinstance(value, str):
            items = self._template.list_by_default(value) if "," in value else None
            if items is not None:
                return Elements(LIST, items)
            return unresolved(value) if "{{resolve:" in value else self._substituted(value, {})
        if isinstance(value, Mapping):
            tree = {str(key): self.tree(item) for key, item in without_line_numbers(value).items()}
            return Entries(OBJECT, {key: item for key, item in tree.items() if item is not MISSING})
        if isinstance(value, list):
            return Elements(LIST, [item for item in map(self.tree, value) if item is not MISSING])
        if isinstance(value, datetime.date):
            # An unquoted `Version: 2012-10-17` is a date to YAML.
            return value.isoformat()
        return from_json(value)

    def _intrinsic(self, name: str, argument: Any, written: Any) -> Any:
        if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
            parts = [self.tree(part) for part in argument[1]]
            if isinstance(argument[0], str) and all(isinstance(part, (str, PiecedText)) for part in parts):
                separated = [piece for part in parts for piece in (argument[0], part)]
                return joined_text(separated[1:])
            return unresolved(name)
        if name == "Fn::Sub":
            text, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
            if isinstance(text, str) and isinstance(variables, Mapping):
                return self._substituted(text, {str(key): self.tree(item) for key, item in variables.items()})
            return unresolved(name)
        value = self._template.evaluate(written)
        if value is None:
            return MISSING
        if isinstance(value, ResourceReference):
            return self._reference(value)
        if isinstance(value, str) and name == "Ref":
            return self._pseudo_parameter(str(argument))
        return value if isinstance(value, Unknown) else self.tree(value)

    def _pseudo_parameter(self, name: str) -> Any:
        return _PSEUDO_PARAMETERS.get(name) or unresolved(name)

    def _reference(self, reference: ResourceReference) -> Any:
        shape = _ARN_SHAPES.get((reference.resource_type or "", reference.attribute))
        if shape is None:
            return unresolved(reference)
        service, has_region, has_account, prefix = shape
        label = f"{reference.logical_id}.{reference.attribute}" if reference.attribute else reference.logical_id
        name = joined_text([prefix, own_name(reference.logical_id)])
        return called(own_arn(service, THIS_REGION if has_region else "", THIS_ACCOUNT if has_account else "", name), label)

    def _substituted(self, text: str, variables: Mapping[str, Any]) -> Any:
        """A text with `${…}` filled in. Names that hold a colon and are not CloudFormation's are policy variables."""
        filled: list[Any] = []
        end = 0
        for match in _SUBSTITUTION.finditer(text):
            value = self._substitute(match, variables)
            if not isinstance(value, (str, PiecedText)):
                return value if isinstance(value, Unknown) else unresolved(match.group(1).strip())
            filled += [text[end : match.start()], value]
            end = match.end()
        return joined_text([*filled, text[end:]])

    def _substitute(self, match: re.Match[str], variables: Mapping[str, Any]) -> Any:
        name = match.group(1).strip()
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in variables:
            return variables[name]
        if name.startswith("AWS::"):
            return self._pseudo_parameter(name)
        if ":" in name or name in ("*", "?", "$"):
            return match.group()
        logical_id, _, attribute = name.partition(".")
        return self.tree({"Fn::GetAtt": [logical_id, attribute]} if attribute else {"Ref": logical_id})
