"""Terraform's functions where its console cannot tell the answer: arguments that are not known, bounds, and what is refused.

What the functions make of known arguments is compared with the console's answers, over whole expressions.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import Any, Optional, Union

import pytest
from conftest import HANGING_SECONDS

from sqs_checks.terraform.evaluation.evaluation_errors import BudgetExceededError, InvalidExpressionError
from sqs_checks.terraform.evaluation.function_table import FUNCTIONS, HANDLED_BY_EVALUATOR, call_function
from sqs_checks.terraform.evaluation.type_constraints import NUMBER, STRING, list_of, map_of, type_of
from sqs_checks.values.configuration_values import (
    LIST,
    MAP,
    OBJECT,
    SET,
    TUPLE,
    Attribute,
    Deferred,
    Elements,
    Entries,
    PiecedText,
    TooHeavyError,
    Unknown,
    Value,
)

# `terraform metadata functions -json` of 1.11.4, without the doubles that begin with `core::`.
FUNCTIONS_OF_TERRAFORM = set(
    """
    abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt can ceil chomp
    chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat contains csvdecode dirname
    distinct element endswith ephemeralasnull file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset
    filesha1 filesha256 filesha512 flatten floor format formatdate formatlist indent index issensitive join jsondecode
    jsonencode keys length log lookup lower matchkeys max md5 merge min nonsensitive one parseint pathexpand plantimestamp pow
    range regex regexall replace reverse rsadecrypt sensitive setintersection setproduct setsubtract setunion sha1 sha256
    sha512 signum slice sort split startswith strcontains strrev substr sum templatefile templatestring textdecodebase64
    textencodebase64 timeadd timecmp timestamp title tobool tolist tomap tonumber toset tostring transpose trim trimprefix
    trimspace trimsuffix try upper urlencode uuid uuidv5 values yamldecode yamlencode zipmap
    """.split()  # noqa: SIM905
)


class Context:
    """Two files, and a budget as an evaluator may set one."""

    def __init__(self, budget: int = 1_000_000) -> None:
        self._left = budget

    def read_file(self, path: str) -> Union[bytes, Unknown]:
        if path == "outside.txt":
            return Unknown("`outside.txt` lies outside of what is scanned")
        files = {"policy.json": b'{"a": 1}', "bytes.bin": b"\xff"}
        if path not in files:
            raise InvalidExpressionError(f"no file exists at `{path}`")
        return files[path]

    def file_names(self, folder: str) -> Union[Sequence[str], Unknown]:
        if folder != "queues":
            raise InvalidExpressionError(f"no folder exists at `{folder}`")
        return ["a.json", "b.yaml", "more/c.json", "more/.d.json"]

    def render(self, template: Union[str, PiecedText], variables: Entries, name: str) -> Value:
        return f"{name}: {template} {sorted(variables.items)}"

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise BudgetExceededError


def call(name: str, *arguments: Value, budget: int = 1_000_000) -> Value:
    return call_function(name, arguments, Context(budget))


def tuple_(*items: Value) -> Elements:
    return Elements(TUPLE, items)


def list_(*items: Value, type: Any = STRING) -> Elements:
    return Elements(LIST, items, type)


def set_(*items: Value, type: Any = STRING) -> Elements:
    return Elements(SET, items, type)


def object_(**items: Value) -> Entries:
    return Entries(OBJECT, items)


def map_(type: Any = STRING, **items: Value) -> Entries:
    return Entries(MAP, items, type)


def pieced(*pieces: Any) -> PiecedText:
    return PiecedText(pieces)


def _attribute(name: str) -> Value:
    if name not in ("arn", "url"):
        raise InvalidExpressionError(f"there is no attribute `{name}`")
    return Attribute("queue", name, f"aws_sqs_queue.q.{name}")


ARN, OTHER_ARN = Attribute("queue", "arn", "aws_sqs_queue.q.arn"), Attribute("other", "arn", "aws_sqs_queue.o.arn")
VAR = Unknown("`var.x` has no value")
TEXT = Unknown("`var.text` has no value", STRING, not_null=True)
TEXTS = Unknown("`var.texts` has no value", list_of(STRING))
MAPPING = Unknown("`var.map` has no value", map_of(STRING))
SAID = pieced("arn:aws:sqs:", VAR, ":orders")
QUEUE = Deferred("aws_sqs_queue.q", _attribute)
MODULE = Deferred("module.m", _attribute, ["url", "arn"])

# Name, arguments, what comes out; a bare Unknown stands for any.
UNKNOWN = Unknown("any")
ROWS: list[tuple[str, Sequence[Value], Value]] = [
    # A list of unknown elements is a known list.
    ("length", [tuple_(ARN, VAR)], 2),
    ("length", [set_(ARN, "a")], UNKNOWN),
    ("length", [set_(ARN)], 1),
    ("length", [ARN], UNKNOWN),
    ("length", [SAID], UNKNOWN),
    ("length", [MODULE], 2),
    ("length", [QUEUE], UNKNOWN),
    ("length", [map_(a=VAR)], 1),
    ("concat", [tuple_(ARN), tuple_(VAR, "a")], tuple_(ARN, VAR, "a")),
    ("concat", [list_(TEXT), list_("a")], list_(TEXT, "a")),
    ("concat", [TEXTS, list_("a")], UNKNOWN),
    ("flatten", [tuple_(tuple_(ARN), tuple_(SAID, TEXT))], tuple_(ARN, SAID, TEXT)),
    ("flatten", [tuple_(VAR)], UNKNOWN),
    ("flatten", [tuple_(set_(ARN, OTHER_ARN))], UNKNOWN),
    ("element", [tuple_(ARN, OTHER_ARN), 3], OTHER_ARN),
    ("element", [tuple_("a", "b"), VAR], UNKNOWN),
    ("keys", [object_(b=VAR, a=ARN)], tuple_("a", "b")),
    ("keys", [MODULE], tuple_("arn", "url")),
    ("keys", [QUEUE], UNKNOWN),
    ("values", [object_(b=VAR, a=ARN)], tuple_(ARN, VAR)),
    ("lookup", [object_(a=ARN), "a", ""], ARN),
    ("lookup", [object_(a=VAR), "b", "c"], "c"),
    ("lookup", [QUEUE, "arn", ""], ARN),
    ("lookup", [QUEUE, "none", "c"], "c"),
    ("lookup", [MODULE, "none", "c"], "c"),
    ("lookup", [MAPPING, "a", "c"], UNKNOWN),
    ("merge", [object_(a=1, b=VAR), object_(a=ARN)], object_(a=ARN, b=VAR)),
    ("merge", [object_(a=1), MAPPING], UNKNOWN),
    ("merge", [object_(a=1), MODULE], object_(a=1, arn=ARN, url=_attribute("url"))),
    ("zipmap", [list_("a", "b"), tuple_(ARN, VAR)], object_(a=ARN, b=VAR)),
    ("zipmap", [list_("a", TEXT), tuple_(1, 2)], UNKNOWN),
    ("slice", [tuple_(VAR, ARN, "a"), 1, 2], tuple_(ARN)),
    ("reverse", [tuple_(VAR, ARN)], tuple_(ARN, VAR)),
    ("reverse", [set_(ARN, OTHER_ARN)], UNKNOWN),
    ("distinct", [list_(ARN, OTHER_ARN, ARN)], list_(ARN, OTHER_ARN)),
    ("distinct", [list_(ARN, "*")], list_(ARN, "*")),
    ("distinct", [list_(TEXT, "a")], UNKNOWN),
    ("distinct", [list_(SAID, "*")], list_(SAID, "*")),
    ("contains", [tuple_(VAR, "a"), "a"], True),
    ("contains", [tuple_(VAR, "a"), "b"], UNKNOWN),
    ("contains", [tuple_(SAID), "*"], False),
    ("index", [tuple_("a", VAR), "a"], 0),
    ("index", [tuple_(VAR, "a"), "a"], UNKNOWN),
    ("index", [tuple_(SAID, "a"), "a"], 1),
    ("compact", [list_(ARN, "", SAID, None)], list_(ARN, SAID)),
    ("compact", [list_(TEXT)], UNKNOWN),
    ("one", [tuple_(ARN)], ARN),
    ("one", [set_(ARN, OTHER_ARN)], UNKNOWN),
    ("alltrue", [tuple_(VAR, False)], False),
    ("alltrue", [tuple_(VAR, True)], UNKNOWN),
    ("anytrue", [tuple_(VAR, True)], True),
    ("anytrue", [tuple_(VAR, False)], UNKNOWN),
    ("toset", [tuple_(ARN, "b", "a", ARN)], set_("a", "b", ARN)),
    ("length", [set_(VAR)], 1),
    ("toset", [tuple_(VAR, VAR)], set_(VAR, VAR)),
    ("contains", [tuple_(set_(VAR, "a")), set_(VAR, "a")], UNKNOWN),
    ("contains", [tuple_(set_(ARN, "a")), set_(ARN, "a")], True),
    ("tolist", [tuple_(ARN, 1, "a")], list_(ARN, "1", "a")),
    ("tolist", [set_(ARN, "a")], UNKNOWN),
    ("tomap", [object_(a=ARN, b=1)], map_(a=ARN, b=1)),
    ("setproduct", [tuple_(ARN), tuple_("a", "b")], list_(tuple_(ARN, "a"), tuple_(ARN, "b"))),
    ("setunion", [tuple_(ARN), tuple_("a", ARN)], set_("a", ARN)),
    ("setsubtract", [tuple_(ARN, "a"), tuple_()], set_("a", ARN)),
    ("setsubtract", [tuple_(ARN, "a"), tuple_("a")], UNKNOWN),
    ("setsubtract", [tuple_(SAID, "a"), tuple_("a")], set_(SAID)),
    ("setintersection", [tuple_(ARN), tuple_(ARN, VAR)], set_(ARN)),
    ("chunklist", [list_(ARN, "a"), 1], list_(list_(ARN), list_("a"))),
    ("range", [VAR], UNKNOWN),
    ("transpose", [map_(list_of(STRING), a=list_("x"), b=TEXTS)], UNKNOWN),
    ("sort", [list_(ARN)], list_(ARN)),
    ("sort", [list_(ARN, "a")], list_(*[Unknown("`aws_sqs_queue.q.arn` is known only when it is applied")] * 2)),
    ("sum", [tuple_(1, VAR)], UNKNOWN),
    ("matchkeys", [list_(ARN, VAR), list_("a", "b"), list_("a")], list_(ARN)),
    ("coalesce", [None, ARN, "a"], ARN),
    ("coalesce", ["", SAID], SAID),
    ("coalesce", [VAR, "a"], UNKNOWN),
    ("coalesce", [TEXT, "a"], UNKNOWN),
    ("coalesce", ["a", VAR], "a"),
    ("coalescelist", [tuple_(), tuple_(VAR)], tuple_(VAR)),
    ("coalescelist", [TEXTS, tuple_("a")], UNKNOWN),
    # Texts keep what is known of them.
    ("format", ["%s/%s", ARN, "x"], pieced(ARN, "/x")),
    ("format", ["%s", SAID], SAID),
    ("format", ["%v-%d", VAR, 7], pieced(VAR, "-7")),
    ("format", ["%q", ARN], pieced('"', ARN, '"')),
    ("format", ["%v", tuple_(ARN, 1)], pieced('["', ARN, '",1]')),
    ("format", ["a%5s", ARN], pieced("a", Unknown("`aws_sqs_queue.q.arn` is known only when it is applied"))),
    ("format", [TEXT, "a"], UNKNOWN),
    ("formatlist", ["%s/*", tuple_(ARN, "b")], list_(pieced(ARN, "/*"), "b/*")),
    ("formatlist", ["%s/*", TEXTS], UNKNOWN),
    ("join", ["/", list_("a", ARN, SAID)], pieced("a/", ARN, "/arn:aws:sqs:", VAR, ":orders")),
    ("join", ["/", TEXTS], UNKNOWN),
    ("join", ["/", set_(ARN, "a")], UNKNOWN),
    ("lower", [SAID], UNKNOWN),
    ("replace", [SAID, ":", "/"], pieced("arn/aws/sqs/", VAR, "/orders")),
    ("replace", [SAID, "arn", ""], UNKNOWN),
    ("replace", ["Q and Q", "Q", ARN], pieced(ARN, " and ", ARN)),
    ("replace", [SAID, "/a/", ""], UNKNOWN),
    ("split", [":", SAID], UNKNOWN),
    ("split", [":", ARN], UNKNOWN),
    ("startswith", [SAID, "arn:"], True),
    ("startswith", [SAID, "urn:"], False),
    ("startswith", [SAID, "arn:aws:sqs:eu"], UNKNOWN),
    ("startswith", [ARN, "arn:"], UNKNOWN),
    ("endswith", [SAID, ":orders"], True),
    ("endswith", [SAID, "x"], False),
    ("strcontains", [SAID, "sqs"], True),
    ("strcontains", [SAID, "sns"], UNKNOWN),
    ("trimprefix", [SAID, "arn:"], pieced("aws:sqs:", VAR, ":orders")),
    ("trimprefix", [SAID, "urn:"], SAID),
    ("trimprefix", [ARN, "arn:"], UNKNOWN),
    ("trimsuffix", [SAID, ":orders"], pieced("arn:aws:sqs:", VAR)),
    ("trimspace", [pieced(" a ", VAR, "b\n")], pieced("a ", VAR, "b")),
    ("trimspace", [pieced(" ", VAR)], UNKNOWN),
    ("chomp", [pieced(VAR, "b\n")], pieced(VAR, "b")),
    ("substr", [SAID, 4, 3], "aws"),
    ("substr", [SAID, 4, 30], UNKNOWN),
    ("indent", [2, pieced("a\n", ARN)], pieced("a\n  ", ARN)),
    ("title", [SAID], UNKNOWN),
    # JSON with holes, there and back.
    ("jsonencode", [object_(Resource=ARN)], pieced('{"Resource":"', ARN, '"}')),
    ("jsonencode", [object_(Resource=SAID)], pieced('{"Resource":"arn:aws:sqs:', VAR, ':orders"}')),
    ("jsonencode", [MODULE], pieced('{"arn":"', ARN, '","url":"', _attribute("url"), '"}')),
    ("jsonencode", [QUEUE], UNKNOWN),
    ("jsondecode", [pieced('{"Resource":"', ARN, '"}')], object_(Resource=ARN)),
    ("jsondecode", [TEXT], UNKNOWN),
    ("jsondecode", [pieced("{", VAR)], UNKNOWN),
    ("yamlencode", [object_(a=ARN)], UNKNOWN),
    ("base64encode", [SAID], UNKNOWN),
    ("sha256", [ARN], UNKNOWN),
    ("regex", ["(a)", ARN], UNKNOWN),
    ("tonumber", [pieced("1", VAR)], UNKNOWN),
    # Files, through the context.
    ("file", ["policy.json"], '{"a": 1}'),
    ("file", ["outside.txt"], UNKNOWN),
    ("filebase64", ["bytes.bin"], "/w=="),
    ("fileexists", ["policy.json"], True),
    ("fileexists", ["none"], False),
    ("fileset", ["queues", "**/*.json"], set_("a.json", "more/.d.json", "more/c.json")),
    ("fileset", ["queues", "*.{json,yaml}"], set_("a.json", "b.yaml")),
    ("fileset", ["none", "*"], set_()),
    ("templatefile", ["policy.json", object_(b=ARN)], "templatefile: {\"a\": 1} ['b']"),
    ("templatefile", ["policy.json", MAPPING], UNKNOWN),
    # What only the run or the machine tells.
    ("timestamp", [], UNKNOWN),
    ("uuid", [], UNKNOWN),
    ("abspath", ["a"], UNKNOWN),
    ("pathexpand", ["~/a"], UNKNOWN),
    ("issensitive", ["a"], UNKNOWN),
    ("provider::aws::arn_parse", ["arn:aws:sqs:eu-west-1:111122223333:q"], UNKNOWN),
    ("sensitive", [ARN], ARN),
    ("core::upper", ["a"], "A"),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), ROWS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_known_of_a_result(name: str, arguments: Sequence[Value], expected: Value) -> None:
    """The known part of the arguments decides where it can; otherwise the result is unknown, with a reason."""
    result = call(name, *arguments)
    if expected is UNKNOWN:
        assert isinstance(result, Unknown)
        assert result.reason not in ("", "it is not known")
    else:
        assert result == expected
        assert type_of(result).kind == type_of(expected).kind


# Name, arguments, type of the unknown result, whether it can be null, how its text begins.
UNKNOWN_RESULTS: list[tuple[str, Sequence[Value], Any, bool, str]] = [
    ("lower", [pieced("ARN:", VAR)], STRING, False, "arn:"),
    ("join", ["/", tuple_("a"), TEXTS], STRING, False, "a"),
    ("length", [TEXTS], NUMBER, False, ""),
    ("split", [",", TEXT], list_of(STRING), False, ""),
    ("coalesce", [TEXT, "a"], STRING, False, ""),
    ("lookup", [MAPPING, "a"], STRING, True, ""),
    ("concat", [TEXTS, list_("a")], list_of(STRING), False, ""),
    ("merge", [MAPPING, MAPPING], map_of(STRING), False, ""),
    ("regexall", ["a", TEXT], list_of(STRING), False, ""),
    ("jsondecode", [TEXT], None, True, ""),
    ("format", [pieced("a:%s", VAR), "b"], STRING, False, "a:"),
    ("trimprefix", [TEXT, ""], STRING, False, ""),
    ("trimprefix", [Unknown("hidden", STRING, not_null=True, prefix="a:b"), "a:"], STRING, False, "b"),
]


@pytest.mark.parametrize(("name", "arguments", "type_", "may_be_null", "prefix"), UNKNOWN_RESULTS)
def test_what_is_known_of_an_unknown(name: str, arguments: Sequence[Value], type_: Any, may_be_null: bool, prefix: str) -> None:
    result = call(name, *arguments)
    assert (result.type, result.not_null, result.prefix) == (type_, not may_be_null, prefix)


def test_an_element_of_unknown_index_is_one_of_the_list() -> None:
    assert call("element", tuple_("a", "b"), VAR).among == ("a", "b")
    assert call("lookup", object_(a="x"), TEXT, "y").among == ("x", "y")


REFUSED: list[tuple[str, Sequence[Value]]] = [
    ("nosuch", []),
    ("core::nosuch", []),
    ("upper", []),
    ("upper", ["a", "b"]),
    ("upper", [None]),
    ("upper", [tuple_(VAR)]),
    ("upper", [TEXTS]),
    ("tonumber", ["x"]),
    ("tonumber", [pieced("x", VAR)]),
    ("concat", [set_(ARN)]),
    ("merge", [TEXT, tuple_()]),
    ("lookup", [MODULE, "none"]),
    ("element", [tuple_(), VAR]),
    ("file", ["none"]),
    ("file", ["bytes.bin"]),
    ("templatefile", ["policy.json", object_(**{"1": 2})]),
    ("regex", ["(?=a)", TEXT]),
    ("regex", ["(?!a)", "a"]),
    ("regex", ["(?<=a)b", "ab"]),
    ("regex", [r"(a)\1", "aa"]),
    ("regex", ["a++", "a"]),
    ("regex", ["(a{100}){100}", "a"]),
    ("regex", [r"\Z", "a"]),
    ("replace", ["a", "/(/", ""]),
    ("format", ["%d", "x"]),
    ("format", ["%s", tuple_(VAR)]),
    ("format", ["%s %s", ARN]),
    ("join", [",", list_(ARN, None)]),
    ("contains", [tuple_(ARN), None]),
]


@pytest.mark.parametrize(("name", "arguments"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_terraform_refuses(name: str, arguments: Sequence[Value]) -> None:
    """Refused, known or not: `try` and `can` need to tell that from what is not known."""
    with pytest.raises(InvalidExpressionError) as refusal:
        call(name, *arguments)
    assert 0 < len(str(refusal.value)) < 200


def _many_aliases() -> str:
    """Each line holds nine times what the line before it holds."""
    lines = [f"{name}: &{name} [{','.join(['*' + before] * 9)}]" for before, name in zip("abcdefghi", "bcdefghij")]
    return "\n".join(["a: &a [x, x, x]", *lines])


MANY = list_(*(str(number) for number in range(2_000)))
HEAVY: list[tuple[str, Sequence[Value]]] = [
    ("setproduct", [MANY, MANY, MANY]),
    ("setproduct", [MANY, list_(*"abcdefghij")]),
    ("format", ["%1000000000d", 1]),
    ("format", ["%.1000000000f", 1]),
    ("format", ["%d", 10**4_900]),
    ("indent", [10_000_000, "\n" * 100]),
    ("replace", ["a" * 10_000, "", "b" * 10_000]),
    ("replace", ["a" * 10_000, "a", "b" * 10_000]),
    ("replace", ["a" * 10_000, "/a/", "b" * 10_000]),
    ("join", ["a" * 100_000, MANY]),
    ("pow", [10**300, 10**300]),
    ("pow", [2, 10**18]),
    ("parseint", ["9" * 100_000, 10]),
    ("cidrsubnet", ["::/0", 128, 2**120]),
    ("regex", ["(a*)*b", "a" * 5_000]),
    ("regex", ["(a|aa)+$", "a" * 5_000 + "b"]),
    ("regex", ["(x+x+)+y", "x" * 5_000]),
    ("regex", ["a?" * 500 + "a" * 500, "a" * 500]),
    ("regex", ["(((a{30}){30})|b)*c", "ab" * 1_000]),
    ("regex", ["(" * 100 + ")" * 100, "a"]),
    ("regexall", ["a.*b|a", "a" * 5_000]),
    ("distinct", [list_(*(Attribute(number, "arn", "a") for number in range(3_000)))]),
    ("yamldecode", [_many_aliases()]),
    ("yamldecode", ["[" * 3_000]),
    ("jsondecode", ["[" * 100_000]),
    ("toset", [tuple_(*(object_(a=str(number)) for number in range(20_000)))]),
    ("fileset", ["queues", "*a*a*a*a*a*a*a*a*a*a*a*a*b"]),
    ("uuidv5", ["dns", "a" * 1_000_000]),
    ("timeadd", ["2020-01-01T00:00:00Z", "9" * 100_000 + "h"]),
]


@pytest.mark.parametrize(("name", "arguments"), HEAVY, ids=lambda value: value if isinstance(value, str) else "")
def test_no_call_hangs_or_grows(name: str, arguments: Sequence[Value]) -> None:
    """It is answered, refused, unknown or beyond the budget, within seconds."""
    begun = time.process_time()
    try:
        result: Optional[Value] = call(name, *arguments)
    except (InvalidExpressionError, BudgetExceededError, TooHeavyError):
        result = None
    assert time.process_time() - begun < HANGING_SECONDS
    assert not isinstance(result, str) or len(result) < 20_000_000


def test_work_is_paid_for() -> None:
    for name, arguments in (
        ("regex", ["(a|b)*c", "ab" * 1_000]),
        ("setproduct", [MANY, list_(*"abcde")]),
        ("yamldecode", ["a: b\n" * 1_000]),
        ("join", [",", MANY]),
    ):
        with pytest.raises(BudgetExceededError):
            call(name, *arguments, budget=500)


def test_every_function_of_terraform_is_in_the_table() -> None:
    assert set(FUNCTIONS) | set(HANDLED_BY_EVALUATOR) == FUNCTIONS_OF_TERRAFORM
    assert all(name == row.name for name, row in FUNCTIONS.items())


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_takes_what_is_not_known(name: str) -> None:
    """Whatever is hidden, a function answers or refuses."""
    row = FUNCTIONS[name]
    count = len(row.parameters) or 2
    for value in (VAR, ARN, SAID, TEXT, TEXTS, QUEUE, MODULE, tuple_(VAR, ARN), set_(ARN, TEXT), object_(a=VAR)):
        for position in range(count):
            for other in ("1", 1, tuple_("a"), object_(a="b")):
                arguments = [value if at == position else other for at in range(count)]
                with contextlib.suppress(InvalidExpressionError):
                    call(name, *arguments)
