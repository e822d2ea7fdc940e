"""Reading the text of a settings file, so that each problem names its line.

Source: YAML 1.1, as PyYAML's safe loader reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Optional

import yaml
from yaml.reader import ReaderError

from sqs_checks.configuration.setting_kinds import Path, Problem, shortened, shown
from sqs_checks.configuration.settings import SETTINGS

MOST_BYTES = 256 * 1024
# What PyYAML reads in about half a second; aliases of aliases make a small text endless.
_MOST_NODES = 20_000
_DEEPEST = 50
_LONGEST_NUMBER = 100
_MOST_PROBLEMS = 20
_YAML = "tag:yaml.org,2002:"
_SCALARS = frozenset(f"{_YAML}{name}" for name in ("null", "bool", "int", "float", "str", "timestamp"))


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


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which gives up on what is too large before it has read all of it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._count = 0
        self._depth = 0

    def compose_node(self, parent: Optional[yaml.Node], index: Any) -> Optional[yaml.Node]:
        self._count += 1
        if self._count > _MOST_NODES:
            raise _RefusedError(f"the file holds more than {_MOST_NODES:,} values", self.line + 1)
        if self._depth == _DEEPEST:
            raise _RefusedError("the file is nested too deeply", self.line + 1)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


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
        self.lines.setdefault(path, line)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode) and node.tag == f"{_YAML}map":
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode) and node.tag == f"{_YAML}seq":
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
                raise _RefusedError(f"`{shortened(str(key))}` is stated twice", line)
            self.lines[(*path, key)] = line
            mapping[key] = self.value(value_node, (*path, key))
        return mapping

    def _scalar(self, node: yaml.Node) -> Any:
        line = node.start_mark.line + 1
        if node.tag == f"{_YAML}merge":
            raise _RefusedError("`<<` has no meaning here: write the keys out", line)
        if node.tag not in _SCALARS or not isinstance(node, yaml.ScalarNode):
            raise _RefusedError(f"the tag `{shortened(node.tag)}` has no meaning here", line)
        kind = node.tag[len(_YAML) :]
        if kind in ("int", "float") and len(node.value) > _LONGEST_NUMBER:
            # Python takes long to read such a number, and refuses to write it.
            raise _RefusedError(f"a number of {len(node.value):,} characters is too long", line)
        try:
            value = self._loader.construct_object(node)
        except Exception as error:  # PyYAML's constructors raise whatever the text leads them to
            why = f": {error}" if isinstance(error, ValueError) and kind == "timestamp" else ""
            raise _RefusedError(f"`{shortened(node.value)}` is no {_WORDS.get(kind, kind)}{why}", line) from error
        if isinstance(value, str) and not _can_be_written(value):
            raise _RefusedError(f"{shown(value)} holds half a character, which no report can show", line)
        return value


_WORDS = {"bool": "true or false", "int": "whole number", "float": "number", "timestamp": "date"}


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parsed(text: str) -> tuple[Any, dict[Path, int]]:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        tree = _Tree(loader)
        return (None if node is None else tree.value(node, ())), tree.lines
    except (_RefusedError, yaml.YAMLError):
        raise
    except Exception as error:  # PyYAML's scanner raises some errors that are none of YAML
        raise _RefusedError(f"this is no YAML that can be read: {shortened(str(error))}", loader.line + 1) from error
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
        word = f"[{part}]" if isinstance(part, int) else shortened(str(part))
        text += f".{word}" if text and not isinstance(part, int) else word
    return text


def in_words(problem: Problem, file: str, lines: Mapping[Path, int]) -> str:
    """A problem with file, line and key: `sqs-checks.yaml:3: messages.max_bytes: …`."""
    where = f"{dotted(problem.path)}: " if problem.path else ""
    return f"{file}:{line_of(lines, problem.path)}: {where}{problem.text}"


def read_settings(content: bytes, file: str) -> SettingsText:
    """The settings that the bytes of a file state; never raises."""
    if len(content) > MOST_BYTES:
        line = content.count(b"\n", 0, MOST_BYTES) + 1
        return SettingsText(file, problems=(f"{file}:{line}: the file is larger than {MOST_BYTES // 1024} KiB",))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return SettingsText(file, problems=(f"{file}:{line}: the file is not UTF-8",))
    return read_settings_text(text, file)


def read_settings_text(text: str, file: str) -> SettingsText:
    """The settings that a text states; never raises. An empty text states none."""
    try:
        stated, lines = _parsed(text)
        if stated is None:
            return SettingsText(file)
        problems = tuple(_first_problems(stated, file, lines))
    except _RefusedError as error:
        return SettingsText(file, problems=(f"{file}:{error.line}: {error}",))
    except yaml.YAMLError as error:
        return SettingsText(file, problems=(_not_yaml(error, text, file),))
    except Exception as error:  # whatever stands in the file, it must not silence the checks
        return SettingsText(file, problems=(f"{file}:1: cannot be read: {type(error).__name__}: {shortened(str(error))}",))
    return SettingsText(file, problems=problems) if problems else SettingsText(file, stated, lines)


def _first_problems(stated: Any, file: str, lines: Mapping[Path, int]) -> Iterator[str]:
    """As many as somebody may want to read: each is looked for a nearest key, which takes its time."""
    problems = SETTINGS.problems(stated)
    for problem in islice(problems, _MOST_PROBLEMS):
        yield in_words(problem, file, lines)
    for problem in islice(problems, 1):
        yield f"{file}:{line_of(lines, problem.path)}: this and what follows is not looked at: there are problems enough"


def _not_yaml(error: yaml.YAMLError, text: str, file: str) -> str:
    line = 1
    what = str(error)
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        what = f"the character U+{ord(text[error.position]):04X} may not stand in it"
    elif isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        what = ": ".join(part for part in (error.context, error.problem) if part)
    return f"{file}:{line}: this is no YAML that can be read: {shortened(what, 200)}"
