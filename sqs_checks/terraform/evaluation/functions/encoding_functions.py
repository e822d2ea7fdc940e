"""Terraform's functions that encode, decode and hash.

Source: Terraform language documentation, "Encoding Functions", "Hash and Crypto Functions".
"""

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
import re
import unicodedata
import uuid
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Union
from urllib.parse import quote_plus

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.csv_text import InvalidCsvError, csv_rows
from sqs_checks.terraform.evaluation.functions.function_rows import FunctionContext, expanded, reason_of, unknown_result
from sqs_checks.terraform.evaluation.functions.yaml_text import InvalidYamlError, UnsupportedYamlError, read_yaml, write_yaml
from sqs_checks.terraform.evaluation.type_constraints import STRING, object_of
from sqs_checks.values.configuration_values import (
    LIST,
    OBJECT,
    TUPLE,
    Deferred,
    Elements,
    Entries,
    PiecedText,
    Unknown,
    Value,
    first_unknown,
    is_hidden,
    is_number,
    is_wholly_known,
)
from sqs_checks.values.exact_numbers import is_infinite, rounded
from sqs_checks.values.json_text import NotJsonError, read_json_text, write_json

Digest = Callable[[bytes], Any]


def bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def text_of(content: bytes, what: str) -> str:
    """Bytes as a text of a configuration."""
    try:
        return unicodedata.normalize("NFC", content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidExpressionError(f"{what} is not valid UTF-8") from None


def hexadecimal(digest: Digest) -> Callable[[bytes], str]:
    """What makes the hexadecimal text of a hash."""
    return lambda content: str(digest(content).hexdigest())


def as_base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def hashed_as_base64(digest: Digest) -> Callable[[bytes], str]:
    return lambda content: as_base64(digest(content).digest())


def _md5(content: bytes) -> Any:
    # Where the machine refuses MD5 for security, this use is none.
    return hashlib.new("md5", content, usedforsecurity=False)


def _sha1(content: bytes) -> Any:
    return hashlib.new("sha1", content, usedforsecurity=False)


md5_text = hexadecimal(_md5)
sha1_text = hexadecimal(_sha1)
sha256_text = hexadecimal(hashlib.sha256)
sha512_text = hexadecimal(hashlib.sha512)
sha256_base64 = hashed_as_base64(hashlib.sha256)
sha512_base64 = hashed_as_base64(hashlib.sha512)


def of_text(made: Callable[[bytes], str]) -> Callable[[str], str]:
    """The function of a text that is a function of its bytes."""
    return lambda text: made(bytes_of(text))


def _decoded(text: str) -> bytes:
    try:
        # Go passes over line ends, and over nothing else.
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidExpressionError("the text is not valid Base64") from None


def base64decode(text: str) -> str:
    return text_of(_decoded(text), "the decoded text")


def compressed(text: str) -> Unknown:
    return Unknown("`base64gzip` depends on how Terraform compresses", STRING, not_null=True)


def urlencode(text: str) -> str:
    return quote_plus(text, safe="~", encoding="utf-8", errors="replace")


# Terraform's names of the encodings that Python reads just as Go does; those of Eastern Asia differ in some characters.
_CODECS = {
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (*range(1, 11), 13, 14, 15, 16)},
    **{f"windows-125{number}": f"cp125{number}" for number in range(9)},
    **{f"{name}{page}": f"cp{page}" for name in ("ibm", "cp") for page in (437, 850, 852, 855, 862, 863, 865, 866)},
    **dict.fromkeys(("us-ascii", "iso646-us", "us", "iso-ir-6", "csascii"), "ascii"),
    **dict.fromkeys(("latin1", "l1", "iso_8859-1", "iso_8859-1:1987", "iso-ir-100", "csisolatin1", "cp819", "ibm819"), "latin-1"),
    **dict.fromkeys(("latin2", "l2"), "iso8859-2"),
    **dict.fromkeys(("iso_8859-15", "latin-9"), "iso8859-15"),
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "macintosh": "mac-roman",
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
}


# Names without a digit that Terraform may know although Python does not.
_OTHER_NAMES = re.compile(r"cs.*|mac|extended_unix_code_packed_format_for_japanese|.*[0-9].*")


def _codec(name: str) -> Union[str, Unknown]:
    codec = _CODECS.get(name.lower())
    if codec is not None:
        return codec
    if not _OTHER_NAMES.fullmatch(name.lower()) and not _is_known_to_python(name):
        raise InvalidExpressionError(f"`{name}` is no encoding")
    return Unknown(f"the encoding `{name}` is not worked out", STRING, not_null=True)


