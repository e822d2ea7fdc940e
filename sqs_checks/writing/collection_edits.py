"""Edits of mappings and lists: what is there keeps its comments, its order and its form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from sqs_checks.writing.notations import HCL, Notation
from sqs_checks.writing.source_text import (
    Edit,
    NotPlacedError,
    begins_line,
    indentation,
    line_break,
    line_end,
    line_start,
)
from sqs_checks.writing.written_tree import COMPUTED, MAPPING, SCALAR, SEQUENCE, Document, Node, all_nodes

_SPACE = re.compile(r"[ \t\r]*")
_LONGEST_SHOWN = 60


def set_member(document: Document, mapping: Node, path: Sequence[str], value: Any) -> list[Edit]:
    """Sets what stands at a path of names, and makes the mappings on the way that are not there."""
    _refuse_unknown_members(document, mapping)
    name, *rest = path
    found = mapping.member(name)
    if found is None or (rest and found.kind == SCALAR and found.value is None):
        for inner in reversed(rest):
            value = {inner: value}
        return add_member(document, mapping, name, value) if found is None else replace(document, found, value)
    return set_member(document, found, rest, value) if rest else replace(document, found, value)


def replace(document: Document, node: Node, value: Any) -> list[Edit]:
    """Writes a value in the place of one that is written out."""
    _refuse_shared(node)
    if node.kind != SCALAR:
        raise not_written_out(document, node)
    written = document.notation.one_line(value)
    # YAML writes nothing at all for null.
    space = " " if node.start == node.end and document.text[node.start - 1 : node.start] not in ("", " ") else ""
    return [Edit(node.start, node.end, f"{space}{written}")]


def add_member(document: Document, mapping: Node, key: str, value: Any) -> list[Edit]:
    """Adds a member behind the last one."""
    _refuse_unknown_members(document, mapping)
    if mapping.is_block:
        return _add_line(document, mapping, key, value)
    return _add_within(document, mapping, key, value)


def add_item(document: Document, sequence: Node, value: Any) -> list[Edit]:
    """Adds an item behind the last one."""
    _refuse_shared(sequence)
    if sequence.kind != SEQUENCE:
        raise NotPlacedError("it is no list that is written out", sequence.start)
    if sequence.is_block:
        return _add_line(document, sequence, None, value)
    return _add_within(document, sequence, None, value)


def add_beside(document: Document, node: Node, value: Any) -> list[Edit]:
    """Makes a list of a single value and another one."""
    _refuse_shared(node)
    if node.kind not in (MAPPING, SCALAR):
        raise not_written_out(document, node)
    if not node.is_block:
        base = indentation(document.text, node.start)
        is_long = "\n" in document.text[node.start : node.end]
        written = _written(document, value, base, is_long, _step(document, node))
        return [Edit(node.start, node.start, "["), Edit(node.end, node.end, f", {written}]")]
    # The dash takes the place of blanks ahead of the first key, so that no line has to move.
    column = node.entries[0].start - line_start(document.text, node.entries[0].start)
    parent = indentation(document.text, _line_before(document.text, node.entries[0].start))
    if not begins_line(document.text, node.entries[0].start) or column - 2 < len(parent):
        raise NotPlacedError("there is no room for a dash ahead of it", node.start)
    start = node.entries[0].start
    dashed = [Edit(start - 2, start, "- ")]
    return [*dashed, _line_behind(document, node, " " * (column - 2), _item(document, value, column, line_break(document.text)))]


def leave_out(document: Document, mapping: Node, name: str) -> list[Edit]:
    """Takes a member out."""
    _refuse_unknown_members(document, mapping)
    number = next((number for number, entry in enumerate(mapping.entries) if entry.key == name), None)
    if number is None or len(mapping.entries) == 1:
        raise NotPlacedError(
            f"`{name}` does not stand there" if number is None else "nothing else stands beside it", mapping.start
        )
    entry, text = mapping.entries[number], document.text
    if entry.node.kind == COMPUTED:
        raise not_written_out(document, entry.node)
    if any(inner.is_shared for inner in all_nodes(entry.node)):
        raise NotPlacedError("it stands for several values (an anchor)", entry.start)
    end = entry.node.end
    if not mapping.is_block:
        behind = _behind_blanks(document, end)
        has_comma = text[behind : behind + 1] == ","
        if number and not has_comma:
            before = mapping.entries[number - 1].node.end
            return [Edit(before, end, "")] if "\n" not in text[before:end] else _whole_lines(document, entry.start, end, before)
        return _whole_lines(document, entry.start, behind + 1 if has_comma else end, None)
    if not begins_line(text, entry.start):
        raise NotPlacedError("it stands behind the dash of its item", entry.start)
    return _whole_lines(document, entry.start, end, None)


def _whole_lines(document: Document, start: int, end: int, before: Optional[int]) -> list[Edit]:
    """Takes out what stands on lines of its own, with these. before: where a comma must go too, behind another member."""
    text = document.text
    comma = []
    if before is not None and not document.notation.newline_separates:
        found = text.index(",", before)
        comma = [Edit(found, found + 1, "")]
    eol = line_end(text, _behind_comment(document, end))
    if begins_line(text, start) and not text[_behind_comment(document, end) : eol].strip():
        behind = text.find("\n", eol)
        return [*comma, Edit(line_start(text, start), len(text) if behind < 0 else behind + 1, "")]
    blank = _SPACE.match(text, end)
    return [*comma, Edit(start, blank.end() if blank is not None else end, "")]


def _refuse_unknown_members(document: Document, mapping: Node) -> None:
    _refuse_shared(mapping)
    if mapping.kind != MAPPING:
        raise not_written_out(document, mapping)
    if any(entry.key is None or entry.key.startswith("Fn::") for entry in mapping.entries):
        raise NotPlacedError("some of what it holds is worked out", mapping.start)


def not_written_out(document: Document, node: Node) -> NotPlacedError:
    """Why a value cannot be replaced or added to."""
    shown = " ".join(document.source(node).split())
    what = f"`{shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + '…'}`"
    if node.kind == COMPUTED:
        return NotPlacedError(f"the value is worked out, by {what}", node.start)
    return NotPlacedError(f"something else stands there: {what}", node.start)


def _refuse_shared(node: Node) -> None:
    if node.is_shared:
        raise NotPlacedError("it stands for several values (an anchor)", node.start)


# With brackets


def _add_within(document: Document, container: Node, key: Optional[str], value: Any) -> list[Edit]:
    text, notation = document.text, document.notation
    newline = line_break(text)
    if not container.entries:
        return _add_first(document, container, key, value)
    last = container.entries[-1]
    behind = _behind_blanks(document, last.node.end)
    has_comma = text[behind : behind + 1] == ","
    rest = _behind_comment(document, behind + 1 if has_comma else last.node.end)
    is_on_lines = rest >= len(text) or text[rest] in "\r\n"
    if not (is_on_lines and begins_line(text, last.start)):
        is_long = "\n" in text[last.node.start : last.node.end]
        closing = last.node.end - 1
        base = indentation(text, closing if is_long and begins_line(text, closing) else last.start)
        entry = _entry(notation, key, _written(document, value, base, is_long, _step(document, last.node)))
        return [*_moved_brace(document, container), Edit(last.node.end, last.node.end, f", {entry}")]
    base = indentation(text, last.start)
    needs_comma = not has_comma and not (notation.newline_separates and container.kind == MAPPING)
    if needs_comma and text.startswith("<<", last.node.start):
        raise NotPlacedError("no comma can follow a heredoc", last.node.start)
    written = _written(document, value, base, True, _step(document, last.node))
    written = _entry(notation, key, written, _key_width(document, container))
    comma = "," if has_comma else ""
    edits = [Edit(rest, rest, f"{newline}{base}{written}{comma}")]
    if needs_comma:
        if rest == last.node.end:
            return [Edit(rest, rest, f",{newline}{base}{written}")]
        edits.append(Edit(last.node.end, last.node.end, ","))
    return edits


def _moved_brace(document: Document, container: Node) -> list[Edit]:
    """Between objects that begin and end on shared lines (`[{`, `}, {`), `terraform fmt` moves the closing brace."""
    text = document.text
    closing = container.entries[-1].node.end - 1
    is_joint = document.notation is HCL and begins_line(text, closing) and not begins_line(text, container.entries[-1].start)
    if not is_joint or (len(container.entries) > 1 and not _is_moved(document, container)):
        return []
    return [Edit(closing, closing, _step(document))]


def _is_moved(document: Document, container: Node) -> bool:
    ends = [entry.node.end - 1 for entry in container.entries]
    return len(indentation(document.text, ends[0])) > len(indentation(document.text, ends[-1]))


def _key_width(document: Document, container: Node) -> int:
    """How wide the keys of an object of Terraform are, where its members stand aligned below each other."""
    text = document.text
    if document.notation is not HCL or container.kind != MAPPING or not container.entries:
        return 0
    last = container.entries[-1]
    if "\n" in text[last.start : last.node.end]:
        return 0
    equals = text.rindex("=", last.start, last.node.start) if "=" in text[last.start : last.node.start] else last.start
    return max(0, equals - 1 - last.start)


def _add_first(document: Document, container: Node, key: Optional[str], value: Any) -> list[Edit]:
    text, opening, closing = document.text, container.start + 1, container.end - 1
    within = text[opening:closing]
    if "\n" in within:
        base = indentation(text, closing) if begins_line(text, closing) else indentation(text, opening)
        inner = base + _step(document)
        entry = _entry(document.notation, key, _written(document, value, inner, True, _step(document)))
        return [Edit(opening, opening, f"{line_break(text)}{inner}{entry}")]
    space = " " if document.notation.space_in_braces and container.kind == MAPPING else ""
    entry = _entry(document.notation, key, document.notation.one_line(value))
    if within.strip():
        return [Edit(closing, closing, f"{'' if within.endswith(' ') else ' '}{entry}{space}")]  # behind a comment
    return [Edit(opening, closing, f"{space}{entry}{space}")]


def _entry(notation: Notation, key: Optional[str], written: str, width: int = 0) -> str:
    if key is None:
        return written
    if width and "\n" not in written:
        return f"{notation.key(key).ljust(width)}{notation.assign}{written}"
    return notation.member(key, written)


def _written(document: Document, value: Any, base: str, is_long: bool, step: str) -> str:
    if not is_long:
        return document.notation.one_line(value)
    return document.notation.lines(value, base, step, line_break(document.text))


def _step(document: Document, like: Optional[Node] = None) -> str:
    """By how much the text moves what is inside of something. like: that shows it, where its members stand on lines."""
    if like is not None and like.entries and not like.is_block and begins_line(document.text, like.entries[0].start):
        outer, inner = indentation(document.text, like.start), indentation(document.text, like.entries[0].start)
        if inner.startswith(outer) and inner != outer:
            return inner[len(outer) :]
    if re.search(r"^\t", document.text, re.MULTILINE):
        return "\t"
    widths = [len(found) for found in re.findall(r"^( +)\S", document.text, re.MULTILINE)]
    return " " * (4 if widths and min(widths) >= 4 else 2)


def _behind_blanks(document: Document, offset: int) -> int:
    """Where the next thing stands that is neither blank nor a comment."""
    text = document.text
    while offset < len(text):
        comment = document.notation.comments.match(text, offset)
        if comment is not None:
            offset = comment.end()
        elif text[offset].isspace():
            offset += 1
        else:
            break
    return offset


def _behind_comment(document: Document, offset: int) -> int:
    """Behind the blanks and comments that follow on the same line, ahead of what breaks it."""
    text = document.text
    at = offset
    while True:
        space = re.compile(r"[ \t]*").match(text, at)
        behind = space.end() if space is not None else at
        comment = document.notation.comments.match(text, behind)
        if comment is None:
            # Blanks at the end of a line belong to it; ahead of something else they do not.
            return behind if text[behind : behind + 1] in ("\n", "\r", "") else at
        at = comment.end() - (1 if comment.group().endswith("\r") else 0)


# Without brackets (YAML)


def _add_line(document: Document, container: Node, key: Optional[str], value: Any) -> list[Edit]:
    text = document.text
    if not container.entries:
        raise NotPlacedError("it holds nothing", container.start)
    start = container.entries[0].start
    newline = line_break(text)
    if key is None:
        dash = text.rindex("-", 0, start)
        column = dash - line_start(text, dash)
        return [_line_behind(document, container, " " * column, _item(document, value, column + 2, newline))]
    indent = " " * (start - line_start(text, start))
    step = " " * (_inner_width(document, container) or len(_step(document)))
    written = document.notation.block(value, indent, step, newline)  # type: ignore[attr-defined]
    return [_line_behind(document, container, indent, f"{document.notation.key(key)}:{written}")]


def _inner_width(document: Document, mapping: Node) -> int:
    """By how much the members of a mapping's members are moved, where one of them has such."""
    own = mapping.entries[0].start - line_start(document.text, mapping.entries[0].start)
    for entry in mapping.entries:
        if entry.node.kind == MAPPING and entry.node.is_block and entry.node.entries:
            first = entry.node.entries[0].start
            return max(0, first - line_start(document.text, first) - own)
    return 0


def _item(document: Document, value: Any, column: int, newline: str) -> str:
    """An item with its dash. column: of what it holds."""
    if not isinstance(value, Mapping):
        return f"- {document.notation.one_line(value)}"
    written: str = document.notation.block(value, " " * (column - 2), "  ", newline)  # type: ignore[attr-defined]
    return f"- {written.lstrip()}"


def _line_behind(document: Document, node: Node, indent: str, written: str) -> Edit:
    """A line of its own behind a node without brackets."""
    text = document.text
    last = node
    while last.entries and last.is_block:
        last = last.entries[-1].node
    if last.is_block and re.match(r"[|>]\d*\+", text[last.start :]):
        raise NotPlacedError("it ends with a text whose blank lines count", last.start)
    end = line_end(text, last.end)
    return Edit(end, end, f"{line_break(text)}{indent}{written}")


def _line_before(text: str, offset: int) -> int:
    """A place on the last line that is neither blank nor a comment ahead of that of an offset."""
    start = line_start(text, offset)
    while start > 0:
        start = line_start(text, start - 1)
        line = text[start : line_end(text, start)].strip()
        if line and not line.startswith("#"):
            return start
    return 0
