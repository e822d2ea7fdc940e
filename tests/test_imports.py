"""What another scanned template says of a queue that it imports counts for the queue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Finding, scan

DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def queue_policy(*queues: Any, **parts: Any) -> dict[str, Any]:
    properties = {"Queues": list(queues), "PolicyDocument": {"Version": "2012-10-17", "Statement": [DENY]}}
    return {"Type": "AWS::SQS::QueuePolicy", "Properties": properties, **parts}


def sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


def imported(name: Any) -> dict[str, Any]:
    return {"Fn::ImportValue": name}


# The name of the export, the name that the other template imports, what CKV_SQS_17 says of the exported queue, and why.
NAMES: dict[str, tuple[Any, Any, str, str]] = {
    "Same": ("orders-url", "orders-url", "PASSED", "the same name is the same export"),
    "Other": ("invoices-url", "refunds-url", "FAILED", "another export"),
    "Shared": (sub("${AWS::Region}-url"), {"Fn::Join": ["-", [{"Ref": "AWS::Region"}, "url"]]}, "PASSED", "one region for both"),
    "OfStack": (sub("a-${AWS::StackName}-a"), sub("a-${Shared}-a"), "UNKNOWN", "whose name it is shows only when it is deployed"),
    "OtherEnd": (sub("b-${AWS::StackName}-b"), sub("b-${Shared}-c"), "FAILED", "the ends differ, whatever stands between"),
    "OtherStart": (sub("d-${AWS::StackName}"), sub("e-${Shared}"), "FAILED", "the starts differ, whatever follows"),
    "Parameter": (sub("f-${AWS::StackName}-f"), sub("f-${Shared}"), "UNKNOWN", "no end that could tell them apart"),
    "NotExported": (None, "g-url", "FAILED", "nobody can import it"),
    "Invalid": ([], "h-url", "UNKNOWN", "a name that cannot be read may be any"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    folder = tmp_path_factory.mktemp("stacks")
    queues: dict[str, Any] = {name: {"Type": "AWS::SQS::Queue"} for name in NAMES}
    outputs = {
        name: {"Value": {"Ref": name}, **({"Export": {"Name": exported}} if exported is not None else {})}
        for name, (exported, *_) in NAMES.items()
    }
    queues["Dead"] = queues["OwnPolicy"] = queues["Conditional"] = {"Type": "AWS::SQS::Queue"}
    queues["Attached"] = queue_policy({"Ref": "OwnPolicy"})
    outputs["Dead"] = {"Value": {"Fn::GetAtt": ["Dead", "Arn"]}, "Export": {"Name": "dead-arn"}}
    outputs["OwnPolicy"] = {"Value": {"Ref": "OwnPolicy"}, "Export": {"Name": "own-policy-url"}}
    outputs["Conditional"] = {"Value": {"Ref": "Conditional"}, "Export": {"Name": "conditional-url"}}
    using: dict[str, Any] = {f"On{name}": queue_policy(imported(name_)) for name, (_, name_, *_) in NAMES.items()}
    using["Second"] = queue_policy(imported("own-policy-url"))
    using["Sometimes"] = queue_policy(imported("conditional-url"), Condition="Wanted")
    # The same logical id as a queue of the other template.
    using["NotExported"] = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"RedrivePolicy": {"deadLetterTargetArn": imported("dead-arn"), "maxReceiveCount": 5}},
    }
    stated = {"Parameters": {"Shared": {"Type": "String"}}, "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "Shared"}, "x"]}}}
    (folder / "queues.template").write_text(json.dumps({"Resources": queues, "Outputs": outputs}), encoding="utf-8")
    (folder / "using").mkdir()
    (folder / "using" / "queues.template").write_text(json.dumps({**stated, "Resources": using}), encoding="utf-8")
    return scan(folder, ["cloudformation"], ["CKV_SQS_16", "CKV_SQS_17", "CKV_SQS_40", "CKV_SQS_41"])


def result(found: list[Finding], check: str, resource: str) -> str:
    results = [
        finding.result
        for finding in found
        if (finding.check, finding.file, finding.resource.rpartition(".")[2]) == (check, "/queues.template", resource)
    ]
    return results[0] if results else "UNKNOWN"


@pytest.mark.parametrize("name", NAMES)
def test_which_queue_an_import_names(name: str, found: list[Finding]) -> None:
    *_, expected, why = NAMES[name]
    assert result(found, "CKV_SQS_17", name) == expected, why


def test_a_policy_that_may_not_be_made(found: list[Finding]) -> None:
    assert result(found, "CKV_SQS_17", "Conditional") == "UNKNOWN"


def test_a_dead_letter_queue_of_a_queue_elsewhere(found: list[Finding]) -> None:
    """It needs none itself, and the message names the queue of the other template and its file."""
    assert result(found, "CKV_SQS_40", "Dead") == "PASSED"
    assert result(found, "CKV_SQS_40", "NotExported") == "FAILED", "that of the same name elsewhere has one"
    (open_to_all,) = (one for one in found if one.check == "CKV_SQS_41" and one.result == "FAILED")
    assert "`NotExported` (/using/queues.template)" in open_to_all.details[0]


def test_a_second_policy_elsewhere(found: list[Finding]) -> None:
    (competing,) = (one for one in found if one.check == "CKV_SQS_16" and one.result == "FAILED")
    assert competing.resource == "AWS::SQS::QueuePolicy.Attached"
    assert "`Second` (/using/queues.template)" in competing.details[0]
