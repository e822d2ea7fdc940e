"""Terraform code as it is written: tests take it apart and write the same otherwise."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqs_checks.terraform.syntax.block_parser import FileParser
from sqs_checks.terraform.syntax.expression_parser import Token
from sqs_checks.terraform.syntax.syntax_tree import Argument, Block, Range, SourceFile
from sqs_checks.values.exact_numbers import parse_number

# What has misled readers of code before: it looks like code, or like the beginning or end of something.
COMMENTS = [
    "count = 0", "create = false", 'default = "x"', 'say "hi', "}", "{", "]", "${", "<<EOT", 'resource "aws_sqs_queue" "ghost" {',
    "#", "//", "*", "it's", "= :",
]  # fmt: skip
FILE_NAMES = ["main.tf", "Main.tf", "a.tf", "z.tf", "_.tf", "0.tf", "queue.policy.tf", "overrides.tf"]
_WORD = re.compile(r"[a-zA-Z]\w*")
_NOT_BARE = {"for", "if", "in", "null", "true", "false"}
_BLANK = re.compile(r"[ \t]*")


@dataclass
class Piece:
    """A token, a whole quoted text or a heredoc, and the gap before it. may_break: whether that may hold new lines."""

    kind: str
    gap: str
    text: str
    may_break: bool
    start: int


class WrittenFile(FileParser):
    """A file taken apart. objects: the pieces within each, by number. expressions: the characters of each."""

    def __init__(self, text: str) -> None:
        super().__init__(text, parse_number)
        self.pieces: list[Piece] = []
        self.objects: list[Range] = []
        self.expressions: list[Range] = []
        self.blocks: list[Block] = []
        self._texts_open = 0
        self._may_break: dict[int, bool] = {}
        self.body(SourceFile("main.tf", text), {}, self.blocks, "end", 0)

    def plain_argument(self) -> None:
        return None  # each token is wanted

    def _scan(self) -> Token:
        token = super()._scan()
        self._may_break[token.start] = self._ignores_newlines
        return token

    def take(self) -> Token:
        behind_last = self.position
        token = super().take()
        if not self._texts_open:
            if self.pieces:
                self.pieces[-1].text = self.text[self.pieces[-1].start : behind_last]
            gap = self.text[behind_last : token.start]
            self.pieces.append(Piece(token.kind, gap, token.text, self._may_break[token.start], token.start))
        return token

    def quoted(self) -> Any:
        self._texts_open += 1
        found = super().quoted()
        self._texts_open -= 1
        return found

    def _heredoc(self, token: Token) -> Any:
        self._texts_open += 1
        found = super()._heredoc(token)
        self._texts_open -= 1
        return found

    def expression(self) -> Any:
        start = self.peek().start
        found = super().expression()
        if not self._texts_open:
            self.expressions.append(Range(start, self.position))
        return found

    def _object(self) -> Any:
        first = len(self.pieces)
        found = super()._object()
        if not self._texts_open:
            self.objects.append(Range(first, len(self.pieces) - 1))
        return found

    def all_blocks(self) -> Iterator[Block]:
        """The blocks at the top and those within them."""
        pending = list(self.blocks)
        while pending:
            block = pending.pop()
            pending += block.blocks
            yield block


def _joined(pieces: list[Piece]) -> str:
    return "".join(piece.gap + piece.text for piece in pieces)


def commented(text: str, rng: random.Random) -> str:
    """With comments of all three kinds, wherever the language takes one."""
    pieces = WrittenFile(text).pieces
    share = rng.choice([0.01, 0.1, 0.4])
    for before, piece in zip([None, *pieces], pieces):
        if rng.random() > share or (before is not None and before.kind == "heredoc"):
            continue  # the marker that ends a heredoc has its line for itself
        comment, other = rng.sample(COMMENTS, 2)
        line = f" {rng.choice(['#', '//'])} /* {comment}"
        if piece.kind == "newline" and rng.random() < 0.5:
            piece.gap += line
        elif (piece.may_break or (before is not None and before.kind == "newline")) and rng.random() < 0.5:
            piece.gap = f"{line}\n{piece.gap}"
        else:
            # With a blank before it: behind a `/` it would be another comment.
            piece.gap = f" /* {comment}{rng.choice([' ', chr(10)])}{other} */{piece.gap}"
    return _joined(pieces)


def reformatted(text: str, rng: random.Random) -> str:
    """With other blanks, blank lines and ends of lines."""
    pieces = WrittenFile(text).pieces
    for before, piece in zip([None, *pieces], pieces):
        if (before is not None and before.kind == "heredoc") or not _BLANK.fullmatch(piece.gap.replace("\n", "")):
            continue
        if piece.kind == "newline":
            piece.gap, piece.text = rng.choice(["", " ", "\t"]), rng.choice(["\n", "\n\n", "\n \t\n"])
            continue
        # Two words in a row need a blank between them, two items of an object a new line.
        breaks = ["\n", "\n\n  "]
        blanks = [" ", "   ", "\t", *(breaks if piece.may_break else [])]
        piece.gap = rng.choice(breaks if "\n" in piece.gap else blanks if piece.gap else ["", "", " "])
    written = _joined(pieces)
    return written.replace("\n", "\r\n") if rng.random() < 0.3 else written


def respelled(text: str, rng: random.Random) -> str:
    """With keys of objects in quotes or bare, `:` for `=`, commas for new lines, and blocks of one argument on one line."""
    file = WrittenFile(text)
    depth, depths = 0, []
    for piece in file.pieces:
        depth -= piece.text in (")", "]", "}")
        depths.append(depth)
        depth += piece.text in ("(", "[", "{")
    for first, end in file.objects:
        own = [number for number in range(first, end) if depths[number] == depths[end] + 1]
        # Only before the key of an item may lines break.
        keys = [number for number in own if file.pieces[number].may_break and file.pieces[number].text not in (")", "]", "}")]
        if not keys or file.pieces[keys[0]].text == "for":
            continue
        for key in keys:
            _respell_key(file.pieces[key], file.pieces[key + 1], rng)
            separator = next(number for number in own if number > key and file.pieces[number].text in ("=", ":"))
            file.pieces[separator].text = rng.choice([" =", " :"])
        for key in keys[1:]:
            _respell_separator(file.pieces[key - 1], file.pieces[key], rng)
    return _with_blocks_on_one_line(_joined(file.pieces), rng)


def _respell_key(key: Piece, behind: Piece, rng: random.Random) -> None:
    if behind.text not in ("=", ":") or rng.random() < 0.5:
        return
    if key.kind == "name" and key.text not in _NOT_BARE:
        key.text = f'"{key.text}"'
    elif key.kind == "quote" and _WORD.fullmatch(key.text[1:-1]) and key.text[1:-1] not in _NOT_BARE:
        key.text = key.text[1:-1]


def _respell_separator(last: Piece, key: Piece, rng: random.Random) -> None:
    if rng.random() < 0.5:
        return
    if last.text == ",":
        last.text, key.gap = "", f"\n{key.gap}"
    elif last.kind != "heredoc" and _BLANK.fullmatch(key.gap.replace("\n", "")):
        last.text, key.gap = f"{last.text},", " "


def _with_blocks_on_one_line(text: str, rng: random.Random) -> str:
    for block in sorted(WrittenFile(text).all_blocks(), key=lambda block: block.range.start, reverse=True):
        arguments = list(block.arguments.values())
        written = text[block.range.start : block.range.end]
        if block.blocks or len(arguments) > 1 or re.search(r"<<|#|//|/\*", written):
            continue
        brace = text.rindex("{", block.range.start, arguments[0].range.start if arguments else block.range.end)
        inner = text[arguments[0].range.start : arguments[0].range.end] if arguments else ""
        body = rng.choice([f"{{ {inner} }}", f"{{\n{inner}\n}}"])
        text = f"{text[:brace]}{body}{text[block.range.end :]}"
    return text


def reordered(texts: list[str], rng: random.Random) -> dict[str, str]:
    """The blocks of a module in other files and another order, and their arguments too."""
    blocks = [_with_arguments_in_any_order(block, rng) for text in texts for block in WrittenFile(text).blocks]
    rng.shuffle(blocks)
    names = rng.sample(FILE_NAMES, rng.randint(1, 4))
    files = dict.fromkeys(names, "")
    for block in blocks:
        files[rng.choice(names)] += f"{block}\n\n"
    return files


def _with_arguments_in_any_order(block: Block, rng: random.Random) -> str:
    text = block.file.text
    parts: list[Any] = [*block.arguments.values(), *block.blocks]
    if not parts:
        return text[block.range.start : block.range.end]
    header = text[block.range.start : min(part.range.start for part in parts)]
    # Nested blocks keep their order, which has a meaning.
    places = [isinstance(part, Argument) for part in parts]
    rng.shuffle(places)
    arguments, nested = list(block.arguments.values()), list(block.blocks)
    rng.shuffle(arguments)
    ordered = [(arguments if is_argument else nested).pop(0) for is_argument in places]
    inner = "\n  ".join(text[part.range.start : part.range.end] for part in ordered)
    return f"{header}{inner}\n}}"


def moved(texts: dict[str, str], folder: str, rng: random.Random) -> tuple[dict[str, str], str]:
    """The files of a root module as those of a module in a folder, and the root module that calls it.

    The providers stay with the root; it passes on its variables, and what the module would take by default.
    """
    inner, above, call = dict(texts), [], [f'source = "./{folder}"']
    aliases = []
    for name, text in texts.items():
        for block in reversed(WrittenFile(text).blocks):
            written = text[block.range.start : block.range.end]
            if block.type == "provider":
                text = f"{text[: block.range.start]}{text[block.range.end :]}"
                above.append(written)
                if "alias" in block.arguments:
                    aliases.append(f"{block.labels[0]}.{block.expression('alias').value}")  # type: ignore[union-attr]
            elif block.type == "variable" and "default" not in block.arguments:
                above.append(written)
                call.append(f"{block.labels[0]} = var.{block.labels[0]}")
            elif block.type == "variable" and rng.random() < 0.5:
                value = block.arguments["default"].value
                call.append(f"{block.labels[0]} = {text[value.start : value.end]}")
            elif block.type == "output":
                above.append(f'output "{block.labels[0]}" {{\n  value = module.{folder}.{block.labels[0]}\n}}')
        inner[name] = text
    if aliases:
        call.append(f"providers = {{ {', '.join(f'{alias} = {alias}' for alias in aliases)} }}")
        required = f'aws = {{ source = "hashicorp/aws", configuration_aliases = [{", ".join(aliases)}] }}'
        inner["versions.tf"] = f"terraform {{\n  required_providers {{\n    {required}\n  }}\n}}\n"
    body = "\n  ".join(call)
    return inner, "\n\n".join([*above, f'module "{folder}" {{\n  {body}\n}}\n'])


# Arguments that are no values, and blocks that hold none.
_NO_VALUES = {"source", "version", "providers", "provider", "depends_on", "iterator", "type", "alias"}
_PER_INSTANCE = re.compile(r"\b(?:each|count)\.")
_NO_VALUE_BLOCKS = {"terraform", "variable", "lifecycle"}
HIDDEN = "hidden_on_purpose"


def hideable(text: str) -> list[Range]:
    """Where the values of a file stand, and the defaults of variables. A variable has one value for all instances: what is
    another value in each cannot be hidden by one.
    """
    file = WrittenFile(text)
    no_values = [block.range for block in file.all_blocks() if block.type in _NO_VALUE_BLOCKS]
    no_values += [one.range for block in file.all_blocks() for one in block.arguments.values() if one.name in _NO_VALUES]
    values = [
        span
        for span in file.expressions
        if not any(no.start <= span.start < no.end for no in no_values) and not _PER_INSTANCE.search(text, *span)
    ]
    return values + [block.arguments["default"].range for block in file.blocks if "default" in block.arguments]


def hidden(text: str, span: Range) -> str:
    """With a variable that has no value in place of a value; of a default nothing is left."""
    instead = "" if text.startswith("default", span.start) else f"(var.{HIDDEN})"
    return f'{text[: span.start]}{instead}{text[span.end :]}\nvariable "{HIDDEN}" {{}}\n'
