"""Each check's verdict on its fixtures, through Checkov itself.

A fixture's resources are named after the verdict they must get: `pass_…`, `fail_…`, `unknown_…` in Terraform (the
resource's name, or that of the module it stands in), `Pass…`, `Fail…`, `Unknown…` in CloudFormation; and `inapplicable_…`,
`Inapplicable…` where the resource has nothing that the check is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import FIXTURES, FRAMEWORKS, Finding, scan

from sqs_checks.pack.catalogue import check_classes
from sqs_checks.reporting.checkov_check import CheckovCheck
from sqs_checks.reporting.observations import Observation, Outcome

CHECKS = sorted({check.id for check in check_classes()})
# The provider refuses to plan what AWS would refuse; `test_plan_with_what_the_provider_refuses` stands in.
# It plans no message size above the one that it sets by itself, either.
NEVER_FAILS = {(f"CKV_SQS_{number}", "terraform_plan") for number in (30, 32, 34)}
VERDICTS = {"pass": Outcome.PASSED, "fail": Outcome.FAILED, "unknown": Outcome.UNDECIDED, "inapplicable": Outcome.NOT_APPLICABLE}
# What Checkov reports of each; of the others nothing.
REPORTED = {Outcome.PASSED: "PASSED", Outcome.FAILED: "FAILED"}
_TERRAFORM_NAME = re.compile(r'(?:module|resource) +"(?:aws_(?:sqs|vpc)_\w+" +")?((?:pass|fail|unknown|inapplicable)_\w+)"')
_PLANNED_NAME = re.compile(r'"address": "(?:[^"\\]|\\.)*?\b((?:pass|fail|unknown|inapplicable)_\w+)')
_LOGICAL_ID = re.compile(r'^\s*"?((?:Pass|Fail|Unknown|Inapplicable)[A-Z]\w*)"?:', re.MULTILINE)
_PATTERNS = {
    "terraform": ("*.tf", _TERRAFORM_NAME),
    "terraform_plan": ("*.tfplan", _PLANNED_NAME),
    "cloudformation": ("*.template", _LOGICAL_ID),
}


def verdict_named(name: str) -> Outcome:
    return VERDICTS[re.split(r"(?<=[a-z])(?=[A-Z])|_", name)[0].lower()]


def names_in(folder: Path, framework: str) -> set[str]:
    glob, pattern = _PATTERNS[framework]
    return {name for file in folder.glob(f"**/{glob}") for name in pattern.findall(file.read_text(encoding="utf-8"))}


def name_of(address: str) -> str:
    """The part of a resource's address that names its verdict."""
    parts = re.findall(r"\b(?:pass|fail|unknown|inapplicable)_\w+|\b(?:Pass|Fail|Unknown|Inapplicable)[A-Z]\w*", address)
    return parts[-1] if parts else address


def outcomes(observations: list[Observation], check: str) -> dict[str, Outcome]:
    """What a check made of the resources of its own fixtures, by name."""
    return {name_of(one.address): one.outcome for one in observations if one.check == check and f"/{check}/" in one.entity_path}


def reported(findings: list[Finding], check: str, framework: str) -> dict[str, str]:
    return {
        name_of(finding.resource): finding.result
        for finding in findings
        if finding.check == check and finding.framework == framework and f"/{check}/" in finding.file
    }


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("check", CHECKS)
def test_every_resource_gets_the_verdict_in_its_name(
    check: str, framework: str, fixture_findings: list[Finding], fixture_observations: dict[str, list[Observation]]
) -> None:
    """Passes and failures are reported; what cannot be decided, or is not what the check is about, appears in no report."""
    found = outcomes(fixture_observations[framework], check)
    wanted = {name: verdict_named(name) for name in names_in(FIXTURES / check, framework)}
    assert {name: found.get(name, Outcome.NOT_APPLICABLE) for name in wanted} == wanted
    assert set(found) <= set(wanted), "a resource whose name states no verdict"
    assert reported(fixture_findings, check, framework) == {
        name: REPORTED[outcome] for name, outcome in wanted.items() if outcome in REPORTED
    }
    expected = {Outcome.PASSED} if (check, framework) in NEVER_FAILS else {Outcome.PASSED, Outcome.FAILED}
    assert expected <= set(wanted.values()), "fixtures that cannot fail prove nothing"


