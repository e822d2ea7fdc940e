"""What several test modules share."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sqs_checks.judgement.fault import Fault, Judgement
from sqs_checks.pack.registration import register
from sqs_checks.reporting.checkov_check import CheckovCheck
from sqs_checks.reporting.observations import Observation, observing

REPOSITORY = Path(__file__).resolve().parent.parent
FIXTURES = REPOSITORY / "fixtures"
sys.path += [str(FIXTURES), str(REPOSITORY / "docs")]  # the scripts that made them
FRAMEWORKS = ("terraform", "terraform_plan", "cloudformation")
# CPU, for what must not hang: what does so does it for hours, and a busy machine is no reason to fail.
HANGING_SECONDS = 60
# Checkov's reports, each with its framework.
Reports = list[tuple[str, Any]]


@dataclass(frozen=True)
class Finding:
    """One line of Checkov's report. resource: its address, with the modules it stands in."""

    framework: str
    check: str
    file: str
    resource: str
    result: str
    details: tuple[str, ...] = ()


def reports(folder: Path, frameworks: Sequence[str] = FRAMEWORKS, checks: Sequence[str] = ("CKV_SQS_*",)) -> Reports:
    """What Checkov's own runners report of a folder, in this process, with the pack registered: by framework."""
    from checkov.cloudformation.runner import Runner as CloudFormationRunner
    from checkov.runner_filter import RunnerFilter
    from checkov.serverless.runner import Runner as ServerlessRunner
    from checkov.terraform.plan_runner import Runner as PlanRunner
    from checkov.terraform.runner import Runner as TerraformRunner

    register()
    runners = {
        "terraform": TerraformRunner,
        "terraform_plan": PlanRunner,
        "cloudformation": CloudFormationRunner,
        "serverless": ServerlessRunner,
    }
    found: Reports = []
    for framework in frameworks:
        report = runners[framework]().run(
            root_folder=str(folder), runner_filter=RunnerFilter(checks=list(checks), show_progress_bar=False)
        )
        found += [(framework, single) for single in (report if isinstance(report, list) else [report])]
    return found


def findings_in(found: Reports) -> list[Finding]:
    """The lines of some reports."""
    return [
        Finding(
            framework,
            record.check_id,
            record.file_path,
            record.resource,
            str(record.check_result["result"].value),
            tuple(record.details),
        )
        for framework, report in found
        for record in (*report.passed_checks, *report.failed_checks, *report.skipped_checks)
    ]


def scan(folder: Path, frameworks: Sequence[str] = FRAMEWORKS, checks: Sequence[str] = ("CKV_SQS_*",)) -> list[Finding]:
    """What Checkov finds in a folder, in this process."""
    return findings_in(reports(folder, frameworks, checks))


def copy_with_plans(source: Path, target: Path) -> None:
    """Copies fixtures, and gives plans and settings the names that Checkov and the checks know them by.

    Those of whole stacks (`cdk`, `sam`) are scanned by their own tests: each by itself, as it is deployed. So is what reports
    on queues are made of.
    """
    left_out = ("*.tfplan", "*.settings", "expected.txt", "*.py", "__pycache__", "trees", "cdk", "sam", "reports")
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*left_out))
    for plan in source.glob("**/*.tfplan"):
        if "trees" in plan.relative_to(source).parts:
            continue  # what Terraform answers of a tree, not a plan in full
        shutil.copy(plan, (target / plan.relative_to(source)).with_suffix(".tfplan.json"))
    for settings in source.glob("**/*.settings"):
        shutil.copy(settings, (target / settings.relative_to(source)).with_suffix(".yaml"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-expected", action="store_true", help="write what users read anew (`expected.txt` of fixtures)")


class _ErrorRecords(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "sqs_checks.settings":
            return  # broken settings, which the tests of the settings bring about
        if record.name == "sqs_checks.broken" and "planted" in self.format(record):
            return  # by the test of checks that break
        if "Failed to run check CKV_AWS_" in record.getMessage():
            return  # Checkov's own checks raise on some policies of the fixtures
        self.messages.append(self.format(record))


@pytest.fixture(autouse=True, scope="session")
def no_error_records() -> Iterator[None]:
    """Checkov turns an exception in a check into an ERROR record and silence: no test may cause one."""
    handler = _ErrorRecords()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    assert not handler.messages


@pytest.fixture(scope="session")
def fixture_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything in `fixtures/`, under the names that Checkov knows."""
    folder = tmp_path_factory.mktemp("scan") / "fixtures"
    copy_with_plans(FIXTURES, folder)
    return folder


class Judged(NamedTuple):
    """One judgement of a check: path: of the file, from the fixtures on. subject: what it judged. faults: the certain ones."""

    check: Any
    path: str
    subject: Any
    settings: Any
    faults: tuple[Fault, ...]


class _FixtureScan(NamedTuple):
    """reports: of Checkov. observations: what each check made of each resource, by framework. judgements: of each subject."""

    reports: Reports
    observations: dict[str, list[Observation]]
    judgements: list[Judged]


@pytest.fixture(scope="session")
def fixture_scan(fixture_folder: Path) -> _FixtureScan:
    """One run a framework over the fixtures, shared by all tests."""
    found: Reports = []
    observations: dict[str, list[Observation]] = {framework: [] for framework in FRAMEWORKS}
    judgements: list[Judged] = []
    judgement = CheckovCheck.judgement

    def noted(check: Any, subject: Any, settings: Any) -> Judgement:
        judged = judgement(check, subject, settings)
        judgements.append(Judged(check, str(check.entity_path), subject, settings, judged.faults))
        return judged

    for framework in FRAMEWORKS:
        with observing(observations[framework].append), pytest.MonkeyPatch.context() as patch:
            patch.setattr(CheckovCheck, "judgement", noted)
            found += reports(fixture_folder, [framework])
    return _FixtureScan(found, observations, judgements)


@pytest.fixture(scope="session")
def fixture_reports(fixture_scan: _FixtureScan) -> Reports:
    return fixture_scan.reports


@pytest.fixture(scope="session")
def fixture_observations(fixture_scan: _FixtureScan) -> dict[str, list[Observation]]:
    return fixture_scan.observations


@pytest.fixture(scope="session")
def fixture_judgements(fixture_scan: _FixtureScan) -> list[Judged]:
    return fixture_scan.judgements


@pytest.fixture(scope="session")
def fixture_findings(fixture_reports: Reports) -> list[Finding]:
    return findings_in(fixture_reports)
