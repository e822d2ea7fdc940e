"""Odd code neither raises nor hangs, and hiding a part of a template never turns a failure into a pass or back."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

import pytest
from conftest import scan
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import places
from test_malformed_policies import CHECKS
from test_verdicts_against_reference import policy

from sqs_checks.cloudformation.resources.queue_models import DeploymentModels
from sqs_checks.cloudformation.resources.queue_policy_resource import read_policy
from sqs_checks.cloudformation.stacks.stack_tree import StackTree
from sqs_checks.configuration.settings import DEFAULTS
from sqs_checks.judgement.fault import judge
from sqs_checks.judgement.ternary import Ternary
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.resources.policy_document_data import document_of
from sqs_checks.values.configuration_values import Elements, Entries, Unknown
from sqs_checks.values.json_text import from_json

SANE = 'resource "aws_sqs_queue" "sane" {\n  sqs_managed_sse_enabled = false\n}\n'


POLICY = 'resource "aws_sqs_queue_policy" "p" {{\n  policy = {}\n}}\n'
ODD_CODE = {
    "locals in a circle": "locals {\n  a = local.b\n  b = local.a\n}\n" + POLICY.format("local.a"),
    "a module that calls itself": 'module "m" {\n  source = "./"\n}\n',
    "a module that is not there": 'module "m" {\n  source = "./nowhere"\n}\n' + POLICY.format("module.m.x"),
    "a file that is not there": POLICY.format('file("${path.module}/nowhere")'),
    "a file that is a folder": POLICY.format('file("${path.module}/")'),
    "a template in a circle": POLICY.format('templatefile("${path.module}/main.tf", { a = "${a}" })'),
    "a policy about itself": POLICY.format("aws_sqs_queue_policy.p.policy"),
    "blocks of wrong types": 'data "aws_iam_policy_document" "d" {\n  statement = "x"\n  source_policy_documents = 5\n}\n'
    + POLICY.format("data.aws_iam_policy_document.d.json"),
}


@pytest.mark.parametrize("name", ODD_CODE)
def test_odd_code_hides_nothing_else(name: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(ODD_CODE[name], encoding="utf-8")
    (tmp_path / "sane.tf").write_text(SANE, encoding="utf-8")
    found = {finding.resource: finding.result for finding in scan(tmp_path, ["terraform"], ["CKV_SQS_1", "CKV_SQS_20"])}
    assert found["aws_sqs_queue.sane"] == "FAILED"
    assert "aws_sqs_queue_policy.p" not in found


def test_no_file_outside_the_scanned_tree_is_read(tmp_path: Path) -> None:
    """Nor through a symbolic link: a scan must not tell what else is on the machine."""
    public = json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}
    )
    (tmp_path / "outside.policy").write_text(public, encoding="utf-8")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "inside.policy").write_text(public, encoding="utf-8")
    (tree / "link.policy").symlink_to(tmp_path / "outside.policy")
    paths = {"outside": "../outside.policy", "link": "link.policy", "inside": "inside.policy"}
    blocks = [
        f'resource "aws_sqs_queue_policy" "{name}" {{\n  policy = file("${{path.module}}/{path}")\n}}\n'
        for name, path in paths.items()
    ]
    (tree / "main.tf").write_text("\n".join(blocks), encoding="utf-8")
    found = {finding.resource: finding.result for finding in scan(tree, ["terraform"], ["CKV_SQS_1"])}
    assert found == {"aws_sqs_queue_policy.inside": "FAILED"}


class OddDataSource:
    """A data source of odd values, as a plan could hold it."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self._arguments = from_json(arguments).items

    def value(self, name: str) -> Any:
        return self._arguments.get(name)

    def blocks(self, name: str) -> Sequence[Any]:
        stated = self._arguments.get(name)
        items = stated.items if isinstance(stated, Elements) else [stated]
        return [item if isinstance(item, Entries) else Unknown("odd") for item in items if item is not None]


ARGUMENTS = [
    "statement", "dynamic", "for_each", "content", "iterator", "sid", "effect", "actions", "resources", "principals", "type",
    "identifiers", "condition", "test", "variable", "values", "source_policy_documents", "override_json", "version", "x",
]  # fmt: skip
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["*", "again", "Allow", "x.value.y", "try(x.value,[1", "${", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ARGUMENTS), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(ARGUMENTS), odd, max_size=6))
def test_odd_data_sources_raise_nothing(arguments: dict[str, Any]) -> None:
    with suppress(InvalidExpressionError):
        document_of(OddDataSource(arguments))


def policies(template: Mapping[str, Any]) -> list[Optional[AttachedPolicy]]:
    """The policy `P` of a template, in each case."""
    return [read_policy(one.resource) for one in DeploymentModels(StackTree({"f": template}), str).alone("f", "P")]


def verdicts(properties: Any, template: Mapping[str, Any]) -> dict[str, Ternary]:
    """What each check on policies says of a resource, without Checkov."""
    subjects = policies({**template, "Resources": {"P": {"Type": "AWS::SQS::QueuePolicy", "Properties": properties}}})
    found = {}
    for check, check_class in CHECKS.items():
        bare = object.__new__(check_class)
        outcomes = [judge(list(bare.faults(subject, DEFAULTS))).violated for subject in subjects if subject is not None]
        result = outcomes[0]
        for outcome in outcomes[1:]:
            result = result | outcome
        found[check] = result
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=2**32).map(random.Random))
def test_hiding_a_part_of_a_template(rng: random.Random) -> None:
    """A parameter without a default in the place of any value moves a verdict to unknown or nowhere."""
    template = {"Parameters": {"Hidden": {"Type": "String"}}}
    queues = ["https://sqs.eu-west-1.amazonaws.com/111111111111/orders"]
    document = policy(rng)
    before = verdicts({"Queues": queues, "PolicyDocument": document}, template)
    every = list(places(document))
    for path in rng.sample(every, min(6, len(every))):
        hidden = copy.deepcopy(document)
        target: Any = hidden
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = {"Ref": "Hidden"}
        after = verdicts({"Queues": queues, "PolicyDocument": hidden}, template)
        for check, outcome in after.items():
            assert outcome.is_unknown or outcome == before[check], (check, path)


@settings(max_examples=300, deadline=None)
@given(odd, st.dictionaries(st.sampled_from(["A", "B"]), odd | st.just({"Condition": "A"}), max_size=2))
def test_odd_conditions_raise_nothing(value: Any, conditions: dict[str, Any]) -> None:
    document = {"Fn::If": ["A", {"Fn::If": ["B", value, {"Ref": "V"}]}, value]}
    resource = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": document}}
    policies({"Conditions": conditions, "Parameters": {"V": value}, "Resources": {"P": resource}})
