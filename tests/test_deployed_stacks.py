"""Whole stacks as CDK and SAM write them: what is deployed together is judged together, through Checkov itself.

`NOT_YET` and `UNLIKE_TRANSFORMED` hold the rows that are wrong today. A row that has come right must leave them.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import scan
from make_cdk import APPS, CDK_FIXTURES, lay_out
from make_sam import SAM_FIXTURES, transformed_beside, written_templates

from sqs_checks.pack.catalogue import check_classes

CHECKS = {check.id for check in check_classes()}
APP_NAMES = sorted(path.stem for path in APPS.glob("*.py"))
WRITTEN = list(written_templates())
# A verdict of `expected.txt`, by what Checkov reports; `unfailed` is passed or no result.
VERDICTS: Mapping[str, tuple[set[str], ...]] = {
    "passed": ({"PASSED"},),
    "failed": ({"FAILED"},),
    "unknown": (set(),),
    "unfailed": ({"PASSED"}, set()),
}
NOT_YET: Mapping[str, set[str]] = {
    "cross_stack": {
        "AWS::SQS::Queue.SharedDACC02AA CKV_SQS_43",
        "AWS::SQS::Queue.WorkBF636A8B CKV_SQS_41",
        "AWS::SQS::Queue.WorkBF636A8B CKV_SQS_43",
        "AWS::SQS::QueuePolicy.SentToPolicy2231816D CKV_SQS_14",
        "AWS::SQS::QueuePolicy.SentToPolicy2231816D CKV_SQS_7",
    },
    "function_sources": {"AWS::SQS::Queue.ByAlias769D37D0 CKV_SQS_43", "AWS::SQS::Queue.ByVersion0A14128E CKV_SQS_43"},
    "nested_stacks": {
        "AWS::SQS::Queue.DeadB2807C34 CKV_SQS_40",
        "AWS::SQS::Queue.DeadB2807C34 CKV_SQS_41",
        "AWS::SQS::Queue.ReceivedE45C8E6C CKV_SQS_40",
        "AWS::SQS::Queue.WorkBF636A8B CKV_SQS_41",
        "AWS::SQS::Queue.WorkBF636A8B CKV_SQS_43",
        "AWS::SQS::QueuePolicy.ReceivedPolicyC93C5A92 CKV_SQS_14",
        "AWS::SQS::QueuePolicy.ReceivedPolicyC93C5A92 CKV_SQS_7",
    },
    "redrive_allow_policy": {"AWS::SQS::Queue.AllowedECAE724A CKV_SQS_42"},
    "connector_by_properties": {"AWS::SQS::Queue.Orders CKV_SQS_17"},
    "connector_of_event_rule": {"AWS::SQS::Queue.Copies CKV_SQS_17"},
    "connector_rule_to_queue": {"AWS::SQS::Queue.Orders CKV_SQS_17"},
    "connector_topic_to_queue": {f"AWS::SQS::Queue.{name} CKV_SQS_17" for name in ("Archive", "Audit", "Orders")},
    "function_dead_letters": {"AWS::SQS::Queue.Undelivered CKV_SQS_40"},
    "nested_application": {f"AWS::SQS::Queue.Orders CKV_SQS_{number}" for number in (17, 40, 43)},
    "policy_templates": {f"AWS::SQS::QueuePolicy.OrdersPolicy CKV_SQS_{number}" for number in (1, 9, 14)},
    "sns_event_own_queue": {"AWS::SQS::Queue.Orders CKV_SQS_17", "AWS::SQS::Queue.Orders CKV_SQS_43"},
    "sns_event_shared_policy": {"AWS::SQS::Queue.Orders CKV_SQS_17"},
    "sqs_event_by_arn": {"AWS::SQS::Queue.Orders CKV_SQS_43"},
}
# Those that differ between a template of SAM as written and as transformed.
UNLIKE_TRANSFORMED: Mapping[str, set[str]] = {
    "conditional_function": {"AWS::SQS::Queue.Orders CKV_SQS_43"},
    "connector_by_properties": {"AWS::SQS::Queue.Orders CKV_SQS_17"},
    "connector_of_event_rule": {"AWS::SQS::Queue.Copies CKV_SQS_17"},
    "connector_rule_to_queue": {"AWS::SQS::Queue.Orders CKV_SQS_17"},
    "connector_topic_to_queue": {f"AWS::SQS::Queue.{name} CKV_SQS_17" for name in ("Archive", "Audit", "Orders")},
    "function_dead_letters": {"AWS::SQS::Queue.Undelivered CKV_SQS_40"},
    "globals": {"AWS::SQS::Queue.Orders CKV_SQS_43"},
    "policy_templates": {f"AWS::SQS::QueuePolicy.OrdersPolicy CKV_SQS_{number}" for number in (1, 2, 7, 8, 9, 10, 14)},
    "sns_event_own_queue": {"AWS::SQS::Queue.Orders CKV_SQS_17", "AWS::SQS::Queue.Orders CKV_SQS_43"},
    "sns_event_shared_policy": {"AWS::SQS::Queue.Orders CKV_SQS_17"},
    "sqs_event_alias": {"AWS::SQS::Queue.Orders CKV_SQS_43"},
    "sqs_event_alias_parameter": {"AWS::SQS::Queue.Orders CKV_SQS_43"},
}
SAM_TRUTH: Mapping[str, Any] = yaml.safe_load((SAM_FIXTURES / "expected.txt").read_text(encoding="utf-8"))


def results(folder: Path) -> Mapping[str, set[str]]:
    """What Checkov reports of a folder: by resource and check."""
    found: dict[str, set[str]] = defaultdict(set)
    for finding in scan(folder, ["cloudformation"]):
        found[f"{finding.resource} {finding.check}"].add(finding.result)
    return found


def read_truth(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rows(stated: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The verdicts by resource and check, of the checks that there are."""
    return {
        f"{resource} {check}": verdict
        for resource, verdicts in stated.items()
        for check, verdict in verdicts.items()
        if check in CHECKS
    }


