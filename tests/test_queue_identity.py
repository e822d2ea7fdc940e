"""What a queue's URL tells of the queue, in every partition and form that AWS has."""

from __future__ import annotations

from typing import Optional

import pytest

from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_url

PATH = "123456789012/orders"


@pytest.mark.parametrize(
    ("host", "partition", "region"),
    [
        ("sqs.eu-west-1.amazonaws.com", "aws", "eu-west-1"),
        ("sqs.cn-north-1.amazonaws.com.cn", "aws-cn", "cn-north-1"),
        ("sqs.us-gov-west-1.amazonaws.com", "aws-us-gov", "us-gov-west-1"),
        ("sqs.us-iso-east-1.c2s.ic.gov", "aws-iso", "us-iso-east-1"),
        ("sqs.us-isob-east-1.sc2s.sgov.gov", "aws-iso-b", "us-isob-east-1"),
        ("sqs.eu-isoe-west-1.cloud.adc-e.uk", "aws-iso-e", "eu-isoe-west-1"),
        ("sqs.us-isof-south-1.csp.hci.ic.gov", "aws-iso-f", "us-isof-south-1"),
        ("sqs.eusc-de-east-1.amazonaws.eu", "aws-eusc", "eusc-de-east-1"),
        ("sqs.eu-west-1.api.aws", "aws", "eu-west-1"),
        ("sqs-fips.us-east-1.amazonaws.com", "aws", "us-east-1"),
        ("queue.amazonaws.com", "aws", "us-east-1"),
        ("eu-west-1.queue.amazonaws.com", "aws", "eu-west-1"),
        # An endpoint of one's own, a test server: whose region it is, nobody can tell.
        ("sqs.eu-west-1.example.com", None, "eu-west-1"),
        ("localhost:4566", None, None),
    ],
)
def test_url(host: str, partition: Optional[str], region: Optional[str]) -> None:
    assert identity_from_url(f"https://{host}/{PATH}") == QueueIdentity(partition, region, "123456789012", "orders")


@pytest.mark.parametrize("url", ["https://sqs.eu-west-1.amazonaws.com/orders", "arn:aws:sqs:eu-west-1:1:orders", "orders", ""])
def test_no_url(url: str) -> None:
    assert identity_from_url(url) == QueueIdentity()
