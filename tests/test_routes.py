"""Every way for Checkov to find the checks, through the real `checkov` command in real folders and environments."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from conftest import FIXTURES
from environments import (
    SCAN,
    Environment,
    Run,
    copy_of_repository,
    derived_environment,
    environment_with_checkov,
)

pytestmark = pytest.mark.slow

# What the README's example holds, whatever the route.
EXAMPLE_FINDINGS = sorted(
    [
        ("CKV_SQS_21", "AWS::SQS::Queue.Invoices"),
        ("CKV_SQS_23", "AWS::SQS::Queue.Invoices"),
        ("CKV_SQS_40", "AWS::SQS::Queue.Invoices"),
        ("CKV_SQS_22", "AWS::SQS::Queue.Invoices"),
        ("CKV_SQS_30", "AWS::SQS::Queue.Invoices"),
        ("CKV_SQS_31", "AWS::SQS::Queue.Invoices"),
        ("CKV_SQS_17", "AWS::SQS::Queue.Orders"),
        ("CKV_SQS_40", "AWS::SQS::Queue.Orders"),
        ("CKV_SQS_20", "AWS::SQS::Queue.Orders"),
        ("CKV_SQS_21", "AWS::SQS::Queue.Orders"),
        ("CKV_SQS_33", "AWS::SQS::Queue.Orders"),
        ("CKV_SQS_44", "AWS::SQS::Queue.Orders"),
        ("CKV_SQS_7", "AWS::SQS::QueuePolicy.InvoicesPolicy"),
        ("CKV_SQS_12", "AWS::SQS::QueuePolicy.InvoicesPolicy"),
        ("CKV_SQS_21", "aws_sqs_queue.invoices"),
        ("CKV_SQS_23", "aws_sqs_queue.invoices"),
        ("CKV_SQS_40", "aws_sqs_queue.invoices"),
        ("CKV_SQS_31", "aws_sqs_queue.invoices"),
        ("CKV_SQS_17", "aws_sqs_queue.orders"),
        ("CKV_SQS_40", "aws_sqs_queue.orders"),
        ("CKV_SQS_20", "aws_sqs_queue.orders"),
        ("CKV_SQS_21", "aws_sqs_queue.orders"),
        ("CKV_SQS_32", "aws_sqs_queue.orders"),
        ("CKV_SQS_33", "aws_sqs_queue.orders"),
        ("CKV_SQS_1", "aws_sqs_queue_policy.invoices"),
        ("CKV_SQS_12", "aws_sqs_queue_policy.invoices"),
    ]
)
VERIFIES_SIGNATURES = tuple(map(int, metadata.version("checkov").split(".")[:3])) >= (3, 2, 532)


@dataclass(frozen=True)
class Places:
    """What the routes need. bare: Checkov alone; installed: with the pack; enabled: after `sqs-checks enable`."""

    bare: Environment
    installed: Environment
    enabled: Environment
    repository: Path
    example: Path
    scratch: Path

    def vendored(self, name: str) -> Path:
        """A copy of the package folder under a name of the user's."""
        folder = self.scratch / name / name
        shutil.copytree(self.repository / "sqs_checks", folder)
        return folder

    def pip_target(self) -> Path:
        target = self.scratch / "target"
        subprocess.run(
            [self.bare.python, "-m", "pip", "install", "-q", "--no-deps", "--target", target, self.repository], check=True
        )
        return target / "sqs_checks"

    def signed(self) -> tuple[Path, Path]:
        """What `sqs-checks sign` writes with a key of openssl's, and the public key."""
        folder = self.scratch / "signed" / "signed"
        private, public = self.scratch / "key.pem", self.scratch / "public.pem"
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", private], check=True)
        subprocess.run(["openssl", "ec", "-in", private, "-pubout", "-out", public], check=True, capture_output=True)
        run = self.installed.run(["sqs-checks", "sign", "--key", private, folder], self.scratch)
        assert run.exit_code == 0, run
        return folder, public


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    root = tmp_path_factory.mktemp("routes")
    repository = copy_of_repository(root / "repository")
    bare = environment_with_checkov(root / "bare")
    wheels = root / "wheels"
    subprocess.run(
        [bare.python, "-m", "pip", "wheel", "-q", "--no-deps", "-w", wheels, repository], check=True, capture_output=True
    )
    wheel = next(wheels.glob("*.whl"))
    installed, enabled = (derived_environment(bare, root / name, wheel) for name in ("installed", "enabled"))
    switched_on = enabled.run(["sqs-checks", "enable"], root)
    assert switched_on.exit_code == 0, switched_on
    example = root / "example"
    shutil.copytree(FIXTURES / "example", example)
    return Places(bare, installed, enabled, repository, example, root)


