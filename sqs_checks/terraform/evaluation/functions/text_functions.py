"""Terraform's functions of texts, of which parts may not be known.

Source: Terraform language documentation, "String Functions"; Go, package fmt (verbs of `format`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import FunctionContext, unknown_result, whole_number
from sqs_checks.terraform.evaluation.functions.grapheme_clusters import grapheme_clusters
from sqs_checks.terraform.evaluation.type_constraints import BOOL, NUMBER, STRING, convert, list_of
from sqs_checks.values.configuration_values import (
    LIST,
    Attribute,
    Elements,
    PiecedText,
    Unknown,
    Value,
    is_hidden,
    is_wholly_known,
    joined_text,
    why_unknown,
)
from sqs_checks.values.exact_numbers import Number, number_text
from sqs_checks.values.json_text import write_json

# What Go takes for white space.
_BLANKS = " \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_WIDEST = 10_000


def known_only(function: Callable[..., Value]) -> Callable[..., Value]:
    """A function of texts that says nothing where part of one is not known."""

    def call(*arguments: Value) -> Value:
        return function(*arguments) if all(map(is_wholly_known, arguments)) else unknown_result(arguments, STRING)

    return call


def join(separator: Value, *lists: Value) -> Value:
    items: list[Value] = []
    for one in lists:
        if not isinstance(one, Elements):
            return unknown_result([one], STRING)
        items += one.items
    pieces: list[Any] = []
    for number, item in enumerate(items):
        if item is None:
            raise InvalidExpressionError("`join` takes no null")
        if isinstance(item, Unknown):
            item = Unknown(item.reason, STRING, not_null=True, prefix=item.prefix)
        pieces += [item] if number == 0 else [separator, item]
    return joined_text(pieces)


def split(separator: Value, text: Value) -> Value:
    if is_wholly_known(text) and is_wholly_known(separator):
        parts = text.split(separator) if separator else grapheme_clusters(text)
        return Elements(LIST, parts, STRING)
    if isinstance(text, Attribute) and separator == ":" and text.name == "arn":
        # An ARN has six parts at least; which they are is not known.
        return unknown_result([text], list_of(STRING))
    return unknown_result([separator, text], list_of(STRING))


def replace(text: Value, found: Value, replacement: Value) -> Value:
    is_pattern = isinstance(found, str) and len(found) > 1 and found.startswith("/") and found.endswith("/")
    if isinstance(text, str) and isinstance(found, str) and found and not is_pattern and is_hidden(replacement):
        first, *others = text.split(found)
        return joined_text([first, *(piece for other in others for piece in (replacement, other))])
    if not all(map(is_wholly_known, (text, found, replacement))):
        return unknown_result([text, found, replacement], STRING)
    if is_pattern:
        from sqs_checks.terraform.evaluation.functions.regex_functions import replaced  # which needs this module's neighbours

        return replaced(text, found[1:-1], replacement)
    return text.replace(found, replacement)


def startswith(text: Value, prefix: Value) -> Value:
    return _begins_or_ends(text, prefix, str.startswith, 0)


def endswith(text: Value, suffix: Value) -> Value:
    return _begins_or_ends(text, suffix, str.endswith, -1)


def _begins_or_ends(text: Value, part: Value, test: Callable[[str, str], bool], side: int) -> Value:
    if isinstance(text, str) and isinstance(part, str):
        return test(text, part)
    if isinstance(part, str):
        if part == "":
            return True
        edge = text.pieces[side] if isinstance(text, PiecedText) else text
        known = edge if isinstance(edge, str) else edge.prefix if isinstance(edge, Unknown) and side == 0 else ""
        if test(known, part):
            return True
        shared = min(len(known), len(part))
        differs = known[:shared] != part[:shared] if side == 0 else known[len(known) - shared :] != part[len(part) - shared :]
        if shared and differs:
            return False
    return unknown_result([text, part], BOOL)


def strcontains(text: Value, part: Value) -> Value:
    if isinstance(part, str):
        known = [piece for piece in text.pieces if isinstance(piece, str)] if isinstance(text, PiecedText) else [text]
        if any(isinstance(piece, str) and part in piece for piece in known):
            return True
        if isinstance(text, str):
            return False
    return unknown_result([text, part], BOOL)


def trimprefix(text: Value, prefix: Value) -> Value:
    if isinstance(text, PiecedText) and isinstance(prefix, str) and isinstance(text.pieces[0], str):
        if len(text.pieces[0]) >= len(prefix):
            begins = text.pieces[0].startswith(prefix)
            return joined_text([text.pieces[0][len(prefix) :], *text.pieces[1:]]) if begins else text
        if not prefix.startswith(text.pieces[0]):
            return text
    if not is_wholly_known(text) or not is_wholly_known(prefix):
        return unknown_result([text, prefix], STRING)
    return text[len(prefix) :] if text.startswith(prefix) else text


def trimsuffix(text: Value, suffix: Value) -> Value:
    if isinstance(text, PiecedText) and isinstance(suffix, str) and isinstance(text.pieces[-1], str):
        last = text.pieces[-1]
        if len(last) >= len(suffix):
            ends = bool(suffix) and last.endswith(suffix)
            return joined_text([*text.pieces[:-1], last[: len(last) - len(suffix)]]) if ends else text
    if not is_wholly_known(text) or not is_wholly_known(suffix):
        return unknown_result([text, suffix], STRING)
    return text[: len(text) - len(suffix)] if suffix and text.endswith(suffix) else text


def substr(text: Value, offset: Value, length: Value) -> Value:
    if isinstance(text, PiecedText) and isinstance(text.pieces[0], str) and isinstance(offset, int) and isinstance(length, int):
        known = grapheme_clusters(text.pieces[0])[:-1]
        if offset >= 0 and length >= 0 and offset + length <= len(known):
            return "".join(known[offset : offset + length])
    if not all(map(is_wholly_known, (text, offset, length))):
        return unknown_result([text, offset, length], STRING)
    characters = grapheme_clusters(text)
    start, count = whole_number(offset, "the offset"), whole_number(length, "the length")
    if start < 0:
        start = max(start + len(characters), 0)
    return "".join(characters[start:] if count < 0 else characters[start : start + count])


def strrev(text: str) -> str:
    return "".join(reversed(grapheme_clusters(text)))


def title(text: str) -> str:
    """Each letter behind what is no letter, digit or `_` in upper case, as Go's `strings.Title` has it."""
    return re.sub(r"(?<!\w)(\w)", lambda match: match.group(1).upper(), text)


