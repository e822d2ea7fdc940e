"""Edits of Terraform's blocks: arguments and nested blocks.

Source: HCL, "HCL Native Syntax Specification" (one-line blocks); Terraform language documentation, "Style Conventions".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Optional

from sqs_checks.terraform.syntax.block_parser import parse_file
from sqs_checks.terraform.syntax.expression_parser import ExpressionParser, SyntaxFaultError
from sqs_checks.terraform.syntax.syntax_tree import Argument, Block, SourceFile
from sqs_checks.values.exact_numbers import parse_number
from sqs_checks.writing.collection_edits import not_written_out, replace, set_member
from sqs_checks.writing.hcl_tree import read_hcl, read_json_value
from sqs_checks.writing.notations import HCL
from sqs_checks.writing.source_text import Edit, NotPlacedError, indentation, line_break, line_start
from sqs_checks.writing.written_tree import COMPUTED, MAPPING

# What Terraform itself takes, at the head of a block by convention.
_META = ("count", "for_each", "provider")


@lru_cache(maxsize=4)
def _parsed(text: str) -> SourceFile:
    """Many blocks of one text are asked for in a row."""
    return parse_file("", text, parse_number)


def block_at(text: str, block_type: str, labels: Sequence[str]) -> Block:
    """The block of a file with a type and labels. Raises NotPlacedError where there is none, or more than one."""
    file = _parsed(text)
    found = [block for block in file.blocks if block.type == block_type and block.labels == tuple(labels)]
    if len(found) != 1 or file.fault is not None:
        raise NotPlacedError(file.fault or f"the block `{block_type} {' '.join(labels)}` does not stand there once")
    return found[0]


def set_argument(text: str, block: Block, path: Sequence[str], value: Any) -> list[Edit]:
    """Sets an argument, or a member of one that is an object or a JSON text."""
    name, *rest = path
    argument = block.arguments.get(name)
    if argument is None:
        for inner in reversed(rest):
            value = {inner: value}
        return add_argument(text, block, name, HCL.one_line(value))
    if not rest:
        return replace(read_hcl(text, argument.value), read_hcl(text, argument.value).root, value)
    document = read_hcl(text, argument.value)
    if document.root.kind != MAPPING:
        document = read_json_value(text, argument.value)
    return set_member(document, document.root, rest, value)


def add_argument(text: str, block: Block, name: str, written: str) -> list[Edit]:
    """Adds an argument, aligned with those on the lines around it."""
    newline = line_break(text)
    opening = _opening(text, block)
    base = indentation(text, block.range.start)
    if "\n" not in text[opening : block.range.end]:
        return _unfolded(text, block, f"{name} = {written}", opening, base, newline)
    groups = _groups(text, block)
    own = [group for group in groups if any(one.name not in _META for one in group)] or groups[:1]
    # Best where no other line has to move.
    fitting = (one for one in own if len(name) < min(_equals(text, each) - each.range.start for each in one))
    group = next(fitting, own[0] if own else [])
    inside = _in_order(block)
    if not group and inside:
        last = inside[-1]
        return [_line_after(text, last.range.end, f"{_indent(text, last)}{name} = {written}", newline)]
    if not group:
        # A block without arguments: ahead of all that it holds.
        behind = _end_of_line(text, opening)
        if behind < 0:
            raise NotPlacedError("something stands behind its opening brace on the same line", opening)
        indent = _indent_within(text, block, base)
        return [Edit(behind, behind, f"{indent}{name} = {written}{newline}")]
    indent = _indent(text, group[0])
    columns = {_equals(text, one) - one.range.start for one in group}
    if len(columns) > 1:
        return [_line_after(text, group[-1].range.end, f"{indent}{name} = {written}", newline)]
    column = columns.pop()
    wide = len(name) + 1
    is_aligned = column == max(len(one.name) for one in group) + 1 or len(group) > 1
    if wide <= column:
        line = f"{indent}{name.ljust(column - 1) if is_aligned else name} = {written}"
        return [_line_after(text, group[-1].range.end, line, newline)]
    return [
        *_aligned(text, group, len(name), group),
        _line_after(text, group[-1].range.end, f"{indent}{name} = {written}", newline),
    ]


def leave_out_argument(text: str, block: Block, name: str) -> list[Edit]:
    """Takes an argument out, with its lines."""
    argument = block.arguments.get(name)
    if argument is None:
        raise NotPlacedError(f"`{name}` does not stand there", block.range.start)
    document = read_hcl(text, argument.value)
    if document.root.kind == COMPUTED:
        raise not_written_out(document, document.root)
    start, end = line_start(text, argument.range.start), _end_of_line(text, argument.range.end)
    if text[start : argument.range.start].strip() or end < 0:
        return [Edit(argument.range.start, argument.range.end, "")]
    group = next((group for group in _groups(text, block) if argument in group), [])
    others = [one for one in group if one is not argument]
    return [*_aligned(text, others, max((len(one.name) for one in others), default=0), group), Edit(start, end, "")]


def add_block_behind(text: str, block: Block, written: str) -> list[Edit]:
    """Adds a block of its own behind another one, with an empty line between. written: without a line break at its end."""
    newline = line_break(text)
    behind = _end_of_line(text, block.range.end)
    lines = written.replace("\n", newline)
    if behind < 0:
        return [Edit(block.range.end, block.range.end, f"{newline}{newline}{lines}")]
    if behind == len(text) and not text.endswith("\n"):
        return [Edit(behind, behind, f"{newline}{newline}{lines}")]
    return [Edit(behind, behind, f"{newline}{lines}{newline}")]


def add_nested_block(text: str, block: Block, written: str) -> list[Edit]:
    """Adds a nested block behind those of its type, or at the end. written: as it stands at the beginning of a line."""
    newline = line_break(text)
    kind = written.split(None, 1)[0]
    alike = [one for one in block.blocks if one.nested_type == kind]
    base = indentation(text, block.range.start)
    indent = indentation(text, alike[-1].range.start) if alike else _indent_within(text, block, base)
    step = indent[len(base) :] or "  "
    lines = [line.replace("  ", step) if line.startswith("  ") else line for line in written.split("\n")]
    moved = newline.join(f"{indent}{line}" if line else line for line in lines)
    if not alike:
        if "\n" not in text[_opening(text, block) : block.range.end]:
            raise NotPlacedError("the block stands on one line", block.range.start)
        closing = line_start(text, block.range.end - 1)
        if text[closing : block.range.end - 1].strip():
            raise NotPlacedError("its last brace does not stand on a line of its own", block.range.end - 1)
        return [Edit(closing, closing, f"{newline if block.arguments else ''}{moved}{newline}")]
    behind = _end_of_line(text, alike[-1].range.end)
    if behind < 0:
        raise NotPlacedError("something stands behind its last block on the same line", alike[-1].range.end)
    return [Edit(behind, behind, f"{newline}{moved}{newline}")]


def statement_block(elements: Mapping[str, Any], resource: str, condition: Optional[tuple[str, str, Sequence[str]]]) -> str:
    """A `statement` block of `aws_iam_policy_document`. resource: as an expression. condition: test, key and expressions."""
    plain = {"sid": "Sid", "effect": "Effect"}
    rows = [(name, HCL.text(elements[element])) for name, element in plain.items() if element in elements]
    action = elements["Action"]
    rows.append(("actions", HCL.one_line(action if isinstance(action, list) else [action])))
    rows.append(("resources", f"[{resource}]"))
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name.ljust(width)} = {value}" for name, value in rows]
    principal = elements["Principal"]
    for kind, identifiers in principal.items() if isinstance(principal, Mapping) else [("*", principal)]:
        listed = HCL.one_line(identifiers if isinstance(identifiers, list) else [identifiers])
        lines += ["", "  principals {", f"    type        = {HCL.text(kind)}", f"    identifiers = {listed}", "  }"]
    if condition is not None:
        lines += ["", *(f"  {line}" for line in condition_block(*condition).split("\n"))]
    return "\n".join(["statement {", *lines, "}"])


def condition_block(test: str, key: str, values: Sequence[str]) -> str:
    """A `condition` block. values: expressions."""
    rows = (("test", HCL.text(test)), ("variable", HCL.text(key)), ("values", f"[{', '.join(values)}]"))
    return "\n".join(["condition {", *(f"  {name.ljust(8)} = {value}" for name, value in rows), "}"])


def _aligned(text: str, arguments: Sequence[Argument], width: int, group: Sequence[Argument]) -> list[Edit]:
    """Moves what is set, as `terraform fmt` does on lines that follow each other, where that is how the group stands."""
    columns = {_equals(text, one) - one.range.start for one in group}
    if columns != {max((len(one.name) for one in group), default=0) + 1}:
        return []
    ends = [(one.range.start + len(one.name), _equals(text, one), width + 1 - len(one.name)) for one in arguments]
    return [Edit(start, end, " " * blanks) for start, end, blanks in ends if end - start != blanks]


def _in_order(block: Block) -> list[Argument]:
    own = [one for one in block.arguments.values() if block.range.start <= one.range.start < block.range.end]
    return sorted(own, key=lambda one: one.range.start)


def _groups(text: str, block: Block) -> list[list[Argument]]:
    """The arguments that stand each on one line, those on lines that follow each other together, ahead of nested blocks."""
    groups: list[list[Argument]] = []
    previous = -1
    for one in _in_order(block):
        if "\n" in text[one.range.start : one.range.end]:
            continue
        if _end_of_line(text, one.range.end) < 0 or text[line_start(text, one.range.start) : one.range.start].strip():
            continue
        line = text.count("\n", 0, one.range.start)
        if line == previous + 1 and groups:
            groups[-1].append(one)
        else:
            groups.append([one])
        previous = line
    return groups


def _opening(text: str, block: Block) -> int:
    """Behind the brace that opens a block."""
    parser = ExpressionParser(text, parse_number, block.range.start)
    while True:
        token = parser.take()
        if token.kind == "quote":
            parser.quoted()
        elif token.text == "{":
            return token.end


def _end_of_line(text: str, offset: int) -> int:
    """Behind the line break that follows, blanks and comments aside; -1 where something else does."""
    try:
        token = ExpressionParser(text, parse_number, offset).peek()
    except SyntaxFaultError:
        return -1
    return token.end if token.kind in ("newline", "end") else -1


def _line_after(text: str, offset: int, line: str, newline: str) -> Edit:
    behind = _end_of_line(text, offset)
    if behind < 0:
        return Edit(offset, offset, f"{newline}{line}")
    return Edit(behind, behind, f"{line}{newline}")


def _equals(text: str, argument: Argument) -> int:
    return text.index("=", argument.range.start + len(argument.name))


def _indent(text: str, argument: Argument) -> str:
    return indentation(text, argument.range.start)


def _indent_within(text: str, block: Block, base: str) -> str:
    """How far what is in a block is moved: as the first thing in it, or as is usual."""
    starts = [*(one.range.start for one in _in_order(block)), *(one.range.start for one in block.blocks)]
    first = min(starts, default=None)
    found = indentation(text, first) if first is not None else ""
    return found if len(found) > len(base) else base + ("\t" if base.startswith("\t") else "  ")


def _unfolded(text: str, block: Block, line: str, opening: int, base: str, newline: str) -> list[Edit]:
    """A block on one line takes one argument only: it is spread over several."""
    indent = base + ("\t" if base.startswith("\t") else "  ")
    closing = block.range.end - 1
    within = text[opening:closing].strip()
    if block.blocks:
        raise NotPlacedError("the block stands on one line, with a block in it", block.range.start)
    inner = _in_order(block)
    if not inner:
        kept = f"{indent}{within}{newline}" if within else ""
        return [Edit(opening, closing, f"{newline}{kept}{indent}{line}{newline}{base}")]
    if len(inner) > 1 or text[opening : inner[0].range.start].strip() or text[inner[0].range.end : closing].strip():
        raise NotPlacedError("the block stands on one line, with comments in it", block.range.start)
    stated = inner[0]
    width = max(len(stated.name), len(line.partition(" = ")[0])) if "\n" not in text[stated.range.start : stated.range.end] else 0
    first = f"{stated.name.ljust(width)} = {text[stated.value.start : stated.value.end]}"
    name, _, value = line.partition(" = ")
    second = f"{name.ljust(width)} = {value}"
    return [Edit(opening, closing, f"{newline}{indent}{first}{newline}{indent}{second}{newline}{base}")]
