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
from sqs_checks.commands.messages import complain, without_package

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


def _path() -> int:
    from sqs_checks.commands.package_folder import package_folder

    print(package_folder())
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


_COMMANDS = {
    "path": (_path, "print the folder for `checkov --external-checks-dir`"),
    "enable": (_enable, "have plain `checkov` in this environment run the checks"),
    "disable": (_disable, "undo `enable`"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sqs-checks",
        description="Custom Checkov checks for Amazon SQS.",
        epilog="Exit codes: 0, all is well; 1, something is wrong or less than was asked for; 2, the command could not do what "
        "it was asked.",
    )
    parser.add_argument("--version", action="version", version=f"sqs-checks {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, summary) in _COMMANDS.items():
        commands.add_parser(name, help=summary, description=summary)
    summary = "list the checks, with Checkov's own checks for the same fault"
    _with_format(commands.add_parser("list", help=summary, description=summary))
    summary = "prove that Checkov runs the checks; exit code 1 and the reason where it does not"
    _with_format(commands.add_parser("doctor", help=summary, description=summary))
    summary = "say what the checks could not decide and why, and what they made of each SQS resource"
    command = _with_format(commands.add_parser("coverage", help=summary, description=summary))
    command.add_argument("path", metavar="PATH", help="a folder, or a file of Terraform or CloudFormation")
    command.add_argument(
        "--fail-under",
        metavar="PERCENT",
        type=_percentage,
        help="end with 1 where less of the verdicts is decided; what is not applicable, switched off or skipped does not count",
    )
    summary = "judge a queue policy in JSON by itself; exit code 1 where something is wrong with it, 2 where there is none"
    command = _with_format(commands.add_parser("policy", help=summary, description=summary))
    command.add_argument(
        "file", metavar="FILE", help="the policy, or the output of `aws sqs get-queue-attributes`; - for standard input"
    )
    command.add_argument("--queue", metavar="ARN", help="the queue that the policy is attached to")
    summary = "write what the checks say to do, where that is safe; exit code 1 where something is left, 2 for bad use"
    command = commands.add_parser("fix", help=summary, description=summary)
    command.add_argument("path", metavar="PATH", help="a folder or a file")
    command.add_argument(
        "--check", metavar="ID", action="append", default=[], help="only this check; may be given more than once (default: all)"
    )
    command.add_argument("--diff", action="store_true", help="print what would change, and write nothing")
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
            _with_format(command).add_argument("path", nargs="?", default=".", help=_PATH_HELP)
    summary = "print the JSON Schema of what a command prints with `--format json`"
    commands.add_parser("schema", help=summary, description=summary).add_argument(
        "of", metavar="COMMAND", nargs="+", help="such as `coverage`, or `config show`"
    )
    return parser


def _with_format(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: text)")
    return command


def _percentage(text: str) -> float:
    """A number from 0 to 100."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"`{text}` is no percentage from 0 to 100")
    return number


def main() -> int:
    arguments = _parser().parse_args()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads the output has seen enough, such as `head`. Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("checkov", "yaml"):
            raise
        return without_package(error)
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
        from sqs_checks.commands.explain_command import explain_path

        return explain_path(arguments.subject, arguments.queue, arguments.format, arguments.output)
    if arguments.format == "html" or arguments.queue or arguments.output:
        return complain(f"no such file or folder: {subject}; a check takes none of these options")
    from sqs_checks.commands.check_page_formats import explain_check

    return explain_check(arguments.subject, arguments.format)


def _run(arguments: argparse.Namespace) -> int:
    """Runs a command. What needs Checkov, or takes long to load, is imported where it is asked for."""
    if arguments.command == "config":
        from sqs_checks.commands.config_command import run_config_command

        return run_config_command(arguments)
    if arguments.command == "policy":
        from sqs_checks.commands.policy_command import judge_policy

        return judge_policy(arguments.file, arguments.queue, arguments.format)
    if arguments.command == "fix":
        from sqs_checks.commands.fix_command import fix

        return fix(arguments.path, arguments.check, only_diff=arguments.diff)
    if arguments.command == "explain":
        return _explain(arguments)
    if arguments.command in _SIGNATURE_COMMANDS:
        from sqs_checks.commands import signed_copy

        return getattr(signed_copy, str(arguments.command))(arguments.key, arguments.folder)  # type: ignore[no-any-return]
    if arguments.command == "coverage":
        from sqs_checks.commands.coverage_command import run_coverage_command

        return run_coverage_command(arguments)
    if arguments.command == "list":
        from sqs_checks.commands.list_command import list_checks

        return list_checks(arguments.format)
    if arguments.command == "schema":
        from sqs_checks.commands.output_schemas import print_schema

        return print_schema(" ".join(arguments.of))
    if arguments.command == "doctor":
        # What it needs takes longer to load than most commands take to run.
        from sqs_checks.commands.doctor import examine

        return examine(arguments.format)
    run, _ = _COMMANDS[arguments.command]
    return run()


if __name__ == "__main__":
    sys.exit(main())
