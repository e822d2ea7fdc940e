"""Records of CloudFormation and the Serverless Framework that explain.

Checkov's runners leave a check's `details` out (3.1.70 to 3.3.30).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from sqs_checks.reporting.amending import amend

_said = threading.local()


def explain(check_id: str, details: Sequence[str]) -> None:
    """Leaves what a check says of the resource it is scanning for the record that the runner makes next in this thread."""
    vars(_said)[check_id] = list(details)


def amend_cloudformation_record() -> None:
    # The record itself stays Checkov's own: it is pickled between processes, of which one may not know this pack.
    for runner in ("checkov.cloudformation.runner", "checkov.serverless.runner"):
        amend(runner, "Record", _amended)


def _amended(record: Any, *args: Any, **kwargs: Any) -> Any:
    details = vars(_said).pop(record.check_id, None)  # once: a skipped resource is not scanned and says nothing
    if details and not record.details:
        record.details = details
    return record
