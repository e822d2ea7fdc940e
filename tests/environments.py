"""Real Python environments and folders for the tests of the routes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from conftest import REPOSITORY

SCAN = ("--framework", "terraform", "cloudformation", "--skip-download", "--quiet", "-o", "json")


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    exit_code: int
    output: str
    errors: str

    def error_lines(self) -> list[str]:
        return [line for line in self.errors.splitlines() if "ERROR" in line or "Traceback" in line]

    def records(self, result: str) -> list[dict[str, object]]:
        """The records with a result (`failed`, `passed`, `skipped`) in Checkov's JSON report."""
        reports = json.loads(self.output)
        return [
            record
            for report in (reports if isinstance(reports, list) else [reports])
            for record in report.get("results", {}).get(f"{result}_checks", ())
        ]

    def findings(self) -> list[tuple[str, str]]:
        """Check and resource of each failure of ours, sorted, with repetitions."""
        failed = self.records("failed")
        return sorted(
            (str(record["check_id"]), str(record["resource"]))
            for record in failed
            if str(record["check_id"]).startswith("CKV_SQS_")
        )


@dataclass(frozen=True)
class Environment:
    """A Python environment with Checkov."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        return next(self.folder.glob("lib/python*/site-packages"))

    def run(self, command: Sequence[str | Path], cwd: Path, variables: Mapping[str, str] | None = None) -> Run:
        inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
        environment = {**inherited, **(variables or {})}
        environment["PATH"] = f"{self.folder / 'bin'}{os.pathsep}{environment['PATH']}"
        program, *arguments = map(str, command)
        run = subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return Run(run.returncode, run.stdout, run.stderr)


def environment_with_checkov(folder: Path) -> Environment:
    """A fresh environment that holds Checkov, in the version that these tests run on, and nothing of ours."""
    venv.create(folder, with_pip=True)
    environment = Environment(folder)
    wanted = f"checkov=={metadata.version('checkov')}"
    subprocess.run(
        [environment.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted],
        check=True,
        stdout=sys.stderr,
    )
    return environment


def derived_environment(base: Environment, folder: Path, wheel: Path | None = None) -> Environment:
    """A fresh environment that sees the packages of another one; with the wheel installed where one is given."""
    venv.create(folder, with_pip=False)
    environment = Environment(folder)
    (environment.site_packages / "base.pth").write_text(f"{base.site_packages}\n", encoding="utf-8")
    script = (base.folder / "bin" / "checkov").read_text(encoding="utf-8").split("\n", 1)[1]
    checkov = folder / "bin" / "checkov"
    checkov.write_text(f"#!{environment.python}\n{script}", encoding="utf-8")
    checkov.chmod(0o755)
    if wheel:
        subprocess.run(
            [
                base.python,
                "-m",
                "pip",
                "--python",
                environment.python,
                "install",
                "--quiet",
                "--no-deps",
                "--ignore-installed",
                wheel,
            ],
            check=True,
            stdout=sys.stderr,
        )
    return environment


def repository_files() -> list[str]:
    """The files of the repository: what a clone holds, or what came with a source distribution."""
    if (REPOSITORY / ".git").exists():
        command = ["git", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        return [name for name in listed.stdout.split("\0") if name and (REPOSITORY / name).is_file()]
    manifest = next(REPOSITORY.glob("*.egg-info/SOURCES.txt")).read_text(encoding="utf-8")
    return [name for name in manifest.splitlines() if (REPOSITORY / name).is_file()]


def copy_of_repository(folder: Path) -> Path:
    """The working tree as a clone would hold it, committed in a repository of its own."""
    for name in repository_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, folder / name)
    git = ["git", "-c", "user.name=tests", "-c", "user.email=tests@example.invalid"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "copy"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    return folder
