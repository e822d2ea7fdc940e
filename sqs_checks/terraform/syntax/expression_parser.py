"""Reading Terraform's expressions and templates from text.

Source: HCL, "HCL Native Syntax Specification" (expressions, templates, heredocs, operator precedence).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, NamedTuple, Optional

from sqs_checks.terraform.syntax.syntax_tree import (
    Access,
    Binary,
    Call,
    Conditional,
    For,
    Index,
    Literal,
    ObjectOf,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    Traversal,
    TupleOf,
    Unary,
)
from sqs_checks.values.configuration_values import Value
from sqs_checks.values.exact_numbers import number_text

_DEEPEST = 150


class SyntaxFaultError(ValueError):
    """The text is no Terraform code. offset: where, by characters from the beginning."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


_BLANK = re.compile(r"(?:[ \t\r\ufeff]+|(?:#|//)[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n\ufeff]+|(?:#|//)[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+")
_TOKENS = (
    r"(?P<name>[^\W\d][\w-]*)"
    r"|(?P<number>\d+(?:\.\d+|\.(?=[eE][+-]?\d))?(?:[eE][+-]?\d+)?)"
    r'|(?P<quote>")'
    r"|(?P<heredoc><<-?[^\W\d][\w-]*[ \t\r]*\n)"
    r"|(?P<operator>\.\.\.|&&|\|\||==|!=|<=|>=|=>|::|(?!//|/\*)[-+*/%!<>?:()\[\]{},.=~])"
)
# A token with the blanks before it; where there are comments among these, it does not match.
_TOKEN = re.compile(rf"[ \t\r\ufeff]*(?:{_TOKENS}|(?P<newline>\n))")
_TOKEN_ON_ANY_LINE = re.compile(rf"[ \t\r\n\ufeff]*(?:{_TOKENS})")
_PLAIN_QUOTED = re.compile(r'[^"\\$%\n]*')
_QUOTED_PIECE = re.compile(r"[^\"\\$%\n]+|\\(?:[nrt\"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|\$\$(?=\{)|%%(?=\{)|[$%](?!\{)")
_TEMPLATE_PIECE = re.compile(r"[^$%\n]*(?:(?:\$\$(?=\{)\{|%%(?=\{)\{|[$%](?!\{))[^$%\n]*)*\n?")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_FLUSH = re.compile(r"\s*")

_PRECEDENCE = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
CONSTANTS = {"true": True, "false": False, "null": None}


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


_new: Any = tuple.__new__


