"""What the code leaves open is looked at case by case: one verdict in all cases is the verdict."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, Finding, scan

from sqs_checks.terraform.modules.json_syntax import parse_expression
from sqs_checks.terraform.syntax.expression_parser import SyntaxFaultError
from sqs_checks.terraform.syntax.expression_text import expression_text
from sqs_checks.terraform.syntax.syntax_tree import Access, Template

SHARED = """
variable "open" { type = bool }
variable "env" { type = string }
variable "key" { type = string }
variable "settings" { type = object({ secret = bool }) }
variable "teams" { type = map(object({ open = bool })) }
variable "a" {}
variable "b" {}
variable "c" {}
variable "d" {}
variable "e" {}

locals {
  role      = "arn:aws:iam::111111111111:role/sender"
  other     = "arn:aws:iam::111111111111:role/other"
  is_closed = !var.open
  by_env    = { dev = "arn:aws:iam::111111111111:role/dev", prod = "arn:aws:iam::111111111111:role/prod" }
  let_in    = { Effect = "Allow", Principal = "*", Action = "sqs:SendMessage", Resource = "*" }
  to_role   = { Effect = "Allow", Principal = { AWS = local.role }, Action = "sqs:SendMessage", Resource = "*" }
  keep_out  = { Effect = "Deny", Principal = "*", Action = "sqs:*", Resource = "*" }
}
"""
PUBLIC, ENCRYPTED, WILDCARD = "CKV_SQS_1", "CKV_SQS_20", "CKV_SQS_3"
PASSED, FAILED, OPEN = "PASSED", "FAILED", None


def policy(*statements: str) -> str:
    """A policy of lists of statements."""
    return f'policy = jsonencode({{ Version = "2012-10-17", Statement = concat({", ".join(statements)}) }})'


def grant(whom: str, action: str = '"sqs:SendMessage"') -> str:
    """A policy that lets somebody do something. whom: the expression of an `AWS` principal."""
    return policy(f'[{{ Effect = "Allow", Principal = {{ AWS = {whom} }}, Action = {action}, Resource = "*" }}]')


# By check and verdict, the arguments of a queue by what is tried with it.
ROWS: dict[tuple[str, str | None], dict[str, str]] = {
    (PUBLIC, PASSED): {
        "one of two principals": grant("var.open ? local.role : local.other"),
        "a statement, or none": policy("[local.to_role]", "var.open ? [local.keep_out] : []"),
        "a whole policy, or none": "policy = var.open ? jsonencode({ Statement = [local.keep_out] }) : null",
        "in a condition of a template": grant('"arn:aws:iam::111111111111:role/%{ if var.open }a%{ else }b%{ endif }"'),
        "what a loop leaves out": grant("[for one in [local.role, local.other] : one if var.open || one == local.role]"),
        "by the text of a variable": grant('var.env == "prod" ? local.role : local.other'),
        "by a call": grant('contains(["dev", "test"], var.env) ? local.role : local.other'),
        "by a local value": grant("local.is_closed ? local.role : local.other"),
        "by a key": grant("local.by_env[var.env]"),
        "by a key, or a default": grant("lookup(local.by_env, var.env, local.role)"),
        # Were both conditions told apart, one let in without the other kept out would be a fault.
        "the same condition twice": policy("var.open ? [local.let_in] : []", "var.open ? [local.keep_out] : []"),
        "a condition and its opposite": policy("local.is_closed ? [] : [local.let_in]", "!(var.open) ? [] : [local.keep_out]"),
        "a comparison and its opposite": policy(
            'var.env != "prod" ? [] : [local.let_in]', '"prod" == var.env ? [local.keep_out] : []'
        ),
        "a condition and a part of it": policy("var.open && var.a ? [local.let_in] : []", "var.open ? [local.keep_out] : []"),
        "a key and a comparison": policy(
            "{ prod = [local.let_in], dev = [] }[var.env]", 'var.env == "prod" ? [local.keep_out] : []'
        ),
    },
    (PUBLIC, FAILED): {
        "one of two lists of actions": grant('"*"', 'var.open ? ["sqs:SendMessage"] : ["sqs:ReceiveMessage"]'),
    },
    (PUBLIC, OPEN): {
        "everyone, or a role": grant('var.open ? "*" : local.role'),
        "a statement that opens it, or none": policy("var.open ? [local.let_in] : []"),
        "by three texts": grant('var.env == "prod" ? local.role : var.env == "dev" ? local.other : "*"'),
        "by a key, or everyone": grant('lookup(local.by_env, var.env, "*")'),
        "by a key that may not be there": grant('try(local.by_env[var.env], "*")'),
        # What is "true" or "false" where it is a condition may be any text where it is none.
        "a text that is a condition elsewhere": grant('var.b == "-" ? (var.a ? local.role : local.role) : "${var.a}"'),
        "by the element at hand": grant("[for team in var.teams : team.open ? local.role : local.other]"),
        "more than sixteen cases": grant(f"[{', '.join(f'var.{name} ? local.role : local.other' for name in 'abcde')}]"),
    },
    (WILDCARD, PASSED): {
        "one of two actions": grant('"*"', 'var.open ? "sqs:SendMessage" : "sqs:ReceiveMessage"'),
    },
    (ENCRYPTED, PASSED): {
        "a setting that is on or left out": "sqs_managed_sse_enabled = var.open ? true : null",
        "by a part of a variable": "sqs_managed_sse_enabled = var.settings.secret ? true : null",
        "off where another is on": """
            sqs_managed_sse_enabled = var.open ? false : true
            kms_master_key_id       = var.open ? local.role : null
        """,
        "made only where it is on": """
            count                   = var.open ? 2 : 0
            sqs_managed_sse_enabled = var.open
        """,
        "by whether a variable is null": """
            sqs_managed_sse_enabled = var.key == null
            kms_master_key_id       = var.key != null ? "alias/${var.key}" : null
        """,
    },
    (ENCRYPTED, OPEN): {
        "one of two that are made": """
            count                   = var.open ? 2 : 1
            sqs_managed_sse_enabled = count.index == 1 ? var.open && local.is_closed : true
        """,
        "a setting that is on or off": "sqs_managed_sse_enabled = var.open ? true : false",
        "off where another is off": """
            sqs_managed_sse_enabled = var.open ? false : null
            kms_master_key_id       = local.is_closed ? local.role : null
        """,
    },
}
EXPECTED = {row: (check, result) for (check, result), rows in ROWS.items() for row in rows}
CODE = {row: code for rows in ROWS.values() for row, code in rows.items()}
# How the lines of a finding begin, and what they name.
WORDS = {
    "one of two lists of actions": [
        ("Where `var.open` is true: ", "sqs:SendMessage"),
        ("Where `var.open` is false: ", "sqs:ReceiveMessage"),
    ]
}


def named(row: str) -> str:
    return row.replace(" ", "_").replace(",", "")


def queue(row: str) -> str:
    return f'resource "aws_sqs_queue" "{named(row)}" {{\n{CODE[row]}\n}}\n'


MANY = """
module "many" {
  source   = "./many"
  for_each = var.teams
  open     = each.value.open
}
"""
INNER = """
variable "open" { type = bool }

