"""The queue is judged by all that the code says about it, however that is spelled, and never by a guess."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, Finding, scan
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import places

from sqs_checks.cloudformation.resource_checks import CloudFormationPolicyPlaceCheck, CloudFormationQueueModelCheck
from sqs_checks.cloudformation.resources.queue_models import DeploymentModels
from sqs_checks.cloudformation.resources.resource_types import QUEUE
from sqs_checks.cloudformation.stacks.stack_tree import StackTree
from sqs_checks.configuration.settings import DEFAULTS
from sqs_checks.judgement.fault import judge
from sqs_checks.judgement.ternary import NO, Ternary
from sqs_checks.pack.catalogue import check_classes

ON_QUEUES = {check.id: check for check in check_classes() if issubclass(check, CloudFormationQueueModelCheck)}
ON_PLACES = {check.id: check for check in check_classes() if issubclass(check, CloudFormationPolicyPlaceCheck)}


def plain_name(finding: Finding) -> str:
    return finding.resource.rpartition(".")[2].replace("_", "").lower()


def test_the_same_infrastructure_has_the_same_findings(fixture_findings: list[Finding]) -> None:
    """Code, plan and CloudFormation: every check fails on the same queues and policies.

    But CKV_SQS_30: where nothing is written, Terraform's provider sets a size and CloudFormation does not.
    """
    failed: dict[str, set[tuple[str, str]]] = {}
    for finding in fixture_findings:
        if finding.file.startswith("/same_findings/") and finding.result == "FAILED" and finding.check != "CKV_SQS_30":
            failed.setdefault(finding.framework, set()).add((finding.check, plain_name(finding)))
    assert failed["terraform"] == failed["terraform_plan"] == failed["cloudformation"]
    across = {(check, name) for check, name in failed["terraform"] if check in {*ON_QUEUES, *ON_PLACES}}
    assert across == {
        ("CKV_SQS_15", "byarn"),
        ("CKV_SQS_16", "first"), ("CKV_SQS_16", "second"),
        ("CKV_SQS_17", "bare"), ("CKV_SQS_17", "deadletters"),
        ("CKV_SQS_23", "managed"),
        ("CKV_SQS_40", "bare"), ("CKV_SQS_40", "managed"),
        ("CKV_SQS_41", "deadletters"), ("CKV_SQS_41", "barewithpolicy"),
        ("CKV_SQS_42", "deadletters"),
        ("CKV_SQS_43", "orders"),
    }  # fmt: skip


def test_a_queue_module_with_another_selection_of_parts_in_each_call(fixture_findings: list[Finding]) -> None:
    """Conditions, `merge`, `try`, outputs from one call to another: what is not made is not there, in code as in the plan."""
    found = [finding for finding in fixture_findings if finding.file.startswith("/queue_modules/")]
    expected = {
        ("CKV_SQS_17", "module.plain.aws_sqs_queue.this[0]"),
        ("CKV_SQS_17", "module.elsewhere.aws_sqs_queue.this[0]"),
        ("CKV_SQS_17", "module.collected.aws_sqs_queue.this[0]"),
        ("CKV_SQS_17", "module.with_dead_letters.aws_sqs_queue.dead[0]"),
        ("CKV_SQS_40", "module.plain.aws_sqs_queue.this[0]"),
        ("CKV_SQS_41", "module.collected.aws_sqs_queue.this[0]"),
    }
    for framework in ("terraform", "terraform_plan"):
        checks = ("CKV_SQS_16", "CKV_SQS_17", "CKV_SQS_40", "CKV_SQS_41", "CKV_SQS_42")
        failed = {
            (finding.check, finding.resource)
            for finding in found
            if finding.framework == framework and finding.result == "FAILED" and finding.check in checks
        }
        assert failed <= expected, framework
        # Before 3.2 Checkov makes no edges to indexed resources: some of it stays undecided then.
        assert failed == expected or metadata.version("checkov") < "3.2"
        assert not [finding for finding in found if "module.off" in finding.resource]


def test_a_finding_names_the_other_side_and_its_file(tmp_path: Path) -> None:
    """Where the finding itself stands, its own location says."""
    (tmp_path / "queues.tf").write_text('resource "aws_sqs_queue" "orders" {}\n', encoding="utf-8")
    for name in ("first", "second"):
        (tmp_path / f"{name}.tf").write_text(
            f'resource "aws_sqs_queue_policy" "{name}" {{\n  queue_url = aws_sqs_queue.orders.id\n  policy = "{{}}"\n}}\n',
            encoding="utf-8",
        )
    said = {finding.resource: finding.details[0] for finding in scan(tmp_path, ["terraform"], ["CKV_SQS_16"])}
    assert said == {
        "aws_sqs_queue_policy.first": "`aws_sqs_queue_policy.second` (/second.tf) sets the policy of `aws_sqs_queue.orders` too.",
        "aws_sqs_queue_policy.second": "`aws_sqs_queue_policy.first` (/first.tf) sets the policy of `aws_sqs_queue.orders` too.",
    }


@pytest.mark.parametrize("check", ["CKV_SQS_6", "CKV_SQS_13"])
def test_what_needs_a_setting_is_silent_without_it(check: str, tmp_path: Path) -> None:
    source = (FIXTURES / check / "main.tf").read_text(encoding="utf-8")
    (tmp_path / "main.tf").write_text(source, encoding="utf-8")
    assert scan(tmp_path, ["terraform"], [check]) == []


def test_an_empty_list_trusts_nobody(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text((FIXTURES / "CKV_SQS_6" / "main.tf").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "sqs-checks.yaml").write_text("trusted: {accounts: []}", encoding="utf-8")
    passed = {f.resource.partition(".")[2] for f in scan(tmp_path, ["terraform"], ["CKV_SQS_6"]) if f.result == "PASSED"}
    assert passed == {"pass_own_account"}


@pytest.mark.parametrize("required", ["all", "{tags: {exposure: internal}}", "{names: [orders], tags: {exposure: '*'}}"])
def test_which_queues_a_vpc_is_required_for(required: str, tmp_path: Path) -> None:
    queues = [("orders", '{ exposure = "internal" }'), ("public", "{}")]
    text = "".join(
        f'resource "aws_sqs_queue" "{name}" {{\n  name = "{name}"\n  tags = {tags}\n}}\n'
        f'resource "aws_sqs_queue_policy" "{name}" {{\n  queue_url = aws_sqs_queue.{name}.id\n'
        '  policy = jsonencode({ Version = "2012-10-17", Statement = { Effect = "Deny" } })\n}\n'
        for name, tags in queues
    )
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    (tmp_path / "sqs-checks.yaml").write_text(f"vpc: {{required: {required}}}", encoding="utf-8")
    found = {f.resource: f.result for f in scan(tmp_path, ["terraform"], ["CKV_SQS_13"])}
    required_for = ("orders", "public") if required == "all" else ("orders",)
    assert found == {f"aws_sqs_queue_policy.{name}": "FAILED" for name in required_for}, "of the others nothing is said"


# What `count` and `for_each` make.

COUNTS = {
    "1": True, "0": False, "var.yes ? 1 : 0": True, "var.no ? 1 : 0": False, "!var.no ? 1 : 0": True,
    "var.yes && var.no ? 1 : 0": False, "var.no || var.yes ? 1 : 0": True, "(var.yes && !var.no) ? 1 : 0": True,
    "length(var.empty) > 0 ? 1 : 0": False, "length(var.one) > 0 ? 1 : 0": True, "length(var.one)": True,
    "length(var.map)": False, 'var.text != "" ? 1 : 0': False, 'var.text == "" ? 1 : 0': True,
    "var.nothing != null ? 1 : 0": False, "var.nothing == null ? 1 : 0": True,
    'var.yes == true && var.stage == "test" ? 1 : 0': True, 'var.yes == true && var.stage == "other" ? 1 : 0': False,
    "local.both ? 1 : 0": False, "local.either ? 1 : 0": True, "var.one[0] == \"a\" ? 1 : 0": True,
    'contains(var.one, "a") ? 1 : 0': True, 'contains(concat(var.one, ["b"]), "c") ? 1 : 0': False,
    "var.yes ? (var.no ? 1 : 0) : 1": False, "1 - length(var.one)": False,
}  # fmt: skip
VALUES = """
variable "yes" { default = true }
variable "no" { default = false }
variable "empty" { default = [] }
variable "one" { default = ["a"] }
variable "map" { default = {} }
variable "text" { default = "" }
variable "stage" { default = "test" }
variable "nothing" { default = null }
locals {
  both   = var.yes && var.no
  either = var.yes || var.no
}
"""


def test_what_count_makes(tmp_path: Path) -> None:
    """Checkov itself gets a third of these wrong. A resource is judged where it is made, and no policy counts that is not."""
    blocks = [
        f'resource "aws_sqs_queue" "q{number}" {{}}\nresource "aws_sqs_queue_policy" "p{number}" {{\n  count = {count}\n'
        f'  queue_url = aws_sqs_queue.q{number}.id\n  policy = "{{}}"\n}}\n'
        for number, count in enumerate(COUNTS)
    ]
    (tmp_path / "main.tf").write_text(VALUES + "\n".join(blocks), encoding="utf-8")
    found = scan(tmp_path, ["terraform"], ["CKV_SQS_15", "CKV_SQS_17"])
    policies = {re.sub(r"\[.*", "", finding.resource) for finding in found if finding.check == "CKV_SQS_15"}
    queues = {finding.resource: finding.result for finding in found if finding.check == "CKV_SQS_17"}
    for number, (count, is_made) in enumerate(COUNTS.items()):
        assert (f"aws_sqs_queue_policy.p{number}" in policies) is is_made, count
        assert queues[f"aws_sqs_queue.q{number}"] == ("PASSED" if is_made else "FAILED"), count


def test_values_from_a_file_beside_the_code_count(tmp_path: Path) -> None:
    text = (
        'variable "on" { default = false }\nresource "aws_sqs_queue" "q" {}\nresource "aws_sqs_queue_policy" "p" {\n'
        '  count = var.on ? 1 : 0\n  queue_url = aws_sqs_queue.q.id\n  policy = "{}"\n}\n'
    )
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    (tmp_path / "terraform.tfvars").write_text("on = true\n", encoding="utf-8")
    assert [finding.result for finding in scan(tmp_path, ["terraform"], ["CKV_SQS_17"])] == ["PASSED"]


FOR_EACH = {
    'toset(["a"])': "PASSED", "toset([])": "FAILED", 'var.yes ? toset(["a"]) : toset([])': "PASSED", "{}": "FAILED",
    'var.no ? toset(["a"]) : toset([])': "FAILED", "toset(var.open)": "UNKNOWN", "{ a = 1 }": "PASSED",
}  # fmt: skip


def test_what_for_each_makes(tmp_path: Path) -> None:
    blocks = [
        f'resource "aws_sqs_queue" "q{number}" {{}}\nresource "aws_sqs_queue_policy" "p{number}" {{\n  for_each = {stated}\n'
        f'  queue_url = aws_sqs_queue.q{number}.id\n  policy = "{{}}"\n}}\n'
        for number, stated in enumerate(FOR_EACH)
    ]
    (tmp_path / "main.tf").write_text(f'variable "open" {{}}\n{VALUES}' + "\n".join(blocks), encoding="utf-8")
    found = {finding.resource: finding.result for finding in scan(tmp_path, ["terraform"], ["CKV_SQS_17"])}
    for number, (stated, verdict) in enumerate(FOR_EACH.items()):
        assert found.get(f"aws_sqs_queue.q{number}", "UNKNOWN") == verdict, stated


@pytest.mark.parametrize(
    "count", ["var.open ? 1 : 0", "length(aws_sqs_queue.q.name) > 0 ? 1 : 0", 'var.open == "x" && var.yes ? 1 : 0']
)
def test_a_count_that_is_not_known_decides_nothing(count: str, tmp_path: Path) -> None:
    text = (
        f'variable "open" {{}}\n{VALUES}\nresource "aws_sqs_queue" "q" {{}}\nresource "aws_sqs_queue_policy" "p" {{\n'
        f'  count = {count}\n  queue_url = aws_sqs_queue.q.id\n  policy = "{{}}"\n}}\n'
    )
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    assert scan(tmp_path, ["terraform"], ["CKV_SQS_17"]) == []


# One redrive policy in every spelling.

REDRIVES = {
    "jsonencode": "jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })",
    "colons": 'jsonencode({ "deadLetterTargetArn" : aws_sqs_queue.dead.arn, "maxReceiveCount" : 5 })',
    "text for a number": 'jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = "5" })',
    "interpolated": 'jsonencode({ deadLetterTargetArn = "${aws_sqs_queue.dead.arn}", maxReceiveCount = 5 })',
    "heredoc": '<<TEXT\n{"deadLetterTargetArn": "${aws_sqs_queue.dead.arn}", "maxReceiveCount": 5}\nTEXT',
    "escaped": '"{\\"deadLetterTargetArn\\":\\"${aws_sqs_queue.dead.arn}\\",\\"maxReceiveCount\\":5}"',
    "local": "local.redrive",
    "local target": "jsonencode({ deadLetterTargetArn = local.dead_arn, maxReceiveCount = local.count })",
    "variable": "jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = var.count_of_receives })",
    "conditional": "true ? jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 }) : null",
    "one": "jsonencode({ deadLetterTargetArn = one(aws_sqs_queue.dead[*].arn), maxReceiveCount = 5 })",
    "try": 'jsonencode({ deadLetterTargetArn = try(aws_sqs_queue.dead.arn, ""), maxReceiveCount = 5 })',
    "file": 'templatefile("${path.module}/redrive.tpl", { arn = aws_sqs_queue.dead.arn })',
}
AROUND = """
locals {
  redrive  = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
  dead_arn = aws_sqs_queue.dead.arn
  count    = 5
}
variable "count_of_receives" { default = 5 }
resource "aws_sqs_queue" "dead" {}
"""


def redrive_verdicts(folder: Path, written: Mapping[str, str]) -> dict[str, dict[tuple[str, str], str]]:
    """Each spelling in a root module of its own, all in one scan."""
    for number, text in enumerate(written.values()):
        (folder / str(number)).mkdir()
        (folder / str(number) / "main.tf").write_text(text, encoding="utf-8")
        template = '{"deadLetterTargetArn": "${arn}", "maxReceiveCount": 5}'
        (folder / str(number) / "redrive.tpl").write_text(template, encoding="utf-8")
    names = list(written)
    found: dict[str, dict[tuple[str, str], str]] = {name: {} for name in names}
    for finding in scan(folder, ["terraform"], ["CKV_SQS_40", "CKV_SQS_41", "CKV_SQS_42"]):
        name = names[int(finding.file.split("/")[1])]
        found[name][finding.resource.rpartition(".")[2], finding.check] = finding.result
    return found


def test_one_redrive_policy_in_every_spelling(tmp_path: Path) -> None:
    written = {
        f"{name}, {where}": AROUND
        + (
            f'resource "aws_sqs_queue" "orders" {{\n  redrive_policy = {redrive}\n}}\n'
            if where == "inline"
            else 'resource "aws_sqs_queue" "orders" {}\nresource "aws_sqs_queue_redrive_policy" "r" {\n'
            f"  queue_url = aws_sqs_queue.orders.id\n  redrive_policy = {redrive}\n}}\n"
        )
        for name, redrive in REDRIVES.items()
        for where in ("inline", "beside")
    }
    expected = {
        ("orders", "CKV_SQS_40"): "PASSED",
        ("dead", "CKV_SQS_40"): "PASSED", ("dead", "CKV_SQS_41"): "FAILED", ("dead", "CKV_SQS_42"): "PASSED",
    }  # fmt: skip
    assert redrive_verdicts(tmp_path, written) == dict.fromkeys(written, expected)


# Hiding never turns a failure into a pass or back.


def infrastructure(rng: random.Random) -> dict[str, Any]:
    """A template of a few queues and what may be about them."""

    def arn() -> Any:
        written = "arn:aws:sqs:eu-west-1:123456789012:" + rng.choice(["a", "b", "z"])
        name = rng.choice("ABC")
        return rng.choice(
            [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}"}, written]
        )

    def maybe(value: Any) -> dict[str, Any]:
        return value if rng.random() < 0.5 else {}

    def document() -> dict[str, Any]:
        principal = rng.choice(["*", {"Service": "sns.amazonaws.com"}, {"AWS": "123456789012"}])
        action = rng.choice(["sqs:*", "sqs:ReceiveMessage", "sqs:SendMessage"])
        allow = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **maybe(condition())}
        deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", **condition()}
        return {"Version": "2012-10-17", "Statement": rng.choice([[allow], [allow], [allow, deny]])}

    def topic() -> Any:
        return rng.choice([{"Ref": "T"}, {"Ref": "T"}, {"Ref": "U"}, "arn:aws:sns:eu-west-1:123456789012:created"])

    def condition() -> dict[str, Any]:
        return {
            "Condition": rng.choice(
                [
                    {"ArnEquals": {"aws:SourceArn": topic()}},
                    {"ArnNotLike": {"aws:SourceArn": topic()}},
                    {"StringEquals": {"aws:SourceAccount": rng.choice(["123456789012", {"Ref": "AWS::AccountId"}])}},
                    {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}},
                    {"Bool": {"aws:SecureTransport": "false"}},
                ]
            )
        }

    def key_policy() -> dict[str, Any]:
        principal = {"Service": rng.choice(["sns.amazonaws.com", "s3.amazonaws.com"])}
        allow = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*", **maybe(condition())}
        return {"KeyPolicy": {"Version": "2012-10-17", "Statement": [allow]}}

    resources: dict[str, Any] = {
        name: {
            "Type": QUEUE,
            "Properties": {
                **maybe({"QueueName": name.lower()}),
                **maybe(
                    {"KmsMasterKeyId": rng.choice(["alias/aws/sqs", "alias/own", {"Ref": "K"}, {"Fn::GetAtt": ["K", "Arn"]}])}
                ),
                **maybe({"SqsManagedSseEnabled": rng.random() < 0.5}),
                **maybe({"FifoQueue": rng.random() < 0.5}),
                **maybe({"MessageRetentionPeriod": rng.choice([60, 1_209_600])}),
                **maybe({"VisibilityTimeout": rng.choice([10, 500])}),
                **maybe({"RedrivePolicy": {"deadLetterTargetArn": arn(), "maxReceiveCount": rng.choice([0, 5])}}),
                **maybe(
                    {
                        "RedriveAllowPolicy": {
                            "redrivePermission": rng.choice(["byQueue", "allowAll"]),
                            **maybe({"sourceQueueArns": [arn()]}),
                        }
                    }
                ),
            },
        }
        for name in "ABC"
    }
    # Both or neither: whether a name that is written out is the one that AWS makes up for another topic is not decided.
    named = rng.random() < 0.5
    for key, name in (("T", "created"), ("U", "cancelled")):
        resources[key] = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name} if named else {}}
    resources["K"] = {"Type": "AWS::KMS::Key", "Properties": maybe(key_policy())}
    resources["Alias"] = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/own", "TargetKeyId": {"Ref": "K"}}}
    others: list[tuple[str, Callable[[], dict[str, Any]]]] = [
        ("AWS::SQS::QueuePolicy", lambda: {"Queues": [{"Ref": rng.choice("ABC")}], "PolicyDocument": document()}),
        ("AWS::SQS::QueueInlinePolicy", lambda: {"Queue": {"Ref": rng.choice("ABC")}, "PolicyDocument": document()}),
        (
            "AWS::SNS::Subscription",
            lambda: {"TopicArn": topic(), "Protocol": rng.choice(["sqs", "https"]), "Endpoint": arn()},
        ),
        (
            "AWS::SNS::Subscription",
            lambda: {"TopicArn": topic(), "Protocol": "https", "RedrivePolicy": {"deadLetterTargetArn": arn()}},
        ),
        ("AWS::S3::Bucket", lambda: {"NotificationConfiguration": {"QueueConfigurations": [{"Queue": arn()}, {"Queue": arn()}]}}),
        ("AWS::Events::Rule", lambda: {"Targets": [{"Arn": arn(), "DeadLetterConfig": {"Arn": arn()}}]}),
        ("AWS::Lambda::Function", lambda: {"Timeout": rng.choice([3, 60]), "DeadLetterConfig": {"TargetArn": arn()}}),
    ]
    for number in range(rng.randrange(5)):
        kind, properties = rng.choice(others)
        resources[f"Other{number}"] = {"Type": kind, "Properties": properties()}
        if kind == "AWS::Lambda::Function":
            mapping = {"EventSourceArn": arn(), "FunctionName": {"Ref": f"Other{number}"}}
            resources[f"Mapping{number}"] = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping}
    return resources


def verdicts(resources: Mapping[str, Any]) -> dict[tuple[str, str], Ternary]:
    """What each check says of each queue and policy, without Checkov."""
    parameters = {"Hidden": {"Type": "String"}, "Other": {"Type": "String"}}
    document = {"Parameters": parameters, "Conditions": {"C": {"Fn::Equals": [{"Ref": "Other"}, "x"]}}, "Resources": resources}
    models = DeploymentModels(StackTree({"f": document}), str)
    found: dict[tuple[str, str], Ternary] = {}
    for name, resource in resources.items():
        is_queue = resource["Type"] == QUEUE
        if not is_queue and not resource["Type"].startswith("AWS::SQS::"):
            continue
        for check, check_class in (ON_QUEUES if is_queue else ON_PLACES).items():
            bare: Any = object.__new__(check_class)
            result = NO
            for situation in models.among_others("f", name):
                subject = situation.queue if is_queue else situation.policy_place
                result = result | judge(list(bare.faults(subject, DEFAULTS))).violated
            found[name, check] = result
    return found


def replaced(resources: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(resources)
    target: Any = changed
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return changed


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=2**32).map(random.Random))
def test_hiding_any_value_moves_verdicts_to_unknown_only(rng: random.Random) -> None:
    resources = infrastructure(rng)
    before = verdicts(resources)
    every = [path for path in places(resources) if len(path) >= 3 and path[1] == "Properties" and not isinstance(path[-1], int)]
    # The inside of a reference is no value; a whole reference is.
    every = [path for path in every if not any(str(key).startswith(("Fn::", "Ref")) for key in path)]
    for path in rng.sample(every, min(8, len(every))):
        for (name, check), outcome in verdicts(replaced(resources, path, {"Ref": "Hidden"})).items():
            assert outcome.is_unknown or outcome == before[name, check], (path, name, check, json.dumps(resources))


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=2**32).map(random.Random))
def test_a_condition_that_chooses_between_two_values_is_both(rng: random.Random) -> None:
    """`Fn::If` over anything is at fault where one of its branches is, and sound only where both are."""
    resources = infrastructure(rng)
    every = [path for path in places(resources) if len(path) == 3 and path[1] == "Properties"]
    for path in rng.sample(every, min(4, len(every))):
        value = resources[path[0]]["Properties"][path[2]]
        chosen = replaced(resources, path, {"Fn::If": ["C", value, {"Ref": "AWS::NoValue"}]})
        left_out = copy.deepcopy(resources)
        del left_out[path[0]]["Properties"][path[2]]
        stated, without, both = verdicts(resources), verdicts(left_out), verdicts(chosen)
        for key, outcome in both.items():
            assert outcome.is_unknown or outcome == stated[key] | without[key], (path, key, json.dumps(resources))
        assert both[path[0], "CKV_SQS_17"] == stated[path[0], "CKV_SQS_17"] if path[0] in "ABC" else True


def end_of_value(text: str, start: int) -> int:
    """Where an expression ends: at the end of its line or item, outside of all brackets and quotes."""
    depth, quoted = 0, False
    for position in range(start, len(text)):
        character = text[position]
        quoted = quoted != (character == '"')
        depth += 0 if quoted else (character in "([{") - (character in ")]}")
        if not quoted and (depth < 0 or (depth == 0 and character in "\n,")):
            return position
    return len(text)


def test_hiding_any_value_of_the_code_moves_verdicts_to_unknown_only(tmp_path: Path) -> None:
    """A variable without a value in the place of each value of some code, one at a time, each in a root module of its own."""
    source = (FIXTURES / "same_findings" / "main.tf").read_text(encoding="utf-8")
    values = [(start, end_of_value(source, start)) for start in (found.end() for found in re.finditer(r"= +", source))]
    assert len(values) > 50
    for number, value in enumerate([None, *values]):
        hidden = source if value is None else f"{source[: value[0]]}var.hidden{source[value[1] :]}"
        (tmp_path / str(number)).mkdir()
        text = f'variable "hidden" {{}}\n{hidden}'
        (tmp_path / str(number) / "main.tf").write_text(text, encoding="utf-8")
    found: dict[int, dict[tuple[str, str], str]] = {}
    for finding in scan(tmp_path, ["terraform"]):
        found.setdefault(int(finding.file.split("/")[1]), {})[finding.check, finding.resource] = finding.result
    for number, value in enumerate(values, start=1):
        for key, result in found.get(number, {}).items():
            assert found[0].get(key, result) == result, (key, source[value[0] - 60 : value[1]])


def test_skips_in_the_code(tmp_path: Path) -> None:
    """Checkov's own comments and metadata skip checks across resources as any other."""
    (tmp_path / "main.tf").write_text(
        'resource "aws_sqs_queue" "q" {\n  # checkov:skip=CKV_SQS_17:another stack\n  # checkov:skip=CKV_SQS_40:none\n}\n',
        encoding="utf-8",
    )
    skips = "[{id: CKV_SQS_17, comment: attached by another stack}, {id: CKV_SQS_40, comment: none}]"
    (tmp_path / "queues.template").write_text(
        f"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Metadata: {{checkov: {{skip: {skips}}}}}\n", encoding="utf-8"
    )
    found = scan(tmp_path, ["terraform", "cloudformation"], ["CKV_SQS_17", "CKV_SQS_40"])
    assert [finding.result for finding in found] == ["SKIPPED"] * 4


