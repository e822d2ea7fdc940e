"""Expressions have the value that Terraform gives them, or none; odd ones raise nothing but what they should."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES
from hypothesis import given
from hypothesis import strategies as st

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.function_table import FUNCTIONS
from sqs_checks.terraform.modules.bounded_files import BoundedFiles
from sqs_checks.terraform.modules.json_syntax import parse_expression
from sqs_checks.terraform.modules.root_module import ModuleFolders, RootModule
from sqs_checks.terraform.syntax.block_parser import parse_file
from sqs_checks.terraform.syntax.expression_parser import SyntaxFaultError
from sqs_checks.values.configuration_values import Unknown, Value, first_unknown, is_wholly_known, why_unknown
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


ANSWERS = [json.loads(line) for line in (FOLDER / "expressions.txt").read_text(encoding="utf-8").splitlines()]


# Terraform knows all encodings that there are, and refuses what is none.
UNKNOWN_HERE = {'textencodebase64("Hello", "nope")'}


def test_terraform_says_the_same() -> None:
    """What `terraform console` was asked for (`fixtures/make_expressions.py`): each value, and each refusal."""
    assert len(ANSWERS) >= 1_500
    module = root(FOLDER).module
    differences = []
    for answer in ANSWERS:
        try:
            found = write_json(module.evaluate(parse_expression(answer["expression"])))
        except (SyntaxFaultError, InvalidExpressionError):
            found = None
        if found != answer.get("value") and answer["expression"] not in UNKNOWN_HERE:
            differences.append((answer["expression"], answer.get("value"), found))
    assert differences == []


def test_every_function_was_asked_for() -> None:
    """`issensitive` is not followed, and what is sensitive the console does not print."""
    asked = " ".join(answer["expression"] for answer in ANSWERS if "value" in answer)
    unasked = {name for name in FUNCTIONS if not re.search(rf"(?<![\w]){name}\(", asked)}
    of_the_run = {"abspath", "base64gzip", "bcrypt", "pathexpand", "plantimestamp", "rsadecrypt", "timestamp", "uuid"}
    assert unasked <= {"issensitive", "sensitive", "type", "ephemeralasnull", "templatestring", *of_the_run}
