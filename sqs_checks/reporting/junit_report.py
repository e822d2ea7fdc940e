"""JUnit that explains: the output of a failed test has the resource, file and link, and nothing of what is wrong."""

from __future__ import annotations

from typing import Any

from sqs_checks.reporting.amending import amend
from sqs_checks.reporting.explanations import explanation_of


def amend_junit() -> None:
    amend("checkov.common.output.report", "Report._create_test_case_failure_output", _amended)


def _amended(output: str, report: Any, record: Any) -> str:
    explanation = explanation_of(record)
    if explanation is None or explanation.is_in(output):
        return output
    return "\n".join(["", *explanation.lines, output])
