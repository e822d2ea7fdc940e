"""`sqs-checks policy`: a pasted policy is judged at once, without Checkov, and what is none says so."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import NO_TLS, QUEUE, TOPIC, allow, deny, policy, service

from sqs_checks.commands.exit_codes import AT_FAULT, FINE, NOTHING_TO_JUDGE
from sqs_checks.commands.policy_command import judge_policy
from sqs_checks.values.json_positions import positions_in

SENDER = allow(service("sns.amazonaws.com"), {"ArnEquals": {"aws:SourceArn": TOPIC}}, Sid="Topic")
GOOD = policy(SENDER, deny(NO_TLS, Sid="TlsOnly"))
OPEN = policy(allow("*", Sid="Open"), deny(NO_TLS))
# What is judged, how the process ends, and what is said.
ROWS: list[tuple[str, int, str]] = [
    (json.dumps(GOOD), FINE, "✓ Everyone can use the queue: no"),
    (json.dumps(OPEN), AT_FAULT, "`Open` (Statement[0]): anybody with an AWS account may call sqs:SendMessage"),
    (json.dumps(policy(SENDER)), AT_FAULT, "✗ Plain HTTP is refused: no"),
    (json.dumps({"Attributes": {"Policy": json.dumps(OPEN), "QueueArn": QUEUE}}), AT_FAULT, "✗ Everyone can use the queue: yes"),
    (
        json.dumps(policy(allow(service("sns.amazonaws.com"), action="sqs:SendMesage"))),
        AT_FAULT,
        "SQS has no action `sqs:SendMesage`; write `sqs:SendMessage` in place of `sqs:SendMesage`",
    ),
    ("", NOTHING_TO_JUDGE, "it is empty"),
    ("{", NOTHING_TO_JUDGE, "it is no JSON, at line 1, column 2"),
    ("[]", NOTHING_TO_JUDGE, "no object"),
    ('{"Statements": []}', NOTHING_TO_JUDGE, "it has no `Statement`, and holds `Statements`"),
    ('{"Attributes": {"Policy": "{"}}', NOTHING_TO_JUDGE, "it is no JSON in `Policy`"),
]


@pytest.mark.parametrize(("text", "code", "said"), ROWS)
def test_what_is_said(text: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.json").write_text(text, encoding="utf-8")
    assert judge_policy(str(tmp_path / "policy.json"), None, "text") == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    assert ("sqs-checks: " in printed.err) == (code == NOTHING_TO_JUDGE)


def test_a_missing_file_and_a_queue_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge_policy(str(tmp_path / "nowhere"), None, "text") == NOTHING_TO_JUDGE
    assert "no such file" in capsys.readouterr().err
    (tmp_path / "policy.json").write_text(json.dumps(GOOD), encoding="utf-8")
    assert judge_policy(str(tmp_path / "policy.json"), "orders", "text") == NOTHING_TO_JUDGE
    assert "`orders` is no ARN of a queue" in capsys.readouterr().err


def test_a_fault_says_at_which_line_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(policy(allow(service("sns.amazonaws.com"), action=["sqs:SendMessage", "sqs:Sendd"])), indent=2)
    (tmp_path / "policy.json").write_text(text, encoding="utf-8")
    judge_policy(str(tmp_path / "policy.json"), None, "json")
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    line = text.splitlines()[problem["line"] - 1]
    assert line[problem["column"] - 1 :].startswith('"sqs:Sendd"')


def test_json_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.json").write_text(json.dumps(OPEN), encoding="utf-8")
    assert judge_policy(str(tmp_path / "policy.json"), QUEUE, "json") == AT_FAULT
    judged = json.loads(capsys.readouterr().out)
    public = next(one for one in judged["verdicts"] if one["name"] == "public")
    assert public["holds"] == "yes"
    assert public["witness"]["actions"] == ["sqs:SendMessage"]
    assert [one["effect"] for one in judged["statements"]] == ["Allow", "Deny"]


def test_the_command_loads_no_checkov() -> None:
    line = "import sys; from sqs_checks.commands.sqs_checks_command import main; main(); sys.exit('checkov' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", line, "policy", "-"],
        input=json.dumps(GOOD),
        text=True,
        capture_output=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "✓ Plain HTTP is refused: yes" in run.stdout


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    )
)
def test_every_value_has_its_place(value: Any) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    lines = text.split("\n")
    for path, (line, column) in positions_in(text).items():
        assert lines[line - 1][column - 1 :], path


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30) | st.sampled_from(['{"Version": 1}', '{"Statement": {"Effect": [1]}}', '{"Statement": [[]]}']))
def test_nothing_raises(text: str) -> None:
    class Input:
        buffer = io.BytesIO(text.encode("utf-8", "surrogatepass"))

    before, sys.stdin = sys.stdin, Input()
    try:
        assert judge_policy("-", None, "text") in (FINE, AT_FAULT, NOTHING_TO_JUDGE)
    finally:
        sys.stdin = before
