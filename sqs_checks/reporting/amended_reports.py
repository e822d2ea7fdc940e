"""Everything that the pack does for Checkov's reports. The terminal, JSON and CSV need nothing but the records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqs_checks.reporting.cloudformation_record import amend_cloudformation_record
from sqs_checks.reporting.cyclonedx_report import amend_cyclonedx
from sqs_checks.reporting.github_report import amend_github_failed_only
from sqs_checks.reporting.gitlab_report import amend_gitlab_sast
from sqs_checks.reporting.junit_report import amend_junit
from sqs_checks.reporting.reports_from_children import load_in_parent
from sqs_checks.reporting.rule_pages import announce_pages
from sqs_checks.reporting.sarif_report import amend_sarif


def amend_reports(checks: Iterable[Any]) -> None:
    """Has every report carry what these checks say. To be called once a process, before Checkov runs."""
    announce_pages(checks)
    amend_cloudformation_record()
    amend_sarif()
    amend_junit()
    amend_gitlab_sast()
    amend_github_failed_only()
    amend_cyclonedx()
    load_in_parent()
