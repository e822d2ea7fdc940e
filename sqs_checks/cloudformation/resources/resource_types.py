"""The types of CloudFormation's resources that checks are about."""

from __future__ import annotations

QUEUE = "AWS::SQS::Queue"
# A policy's type, with the property that names its queues.
POLICY_TYPES = {"AWS::SQS::QueuePolicy": "Queues", "AWS::SQS::QueueInlinePolicy": "Queue"}
ENDPOINT = "AWS::EC2::VPCEndpoint"
