"""`sqs-checks explain PATH`: who uses a queue by which statement, in words that are the same in every format."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES
from jsonschema import Draft202012Validator

from sqs_checks.commands.explain_command import explain_path
from sqs_checks.commands.output_schemas import output_schema
from sqs_checks.commands.sqs_checks_command import main
from sqs_checks.descriptions.queue_description import Activity, CodeDescription, QueueDescription
from sqs_checks.pack.described_queues import described_queues
from sqs_checks.rendering.html_report import html_report
from sqs_checks.rendering.json_description import json_description
from sqs_checks.rendering.markdown_report import markdown_report
from sqs_checks.rendering.queue_sentences import sections
from sqs_checks.rendering.text_report import text_report

ORDERS = FIXTURES / "reports" / "orders"
POLICY = "`aws_sqs_queue_policy.orders` (/main.tf)"

# What is said of the queue of the fixture that has one of each, by the heading.
OF_ORDERS = {
    "Who sends": (
        f"`sns.amazonaws.com` may send. `Topic` (Statement[0]) of {POLICY} allows it, "
        "where `ArnEquals aws:SourceArn aws_sns_topic.paid.arn`.",
        f"Everyone (anybody with an AWS account) may send. `Anyone` (Statement[2]) of {POLICY} allows it. Reported by CKV_SQS_1.",
        f"Somebody who is not known may send. Statement[4] of {POLICY} allows it. "
        "Not certain: `var.partner` has no value in the code.",
        "`aws_sns_topic_subscription.paid` (SNS subscription, as `sns.amazonaws.com`) sends. "
        f"`Topic` (Statement[0]) of {POLICY} allows it.",
    ),
    "Who receives": (
        "`aws_iam_role.worker.arn` (IAM role of the queue's own account) may receive. "
        f"`Worker` (Statement[1]) of {POLICY} allows it.",
        "`aws_lambda_function.worker` (event source mapping) receives. `aws_lambda_event_source_mapping.worker` (/main.tf) "
        "says so, and its own role has to allow it. Reported by CKV_SQS_43.",
    ),
    "Who administers": (
        "`arn:aws:iam::123456789012:role/admin` (IAM role of account 123456789012) may administer the queue "
        f"(sqs:PurgeQueue and sqs:SetQueueAttributes). `Admins` (Statement[3]) of {POLICY} allows it. Reported by CKV_SQS_11.",
    ),
    "What is denied": (
        f"`TlsOnly` (Statement[5]) of {POLICY} denies everyone: every action on the queue, where Bool aws:SecureTransport false.",
    ),
    "Where its dead letters go": (
        "To `aws_sqs_queue.dead`, after 5 receives. `aws_sqs_queue.orders` (/main.tf) says so. "
        "Reported by CKV_SQS_41, CKV_SQS_42.",
    ),
    "Whose dead letters it takes": ("It takes no dead letters, by what the code says.",),
    "What encrypts it": ("The key `aws_kms_key.orders.arn`. The key is `aws_kms_key.orders` (/main.tf).",),
}


@pytest.fixture(scope="module")
def code() -> CodeDescription:
    return described_queues(ORDERS)


def only(code: CodeDescription, label: str) -> QueueDescription:
    (found,) = [queue for queue in code.queues if queue.label == label]
    return found


def said(queue: QueueDescription) -> dict[str, tuple[str, ...]]:
    return {section.title: section.paragraphs for section in sections(queue)}


@pytest.mark.parametrize("title", OF_ORDERS)
def test_what_is_said_of_a_queue(title: str, code: CodeDescription) -> None:
    assert said(only(code, "aws_sqs_queue.orders"))[title] == OF_ORDERS[title]


def test_the_other_end_of_the_dead_letters(code: CodeDescription) -> None:
    told = said(only(code, "aws_sqs_queue.dead"))["Whose dead letters it takes"]
    assert told == ("Those of `aws_sqs_queue.orders` (queue). `aws_sqs_queue.orders` (/main.tf) says so.",)


def test_findings_stand_at_their_queue_the_worst_first(code: CodeDescription) -> None:
    queue = only(code, "aws_sqs_queue.orders")
    shown = [(finding.check, finding.severity, finding.resource, finding.file) for finding in queue.findings]
    assert shown == [
        ("CKV_SQS_1", "CRITICAL", "aws_sqs_queue_policy.orders", "/main.tf"),
        ("CKV_SQS_11", "MEDIUM", "aws_sqs_queue_policy.orders", "/main.tf"),
        ("CKV_SQS_43", "MEDIUM", "aws_sqs_queue.orders", "/main.tf"),
        ("CKV_SQS_31", "LOW", "aws_sqs_queue.orders", "/main.tf"),
        ("CKV_SQS_33", "LOW", "aws_sqs_queue.orders", "/main.tf"),
    ]
    source = (ORDERS / "main.tf").read_text(encoding="utf-8").splitlines()
    first = queue.findings[0]
    assert source[first.first_line - 1].startswith('resource "aws_sqs_queue_policy" "orders"')
    assert first.remedies[0].startswith("name who needs the queue")


def test_what_the_checks_cannot_decide_has_its_reason(code: CodeDescription) -> None:
    (found,) = [one for one in only(code, "aws_sqs_queue.orders").not_known if "var.partner" in one.reason]
    assert "CKV_SQS_7" in found.checks


def test_text_markdown_and_html_say_the_same(code: CodeDescription, monkeypatch: pytest.MonkeyPatch) -> None:
    # A map needs Graphviz, which this is not about.
    monkeypatch.setattr("sqs_checks.rendering.html_report._map", lambda queue, name: iter(()))
    plain = " ".join(text_report(code).split())
    markdown, page = markdown_report(code), html_report(code)
    for queue in code.queues:
        for section in sections(queue):
            assert section.title in plain
            assert f"### {section.title}" in markdown
            for paragraph in section.paragraphs:
                assert " ".join(paragraph.split()) in plain
                for name in paragraph.split("`")[1::2]:
                    assert f"`{name}`" in markdown
                    assert f"<code>{name}</code>" in page
        for finding in queue.findings:
            assert all(finding.check in report for report in (plain, markdown, page))


def test_json_holds_the_whole_description(code: CodeDescription, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_path(str(ORDERS), "orders", "json", None) == 0
    stated = json.loads(capsys.readouterr().out)
    (queue,) = stated["queues"]
    sender = queue["actors"][0]
    assert sender == {
        "name": "sns.amazonaws.com",
        "short_name": "sns.amazonaws.com",
        "kind": "AWS service",
        "what": "AWS service",
        "accesses": [
            {
                "activities": ["sends"],
                "actions": ["sqs:SendMessage"],
                "does": "sqs:SendMessage",
                "statement": "`Topic` (Statement[0])",
                "stated_in": {"label": "aws_sqs_queue_policy.orders", "file": "/main.tf"},
                "conditions": [{"key": "aws:SourceArn", "text": "ArnEquals aws:SourceArn aws_sns_topic.paid.arn"}],
                "by_role": False,
                "findings": [],
                "unknown": [],
            }
        ],
    }
    assert len(queue["findings"]) == len(only(code, "aws_sqs_queue.orders").findings)


@pytest.mark.parametrize("fixture", ["orders", "unknowns"])
def test_json_is_what_its_schema_says(fixture: str) -> None:
    stated = json.loads(json_description(described_queues(FIXTURES / "reports" / fixture)))
    validator = Draft202012Validator(output_schema("explain PATH"))
    validator.check_schema(validator.schema)
    assert [error.message for error in validator.iter_errors(stated)] == []
    assert len(stated["queues"]) == 2
    stated["queues"][0]["actors"].append({})
    assert not validator.is_valid(stated)


TEMPLATE = """\
Parameters:
  Env: {Type: String, AllowedValues: [prod, test]}
