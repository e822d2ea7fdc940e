"""What users read: every finding of the fixtures in full, beside them in `expected.txt`.

`python -m pytest tests/test_words.py --rewrite-expected` writes the files anew; a reviewer reads their diff.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from conftest import FIXTURES, FRAMEWORKS, Finding

from sqs_checks.pack.catalogue import check_classes
from sqs_checks.values.printable_text import printable

CHECKS = sorted({check.id for check in check_classes()})
_IN_WORDS = {"terraform": "code", "terraform_plan": "plan", "cloudformation": "template"}
# What no user should have to read: Python, markers, what stands for nothing.
_RIDDLES = re.compile(r"\b(?:None|True|False|NoneType|Traceback)\b|[‹›]|<class|object at 0x|\bdict\b|\[\]|\{\}")


def written(check: str, findings: list[Finding]) -> str:
    """The findings of a check on its own fixtures, as `expected.txt` has them."""
    blocks: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        if finding.check == check and finding.result == "FAILED" and f"/{check}/" in finding.file:
            text = "\n".join(f"  {line}" for line in finding.details)
            blocks.setdefault((finding.resource, text), []).append(_IN_WORDS[finding.framework])
    stated = (
        f"{resource} ({', '.join(dict.fromkeys(sorted(where)))})\n{text}\n" for (resource, text), where in sorted(blocks.items())
    )
    return "\n".join(stated)


@pytest.mark.parametrize("check", CHECKS)
def test_every_finding_reads_as_expected(check: str, fixture_findings: list[Finding], request: pytest.FixtureRequest) -> None:
    path = FIXTURES / check / "expected.txt"
    found = written(check, fixture_findings)
    if request.config.getoption("--rewrite-expected"):
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


def findings_to_read(findings: list[Finding]) -> Iterator[Finding]:
    return (one for one in findings if one.check in CHECKS and one.result == "FAILED" and one.framework in FRAMEWORKS)


def test_no_finding_is_a_riddle(fixture_findings: list[Finding]) -> None:
    """No Python, no markers, and never nothing."""
    for finding in findings_to_read(fixture_findings):
        assert finding.details, finding
        for line in finding.details:
            assert not _RIDDLES.search(re.sub(r"`[^`]*`", "", line)), line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred", "a[31mred"),  # a terminal would change colour
        ("a\ud800", "a\ufffd"),  # half a character: no report can be written with it
        ("ünïcödé, 日本", "ünïcödé, 日本"),
    ],
)
def test_what_no_report_can_hold_is_left_out(text: str, shown: str) -> None:
    assert printable(text) == shown
