"""`sqs-checks`: looks after the pack."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from sqs_checks import __version__
from sqs_checks.commands.checkov_on_path import checkov_on_path, is_of_this_environment
from sqs_checks.commands.hook_files import is_current, is_enabled, remove_hook_files, site_packages, write_hook_files

_PATH_HELP = "the code that is scanned: a folder or a file (default: the working directory)"
_CONFIG_COMMANDS = {
    "show": "print each setting in force, and the file and line it comes from",
    "check": "check the settings files that hold for some code, or one settings file; exit code 1 where one is broken",
    "schema": "print a JSON Schema of sqs-checks.yaml for editors",
}
_SIGNATURE_COMMANDS = {
    "sign": (
        "a private key on the curve P-256, as openssl writes it",
        "where to write the copy: a folder that is new or empty",
        "write a copy of the pack whose modules are signed, for Checkov's --external-checks-public-key",
    ),
    "verify": (
        "the public key",
        "a folder for --external-checks-dir",
        "say what in a folder of checks is not signed, or not with this key; exit code 1 where something is not",
    ),
}


def _without_package(error: ImportError) -> int:
    """A sentence in place of a traceback: Checkov brings PyYAML, and this environment may lack either."""
    missing, package = ("PyYAML", "pyyaml") if (error.name or "").split(".")[0] == "yaml" else ("Checkov", "checkov")
    print(f"sqs-checks: {missing} cannot be imported ({error}): install it with `pip install {package}`", file=sys.stderr)
    return 1


def _path() -> int:
    from sqs_checks.commands.doctor import package_folder

    print(package_folder())
    return 0


def _doctor() -> int:
    # What it needs takes longer to load than most commands take to run.
    from sqs_checks.commands.doctor import examine

    return examine()


def _list() -> int:
    try:
        from sqs_checks.pack.catalogue import check_classes
    except ImportError as error:
        return _without_package(error)
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
    was_on = is_enabled() and is_current()
    try:
        written = write_hook_files()
    except OSError as error:
        print(f"sqs-checks: cannot write to {site_packages()}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"plain `checkov` in the environment {sys.prefix} {'ran the checks already' if was_on else 'now runs the checks'}:")
    print(*(f"  {path}" for path in written), sep="\n")
    checkov = checkov_on_path()
    if checkov is None:
        print("No `checkov` is on the PATH: it is the one of that environment that runs them.")
    elif not is_of_this_environment(checkov):
        print(f"But `checkov` in your shell is {checkov}, of another environment: install sqs-checks there and enable it there.")
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
        from sqs_checks.pack.coverage import LeftOut, NotRead, cover
    except ImportError as error:
        return _without_package(error)
    decided = total = skipped = left_out = not_read = 0
    resource = None
    for one in cover(Path(path)):
        if isinstance(one, LeftOut):
            left_out += 1
            print(f"{one.framework}  {one.file}  {one.address}\n    not judged: it would be made, but Checkov leaves it out")
            continue
        if isinstance(one, NotRead):
            not_read += 1
            print(f"{one.framework}  {one.file}\n    not read: {one.why}")
            continue
        framework, found = one
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
    by_checkov = f", {left_out} resource{'s'[: left_out - 1]} left out by Checkov" if left_out else ""
    by_checkov += f", {not_read} file{'s'[: not_read - 1]} not read" if not_read else ""
    is_empty = not (total or skipped or left_out or not_read)
    print("no SQS resources found" if is_empty else f"{decided} of {total} verdicts decided{by_settings}{by_checkov}")
    return 1 if not_read else 0


_COMMANDS = {
    "path": (_path, "print the folder for `checkov --external-checks-dir`"),
    "list": (_list, "list the checks, with Checkov's own checks for the same fault"),
    "enable": (_enable, "have plain `checkov` in this environment run the checks"),
    "disable": (_disable, "undo `enable`"),
    "doctor": (_doctor, "prove that Checkov runs the checks; exit code 1 and the reason where it does not"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="sqs-checks", description="Custom Checkov checks for Amazon SQS.")
    parser.add_argument("--version", action="version", version=f"sqs-checks {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, summary) in _COMMANDS.items():
        commands.add_parser(name, help=summary, description=summary)
    coverage = "list each SQS resource and, for each check, whether it was decided and why not"
    commands.add_parser("coverage", help=coverage, description=coverage).add_argument("path", metavar="PATH")
    summary = "judge a queue policy in JSON by itself; exit code 1 where something is wrong with it, 2 where there is none"
    command = commands.add_parser("policy", help=summary, description=summary)
    command.add_argument(
        "file", metavar="FILE", help="the policy, or the output of `aws sqs get-queue-attributes`; - for standard input"
    )
    command.add_argument("--queue", metavar="ARN", help="the queue that the policy is attached to")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: text)")
    _add_explain(commands)
    for name, (key, folder, summary) in _SIGNATURE_COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        command.add_argument("--key", metavar="PEM", required=True, help=key)
        command.add_argument("folder", metavar="FOLDER", help=folder)
    summary = "show, check or describe the settings"
    inner = commands.add_parser("config", help=summary, description=summary).add_subparsers(
        dest="config_command", required=True, metavar="COMMAND"
    )
    for name, summary in _CONFIG_COMMANDS.items():
        command = inner.add_parser(name, help=summary, description=summary)
        if name != "schema":
            command.add_argument("path", nargs="?", default=".", help=_PATH_HELP)
    arguments = parser.parse_args()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads the output has seen enough, such as `head`. Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _add_explain(commands: Any) -> None:
    summary = "show what a check reports, why and how to fix it; or what each queue of some code lets happen"
    command = commands.add_parser("explain", help=summary, description=f"{summary}; exit code 2 where there is no such check")
    command.add_argument("subject", metavar="CHECK|PATH", help="the id of a check, such as CKV_SQS_7; or a folder or a file")
    formats = ("text", "markdown", "json", "html")
    command.add_argument(
        "--format", choices=formats, default="text", help="how to write it (default: text); html: of a PATH only"
    )
    command.add_argument(
        "--queue", metavar="NAME", help="of a PATH: the queue to describe, by its name or address (default: all)"
    )
    command.add_argument("--output", metavar="FILE", help="of a PATH: the file to write to (default: standard output)")


def _explain(arguments: argparse.Namespace) -> int:
    """A check where nothing says that a path is meant: who misspells an id is told the nearest."""
    subject = Path(arguments.subject)
    if subject.exists() or len(subject.parts) != 1:
        try:
            from sqs_checks.commands.explain_command import explain_path
        except ImportError as error:
            return _without_package(error)
        return explain_path(arguments.subject, arguments.queue, arguments.format, arguments.output)
    if arguments.format == "html" or arguments.queue or arguments.output:
        print(f"sqs-checks: no such file or folder: {subject}; a check takes none of these options", file=sys.stderr)
        return 2
    from sqs_checks.commands.check_page_formats import explain_check

    return explain_check(arguments.subject, arguments.format)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "config":
        try:
            from sqs_checks.commands.config_command import run_config_command
        except ImportError as error:
            return _without_package(error)
        return run_config_command(arguments)
    if arguments.command == "policy":
        from sqs_checks.commands.policy_command import judge_policy

        return judge_policy(arguments.file, arguments.queue, arguments.format)
    if arguments.command == "explain":
        return _explain(arguments)
    if arguments.command in _SIGNATURE_COMMANDS:
        from sqs_checks.commands import signed_copy

        return getattr(signed_copy, str(arguments.command))(arguments.key, arguments.folder)  # type: ignore[no-any-return]
    if arguments.command == "coverage":
        return _coverage(arguments.path)
    run, _ = _COMMANDS[arguments.command]
    return run()


if __name__ == "__main__":
    sys.exit(main())