Conditions:
  Prod: !Equals [!Ref Env, prod]
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: !If [Prod, 3, 10]}
  Dead:
    Type: AWS::SQS::Queue
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Sid: Open, Effect: Allow, Principal: "*", Action: "sqs:*", Resource: !GetAtt Orders.Arn}
  Elsewhere:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: ["https://sqs.eu-west-1.amazonaws.com/123456789012/elsewhere"]
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "sqs:*", Resource: "*"}]}
"""


def test_templates_case_by_case(tmp_path: Path) -> None:
    """A queue that differs between the cases of its stack is described in each; one that does not, once."""
    (tmp_path / "app.yaml").write_text(TEMPLATE, encoding="utf-8")
    code = described_queues(tmp_path)
    told = {queue.where: said(queue)["Where its dead letters go"] for queue in code.queues if queue.label == "Orders"}
    assert {where: paragraphs[0].partition(".")[0] for where, paragraphs in told.items()} == {
        "`Env` is `prod`": "To `Dead`, after 3 receives",
        "`Env` is `test`": "To `Dead`, after 10 receives",
    }
    assert only(code, "Dead").where == ""
    everyone = code.queues[0].actors[0].accesses[0]
    assert everyone.activities == (Activity.SENDS, Activity.RECEIVES, Activity.ADMINISTERS)
    assert "CKV_SQS_1" in everyone.findings
    assert {finding.resource for finding in code.other_findings} == {"AWS::SQS::QueuePolicy.Elsewhere"}


def test_a_plan_by_itself(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "queue_modules" / "main.tfplan", tmp_path / "main.tfplan.json")
    code = described_queues(tmp_path)
    label = "module.with_dead_letters.aws_sqs_queue.this[0]"
    told = said(only(code, label))["Where its dead letters go"][0]
    assert told.startswith("To `module.with_dead_letters.aws_sqs_queue.dead[0]`, after ")
    assert only(code, label).framework == "Terraform plan"


# What a statement states, and what the queue's users are then: name, what, activities, whether it is certain.
STATEMENTS: dict[str, tuple[str, list[tuple[str, str, str, bool]]]] = {
    "everyone of an organisation": (
        'Principal = "*", Action = "sqs:SendMessage", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1" } }',
        [("everyone", "whom the conditions let in", "sends", True)],
    ),
    "all but one": (
        'NotPrincipal = { AWS = "111122223333" }, Action = "sqs:SendMessage"',
        [("everyone except 111122223333", "anybody with an AWS account", "sends", True)],
    ),
    "an account, written in two ways": (
        'Principal = { AWS = ["111122223333", "arn:aws:iam::111122223333:root"] }, Action = "sqs:ReceiveMessage"',
        [("111122223333", "another account", "receives", True)],
    ),
    "what every kind of user needs": (
        'Principal = { AWS = "111122223333" }, Action = "sqs:GetQueueUrl"',
        [("111122223333", "another account", "reads attributes", True)],
    ),
    "an action that is not known": (
        'Principal = { AWS = "111122223333" }, Action = ["sqs:SendMessage", var.action]',
        [("111122223333", "another account", "sends receives administers", False)],
    ),
    "a source that is not known": (
        'Principal = { Service = "s3.amazonaws.com" }, Action = "sqs:SendMessage", '
        'Condition = { StringEquals = { "aws:SourceAccount" = var.action } }',
        [("s3.amazonaws.com", "AWS service", "sends", False)],
    ),
    "nobody": ('Principal = { AWS = [] }, Action = "sqs:SendMessage"', []),
    "another queue": ('Principal = "*", Action = "sqs:SendMessage", Resource = "arn:aws:sqs:eu-west-1:111122223333:other"', []),
}


@pytest.fixture(scope="module")
def of_statements(tmp_path_factory: pytest.TempPathFactory) -> CodeDescription:
    """One scan for all statements: each on a queue of its own."""
    folder = tmp_path_factory.mktemp("statements")
    parts = ['variable "action" {}\n']
    for number, (stated, _) in enumerate(STATEMENTS.values()):
        resource = "" if "Resource =" in stated else f', Resource = "arn:aws:sqs:eu-west-1:444455556666:q{number}"'
        document = f'{{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", {stated}{resource} }}] }}'
        parts.append(f'resource "aws_sqs_queue" "q{number}" {{\n  name = "q{number}"\n  policy = jsonencode({document})\n}}\n')
    (folder / "main.tf").write_text("\n".join(parts), encoding="utf-8")
    return described_queues(folder)


@pytest.mark.parametrize("case", STATEMENTS)
def test_who_a_statement_lets_in(case: str, of_statements: CodeDescription) -> None:
    queue = only(of_statements, f"aws_sqs_queue.q{list(STATEMENTS).index(case)}")
    found = [
        (
            actor.name,
            actor.what,
            " ".join(activity.value for access in actor.accesses for activity in access.activities),
            not any(access.unknown for access in actor.accesses),
        )
        for actor in queue.actors
    ]
    assert found == STATEMENTS[case][1]


def test_what_a_deny_takes_back_is_not_granted(tmp_path: Path) -> None:
    policy = """jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Principal = "*", Action = ["sqs:SendMessage", "sqs:ReceiveMessage"], Resource = "*" },
    { Effect = "Deny", Principal = "*", Action = "sqs:ReceiveMessage", Resource = "*" },
  ] })"""
    (tmp_path / "main.tf").write_text(f'resource "aws_sqs_queue" "q" {{\n  policy = {policy}\n}}\n', encoding="utf-8")
    (queue,) = described_queues(tmp_path).queues
    assert [access.activities for actor in queue.actors for access in actor.accesses] == [(Activity.SENDS,)]
    assert [denial.statement for denial in queue.denials] == ["Statement[1]"]


def test_dead_letters_that_go_round_in_a_circle(tmp_path: Path) -> None:
    """Each queue is told once."""
    text = "".join(
        f'resource "aws_sqs_queue" "{name}" {{}}\n'
        f'resource "aws_sqs_queue_redrive_policy" "{name}" {{\n  queue_url = aws_sqs_queue.{name}.id\n'
        f"  redrive_policy = jsonencode({{ deadLetterTargetArn = aws_sqs_queue.{target}.arn, maxReceiveCount = 1 }})\n}}\n"
        for name, target in ("ab", "bc", "ca")
    )
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    told = said(only(described_queues(tmp_path), "aws_sqs_queue.a"))["Where its dead letters go"]
    assert [paragraph.partition(", after")[0] for paragraph in told] == [
        "To `aws_sqs_queue.b`",
        "From there: to `aws_sqs_queue.c`",
        "From there: from there: to `aws_sqs_queue.a`",
    ]


# What the redrive allow policy states, and what is said of it.
PERMISSIONS = {
    '{ redrivePermission = "allowAll" }': "lets every queue of the account leave dead letters here.",
    '{ redrivePermission = "denyAll" }': "lets no queue leave dead letters here.",
    '{ redrivePermission = "byQueue", sourceQueueArns = [] }': "lets only the queues that it lists leave dead letters here.",
    "{ redrivePermission = var.permission }": (
        "says which queues may leave dead letters here. Not certain: `var.permission` has no value in the code."
    ),
}


@pytest.mark.parametrize("stated", PERMISSIONS)
def test_which_queues_may_leave_dead_letters(stated: str, tmp_path: Path) -> None:
    policy = f"redrive_allow_policy = jsonencode({stated})"
    text = f'variable "permission" {{}}\nresource "aws_sqs_queue" "q" {{\n  {policy}\n}}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    _, told = said(only(described_queues(tmp_path), "aws_sqs_queue.q"))["Whose dead letters it takes"]
    assert told == f"The redrive allow policy of `aws_sqs_queue.q` (/main.tf) {PERMISSIONS[stated]}"


def test_a_dead_letter_queue_that_may_be_one_of_the_code(tmp_path: Path) -> None:
    """It is called by its ARN, and not said to be elsewhere."""
    arn = "arn:aws:sqs:eu-west-1:111122223333:dead"
    (tmp_path / "main.tf").write_text(
        'resource "aws_sqs_queue" "dead" {\n  name = "dead"\n}\nresource "aws_sqs_queue" "q" {\n'
        f'  redrive_policy = jsonencode({{ deadLetterTargetArn = "{arn}", maxReceiveCount = 1 }})\n}}\n',
        encoding="utf-8",
    )
    (told,) = said(only(described_queues(tmp_path), "aws_sqs_queue.q"))["Where its dead letters go"]
    why = f"whether `{arn}` is this queue is known only when it is made"
    assert told == f"To `{arn}`, after 1 receive. `aws_sqs_queue.q` (/main.tf) says so. Not certain: {why}."


ODD = """\
resource "aws_sqs_queue" "odd" {
  name = "<b>bold</b>`x"
  policy = jsonencode({ Statement = {
    Sid = "``<script>alert(1)</script>", Effect = "Allow", Action = "sqs:SendMessage", Resource = "*",
    Principal = { AWS = "arn:aws:iam::111122223333:role/\\u0007<i>" }
  } })
}
"""


def test_names_of_the_code_are_text_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither markup for a browser or a Markdown reader, nor control characters for a terminal."""
    monkeypatch.setattr("sqs_checks.rendering.html_report._map", lambda queue, name: iter(()))
    (tmp_path / "main.tf").write_text(ODD, encoding="utf-8")
    code = described_queues(tmp_path)
    page, markdown, plain = html_report(code), markdown_report(code), text_report(code)
    assert "&lt;script&gt;" in page
    assert not any(tag in page for tag in ("<script>", "<b>", "<i>"))
    assert "\\<script\\>" in markdown
    assert not [line for line in markdown.splitlines() if "``" in line and "<script>" in line.replace("\\<", "")]
    assert "\x07" not in page + markdown + plain


