"""Policies decided by hand, each with the reason. YES, NO, or MAYBE where the code does not tell.

Among them every fault that `style.md` names of other tools, and the policies of AWS's own documentation with what AWS says
of them.
"""

from __future__ import annotations

from typing import Any

import pytest
from policies import HIDDEN, NO_TLS, OTHER, OWNER, QUEUE, ROLE, TOPIC, allow, aws, deny, policy, service

from sqs_checks.policy.document import read_document
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_REGION, own_arn, own_name
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_arn
from sqs_checks.policy.trust import NOBODY, Trust
from sqs_checks.policy.verdicts import QueuePolicy
from sqs_checks.values.json_text import from_json

YES, NO, MAYBE = "YES", "NO", "unknown"
ORG = "o-1234567890"
ROOT, FOREIGN_ROOT = f"arn:aws:iam::{OWNER}:root", f"arn:aws:iam::{OTHER}:root"
FOREIGN_ROLE = f"arn:aws:iam::{OTHER}:role/partner"
SNS, S3 = service("sns.amazonaws.com"), service("s3.amazonaws.com")


def when(operator: str, key: str, *values: Any) -> dict[str, Any]:
    """One condition."""
    return {operator: {key: values[0] if len(values) == 1 else list(values)}}


def both(*conditions: dict[str, Any]) -> dict[str, Any]:
    """Several conditions in one block."""
    block: dict[str, Any] = {}
    for condition in conditions:
        for operator, keys in condition.items():
            block.setdefault(operator, {}).update(keys)
    return block


