"""Reading Terraform's files: blocks and arguments.

Source: HCL, "HCL Native Syntax Specification" (structural elements).
"""

from __future__ import annotations

from typing import Any

from sqs_checks.terraform.syntax.expression_parser import ExpressionParser, SyntaxFaultError
from sqs_checks.terraform.syntax.syntax_tree import Argument, Block, Literal, Range, SourceFile

_DEEPEST = 50


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
            token = self.take()
            if token.kind == "newline":
                continue
            if token.kind == "end" or (token.text == "}" and token.kind == "operator"):
                if (token.text or "end") != ending:
                    raise SyntaxFaultError("`}` is not expected" if ending == "end" else "`}` is expected", token.start)
                return
            if token.kind != "name":
                raise SyntaxFaultError("an argument or a block is expected", token.start)
            follows = self.peek()
            if follows.text == "=" and follows.kind == "operator":
                self.take()
                start = self.peek().start
                expression = self.expression()
                value = Range(start, self.position)
                arguments[token.text] = Argument(token.text, expression, Range(token.start, self.position), value)
                self._expect_end_of_line()
                continue
            blocks.append(self._block(file, token.text, token.start, depth))

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
