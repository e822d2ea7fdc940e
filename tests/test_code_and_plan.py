"""Code and the plan that Terraform made of it never contradict each other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import FIXTURES, Finding, scan

PLANS = sorted(FIXTURES.glob("**/main.tfplan"))


def verdicts(findings: list[Finding]) -> dict[tuple[str, str], str]:
    return {(finding.check, finding.resource): finding.result for finding in findings}


@pytest.fixture(scope="module")
def plans_alone(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, dict[tuple[str, str], str]]:
    """The plans without any code beside them."""
    found = {}
    for plan in PLANS:
        folder = tmp_path_factory.mktemp("plan")
        shutil.copy(plan, folder / "plan.json")
        for settings in plan.parent.glob("*.settings"):
            shutil.copy(settings, folder / f"{settings.stem}.yaml")
        found[plan] = verdicts(scan(folder, ["terraform_plan"]))
    return found


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.parent.name)
def test_no_contradiction(
    plan: Path, fixture_findings: list[Finding], plans_alone: dict[Path, dict[tuple[str, str], str]]
) -> None:
    """One may be undecided where the other is not: a plan knows values that code does not, and hides others."""
    folder = f"/{plan.parent.relative_to(FIXTURES)}/"
    by_framework = {
        framework: verdicts([one for one in fixture_findings if one.framework == framework and one.file.startswith(folder)])
        for framework in ("terraform", "terraform_plan")
    }
    code, beside = by_framework["terraform"], by_framework["terraform_plan"]
    assert beside, "a plan of which nothing is decided proves nothing"
    contradictions = {
        key: (result, other.get(key))
        for other in (beside, plans_alone[plan])
        for key, result in code.items()
        if {result, other.get(key)} == {"PASSED", "FAILED"}
    }
    assert contradictions == {}


def test_the_code_beside_a_plan_only_adds(plans_alone: dict[Path, dict[tuple[str, str], str]], tmp_path: Path) -> None:
    """What the plan decides by itself stays; the code decides what the plan leaves to be known after apply."""
    code = (
        'resource "aws_sqs_queue" "q" {\n  name = "orders"\n}\n\n'
        'resource "aws_sqs_queue_policy" "p" {\n  queue_url = aws_sqs_queue.q.id\n'
        '  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", '
        'Action = "sqs:SendMessage", Resource = aws_sqs_queue.q.arn }] })\n}\n'
    )
    create = {"actions": ["create"], "before": None}
    references = ["aws_sqs_queue.q.arn", "aws_sqs_queue.q"]
    queue = {"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q"}
    policy = {"address": "aws_sqs_queue_policy.p", "mode": "managed", "type": "aws_sqs_queue_policy", "name": "p"}
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [{**queue, "values": {"name": "orders"}}, {**policy, "values": {}}]}},
        "resource_changes": [
            {**queue, "change": {**create, "after": {"name": "orders"}, "after_unknown": {"arn": True, "id": True}}},
            {**policy, "change": {**create, "after": {}, "after_unknown": {"policy": True, "queue_url": True}}},
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {**queue, "expressions": {"name": {"constant_value": "orders"}}},
                    {
                        **policy,
                        "expressions": {
                            "policy": {"references": references},
                            "queue_url": {"references": ["aws_sqs_queue.q.id", "aws_sqs_queue.q"]},
                        },
                    },
                ]
            }
        },
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    assert ("CKV_SQS_1", "aws_sqs_queue_policy.p") not in verdicts(scan(tmp_path, ["terraform_plan"]))
    (tmp_path / "main.tf").write_text(code, encoding="utf-8")
    decided = verdicts(scan(tmp_path, ["terraform_plan"]))
    assert decided["CKV_SQS_1", "aws_sqs_queue_policy.p"] == "FAILED"
    assert decided["CKV_SQS_5", "aws_sqs_queue_policy.p"] == "PASSED"
    # Other code that happens to lie there is not what the plan was made of.
    (tmp_path / "main.tf").write_text(code.replace("Resource = aws_sqs_queue.q.arn", 'Resource = "*"'), encoding="utf-8")
    assert ("CKV_SQS_1", "aws_sqs_queue_policy.p") not in verdicts(scan(tmp_path, ["terraform_plan"]))
