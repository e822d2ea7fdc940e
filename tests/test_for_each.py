"""`Fn::ForEach`: what a loop makes is judged like what is written out; a loop over something unknown stays unknown."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import scan

from sqs_checks.cloudformation.intrinsics.for_each import made_resources

TEMPLATE = """
Transform: [AWS::LanguageExtensions]
Parameters:
  Names: {{Type: CommaDelimitedList, Default: "orders, payments"}}
  Open: {{Type: CommaDelimitedList}}
Mappings:
  Stage: {{production: {{Names: [orders, payments]}}}}
Resources:
  DeadLetters:
    Type: AWS::SQS::Queue
  Fn::ForEach::Queues:
    - Name
    - {collection}
    - Queue${{Name}}:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: !Sub ${{Name}}-queue
          SqsManagedSseEnabled: false
          RedrivePolicy: {{deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 3}}
      Policy${{Name}}:
        Type: AWS::SQS::QueuePolicy
        Properties:
          Queues: [!Ref "Queue${{Name}}"]
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{{Effect: Allow, Principal: "*", Action: "sqs:SendMessage", Resource: !GetAtt ["Queue${{Name}}", Arn]}}]
"""
CHECKS = ["CKV_SQS_1", "CKV_SQS_17", "CKV_SQS_20", "CKV_SQS_32", "CKV_SQS_40"]


def verdicts(folder: Path, text: str) -> dict[tuple[str, str], str]:
    (folder / "queues.template").write_text(text, encoding="utf-8")
    found = scan(folder, ["cloudformation"], CHECKS)
    return {(finding.resource.rpartition(".")[2], finding.check): finding.result for finding in found}


@pytest.mark.parametrize(
    "collection", ["[orders, payments]", "!Ref Names", "!FindInMap [Stage, production, Names]", '!Split [",", "orders,payments"]']
)
def test_a_known_collection(collection: str, tmp_path: Path) -> None:
    found = verdicts(tmp_path, TEMPLATE.format(collection=collection))
    for name in ("orders", "payments"):
        assert found[f"Queue{name}", "CKV_SQS_20"] == "FAILED"
        assert found[f"Queue{name}", "CKV_SQS_17"] == "PASSED", "the policy of the same loop"
        assert found[f"Queue{name}", "CKV_SQS_40"] == "PASSED"
        assert found[f"Queue{name}", "CKV_SQS_32"] == "PASSED", "a name with the element in it is known"
        assert found[f"Policy{name}", "CKV_SQS_1"] == "FAILED"
    assert found["DeadLetters", "CKV_SQS_40"] == "PASSED"


def test_a_collection_that_is_not_known(tmp_path: Path) -> None:
    """Nothing is made up, and what the loop may attach or leave to others is not decided of them."""
    found = verdicts(tmp_path, TEMPLATE.format(collection="!Ref Open"))
    assert {resource for resource, _ in found} == {"DeadLetters"}
    assert ("DeadLetters", "CKV_SQS_40") not in found, "it may be the dead-letter queue of some queue, or of none"


def test_loops_within_loops_and_characters_that_ids_cannot_have() -> None:
    inner = {"Fn::ForEach::B": ["B", ["x", "y-z"], {"Q${A}&{B}": {"Type": "AWS::SQS::Queue", "Properties": {"N": "${A}/${B}"}}}]}
    made = made_resources({"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::A": ["A", ["1", "2"], inner]}})
    assert [(one.logical_id, one.resource["Properties"]["N"]) for one in made] == [
        ("Q1x", "1/x"), ("Q1yz", "1/y-z"), ("Q2x", "2/x"), ("Q2yz", "2/y-z"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "loop",
    [
        None,
        "text",
        [],
        ["A"],
        ["A", ["x"], "text"],
        [1, ["x"], {}],
        ["A", [{"a": 1}], {}],
        ["A", ["x"], {"Q": None, "R": {"Type": 5}}],
    ],
)
def test_odd_loops_raise_nothing(loop: object) -> None:
    made_resources({"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::A": loop}})


def test_a_loop_of_loops_ends() -> None:
    body: dict[str, object] = {"Q${A}": {"Type": "AWS::SQS::Queue"}}
    for _ in range(20):
        body = {"Fn::ForEach::A": ["A", ["x", "y", "z"], body]}
    assert len(made_resources({"Transform": "AWS::LanguageExtensions", "Resources": body})) <= 2_000


def test_without_the_transform_there_are_no_loops() -> None:
    loop = ["A", ["x"], {"Q${A}": {"Type": "AWS::SQS::Queue"}}]
    assert made_resources({"Resources": {"Fn::ForEach::A": loop}}) == []
