"""Invalid policies are a finding of CKV_SQS_14 or unknown: none raises, none hangs, none passes unread."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest
from conftest import HANGING_SECONDS
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import HIDDEN, NO_TLS, QUEUE, ROLE, TOPIC, allow, aws, deny, places, policy, service

from sqs_checks.configuration.settings import DEFAULTS
from sqs_checks.judgement.fault import Judgement, judge
from sqs_checks.pack.catalogue import check_classes
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.queue_identity import identity_from_arn
from sqs_checks.policy.validation import problems_of
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck
from sqs_checks.values.json_text import NotJsonError, from_json, read_json_text

SNS = service("sns.amazonaws.com")
CHECKS = {check.id: check for check in check_classes() if issubclass(check, TerraformQueuePolicyCheck)}
GOOD = policy(
    allow(service("sns.amazonaws.com"), {"ArnEquals": {"aws:SourceArn": [TOPIC]}}, Sid="Topic"),
    allow(aws(ROLE), action=["sqs:ReceiveMessage", "sqs:DeleteMessage"], Sid="Consumer"),
    deny(NO_TLS, Sid="TlsOnly"),
)
ODD: tuple[Any, ...] = (None, "", "text", "ünïcödé", 0, -1, 1.5, 10**30, True, [], [[]], [None], {}, {"": {}}, {"a": [1]}, [{}])


def attached(stated: Any) -> AttachedPolicy:
    if isinstance(stated, str):
        try:
            read = read_json_text(stated)
        except NotJsonError as fault:
            return AttachedPolicy(fault, [identity_from_arn(QUEUE)], "policy")
        return AttachedPolicy(read.stated, [identity_from_arn(QUEUE)], "policy", read.repeated_keys)
    return AttachedPolicy(from_json(stated), [identity_from_arn(QUEUE)], "policy")


def judged(check: str, stated: Any) -> Judgement:
    """The outcome of a check, without Checkov."""
    bare = object.__new__(CHECKS[check])
    return judge(list(bare.faults(attached(stated), DEFAULTS)))


def test_the_good_policy_is_good() -> None:
    for check in CHECKS:
        assert judged(check, GOOD).violated.is_no, check


@pytest.mark.parametrize("path", list(places(GOOD)), ids=lambda path: ".".join(map(str, path)))
def test_a_wrong_type_at_any_place(path: tuple[Any, ...]) -> None:
    """No check raises, and what SQS would refuse does not pass as valid."""
    for odd in ODD:
        broken = copy.deepcopy(GOOD)
        target: Any = broken
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = odd
        for check in CHECKS:
            judged(check, broken)
        may_be_anything = path[-1] == "Sid" or (path[-1] == "Condition" and odd == {})
        # Without a value to compare with, an Allow allows nothing: no protection is lost.
        may_be_anything = may_be_anything or (path[-1] == "aws:SourceArn" and odd == [])
        if not may_be_anything and not (path[-1] == "aws:SecureTransport" and odd is True):
            assert judged("CKV_SQS_14", broken).violated.is_yes, odd


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ("", "nothing"),
        ("{", "half an object"),
        ("[]", "a list"),
        ("null", "null"),
        ('"text"', "a text"),
        ("5", "a number"),
        ("[" * 100_000, "deep nesting"),
        ('{"Statement":' * 5_000 + "{}" + "}" * 5_000, "deep nesting of objects"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', "a key twice"),
        (json.dumps(policy(allow(aws(ROLE)))).replace('"Action"', '"Action": "sqs:*", "Action"'), "an element twice"),
        (json.dumps(policy(allow(aws("\u0430rn:aws:iam::123456789012:role/app")))), "a Cyrillic a in an ARN"),
        (json.dumps(policy(allow(aws(ROLE), action="sqs:S\u0435ndMessage"))), "a Cyrillic e in an action"),
        (json.dumps(policy(allow(aws(ROLE), {"StringEquals": {"aws:SourceAcc\u043eunt": "1"}}))), "a Cyrillic o in a key"),
        (json.dumps(policy(allow(aws(ROLE), {"StringEqu\u0430ls": {"aws:SourceAccount": "1"}}))), "one in an operator"),
        (json.dumps(policy(*[allow(aws(ROLE))] * 21)), "21 statements"),
        (json.dumps(policy(allow(aws(*[f"arn:aws:iam::123456789012:role/r{n}" for n in range(51)])))), "51 principals"),
        (json.dumps(policy(allow(aws(ROLE), Sid="x" * 1_000_000))), "a megabyte"),
        (json.dumps(policy(*[allow(aws(ROLE))] * 5_000)), "a megabyte of statements"),
        (json.dumps(policy(allow(aws("*" * 500 + "a")))), "a row of stars"),
        (json.dumps(policy(allow("*", {"StringLike": {"aws:SourceArn": "*a" * 2_000}}))), "a pattern made to be slow"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_what_is_no_policy(stated: str, why: str) -> None:
    start = time.process_time()
    assert judged("CKV_SQS_14", stated).violated.is_yes or why == "a pattern made to be slow"
    for check in CHECKS:
        judged(check, stated)
    # No measure of speed: what hangs does so for hours.
    assert time.process_time() - start < HANGING_SECONDS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.just(HIDDEN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Version",
                    "Statement",
                    "Effect",
                    "Principal",
                    "NotPrincipal",
                    "Action",
                    "NotAction",
                    "Resource",
                    "NotResource",
                    "Condition",
                    "AWS",
                    "Service",
                    "StringLike",
                    "Null",
                    "aws:SourceArn",
                    "IpAddress",
                    "aws:SourceIp",
                    "ForAllValues:ArnLike",
                    "aws:PrincipalOrgPaths",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=500, deadline=None)
@given(json_values)
def test_no_document_raises(stated: Any) -> None:
    for check in CHECKS:
        judged(check, stated)


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "Version": st.just("2012-10-17"),
            "Statement": st.lists(
                st.fixed_dictionaries(
                    {
                        "Effect": st.sampled_from(["Allow", "Deny"]),
                        "Principal": json_values,
                        "Action": json_values,
                        "Resource": json_values,
                        "Condition": json_values,
                    }
                ),
                max_size=3,
            ),
        }
    )
)
def test_no_statement_raises(stated: Any) -> None:
    for check in CHECKS:
        judged(check, stated)


PROBLEMS: list[tuple[str, Any, str]] = [
    ("no version", {"Statement": [allow(aws(ROLE))]}, "Version"),
    ("an old version", policy(allow(aws(ROLE)), version="2008-10-17"), "Version"),
    ("an element that IAM does not know", {**policy(allow(aws(ROLE))), "Statments": []}, "Statments"),
    ("a statement's element in the wrong case", policy({**allow(aws(ROLE)), "condition": {}}), "Statement[0].condition"),
    ("no statement", policy(), "Statement"),
    ("no effect", policy(allow(aws(ROLE), Effect=...)), "Statement[0].Effect"),
    ("an effect in the wrong case", policy(allow(aws(ROLE), Effect="ALLOW")), "Statement[0].Effect"),
    ("no principal", policy(allow(...)), "Statement[0].Principal"),
    ("both kinds of principal", policy(allow(NotPrincipal=aws(ROLE))), "Statement[0].Principal"),
    ("a bare ARN for a principal", policy(allow(ROLE)), "Statement[0].Principal"),
    ("a list for a principal", policy(allow([ROLE])), "Statement[0].Principal"),
    ("a type of principal in the wrong case", policy(allow({"aws": ROLE})), "Statement[0].Principal.aws"),
    ("a group, which is no principal", policy(allow(aws("arn:aws:iam::123456789012:group/g"))), "Statement[0].Principal.AWS"),
    ("eleven digits", policy(allow(aws("12345678901"))), "Statement[0].Principal.AWS"),
    ("a wildcard inside a principal", policy(allow(aws(ROLE, "arn:aws:iam::*:root"))), "Statement[0].Principal.AWS[1]"),
    ("a service without its domain", policy(allow(service("sns"))), "Statement[0].Principal.Service"),
    ("no action", policy(allow(aws(ROLE), action=...)), "Statement[0].Action"),
    ("an action of another service", policy(allow(aws(ROLE), action="sns:Publish")), "Statement[0].Action"),
    ("an action without a service", policy(allow(aws(ROLE), action="SendMessage")), "Statement[0].Action"),
    ("an action that never was", policy(allow(aws(ROLE), action=["sqs:SendMessage", "sqs:Send"])), "Statement[0].Action[1]"),
    ("a batch", policy(allow(aws(ROLE), action="sqs:DeleteMessageBatch")), "Statement[0].Action"),
    ("eight actions", policy(allow(aws(ROLE), action=["sqs:SendMessage"] * 8)), "Statement[0].Action"),
    ("no resource", policy(allow(aws(ROLE), resource=...)), "Statement[0].Resource"),
    (
        "a URL for a resource",
        policy(allow(aws(ROLE), resource="https://sqs.eu-west-1.amazonaws.com/1/q")),
        "Statement[0].Resource",
    ),
    ("a topic for a resource", policy(allow(aws(ROLE), resource=TOPIC)), "Statement[0].Resource"),
    (
        "an operator that IAM does not know",
        policy(allow(aws(ROLE), {"StringIs": {"aws:SourceArn": TOPIC}})),
        "Statement[0].Condition.StringIs",
    ),
    (
        "NullIfExists",
        policy(allow(aws(ROLE), {"NullIfExists": {"aws:SourceArn": "true"}})),
        "Statement[0].Condition.NullIfExists",
    ),
    (
        "a key of another service",
        policy(allow(aws(ROLE), {"StringEquals": {"s3:prefix": "x"}})),
        "Statement[0].Condition.StringEquals.s3:prefix",
    ),
    (
        "an ARN operator on an account",
        policy(allow(aws(ROLE), {"ArnLike": {"aws:SourceAccount": TOPIC}})),
        "Statement[0].Condition.ArnLike.aws:SourceAccount",
    ),
    (
        "a boolean operator on an ARN",
        policy(allow(aws(ROLE), {"Bool": {"aws:SourceArn": "true"}})),
        "Statement[0].Condition.Bool.aws:SourceArn",
    ),
    ("no boolean", policy(deny({"Bool": {"aws:SecureTransport": "no"}})), "Statement[0].Condition.Bool.aws:SecureTransport"),
    (
        "no network",
        policy(allow(aws(ROLE), {"IpAddress": {"aws:SourceIp": "300.0.0.0/8"}})),
        "Statement[0].Condition.IpAddress.aws:SourceIp",
    ),
    (
        "no ARN",
        policy(allow(aws(ROLE), {"ArnLike": {"aws:SourceArn": "created"}})),
        "Statement[0].Condition.ArnLike.aws:SourceArn",
    ),
    (
        "a key of several values, compared as one",
        policy(allow("*", {"StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}})),
        "Statement[0].Condition.StringLike.aws:PrincipalOrgPaths",
    ),
    (
        "a star that StringEquals takes for itself",
        policy(allow(SNS, {"StringEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:*"}})),
        "Statement[0].Condition.StringEquals.aws:SourceArn",
    ),
    (
        "an organisation by a star",
        policy(deny({"StringNotEquals": {"aws:PrincipalOrgID": "o-*"}})),
        "Statement[0].Condition.StringNotEquals.aws:PrincipalOrgID",
    ),
    (
        "an account of eleven digits",
        policy(allow(SNS, {"StringEquals": {"aws:SourceAccount": "12345678901"}})),
        "Statement[0].Condition.StringEquals.aws:SourceAccount",
    ),
    (
        "one in an ARN",
        policy(allow(SNS, {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:12345678901:*"}})),
        "Statement[0].Condition.ArnLike.aws:SourceArn",
    ),
    (
        "a private network",
        policy(allow(aws(ROLE), {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "10.1.0.0/16"]}})),
        "Statement[0].Condition.IpAddress.aws:SourceIp",
    ),
    (
        "keys that differ by case only",
        policy(allow(SNS, {"StringEquals": {"aws:SourceAccount": "123456789012", "AWS:sourceaccount": "999999999999"}})),
        "Statement[0].Condition.StringEquals.AWS:sourceaccount",
    ),
    (
        "true and false",
        policy(deny({"Bool": {"aws:SecureTransport": ["true", "false"]}})),
        "Statement[0].Condition.Bool.aws:SecureTransport",
    ),
    (
        "a key that AWS's list does not promise of SQS",
        policy(deny({"StringNotEquals": {"aws:VpceAccount": "123456789012"}})),
        "Statement[0].Condition.StringNotEquals.aws:VpceAccount",
    ),
    ("any identity provider", policy(allow({"Federated": "*"})), "Statement[0].Principal.Federated"),
    ("a root of STS", policy(allow(aws("arn:aws:sts::123456789012:root"))), "Statement[0].Principal.AWS"),
    (
        "a role's session without its name",
        policy(allow(aws("arn:aws:sts::123456789012:assumed-role/app"))),
        "Statement[0].Principal.AWS",
    ),
    (
        "a principal of another partition",
        policy(allow(aws("arn:aws-cn:iam::123456789012:role/app"))),
        "Statement[0].Principal.AWS",
    ),
    ("of one that there is not", policy(allow(aws("arn:awss:iam::123456789012:role/app"))), "Statement[0].Principal.AWS"),
    ("a Sid twice", policy(allow(aws(ROLE), Sid="A"), deny(NO_TLS, Sid="A")), "Statement[1].Sid"),
]


@pytest.mark.parametrize(("stated", "path"), [pytest.param(stated, path, id=reason) for reason, stated, path in PROBLEMS])
def test_the_problem_is_found_where_it_is(stated: Any, path: str) -> None:
    """One problem, and its place in the document; the finding names the statement that it stands in."""
    subject = attached(stated)
    partition = subject.queues[0].partition
    (problem,) = problems_of(subject.stated, subject.repeated_keys, partition=partition, compares_documents=True)
    assert problem.path == path
    (fault,) = judged("CKV_SQS_14", stated).faults
    assert path.partition(".")[0] in fault.problem or not path.startswith("Statement["), fault
    assert fault.remedy


def of_bytes(size: int) -> Any:
    empty = len(json.dumps(policy(allow(aws(ROLE), Sid="")), separators=(",", ":")))
    return policy(allow(aws(ROLE), Sid="x" * (size - empty)))


QUOTAS: list[tuple[str, str, Any]] = [
    ("50 principals", "", policy(allow(aws(*[f"arn:aws:iam::123456789012:role/r{n}" for n in range(50)])))),
    (
        "51 in two statements",
        "51 principals",
        policy(
            allow(aws(*[f"arn:aws:iam::123456789012:role/r{n}" for n in range(50)])),
            allow(aws(ROLE), action="sqs:ReceiveMessage"),
        ),
    ),
    ("10 conditions", "", policy(*[allow(aws(ROLE), {"Bool": {"aws:SecureTransport": "true"}}) for _ in range(10)])),
    (
        "11 in as many statements",
        "11 conditions",
        policy(*[allow(aws(ROLE), {"Bool": {"aws:SecureTransport": "true"}}) for _ in range(11)]),
    ),
    ("7 actions", "", policy(allow(aws(ROLE), action=["sqs:SendMessage"] * 7))),
    ("20 statements", "", policy(*[allow(aws(ROLE))] * 20)),
    ("8,192 bytes", "", of_bytes(8192)),
    ("one more", "8193 bytes", of_bytes(8193)),
]


@pytest.mark.parametrize(("problem", "stated"), [pytest.param(problem, stated, id=name) for name, problem, stated in QUOTAS])
def test_quotas(problem: str, stated: Any) -> None:
    """As AWS's page of policy quotas counts them: principals and conditions over the whole policy."""
    found = [fault.problem for fault in judged("CKV_SQS_14", stated).faults]
    assert [problem in text for text in found] == [True] * bool(problem)


