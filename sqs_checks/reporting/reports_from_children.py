"""Having the process that writes the reports know the pack too.

On Linux, Checkov scans with each framework in a forked process. It loads an external folder in these, while the reports
come out of their parent, which never hears of the folder: nothing amended in a child holds there. So a report of ours
asks the parent, on its way through the pipe, to load the folder as Checkov itself loaded it, signatures included.
"""

from __future__ import annotations

import importlib
import multiprocessing
from multiprocessing.reduction import ForkingPickler
from operator import methodcaller
from pathlib import Path
from typing import Any

from checkov.common.output.report import Report
from checkov.terraform.checks.resource import registry

from sqs_checks.reporting.rule_pages import page_of

_FOLDER = str(Path(__file__).resolve().parents[1])


def load_in_parent() -> None:
    """To be called where the pack is registered: in a child, that means that the parent does not know it."""
    if multiprocessing.parent_process() is not None and hasattr(registry.resource_registry, "load_external_checks"):
        ForkingPickler.register(Report, _reduce)


class _Call:
    """Becomes, where it is unpickled, what a function returns there. Only names of Python's and Checkov's travel."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._reduced = (function, arguments)

    def __reduce__(self) -> Any:
        return self._reduced


def _reduce(report: Report) -> Any:
    make, arguments, state, *rest = report.__reduce_ex__(4)
    records = (*report.failed_checks, *report.passed_checks, *report.skipped_checks)
    if any(page_of(record.check_id) is not None for record in records):
        parents_registry = _Call(getattr, _Call(importlib.import_module, registry.__name__), "resource_registry")
        state = {**state, "_loaded": _Call(methodcaller("load_external_checks", _FOLDER), parents_registry)}
    return (make, arguments, state, *rest)
