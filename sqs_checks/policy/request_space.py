"""The requests that a verdict has to consider: what each kind of caller can put into a condition key.

A verdict asks whether some request exists. There are endlessly many, but a policy can only tell apart those that one of its
conditions treats differently: for each key a few values stand for all of them.
Source of what is present when: see `condition_keys`. What an outsider can freely choose, what it has of its own and what
counts as trusted follows Amazon S3's "The meaning of public".
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple, Optional

from sqs_checks.policy.condition import Condition, ContextValue, Undetermined
from sqs_checks.policy.condition_keys import KEY_PRESENCE, ConditionKey, Control, Presence, find_condition_key
from sqs_checks.policy.condition_operators import Network, ValueType, parse_date, parse_network, parse_number
from sqs_checks.policy.own_names import OWN_VALUE, THIS_ACCOUNT
from sqs_checks.policy.principals import STRANGERS_ACCOUNT, Caller, CallerKind, PrincipalKind
from sqs_checks.policy.sqs_actions import NO_ACTIONS, TAGGING_ACTIONS, ActionSet
from sqs_checks.policy.trust import NOBODY, Trust
from sqs_checks.policy.wildcards import arn_parts, has_wildcard, matches, unescaped
from sqs_checks.values.configuration_values import joined_text
from sqs_checks.values.texts import Text, pieces_of, prefix_of, split_text, with_known_pieces

# S3's rule: a network at least this narrow is somebody's; a broader one is the internet.
_NARROW_PREFIX = {4: 8, 6: 32}
_ACCOUNT_IN_PATTERN = re.compile(r"[\d*?]*")

# What a caller from outside has of its own.
_STRANGERS_OWN = {
    "aws:principalaccount": (STRANGERS_ACCOUNT,),
    "aws:principalorgid": ("o-stranger00",),
    "aws:principalorgpaths": ("o-stranger00/r-stranger/ou-stranger/",),
    "aws:sourcevpc": ("vpc-0stranger",),
    "aws:sourcevpce": ("vpce-0stranger",),
    "aws:sourcevpcarn": (f"arn:aws:ec2:us-east-1:{STRANGERS_ACCOUNT}:vpc/vpc-0stranger",),
    "aws:vpceaccount": (STRANGERS_ACCOUNT,),
    "aws:vpceorgid": ("o-stranger00",),
    "aws:vpceorgpaths": ("o-stranger00/r-stranger/ou-stranger/",),
    "aws:sourcearn": (f"arn:aws:sns:us-east-1:{STRANGERS_ACCOUNT}:stranger", "arn:aws:s3:::stranger-bucket"),
    "aws:sourceaccount": (STRANGERS_ACCOUNT,),
    "aws:sourceowner": (STRANGERS_ACCOUNT,),
    "aws:sourceorgid": ("o-stranger00",),
    "aws:sourceorgpaths": ("o-stranger00/r-stranger/ou-stranger/",),
    "aws:ec2instancesourcevpc": ("vpc-0stranger",),
    "identitystore:userid": ("stranger",),
}
# What a session runs for: its ARN is of the account of the session's role.
_SESSION_ARNS = {
    "aws:chatbotsourcearn": "arn:aws:chatbot::{}:chat-configuration/any",
    "aws:signinsessionarn": "arn:aws:signin:us-east-1:{}:session/any",
    "codebuild:buildarn": "arn:aws:codebuild:us-east-1:{}:build/any:1",
    "codebuild:projectarn": "arn:aws:codebuild:us-east-1:{}:project/any",
    "ec2:sourceinstancearn": "arn:aws:ec2:us-east-1:{}:instance/i-0any",
    "lambda:sourcefunctionarn": "arn:aws:lambda:us-east-1:{}:function:any",
    "ssm:sourceinstancearn": "arn:aws:ec2:us-east-1:{}:instance/i-0any",
}
SERVICE_NAME_KEYS = frozenset({"aws:principalservicename", "aws:principalservicenameslist"})
# Keys whose ARN tells the account of the caller.
CALLER_ARN_KEYS = frozenset({"aws:principalarn", *_SESSION_ARNS})
# Keys that tell one kind of principal from another.
IDENTITY_KEYS = frozenset(
    {
        "aws:principaltype",
        "aws:userid",
        *CALLER_ARN_KEYS,
        *(name for name, presence in KEY_PRESENCE.items() if presence in (Presence.USER, Presence.ROLE_SESSION)),
    }
)
ACCOUNT_KEYS = frozenset(
    {"aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount", "aws:sourceowner", "aws:vpceaccount"}
)
_ABOUT_SOURCE = {"aws:sourcearn", "aws:sourceaccount"}
_PATH_KEYS = {"aws:principalorgpaths", "aws:vpceorgpaths", "aws:sourceorgpaths"}
_ORGANIZATION_KEYS = {*_PATH_KEYS, "aws:principalorgid", "aws:vpceorgid", "aws:sourceorgid"}
_USER, _ROLE, _ROOT = PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.ACCOUNT
_PRINCIPAL_TYPES = {_USER: ("User",), _ROLE: ("AssumedRole", "FederatedUser"), _ROOT: ("Account",)}
_USER_IDS = {_USER: "AIDASTRANGER0000000A", _ROLE: "AROASTRANGER0000000A:stranger", _ROOT: STRANGERS_ACCOUNT}
# The service and the beginning of the resource in the ARN of each kind of principal. That of a role's session is the role's.
_PRINCIPAL_SHAPES = {
    _USER: (("iam", "user/"),),
    _ROLE: (("iam", "role/"), ("sts", "federated-user/")),
    _ROOT: (("iam", "root"),),
}


class Space(NamedTuple):
    """One family of requests.

    trusted: whether keys may hold the values that only those whom the policy trusts have.
    through_endpoint: whether requests come through a VPC endpoint. foreign_endpoint: one that the policy does not state.
    in_organization: whether the caller's account is in an organisation.
    trust: whose values nobody here has, though the policy trusts them. counted: the only VPCs and endpoints that are no
    foreign ones; None where all that the policy states are none.
    owner_account, region: of the queue, as far as they are known.
    named: the principals that the policy names; each is a caller of its own.
    identity: which kind of principal a signed caller is, where that makes a difference.
    tagging: whether the requests are those that tag the queue; None where that makes no difference.
    source_account: of the resource for which a service calls, which the request then tells; None for a stranger's.
    names_change_hands: whether a name that is all that a source's ARN tells may have become a stranger's.
    """

    caller: Caller
    trusted: bool = False
    through_endpoint: bool = False
    foreign_endpoint: bool = False
    in_organization: bool = True
    secure_transport: Optional[str] = None
    owner_account: Optional[Text] = None
    named: frozenset[Text] = frozenset()
    trust: Trust = NOBODY
    counted: Optional[Trust] = None
    region: Optional[Text] = None
    identity: Optional[PrincipalKind] = None
    tagging: Optional[bool] = None
    source_account: Optional[Text] = None
    names_change_hands: bool = False

    @property
    def actions(self) -> ActionSet:
        """The actions of the requests."""
        if self.tagging is None:
            return ~NO_ACTIONS
        return TAGGING_ACTIONS if self.tagging else ~TAGGING_ACTIONS

    @property
    def identities(self) -> tuple[PrincipalKind, ...]:
        return (_USER, _ROLE, _ROOT) if self.identity is None else (self.identity,)


def _filled(pattern: Text, star: str) -> Text:
    return with_known_pieces(pattern, lambda piece: unescaped(piece.replace("*", star).replace("?", "0")))


def _own_account(pattern: Text) -> Optional[str]:
    """An account number of a stranger's that a pattern lets through; None where the pattern states another in full."""
    if pattern == STRANGERS_ACCOUNT:
        return STRANGERS_ACCOUNT
    if not isinstance(pattern, str) or not has_wildcard(pattern) or not _ACCOUNT_IN_PATTERN.fullmatch(pattern):
        return None
    if pattern == "*":
        return STRANGERS_ACCOUNT
    missing = 12 - len(pattern.replace("*", ""))
    if missing < 0 or (missing and "*" not in pattern):
        return None
    filled = pattern.replace("*", "6" * missing, 1).replace("*", "").replace("?", "6")
    stated = pattern.replace("*", "").replace("?", "")
    return None if stated == filled else filled


