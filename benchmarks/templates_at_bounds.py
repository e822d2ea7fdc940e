"""What templates cost that are made to be slow, beside checks that do nothing and beside Checkov alone."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from measured import Figure
from scans import compared, write_nothing

Template = Mapping[str, Any]
QUEUE = "AWS::SQS::Queue"


def conditions_ten_fold_twenty_deep() -> list[Template]:
    conditions: dict[str, Any] = {"C0": {"Fn::Equals": [{"Ref": "P"}, "x"]}}
    for depth in range(1, 21):
        conditions[f"C{depth}"] = {"Fn::And": [{"Condition": f"C{depth - 1}"}] * 10}
    queue = {"Type": QUEUE, "Condition": "C20", "Properties": {"SqsManagedSseEnabled": {"Fn::If": ["C20", True, False]}}}
    return [{"Parameters": {"P": {"Type": "String"}}, "Conditions": conditions, "Resources": {"Q": queue}}]


def forty_choices_of_five_parameters() -> list[Template]:
    parameters = {f"P{number}": {"Type": "String", "AllowedValues": ["a", "b", "c"]} for number in range(5)}
    conditions = {f"C{number}{value}": {"Fn::Equals": [{"Ref": f"P{number}"}, value]} for number in range(5) for value in "abc"}
    names = list(conditions)
    queues = {
        f"Q{number}": {
            "Type": QUEUE,
            "Properties": {
                "VisibilityTimeout": {"Fn::If": [names[number % 15], 30, 60]},
                "MessageRetentionPeriod": {"Fn::If": [names[(number + 3) % 15], 600, 1200]},
                "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": [f"Q{(number + 1) % 20}", "Arn"]}, "maxReceiveCount": 3},
            },
        }
        for number in range(20)
    }
    return [{"Parameters": parameters, "Conditions": conditions, "Resources": queues}]


def loops_that_make_a_million() -> list[Template]:
    body: dict[str, Any] = {"Q${A}${B}${C}": {"Type": "AWS::SNS::Topic"}}
    for name in "CBA":
        body = {f"Fn::ForEach::{name}": [name, [str(number) for number in range(100)], body]}
    return [{"Transform": "AWS::LanguageExtensions", "Resources": {**body, "Q": {"Type": QUEUE}}}]


def braces() -> list[Template]:
    return [{"Resources": {"Q": {"Type": QUEUE, "Properties": {"QueueName": {"Fn::Sub": "${" * 100_000}}}}}]


def exports_times_imports() -> list[Template]:
    numbers = range(300)
    exports = {
        f"O{number}": {
            "Value": {"Fn::GetAtt": [f"Q{number}", "Arn"]},
            "Export": {"Name": {"Fn::Sub": f"${{AWS::StackName}}-q{number}"}},
        }
        for number in numbers
    }
    imports = {
        f"M{number}": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"EventSourceArn": {"Fn::ImportValue": {"Fn::Sub": f"${{N}}-q{number}"}}, "FunctionName": "f"},
        }
        for number in numbers
    }
    return [
        {"Resources": {f"Q{number}": {"Type": QUEUE} for number in numbers}, "Outputs": exports},
        {"Parameters": {"N": {"Type": "String"}}, "Resources": imports},
    ]


CASES = (
    conditions_ten_fold_twenty_deep,
    forty_choices_of_five_parameters,
    loops_that_make_a_million,
    braces,
    exports_times_imports,
)


def measure(runs: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as scratch:
        nothing, bytecode = Path(scratch, "nothing"), Path(scratch, "bytecode")
        write_nothing(nothing)
        for case in CASES:
            folder = Path(scratch, case.__name__)
            folder.mkdir()
            for number, template in enumerate(case()):
                (folder / f"{number}.json").write_text(json.dumps(template, indent=1), encoding="utf-8")
            yield from compared(case.__name__.replace("_", " "), folder, "cloudformation", nothing, bytecode, runs)
