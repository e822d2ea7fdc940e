"""Whatever a settings file is and holds, it is read or said to be broken: it never silences the pack."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest
from conftest import REPOSITORY, scan

QUEUE = 'resource "aws_sqs_queue" "q" {\n  sqs_managed_sse_enabled = false\n}\n'
TEXTS = {
    "a bool that is none": b'unresolved: !!bool "abc"',
    "a number that is none": b'messages: {max_bytes: !!int ""}',
    "a date that is none": b'unresolved: !!timestamp "abc"',
    "a float that is none": b'unresolved: !!float "x"',
    "bytes that are none": b'unresolved: !!binary "\xff"',
    "a hexadecimal number of 6,000 digits": b"messages: {max_bytes: 0x" + b"f" * 6_000 + b"}",
    "a decimal number of 6,000 digits": b"messages: {max_bytes: " + b"9" * 6_000 + b"}",
    "an infinite number": b"messages: {max_bytes: .inf}",
    "no number": b"messages: {max_bytes: .nan}",
    "a sexagesimal number": b"messages: {max_bytes: 1:99999999999999999999:00}",
    "a tag of its own": b"unresolved: !mine x",
    "a tag of Python's": b"unresolved: !!python/object/apply:os.system [ls]",
    "a set": b"unresolved: !!set {a, b}",
    "an ordered map": b"unresolved: !!omap [a: 1]",
    "pairs": b"unresolved: !!pairs [a: 1]",
    "a merge": b"a: &a {b: 1}\nc: {<<: *a}",
    "an alias of itself": b"a: &a [*a]",
    "aliases of aliases": b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 40)),
    "an alias of nothing": b"a: *nothing",
    "a list as a key": b"? [a]\n: b",
    "a key twice": b"unresolved: fail\nunresolved: ignore",
    "two documents": b"unresolved: fail\n---\nunresolved: fail",
    "brackets without end": b"[" * 50_000,
    "deep mappings": b"".join(b" " * n + b"a:\n" for n in range(2_000)),
    "not UTF-8": b"unresolved: \xff\xfe",
    "UTF-16": "unresolved: fail".encode("utf-16"),
    "a NUL": b"unresolved: a\x00b",
    "half a character": b'unresolved: "\\ud800"',
    "a directive": b"%FOO bar\n---\nunresolved: x",
    "a tab": b"a:\n\t- b",
    "ten megabytes of nodes": b"- a\n" * 2_600_000,
    "a name nobody knows": b"unresolvd: fail",
    "a list": b"- a",
}


def findings(folder: Path) -> list[str]:
    return [line for finding in scan(folder, ["terraform"], ["CKV_SQS_20"]) for line in finding.details]


@pytest.mark.parametrize("name", TEXTS)
def test_whatever_stands_in_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(QUEUE, encoding="utf-8")
    (tmp_path / "sqs-checks.yaml").write_bytes(TEXTS[name])
    said = findings(tmp_path)
    assert said, "silence"
    assert said[0].startswith("The settings are broken"), said
    assert "sqs-checks.yaml:" in said[0], "the file and the line"
    assert len(said[0]) < 2_000


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere.yaml")


def _gigabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**30)


KINDS: dict[str, Callable[[Path], object]] = {
    "a pipe": lambda path: os.mkfifo(path),
    "a link to a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a link to a terminal": lambda path: path.symlink_to("/dev/tty"),
    "a link to itself": _loop,
    "a link to nothing": _dangling,
    "a folder": lambda path: path.mkdir(),
    "a gigabyte": _gigabyte,
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("name", KINDS)
def test_whatever_it_is(name: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(QUEUE, encoding="utf-8")
    KINDS[name](tmp_path / "sqs-checks.yaml")
    said = findings(tmp_path)
    assert said, "silence"
    assert said[0].startswith("The settings are broken"), said


@pytest.mark.parametrize("name", ["a pipe", "a gigabyte"])
def test_the_file_that_the_variable_names(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "main.tf").write_text(QUEUE, encoding="utf-8")
    KINDS[name](tmp_path / "odd.yaml")
    monkeypatch.setenv("SQS_CHECKS_CONFIG", str(tmp_path / "odd.yaml"))
    assert findings(tmp_path / "code")[0].startswith("The settings are broken")


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """Ten megabytes of nodes would take PyYAML gigabytes; `config check` says what is wrong within a tenth of one."""
    file = tmp_path / "sqs-checks.yaml"
    file.write_bytes(TEXTS["ten megabytes of nodes"])
    limit = 400 * 2**20
    run = subprocess.run(
        [sys.executable, "-m", "sqs_checks.commands.sqs_checks_command", "config", "check", str(file)],
        capture_output=True, text=True, check=False, cwd=REPOSITORY,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    assert "larger than" in run.stderr
