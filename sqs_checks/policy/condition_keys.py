"""The condition keys that a request to SQS can carry.

SQS defines no keys of its own. Source: IAM User Guide, "AWS global condition context keys" (type, availability), as of October
2026; Amazon SQS Developer Guide, "ABAC condition keys for Amazon SQS". `fixtures/compare_condition_keys.py` compares the table
with a list of AWS's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Optional

from sqs_checks.policy.condition_operators import ValueType


class Presence(Enum):
    """In which requests a key is there."""

    ALWAYS = "any request"
    MAY_BE_ABSENT = "any request, but may be absent"
    NOT_SERVICE = "requests of a principal, or without credentials"
    NOT_ANONYMOUS = "requests with credentials: of a principal or an AWS service"
    SIGNED = "requests of a principal"
    SIGNED_MAY_BE_ABSENT = "requests of a principal, but may be absent"
    USER = "requests of an IAM user"
    ROLE_SESSION = "requests of a role's session, but may be absent"
    ORGANIZATION_MEMBER = "requests of a principal in an organisation"
    SERVICE = "requests of an AWS service, but may be absent"
    ALWAYS_SERVICE = "requests of an AWS service"
    ENDPOINT = "requests through a VPC endpoint"
    NOT_ENDPOINT = "requests that come from the internet"
    TAGGING = "requests that tag the queue, but may be absent"
    NEVER = "no request that a queue policy decides"


class Control(Enum):
    """Who decides the value."""

    CALLER = "the caller chooses it freely"
    IDENTITY = "the caller has its own and can have no other"
    NETWORK = "the caller's address: any of the internet, but not those of a network it has no part in"
    OWNER = "the queue's owner"
    SERVICE = "the AWS service that calls"


@dataclass(frozen=True)
class ConditionKey:
    """multivalued: a request may carry several values, and the operator needs `ForAllValues:` or `ForAnyValue:`.
    supported: False where AWS's list of the services that support the key leaves SQS out."""

    name: str
    type: ValueType
    presence: Presence
    control: Control
    multivalued: bool = False
    supported: bool = True


_T, _P, _C = ValueType, Presence, Control

