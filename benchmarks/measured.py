"""What every benchmark shares: a figure with its spread, and what whole processes take."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple, Union

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "sqs_checks"
sys.path.insert(0, str(REPOSITORY))


class Figure(NamedTuple):
    """A median with its spread. subject: what is measured, such as `200 queues of code`. measure: of it. runs: how many."""

    subject: str
    measure: str
    unit: str
    median: float
    least: float
    most: float
    runs: int


def figure(subject: str, measure: str, unit: str, values: Sequence[float]) -> Figure:
    return Figure(subject, measure, unit, statistics.median(values), min(values), max(values), len(values))


def machine() -> dict[str, str]:
    """What figures are taken on."""
    return {
        "cores": str(os.cpu_count()),
        "processor": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "checkov": metadata.version("checkov"),
        "system": platform.system(),
    }


class Spent(NamedTuple):
    """What one process took. seconds: of CPU, user and system. megabytes: at most at one time."""

    seconds: float
    megabytes: float


def process(command: Sequence[Union[str, Path]], bytecode: Path, environment: Mapping[str, str] = {}) -> Spent:
    """Runs a command to its end. bytecode: where Python keeps compiled modules, as it does wherever packages are installed."""
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode), **environment}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    with subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=variables) as started:
        _, _, usage = os.wait4(started.pid, 0)
        started.returncode = 0  # it has been waited for
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Spent(usage.ru_utime + usage.ru_stime, kilobytes / 1024)


def checkov(code: Path, framework: str, bytecode: Path, *options: Union[str, Path]) -> Spent:
    """One scan as a whole process."""
    line: list[Union[str, Path]] = [sys.executable, "-m", "checkov.main", "-d", code, "--framework", framework, "--skip-download"]
    return process([*line, "-o", "json", *options], bytecode, {"CHECKOV_RUN_SCA": "false"})
