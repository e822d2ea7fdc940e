"""Conditions and counts have the value that Terraform gives them, or none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import FIXTURES
from hypothesis import given
from hypothesis import strategies as st

from sqs_checks.frameworks.terraform_evaluation import UNKNOWN, evaluate
from sqs_checks.frameworks.terraform_source import argument

VALUES: dict[str, Any] = {
    "yes": True, "no": False, "empty": [], "one": ["a"], "two": ["a", "b"], "map": {"k": "v"},
    "text": "", "stage": "test", "nothing": None, "number": 3,
}  # fmt: skip
ASKED = [line.split("\t") for line in (FIXTURES / "evaluation" / "expressions.txt").read_text(encoding="utf-8").splitlines()]


def value(expression: str, hidden: str = "") -> Any:
    return evaluate(expression, lambda kind, name: UNKNOWN if name == hidden else VALUES.get(name, UNKNOWN))


def test_terraform_says_the_same() -> None:
    """Some hundred expressions that Terraform itself was asked for (`fixtures/make_expressions.py`); all are decided."""
    assert len(ASKED) > 300
    for expression, answer in ASKED:
        found = value(expression)
        assert type(found) is type(json.loads(answer)), expression
        assert found == json.loads(answer), expression


@pytest.mark.parametrize("hidden", VALUES)
def test_a_hidden_variable_hides_or_does_not_matter(hidden: str) -> None:
    for expression, answer in ASKED:
        found = value(expression, hidden)
        assert found is UNKNOWN or found == json.loads(answer), expression


@pytest.mark.parametrize(
    "expression",
    [
        "", "var.", "1 +", "var.other", "local.x", "data.aws_x.y.z", "aws_sqs_queue.q[0].arn", "[for x in var.one : x]",
        'var.two[*]', '"${var.stage}"', "cidrhost(\"10.0.0.0/8\", 1)", "var.yes ? 1", "var.two[5]", "length(5)", '1 == "1"',
        "true && 5", "((((", "1 / 0", "null + 1", "try(var.stage, 1)", "<<EOT", "%", "var.map.missing",
    ],
)  # fmt: skip
def test_what_is_beyond_it_is_unknown(expression: str) -> None:
    assert value(expression) is UNKNOWN


@given(st.text(alphabet='var.yesno&|?:!=<>()[]{},"0123 +-*/\n', max_size=60))
def test_odd_text_raises_nothing(text: str) -> None:
    value(text)
    argument(f"resource {{ {text} }}", "count")


BLOCK = """resource "aws_sqs_queue" "q" {
  count = var.yes ? 1 : 0 # one or none
  name  = "a = { b"
  policy = jsonencode({
    count = 5
    Statement = [{ for_each = "x" }]
  })
  tags = merge(
    var.tags,
    { a = "${var.b}}" },
  )
  dynamic "x" {
    for_each = [1]
  }
  kms_master_key_id = var.key
}
"""


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("count", "var.yes ? 1 : 0"),
        ("name", '"a = { b"'),
        ("tags", 'merge(\n    var.tags,\n    { a = "${var.b}}" },\n  )'),
        ("kms_master_key_id", "var.key"),
        ("for_each", None),
        ("Statement", None),
        ("key", None),
    ],
)
def test_the_argument_of_a_block(name: str, written: str | None) -> None:
    """Its own arguments, whatever stands in nested blocks, brackets, quotes and comments."""
    assert argument(BLOCK, name) == written
