"""What Checkov does for nothing is spared, and nothing else changes by it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from checkov.runner_filter import RunnerFilter
from checkov.terraform.runner import Runner
from conftest import FIXTURES, REPOSITORY

from sqs_checks.pack.registration import register

EXAMPLE = FIXTURES / "example"


def failed(**filters: Any) -> set[tuple[str, str]]:
    """The ids that fail in the example, each with its resource."""
    register()
    report = Runner().run(root_folder=str(EXAMPLE), runner_filter=RunnerFilter(show_progress_bar=False, **filters))
    return {(record.check_id, record.resource) for record in report.failed_checks}


@contextmanager
def debug_records() -> Iterator[list[str]]:
    texts: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            texts.append(record.getMessage())

    handler = Keeping(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    try:
        yield texts
    finally:
        logging.getLogger().removeHandler(handler)


def test_no_debug_record_for_each_check_on_each_resource() -> None:
    with debug_records() as texts:
        first = failed(checks=["CKV_SQS_*"])
    assert first
    # The runner filter is asked once a check, and says so in at most three records.
    about_checks = [text for text in texts if "CKV_SQS_" in text or "Ensure the queue" in text]
    per_check = {
        text for text in about_checks if text.startswith(("should_run_check", "Should run check", "Running check", "File"))
    }
    assert len(per_check) == len([text for text in about_checks if text in per_check])


# What the filter is told, and the ids that run; the answer for one resource must not stand for another filter's.
FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"checks": ["CKV_SQS_1", "CKV_SQS_40"]}, {"CKV_SQS_1", "CKV_SQS_40"}),
    ({"checks": ["CKV_SQS_1"]}, {"CKV_SQS_1"}),
    ({"checks": ["CKV_SQS_1", "CKV_SQS_4*"], "skip_checks": ["CKV_SQS_4*"]}, {"CKV_SQS_1"}),
    ({"checks": ["CRITICAL"]}, {"CKV_SQS_1"}),
    ({"checks": ["CKV_SQS_1"], "skip_checks": ["CKV_SQS_1:.*main.tf"]}, set()),
    ({"checks": ["CKV_SQS_1"], "skip_checks": ["CKV_SQS_1:.*other.tf"]}, {"CKV_SQS_1"}),
]


@pytest.mark.parametrize(("filters", "ids"), FILTERS, ids=[str(filters) for filters, _ in FILTERS])
def test_the_filter_decides_as_before(filters: dict[str, Any], ids: set[str]) -> None:
    assert {check for check, _ in failed(**filters)} == ids


def test_whoever_asks_for_the_log_has_it(tmp_path: Path) -> None:
    """With `LOG_LEVEL=DEBUG` nothing is spared, and the findings are the same."""
    line = [sys.executable, "-m", "checkov.main", "-d", str(EXAMPLE), "--framework", "terraform", "--skip-download", "-o", "json"]
    line += ["--external-checks-dir", str(REPOSITORY / "sqs_checks"), "--check", "CKV_SQS_*"]
    run = subprocess.run(
        line, capture_output=True, text=True, env={**os.environ, "LOG_LEVEL": "DEBUG"}, cwd=tmp_path, check=False
    )
    assert "Running check: Ensure the queue policy does not let everyone use the queue" in run.stderr
    found = {(record["check_id"], record["resource"]) for record in json.loads(run.stdout)["results"]["failed_checks"]}
    assert found == failed(checks=["CKV_SQS_*"])
