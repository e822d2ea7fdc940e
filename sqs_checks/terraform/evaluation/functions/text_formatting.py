"""Terraform's `format` and `formatlist`.

Source: Terraform language documentation, "format Function"; cty, package function/stdlib (verbs and what they accept); Go,
packages fmt and math/big (how numbers are written).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple, Optional

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import (
    FunctionContext,
    expanded,
    has_unsure_elements,
    reason_of,
    unknown_result,
)
from sqs_checks.terraform.evaluation.functions.grapheme_clusters import grapheme_clusters
from sqs_checks.terraform.evaluation.functions.number_functions import absolute
from sqs_checks.terraform.evaluation.type_constraints import BOOL, DYNAMIC, NUMBER, STRING, convert, list_of, type_of
from sqs_checks.values.configuration_values import (
    LIST,
    SET,
    TUPLE,
    Attribute,
    Deferred,
    Elements,
    PiecedText,
    Unknown,
    Value,
    first_unknown,
    is_hidden,
    is_null,
    is_number,
    joined_text,
    without_type,
)
from sqs_checks.values.exact_numbers import (
    Number,
    digits_of,
    general_text,
    is_infinite,
    number_text,
    scientific_text,
    significant_digits,
)
from sqs_checks.values.json_text import write_json

_LONGEST = 100_000
_MOST_DIGITS = 4_000  # Python writes no numbers of more than 4,300
_DIRECTIVE = re.compile(
    r"%(?:(?P<percent>%)|(?P<flags>[-0#+ ]*)(?P<width>[1-9][0-9]*)?(?:\.(?P<precision>[0-9]*))?(?:\[(?P<index>[1-9][0-9]*)\])?"
    r"(?P<verb>[a-zA-Z]))"
)


class _Directive(NamedTuple):
    text: str
    verb: str
    flags: str
    width: int
    precision: Optional[int]


_UNTYPED_NULL: Final = Unknown("Terraform itself tells no text of a null without a type", STRING, not_null=True)


def format_text(context: FunctionContext, template: Value, *values: Value) -> Value:
    if any(is_null(value) and type_of(value) == DYNAMIC for value in values):
        return _UNTYPED_NULL
    return _formatted(context, template, values)


def _formatted(context: FunctionContext, template: Value, values: Sequence[Value]) -> Value:
    if isinstance(template, PiecedText) or is_hidden(template):
        start = template.prefix if isinstance(template, PiecedText) else ""
        return unknown_result([template], STRING, prefix=start.partition("%")[0])
    pieces: list[Any] = []
    position = used = most_used = 0
    while position < len(template):
        at = template.find("%", position)
        if at < 0:
            break
        match = _DIRECTIVE.match(template, at)
        if match is None:
            raise InvalidExpressionError(f"the format has no verb Terraform knows at offset {len(template[:at].encode())}")
        pieces.append(template[position:at])
        position = match.end()
        if match.group("percent"):
            pieces.append("%")
            continue
        used = int(match.group("index")) if match.group("index") else used + 1
        most_used = max(used, most_used)
        if used > len(values):
            raise InvalidExpressionError(f"not enough arguments for `{match.group()}`: it needs {used}, there are {len(values)}")
        directive = _directive(match)
        if max(directive.width, directive.precision or 0) > _LONGEST:
            return Unknown("a text of that length is not worked out", STRING, not_null=True)
        context.spend(1 + directive.width // 64 + (directive.precision or 0) // 64)
        pieces += _written(directive, values[used - 1])
    pieces.append(template[position:])
    if most_used < len(values):
        raise InvalidExpressionError(f"too many arguments; only {most_used} used by the format")
    return joined_text(pieces)


def _directive(match: re.Match[str]) -> _Directive:
    precision = match.group("precision")
    return _Directive(
        match.group(),
        match.group("verb"),
        match.group("flags"),
        int((match.group("width") or "0")[:9]),
        None if precision is None else int(precision[:9] or "0"),
    )


def _written(directive: _Directive, value: Value) -> list[Any]:
    """The pieces that a directive makes of a value."""
    verb = directive.verb
    if verb == "v":
        return _written_as_it_is(directive, value)
    if verb not in "tbdoxXeEfgGsq":
        raise InvalidExpressionError(f"there is no verb `{verb}`, as in `{directive.text}`")
    if is_null(value):
        raise InvalidExpressionError(f"a null value cannot be formatted by `{directive.text}`")
    wanted = BOOL if verb == "t" else STRING if verb in "sq" else NUMBER
    try:
        converted = convert(value, wanted)
    except InvalidExpressionError:
        raise InvalidExpressionError(f"`{directive.text}` needs a {wanted}") from None
    if is_hidden(converted):
        as_text = isinstance(converted, PiecedText) or verb in "sq"
        if not as_text or directive.width or directive.precision is not None:
            return [Unknown(reason_of(converted), STRING, not_null=True)]
        return ['"', converted, '"'] if verb == "q" else [converted]
    if verb == "t":
        return ["true" if converted else "false"]
    if verb in "sq":
        # A precision of nothing is none.
        cut = "".join(grapheme_clusters(converted)[: directive.precision]) if directive.precision else converted
        return [_padded(directive, cut if verb == "s" else str(write_json(cut)))]
    if is_infinite(converted):
        if verb in "bdoxX":
            raise InvalidExpressionError(f"`{directive.text}` needs a finite number")
        return [_padded(directive._replace(flags=directive.flags.replace("0", "")), number_text(converted))]
    digits = digits_of(abs(Fraction(converted).numerator)) + (directive.precision or 0)
    if digits > _MOST_DIGITS:
        return [Unknown("a number of that many digits is not worked out", STRING, not_null=True)]
    return [_whole(directive, converted) if verb in "bdoxX" else _floating(directive, converted)]


def _written_as_it_is(directive: _Directive, value: Value) -> list[Any]:
    written: Any
    value = without_type(value)
    if isinstance(value, Unknown) or (isinstance(value, (str, PiecedText, Attribute)) and "#" not in directive.flags):
        written = value
    elif is_number(value) and "#" not in directive.flags:
        written = general_text(value, None, "e")
    else:
        value = expanded(value)
        is_deferred = isinstance(first_unknown(value), Deferred)
        written = unknown_result([value], STRING) if is_deferred else write_json(value)
    if isinstance(written, str):
        return [_padded(directive, written)]
    return [written] if not directive.width else [Unknown(reason_of(written), STRING, not_null=True)]


def _padded(directive: _Directive, text: str) -> str:
    missing = directive.width - len(grapheme_clusters(text)) if directive.width else 0
    if missing <= 0:
        return text
    padding = ("0" if "0" in directive.flags else " ") * missing
    return text + padding if "-" in directive.flags else padding + text


_PREFIXES = {"b": "0b", "o": "0", "x": "0x", "X": "0X", "d": ""}


def _whole(directive: _Directive, value: Number) -> str:
    if value != int(value):
        raise InvalidExpressionError(f"`{directive.text}` needs a whole number")
    value = int(value)
    if directive.precision == 0 and value == 0:
        return ""
    digits = format(abs(value), directive.verb).rjust(directive.precision or 0, "0")
    sign = _sign(directive, value) + (_PREFIXES[directive.verb] if "#" in directive.flags else "")
    missing = max(directive.width - len(sign) - len(digits), 0)
    if "-" in directive.flags:
        return sign + digits + " " * missing
    if "0" in directive.flags and directive.precision is None:
        return sign + "0" * missing + digits
    return " " * missing + sign + digits


def _sign(directive: _Directive, value: Number) -> str:
    return "-" if math.copysign(1, value) < 0 else "+" if "+" in directive.flags else " " if " " in directive.flags else ""


def _floating(directive: _Directive, value: Number) -> str:
    verb, precision = directive.verb, directive.precision
    magnitude = absolute(value)
    if verb == "f":
        written = _fixed(magnitude, 6 if precision is None else precision)
    elif verb in "eE":
        wanted = 6 if precision is None else precision
        digits, exponent = significant_digits(magnitude, wanted + 1)
        written = scientific_text(digits, exponent, wanted, verb)
    else:
        written = general_text(magnitude, precision, "e" if verb == "g" else "E")
    sign = _sign(directive, value)
    missing = max(directive.width - len(sign) - len(written), 0)
    if "0" in directive.flags:
        return sign + "0" * missing + written
    return sign + written + " " * missing if "-" in directive.flags else " " * missing + sign + written


def _fixed(magnitude: Number, places: int) -> str:
    digits = str(round(magnitude * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def format_list(context: FunctionContext, template: Value, *values: Value) -> Value:
    result = list_of(STRING)
    length: Optional[int] = None
    if any(is_null(value) and type_of(value) == DYNAMIC for value in values):
        return unknown_result([_UNTYPED_NULL], result)
    for number, value in enumerate(values):
        if is_null(value) and type_of(value).kind in (LIST, SET, TUPLE):
            raise InvalidExpressionError(f"argument {number + 1} is a null list")
        if isinstance(value, Elements):
            if length is not None and length != len(value.items) and not has_unsure_elements(value):
                raise InvalidExpressionError(f"argument {number + 1} has another length than the lists before it")
            length = len(value.items)
    hidden = [value for value in values if _may_be_list(value)]
    if hidden:
        return unknown_result(hidden, result)
    count = 1 if length is None else length
    context.spend(count * (1 + len(values)))
    rows = [[value.parts[at] if isinstance(value, Elements) else value for value in values] for at in range(count)]
    return Elements(LIST, [_formatted(context, template, row) for row in rows], STRING)


def _may_be_list(value: Value) -> bool:
    """Whether it is not known how many texts a value makes."""
    if isinstance(value, Elements):
        return has_unsure_elements(value)
    return isinstance(value, Unknown) and getattr(value.type, "kind", "dynamic") not in (
        "string",
        "number",
        "bool",
        "map",
        "object",
    )
