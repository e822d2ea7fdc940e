"""What starting takes: the commands as whole processes, and Checkov with and without the pack."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Union

from measured import REPOSITORY, Figure, figure, process

_MODULE = "sqs_checks.commands.sqs_checks_command"
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--version",),
    ("path",),
    ("list",),
    ("config", "show"),
    ("explain", "CKV_SQS_7"),
    ("policy", "POLICY"),
)
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}],
}


def measure(runs: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as scratch:
        bytecode, policy = Path(scratch, "bytecode"), Path(scratch, "policy.json")
        policy.write_text(json.dumps(_POLICY), encoding="utf-8")
        yield from taken("python -c pass", ["-c", "pass"], bytecode, runs)
        for stated in _COMMANDS:
            arguments = [policy if one == "POLICY" else one for one in stated]
            shown = " ".join("FILE" if one == "POLICY" else one for one in stated)
            yield from taken(f"sqs-checks {shown}", ["-m", _MODULE, *arguments], bytecode, runs)
        yield from taken("checkov --version", ["-m", "checkov.main", "--version"], bytecode, runs)
        yield from taken("sqs-checkov --version", ["-m", "sqs_checks.commands.sqs_checkov_command", "--version"], bytecode, runs)


def taken(subject: str, arguments: Sequence[Union[str, Path]], bytecode: Path, runs: int) -> Iterator[Figure]:
    def once() -> tuple[float, float]:
        start = time.perf_counter()
        spent = process([sys.executable, *arguments], bytecode, {"PYTHONPATH": str(REPOSITORY)})
        return spent.seconds, time.perf_counter() - start

    once()  # after which all modules are compiled
    rows = [once() for _ in range(runs)]
    yield figure(subject, "CPU", "s", [seconds for seconds, _ in rows])
    yield figure(subject, "wall clock", "s", [seconds for _, seconds in rows])
