"""`sqs-checks explain PATH`: what each queue of some code lets happen, in words or as a picture."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Optional

from sqs_checks.commands.code_files import may_be_code
from sqs_checks.commands.exit_codes import AT_FAULT, FINE
from sqs_checks.commands.messages import complain, no_such_path, progress
from sqs_checks.descriptions.queue_description import CodeDescription
from sqs_checks.pack.described_queues import described_queues
from sqs_checks.rendering.html_report import html_report
from sqs_checks.rendering.json_description import json_description
from sqs_checks.rendering.map_layout import NoLayoutError, require_layout
from sqs_checks.rendering.markdown_report import markdown_report
from sqs_checks.rendering.text_report import text_report

FORMATS: dict[str, Callable[[CodeDescription], str]] = {
    "text": text_report,
    "markdown": markdown_report,
    "json": json_description,
    "html": html_report,
}


def explain_path(path: str, queue: Optional[str], format: str, output: Optional[str]) -> int:
    """Describes the queues of a folder or a file, and says how the process is to end.

    queue: the name or address of those that are wanted; None for all. format: a key of `FORMATS`. output: the file to write
    to; None for standard output.
    """
    code_path = Path(path)
    if not code_path.exists():
        return no_such_path(code_path)
    has_code = may_be_code(code_path)
    if not has_code and not code_path.is_dir():
        return complain(f"{path} is no Terraform or CloudFormation: give a folder, or a file of one of them")
    try:
        if format == "html":
            require_layout()  # before a scan that would be in vain
        with progress() as show:
            code = described_queues(code_path, queue, lambda framework, count: show(f"{framework}: {count} verdicts …"))
        report = FORMATS[format](code)
    except NoLayoutError as error:
        return complain(str(error))
    if queue is not None and not code.queues:
        return complain(f"{path} has no queue `{queue}`; without `--queue` all that there are are shown")
    if format == "text" and not has_code:
        report = f"There is no Terraform or CloudFormation in {path}.\n"
    if output is None:
        sys.stdout.write(report)
    else:
        try:
            Path(output).write_text(report, encoding="utf-8")
        except OSError as error:
            return complain(f"cannot write {output}: {error.strerror}")
    for file, why in code.not_read:
        print(f"sqs-checks: {file} was not read: {why}", file=sys.stderr)
    return AT_FAULT if code.not_read else FINE
