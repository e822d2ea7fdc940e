"""What people write rightly, every day, is no finding; and one policy has one verdict however it is spelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Finding, scan
from policies import NO_TLS, OTHER, QUEUE, TOPIC, allow, deny, policy, service

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import DEFAULTS
from sqs_checks.pack.catalogue import check_classes

# Those that say something without being configured.
POLICY_CHECKS = sorted(
    check.id
    for check in check_classes()
    if issubclass(check, CloudFormationQueuePolicyCheck) and not object.__new__(check).needed(DEFAULTS)
)
URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"


def on_policies(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.check in POLICY_CHECKS]


def test_idioms_stay_quiet(fixture_findings: list[Finding]) -> None:
    """Own topics, buckets and rules, this account, the Deny of plain HTTP, what CDK and SAM generate: decided, and passed."""
    found = [finding for finding in on_policies(fixture_findings) if finding.file.startswith("/quiet/")]
    failed = {(finding.check, finding.resource) for finding in found if finding.result == "FAILED"}
    assert failed == {
        ("CKV_SQS_2", "aws_sqs_queue_policy.star_limited_to_an_own_topic"),
        ("CKV_SQS_2", "AWS::SQS::QueuePolicy.OrdersPolicy"),
    }
    resources = {finding.resource for finding in found}
    assert len(resources) == 6
    for resource in resources:
        assert {finding.check for finding in found if finding.resource == resource} == set(POLICY_CHECKS), resource


def hcl(value: Any) -> str:
    """A value as an expression of Terraform."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {hcl(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(hcl, value)) + "]"
    return json.dumps(value)


def as_yaml(value: Any) -> str:
    return json.dumps(value)


DOCUMENTS: dict[str, Any] = {
    "public": policy(allow("*", {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}}), deny(NO_TLS)),
    "deputy": policy(allow(service("sns.amazonaws.com"))),
    "foreign": policy(allow({"AWS": f"arn:aws:iam::{OTHER}:root"}, action="sqs:*")),
    "sound": policy(allow(service("sns.amazonaws.com"), {"ArnEquals": {"aws:SourceArn": TOPIC}}), deny(NO_TLS)),
    "invalid": policy(allow("*", {"ArnEquals": {"aws:SourceArn": TOPIC}}, action="sqs:SendMessageBatch"), version="2008-10-17"),
}


def terraform_spellings(document: Any) -> dict[str, str]:
    """The arguments of an `aws_sqs_queue_policy`, one for each way to write the document."""
    text, indented = json.dumps(document), json.dumps(document, indent=2)
    single = {**document, "Statement": document["Statement"][0]} if len(document["Statement"]) == 1 else document
    return {
        "jsonencode": f"policy = jsonencode({hcl(document)})",
        "jsonencode_colons": f"policy = jsonencode({text})",
        "heredoc": f"policy = <<POLICY\n{indented}\nPOLICY",
        "indented_heredoc": f"policy = <<-POLICY\n    {text}\n  POLICY",
        "string": f"policy = {json.dumps(text)}",
        "single_statement": f"policy = jsonencode({hcl(single)})",
        "reordered": f"policy = jsonencode({hcl(dict(reversed(list(document.items()))))})",
        "local_text": "policy = local.{name}_text",
        "local_object": "policy = jsonencode(local.{name}_object)",
        "variable": "policy = var.{name}_text",
        "conditional": f"policy = true ? jsonencode({hcl(document)}) : null",
    }


def data_statement(statement: Any, name: str = "statement") -> str:
    """A statement as a block of `aws_iam_policy_document`."""
    lines = [f"{name} {{", f'  effect = "{statement["Effect"]}"']
    for element, argument in (("Action", "actions"), ("Resource", "resources")):
        values = statement[element] if isinstance(statement[element], list) else [statement[element]]
        lines.append(f"  {argument} = {json.dumps(values)}")
    principal = statement["Principal"]
    for kind, values in ({"*": "*"} if principal == "*" else principal).items():
        identifiers = values if isinstance(values, list) else [values]
        lines.append(f'  principals {{\n    type = "{kind}"\n    identifiers = {json.dumps(identifiers)}\n  }}')
    for operator, keys in statement.get("Condition", {}).items():
        for key, value in keys.items():
            values = value if isinstance(value, list) else [value]
            lines.append(
                f'  condition {{\n    test = "{operator}"\n    variable = "{key}"\n    values = {json.dumps(values)}\n  }}'
            )
    return "\n".join([*lines, "}"])


