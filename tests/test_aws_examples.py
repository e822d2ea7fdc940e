"""The policies of AWS's own documentation get the findings that a practitioner would agree with, and no others.

Source: Amazon SQS Developer Guide, "Basic examples of Amazon SQS policies", "Security best practices", "Tutorial: sending a
message from a VPC"; Amazon S3 User Guide, "Granting permissions to publish event notification messages"; Amazon SNS Developer
Guide, "Subscribing an Amazon SQS queue to an Amazon SNS topic"; IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

from typing import Any

import pytest
from policies import NO_TLS, allow, aws, deny, policy, service
from test_malformed_policies import judged

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import DEFAULTS
from sqs_checks.pack.catalogue import check_classes

CHECKS = sorted(
    check.id
    for check in check_classes()
    if issubclass(check, CloudFormationQueuePolicyCheck) and not object.__new__(check).needed(DEFAULTS)
)
ALL, NETWORK = "sqs:*", {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
NO_PLAIN_HTTP = deny(NO_TLS)
EXAMPLES: list[tuple[str, list[Any], set[int]]] = [
    ("one permission to one account", [allow(aws("111122223333"))], {9}),
    ("two permissions to one account", [allow(aws("111122223333"), action=["sqs:SendMessage", "sqs:ReceiveMessage"])], {9, 10}),
    ("all permissions to two accounts", [allow(aws("111122223333", "444455556666"), action=ALL)], {3, 9, 10, 11}),
    (
        "cross-account permissions to a role and a user",
        [allow(aws("arn:aws:iam::111122223333:role/role1", "arn:aws:iam::111122223333:user/username1"), action=ALL)],
        {3, 8, 10, 11},
    ),
    ("a permission to all users", [allow(action="sqs:ReceiveMessage")], {1}),
    (
        "a time-limited permission to all users",
        [
            allow(
                action="sqs:ReceiveMessage",
                condition={
                    "DateGreaterThan": {"aws:CurrentTime": "2009-01-31T12:00Z"},
                    "DateLessThan": {"aws:CurrentTime": "2009-01-31T15:00Z"},
                },
            )
        ],
        {1},
    ),
    ("all permissions to all users of a network", [allow(condition=NETWORK, action=ALL)], {2, 3, 10, 11}),
    (
        "an allowlist and a denylist of networks",
        [
            allow(condition={**NETWORK, "NotIpAddress": {"aws:SourceIp": "192.0.2.188/32"}}),
            deny({"IpAddress": {"aws:SourceIp": "192.0.2.188/32"}}),
        ],
        {2},
    ),
    ("encryption of data in transit", [], set()),
    (
        "one VPC endpoint, and everything else denied",
        [
            allow(aws("123456789012"), {"StringEquals": {"aws:sourceVpce": "vpce-1a2b3c4d"}}),
            deny({"StringNotEquals": {"aws:sourceVpce": "vpce-1a2b3c4d"}}, action="sqs:SendMessage"),
        ],
        set(),
    ),
    (
        "notifications of a bucket",
        [
            allow(
                service("s3.amazonaws.com"),
                {
                    "ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:amzn-s3-demo-bucket"},
                    "StringEquals": {"aws:SourceAccount": "111122223333"},
                },
            )
        ],
        set(),
    ),
    (
        "messages of a topic",
        [allow(service("sns.amazonaws.com"), {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-2:123456789012:MyTopic"}})],
        set(),
    ),
    (
        "a data perimeter that leaves services out",
        [
            deny(
                {
                    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                }
            ),
            deny(
                {
                    "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-a1b2c3d4e5"},
                    "Null": {"aws:SourceAccount": "false"},
                    "Bool": {"aws:PrincipalIsAWSService": "true"},
                }
            ),
        ],
        set(),
    ),
]


@pytest.mark.parametrize(
    ("statements", "expected"), [pytest.param(statements, expected, id=name) for name, statements, expected in EXAMPLES]
)
def test_example(statements: list[Any], expected: set[int]) -> None:
    """Beside a Deny of plain HTTP, and without it."""
    with_tls, without = policy(*statements, NO_PLAIN_HTTP), policy(*statements)
    assert failed(with_tls) == {f"CKV_SQS_{number}" for number in expected}
    if statements:
        assert failed(without) == {f"CKV_SQS_{number}" for number in {*expected, 12}}


def failed(stated: Any) -> set[str]:
    return {check for check in CHECKS if judged(check, stated).violated.is_yes}