def expected(app: str) -> dict[str, str]:
    return rows(read_truth(CDK_FIXTURES / app / "expected.txt"))


def wrong_rows(found: Mapping[str, set[str]], truth: Mapping[str, str]) -> set[str]:
    return {row for row, verdict in truth.items() if found.get(row, set()) not in VERDICTS[verdict]}


@pytest.mark.parametrize("app", APP_NAMES)
def test_stacks_of_cdk(app: str, tmp_path: Path) -> None:
    """All templates of an app, scanned together as `cdk.out` holds them."""
    lay_out(app, tmp_path)
    assert wrong_rows(results(tmp_path), expected(app)) == NOT_YET.get(app, set())


@pytest.mark.parametrize("app", APP_NAMES)
def test_the_truth_is_about_resources_that_there_are(app: str) -> None:
    """A verdict on a resource that no template holds would be `unfailed` for ever."""
    resources: dict[str, Any] = {}
    for template in (CDK_FIXTURES / app).glob("*.template"):
        resources.update(yaml.safe_load(template.read_text(encoding="utf-8"))["Resources"])
    named = {row.split()[0].rpartition(".")[::2] for row in expected(app)}
    assert named <= {(resource["Type"], logical_id) for logical_id, resource in resources.items()}


@pytest.mark.parametrize("written", WRITTEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_sam_as_written_and_as_transformed(written: Path, tmp_path: Path) -> None:
    """What people write has the findings that what SAM makes of it has, for each queue and policy that they wrote."""
    found = []
    for number, template in enumerate((written, transformed_beside(written))):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(template, folder / "stack.template")
        found.append(results(folder))
    as_written, as_transformed = found
    resources = {row.split()[0] for row in as_written}
    comparable = {row for row in {*as_written, *as_transformed} if row.split()[0] in resources}
    wrong = {row for row in comparable if as_written.get(row) != as_transformed.get(row)}
    assert wrong == UNLIKE_TRANSFORMED.get(written.parent.name, set())


@pytest.mark.parametrize("name", SAM_TRUTH)
def test_templates_of_sam(name: str, tmp_path: Path) -> None:
    """Templates as people write them, children included; `expected.txt` says why."""
    folder = tmp_path / name
    shutil.copytree(SAM_FIXTURES / name, folder, ignore=shutil.ignore_patterns("*transformed.template"))
    assert wrong_rows(results(folder), rows(SAM_TRUTH[name])) == NOT_YET.get(name, set())
