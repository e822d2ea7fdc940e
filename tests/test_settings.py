"""Settings: each broken file is told apart by its message, and whoever is nearer to the code wins."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import FRAMEWORKS, Finding, scan

from sqs_checks.configuration.settings import CHECK_IDS, DEFAULTS
from sqs_checks.configuration.settings_files import settings_for
from sqs_checks.configuration.settings_layers import laid_over, value_of
from sqs_checks.configuration.settings_schema import json_schema
from sqs_checks.configuration.settings_text import read_settings_text
from sqs_checks.judgement.metadata import Severity
from sqs_checks.pack.catalogue import check_classes

# A text, the line of its problem and a part of the message.
BROKEN: tuple[tuple[str, str, int, str], ...] = (
    ("a key that is none", "messages:\n  max_byte: 5\n", 2, "messages.max_byte: unknown key: did you mean `max_bytes`?"),
    ("a section that is none", "message: {}\n", 1, "message: unknown key: did you mean `messages`?"),
    ("a key like no other", "zzz: 1\n", 1, "zzz: unknown key: there are `unresolved`, `accounts`"),
    ("text for a number", "messages:\n  max_bytes: '2048'\n", 2, "a whole number of bytes is wanted, not the text `2048`"),
    ("a fraction", "messages: {max_bytes: 2048.5}\n", 1, "a whole number of bytes is wanted, not `2048.5`"),
    ("true for a number", "messages: {max_bytes: yes}\n", 1, "a whole number of bytes is wanted, not true"),
    ("too small", "messages:\n  max_bytes: 1023\n", 2, "1023 is out of range: 1024 to 1048576 bytes"),
    ("too large", "redrive:\n  max_receive_count: 1001\n", 2, "1001 is out of range: 1 to 1000 receives"),
    ("a number for a flag", "encryption: {explicit: 1}\n", 1, "true or false is wanted, not `1`"),
    ("a bare account", "trusted:\n  accounts:\n    - 123456789012\n", 3, "trusted.accounts[0]: an account id of twelve digits"),
    ("a bare account says how", "trusted: {accounts: 123456789012}\n", 1, "put it in quotes"),
    ("an own account", "accounts: {own: ['12345678901']}\n", 1, "accounts.own[0]: an account id of twelve digits"),
    ("eleven digits", "trusted: {accounts: '12345678901'}\n", 1, "an account id of twelve digits"),
    ("no organisation", "trusted: {organizations: acme}\n", 1, "an organisation's id such as `o-a1b2c3d4e5` is wanted"),
    ("no VPC", "vpc: {ids: [vpce-0a1b2c3d]}\n", 1, "vpc.ids[0]: a VPC's id such as"),
    ("no network", "trusted: {networks: [everywhere]}\n", 1, "a network such as `203.0.113.0/24` is wanted"),
    ("no regular expression", "naming: {pattern: '('}\n", 1, "`(` is no regular expression"),
    ("a check that is none", "checks:\n  CKV_SQS_99: {enabled: false}\n", 2, "the id of a check is wanted"),
    ("a check in lower case", "checks:\n  ckv_sqs_20: {enabled: false}\n", 2, "did you mean `CKV_SQS_20`?"),
    ("a severity in lower case", "checks:\n  CKV_SQS_20: {severity: high}\n", 2, "did you mean `HIGH`?"),
    ("a word that is none", "unresolved: fial\n", 1, "did you mean `fail`?"),
    ("an exception without a reason", "exceptions:\n  - {checks: [CKV_SQS_20], names: a}\n", 2, "`reason` is missing"),
    ("an exception of all queues", "exceptions:\n  - {checks: CKV_SQS_20, reason: x}\n", 2, "one of `names`, `tags` is missing"),
    ("an exception of no check", "exceptions:\n  - {checks: [], names: a, reason: x}\n", 2, "checks: the list is empty"),
    ("queues by nothing", "vpc: {required: {}}\n", 1, "one of `names`, `tags` is missing"),
    ("queues by another word", "vpc: {required: some}\n", 1, "all, or a mapping with `names`, `tags` is wanted"),
    ("a key of such a mapping", "vpc:\n  required:\n    name: x\n", 3, "vpc.required.name: unknown key: did you mean `names`?"),
    ("an empty section", "messages:\n", 1, "is wanted, not nothing"),
    ("a list for a section", "messages: [1]\n", 1, "is wanted, not a list"),
    ("a text for the file", "just text\n", 1, "is wanted, not the text `just text`"),
    ("a list for the file", "- a\n", 1, "is wanted, not a list"),
    ("no YAML", "a: [\n", 2, "this is no YAML that can be read"),
    ("two documents", "a: 1\n---\nb: 2\n", 2, "this is no YAML that can be read"),
    ("an object of Python", "a: !!python/object:os.system {}\n", 1, "has no meaning here"),
    ("a key twice", "unresolved: fail\nunresolved: ignore\n", 2, "`unresolved` is stated twice"),
    ("a mapping for a key", "{a: 1}: 2\n", 1, "a key must be a text"),
    ("an alias of itself", "a: &a [*a]\n", 1, "refer to each other"),
    ("a date that is none", "naming: {pattern: 2026-99-99}\n", 1, "month must be in 1..12"),
    ("bounds the wrong way round", "redrive:\n  min_receive_count: 9\n  max_receive_count: 3\n", 3, "is above"),
)  # fmt: skip
GOOD = """\
unresolved: ignore
trusted: {accounts: "111111111111", organizations: [o-a1b2c3d4e5], vpcs: [vpc-0a1b2c3d], networks: [203.0.113.0/24]}
duties: {administrators: ["arn:aws:iam::111111111111:role/admin"]}
vpc: {required: {names: ["internal-*"], tags: {exposure: none}}, endpoints: [vpce-0a1b2c3d]}
encryption: {explicit: true, max_data_key_reuse_seconds: 600}
messages: {max_bytes: 2048, min_retention_seconds: 3600, max_retention_seconds: 86400}
naming: {pattern: "[a-z-]+"}
tags: {required: {owner: [], stage: [test, production]}}
redrive: {min_receive_count: 3, max_receive_count: 10}
lambda: {visibility_factor: 3}
checks: {CKV_SQS_20: {enabled: false, severity: LOW}}
exceptions: [{checks: [CKV_SQS_21], names: "legacy-*", reason: goes away in spring}]
"""
# JSON Schema knows no order of two values, and YAML's own faults are not its business.
NOT_THE_SCHEMAS = {"bounds the wrong way round", "no YAML", "two documents", "an object of Python", "a key twice",
                   "a mapping for a key", "an alias of itself", "a date that is none", "no regular expression"}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "line", "message"), BROKEN, ids=[row[0] for row in BROKEN])
def test_each_fault_has_its_message(name: str, text: str, line: int, message: str) -> None:
    read = read_settings_text(text, "sqs-checks.yaml")
    problems = read.problems or laid_over([read]).problems
    assert any(problem.startswith(f"sqs-checks.yaml:{line}: ") and message in problem for problem in problems), problems


def test_a_text_made_to_be_endless() -> None:
    levels = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)]
    assert read_settings_text("a0: &a0 [x]\n" + "\n".join(levels), "f").problems


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n"])
def test_nothing_stated_is_the_defaults(text: str) -> None:
    assert laid_over([read_settings_text(text, "f")]).settings == DEFAULTS


def test_every_setting_can_be_stated() -> None:
    in_force = laid_over([read_settings_text(GOOD, "f.yaml")])
    assert not in_force.problems
    settings = in_force.settings
    assert settings.trusted.accounts == ("111111111111",), "a single item stands for a list of one"
    assert settings.vpc.required is not None
    assert settings.vpc.required.tags == (("exposure", "none"),)
    assert settings.lambda_.visibility_factor == 3
    assert settings.tags.required == (("owner", ()), ("stage", ("test", "production")))
    assert settings.of_check("CKV_SQS_20").severity is Severity.LOW
    assert not settings.of_check("CKV_SQS_20").enabled
    assert settings.exceptions[0].reason == "goes away in spring"
    assert {path[0] for path in in_force.origins} == set(yaml.safe_load(GOOD))


@pytest.mark.parametrize(
    ("name", "text", "valid"),
    [("good", GOOD, True), *((name, text, False) for name, text, _, _ in BROKEN if name not in NOT_THE_SCHEMAS)],
)
def test_the_schema_and_the_reader_agree(name: str, text: str, valid: bool) -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.check_schema(json_schema())
    assert validator.is_valid(yaml.safe_load(text)) is valid
    assert (not read_settings_text(text, "f").problems) is valid


def test_the_known_ids_are_those_of_the_checks() -> None:
    assert sorted(CHECK_IDS) == sorted({check.id for check in check_classes()})


def test_every_setting_that_a_check_names_is_there() -> None:
    for check in check_classes():
        for setting in check.settings:
            value_of(DEFAULTS, setting)


# Precedence


def test_what_is_nearer_wins_value_by_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Working directory, root of the scan, folder of the file, the environment: each over those before."""
    working, root, inner = tmp_path / "working", tmp_path / "code", tmp_path / "code" / "inner"
    inner.mkdir(parents=True)
    working.mkdir()
    monkeypatch.chdir(working)
    named = tmp_path / "organisation.yaml"
    files = {working: 2_000, root: 3_000, inner: 4_000}
    for number, (folder, value) in enumerate(files.items()):
        text = f"messages: {{max_bytes: {value}}}\nchecks: {{CKV_SQS_{20 + number}: {{enabled: false}}}}\n"
        (folder / "sqs-checks.yaml").write_text(text, encoding="utf-8")
    named.write_text("messages: {max_bytes: 5_000}\n", encoding="utf-8")

    def max_bytes(file: Path | None) -> int:
        return settings_for(str(file) if file else None, str(root)).settings.messages.max_bytes

    assert max_bytes(None) == 2_000
    assert max_bytes(root / "main.tf") == 3_000
    assert max_bytes(inner / "main.tf") == 4_000
    settings = settings_for(str(inner / "main.tf"), str(root)).settings
    assert [settings.of_check(f"CKV_SQS_{number}").enabled for number in (20, 21, 22, 23)] == [False, False, False, True]
    monkeypatch.setenv("SQS_CHECKS_CONFIG", str(named))
    assert max_bytes(inner / "main.tf") == 5_000


