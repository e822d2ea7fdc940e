"""A check that raises is a finding, on its resource and of its check alone: Checkov would make silence of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, FRAMEWORKS, copy_with_plans, scan

from sqs_checks.checks.unencrypted_queue import UnencryptedQueue
from sqs_checks.cloudformation import scanned_templates
from sqs_checks.pack.coverage import Coverage, cover
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.reporting.observations import Outcome

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


class MuteError(Exception):
    def __str__(self) -> str:
        raise ValueError("planted")


class Panic(BaseException):
    """As the graph library of Checkov raises it."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MuteError(), "MuteError: no message"),
        (Panic("planted"), "Panic: planted"),
        (ValueError("planted\ud800\nline"), "ValueError: planted\\xd800\\x0aline"),
    ],
)
def test_whatever_is_raised(error: BaseException, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that every report can hold; half a character ends the terminal's."""

    def planted_error(*arguments: Any) -> Any:
        raise error

    (tmp_path / "queue.template").write_text(json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}), encoding="utf-8")
    monkeypatch.setattr(UnencryptedQueue, "faults", planted_error)
    [finding] = scan(tmp_path, ["cloudformation"], ["CKV_SQS_20"])
    assert said in finding.details[0]
    assert "CKV_SQS_20" in finding.details[0]


def test_models_that_raise_do_so_for_each_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first check must not leave the others without the template: they would be undecided, which is silence."""
    (tmp_path / "queue.template").write_text(json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}), encoding="utf-8")
    monkeypatch.setattr(scanned_templates, "DeploymentModels", planted)
    found = scan(tmp_path, ["cloudformation"], ["CKV_SQS_17", "CKV_SQS_40"])
    assert sorted(finding.check for finding in found) == ["CKV_SQS_17", "CKV_SQS_40"]


def test_coverage_names_a_check_that_broke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "queue.template").write_text(json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}), encoding="utf-8")
    monkeypatch.setattr(UnencryptedQueue, "faults", planted)
    judged = [found.observation for found in cover(tmp_path) if isinstance(found, Coverage)]
    [observed] = [one for one in judged if one.check == "CKV_SQS_20"]
    assert observed.outcome is Outcome.UNDECIDED
    assert "this check broke: RuntimeError: planted" in observed.reasons
