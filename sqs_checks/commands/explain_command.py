"""`sqs-checks explain PATH`: what each queue of some code lets happen, in words or as a picture."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Optional

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
# What the process ends with.
EXPLAINED, NOTHING = 0, 1


def explain_path(path: str, queue: Optional[str], format: str, output: Optional[str]) -> int:
    """Describes the queues of a folder or a file, and says how the process is to end: with 1 where there is nothing to say,
    something could not be read, or the report cannot be written.

    queue: the name or address of those that are wanted; None for all. format: a key of `FORMATS`. output: the file to write
    to; None for standard output.
    """
    if not Path(path).exists():
        return _refuse(f"no such file or folder: {path}")
    try:
        if format == "html":
            require_layout()  # before a scan that would be in vain
        code = described_queues(Path(path), queue)
        if queue is not None and not code.queues:
            return _refuse(f"{path}: there is no queue `{queue}`; without `--queue` all that there are are shown")
        report = FORMATS[format](code)
    except NoLayoutError as error:
        return _refuse(str(error))
    if output is None:
        sys.stdout.write(report)
    else:
        try:
            Path(output).write_text(report, encoding="utf-8")
        except OSError as error:
            return _refuse(f"cannot write {output}: {error.strerror}")
    for file, why in code.not_read:
        print(f"sqs-checks: {file} was not read: {why}", file=sys.stderr)
    return EXPLAINED if code.queues and not code.not_read else NOTHING


def _refuse(why: str) -> int:
    print(f"sqs-checks: {why}", file=sys.stderr)
    return NOTHING
