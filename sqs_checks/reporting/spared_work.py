"""What Checkov does for each check on each resource, and nobody reads, is not done for ours.

It asks the runner filter anew, though the answer is the same for all resources, and writes five records into a debug log that
it keeps in memory (3.1.70 to 3.3.30). That is dearer than judging: of a queue there are some twenty-five verdicts. Whoever asks
for the log, by `LOG_LEVEL=DEBUG`, has it whole.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from checkov.common.checks.base_check_registry import BaseCheckRegistry
from checkov.logging_init import LOG_LEVEL
from checkov.runner_filter import RunnerFilter

IS_DEBUGGING = LOG_LEVEL == "DEBUG"
_ANSWERS = "_sqs_checks_answers"

# For what Checkov logs about a check of ours: nothing below INFO. What is above goes on to where all of Checkov's records go.
QUIET_LOGGER = logging.Logger("sqs_checks.quiet", logging.INFO)
QUIET_LOGGER.parent = logging.getLogger()


def spare_work(is_ours: Callable[[Any], bool]) -> None:
    """To be called once a process, before the runners run. Where a future Checkov has other names, nothing is spared."""
    if IS_DEBUGGING:
        return
    for owner, name, spare in ((RunnerFilter, "should_run_check", _asked_once), (BaseCheckRegistry, "run_check", _unlogged)):
        if hasattr(owner, name):
            setattr(owner, name, spare(getattr(owner, name), is_ours))


def _asked_once(should_run_check: Any, is_ours: Callable[[Any], bool]) -> Any:
    @wraps(should_run_check)
    def asking(runner_filter: Any, check: Any = None, *args: Any, **kwargs: Any) -> Any:
        # What is skipped by path differs from file to file.
        if check is None or args or not is_ours(check) or getattr(runner_filter, "skip_checks_regex_patterns", True):
            return should_run_check(runner_filter, check, *args, **kwargs)
        answers = vars(runner_filter).setdefault(_ANSWERS, {})
        key = (check.id, check.severity, kwargs.get("report_type"))
        if key not in answers:
            answers[key] = should_run_check(runner_filter, check, **kwargs)
        return answers[key]

    return asking


def _unlogged(run_check: Any, is_ours: Callable[[Any], bool]) -> Any:
    @wraps(run_check)
    def running(registry: Any, check: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != len(_ARGUMENTS) or not is_ours(check):
            return run_check(registry, check, *args, **kwargs)
        check.graph = registry.graph
        try:
            return check.run(**dict(zip(_ARGUMENTS, args)))
        except Exception:  # which Checkov makes a result of its own of
            return run_check(registry, check, *args)

    return running


# Of `run_check` in their order, and of a check's `run` by name.
_ARGUMENTS = ("entity_configuration", "entity_name", "entity_type", "scanned_file", "skip_info")
