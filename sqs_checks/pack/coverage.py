"""What the checks could decide of a folder, and why they could not decide the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Union

from checkov.cloudformation.runner import Runner as CloudFormationRunner
from checkov.runner_filter import RunnerFilter
from checkov.serverless.runner import Runner as ServerlessRunner
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as TerraformRunner

from sqs_checks.pack.catalogue import check_classes
from sqs_checks.pack.registration import register
from sqs_checks.reporting.checkov_check import Observation, observing
from sqs_checks.terraform.resource_checks import TerraformCheck
from sqs_checks.terraform.scanned_code import left_out

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
    """A resource that Terraform makes, and that Checkov hands to no check. file: relative to the scanned folder."""

    framework: str
    file: str
    address: str


def cover(path: Path) -> Iterator[Union[Coverage, LeftOut]]:
    """Runs every check on every SQS resource below a folder, or in a file, through Checkov's runners."""
    register()
    folder, files = (str(path), None) if path.is_dir() else (None, [str(path)])
    for framework, runner_class in _RUNNERS.items():
        runner = runner_class()
        with observing() as observations:
            runner.run(root_folder=folder, files=files, runner_filter=RunnerFilter(checks=["CKV_SQS_*"], show_progress_bar=False))
        yield from (Coverage(framework, observation) for observation in observations)
        if runner_class is TerraformRunner:
            types = {one for check in check_classes() if issubclass(check, TerraformCheck) for one in check.resource_types}
            for place in left_out(runner, folder, files or (), sorted(types)):
                yield LeftOut(framework, place.file, place.label)
