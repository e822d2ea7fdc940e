"""Whether the request of one service for one resource gets through, and whether a statement can have an effect."""

from __future__ import annotations

import copy
import random
from typing import Any, Union

import pytest
from hypothesis import HealthCheck, given, settings
from policies import HIDDEN, NO_TLS, OTHER, OWNER, QUEUE, ROLE, TOPIC, allow, aws, deny, places, policy, service
from test_malformed_policies import judged
from test_verdict_properties import many, randoms, rank
from test_verdicts_against_reference import policy as random_policy

from sqs_checks.judgement.ternary import Ternary
from sqs_checks.model.use_rules import source_of_arn
from sqs_checks.policy.document import read_document
from sqs_checks.policy.key_policy import KeyPolicy
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_REGION, own_arn, own_name
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_arn
from sqs_checks.policy.service_request import ServiceRequest
from sqs_checks.policy.verdicts import QueuePolicy
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.json_text import from_json
from sqs_checks.values.texts import Text

SNS, S3 = "sns.amazonaws.com", "s3.amazonaws.com"
OWN_TOPIC = own_arn("sns", THIS_REGION, THIS_ACCOUNT, own_name("created", "created"))
OTHER_TOPIC = own_arn("sns", THIS_REGION, THIS_ACCOUNT, own_name("cancelled", "cancelled"))
OWN_QUEUE = QueueIdentity("aws", THIS_REGION, THIS_ACCOUNT, "orders")


def request(arn: Union[Text, Unknown] = TOPIC, name: str = SNS) -> ServiceRequest:
    return ServiceRequest(name, *source_of_arn(arn))


def lets_in(stated: Any, sender: ServiceRequest, queue: QueueIdentity) -> Ternary:
    return QueuePolicy(read_document(from_json(stated)), queue).lets_in(sender).granted


def for_arn(arn: Any, operator: str = "ArnEquals") -> dict[str, Any]:
    return {operator: {"aws:SourceArn": arn}}


def for_account(account: Any) -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceAccount": account}}


