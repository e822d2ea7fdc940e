"""`sqs-checks doctor`: proof that the checks run, by scanning a known-bad queue through Checkov on every route."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple, Optional

from sqs_checks import __version__
from sqs_checks.commands.checkov_on_path import checkov_on_path, is_of_this_environment
from sqs_checks.commands.exit_codes import AT_FAULT, FINE
from sqs_checks.commands.hook_files import hook_files, is_current, is_enabled
from sqs_checks.commands.messages import progress
from sqs_checks.commands.package_folder import package_folder

_CHECK = "CKV_SQS_20"
_BAD_QUEUES = {
    "queue.tf": 'resource "aws_sqs_queue" "bad" {\n  sqs_managed_sse_enabled = false\n}\n',
    "queue.template": json.dumps(
        {"Resources": {"Bad": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": False}}}}
    ),
}
_EXPECTED = {"aws_sqs_queue.bad", "AWS::SQS::Queue.Bad"}
_TIMEOUT_SECONDS = 300
# What the checks run on: by the name of its package, what people call it.
_PACKAGES = {"checkov": "Checkov", "pyyaml": "PyYAML"}


@dataclass(frozen=True)
class Route:
    """One way for Checkov to find the checks. command: what stands before Checkov's own arguments. is_on: whether somebody
    has switched it on; where nobody has, finding nothing is no fault.
    """

    name: str
    command: tuple[str, ...]
    options: tuple[str, ...] = ()
    is_on: bool = True


def _routes() -> list[Route]:
    python = sys.executable
    checkov = (python, "-m", "checkov.main")
    routes = [
        Route("checkov --external-checks-dir", checkov, ("--external-checks-dir", str(package_folder()))),
        Route("sqs-checkov", (python, "-m", "sqs_checks.commands.sqs_checkov_command")),
    ]
    on_path = checkov_on_path()
    if on_path is not None:
        # The one that the shell runs, whichever environment it is of.
        routes.append(Route(f"checkov, which is {on_path}", (str(on_path),), is_on=is_enabled()))
    elif is_enabled():
        routes.append(Route("checkov, of this environment (none is on the PATH)", checkov))
    return routes


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


class _Diagnosis(NamedTuple):
    """packages: what the checks run on, each with its version; None where it is missing. problems: why no route was tried."""

    packages: Sequence[tuple[str, Optional[str]]]
    problems: Sequence[str]
    routes: Sequence[tuple[Route, Optional[str]]] = ()

    @property
    def is_well(self) -> bool:
        return not self.problems and not any(fault and route.is_on for route, fault in self.routes)


def examine(output_format: str) -> int:
    """Prints what is on and whether it works. Returns the exit code: 0 where every route that is on works."""
    with progress() as show:
        show("Checkov scans a known-bad queue on each route …")
        found = _diagnosis()
    if output_format == "json":
        print(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        print(*_as_text(found), sep="\n")
    return FINE if found.is_well else AT_FAULT


def _diagnosis() -> _Diagnosis:
    packages = [(package, _version(package)) for package in _PACKAGES]
    missing = [
        f"{_PACKAGES[package]} is not installed in this Python: run `pip install {package}`"
        for package, version in packages
        if not version
    ]
    if missing:
        return _Diagnosis(packages, missing)
    if hook_files() and not is_current():
        fault = "plain `checkov`: its two files are not both there, or of another version; run `sqs-checks enable` again"
        return _Diagnosis(packages, [fault])
    with tempfile.TemporaryDirectory() as folder:
        for name, text in _BAD_QUEUES.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        routes = _routes()
        with ThreadPoolExecutor() as pool:
            faults = list(pool.map(lambda route: _fault(route, folder), routes))
    return _Diagnosis(packages, (), list(zip(routes, faults)))


def _version(package: str) -> Optional[str]:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


_ELSEWHERE = " It is of another environment than this one: install sqs-checks there, and run `sqs-checks enable` there."


def _state(route: Route, fault: Optional[str]) -> tuple[str, Optional[str]]:
    """How a route is, in a word, and what there is to say of it."""
    if fault is None:
        return "ok", None
    if not route.is_on:
        return "off", "switch it on with `sqs-checks enable` in its environment"
    is_elsewhere = len(route.command) == 1 and not is_of_this_environment(Path(route.command[0]))
    return "fault", f"{fault}{_ELSEWHERE if is_elsewhere else ''}"


def _as_text(found: _Diagnosis) -> Iterator[str]:
    yield f"sqs-checks {__version__} in {package_folder()}"
    yield f"Python {sys.version.split()[0]} in {sys.prefix}"
    yield from (f"{name} {version}" for name, version in found.packages if version)
    yield from (f"FAULT  {problem}" for problem in found.problems)
    for route, fault in found.routes:
        state, reason = _state(route, fault)
        if state == "off":
            yield f"off    {route.name} ({reason})"
        else:
            yield f"{'FAULT' if state == 'fault' else state:<5}  {route.name}{f': {reason}' if reason else ''}"


def _as_json(found: _Diagnosis) -> dict[str, Any]:
    routes = [(route.name, *_state(route, fault)) for route, fault in found.routes]
    return {
        "version": __version__,
        "folder": str(package_folder()),
        "python": {"version": sys.version.split()[0], "prefix": sys.prefix},
        "packages": [{"name": name, "version": version} for name, version in found.packages],
        "routes": [{"name": name, "state": state, "reason": reason} for name, state, reason in routes],
        "problems": list(found.problems),
    }
