"""What every report of Checkov carries of a finding: what is wrong, what to write instead, how bad it is, where to read on."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from checkov.common.output.report import Report
from checkov.common.output.sarif import Sarif
from conftest import FIXTURES, FRAMEWORKS, REPOSITORY, Reports, reports
from jsonschema import Draft4Validator

from sqs_checks.reporting.amending import amend
from sqs_checks.reporting.sarif_report import _amended as amended_sarif

# OASIS's own schema, as it is published under its `$id`; not called `.json`, which Checkov would take for a policy.
SCHEMA = json.loads((FIXTURES / "schemas" / "sarif-2.1.0.schema").read_text(encoding="utf-8"))
GITHUBS_LEVELS = {"LOW": "note", "MEDIUM": "warning", "HIGH": "error", "CRITICAL": "error"}


def sarif_of(found: Reports) -> dict[str, Any]:
    written: dict[str, Any] = Sarif([report for _, report in found], "Checkov").json
    return written


@pytest.fixture(scope="module")
def alone(fixture_reports: Reports) -> dict[str, Any]:
    return sarif_of(fixture_reports)


@pytest.fixture(scope="module")
def beside(fixture_folder: Path) -> dict[str, Any]:
    """The same with Checkov's own checks."""
    return sarif_of(reports(fixture_folder, checks=()))


@pytest.mark.parametrize("which", ["alone", "beside"])
def test_sarif_is_valid(which: str, request: pytest.FixtureRequest) -> None:
    """As GitHub checks it: one error and the whole report is refused."""
    sarif = request.getfixturevalue(which)
    ids = {result["ruleId"] for result in sarif["runs"][0]["results"]}
    assert len({one for one in ids if one.startswith("CKV_SQS_")}) > 25
    assert any(one.startswith("CKV_AWS_") for one in ids) == (which == "beside")
    errors = [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in Draft4Validator(SCHEMA).iter_errors(sarif)]
    assert errors == []


def test_sarif_explains(alone: dict[str, Any]) -> None:
    for result in alone["runs"][0]["results"]:
        if "suppressions" not in result:
            assert "Fix: " in result["message"]["text"], result
        assert not result.get("attachments"), result


def test_sarif_describes_the_rule_and_not_its_first_resource(alone: dict[str, Any], fixture_reports: Reports) -> None:
    severities = {record.check_id: record.severity.name for _, report in fixture_reports for record in report.failed_checks}
    for rule in alone["runs"][0]["tool"]["driver"]["rules"]:
        assert rule["help"]["markdown"].count("## ") >= 4, rule["id"]
        assert "Why it matters" in rule["help"]["text"]
        assert "Resource: " not in rule["help"]["text"]
        assert rule["helpUri"].startswith("https://docs.aws.amazon.com/")
        if rule["id"] in severities:
            assert rule["defaultConfiguration"]["level"] == GITHUBS_LEVELS[severities[rule["id"]]]


def test_a_finding_is_known_again_when_its_lines_move(tmp_path: Path) -> None:
    moved, prints = tmp_path / "main.tf", []
    code = (FIXTURES / "example" / "main.tf").read_text(encoding="utf-8")
    for text in (code, f"# a comment\n\n\n{code}"):
        moved.write_text(text, encoding="utf-8")
        results = sarif_of(reports(tmp_path, ["terraform"]))["runs"][0]["results"]
        found = {
            result["partialFingerprints"]["primaryLocationLineHash"]: result["locations"][0]["physicalLocation"]["region"]
            for result in results
        }
        assert len(found) == len(results) > 5, "two findings must not be taken for one"
        prints.append(found)
    before, after = prints
    assert set(before) == set(after)
    assert all(after[one]["startLine"] == region["startLine"] + 3 for one, region in before.items())


@pytest.mark.parametrize("name", ["Nowhere.create_json", "Sarif.nowhere"])
def test_a_checkov_without_the_name_is_left_alone(name: str) -> None:
    amend("checkov.common.output.sarif", name, lambda result, *_: pytest.fail("nothing to amend"))
    amend("checkov.nowhere", name, lambda result, *_: pytest.fail("nothing to amend"))


def test_what_cannot_be_amended_is_checkovs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Report, "get_summary", Report.get_summary)  # put back afterwards
    monkeypatch.setattr(logging.getLogger("sqs_checks.reporting"), "propagate", False)
    amend("checkov.common.output.report", "Report.get_summary", lambda result, report: result["no such key"])
    assert Report("terraform").get_summary()["failed"] == 0