def data_sources(name: str, document: Any) -> list[str]:
    """The blocks that the spellings by data source need."""
    version = f'version = "{document["Version"]}"'
    blocks = [data_statement(statement) for statement in document["Statement"]]
    first, *others = blocks
    dynamic = [
        f'dynamic "statement" {{\n  for_each = ["{statement["Effect"]}"]\n  '
        + data_statement(statement, "content").replace(f'effect = "{statement["Effect"]}"', "effect = statement.value")
        + "\n}"
        for statement in document["Statement"]
    ]
    text = "\n".join(blocks)
    return [
        f'data "aws_iam_policy_document" "{name}" {{\n{version}\n{text}\n}}\n',
        f'data "aws_iam_policy_document" "{name}_counted" {{\ncount = 1\n{version}\n{text}\n}}\n',
        f'data "aws_iam_policy_document" "{name}_first" {{\n{first}\n}}\n',
        f'data "aws_iam_policy_document" "{name}_merged" {{\n{version}\n'
        f"source_policy_documents = [data.aws_iam_policy_document.{name}_first.json]\n" + "\n".join(others) + "\n}\n",
        f'data "aws_iam_policy_document" "{name}_dynamic" {{\n{version}\n' + "\n".join(dynamic) + "\n}\n",
        f"locals {{\n  {name}_data = data.aws_iam_policy_document.{name}.json\n}}\n",
        f'module "{name}" {{\n  source = "./module_{name}"\n  policy = data.aws_iam_policy_document.{name}.json\n}}\n',
    ]


DATA_SPELLINGS = {
    "data": "data.aws_iam_policy_document.{name}.json",
    "data_minified": "data.aws_iam_policy_document.{name}.minified_json",
    "data_by_index": "data.aws_iam_policy_document.{name}_counted[0].json",
    "data_one": "one(data.aws_iam_policy_document.{name}_counted[*].json)",
    "data_joined": 'join("", data.aws_iam_policy_document.{name}_counted.*.json)',
    "data_merged": "data.aws_iam_policy_document.{name}_merged.json",
    "data_dynamic": "data.aws_iam_policy_document.{name}_dynamic.json",
    "data_by_local": "local.{name}_data",
    "data_by_output": "module.{name}.document",
}
MODULE = """
variable "policy" {
  type = string
}

resource "aws_sqs_queue_policy" "of_module" {
  queue_url = "%s"
  policy    = var.policy
}

output "document" {
  value = var.policy
}
"""


