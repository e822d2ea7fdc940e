"""What a finding says to do is done, and the finding is gone: in JSON policies, in HCL and in YAML."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Finding, scan
from policies import NO_TLS, OTHER, QUEUE, TOPIC, allow, deny, policy, service
from test_malformed_policies import CHECKS, attached

from sqs_checks.configuration.settings import DEFAULTS
from sqs_checks.judgement.fault import judge

PLACEHOLDERS = {
    "<ARN of the queue>": QUEUE,
    "<ARN of your topic>": TOPIC,
    "<ARN of the topic, bucket or rule>": TOPIC,
}
TLS = deny(NO_TLS, Sid="TlsOnly")
# A check and a policy that it reports. What the remedy writes is a statement, or a condition of the first one.
POLICIES: list[tuple[str, dict[str, Any]]] = [
    ("CKV_SQS_12", policy(allow(service("sns.amazonaws.com"), {"ArnEquals": {"aws:SourceArn": TOPIC}}))),
    ("CKV_SQS_1", policy(allow("*"), TLS)),
    ("CKV_SQS_7", policy(allow(service("sns.amazonaws.com")), TLS)),
    ("CKV_SQS_3", policy(allow({"AWS": f"arn:aws:iam::{OTHER}:role/app"}, action="sqs:*"), TLS)),
]


def violated(check: str, stated: Mapping[str, Any]) -> Any:
    return judge(list(object.__new__(CHECKS[check]).faults(attached(stated), DEFAULTS)))


def mended(stated: Mapping[str, Any], remedy: str) -> dict[str, Any]:
    """The policy with what a remedy writes in backticks."""
    for placeholder, text in PLACEHOLDERS.items():
        remedy = remedy.replace(placeholder, text)
    snippet = next(text for text in re.findall(r"`([^`]+)`", remedy) if text[0] in '{"')
    written = json.loads(snippet if snippet.startswith("{") else f"{{{snippet}}}")
    changed: dict[str, Any] = copy.deepcopy(dict(stated))
    if "Effect" in written:
        changed["Statement"].append(written)
    elif "Action" in written:
        changed["Statement"][0].update(written)
    else:
        changed["Statement"][0].setdefault("Condition", {}).update(written)
    return changed


@pytest.mark.parametrize(("check", "stated"), POLICIES, ids=[check for check, _ in POLICIES])
def test_a_policy_that_is_mended_passes(check: str, stated: dict[str, Any]) -> None:
    before = violated(check, stated)
    assert before.violated.is_yes
    assert violated(check, mended(stated, before.faults[0].remedy)).violated.is_no


# A check, and the attributes of a queue that it reports, as HCL and as YAML.
QUEUES: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("CKV_SQS_20", {"sqs_managed_sse_enabled": "false"}, {"SqsManagedSseEnabled": "false"}),
    (
        "CKV_SQS_22",
        {"kms_master_key_id": '"alias/orders"', "kms_data_key_reuse_period_seconds": "86400"},
        {"KmsMasterKeyId": "alias/orders", "KmsDataKeyReusePeriodSeconds": "86400"},
    ),
    ("CKV_SQS_31", {}, {}),
    ("CKV_SQS_44", {"content_based_deduplication": "true"}, {"ContentBasedDeduplication": "true"}),
]


def scanned(folder: Path, hcl: Mapping[str, Mapping[str, str]], yaml: Mapping[str, Mapping[str, str]]) -> list[Finding]:
    folder.mkdir()
    code = "".join(
        f'resource "aws_sqs_queue" "{name}" {{\n' + "".join(f"  {key} = {value}\n" for key, value in stated.items()) + "}\n"
        for name, stated in hcl.items()
    )
    (folder / "main.tf").write_text(code, encoding="utf-8")
    template = "Resources:\n"
    for name, stated in yaml.items():
        properties = ", ".join(f"{key}: {value}" for key, value in stated.items())
        template += f"  {name}:\n    Type: AWS::SQS::Queue\n    Properties: {{{properties}}}\n"
    (folder / "queues.template").write_text(template, encoding="utf-8")
    return scan(folder, ["terraform", "cloudformation"])


def assignments(finding: Finding) -> dict[str, str]:
    """What the first remedy of a finding sets."""
    fix = next(line for line in finding.details if line.startswith("Fix: "))
    written = re.findall(r"`(\w+)(?: = |: )([^`]+)`", fix)
    return dict(written[:1])


def test_a_queue_that_is_mended_passes(tmp_path: Path) -> None:
    names = {check: f"Q{number}" for number, (check, _, _) in enumerate(QUEUES)}
    hcl = {names[check]: dict(stated) for check, stated, _ in QUEUES}
    yaml = {names[check]: dict(stated) for check, _, stated in QUEUES}
    before = [one for one in scanned(tmp_path / "before", hcl, yaml) if names.get(one.check) == one.resource.rpartition(".")[2]]
    assert sorted((one.framework, one.check) for one in before if one.result == "FAILED") == sorted(
        (framework, check) for framework in ("terraform", "cloudformation") for check in names
    )
    for finding in before:
        target = hcl if finding.framework == "terraform" else yaml
        target[names[finding.check]].update(assignments(finding))
    after = [one for one in scanned(tmp_path / "after", hcl, yaml) if names.get(one.check) == one.resource.rpartition(".")[2]]
    assert {one.result for one in after} == {"PASSED"}, [one for one in after if one.result != "PASSED"]
