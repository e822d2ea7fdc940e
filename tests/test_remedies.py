"""What a finding says to do is done, and the finding is gone: every finding of the fixtures, in JSON, HCL and YAML.

A remedy that leaves to people what to write stands in `UP_TO_PEOPLE`, with the reason; any other one must say it in backticks.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from conftest import FIXTURES, Finding, Judged, scan
from policies import OWNER, QUEUE, ROLE, TOPIC, allow, aws, policy
from remedies import Edit, edited_template, edited_terraform, edits_of, filling, mended_document, plain, without_removed
from test_malformed_policies import CHECKS, PROBLEMS, QUOTAS, attached
from test_verdict_tables import TABLES

from sqs_checks.configuration.settings import DEFAULTS, Settings
from sqs_checks.configuration.settings_layers import laid_over
from sqs_checks.configuration.settings_text import read_settings_text
from sqs_checks.judgement.fault import Fault, Judgement, judge
from sqs_checks.judgement.ternary import YES
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.relations import OwnKey, Place, PolicyAttachment, QueueReference
from sqs_checks.model.vpc_endpoint import VpcEndpoint
from sqs_checks.pack.catalogue import check_classes
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.key_policy import KeyPolicy
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.values.configuration_values import joined_text
from sqs_checks.values.json_text import from_json

# By check and how the remedy begins: why no text can be told, or not where to write it.
UP_TO_PEOPLE = {
    ("CKV_SQS_10", "name a role for each duty"): "which role does what is the team's to know",
    ("CKV_SQS_14", "list fewer actions"): "which actions are needed",
    ("CKV_SQS_14", "list at least one value"): "who or what is meant",
    ("CKV_SQS_14", "write an object such as"): "which condition is meant",
    ("CKV_SQS_14", "write fewer conditions"): "which of them are needed",
    ("CKV_SQS_14", "name fewer principals"): "which of them are needed",
    ("CKV_SQS_14", "put statements together"): "which of them say the same",
    ("CKV_SQS_14", "write a shorter policy"): "what of it is needed",
    ("CKV_SQS_14", "write text, in quotes"): "which text is meant",
    ("CKV_SQS_14", "list one of the two"): "whether true or false is meant",
    ("CKV_SQS_14", "write at least one statement"): "what the policy is for",
    ("CKV_SQS_14", "write `Allow` or `Deny`"): "which of the two is meant",
    ("CKV_SQS_14", "write one `"): "which of the values are meant",
    ("CKV_SQS_15", "write the URL of the queue"): "which queue is meant, where none is named",
    ("CKV_SQS_16", "put the statements of both into one"): "which of the two stays",
    ("CKV_SQS_32", "choose a `"): "what the queue is for",
    ("CKV_SQS_33", "add `"): "the other tags stay, wherever the code keeps them",
    ("CKV_SQS_41", "list 1 to 10 queues"): "which queues are meant, where none in the code is a source",
    ("CKV_SQS_42", "set `redrivePermission` to `byQueue`, and list"): "the list stands wherever the code keeps it",
}
# In which element of a statement a check finds fault.
SCOPES = {"CKV_SQS_1": "Condition", "CKV_SQS_5": "Resource", "CKV_SQS_7": "Condition", "CKV_SQS_8": "Principal"}
PLACEHOLDERS: dict[str, Any] = {
    "<ARN of the role>": ROLE,
    "<ARN of their role>": ROLE,
    "<role>": "app",
    "<ARN of the topic>": TOPIC,
    "<ARN of the topic, bucket or rule>": TOPIC,
    "<ARN of the bucket>": "arn:aws:s3:::receipts",
    "<ARN of the rule>": f"arn:aws:events:eu-west-1:{OWNER}:rule/nightly",
    "<ARN of the function>": f"arn:aws:lambda:eu-west-1:{OWNER}:function:sync",
    "<ARN of the identity provider>": f"arn:aws:iam::{OWNER}:saml-provider/staff",
    "<your account>": OWNER,
    "<your organisation>": "o-a1b2c3d4e5",
    "<your endpoint>": "vpce-0a1b2c3d",
    "<your VPC>": "vpc-0a1b2c3d",
    "<your network>": "203.0.113.0/24",
    "<owner>": "payments",
    "<URL of the queue>": f"https://sqs.eu-west-1.amazonaws.com/{OWNER}/mended",
    "<ARN of the source queue>": f"arn:aws:sqs:eu-west-1:{OWNER}:source",
    "<your key>": "mended",
    "<YourKey>": "Mended",
    "<dead-letter queue>": "mended",
    "<DeadLetterQueue>": "MendedDeadLetters",
}
# What the code has to hold for these.
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": ["sns.amazonaws.com", "s3.amazonaws.com", "events.amazonaws.com",
                                                                "ses.amazonaws.com"]}, "Action": "kms:*", "Resource": "*"}],
}  # fmt: skip
MORE_TERRAFORM = f"""
resource "aws_kms_key" "mended" {{
  policy = jsonencode({json.dumps(KEY_POLICY)})
}}