_KEYS = (
    # The principal.
    ConditionKey("aws:PrincipalArn", _T.ARN, _P.SIGNED, _C.IDENTITY),
    ConditionKey("aws:PrincipalAccount", _T.STRING, _P.NOT_SERVICE, _C.IDENTITY),
    ConditionKey("aws:PrincipalOrgPaths", _T.STRING, _P.ORGANIZATION_MEMBER, _C.IDENTITY, True),
    ConditionKey("aws:PrincipalOrgID", _T.STRING, _P.ORGANIZATION_MEMBER, _C.IDENTITY),
    ConditionKey("aws:PrincipalIsAWSService", _T.BOOL, _P.NOT_ANONYMOUS, _C.SERVICE),
    ConditionKey("aws:PrincipalServiceName", _T.STRING, _P.ALWAYS_SERVICE, _C.SERVICE),
    ConditionKey("aws:PrincipalServiceNamesList", _T.STRING, _P.ALWAYS_SERVICE, _C.SERVICE, True),
    ConditionKey("aws:PrincipalType", _T.STRING, _P.NOT_SERVICE, _C.CALLER),
    ConditionKey("aws:userid", _T.STRING, _P.NOT_SERVICE, _C.IDENTITY),
    ConditionKey("aws:username", _T.STRING, _P.USER, _C.CALLER),
    # The role's session.
    ConditionKey("aws:AssumedRoot", _T.BOOL, _P.SIGNED_MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:FederatedProvider", _T.STRING, _P.ROLE_SESSION, _C.CALLER),
    ConditionKey("aws:TokenIssueTime", _T.DATE, _P.SIGNED_MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:SignInSessionArn", _T.ARN, _P.SIGNED_MAY_BE_ABSENT, _C.IDENTITY),
    ConditionKey("aws:MultiFactorAuthAge", _T.NUMERIC, _P.SIGNED_MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:MultiFactorAuthPresent", _T.BOOL, _P.SIGNED_MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:ChatbotSourceArn", _T.ARN, _P.ROLE_SESSION, _C.IDENTITY),
    ConditionKey("aws:Ec2InstanceSourceVpc", _T.STRING, _P.ROLE_SESSION, _C.IDENTITY),
    ConditionKey("aws:Ec2InstanceSourcePrivateIPv4", _T.IP_ADDRESS, _P.ROLE_SESSION, _C.CALLER),
    ConditionKey("aws:SourceIdentity", _T.STRING, _P.ROLE_SESSION, _C.CALLER),
    ConditionKey("ec2:RoleDelivery", _T.NUMERIC, _P.ROLE_SESSION, _C.CALLER),
    ConditionKey("ec2:SourceInstanceArn", _T.ARN, _P.ROLE_SESSION, _C.IDENTITY),
    ConditionKey("glue:RoleAssumedBy", _T.STRING, _P.ROLE_SESSION, _C.CALLER),
    ConditionKey("glue:CredentialIssuingService", _T.STRING, _P.ROLE_SESSION, _C.CALLER),
    ConditionKey("codebuild:BuildArn", _T.ARN, _P.ROLE_SESSION, _C.IDENTITY),
    ConditionKey("codebuild:ProjectArn", _T.ARN, _P.ROLE_SESSION, _C.IDENTITY),
    ConditionKey("lambda:SourceFunctionArn", _T.ARN, _P.ROLE_SESSION, _C.IDENTITY),
    ConditionKey("ssm:SourceInstanceArn", _T.ARN, _P.ROLE_SESSION, _C.IDENTITY),
    ConditionKey("identitystore:UserId", _T.STRING, _P.ROLE_SESSION, _C.IDENTITY),
    # The network.
    ConditionKey("aws:SourceIp", _T.IP_ADDRESS, _P.NOT_ENDPOINT, _C.NETWORK),
    ConditionKey("aws:SourceVpc", _T.STRING, _P.ENDPOINT, _C.IDENTITY),
    ConditionKey("aws:SourceVpcArn", _T.ARN, _P.ENDPOINT, _C.IDENTITY, supported=False),
    ConditionKey("aws:SourceVpce", _T.STRING, _P.ENDPOINT, _C.IDENTITY),
    ConditionKey("aws:VpceAccount", _T.STRING, _P.ENDPOINT, _C.IDENTITY, supported=False),
    ConditionKey("aws:VpceOrgID", _T.STRING, _P.ENDPOINT, _C.IDENTITY, supported=False),
    ConditionKey("aws:VpceOrgPaths", _T.STRING, _P.ENDPOINT, _C.IDENTITY, True, supported=False),
    ConditionKey("aws:VpcSourceIp", _T.IP_ADDRESS, _P.ENDPOINT, _C.CALLER),
    # The queue.
    ConditionKey("aws:ResourceAccount", _T.STRING, _P.ALWAYS, _C.OWNER),
    ConditionKey("aws:ResourceOrgID", _T.STRING, _P.MAY_BE_ABSENT, _C.OWNER),
    ConditionKey("aws:ResourceOrgPaths", _T.STRING, _P.MAY_BE_ABSENT, _C.OWNER, True),
    # The request.
    ConditionKey("aws:CalledVia", _T.STRING, _P.SIGNED_MAY_BE_ABSENT, _C.CALLER, True),
    ConditionKey("aws:CalledViaFirst", _T.STRING, _P.SIGNED_MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:CalledViaLast", _T.STRING, _P.SIGNED_MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:ViaAWSService", _T.BOOL, _P.ALWAYS, _C.CALLER),
    ConditionKey("aws:CalledViaAWSMCP", _T.STRING, _P.SIGNED_MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:ViaAWSMCPService", _T.BOOL, _P.SIGNED_MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:IsMcpServiceAction", _T.BOOL, _P.MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:CurrentTime", _T.DATE, _P.ALWAYS, _C.CALLER),
    ConditionKey("aws:EpochTime", _T.DATE, _P.ALWAYS, _C.CALLER),
    ConditionKey("aws:Referer", _T.STRING, _P.MAY_BE_ABSENT, _C.CALLER),
    ConditionKey("aws:RequestedRegion", _T.STRING, _P.ALWAYS, _C.OWNER),
    ConditionKey("aws:TagKeys", _T.STRING, _P.TAGGING, _C.CALLER, True),
    ConditionKey("aws:SecureTransport", _T.BOOL, _P.ALWAYS, _C.CALLER),
    ConditionKey("aws:UserAgent", _T.STRING, _P.ALWAYS, _C.CALLER),
    # The resource for which an AWS service calls.
    ConditionKey("aws:SourceArn", _T.ARN, _P.SERVICE, _C.IDENTITY),
    ConditionKey("aws:SourceAccount", _T.STRING, _P.SERVICE, _C.IDENTITY),
    ConditionKey("aws:SourceOwner", _T.STRING, _P.SERVICE, _C.IDENTITY),
    ConditionKey("aws:SourceOrgID", _T.STRING, _P.SERVICE, _C.IDENTITY),
    ConditionKey("aws:SourceOrgPaths", _T.STRING, _P.SERVICE, _C.IDENTITY, True),
)
CONDITION_KEY_NAMES = frozenset(key.name.lower() for key in _KEYS)
_KEYS_BY_NAME: Mapping[str, ConditionKey] = {key.name.lower(): key for key in _KEYS}


def written_condition_keys() -> tuple[str, ...]:
    """The names of the keys as AWS writes them."""
    return tuple(key.name for key in _KEYS)


KEY_PRESENCE: Mapping[str, Presence] = {name: key.presence for name, key in _KEYS_BY_NAME.items()}

# Keys with a name of the user's behind a slash. SQS asks for a queue's own tags in policies of IAM only.
_TAG_KEYS = {
    "aws:principaltag/": ("aws:PrincipalTag/", _P.SIGNED_MAY_BE_ABSENT, _C.CALLER),
    "aws:requesttag/": ("aws:RequestTag/", _P.TAGGING, _C.CALLER),
    "aws:resourcetag/": ("aws:ResourceTag/", _P.NEVER, _C.OWNER),
}
# Keys of identity providers are there for principals that signed in through them; everybody can have one there.
_IDENTITY_PROVIDERS = ("saml:", "cognito-identity.amazonaws.com:", "accounts.google.com:", "graph.facebook.com:")
_LOGIN_WITH_AMAZON = "www.amazon.com:"


def all_condition_keys() -> tuple[ConditionKey, ...]:
    """The keys of the table; those with a name of the user's in them, and those of identity providers, aside."""
    return _KEYS


@lru_cache(maxsize=1024)
def find_condition_key(name: str) -> Optional[ConditionKey]:
    """The key of that name, whatever its case; None where no request to SQS is known to carry one."""
    lower = name.lower()
    found = _KEYS_BY_NAME.get(lower)
    if found:
        return found
    for prefix, (written, presence, control) in _TAG_KEYS.items():
        if lower.startswith(prefix) and len(lower) > len(prefix):
            return ConditionKey(f"{written}{name[len(prefix) :]}", ValueType.STRING, presence, control)
    if lower.startswith((*_IDENTITY_PROVIDERS, _LOGIN_WITH_AMAZON)):
        return ConditionKey(name, ValueType.STRING, Presence.SIGNED_MAY_BE_ABSENT, Control.CALLER)
    return None
