"""What a scan costs with the pack, beside a scan with as many checks that do nothing, and beside Checkov alone.

`python benchmarks/checkov_with_the_pack.py [QUEUES [RUNS]]`: generated code, QUEUES queues with policy documents of data
sources; CPU time of whole processes, paired runs, the median of the ratios. Needs Checkov in the Python that runs it.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Optional

PACKAGE = Path(__file__).resolve().parent.parent / "sqs_checks"
_QUEUE = """
resource "aws_sqs_queue" "q{n}" {{
  name                      = "orders-{n}"
  kms_master_key_id         = "alias/orders"
  message_retention_seconds = 86400
  redrive_policy            = jsonencode({{ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 }})
  tags                      = merge(local.tags, {{ number = "{n}" }})
}}

data "aws_iam_policy_document" "d{n}" {{
  statement {{
    sid       = "Topic"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.q{n}.arn]
    principals {{
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }}
    condition {{
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.t.arn]
    }}
  }}
  statement {{
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.q{n}.arn]
    principals {{
      type        = "*"
      identifiers = ["*"]
    }}
    condition {{
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }}
  }}
}}

resource "aws_sqs_queue_policy" "p{n}" {{
  queue_url = aws_sqs_queue.q{n}.url
  policy    = data.aws_iam_policy_document.d{n}.json
}}
"""
_SHARED = """
locals {
  tags = { owner = "team", stage = "test" }
}

resource "aws_sns_topic" "t" {
  name = "orders"
}

resource "aws_sqs_queue" "dead" {
  name = "dead"
}
"""
_NOTHING = """
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Nothing{n}(BaseResourceCheck):
    def __init__(self):
        super().__init__(
            name="Nothing", id="CKV_NOTHING_{n}", categories=[CheckCategories.IAM], supported_resources={types!r}
        )

    def scan_resource_conf(self, conf):
        return CheckResult.PASSED


check = Nothing{n}()
"""


def write_code(folder: Path, queues: int) -> None:
    """A root module, ten queues a file."""
    (folder / "main.tf").write_text(_SHARED, encoding="utf-8")
    for start in range(0, queues, 10):
        blocks = "".join(_QUEUE.format(n=n) for n in range(start, min(start + 10, queues)))
        (folder / f"queues_{start}.tf").write_text(blocks, encoding="utf-8")


def write_nothing(folder: Path) -> None:
    """As many checks as the pack has, on the same resources."""
    sys.path.insert(0, str(PACKAGE.parent))
    from sqs_checks.pack.catalogue import check_classes
    from sqs_checks.terraform.resource_checks import TerraformCheck

    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    classes = [check for check in check_classes() if issubclass(check, TerraformCheck)]
    for number, check in enumerate(classes):
        text = _NOTHING.format(n=number, types=list(check.resource_types))
        (folder / f"nothing_{number}.py").write_text(text, encoding="utf-8")


def machine() -> str:
    """What the figures were taken on."""
    return f"Checkov {metadata.version('checkov')}, Python {platform.python_version()}, {os.cpu_count()} cores"


def cpu_seconds(code: Path, *options: str, framework: str = "terraform", bytecode: Optional[Path] = None) -> float:
    """User and system time of one scan. bytecode: where Python keeps compiled modules, as it does wherever packages are
    installed; None for what the environment says.
    """
    line = [sys.executable, "-m", "checkov.main", "-d", str(code), "--framework", framework, "--skip-download", "-o", "json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "CHECKOV_RUN_SCA": "false"}
    if bytecode is not None:
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    subprocess.run([*line, *options], capture_output=True, check=False, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    queues = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as scratch:
        code, nothing = Path(scratch, "code"), Path(scratch, "nothing")
        code.mkdir()
        write_code(code, queues)
        write_nothing(nothing)
        options = [(), ("--external-checks-dir", str(nothing)), ("--external-checks-dir", str(PACKAGE))]

        def scans() -> tuple[float, ...]:
            return tuple(cpu_seconds(code, *one, bytecode=Path(scratch, "bytecode")) for one in options)

        scans()  # after which all modules are compiled
        times = [scans() for _ in range(runs)]
    alone, idle, ours = (statistics.median(row[column] for row in times) for column in range(3))
    to_idle = [row[2] / row[1] for row in times]
    to_alone = [row[2] / row[0] for row in times]
    print(machine())
    print(
        f"{queues} queues, {runs} runs: alone {alone:.1f} s, with checks that do nothing {idle:.1f} s, with the pack {ours:.1f} s"
    )
    print(f"to checks that do nothing: {statistics.median(to_idle):.2f} ({min(to_idle):.2f} to {max(to_idle):.2f})")
    print(f"to Checkov alone:          {statistics.median(to_alone):.2f} ({min(to_alone):.2f} to {max(to_alone):.2f})")


if __name__ == "__main__":
    main()