def _is_known_to_python(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


def textencodebase64(text: str, encoding: str) -> Union[str, Unknown]:
    codec = _codec(encoding)
    if isinstance(codec, Unknown):
        return codec
    if codec == "utf-16":
        return as_base64(b"\xfe\xff" + text.encode("utf-16-be"))
    try:
        return as_base64(text.encode(codec))
    except UnicodeError:
        raise InvalidExpressionError(f"the text holds characters that {encoding} lacks") from None


def textdecodebase64(text: str, encoding: str) -> Union[str, Unknown]:
    codec = _codec(encoding)
    if isinstance(codec, Unknown):
        return codec
    content = _decoded(text)
    if codec == "utf-16" and content[:2] not in (b"\xfe\xff", b"\xff\xfe"):
        codec = "utf-16-be"
    try:
        return content.decode(codec)
    except UnicodeError:
        raise InvalidExpressionError(f"the text holds what is not defined for {encoding}") from None


def rsadecrypt(text: str, key: str) -> Unknown:
    _decoded(text)
    if not re.search("-----BEGIN .*-----\\s.*-----END .*-----", key, re.DOTALL):
        raise InvalidExpressionError("the key is no PEM")
    return Unknown("`rsadecrypt` needs a private key, which is not read", STRING, not_null=True)


_NAMESPACES = {"dns": uuid.NAMESPACE_DNS, "url": uuid.NAMESPACE_URL, "oid": uuid.NAMESPACE_OID, "x500": uuid.NAMESPACE_X500}


def uuidv5(namespace: str, name: str) -> str:
    try:
        space = _NAMESPACES.get(namespace) or uuid.UUID(namespace)
    except ValueError:
        raise InvalidExpressionError(f"`{namespace}` is no namespace of UUIDs") from None
    return str(uuid.UUID(bytes=_sha1(space.bytes + bytes_of(name)).digest()[:16], version=5))


def jsonencode(value: Value) -> Value:
    value = expanded(value)
    if _holds_infinity(value):
        raise InvalidExpressionError("an infinite number has no JSON")
    if isinstance(first_unknown(value), Deferred):
        return unknown_result([value], STRING)
    try:
        return write_json(value)
    except ValueError:
        return unknown_result([value], STRING)


def _holds_infinity(value: Value) -> bool:
    if isinstance(value, Elements):
        return any(map(_holds_infinity, value.items))
    if isinstance(value, Entries):
        return any(map(_holds_infinity, value.items.values()))
    return isinstance(value, float) and is_infinite(value)


def jsondecode(text: Value) -> Value:
    if is_hidden(text) and not isinstance(text, PiecedText):
        return unknown_result([text], not_null=False)
    try:
        return _with_terraforms_numbers(read_json_text(text, list_kind=TUPLE, object_kind=OBJECT).stated)
    except NotJsonError as error:
        if isinstance(text, PiecedText):
            # What is not known may make it JSON after all.
            return unknown_result([text], not_null=False)
        raise InvalidExpressionError(f"the text is not JSON: {error}") from None


def _with_terraforms_numbers(value: Value) -> Value:
    if isinstance(value, Elements):
        return Elements(value.kind, [_with_terraforms_numbers(item) for item in value.items])
    if isinstance(value, Entries):
        return Entries(value.kind, {name: _with_terraforms_numbers(value.items[name]) for name in sorted(value.items)})
    return rounded(Fraction(value)) if is_number(value) and not isinstance(value, float) else value


def csvdecode(text: str) -> Elements:
    try:
        rows = csv_rows(text)
    except InvalidCsvError as error:
        raise InvalidExpressionError(f"CSV parse error on {error}") from None
    if not rows:
        raise InvalidExpressionError("missing header line")
    header = rows[0]
    if len(set(header)) < len(header):
        raise InvalidExpressionError("a column name stands twice")
    objects = [Entries(OBJECT, dict(sorted(zip(header, row)))) for row in rows[1:]]
    return Elements(LIST, objects, object_of(dict.fromkeys(header, STRING)))


def yamldecode(context: FunctionContext, text: str) -> Value:
    context.spend(len(text) // 2)
    try:
        return read_yaml(text)
    except InvalidYamlError as error:
        raise InvalidExpressionError(f"the text is not YAML: {error}") from None
    except UnsupportedYamlError as error:
        return Unknown(f"the YAML is not worked out: {error}")


def yamlencode(value: Value) -> Value:
    value = expanded(value)
    if not is_wholly_known(value):
        return Unknown(reason_of(value), STRING, not_null=True)
    try:
        return write_yaml(value)
    except UnsupportedYamlError as error:
        return Unknown(f"the YAML is not worked out: {error}", STRING, not_null=True)
