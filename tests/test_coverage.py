"""`sqs-checks coverage`: nothing that could not be decided goes unsaid."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FIXTURES, REPOSITORY


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
