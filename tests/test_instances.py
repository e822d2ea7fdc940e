"""Which resource of the code a finding is about: whatever keys it has, and whichever root module calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Finding, scan

from sqs_checks.terraform.modules.resource_address import ModuleStep, ResourceAddress, parse_address

KEYS = ["orders", "team:orders", "a.b/c", "a::b", "eu-west-1", "ünï", "with space", "1", "x]y", 'say \\"hi\\"']
QUEUES = """
resource "aws_sqs_queue" "q" {{
  for_each                = toset([{keys}])
  name_prefix             = "q-"
  sqs_managed_sse_enabled = false
}}

resource "aws_sqs_queue_policy" "p" {{
  for_each  = aws_sqs_queue.q
  queue_url = each.value.id
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Principal = "*", Action = "sqs:SendMessage", Resource = each.value.arn }}]
  }})
}}
"""


def by_check(findings: list[Finding], resource: str) -> dict[str, str]:
    return {finding.check: finding.result for finding in findings if finding.resource == resource}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_does_not_matter(key: str, tmp_path: Path) -> None:
    """The queue of any key has the verdicts of one with a plain key, on its policy too."""
    (tmp_path / "main.tf").write_text(QUEUES.format(keys=f'"{key}"'), encoding="utf-8")
    (tmp_path / "sqs-checks.yaml").write_text(
        'exceptions: [{checks: [CKV_SQS_20], names: ["*"], reason: tried}]\n', encoding="utf-8"
    )
    found = scan(tmp_path, ["terraform"])
    queues = {finding.check: finding.result for finding in found if "aws_sqs_queue.q" in finding.resource}
    policies = {finding.check: finding.result for finding in found if "aws_sqs_queue_policy.p" in finding.resource}
    assert queues["CKV_SQS_17"] == "PASSED"
    assert queues["CKV_SQS_20"] == "SKIPPED"
    assert len(queues) >= 9
    assert (policies["CKV_SQS_1"], policies["CKV_SQS_5"], policies["CKV_SQS_15"]) == ("FAILED", "PASSED", "PASSED")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("aws_sqs_queue.q", ResourceAddress((), "managed", "aws_sqs_queue", "q")),
        ("aws_sqs_queue.q[0]", ResourceAddress((), "managed", "aws_sqs_queue", "q", 0)),
        ('aws_sqs_queue.q["a:b"]', ResourceAddress((), "managed", "aws_sqs_queue", "q", "a:b")),
        ('aws_sqs_queue.q["a.b[\\"c\\"]"]', ResourceAddress((), "managed", "aws_sqs_queue", "q", 'a.b["c"]')),
        ("data.aws_region.r", ResourceAddress((), "data", "aws_region", "r")),
        (
            'module.a["x.y"].module.b[1].aws_sqs_queue.q',
            ResourceAddress((ModuleStep("a", "x.y"), ModuleStep("b", 1)), "managed", "aws_sqs_queue", "q"),
        ),
        ("aws_sqs_queue", None),
        ("module.a", None),
        ("", None),
        ("aws_sqs_queue.q[", None),
    ],
)
def test_addresses(text: str, address: ResourceAddress | None) -> None:
    assert parse_address(text) == address
    if address is not None:
        assert str(address) == text


MODULE = """
variable "open" {
  type = bool
}

resource "aws_sqs_queue" "q" {
  name                    = "orders"
  sqs_managed_sse_enabled = !var.open
}

resource "aws_sqs_queue_policy" "p" {
  queue_url = aws_sqs_queue.q.url
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = var.open ? "Allow" : "Deny", Principal = "*", Action = "sqs:*", Resource = aws_sqs_queue.q.arn }]
  })
}
"""


def test_two_roots_that_call_a_module_under_one_name(tmp_path: Path) -> None:
    """Each has its own arguments; with equal ones, all is decided and passes or fails as it should."""
    (tmp_path / "modules" / "q").mkdir(parents=True)
    (tmp_path / "modules" / "q" / "main.tf").write_text(MODULE, encoding="utf-8")
    for environment, is_open in (("dev", "true"), ("prod", "false")):
        folder = tmp_path / "envs" / environment
        folder.mkdir(parents=True)
        call = f'module "orders" {{\n  source = "../../modules/q"\n  open   = {is_open}\n}}\n'
        (folder / "main.tf").write_text(call, encoding="utf-8")
    found = scan(tmp_path, ["terraform"])
    # What is the same of both is reported once.
    results = {
        check: {finding.result for finding in found if finding.check == check}
        for check in ("CKV_SQS_1", "CKV_SQS_20", "CKV_SQS_17")
    }
    both = {"FAILED", "PASSED"}
    assert results == {"CKV_SQS_1": both, "CKV_SQS_20": both, "CKV_SQS_17": {"PASSED"}}