class ExpressionParser:
    """Reads expressions from a text, from a position on. Newlines end an expression, but not within brackets."""

    def __init__(self, text: str, parse_number: Any, start: int = 0, end: Optional[int] = None) -> None:
        self.text = text
        self.position = start
        self.end = len(text) if end is None else end
        self._parse_number = parse_number
        self._ignores_newlines = False
        self._depth = 0
        self._peeked: Optional[Token] = None

    # Tokens

    def peek(self) -> Token:
        """The next token, not taken."""
        return self._peeked or self._scan()

    def take(self) -> Token:
        token = self._peeked or self._scan()
        self._peeked = None
        self.position = token.end
        return token

    def _scan(self) -> Token:
        pattern = _TOKEN_ON_ANY_LINE if self._ignores_newlines else _TOKEN
        match = pattern.match(self.text, self.position, self.end)
        if match is None:
            blank = (_BLANK_LINES if self._ignores_newlines else _BLANK).match(self.text, self.position, self.end)
            start = blank.end() if blank else self.position
            match = pattern.match(self.text, start, self.end)
            if match is None and start < self.end:
                raise SyntaxFaultError(f"`{self.text[start]}` is not expected", start)
        kind: Any = match.lastgroup if match is not None else "end"
        start, end = match.span(kind) if match is not None else (self.end, self.end)
        # As `Token(…)`, which takes twice as long: there is one for every few characters of the code.
        token: Token = _new(Token, (kind, self.text[start:end], start, end))
        self._peeked = token
        return token

    def _is_next(self, operator: str) -> bool:
        # Tokens of other kinds never have the text of an operator.
        return (self._peeked or self._scan()).text == operator

    def _skip(self, operator: str) -> bool:
        if (self._peeked or self._scan()).text != operator:
            return False
        self.take()
        return True

    def expect(self, text: str) -> Token:
        token = self.take()
        if token.text != text or token.kind == "quote":
            raise SyntaxFaultError(f"`{text}` is expected", token.start)
        return token

    def _name(self) -> str:
        token = self.take()
        if token.kind != "name":
            raise SyntaxFaultError("a name is expected", token.start)
        return token.text

    def _newlines(self, ignored: bool) -> bool:
        """Has newlines ignored or not from here on. Returns what held before."""
        before = self._ignores_newlines
        self._ignores_newlines = ignored
        if ignored and self._peeked is not None and self._peeked.kind == "newline":
            self._peeked = None
        return before

    # Expressions

    def expression(self) -> Any:
        """The expression at the position."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise SyntaxFaultError("the expression is nested too deeply", self.position)
        condition = self._binary(1)
        if self._skip("?"):
            then = self.expression()
            self.expect(":")
            otherwise = self.expression()
            condition = Conditional(condition, then, otherwise)
        self._depth -= 1
        return condition

    def _binary(self, lowest: int) -> Any:
        left = self._unary()
        while True:
            token = self.peek()
            precedence = _PRECEDENCE.get(token.text)
            if precedence is None or precedence < lowest:
                return left
            self.take()
            left = Binary(token.text, left, self._binary(precedence + 1))

    def _unary(self) -> Any:
        token = self.take()
        if token.text in ("-", "!"):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise SyntaxFaultError("the expression is nested too deeply", self.position)
            operand = self._unary()
            self._depth -= 1
            return Unary(token.text, operand)
        primary = self._primary(token)
        return self._with_steps(primary) if self.peek().text in (".", "[") else primary

    def _primary(self, token: Token) -> Any:
        """token: that it begins with, which has been taken."""
        kind = token.kind
        if kind == "name":
            if token.text in CONSTANTS:
                return Literal(CONSTANTS[token.text])
            return self._call_or_name(token)
        if kind == "number":
            return Literal(self._parse_number(token.text))
        if kind == "quote":
            return self.quoted()
        if kind == "heredoc":
            return self._heredoc(token)
        if kind == "operator":
            if token.text == "(":
                before = self._newlines(True)
                inner = self.expression()
                self.expect(")")
                self._newlines(before)
                # Kept apart from a bare name, which would be a literal key of an object.
                return Access(inner, ())
            if token.text == "[":
                return self._tuple()
            if token.text == "{":
                return self._object()
        raise SyntaxFaultError("an expression is expected", token.start)

    def _call_or_name(self, token: Token) -> Any:
        name = token.text
        while self._is_next("::"):
            self.take()
            name = f"{name}::{self._name()}"
        if not self._is_next("("):
            return Traversal(name, ())
        self.take()
        before = self._newlines(True)
        arguments: list[Any] = []
        expands = False
        while not self._is_next(")"):
            arguments.append(self.expression())
            if self._skip("..."):
                expands = True
                break
            if not self._skip(","):
                break
        self.expect(")")
        self._newlines(before)
        return Call(name, tuple(arguments), expands)

    def _with_steps(self, source: Any) -> Any:
        steps: list[Any] = []
        while True:
            token = self.peek()
            if token.text not in (".", "["):
                return _accessed(source, steps)
            if token.text == ".":
                self.take()
                if self._skip("*"):
                    # Only names follow within an attribute splat; an index is one of what comes of it.
                    source = Splat(_accessed(source, steps), tuple(self._names()))
                    steps = []
                    continue
                steps.append(self._attribute_step())
                continue
            self.take()
            before = self._newlines(True)
            if self._is_next("*"):
                self.take()
                self.expect("]")
                self._newlines(before)
                source = Splat(_accessed(source, steps), tuple(self._steps_of_each()))
                steps = []
                continue
            key = self.expression()
            self.expect("]")
            self._newlines(before)
            steps.append(Index(key))

    def _attribute_step(self) -> Any:
        token = self.peek()
        if token.kind == "number":
            self.take()
            index = self._parse_number(token.text)
            if "." in token.text:
                # `.0.1` would be two steps.
                raise SyntaxFaultError("an index behind an index stands in brackets", token.start)
            return Index(Literal(index))
        return self._name()

    def _names(self) -> list[Any]:
        names: list[Any] = []
        while self._is_next("."):
            self.take()
            names.append(self._attribute_step())
        return names

    def _steps_of_each(self) -> list[Any]:
        steps: list[Any] = []
        while True:
            token = self.peek()
            if token.text not in (".", "["):
                return steps
            self.take()
            if token.text == ".":
                if self._is_next("*"):
                    self.take()
                    steps.append(Splat(None, tuple(self._names())))
                else:
                    steps.append(self._attribute_step())
                continue
            before = self._newlines(True)
            if self._is_next("*"):
                self.take()
                self.expect("]")
                self._newlines(before)
                steps.append(Splat(None, tuple(self._steps_of_each())))
                return steps
            key = self.expression()
            self.expect("]")
            self._newlines(before)
            steps.append(Index(key))

    def _tuple(self) -> Any:
        before = self._newlines(True)
        if self.peek().kind == "name" and self.peek().text == "for":
            found = self._for("]")
            self._newlines(before)
            return found
        items: list[Any] = []
        while not self._is_next("]"):
            items.append(self.expression())
            if not self._skip(","):
                break
        self.expect("]")
        self._newlines(before)
        return TupleOf(tuple(items))

    def _object(self) -> Any:
        before = self._newlines(True)
        if self.peek().kind == "name" and self.peek().text == "for":
            found = self._for("}")
            self._newlines(before)
            return found
        items: list[tuple[Any, Any]] = []
        while not self._is_next("}"):
            self._newlines(False)
            key = self.expression()
            if isinstance(key, Traversal) and not key.steps:
                key = Literal(key.root)
            elif isinstance(key, Literal) and not isinstance(key.value, str):
                key = Literal(_key_text(key.value))
            if not self._skip("=") and not self._skip(":"):
                raise SyntaxFaultError("`=` is expected", self.peek().start)
            items.append((key, self.expression()))
            token = self.peek()
            if token.kind == "newline" or self._skip(","):
                self._newlines(True)
                continue
            self._newlines(True)
            if not self._is_next("}"):
                raise SyntaxFaultError("`,` or a new line is expected", self.peek().start)
        self.expect("}")
        self._newlines(before)
        return ObjectOf(tuple(items))

    def _for(self, closing: str) -> Any:
        self.expect("for")
        key_name, value_name, collection = self._for_header()
        self.expect(":")
        key, value = None, self.expression()
        groups = False
        if closing == "}":
            self.expect("=>")
            key, value = value, self.expression()
            groups = self._skip("...")
        condition = None
        if self.peek().kind == "name" and self.peek().text == "if":
            self.take()
            condition = self.expression()
        self.expect(closing)
        return For(key_name, value_name, collection, key, value, condition, groups)

    def _for_header(self) -> tuple[Optional[str], str, Any]:
        first = self._name()
        second = self._name() if self._skip(",") else None
        self.expect("in")
        collection = self.expression()
        return (first, second, collection) if second is not None else (None, first, collection)

    # Templates

    def quoted(self) -> Any:
        """The text whose opening quote has been taken."""
        plain = _PLAIN_QUOTED.match(self.text, self.position, self.end)
        if plain is not None and self.text.startswith('"', plain.end()) and plain.end() < self.end:
            self.position = plain.end() + 1
            self._peeked = None
            return Literal(normal_text(plain.group()))
        pieces = self._pieces(is_quoted=True)
        self.position += 1  # the closing quote
        return _as_template(pieces)

    def template(self, flush: bool = False) -> Any:
        """The whole text as a template, as `templatefile` reads it."""
        return _as_template(self._pieces(is_quoted=False), flush)

    def _heredoc(self, token: Token) -> Any:
        marker = token.text.lstrip("<-").strip()
        flush = token.text.startswith("<<-")
        ending = re.compile(rf"^[ \t]*{re.escape(marker)}[ \t\r]*$", re.MULTILINE)
        pieces = self._pieces(is_quoted=False, ending=ending)
        closing = ending.match(self.text, self.position, self.end)
        if closing is None:
            raise SyntaxFaultError(f"`{marker}` is expected at the end of the text", token.start)
        self.position = closing.end()
        self._peeked = None
        return _as_template(pieces, flush)

    def _pieces(self, is_quoted: bool, ending: Optional[re.Pattern[str]] = None) -> list[Any]:
        """The pieces of a template as they stand: `str` for texts, one for each line, and `_Sequence` for the rest.

        ending: the line that ends a heredoc.
        """
        pieces: list[Any] = []
        text = self.text
        while True:
            position = self.position
            if position >= self.end:
                if is_quoted:
                    raise SyntaxFaultError("the text has no end", position)
                return pieces
            if is_quoted and text[position] == '"':
                return pieces
            if ending is not None and text[position - 1] == "\n" and ending.match(text, position, self.end):
                return pieces
            if text.startswith(("${", "%{"), position):
                pieces.append(self._sequence())
                continue
            pieces.append(self._quoted_text() if is_quoted else self._template_text())

    def _template_text(self) -> str:
        match = _TEMPLATE_PIECE.match(self.text, self.position, self.end)
        assert match is not None
        if match.end() == self.position:
            # A lone `$` or `%` at the end.
            self.position += 1
            return self.text[self.position - 1]
        self.position = match.end()
        return normal_text(match.group().replace("$${", "${").replace("%%{", "%{").replace("\r\n", "\n"))

    def _quoted_text(self) -> str:
        written: list[str] = []
        while True:
            match = _QUOTED_PIECE.match(self.text, self.position, self.end)
            if match is None:
                break
            piece = match.group()
            self.position = match.end()
            if piece[0] == "\\":
                piece = _ESCAPES.get(piece[1]) or self._character(piece)
            elif piece in ("$$", "%%"):
                # With the brace: what follows is text, whatever it looks like.
                piece = piece[0] + "{"
                self.position += 1
            written.append(piece)
        if not written:
            raise SyntaxFaultError("the text holds what may not stand in it", self.position)
        return normal_text("".join(written))

    def _character(self, escape: str) -> str:
        number = int(escape[2:], 16)
        if 0xD800 <= number < 0xE000:
            raise SyntaxFaultError(f"`{escape}` is half a character", self.position - len(escape))
        return chr(number) if number <= 0x10FFFF else "\ufffd"

    def _sequence(self) -> Any:
        """`${ … }` or `%{ … }`."""
        is_directive = self.text[self.position] == "%"
        self.position += 2
        trims_before = self.text.startswith("~", self.position)
        self.position += trims_before
        self._peeked = None
        before = self._newlines(True)
        keyword = self._name() if is_directive else ""
        content: Any = None
        if keyword in ("if", ""):
            content = self.expression()
        elif keyword == "for":
            content = self._for_header()
        elif keyword not in ("else", "endif", "endfor"):
            raise SyntaxFaultError(f"`{keyword}` is no directive", self.position)
        blank = _BLANK_LINES.match(self.text, self.position, self.end)
        self.position = blank.end() if blank else self.position
        self._peeked = None
        trims_after = self.text.startswith("~}", self.position)
        if not trims_after and not self.text.startswith("}", self.position):
            raise SyntaxFaultError("`}` is expected", self.position)
        self.position += 2 if trims_after else 1
        self._newlines(before)
        self._peeked = None
        return _Sequence(keyword, content, trims_before, trims_after)


class _Sequence(NamedTuple):
    keyword: str  # empty for an interpolation
    content: Any
    trims_before: bool
    trims_after: bool


def normal_text(text: str) -> str:
    """A text as Terraform keeps it: characters that are put together are one."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _key_text(value: Value) -> str:
    return "true" if value is True else "false" if value is False else "null" if value is None else number_text(value)