resource "aws_sqs_queue" "q" {
  sqs_managed_sse_enabled = var.open ? true : null
}
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Finding]:
    """The rows as they are, and once more in a module that is given the variables."""
    folder = tmp_path_factory.mktemp("open")
    code = "\n".join([SHARED, *map(queue, CODE)])
    (folder / "inner").mkdir()
    (folder / "inner" / "main.tf").write_text(code, encoding="utf-8")
    given = "".join(f"  {name} = var.{name}\n" for name in ("open", "env", "key", "settings", "teams", "a", "b", "c", "d", "e"))
    call = f'module "inner" {{\n  source = "./inner"\n{given}}}\n'
    (folder / "many").mkdir()
    (folder / "many" / "main.tf").write_text(INNER, encoding="utf-8")
    (folder / "main.tf").write_text(f"{code}\n{call}\n{MANY}", encoding="utf-8")
    return {(finding.resource, finding.check): finding for finding in scan(folder, ["terraform"])}


@pytest.mark.parametrize("row", CODE)
def test_one_verdict_in_all_cases_is_the_verdict(row: str, found: dict[tuple[str, str], Finding]) -> None:
    check, expected = EXPECTED[row]
    for address in (f"aws_sqs_queue.{named(row)}", f"module.inner.aws_sqs_queue.{named(row)}"):
        finding = found.get((address, check))
        assert (finding.result if finding is not None else OPEN) == expected, address
        if row in WORDS:
            assert finding is not None
            lines = [line for line in finding.details if line.startswith("Where")]
            assert len(lines) == len(WORDS[row])
            for line, (start, named_there) in zip(lines, WORDS[row]):
                assert line.startswith(start)
                assert named_there in line


def test_a_module_of_unknown_instances_has_no_cases(found: dict[tuple[str, str], Finding]) -> None:
    """What is true in one instance may be false in the next: there are more cases than both."""
    assert not any(check == ENCRYPTED for resource, check in found if ".q" in resource and "many" in resource)
    assert any("many" in resource for resource, _ in found)


def plain(expression: Any) -> Any:
    """The expression without parentheses, and with the lines of a heredoc as one text."""
    if isinstance(expression, Access) and not expression.steps:
        return plain(expression.source)
    if isinstance(expression, Template):
        groups = groupby(expression.parts, key=lambda part: isinstance(part, str))
        return ("template", *(one for is_text, parts in groups for one in (["".join(parts)] if is_text else map(plain, parts))))
    return (type(expression), *map(plain, expression)) if isinstance(expression, tuple) else expression


def test_the_text_of_an_expression_is_the_expression() -> None:
    """By its text it is told what the same expression is, whatever blanks it is written with."""
    for line in (FIXTURES / "evaluation" / "expressions.txt").read_text(encoding="utf-8").splitlines():
        with suppress(SyntaxFaultError):
            expression = parse_expression(json.loads(line)["expression"])
            assert plain(parse_expression(expression_text(expression))) == plain(expression), line


def test_what_stays_open_says_in_which_case_it_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SHARED + queue("everyone, or a role"), encoding="utf-8")
    (tmp_path / "sqs-checks.yaml").write_text("unresolved: fail\n", encoding="utf-8")
    (finding,) = scan(tmp_path, ["terraform"], [PUBLIC])
    assert finding.details[0] == ("Not decided: `var.open` has no value in the code; it is at fault where `var.open` is true.")
