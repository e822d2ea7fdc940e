"""SARIF that is valid and explains.

Checkov writes each line of `details` as an attachment without the place of a file that SARIF demands of it, so GitHub
refuses the report; its help text names the first resource of a rule; every rule is an error.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Optional

from sqs_checks.reporting.amending import amend
from sqs_checks.reporting.explanations import explanation_of
from sqs_checks.reporting.rule_pages import page_of
from sqs_checks.values.printable_text import printable

# The level of a rule, and the score that Checkov gives to the severity, from the lowest.
_LEVELS = {"LOW": ("note", "3.9"), "MEDIUM": ("warning", "6.9"), "HIGH": ("error", "8.9"), "CRITICAL": ("error", "10.0")}


def amend_sarif() -> None:
    amend("checkov.common.output.sarif", "Sarif.create_json", _amended)


def _amended(sarif: dict[str, Any], writer: Any) -> dict[str, Any]:
    records = _by_rule(writer.reports)
    for run in sarif["runs"]:
        for result in run["results"]:
            _mend(result)
        for rule in run["tool"]["driver"]["rules"]:
            if page_of(rule["id"]) is not None:
                results = [result for result in run["results"] if result["ruleId"] == rule["id"]]
                _describe(rule, records[rule["id"]])
                _tell_apart(results, records[rule["id"]])
    return sarif


def _by_rule(reports: Iterable[Any]) -> dict[str, list[Any]]:
    """The records by check, in the order in which Checkov writes their results."""
    records = defaultdict(list)
    for report in reports:
        for record in (*report.failed_checks, *report.skipped_checks):
            records[record.check_id].append(record)
    return records


def _mend(result: dict[str, Any]) -> None:
    """Makes valid what any check, ours or not, may have led Checkov to write; nothing that it says is lost."""
    attachments = result.get("attachments", [])
    unplaced = [one for one in attachments if "artifactLocation" not in one]
    if unplaced:
        result["attachments"] = [one for one in attachments if "artifactLocation" in one]
        _say(result, [_text(one.get("description")) for one in unplaced])
    for suppression in result.get("suppressions", ()):
        # YAML takes a comment such as `2024` for a number.
        suppression["justification"] = str(suppression.get("justification", ""))


def _text(message: Any) -> str:
    return str(message.get("text", "")) if isinstance(message, dict) else str(message or "")


def _say(result: dict[str, Any], lines: Sequence[str]) -> None:
    """Adds what the message of a result does not say yet."""
    message = result["message"]
    message["text"] = "\n".join([message["text"], *(line for line in map(printable, lines) if line not in message["text"])])


def _describe(rule: dict[str, Any], records: Sequence[Any]) -> None:
    """Has a rule speak of itself, not of the first resource that breaks it."""
    page = page_of(rule["id"])
    if page is None:
        return
    if "markdown" not in rule.get("help", {}):
        rule["help"] = {"text": page.text, "markdown": page.markdown}
        rule["fullDescription"] = {"text": page.summary}
    severity = _highest_severity(records)
    if severity is not None:
        level, score = _LEVELS[severity]
        rule["defaultConfiguration"] = {"level": level}
        rule["properties"] = {**rule.get("properties", {}), "security-severity": score}


def _highest_severity(records: Sequence[Any]) -> Optional[str]:
    """Settings can differ between folders, and a rule has one severity."""
    found = {record.severity.name for record in records if record.severity}
    return max((name for name in _LEVELS if name in found), key=list(_LEVELS).index, default=None)


def _tell_apart(results: Sequence[dict[str, Any]], records: Sequence[Any]) -> None:
    """Adds to the results of a rule what only the records say: which resource each is about, and its explanation."""
    if len(results) != len(records):
        return  # a Checkov that writes other results than those of 3.1.70 to 3.3.30
    seen: Counter[str] = Counter()
    for result, record in zip(results, records):
        explanation = explanation_of(record)
        if explanation is not None:
            _say(result, explanation.lines)
        file = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        # A module's resource has one name and file for each that calls it.
        stable = (record.check_id, file, record.resource, str(getattr(record, "caller_file_path", None) or ""))
        digest = hashlib.sha256("\0".join(stable).encode()).hexdigest()[:32]
        seen[digest] += 1
        fingerprint = f"{digest}:{seen[digest]}"
        # GitHub reads the first name only, and knows a finding again by it.
        own = {"primaryLocationLineHash": fingerprint, "sqsChecks/v1": fingerprint}
        result["partialFingerprints"] = {**own, **result.get("partialFingerprints", {})}
