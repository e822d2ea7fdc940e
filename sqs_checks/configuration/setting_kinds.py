"""The kinds of value that a setting takes: what is wrong with a value, and how a JSON Schema says so.

Each kind is the one definition from which both the reader of `sqs-checks.yaml` and the schema for editors are made.
Source: JSON Schema, draft 2020-12 (keywords).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional, Protocol

Path = tuple[object, ...]

_LONGEST = 60  # characters of the user's own in a message
_LONGEST_PATTERN = 1_000  # characters of a regular expression: Python takes long to compile endless ones


@dataclass(frozen=True)
class Problem:
    """path: of the value within the one that was read: keys and list positions. at_key: whether the key itself is wrong."""

    path: Path
    text: str
    at_key: bool = False


class Kind(Protocol):
    """One kind of value. words: what a message calls it."""

    @property
    def words(self) -> str: ...

    def problems(self, value: Any) -> Iterator[Problem]:
        """What is wrong with a value as YAML gives it."""

    def read(self, value: Any) -> Any:
        """The setting that a value without problems stands for; it can be hashed and cannot be changed."""

    def schema(self) -> dict[str, Any]:
        """The kind as a JSON Schema."""


def shown(value: Any) -> str:
    """A value as the user wrote it, shortened, for a message."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text `{shortened(value)}`" if value else "an empty text"
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else f"`{shortened(str(value))}`"


def shortened(text: str, longest: int = _LONGEST) -> str:
    """A user's text as a message can hold it."""
    return one_line(text) if len(text) <= longest else f"{one_line(text[:longest])}…"


