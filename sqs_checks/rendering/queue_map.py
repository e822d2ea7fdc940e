"""The map of a queue as boxes and lines, before anybody knows where they lie.

From left to right: who puts messages in, the statements that allow it, the queue, the statements that let messages out, who
gets them. A statement that allows several actors the same is one box: so a map stays legible however many they are. An actor
that both sends and receives by one statement stands on the left with a line of two heads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqs_checks.descriptions.queue_description import (
    Access,
    Activity,
    Actor,
    ActorKind,
    DeadLetterTarget,
    QueueDescription,
)
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
    """One line of a box. style: `name`, `caption`, `fault` or `unknown`."""

    text: str
    style: str = "caption"

    @property
    def width(self) -> float:
        size = NAME_SIZE if self.style == "name" else CAPTION_SIZE
        return len(self.text) * size * _LETTER + (_MARK if self.style == "fault" else 0)


@dataclass
class Box:
    """kind: `queue`, `statement`, `key` or that of an actor. told: all of it, uncut, for a tooltip."""

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
    """A line from the left box to the right one. heads: at which ends it has one: `left`, `right`, `both` or `none`."""

    left: str
    right: str
    heads: str
    is_fault: bool = False
    is_unknown: bool = False


@dataclass
class QueueMap:
    boxes: list[Box] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)


def queue_map(queue: QueueDescription) -> QueueMap:
    found = QueueMap()
    centre = _Drawing(found)
    centre.add_queue(queue)
    centre.add_actors(queue.actors)
    for source in queue.dead_letters_from:
        label = [Line("leaves dead letters"), *_unknown_lines(source.unknown)]
        centre.join(
            [(source.name, source.name, "dead-letter", source.what)],
            source.stated_in.label,
            label,
            "left",
            "right",
            (),
            bool(source.unknown),
        )
    centre.add_targets("queue", queue.dead_letters_to)
    centre.add_encryption(queue)
    _align(found.boxes)
    return found


def _align(boxes: Sequence[Box]) -> None:
    """Makes boxes that stand in one column equally wide."""
    statements = [box for box in boxes if box.kind == "statement"]
    others = [box for box in boxes if box.kind not in ("statement", "queue")]
    for alike in (statements, others):
        width = max((box.width for box in alike), default=0)
        for box in alike:
            box.least_width = width


class _Drawing:
    def __init__(self, found: QueueMap) -> None:
        self._map = found
        self._ids: dict[tuple[str, ...], str] = {}

    def add_queue(self, queue: QueueDescription) -> None:
        told = counted(queue.findings)
        lines = [*_wrapped(queue.label, _NAME_LETTERS, "name")]
        if queue.name is not None:
            lines += _wrapped(f"queue {queue.name}", _NAME_LETTERS)
        is_fault = any(finding.severity in _SEVERE for finding in queue.findings)
        lines += _wrapped(f"{told} findings" if told else "no findings", _LABEL_LETTERS, "fault" if is_fault else "caption")
        self._box(("queue",), Box("", "queue", tuple(lines), f"{queue.label}: {told or 'no findings'}", is_fault))

    def _box(self, key: tuple[str, ...], box: Box) -> str:
        """The id of the box that a key stands for; there is one of each."""
        if key not in self._ids:
            box.id = "queue" if key == ("queue",) else f"box{len(self._ids)}"
            self._ids[key] = box.id
            self._map.boxes.append(box)
        return self._ids[key]

    def add_actors(self, actors: Iterable[Actor]) -> None:
        bundles: dict[tuple[object, ...], list[Actor]] = {}
        shown: dict[tuple[object, ...], Access] = {}
        for actor in actors:
            for access in actor.accesses:
                key: tuple[object, ...] = (
                    access.activities,
                    access.statement,
                    access.stated_in,
                    access.conditions,
                    access.findings,
                    bool(access.unknown),
                )
                # A resource that a statement lets in has its conditions fulfilled.
                if actor.kind is ActorKind.RESOURCE:
                    key = next((one for one in bundles if access.statement and _same_but_conditions(one, key)), key)
                bundles.setdefault(key, []).append(actor)
                shown.setdefault(key, access)
        for key, bundled in bundles.items():
            self._add_bundle(shown[key], bundled)

    def _add_bundle(self, access: Access, actors: Sequence[Actor]) -> None:
        is_output = access.activities == (Activity.RECEIVES,)
        heads = "both" if Activity.RECEIVES in access.activities and not is_output else "right"
        name = access.statement or access.stated_in.label
        label = _wrapped(_allows(access), _LABEL_LETTERS)
        label += [] if access.by_role or access.statement else _wrapped("no statement lets it in", _LABEL_LETTERS)
        keys = ", ".join(dict.fromkeys(condition.split(" ")[1] for condition in access.conditions))
        label += _wrapped(f"if {keys}", _LABEL_LETTERS) if keys else []
        label += _unknown_lines(access.unknown)
        boxes = [(actor.name, actor.short_name, _KINDS[actor.kind], actor.what) for actor in actors]
        told = f"{_plain(access.statement)} of {access.stated_in.label}" if access.statement else name
        told += "".join(f"; {condition}" for condition in access.conditions)
        told += "".join(f"; not certain: {reason}" for reason in access.unknown)
        side = "right" if is_output else "left"
        self.join(boxes, name, label, side, heads, access.findings, bool(access.unknown), told)

    def join(
        self,
        ends: Sequence[tuple[str, str, str, str]],
        name: str,
        label: Sequence[Line],
        side: str,
        heads: str,
        findings: Sequence[str],
        is_unknown: bool,
        told: str = "",
    ) -> None:
        """Lines between boxes and the queue, through a box that says what makes them.

        ends: name, shown name, kind and caption of each. side: of the queue on which they stand. heads: as a connection has them.
        """
        statement = self._statement(name, label, findings, is_unknown, told, side)
        flags = {"is_fault": bool(findings), "is_unknown": is_unknown}
        for end_name, shown, kind, what in ends:
            is_hidden = kind == "hidden"
            lines = [*_wrapped(shown, _NAME_LETTERS, "name")]
            lines += _wrapped(_plain(what), _CAPTION_LETTERS) if what != end_name else []
            box = Box("", kind, tuple(lines), f"{end_name} ({_plain(what)})", kind == "everyone" and bool(findings), is_hidden)
            end = self._box((side, kind, end_name, what), box)
            left, right = (end, statement) if side == "left" else (statement, end)
            self._map.connections.append(Connection(left, right, heads, **flags))
        left, right = (statement, "queue") if side == "left" else ("queue", statement)
        self._map.connections.append(Connection(left, right, heads if side == "left" or heads == "none" else "none", **flags))

    def _statement(
        self, name: str, label: Sequence[Line], findings: Sequence[str], is_unknown: bool, told: str, side: str
    ) -> str:
        lines = [*_wrapped(_plain(name), _LABEL_LETTERS, "name"), *label]
        lines += _wrapped(" ".join(findings), _LABEL_LETTERS - 3, "fault") if findings else []
        box = Box("", "statement", tuple(lines), told or _plain(name), bool(findings), is_unknown)
        return self._box((side, "statement", name, *(line.text for line in lines)), box)

    def add_targets(self, source: str, targets: Iterable[DeadLetterTarget]) -> None:
        for target in targets:
            lines = [*_wrapped("dead letters", _LABEL_LETTERS, "name"), *_wrapped(target.receives, _LABEL_LETTERS)]
            lines += _wrapped(f"by {target.stated_in.label}", _LABEL_LETTERS)
            lines += _unknown_lines(target.unknown)
            lines += _wrapped(" ".join(target.findings), _LABEL_LETTERS - 3, "fault") if target.findings else []
            flags = {"is_fault": bool(target.findings), "is_unknown": bool(target.unknown)}
            name = target.name or "a queue that is not known"
            told = f"dead letters go to {name} {target.receives}, by {target.stated_in.label}"
            statement = self._box((source, "dead letters", name), Box("", "statement", tuple(lines), told, **flags))
            caption = Line(
                "dead-letter queue" if target.is_in_code or target.name is None else "dead-letter queue, not in the code"
            )
            names = (*_wrapped(name, _NAME_LETTERS, "name"), *_wrapped(caption.text, _CAPTION_LETTERS))
            end = self._box(("right", "dead-letter", name), Box("", "dead-letter", names, name, False, target.name is None))
            self._map.connections.append(Connection(source, statement, "none", **flags))
            self._map.connections.append(Connection(statement, end, "right", **flags))
            self.add_targets(end, target.then)

    def add_encryption(self, queue: QueueDescription) -> None:
        encryption = queue.encryption
        is_open, is_unknown = encryption.is_encrypted is False, encryption.is_encrypted is None or bool(encryption.unknown)
        name = "not encrypted" if is_open else _plain(" or ".join(key.label for key in encryption.keys) or encryption.text)
        caption = "at rest" if is_open else "encrypts it at rest"
        lines = [*_wrapped(name, _NAME_LETTERS, "name"), Line(caption), *_unknown_lines(encryption.unknown)]
        lines += _wrapped(" ".join(encryption.findings), _LABEL_LETTERS - 3, "fault") if encryption.findings else []
        box = Box("", "key", tuple(lines), _plain(encryption.text), bool(encryption.findings), is_unknown)
        end = self._box(("key",), box)
        self._map.connections.append(Connection("queue", end, "none", bool(encryption.findings), is_unknown))


def _same_but_conditions(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return one[:3] == other[:3] and one[4:] == other[4:]


def _allows(access: Access) -> str:
    """What it is about, and by what where that is no statement."""
    words = ", ".join(activity.value for activity in access.activities)
    return f"{words}, by its role" if access.by_role else words


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
