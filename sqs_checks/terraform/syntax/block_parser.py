"""Reading Terraform's files: blocks and arguments.

Source: HCL, "HCL Native Syntax Specification" (structural elements).
"""

from __future__ import annotations

import re
from typing import Any, Optional

from sqs_checks.terraform.syntax.expression_parser import CONSTANTS, ExpressionParser, SyntaxFaultError, normal_text
from sqs_checks.terraform.syntax.syntax_tree import Argument, Block, Literal, Range, SourceFile, Traversal, TupleOf

_DEEPEST = 50
# An argument on a line of its own that is a plain text, a whole number or a name with attributes, or a list of such, as most
# are: it can be read at once instead of token by token.
_PLAIN = r"\"[^\"\\$%\n]*\"|\d+|[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*"
_PLAIN_ARGUMENT = re.compile(
    r"[ \t\n]*(?P<name>[^\W\d][\w-]*)[ \t]*=[ \t]*"
    rf"(?P<value>{_PLAIN}|\[[ ]*(?!for\b)(?:{_PLAIN})(?:,[ ]*(?:{_PLAIN}))*[ ]*\])(?=\n)"
)
_PLAIN_ITEM = re.compile(_PLAIN)


def parse_file(path: str, text: str, parse_number: Any) -> SourceFile:
    """The blocks of a file, those at its top; a fault leaves out what stands behind it. parse_number: of a literal."""
    file = SourceFile(path, text)
    blocks: list[Block] = []
    file.blocks = blocks
    parser = FileParser(text, parse_number)
    try:
        parser.body(file, {}, blocks, "end", 0)
    except SyntaxFaultError as fault:
        file.fault = f"line {file.line_of(fault.offset)}: {fault}"
    except RecursionError:
        file.fault = "it is nested too deeply"
    return file


class FileParser(ExpressionParser):
    """Reads a whole file."""

    def body(self, file: SourceFile, arguments: dict[str, Argument], blocks: list[Block], ending: str, depth: int) -> None:
        """Reads arguments and blocks up to the ending: `}` or the end of the file, which is left to be taken."""
        if depth > _DEEPEST:
            raise SyntaxFaultError("blocks are nested too deeply", self.position)
        while True:
            plain = self.plain_argument()
            if plain is not None:
                arguments[plain.name] = plain
                continue
            token = self.take()
            if token.kind == "newline":
                continue
            if token.kind == "end" or (token.text == "}" and token.kind == "operator"):
                if (token.text or "end") != ending:
                    raise SyntaxFaultError("`}` is not expected" if ending == "end" else "`}` is expected", token.start)
                return
            if token.kind != "name":
                raise SyntaxFaultError("an argument or a block is expected", token.start)
            if self._skip("="):
                start = self.peek().start
                expression = self.expression()
                value = Range(start, self.position)
                arguments[token.text] = Argument(token.text, expression, Range(token.start, self.position), value)
                self._expect_end_of_line()
                continue
            blocks.append(self._block(file, token.text, token.start, depth))

    def plain_argument(self) -> Optional[Argument]:
        """The argument that comes next, taken, where it is a plain one on a line of its own."""
        match = _PLAIN_ARGUMENT.match(self.text, self.position, self.end)
        if match is None:
            return None
        self.position, self._peeked = match.end(), None
        name, text = match.groups()
        is_list = text[0] == "["
        expression = TupleOf(tuple(map(self._plain, _PLAIN_ITEM.findall(text)))) if is_list else self._plain(text)
        end = match.end()
        return Argument(name, expression, Range(match.start("name"), end), Range(match.start("value"), end))

    def _plain(self, text: str) -> Any:
        if text[0] == '"':
            return Literal(normal_text(text[1:-1]))
        if text in CONSTANTS:
            return Literal(CONSTANTS[text])
        if text[0].isdecimal():
            return Literal(self._parse_number(text))
        root, *steps = text.split(".")
        return Traversal(root, tuple(steps))

    def _expect_end_of_line(self) -> None:
        token = self.peek()
        if token.kind not in ("newline", "end") and token.text != "}":
            raise SyntaxFaultError("a new line is expected", token.start)

    def _block(self, file: SourceFile, block_type: str, start: int, depth: int) -> Block:
        labels: list[str] = []
        while True:
            token = self.take()
            if token.kind == "name":
                labels.append(token.text)
            elif token.kind == "quote":
                label = self.quoted()
                if not isinstance(label, Literal):
                    raise SyntaxFaultError("a label may not be worked out", token.start)
                labels.append(str(label.value))
            elif token.text == "{" and token.kind == "operator":
                break
            else:
                raise SyntaxFaultError("`=` or `{` is expected", token.start)
        arguments: dict[str, Argument] = {}
        blocks: list[Block] = []
        self.body(file, arguments, blocks, "}", depth + 1)
        return Block(block_type, tuple(labels), arguments, blocks, Range(start, self.position), file)
