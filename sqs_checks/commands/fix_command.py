"""`sqs-checks fix`: writes what the checks say to do, where that is safe."""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from sqs_checks.commands.code_files import may_be_code
from sqs_checks.commands.exit_codes import AT_FAULT, FINE
from sqs_checks.commands.messages import complain, no_such_path, progress
from sqs_checks.configuration.setting_kinds import nearest
from sqs_checks.files.bounded_files import read_regular_file
from sqs_checks.files.replaced_files import replace_file
from sqs_checks.pack.catalogue import check_classes
from sqs_checks.pack.fixing import ChangedFile, Corrected, Fixes, Left, Place, plan_fixes
from sqs_checks.values.printable_text import printable

# One correction can show the next one, such as the retention of a dead-letter queue behind that of its source.
_MOST_PASSES = 5
_ALL = ("CKV_SQS_*",)


def fix(path: str, stated_checks: Sequence[str], *, only_diff: bool) -> int:
    """Corrects a file or folder and says how the process is to end. stated_checks: ids, or lists of them with commas; all where
    there are none. only_diff: print what would change, and write nothing.
    """
    checks, fault = _checks(stated_checks)
    if fault:
        return complain(fault)
    if not Path(path).exists():
        return no_such_path(Path(path))
    if not Path(path).is_dir() and not may_be_code(Path(path)):
        return complain(f"{path} is no Terraform or CloudFormation: give a folder, or a file of one of them")
    # A diff is there to be applied or piped: the rest goes elsewhere.
    out = sys.stderr if only_diff else sys.stdout
    corrected: list[Corrected] = []
    for _ in range(_MOST_PASSES):
        with progress() as tell:
            fixes = plan_fixes(Path(path), checks, tell)
        for file in fixes.files:
            sys.stdout.write(_shown_diff(file))
        if only_diff or not fixes.files:
            break
        sys.stdout.flush()
        failed = list(filter(None, map(_write, fixes.files)))
        if failed:
            print(*(f"sqs-checks: {one}" for one in failed), sep="\n", file=sys.stderr)
            return AT_FAULT
        corrected += fixes.corrected
    if only_diff:
        _print_results(fixes, fixes.corrected, "would be fixed", out)
    else:
        _print_results(fixes, corrected, "fixed", out)
    return AT_FAULT if fixes.files or fixes.left or fixes.not_read else FINE


def _checks(stated: Sequence[str]) -> tuple[Sequence[str], str]:
    """The ids, and what is wrong with them; empty where nothing is."""
    known = list(dict.fromkeys(check.id for check in check_classes()))
    wanted = [name.strip().upper() for one in stated for name in one.split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            return (), f"there is no check {name}: {nearest(name, known)}"
    return (wanted or _ALL), ""


def _write(file: ChangedFile) -> str:
    """Writes a file. Returns what went wrong; empty where nothing did."""
    if read_regular_file(file.path) != file.before.encode("utf-8"):
        return f"{_shown(file.path)} has changed meanwhile; run the command again"
    try:
        replace_file(file.path, file.after.encode("utf-8"))
    except OSError as error:
        return f"cannot write {_shown(file.path)}: {error.strerror}"
    return ""


def _shown_diff(file: ChangedFile) -> str:
    """A diff that `patch -p1` and `git apply` take."""
    name = _shown(file.path).replace(os.sep, "/")
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (file.before, file.after))
    lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    text = "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    # What stands in code must not steer a terminal.
    return "".join(f"{line}\n" for line in map(printable, text.split("\n")[:-1])) if sys.stdout.isatty() else text


def _shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def _print_results(fixes: Fixes, corrected: Iterable[Corrected], done: str, out: TextIO) -> None:
    made = sorted(dict.fromkeys(corrected), key=lambda one: (one.place, int(one.check.rpartition("_")[2])))
    lines = [f"{_place(one.place)}: {one.check} {one.address}: {done}" for one in made]
    for one in sorted(fixes.left, key=lambda one: (one.place, one.check)):
        lines += _left(one)
    lines += [f"{_shown(one.file)}: not read: {one.why}" for one in fixes.not_read]
    lines += [f"{one.file}: {one.address}: not judged: Checkov leaves it out" for one in fixes.left_out]
    if fixes.is_empty and not fixes.not_read:
        lines.append("no SQS resources found")
    else:
        lines.append(f"{_findings(len(made))} {done}, {len(fixes.left)} left")
    print(*map(printable, lines), sep="\n", file=out)


def _left(left: Left) -> Iterator[str]:
    yield f"{_place(left.place)}: {left.check} {left.address}: {left.problem}"
    if left.why:
        yield f"    Not written: {left.why}"
    yield f"    Fix: {left.remedy}"


def _place(place: Place) -> str:
    return f"{_shown(place.path)}:{place.line}"


def _findings(number: int) -> str:
    return f"{number} finding{'s' if number != 1 else ''}"
