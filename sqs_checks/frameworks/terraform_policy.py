"""Queue policies in Terraform: `aws_sqs_queue_policy`, and `policy` of `aws_sqs_queue`.

Source: Terraform AWS provider, resources `aws_sqs_queue_policy` and `aws_sqs_queue`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional, Union

from sqs_checks.frameworks.terraform_expressions import is_expression, unresolved
from sqs_checks.frameworks.terraform_plan import PlannedReference
from sqs_checks.frameworks.terraform_policy_document import read_data_document
from sqs_checks.frameworks.terraform_resource import AttributeOf, PlanResource, TerraformResource
from sqs_checks.policy.attached_policy import AttachedPolicy, NotJson, read_json
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, THIS_REGION, own_resource_arn
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_arn, identity_from_url, own_queue
from sqs_checks.queues.setting import Unresolved

_INDEX = r"(?:\[[^]]*])?"
# `${…}` around a reference is Terraform's, and Checkov strips it or not.
_OPEN, _CLOSE = r"(?:\$\{)?(?<![\w.])", r"(?![\w.\[])}?"
_THIS = {
    rf"{_OPEN}data\.aws_caller_identity\.\w+{_INDEX}\.account_id{_CLOSE}": THIS_ACCOUNT,
    rf"{_OPEN}data\.aws_partition\.\w+{_INDEX}\.(?:partition|id){_CLOSE}": THIS_PARTITION,
    rf"{_OPEN}data\.aws_region\.\w+{_INDEX}\.(?:name|id|region){_CLOSE}": THIS_REGION,
}
_THIS_PATTERNS = [(re.compile(pattern), name) for pattern, name in _THIS.items()]
_ARN_OF = re.compile(rf"{_OPEN}((aws_\w+)\.[A-Za-z_][\w-]*{_INDEX})\.(arn|id){_CLOSE}")
_QUEUE_URL = re.compile(r"(?:\$\{)?((?:aws_sqs_queue\.[A-Za-z_][\w-]*(?:\[[^]]*])?|each\.value))\.(?:id|url)}?")

# Service, whether its ARNs hold a region and an account, and what stands before the name.
_ARN_SHAPES: Mapping[str, tuple[str, bool, bool, str]] = {
    "aws_sqs_queue": ("sqs", True, True, ""),
    "aws_sns_topic": ("sns", True, True, ""),
    "aws_s3_bucket": ("s3", False, False, ""),
    "aws_iam_role": ("iam", False, True, "role/"),
    "aws_iam_user": ("iam", False, True, "user/"),
    "aws_cloudwatch_event_rule": ("events", True, True, "rule/"),
    "aws_cloudwatch_event_bus": ("events", True, True, "event-bus/"),
    "aws_scheduler_schedule": ("scheduler", True, True, "schedule/"),
    "aws_lambda_function": ("lambda", True, True, "function:"),
}
# Resources whose `id` is their ARN.
_ID_IS_ARN = {"aws_sns_topic"}
# What IAM, not Terraform, fills in: `${aws:username}`, escaped for Terraform as `$${…}` or `&{…}`.
_POLICY_VARIABLE = re.compile(r"[$&]*[$&]\{([A-Za-z0-9.-]+:[^}]*|[*?$])}")
_QUOTED_NUMBER = re.compile(r"\[\"(\d+)\"]")
_HELD_BACK = "\ue0f2"


def _canonical(reference: str) -> str:
    """A reference with the index of a counted resource as Terraform writes it; Checkov puts some into quotes."""
    return _QUOTED_NUMBER.sub(r"[\1]", reference)


def _arn(match: re.Match[str]) -> str:
    reference, resource_type, attribute = match.groups()
    shape = _ARN_SHAPES.get(resource_type)
    if shape is None or (attribute == "id" and resource_type not in _ID_IS_ARN):
        return match.group()
    service, has_region, has_account, prefix = shape
    return own_resource_arn(service, _canonical(reference), has_region=has_region, has_account=has_account, prefix=prefix)


def _text(text: str, own_queue_arn: Optional[str]) -> Any:
    """A text of a policy, with what the code calls its own named so; Unresolved where more than that is computed."""
    variables: list[str] = []

    def hold_back(match: re.Match[str]) -> str:
        variables.append(f"${{{match.group(1)}}}")
        return f"{_HELD_BACK}{len(variables) - 1}{_HELD_BACK}"

    known = _POLICY_VARIABLE.sub(hold_back, text)
    if own_queue_arn is not None:
        known = re.sub(rf"{_OPEN}each\.value\.arn{_CLOSE}", own_queue_arn, known)
    for pattern, name in _THIS_PATTERNS:
        known = pattern.sub(name, known)
    known = _ARN_OF.sub(_arn, known)
    if is_expression(known) or known == "None":
        return unresolved(text)
    return re.sub(f"{_HELD_BACK}(\\d+){_HELD_BACK}", lambda match: variables[int(match.group(1))], known)


def _tree(value: Any, own_queue_arn: Optional[str]) -> Any:
    if isinstance(value, str):
        return _text(value, own_queue_arn)
    if isinstance(value, Mapping):
        return {str(key): _tree(item, own_queue_arn) for key, item in value.items() if not str(key).startswith("__")}
    if isinstance(value, list):
        # Checkov renders a list variable without a value as an empty list.
        return [_tree(item, own_queue_arn) for item in value] or Unresolved("an empty list stands for a list that is not known")
    return value


def _identity(resource: TerraformResource, own_address: Optional[str]) -> QueueIdentity:
    if own_address is not None:
        name = resource.attribute("name")
        return QueueIdentity(account=THIS_ACCOUNT, name=name if isinstance(name, str) else f"‹{own_address}›")
    url = resource.attribute("queue_url")
    if isinstance(url, (AttributeOf, Unresolved)):
        text = url.text if isinstance(url, AttributeOf) else url.expression or ""
        match = _QUEUE_URL.fullmatch(text)
        return own_queue(_canonical(match.group(1))) if match else QueueIdentity()
    if not isinstance(url, str):
        return QueueIdentity()
    return identity_from_arn(url) if url.startswith("arn:") else identity_from_url(url)


def _followed(resource: TerraformResource, stated: Union[AttributeOf, Unresolved]) -> Any:
    """What an expression comes to: the document of a data source, the text of a file, or Unresolved."""
    expression = stated.text if isinstance(stated, AttributeOf) else stated.expression or ""
    data = resource.policy_document("policy", expression)
    if data is not None:
        return read_data_document(data)
    text = resource.file_text(expression)
    if text is not None:
        return text
    return unresolved(expression) if isinstance(stated, AttributeOf) else stated


def _planned_tree(value: Any) -> Any:
    """A tree of final values, in which only references may need to be named."""
    if isinstance(value, PlannedReference):
        return _text(value.text, None)
    if isinstance(value, Mapping):
        return {str(key): _planned_tree(item) for key, item in value.items()}
    return [_planned_tree(item) for item in value] if isinstance(value, list) else value


def _hidden_in_plan(resource: PlanResource) -> Unresolved:
    referred = [text for text in resource.refers_to("policy") if text.count(".") > 1]
    telling = f"; it refers to {', '.join(f'`{text}`' for text in referred[:3])}" if referred else ""
    return Unresolved(f"`policy` is known only after apply{telling}")


def read_policy(resource: TerraformResource, resource_type: str, address: str) -> Optional[AttachedPolicy]:
    """The policy that a resource attaches to a queue; None where it attaches none."""
    stated = resource.attribute("policy")
    if stated is None or stated == "":
        return None
    inline = re.sub(r".*(?=aws_sqs_queue\.)", "", address) if resource_type == "aws_sqs_queue" else None
    identity = _identity(resource, inline)
    if isinstance(stated, (AttributeOf, Unresolved)):
        stated = _followed(resource, stated)
    repeated: tuple[str, ...] = ()
    if isinstance(stated, str):
        text = read_json(stated)
        if isinstance(text, NotJson):
            return AttachedPolicy(text, [identity], "policy")
        stated, repeated = text.stated, text.repeated_keys
    if isinstance(stated, Unresolved):
        if isinstance(resource, PlanResource):
            stated = _hidden_in_plan(resource)
        return AttachedPolicy(stated, [identity], "policy")
    own_account: Optional[str] = None
    if isinstance(resource, PlanResource):
        stated = _planned_tree(stated)
        own_account = resource.own_account
    else:
        own_arn = ":".join(part or "" for part in identity.parts) if identity.name == "‹each.value›" else None
        stated = _tree(stated, own_arn)
    return AttachedPolicy(stated, [identity], "policy", repeated, own_account=own_account)