SHARED = """
data "aws_iam_policy_document" "shared" {
  statement {
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.covered.arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
resource "aws_sqs_queue" "covered" {}
resource "aws_sqs_queue" "beside" {}
resource "aws_sqs_queue" "alone" {}
"""
SHARED_TEMPLATE = """
Resources:
  covered: {Type: AWS::SQS::Queue}
  beside: {Type: AWS::SQS::Queue}
  alone: {Type: AWS::SQS::Queue}
  shared:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref covered, !Ref beside]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: sqs:*
            Resource: !GetAtt covered.Arn
            Condition: {Bool: {"aws:SecureTransport": "false"}}
"""


def test_each_queue_refuses_plain_http_or_is_found(tmp_path: Path) -> None:
    """CKV_SQS_12 and 17 together: covered from another file, covered by a Deny on another queue only, not covered."""
    (tmp_path / "queues.tf").write_text(SHARED, encoding="utf-8")
    policies = (
        f'resource "aws_sqs_queue_policy" "{name}" {{\n  queue_url = aws_sqs_queue.{name}.id\n'
        "  policy = data.aws_iam_policy_document.shared.json\n}\n"
        for name in ("covered", "beside")
    )
    (tmp_path / "policies.tf").write_text("\n".join(policies), encoding="utf-8")
    (tmp_path / "queues.template").write_text(SHARED_TEMPLATE, encoding="utf-8")
    found = scan(tmp_path, ["terraform", "cloudformation"], ["CKV_SQS_12", "CKV_SQS_17"])
    failed = {(finding.check, finding.resource) for finding in found if finding.result == "FAILED"}
    assert failed == {
        ("CKV_SQS_12", "aws_sqs_queue_policy.beside"), ("CKV_SQS_17", "aws_sqs_queue.alone"),
        ("CKV_SQS_12", "AWS::SQS::QueuePolicy.shared"), ("CKV_SQS_17", "AWS::SQS::Queue.alone"),
    }  # fmt: skip
    details = next(finding.details for finding in found if finding.resource == "AWS::SQS::QueuePolicy.shared" and finding.details)
    assert "beside" in " ".join(details), details
