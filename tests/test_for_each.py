"""`Fn::ForEach`: what a loop makes is judged like what is written out; a loop over something unknown stays unknown."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import scan

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
