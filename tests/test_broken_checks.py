"""A check that raises is a finding, on its resource and of its check alone: Checkov would make silence of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, FRAMEWORKS, copy_with_plans, scan

from sqs_checks.checks.unencrypted_queue import UnencryptedQueue
from sqs_checks.policy.attached_policy import AttachedPolicy

CHECKS = ("CKV_SQS_20", "CKV_SQS_31", "CKV_SQS_1")


def planted(*arguments: Any) -> Any:
    raise RuntimeError("planted")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_check_that_raises(framework: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_with_plans(FIXTURES / "same_findings", tmp_path / "code")
    before = scan(tmp_path / "code", [framework], CHECKS)
    monkeypatch.setattr(UnencryptedQueue, "faults", planted)
    after = scan(tmp_path / "code", [framework], CHECKS)
    broken = [finding for finding in after if finding.check == "CKV_SQS_20"]
    assert broken
    assert all(
        finding.result == "FAILED" and "This check broke: RuntimeError: planted" in finding.details[0] for finding in broken
    )
    assert all(any("please report" in line for line in finding.details) for finding in broken)
    others = [[finding for finding in found if finding.check != "CKV_SQS_20"] for found in (before, after)]
    assert others[0] == others[1] != []


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_raises_while_a_policy_is_read(framework: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_with_plans(FIXTURES / "same_findings", tmp_path / "code")
    monkeypatch.setattr(AttachedPolicy, "document", property(planted))
    found = [finding for finding in scan(tmp_path / "code", [framework], ["CKV_SQS_1"]) if "broke" in str(finding.details)]
    assert found
    assert {finding.result for finding in found} == {"FAILED"}


def test_a_check_that_is_switched_off_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sqs-checks.yaml").write_text("checks: {CKV_SQS_20: {enabled: false}}\n", encoding="utf-8")
    (tmp_path / "queue.template").write_text(json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(UnencryptedQueue, "faults", planted)
    assert scan(tmp_path, ["cloudformation"], ["CKV_SQS_20"]) == []
