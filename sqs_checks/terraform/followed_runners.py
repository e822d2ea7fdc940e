"""The seam to Checkov's Terraform runners: what each is going through.

A check is handed one resource. Where it belongs the runner knows, and tells nobody: the file with the module calls that lead
there, the variable files, the modules that were downloaded. So `run_block`, which goes through the resources of one file, is
wrapped, once a process. Where a future Checkov has no such method, nothing is wrapped, and verdicts are unknown.
"""

from __future__ import annotations

import inspect
import threading
from functools import wraps
from typing import Any, Optional

from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as CodeRunner


class RunnerAtHand(threading.local):
    """What the runner of this thread is going through. runner: None before it has come to a resource.

    folder: the root of the scan, None for single files. runner_filter: Checkov's. definition: the file, as the runner names it.
    """

    runner: Any = None
    folder: Optional[str] = None
    runner_filter: Any = None
    definition: Any = None


RUNNER_AT_HAND = RunnerAtHand()


def follow_runners() -> None:
    """Has the runners tell what they go through. To be called once a process, before a check runs."""
    for runner in (CodeRunner, PlanRunner):
        if "run_block" in vars(runner):
            runner.run_block = _followed(runner.run_block)


def _followed(run_block: Any) -> Any:
    signature = inspect.signature(run_block)

    @wraps(run_block)
    def following(*args: Any, **kwargs: Any) -> Any:
        stated = signature.bind(*args, **kwargs).arguments
        if stated.get("block_type") == "resource":
            RUNNER_AT_HAND.runner = stated["self"]
            RUNNER_AT_HAND.folder = stated.get("root_folder")
            RUNNER_AT_HAND.runner_filter = stated.get("runner_filter")
            RUNNER_AT_HAND.definition = stated.get("full_file_path")
        return run_block(*args, **kwargs)

    return following