@pytest.mark.parametrize("check", CHECKS)
def test_each_framework_holds_something_that_cannot_be_known(check: str) -> None:
    for framework in FRAMEWORKS:
        assert Outcome.UNDECIDED in {verdict_named(name) for name in names_in(FIXTURES / check, framework)}, framework


@pytest.mark.parametrize("other", ["terraform_plan", "cloudformation"])
@pytest.mark.parametrize("check", CHECKS)
def test_the_same_queue_is_in_each_framework(check: str, other: str) -> None:
    """The same queue, written in each framework under the same name, has the same verdict since its name says which."""
    code, written_otherwise = (
        {name.replace("_", "").lower() for name in names_in(FIXTURES / check, framework)} for framework in ("terraform", other)
    )
    shared = {name[:4] for name in code & written_otherwise}
    assert ({"pass"} if (check, other) in NEVER_FAILS else {"pass", "fail"}) <= shared


@pytest.mark.parametrize(
    ("check", "planned", "refused", "queue"),
    [
        ("CKV_SQS_32", '"orders-created_v2"', '"orders created"', "pass_name"),
        ("CKV_SQS_34", '"delay_seconds": 900', '"delay_seconds": 901', "pass_most"),
    ],
)
def test_plan_with_what_the_provider_refuses(check: str, planned: str, refused: str, queue: str, tmp_path: Path) -> None:
    """A plan made by another provider may hold what AWS refuses."""
    plan = (FIXTURES / check / "main.tfplan").read_text(encoding="utf-8")
    assert planned in plan
    (tmp_path / "plan.json").write_text(plan.replace(planned, refused), encoding="utf-8")
    failed = [finding for finding in scan(tmp_path, ["terraform_plan"], [check]) if finding.result == "FAILED"]
    assert [finding.resource for finding in failed] == [f"aws_sqs_queue.{queue}"]


def test_a_failure_explains_itself_in_every_framework(fixture_findings: list[Finding]) -> None:
    """The details name the fault, say what to write instead and why, and reach CloudFormation users too."""
    for finding in fixture_findings:
        if finding.result == "FAILED":
            assert len(finding.details) >= 3, finding
            assert any(line.startswith("Fix: ") for line in finding.details), finding
            assert finding.details[-1].startswith("Why: "), finding
        else:
            assert not finding.details, finding


def test_each_framework_speaks_its_own_language(fixture_findings: list[Finding]) -> None:
    spelled = {
        finding.framework: finding.details[0]
        for finding in fixture_findings
        if finding.check == "CKV_SQS_31" and name_of(finding.resource).lower().replace("_", "") == "failnotset"
    }
    assert spelled["cloudformation"].startswith("`MessageRetentionPeriod` is not set")
    assert spelled["terraform"] == spelled["terraform_plan"]
    assert spelled["terraform"].startswith("`message_retention_seconds` is not set")


def classes_by_id() -> Iterator[tuple[str, list[type[CheckovCheck]]]]:  # type: ignore[type-arg]
    for check in CHECKS:
        yield check, [found for found in check_classes() if found.id == check]


def test_each_check_is_one_piece_of_logic_for_both_frameworks() -> None:
    for check, classes in classes_by_id():
        terraform, cloudformation = sorted(classes, key=lambda found: found.__name__, reverse=True)
        assert terraform.faults is cloudformation.faults, check
        assert terraform.__module__ == cloudformation.__module__, check
        assert terraform.resource_types != cloudformation.resource_types, check
