"""`sqs-checks coverage`: nothing that could not be decided goes unsaid."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, copy_with_plans, scan

from sqs_checks.commands.sqs_checks_command import main
from sqs_checks.judgement.fault import Judgement, judge
from sqs_checks.pack.catalogue import check_classes
from sqs_checks.pack.coverage import Coverage, LeftOut, cover
from sqs_checks.reporting.checkov_check import CheckovCheck, SqsCheck
from sqs_checks.reporting.observations import Outcome


def outcomes(path: Path) -> dict[tuple[str, str], Outcome]:
    """What each check made of each resource: by the resource's address and the check."""
    found = (one.observation for one in cover(path) if isinstance(one, Coverage))
    return {(one.address, one.check): one.outcome for one in found}


def said_of(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["sqs-checks", "coverage", str(path)])
    main()
    return capsys.readouterr().out


def test_what_is_not_decided_comes_first_the_commonest_reason_before_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_of(FIXTURES / "CKV_SQS_12", monkeypatch, capsys)
    undecided, _, rest = said.partition("\n\ncheck ")
    assert re.match(r"\d+ verdicts are not decided. Why, the commonest reason first:\n", undecided)
    numbers = [int(number) for number in re.findall(r"^ +(\d+)  \S", undecided, re.MULTILINE)]
    assert numbers == sorted(numbers, reverse=True)
    assert sum(numbers) == int(undecided.split()[0])
    assert re.search(
        r"nowhere\.policy.*\n +aws_sqs_queue_policy\.unknown_missing_file \(Terraform, /code_only\.tf\): CKV_SQS_1, ", undecided
    )
    assert "not decided" not in rest


