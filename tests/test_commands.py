"""The own commands: what scripts read from them, how they end, and what they say where there is nothing to look at."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

import pytest
from conftest import FIXTURES, REPOSITORY
from jsonschema import Draft202012Validator

from sqs_checks.commands import doctor, messages
from sqs_checks.commands.output_schemas import output_schema
from sqs_checks.commands.sqs_checks_command import main

QUEUE = 'resource "aws_sqs_queue" "orders" {\n  kms_master_key_id = var.key\n}\n'
# The files of a folder, by what it stands for.
FOLDERS: dict[str, dict[str, str]] = {
    "empty": {},
    "without code": {"notes.txt": "none"},
    "without SQS": {"main.tf": 'resource "aws_sns_topic" "t" {}\n'},
    "a queue": {"main.tf": QUEUE},
    "settings": {"sqs-checks.yaml": "unresolved: fail\n", "main.tf": QUEUE},
    "broken settings": {"sqs-checks.yaml": "unresolved: 5\n", "main.tf": QUEUE},
    "broken settings of another name": {"ci.yaml": "unresolved: 5\n"},
    "a policy": {"policy.json": '{"Version": "2012-10-17", "Statement": []}'},
}


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `sqs-checks` in a folder of `FOLDERS`. Returns exit code, output and errors."""

    def run_in(folder: str, *arguments: str) -> tuple[int, str, str]:
        for name, text in FOLDERS[folder].items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.argv", ["sqs-checks", *arguments])
        try:
            code = main()
        except SystemExit as exit_of_argparse:
            code = int(exit_of_argparse.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_in


# folder, arguments, exit code, what is said: on standard output, or on standard error after `!`.
ROWS: list[tuple[str, str, int, str]] = [
    ("empty", "coverage .", 0, "There is no Terraform or CloudFormation in ."),
    ("without code", "coverage .", 0, "There is no Terraform or CloudFormation in ."),
    ("without code", "coverage notes.txt", 2, "!notes.txt is no Terraform or CloudFormation"),
    ("without SQS", "coverage .", 0, "There are no SQS resources in ."),
    ("without SQS", "coverage . --fail-under 100", 0, "There are no SQS resources in ."),
    ("empty", "coverage nowhere", 2, "!no such file or folder: nowhere"),
    ("a queue", "coverage . --fail-under 100", 1, "!less than 100 % of the verdicts are decided"),
    ("a queue", "coverage . --fail-under 50", 0, "% of 11 verdicts are decided."),
    ("a queue", "coverage . --fail-under 101", 2, "!`101` is no percentage from 0 to 100"),
    ("a queue", "coverage . --fail-under much", 2, "!`much` is no percentage from 0 to 100"),
    ("empty", "config check", 0, "There is no sqs-checks.yaml: the defaults hold."),
    ("settings", "config check", 0, "sqs-checks.yaml: ok"),
    ("settings", "config check main.tf", 0, "sqs-checks.yaml: ok"),
    ("broken settings", "config check", 1, "!sqs-checks.yaml:1: unresolved: "),
    ("broken settings of another name", "config check ci.yaml", 1, "!ci.yaml:1: unresolved: "),
    ("broken settings", "config show", 1, "!sqs-checks.yaml:1: unresolved: "),
    ("empty", "config show", 0, "messages.max_bytes"),
    ("without code", "config show notes.txt", 2, "!notes.txt is no code and no settings file"),
    ("without code", "config check notes.txt", 2, "!notes.txt is no code and no settings file"),
    ("empty", "config check nowhere", 2, "!no such file or folder: nowhere"),
    ("empty", "policy nowhere.json", 2, "!nowhere.json: no such file"),
    ("empty", "policy .", 2, "!.: no such file, or none that can be read"),
    ("without code", "policy notes.txt", 2, "!notes.txt: it is no JSON"),
    ("empty", "schema coverage", 0, '"title": "sqs-checks coverage --format json"'),
    ("empty", "schema enable", 2, "!`enable` has no `--format json` with a schema; these have: list, coverage, config show"),
]


@pytest.mark.parametrize(("folder", "arguments", "code", "said"), ROWS)
def test_each_command_says_what_it_found_and_ends_fittingly(folder: str, arguments: str, code: int, said: str, run: Any) -> None:
    ended, output, errors = run(folder, *arguments.split())
    assert ended == code
    assert said.lstrip("!") in (errors if said.startswith("!") else output)
    assert "Traceback" not in errors


# folder, arguments; the JSON of each is what its schema says.
DOCUMENTS = [
    ("empty", "list"),
    ("a queue", "coverage ."),
    ("empty", "coverage ."),
    ("broken settings", "coverage ."),
    ("settings", "config show"),
    ("broken settings", "config show"),
    ("settings", "config check"),
    ("broken settings", "config check"),
    ("a policy", "policy policy.json"),
    ("empty", "explain CKV_SQS_2"),
    ("empty", "explain CKV_SQS_43"),
]


@pytest.mark.parametrize(("folder", "arguments"), DOCUMENTS)
def test_json_is_what_its_schema_says(folder: str, arguments: str, run: Any) -> None:
    _, output, _ = run(folder, *arguments.split(), "--format", "json")
    document = json.loads(output)
    words = arguments.split()
    validate(document, " ".join(words[: 2 if words[0] == "config" else 1]))


def validate(document: Any, command: str) -> None:
    schema = output_schema(command)
    Draft202012Validator.check_schema(schema)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []
    assert document, "nothing proves nothing"
    for key in document:
        lacking = {name: value for name, value in document.items() if name != key}
        assert not Draft202012Validator(schema).is_valid(lacking), f"the schema does not demand `{key}`"


def test_coverage_of_much_is_what_its_schema_says(run: Any) -> None:
    """A folder with every outcome that the code by itself can have."""
    _, output, _ = run("empty", "coverage", str(FIXTURES / "CKV_SQS_43"), "--format", "json")
    document = json.loads(output)
    validate(document, "coverage")
    assert {one["outcome"] for one in document["results"]} == {"undecided", "failed", "passed", "not applicable"}
    counts = document["counts"]
    decided = counts["passed"] + counts["failed"]
    assert document["decided_percent"] == pytest.approx(100 * decided / (decided + counts["undecided"]))


# What each route of the doctor has to say, and how the command ends.
ROUTES: list[tuple[Optional[str], bool, int, str]] = [
    (None, True, 0, "ok"),
    ("the checks did not run", False, 0, "off"),
    ("the checks did not run", True, 1, "fault"),
]


@pytest.mark.parametrize(("fault", "is_on", "code", "state"), ROUTES)
def test_doctor(fault: Optional[str], is_on: bool, code: int, state: str, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The routes themselves are tried in `test_routes.py`."""
    monkeypatch.setattr(doctor, "_routes", lambda: [doctor.Route("checkov", ("checkov",), is_on=is_on)])
    monkeypatch.setattr(doctor, "_fault", lambda route, folder: fault)
    ended, output, _ = run("empty", "doctor", "--format", "json")
    document = json.loads(output)
    validate(document, "doctor")
    assert (ended, document["routes"][0]["state"]) == (code, state)
    ended, output, _ = run("empty", "doctor")
    assert ended == code
    assert output.splitlines()[-1].lower().startswith(state)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_progress_shows_on_a_terminal_only_and_goes_away(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", stream)
    with messages.progress() as show:
        show("Terraform: 3 verdicts …")
    if isinstance(stream, Terminal):
        assert "Terraform: 3 verdicts …" in stream.getvalue()
        assert stream.getvalue().endswith("\r\x1b[K"), "the line is cleared"
    else:
        assert stream.getvalue() == ""


def test_progress_never_goes_to_standard_output(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    _, output, _ = run("a queue", "coverage", ".", "--format", "json")
    json.loads(output)
    assert "Terraform: 1 verdicts" in terminal.getvalue()


def test_a_reader_that_stops_early_gets_no_traceback() -> None:
    """As in `sqs-checks schema policy | head -1`."""
    line = [sys.executable, "-m", "sqs_checks.commands.sqs_checks_command", "schema", "policy"]
    with subprocess.Popen(line, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == ""
