"""Where CloudFormation's and SAM's resources name a queue that they send to, leave dead letters in or consume.

Source: AWS CloudFormation User Guide and AWS SAM Developer Guide, the resource types of the rows; Amazon SQS Developer
Guide, "Amazon SQS key management" (AWS services that send by themselves).
"""

from __future__ import annotations

from sqs_checks.model.relations import Role
from sqs_checks.model.use_rules import ANY, EVENTS, S3, SNS, UseRule

FUNCTION, SAM_FUNCTION = "AWS::Lambda::Function", "AWS::Serverless::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"
_SENDS, _DEAD, _CONSUMES = Role.SENDS, Role.LEAVES_DEAD_LETTERS, Role.CONSUMES
_OF_EVENT = ("Events", ANY, "Properties")
# `Protocol` stands beside what these rows name.
SUBSCRIPTION_ENDPOINT = UseRule("AWS::SNS::Subscription", ("Endpoint",), _SENDS, "SNS subscription", SNS)
TOPIC_ENDPOINT = UseRule("AWS::SNS::Topic", ("Subscription", "Endpoint"), _SENDS, "SNS subscription", SNS)

USES = (
    SUBSCRIPTION_ENDPOINT,
    TOPIC_ENDPOINT,
    UseRule("AWS::SNS::Subscription", ("RedrivePolicy", "deadLetterTargetArn"), _DEAD, "SNS subscription", SNS),
    UseRule("AWS::S3::Bucket", ("NotificationConfiguration", "QueueConfigurations", "Queue"), _SENDS, "S3 notification", S3),
    UseRule("AWS::Events::Rule", ("Targets", "Arn"), _SENDS, "EventBridge rule", EVENTS),
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
    UseRule(MAPPING, ("EventSourceArn",), _CONSUMES, "event source mapping"),
    UseRule(SAM_FUNCTION, ("DeadLetterQueue", "TargetArn"), _DEAD, "Lambda function"),
    UseRule(SAM_FUNCTION, ("EventInvokeConfig", "DestinationConfig", "OnFailure", "Destination"), _DEAD, "Lambda destination"),
    UseRule(SAM_FUNCTION, ("EventInvokeConfig", "DestinationConfig", "OnSuccess", "Destination"), _SENDS, "Lambda destination"),
    UseRule(SAM_FUNCTION, (*_OF_EVENT, "DeadLetterConfig", "Arn"), _DEAD, "event of a function", EVENTS),
    UseRule(SAM_FUNCTION, (*_OF_EVENT, "DestinationConfig", "OnFailure", "Destination"), _DEAD, "event of a function"),
    UseRule(SAM_FUNCTION, (*_OF_EVENT, "RedrivePolicy", "deadLetterTargetArn"), _DEAD, "SNS event of a function", SNS),
    UseRule(SAM_FUNCTION, (*_OF_EVENT, "SqsSubscription", "QueueArn"), _SENDS, "SNS event of a function", SNS),
    UseRule(SAM_FUNCTION, (*_OF_EVENT, "Queue"), _CONSUMES, "SQS event of a function"),
    UseRule("AWS::Serverless::StateMachine", (*_OF_EVENT, "DeadLetterConfig", "Arn"), _DEAD, "event of a state machine", EVENTS),
)