def indent(spaces: Value, text: Value) -> Value:
    count = whole_number(spaces, "the number of spaces", least=0) if not is_hidden(spaces) else None
    if count is None or count > _WIDEST or isinstance(text, (Unknown, Attribute)):
        return unknown_result([spaces, text], STRING)
    blanks = "\n" + " " * count
    if isinstance(text, PiecedText):
        if any(not isinstance(piece, (str, Attribute)) for piece in text.pieces):
            return unknown_result([text], STRING)
        return joined_text([piece.replace("\n", blanks) if isinstance(piece, str) else piece for piece in text.pieces])
    return text.replace("\n", blanks)


def trimspace(text: str) -> str:
    return text.strip(_BLANKS)


def chomp(text: str) -> str:
    return re.sub(r"(?:\r\n?|\n)*\Z", "", text)


def trim(text: str, characters: str) -> str:
    return text.strip(characters) if characters else text


def upper(text: str) -> str:
    # Character by character, as Go: `ß` stays.
    return "".join(one.upper() if len(one.upper()) == 1 else one for one in text)


def lower(text: str) -> str:
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in text)


_VERB = re.compile(r"%(?:\[(\d+)\])?([-+# 0]*)(\d+)?(?:\.(\d+)?)?(?:\[(\d+)\])?([a-zA-Z%])")