def _padded_arns(pattern: Text) -> Iterator[list[Text]]:
    """A pattern as the six parts of an ARN; a star may stand for several parts."""
    parts = arn_parts(pattern)
    if len(parts) == 6:
        yield parts
        return
    for number, part in enumerate(parts):
        if any(isinstance(piece, str) and "*" in piece for piece in pieces_of(part)):
            extra: list[Text] = ["*"] * (6 - len(parts))
            yield [*parts[:number], part, *extra, *parts[number + 1 :]]


def _arn(*parts: Text) -> Text:
    """The ARN of six parts."""
    return joined_text([piece for number, part in enumerate(parts) for piece in ((":", part) if number else (part,))])


def _is_only_stars(part: Text) -> bool:
    return isinstance(part, str) and not part.strip("*")


def _is_digits(part: Text) -> bool:
    return isinstance(part, str) and part.isdigit()


def _own_arns(pattern: Text, stated_buckets: frozenset[Text], *, names_change_hands: bool = False) -> Iterator[Text]:
    """ARNs of a stranger's that a pattern lets through."""
    if pattern == "*":
        return
    for prefix, partition, service, region, account, resource in _padded_arns(pattern):
        if not isinstance(prefix, str) or prefix.strip("*") not in ("", "arn", "a", "ar"):
            continue
        if _is_digits(partition) or _is_digits(service) or _is_digits(region):
            continue
        partition = "aws" if has_wildcard(partition) else partition
        service = _filled(service, "sns" if _is_only_stars(service) else "")
        region = _filled(region, "us-east-1" if _is_only_stars(region) else "")
        if account == "" or (service == "s3" and has_wildcard(account)):
            # Nothing but the name says whose it is; a name that is stated in full is somebody else's.
            bucket = split_text(split_text(resource, "/")[0], ":")[0]
            is_others = has_wildcard(bucket) and _filled(bucket, "stranger") not in stated_buckets
            if is_others or (names_change_hands and isinstance(pattern, str)):
                place = region if account == "" else ""
                yield _arn("arn", partition, service, place, "", _filled(resource, "stranger"))
            continue
        own = _own_account(account)
        if own is not None:
            for star in ("stranger", ""):
                yield _arn("arn", partition, service, region, own, _filled(resource, star))


