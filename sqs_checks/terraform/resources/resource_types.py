"""The types of Terraform's resources that checks are about."""

from __future__ import annotations

QUEUE, POLICY = "aws_sqs_queue", "aws_sqs_queue_policy"
REDRIVE, REDRIVE_ALLOW = "aws_sqs_queue_redrive_policy", "aws_sqs_queue_redrive_allow_policy"
ENDPOINT, ENDPOINT_POLICY = "aws_vpc_endpoint", "aws_vpc_endpoint_policy"