@pytest.mark.parametrize(
    ("version", "variable", "terraform", "elsewhere"),
    [
        ("2012-10-17", "${aws:username}", False, False),
        (None, "x", True, False),
        ("2008-10-17", "x", True, False),
        (None, "${aws:username}", True, True),
        ("2008-10-17", "${aws:username}", True, True),
        ("2015-01-01", "x", True, True),
    ],
)
def test_version(version: str | None, variable: str, terraform: bool, elsewhere: bool) -> None:
    """Terraform waits for SQS to give the same document back; elsewhere only policy variables need the version."""
    stated = policy(allow(aws(ROLE), {"StringEquals": {"aws:PrincipalTag/a": variable}}), version=version)
    if version is None:
        del stated["Version"]
    for compares_documents, expected in ((True, terraform), (False, elsewhere)):
        problems = list(problems_of(from_json(stated), compares_documents=compares_documents))
        assert bool(problems) == expected
        assert compares_documents or "Terraform" not in str(problems)


@pytest.mark.parametrize(
    "stated",
    [
        policy(allow(aws("123456789012"))),
        policy(allow(aws("arn:aws:iam::123456789012:role/path/app"))),
        policy(allow(aws("arn:aws:sts::123456789012:assumed-role/app/session"))),
        policy(allow(aws("AROAJQABLZS4A3QDU576Q"))),
        policy(allow(service("logs.eu-west-1.amazonaws.com"))),
        policy(allow({"Federated": "cognito-identity.amazonaws.com"})),
        policy(allow(aws(ROLE), action="SQS:sendmessage")),
        policy(allow(aws(ROLE), resource="arn:aws:sqs:*:*:orders")),
        policy(deny({"StringEquals": {"aws:SecureTransport": "false"}})),
        policy(allow(aws(ROLE), {"StringLike": {"aws:SourceArn": "arn:aws:sns:*"}})),
        policy(allow(aws(ROLE), {"DateLessThan": {"aws:EpochTime": "1900000000"}})),
        policy(allow(aws(ROLE), {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-a/*"}})),
        policy(allow(aws(ROLE), {"Null": {"aws:PrincipalOrgPaths": "false"}})),
        policy(allow(aws(ROLE), {"StringEquals": {"aws:PrincipalTag/rating": "*"}})),
        policy(allow(aws(ROLE), {"StringEquals": {"aws:Referer": "https://example.com/?a=b"}})),
        policy(allow(aws(ROLE), {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}})),
        policy(allow(aws(ROLE), {"IpAddress": {"aws:VpcSourceIp": "10.1.0.0/16"}})),
        policy(allow(aws(ROLE), {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::aws:role/*"}})),
        policy(allow(SNS, {"StringLike": {"aws:SourceAccount": "1234*"}})),
        policy(deny({"Bool": {"aws:SecureTransport": ["false"]}})),
        policy(allow(aws("arn:aws:sts::123456789012:federated-user/alice"))),
        policy(allow(SNS, {"ArnLike": {"codebuild:BuildArn": "arn:aws:codebuild:eu-west-1:123456789012:build/p:*"}})),
        policy(allow(aws(ROLE), {"Null": {"aws:TokenIssueTime": False}})),
        {"Version": "2012-10-17", "Id": "orders", "Statement": allow(aws(ROLE))},
    ],
)
def test_what_sqs_takes_is_no_problem(stated: Any) -> None:
    assert judged("CKV_SQS_14", stated).violated.is_no