FOR_TOPIC = allow(service(SNS), for_arn(TOPIC))
# What the row is about, the statements, whether SNS is let in for the topic.
ROWS: list[tuple[str, list[dict[str, Any]], str]] = [
    ("no statement", [], "NO"),
    ("the service, for anything", [allow(service(SNS))], "YES"),
    ("the topic", [FOR_TOPIC], "YES"),
    ("another topic", [allow(service(SNS), for_arn(f"{TOPIC}2"))], "NO"),
    ("every topic of the account", [allow(service(SNS), for_arn(f"arn:aws:sns:*:{OWNER}:*", "ArnLike"))], "YES"),
    ("a pattern as StringLike", [allow(service(SNS), for_arn("arn:aws:sns:*", "StringLike"))], "YES"),
    ("a pattern that is none", [allow(service(SNS), for_arn(f"arn:aws:sns:*:{OWNER}:*", "StringEquals"))], "NO"),
    ("another service", [allow(service(S3), for_arn(TOPIC))], "NO"),
    ("the service by a region's name", [allow(service("sns.eu-south-1.amazonaws.com"))], "unknown"),
    ("everyone, for the topic", [allow("*", for_arn(TOPIC))], "YES"),
    ("everyone of AWS, for the topic", [allow(aws("*"), for_arn(TOPIC))], "YES"),
    ("the account", [allow(service(SNS), for_account(OWNER))], "YES"),
    ("another account", [allow(service(SNS), for_account(OTHER))], "NO"),
    ("a role", [allow(aws(ROLE))], "NO"),
    ("another action", [allow(service(SNS), action="sqs:ReceiveMessage")], "NO"),
    ("another queue", [allow(service(SNS), resource=f"{QUEUE}2")], "NO"),
    ("the organisation of a principal", [allow(service(SNS), {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})], "NO"),
    ("the organisation of the source", [allow(service(SNS), {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}})], "unknown"),
    ("TLS refused", [FOR_TOPIC, deny(NO_TLS)], "YES"),
    ("a Deny for all", [FOR_TOPIC, deny()], "NO"),
    ("a Deny of receiving", [FOR_TOPIC, deny(action="sqs:ReceiveMessage")], "YES"),
    ("a Deny outside an endpoint", [FOR_TOPIC, deny({"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}})], "NO"),
    ("where there is an endpoint", [FOR_TOPIC, deny({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-0a1b2c3d"}})], "NO"),
    ("a Deny outside a network", [FOR_TOPIC, deny({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})], "NO"),
    (
        "a perimeter that exempts services",
        [
            FOR_TOPIC,
            deny(
                {
                    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                }
            ),
        ],
        "YES",
    ),
    ("a Deny but for a role", [FOR_TOPIC, {**deny(), "Principal": ..., "NotPrincipal": aws(ROLE)}], "NO"),
    ("a Deny but for the service", [FOR_TOPIC, {**deny(), "Principal": ..., "NotPrincipal": service(SNS)}], "YES"),
    ("a Deny of other topics", [allow(service(SNS)), deny(for_arn(TOPIC, "ArnNotEquals"))], "YES"),
    ("a Deny of this topic", [allow(service(SNS)), deny(for_arn(TOPIC))], "NO"),
    ("a hidden topic", [allow(service(SNS), for_arn(HIDDEN))], "unknown"),
    ("one of two topics, one hidden", [allow(service(SNS), for_arn([HIDDEN, TOPIC]))], "YES"),
    ("a hidden Deny", [FOR_TOPIC, HIDDEN], "unknown"),  # type: ignore[list-item]
    ("a date", [allow(service(SNS), {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}})], "unknown"),
]


@pytest.mark.parametrize(("statements", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_who_is_let_in(statements: list[Any], expected: str) -> None:
    stated = [
        {name: value for name, value in one.items() if value is not ...} if isinstance(one, dict) else one for one in statements
    ]
    assert repr(lets_in(policy(*stated), request(), identity_from_arn(QUEUE))).startswith(expected)


# What the policy states as the source, of a queue of the code; whether the topic `created` of the same code is let in.
OWN_SOURCES: list[tuple[str, Any, str]] = [
    ("the topic", for_arn(OWN_TOPIC), "YES"),
    ("another topic of the code", for_arn(OTHER_TOPIC), "NO"),
    ("a topic that is written out may be it", for_arn(TOPIC), "unknown"),
    ("a bucket is none", for_arn("arn:aws:s3:::receipts"), "NO"),
    ("every topic", for_arn("arn:aws:sns:*:*:*", "ArnLike"), "YES"),
    ("the own account", for_account(THIS_ACCOUNT), "YES"),
    ("an account that is written out may be it", for_account(OTHER), "unknown"),
]


@pytest.mark.parametrize(("condition", "expected"), [row[1:] for row in OWN_SOURCES], ids=[row[0] for row in OWN_SOURCES])
def test_things_of_the_code(condition: dict[str, Any], expected: str) -> None:
    """What the code calls its own is compared by what it is; a text that is written out may be it."""
    stated = policy(allow(service(SNS), condition, resource="*"))
    assert repr(lets_in(stated, request(OWN_TOPIC), OWN_QUEUE)).startswith(expected)


def test_a_hidden_source_is_let_in_where_it_does_not_matter() -> None:
    hidden = request(HIDDEN)
    assert lets_in(policy(allow(service(SNS))), hidden, OWN_QUEUE).is_yes
    assert lets_in(policy(FOR_TOPIC), hidden, identity_from_arn(QUEUE)).is_unknown
    assert lets_in(policy(allow(service(S3))), hidden, OWN_QUEUE).is_no


USE = ["kms:GenerateDataKey*", "kms:Decrypt"]
KEY_POLICIES: list[tuple[str, list[dict[str, Any]], str]] = [
    ("AWS's own", [allow(aws(f"arn:aws:iam::{OWNER}:root"), action="kms:*", resource="*")], "NO"),
    ("the service", [allow(service(SNS), action=USE, resource="*")], "YES"),
    ("in two statements", [allow(service(SNS), action=one, resource="*") for one in USE], "YES"),
    ("data keys only", [allow(service(SNS), action=USE[0], resource="*")], "NO"),
    ("for the topic", [allow(service(SNS), for_arn(TOPIC), action="kms:*", resource="*")], "YES"),
    ("for another topic", [allow(service(SNS), for_arn(f"{TOPIC}2"), action="kms:*", resource="*")], "NO"),
    ("through SQS", [allow("*", {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}, USE, "*")], "unknown"),
    ("actions of SQS", [allow(service(SNS), action="sqs:*", resource="*")], "NO"),
]


@pytest.mark.parametrize(("statements", "expected"), [row[1:] for row in KEY_POLICIES], ids=[row[0] for row in KEY_POLICIES])
def test_who_may_use_a_key(statements: list[Any], expected: str) -> None:
    assert repr(KeyPolicy(from_json(policy(*statements))).lets_in(request()).granted).startswith(expected)


def hide_one(stated: dict[str, Any], rng: random.Random) -> Any:
    path = rng.choice(list(places(stated)))
    hidden: Any = copy.deepcopy(stated)
    target = hidden
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = HIDDEN
    return hidden


@many
@given(randoms)
def test_hiding_a_value_only_leaves_it_undecided(rng: random.Random) -> None:
    stated = random_policy(rng)
    hidden = hide_one(stated, rng)
    for name in (SNS, "events.amazonaws.com"):
        sender, queue = request(name=name), identity_from_arn(QUEUE)
        before, after = lets_in(stated, sender, queue), lets_in(hidden, sender, queue)
        assert rank(after) in (1, rank(before)), hidden
        assert rank(lets_in(stated, request(HIDDEN, name), queue)) in (1, rank(before)), stated


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(randoms)
def test_hiding_a_value_never_mends_a_statement(rng: random.Random) -> None:
    """CKV_SQS_18 moves to unknown, or nowhere."""
    stated = random_policy(rng)
    before = judged("CKV_SQS_18", stated).violated
    hidden = hide_one(stated, rng)
    assert rank(judged("CKV_SQS_18", hidden).violated) in (1, rank(before)), hidden
