"""Whole stacks as CDK and SAM write them: what is deployed together is judged together, through Checkov itself."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import scan
from make_cdk import APPS, CDK_FIXTURES, lay_out
from make_sam import SAM_FIXTURES, transformed_beside, written_templates

from sqs_checks.pack.catalogue import check_classes

CHECKS = {check.id for check in check_classes()}
APP_NAMES = sorted(path.stem for path in APPS.glob("*.py"))
WRITTEN = list(written_templates())
# A verdict of `expected.txt`, by what Checkov reports. `inapplicable`: it has nothing that the check is about. `unfailed`: passed
# or no result.
VERDICTS: Mapping[str, tuple[set[str], ...]] = {
    "passed": ({"PASSED"},),
    "failed": ({"FAILED"},),
    "unknown": (set(),),
    "inapplicable": (set(),),
    "unfailed": ({"PASSED"}, set()),
}
SAM_TRUTH: Mapping[str, Any] = yaml.safe_load((SAM_FIXTURES / "expected.txt").read_text(encoding="utf-8"))


def results(folder: Path) -> Mapping[str, set[str]]:
    """What Checkov reports of a folder: by resource and check."""
    found: dict[str, set[str]] = defaultdict(set)
    for finding in scan(folder, ["cloudformation"]):
        found[f"{finding.resource} {finding.check}"].add(finding.result)
    return found


def read_truth(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rows(stated: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The verdicts by resource and check, of the checks that there are."""
    return {
        f"{resource} {check}": verdict
        for resource, verdicts in stated.items()
        for check, verdict in verdicts.items()
        if check in CHECKS
    }


def expected(app: str) -> dict[str, str]:
    return rows(read_truth(CDK_FIXTURES / app / "expected.txt"))


def wrong_rows(found: Mapping[str, set[str]], truth: Mapping[str, str]) -> set[str]:
    return {row for row, verdict in truth.items() if found.get(row, set()) not in VERDICTS[verdict]}


@pytest.mark.parametrize("app", APP_NAMES)
def test_stacks_of_cdk(app: str, tmp_path: Path) -> None:
    """All templates of an app, scanned together as `cdk.out` holds them."""
    lay_out(app, tmp_path)
    assert wrong_rows(results(tmp_path), expected(app)) == set()


@pytest.mark.parametrize("app", APP_NAMES)
def test_the_truth_is_about_resources_that_there_are(app: str) -> None:
    """A verdict on a resource that no template holds would be `unfailed` for ever."""
    resources: dict[str, Any] = {}
    for template in (CDK_FIXTURES / app).glob("*.template"):
        resources.update(yaml.safe_load(template.read_text(encoding="utf-8"))["Resources"])
    named = {row.split()[0].rpartition(".")[::2] for row in expected(app)}
    assert named <= {(resource["Type"], logical_id) for logical_id, resource in resources.items()}


@pytest.mark.parametrize("written", WRITTEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_sam_as_written_and_as_transformed(written: Path, tmp_path: Path) -> None:
    """What people write has the findings that what SAM makes of it has, for each queue and policy that they wrote."""
    found = []
    for number, template in enumerate((written, transformed_beside(written))):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(template, folder / "stack.template")
        found.append(results(folder))
    as_written, as_transformed = found
    resources = {row.split()[0] for row in as_written}
    comparable = {row for row in {*as_written, *as_transformed} if row.split()[0] in resources}
    wrong = {row for row in comparable if as_written.get(row) != as_transformed.get(row)}
    assert wrong == set()


@pytest.mark.parametrize("name", SAM_TRUTH)
def test_templates_of_sam(name: str, tmp_path: Path) -> None:
    """Templates as people write them, children included; `expected.txt` says why."""
    folder = tmp_path / name
    shutil.copytree(SAM_FIXTURES / name, folder, ignore=shutil.ignore_patterns("*transformed.template"))
    assert wrong_rows(results(folder), rows(SAM_TRUTH[name])) == set()