def _identifiers(key: str, pattern: Text, star: str) -> Iterator[Text]:
    """Identifiers that a pattern lets through, with a text for its stars. Those of organisations begin with `o-`."""
    filled = _filled(pattern, star)
    if key not in _ORGANIZATION_KEYS or prefix_of(filled).startswith("o-") or not isinstance(filled, str):
        yield filled
    elif isinstance(pattern, str) and pattern.startswith("*"):
        yield _filled(f"o-{pattern}", star)


def _own_identities(key: str, pattern: Text) -> Iterator[Text]:
    """Identifiers of a stranger's that a pattern lets through."""
    if key in ACCOUNT_KEYS:
        own = _own_account(pattern)
        if own is not None:
            yield own
        return
    if not has_wildcard(pattern):
        return
    first = pattern
    if key in _PATH_KEYS:
        # Another organisation may have roots and units of the same ids.
        first = split_text(pattern, "/")[0]
    elif key == "aws:userid":
        first = split_text(pattern, ":")[0]
    # An organisation or a unique id that is stated in full is not a stranger's, whatever follows it.
    if has_wildcard(first):
        yield from _identifiers(key, pattern, "stranger")


@lru_cache(maxsize=4096)
def _variants(text: Text) -> tuple[Text, ...]:
    """Values that fit a text or pattern in different ways."""
    return (with_known_pieces(text, unescaped),) if not has_wildcard(text) else (_filled(text, "any"), _filled(text, ""))


def _other_case(text: str, stated: list[str]) -> Iterator[str]:
    """A text that differs by case only, from all that are stated, where there is one."""
    for position, character in enumerate(text):
        other = f"{text[:position]}{character.swapcase()}{text[position + 1 :]}"
        if other not in stated and other != text:
            yield other
            return


def _free_values(definition: ConditionKey, texts: Sequence[Text]) -> Iterator[Text]:
    written = [text for text in texts if isinstance(text, str)]
    if definition.type is ValueType.BOOL:
        yield from ("true", "false")
    elif definition.type in (ValueType.NUMERIC, ValueType.DATE):
        parse = parse_number if definition.type is ValueType.NUMERIC else parse_date
        yield "0"
        for number in filter(None, map(parse, written)):
            yield from (repr(number - 1), repr(number), repr(number + 1))
    elif definition.type is ValueType.IP_ADDRESS:
        yield from _addresses(written, any_network=True)
    else:
        yield "stranger"
        for text in texts:
            like, *others = _variants(text)
            yield from (like, *others)
            if isinstance(like, str):
                yield from _other_case(like, written)