@pytest.mark.parametrize(
    ("name", "message"), [("sqs-checks.yml", "call it sqs-checks.yaml"), ("sqs-checks.yaml", "is not UTF-8")]
)
def test_a_file_that_cannot_be_read(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfe\x00")
    assert any(message in problem for problem in settings_for(str(tmp_path / "main.tf"), str(tmp_path)).problems)


def test_a_named_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQS_CHECKS_CONFIG", str(tmp_path / "nowhere.yaml"))
    assert "there is no such file" in settings_for().problems[0]


# Through Checkov

CODE = {
    "code/main.tf": """
resource "aws_sqs_queue" "legacy-orders" {
  name                    = "orders"
  sqs_managed_sse_enabled = false
  tags = { stage = "test" }
}

resource "aws_sqs_queue" "payments" {
  sqs_managed_sse_enabled = false
}

resource "aws_sqs_queue" "hidden" {
  sqs_managed_sse_enabled = var.encrypted
}

variable "encrypted" {}
""",
    "templates/queues.template": """
Parameters:
  Encrypted: {Type: String}
Resources:
  legacyorders:
    Type: AWS::SQS::Queue
    Properties: {QueueName: legacy-orders, SqsManagedSseEnabled: false, Tags: [{Key: stage, Value: test}]}
  Payments:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: false}
  Hidden:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: !Ref Encrypted}
""",
}


def scanned(folder: Path, settings: str, check: str = "CKV_SQS_20") -> dict[str, Finding]:
    for name, text in {**CODE, "sqs-checks.yaml": settings}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    findings = scan(folder, ["terraform", "cloudformation"], [check])
    return {finding.resource.rpartition(".")[2].lower().replace("-", ""): finding for finding in findings}


def results(folder: Path, settings: str) -> dict[str, str]:
    """Both frameworks must say the same, or this is a lie: they share the keys."""
    return {name: finding.result for name, finding in scanned(folder, settings).items()}


def test_unresolved_fail_turns_unknown_into_failures(tmp_path: Path) -> None:
    assert results(tmp_path, "{}") == {"legacyorders": "FAILED", "payments": "FAILED"}
    found = scanned(tmp_path, "unresolved: fail")
    assert found["hidden"].result == "FAILED"
    assert found["hidden"].details[0].startswith("Not decided: ")


def test_a_check_can_be_switched_off(tmp_path: Path) -> None:
    assert results(tmp_path, "checks: {CKV_SQS_20: {enabled: false}}") == {}


@pytest.mark.parametrize("by", ["names: 'legacy-*'", "tags: {stage: t*}", "names: ['legacy-*', other], tags: {stage: '*'}"])
def test_an_exception_skips_and_says_why(by: str, tmp_path: Path) -> None:
    """By what the code calls the queue in Terraform, by its name in CloudFormation."""
    found = results(tmp_path, f"exceptions: [{{checks: CKV_SQS_20, reason: soon gone, {by}}}]")
    assert found == {"legacyorders": "SKIPPED", "payments": "FAILED"}


def test_an_exception_that_may_not_be_meant_does_not_count(tmp_path: Path) -> None:
    """A queue whose tags or name are not known is not excepted: an exception is never a guess."""
    text = 'variable "n" {}\nresource "aws_sqs_queue" "q" {\n  name = var.n\n  sqs_managed_sse_enabled = false\n}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    (tmp_path / "sqs-checks.yaml").write_text(
        "exceptions: [{checks: CKV_SQS_20, reason: soon gone, names: 'legacy-*'}]", encoding="utf-8"
    )
    assert [finding.result for finding in scan(tmp_path, ["terraform"], ["CKV_SQS_20"])] == ["FAILED"]


