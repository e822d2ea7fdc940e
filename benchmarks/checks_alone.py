"""What the checks themselves cost, without Checkov's parsing, graph and records.

CPU time within the checks. Python's garbage collector, which walks all that Checkov holds and strikes now here, now there, is
counted apart.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from generated_queues import WRITERS
from measured import Figure, figure

SIZES = (1_000, 5_000)


class Collector:
    """The CPU seconds that garbage collection takes."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._since = 0.0

    def __call__(self, phase: str, info: object) -> None:
        if phase == "start":
            self._since = time.thread_time()
        else:
            self.spent += time.thread_time() - self._since


def own_work(kind: str) -> tuple[Any, Any, str]:
    """The runner, and where Checkov's work on a resource ends and that of the checks begins."""
    from checkov.cloudformation.runner import Runner as CloudFormationRunner
    from checkov.terraform.plan_runner import Runner as PlanRunner
    from checkov.terraform.runner import Runner as CodeRunner

    from sqs_checks.cloudformation.resource_checks import CloudFormationCheck
    from sqs_checks.terraform.resource_checks import TerraformCheck

    return {
        "code": (CodeRunner, TerraformCheck, "scan_entity_conf"),
        "plan": (PlanRunner, TerraformCheck, "scan_entity_conf"),
        "template": (CloudFormationRunner, CloudFormationCheck, "scan_resource_conf"),
    }[kind]


def within_checks(kind: str, count: int) -> tuple[float, float]:
    """The CPU seconds within the checks, without the collector's, and those."""
    from checkov.runner_filter import RunnerFilter

    spent = collected = 0.0
    collector = Collector()
    gc.callbacks.append(collector)
    runner, check_class, method = own_work(kind)
    run = getattr(check_class, method)

    def timed(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal spent, collected
        start, before = time.thread_time(), collector.spent
        result = run(self, *args, **kwargs)
        spent += time.thread_time() - start
        collected += collector.spent - before
        return result

    with tempfile.TemporaryDirectory() as folder:
        WRITERS[kind](Path(folder), count)
        setattr(check_class, method, timed)
        try:
            gc.collect()
            runner().run(root_folder=folder, runner_filter=RunnerFilter(checks=["CKV_SQS_*"], show_progress_bar=False))
        finally:
            setattr(check_class, method, run)
            gc.callbacks.remove(collector)
    return spent - collected, collected


def measure(runs: int, sizes: Sequence[int] = SIZES) -> Iterator[Figure]:
    from sqs_checks.pack.registration import register

    register()
    for kind in WRITERS:
        for size in sizes:
            rows = [within_checks(kind, size) for _ in range(runs)]
            subject = f"{size} queues as {kind}, all checks"
            yield figure(subject, "own work, a queue", "ms", [own / size * 1e3 for own, _ in rows])
            yield figure(subject, "collection meanwhile, a queue", "ms", [garbage / size * 1e3 for _, garbage in rows])