def _network_pieces(network: Network, inside: list[Network]) -> Iterator[str]:
    """An address of a network that lies in none of the smaller ones stated within it, where there is one."""
    address, last = int(network.network_address), int(network.broadcast_address)
    for smaller in sorted(inside, key=lambda other: int(other.network_address)):
        if address < int(smaller.network_address):
            break
        address = max(address, int(smaller.broadcast_address) + 1)
    if address <= last:
        yield str(ipaddress.IPv4Address(address) if network.version == 4 else ipaddress.IPv6Address(address))


def is_narrow(network: Network) -> bool:
    """Whether a network is somebody's, rather than a large part of the internet."""
    return network.prefixlen >= _NARROW_PREFIX[network.version]


def _addresses(texts: Iterable[str], *, any_network: bool, trusted: frozenset[str] = frozenset()) -> Iterator[str]:
    """One address for each region that the stated networks make of the internet.

    any_network: also of those that are somebody's. trusted: the networks whose addresses nobody here has.
    """
    stated = [network for network in map(parse_network, dict.fromkeys(texts)) if network is not None]
    whole: list[Network] = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
    narrow = list(filter(is_narrow, stated))
    for network in (*whole, *stated):
        if network in narrow and (not any_network or _is_within(network, trusted)):
            continue
        inside = [
            other
            for other in stated
            if other.version == network.version and other != network and other.subnet_of(network)  # type: ignore[arg-type]
        ]
        yield from _network_pieces(network, inside)


def _is_within(network: Network, others: frozenset[str]) -> bool:
    parsed = (parse_network(other) for other in others)
    return any(
        other is not None and other.version == network.version and network.subnet_of(other)  # type: ignore[arg-type]
        for other in parsed
    )


def _matching_names(pattern: Text, prefix: str) -> Iterator[Text]:
    """Texts that begin so and that a pattern lets through."""
    if not has_wildcard(pattern):
        candidates: Iterable[Text] = (pattern,)
    elif isinstance(pattern, str):
        firsts = ("stranger", "", f"{prefix}stranger", prefix, prefix.rstrip("/"))
        candidates = (_filled(pattern.replace("*", first, 1), star) for first in firsts for star in ("stranger", ""))
    else:
        candidates = (_filled(pattern, star) for star in ("stranger", ""))
    for text in candidates:
        if prefix_of(text).startswith(prefix) and (text != prefix or not prefix.endswith("/")):
            yield text


def _fits_account(pattern: Text, account: Text) -> bool:
    return pattern == account or (has_wildcard(pattern) and matches(pattern, account))


def _own_accounts(caller: Caller, pattern: Text) -> Iterator[Text]:
    """The accounts of a caller that a pattern of one lets through."""
    if caller.kind is CallerKind.STRANGER:
        own = _own_account(pattern)
        if own is not None:
            yield own
    elif caller.account is not None and (
        pattern == caller.account or (has_wildcard(pattern) and matches(pattern, caller.account))
    ):
        yield caller.account


def _principal_arns(space: Space, pattern: Text) -> Iterator[Text]:
    """ARNs of principals of the caller's account that a pattern lets through."""
    for _, partition, service, region, account, resource in _padded_arns(pattern):
        partition = "aws" if has_wildcard(partition) else partition
        if not matches(region, ""):
            continue
        for own in _own_accounts(space.caller, account):
            for kind in space.identities:
                for of_shape, prefix in _PRINCIPAL_SHAPES[kind]:
                    if matches(service, of_shape):
                        for name in _matching_names(resource, prefix):
                            yield _arn("arn", partition, of_shape, "", own, name)


def _principal_arn_values(space: Space, texts: list[Text]) -> Iterator[Text]:
    caller = space.caller
    named = caller.principal
    if named is not None and named.kind is not PrincipalKind.ACCOUNT and named.account is not None:
        yield named.role_arn or named.text
        return
    for kind in space.identities:
        name = "root" if kind is _ROOT else f"{_PRINCIPAL_SHAPES[kind][0][1]}any"
        yield _arn("arn", "aws", "iam", "", caller.account or "", name)
    yield from (arn for text in texts for arn in _principal_arns(space, text) if arn not in space.named)


def any_session_arn(key: str, account: Text) -> Optional[Text]:
    """The ARN of something of an account that a session may run for; None where the key holds none."""
    if key not in _SESSION_ARNS:
        return None
    begin, end = _SESSION_ARNS[key].split("{}")
    return joined_text([begin, account, end])