def test_an_exception_reaches_the_policy_of_its_queue(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "aws_sqs_queue" "q" {\n  name = "legacy-orders"\n  tags = { stage = "test" }\n}\n'
        'resource "aws_sqs_queue_policy" "p" {\n  queue_url = aws_sqs_queue.q.id\n  policy = "{}"\n}\n',
        encoding="utf-8",
    )
    for by in ("names: 'legacy-*'", "tags: {stage: test}"):
        (tmp_path / "sqs-checks.yaml").write_text(
            f"exceptions: [{{checks: CKV_SQS_12, reason: soon gone, {by}}}]", encoding="utf-8"
        )
        found = scan(tmp_path, ["terraform"], ["CKV_SQS_12"])
        assert [(finding.resource, finding.result) for finding in found] == [("aws_sqs_queue_policy.p", "SKIPPED")]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_broken_file_is_a_finding_on_every_resource(framework: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whichever checks are asked for: one finding a resource, one ERROR line, and nothing judged as if nothing were."""
    for name, text in CODE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    planned = {"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q", "values": {}}
    change: dict[str, Any] = {"actions": ["create"], "before": None, "after": {}, "after_unknown": {}}
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [planned]}},
        "resource_changes": [{**planned, "change": change}],
        "configuration": {"root_module": {"resources": [{**planned, "expressions": {}}]}},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    (tmp_path / "sqs-checks.yaml").write_text(f"unresolvd: {framework}", encoding="utf-8")
    for checks in (["CKV_SQS_*"], ["CKV_SQS_33", "CKV_SQS_44"]):
        with caplog.at_level(logging.ERROR):
            found = scan(tmp_path, [framework], checks)
        assert {finding.result for finding in found} == {"FAILED"}
        assert len(found) == len({finding.resource for finding in found}) == (1 if framework == "terraform_plan" else 3)
        assert all("sqs-checks.yaml:1: unresolvd: unknown key: did you mean `unresolved`?" in f.details[0] for f in found)
    ours = [record for record in caplog.records if record.name == "sqs_checks.settings"]
    assert len(ours) == 1


# The command


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "sqs_checks.commands.sqs_checks_command", "config", *arguments]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)


def test_config_show_says_where_each_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "sqs-checks.yaml").write_text("messages:\n  max_bytes: 2048\n", encoding="utf-8")
    (tmp_path / "code" / "sqs-checks.yaml").write_text("\nchecks: {CKV_SQS_20: {severity: LOW}}\n", encoding="utf-8")
    run = command("show", "code", cwd=tmp_path)
    rows = {line.split()[0]: line.split()[1:] for line in run.stdout.splitlines()}
    assert rows["messages.max_bytes"] == ["2048", "sqs-checks.yaml:2"]
    assert rows["checks.CKV_SQS_20.severity"] == ['"LOW"', "code/sqs-checks.yaml:2"]
    assert rows["redrive.max_receive_count"] == ["1000", "default"]
    assert rows["trusted.accounts"] == ["-", "default"]


def test_config_check(tmp_path: Path) -> None:
    """Of the files that hold for some code and for parts of it; of one file; of none."""
    assert command("check", cwd=tmp_path).stdout == "There is no sqs-checks.yaml: the defaults hold.\n"
    (tmp_path / "code").mkdir()
    (tmp_path / "sqs-checks.yaml").write_text("unresolved: fail\n", encoding="utf-8")
    assert command("check", cwd=tmp_path).stdout == "sqs-checks.yaml: ok\n"
    (tmp_path / "code" / "sqs-checks.yaml").write_text("unresolved: 5\n", encoding="utf-8")
    for arguments in (["check"], ["check", "code"], ["check", "code/sqs-checks.yaml"], ["show", "code"]):
        run = command(*arguments, cwd=tmp_path)
        assert run.returncode == 1, arguments
        assert run.stderr.splitlines() == ["code/sqs-checks.yaml:1: unresolved: ignore or fail is wanted, not `5`"]
    assert command("check", "nowhere", cwd=tmp_path).returncode == 2


def test_config_schema(tmp_path: Path) -> None:
    schema: Any = json.loads(command("schema", cwd=tmp_path).stdout)
    assert schema == json_schema()
    assert all("description" in stated for stated in schema["properties"].values())


def test_severity_in_the_report_and_in_filters(tmp_path: Path) -> None:
    """`--check HIGH` runs what the working directory's settings make HIGH and more, and the report says so."""
    (tmp_path / "main.tf").write_text('resource "aws_sqs_queue" "q" {\n  sqs_managed_sse_enabled = false\n}\n', encoding="utf-8")
    (tmp_path / "sqs-checks.yaml").write_text(
        "checks: {CKV_SQS_20: {severity: LOW}, CKV_SQS_31: {severity: CRITICAL}}", encoding="utf-8"
    )
    line = [sys.executable, "-m", "sqs_checks.commands.sqs_checkov_command", "-d", ".", "--framework", "terraform"]
    line += ["--check", "HIGH", "-o", "json", "--quiet", "--skip-download"]
    run = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    severities = {record["check_id"]: record["severity"] for record in json.loads(run.stdout)["results"]["failed_checks"]}
    assert severities == {"CKV_SQS_31": "CRITICAL"}
