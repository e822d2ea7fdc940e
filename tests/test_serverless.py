"""`serverless.yml`: queues in `resources` are judged with what the functions beside them do, and explained."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from conftest import Finding, scan
from hypothesis import given, settings
from hypothesis import strategies as st

from sqs_checks.cloudformation.stacks.serverless_template import serverless_template

SERVICE = """
service: orders
provider: {name: aws, stage: "${opt:stage}"}
functions:
  worker:
    handler: handler.run
    timeout: 20
    onError: !GetAtt Undelivered.Arn
    events:
      - sqs: {arn: !GetAtt Orders.Arn}
      - eventBridge: {pattern: {source: [a]}, deadLetterQueueArn: !GetAtt Unmatched.Arn}
resources:
  Resources:
    Orders:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: orders-${self:custom.suffix}
        SqsManagedSseEnabled: false
        RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
    Hidden:
      Type: AWS::SQS::Queue
      Properties: {SqsManagedSseEnabled: "${self:custom.encrypted}"}
    Dead: {Type: AWS::SQS::Queue}
    Undelivered: {Type: AWS::SQS::Queue}
    Unmatched: {Type: AWS::SQS::Queue}
    Open:
      Type: AWS::SQS::QueuePolicy
      Properties:
        Queues: [!Ref Orders]
        PolicyDocument:
          Version: "2012-10-17"
          Statement: [{Effect: Allow, Principal: "*", Action: "sqs:SendMessage", Resource: !GetAtt Orders.Arn}]
"""
# A resource, a check, what it says, and why.
ROWS = [
    ("Orders", "CKV_SQS_20", "FAILED", "switched off"),
    ("Hidden", "CKV_SQS_20", None, "a variable of the framework is known only when the service is deployed"),
    ("Open", "CKV_SQS_1", "FAILED", "everybody may send"),
    ("Orders", "CKV_SQS_17", "PASSED", "a policy is attached"),
    ("Orders", "CKV_SQS_32", None, "a part of the name is not known"),
    ("Orders", "CKV_SQS_43", "FAILED", "30 seconds, and the function takes up to 20"),
    ("Dead", "CKV_SQS_40", "PASSED", "a queue leaves its dead letters there"),
    ("Undelivered", "CKV_SQS_40", "PASSED", "a function does"),
    ("Unmatched", "CKV_SQS_40", "PASSED", "a rule does"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    folder = tmp_path_factory.mktemp("service")
    (folder / "serverless.yml").write_text(SERVICE, encoding="utf-8")
    return scan(folder, ["serverless"])


@pytest.mark.parametrize(("resource", "check", "expected", "why"), ROWS)
def test_verdicts(resource: str, check: str, expected: Optional[str], why: str, found: list[Finding]) -> None:
    results = [one.result for one in found if (one.check, one.resource.rpartition(".")[2]) == (check, resource)]
    assert (results[0] if results else None) == expected, why


def test_each_finding_explains(found: list[Finding]) -> None:
    failed = [one for one in found if one.result == "FAILED"]
    assert failed
    assert all(one.details for one in failed)
    (twice,) = (one for one in failed if one.check == "CKV_SQS_43")
    assert "120" in " ".join(twice.details), "6 times the function's 20 seconds"
    assert "`WorkerLambdaFunction`" in twice.details[0]


odd: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.sampled_from(["x", "${self:a}", "${", "}", "${opt:${self:b}}"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["sqs", "sns", "arn", "events", "destinations", "onFailure", "redrivePolicy"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["functions", "resources", "provider"]), odd | st.dictionaries(st.just("f"), odd)))
def test_odd_services_raise_nothing(service: dict[str, Any]) -> None:
    assert "Resources" in serverless_template(service)
