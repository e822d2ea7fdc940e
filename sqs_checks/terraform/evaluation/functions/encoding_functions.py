"""Terraform's functions that encode and decode: JSON, YAML, CSV, Base64, URLs, hashes.

Source: Terraform language documentation, "Encoding Functions", "Hash and Crypto Functions".
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import re
import uuid
from collections.abc import Callable
from fractions import Fraction
from typing import Any
from urllib.parse import quote

import yaml

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import FunctionContext, expanded, unknown_result, weight_of
from sqs_checks.terraform.evaluation.type_constraints import STRING, convert
from sqs_checks.values.configuration_values import (
    LIST,
    OBJECT,
    TUPLE,
    Attribute,
    Elements,
    Entries,
    PiecedText,
    Unknown,
    Value,
    is_wholly_known,
)
from sqs_checks.values.exact_numbers import number_text, rounded
from sqs_checks.values.json_text import NotJsonError, read_json_text, write_json

_LARGEST_YAML = 200_000


def jsonencode(context: FunctionContext, value: Value) -> Value:
    context.spend(weight_of(value))
    try:
        return write_json(expanded(value))
    except ValueError:
        return unknown_result([value], STRING)


def jsondecode(text: Value) -> Value:
    if isinstance(text, (Unknown, Attribute)):
        return unknown_result([text])
    try:
        return read_json_text(text, list_kind=TUPLE, object_kind=OBJECT).stated
    except NotJsonError as fault:
        if isinstance(text, PiecedText):
            return unknown_result([text])
        raise InvalidExpressionError(f"no JSON: {fault}") from fault


def yamldecode(text: Value) -> Value:
    if not is_wholly_known(text):
        return unknown_result([text])
    if len(text) > _LARGEST_YAML:
        return Unknown("YAML of that size is not read", not_null=False)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            raise InvalidExpressionError("no YAML: there is no document")
        return _from_yaml(node, 0)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise InvalidExpressionError(f"no YAML: {str(fault).splitlines()[0]}") from fault


# YAML 1.1's, as Terraform reads it.
_YAML_TRUTHS = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False, "y": True, "n": False}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _from_yaml(node: Any, depth: int) -> Value:
    if depth > 100:
        raise ValueError("nested too deeply")
    if isinstance(node, yaml.SequenceNode):
        return Elements(TUPLE, [_from_yaml(item, depth + 1) for item in node.value])
    if isinstance(node, yaml.MappingNode):
        items: dict[str, Value] = {}
        for key, value in node.value:
            if key.tag.endswith(":merge"):
                merged = _from_yaml(value, depth + 1)
                items = {**(merged.items if isinstance(merged, Entries) else {}), **items}
                continue
            name = _from_yaml(key, depth + 1)
            items[str(convert(name, STRING)) if name is not None else "null"] = _from_yaml(value, depth + 1)
        return Entries(OBJECT, items)
    tag, text = node.tag.rpartition(":")[2], node.value
    if tag == "null":
        return None
    if tag == "bool" or (tag == "str" and node.style is None and text in ("y", "Y", "n", "N")):
        return _YAML_TRUTHS[text.lower()]
    if tag == "int":
        digits = text.replace("_", "")
        return int(digits, 0) if digits.lstrip("+-")[:2].lower() in ("0x", "0b", "0o") else int(digits)
    if tag == "timestamp" and _DAY.fullmatch(text):
        return f"{text}T00:00:00Z"
    if tag == "float" and text.lower().lstrip("+-") not in (".inf", ".nan"):
        return rounded(Fraction(text.replace("_", "")))
    return text


def yamlencode(value: Value) -> Value:
    if not is_wholly_known(value):
        return unknown_result([value], STRING)
    return _yaml(value, 0).lstrip("\n") + ("\n" if not isinstance(value, (Elements, Entries)) or not _size(value) else "")


def _size(value: Any) -> int:
    return len(value.items)


def _yaml(value: Value, depth: int) -> str:
    blanks = "  " * depth
    if isinstance(value, Elements) and value.items:
        return "\n" + "".join(f"{blanks}- {_yaml_item(item, depth)}" for item in value.items)
    if isinstance(value, Entries) and value.items:
        lines = ""
        for name in sorted(value.items):
            item = value.items[name]
            written = _yaml(item, depth if isinstance(item, Elements) else depth + 1)
            lines += f"{blanks}{_scalar(name)}:{written if written.startswith(chr(10)) else ' ' + written + chr(10)}"
        return "\n" + lines
    if isinstance(value, str) and "\n" in value:
        return _literal(value, depth)
    return _scalar(value)


def _literal(text: str, depth: int) -> str:
    """A text of several lines, as a block."""
    mark = "|-" if not text.endswith("\n") else "|+" if text.endswith("\n\n") else "|"
    lines = (text if not text.endswith("\n") else text[:-1]).split("\n")
    blanks = "  " * max(depth, 1)
    return mark + "".join(f"\n{blanks}{line}" if line else "\n" for line in lines)


def _yaml_item(item: Value, depth: int) -> str:
    written = _yaml(item, depth + 1)
    if not written.startswith("\n"):
        return written + "\n"
    return written[1 + 2 * (depth + 1) :]


def _scalar(value: Value) -> str:
    if isinstance(value, Elements):
        return "[]"
    if isinstance(value, Entries):
        return "{}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        written = write_json(value)
        return written if isinstance(written, str) else ""
    return number_text(value)


def csvdecode(text: str) -> Value:
    rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    if not rows:
        raise InvalidExpressionError("no header line")
    header = rows[0]
    if len(set(header)) != len(header):
        raise InvalidExpressionError("two columns have one name")
    if any(len(row) != len(header) for row in rows[1:] if row):
        raise InvalidExpressionError("wrong number of fields")
    return Elements(LIST, [Entries(OBJECT, dict(zip(header, row))) for row in rows[1:] if row])


def base64encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def base64decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError) as fault:
        raise InvalidExpressionError("no Base64 of a text") from fault


_ENCODINGS = {"utf-8": "utf-8", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "iso-8859-1": "latin-1", "us-ascii": "ascii"}


def _encoding(name: str) -> str:
    return _ENCODINGS.get(name.lower(), name)


def textencodebase64(text: str, encoding: str) -> str:
    try:
        return base64.b64encode(text.encode(_encoding(encoding))).decode()
    except (LookupError, UnicodeError) as fault:
        raise InvalidExpressionError(f"no text of the encoding `{encoding}`") from fault


def textdecodebase64(text: str, encoding: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode(_encoding(encoding))
    except (LookupError, ValueError) as fault:
        raise InvalidExpressionError(f"no text of the encoding `{encoding}`") from fault


def urlencode(text: str) -> str:
    return quote(text, safe="-_.~").replace("%20", "+")


def hashed(name: str, in_base64: bool) -> Callable[[Any], str]:
    """A hash of a text or of bytes, in hexadecimal or Base64."""

    def digest(content: Any) -> str:
        found = hashlib.new(name, content.encode() if isinstance(content, str) else content).digest()
        return base64.b64encode(found).decode() if in_base64 else found.hex()

    return digest


_NAMESPACES = {"dns": uuid.NAMESPACE_DNS, "url": uuid.NAMESPACE_URL, "oid": uuid.NAMESPACE_OID, "x500": uuid.NAMESPACE_X500}


def uuidv5(namespace: str, name: str) -> str:
    try:
        return str(uuid.uuid5(_NAMESPACES.get(namespace) or uuid.UUID(namespace), name))
    except ValueError as fault:
        raise InvalidExpressionError(f"`{namespace}` is no namespace") from fault
