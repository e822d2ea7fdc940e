"""What a scan costs with the pack, beside as many checks that do nothing, and beside Checkov alone.

Generated queues with policies and dead letters, as code, plan and template; CPU and memory of whole processes, paired runs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from generated_queues import WRITERS
from measured import PACKAGE, Figure, Spent, checkov, figure

SIZES = (200, 1_000)
_CHECKOVS_NAMES = {"code": "terraform", "plan": "terraform_plan", "template": "cloudformation"}
_NOTHING = """
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.{module}.checks.resource.base_resource_check import BaseResourceCheck


class Nothing{n}(BaseResourceCheck):
    def __init__(self):
        super().__init__(
            name="Nothing", id="CKV_NOTHING_{n}", categories=[CheckCategories.IAM], supported_resources={types!r}
        )

    def scan_resource_conf(self, conf):
        return CheckResult.PASSED


check = Nothing{n}()
"""


def write_nothing(folder: Path) -> None:
    """As many checks as the pack has, on the same resources, which do nothing."""
    from sqs_checks.pack.catalogue import check_classes
    from sqs_checks.terraform.resource_checks import TerraformCheck

    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    for number, check in enumerate(check_classes()):
        module = "terraform" if issubclass(check, TerraformCheck) else "cloudformation"
        text = _NOTHING.format(n=number, module=module, types=list(check.resource_types))
        (folder / f"nothing_{number}.py").write_text(text, encoding="utf-8")


def measure(runs: int, sizes: Sequence[int] = SIZES) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as scratch:
        nothing, bytecode = Path(scratch, "nothing"), Path(scratch, "bytecode")
        write_nothing(nothing)
        for kind, write in WRITERS.items():
            for size in sizes:
                code = Path(scratch, f"{kind}-{size}")
                code.mkdir()
                write(code, size)
                yield from compared(f"{size} queues as {kind}", code, _CHECKOVS_NAMES[kind], nothing, bytecode, runs)


def compared(subject: str, code: Path, framework: str, nothing: Path, bytecode: Path, runs: int) -> Iterator[Figure]:
    """Three scans a run: Checkov alone, with the checks that do nothing, with the pack."""
    options = [(), ("--external-checks-dir", nothing), ("--external-checks-dir", PACKAGE)]

    def scans() -> list[Spent]:
        return [checkov(code, framework, bytecode, *one) for one in options]

    scans()  # after which all modules are compiled
    rows = [scans() for _ in range(runs)]
    yield figure(subject, "Checkov alone", "s", [row[0].seconds for row in rows])
    yield figure(subject, "with the pack", "s", [row[2].seconds for row in rows])
    yield figure(subject, "CPU, to checks that do nothing", "ratio", [row[2].seconds / row[1].seconds for row in rows])
    yield figure(subject, "CPU, to Checkov alone", "ratio", [row[2].seconds / row[0].seconds for row in rows])
    yield figure(subject, "memory, to checks that do nothing", "ratio", [row[2].megabytes / row[1].megabytes for row in rows])
    yield figure(subject, "memory, to Checkov alone", "ratio", [row[2].megabytes / row[0].megabytes for row in rows])
