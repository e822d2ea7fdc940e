"""Where CloudFormation's resources name a queue that they send to, leave dead letters in or consume.

Source: AWS CloudFormation User Guide, the resource types of the rows; Amazon SQS Developer Guide, "Amazon SQS key management"
(AWS services that send by themselves).
"""

from __future__ import annotations

from sqs_checks.model.relations import Role
from sqs_checks.model.use_rules import ANY, EVENTS, S3, SNS, UseRule

FUNCTION = "AWS::Lambda::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"
_SENDS, _DEAD, _CONSUMES = Role.SENDS, Role.LEAVES_DEAD_LETTERS, Role.CONSUMES
# `Protocol` stands beside what these rows name.
SUBSCRIPTION_ENDPOINT = UseRule("AWS::SNS::Subscription", ("Endpoint",), _SENDS, "SNS subscription", SNS)
RULE_TARGET = UseRule("AWS::Events::Rule", ("Targets", "Arn"), _SENDS, "EventBridge rule", EVENTS, role_argument="RoleArn")
TOPIC_ENDPOINT = UseRule("AWS::SNS::Topic", ("Subscription", "Endpoint"), _SENDS, "SNS subscription", SNS)

USES = (
    SUBSCRIPTION_ENDPOINT,
    TOPIC_ENDPOINT,
    UseRule("AWS::SNS::Subscription", ("RedrivePolicy", "deadLetterTargetArn"), _DEAD, "SNS subscription", SNS),
    UseRule("AWS::S3::Bucket", ("NotificationConfiguration", "QueueConfigurations", "Queue"), _SENDS, "S3 notification", S3),
    UseRule(
        "Custom::S3BucketNotifications",  # CDK's own resource, which sets the notifications of a bucket
        ("NotificationConfiguration", "QueueConfigurations", "QueueArn"),
        _SENDS,
        "S3 notification",
        S3,
    ),
    RULE_TARGET,
    UseRule("AWS::Events::Rule", ("Targets", "DeadLetterConfig", "Arn"), _DEAD, "EventBridge rule", EVENTS),
    UseRule("AWS::Events::EventBus", ("DeadLetterConfig", "Arn"), _DEAD, "event bus", EVENTS),
    UseRule("AWS::Pipes::Pipe", ("Target",), _SENDS, "EventBridge pipe"),
    UseRule("AWS::Pipes::Pipe", ("SourceParameters", ANY, "DeadLetterConfig", "Arn"), _DEAD, "EventBridge pipe"),
    UseRule("AWS::Scheduler::Schedule", ("Target", "Arn"), _SENDS, "schedule"),
    UseRule("AWS::Scheduler::Schedule", ("Target", "DeadLetterConfig", "Arn"), _DEAD, "schedule"),
    UseRule(FUNCTION, ("DeadLetterConfig", "TargetArn"), _DEAD, "Lambda function"),
    UseRule("AWS::Lambda::EventInvokeConfig", ("DestinationConfig", "OnFailure", "Destination"), _DEAD, "Lambda destination"),
    UseRule("AWS::Lambda::EventInvokeConfig", ("DestinationConfig", "OnSuccess", "Destination"), _SENDS, "Lambda destination"),
    UseRule(MAPPING, ("DestinationConfig", "OnFailure", "Destination"), _DEAD, "event source mapping"),
    UseRule("AWS::IoT::TopicRule", ("TopicRulePayload", "Actions", "Sqs", "QueueUrl"), _SENDS, "IoT rule"),
    UseRule("AWS::IoT::TopicRule", ("TopicRulePayload", "ErrorAction", "Sqs", "QueueUrl"), _DEAD, "error action of an IoT rule"),
    UseRule(MAPPING, ("EventSourceArn",), _CONSUMES, "event source mapping"),
)
