"""Every function of Terraform 1.11, in one table: what it takes, and what it makes of it.

Source: `terraform metadata functions -json`; Terraform language documentation, "Built-in Functions".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions import (
    collection_functions as collections,
)
from sqs_checks.terraform.evaluation.functions import (
    encoding_functions as encoding,
)
from sqs_checks.terraform.evaluation.functions import (
    file_functions as files,
)
from sqs_checks.terraform.evaluation.functions import (
    number_functions as numbers,
)
from sqs_checks.terraform.evaluation.functions import (
    regex_functions as regex,
)
from sqs_checks.terraform.evaluation.functions import (
    text_functions as texts,
)
from sqs_checks.terraform.evaluation.functions import (
    time_functions as times,
)
from sqs_checks.terraform.evaluation.functions.function_rows import Function, FunctionContext, unknown_result
from sqs_checks.terraform.evaluation.type_constraints import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    convert,
    list_of,
    map_of,
    set_of,
    type_of,
)
from sqs_checks.values.configuration_values import Deferred, Unknown, Value, is_wholly_known

_ANY = DYNAMIC
_TEXTS = list_of(STRING)
# From the first argument on, any may be null.
_NULLS = 0


def _plain(name: str, evaluate: Any, *parameters: Type, result: Type = STRING, variadic: Any = None) -> Function:
    """A function that needs all its arguments known."""
    return Function(name, evaluate, parameters, result, variadic)


def _open(name: str, evaluate: Any, *parameters: Type, result: Type = DYNAMIC, **more: Any) -> Function:
    """A function that decides what it can where parts of its arguments are not known."""
    return Function(name, evaluate, parameters, result, decides=True, **more)


def _type_name(value: Value) -> Value:
    return Unknown(f"the type {type_of(value)} is shown in the console only")


_HASHES = ("md5", "sha1", "sha256", "sha512")
_ROWS = [
    # Numbers
    _plain("abs", numbers.absolute, NUMBER, result=NUMBER),
    _plain("ceil", numbers.ceil, NUMBER, result=NUMBER),
    _plain("floor", numbers.floor, NUMBER, result=NUMBER),
    _plain("log", numbers.log, NUMBER, NUMBER, result=NUMBER),
    _plain("max", numbers.largest, NUMBER, result=NUMBER, variadic=NUMBER),
    _plain("min", numbers.smallest, NUMBER, result=NUMBER, variadic=NUMBER),
    _open("parseint", numbers.parseint, _ANY, NUMBER, result=NUMBER),
    _plain("pow", numbers.pow, NUMBER, NUMBER, result=NUMBER),
    _plain("signum", numbers.signum, NUMBER, result=NUMBER),
    _open("sum", numbers.total, _ANY, result=NUMBER),
    # Texts
    _plain("chomp", texts.chomp, STRING),
    _open("endswith", texts.endswith, STRING, STRING, result=BOOL),
    _open("format", texts.format_text, STRING, variadic=_ANY, nulls_from=1, uses_context=True, result=STRING),
    _open("formatlist", texts.formatlist, STRING, variadic=_ANY, nulls_from=1, uses_context=True, result=_TEXTS),
    _open("indent", texts.indent, NUMBER, STRING, result=STRING),
    _open("join", texts.join, STRING, variadic=_TEXTS, result=STRING),
    _plain("lower", texts.lower, STRING),
    _open("regex", regex.regex, STRING, STRING),
    _open("regexall", regex.regexall, STRING, STRING),
    _open("replace", texts.replace, STRING, STRING, STRING, result=STRING),
    _open("split", texts.split, STRING, STRING, result=_TEXTS),
    _open("startswith", texts.startswith, STRING, STRING, result=BOOL),
    _open("strcontains", texts.strcontains, STRING, STRING, result=BOOL),
    _plain("strrev", texts.strrev, STRING),
    _open("substr", texts.substr, STRING, NUMBER, NUMBER, result=STRING),
    _open("templatestring", files.templatestring, STRING, _ANY, uses_context=True),
    _plain("title", texts.title, STRING),
    _plain("trim", texts.trim, STRING, STRING),
    _open("trimprefix", texts.trimprefix, STRING, STRING, result=STRING),
    _plain("trimspace", texts.trimspace, STRING),
    _open("trimsuffix", texts.trimsuffix, STRING, STRING, result=STRING),
    _plain("upper", texts.upper, STRING),
    # Collections
    _open("alltrue", collections.alltrue, list_of(BOOL), result=BOOL),
    _open("anytrue", collections.anytrue, list_of(BOOL), result=BOOL),
    _open("chunklist", collections.chunklist, list_of(_ANY), NUMBER),
    _open("coalesce", collections.coalesce, variadic=_ANY, nulls_from=_NULLS),
    _open("coalescelist", collections.coalescelist, variadic=_ANY, nulls_from=_NULLS),
    _open("compact", collections.compact, _TEXTS, result=_TEXTS),
    _open("concat", collections.concat, variadic=_ANY),
    _open("contains", collections.contains, _ANY, _ANY, result=BOOL),
    _open("distinct", collections.distinct, list_of(_ANY)),
    _open("element", collections.element, _ANY, NUMBER),
    _open("flatten", collections.flatten, _ANY),
    _open("index", collections.index, _ANY, _ANY, result=NUMBER),
    _open("keys", collections.keys, _ANY),
    _open("length", collections.length, _ANY, result=NUMBER),
    _open("lookup", collections.lookup, _ANY, STRING, variadic=_ANY, nulls_from=2),
    _open("matchkeys", collections.matchkeys, list_of(_ANY), list_of(_ANY), list_of(_ANY)),
    _open("merge", collections.merge, variadic=_ANY, nulls_from=_NULLS),
    _open("one", collections.one, _ANY),
    _open("range", collections.range_of, NUMBER, variadic=NUMBER, uses_context=True, result=list_of(NUMBER)),
    _open("reverse", collections.reverse, _ANY),
    _open("setintersection", collections.setintersection, set_of(_ANY), variadic=set_of(_ANY)),
    _open("setproduct", collections.setproduct, variadic=_ANY, uses_context=True),
    _open("setsubtract", collections.setsubtract, set_of(_ANY), set_of(_ANY)),
    _open("setunion", collections.setunion, set_of(_ANY), variadic=set_of(_ANY)),
    _open("slice", collections.slice_of, _ANY, NUMBER, NUMBER),
    _open("sort", collections.sort, _TEXTS, result=_TEXTS),
    _open("transpose", collections.transpose, map_of(_TEXTS), result=map_of(_TEXTS)),
    _open("values", collections.values, _ANY),
    _open("zipmap", collections.zipmap, list_of(STRING), _ANY),
    # Conversion
    _open("tobool", lambda value: value, BOOL, nulls_from=_NULLS, result=BOOL),
    _open("tolist", collections.tolist, _ANY, nulls_from=_NULLS),
    _open("tomap", collections.tomap, _ANY, nulls_from=_NULLS),
    _open("tonumber", lambda value: value, NUMBER, nulls_from=_NULLS, result=NUMBER),
    _open("toset", collections.toset, _ANY, nulls_from=_NULLS),
    _open("tostring", lambda value: value, STRING, nulls_from=_NULLS, result=STRING),
    _open("sensitive", lambda value: value, _ANY, nulls_from=_NULLS),
    _open("nonsensitive", lambda value: value, _ANY, nulls_from=_NULLS),
    _open("ephemeralasnull", lambda value: value, _ANY, nulls_from=_NULLS),
    _open("issensitive", lambda value: Unknown("whether a value is sensitive is not followed", BOOL), _ANY, nulls_from=_NULLS),
    _open("type", _type_name, _ANY, nulls_from=_NULLS),
    # Encoding
    _plain("base64decode", encoding.base64decode, STRING),
    _plain("base64encode", encoding.base64encode, STRING),
    _plain("csvdecode", encoding.csvdecode, STRING, result=DYNAMIC),
    _open("jsondecode", encoding.jsondecode, STRING),
    _open("jsonencode", encoding.jsonencode, _ANY, nulls_from=_NULLS, uses_context=True, result=STRING),
    _plain("textdecodebase64", encoding.textdecodebase64, STRING, STRING),
    _plain("textencodebase64", encoding.textencodebase64, STRING, STRING),
    _plain("urlencode", encoding.urlencode, STRING),
    _open("yamldecode", encoding.yamldecode, STRING),
    _open("yamlencode", encoding.yamlencode, _ANY, nulls_from=_NULLS, result=STRING),
    *(_plain(name, encoding.hashed(name, in_base64=False), STRING) for name in _HASHES),
    _plain("base64sha256", encoding.hashed("sha256", in_base64=True), STRING),
    _plain("base64sha512", encoding.hashed("sha512", in_base64=True), STRING),
    _plain("uuidv5", encoding.uuidv5, STRING, STRING),
    # Times, networks, paths
    _plain("formatdate", times.formatdate, STRING, STRING),
    _plain("timeadd", times.timeadd, STRING, STRING),
    _plain("timecmp", times.timecmp, STRING, STRING, result=NUMBER),
    _plain("cidrhost", times.cidrhost, STRING, NUMBER),
    _plain("cidrnetmask", times.cidrnetmask, STRING),
    _plain("cidrsubnet", times.cidrsubnet, STRING, NUMBER, NUMBER),
    _plain("cidrsubnets", times.cidrsubnets, STRING, result=_TEXTS, variadic=NUMBER),
    _plain("basename", times.basename, STRING),
    _plain("dirname", times.dirname, STRING),
    # Files
    _open("file", files.file, STRING, uses_context=True, result=STRING),
    _open("fileexists", files.fileexists, STRING, uses_context=True, result=BOOL),
    _open("fileset", files.fileset, STRING, STRING, uses_context=True),
    _open("filebase64", files.file_with(files.in_base64), STRING, uses_context=True, result=STRING),
    *(
        _open(f"file{name}", files.file_with(encoding.hashed(name, in_base64=False)), STRING, uses_context=True, result=STRING)
        for name in _HASHES
    ),
    *(
        _open(f"filebase64{name}", files.file_with(encoding.hashed(name, in_base64=True)), STRING, uses_context=True)
        for name in ("sha256", "sha512")
    ),
    _open("templatefile", files.templatefile, STRING, _ANY, uses_context=True),
]
FUNCTIONS: Mapping[str, Function] = {row.name: row for row in _ROWS}
# What nobody can know before Terraform runs, and what depends on the machine it runs on.
NOT_PURE: Mapping[str, str] = {
    "abspath": "it depends on where Terraform runs",
    "base64gzip": "the bytes that Terraform's compression makes are not worked out",
    "bcrypt": "it is another value each time",
    "pathexpand": "it depends on where Terraform runs",
    "plantimestamp": "it is the time of the plan",
    "rsadecrypt": "it needs a private key",
    "timestamp": "it is the time at which it is applied",
    "uuid": "it is another value each time",
}


def call_function(name: str, arguments: Sequence[Value], context: FunctionContext) -> Value:
    """What a function makes of its arguments.

    Raises InvalidExpressionError where Terraform refuses the call, BudgetExceededError where it takes too much.
    """
    name = name[len("core::") :] if name.startswith("core::") else name
    if name in NOT_PURE or name.startswith("provider::"):
        return Unknown(f"`{name}` is not worked out: {NOT_PURE.get(name, 'it is a function of a provider')}", not_null=True)
    row = FUNCTIONS.get(name)
    if row is None:
        raise InvalidExpressionError(f"there is no function `{name}`")
    if len(arguments) < len(row.parameters) or (row.variadic is None and len(arguments) > len(row.parameters)):
        raise InvalidExpressionError(f"`{name}` takes {len(row.parameters)} arguments")
    converted = [_converted(row, position, value) for position, value in enumerate(arguments)]
    if not row.decides and not all(map(is_wholly_known, converted)):
        return unknown_result(converted, row.result)
    return row.evaluate(context, *converted) if row.uses_context else row.evaluate(*converted)


def _converted(row: Function, position: int, value: Value) -> Value:
    if value is None:
        if row.nulls_from is None or position < row.nulls_from:
            raise InvalidExpressionError(f"`{row.name}` takes no null")
        return None
    wanted = row.parameters[position] if position < len(row.parameters) else row.variadic
    if wanted is None or wanted.kind == "dynamic" or isinstance(value, Deferred):
        return value
    return convert(value, wanted)