@pytest.fixture(scope="module")
def spelled(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    folder = tmp_path_factory.mktemp("spellings")
    blocks, planned, resources = [], [], {}
    for name, document in DOCUMENTS.items():
        text = json.dumps(document)
        blocks.append(f"locals {{\n  {name}_text = jsonencode({hcl(document)})\n  {name}_object = {hcl(document)}\n}}\n")
        blocks.append(f'variable "{name}_text" {{\n  default = {json.dumps(text)}\n}}\n')
        blocks += data_sources(name, document)
        spellings = terraform_spellings(document)
        spellings.update({key: f"policy = {expression}" for key, expression in DATA_SPELLINGS.items()})
        for spelling, argument in spellings.items():
            written = argument.replace("{name}", name)
            blocks.append(f'resource "aws_sqs_queue_policy" "{name}__{spelling}" {{\n  queue_url = "{URL}"\n  {written}\n}}\n')
        for number, stated in enumerate((text, json.dumps(document, indent=1))):
            planned.append((f"{name}__plan_{number}", stated))
        resources[f"{name}0map"] = {"Queues": [URL], "PolicyDocument": document}
        resources[f"{name}0text"] = {"Queues": [URL], "PolicyDocument": text}
        resources[f"{name}0sub"] = {"Queues": [URL], "PolicyDocument": {"Fn::Sub": text}}
        resources[f"{name}0parts"] = {
            "Queues": [URL],
            "PolicyDocument": json.loads(
                text.replace(f'"{QUEUE}"', '{"Fn::Join": [":", ["arn:aws:sqs:eu-west-1:123456789012", "orders"]]}')
            ),
        }
    (folder / "main.tf").write_text("\n".join(blocks), encoding="utf-8")
    for name in DOCUMENTS:
        (folder / f"module_{name}").mkdir()
        (folder / f"module_{name}" / "main.tf").write_text(MODULE % URL, encoding="utf-8")
    addresses = [
        {
            "address": f"aws_sqs_queue_policy.{name}",
            "mode": "managed",
            "type": "aws_sqs_queue_policy",
            "name": name,
            "values": {"policy": stated, "queue_url": URL},
        }
        for name, stated in planned
    ]
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": addresses}},
        "resource_changes": [
            {**one, "change": {"actions": ["create"], "before": None, "after": one["values"], "after_unknown": {"id": True}}}
            for one in addresses
        ],
        "configuration": {
            "root_module": {
                "resources": [{**one, "expressions": {"policy": {}, "queue_url": {"constant_value": URL}}} for one in addresses]
            }
        },
    }
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    inline = {"Queue": URL}
    template = {
        "Resources": {
            **{name: {"Type": "AWS::SQS::QueuePolicy", "Properties": stated} for name, stated in resources.items()},
            **{
                f"{name}0inline": {"Type": "AWS::SQS::QueueInlinePolicy", "Properties": {**inline, "PolicyDocument": document}}
                for name, document in DOCUMENTS.items()
            },
        }
    }
    (folder / "json.template").write_text(json.dumps(template), encoding="utf-8")
    yaml = "Resources:\n" + "".join(
        f"  {name}0yaml:\n    Type: AWS::SQS::QueuePolicy\n    Properties:\n      Queues: [{URL}]\n"
        f"      PolicyDocument:\n        Version: {document['Version']}\n        Statement: {as_yaml(document['Statement'])}\n"
        for name, document in DOCUMENTS.items()
    )
    (folder / "yaml.template").write_text(yaml, encoding="utf-8")
    return on_policies(scan(folder))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_one_policy_one_verdict(name: str, spelled: list[Finding]) -> None:
    """Code, plan and CloudFormation, in every spelling of the same document."""
    outcomes: dict[str, dict[str, str]] = {}
    for finding in spelled:
        address = finding.resource.split(".")[-1]
        if address == "of_module":
            address = f"{finding.resource.split('.')[1]}__by_argument"
        if address.startswith((f"{name}__", f"{name}0")):
            outcomes.setdefault(f"{finding.framework} {address}", {})[finding.check] = finding.result
    assert len(outcomes) == 11 + 10 + 2 + 6, sorted(outcomes)
    expected = outcomes[f"terraform {name}__jsonencode"]
    assert outcomes == dict.fromkeys(outcomes, expected)
    assert ("FAILED" in expected.values()) == (name != "sound")


def test_outputs_of_a_module_that_is_called_twice(tmp_path: Path) -> None:
    """Checkov gives both calls the outputs of the first: what comes from the second is not decided, rather than wrongly."""
    blocks = [
        f'data "aws_iam_policy_document" "{name}" {{\n{data_statement(DOCUMENTS[name]["Statement"][0])}\n}}\n'
        f'module "{name}" {{\n  source = "./module"\n  policy = data.aws_iam_policy_document.{name}.json\n}}\n'
        f'resource "aws_sqs_queue_policy" "{name}" {{\n  queue_url = "{URL}"\n  policy = module.{name}.document\n}}\n'
        for name in ("sound", "public")
    ]
    (tmp_path / "main.tf").write_text("\n".join(blocks), encoding="utf-8")
    (tmp_path / "module").mkdir()
    (tmp_path / "module" / "main.tf").write_text(MODULE % URL, encoding="utf-8")
    found = {finding.resource: finding.result for finding in scan(tmp_path, ["terraform"], ["CKV_SQS_1"])}
    assert found.pop("aws_sqs_queue_policy.public", "FAILED") == "FAILED"
    assert found.pop("aws_sqs_queue_policy.sound", "PASSED") == "PASSED"
    assert found == {
        "module.sound.aws_sqs_queue_policy.of_module": "PASSED",
        "module.public.aws_sqs_queue_policy.of_module": "FAILED",
    }