def _path_of(environment: Environment, cwd: Path) -> str:
    return environment.run(["sqs-checks", "path"], cwd).output.strip()


def _external(places: Places, folder: str | Path, environment: Environment | None = None) -> Run:
    return (environment or places.bare).run(
        ["checkov", "-d", places.example, *SCAN, "--external-checks-dir", folder], places.scratch
    )


def _git(places: Places) -> Run:
    work = places.scratch / "git-route"
    shutil.copytree(places.example, work)
    url = f"file://{places.repository}"
    return places.bare.run(["checkov", "-d", ".", *SCAN, "--skip-path", "_checks/", "--external-checks-git", url], work)


def _signed(places: Places) -> Run:
    folder, public = places.signed()
    command: list[str | Path] = ["checkov", "-d", places.example, *SCAN, "--external-checks-dir", folder]
    return places.bare.run([*command, "--external-checks-public-key", public], places.scratch)


def _in_threads(places: Places) -> Run:
    variables = {"CHECKOV_PARALLELIZATION_TYPE": "thread"}
    command: list[str | Path] = [
        "checkov",
        "-d",
        places.example,
        *SCAN,
        "--external-checks-dir",
        places.vendored("in_threads"),
    ]
    return places.bare.run(command, places.scratch, variables)


ROUTES: dict[str, Callable[[Places], Run]] = {
    "clone that is not installed": lambda places: _external(places, places.repository / "sqs_checks"),
    "installed folder": lambda places: _external(places, _path_of(places.installed, places.scratch), places.installed),
    "vendored under its own name": lambda places: _external(places, places.vendored("sqs_checks")),
    "vendored and renamed": lambda places: _external(places, places.vendored("company-rules")),
    "pip install --target": lambda places: _external(places, places.pip_target()),
    "external-checks-git": _git,
    "sqs-checkov": lambda places: places.installed.run(["sqs-checkov", "-d", places.example, *SCAN], places.scratch),
    "plain checkov after enable": lambda places: places.enabled.run(["checkov", "-d", places.example, *SCAN], places.scratch),
    "python -m checkov.main after enable": lambda places: places.enabled.run(
        ["python", "-m", "checkov.main", "-d", places.example, *SCAN], places.scratch
    ),
    "two routes at once": lambda places: _external(places, places.vendored("twice"), places.enabled),
    "in threads": _in_threads,
    **({"signed": _signed} if VERIFIES_SIGNATURES else {}),
}