def test_the_sum_is_right(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the table, of the last line, and of what the checks made of the resources."""
    said = said_of(FIXTURES / "CKV_SQS_43", monkeypatch, capsys)
    header, *rows, sums = next(block for block in said.split("\n\n") if block.startswith("check ")).splitlines()
    numbers = [[0 if cell == "-" else int(cell) for cell in row.split()[1:]] for row in rows]
    assert [sum(column) for column in zip(*numbers)] == [int(cell) for cell in sums.split()[1:]]
    assert header.split() == ["check", "undecided", "failed", "passed", "not", "applicable"]
    undecided, failed, passed, _ = (sum(column) for column in zip(*numbers))
    share, total = re.search(r"^([\d.]+) % of (\d+) verdicts are decided\.$", said, re.MULTILINE).groups()  # type: ignore[union-attr]
    assert int(total) == undecided + failed + passed
    assert float(share) == pytest.approx(100 * (failed + passed) / int(total), abs=0.1)


# What each check makes of a bare queue that nothing is about: no check passes on what is not there.
BARE: dict[str, Outcome] = {
    "CKV_SQS_17": Outcome.FAILED,
    "CKV_SQS_20": Outcome.PASSED,
    "CKV_SQS_21": Outcome.FAILED,
    "CKV_SQS_22": Outcome.NOT_APPLICABLE,  # no key
    "CKV_SQS_23": Outcome.NOT_APPLICABLE,
    "CKV_SQS_30": Outcome.PASSED,  # the provider sets it
    "CKV_SQS_31": Outcome.FAILED,
    "CKV_SQS_32": Outcome.PASSED,
    "CKV_SQS_33": Outcome.FAILED,
    "CKV_SQS_34": Outcome.PASSED,
    "CKV_SQS_40": Outcome.FAILED,
    "CKV_SQS_41": Outcome.NOT_APPLICABLE,  # no dead-letter queue
    "CKV_SQS_42": Outcome.NOT_APPLICABLE,
    "CKV_SQS_43": Outcome.NOT_APPLICABLE,  # no consumer
    "CKV_SQS_44": Outcome.PASSED,
    "CKV_SQS_45": Outcome.NOT_APPLICABLE,  # no sender
}


def test_what_a_check_is_not_about_is_no_pass(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_sqs_queue" "q" {}\n', encoding="utf-8")
    assert outcomes(tmp_path) == {("aws_sqs_queue.q", check): outcome for check, outcome in BARE.items()}
    reported = {finding.check for finding in scan(tmp_path, ["terraform"])}
    assert reported == {check for check, outcome in BARE.items() if outcome is not Outcome.NOT_APPLICABLE}


def test_whoever_judges_some_only_says_which() -> None:
    for check in check_classes():
        assert bool(check.judges_only) == (check.applies is not SqsCheck.applies), check.id


@pytest.mark.parametrize("check", sorted({check.id for check in check_classes() if check.judges_only}))
def test_nothing_is_wrong_with_what_a_check_is_not_about(check: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a fault would go unsaid: held against the check's own search for faults."""
    apart: list[Judgement] = []

    def judgement(self: Any, subject: Any, settings: Any) -> Judgement:
        found = judged(self, subject, settings)
        if not found.is_applicable:
            apart.append(judge(list(self.faults(subject, settings))))
        return found

    judged = CheckovCheck.judgement
    monkeypatch.setattr(CheckovCheck, "judgement", judgement)
    copy_with_plans(FIXTURES / check, tmp_path / check)
    scan(tmp_path, ["terraform"], [check])
    assert apart
    assert not [found.faults for found in apart if found.violated.is_yes]


SETTINGS = """
checks: {CKV_SQS_31: {enabled: false}}
exceptions: [{checks: [CKV_SQS_33], names: [q], reason: no tags here}]
"""
SKIPPED_IN_CODE = """
resource "aws_sqs_queue" "q" {
  # checkov:skip=CKV_SQS_40:nothing is lost
}
"""


def test_what_is_switched_off_and_what_is_skipped_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.tf").write_text(SKIPPED_IN_CODE, encoding="utf-8")
    (tmp_path / "sqs-checks.yaml").write_text(SETTINGS, encoding="utf-8")
    said = said_of(tmp_path, monkeypatch, capsys)
    assert "Switched off:\n  CKV_SQS_31      1  the settings switch it off\n" in said
    assert "  CKV_SQS_33      1  no tags here\n  CKV_SQS_40      1  nothing is lost\n" in said


def test_a_single_file() -> None:
    """The template around a resource is found where Checkov is given a file: a key of the same template is known."""
    assert outcomes(FIXTURES / "CKV_SQS_21" / "queues.template")["PassKeyOfTheCode", "CKV_SQS_21"] is Outcome.PASSED


# By what Checkov leaves out: the code, and what is to be named.
REFUSED = "(var.\n    name)"  # Checkov's parser takes no new line there
LEFT_OUT: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "a file that its parser refuses": (
        {"main.tf": f'resource "aws_sqs_queue" "q" {{\n  count = 2\n  name = {REFUSED}\n}}\n'},
        [("/main.tf", "aws_sqs_queue.q[0]"), ("/main.tf", "aws_sqs_queue.q[1]")],
    ),
    "the other syntax": (
        {"main.tf.json": '{"resource": {"aws_sqs_queue": {"q": {"name": "orders"}}}}'},
        [("/main.tf.json", "aws_sqs_queue.q")],
    ),
    "a module whose call its parser refuses": (
        {
            "main.tf": f'module "m" {{\n  source = "./m"\n  name   = {REFUSED}\n}}\n',
            "m/main.tf": 'variable "name" {}\n\nresource "aws_sqs_queue" "q" {\n  name = var.name\n}\n',
        },
        [("/m/main.tf", "module.m.aws_sqs_queue.q")],
    ),
    "what Terraform does not make either": (
        {
            "main.tf": 'resource "aws_sqs_queue" "q" {\n  count = 0\n}\n\nmodule "m" {\n  source = "./m"\n  count = 0\n}\n',
            "m/main.tf": 'resource "aws_sqs_queue" "q" {}\n',
        },
        [],
    ),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_checkov_leaves_out_is_named(case: str, tmp_path: Path) -> None:
    """Terraform makes it, and Checkov hands it to no check."""
    files, expected = LEFT_OUT[case]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = [(one.file, one.address) for one in cover(tmp_path) if isinstance(one, LeftOut)]
    assert found == expected


def test_of_a_single_file_only_its_own_resources_are_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.tf").write_text(f'resource "aws_sqs_queue" "{name}" {{\n  name = {REFUSED}\n}}\n', encoding="utf-8")
    assert [one.address for one in cover(tmp_path / "a.tf") if isinstance(one, LeftOut)] == ["aws_sqs_queue.a"]


def test_what_is_left_out_counts_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "refused.tf").write_text(f'resource "aws_sqs_queue" "q" {{\n  name = {REFUSED}\n}}\n', encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["sqs-checks", "coverage", str(tmp_path)])
    assert main() == 1
    assert capsys.readouterr().out == (
        "Left out by Checkov, so that no check judges it:\n"
        "  aws_sqs_queue.q (Terraform, /refused.tf)\n"
        "\n"
        "Not read:\n"
        f"  {tmp_path}/refused.tf (Terraform): Checkov cannot parse it\n"
        "\n"
        "No check judged anything.\n"
    )


TEMPLATE = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Condition: Production\n  R:\n    Type: AWS::SQS::Queue\n"
CONDITION = "Parameters: {Env: {Type: String, Default: test}}\nConditions: {Production: !Equals [!Ref Env, production]}\n"


def test_a_template_that_ends_checkovs_run_is_named_and_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checkov itself loses every template of the scan."""
    (tmp_path / "odd.yaml").write_text("Resources:\n  A:\n    Type: {x: y}\n", encoding="utf-8")
    (tmp_path / "queues.yaml").write_text(CONDITION + TEMPLATE, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(TEMPLATE + "  - broken\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["sqs-checks", "coverage", str(tmp_path)])
    assert main() == 1
    said = capsys.readouterr().out
    assert re.search(r"odd\.yaml \(\w+\): Checkov fails on it: TypeError", said)
    assert re.search(r"broken\.yaml \(\w+\): it names SQS", said)
    assert re.search(r"  Q \(CloudFormation, .*queues\.yaml\)", said.partition("Left out by Checkov")[2])
    assert re.search(r"^CKV_SQS_20 .* 1", said, re.MULTILINE)


def test_a_resource_whose_condition_does_not_hold_by_default_is_named(tmp_path: Path) -> None:
    """A deployment may set the parameter otherwise; Checkov leaves the resource out."""
    (tmp_path / "queues.yaml").write_text(CONDITION + TEMPLATE, encoding="utf-8")
    assert [one.address for one in cover(tmp_path) if isinstance(one, LeftOut)] == ["Q"]
