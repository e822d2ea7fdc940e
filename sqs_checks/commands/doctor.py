"""`sqs-checks doctor`: proof that the checks run, by scanning a known-bad queue through Checkov on every route."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sqs_checks import __version__
from sqs_checks.commands.hook_files import hook_files, is_enabled

_CHECK = "CKV_SQS_20"
_BAD_QUEUES = {
    "queue.tf": 'resource "aws_sqs_queue" "bad" {\n  sqs_managed_sse_enabled = false\n}\n',
    "queue.template": json.dumps(
        {"Resources": {"Bad": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": False}}}}
    ),
}
_EXPECTED = {"aws_sqs_queue.bad", "AWS::SQS::Queue.Bad"}
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Route:
    """One way for Checkov to find the checks. command: what stands before Checkov's own arguments."""

    name: str
    command: tuple[str, ...]
    options: tuple[str, ...] = ()


def package_folder() -> Path:
    """The folder that `--external-checks-dir` takes."""
    return Path(__file__).resolve().parent.parent


def _routes() -> list[Route]:
    python = sys.executable
    checkov = (python, "-m", "checkov.main")
    routes = [
        Route("checkov --external-checks-dir", checkov, ("--external-checks-dir", str(package_folder()))),
        Route("sqs-checkov", (python, "-m", "sqs_checks.commands.sqs_checkov_command")),
    ]
    return [*routes, Route("checkov", checkov)] if is_enabled() else routes


def _found(output: str) -> set[str]:
    """The resources that a JSON report of Checkov lists as failed."""
    reports = json.loads(output)
    return {
        record["resource"]
        for report in (reports if isinstance(reports, list) else [reports])
        for record in report.get("results", {}).get("failed_checks", ())
    }


def _fault(route: Route, folder: str) -> str | None:
    """What is wrong with a route; None where it finds both bad queues."""
    arguments = ["-d", folder, "--framework", "terraform", "cloudformation", "--check", _CHECK, "-o", "json"]
    command = [*route.command, *arguments, *route.options, "--skip-download", "--quiet"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False, cwd=folder)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"Checkov did not run: {error}"
    errors = [line for line in run.stderr.splitlines() if "ERROR" in line or "Error" in line]
    said = f" It said: {errors[-1].strip()}" if errors else ""
    try:
        missing = _EXPECTED - _found(run.stdout)
    except (ValueError, AttributeError, KeyError, TypeError):
        return f"Checkov wrote no report (exit code {run.returncode}).{said}"
    if missing:
        return f"{_CHECK} did not report {', '.join(sorted(missing))}.{said}"
    return f"the checks ran, with errors.{said}" if errors else None


def examine() -> int:
    """Prints what is on and whether it works. Returns the exit code: 0 where every route that is on works."""
    print(f"sqs-checks {__version__} in {package_folder()}")
    try:
        print(f"checkov {metadata.version('checkov')}, Python {sys.version.split()[0]}")
    except metadata.PackageNotFoundError:
        print("FAULT  Checkov is not installed in this Python: run `pip install checkov`")
        return 1
    if hook_files() and not is_enabled():
        print("FAULT  plain `checkov`: one of its two files is missing; run `sqs-checks enable` again")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for name, text in _BAD_QUEUES.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        routes = _routes()
        with ThreadPoolExecutor() as pool:
            faults: Sequence[str | None] = list(pool.map(lambda route: _fault(route, folder), routes))
    for route, fault in zip(routes, faults):
        print(f"FAULT  {route.name}: {fault}" if fault else f"ok     {route.name}")
    if not is_enabled():
        print("off    plain `checkov` (switch it on with `sqs-checks enable`)")
    return 1 if any(faults) else 0