def format_text(context: FunctionContext, template: Value, *arguments: Value) -> Value:
    if not isinstance(template, str):
        return unknown_result([template], STRING)
    pieces: list[Any] = []
    position, used = 0, 0
    while True:
        percent = template.find("%", position)
        if percent < 0:
            pieces.append(template[position:])
            break
        pieces.append(template[position:percent])
        verb = _VERB.match(template, percent)
        if verb is None:
            raise InvalidExpressionError("`format` takes no such verb")
        position = verb.end()
        if verb.group(6) == "%":
            pieces.append("%")
            continue
        width = int(verb.group(3)) if verb.group(3) else None
        has_precision = "." in verb.group().split("[")[0]
        precision = int(verb.group(4) or "0") if has_precision else None
        explicit = verb.group(1) or verb.group(5)
        number = int(explicit) - 1 if explicit else used
        if not 0 <= number < len(arguments):
            raise InvalidExpressionError("`format` is given too few values")
        used = number + 1
        if width is not None and width > _WIDEST:
            return Unknown("a text of that width is not worked out", STRING, not_null=True)
        context.spend(1 + (width or 0) // 64)
        pieces.append(_formatted(verb.group(6), verb.group(2), width, precision, arguments[number]))
    if used < len(arguments) and not re.search(r"\[\d+\]", template):
        raise InvalidExpressionError("`format` is given too many values")
    return joined_text(pieces)


def _formatted(verb: str, flags: str, width: Any, precision: Any, value: Value) -> Any:
    if verb == "v" and "#" in flags:
        text: Any = write_json(value)
    elif verb == "v":
        text = _plainly(value)
    elif verb in "sq":
        if value is None:
            raise InvalidExpressionError("`format` takes no null as text")
        text = _hidden_or(value) or convert(value, STRING)
        if precision is not None and isinstance(text, str):
            text = "".join(grapheme_clusters(text)[:precision])
        if verb == "q" and isinstance(text, str):
            text = _quoted(text)
        elif verb == "q":
            return unknown_result([value], STRING)
    elif verb == "t":
        truth = _required(value, BOOL)
        text = truth if is_hidden(truth) else "true" if truth else "false"
    elif verb in "bdoxXeEfFgG":
        number = _required(value, NUMBER)
        text = number if is_hidden(number) else _number(verb, flags, precision, number)
    else:
        raise InvalidExpressionError(f"`format` takes no verb `%{verb}`")
    if is_hidden(text):
        piece = Unknown(why_unknown(text), STRING, not_null=True) if isinstance(text, Unknown) else text
        return piece if not width else unknown_result([piece], STRING)
    missing = (width or 0) - len(grapheme_clusters(text))
    if missing > 0:
        if "-" in flags:
            return text + " " * missing
        if "0" in flags and verb not in "sqvt":
            sign = text[: len(text) - len(text.lstrip("+-"))]
            return sign + "0" * missing + text[len(sign) :]
        return ("0" if "0" in flags and verb in "sqvt" else " ") * missing + text
    return text


def _hidden_or(value: Value) -> Any:
    return value if is_hidden(value) else None


def _required(value: Value, wanted: Any) -> Value:
    if value is None:
        raise InvalidExpressionError("`format` takes no null there")
    return convert(value, wanted)


def _plainly(value: Value) -> Any:
    """`%v`: texts as they are, the rest as JSON."""
    if value is None:
        return "null"
    if is_hidden(value) or isinstance(value, str):
        return value
    if isinstance(value, (bool, int, Fraction)):
        return convert(value, STRING)
    return write_json(value)


def _quoted(text: str) -> str:
    written = write_json(text)
    return written if isinstance(written, str) else ""


def _number(verb: str, flags: str, precision: Any, number: Number) -> str:
    sign = "-" if number < 0 else "+" if "+" in flags else " " if " " in flags else ""
    size: Number = -number if number < 0 else number
    if verb in "bdoxX":
        if isinstance(size, Fraction):
            raise InvalidExpressionError(f"`%{verb}` takes a whole number")
        whole = int(size)
        digits = format(whole, {"b": "b", "d": "d", "o": "o", "x": "x", "X": "X"}[verb])
        prefix = {"x": "0x", "X": "0X", "o": "0", "b": "0b"}.get(verb, "") if "#" in flags else ""
        return sign + prefix + digits
    places = 6 if precision is None else precision
    if verb in "fF":
        scaled = round(Fraction(size) * 10**places)
        text = str(scaled).rjust(places + 1, "0")
        return sign + (f"{text[:-places]}.{text[-places:]}" if places else text)
    if verb in "gG" and precision is None:
        return sign + _shortest(float(size), verb)
    return sign + format(float(size), f".{places}{verb}")


def _shortest(value: float, verb: str) -> str:
    """`%g`: with an exponent below -4 and from 21 on, the shortest digits that tell the number."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value!r}", 0
    text = format(value, "e")
    exponent = int(text.split("e")[1])
    if -4 <= exponent < 21:
        return number_text(Fraction(mantissa))
    digits = mantissa.split("e")[0]
    return f"{digits}{'E' if verb == 'G' else 'e'}{exponent:+03d}"


def formatlist(context: FunctionContext, template: Value, *arguments: Value) -> Value:
    lists = [one for one in arguments if isinstance(one, Elements)]
    if any(isinstance(one, (Unknown, Attribute)) and not isinstance(one, Attribute) for one in arguments):
        return unknown_result([one for one in arguments if isinstance(one, Unknown)], list_of(STRING))
    if not lists:
        return Elements(LIST, [format_text(context, template, *arguments)], STRING)
    lengths = {len(one.items) for one in lists}
    if len(lengths) != 1:
        raise InvalidExpressionError("the lists that `formatlist` is given differ in length")
    rows = [[one.items[number] if isinstance(one, Elements) else one for one in arguments] for number in range(lengths.pop())]
    return Elements(LIST, [format_text(context, template, *row) for row in rows], STRING)