def test_a_checkov_that_delivers_is_left_alone(fixture_reports: Reports) -> None:
    """The amendments, over what they made themselves, change nothing."""
    found = [report for _, report in fixture_reports]
    writer = Sarif(found, "Checkov")
    once = json.dumps(writer.json)
    assert json.dumps(amended_sarif(json.loads(once), writer)) == once


def test_others_results_are_as_checkov_wrote_them(beside: dict[str, Any], fixture_folder: Path) -> None:
    """A run of Checkov that never heard of the pack says the same of its own checks."""
    script = (
        "import json, sys\n"
        "from checkov.cloudformation.runner import Runner\n"
        "from checkov.common.output.sarif import Sarif\n"
        "from checkov.runner_filter import RunnerFilter\n"
        "report = Runner().run(root_folder=sys.argv[1], runner_filter=RunnerFilter(show_progress_bar=False))\n"
        "print(json.dumps(Sarif([report], 'Checkov').json))\n"
    )
    run = subprocess.run([sys.executable, "-c", script, str(fixture_folder)], capture_output=True, text=True, check=True)
    theirs = {_key(result): result["message"]["text"] for result in json.loads(run.stdout.splitlines()[-1])["runs"][0]["results"]}
    ours = {_key(result): result["message"]["text"] for result in beside["runs"][0]["results"]}
    assert theirs
    assert {key: ours.get(key) for key in theirs} == theirs


def _key(result: dict[str, Any]) -> tuple[Any, ...]:
    place = result["locations"][0]["physicalLocation"]
    return result["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"]


FORMATS = ("cli", "json", "csv", "junitxml", "sarif", "gitlab_sast", "cyclonedx", "cyclonedx_json", "github_failed_only", "spdx")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One report in each format, written by a Checkov that was given nothing but the folder of the pack."""
    out = tmp_path_factory.mktemp("out")
    outputs = [part for one in FORMATS if one != "csv" for part in ("-o", one)]
    line = [sys.executable, "-m", "checkov.main", "-d", str(FIXTURES / "example"), "--framework", "terraform", "cloudformation"]
    line += ["--external-checks-dir", str(REPOSITORY / "sqs_checks"), "--skip-download", "--check", "CKV_SQS_*"]
    run = subprocess.run([*line, *outputs, "--output-file-path", str(out)], capture_output=True, text=True, check=False)
    found = {path.stem.split("results_")[-1]: path.read_text(encoding="utf-8") for path in out.iterdir()}
    found["cyclonedx_json"] = (out / "results_cyclonedx.json").read_text(encoding="utf-8")
    found["cyclonedx"] = (out / "results_cyclonedx.xml").read_text(encoding="utf-8")
    table = tmp_path_factory.mktemp("table")
    subprocess.run([*line, "-o", "csv", "--output-file-path", str(table)], capture_output=True, text=True, check=False)
    found["csv"] = "".join(path.read_text(encoding="utf-8") for path in table.glob("*_iac.csv"))
    assert set(FORMATS) <= set(found), run.stderr
    return found


WANTED = {
    "id": "ckv_sqs_1",
    "severity": "critical",
    "link": "https://docs.aws.amazon.com/awssimplequeueservice/latest/sqsdeveloperguide/",
    "problem": "lets anybody with an aws account call sqs:sendmessage",
    "remedy": "write `stringequals` in place of `stringequalsifexists`",
}
# SARIF's severity is a number, by which GitHub sorts.
SPELLED = {("sarif", "severity"): '"security-severity": "10.0"'}
# Formats without a place for it, and why.
NO_PLACE = {("spdx", part): "a list of packages and their licences: it has no findings at all" for part in WANTED}


@pytest.mark.parametrize("part", WANTED)
@pytest.mark.parametrize("form", FORMATS)
def test_each_format_carries_it(form: str, part: str, written: dict[str, str]) -> None:
    if (form, part) == ("csv", "link") and "guideline" not in written[form].splitlines()[0].lower():
        return  # the table of an older Checkov has no column for it
    wanted = SPELLED.get((form, part), WANTED[part])
    assert (wanted in written[form].lower()) is ((form, part) not in NO_PLACE), NO_PLACE.get((form, part))


def test_xml_is_well_formed(written: dict[str, str]) -> None:
    for form in ("junitxml", "cyclonedx"):
        assert len(ElementTree.fromstring(written[form])) > 0


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_an_empty_report_stays_one(framework: str) -> None:
    assert list(Draft4Validator(SCHEMA).iter_errors(Sarif([Report(framework)], "Checkov").json)) == []
