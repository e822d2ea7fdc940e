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
from conftest import FIXTURES, Finding, Judged, Reports, scan
from policies import OWNER, QUEUE, ROLE, TOPIC, policy
from remedies import Edit, edited_template, edited_terraform, edits_of, filling, mended_document, plain, without_removed

from sqs_checks.configuration.settings import Settings
from sqs_checks.configuration.settings_layers import laid_over
from sqs_checks.configuration.settings_text import read_settings_text
from sqs_checks.judgement.fault import Fault, Judgement, judge
from sqs_checks.judgement.ternary import YES
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.relations import OwnKey, Place, PolicyAttachment, QueueReference
from sqs_checks.model.vpc_endpoint import VpcEndpoint
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.key_policy import KeyPolicy
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.values.configuration_values import joined_text
from sqs_checks.values.json_text import from_json

# By check and how the remedy begins: why no text can be told.
UP_TO_PEOPLE = {
    ("CKV_SQS_10", "name a role for each duty"): "which role does what is nobody's to know but the team's",
    ("CKV_SQS_14", "list fewer actions"): "which actions are needed",
    ("CKV_SQS_14", "list one of the two"): "whether true or false is meant",
    ("CKV_SQS_15", "write the URL of the queue"): "which queue is meant, where none is named",
    ("CKV_SQS_16", "put the statements of both into one"): "which of the two stays",
    ("CKV_SQS_41", "list 1 to 10 queues"): "which queues are meant, where none in the code is a source",
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
def told(fixture_reports: Reports, fixture_judgements: list[Judged]) -> list[Told]:
    """The faults that each check finds in its own fixtures."""
    return [
        Told(judged, fault, edits_of(fault.remedy))
        for judged in fixture_judgements
        for fault in judged.faults
        if f"/{judged.check.id}/" in judged.path
    ]


def test_every_remedy_says_what_to_write_or_is_up_to_people(told: list[Told]) -> None:
    assert told
    used = set()
    for one in told:
        up_to_people = {row for row in UP_TO_PEOPLE if one.id == row[0] and one.fault.remedy.startswith(row[1])}
        used |= up_to_people
        assert bool(one.edits) is not bool(up_to_people), (one.id, one.fault.remedy)
    assert used == set(UP_TO_PEOPLE)
    assert {one.id for one in told} >= {f"CKV_SQS_{number}" for number in (*range(1, 20), 20, 21, 22, 23, *range(30, 35))}


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


def written_edits(finding: Finding) -> list[Edit]:
    """What a finding says to write into the code."""
    remedies = [line[len("Fix: ") :] for line in finding.details if line.startswith("Fix: ")]
    known = {**PLACEHOLDERS, "<ARN of the queue>": QUEUE}
    named = re.compile(r"<ARN of \w+>")  # of a source in the template

    def filled(text: str) -> str:
        return str(filling(known)(named.sub(f"arn:aws:sqs:eu-west-1:{OWNER}:source", text)))

    edits = [edit for remedy in remedies for edit in edits_of(remedy)]
    in_code = [edit for edit in edits if edit.kind in ("set", "leave out", "replace", "resource")]
    return [edit._replace(text=filled(edit.text)) for edit in in_code if len(in_code) == len(edits)]


# The fixtures whose findings are about what the code of a queue states, and those that no edit of one resource mends.
CODE_CHECKS = [f"CKV_SQS_{number}" for number in (15, 20, 21, 22, 23, 30, 31, 32, 33, 34, 40, 41, 42, 43, 44)]
NOT_ALONE = {
    ("CKV_SQS_42", "fail_type"): "the name has to end in `.fifo` as well, which CKV_SQS_32 tells",
}


def test_a_queue_that_is_mended_passes(fixture_folder: Path, fixture_findings: list[Finding], tmp_path: Path) -> None:
    """In HCL and in YAML: what each finding says to write is written into the fixtures."""
    changed: set[tuple[str, str, str, str]] = set()
    for finding in fixture_findings:
        check = finding.check
        is_own = check in CODE_CHECKS and finding.file.startswith(f"/{check}/") and finding.file.count("/") == 2
        if not is_own or finding.result != "FAILED" or finding.framework == "terraform_plan" or "[" in finding.resource:
            continue
        edits = written_edits(finding)
        target = tmp_path / finding.file[1:]
        if not edits or target.name.endswith("json.template") or finding.resource.startswith("module."):
            continue
        if not target.parent.exists():
            copy_code(fixture_folder / check, target.parent)
        text = target.read_text(encoding="utf-8")
        if finding.framework == "terraform":
            text = edited_terraform(text, finding.resource, edits)
        else:
            text = edited_template(text, finding.resource.rpartition(".")[2], edits)
        target.write_text(text, encoding="utf-8")
        changed.add((finding.framework, check, finding.file, finding.resource))
    found = scan(tmp_path, ["terraform", "cloudformation"], CODE_CHECKS)
    after = {(one.framework, one.check, one.file, one.resource): one for one in found}
    left = {key: after.get(key) for key in changed if key not in after or after[key].result != "PASSED"}
    assert not left, "\n".join(f"{key}: {one.details if one is not None else None}" for key, one in left.items())
    for framework in ("terraform", "cloudformation"):
        assert {key[1] for key in changed if key[0] == framework} >= set(CODE_CHECKS) - {"CKV_SQS_34", "CKV_SQS_30"}


def copy_code(source: Path, target: Path) -> None:
    """The code of a fixture, with what its remedies refer to."""
    target.mkdir()
    for path in source.iterdir():
        if path.suffix in (".tf", ".template", ".yaml"):
            text = path.read_text(encoding="utf-8")
            if path.name == "main.tf":
                text += MORE_TERRAFORM
            if path.suffix == ".template" and not path.name.endswith("json.template"):
                text = f"{text.rstrip()}\n{MORE_TEMPLATE}"
            (target / path.name).write_text(text, encoding="utf-8")
