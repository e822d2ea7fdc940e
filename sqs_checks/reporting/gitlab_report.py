"""GitLab SAST that explains: Checkov writes a link in place of the description and of the solution."""

from __future__ import annotations

from typing import Any

from sqs_checks.reporting.amending import amend
from sqs_checks.reporting.explanations import explanation_of

_LONGEST_SOLUTION = 7000  # GitLab's schema


def amend_gitlab_sast() -> None:
    amend("checkov.common.output.gitlab_sast", "GitLabSast._create_iac_vulnerability", _amended)


def _amended(vulnerability: dict[str, Any], writer: Any, record: Any) -> dict[str, Any]:
    explanation = explanation_of(record)
    if explanation is not None and not explanation.is_in(vulnerability):
        vulnerability["description"] = "\n".join(explanation.problems)
        vulnerability["solution"] = "\n".join(explanation.remedies)[:_LONGEST_SOLUTION] or vulnerability["solution"]
    return vulnerability
