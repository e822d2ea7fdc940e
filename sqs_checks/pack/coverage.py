"""What each check makes of each SQS resource of a folder, why it could not decide, and what nobody looked at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

from checkov.cloudformation.runner import Runner as CloudFormationRunner
from checkov.common.runners.base_runner import filter_ignored_paths
from checkov.runner_filter import RunnerFilter
from checkov.serverless.runner import Runner as ServerlessRunner
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as TerraformRunner

from sqs_checks.cloudformation.followed_runners import scanned_files
from sqs_checks.cloudformation.resource_checks import CloudFormationCheck
from sqs_checks.cloudformation.scanned_templates import left_out_of_templates
from sqs_checks.cloudformation.scanned_templates import scanned_queues as queues_of_templates
from sqs_checks.configuration.setting_kinds import shortened
from sqs_checks.files.bounded_files import read_regular_file
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.relations import Place
from sqs_checks.pack.catalogue import check_classes
from sqs_checks.pack.registration import register
from sqs_checks.reporting.observations import Observation, Outcome, observing
from sqs_checks.terraform.resource_checks import TerraformCheck
from sqs_checks.terraform.scanned_code import left_out
from sqs_checks.terraform.scanned_code import scanned_queues as queues_of_code

_TEMPLATES = (".yaml", ".yml", ".json", ".template")
_RUNNERS: dict[str, Any] = {
    "Terraform": TerraformRunner,
    "Terraform plan": PlanRunner,
    "CloudFormation": CloudFormationRunner,
    "Serverless Framework": ServerlessRunner,
}


class Coverage(NamedTuple):
    """What one check made of one resource."""

    framework: str
    observation: Observation


class LeftOut(NamedTuple):
    """A resource that would be deployed, and that Checkov hands to no check. file: relative to the scanned folder."""

    framework: str
    file: str
    address: str


class NotRead(NamedTuple):
    """A file that Checkov could not read, so that nothing in it was judged. why: as a phrase."""

    framework: str
    file: str
    why: str


# What is told while Checkov runs: the framework, and how many verdicts there are so far.
Progress = Callable[[str, int], None]


def untold(framework: str, count: int) -> None:
    """Nobody wants to know."""


class Scan(NamedTuple):
    """One run of Checkov over what it could read.

    failed: its records of failed checks. observations: what our checks made of the resources. queues: all that would be made,
    each with what must be so for it to be like that, in words; read when they are asked for, before the next run.
    """

    framework: str
    failed: Sequence[Any]
    observations: Sequence[Observation]
    queues: Iterator[tuple[str, QueueModel]]


def cover(
    path: Path, progress: Progress = untold, checks: Sequence[str] = ("CKV_SQS_*",)
) -> Iterator[Union[Coverage, LeftOut, NotRead]]:
    """Runs checks on every SQS resource below a folder, or in a file, through Checkov's runners. checks: their ids."""
    for one in scan(path, progress, checks):
        if isinstance(one, Scan):
            yield from (Coverage(one.framework, observation) for observation in one.observations)
        else:
            yield one


def scan(
    path: Path, progress: Progress = untold, checks: Sequence[str] = ("CKV_SQS_*",)
) -> Iterator[Union[Scan, LeftOut, NotRead]]:
    """The same, with all that was found out."""
    register()
    for framework, runner_class in _RUNNERS.items():
        progress(framework, 0)
        yield from _Run(framework, runner_class, path, progress, checks).results()