PUBLIC: list[tuple[str, str, list[Any]]] = [
    # Principals.
    (YES, "everyone may send", [allow()]),
    (YES, "AWS: * is everyone, those without credentials too", [allow(aws("*"))]),
    (YES, "so is a list of one star", [allow({"AWS": ["*"]})]),
    (YES, "one star among others is enough", [allow(aws(ROLE, "*"))]),
    (NO, "an account is no stranger's", [allow(aws(OTHER))]),
    (NO, "nor is a role", [allow(aws(FOREIGN_ROLE))]),
    (NO, "a named service is the confused deputy's matter", [allow(SNS)]),
    (NO, "nobody is named", [allow({"AWS": []})]),
    (NO, "no principal at all lets nobody in", [allow(...)]),
    (YES, "all but one account is everyone else", [allow(..., NotPrincipal=aws(FOREIGN_ROOT))]),
    (YES, "all but a service: those without credentials too", [allow(..., NotPrincipal=SNS)]),
    (NO, "all but everyone is nobody", [allow(..., NotPrincipal="*")]),
    (YES, "a wildcard inside an ARN, taken at its word", [allow(aws("arn:aws:iam::*:root"))]),
    (NO, "a wildcard for the roles of one account", [allow(aws(f"arn:aws:iam::{OTHER}:role/*"))]),
    (MAYBE, "a principal that is hidden may be everyone", [allow(aws(HIDDEN))]),
    (MAYBE, "so may the whole element", [allow(HIDDEN)]),
    (YES, "a hidden principal beside everyone changes nothing", [allow(aws("*", HIDDEN))]),
    (MAYBE, "all but somebody hidden: that may be everyone", [allow(..., NotPrincipal=aws(HIDDEN))]),
    # Effects and statements.
    (NO, "a Deny lets nobody in", [deny()]),
    (NO, "an empty list of statements", []),
    (YES, "only the second statement is read by some tools", [deny(NO_TLS), allow()]),
    (NO, "an effect in the wrong case is no Allow", [allow(Effect="allow")]),
    (MAYBE, "a hidden effect may be Allow", [allow(Effect=HIDDEN)]),
    (MAYBE, "a hidden statement may be anything", [HIDDEN]),
    (MAYBE, "a hidden statement beside an open one may be a Deny", [allow(), HIDDEN]),
    # Actions.
    (YES, "reading is as bad as sending", [allow(action="sqs:ReceiveMessage")]),
    (YES, "purging is honoured across accounts", [allow(action="sqs:PurgeQueue")]),
    (YES, "attributes tell the policy and the backlog", [allow(action="sqs:GetQueueAttributes")]),
    (NO, "SQS ignores foreign grants of DeleteQueue", [allow(action="sqs:DeleteQueue")]),
    (NO, "and of AddPermission", [allow(action=["sqs:AddPermission", "sqs:RemovePermission"])]),
    (NO, "and of SetQueueAttributes", [allow(action="sqs:SetQueueAttributes")]),
    (NO, "and of tags", [allow(action=["sqs:TagQueue", "sqs:UntagQueue", "sqs:ListQueueTags"])]),
    (NO, "and of move tasks", [allow(action=["sqs:StartMessageMoveTask", "sqs:CancelMessageMoveTask"])]),
    (NO, "CreateQueue acts on no queue", [allow(action=["sqs:CreateQueue", "sqs:ListQueues"])]),
    (YES, "one honoured action among ignored ones", [allow(action=["sqs:DeleteQueue", "sqs:SendMessage"])]),
    (YES, "the wildcard of the service, upper case", [allow(action="SQS:*")]),
    (YES, "everything", [allow(action="*")]),
    (YES, "an odd case", [allow(action="Sqs:sendmessage")]),
    (YES, "a wildcard in the service's name", [allow(action="s*:SendMessage")]),
    (YES, "question marks", [allow(action="sqs:????Message")]),
    (NO, "an action of another service", [allow(action="sns:Publish")]),
    (NO, "an action without a service", [allow(action="SendMessage")]),
    (YES, "all but one action", [allow(action=..., NotAction="sqs:SendMessage")]),
    (NO, "all but all of them", [allow(action=..., NotAction="sqs:*")]),
    (
        NO,
        "all but those that SQS honours for strangers",
        [allow(action=..., NotAction=["sqs:*Message*", "sqs:Get*", "sqs:ListDead*", "sqs:Purge*"])],
    ),
    (MAYBE, "a hidden action may be honoured", [allow(action=HIDDEN)]),
    (MAYBE, "a hidden exception may be every action", [allow(action=..., NotAction=HIDDEN)]),
    # Resources.
    (YES, "any resource is this queue too", [allow(resource="*")]),
    (NO, "another queue", [allow(resource=f"{QUEUE}-dead")]),
    (YES, "a wildcard that reaches this queue", [allow(resource="arn:aws:sqs:*:*:ord*")]),
    (NO, "a wildcard that does not", [allow(resource="arn:aws:sqs:*:*:pay*")]),
    (YES, "a missing resource, once taken for the queue", [allow(resource=...)]),
    (YES, "all but another queue", [allow(resource=..., NotResource=f"{QUEUE}-dead")]),
    (NO, "all but this queue", [allow(resource=..., NotResource=QUEUE)]),
    (MAYBE, "a hidden resource may be this queue", [allow(resource=HIDDEN)]),
    (YES, "this queue among others", [allow(resource=[f"{QUEUE}-dead", QUEUE])]),
    # What a caller chooses itself limits nobody.
    (YES, "TLS is anybody's", [allow("*", when("Bool", "aws:SecureTransport", "true"))]),
    (YES, "so is plain HTTP", [allow("*", when("Bool", "aws:SecureTransport", "false"))]),
    (NO, "neither with TLS nor without", [allow("*", when("Bool", "aws:SecureTransport", "maybe"))]),
    (YES, "a user agent is a header", [allow("*", when("StringEquals", "aws:UserAgent", "orders"))]),
    (YES, "a referer is a header", [allow("*", when("StringLike", "aws:Referer", "https://example.com/*"))]),
    (YES, "tags of one's own principal", [allow("*", when("StringEquals", "aws:PrincipalTag/team", "orders"))]),
    (YES, "a user name of one's own account", [allow("*", when("StringEquals", "aws:username", "alice"))]),
    (YES, "MFA of one's own account", [allow("*", when("Bool", "aws:MultiFactorAuthPresent", "true"))]),
    (YES, "the time passes for everybody", [allow("*", when("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"))]),
    (YES, "and until a date", [allow("*", when("DateLessThan", "aws:CurrentTime", "2099-01-01T00:00:00Z"))]),
    (
        NO,
        "a time that is before and after",
        [
            allow(
                "*",
                both(
                    when("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"),
                    when("DateGreaterThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"),
                ),
            )
        ],
    ),
    (YES, "the queue's account is the queue's, whoever calls", [allow("*", when("StringEquals", "aws:ResourceAccount", OWNER))]),
    (NO, "another account than the queue's", [allow("*", when("StringEquals", "aws:ResourceAccount", OTHER))]),
    (YES, "through a service on one's behalf", [allow("*", when("StringEquals", "aws:CalledViaFirst", "athena.amazonaws.com"))]),
    (YES, "private addresses are in everybody's VPC", [allow("*", when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/24"))]),
    # What a caller cannot have limits.
    (NO, "an organisation", [allow("*", when("StringEquals", "aws:PrincipalOrgID", ORG))]),
    (NO, "an account", [allow("*", when("StringEquals", "aws:PrincipalAccount", OTHER))]),
    (NO, "the ARN of a role", [allow("*", when("ArnEquals", "aws:PrincipalArn", FOREIGN_ROLE))]),
    (NO, "the roles of one account", [allow("*", when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OTHER}:role/*"))]),
    (YES, "a role of that name in any account", [allow("*", when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/partner"))]),
    (NO, "a unique id", [allow("*", when("StringEquals", "aws:userid", "AIDAJQABLZS4A3QDU576Q"))]),
    (NO, "the sessions of one role", [allow("*", when("StringLike", "aws:userid", "AROAJQABLZS4A3QDU576Q:*"))]),
    (YES, "any unique id of a user", [allow("*", when("StringLike", "aws:userid", "AIDA*"))]),
    (NO, "a VPC", [allow("*", when("StringEquals", "aws:SourceVpc", "vpc-0123456789abcdef0"))]),
    (NO, "an endpoint", [allow("*", when("StringEquals", "aws:SourceVpce", "vpce-0123456789abcdef0"))]),
    (
        YES,
        "any endpoint: AWS's documentation of public access says so",
        [allow("*", when("StringLike", "aws:SourceVpce", "vpce-*"))],
    ),
    (YES, "any VPC", [allow("*", when("StringLike", "aws:SourceVpc", "vpc-*"))]),
    (
        NO,
        "an organisation and a part of it",
        [allow("*", when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", f"{ORG}/r-ab12/*"))],
    ),
    (YES, "any organisation's paths", [allow("*", when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*"))]),
    (
        NO,
        "a hidden value cannot be told, but a second one limits",
        [allow("*", both(when("StringEquals", "aws:PrincipalTag/a", HIDDEN), when("StringEquals", "aws:PrincipalOrgID", ORG)))],
    ),
    (MAYBE, "a hidden organisation may be a wildcard of none", [allow("*", when("StringEquals", "aws:PrincipalOrgID", HIDDEN))]),
    (MAYBE, "one organisation stated, another hidden", [allow("*", when("StringEquals", "aws:PrincipalOrgID", ORG, HIDDEN))]),
    (NO, "a list of organisations", [allow("*", when("StringEquals", "aws:PrincipalOrgID", ORG, "o-abcdefghij"))]),
    (YES, "one wildcard in the list undoes the others", [allow("*", when("StringLike", "aws:PrincipalOrgID", ORG, "o-*"))]),
    (NO, "a star that StringEquals takes for itself", [allow("*", when("StringEquals", "aws:PrincipalOrgID", "*"))]),
    # Sources.
    (NO, "one topic", [allow("*", when("ArnEquals", "aws:SourceArn", TOPIC))]),
    (NO, "one topic, as text", [allow("*", when("StringEquals", "aws:SourceArn", TOPIC))]),
    (NO, "topics of one account", [allow("*", when("ArnLike", "aws:SourceArn", f"arn:aws:sns:*:{OWNER}:*"))]),
    (YES, "topics of that name anywhere", [allow("*", when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:created"))]),
    (YES, "any source", [allow("*", when("ArnLike", "aws:SourceArn", "*"))]),
    (YES, "any source, part by part", [allow("*", when("ArnLike", "aws:SourceArn", "arn:aws:*:*:*:*"))]),
    (YES, "any topic, as text", [allow("*", when("StringLike", "aws:SourceArn", "arn:aws:sns:*"))]),
    (NO, "one bucket: nobody else has its name", [allow("*", when("ArnLike", "aws:SourceArn", "arn:aws:s3:::receipts"))]),
    (NO, "one bucket, account and region open", [allow("*", when("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:receipts"))]),
    (YES, "buckets whose names begin so", [allow("*", when("ArnLike", "aws:SourceArn", "arn:aws:s3:::receipts-*"))]),
    (YES, "any bucket", [allow("*", when("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"))]),
    (NO, "one account", [allow("*", when("StringEquals", "aws:SourceAccount", OWNER))]),
    (NO, "the old name of the key", [allow("*", when("StringEquals", "aws:SourceOwner", OWNER))]),
    (YES, "any account", [allow("*", when("StringLike", "aws:SourceAccount", "*"))]),
    (YES, "accounts whose number begins so", [allow("*", when("StringLike", "aws:SourceAccount", "1234*"))]),
    (NO, "one organisation's services", [allow("*", when("StringEquals", "aws:SourceOrgID", ORG))]),
    (
        NO,
        "any topic, but of one account: two conditions count together",
        [
            allow(
                "*",
                both(
                    when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:created"), when("StringEquals", "aws:SourceAccount", OWNER)
                ),
            )
        ],
    ),
    (NO, "two sources are one or the other", [allow("*", when("ArnEquals", "aws:SourceArn", TOPIC, f"{TOPIC}-2"))]),
    (YES, "one of them is open", [allow("*", when("ArnLike", "aws:SourceArn", TOPIC, "arn:aws:sns:*:*:*"))]),
    (MAYBE, "a hidden source may be open", [allow("*", when("ArnLike", "aws:SourceArn", HIDDEN))]),
    (YES, "a hidden source beside an open one", [allow("*", when("ArnLike", "aws:SourceArn", HIDDEN, "arn:aws:sns:*:*:*"))]),
    (
        NO,
        "services only, and of this account",
        [allow("*", both(when("Bool", "aws:PrincipalIsAWSService", "true"), when("StringEquals", "aws:SourceAccount", OWNER)))],
    ),
    (YES, "any service, for anybody", [allow("*", when("Bool", "aws:PrincipalIsAWSService", "true"))]),
    # Networks.
    (NO, "an office's network", [allow("*", when("IpAddress", "aws:SourceIp", "198.51.100.0/24"))]),
    (NO, "one address", [allow("*", when("IpAddress", "aws:SourceIp", "198.51.100.7"))]),
    (NO, "a /8 is the broadest that counts", [allow("*", when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))]),
    (YES, "a /7 is the internet", [allow("*", when("IpAddress", "aws:SourceIp", "10.0.0.0/7"))]),
    (YES, "all of it", [allow("*", when("IpAddress", "aws:SourceIp", "0.0.0.0/0"))]),
    (YES, "all of it in two halves", [allow("*", when("IpAddress", "aws:SourceIp", "0.0.0.0/1", "128.0.0.0/1"))]),
    (YES, "all of IPv6", [allow("*", when("IpAddress", "aws:SourceIp", "::/0"))]),
    (NO, "a /32 of IPv6", [allow("*", when("IpAddress", "aws:SourceIp", "2001:db8::/32"))]),
    (YES, "a /31 of IPv6", [allow("*", when("IpAddress", "aws:SourceIp", "2001:db8::/31"))]),
    (YES, "an office beside the internet", [allow("*", when("IpAddress", "aws:SourceIp", "198.51.100.0/24", "0.0.0.0/0"))]),
    (YES, "everybody but an office", [allow("*", when("NotIpAddress", "aws:SourceIp", "198.51.100.0/24"))]),
    (
        YES,
        "the internet but an office",
        [
            allow(
                "*", both(when("IpAddress", "aws:SourceIp", "0.0.0.0/0"), when("NotIpAddress", "aws:SourceIp", "198.51.100.0/24"))
            )
        ],
    ),
    (
        NO,
        "an office but one of its addresses",
        [
            allow(
                "*",
                both(
                    when("IpAddress", "aws:SourceIp", "198.51.100.0/24"), when("NotIpAddress", "aws:SourceIp", "198.51.100.7/32")
                ),
            )
        ],
    ),
    (NO, "no network at all", [allow("*", when("IpAddress", "aws:SourceIp", "office"))]),
    # Negation, absence, sets.
    (YES, "all but one account", [allow("*", when("StringNotEquals", "aws:PrincipalAccount", OTHER))]),
    (YES, "all but one topic: no source is not that topic", [allow("*", when("ArnNotEquals", "aws:SourceArn", TOPIC))]),
    (YES, "an absent key satisfies IfExists", [allow("*", when("StringEqualsIfExists", "aws:SourceAccount", OWNER))]),
    (YES, "for an endpoint too", [allow("*", when("StringEqualsIfExists", "aws:SourceVpce", "vpce-0123456789abcdef0"))]),
    (YES, "and for an organisation", [allow("*", when("StringEqualsIfExists", "aws:PrincipalOrgID", ORG))]),
    (YES, "no value is all values", [allow("*", when("ForAllValues:StringEquals", "aws:PrincipalOrgID", ORG))]),
    (YES, "for paths too", [allow("*", when("ForAllValues:StringLike", "aws:PrincipalOrgPaths", f"{ORG}/*"))]),
    (
        NO,
        "unless the key must be there",
        [
            allow(
                "*",
                both(
                    when("ForAllValues:StringLike", "aws:PrincipalOrgPaths", f"{ORG}/*"),
                    when("Null", "aws:PrincipalOrgPaths", "false"),
                ),
            )
        ],
    ),
    (NO, "some value must be there, and fit", [allow("*", when("ForAnyValue:StringEquals", "aws:PrincipalOrgID", ORG))]),
    (YES, "callers in no organisation", [allow("*", when("Null", "aws:PrincipalOrgID", "true"))]),
    (YES, "callers in any organisation", [allow("*", when("Null", "aws:PrincipalOrgID", "false"))]),
    (YES, "requests without a source", [allow("*", when("Null", "aws:SourceArn", "true"))]),
    (YES, "requests with one: a service's for a stranger", [allow("*", when("Null", "aws:SourceArn", "false"))]),
    (NO, "TLS is always known", [allow("*", when("Null", "aws:SecureTransport", "true"))]),
    (NO, "an empty list of values fits nothing", [allow("*", when("StringEquals", "aws:UserAgent", *[[]]))]),
    (YES, "and its negation everything", [allow("*", when("StringNotEquals", "aws:UserAgent", *[[]]))]),
    # Operators and keys.
    (YES, "the case of keys does not count", [allow("*", when("stringequals", "AWS:useragent", "x"))]),
    (
        NO,
        "the case of values does",
        [allow("*", both(when("StringEquals", "aws:PrincipalTag/a", "x"), when("StringEquals", "aws:principaltag/a", "X")))],
    ),
    (YES, "unless the operator ignores it", [allow("*", when("StringEqualsIgnoreCase", "aws:PrincipalTag/a", "X"))]),
    (MAYBE, "an operator that IAM does not know", [allow("*", when("StringMatches", "aws:PrincipalOrgID", ORG))]),
    (MAYBE, "a global key that is not known", [allow("*", when("StringEquals", "aws:SourceAcount", OWNER))]),
    (NO, "a key of another service is never there", [allow("*", when("StringEquals", "s3:prefix", "x"))]),
    (
        NO,
        "SQS asks for tags of a queue in policies of IAM only",
        [allow("*", when("StringEquals", "aws:ResourceTag/open", "yes"))],
    ),
    (YES, "so they are never there", [allow("*", when("StringNotEquals", "aws:ResourceTag/open", "no"))]),
    (
        NO,
        "an unknown key leaves the others as they are",
        [allow("*", both(when("StringEquals", "aws:Brandnew", "x"), when("StringEquals", "aws:PrincipalOrgID", ORG)))],
    ),
    (MAYBE, "nor does it hide what they let in", [allow("*", both(when("StringEquals", "aws:Brandnew", "x"), NO_TLS))]),
    # Who carries which key.
    (
        YES,
        "callers without credentials do not say that they are no service",
        [allow("*", when("Null", "aws:PrincipalIsAWSService", "true"))],
    ),
    (
        YES,
        "so a Deny of all that are none leaves them",
        [
            allow(),
            deny(when("Bool", "aws:PrincipalIsAWSService", "false")),
            deny(when("StringEquals", "aws:PrincipalIsAWSService", "true")),
        ],
    ),
    (
        NO,
        "unless it counts where the key is absent",
        [
            allow(),
            deny(when("BoolIfExists", "aws:PrincipalIsAWSService", "false")),
            deny(when("Bool", "aws:PrincipalIsAWSService", "true")),
        ],
    ),
    (YES, "the queue's own region is everybody's", [allow("*", when("StringEquals", "aws:RequestedRegion", "eu-west-1"))]),
    (NO, "no queue is called in another region", [allow("*", when("StringEquals", "aws:RequestedRegion", "us-east-1"))]),
    (NO, "every request has a user agent", [allow("*", when("Null", "aws:UserAgent", "true"))]),
    (YES, "whichever it is", [allow("*", when("Null", "aws:UserAgent", "false"))]),
    (NO, "only requests that tag the queue hold tags", [allow("*", when("StringEquals", "aws:RequestTag/a", "x"))]),
    (
        NO,
        "and SQS lets no stranger tag it",
        [allow("*", when("ForAnyValue:StringEquals", "aws:TagKeys", "a"), action="sqs:TagQueue")],
    ),
    (YES, "sending without tags", [allow("*", when("ForAllValues:StringEquals", "aws:TagKeys", "a"))]),
    (
        NO,
        "a role's ARN is the role's, never its session's",
        [allow("*", when("ArnLike", "aws:PrincipalArn", "arn:aws:sts::*:assumed-role/app/*"))],
    ),
    (YES, "any role of that name", [allow("*", when("ArnLike", "aws:PrincipalArn", "arn:aws:*::*:role/app"))]),
    (
        NO,
        "a role has no user name",
        [
            allow(
                "*",
                both(when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"), when("StringLike", "aws:username", "*")),
            )
        ],
    ),
    (
        YES,
        "a user has one",
        [
            allow(
                "*",
                both(when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"), when("StringLike", "aws:username", "*")),
            )
        ],
    ),
    (
        NO,
        "no service acts for a caller without credentials",
        [allow("*", both(when("Bool", "aws:ViaAWSService", "true"), when("Null", "aws:PrincipalArn", "true")))],
    ),
    (YES, "one may for a stranger", [allow("*", when("Bool", "aws:ViaAWSService", "true"))]),
    (NO, "no service uses plain HTTP", [allow("*", both(NO_TLS, when("Bool", "aws:PrincipalIsAWSService", "true")))]),
    (
        NO,
        "nor a customer's endpoint",
        [allow("*", both(when("StringLike", "aws:SourceVpce", "*"), when("Bool", "aws:PrincipalIsAWSService", "true")))],
    ),
    (
        NO,
        "nor an address",
        [allow("*", both(when("IpAddress", "aws:SourceIp", "0.0.0.0/0"), when("Bool", "aws:PrincipalIsAWSService", "true")))],
    ),
    (
        YES,
        "the service that is left is without both",
        [allow("*", both(when("Null", "aws:SourceIp", "true"), when("Null", "aws:SourceVpce", "true")))],
    ),
    (YES, "an agent's server calls for anybody", [allow("*", when("Bool", "aws:ViaAWSMCPService", "true"))]),
    (
        NO,
        "a function of one account",
        [allow("*", when("ArnLike", "lambda:SourceFunctionArn", f"arn:aws:lambda:*:{OTHER}:function:*"))],
    ),
    (
        YES,
        "any account's function of that name",
        [allow("*", when("ArnLike", "lambda:SourceFunctionArn", "arn:aws:lambda:*:*:function:sync"))],
    ),
    (
        NO,
        "one build project",
        [allow("*", when("ArnEquals", "codebuild:ProjectArn", f"arn:aws:codebuild:eu-west-1:{OTHER}:project/p"))],
    ),
    # What the caller chooses, where it chooses the other side too.
    (
        YES,
        "an organisation that its tag names",
        [allow("*", when("StringEquals", "aws:PrincipalOrgID", "${aws:PrincipalTag/org}"))],
    ),
    (YES, "a tag that names its account", [allow("*", when("StringEquals", "aws:PrincipalTag/a", "${aws:PrincipalAccount}"))]),
    (YES, "with text around it", [allow("*", when("StringEquals", "aws:PrincipalTag/a", "of-${aws:PrincipalAccount}"))]),
    (
        YES,
        "a role of that name in its own account",
        [allow("*", when("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:role/app"))],
    ),
    (
        YES,
        "a topic of that name in its own account",
        [allow("*", when("ArnEquals", "aws:SourceArn", "arn:aws:sns:eu-west-1:${aws:SourceAccount}:created"))],
    ),
    (
        NO,
        "the account of the queue",
        [allow("*", when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::${aws:ResourceAccount}:role/*"))],
    ),
    (
        YES,
        "other organisations have units of the same ids",
        [allow("*", when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*/r-ab12/ou-ab12-11111111/*"))],
    ),
    (
        YES,
        "ForAllValues of one value is true without it: a service has no account",
        [allow("*", when("ForAllValues:StringEquals", "aws:PrincipalAccount", OWNER))],
    ),
    (NO, "ForAnyValue is not", [allow("*", when("ForAnyValue:StringEquals", "aws:PrincipalAccount", OWNER))]),
    # Services that a Deny leaves out.
    (YES, "all but a service are denied: it comes in for anybody", [allow(), deny(principal=..., NotPrincipal=SNS)]),
    (
        NO,
        "for one topic only",
        [allow("*", when("ArnEquals", "aws:SourceArn", TOPIC)), deny(principal=..., NotPrincipal=SNS)],
    ),
    (NO, "a named service is still no public one", [allow(SNS), deny(principal=..., NotPrincipal=SNS)]),
    (MAYBE, "a condition that is hidden", [allow("*", HIDDEN)]),
    (MAYBE, "a condition that is no mapping", [allow("*", "aws:SourceArn")]),
    (NO, "an ARN is compared part by part", [allow("*", when("ArnLike", "aws:SourceArn", "arn:aws:sns:*"))]),
    (YES, "numbers", [allow("*", when("NumericLessThan", "aws:MultiFactorAuthAge", "300"))]),
    (NO, "a number that is none", [allow("*", when("NumericLessThan", "aws:MultiFactorAuthAge", "soon"))]),
    # Variables.
    (
        NO,
        "the caller's account is the queue's",
        [allow("*", when("StringEquals", "aws:PrincipalAccount", "${aws:ResourceAccount}"))],
    ),
    (NO, "and the other way round", [allow("*", when("StringEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}"))]),
    (NO, "the organisations are the same", [allow("*", when("StringEquals", "aws:ResourceOrgID", "${aws:PrincipalOrgID}"))]),
    (YES, "one's own name is one's own", [allow("*", when("StringEquals", "aws:PrincipalTag/owner", "${aws:username}"))]),
    (YES, "a default fills in", [allow("*", when("StringEquals", "aws:UserAgent", "${aws:username, 'nobody'}"))]),
    (YES, "a literal star", [allow("*", when("StringLike", "aws:UserAgent", "${*}"))]),
    # Deny.
    (NO, "denied again, wholly", [allow(), deny()]),
    (NO, "whatever the order", [deny(), allow()]),
    (NO, "outside the organisation", [allow(), deny(when("StringNotEquals", "aws:PrincipalOrgID", ORG))]),
    (
        YES,
        "the exception for services opens it again",
        [
            allow(),
            deny(
                both(
                    when("StringNotEqualsIfExists", "aws:PrincipalOrgID", ORG),
                    when("BoolIfExists", "aws:PrincipalIsAWSService", "false"),
                )
            ),
        ],
    ),
    (
        NO,
        "services barred as well",
        [
            allow(),
            deny(
                both(
                    when("StringNotEqualsIfExists", "aws:PrincipalOrgID", ORG),
                    when("BoolIfExists", "aws:PrincipalIsAWSService", "false"),
                )
            ),
            deny(
                both(
                    when("StringNotEqualsIfExists", "aws:SourceOrgID", ORG),
                    when("BoolIfExists", "aws:PrincipalIsAWSService", "true"),
                )
            ),
        ],
    ),
    (YES, "a Deny of plain HTTP leaves HTTPS", [allow(), deny(NO_TLS)]),
    (NO, "HTTPS and HTTP both denied", [allow(), deny(NO_TLS), deny(when("Bool", "aws:SecureTransport", "true"))]),
    (YES, "another action denied", [allow(action=["sqs:SendMessage", "sqs:ReceiveMessage"]), deny(action="sqs:SendMessage")]),
    (YES, "another queue denied", [allow(), deny(resource=f"{QUEUE}-dead")]),
    (YES, "another principal denied", [allow(), deny(principal=aws(OTHER))]),
    (YES, "an office denied", [allow(), deny(when("IpAddress", "aws:SourceIp", "198.51.100.0/24"))]),
    (NO, "all but an office denied", [allow(), deny(when("NotIpAddress", "aws:SourceIp", "198.51.100.0/24"))]),
    (
        YES,
        "all but an office denied, where an address is known",
        [allow(), deny(when("NotIpAddressIfExists", "aws:SourceIp", "0.0.0.0/0", "::/0"))],
    ),
    (NO, "all but own principals denied", [allow(), deny(principal=..., NotPrincipal=aws(ROOT))]),
    (
        YES,
        "two Denies that leave a gap",
        [allow(), deny(when("IpAddress", "aws:SourceIp", "0.0.0.0/2")), deny(when("IpAddress", "aws:SourceIp", "128.0.0.0/1"))],
    ),
    (
        NO,
        "three that leave none",
        [
            allow("*", when("Null", "aws:SourceIp", "false")),
            deny(when("IpAddress", "aws:SourceIp", "0.0.0.0/1")),
            deny(when("IpAddress", "aws:SourceIp", "128.0.0.0/1")),
            deny(when("IpAddress", "aws:SourceIp", "::/0")),
        ],
    ),
    (MAYBE, "a hidden Deny may close it", [allow(), deny(HIDDEN)]),
    (MAYBE, "a Deny of hidden actions", [allow(), deny(action=HIDDEN)]),
    (YES, "a Deny hidden in part that cannot reach", [allow(), deny(HIDDEN, action="sqs:ReceiveMessage")]),
    # AWS's documentation: Amazon SQS Developer Guide, "Basic examples"; S3 User Guide, "The meaning of public".
    (NO, "AWS: one permission to one account", [allow(aws("111122223333"))]),
    (NO, "AWS: all permissions to two accounts", [allow(aws("111122223333", "444455556666"), action="sqs:*")]),
    (
        NO,
        "AWS: to a role and a user",
        [allow(aws("arn:aws:iam::111122223333:role/role1", "arn:aws:iam::111122223333:user/username1"), action="sqs:*")],
    ),
    (YES, "AWS: to all users", [allow(action="sqs:ReceiveMessage")]),
    (
        YES,
        "AWS: to all users for a time",
        [
            allow(
                "*",
                both(
                    when("DateGreaterThan", "aws:CurrentTime", "2009-01-31T12:00Z"),
                    when("DateLessThan", "aws:CurrentTime", "2009-01-31T15:00Z"),
                ),
                action="sqs:ReceiveMessage",
            )
        ],
    ),
    (NO, "AWS: to all users of a network", [allow("*", when("IpAddress", "aws:SourceIp", "192.0.2.0/24"), action="sqs:*")]),
    (
        NO,
        "AWS: a network but one address",
        [
            allow(
                "*",
                both(when("IpAddress", "aws:SourceIp", "192.0.2.0/24"), when("NotIpAddress", "aws:SourceIp", "192.0.2.188/32")),
            )
        ],
    ),
    (NO, "AWS: a topic subscribes the queue", [allow(SNS, when("ArnEquals", "aws:SourceArn", TOPIC))]),
    (NO, "AWS: a VPC, by its id", [allow("*", when("StringEquals", "aws:SourceVpc", "vpc-91237329"))]),
    (YES, "AWS: a VPC, by a wildcard", [allow("*", when("StringLike", "aws:SourceVpc", "vpc-*"))]),
]

CROSS_ACCOUNT: list[tuple[str, str, list[Any]]] = [
    (YES, "public is across accounts", [allow()]),
    (YES, "another account", [allow(aws(FOREIGN_ROOT))]),
    (YES, "its bare number", [allow(aws(OTHER))]),
    (YES, "a role of it", [allow(aws(FOREIGN_ROLE))]),
    (NO, "the own account", [allow(aws(ROOT))]),
    (NO, "a role of the own account", [allow(aws(ROLE))]),
    (NO, "a service is nobody's account", [allow(SNS)]),
    (NO, "a topic of the own account", [allow("*", when("ArnEquals", "aws:SourceArn", TOPIC))]),
    (YES, "a topic of another one", [allow(SNS, when("ArnEquals", "aws:SourceArn", f"arn:aws:sns:eu-west-1:{OTHER}:t"))]),
    (YES, "an organisation", [allow("*", when("StringEquals", "aws:PrincipalOrgID", ORG))]),
    (YES, "an endpoint", [allow("*", when("StringEquals", "aws:SourceVpce", "vpce-0123456789abcdef0"))]),
    (YES, "a network", [allow("*", when("IpAddress", "aws:SourceIp", "198.51.100.0/24"))]),
    (YES, "everyone of another account", [allow("*", when("StringEquals", "aws:PrincipalAccount", OTHER))]),
    (NO, "everyone of the own one", [allow("*", when("StringEquals", "aws:PrincipalAccount", OWNER))]),
    (
        NO,
        "AWS: a bucket of the own account, whose ARN holds none",
        [
            allow(
                S3,
                both(when("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:bucket"), when("StringEquals", "aws:SourceAccount", OWNER)),
            )
        ],
    ),
    (
        YES,
        "the same of another account",
        [
            allow(
                S3,
                both(when("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:bucket"), when("StringEquals", "aws:SourceAccount", OTHER)),
            )
        ],
    ),
    (MAYBE, "a bucket without an account", [allow(S3, when("ArnLike", "aws:SourceArn", "arn:aws:s3:::bucket"))]),
    (
        NO,
        "the own account within an organisation",
        [allow(SNS, both(when("StringEquals", "aws:SourceOrgID", ORG), when("StringEquals", "aws:SourceAccount", OWNER)))],
    ),
    (YES, "an organisation's services", [allow(SNS, when("StringEquals", "aws:SourceOrgID", ORG))]),
    (NO, "whether there is a source says not whose", [allow(SNS, when("Null", "aws:SourceAccount", "false"))]),
    (NO, "all but another account's is no grant to it", [allow(SNS, when("StringNotEquals", "aws:SourceAccount", OTHER))]),
    (
        YES,
        "another account that a Deny leaves out",
        [allow(SNS), deny(when("StringNotEquals", "aws:SourceAccount", OWNER, OTHER), principal=SNS)],
    ),
    (
        YES,
        "a function of another account",
        [allow("*", when("ArnEquals", "lambda:SourceFunctionArn", f"arn:aws:lambda:eu-west-1:{OTHER}:function:f"))],
    ),
    (
        NO,
        "a function of the own account",
        [allow("*", when("ArnEquals", "lambda:SourceFunctionArn", f"arn:aws:lambda:eu-west-1:{OWNER}:function:f"))],
    ),
    (
        YES,
        "a chat of another account",
        [allow("*", when("ArnLike", "aws:ChatbotSourceArn", f"arn:aws:chatbot::{OTHER}:chat-configuration/*"))],
    ),
    (
        YES,
        "callers without credentials, from a network",
        [allow("*", both(when("Null", "aws:PrincipalArn", "true"), when("IpAddress", "aws:SourceIp", "198.51.100.0/24")))],
    ),
    (NO, "a foreign grant that SQS ignores", [allow(aws(FOREIGN_ROOT), action="sqs:DeleteQueue")]),
    (NO, "another account, denied again", [allow(aws(FOREIGN_ROOT)), deny(principal=aws(OTHER))]),
    (YES, "another account, but one role", [allow(aws(FOREIGN_ROOT)), deny(principal=aws(FOREIGN_ROLE))]),
    (NO, "a role, denied with its account", [allow(aws(FOREIGN_ROLE)), deny(principal=aws(FOREIGN_ROOT))]),
    (NO, "narrowed to the own account", [allow(aws(FOREIGN_ROOT), when("StringEquals", "aws:PrincipalAccount", OWNER))]),
    (MAYBE, "a hidden principal", [allow(aws(HIDDEN))]),
    (YES, "a hidden principal beside a foreign one", [allow(aws(HIDDEN, OTHER))]),
]

NON_TLS_REFUSED: list[tuple[str, str, list[Any]]] = [
    (YES, "the statement that AWS advises", [deny(NO_TLS)]),
    (YES, "as CDK writes it", [deny(NO_TLS, principal=aws("*"), action="SQS:*")]),
    (YES, "as text", [deny(when("StringEquals", "aws:SecureTransport", "false"))]),
    (YES, "a bare boolean", [deny(when("Bool", "aws:SecureTransport", False))]),
    (YES, "not true", [deny(when("StringNotEquals", "aws:SecureTransport", "true"))]),
    (YES, "if it is there: it always is", [deny(when("BoolIfExists", "aws:SecureTransport", "false"))]),
    (YES, "on any resource", [deny(NO_TLS, resource="*")]),
    (YES, "every action by itself", [deny(NO_TLS, action=..., NotAction="sns:*")]),
    (YES, "everything is denied", [deny()]),
    (
        YES,
        "in two parts",
        [
            deny(NO_TLS, action=["sqs:*Message*", "sqs:Get*", "sqs:Purge*"]),
            deny(NO_TLS, action=..., NotAction=["sqs:*Message*", "sqs:Get*", "sqs:Purge*"]),
        ],
    ),
    (
        YES,
        "inside and outside the organisation",
        [
            deny(both(NO_TLS, when("StringEquals", "aws:PrincipalOrgID", ORG))),
            deny(both(NO_TLS, when("StringNotEquals", "aws:PrincipalOrgID", ORG))),
        ],
    ),
    (YES, "all but nobody", [deny(NO_TLS, principal=..., NotPrincipal={"AWS": []})]),
    (NO, "no statement", []),
    (NO, "an Allow that demands TLS: own callers need none", [allow("*", when("Bool", "aws:SecureTransport", "true"))]),
    (NO, "the wrong way round", [deny(when("Bool", "aws:SecureTransport", "true"))]),
    (NO, "one action only", [deny(NO_TLS, action="sqs:SendMessage")]),
    (NO, "all actions but those of administration", [deny(NO_TLS, action=["sqs:*Message", "sqs:Get*", "sqs:List*"])]),
    (NO, "one principal only", [deny(NO_TLS, principal=aws(ROLE))]),
    (NO, "the own account only: strangers and services are not refused", [deny(NO_TLS, principal=aws(ROOT))]),
    (NO, "all but one role", [deny(NO_TLS, principal=..., NotPrincipal=aws(ROLE))]),
    (NO, "another queue only", [deny(NO_TLS, resource=f"{QUEUE}-dead")]),
    (NO, "from a network only", [deny(both(NO_TLS, when("IpAddress", "aws:SourceIp", "198.51.100.0/24")))]),
    (NO, "all but one role, by a condition", [deny(both(NO_TLS, when("ArnNotEquals", "aws:PrincipalArn", ROLE)))]),
    (
        NO,
        "services left out, and with them whoever has no credentials: they lack the key",
        [deny(both(NO_TLS, when("Bool", "aws:PrincipalIsAWSService", "false")))],
    ),
    (
        YES,
        "services left out only: they use TLS",
        [deny(both(NO_TLS, when("BoolIfExists", "aws:PrincipalIsAWSService", "false")))],
    ),
    (YES, "by name too", [deny(NO_TLS, principal=..., NotPrincipal=SNS)]),
    (NO, "only requests that tag the queue", [deny(both(NO_TLS, when("Null", "aws:TagKeys", "false")))]),
    (
        YES,
        "tagging or not",
        [deny(both(NO_TLS, when("Null", "aws:TagKeys", "false"))), deny(both(NO_TLS, when("Null", "aws:TagKeys", "true")))],
    ),
    (
        YES,
        "in the queue's region: there is no other",
        [deny(both(NO_TLS, when("StringEquals", "aws:RequestedRegion", "eu-west-1")))],
    ),
    (NO, "in another region", [deny(both(NO_TLS, when("StringEquals", "aws:RequestedRegion", "us-east-1")))]),
    (NO, "an effect in the wrong case", [deny(NO_TLS, Effect="deny")]),
    (MAYBE, "hidden actions", [deny(NO_TLS, action=HIDDEN)]),
    (MAYBE, "a hidden condition", [deny(HIDDEN)]),
    (MAYBE, "a hidden resource", [deny(NO_TLS, resource=HIDDEN)]),
    (MAYBE, "a hidden statement", [HIDDEN]),
    (YES, "a hidden statement beside the right one", [HIDDEN, deny(NO_TLS)]),
]

VPC_ONLY: list[tuple[str, str, list[Any]]] = [
    (YES, "all but one endpoint denied", [deny(when("StringNotEquals", "aws:SourceVpce", "vpce-0123456789abcdef0"))]),
    (YES, "all but one VPC denied", [deny(when("StringNotEquals", "aws:SourceVpc", "vpc-0123456789abcdef0"))]),
    (YES, "two endpoints", [deny(when("StringNotEquals", "aws:SourceVpce", "vpce-0a", "vpce-0b"))]),
    (
        YES,
        "services excepted: they are no principals",
        [deny(both(when("StringNotEquals", "aws:SourceVpce", "vpce-0a"), when("Bool", "aws:PrincipalIsAWSService", "false")))],
    ),
    (YES, "nobody at all", [deny()]),
    (NO, "an Allow by endpoint: own callers need none", [allow("*", when("StringEquals", "aws:SourceVpce", "vpce-0a"))]),
    (NO, "no statement", []),
    (NO, "one role only is kept inside", [deny(when("StringNotEquals", "aws:SourceVpce", "vpce-0a"), principal=aws(ROLE))]),
    (YES, "denied where the endpoint is absent", [deny(when("StringNotEqualsIfExists", "aws:SourceVpce", "vpce-0a"))]),
    (NO, "any endpoint will do, strangers' too", [deny(when("StringNotLike", "aws:SourceVpce", "vpce-*"))]),
    (NO, "sending only", [deny(when("StringNotEquals", "aws:SourceVpce", "vpce-0a"), action="sqs:SendMessage")]),
    (
        NO,
        "an administrator excepted",
        [deny(both(when("StringNotEquals", "aws:SourceVpce", "vpce-0a"), when("ArnNotEquals", "aws:PrincipalArn", ROLE)))],
    ),
    (NO, "a network is no VPC", [deny(when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"))]),
    (MAYBE, "a hidden endpoint may be any", [deny(when("StringNotLike", "aws:SourceVpce", HIDDEN))]),
    (
        YES,
        "AWS: deny what is not from the endpoint, with an Allow beside",
        [allow(aws(FOREIGN_ROOT)), deny(when("StringNotEquals", "aws:sourceVpce", "vpce-1a2b3c4d"))],
    ),
]

CONFUSED_DEPUTY: list[tuple[str, str, list[Any]]] = [
    (YES, "a service without limits", [allow(SNS)]),
    (YES, "in a list", [allow(service("sqs.amazonaws.com", "sns.amazonaws.com"))]),
    (YES, "beside an account", [allow({"AWS": OTHER, "Service": "sns.amazonaws.com"})]),
    (NO, "no service", [allow(aws(OTHER))]),
    (MAYBE, "a hidden principal beside everyone may be a service", [allow(aws("*", HIDDEN))]),
    (NO, "one topic", [allow(SNS, when("ArnEquals", "aws:SourceArn", TOPIC))]),
    (NO, "topics of one account", [allow(SNS, when("ArnLike", "aws:SourceArn", f"arn:aws:sns:*:{OWNER}:*"))]),
    (YES, "topics of any account", [allow(SNS, when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*"))]),
    (NO, "one account", [allow(S3, when("StringEquals", "aws:SourceAccount", OWNER))]),
    (NO, "another account, but a known one", [allow(S3, when("StringEquals", "aws:SourceAccount", OTHER))]),
    (NO, "one organisation", [allow(S3, when("StringEquals", "aws:SourceOrgID", ORG))]),
    (NO, "a part of one", [allow(S3, when("ForAnyValue:StringLike", "aws:SourceOrgPaths", f"{ORG}/*"))]),
    (YES, "organisation or none", [allow(S3, when("ForAllValues:StringLike", "aws:SourceOrgPaths", f"{ORG}/*"))]),
    (
        YES,
        "the principal's organisation: a service has none",
        [allow(S3, when("StringEqualsIfExists", "aws:PrincipalOrgID", ORG))],
    ),
    (NO, "and must have one", [allow(S3, when("StringEquals", "aws:PrincipalOrgID", ORG))]),
    (YES, "if the source is known", [allow(SNS, when("ArnEqualsIfExists", "aws:SourceArn", TOPIC))]),
    (YES, "anything but one topic", [allow(SNS, when("ArnNotEquals", "aws:SourceArn", TOPIC))]),
    (YES, "TLS is no limit", [allow(SNS, when("Bool", "aws:SecureTransport", "true"))]),
    (YES, "the queue's account is no limit", [allow(SNS, when("StringEquals", "aws:ResourceAccount", OWNER))]),
    (
        YES,
        "one bucket, whoever has its name: AWS asks for the account too where the ARN holds none",
        [allow(S3, when("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:receipts"))],
    ),
    (YES, "without stars", [allow(S3, when("ArnEquals", "aws:SourceArn", "arn:aws:s3:::receipts"))]),
    (NO, "a bucket of the same code", [allow(S3, when("ArnEquals", "aws:SourceArn", own_arn("s3", "", "", own_name("b", "b"))))]),
    (
        NO,
        "one bucket of one account",
        [
            allow(
                S3,
                both(
                    when("ArnEquals", "aws:SourceArn", "arn:aws:s3:::receipts"), when("StringEquals", "aws:SourceAccount", OWNER)
                ),
            )
        ],
    ),
    (
        NO,
        "one bucket of one organisation",
        [
            allow(
                S3,
                both(when("ArnEquals", "aws:SourceArn", "arn:aws:s3:::receipts"), when("StringEquals", "aws:SourceOrgID", ORG)),
            )
        ],
    ),
    (YES, "let in by a star, left out of the Deny", [allow(), deny(principal=..., NotPrincipal=SNS)]),
    (NO, "for one topic", [allow("*", when("ArnEquals", "aws:SourceArn", TOPIC)), deny(principal=..., NotPrincipal=SNS)]),
    (NO, "let in by a star alone is public, no deputy", [allow()]),
    (NO, "services come from no network", [allow(SNS, when("IpAddress", "aws:SourceIp", "0.0.0.0/0"))]),
    (NO, "nor over plain HTTP", [allow(SNS, NO_TLS)]),
    (YES, "any bucket", [allow(S3, when("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:*"))]),
    (
        NO,
        "any bucket of one account",
        [allow(S3, both(when("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:*"), when("StringEquals", "aws:SourceAccount", OWNER)))],
    ),
    (NO, "a grant that SQS ignores", [allow(SNS, action="sqs:AddPermission")]),
    (NO, "denied for other accounts", [allow(SNS), deny(when("StringNotEquals", "aws:SourceAccount", OWNER), principal=SNS)]),
    (
        YES,
        "denied, if the account is known",
        [
            allow(SNS),
            deny(
                both(when("StringNotEquals", "aws:SourceAccount", OWNER), when("Null", "aws:SourceAccount", "false")),
                principal=SNS,
            ),
        ],
    ),
    (YES, "the second service", [allow(SNS, when("ArnEquals", "aws:SourceArn", TOPIC)), allow(service("events.amazonaws.com"))]),
    (NO, "another queue", [allow(SNS, resource=f"{QUEUE}-dead")]),
    (MAYBE, "a hidden source", [allow(SNS, when("ArnEquals", "aws:SourceArn", HIDDEN))]),
    (MAYBE, "a hidden service", [allow(service(HIDDEN))]),
    (
        NO,
        "AWS: S3 notifications",
        [
            allow(
                S3,
                both(
                    when("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:amzn-s3-demo-bucket"),
                    when("StringEquals", "aws:SourceAccount", "111122223333"),
                ),
            )
        ],
    ),
]

WILDCARD_ACTION: list[tuple[str, str, list[Any]]] = [
    (YES, "the whole service", [allow(aws(ROLE), action="sqs:*")]),
    (YES, "everything", [allow(aws(ROLE), action="*")]),
    (YES, "two actions by one wildcard", [allow(aws(ROLE), action="sqs:Get*")]),
    (NO, "one action by a wildcard", [allow(aws(ROLE), action="sqs:Purge*")]),
    (NO, "none by a wildcard", [allow(aws(ROLE), action="sns:*")]),
    (NO, "two actions by name", [allow(aws(ROLE), action=["sqs:SendMessage", "sqs:ReceiveMessage"])]),
    (YES, "all but one", [allow(aws(ROLE), action=..., NotAction="sqs:DeleteQueue")]),
    (NO, "a Deny", [deny(action="sqs:*")]),
    (NO, "another queue", [allow(aws(ROLE), action="sqs:*", resource=f"{QUEUE}-dead")]),
    (MAYBE, "a hidden action", [allow(aws(ROLE), action=HIDDEN)]),
]

TABLES = {
    "public": PUBLIC,
    "cross_account": CROSS_ACCOUNT,
    "non_tls_refused": NON_TLS_REFUSED,
    "vpc_only": VPC_ONLY,
    "confused_deputy": CONFUSED_DEPUTY,
    "wildcard_action": WILDCARD_ACTION,
}
ROWS = [
    pytest.param(verdict, expected, statements, id=f"{verdict}: {reason}")
    for verdict, rows in TABLES.items()
    for expected, reason, statements in rows
]


def outcome(value: Any) -> str:
    return YES if value.is_yes else NO if value.is_no else MAYBE


@pytest.mark.parametrize(("verdict", "expected", "statements"), ROWS)
def test_verdict(verdict: str, expected: str, statements: list[Any]) -> None:
    """The queue and its owner are known."""
    attached = QueuePolicy(read_document(from_json(policy(*statements))), identity_from_arn(QUEUE))
    assert outcome(getattr(attached, verdict).holds) == expected


def test_there_are_enough_of_them() -> None:
    assert len(ROWS) >= 200
    for rows in TABLES.values():
        assert {expected for expected, _, _ in rows} == {YES, NO, MAYBE}


OWNERS: list[tuple[str, str, QueueIdentity, list[Any]]] = [
    (MAYBE, "an account, and nobody knows the queue's", QueueIdentity(), [allow(aws(OTHER), resource="*")]),
    (YES, "two accounts cannot both be the queue's", QueueIdentity(), [allow(aws(OTHER, OWNER), resource="*")]),
    (YES, "the statement's resource tells", QueueIdentity(), [allow(aws(OTHER))]),
    (NO, "the statement's resource tells that it is the own one", QueueIdentity(), [allow(aws(ROOT))]),
    (YES, "the queue's ARN tells", identity_from_arn(QUEUE), [allow(aws(OTHER), resource="*")]),
    (
        NO,
        "the code says that it is this account",
        QueueIdentity(account=THIS_ACCOUNT),
        [allow(aws(own_arn("iam", "", THIS_ACCOUNT, "root")), resource="*")],
    ),
    (MAYBE, "a number that may be this account's", QueueIdentity(account=THIS_ACCOUNT), [allow(aws(OTHER), resource="*")]),
]


BEYOND_TRUST: list[tuple[str, str, Trust, list[Any]]] = [
    (YES, "a foreign role", NOBODY, [allow(aws(FOREIGN_ROLE))]),
    (NO, "of a trusted account", Trust(accounts=frozenset({OTHER})), [allow(aws(FOREIGN_ROLE))]),
    (
        NO,
        "as a member of a trusted organisation",
        Trust(organizations=frozenset({ORG})),
        [allow(aws(FOREIGN_ROLE), when("StringEquals", "aws:PrincipalOrgID", ORG))],
    ),
    (
        YES,
        "as a member of another organisation",
        Trust(organizations=frozenset({ORG})),
        [allow(aws(FOREIGN_ROLE), when("StringEquals", "aws:PrincipalOrgID", "o-other00000"))],
    ),
    (YES, "member or not", Trust(organizations=frozenset({ORG})), [allow(aws(FOREIGN_ROLE))]),
    (
        NO,
        "a topic of a trusted account",
        Trust(accounts=frozenset({OTHER})),
        [allow(SNS, when("ArnEquals", "aws:SourceArn", f"arn:aws:sns:eu-west-1:{OTHER}:t"))],
    ),
    (
        NO,
        "a trusted organisation's services",
        Trust(organizations=frozenset({ORG})),
        [allow(SNS, when("StringEquals", "aws:SourceOrgID", ORG))],
    ),
]


@pytest.mark.parametrize(
    ("expected", "trust", "statements"),
    [pytest.param(expected, trust, statements, id=reason) for expected, reason, trust, statements in BEYOND_TRUST],
)
def test_beyond_the_trusted(expected: str, trust: Trust, statements: list[Any]) -> None:
    attached = QueuePolicy(read_document(from_json(policy(*statements))), identity_from_arn(QUEUE))
    assert outcome(attached.cross_account_beyond(trust).holds) == expected


HERE = QueueIdentity(region=THIS_REGION)
REGIONS: list[tuple[str, str, QueueIdentity, list[Any]]] = [
    (MAYBE, "a region, and nobody knows the queue's", HERE, ["eu-west-1"]),
    (YES, "the region of the deployment", HERE, [THIS_REGION]),
    (YES, "any region", HERE, ["*"]),
    (MAYBE, "another region of the code", HERE, [own_name("region", "region")]),
]


@pytest.mark.parametrize(
    ("expected", "identity", "regions"),
    [pytest.param(expected, identity, regions, id=reason) for expected, reason, identity, regions in REGIONS],
)
def test_the_region_of_the_queue(expected: str, identity: QueueIdentity, regions: list[Any]) -> None:
    statements = [allow("*", when("StringLike", "aws:RequestedRegion", *regions), resource="*")]
    attached = QueuePolicy(read_document(from_json(policy(*statements))), identity)
    assert outcome(attached.public.holds) == expected


@pytest.mark.parametrize(
    ("expected", "identity", "statements"),
    [pytest.param(expected, identity, statements, id=reason) for expected, reason, identity, statements in OWNERS],
)
def test_cross_account_depends_on_the_owner(expected: str, identity: QueueIdentity, statements: list[Any]) -> None:
    attached = QueuePolicy(read_document(from_json(policy(*statements))), identity)
    assert outcome(attached.cross_account.holds) == expected
