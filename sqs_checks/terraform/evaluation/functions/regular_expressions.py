"""Regular expressions as Terraform has them: RE2's syntax and meaning, matched in time that grows with the text only.

Source: RE2, "Syntax"; Go, packages regexp and regexp/syntax (leftmost-first matching, which repetitions are refused).
All ways through a pattern are followed at once, as in Thompson's construction, so no pattern makes matching explode. What this
cannot tell, such as scripts of Unicode, is refused by UnsupportedPatternError: nothing is known of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, Optional

_MOST_REPEATS = 1000
_DEEPEST = 60
_LONGEST_PROGRAM = 20_000
_LAST = 0x10FFFF


# A position in the program, with where the match and its groups begin and end so far.
_Thread = tuple[int, tuple[int, ...]]


class InvalidPatternError(ValueError):
    """RE2 refuses the pattern. The message says why."""


class UnsupportedPatternError(ValueError):
    """The pattern is too big, or asks for what is not known here."""


class _Class:
    """A set of characters: ranges of code points and tests, all of it negated or not."""

    __slots__ = ("_known", "folds", "negated", "ranges", "tests")

    def __init__(
        self,
        ranges: tuple[tuple[int, int], ...] = (),
        tests: tuple[Callable[[str], bool], ...] = (),
        *,
        negated: bool = False,
        folds: bool = False,
    ) -> None:
        self.ranges = ranges
        self.tests = tests
        self.negated = negated
        self.folds = folds
        self._known: dict[str, bool] = {}

    def holds(self, character: str) -> bool:
        known = self._known.get(character)
        if known is None:
            spellings = _folded(character) if self.folds else (character,)
            known = any(map(self._has, spellings)) != self.negated
            self._known[character] = known
        return known

    def _has(self, character: str) -> bool:
        code = ord(character)
        return any(low <= code <= high for low, high in self.ranges) or any(test(character) for test in self.tests)


# Letters that are the same in another case, and that no upper or lower case of the plain letter leads to.
_FURTHER_CASES = {"s": "\u017f", "k": "\u212a", "å": "\u212b", "θ": "\u03f4", "ω": "\u2126", "μ": "\u00b5", "ß": "\u1e9e"}


def _folded(character: str) -> set[str]:
    """All spellings of a character that differ in case."""
    found = {character}
    for _ in range(2):
        found |= {changed for one in found for changed in (one.lower(), one.upper()) if len(changed) == 1}
    return found | {_FURTHER_CASES[one] for one in found if one in _FURTHER_CASES}


_DIGITS = ((0x30, 0x39),)
_WORD = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_BLANKS = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_PERL = {"d": _DIGITS, "s": _BLANKS, "w": _WORD}
_POSIX = {
    "alnum": ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "alpha": ((0x41, 0x5A), (0x61, 0x7A)),
    "ascii": ((0, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGITS,
    "graph": ((0x21, 0x7E),),
    "lower": ((0x61, 0x7A),),
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": ((0x41, 0x5A),),
    "word": _WORD,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}
_CATEGORIES = frozenset(
    f"{major}{minor}"
    for major, minors in {"C": "cfos", "L": "lmotu", "M": "cen", "N": "dlo", "P": "cdefios", "S": "ckmo", "Z": "lps"}.items()
    for minor in ("", *minors)
)
_CONTROLS = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


def _inverted(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    inverted, begin = [], 0
    for low, high in sorted(ranges):
        if low > begin:
            inverted.append((begin, low - 1))
        begin = max(begin, high + 1)
    return (*inverted, (begin, _LAST)) if begin <= _LAST else tuple(inverted)


class _Node(NamedTuple):
    """kind: `class`, `assertion`, `sequence`, `choice`, `repeat` or `group`; an empty sequence matches nothing at all.

    least, most: of a repeat; no `most` is no end. counted: written with braces.
    """

    kind: str
    parts: tuple[Any, ...] = ()
    least: int = 0
    most: Optional[int] = None
    greedy: bool = True
    counted: bool = False


_EMPTY = _Node("sequence")


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._flags: frozenset[str] = frozenset()
        self._depth = 0
        self.names: list[Optional[str]] = []

    def parse(self) -> _Node:
        node = self._choice()
        if self._at < len(self._pattern):
            raise InvalidPatternError("unexpected `)`")
        return node

    def _choice(self) -> _Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnsupportedPatternError("its groups are nested too deeply")
        flags = self._flags
        branches = [self._sequence()]
        while self._looking_at("|"):
            self._at += 1
            branches.append(self._sequence())
        self._flags = flags
        self._depth -= 1
        return branches[0] if len(branches) == 1 else _Node("choice", tuple(branches))

    def _looking_at(self, text: str) -> bool:
        return self._pattern.startswith(text, self._at)

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        repeated = False  # the last part ends with an operator of repetition
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            bounds = self._repetition()
            if bounds is not None:
                if not parts:
                    raise InvalidPatternError("missing argument to repetition operator")
                if repeated:
                    raise InvalidPatternError("invalid nested repetition operator")
                parts[-1] = self._repeat(parts[-1], *bounds)
                repeated = True
                continue
            repeated = False
            if self._looking_at("(?") and self._takes_flags():
                continue
            parts += self._atoms()
        return parts[0] if len(parts) == 1 else _Node("sequence", tuple(parts))

    def _repetition(self) -> Optional[tuple[int, Optional[int], bool]]:
        """Least, most, whether written with braces; None where there is no operator here."""
        character = self._pattern[self._at]
        if character in "*+?":
            self._at += 1
            return (1 if character == "+" else 0), (1 if character == "?" else None), False
        if character != "{":
            return None
        end = self._pattern.find("}", self._at)
        bounds = self._pattern[self._at + 1 : end] if end > 0 else ""
        low, comma, high = bounds.partition(",")
        if not _is_count(low) or (high and not _is_count(high)):
            return None
        least = int(low)
        most = least if not comma else int(high) if high else None
        if max(least, most or 0) > _MOST_REPEATS or (most is not None and most < least):
            raise InvalidPatternError("invalid repeat count")
        self._at = end + 1
        return least, most, True

    def _repeat(self, node: _Node, least: int, most: Optional[int], counted: bool) -> _Node:
        greedy = "U" not in self._flags
        if self._looking_at("?"):
            self._at += 1
            greedy = not greedy
        repeat = _Node("repeat", (node,), least, most, greedy, counted)
        if counted and not _is_bounded(repeat, _MOST_REPEATS):
            raise InvalidPatternError("invalid repeat count")
        return repeat

    def _takes_flags(self) -> bool:
        """Reads `(?i)`; of `(?i:` and the like nothing."""
        end = self._at + 2
        while end < len(self._pattern) and self._pattern[end] in "imsU-":
            end += 1
        if end >= len(self._pattern) or self._pattern[end] != ")" or end == self._at + 2:
            return False
        self._flags = self._with_flags(self._pattern[self._at + 2 : end])
        self._at = end + 1
        return True

    def _with_flags(self, written: str) -> frozenset[str]:
        added, minus, removed = written.partition("-")
        if "-" in removed or (minus and not removed):
            raise InvalidPatternError("invalid or unsupported Perl syntax")
        return (self._flags | set(added)) - set(removed)

    def _atoms(self) -> list[_Node]:
        character = self._pattern[self._at]
        self._at += 1
        if character == "(":
            return [self._group()]
        if character == "[":
            return [_Node("class", (self._character_class(),))]
        if character == ".":
            ranges = ((0, _LAST),) if "s" in self._flags else ((0, 9), (11, _LAST))
            return [_Node("class", (_Class(ranges),))]
        if character == "^":
            return [_Node("assertion", ("line start" if "m" in self._flags else "start",))]
        if character == "$":
            return [_Node("assertion", ("line end" if "m" in self._flags else "end",))]
        return self._escape() if character == "\\" else [self._literal(ord(character))]

    def _literal(self, code: int) -> _Node:
        return _Node("class", (_Class(((code, code),), folds="i" in self._flags),))

    def _group(self) -> _Node:
        outer = self._flags
        number: Optional[int] = None
        if self._looking_at("?"):
            if self._looking_at("?P<") or self._looking_at("?<"):
                name, end = self._name(self._at + (3 if self._looking_at("?P") else 2))
                number = len(self.names)
                self.names.append(name)
                self._at = end
            else:
                end = self._pattern.find(":", self._at)
                written = self._pattern[self._at + 1 : end] if end > 0 else "?"
                if set(written) - set("imsU-"):
                    raise InvalidPatternError(f"invalid or unsupported Perl syntax in `(?{self._pattern[self._at + 1 :][:1]}`")
                self._flags = self._with_flags(written) if written else self._flags
                self._at = end + 1
        else:
            number = len(self.names)
            self.names.append(None)
        node = self._choice()
        if not self._looking_at(")"):
            raise InvalidPatternError("missing closing `)`")
        self._at += 1
        self._flags = outer
        return node if number is None else _Node("group", (node, number))

    def _name(self, start: int) -> tuple[str, int]:
        end = self._pattern.find(">", start)
        name = self._pattern[start:end] if end > 0 else ""
        if not name or not all(one == "_" or (one.isascii() and one.isalnum()) for one in name):
            raise InvalidPatternError("invalid named capture")
        return name, end + 1

    def _escape(self) -> list[_Node]:
        if self._at >= len(self._pattern):
            raise InvalidPatternError("trailing backslash at end of expression")
        character = self._pattern[self._at]
        if character in "AzbB":
            self._at += 1
            return [_Node("assertion", ({"A": "start", "z": "end", "b": "boundary", "B": "no boundary"}[character],))]
        if character == "Q":
            end = self._pattern.find("\\E", self._at)
            quoted = self._pattern[self._at + 1 : end if end >= 0 else None]
            self._at = end + 2 if end >= 0 else len(self._pattern)
            return [self._literal(ord(one)) for one in quoted]
        found = self._class_escape()
        if found is not None:
            ranges, tests = found
            return [_Node("class", (_Class(ranges, tests, folds="i" in self._flags),))]
        return [self._literal(self._code())]

    def _class_escape(self) -> Optional[tuple[tuple[tuple[int, int], ...], tuple[Callable[[str], bool], ...]]]:
        r"""The characters of `\d`, `\pL` and their kind, behind the backslash; None where there is none of them."""
        character = self._pattern[self._at]
        if character.lower() in _PERL:
            self._at += 1
            ranges = _PERL[character.lower()]
            return (ranges if character.islower() else _inverted(ranges)), ()
        if character not in "pP":
            return None
        name = self._pattern[self._at + 1 : self._at + 2]
        self._at += 2
        if name == "{":
            end = self._pattern.find("}", self._at)
            if end < 0:
                raise InvalidPatternError("invalid character class range")
            name = self._pattern[self._at : end]
            self._at = end + 1
        negated = (character == "P") != name.startswith("^")
        name = name[1:] if name.startswith("^") else name
        if name == "Any":
            return (() if negated else ((0, _LAST),)), ()
        if name not in _CATEGORIES:
            if not name or not name[0].isupper() or len(name) < 3:
                raise InvalidPatternError("invalid character class range")
            raise UnsupportedPatternError(f"which characters `{name}` holds is not known here")

        def test(one: str) -> bool:
            return unicodedata.category(one).startswith(name) != negated

        return (), (test,)

    def _code(self) -> int:
        """The code point that an escape of one character stands for, behind the backslash."""
        pattern, start = self._pattern, self._at
        if start >= len(pattern):
            raise InvalidPatternError("trailing backslash at end of expression")
        character = pattern[start]
        self._at += 1
        if character in _CONTROLS:
            return _CONTROLS[character]
        following = pattern[start + 1 : start + 2]
        if character == "0" or (character in "1234567" and following and following in "01234567"):
            while self._at < start + 3 and self._at < len(pattern) and pattern[self._at] in "01234567":
                self._at += 1
            return int(pattern[start : self._at], 8)
        if character == "x":
            end = pattern.find("}", start) if following == "{" else start + 3
            digits = pattern[start + 2 : end] if following == "{" else pattern[start + 1 : end]
            is_hexadecimal = bool(digits) and all(one in "0123456789abcdefABCDEF" for one in digits)
            if is_hexadecimal and (following == "{" or len(digits) == 2) and end > 0 and int(digits, 16) <= _LAST:
                self._at = end + 1 if following == "{" else end
                return int(digits, 16)
        elif character.isascii() and not character.isalnum():
            return ord(character)
        raise InvalidPatternError(f"invalid escape sequence `\\{character}`")

    def _character_class(self) -> _Class:
        pattern = self._pattern
        negated = self._looking_at("^")
        self._at += negated
        ranges: list[tuple[int, int]] = []
        tests: list[Callable[[str], bool]] = []
        first = True
        while first or not self._looking_at("]"):
            if self._at >= len(pattern):
                raise InvalidPatternError("missing closing ]")
            first = False
            if self._looking_at("[:") and ":]" in pattern[self._at + 2 :]:
                ranges += self._posix_class()
                continue
            if self._looking_at("\\") and self._at + 1 < len(pattern):
                self._at += 1
                found = self._class_escape()
                if found is not None:
                    ranges += found[0]
                    tests += found[1]
                    continue
                self._at -= 1
            low = high = self._class_character()
            if self._looking_at("-") and not self._looking_at("-]"):
                self._at += 1
                high = self._class_character()
                if high < low:
                    raise InvalidPatternError("invalid character class range")
            ranges.append((low, high))
        self._at += 1
        return _Class(tuple(ranges), tuple(tests), negated=negated, folds="i" in self._flags)

    def _posix_class(self) -> tuple[tuple[int, int], ...]:
        end = self._pattern.index(":]", self._at)
        name = self._pattern[self._at + 2 : end]
        ranges = _POSIX.get(name.lstrip("^") if name.startswith("^") else name)
        if ranges is None:
            raise InvalidPatternError(f"invalid character class range `[:{name}:]`")
        self._at = end + 2
        return _inverted(ranges) if name.startswith("^") else ranges

    def _class_character(self) -> int:
        if self._at >= len(self._pattern):
            raise InvalidPatternError("missing closing ]")
        self._at += 1
        character = self._pattern[self._at - 1]
        return self._code() if character == "\\" else ord(character)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9 and (text == "0" or text[0] != "0")


def _is_bounded(node: _Node, limit: int) -> bool:
    """Whether nested counts multiply to no more than a limit."""
    if node.kind == "repeat" and node.counted:
        count = node.least if node.most is None else node.most
        if count > limit:
            return False
        limit = limit // count if count else limit
    parts = node.parts[:1] if node.kind == "group" else node.parts
    return node.kind in ("class", "assertion") or all(_is_bounded(part, limit) for part in parts)


# A program is a list of steps: ("class", set, next), ("split", first choice, second choice), ("save", slot, next),
# ("assertion", kind, next), ("match",).
class Pattern:
    """A pattern ready to match. names: of its groups, in order; None for those without."""

    def __init__(self, pattern: str) -> None:
        parser = _Parser(pattern)
        root = parser.parse()
        self.names = tuple(parser.names)
        self._program: list[tuple[Any, ...]] = [("match",)]
        self._start = self._compiled(_Node("group", (root, -1)), 0)
        self._is_anchored = _is_anchored(root)

    def _step(self, *step: Any) -> int:
        if len(self._program) >= _LONGEST_PROGRAM:
            raise UnsupportedPatternError("it is too big to be worked out")
        self._program.append(step)
        return len(self._program) - 1

    def _compiled(self, node: _Node, following: int) -> int:
        """Adds the steps of a node that go on at a step, and says where they begin."""
        if node.kind in ("class", "assertion"):
            return self._step(node.kind, node.parts[0], following)
        if node.kind == "group":
            inner, number = node.parts
            closing = self._step("save", 2 * number + 3, following)
            return self._step("save", 2 * number + 2, self._compiled(inner, closing))
        if node.kind == "sequence":
            for part in reversed(node.parts):
                following = self._compiled(part, following)
            return following
        if node.kind == "choice":
            start = self._compiled(node.parts[-1], following)
            for part in reversed(node.parts[:-1]):
                start = self._step("split", self._compiled(part, following), start)
            return start
        return self._repeated(node, following)

    def _repeated(self, node: _Node, following: int) -> int:
        inner = node.parts[0]
        if node.most is None:
            loop = self._step("split", following, following)
            again = self._compiled(inner, loop)
            self._program[loop] = ("split", again, following) if node.greedy else ("split", following, again)
            # What may be empty goes round once before it is asked whether to go on, as in Go: `(|a)*`.
            start = again if node.least or _may_be_empty(inner) else loop
            for _ in range(node.least - 1):
                start = self._compiled(inner, start)
            if node.least or start == loop:
                return start
            return self._step("split", *((start, following) if node.greedy else (following, start)))
        start = following
        for _ in range(node.most - node.least):
            once = self._compiled(inner, start)
            start = self._step("split", *((once, following) if node.greedy else (following, once)))
        for _ in range(node.least):
            start = self._compiled(inner, start)
        return start

    def find(self, text: str, start: int, spend: Callable[[int], None]) -> Optional[tuple[int, ...]]:
        """Where the leftmost match at or behind a position is: its begin and end, then those of its groups, -1 where they are
        not part of it. None where there is none.
        """
        found: Optional[tuple[int, ...]] = None
        unset = (-1,) * (2 * len(self.names) + 2)
        program = self._program
        threads: list[_Thread] = []
        for position in range(start, len(text) + 1):
            if not threads and (found is not None or (self._is_anchored and position > 0)):
                break
            # Those that wait at this position, each step once, the preferred ways first; a new attempt comes last.
            seen: set[int] = set()
            waiting: list[_Thread] = []
            begun = threads if found is not None else [*threads, (self._start, unset)]
            character = text[position] if position < len(text) else None
            for thread in begun:
                if self._follow(thread, text, position, seen, waiting):
                    break
            spend(1 + len(seen) // 8)
            threads = []
            for step, saved in waiting:
                if program[step][0] == "match":
                    found = saved
                    break
                if character is not None and program[step][1].holds(character):
                    threads.append((program[step][2], saved))
        return found

    def _follow(
        self,
        thread: _Thread,
        text: str,
        position: int,
        seen: set[int],
        waiting: list[_Thread],
    ) -> bool:
        """Goes on to the steps that read a character or match. Whether one matches: what comes behind it does not count."""
        program = self._program
        stack = [thread]
        while stack:
            step, saved = stack.pop()
            if step in seen:
                continue
            seen.add(step)
            instruction = program[step]
            kind = instruction[0]
            if kind == "split":
                stack.append((instruction[2], saved))
                stack.append((instruction[1], saved))
            elif kind == "save":
                slot = instruction[1]
                stack.append((instruction[2], (*saved[:slot], position, *saved[slot + 1 :])))
            elif kind == "assertion":
                if _holds(instruction[1], text, position):
                    stack.append((instruction[2], saved))
            else:
                waiting.append((step, saved))
                if kind == "match":
                    return True
        return False

    def find_all(self, text: str, spend: Callable[[int], None]) -> Iterator[tuple[int, ...]]:
        """All matches that do not overlap; none that is empty right behind another."""
        position, before = 0, -1
        while position <= len(text):
            match = self.find(text, position, spend)
            if match is None:
                return
            is_empty_here = match[1] == position
            if not (is_empty_here and match[0] == before):
                yield match
            before = match[1]
            position = position + 1 if is_empty_here else match[1]


def _may_be_empty(node: _Node) -> bool:
    if node.kind == "class":
        return False
    if node.kind == "repeat" and node.least:
        return _may_be_empty(node.parts[0])
    if node.kind == "group":
        return _may_be_empty(node.parts[0])
    if node.kind == "choice":
        return any(map(_may_be_empty, node.parts))
    return node.kind != "sequence" or all(map(_may_be_empty, node.parts))


def _is_anchored(node: _Node) -> bool:
    if node.kind == "assertion":
        return bool(node.parts[0] == "start")
    return bool(node.kind in ("sequence", "group") and node.parts) and _is_anchored(node.parts[0])


def _holds(kind: str, text: str, position: int) -> bool:
    if kind == "start":
        return position == 0
    if kind == "end":
        return position == len(text)
    if kind == "line start":
        return position == 0 or text[position - 1] == "\n"
    if kind == "line end":
        return position == len(text) or text[position] == "\n"
    before = position > 0 and _is_word(text[position - 1])
    behind = position < len(text) and _is_word(text[position])
    return (before != behind) == (kind == "boundary")


def _is_word(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalnum())


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Pattern:
    """Raises InvalidPatternError and UnsupportedPatternError."""
    return Pattern(pattern)
