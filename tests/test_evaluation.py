"""Expressions have the value that Terraform gives them, or none; odd ones raise nothing but what they should."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from ask_terraform import read_json
from compare_with_terraform import compare_answers, exact
from conftest import FIXTURES
from evaluator_adapter import evaluate_expression
from hypothesis import given
from hypothesis import strategies as st

from sqs_checks.files.bounded_files import BoundedFiles
from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.operators_of_terraform import equal
from sqs_checks.terraform.modules.json_syntax import parse_expression
from sqs_checks.terraform.modules.root_module import ModuleFolders, RootModule
from sqs_checks.terraform.syntax.block_parser import parse_file
from sqs_checks.terraform.syntax.expression_parser import SyntaxFaultError
from sqs_checks.values.configuration_values import (
    PiecedText,
    Unknown,
    Value,
    first_unknown,
    is_wholly_known,
    why_unknown,
)
from sqs_checks.values.exact_numbers import parse_number
from sqs_checks.values.json_text import from_json, write_json

FOLDER = FIXTURES / "evaluation"
VALUES: dict[str, Any] = {
    "yes": True, "no": False, "empty": [], "one": ["a"], "two": ["a", "b"], "map": {"k": "v"},
    "text": "", "stage": "test", "nothing": None, "number": 3,
}  # fmt: skip
CONDITIONS = [
    'var.stage == "test" && length(var.two) > 1', "var.nothing == null ? 1 : 0", "var.no && var.yes || contains(var.one, \"a\")",
    'length([for x in var.two : x if x != "a"])', 'coalesce(var.text, "a") == "a" ? keys(var.map) : []', "var.number * 2 > 5",
    'try(var.map["z"], "none")', 'join(",", var.two[*])', 'merge(var.map, { z = var.stage })["z"]', "element(var.two, 3)",
]  # fmt: skip


def root(folder: Path, **given_values: Value) -> RootModule:
    given = {name: from_json(value) if not isinstance(value, Unknown) else value for name, value in given_values.items()}
    return RootModule(str(folder), ModuleFolders(), BoundedFiles(str(folder)), given=given)


def value(expression: str, hidden: str = "", folder: Path = FOLDER) -> Value:
    values = {**VALUES, hidden: Unknown("hidden")} if hidden else VALUES
    return root(folder, **values).module.evaluate(parse_expression(expression))


@pytest.mark.parametrize("hidden", VALUES)
def test_a_hidden_variable_hides_or_does_not_matter(hidden: str) -> None:
    for expression in CONDITIONS:
        known, found = value(expression), value(expression, hidden)
        assert is_wholly_known(known), expression
        assert not is_wholly_known(found) or write_json(found) == write_json(known), expression


MERGED = {
    'merge(var.map, { k = "new" })["k"]': "new",  # a later map goes over an earlier one
    'merge(var.map, { k = "new" }).k': "new",
    'lookup(merge(var.map, { k = "new" }), "k", "none")': "new",
    'merge({ k = "old" }, var.map)["k"]': None,
    'merge({ k = "old" }, var.map, { z = "z" })["z"]': "z",
    'merge({ k = "old" }, var.map, { z = "z" })["k"]': None,
    'merge(merge(var.map, { k = "new" }), var.nothing)["k"]': "new",
    'merge(merge(var.map, { k = "new" }), { z = "z" })["k"]': "new",
    'tomap(merge(var.map, { k = 1 }))["k"]': None,  # the others decide whether it is a number
    'keys(merge(var.map, { k = "new" }))': None,
    'length(merge(var.map, { k = "new" }))': None,
    'merge(var.map, { k = "new" })["z"]': None,
}


@pytest.mark.parametrize("expression", MERGED)
def test_what_stands_in_a_merged_map_whatever_is_hidden(expression: str) -> None:
    """`var.map` is hidden. None: not known."""
    found = value(expression, "map")
    assert (None if isinstance(found, Unknown) else found) == MERGED[expression]


@given(st.text(alphabet='var.yesno&|?:!=<>()[]{},"0123 +-*/\n$%~#', max_size=60))
def test_odd_text_raises_nothing_else(text: str) -> None:
    with suppress(SyntaxFaultError, InvalidExpressionError):
        value(text)
    assert parse_file("main.tf", f"resource a b {{ {text} }}", parse_number).text


def test_what_grows_without_end_is_unknown(tmp_path: Path) -> None:
    """Locals that double each other, texts that do, and a product of long lists."""
    lines = ["l0 = []", 't0 = "xxxxxxxx"']
    for number in range(1, 60):
        before = number - 1
        lines += [f"l{number} = [local.l{before}, local.l{before}]", f't{number} = "${{local.t{before}}}${{local.t{before}}}"']
    long = "[" + ",".join(map(str, range(1000))) + "]"
    lines.append(f"p = [for a in {long} : [for b in {long} : [for c in {long} : 1]]]")
    code = "locals {\n" + "\n".join(lines) + "\n}\n"
    (tmp_path / "main.tf").write_text(code, encoding="utf-8")
    for name in ("l59", "t59", "p"):
        found = root(tmp_path).module.local(name)
        assert "takes too much" in why_unknown(first_unknown(found)), name


def test_what_depends_on_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("locals {\n  a = local.b\n  b = local.a\n}\n", encoding="utf-8")
    with pytest.raises(InvalidExpressionError, match="depends on itself"):
        root(tmp_path).module.local("a")


def test_terraform_says_the_same() -> None:
    """What Terraform was asked for (`fixtures/make_expressions.py`); where it says something else, or more, that is listed."""
    lines = (FOLDER / "expressions.txt").read_text(encoding="utf-8").splitlines()
    listed = (FOLDER / "differences.txt").read_text(encoding="utf-8").splitlines()
    known = {json.loads(line) for line in listed if not line.startswith("#")}
    assert len(lines) >= 1_500
    assert len(known) < 80
    differences = []
    for told in map(read_json, lines):
        ours = evaluate_expression(told["expression"], FOLDER)
        verdict = compare_answers(*({name: exact(part) for name, part in answer.items()} for answer in (told, ours)))
        if (verdict in ("differ", "unknown")) != (told["expression"] in known):
            differences.append((verdict, told, ours))
    assert differences == []


def test_texts_with_unknown_parts_of_one_reason_may_differ() -> None:
    unknown = Unknown("`var.names` has no value")
    assert isinstance(equal(PiecedText(("a-", unknown)), PiecedText(("a-", unknown))), Unknown)
