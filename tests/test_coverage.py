"""`sqs-checks coverage`: nothing that could not be decided goes unsaid."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FIXTURES, REPOSITORY

from sqs_checks.commands.sqs_checks_command import main
from sqs_checks.pack.coverage import LeftOut, cover


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "sqs_checks.commands.sqs_checks_command", "coverage", str(path)]


def coverage(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(path), cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def output() -> str:
    run = coverage(FIXTURES / "CKV_SQS_12")
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_each_resource_is_listed_with_its_checks(output: str) -> None:
    block = output.split("aws_sqs_queue_policy.pass_file\n")[1].split("\nTerraform")[0]
    assert "CKV_SQS_12  decided" in block
    assert len(block.splitlines()) == 15


def test_what_is_not_decided_says_why(output: str) -> None:
    block = output.split("aws_sqs_queue_policy.unknown_missing_file\n")[1].split("\nTerraform")[0]
    about_the_document = [line for line in block.splitlines() if "CKV_SQS_15" not in line and "CKV_SQS_16" not in line]
    assert all("not decided: " in line and "nowhere.policy" in line for line in about_the_document)


def test_the_sum_is_right(output: str) -> None:
    decided, total = map(int, re.search(r"^(\d+) of (\d+) verdicts decided$", output, re.MULTILINE).groups())  # type: ignore[union-attr]
    assert total == len(re.findall(r"^    CKV_SQS_", output, re.MULTILINE))
    assert total - decided == output.count("not decided: ")


def test_a_path_that_is_not_there() -> None:
    run = coverage(FIXTURES / "nowhere")
    assert run.returncode == 1
    assert "no such file or folder" in run.stderr


def test_a_single_file() -> None:
    """The template around a resource is found where Checkov is given a file: a key of the same template is known."""
    run = coverage(FIXTURES / "CKV_SQS_21" / "queues.template")
    block = run.stdout.split("PassKeyOfTheCode\n")[1].split("\nCloudFormation")[0]
    assert "CKV_SQS_21  decided" in block


def test_a_reader_that_stops_early_gets_no_traceback() -> None:
    """As in `sqs-checks coverage . | head -1`."""
    with subprocess.Popen(
        command(FIXTURES / "CKV_SQS_44"), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == ""


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
        "Terraform  /refused.tf  aws_sqs_queue.q\n"
        "    not judged: it would be made, but Checkov leaves it out\n"
        f"Terraform  {tmp_path}/refused.tf\n"
        "    not read: Checkov cannot parse it\n"
        "0 of 0 verdicts decided, 1 resource left out by Checkov, 1 file not read\n"
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
    assert re.search(r"odd\.yaml\n    not read: Checkov fails on it: TypeError", said)
    assert re.search(r"broken\.yaml\n    not read: it names SQS", said)
    assert re.search(r"queues\.yaml  R\n    CKV_SQS_\d+ ", said)
    assert ", 1 resource left out by Checkov, 2 files not read" in said


def test_a_resource_whose_condition_does_not_hold_by_default_is_named(tmp_path: Path) -> None:
    """A deployment may set the parameter otherwise; Checkov leaves the resource out."""
    (tmp_path / "queues.yaml").write_text(CONDITION + TEMPLATE, encoding="utf-8")
    assert [one.address for one in cover(tmp_path) if isinstance(one, LeftOut)] == ["Q"]