@pytest.fixture(scope="session")
def runs(places: Places) -> Iterator[dict[str, Future[Run]]]:
    """All routes, started together: each spends most of its time importing Checkov."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {name: pool.submit(route, places) for name, route in ROUTES.items()}


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_reports_the_same_findings_once(route: str, runs: dict[str, Future[Run]]) -> None:
    run = runs[route].result()
    assert run.findings() == EXAMPLE_FINDINGS, run.errors
    errors = run.error_lines()
    if route == "external-checks-git":
        # Checkov takes the list in `.pre-commit-hooks.yaml` for a check of its own.
        errors = [line for line in errors if "Loaded data from JSON is not Dict" not in line]
    assert not errors


def test_findings_explain_themselves_in_the_report(runs: dict[str, Future[Run]]) -> None:
    """Severity, guideline and details reach the JSON report in both frameworks."""
    for record in runs["sqs-checkov"].result().records("failed"):
        if str(record["check_id"]).startswith("CKV_SQS_"):
            assert record["severity"] in ("LOW", "MEDIUM", "HIGH", "CRITICAL")
            assert str(record["guideline"]).startswith("https://docs.aws.amazon.com/")
            assert len(record["details"]) >= 3  # type: ignore[arg-type]


def test_threads_do_not_mix_up_what_a_check_says(runs: dict[str, Future[Run]]) -> None:
    """Each record carries the details of its own resource: the same as in processes."""

    def said(run: Run) -> dict[tuple[str, str], object]:
        return {(str(record["check_id"]), str(record["resource"])): record["details"] for record in run.records("failed")}

    assert said(runs["in threads"].result()) == said(runs["vendored and renamed"].result())


def test_installing_alone_switches_nothing_on(places: Places) -> None:
    run = places.installed.run(["checkov", "-d", places.example, *SCAN], places.scratch)
    assert run.findings() == []
    assert not run.error_lines()


def test_enable_and_disable(places: Places, tmp_path: Path) -> None:
    """`disable` undoes what `enable` did, and can be said twice."""
    wheel = next((places.scratch / "wheels").glob("*.whl"))
    environment = derived_environment(places.bare, tmp_path / "environment", wheel)
    before = sorted(path.name for path in environment.site_packages.iterdir())
    assert environment.run(["sqs-checks", "enable"], tmp_path).exit_code == 0
    assert sorted(path.name for path in environment.site_packages.iterdir()) != before
    for _ in range(2):
        assert environment.run(["sqs-checks", "disable"], tmp_path).exit_code == 0
    assert sorted(path.name for path in environment.site_packages.iterdir()) == before
    run = environment.run(["checkov", "-d", places.example, *SCAN], tmp_path)
    assert run.findings() == []


def test_an_orphaned_hook_is_silent(places: Places, tmp_path: Path) -> None:
    """Uninstalled without `disable`: Python and Checkov start as if nothing had been."""
    wheel = next((places.scratch / "wheels").glob("*.whl"))
    environment = derived_environment(places.bare, tmp_path / "environment", wheel)
    environment.run(["sqs-checks", "enable"], tmp_path)
    shutil.rmtree(environment.site_packages / "sqs_checks")
    run = environment.run(["python", "-c", "print('started')"], tmp_path)
    assert (run.exit_code, run.output, run.errors) == (0, "started\n", "")


def test_a_broken_pack_is_named_and_leaves_checkov_running(places: Places, tmp_path: Path) -> None:
    wheel = next((places.scratch / "wheels").glob("*.whl"))
    environment = derived_environment(places.bare, tmp_path / "environment", wheel)
    environment.run(["sqs-checks", "enable"], tmp_path)
    broken = environment.site_packages / "sqs_checks" / "checks" / "tags_missing.py"
    broken.write_text("raise RuntimeError('broken on purpose')\n", encoding="utf-8")
    run = environment.run(["checkov", "-d", places.example, *SCAN], tmp_path)
    assert "`sqs-checks`" in run.errors
    assert "broken on purpose" in run.errors
    assert run.records("failed"), "Checkov's own checks still run"


def test_enable_says_where_and_whether_it_was_on(places: Places, tmp_path: Path) -> None:
    wheel = next((places.scratch / "wheels").glob("*.whl"))
    environment = derived_environment(places.bare, tmp_path / "environment", wheel)
    first, second = (environment.run(["sqs-checks", "enable"], tmp_path).output for _ in range(2))
    assert f"in the environment {environment.folder} now runs the checks" in first
    assert f"in the environment {environment.folder} ran the checks already" in second
    assert str(environment.site_packages / "sqs_checks_hook.pth") in first
    # With another environment ahead on the PATH, it is that one's Checkov that the shell runs.
    program = environment.folder / "bin" / "sqs-checks"
    other = places.bare.run(["python", "-c", RUN_IT, program, "enable"], tmp_path).output
    assert f"`checkov` in your shell is {places.bare.folder / 'bin' / 'checkov'}, of another environment" in other


RUN_IT = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"


def test_a_syntax_error_in_the_pack_stops_no_python(places: Places, tmp_path: Path) -> None:
    """The start-up files run at every start of every program of the environment."""
    wheel = next((places.scratch / "wheels").glob("*.whl"))
    environment = derived_environment(places.bare, tmp_path / "environment", wheel)
    environment.run(["sqs-checks", "enable"], tmp_path)
    for text in ("def broken(:\n", "raise ValueError('planted')\n", "import nowhere\n"):
        (environment.site_packages / "sqs_checks" / "commands" / "checkov_hook.py").write_text(text, encoding="utf-8")
        run = environment.run(["python", "-c", "print('started')"], tmp_path)
        assert (run.exit_code, run.output, run.errors) == (0, "started\n", ""), text


def test_doctor_proves_that_the_checks_run(places: Places) -> None:
    run = places.enabled.run(["sqs-checks", "doctor"], places.scratch)
    assert run.exit_code == 0, run
    program = places.enabled.folder / "bin" / "checkov"
    for route in ("checkov --external-checks-dir", "sqs-checkov", f"checkov, which is {program}"):
        assert re.search(rf"^ok +{re.escape(route)}$", run.output, re.MULTILINE), run.output


def test_doctor_tests_the_checkov_that_the_shell_runs(places: Places, tmp_path: Path) -> None:
    """Enabled here, while the PATH leads to another environment: nobody's scan has the checks."""
    program = places.enabled.folder / "bin" / "sqs-checks"
    run = places.bare.run(["python", "-c", RUN_IT, program, "doctor"], tmp_path)
    assert run.exit_code == 1, run
    wanted = f"FAULT  checkov, which is {places.bare.folder / 'bin' / 'checkov'}: "
    assert any(line.startswith(wanted) and "another environment" in line for line in run.output.splitlines()), run.output


