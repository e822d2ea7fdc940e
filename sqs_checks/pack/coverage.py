"""What the checks could decide of a folder, and why they could not decide the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from checkov.cloudformation.runner import Runner as CloudFormationRunner
from checkov.runner_filter import RunnerFilter
from checkov.serverless.runner import Runner as ServerlessRunner
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as TerraformRunner

from sqs_checks.pack.registration import register
from sqs_checks.reporting.checkov_check import Observation, observing

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


def cover(path: Path) -> Iterator[Coverage]:
    """Runs every check on every SQS resource below a folder, or in a file, through Checkov's runners."""
    register()
    for framework, runner in _RUNNERS.items():
        place = {"root_folder": str(path)} if path.is_dir() else {"root_folder": None, "files": [str(path)]}
        with observing() as observations:
            runner().run(**place, runner_filter=RunnerFilter(checks=["CKV_SQS_*"], show_progress_bar=False))
        yield from (Coverage(framework, observation) for observation in observations)
