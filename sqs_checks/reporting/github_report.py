"""`github_failed_only` that explains: its table has no column for severity, nor for what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqs_checks.reporting.amending import amend
from sqs_checks.reporting.explanations import explanation_of

_END = "---\n"


def amend_github_failed_only() -> None:
    amend("checkov.common.output.report", "Report.print_failed_github_md", _amended)


def _amended(markdown: str, report: Any, *args: Any, **kwargs: Any) -> str:
    # Below the table: a table is padded to its widest cell, and a comment on GitHub holds 65,536 characters.
    explained = "\n".join(_explained(report, markdown))
    if not explained:
        return markdown
    table = markdown[: -len(_END)] if markdown.endswith(_END) else markdown
    return f"{table}{explained}\n\n{_END}"


def _explained(report: Any, markdown: str) -> Iterator[str]:
    for record in report.failed_checks:
        explanation = explanation_of(record)
        if explanation is not None and not explanation.is_in(markdown):
            severity = record.severity.name if record.severity else "no severity"
            yield f"- **{record.check_id}** ({severity}) `{record.resource}` in {record.file_path}"
            yield from (f"  - {line}" for line in explanation.lines)
