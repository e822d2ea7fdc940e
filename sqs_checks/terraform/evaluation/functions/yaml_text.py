"""YAML as Terraform reads and writes it.

Source: YAML 1.1; zclconf/go-cty-yaml (which plain scalars are no texts, which tags and merges are read, and how `yamlencode`
writes); libyaml's emitter (where it folds, when it writes a text in lines of its own).
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Optional

from sqs_checks.values.configuration_values import OBJECT, TUPLE, Elements, Entries, Value, is_number
from sqs_checks.values.exact_numbers import Number, number_text, parse_number

_LONGEST = 1_000_000
_TAG = "tag:yaml.org,2002:"


class InvalidYamlError(ValueError):
    """The text is no YAML that Terraform reads. The message says why."""


class UnsupportedYamlError(ValueError):
    """What Terraform makes of it is not known here."""


def read_yaml(text: str) -> Value:
    """The value of the one document of a text."""
    import yaml  # needed by few documents

    if len(text) > _LONGEST:
        raise UnsupportedYamlError("it is too long")
    try:
        # The parser in Python, so that the answer is the same on every machine.
        events = yaml.parse(text, Loader=yaml.SafeLoader)
        next(events)
        event = next(events)
        if not isinstance(event, yaml.DocumentStartEvent):
            raise InvalidYamlError("missing start of document")
        if event.version not in (None, (1, 1)):
            raise InvalidYamlError("found incompatible YAML document")
        value = _Reader(events).value(next(events))
        next(events)
        if not isinstance(next(events), yaml.StreamEndEvent):
            raise InvalidYamlError("only a single document is allowed")
        return value
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        if "\\t" in problem:
            raise UnsupportedYamlError("this reader takes no tabs where Terraform's does") from None
        raise InvalidYamlError(problem) from None
    except RecursionError:
        raise UnsupportedYamlError("it is nested too deeply") from None


class _Reader:
    """Puts values together from the events of a parser."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchored: dict[str, Value] = {}
        self._begun: set[str] = set()

    def value(self, event: Any) -> Value:
        kind = type(event).__name__
        if kind == "AliasEvent":
            if event.anchor in self._begun:
                raise InvalidYamlError(f"cannot refer to anchor `{event.anchor}` from inside its own definition")
            if event.anchor not in self._anchored:
                raise InvalidYamlError(f"reference to undefined anchor `{event.anchor}`")
            return self._anchored[event.anchor]
        if event.anchor is not None:
            self._begun.add(event.anchor)
        if kind == "ScalarEvent":
            value = _scalar(event)
        elif kind == "SequenceStartEvent":
            value = self._sequence(event)
        else:
            value = self._mapping(event)
        if event.anchor is not None:
            self._begun.discard(event.anchor)
            self._anchored[event.anchor] = value
        return value

    def _sequence(self, start: Any) -> Value:
        if start.tag not in (None, f"{_TAG}seq"):
            raise InvalidYamlError(f"cannot interpret a sequence as {start.tag}")
        items = []
        for event in self._events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            items.append(self.value(event))
        return Elements(TUPLE, items)

    def _mapping(self, start: Any) -> Value:
        if start.tag not in (None, f"{_TAG}map"):
            raise InvalidYamlError(f"cannot interpret a mapping as {start.tag}")
        entries: dict[str, Value] = {}
        for event in self._events:
            kind = type(event).__name__
            if kind == "MappingEndEvent":
                break
            if kind != "ScalarEvent":
                raise InvalidYamlError("only strings are allowed as mapping keys")
            if event.value == "<<" and event.tag in (None, f"{_TAG}merge"):
                entries.update(self._merged(next(self._events)))
                continue
            name = _key(_scalar(event))
            entries[name] = self.value(next(self._events))
        return Entries(OBJECT, dict(sorted(entries.items())))

    def _merged(self, event: Any) -> Mapping[str, Value]:
        value = self.value(event)
        if not isinstance(value, Entries):
            raise InvalidYamlError("only mappings can be merged into a mapping")
        return value.items


def _key(value: Value) -> str:
    if value is None:
        raise InvalidYamlError("a mapping key cannot be null")
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number_text(value)


