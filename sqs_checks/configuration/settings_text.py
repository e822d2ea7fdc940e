"""Reading the text of a settings file, so that each problem names its line.

Source: YAML 1.1, as PyYAML's safe loader reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

import yaml

from sqs_checks.configuration.setting_kinds import Path, Problem
from sqs_checks.configuration.settings import SETTINGS

_MOST_NODES = 50_000  # aliases of aliases make a small text endless


@dataclass(frozen=True)
class SettingsText:
    """A settings file that was read.

    file: as messages name it. stated: its values, as YAML gives them. lines: where each stands, by its path of keys.
    problems: each with file and line, for the user. Where there are some, nothing in the file counts.
    """

    file: str
    stated: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


class _RefusedError(Exception):
    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.line = line


class _Tree:
    """A document as plain values, and the line of each."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._open: set[int] = set()
        self._count = 0
        self.lines: dict[Path, int] = {}

    def value(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self._count += 1
        if id(node) in self._open or self._count > _MOST_NODES:
            raise _RefusedError("the aliases in this file refer to each other, or make it too large", line)
        if node.tag.startswith("tag:yaml.org,2002:python/") or not node.tag.startswith("tag:yaml.org,2002:"):
            raise _RefusedError(f"the tag `{node.tag}` has no meaning here", line)
        self.lines.setdefault(path, line)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
            return self._scalar(node)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise _RefusedError("a key must be a text", line)
            key = self._scalar(key_node)
            if key in mapping:
                raise _RefusedError(f"`{key}` is stated twice", line)
            self.lines[(*path, key)] = line
            mapping[key] = self.value(value_node, (*path, key))
        return mapping

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._loader.construct_object(node)
        except ValueError as error:  # a date that is none
            raise _RefusedError(str(error), node.start_mark.line + 1) from error


def _parsed(text: str) -> tuple[Any, dict[Path, int]]:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        tree = _Tree(loader)
        return (None if node is None else tree.value(node, ())), tree.lines
    finally:
        loader.dispose()


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a value, or of the nearest one around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def dotted(path: Path) -> str:
    """A path as messages write it: `exceptions[0].reason`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def in_words(problem: Problem, file: str, lines: Mapping[Path, int]) -> str:
    """A problem with file, line and key: `sqs-checks.yaml:3: messages.max_bytes: …`."""
    where = f"{dotted(problem.path)}: " if problem.path else ""
    return f"{file}:{line_of(lines, problem.path)}: {where}{problem.text}"


def read_settings_text(text: str, file: str) -> SettingsText:
    """The settings that a text states; never raises. An empty text states none."""
    try:
        stated, lines = _parsed(text)
    except _RefusedError as error:
        return SettingsText(file, problems=(f"{file}:{error.line}: {error}",))
    except yaml.YAMLError as error:
        return SettingsText(file, problems=(_not_yaml(error, file),))
    except RecursionError:
        return SettingsText(file, problems=(f"{file}:1: the file is nested too deeply",))
    if stated is None:
        return SettingsText(file)
    problems = tuple(in_words(problem, file, lines) for problem in SETTINGS.problems(stated))
    return SettingsText(file, problems=problems) if problems else SettingsText(file, stated, lines)


def _not_yaml(error: yaml.YAMLError, file: str) -> str:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    what: Optional[str] = getattr(error, "problem", None)
    return f"{file}:{line}: this is no YAML that can be read: {what or str(error).splitlines()[0]}"
