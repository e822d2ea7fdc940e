"""`sqs-checks config`: what is in force and where it comes from, what is wrong with it, and the schema for editors."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from sqs_checks.commands.code_files import may_be_code
from sqs_checks.commands.exit_codes import AT_FAULT, FINE
from sqs_checks.commands.messages import complain, no_such_path
from sqs_checks.commands.tables import table
from sqs_checks.configuration.settings_files import FILE_NAME, read_settings_file, settings_files, settings_for
from sqs_checks.configuration.settings_layers import BY_DEFAULT, laid_over, listed
from sqs_checks.configuration.settings_schema import json_schema
from sqs_checks.configuration.settings_text import SettingsText
from sqs_checks.files.bounded_files import read_regular_file

_WIDEST = 40
# What CloudFormation and the Serverless Framework begin their lists of resources and functions with, and settings never do.
_TEMPLATE = re.compile(rb"^['\"]?(?:Resources|resources|functions|service)['\"]?\s*:", re.MULTILINE)


def run_config_command(arguments: argparse.Namespace) -> int:
    if arguments.config_command == "schema":
        print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return FINE
    path = Path(arguments.path)
    if not path.exists():
        return no_such_path(path)
    if path.is_file() and not may_be_code(path):
        return complain(f"{path} is no code and no settings file: give a folder, Terraform, CloudFormation or {FILE_NAME}")
    show = _show if arguments.config_command == "show" else _check
    return show(path, arguments.format == "json")


def _in_force(path: Path) -> tuple[str, str]:
    """A file for which the settings of a path hold, and the root of the scan."""
    return (str(path / FILE_NAME), str(path)) if path.is_dir() else (str(path), str(path.parent))


def _print_json(document: dict[str, Any]) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False))


def _report(problems: Sequence[str]) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    return AT_FAULT if problems else FINE


def _show(path: Path, as_json: bool) -> int:
    in_force = settings_for(*_in_force(path))
    rows = [] if in_force.problems else list(listed(in_force))
    if as_json:
        settings = [
            {"key": key, "value": _plain(value), "origin": None if origin == BY_DEFAULT else origin}
            for key, value, origin in rows
        ]
        _print_json({"settings": settings, "problems": list(in_force.problems)})
        return AT_FAULT if in_force.problems else FINE
    for line in table([(key, _shown(value), origin) for key, value, origin in rows], _WIDEST):
        print(line)
    return _report(in_force.problems)


def _shown(value: Any) -> str:
    return "-" if value is None else json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """A value as it would be written in the file."""
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "__dataclass_fields__"):
        stated = {name: getattr(value, name) for name in value.__dataclass_fields__}
        return {name: _plain(item) for name, item in stated.items() if item != ()}
    if isinstance(value, tuple) and value and all(isinstance(item, tuple) and len(item) == 2 for item in value):
        return {key: _plain(item) for key, item in value}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _check(path: Path, as_json: bool) -> int:
    files = [read_settings_file(str(path))] if _is_settings_file(path) else list(_files_around(path))
    problems = [problem for file in files for problem in file.problems]
    if not problems:
        problems = [problem for file in files for problem in laid_over([file]).problems]
        problems += settings_for(*_in_force(path)).problems if path.is_dir() else ()
    problems = list(dict.fromkeys(problems))
    if as_json:
        _print_json({"files": [file.file for file in files], "problems": problems})
        return AT_FAULT if problems else FINE
    if not problems:
        print("\n".join(f"{file.file}: ok" for file in files) or f"There is no {FILE_NAME}: the defaults hold.")
    return _report(problems)


def _is_settings_file(path: Path) -> bool:
    """Whether a file is checked itself, rather than the settings that hold for it: whatever name `SQS_CHECKS_CONFIG` gives it."""
    if not path.is_file() or path.suffix not in (".yaml", ".yml"):
        return False
    content = read_regular_file(str(path))
    return path.stem.startswith("sqs-checks") or content is None or not _TEMPLATE.search(content)


def _files_around(path: Path) -> Iterator[SettingsText]:
    """The settings files that hold for some code, and for parts of it."""
    seen = set()
    for file in settings_files(*_in_force(path)):
        seen.add(file.file)
        yield file
    for folder, inner, names in os.walk(path) if path.is_dir() else ():
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        if FILE_NAME in names:
            file = read_settings_file(os.path.join(folder, FILE_NAME))
            if file.file not in seen:
                yield file
