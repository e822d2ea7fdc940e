"""Bad input gives no exception and no lost finding: Checkov would turn an exception into silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import FRAMEWORKS, scan

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueCheck, CloudFormationQueueModelCheck
from sqs_checks.pack.catalogue import check_classes
from sqs_checks.reporting.observations import Observation, observing
from sqs_checks.terraform.resource_checks import TerraformQueueCheck, TerraformQueueModelCheck

TERRAFORM_ATTRIBUTES = (
    "name",
    "name_prefix",
    "fifo_queue",
    "content_based_deduplication",
    "deduplication_scope",
    "fifo_throughput_limit",
    "kms_master_key_id",
    "kms_data_key_reuse_period_seconds",
    "sqs_managed_sse_enabled",
    "max_message_size",
    "message_retention_seconds",
    "visibility_timeout_seconds",
    "redrive_policy",
    "redrive_allow_policy",
    "tags",
)
CLOUDFORMATION_PROPERTIES = (
    "QueueName",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "SqsManagedSseEnabled",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "VisibilityTimeout",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "Tags",
)
ODD_VALUES: tuple[Any, ...] = (
    None,
    "",
    "text",
    "ünïcödé",
    "${}",
    "${",
    0,
    -1,
    1.5,
    10**30,
    True,
    [],
    [[]],
    [None],
    [1, "two", {"three": 3}],
    {},
    {"key": "value"},
    {"": {"": []}},
    "x" * 100_000,
)
# `{"Fn::Sub": 5}` and its like end Checkov's own CloudFormation runner before any check runs.
ODD_INTRINSICS: tuple[Any, ...] = (
    {"Ref": None},
    {"Ref": ["a"]},
    {"Ref": "NoSuchResource"},
    {"Fn::GetAtt": []},
    {"Fn::GetAtt": None},
    {"Fn::GetAtt": "A.B.C"},
    {"Fn::Join": []},
    {"Fn::Join": ["", {"Ref": "List"}]},
    {"Fn::Join": [1, ["a", None]]},
    {"Fn::Sub": ["${x}", {"x": 1}]},
    {"Fn::If": ["NoSuchCondition", 1]},
    {"Fn::Select": [9, ["a"]]},
    {"Fn::FindInMap": ["a", "b", "c"]},
    {"Fn::NoSuchFunction": 1},
)


def _hcl(value: Any) -> str:
    """A value as Terraform code; interpolation in the odd texts is kept as written."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_hcl(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_hcl, value)) + "]"
    return json.dumps(value).replace("${", "$${") if isinstance(value, str) else json.dumps(value)


def _plan(planned: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": [
            {
                **resource,
                "change": {"actions": ["create"], "before": None, "after": resource["values"], "after_unknown": {}},
            }
            for resource in planned
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {
                        **resource,
                        "expressions": {name: {"constant_value": value} for name, value in resource["values"].items()},
                    }
                    for resource in planned
                ]
            }
        },
    }