_WORDS: Final[dict[str, Optional[bool]]] = {
    spelling: value
    for words, value in (("y yes true on", True), ("n no false off", False), ("null", None))
    for word in words.split()
    for spelling in (word, word.capitalize(), word.upper())
}
_WORDS.update({"": None, "~": None})
_ENDLESS = {f"{sign}{word}" for word in (".inf", ".Inf", ".INF") for sign in ("", "+", "-")}
_SHORT_TAGS = tuple(f"{_TAG}{name}" for name in ("str", "bool", "int", "float", "null", "timestamp", "binary"))


_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def _scalar(event: Any) -> Value:
    text, tag = event.value, event.tag
    if not text.isascii() and _HALF_CHARACTER.search(text):
        raise InvalidYamlError("invalid Unicode character escape code")
    if tag is not None and tag not in _SHORT_TAGS:
        raise InvalidYamlError(f"unsupported tag `{tag}`")
    name = tag[len(_TAG) :] if tag else ""
    if name == "null":
        return None
    if name == "str" or (event.style is not None and not name):
        return text
    if name == "binary":
        return _checked_base64(text)
    value = _tagged(text, name) if name else _untagged(text)
    # What stands in quotes must be what its tag says, and stays a text all the same.
    return text if event.style is not None and name != "timestamp" else value


def _checked_base64(text: str) -> str:
    try:
        base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except ValueError:
        raise InvalidYamlError(f"cannot parse `{text}` as binary") from None
    return text


def _untagged(text: str) -> Value:
    if text in _WORDS:
        return _WORDS[text]
    if text in _ENDLESS:
        return -math.inf if text.startswith("-") else math.inf
    if text in (".nan", ".NaN", ".NAN"):
        raise InvalidYamlError("floating point NaN is not supported")
    moment = _moment(text)
    if moment is not None:
        return moment
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return _decimal(text)
    match = re.fullmatch(r"0x([0-9a-fA-F]+)|0o([0-7]+)", text)
    if match is None:
        return text
    whole = int(match.group(1), 16) if match.group(1) else int(match.group(2), 8)
    if whole >= 2**64:
        raise InvalidYamlError(f"cannot parse `{text[:50]}` as int")
    return whole


def _decimal(text: str) -> Number:
    number = parse_number(text)
    if number is None:
        raise UnsupportedYamlError("a number of that size is not worked out")
    return number


def _tagged(text: str, tag: str) -> Value:
    if tag == "bool" and _WORDS.get(text) is not None:
        return _WORDS[text]
    if tag == "timestamp" and _moment(text) is not None:
        return _moment(text)
    if tag in ("int", "float"):
        plain = text.replace("_", "")
        number = parse_number(plain)
        if number is not None:
            return number
        match = re.fullmatch(r"([-+]?)0(?:[xX]([0-9a-fA-F]{1,15})|[oO]([0-7]{1,20})|[bB]([01]{1,62}))", plain)
        if match is not None:
            whole = next(int(digits, base) for digits, base in zip(match.groups()[1:], (16, 8, 2)) if digits)
            return -whole if match.group(1) == "-" else whole
    raise InvalidYamlError(f"cannot parse `{text}` as {tag}")


_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})"
    r"| ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?)?"
)


