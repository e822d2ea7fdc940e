"""The map of a queue as boxes and lines, before anybody knows where they lie.

From left to right: who puts messages in, the statements that allow it, the queue, the statements that let messages out, who
gets them. A statement that allows several actors the same is one box: so a map stays legible however many they are. An actor
that both sends and receives by one statement stands on the left with a line of two heads.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Optional

from sqs_checks.descriptions.queue_description import (
    Access,
    Activity,
    Actor,
    ActorKind,
    DeadLetterTarget,
    QueueDescription,
)
from sqs_checks.model.relations import Place
from sqs_checks.rendering.queue_sentences import counted
from sqs_checks.values.printable_text import printable

# Of the letters, in pixels: a monospaced letter is 0.6 of its size wide, and no system's sans-serif text is wider on average.
NAME_SIZE, CAPTION_SIZE = 12, 11
_LETTER = 0.62
LINE = 16
PADDING = 9
_MARK = 16  # the triangle ahead of a fault
# The longest lines: with them a map of five columns is as wide as a page.
_NAME_LETTERS, _LABEL_LETTERS, _CAPTION_LETTERS = 23, 20, 25
_MOST_LINES = 4
# Where names have joints: the first kind that a line has is taken.
_JOINTS = (" (", "/:.", "-_,")
_KINDS = {
    ActorKind.EVERYONE: "everyone",
    ActorKind.SERVICE: "service",
    ActorKind.PRINCIPAL: "principal",
    ActorKind.RESOURCE: "resource",
    ActorKind.UNKNOWN: "hidden",
}
# What marks a queue as a whole.
_SEVERE = ("CRITICAL", "HIGH")


@dataclass(frozen=True)
class Line:
    """One line of a box. style: `name`, `caption`, `unknown`, `fault`, or `fault-more` of the lines after that."""

    text: str
    style: str = "caption"

    @property
    def width(self) -> float:
        size = NAME_SIZE if self.style == "name" else CAPTION_SIZE
        return len(self.text) * size * _LETTER + (_MARK if self.style == "fault" else 0)


@dataclass(frozen=True)
class Box:
    """kind: `queue`, `statement`, `key`, `dead-letter` or that of an actor. told: all of it, uncut, for a tooltip.
    least_width: of those that stand in one column with it.
    """

    id: str
    kind: str
    lines: tuple[Line, ...]
    told: str
    is_fault: bool = False
    is_unknown: bool = False
    least_width: float = 0

    @property
    def width(self) -> float:
        return max(self.least_width, *(line.width + 2 * PADDING for line in self.lines))

    @property
    def height(self) -> float:
        return len(self.lines) * LINE + 2 * PADDING - 4


@dataclass(frozen=True)
class Connection:
    """A line from the left box to the right one. heads: at which ends it has one: `right`, `both` or `none`."""

    left: str
    right: str
    heads: str
    is_fault: bool = False
    is_unknown: bool = False


class QueueMap(NamedTuple):
    boxes: tuple[Box, ...]
    connections: tuple[Connection, ...]


class _Cause(NamedTuple):
    """What makes a line: a statement, or something else that the code states.

    name, stated_in: which one; no resource where each end states it of itself. label: what it says. told: the same, uncut.
    findings: the checks that report it.
    """

    name: str
    stated_in: Optional[Place]
    label: Sequence[Line]
    told: str
    findings: Sequence[str]
    is_unknown: bool

    @property
    def lines(self) -> tuple[Line, ...]:
        return (*_wrapped(self.name, _LABEL_LETTERS, "name"), *self.label, *_fault_lines(self.findings))


def queue_map(queue: QueueDescription) -> QueueMap:
    drawing = _Drawing(queue)
    drawing.add_actors()
    drawing.add_sources()
    drawing.add_targets(_QUEUE, queue.dead_letters_to)
    drawing.add_encryption()
    return QueueMap(tuple(_aligned(drawing.boxes.values())), tuple(drawing.connections))


def _aligned(boxes: Iterable[Box]) -> Iterator[Box]:
    """The boxes, those that may stand in one column equally wide."""
    columns: dict[str, list[Box]] = {}
    for box in boxes:
        columns.setdefault(box.kind if box.kind in ("statement", "queue") else "ends", []).append(box)
    for alike in columns.values():
        width = max(box.width for box in alike)
        yield from (replace(box, least_width=width) for box in alike)


_QUEUE = "queue"


class _Drawing:
    """The boxes of a map by what they stand for, and its lines, while they are put together."""

    def __init__(self, queue: QueueDescription) -> None:
        self._queue = queue
        self.boxes: dict[Hashable, Box] = {}
        self.connections: list[Connection] = []
        self._add_queue()

    def _box(
        self, key: Hashable, kind: str, lines: Iterable[Line], told: str, is_fault: bool = False, is_unknown: bool = False
    ) -> str:
        """The id of the box that a key stands for; there is one of each."""
        if key not in self.boxes:
            name = _QUEUE if kind == _QUEUE else f"box{len(self.boxes)}"
            self.boxes[key] = Box(name, kind, tuple(lines), told, is_fault, is_unknown)
        return self.boxes[key].id

    def _connect(self, left: str, right: str, heads: str, cause: _Cause) -> None:
        connection = Connection(left, right, heads, bool(cause.findings), cause.is_unknown)
        if connection not in self.connections:
            self.connections.append(connection)

    def _cause(self, side: str, cause: _Cause) -> str:
        key = (side, cause.name, cause.stated_in, cause.lines)
        return self._box(key, "statement", cause.lines, cause.told, bool(cause.findings), cause.is_unknown)

    def _add_queue(self) -> None:
        queue = self._queue
        counts = counted(queue.findings)
        told = f"{counts} findings" if counts else "no findings"
        is_fault = any(finding.severity in _SEVERE for finding in queue.findings)
        lines = _wrapped(queue.label, _NAME_LETTERS, "name")
        lines += _wrapped(f"queue {queue.name}", _NAME_LETTERS) if queue.name is not None else []
        lines += _wrapped(told, _LABEL_LETTERS, "fault" if is_fault else "caption")
        self._box(_QUEUE, _QUEUE, lines, f"{queue.label}: {told}", is_fault)

    # Actors

    def add_actors(self) -> None:
        bundles: dict[Access, list[Actor]] = {}
        for actor in self._queue.actors:
            for access in actor.accesses:
                # What lets in a resource lets in its service too: the resource fulfils the conditions.
                alike = (one for one in bundles if actor.kind is ActorKind.RESOURCE and _is_let_in_alike(access, one))
                bundles.setdefault(next(alike, access), []).append(actor)
        for access, actors in bundles.items():
            self._add_bundle(access, actors)

    def _add_bundle(self, access: Access, actors: Sequence[Actor]) -> None:
        is_output = access.activities == (Activity.RECEIVES,)
        heads = "both" if Activity.RECEIVES in access.activities else "right"
        cause = self._cause_of(access)
        statement = self._cause("right" if is_output else "left", cause)
        for actor in actors:
            end = self._actor("right" if is_output else "left", actor, bool(access.findings))
            if is_output:
                self._connect(statement, end, "right", cause)
            else:
                self._connect(end, statement, heads, cause)
        if is_output:
            self._connect(_QUEUE, statement, "none", cause)
        else:
            self._connect(statement, _QUEUE, heads, cause)

    def _cause_of(self, access: Access) -> _Cause:
        label = _wrapped(_does(access), _LABEL_LETTERS)
        if access.statement and len(self._policies) > 1:
            label += _wrapped(f"of {access.stated_in.label}", _LABEL_LETTERS)
        if not access.statement and not access.by_role:
            label += _wrapped("no statement lets it in", _LABEL_LETTERS)
        keys = ", ".join(dict.fromkeys(condition.key for condition in access.conditions))
        label += _wrapped(f"if {keys}", _LABEL_LETTERS) if keys else []
        label += _unknown_lines(access.unknown)
        name = _plain(access.statement) or access.stated_in.label
        told = [f"{name} of {access.stated_in.label}" if access.statement else name, *(one.text for one in access.conditions)]
        told += [f"not certain: {reason}" for reason in access.unknown]
        return _Cause(name, access.stated_in, label, "; ".join(told), access.findings, bool(access.unknown))

    @property
    def _policies(self) -> set[Place]:
        accesses = (access for actor in self._queue.actors for access in actor.accesses)
        return {access.stated_in for access in accesses if access.statement}

    def _actor(self, side: str, actor: Actor, is_reported: bool) -> str:
        what = _plain(actor.what)
        lines = _wrapped(actor.short_name, _NAME_LETTERS, "name")
        lines += _wrapped(what, _CAPTION_LETTERS) if what != actor.name else []
        return self._box(
            (side, actor.kind, actor.name, actor.what),
            _KINDS[actor.kind],
            lines,
            f"{actor.name} ({what})",
            is_fault=is_reported and actor.kind is ActorKind.EVERYONE,
            is_unknown=actor.kind is ActorKind.UNKNOWN,
        )

    # Dead letters

    def add_sources(self) -> None:
        for source in self._queue.dead_letters_from:
            label = [Line("leaves dead letters"), *_unknown_lines(source.unknown)]
            name = source.stated_in.label
            stated_in: Optional[Place] = source.stated_in
            if name == source.name:
                # What each states of itself needs no box of its own.
                name, stated_in = ("its redrive policy" if source.what == "queue" else "its dead-letter setting"), None
            cause = _Cause(name, stated_in, label, f"{name} leaves dead letters here", (), bool(source.unknown))
            statement = self._cause("left", cause)
            lines = (*_wrapped(source.name, _NAME_LETTERS, "name"), *_wrapped(source.what, _CAPTION_LETTERS))
            end = self._box(("left", source.name, source.what), "dead-letter", lines, f"{source.name} ({source.what})")
            self._connect(end, statement, "right", cause)
            self._connect(statement, _QUEUE, "right", cause)

    def add_targets(self, source: str, targets: Iterable[DeadLetterTarget]) -> None:
        """source: the id of the box whose dead letters go there."""
        for target in targets:
            name = target.name or "a queue that is not known"
            label = [
                *_wrapped(target.receives, _LABEL_LETTERS),
                *_wrapped(f"by {target.stated_in.label}", _LABEL_LETTERS),
                *_unknown_lines(target.unknown),
            ]
            told = f"dead letters go to {name} {target.receives}, by {target.stated_in.label}"
            cause = _Cause("dead letters", target.stated_in, label, told, target.findings, bool(target.unknown))
            statement = self._cause(f"{source} to {name}", cause)
            is_elsewhere = target.name is not None and not target.is_in_code
            what = "dead-letter queue, not in the code" if is_elsewhere else "dead-letter queue"
            lines = (*_wrapped(name, _NAME_LETTERS, "name"), *_wrapped(what, _CAPTION_LETTERS))
            end = self._box(("right", name), "dead-letter", lines, f"{name} ({what})", is_unknown=target.name is None)
            self._connect(source, statement, "none", cause)
            self._connect(statement, end, "right", cause)
            self.add_targets(end, target.then)

    # Encryption

    def add_encryption(self) -> None:
        encryption = self._queue.encryption
        is_unknown = encryption.is_encrypted is None or bool(encryption.unknown)
        name = _plain(" or ".join(key.label for key in encryption.keys) or encryption.text)
        if encryption.is_encrypted is False:
            lines = [Line("not encrypted", "name"), Line("at rest")]
        else:
            lines = [*_wrapped(name, _NAME_LETTERS, "name"), Line("encrypts it at rest")]
        lines += [*_unknown_lines(encryption.unknown), *_fault_lines(encryption.findings)]
        end = self._box("key", "key", lines, _plain(encryption.text), bool(encryption.findings), is_unknown)
        self.connections.append(Connection(_QUEUE, end, "none", bool(encryption.findings), is_unknown))


def _is_let_in_alike(access: Access, other: Access) -> bool:
    """Whether a statement lets in a resource as it does somebody else. access: of the resource."""
    return access.statement != "" and other == replace(
        access, actions=other.actions, does=other.does, conditions=other.conditions
    )


def _does(access: Access) -> str:
    """What it is about, and by what where that is no statement."""
    words = ", ".join(activity.value for activity in access.activities)
    return f"{words}, by its role" if access.by_role else words


def _fault_lines(checks: Sequence[str]) -> list[Line]:
    return _wrapped(" ".join(checks), _LABEL_LETTERS - 3, "fault") if checks else []


def _unknown_lines(reasons: Sequence[str]) -> list[Line]:
    return [Line("not certain", "unknown")] if reasons else []


def _plain(text: str) -> str:
    return text.replace("`", "")


def _wrapped(text: str, letters: int, style: str = "caption") -> list[Line]:
    """A text in lines of at most some letters, broken where names have joints. What is longer than a few lines is cut."""
    rest = printable(text)
    lines: list[str] = []
    while len(rest) > letters:
        end = _joint(rest, letters)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    lines.append(rest)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][: letters - 1]}…"]
    return [Line(line, style if number == 0 or style != "fault" else "fault-more") for number, line in enumerate(lines)]


def _joint(text: str, letters: int) -> int:
    """Where to break a text that is longer than a line: behind a joint, ahead of a bracket."""
    for joints in _JOINTS:
        for end in range(letters, letters // 3, -1):
            if text[end] == "(" == joints[-1] or text[end - 1] in joints.replace("(", ""):
                return end
    return letters