def _session_arn_values(space: Space, key: str, texts: list[Text]) -> Iterator[Text]:
    yield any_session_arn(key, space.caller.account or "") or ""
    for text in texts:
        for prefix, partition, service, region, account, resource in _padded_arns(text):
            for own in _own_accounts(space.caller, account):
                for star in ("any", ""):
                    of_service = (_filled(part, star) for part in (prefix, partition, service, region))
                    yield _arn(*of_service, own, _filled(resource, star))


def _source_arn_values(space: Space, texts: list[Text]) -> Iterator[Text]:
    """ARNs of the resource of `source_account` for which a service calls."""
    own = space.source_account
    assert own is not None
    yield _arn("arn", "aws", "sns", "us-east-1", own, "any")
    for text in texts:
        for prefix, partition, service, region, account, resource in _padded_arns(text):
            # What is named without an account is of this one only where it is not a thing of the code.
            is_nameless = account == "" and isinstance(text, str)
            if is_nameless or _fits_account(account, own):
                # A bucket's ARN holds no account, though patterns of it may.
                shown = "" if account == "" or service == "s3" else own
                of_service = (_filled(part, "") for part in (prefix, partition, service, region))
                yield _arn(*of_service, shown, _filled(resource, "any"))


def _identity_values(space: Space, key: str, definition: ConditionKey, texts: list[Text]) -> Iterator[Text]:
    caller = space.caller
    if key in ("aws:principalaccount", "aws:userid") and caller.kind is CallerKind.ANONYMOUS:
        yield "anonymous"
        return
    if key == "aws:principalaccount" and caller.account is not None and caller.kind is not CallerKind.STRANGER:
        yield caller.account
        return
    if key == "aws:principalarn":
        yield from _principal_arn_values(space, texts)
        return
    if key in _SESSION_ARNS:
        yield from _session_arn_values(space, key, texts)
        return
    if space.source_account is not None and key in ("aws:sourceaccount", "aws:sourceowner"):
        yield space.source_account
        return
    if space.source_account is not None and key == "aws:sourcearn":
        yield from _source_arn_values(space, texts)
        return
    own = tuple(_USER_IDS[kind] for kind in space.identities) if key == "aws:userid" else _STRANGERS_OWN.get(key, ("stranger",))
    if key != "aws:principalaccount":  # whoever is of a trusted account is a caller by name
        yield from (
            found for text in texts if _may_have(space, key, definition, text) for found in _identifiers(key, text, "any")
        )
    yield from own
    arns = [parts for parts in map(arn_parts, texts) if len(parts) == 6]
    buckets = frozenset(split_text(parts[5], "/")[0] for parts in arns)
    for text in texts:
        if definition.type is ValueType.ARN:
            yield from _own_arns(text, buckets, names_change_hands=space.names_change_hands)
        else:
            yield from _own_identities(key, text)


def _may_have(space: Space, key: str, definition: ConditionKey, text: Text) -> bool:
    """Whether a caller of the space may have a value that the policy states."""
    if space.foreign_endpoint and definition.presence is Presence.ENDPOINT:
        return space.trusted and space.counted is not None and space.counted.leaves_out(key, text)
    return space.trusted and not space.trust.covers(key, text)


def _is_present(space: Space, presence: Presence) -> tuple[bool, bool]:
    """Whether the key can be there in these requests, and whether it can be absent."""
    is_service, is_signed = space.caller.kind is CallerKind.SERVICE, space.caller.is_signed
    if presence in (Presence.ALWAYS, Presence.MAY_BE_ABSENT):
        return True, presence is Presence.MAY_BE_ABSENT
    if presence is Presence.NOT_SERVICE:
        return not is_service, is_service
    if presence is Presence.NOT_ANONYMOUS:
        return is_signed or is_service, not is_signed and not is_service
    if presence in (Presence.SIGNED, Presence.SIGNED_MAY_BE_ABSENT):
        return is_signed, not is_signed or presence is Presence.SIGNED_MAY_BE_ABSENT
    if presence is Presence.USER:
        return is_signed and _USER in space.identities, not is_signed or space.identity is not _USER
    if presence is Presence.ROLE_SESSION:
        return is_signed and _ROLE in space.identities, True
    if presence is Presence.ORGANIZATION_MEMBER:
        is_member = is_signed and space.in_organization
        return is_member, not is_member
    if presence in (Presence.SERVICE, Presence.ALWAYS_SERVICE):
        return is_service, not is_service or presence is Presence.SERVICE
    through_endpoint = space.through_endpoint
    if presence is Presence.ENDPOINT:
        return through_endpoint, not through_endpoint
    if presence is Presence.NOT_ENDPOINT:
        # AWS leaves the network out of what its services call by themselves.
        return not through_endpoint and not is_service, through_endpoint or is_service
    return presence is Presence.TAGGING and space.tagging is True, True


