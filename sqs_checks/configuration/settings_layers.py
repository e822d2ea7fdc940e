"""Several settings files as one: which value is in force, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqs_checks.configuration.setting_kinds import Kind, MappingOf, Path
from sqs_checks.configuration.settings import DEFAULTS, ORDERED, SETTINGS, Record, Settings, each_setting
from sqs_checks.configuration.settings_text import SettingsText, dotted, line_of

BY_DEFAULT = "default"


@dataclass(frozen=True)
class SettingsInForce:
    """The settings for one resource.

    origins: for each value, by its path of keys, the file and line it comes from; absent where it is the default.
    problems: what is broken, each with file and line. Where there are some, `settings` are the defaults and nobody may
    judge by them.
    """

    settings: Settings = DEFAULTS
    origins: Mapping[Path, str] = field(default_factory=dict, compare=False, hash=False)
    problems: tuple[str, ...] = ()


def _is_open(kind: Kind) -> bool:
    """Whether values of a kind are put together key by key; others replace each other whole."""
    return isinstance(kind, Record) or (isinstance(kind, MappingOf) and isinstance(kind.value, Record))


def _kind_within(kind: Kind, key: object) -> Kind:
    if isinstance(kind, Record):
        inner: Kind = kind.fields()[str(key)].metadata["kind"]
        return inner
    assert isinstance(kind, MappingOf)
    return kind.value


def _values(kind: Kind, stated: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The values that can be replaced one by one, each with its path of keys."""
    if not _is_open(kind) or not isinstance(stated, Mapping):
        yield path, stated
        return
    for key, item in stated.items():
        yield from _values(_kind_within(kind, key), item, (*path, key))


def _tree(values: Mapping[Path, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in values.items():
        inner = tree
        for key in path[:-1]:
            inner = inner.setdefault(str(key), {})
        inner[str(path[-1])] = value
    return tree


@lru_cache(maxsize=256)
def _laid(layers: tuple[_Identity, ...]) -> SettingsInForce:
    problems = tuple(problem for layer in layers for problem in layer.text.problems)
    if problems:
        return SettingsInForce(problems=problems)
    values: dict[Path, Any] = {}
    origins: dict[Path, str] = {}
    for layer in layers:
        for path, value in _values(SETTINGS, layer.text.stated):
            if not path:
                continue
            values[path] = value
            origins[path] = f"{layer.text.file}:{line_of(layer.text.lines, path)}"
    settings: Settings = SETTINGS.read(_tree(values))
    problems = tuple(_disordered(settings, origins))
    return SettingsInForce(problems=problems) if problems else SettingsInForce(settings, origins)


class _Identity:
    """A file that was read, told from others by identity: its values cannot be hashed."""

    __slots__ = ("text",)

    def __init__(self, text: SettingsText) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.text is self.text

    def __hash__(self) -> int:
        return id(self.text)


def laid_over(layers: Sequence[SettingsText]) -> SettingsInForce:
    """Files laid over each other, each over those before it, value by value."""
    return _laid(tuple(map(_Identity, layers)))


def value_of(settings: Any, key: str) -> Any:
    """The value of a setting by its dotted key (`messages.max_bytes`)."""
    for name in key.split("."):
        settings = getattr(settings, f"{name}_" if name == "lambda" else name)
    return settings


def _disordered(settings: Settings, origins: Mapping[Path, str]) -> Iterator[str]:
    for low, high in ORDERED:
        smallest, largest = value_of(settings, low), value_of(settings, high)
        if smallest > largest:
            where = origins.get(tuple(high.split("."))) or origins[tuple(low.split("."))]
            yield f"{where}: {low} ({smallest}) is above {high} ({largest})"


def listed(in_force: SettingsInForce) -> Iterator[tuple[str, Any, str]]:
    """Every setting with its value and where that comes from, in the order in which they are declared."""
    for key, kind, *_ in each_setting():
        stated = [path for path in in_force.origins if dotted(path) == key or dotted(path).startswith(f"{key}.")]
        if _is_open(kind):
            for path in stated:
                yield dotted(path), _of_path(in_force.settings, path), in_force.origins[path]
        else:
            yield key, value_of(in_force.settings, key), in_force.origins[stated[0]] if stated else BY_DEFAULT


def _of_path(settings: Settings, path: Path) -> Any:
    _, check_id, key = path
    return getattr(settings.of_check(str(check_id)), str(key))
