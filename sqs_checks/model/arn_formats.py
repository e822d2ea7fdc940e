"""The formats of ARNs of what policies name, whatever the framework.

Source: AWS Service Authorization Reference, "Resource types defined by" each service.
"""

from __future__ import annotations

from typing import NamedTuple

from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, THIS_REGION, own_arn
from sqs_checks.values.configuration_values import joined_text
from sqs_checks.values.texts import Text


class ArnFormat(NamedTuple):
    """service: in the ARN. prefix: ahead of the name. has_region, has_account: whether it holds these."""

    service: str
    prefix: str = ""
    has_region: bool = True
    has_account: bool = True

    def arn(self, name: Text, region: Text = THIS_REGION, account: Text = THIS_ACCOUNT, partition: Text = THIS_PARTITION) -> Text:
        """The ARN of the thing of a name."""
        resource = joined_text([self.prefix, name])
        return own_arn(self.service, region if self.has_region else "", account if self.has_account else "", resource, partition)


QUEUE = ArnFormat("sqs")
TOPIC = ArnFormat("sns")
BUCKET = ArnFormat("s3", has_region=False, has_account=False)
ROLE = ArnFormat("iam", "role/", has_region=False)
USER = ArnFormat("iam", "user/", has_region=False)
RULE = ArnFormat("events", "rule/")
EVENT_BUS = ArnFormat("events", "event-bus/")
SCHEDULE = ArnFormat("scheduler", "schedule/")
SCHEDULE_GROUP = ArnFormat("scheduler", "schedule-group/")
PIPE = ArnFormat("pipes", "pipe/")
FUNCTION = ArnFormat("lambda", "function:")
ALARM = ArnFormat("cloudwatch", "alarm:")
KEY = ArnFormat("kms", "key/")
STATE_MACHINE = ArnFormat("states", "stateMachine:")
TABLE = ArnFormat("dynamodb", "table/")
LOG_GROUP = ArnFormat("logs", "log-group:")
OUTPOST_BUCKET = ArnFormat("s3-outposts")
RECEIPT_RULE = ArnFormat("ses", "receipt-rule-set/")
REST_API = ArnFormat("apigateway", "/apis/", has_account=False)