def _moment(text: str) -> Optional[str]:
    """The time that a text tells as Terraform's functions of times read it; None where it tells none."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, *times = match.groups()
    clock = [int(part or 0) for part in (times[0:3] if times[0] else times[4:7])]
    zone = times[3] or "Z"
    try:
        moment = datetime(int(year) or 4, int(month), int(day), clock[0], clock[1], clock[2])
    except ValueError:
        return None
    if zone != "Z" and (int(zone[1:3]) > 24 or int(zone[4:]) > 59):
        return None
    return f"{year}-{moment:%m-%dT%H:%M:%S}{'Z' if zone[1:] == '00:00' else zone}"


def write_yaml(value: Value) -> str:
    """The value as `yamlencode` writes it. It must be wholly known."""
    try:
        writer = _Writer()
        writer.document(value)
        return "".join(writer.written)
    except RecursionError:
        raise UnsupportedYamlError("it is nested too deeply") from None


_WIDTH, _INDENT, _LONGEST_KEY = 80, 2, 128
_ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e", '"': '"', "\\": "\\",
    "\x85": "N", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
_NOT_PRINTED = re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_BREAKS = "\n\x85\u2028\u2029"


class _Writer:
    def __init__(self) -> None:
        self.written: list[str] = []
        self._column = 0

    def document(self, value: Value) -> None:
        plain = _plain(value)
        if plain is not None and plain not in ("[]", "{}"):
            # Terraform marks the end of a document that could go on.
            self._write(f"{plain}\n...\n")
            return
        self._value(value, -_INDENT)
        if self._column:
            self._write("\n")

    def _write(self, text: str) -> None:
        self.written.append(text)
        last = text.rfind("\n")
        self._column = self._column + len(text) if last < 0 else len(text) - last - 1

    def _begin_line(self, indent: int) -> None:
        if self._column:
            self._write("\n")
        self._write(" " * indent)

    def _value(self, value: Value, parent: int) -> None:
        """Writes a value where it stands. parent: the indent of what holds it."""
        plain = _plain(value)
        if plain is not None:
            self._write(plain)
        elif isinstance(value, str):
            self._text(value, parent + _INDENT, is_key=False)
        elif isinstance(value, Elements):
            self._elements(value, parent + _INDENT)
        else:
            self._entries(value, parent + _INDENT)

    def _elements(self, value: Elements, indent: int) -> None:
        for number, item in enumerate(value.items):
            if number:
                self._begin_line(indent)
            self._write("- ")
            self._value(item, indent)

    def _entries(self, value: Entries, indent: int) -> None:
        for number, name in enumerate(sorted(value.items, key=lambda one: one.encode("utf-8", "replace"))):
            if number:
                self._begin_line(indent)
            item = value.items[name]
            if any(one in name for one in _BREAKS) or len(name.encode("utf-8", "replace")) > _LONGEST_KEY:
                self._write("? ")
                self._text(name, indent + _INDENT, is_key=False)
                self._begin_line(indent)
                self._write(": ")
                self._value(item, indent)
                continue
            self._text(name, indent, is_key=True)
            self._write(":")
            if _plain(item) is not None or isinstance(item, str):
                self._write(" ")
                self._value(item, indent)
            elif isinstance(item, Elements):
                # The elements of a list begin where the key does.
                self._begin_line(indent)
                self._elements(item, indent)
            else:
                self._begin_line(indent + _INDENT)
                self._entries(item, indent + _INDENT)

    def _text(self, text: str, indent: int, *, is_key: bool) -> None:
        # The root has no indent of its own, its text all the same.
        indent = max(indent, _INDENT) if not is_key else indent
        if "\n" in text and not is_key and _fits_lines(text):
            self._lines(text, indent)
        else:
            self._quoted(text, indent, may_fold=not is_key)

    def _lines(self, text: str, indent: int) -> None:
        hint = str(_INDENT) if text[0] in " \n" else ""
        ending = "-" if not text.endswith("\n") else "+" if text == "\n" or text.endswith("\n\n") else ""
        self._write(f"|{hint}{ending}\n")
        lines = text.split("\n")
        self._write("\n".join(f"{' ' * indent}{line}" if line else "" for line in lines))

    def _quoted(self, text: str, indent: int, *, may_fold: bool) -> None:
        self._write('"')
        was_space = False
        for position, character in enumerate(text):
            if character == " ":
                if may_fold and not was_space and self._column > _WIDTH and 0 < position < len(text) - 1:
                    self._begin_line(indent)
                    if text[position + 1] == " ":
                        self._write("\\")
                else:
                    self._write(" ")
                was_space = True
                continue
            was_space = False
            self._write(_escaped(character))
        self._write('"')


def _plain(value: Value) -> Optional[str]:
    """How what needs no quotes is written; None of texts and of what holds something."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return number_text(value)
    if isinstance(value, Elements):
        return None if value.items else "[]"
    return "{}" if isinstance(value, Entries) and not value.items else None


def _fits_lines(text: str) -> bool:
    """Whether a text may stand in lines of its own."""
    if any(character in text for character in _BREAKS[1:]):
        raise UnsupportedYamlError("which lines a text with separators of Unicode makes is not known here")
    return not (_NOT_PRINTED.search(text) or " \n" in text or text.endswith(" "))


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return "\\" + _ESCAPES[character]
    if not _NOT_PRINTED.match(character):
        return character
    code = ord(character)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
