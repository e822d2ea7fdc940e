"""Every function of Terraform 1.11, in one table, and how a function is called.

Source: `terraform metadata functions -json` (names, parameters, types); cty, package function (what is converted and checked
before a call).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions import (
    collection_functions,
    encoding_functions,
    file_functions,
    network_functions,
    number_functions,
    regex_functions,
    set_functions,
    text_formatting,
    text_functions,
    time_functions,
)
from sqs_checks.terraform.evaluation.functions.function_rows import (
    Function,
    FunctionContext,
    expanded,
    unknown_result,
    weight_of,
)
from sqs_checks.terraform.evaluation.type_constraints import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    convert,
    list_of,
    map_of,
    set_of,
)
from sqs_checks.values.configuration_values import Unknown, Value, is_null, is_wholly_known, without_type

__all__ = ["FUNCTIONS", "HANDLED_BY_EVALUATOR", "FunctionContext", "call_function"]

# These take expressions, not values.
HANDLED_BY_EVALUATOR: Final = ("can", "try")

_ANY_LIST, _TEXTS, _BOOLS, _NUMBERS, _ANY_SET = list_of(DYNAMIC), list_of(STRING), list_of(BOOL), list_of(NUMBER), set_of(DYNAMIC)

_of_text, _of_file = encoding_functions.of_text, file_functions.of_file


def _same(value: Value) -> Value:
    return value


def _not_sensitive(value: Value) -> Value:
    # What is sensitive is not tracked. A value that stands in the code as it is can hardly be; where it comes from is not told.
    return Unknown("which values are sensitive is not followed", BOOL, not_null=True)


def _of_the_run(name: str, why: str) -> Function:
    def evaluate(*_: Value) -> Value:
        return Unknown(f"`{name}` {why}", STRING, not_null=True)

    return Function(name, evaluate, result=STRING, variadic=DYNAMIC, decides=True)


_C, _N, _T, _E, _F, _S = (
    collection_functions,
    number_functions,
    text_functions,
    encoding_functions,
    file_functions,
    set_functions,
)
_TO = collection_functions.convert_to

_ROWS: Final = (
    # Numbers.
    Function("abs", _N.absolute, (NUMBER,), NUMBER),
    Function("ceil", _N.ceil, (NUMBER,), NUMBER),
    Function("floor", _N.floor, (NUMBER,), NUMBER),
    Function("log", _N.log, (NUMBER, NUMBER), NUMBER),
    Function("max", _N.largest, (), NUMBER, variadic=NUMBER),
    Function("min", _N.smallest, (), NUMBER, variadic=NUMBER),
    Function("parseint", _N.parseint, (DYNAMIC, NUMBER), NUMBER, decides=True),
    Function("pow", _N.pow, (NUMBER, NUMBER), NUMBER),
    Function("signum", _N.signum, (NUMBER,), NUMBER),
    Function("sum", _N.total, (DYNAMIC,), NUMBER, decides=True),
    # Texts.
    Function("chomp", _T.chomp, (STRING,), STRING, decides=True),
    Function("endswith", _T.endswith, (STRING, STRING), BOOL, decides=True),
    Function(
        "format", text_formatting.format_text, (STRING,), STRING, DYNAMIC, 1, decides=True, uses_context=True, minds_types=True
    ),
    Function(
        "formatlist",
        text_formatting.format_list,
        (STRING,),
        _TEXTS,
        DYNAMIC,
        1,
        decides=True,
        uses_context=True,
        minds_types=True,
    ),
    Function("indent", _T.indent, (NUMBER, STRING), STRING, decides=True, uses_context=True),
    Function("join", _T.join, (STRING,), STRING, variadic=_TEXTS, decides=True, uses_context=True),
    Function("lower", _T.lower, (STRING,), STRING, decides=True),
    Function("regex", regex_functions.regex, (STRING, STRING), decides=True, uses_context=True),
    Function("regexall", regex_functions.regexall, (STRING, STRING), _ANY_LIST, decides=True, uses_context=True),
    Function("replace", _T.replace, (STRING, STRING, STRING), STRING, decides=True, uses_context=True),
    Function("split", _T.split, (STRING, STRING), _TEXTS, decides=True),
    Function("startswith", _T.startswith, (STRING, STRING), BOOL, decides=True),
    Function("strcontains", _T.strcontains, (STRING, STRING), BOOL, decides=True),
    Function("strrev", _T.reverse_text, (STRING,), STRING),
    Function("substr", _T.substr, (STRING, NUMBER, NUMBER), STRING, decides=True),
    Function("title", _T.title, (STRING,), STRING),
    Function("trim", _T.trim, (STRING, STRING), STRING, decides=True),
    Function("trimprefix", _T.trimprefix, (STRING, STRING), STRING, decides=True),
    Function("trimspace", _T.trimspace, (STRING,), STRING, decides=True),
    Function("trimsuffix", _T.trimsuffix, (STRING, STRING), STRING, decides=True),
    Function("upper", _T.upper, (STRING,), STRING, decides=True),
    # Collections.
    Function("alltrue", _C.all_true, (_BOOLS,), BOOL, decides=True),
    Function("anytrue", _C.any_true, (_BOOLS,), BOOL, decides=True),
    Function("chunklist", _C.chunklist, (_ANY_LIST, NUMBER), list_of(_ANY_LIST), decides=True),
    Function("coalesce", _C.coalesce, variadic=DYNAMIC, nulls_from=0, decides=True, minds_types=True),
    Function("coalescelist", _C.coalescelist, variadic=DYNAMIC, nulls_from=0, decides=True, minds_types=True),
    Function("compact", _C.compact, (_TEXTS,), _TEXTS, decides=True),
    Function("concat", _C.concat, variadic=DYNAMIC, decides=True),
    Function("contains", _C.contains, (DYNAMIC, DYNAMIC), BOOL, decides=True),
    Function("distinct", _C.distinct, (_ANY_LIST,), _ANY_LIST, decides=True, uses_context=True),
    Function("element", _C.element, (DYNAMIC, NUMBER), decides=True, may_be_null=True),
    Function("flatten", _C.flatten, (DYNAMIC,), decides=True),
    Function("index", _C.index_of, (DYNAMIC, DYNAMIC), NUMBER, decides=True),
    Function("keys", _C.keys, (DYNAMIC,), decides=True),
    Function("length", _C.length, (DYNAMIC,), NUMBER, decides=True),
    Function("lookup", _C.lookup, (DYNAMIC, STRING), DYNAMIC, DYNAMIC, 2, decides=True, may_be_null=True, minds_types=True),
    Function("matchkeys", _C.matchkeys, (_ANY_LIST, _ANY_LIST, _ANY_LIST), _ANY_LIST, decides=True, uses_context=True),
    Function("merge", _C.merge, variadic=DYNAMIC, nulls_from=0, decides=True, minds_types=True),
    Function("one", _C.one, (DYNAMIC,), decides=True, may_be_null=True),
    Function("range", _C.range_of, (), _NUMBERS, variadic=NUMBER),
    Function("reverse", _C.reverse, (DYNAMIC,), decides=True),
    Function("setintersection", _S.intersection, (_ANY_SET,), _ANY_SET, _ANY_SET, decides=True, uses_context=True),
    Function("setproduct", _S.product, variadic=DYNAMIC, decides=True, uses_context=True),
    Function("setsubtract", _S.subtract, (_ANY_SET, _ANY_SET), _ANY_SET, decides=True, uses_context=True),
    Function("setunion", _S.union, (_ANY_SET,), _ANY_SET, _ANY_SET, decides=True),
    Function("slice", _C.slice_of, (DYNAMIC, NUMBER, NUMBER), decides=True),
    Function("sort", _C.sort, (_TEXTS,), _TEXTS, decides=True),
    Function("transpose", _C.transpose, (map_of(_TEXTS),), map_of(_TEXTS), decides=True),
    Function("values", _C.values_of, (DYNAMIC,), decides=True),
    Function("zipmap", _C.zipmap, (_TEXTS, DYNAMIC), decides=True),
    # Types.
    Function("ephemeralasnull", _C.ephemeral_as_null, (DYNAMIC,), nulls_from=0, decides=True, may_be_null=True, minds_types=True),
    Function("issensitive", _not_sensitive, (DYNAMIC,), BOOL, nulls_from=0, decides=True),
    Function("nonsensitive", _same, (DYNAMIC,), nulls_from=0, decides=True, may_be_null=True, minds_types=True),
    Function("sensitive", _same, (DYNAMIC,), nulls_from=0, decides=True, may_be_null=True, minds_types=True),
    Function("tobool", _TO(BOOL), (DYNAMIC,), BOOL, nulls_from=0, decides=True, may_be_null=True, minds_types=True),
    Function("tolist", _TO(_ANY_LIST), (DYNAMIC,), _ANY_LIST, nulls_from=0, decides=True, may_be_null=True, minds_types=True),
    Function(
        "tomap", _TO(map_of(DYNAMIC)), (DYNAMIC,), map_of(DYNAMIC), nulls_from=0, decides=True, may_be_null=True, minds_types=True
    ),
    Function("tonumber", _TO(NUMBER), (DYNAMIC,), NUMBER, nulls_from=0, decides=True, may_be_null=True, minds_types=True),
    Function("toset", _TO(_ANY_SET), (DYNAMIC,), _ANY_SET, nulls_from=0, decides=True, may_be_null=True, minds_types=True),
    Function("tostring", _TO(STRING), (DYNAMIC,), STRING, nulls_from=0, decides=True, may_be_null=True, minds_types=True),
    # Encodings and hashes.
    Function("base64decode", _E.base64decode, (STRING,), STRING),
    Function("base64encode", _of_text(_E.as_base64), (STRING,), STRING),
    Function("base64gzip", _E.compressed, (STRING,), STRING),
    Function("base64sha256", _of_text(_E.sha256_base64), (STRING,), STRING),
    Function("base64sha512", _of_text(_E.sha512_base64), (STRING,), STRING),
    Function("csvdecode", _E.csvdecode, (STRING,)),
    Function("jsondecode", _E.jsondecode, (STRING,), decides=True, may_be_null=True),
    Function("jsonencode", _E.jsonencode, (DYNAMIC,), STRING, nulls_from=0, decides=True),
    Function("md5", _of_text(_E.md5_text), (STRING,), STRING),
    Function("sha1", _of_text(_E.sha1_text), (STRING,), STRING),
    Function("sha256", _of_text(_E.sha256_text), (STRING,), STRING),
    Function("sha512", _of_text(_E.sha512_text), (STRING,), STRING),
    Function("rsadecrypt", _E.rsadecrypt, (STRING, STRING), STRING),
    Function("textdecodebase64", _E.textdecodebase64, (STRING, STRING), STRING),
    Function("textencodebase64", _E.textencodebase64, (STRING, STRING), STRING),
    Function("urlencode", _E.urlencode, (STRING,), STRING),
    Function("uuidv5", _E.uuidv5, (STRING, STRING), STRING),
    Function("yamldecode", _E.yamldecode, (STRING,), uses_context=True, may_be_null=True),
    Function("yamlencode", _E.yamlencode, (DYNAMIC,), STRING, nulls_from=0, decides=True),
    # Times.
    Function("formatdate", time_functions.formatdate, (STRING, STRING), STRING),
    Function("timeadd", time_functions.timeadd, (STRING, STRING), STRING),
    Function("timecmp", time_functions.timecmp, (STRING, STRING), NUMBER),
    # Networks.
    Function("cidrhost", network_functions.cidrhost, (STRING, NUMBER), STRING),
    Function("cidrnetmask", network_functions.cidrnetmask, (STRING,), STRING),
    Function("cidrsubnet", network_functions.cidrsubnet, (STRING, NUMBER, NUMBER), STRING),
    Function("cidrsubnets", network_functions.cidrsubnets, (STRING,), _TEXTS, variadic=NUMBER),
    # Files.
    Function("abspath", _F.abspath, (STRING,), STRING),
    Function("basename", _F.basename, (STRING,), STRING),
    Function("dirname", _F.dirname, (STRING,), STRING),
    Function("file", _F.file, (STRING,), STRING, uses_context=True),
    Function("filebase64", _of_file(_E.as_base64), (STRING,), STRING, uses_context=True),
    Function("filebase64sha256", _of_file(_E.sha256_base64), (STRING,), STRING, uses_context=True),
    Function("filebase64sha512", _of_file(_E.sha512_base64), (STRING,), STRING, uses_context=True),
    Function("fileexists", _F.fileexists, (STRING,), BOOL, uses_context=True),
    Function("filemd5", _of_file(_E.md5_text), (STRING,), STRING, uses_context=True),
    Function("fileset", _F.fileset, (STRING, STRING), set_of(STRING), uses_context=True),
    Function("filesha1", _of_file(_E.sha1_text), (STRING,), STRING, uses_context=True),
    Function("filesha256", _of_file(_E.sha256_text), (STRING,), STRING, uses_context=True),
    Function("filesha512", _of_file(_E.sha512_text), (STRING,), STRING, uses_context=True),
    Function("pathexpand", _F.pathexpand, (STRING,), STRING),
    Function("templatefile", _F.templatefile, (STRING, DYNAMIC), decides=True, uses_context=True, may_be_null=True),
    Function("templatestring", _F.templatestring, (STRING, DYNAMIC), STRING, decides=True, uses_context=True),
    # What only the run tells.
    _of_the_run("bcrypt", "makes another text each time"),
    _of_the_run("plantimestamp", "tells when the plan is made"),
    _of_the_run("timestamp", "tells when the plan is applied"),
    _of_the_run("uuid", "makes another text each time"),
)
FUNCTIONS: Final = {row.name: row for row in _ROWS}


def call_function(name: str, arguments: Sequence[Value], context: FunctionContext) -> Value:
    """What a function makes of its arguments.

    Raises InvalidExpressionError where Terraform refuses the call, and what the context raises.
    """
    if name.startswith("provider::"):
        return Unknown(f"`{name}` is known to its provider only")
    function = FUNCTIONS.get(name[len("core::") :] if name.startswith("core::") else name)
    if function is None:
        raise InvalidExpressionError(f"there is no function `{name}`")
    converted = _converted(function, arguments)
    context.spend(1 + sum(map(weight_of, converted)))
    if not function.decides:
        converted = [expanded(one) for one in converted]
        if not all(map(is_wholly_known, converted)):
            return unknown_result(converted, function.result, not_null=not function.may_be_null)
    result = function.evaluate(context, *converted) if function.uses_context else function.evaluate(*converted)
    # Terraform's texts are all in this form.
    return result if not isinstance(result, str) or result.isascii() else unicodedata.normalize("NFC", result)


def _converted(function: Function, arguments: Sequence[Value]) -> list[Value]:
    """The arguments as the function takes them."""
    fewest = len(function.parameters)
    if len(arguments) < fewest or (function.variadic is None and len(arguments) > fewest):
        wanted = f"{fewest}{' or more' if function.variadic else ''}"
        raise InvalidExpressionError(f"`{function.name}` takes {wanted} arguments, not {len(arguments)}")
    converted: list[Value] = []
    for position, value in enumerate(arguments):
        if is_null(value) and (function.nulls_from is None or position < function.nulls_from):
            raise InvalidExpressionError(f"argument {position + 1} of `{function.name}` must not be null")
        wanted_type = function.parameters[position] if position < fewest else function.variadic or DYNAMIC
        try:
            one = convert(value, wanted_type)
            converted.append(one if function.minds_types else without_type(one))
        except InvalidExpressionError as error:
            raise InvalidExpressionError(f"argument {position + 1} of `{function.name}`: {error}") from None
    return converted