def test_a_queue_is_asked_for_by_its_name_or_address(capsys: pytest.CaptureFixture[str]) -> None:
    for wanted in ("orders-dead", "dead", "aws_sqs_queue.dead"):
        assert explain_path(str(ORDERS), wanted, "text", None) == 0
        assert capsys.readouterr().out.startswith("`aws_sqs_queue.dead`\n")


def refused(capsys: pytest.CaptureFixture[str], *arguments: Any) -> str:
    assert explain_path(*arguments) == 2
    return capsys.readouterr().err


def test_what_cannot_be_done_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no such file or folder" in refused(capsys, str(tmp_path / "nowhere"), None, "text", None)
    assert "has no queue `x`" in refused(capsys, str(ORDERS), "x", "text", None)
    assert "cannot write" in refused(capsys, str(ORDERS), "dead", "text", str(tmp_path / "no" / "file"))
    monkeypatch.setitem(sys.modules, "graphviz", None)
    assert "pip install 'sqs-checks[report]'" in refused(capsys, str(ORDERS), None, "html", None)


def test_a_folder_without_a_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "b" {}\n', encoding="utf-8")
    assert explain_path(str(tmp_path), None, "text", None) == 0
    assert capsys.readouterr().out == "There is no queue in this code.\n"
    (tmp_path / "main.tf").unlink()
    assert explain_path(str(tmp_path), None, "text", None) == 0
    assert capsys.readouterr().out == f"There is no Terraform or CloudFormation in {tmp_path}.\n"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_sqs_queue" "q" {\n  name = (var.\n    name)\n}\n', encoding="utf-8")
    assert explain_path(str(tmp_path), None, "text", None) == 1
    told = capsys.readouterr()
    assert "Checkov leaves this queue out, so no check has judged it." in " ".join(told.out.split())
    assert "main.tf was not read: Checkov cannot parse it" in told.err


def test_a_report_is_written_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_path(str(ORDERS), "dead", "markdown", str(tmp_path / "report.md")) == 0
    assert (tmp_path / "report.md").read_text(encoding="utf-8").startswith("# Amazon SQS queues of ")
    assert capsys.readouterr().out == ""


# What stands behind `sqs-checks explain`, the exit code, and what is said.
COMMAND_LINES: dict[str, tuple[list[str], int, str]] = {
    "a path": ([str(ORDERS), "--queue", "dead"], 0, "`aws_sqs_queue.dead`\n"),
    "a check": (["CKV_SQS_7"], 0, "CKV_SQS_7"),
    "a misspelt check": (["CKV_SQS_77"], 2, "there is no check"),
    "a path that is not there": (["no/such/folder"], 2, "no such file or folder"),
    "options of a path with a check": (["CKV_SQS_7", "--format", "html"], 2, "a check takes none of these options"),
}


@pytest.mark.parametrize("case", COMMAND_LINES)
def test_a_check_or_a_path(case: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, code, told = COMMAND_LINES[case]
    monkeypatch.setattr(sys, "argv", ["sqs-checks", "explain", *arguments])
    assert main() == code
    assert told in "".join(capsys.readouterr())
