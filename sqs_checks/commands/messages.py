"""What commands say on standard error, beside their output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

from sqs_checks.commands.exit_codes import NOTHING_TO_JUDGE

_CLEAR_LINE = "\r\x1b[K"


def complain(problem: str) -> int:
    """Says why a command cannot do what it was asked. Returns the exit code for that."""
    print(f"sqs-checks: {problem}", file=sys.stderr)
    return NOTHING_TO_JUDGE


def without_package(error: ImportError) -> int:
    """A sentence in place of a traceback: Checkov brings PyYAML, and an environment may lack either."""
    missing, package = ("PyYAML", "pyyaml") if (error.name or "").split(".")[0] == "yaml" else ("Checkov", "checkov")
    return complain(f"{missing} cannot be imported ({error}): install it with `pip install {package}`")


def no_such_path(path: Path) -> int:
    return complain(f"no such file or folder: {path}")


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line that says what long work is at: on a terminal only, and gone when the work is done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield lambda text: print(f"{_CLEAR_LINE}{text}", end="", file=sys.stderr, flush=True)
    finally:
        print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)
