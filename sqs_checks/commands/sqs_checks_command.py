"""`sqs-checks`: looks after the pack."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sqs_checks import __version__
from sqs_checks.commands.config_command import add_config_command, run_config_command
from sqs_checks.commands.doctor import examine, package_folder
from sqs_checks.commands.hook_files import remove_hook_files, site_packages, write_hook_files


def _without_checkov(error: ImportError) -> int:
    print(f"sqs-checks: Checkov cannot be imported ({error}): install it with `pip install checkov`", file=sys.stderr)
    return 1


def _path() -> int:
    print(package_folder())
    return 0


def _list() -> int:
    try:
        from sqs_checks.pack.catalogue import check_classes
    except ImportError as error:
        return _without_checkov(error)
    rows = {
        check.id: (
            check.id,
            check.severity.value,
            check.name,
            ", ".join(check.peers) or "-",
            ", ".join(check.settings) or "-",
        )
        for check in check_classes()
    }
    table = [("id", "severity", "promise", "Checkov's own", "settings"), *rows.values()]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    return 0


def _enable() -> int:
    try:
        written = write_hook_files()
    except OSError as error:
        print(f"sqs-checks: cannot write to {site_packages()}: {error.strerror}", file=sys.stderr)
        return 1
    print("plain `checkov` in this environment now runs the checks. Written:")
    print(*(f"  {path}" for path in written), sep="\n")
    return 0


def _disable() -> int:
    try:
        removed = remove_hook_files()
    except OSError as error:
        print(f"sqs-checks: cannot remove from {site_packages()}: {error.strerror}", file=sys.stderr)
        return 1
    print("plain `checkov` in this environment no longer runs the checks." if removed else "it was not switched on.")
    return 0


def _coverage(path: str) -> int:
    if not Path(path).exists():
        print(f"sqs-checks: no such file or folder: {path}", file=sys.stderr)
        return 1
    try:
        from sqs_checks.pack.coverage import cover
    except ImportError as error:
        return _without_checkov(error)
    decided = total = skipped = 0
    resource = None
    for framework, found in cover(Path(path)):
        file = found.entity_path.partition(":")[0]
        if (framework, file, found.address) != resource:
            resource = (framework, file, found.address)
            print(f"{framework}  {file}  {found.address}")
        if found.skipped:
            skipped += 1
            print(f"    {found.check:<11} skipped: {found.skipped}")
            continue
        total += 1
        decided += not found.violated.is_unknown
        why = f"not decided: {'; '.join(found.violated.reasons)}" if found.violated.is_unknown else "decided"
        print(f"    {found.check:<11} {why}")
    by_settings = f", {skipped} skipped by the settings" if skipped else ""
    print(f"{decided} of {total} verdicts decided{by_settings}" if total or skipped else "no SQS resources found")
    return 0


_COMMANDS = {
    "path": (_path, "print the folder for `checkov --external-checks-dir`"),
    "list": (_list, "list the checks, with Checkov's own checks for the same fault"),
    "enable": (_enable, "have plain `checkov` in this environment run the checks"),
    "disable": (_disable, "undo `enable`"),
    "doctor": (examine, "prove that Checkov runs the checks; exit code 1 and the reason where it does not"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="sqs-checks", description="Custom Checkov checks for Amazon SQS.")
    parser.add_argument("--version", action="version", version=f"sqs-checks {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, summary) in _COMMANDS.items():
        commands.add_parser(name, help=summary, description=summary)
    coverage = "list each SQS resource and, for each check, whether it was decided and why not"
    commands.add_parser("coverage", help=coverage, description=coverage).add_argument("path", metavar="PATH")
    add_config_command(commands)
    arguments = parser.parse_args()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads the output has seen enough, such as `head`. Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "config":
        return run_config_command(arguments)
    if arguments.command == "coverage":
        return _coverage(arguments.path)
    run, _ = _COMMANDS[arguments.command]
    return run()


if __name__ == "__main__":
    sys.exit(main())