def test_commands_without_checkov_or_pyyaml(places: Places, tmp_path: Path) -> None:
    """A sentence instead of a traceback; what needs neither works."""
    wheel = next((places.scratch / "wheels").glob("*.whl"))
    environment = derived_environment(places.bare, tmp_path / "environment", wheel)
    (environment.site_packages / "base.pth").unlink()
    for arguments, code, said in (
        (["--version"], 0, "sqs-checks "),
        (["path"], 0, "sqs_checks"),
        (["list"], 0, "CKV_SQS_20"),
        (["list", "--format", "json"], 2, "cannot be imported"),
        (["coverage", "."], 2, "cannot be imported"),
        (["config", "check"], 2, "PyYAML cannot be imported"),
        (["doctor"], 1, "FAULT  Checkov is not installed in this Python"),
    ):
        run = environment.run(["sqs-checks", *arguments], tmp_path)
        assert run.exit_code == code, run
        assert said in run.output + run.errors, run
        assert "Traceback" not in run.errors, run
    assert environment.run(["sqs-checkov", "--version"], tmp_path).exit_code == 2


def test_doctor_says_what_is_wrong(places: Places, tmp_path: Path) -> None:
    """A file that Checkov chokes on, inside the package folder: every scan with it would end without results."""
    wheel = next((places.scratch / "wheels").glob("*.whl"))
    environment = derived_environment(places.bare, tmp_path / "environment", wheel)
    (environment.site_packages / "sqs_checks" / "notes.json").write_text("{", encoding="utf-8")
    run = environment.run(["sqs-checks", "doctor"], tmp_path)
    assert run.exit_code == 1
    assert re.search(r"^FAULT +checkov --external-checks-dir: ", run.output, re.MULTILINE)
    assert re.search(r"^ok +sqs-checkov$", run.output, re.MULTILINE)


@pytest.mark.skipif(not VERIFIES_SIGNATURES, reason="Checkov verifies signatures from 3.2.532 on")
def test_a_planted_module_is_not_executed_in_a_signed_folder(places: Places, tmp_path: Path) -> None:
    """Checkov's own finder lets dotted imports through to an unsigned, cached `.pyc`; ours does not."""
    original, public = (
        places.signed()
        if not (places.scratch / "signed").exists()
        else (
            places.scratch / "signed" / "signed",
            places.scratch / "public.pem",
        )
    )
    folder = tmp_path / "signed"
    shutil.copytree(original, folder, ignore=shutil.ignore_patterns("__pycache__"))
    target = folder / "queues" / "setting.py"
    planted = tmp_path / "planted.py"
    planted.write_text("open('executed', 'w').close()\n", encoding="utf-8")
    compile_it = (
        "import importlib.util, py_compile, sys\n"
        "path = importlib.util.cache_from_source(sys.argv[2])\n"
        "py_compile.compile(sys.argv[1], path, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)\n"
    )
    assert places.bare.run(["python", "-c", compile_it, planted, target], tmp_path).exit_code == 0
    command: list[str | Path] = ["checkov", "-d", places.example, *SCAN, "--external-checks-dir", folder]
    run = places.bare.run([*command, "--external-checks-public-key", public], tmp_path)
    assert run.findings() == EXAMPLE_FINDINGS, run.errors
    assert not (tmp_path / "executed").exists()