def possible_values(
    space: Space, key: str, conditions: Sequence[Condition], linked: Sequence[Text] = ()
) -> tuple[ContextValue, ...]:
    """Values of a key, one for each way in which the conditions on it can treat a request of the space.

    linked: what the key is compared with where that depends on other values of the request.
    """
    if key == "aws:securetransport":  # in nearly every policy
        if space.caller.kind is CallerKind.SERVICE:
            return ("true",)
        return (space.secure_transport,) if space.secure_transport is not None else ("true", "false")
    definition = find_condition_key(key)
    if definition is None:
        return (None,)
    if key == "aws:requestedregion":
        return (_requested_region(space),)
    present, absent = _is_present(space, definition.presence)
    values: list[Optional[Text]] = []
    if present:
        stated = (text for condition in conditions for text in condition.stated_texts())
        is_callers = definition.control in (Control.CALLER, Control.IDENTITY)
        texts = list(dict.fromkeys((*stated, *(linked if is_callers else ()))))
        values += _present_values(space, key, definition, texts)
    if absent and not (space.source_account is not None and key in _ABOUT_SOURCE):
        values.append(None)
    found = dict.fromkeys(values)
    if not definition.multivalued or not conditions:
        return tuple(found)
    single: list[ContextValue] = [None if value is None else (value,) for value in found]
    if definition.control is Control.CALLER:
        # Conditions may ask for several at once; a principal has one path only.
        present_values = tuple(value for value in found if value is not None)
        several: Iterable[tuple[Text, ...]] = (*combinations(present_values, 2), present_values)
        single += [values_at_once for values_at_once in several if len(values_at_once) > 1]
    return tuple(dict.fromkeys(single))


def _requested_region(space: Space) -> ContextValue:
    """The region of the queue: it can be called in no other."""
    if isinstance(space.region, str) and space.region and not has_wildcard(space.region):
        return space.region
    return Undetermined("the queue's region is not known", space.region)


def _present_values(space: Space, key: str, definition: ConditionKey, texts: list[Text]) -> Iterable[Text]:
    if key == "aws:principalisawsservice":
        return ("true" if space.caller.kind is CallerKind.SERVICE else "false",)
    if key in SERVICE_NAME_KEYS:
        # A service that the policy states is a caller of its own.
        patterns = [text for text in texts if has_wildcard(text)]
        return (
            (space.caller.service,)
            if space.caller.service
            else ("stranger.amazonaws.com", *(_variants(text)[0] for text in patterns))
        )
    if key == "aws:principaltype":
        if space.caller.kind is CallerKind.ANONYMOUS:
            return ("Anonymous",)
        return tuple(name for kind in space.identities for name in _PRINCIPAL_TYPES[kind])
    if key == "aws:viaawsservice" and not space.caller.is_signed:
        return ("false",)
    if key == "aws:username" and space.caller.principal is not None:
        user = space.caller.principal
        if user.kind is PrincipalKind.USER and user.account is not None:
            return (split_text(user.text, "/")[-1],)
    if definition.control is Control.OWNER:
        return _owners_values(space, key, texts)
    if definition.control is Control.NETWORK:
        written = [text for text in texts if isinstance(text, str)]
        return _addresses(written, any_network=space.trusted, trusted=space.trust.networks)
    if definition.control is Control.IDENTITY:
        return _identity_values(space, key, definition, texts)
    return _free_values(definition, texts)


def _owners_values(space: Space, key: str, texts: list[Text]) -> Iterable[Text]:
    if key == "aws:resourceaccount":
        if space.owner_account is not None:
            return (space.owner_account,)
        # Whoever writes an account here says that it is the queue's.
        return tuple(dict.fromkeys(variant for text in texts for variant in _variants(text))) or (THIS_ACCOUNT,)
    # The organisation of the queue is its own, whichever the policy says it is.
    return (OWN_VALUE, *dict.fromkeys(variant for text in texts for variant in _variants(text)))
