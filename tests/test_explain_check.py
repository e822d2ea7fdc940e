"""`sqs-checks explain CKV_SQS_7`: the page of a check in the terminal."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from sqs_checks.commands.check_page import check_files, read_page
from sqs_checks.commands.check_page_formats import as_json, as_markdown, as_text, explain_check

# Headings of the text, in the order in which they come; those in brackets are not on each page.
_HEADINGS = (
    "What it does",
    "Why it matters",
    "How to fix",
    "[Settings]",
    "Unknown when",
    "[Limits]",
    "[Settings of the examples, in sqs-checks.yaml]",
    "Fails in Terraform",
    "Passes in Terraform",
    "Fails in CloudFormation",
    "Passes in CloudFormation",
    "[The same fault in other scanners]",
    "[Controls of AWS that it answers]",
    "References",
)


@pytest.mark.parametrize("check", check_files())
def test_each_check_reads_well_in_a_terminal(check: str) -> None:
    """Each part under its heading, in 80 columns but for code and addresses, and no mark of Markdown that a terminal shows."""
    text = as_text(read_page(check))
    found = [line for line in text.splitlines() if line in {heading.strip("[]") for heading in _HEADINGS}]
    assert found == [heading.strip("[]") for heading in _HEADINGS if heading[0] != "[" or heading.strip("[]") in found]
    prose = re.sub(
        r"^(?:Settings of the examples|Fails in|Passes in).*?(?=^(?:The same|Controls|References))", "", text, flags=re.M | re.S
    )
    for line in prose.splitlines():
        assert len(line) <= 80 or line.strip().startswith("https://"), line
        assert not re.search(r"\]\(|^#|^\|", line), line


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("CKV_SQS_7", "CKV_SQS_7: An AWS service may send to the queue on anybody's behalf."),
        ("CKV_SQS_43", "It takes a whole number of times the function's timeout, 1 to 100. Default: 6."),
        ("CKV_SQS_20", "Default: false."),
        ("CKV_SQS_33", "Default: none."),
        ("CKV_SQS_12", "Prowler sqs_queues_secure_transport_enabled: It judges queues of a live account"),
        ("CKV_SQS_1", "AWS Security Hub SQS.3: SQS queue access policies should not allow public access."),
        ("CKV_SQS_6", "organizations: [o-a1b2c3d4e5]"),
        ("CKV_SQS_40", "https://docs.aws.amazon.com/controltower/latest/controlreference/sqs-rules.html#ct-sqs-pr-1-description"),
    ],
)
def test_what_a_page_says(check: str, said: str) -> None:
    assert said in " ".join(as_text(read_page(check)).split())


def test_markdown_names_other_checks_and_settings_without_dead_links() -> None:
    """Outside the documentation there is no page that they could lead to."""
    page = read_page("CKV_SQS_13")
    assert "CKV_SQS_17's" in as_markdown(page)
    assert "](CKV" not in as_markdown(page)
    assert "](../settings" not in as_markdown(page)


def test_json_holds_the_whole_page() -> None:
    page = read_page("CKV_SQS_20")
    stated = json.loads(as_json(page))
    assert stated["severity"] == "HIGH"
    assert stated["area"] == "Protect Cryptographic Keys"
    assert stated["settings"] == [
        {
            "key": "encryption.explicit",
            "description": page.settings[0].description,
            "default": False,
            "schema": {"type": "boolean"},
        }
    ]
    assert [(one["verdict"], one["framework"]) for one in stated["examples"]] == [
        (verdict, framework) for framework in ("Terraform", "CloudFormation") for verdict in ("Fails", "Passes")
    ]
    assert stated["related"][0]["id"] == "CKV_AWS_27"
    assert stated["controls"][0]["id"] == "SQS.1"
    assert set(stated) == set(page._fields)


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("CKV_SQS_7", 0, "CKV_SQS_7: "),
        ("ckv_sqs_7", 0, "CKV_SQS_7: "),
        ("CKV_SQS_77", 2, "there is no check `CKV_SQS_77`: did you mean `CKV_SQS_7`?"),
        ("ckv-sqs-7", 2, "did you mean `CKV_SQS_7`?"),
        ("CKV_SQS_", 2, "did you mean `CKV_SQS_"),
    ],
)
def test_an_id_that_is_wrong_names_the_nearest(written: str, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_check(written, "text") == code
    printed = capsys.readouterr()
    assert said in (printed.err if code else printed.out)
    assert bool(printed.out) is (code == 0)


def test_the_command_does_not_load_checkov() -> None:
    """It answers at once, and where Checkov is not installed."""
    program = (
        "import sys; sys.argv[1:] = ['explain', 'CKV_SQS_7', '--format', 'markdown']\n"
        "from sqs_checks.commands.sqs_checks_command import main\n"
        "code = main(); assert not {'checkov', 'yaml'} & set(sys.modules), 'loaded'; sys.exit(code)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("# CKV_SQS_7: ")
