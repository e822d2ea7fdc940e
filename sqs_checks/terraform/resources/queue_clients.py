"""Where Terraform's AWS resources name a queue that they send to, leave dead letters in or consume.

Source: Terraform AWS provider, the resources of the rows; Amazon SQS Developer Guide, "Amazon SQS key management" (AWS
services that send by themselves).
"""

from __future__ import annotations

from sqs_checks.model.relations import Role
from sqs_checks.model.use_rules import ANY, EVENTS, S3, SNS, UseRule

SUBSCRIPTION = "aws_sns_topic_subscription"
CONSUMER = "aws_lambda_event_source_mapping"
FUNCTION = "aws_lambda_function"

USES = (
    UseRule(SUBSCRIPTION, ("endpoint",), Role.SENDS, "SNS subscription", SNS),
    UseRule(SUBSCRIPTION, ("redrive_policy", "deadLetterTargetArn"), Role.LEAVES_DEAD_LETTERS, "SNS subscription", SNS),
    UseRule("aws_s3_bucket_notification", ("queue", "queue_arn"), Role.SENDS, "S3 notification", S3),
    UseRule("aws_cloudwatch_event_target", ("arn",), Role.SENDS, "EventBridge rule", EVENTS, role_argument="role_arn"),
    UseRule("aws_cloudwatch_event_target", ("dead_letter_config", "arn"), Role.LEAVES_DEAD_LETTERS, "EventBridge rule", EVENTS),
    UseRule("aws_cloudwatch_event_bus", ("dead_letter_config", "arn"), Role.LEAVES_DEAD_LETTERS, "event bus", EVENTS),
    UseRule("aws_pipes_pipe", ("target",), Role.SENDS, "EventBridge pipe"),
    UseRule(
        "aws_pipes_pipe", ("source_parameters", ANY, "dead_letter_config", "arn"), Role.LEAVES_DEAD_LETTERS, "EventBridge pipe"
    ),
    UseRule("aws_scheduler_schedule", ("target", "arn"), Role.SENDS, "schedule"),
    UseRule("aws_scheduler_schedule", ("target", "dead_letter_config", "arn"), Role.LEAVES_DEAD_LETTERS, "schedule"),
    UseRule(FUNCTION, ("dead_letter_config", "target_arn"), Role.LEAVES_DEAD_LETTERS, "Lambda function"),
    UseRule(
        "aws_lambda_function_event_invoke_config",
        ("destination_config", "on_failure", "destination"),
        Role.LEAVES_DEAD_LETTERS,
        "Lambda destination",
    ),
    UseRule(
        "aws_lambda_function_event_invoke_config",
        ("destination_config", "on_success", "destination"),
        Role.SENDS,
        "Lambda destination",
    ),
    UseRule(CONSUMER, ("destination_config", "on_failure", "destination_arn"), Role.LEAVES_DEAD_LETTERS, "event source mapping"),
    UseRule("aws_iot_topic_rule", ("sqs", "queue_url"), Role.SENDS, "IoT rule"),
    UseRule("aws_iot_topic_rule", ("error_action", "sqs", "queue_url"), Role.LEAVES_DEAD_LETTERS, "error action of an IoT rule"),
    UseRule(CONSUMER, ("event_source_arn",), Role.CONSUMES, "event source mapping"),
)