resource "aws_sqs_queue" "mended" {{
  name = "mended"
}}
"""
MORE_TEMPLATE = f"""
  Mended:
    Type: AWS::KMS::Key
    Properties: {{KeyPolicy: {json.dumps(KEY_POLICY)}}}
  MendedDeadLetters:
    Type: AWS::SQS::Queue
"""


class Told(NamedTuple):
    """A finding, and what to do about it."""

    judged: Judged
    fault: Fault
    edits: list[Edit]

    @property
    def id(self) -> str:
        return str(self.judged.check.id)


@pytest.fixture(scope="module")
def told(fixture_judgements: list[Judged]) -> list[Told]:
    """The faults that each check finds in its own fixtures."""
    return [
        Told(judged, fault, edits_of(fault.remedy))
        for judged in fixture_judgements
        for fault in judged.faults
        if f"/{judged.check.id}/" in judged.path
    ]


def is_up_to_people(check: str, remedy: str) -> bool:
    return any(check == of and remedy.startswith(beginning) for of, beginning in UP_TO_PEOPLE)


def test_every_remedy_says_what_to_write_or_is_up_to_people(told: list[Told], settings_findings: list[Finding]) -> None:
    """In the fixtures, in the tables of policies and where settings ask for more."""
    remedies = {(one.id, one.fault.remedy) for one in told}
    remedies |= {(one.check, remedy) for one in settings_findings for remedy in remedies_in(one)}
    for check, stated in rows_that_are_judged():
        found = judge(list(object.__new__(CHECKS[check]).faults(attached(stated), DEFAULTS)))
        remedies |= {(check, fault.remedy) for fault in found.faults}
    assert {one for one in remedies if bool(edits_of(one[1])) is is_up_to_people(*one)} == set()
    used = {row for row in UP_TO_PEOPLE for check, remedy in remedies if row[0] == check and remedy.startswith(row[1])}
    assert used == set(UP_TO_PEOPLE)
    assert {check for check, _ in remedies} == {check.id for check in check_classes()}


def judgement_of(judged: Judged, subject: Any, settings: Settings) -> Judgement:
    return judge(list(judged.check.faults(subject, settings)))


def queue_arn(identity: QueueIdentity) -> Any:
    """The ARN of a queue, as a policy of the same code could name it."""
    known = [part for part in identity.parts if part is not None]
    return joined_text([piece for part in known for piece in (":", part)][1:]) if len(known) == 6 else QUEUE


def placeholders_for(subject: AttachedPolicy) -> dict[str, Any]:
    arns = [queue_arn(queue) for queue in subject.queues]
    return {**PLACEHOLDERS, "<ARN of the queue>": arns[0] if len(arns) == 1 else arns}


def settings_with(one: Told, edit: Edit) -> Settings:
    """The settings of a fixture with one more item in a list."""
    stated: Any = yaml.safe_load((FIXTURES / one.id / "sqs-checks.settings").read_text(encoding="utf-8"))
    section, name = edit.name.split(".")
    items = stated.setdefault(section, {}).get(name, [])
    stated[section][name] = [*(items if isinstance(items, list) else [items]), edit.text]
    found = laid_over([read_settings_text(yaml.safe_dump(stated), "sqs-checks.yaml")])
    assert not found.problems
    return found.settings


def mended_policy(judged: Judged, told: list[Told]) -> tuple[AttachedPolicy, Settings, Any]:
    """The policy, the settings and the document when what the findings say is done."""
    subject, settings = judged.subject, judged.settings
    document = plain(subject.stated)
    filled = filling(placeholders_for(subject))
    for one in told:
        scope = SCOPES.get(one.id, "")
        for edit in one.edits:
            if edit.kind == "settings":
                settings = settings_with(one, edit)
            else:
                mended_document(document, one.fault.problem, [edit], scope, filled)
    document = without_removed(document)
    changed = AttachedPolicy(from_json(document), subject.queues, subject.path, (), lambda: subject.traits)
    return changed, settings, document


def by_subject(told: list[Told], kind: type) -> Iterator[tuple[Judged, list[Told]]]:
    """The findings of one check on one subject."""
    grouped: dict[tuple[str, int], list[Told]] = {}
    for one in told:
        if isinstance(one.judged.subject, kind) and one.edits:
            grouped.setdefault((one.id, id(one.judged.subject)), []).append(one)
    return ((group[0].judged, group) for group in grouped.values())


def test_a_policy_that_is_mended_passes(told: list[Told]) -> None:
    """In JSON, with the queues, topics and accounts of the code that it stands in."""
    checked = set()
    for judged, group in by_subject(told, AttachedPolicy):
        subject, settings, document = mended_policy(judged, group)
        after = judgement_of(judged, subject, settings)
        assert after.violated.is_no, (judged.path, [one.fault.remedy for one in group], document, after)
        checked.add(judged.check.id)
    assert checked == {f"CKV_SQS_{number}" for number in (*range(1, 10), 11, 12, 13, 14, 18)}


def rows_that_are_judged() -> Iterator[tuple[str, Any]]:
    """The policies of the tables, each with a check that may report it."""
    for rows in TABLES.values():
        for _, _, statements in rows:
            yield from ((check, policy(*statements)) for check in CHECKS if check not in ("CKV_SQS_6", "CKV_SQS_13"))
    yield from (("CKV_SQS_14", stated) for _, stated, _ in PROBLEMS)
    yield from (("CKV_SQS_14", stated) for _, _, stated in QUOTAS)
    yield "CKV_SQS_14", policy(*[allow(aws(ROLE))] * 21)
    yield "CKV_SQS_14", policy(allow(aws(5)))


def test_the_policies_of_the_tables_are_mended_too() -> None:
    """Step by step, where a fault hides another one."""
    mended = 0
    for check, stated in rows_that_are_judged():
        subject = attached(stated)
        judged = Judged(object.__new__(CHECKS[check]), "", subject, DEFAULTS, ())
        faults = judgement_of(judged, subject, DEFAULTS).faults
        for _ in range(len(faults) + 1):
            told = [Told(judged, fault, edits_of(fault.remedy)) for fault in faults[:1]]
            if not told or not told[0].edits:
                break
            subject, _, _ = mended_policy(judged, told)
            judged = judged._replace(subject=subject)
            faults = judgement_of(judged, subject, DEFAULTS).faults
            mended += 1
        else:
            assert not faults, (check, stated, faults)
    assert mended > 500


def is_written_out(subject: AttachedPolicy, document: Any) -> bool:
    try:
        json.dumps(document)
    except TypeError:
        return False
    return len(subject.queues) == 1 and all(isinstance(part, str) for part in subject.queues[0].parts)


def test_the_same_in_hcl_and_in_yaml(told: list[Told], tmp_path: Path) -> None:
    """Each remedy of one form once, through Checkov."""
    wanted: dict[str, str] = {}
    folders: dict[str, tuple[list[str], list[str]]] = {}
    forms = set()
    for judged, group in by_subject(told, AttachedPolicy):
        check = judged.check.id
        form = (check, *(re.sub(r"`[^`]*`", "`", one.fault.remedy) for one in group))
        subject, settings, document = mended_policy(judged, group)
        if form in forms or settings != judged.settings or not is_written_out(subject, document):
            continue
        forms.add(form)
        arn = subject.queues[0]
        url = f"https://sqs.{arn.region}.amazonaws.com/{arn.account}/{arn.name}"
        code, template = folders.setdefault(check, ([], []))
        name = f"mended{len(wanted)}"
        wanted[name] = check
        code.append(
            f'resource "aws_sqs_queue_policy" "{name}" {{\n  queue_url = "{url}"\n'
            f"  policy = jsonencode({json.dumps(document).replace('${', '$${')})\n}}\n"
        )
        template.append(
            f'  {name}:\n    Type: AWS::SQS::QueuePolicy\n    Properties: {{Queues: ["{url}"], '
            f"PolicyDocument: {json.dumps(document)}}}\n"
        )
    for check, (code, template) in folders.items():
        folder = tmp_path / check
        folder.mkdir()
        (folder / "main.tf").write_text("".join(code), encoding="utf-8")
        (folder / "policies.template").write_text("Resources:\n" + "".join(template), encoding="utf-8")
        stated = FIXTURES / check / "sqs-checks.settings"
        if stated.exists():
            (folder / "sqs-checks.yaml").write_text(stated.read_text(encoding="utf-8"), encoding="utf-8")
    found = scan(tmp_path, ["terraform", "cloudformation"])
    results = {
        (one.framework, one.resource.rpartition(".")[2]): one
        for one in found
        if wanted.get(one.resource.rpartition(".")[2]) == one.check
    }
    assert {key: one.result for key, one in results.items() if one.result != "PASSED"} == {}
    assert len(results) == 2 * len(wanted)


def attachment(document: Any, subject: QueueModel) -> tuple[PolicyAttachment, Any]:
    stated = AttachedPolicy(from_json(document), [QueueIdentity(*queue_identity(subject))], "policy")
    return PolicyAttachment(Place("mended", ""), QueueReference("mended"), YES, lambda: stated), YES


def queue_identity(subject: QueueModel) -> tuple[Any, ...]:
    policies = [attached.policy() for attached, _ in subject.policies]
    stated = next((one for one in policies if one is not None), None)
    return tuple(stated.queues[0]) if stated is not None else ("aws", "eu-west-1", OWNER, "orders")


def mended_model(judged: Judged, group: list[Told]) -> Any:
    """The queue or the endpoint with the statements that the findings ask for."""
    subject = judged.subject
    if isinstance(subject, VpcEndpoint):
        (edit,) = group[0].edits
        return subject._replace(policy=from_json(filling(PLACEHOLDERS)(policy(json.loads(edit.text)))))
    changed = copy.copy(subject)
    arn = queue_arn(QueueIdentity(*queue_identity(subject)))
    for one in group:
        use = next((use for use, _ in subject.uses if use.place.label in one.fault.problem), None)
        source = use.source.arn if use is not None and use.source is not None else TOPIC
        known = {**PLACEHOLDERS, "<ARN of the queue>": arn, f"<{source}>": source}
        if use is not None and use.source is not None and one.id == "CKV_SQS_45":
            known["<your account>"] = use.source.account
        filled = filling(known)
        (edit,) = one.edits
        if one.id == "CKV_SQS_23":
            key = KeyPolicy(from_json(policy(json.loads(edit.text))))
            changed.own = copy.copy(subject.own)
            vars(changed.own)["keys"] = (OwnKey(Place("mended", ""), ((key, YES),)),)
        elif edit.kind == "statement":
            vars(changed)["policies"] = (*changed.policies, attachment(policy(filled(json.loads(edit.text))), subject))
        else:
            (stated,) = [attached.policy() for attached, _ in subject.policies]
            assert stated is not None
            document = plain(stated.stated)
            mended_document(document, one.fault.problem, [edit], "", filled)
            vars(changed)["policies"] = (attachment(document, subject),)
    return changed


def test_a_queue_with_the_statement_that_is_asked_for_passes(told: list[Told]) -> None:
    checked = set()
    for kind in (QueueModel, VpcEndpoint):
        for judged, group in by_subject(told, kind):
            if all(edit.kind in ("statement", "condition") for one in group for edit in one.edits):
                after = judgement_of(judged, mended_model(judged, group), judged.settings)
                assert after.violated.is_no, (judged.path, group[0].fault.problem, group[0].fault.remedy, after)
                checked.add(judged.check.id)
    assert checked == {"CKV_SQS_17", "CKV_SQS_19", "CKV_SQS_23", "CKV_SQS_45"}


def remedies_in(finding: Finding) -> list[str]:
    return [line[len("Fix: ") :] for line in finding.details if line.startswith("Fix: ")]


def written_edits(finding: Finding) -> list[Edit]:
    """What a finding says to write into the code."""
    known = {**PLACEHOLDERS, "<ARN of the queue>": QUEUE}
    named = re.compile(r"<ARN of \w+>")  # of a source in the template

    def filled(text: str) -> str:
        return str(filling(known)(named.sub(f"arn:aws:sqs:eu-west-1:{OWNER}:source", text)))

    edits = [edit for remedy in remedies_in(finding) for edit in edits_of(remedy)]
    in_code = [edit for edit in edits if edit.kind in ("set", "leave out", "replace", "resource")]
    return [edit._replace(text=filled(edit.text)) for edit in in_code if len(in_code) == len(edits)]


Found = tuple[str, str, str, str]
# The fixtures whose findings are about what the code of a queue states.
CODE_CHECKS = [f"CKV_SQS_{number}" for number in (15, 20, 21, 22, 23, 30, 31, 32, 33, 34, 40, 41, 42, 43, 44)]
# A file that tests cannot edit, and one that has no queue to be mended alone: other ones hold the same faults.
NOT_EDITED = re.compile(r"json\.template$|/[^/]+/[^/]+/")


def key_of(finding: Finding) -> Found:
    return finding.framework, finding.check, finding.file, finding.resource


def mended_code(source: Path, target: Path, findings: list[Finding]) -> set[Found]:
    """Writes the code of a folder with what its findings say, and tells which findings are to be gone."""
    mended = set()
    for finding in findings:
        edits = written_edits(finding)
        is_one = not finding.resource.startswith("module.") and "[" not in finding.resource
        if finding.result != "FAILED" or not edits or not is_one or NOT_EDITED.search(finding.file):
            continue
        path = target / finding.file[1:]
        if not path.parent.exists() or not any(path.parent.iterdir()):
            copy_code((source / finding.file[1:]).parent, path.parent)
        text = path.read_text(encoding="utf-8")
        if finding.framework == "terraform":
            text = edited_terraform(text, finding.resource, edits)
        else:
            text = edited_template(text, finding.resource.rpartition(".")[2], edits)
        path.write_text(text, encoding="utf-8")
        mended.add(key_of(finding))
    return mended


def copy_code(source: Path, target: Path) -> None:
    """The code of a fixture, with what its remedies refer to."""
    target.mkdir(exist_ok=True)
    for path in source.iterdir():
        if path.suffix in (".tf", ".template", ".yaml"):
            text = path.read_text(encoding="utf-8")
            if path.name == "main.tf":
                text += MORE_TERRAFORM
            if path.suffix == ".template" and not NOT_EDITED.search(path.name):
                text = f"{text.rstrip()}\n{MORE_TEMPLATE}"
            (target / path.name).write_text(text, encoding="utf-8")


def not_gone(mended: set[Found], folder: Path) -> dict[Found, Any]:
    after = {key_of(one): one for one in scan(folder, ["terraform", "cloudformation"], CODE_CHECKS)}
    return {key: after.get(key) for key in mended if key not in after or after[key].result != "PASSED"}


def test_a_queue_that_is_mended_passes(fixture_folder: Path, fixture_findings: list[Finding], tmp_path: Path) -> None:
    """In HCL and in YAML: what each finding says to write is written into the fixtures."""
    own = [
        one
        for one in fixture_findings
        if one.check in CODE_CHECKS and one.file.startswith(f"/{one.check}/") and one.framework != "terraform_plan"
    ]
    mended = mended_code(fixture_folder, tmp_path, own)
    assert not_gone(mended, tmp_path) == {}
    for framework in ("terraform", "cloudformation"):
        assert {check for of, check, _, _ in mended if of == framework} == set(CODE_CHECKS)


# What is a fault only where settings say so, and what no fixture holds.
OF_SETTINGS = ["CKV_SQS_20", "CKV_SQS_22", "CKV_SQS_30", "CKV_SQS_31", "CKV_SQS_32", "CKV_SQS_33", "CKV_SQS_42"]
SETTINGS = """
encryption: {explicit: true, max_data_key_reuse_seconds: 100}
naming: {pattern: "app-.*"}
tags: {required: {owner: [], stage: [test, production]}}
messages: {min_retention_seconds: 86400, max_bytes: 2048}
"""
WITH_SETTINGS = {
    "main.tf": """
