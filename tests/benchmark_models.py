"""What the checks across resources cost: `python tests/benchmark_models.py [QUEUES …]`.

Each queue has a policy and a redrive policy; the dead-letter queues are a tenth of them. Measured is the CPU time within the
checks themselves, without Checkov's own: parsing, building its graph, making records. Python's garbage collector, which walks
all that Checkov holds and strikes now here, now there, is shown beside it.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from checkov.cloudformation.runner import Runner as CloudFormationRunner
from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as TerraformRunner

from sqs_checks.cloudformation.resource_checks import CloudFormationCheck
from sqs_checks.pack.registration import register
from sqs_checks.terraform.resource_checks import TerraformCheck

ACROSS_RESOURCES = [f"CKV_SQS_{number}" for number in (15, 16, 17, 23, 40, 41, 42, 43)]
RUNNERS: dict[str, Any] = {"code": TerraformRunner, "plan": PlanRunner, "CloudFormation": CloudFormationRunner}
# Where Checkov's work on a resource ends and that of the checks begins.
OWN_WORK: dict[str, tuple[Any, str]] = {
    "code": (TerraformCheck, "scan_entity_conf"),
    "plan": (TerraformCheck, "scan_entity_conf"),
    "CloudFormation": (CloudFormationCheck, "scan_resource_conf"),
}


def policy(arn: Any) -> dict[str, Any]:
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": arn, "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [deny]}


def code(count: int) -> list[str]:
    blocks = []
    for number in range(count):
        target = f"aws_sqs_queue.q{number - number % 10}.arn"
        redrive = f"  redrive_policy = jsonencode({{ deadLetterTargetArn = {target}, maxReceiveCount = 5 }})\n"
        blocks.append(f'resource "aws_sqs_queue" "q{number}" {{\n  name = "q{number}"\n{redrive if number % 10 else ""}}}\n')
        document = json.dumps(policy(f"${{aws_sqs_queue.q{number}.arn}}"))
        blocks.append(
            f'resource "aws_sqs_queue_policy" "p{number}" {{\n  queue_url = aws_sqs_queue.q{number}.id\n'
            f"  policy = <<TEXT\n{document}\nTEXT\n}}\n"
        )
    return blocks


def template(count: int) -> str:
    resources: dict[str, Any] = {}
    for number in range(count):
        target = {"Fn::GetAtt": [f"Q{number - number % 10}", "Arn"]}
        redrive = {"RedrivePolicy": {"deadLetterTargetArn": target, "maxReceiveCount": 5}} if number % 10 else {}
        resources[f"Q{number}"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"q{number}", **redrive}}
        document = policy({"Fn::GetAtt": [f"Q{number}", "Arn"]})
        properties = {"Queues": [{"Ref": f"Q{number}"}], "PolicyDocument": document}
        resources[f"P{number}"] = {"Type": "AWS::SQS::QueuePolicy", "Properties": properties}
    return json.dumps({"Resources": resources}, indent=1)


def plan(count: int) -> str:
    planned, expressions = [], []
    for number in range(count):
        queue = {"address": f"aws_sqs_queue.q{number}", "type": "aws_sqs_queue", "name": f"q{number}", "mode": "managed"}
        attached = {**queue, "address": f"aws_sqs_queue_policy.p{number}", "type": "aws_sqs_queue_policy", "name": f"p{number}"}
        target = f"aws_sqs_queue.q{number - number % 10}"
        url = f"aws_sqs_queue.q{number}"
        planned.append((queue, {"name": f"q{number}"}, {"redrive_policy": True} if number % 10 else {}))
        expressions.append(
            {
                **queue,
                "expressions": {
                    "name": {"constant_value": f"q{number}"},
                    **({"redrive_policy": {"references": [f"{target}.arn", target]}} if number % 10 else {}),
                },
            }
        )
        planned.append((attached, {"policy": json.dumps(policy("*"))}, {"queue_url": True}))
        expressions.append({**attached, "expressions": {"policy": {}, "queue_url": {"references": [f"{url}.id", url]}}})
    changes = [
        {**one, "change": {"actions": ["create"], "before": None, "after": values, "after_unknown": unknown}}
        for one, values, unknown in planned
    ]
    return json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": {"root_module": {"resources": [{**one, "values": values} for one, values, _ in planned]}},
            "resource_changes": changes,
            "configuration": {"root_module": {"resources": expressions}},
        },
        indent=1,
    )


class Collector:
    """The CPU seconds that garbage collection takes."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._since = 0.0

    def __call__(self, phase: str, info: object) -> None:
        if phase == "start":
            self._since = time.thread_time()
        else:
            self.spent += time.thread_time() - self._since


def measure(framework: str, count: int) -> tuple[float, float, int]:
    """The CPU seconds within the checks, those of the garbage collector among them, and how many results they gave."""
    spent = collected = 0.0
    results = 0
    collector = Collector()
    gc.callbacks.append(collector)
    check_class, method = OWN_WORK[framework]
    run = getattr(check_class, method)

    def timed(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal spent, collected, results
        start, before = time.thread_time(), collector.spent
        result = run(self, *args, **kwargs)
        spent += time.thread_time() - start
        collected += collector.spent - before
        results += 1
        return result

    with tempfile.TemporaryDirectory() as folder:
        if framework == "code":
            # Checkov gives up on a file that takes its parser too long.
            blocks = code(count)
            for first in range(0, len(blocks), 500):
                Path(folder, f"queues_{first}.tf").write_text("\n".join(blocks[first : first + 500]), encoding="utf-8")
        else:
            name, text = {"plan": ("plan.json", plan), "CloudFormation": ("queues.template", template)}[framework]
            Path(folder, name).write_text(text(count), encoding="utf-8")
        setattr(check_class, method, timed)
        try:
            gc.collect()
            RUNNERS[framework]().run(
                root_folder=folder, runner_filter=RunnerFilter(checks=ACROSS_RESOURCES, show_progress_bar=False)
            )
        finally:
            setattr(check_class, method, run)
            gc.callbacks.remove(collector)
    return spent, collected, results


def main() -> None:
    register()
    counts = [int(argument) for argument in sys.argv[1:]] or [1_000, 2_500, 10_000]
    for framework in RUNNERS:
        for count in counts:
            spent, collected, results = measure(framework, count)
            own, garbage = (seconds / count * 1e3 for seconds in (spent - collected, collected))
            print(f"{framework:<15} {count:>6} queues: {own:.3f} ms a queue, and {garbage:.3f} of collection; {results} results")


if __name__ == "__main__":
    main()
