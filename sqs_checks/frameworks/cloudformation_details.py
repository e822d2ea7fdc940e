"""Getting a check's explanation into Checkov's report of a CloudFormation resource.

Checkov's Terraform runners copy `check.details` into the record they report; its CloudFormation runner does not
(3.1.70 to 3.3.30). So the runner's `Record` is replaced, once a process, by a function that makes the same record and
adds the details. Where a future Checkov has no such name, or passes details itself, nothing is replaced or added.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from functools import wraps
from typing import Any

_RUNNER = "checkov.cloudformation.runner"

_lock = threading.Lock()
_said = threading.local()


def deliver_details(check_id: str, details: Sequence[str]) -> None:
    """Leaves what a check says of the resource it is scanning for the record that Checkov makes next in this thread."""
    vars(_said)[check_id] = list(details)
    runner = sys.modules.get(_RUNNER)
    # A function in the place of the class means that it has been replaced already.
    if isinstance(getattr(runner, "Record", None), type):
        _replace_record(runner)


def _replace_record(runner: Any) -> None:
    with _lock:
        record_class = runner.Record
        if not isinstance(record_class, type):
            return

        # The record itself stays Checkov's own: it is pickled between processes, of which one may not know this pack.
        @wraps(record_class, updated=())
        def record_with_details(*args: Any, **kwargs: Any) -> Any:
            record: Any = record_class(*args, **kwargs)
            details = vars(_said).get(str(getattr(record, "check_id", None)))
            if details and not getattr(record, "details", None):
                record.details = details
            return record

        runner.Record = record_with_details