@pytest.fixture(scope="module")
def odd_queues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every attribute with every odd value, beside one queue with a plain fault."""
    folder = tmp_path_factory.mktemp("odd")
    for number, value in enumerate(ODD_VALUES):
        # A file a value: Checkov's parser gives up on whole files.
        blocks = [
            f'resource "aws_sqs_queue" "odd_{name}_{number}" {{\n  {name} = {_hcl(value)}\n}}\n' for name in TERRAFORM_ATTRIBUTES
        ]
        (folder / f"odd_{number}.tf").write_text("\n".join(blocks), encoding="utf-8")
    sane = 'resource "aws_sqs_queue" "sane" {\n  sqs_managed_sse_enabled = false\n}\n'
    # In a root module of its own: the others may have it for their dead letters.
    (folder / "sane").mkdir()
    (folder / "sane" / "main.tf").write_text(sane, encoding="utf-8")
    for number, value in enumerate(ODD_VALUES + ODD_INTRINSICS):
        # A template a value: Checkov's parser refuses some of them (null) with the whole file.
        resources = {
            f"Odd{name}{number}": {"Type": "AWS::SQS::Queue", "Properties": {name: value}} for name in CLOUDFORMATION_PROPERTIES
        }
        resources[f"OddProperties{number}"] = {"Type": "AWS::SQS::Queue", "Properties": value}
        (folder / f"odd_{number}.template").write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    (folder / "sane.template").write_text(
        json.dumps({"Resources": {"Sane": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": False}}}}),
        encoding="utf-8",
    )
    # The same odd values as the planned values of a plan.
    planned: list[dict[str, Any]] = [
        {
            "address": f"aws_sqs_queue.odd_{name}_{number}",
            "mode": "managed",
            "type": "aws_sqs_queue",
            "name": f"odd_{name}_{number}",
            "values": {name: value},
        }
        for name in TERRAFORM_ATTRIBUTES
        for number, value in enumerate(ODD_VALUES)
    ]
    sane_one = {
        "address": "aws_sqs_queue.sane",
        "mode": "managed",
        "type": "aws_sqs_queue",
        "name": "sane",
        "values": {"sqs_managed_sse_enabled": False},
    }
    (folder / "plan.json").write_text(json.dumps(_plan(planned)), encoding="utf-8")
    (folder / "sane.json").write_text(json.dumps(_plan([sane_one])), encoding="utf-8")
    return folder


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_odd_values_raise_nothing_and_hide_nothing(framework: str, odd_queues: Path) -> None:
    """No ERROR record (see `no_error_records`), and the plain fault beside them is found."""
    observed: list[Observation] = []
    with observing(observed.append):
        found = {(finding.check, finding.resource): finding.result for finding in scan(odd_queues, [framework])}
    sane = "AWS::SQS::Queue.Sane" if framework == "cloudformation" else "aws_sqs_queue.sane"
    assert found["CKV_SQS_20", sane] == "FAILED"
    checks_on_it = {one.check for one in observed if "sane" in one.address.lower()}
    kinds = (TerraformQueueCheck, CloudFormationQueueCheck, TerraformQueueModelCheck, CloudFormationQueueModelCheck)
    on_queues = {check.id for check in check_classes() if issubclass(check, kinds)}
    assert checks_on_it == on_queues


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("empty.tf", ""),
        ("blank.tf", "\n\n"),
        ("empty.template", ""),
        ("list.template", "[]"),
        ("text.template", "just text"),
        ("no_resources.template", "Resources:\n"),
        ("odd_resources.template", "Resources:\n  A: text\n  B: []\n  C: {Type: AWS::SQS::Queue, Properties: [1]}\n"),
        ("empty.json", ""),
        ("plan.json", '{"terraform_version": "1.11.4", "resource_changes": "none", "configuration": []}'),
        (
            "heredoc.tf",
            'resource "aws_sqs_queue" "broken_json" {\n  policy = <<POLICY\n{"Version": "2012-10-17", "Stat\nPOLICY\n}\n',
        ),
        ("redrive.tf", 'resource "aws_sqs_queue" "broken_json" {\n  redrive_policy = "{"\n}\n'),
    ],
)
def test_a_broken_file_takes_nothing_else_down(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "sane.tf").write_text(
        'resource "aws_sqs_queue" "sane" {\n  sqs_managed_sse_enabled = false\n}\n', encoding="utf-8"
    )
    (tmp_path / "sane.template").write_text(
        "Resources:\n  Sane:\n    Type: AWS::SQS::Queue\n    Properties: {SqsManagedSseEnabled: false}\n",
        encoding="utf-8",
    )
    (tmp_path / name).write_text(text, encoding="utf-8")
    failed = {finding.resource for finding in scan(tmp_path, checks=["CKV_SQS_20"]) if finding.result == "FAILED"}
    assert failed == {"aws_sqs_queue.sane", "AWS::SQS::Queue.Sane"}