def _accessed(source: Any, steps: list[Any]) -> Any:
    if not steps:
        return source
    if isinstance(source, Traversal):
        return Traversal(source.root, (*source.steps, *steps))
    return Access(source, tuple(steps))


def _as_template(pieces: list[Any], flush: bool = False) -> Any:
    pieces = _trimmed(pieces)
    if flush:
        _remove_indentation(pieces)
    if len(pieces) == 1 and isinstance(pieces[0], _Sequence) and not pieces[0].keyword:
        return Access(pieces[0].content, ())
    parts, rest = _structured(pieces, 0, ())
    if rest != len(pieces):
        raise SyntaxFaultError(f"`%{{ {pieces[rest].keyword} }}` has no beginning", 0)
    if all(isinstance(part, str) for part in parts.parts):
        return Literal("".join(parts.parts))
    return parts


def _trimmed(pieces: list[Any]) -> list[Any]:
    """What `~` takes away: blanks of the text right before or behind, up to the end of its line."""
    for number, piece in enumerate(pieces):
        if isinstance(piece, _Sequence):
            if piece.trims_before and number and isinstance(pieces[number - 1], str):
                pieces[number - 1] = pieces[number - 1].rstrip()
            if piece.trims_after and number + 1 < len(pieces) and isinstance(pieces[number + 1], str):
                pieces[number + 1] = pieces[number + 1].lstrip()
    return pieces