def one_line(text: str) -> str:
    """A text without line breaks and what else no terminal shows, such as half a character, which ends a report."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)


def _wrong_type(kind: Kind, value: Any) -> Problem:
    return Problem((), f"{kind.words} is wanted, not {shown(value)}")


@dataclass(frozen=True)
class Flag:
    words = "true or false"

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, bool):
            yield _wrong_type(self, value)

    def read(self, value: Any) -> bool:
        return bool(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class WholeNumber:
    """A whole number from `minimum` to `maximum`, both included. unit: for the message."""

    minimum: int
    maximum: int
    unit: str

    @property
    def words(self) -> str:
        return f"a whole number of {self.unit}"

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield _wrong_type(self, value)
        elif not self.minimum <= value <= self.maximum:
            yield Problem((), f"{value} is out of range: {self.minimum} to {self.maximum} {self.unit}")

    def read(self, value: Any) -> int:
        return int(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True)
class Text:
    """A text that is not empty. pattern: what the whole text must match; None for any. words: what the text is."""

    words: str
    pattern: Optional[str] = None

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str):
            quote = ": put it in quotes" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
            yield Problem((), f"{self.words} is wanted, not {shown(value)}{quote}")
        elif not value or (self.pattern is not None and not re.fullmatch(self.pattern, value)):
            yield _wrong_type(self, value)

    def read(self, value: Any) -> str:
        return str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, **({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {})}


@dataclass(frozen=True)
class RegularExpression:
    words = "a regular expression"

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or not value:
            yield _wrong_type(self, value)
            return
        if len(value) > _LONGEST_PATTERN:
            yield Problem((), f"{shown(value)} is too long: {_LONGEST_PATTERN} characters at most")
            return
        try:
            re.compile(value)
        except Exception as error:  # beside `re.error` at least OverflowError, RecursionError and ValueError
            yield Problem((), f"{shown(value)} is no regular expression: {shortened(str(error))}")

    def read(self, value: Any) -> str:
        return str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": _LONGEST_PATTERN, "format": "regex"}


@dataclass(frozen=True)
class OneOf:
    """One of a few words.

    convert: what a word stands for, where that is not the word itself. noun: what the words are, where they are too many
    to be listed.
    """

    choices: tuple[str, ...]
    convert: Callable[[str], Any] = str
    noun: str = ""

    @property
    def words(self) -> str:
        if self.noun:
            return self.noun
        return self.choices[0] if len(self.choices) == 1 else f"{', '.join(self.choices[:-1])} or {self.choices[-1]}"

    def problems(self, value: Any) -> Iterator[Problem]:
        if value not in self.choices:
            yield Problem((), f"{self.words} is wanted, not {shown(value)}{self._hint(value)}")

    def _hint(self, value: Any) -> str:
        by_case = next((choice for choice in self.choices if choice.lower() == str(value).lower()), None)
        hint = f"did you mean `{by_case}`?" if by_case else nearest(value, self.choices)
        return f": {hint}" if hint.startswith("did") else ""

    def read(self, value: Any) -> Any:
        return self.convert(value)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.choices)}


@dataclass(frozen=True)
class ListOf:
    """A list, or a single item in its place. at_least: how many items there must be."""

    item: Kind
    at_least: int = 0

    @property
    def words(self) -> str:
        return f"a list, each item {self.item.words}"

    def problems(self, value: Any) -> Iterator[Problem]:
        if isinstance(value, Mapping) or value is None:
            yield _wrong_type(self, value)
            return
        items = value if isinstance(value, list) else [value]
        if len(items) < self.at_least:
            yield Problem((), f"the list is empty: {self.item.words} is wanted at least")
        for number, item in enumerate(items):
            for problem in self.item.problems(item):
                yield Problem((number, *problem.path) if isinstance(value, list) else problem.path, problem.text, problem.at_key)

    def read(self, value: Any) -> tuple[Any, ...]:
        return tuple(self.item.read(item) for item in (value if isinstance(value, list) else [value]))

    def schema(self) -> dict[str, Any]:
        item = self.item.schema()
        return {"anyOf": [item, {"type": "array", "items": item, **({"minItems": self.at_least} if self.at_least else {})}]}


@dataclass(frozen=True)
class MappingOf:
    """A mapping from texts of the user's to values of one kind. Reads as pairs, in order."""

    key: Kind
    value: Kind

    @property
    def words(self) -> str:
        return f"a mapping from {self.key.words} to {self.value.words}"

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield _wrong_type(self, value)
            return
        for name, item in value.items():
            for problem in self.key.problems(name):
                yield Problem((name,), problem.text, at_key=True)
            for problem in self.value.problems(item):
                yield Problem((name, *problem.path), problem.text, problem.at_key)

    def read(self, value: Any) -> tuple[tuple[str, Any], ...]:
        return tuple((self.key.read(name), self.value.read(item)) for name, item in value.items())

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "propertyNames": self.key.schema(), "additionalProperties": self.value.schema()}


@dataclass(frozen=True)
class Either:
    """A value of the first of several kinds that fits; the last takes a mapping, the others do not."""

    kinds: tuple[Kind, ...]

    @property
    def words(self) -> str:
        return ", or ".join(kind.words for kind in self.kinds)

    def problems(self, value: Any) -> Iterator[Problem]:
        if self._fitting(value) is None:
            # Whoever writes a mapping means the last kind, which takes one.
            yield from self.kinds[-1].problems(value) if isinstance(value, Mapping) else [_wrong_type(self, value)]

    def _fitting(self, value: Any) -> Optional[Kind]:
        return next((kind for kind in self.kinds if next(kind.problems(value), None) is None), None)

    def read(self, value: Any) -> Any:
        kind = self._fitting(value)
        assert kind is not None
        return kind.read(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [kind.schema() for kind in self.kinds]}


def nearest(name: object, choices: Sequence[str]) -> str:
    """The choice that is spelled most like a name, as the end of a message; which there are, where none is."""
    from difflib import get_close_matches

    found = get_close_matches(str(name), choices, n=1, cutoff=0.5)
    return f"did you mean `{found[0]}`?" if found else f"there are {', '.join(f'`{choice}`' for choice in choices)}"
