"""Queues with policies and dead letters, generated: as Terraform code, as a plan and as a template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_QUEUE = """
resource "aws_sqs_queue" "q{n}" {{
  name                      = "orders-{n}"
  kms_master_key_id         = "alias/orders"
  message_retention_seconds = 86400
  redrive_policy            = jsonencode({{ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 }})
  tags                      = merge(local.tags, {{ number = "{n}" }})
}}

data "aws_iam_policy_document" "d{n}" {{
  statement {{
    sid       = "Topic"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.q{n}.arn]
    principals {{
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }}
    condition {{
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.t.arn]
    }}
  }}
  statement {{
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.q{n}.arn]
    principals {{
      type        = "*"
      identifiers = ["*"]
    }}
    condition {{
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }}
  }}
}}

resource "aws_sqs_queue_policy" "p{n}" {{
  queue_url = aws_sqs_queue.q{n}.url
  policy    = data.aws_iam_policy_document.d{n}.json
}}
"""
_SHARED = """
locals {
  tags = { owner = "team", stage = "test" }
}

resource "aws_sns_topic" "t" {
  name = "orders"
}

resource "aws_sqs_queue" "dead" {
  name = "dead"
}
"""


def write_code(folder: Path, queues: int) -> None:
    """A root module, ten queues a file."""
    (folder / "main.tf").write_text(_SHARED, encoding="utf-8")
    for start in range(0, queues, 10):
        blocks = "".join(_QUEUE.format(n=n) for n in range(start, min(start + 10, queues)))
        (folder / f"queues_{start}.tf").write_text(blocks, encoding="utf-8")


def policy(arn: Any) -> dict[str, Any]:
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": arn, "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [deny]}


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


def write_plan(folder: Path, queues: int) -> None:
    (folder / "plan.json").write_text(plan(queues), encoding="utf-8")


def write_template(folder: Path, queues: int) -> None:
    (folder / "queues.template").write_text(template(queues), encoding="utf-8")


WRITERS = {"code": write_code, "plan": write_plan, "template": write_template}