resource "aws_sqs_queue" "nothing_stated" {
  name = "orders"
}

resource "aws_sqs_queue" "tags" {
  tags = { team = "payments", stage = "none" }
}

resource "aws_sqs_queue" "numbers" {
  kms_master_key_id         = "alias/orders"
  message_retention_seconds = 60
  max_message_size          = 4096
}

resource "aws_sqs_queue" "source" {
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.closed.arn, maxReceiveCount = 5 })
}

resource "aws_sqs_queue" "closed" {
  redrive_allow_policy = jsonencode({ redrivePermission = "denyAll" })
}
""",
    "queues.template": """
Resources:
  NothingStated:
    Type: AWS::SQS::Queue
    Properties: {QueueName: orders}
  Tagged:
    Type: AWS::SQS::Queue
    Properties: {Tags: [{Key: team, Value: payments}, {Key: stage, Value: none}]}
  Numbers:
    Type: AWS::SQS::Queue
    Properties: {KmsMasterKeyId: alias/orders, MessageRetentionPeriod: 60, MaximumMessageSize: 4096}
  Source:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Closed.Arn, maxReceiveCount: 5}}
  Closed:
    Type: AWS::SQS::Queue
    Properties: {RedriveAllowPolicy: {redrivePermission: denyAll}}
""",
}


@pytest.fixture(scope="module")
def settings_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("settings")
    for name, text in {**WITH_SETTINGS, "sqs-checks.yaml": SETTINGS}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def settings_findings(settings_folder: Path) -> list[Finding]:
    found = scan(settings_folder, ["terraform", "cloudformation"], OF_SETTINGS)
    return [one for one in found if one.result == "FAILED"]


def test_what_the_settings_ask_for(settings_folder: Path, settings_findings: list[Finding], tmp_path: Path) -> None:
    expected = {(framework, check) for framework in ("terraform", "cloudformation") for check in OF_SETTINGS}
    assert {(one.framework, one.check) for one in settings_findings} == expected
    mended = mended_code(settings_folder, tmp_path, settings_findings)
    assert {check for _, check, _, _ in mended} >= {"CKV_SQS_20", "CKV_SQS_22", "CKV_SQS_30", "CKV_SQS_31", "CKV_SQS_33"}
    assert not_gone(mended, tmp_path) == {}