FILTERS = {
    "one check": (["--check", "CKV_SQS_20"], {"CKV_SQS_20"}),
    "all but one check": (
        ["--check", "CKV_SQS_*", "--skip-check", "CKV_SQS_20"],
        {check for check, _ in EXAMPLE_FINDINGS} - {"CKV_SQS_20"},
    ),
    "a severity and above": (["--check", "HIGH"], {"CKV_SQS_1", "CKV_SQS_7", "CKV_SQS_20", "CKV_SQS_23"}),
    "a severity and below skipped": (["--skip-check", "HIGH"], {"CKV_SQS_1"}),
    "all external checks beside one built-in": (
        ["--check", "CKV_AWS_27", "--run-all-external-checks"],
        {check for check, _ in EXAMPLE_FINDINGS},
    ),
    "a wrong case runs nothing": (["--check", "ckv_sqs_20"], set()),
}


@pytest.mark.parametrize("case", FILTERS)
def test_filters(case: str, places: Places) -> None:
    options, expected = FILTERS[case]
    run = places.installed.run(["sqs-checkov", "-d", places.example, *SCAN, *options], places.scratch)
    found = run.findings() if run.output.strip().startswith(("{", "[")) else []
    assert {check for check, _ in found} == expected
    assert not run.error_lines()


def test_skips_in_the_code(places: Places, tmp_path: Path) -> None:
    """A comment in Terraform, metadata in CloudFormation: the finding becomes a skip with the user's reason."""
    (tmp_path / "main.tf").write_text(
        'resource "aws_sqs_queue" "off" {\n'
        "  # checkov:skip=CKV_SQS_20:no personal data in here\n"
        "  sqs_managed_sse_enabled = false\n}\n",
        encoding="utf-8",
    )
    (tmp_path / "queue.template").write_text(
        "Resources:\n  SwitchedOff:\n    Type: AWS::SQS::Queue\n    Metadata:\n      checkov:\n        skip:\n"
        "          - {id: CKV_SQS_20, comment: no personal data in here}\n"
        "    Properties: {SqsManagedSseEnabled: false}\n",
        encoding="utf-8",
    )
    # Checkov leaves skips out of a quiet report.
    options = [option for option in SCAN if option != "--quiet"]
    run = places.installed.run(["sqs-checkov", "-d", tmp_path, *options, "--check", "CKV_SQS_20"], tmp_path)
    skipped = {
        (str(record["resource"]), record["check_result"]["suppress_comment"])  # type: ignore[index]
        for record in run.records("skipped")
    }
    assert skipped == {
        ("aws_sqs_queue.off", "no personal data in here"),
        ("AWS::SQS::Queue.SwitchedOff", "no personal data in here"),
    }
    assert run.findings() == []


def test_baseline(places: Places, tmp_path: Path) -> None:
    """What a baseline holds is not reported again; what is new is."""
    work = tmp_path / "work"
    shutil.copytree(places.example, work)
    places.installed.run(["sqs-checkov", "-d", work, *SCAN, "--create-baseline"], tmp_path)
    (work / "new.tf").write_text('resource "aws_sqs_queue" "new" {\n  sqs_managed_sse_enabled = false\n}\n', encoding="utf-8")
    run = places.installed.run(["sqs-checkov", "-d", work, *SCAN, "--baseline", work / ".checkov.baseline"], tmp_path)
    assert {resource for _, resource in run.findings()} == {"aws_sqs_queue.new"}


def test_list_shows_the_checks(places: Places) -> None:
    """`sqs-checks list` names Checkov's own checks for the same fault; `sqs-checkov --list` has ours among Checkov's."""
    ours = places.installed.run(["sqs-checks", "list"], places.scratch).output
    assert re.search(r"^CKV_SQS_20 .*\bHIGH\b.*\bCKV_AWS_27\b", ours, re.MULTILINE)
    listed = places.installed.run(["sqs-checkov", "--list"], places.scratch).output
    assert set(re.findall(r"CKV_SQS_\d+", listed)) == set(re.findall(r"^CKV_SQS_\d+", ours, re.MULTILINE))
