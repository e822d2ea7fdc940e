"""Each setting moves the verdict of its check, in both frameworks: one that a check ignored would be noticed here."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, NamedTuple

import pytest
import yaml
from conftest import Finding, scan
from policies import NO_TLS, OTHER, QUEUE, allow, deny, policy

from sqs_checks.configuration.settings import Settings, key_of

ROLE = f"arn:aws:iam::{OTHER}:role/worker"
NONE = ""  # no result


class Row(NamedTuple):
    """A setting. code: what is scanned, `(attributes of a queue)` or a policy. before, after: the verdicts without the setting
    and with it. before_stated: settings that hold both times, where the check is silent without them.
    """

    name: str
    value: Any
    check: str
    code: Any
    before: str
    after: str
    before_stated: tuple[tuple[str, Any], ...] = ()


def to(principal: Any, **condition: Any) -> dict[str, Any]:
    """A policy that lets somebody send under a condition, with TLS."""
    conditions = {"StringEquals": {f"aws:{key}": value for key, value in condition.items()}} if condition else None
    return policy(allow(principal, conditions), deny(NO_TLS))


IN_NETWORK = policy(allow("*", {"IpAddress": {"aws:SourceIp": "203.0.113.0/28"}}), deny(NO_TLS))
ONLY_THROUGH = policy(deny({"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}))
ONLY_FROM = policy(deny({"StringNotEquals": {"aws:SourceVpc": "vpc-0a1b2c3d"}}))
REQUIRED = ("vpc.required", "all")
TRUSTS_NOBODY: tuple[str, Any] = ("trusted.accounts", [])
ROWS = (
    Row("trusted.accounts", [OTHER], "CKV_SQS_6", to({"AWS": ROLE}), "FAILED", "PASSED", (("trusted.vpcs", []),)),
    Row("accounts.own", [OTHER], "CKV_SQS_6", to({"AWS": ROLE}), "FAILED", "PASSED", (TRUSTS_NOBODY,)),
    Row(
        "trusted.organizations",
        ["o-a1b2c3d4e5"],
        "CKV_SQS_6",
        to("*", PrincipalOrgID="o-a1b2c3d4e5"),
        "FAILED",
        "PASSED",
        (TRUSTS_NOBODY,),
    ),
    Row("trusted.vpcs", ["vpc-0a1b2c3d"], "CKV_SQS_6", to("*", SourceVpc="vpc-0a1b2c3d"), "FAILED", "PASSED", (TRUSTS_NOBODY,)),
    Row(
        "trusted.endpoints",
        ["vpce-0a1b2c3d"],
        "CKV_SQS_6",
        to("*", SourceVpce="vpce-0a1b2c3d"),
        "FAILED",
        "PASSED",
        (TRUSTS_NOBODY,),
    ),
    Row("trusted.networks", ["203.0.113.0/24"], "CKV_SQS_6", IN_NETWORK, "FAILED", "PASSED", (TRUSTS_NOBODY,)),
    Row(
        "duties.administrators",
        [ROLE],
        "CKV_SQS_11",
        policy(allow({"AWS": ROLE}, action="sqs:SetQueueAttributes")),
        "FAILED",
        "PASSED",
    ),
    Row(
        "duties.administrators",
        ["arn:aws:iam::999999999999:role/partner"],
        "CKV_SQS_18",
        policy(allow({"AWS": "arn:aws:iam::999999999999:role/partner"}, action="sqs:SetQueueAttributes")),
        "PASSED",
        "FAILED",
    ),
    Row("vpc.required", "all", "CKV_SQS_13", to({"AWS": ROLE}), NONE, "FAILED"),
    Row("vpc.ids", ["vpc-0f0f0f0f"], "CKV_SQS_13", ONLY_FROM, "PASSED", "FAILED", (REQUIRED,)),
    Row("vpc.endpoints", ["vpce-0f0f0f0f"], "CKV_SQS_13", ONLY_THROUGH, "PASSED", "FAILED", (REQUIRED,)),
    Row("encryption.explicit", True, "CKV_SQS_20", {}, "PASSED", "FAILED"),
    Row(
        "encryption.max_data_key_reuse_seconds",
        600,
        "CKV_SQS_22",
        {"KmsMasterKeyId": "alias/a", "KmsDataKeyReusePeriodSeconds": 600},
        "FAILED",
        "PASSED",
    ),
    Row("messages.max_bytes", 2048, "CKV_SQS_30", {"MaximumMessageSize": 4096}, "PASSED", "FAILED"),
    Row("messages.min_retention_seconds", 3600, "CKV_SQS_31", {"MessageRetentionPeriod": 600}, "PASSED", "FAILED"),
    Row("messages.max_retention_seconds", 3600, "CKV_SQS_31", {"MessageRetentionPeriod": 7200}, "PASSED", "FAILED"),
    Row("naming.pattern", "team-[a-z]+", "CKV_SQS_32", {"QueueName": "orders"}, "PASSED", "FAILED"),
    Row("tags.required", {"owner": ["payments"]}, "CKV_SQS_33", {"Tags": {"owner": "nobody"}}, "PASSED", "FAILED"),
    Row("redrive.min_receive_count", 3, "CKV_SQS_40", {"RedrivePolicy": {"maxReceiveCount": 2}}, "PASSED", "FAILED"),
    Row("redrive.max_receive_count", 3, "CKV_SQS_40", {"RedrivePolicy": {"maxReceiveCount": 5}}, "PASSED", "FAILED"),
    Row("lambda.visibility_factor", 2, "CKV_SQS_43", {"VisibilityTimeout": 120}, "FAILED", "PASSED"),
    Row("unresolved", "fail", "CKV_SQS_30", {"MaximumMessageSize": ...}, NONE, "FAILED"),
    Row("checks", {"CKV_SQS_20": {"enabled": False}}, "CKV_SQS_20", {"SqsManagedSseEnabled": False}, "FAILED", NONE),
    Row(
        "exceptions",
        [{"checks": ["CKV_SQS_20"], "names": "?t", "reason": "r"}],
        "CKV_SQS_20",
        {"SqsManagedSseEnabled": False},
        "FAILED",
        "SKIPPED",
    ),
)

# What a queue's attribute is called in Terraform, and how a value is written there.
HCL_NAMES = {
    "KmsMasterKeyId": "kms_master_key_id",
    "KmsDataKeyReusePeriodSeconds": "kms_data_key_reuse_period_seconds",
    "MaximumMessageSize": "max_message_size",
    "MessageRetentionPeriod": "message_retention_seconds",
    "QueueName": "name",
    "VisibilityTimeout": "visibility_timeout_seconds",
    "SqsManagedSseEnabled": "sqs_managed_sse_enabled",
}
DEAD_LETTERS = "arn:aws:sqs:eu-west-1:123456789012:dead-letters"


def hcl(code: dict[str, Any]) -> str:
    if "Statement" in code:
        stated = json.dumps(code)
        return f'resource "aws_sqs_queue_policy" "it" {{\n  queue_url = "{URL}"\n  policy = <<JSON\n{stated}\nJSON\n}}\n'
    lines = []
    for name, value in code.items():
        if name == "Tags":
            lines.append(f"tags = {json.dumps(value)}")
        elif name == "RedrivePolicy":
            lines.append(f"redrive_policy = jsonencode({json.dumps({**value, 'deadLetterTargetArn': DEAD_LETTERS})})")
        else:
            lines.append(f"{HCL_NAMES[name]} = {'var.hidden' if value is ... else json.dumps(value)}")
    queue = 'resource "aws_sqs_queue" "it" {\n' + "".join(f"  {line}\n" for line in lines) + "}\n"
    return queue + 'variable "hidden" {}\n' + CONSUMER_HCL


def template(code: dict[str, Any]) -> dict[str, Any]:
    if "Statement" in code:
        return {"Resources": {"It": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [URL], "PolicyDocument": code}}}}
    stated: dict[str, Any] = {}
    for name, value in code.items():
        if name == "Tags":
            stated[name] = [{"Key": key, "Value": tag} for key, tag in value.items()]
        elif name == "RedrivePolicy":
            stated[name] = {**value, "deadLetterTargetArn": DEAD_LETTERS}
        else:
            stated[name] = {"Ref": "Hidden"} if value is ... else value
    queue = {"Type": "AWS::SQS::Queue", "Properties": stated}
    return {"Parameters": {"Hidden": {"Type": "Number"}}, "Resources": {"It": queue, **CONSUMER}}


_, _, _, _REGION, _ACCOUNT, _NAME = QUEUE.split(":")
URL = f"https://sqs.{_REGION}.amazonaws.com/{_ACCOUNT}/{_NAME}"
CONSUMER_HCL = """
resource "aws_lambda_function" "worker" {
  function_name = "worker"
  timeout       = 60
}
resource "aws_lambda_event_source_mapping" "worker" {
  event_source_arn = aws_sqs_queue.it.arn
  function_name    = aws_lambda_function.worker.arn
}
"""
CONSUMER = {
    "Worker": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": 60}},
    "Mapping": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"EventSourceArn": {"Fn::GetAtt": ["It", "Arn"]}, "FunctionName": {"Ref": "Worker"}},
    },
}


def nested(stated: dict[str, Any]) -> dict[str, Any]:
    """Settings by their dotted names, as a file holds them."""
    found: dict[str, Any] = {}
    for name, value in stated.items():
        section, _, key = name.partition(".")
        if key:
            found.setdefault(section, {})[key] = value
        else:
            found[section] = value
    return found


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """Each row twice, without its setting and with it, in one run."""
    folder = tmp_path_factory.mktemp("settings")
    for number, row in enumerate(ROWS):
        always = dict(row.before_stated)
        for name, stated in (("before", always), ("after", {**always, row.name: row.value})):
            place = folder / f"{number}-{name}"
            place.mkdir()
            (place / "main.tf").write_text(hcl(row.code), encoding="utf-8")
            (place / "queue.template").write_text(json.dumps(template(row.code)), encoding="utf-8")
            (place / "sqs-checks.yaml").write_text(yaml.safe_dump(nested(stated)), encoding="utf-8")
    return scan(folder, ["terraform", "cloudformation"])


@pytest.mark.parametrize("framework", ["terraform", "cloudformation"])
@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{row.name}-{row.check}" for row in ROWS])
def test_the_setting_moves_the_verdict(number: int, framework: str, findings: list[Finding]) -> None:
    row = ROWS[number]

    def verdict(name: str) -> str:
        found = {
            one.result
            for one in findings
            if one.framework == framework and one.check == row.check and one.file.startswith(f"/{number}-{name}/")
        }
        assert len(found) <= 1, found
        return next(iter(found), NONE)

    assert (verdict("before"), verdict("after")) == (row.before, row.after)


def test_every_setting_has_a_row() -> None:
    names = set()
    for section in dataclasses.fields(Settings):
        kind = section.metadata["kind"]
        inner = [key_of(field) for field in dataclasses.fields(kind.of)] if hasattr(kind, "of") else []
        names |= {f"{key_of(section)}.{key}" for key in inner} or {key_of(section)}
    assert names == {row.name for row in ROWS}
