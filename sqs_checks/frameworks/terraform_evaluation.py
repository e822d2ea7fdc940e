"""Working out Terraform's expressions of conditions and counts, as far as their values are known.

Source: Terraform language documentation, "Arithmetic and Logical Operators", "Conditional Expressions", "Function Calls".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Optional

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<string>\"(?:[^\"\\$%]|\\.|[$%](?!\{))*\")"
    r"|(?P<operator>&&|\|\||==|!=|<=|>=|[-+*/<>!?:()\[\]{},.=])|(?P<name>[A-Za-z_][\w-]*)|(?P<other>\S))"
)
_DEEPEST = 60


class Unknown:
    """A value that cannot be told."""


UNKNOWN = Unknown()
Lookup = Callable[[str, str], Any]


class _NotUnderstoodError(Exception):
    """The expression is beyond this reader."""


def evaluate(text: str, lookup: Lookup) -> Any:
    """The value of an expression: a bool, number, str, list, dict or None (null); UNKNOWN where it cannot be told.

    lookup: the value of a name: `("var", "create")`, `("local", "name")`; UNKNOWN where it cannot be told.
    """
    try:
        reader = _Reader(_tokens(text), lookup)
        value = reader.expression()
        return value if reader.at_end else UNKNOWN
    except (_NotUnderstoodError, RecursionError, TypeError, ValueError, ArithmeticError):
        return UNKNOWN


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup in (None, "other"):
            raise _NotUnderstoodError
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
        while position < len(text) and text[position].isspace():
            position += 1
    return tokens


_BINARY = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/"))


class _Reader:
    """A reader of one expression, by descent."""

    def __init__(self, tokens: list[tuple[str, str]], lookup: Lookup) -> None:
        self._tokens = tokens
        self._lookup = lookup
        self._position = 0
        self._depth = 0

    @property
    def at_end(self) -> bool:
        return self._position == len(self._tokens)

    def _next(self, *wanted: str) -> Optional[str]:
        """The operator that comes next, where it is one of those wanted; it is read then."""
        if not self.at_end:
            kind, text = self._tokens[self._position]
            if kind == "operator" and text in wanted:
                self._position += 1
                return text
        return None

    def _must(self, wanted: str) -> None:
        if self._next(wanted) is None:
            raise _NotUnderstoodError

    def expression(self) -> Any:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NotUnderstoodError
        condition = self._binary(0)
        if self._next("?"):
            if_true = self.expression()
            self._must(":")
            if_false = self.expression()
            truth = _as_bool(condition)
            self._depth -= 1
            if truth is UNKNOWN:
                return if_true if _is_same(if_true, if_false) is True else UNKNOWN
            return if_true if truth else if_false
        self._depth -= 1
        return condition

    def _binary(self, level: int) -> Any:
        if level == len(_BINARY):
            return self._unary()
        left = self._binary(level + 1)
        while True:
            operator = self._next(*_BINARY[level])
            if operator is None:
                return left
            left = _combined(operator, left, self._binary(level + 1))

    def _unary(self) -> Any:
        if self._next("!"):
            truth = _as_bool(self._unary())
            return UNKNOWN if truth is UNKNOWN else not truth
        if self._next("-"):
            number = self._unary()
            return UNKNOWN if number is UNKNOWN else -_as_number(number)
        return self._traversed(self._primary())

    def _traversed(self, value: Any) -> Any:
        while True:
            if self._next("."):
                _, key = self._take("name", "number")
                value = _element(value, key)
            elif self._next("["):
                key = self.expression()
                self._must("]")
                value = UNKNOWN if key is UNKNOWN else _element(value, key)
            else:
                return value

    def _take(self, *kinds: str) -> tuple[str, str]:
        if self.at_end or self._tokens[self._position][0] not in kinds:
            raise _NotUnderstoodError
        self._position += 1
        return self._tokens[self._position - 1]

    def _primary(self) -> Any:
        if self._next("("):
            value = self.expression()
            self._must(")")
            return value
        if self._next("["):
            return self._items("]")
        if self._next("{"):
            return self._mapping()
        kind, text = self._take("number", "string", "name")
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "string":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text]
        if self._next("("):
            return _called(text, self._items(")"))
        self._must(".")
        _, name = self._take("name")
        if text in ("var", "local"):
            return self._lookup(text, name)
        # An attribute of something: never null, and nothing else is known of it.
        return UNKNOWN

    def _items(self, end: str) -> list[Any]:
        items: list[Any] = []
        while self._next(end) is None:
            items.append(self.expression())
            if self._next(",") is None:
                self._must(end)
                break
        return items

    def _mapping(self) -> Any:
        mapping: dict[str, Any] = {}
        while self._next("}") is None:
            kind, key = self._take("name", "string")
            if self._next("=", ":") is None:
                raise _NotUnderstoodError
            mapping[key[1:-1] if kind == "string" else key] = self.expression()
            self._next(",")
        return mapping


def _as_bool(value: Any) -> Any:
    if value is UNKNOWN or isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise _NotUnderstoodError


def _as_number(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    raise _NotUnderstoodError


def _is_same(left: Any, right: Any) -> Any:
    if left is None or right is None:
        other = right if left is None else left
        return UNKNOWN if other is UNKNOWN else other is None
    if _is_partly_unknown(left) or _is_partly_unknown(right):
        return UNKNOWN
    if isinstance(left, bool) != isinstance(right, bool) or isinstance(left, str) != isinstance(right, str):
        return UNKNOWN  # whether one is converted to the other's type depends on declarations
    return left == right


def _is_partly_unknown(value: Any) -> bool:
    if isinstance(value, (list, dict)):
        return any(map(_is_partly_unknown, value.values() if isinstance(value, dict) else value))
    return value is UNKNOWN


def _combined(operator: str, left: Any, right: Any) -> Any:
    if operator in ("&&", "||"):
        decisive = operator == "||"
        truths = (_as_bool(left), _as_bool(right))
        if decisive in truths:
            return decisive
        return UNKNOWN if UNKNOWN in truths else not decisive
    if operator in ("==", "!="):
        same = _is_same(left, right)
        return UNKNOWN if same is UNKNOWN else same == (operator == "==")
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    one, other = _as_number(left), _as_number(right)
    operations: Mapping[str, Callable[[Any, Any], Any]] = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
    }
    return operations[operator](one, other)


def _element(value: Any, key: Any) -> Any:
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, dict):
        if str(key) in value:
            return value[str(key)]
    elif isinstance(value, list) and re.fullmatch(r"\d+", str(key)) and int(key) < len(value):
        return value[int(key)]
    raise _NotUnderstoodError


def _called(name: str, arguments: list[Any]) -> Any:
    function = _FUNCTIONS.get(name)
    if function is None:
        return UNKNOWN
    return function(*arguments)


def _length(value: Any) -> Any:
    return len(value) if isinstance(value, (list, dict, str)) else UNKNOWN


def _concat(*lists: Any) -> Any:
    return [item for one in lists for item in one] if all(isinstance(one, list) for one in lists) else UNKNOWN


def _merged(*mappings: Any) -> Any:
    if not all(isinstance(one, dict) for one in mappings):
        return UNKNOWN
    return {key: item for one in mappings for key, item in one.items()}


def _contains(collection: Any, item: Any) -> Any:
    if not isinstance(collection, list):
        return UNKNOWN
    found = [_is_same(one, item) for one in collection]
    return True if True in found else UNKNOWN if UNKNOWN in found else False


def _coalesced(*values: Any) -> Any:
    for value in values:
        if value is UNKNOWN:
            return UNKNOWN
        if value not in (None, ""):
            return value
    raise _NotUnderstoodError


def _keys(value: Any) -> Any:
    return sorted(value) if isinstance(value, dict) else UNKNOWN


def _as_it_is(value: Any) -> Any:
    return value


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "length": _length,
    "concat": _concat,
    "merge": _merged,
    "contains": _contains,
    "coalesce": _coalesced,
    "keys": _keys,
    "toset": _as_it_is,
    "tolist": _as_it_is,
    "tomap": _as_it_is,
    "tobool": _as_it_is,
    "tonumber": _as_it_is,
}
