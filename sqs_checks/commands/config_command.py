"""`sqs-checks config`: what is in force and where it comes from, what is wrong with it, and the schema for editors."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from sqs_checks.configuration.settings_files import FILE_NAME, read_settings_file, settings_files, settings_for
from sqs_checks.configuration.settings_layers import laid_over, listed
from sqs_checks.configuration.settings_schema import json_schema
from sqs_checks.configuration.settings_text import SettingsText

_WIDEST = 40


def run_config_command(arguments: argparse.Namespace) -> int:
    if arguments.config_command == "schema":
        print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return 0
    path = Path(arguments.path)
    if not path.exists():
        print(f"sqs-checks: no such file or folder: {path}", file=sys.stderr)
        return 1
    return _show(path) if arguments.config_command == "show" else _check(path)


def _in_force(path: Path) -> tuple[str, str]:
    """A file for which the settings of a path hold, and the root of the scan."""
    return (str(path / FILE_NAME), str(path)) if path.is_dir() else (str(path), str(path.parent))


def _report(problems: tuple[str, ...]) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _show(path: Path) -> int:
    in_force = settings_for(*_in_force(path))
    if in_force.problems:
        return _report(in_force.problems)
    rows = [(key, _shown(value), origin) for key, value, origin in listed(in_force)]
    widths = [min(max(len(row[column]) for row in rows), _WIDEST) for column in range(2)]
    for key, value, origin in rows:
        print(f"{key.ljust(widths[0])}  {value.ljust(widths[1])}  {origin}")
    return 0


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


def _check(path: Path) -> int:
    files = [read_settings_file(str(path))] if _is_settings_file(path) else list(_files_around(path))
    problems = [problem for file in files for problem in file.problems]
    if not problems:
        problems = [problem for file in files for problem in laid_over([file]).problems]
        problems += settings_for(*_in_force(path)).problems if path.is_dir() else ()
    code = _report(tuple(dict.fromkeys(problems)))
    if not code:
        print("\n".join(f"{file.file}: ok" for file in files) or f"no {FILE_NAME}: the defaults hold")
    return code


def _is_settings_file(path: Path) -> bool:
    return path.is_file() and path.suffix in (".yaml", ".yml") and path.stem.startswith("sqs-checks")


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
