"""One file of a module, as editors and hooks scan it, is judged as in its folder."""

from __future__ import annotations

from pathlib import Path

from checkov.runner_filter import RunnerFilter
from checkov.terraform.runner import Runner
from conftest import findings_in, scan

QUEUE = 'resource "aws_sqs_queue" "q" {\n  name                    = "orders"\n  sqs_managed_sse_enabled = var.encrypted\n}\n'
POLICY = """resource "aws_sqs_queue_policy" "p" {
  queue_url = aws_sqs_queue.q.url
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = local.everyone, Action = "sqs:SendMessage", Resource = aws_sqs_queue.q.arn }]
  })
}
"""
OTHERS = 'variable "encrypted" {\n  default = false\n}\n\nlocals {\n  everyone = "*"\n}\n'


def verdicts(*files: Path) -> set[tuple[str, str, str]]:
    report = Runner().run(
        root_folder=None,
        files=[str(file) for file in files],
        runner_filter=RunnerFilter(checks=["CKV_SQS_*"], show_progress_bar=False),
    )
    return {(one.check, one.resource, one.result) for one in findings_in([("terraform", report)])}


def test_each_file_by_itself_says_what_the_folder_says(tmp_path: Path) -> None:
    """The queue in one file, its policy in another, variables and local values in a third."""
    files = {"queue.tf": QUEUE, "policy.tf": POLICY, "others.tf": OTHERS}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    whole = {(one.check, one.resource, one.result) for one in scan(tmp_path, ["terraform"])}
    assert ("CKV_SQS_1", "aws_sqs_queue_policy.p", "FAILED") in whole
    assert ("CKV_SQS_17", "aws_sqs_queue.q", "PASSED") in whole
    assert ("CKV_SQS_20", "aws_sqs_queue.q", "FAILED") in whole
    assert set().union(*(verdicts(tmp_path / name) for name in files)) == whole


def test_what_only_a_caller_could_know_is_unknown(tmp_path: Path) -> None:
    """A default is what holds where nobody gives a value: somebody who calls the module may."""
    module, root = tmp_path / "modules" / "queue", tmp_path / "envs" / "prod"
    module.mkdir(parents=True)
    root.mkdir(parents=True)
    (module / "main.tf").write_text(QUEUE + OTHERS, encoding="utf-8")
    alone = verdicts(module / "main.tf")
    assert ("CKV_SQS_20", "aws_sqs_queue.q", "FAILED") in alone
    (tmp_path / ".git").mkdir()
    call = 'module "queue" {\n  source    = "../../modules/queue"\n  encrypted = true\n}\n'
    (root / "main.tf").write_text(call, encoding="utf-8")
    called = verdicts(module / "main.tf")
    assert not {one for one in called if one[0] == "CKV_SQS_20"}
    assert ("CKV_SQS_32", "aws_sqs_queue.q", "PASSED") in called, "what the module itself states is known"
    assert ("CKV_SQS_20", "module.queue.aws_sqs_queue.q", "PASSED") in {
        (one.check, one.resource, one.result) for one in scan(tmp_path, ["terraform"])
    }