def _remove_indentation(pieces: list[Any]) -> None:
    """What `<<-` takes away: the blanks that all lines begin with."""
    least: Optional[int] = None
    first_of_lines: list[int] = []
    begins_line = True
    for number, piece in enumerate(pieces):
        if begins_line:
            begins_line = False
            indentation = 0
            is_blank = False
            if isinstance(piece, str):
                indentation = len(piece) - len(piece.lstrip())
                is_blank = indentation == len(piece) and piece.endswith("\n")
                if not is_blank:
                    first_of_lines.append(number)
            if not is_blank:
                least = indentation if least is None else min(least, indentation)
        if isinstance(piece, str) and piece.endswith("\n"):
            begins_line = True
    for number in first_of_lines:
        pieces[number] = pieces[number][least or 0 :]


def _structured(pieces: list[Any], position: int, endings: tuple[str, ...]) -> tuple[Template, int]:
    """The pieces up to a directive that ends them, directives put together. Returns where that one stands."""
    parts: list[Any] = []
    while position < len(pieces):
        piece = pieces[position]
        if isinstance(piece, str):
            if piece:
                parts.append(piece)
            position += 1
            continue
        if piece.keyword == "":
            parts.append(piece.content)
            position += 1
        elif piece.keyword == "if":
            then, position = _structured(pieces, position + 1, ("else", "endif"))
            otherwise = Template(())
            if pieces[position].keyword == "else":
                otherwise, position = _structured(pieces, position + 1, ("endif",))
            parts.append(TemplateIf(piece.content, then, otherwise))
            position += 1
        elif piece.keyword == "for":
            body, position = _structured(pieces, position + 1, ("endfor",))
            key_name, value_name, collection = piece.content
            parts.append(TemplateFor(key_name, value_name, collection, body))
            position += 1
        else:
            break
    if endings and (position == len(pieces) or pieces[position].keyword not in endings):
        raise SyntaxFaultError(f"`%{{ {endings[-1]} }}` is expected", 0)
    return Template(tuple(parts)), position
