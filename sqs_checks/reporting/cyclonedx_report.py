"""CycloneDX that explains: Checkov fills in neither `detail` nor `recommendation`."""

from __future__ import annotations

from typing import Any

from sqs_checks.reporting.amending import amend
from sqs_checks.reporting.explanations import explanation_of


def amend_cyclonedx() -> None:
    amend("checkov.common.output.cyclonedx", "CycloneDX.create_iac_vulnerability", _amended)


def _amended(vulnerability: Any, writer: Any, resource: Any, *args: Any, **kwargs: Any) -> Any:
    explanation = explanation_of(resource)
    if explanation is not None:
        vulnerability.detail = vulnerability.detail or "\n".join(explanation.problems)
        vulnerability.recommendation = vulnerability.recommendation or "\n".join(explanation.remedies) or None
    return vulnerability