class _Run:
    """One runner over a folder or a file."""

    def __init__(self, framework: str, runner_class: Any, path: Path, progress: Progress, checks: Sequence[str]) -> None:
        self._checks = list(checks)
        self._framework = framework
        self._class = runner_class
        self._path = path
        self._progress = progress
        self._observations: list[Observation] = []

    def _observe(self, observation: Observation) -> None:
        self._observations.append(observation)
        self._progress(self._framework, len(self._observations))

    def results(self) -> Iterator[Union[Scan, LeftOut, NotRead]]:
        folder, files = (str(self._path), None) if self._path.is_dir() else (None, [str(self._path)])
        runner = self._class()
        try:
            with observing(self._observe):
                report = self._run(runner, folder, files)
        except Exception as fault:
            taken = scanned_files(self._class)
            yield from self._each_file(taken, fault) if folder is not None else [self._not_read(str(self._path), _why(fault))]
        else:
            taken = scanned_files(self._class)
            reports = report if isinstance(report, list) else [report]
            observations = [*self._observations, *self._skipped_in_code(reports)]
            failed = [record for one in reports for record in one.failed_checks]
            yield Scan(self._framework, failed, observations, self._queues(runner, folder, files or ()))
            for place in self._left_out(runner, folder, files or ()):
                yield LeftOut(self._framework, place.file, place.label)
            for one in reports:
                for file in dict.fromkeys(one.parsing_errors):
                    yield self._not_read(str(file), "Checkov cannot parse it")
        if self._class is CloudFormationRunner and folder is not None:
            for file in _templates_below(folder):
                if file not in taken:
                    yield self._not_read(file, "it names SQS, and Checkov does not take it for a template")

    def _skipped_in_code(self, reports: Sequence[Any]) -> Iterator[Observation]:
        """What a comment or `Metadata` skips: Checkov asks no check then."""
        observed = {(one.check, one.address) for one in self._observations}
        is_terraform = issubclass(self._class, (TerraformRunner, PlanRunner))
        for record in (record for report in reports for record in report.skipped_checks):
            address = record.resource if is_terraform else record.resource.rpartition(".")[2]
            if (record.check_id, address) not in observed:
                why = str(record.check_result.get("suppress_comment") or "the code gives no reason")
                yield Observation(f"{record.file_path}:{record.resource}", address, record.check_id, Outcome.SKIPPED, (why,))

    def _run(self, runner: Any, folder: Optional[str], files: Optional[list[str]]) -> Any:
        return runner.run(
            root_folder=folder, files=files, runner_filter=RunnerFilter(checks=self._checks, show_progress_bar=False)
        )

    def _queues(self, runner: Any, folder: Optional[str], files: Sequence[str]) -> Iterator[tuple[str, QueueModel]]:
        if self._class in (TerraformRunner, PlanRunner):
            return (("", model) for model in queues_of_code(runner, folder, files))
        return queues_of_templates(self._class)

    def _each_file(self, files: Sequence[str], fault: Exception) -> Iterator[Union[Scan, LeftOut, NotRead]]:
        """One file can end Checkov's run over all: each is then looked at by itself, to tell which one it is."""
        if not files:
            yield self._not_read(str(self._path), _why(fault))
        for file in files:
            yield from _Run(self._framework, self._class, Path(file), self._progress, self._checks).results()

    def _left_out(self, runner: Any, folder: Optional[str], files: Sequence[str]) -> Sequence[Place]:
        base = TerraformCheck if self._class is TerraformRunner else CloudFormationCheck
        types = {one for check in check_classes() if issubclass(check, base) for one in check.resource_types}
        if self._class is TerraformRunner:
            return left_out(runner, folder, files, sorted(types))
        return [] if self._class is PlanRunner else left_out_of_templates(self._class, sorted(types))

    def _not_read(self, file: str, why: str) -> NotRead:
        return NotRead(self._framework, file, why)


def _templates_below(folder: str) -> Iterator[str]:
    """The files below a folder that a runner of CloudFormation should read: those that name a resource of SQS."""
    for place, folders, files in os.walk(os.path.abspath(folder)):
        filter_ignored_paths(place, folders, None)
        for name in files:
            content = read_regular_file(os.path.join(place, name)) if name.endswith(_TEMPLATES) else None
            is_service = name.startswith("serverless.")
            if content is not None and b"AWS::SQS::" in content and b"Resources" in content and not is_service:
                yield os.path.join(place, name)


def _why(fault: Exception) -> str:
    return f"Checkov fails on it: {type(fault).__name__}: {shortened(str(fault))}"
