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
from typing import NamedTuple, Optional

from sqs_checks.policy.condition import Condition, ContextValue
from sqs_checks.policy.condition_keys import ConditionKey, Control, Presence, find_condition_key
from sqs_checks.policy.condition_operators import Network, ValueType, parse_date, parse_network, parse_number
from sqs_checks.policy.own_names import OWN_VALUE, THIS_ACCOUNT
from sqs_checks.policy.principals import STRANGERS_ACCOUNT, Caller, CallerKind, PrincipalKind
from sqs_checks.policy.trust import NOBODY, Trust
from sqs_checks.policy.wildcards import arn_parts, has_wildcard, unescaped
from sqs_checks.values.configuration_values import joined_text
from sqs_checks.values.texts import Text, pieces_of, split_text, with_known_pieces

# S3's rule: a network at least this narrow is somebody's; a broader one is the internet.
_NARROW_PREFIX = {4: 8, 6: 32}
_ACCOUNT_IN_PATTERN = re.compile(r"[\d*?]*")

# What a caller from outside has of its own.
_STRANGERS_OWN = {
    "aws:principalarn": (
        f"arn:aws:iam::{STRANGERS_ACCOUNT}:role/stranger",
        f"arn:aws:iam::{STRANGERS_ACCOUNT}:user/stranger",
        f"arn:aws:iam::{STRANGERS_ACCOUNT}:root",
    ),
    "aws:principalaccount": (STRANGERS_ACCOUNT,),
    "aws:principalorgid": ("o-stranger00",),
    "aws:principalorgpaths": ("o-stranger00/r-stranger/ou-stranger/",),
    "aws:userid": ("AIDASTRANGER0000000A", "AROASTRANGER0000000A:stranger"),
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
    "ec2:sourceinstancearn": (f"arn:aws:ec2:us-east-1:{STRANGERS_ACCOUNT}:instance/i-0stranger",),
    "lambda:sourcefunctionarn": (f"arn:aws:lambda:us-east-1:{STRANGERS_ACCOUNT}:function:stranger",),
    "aws:chatbotsourcearn": (f"arn:aws:chatbot::{STRANGERS_ACCOUNT}:chat-configuration/stranger",),
    "identitystore:userid": ("stranger",),
}
_ACCOUNT_KEYS = {"aws:principalaccount", "aws:vpceaccount", "aws:sourceaccount", "aws:sourceowner"}
_PATH_KEYS = {"aws:principalorgpaths", "aws:vpceorgpaths", "aws:sourceorgpaths"}
_PRINCIPAL_TYPES = ("User", "AssumedRole", "Account", "FederatedUser")


class Space(NamedTuple):
    """One family of requests.

    trusted: whether keys may hold the values that only those whom the policy trusts have.
    through_endpoint: whether requests come through a VPC endpoint. foreign_endpoint: one that the policy does not state.
    in_organization: whether the caller's account is in an organisation.
    trust: whose values nobody here has, though the policy trusts them. counted: the only VPCs and endpoints that are no
    foreign ones; None where all that the policy states are none.
    owner_account: as far as it is known.
    named: the principals that the policy names; each is a caller of its own.
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


def _filled(pattern: Text, star: str) -> Text:
    return with_known_pieces(pattern, lambda piece: unescaped(piece.replace("*", star).replace("?", "0")))


def _own_account(pattern: Text) -> Optional[str]:
    """An account number of a stranger's that a pattern lets through; None where the pattern states one in full."""
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


def _is_only_stars(part: Text) -> bool:
    return isinstance(part, str) and not part.strip("*")


def _is_digits(part: Text) -> bool:
    return isinstance(part, str) and part.isdigit()


def _own_arns(pattern: Text, stated_buckets: frozenset[Text]) -> Iterator[Text]:
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
            if has_wildcard(bucket) and _filled(bucket, "stranger") not in stated_buckets:
                place = region if account == "" else ""
                yield joined_text(["arn:", partition, ":", service, ":", place, "::", _filled(resource, "stranger")])
            continue
        own = _own_account(account)
        if own is not None:
            for star in ("stranger", ""):
                yield joined_text(["arn:", partition, ":", service, ":", region, f":{own}:", _filled(resource, star)])


def _own_identities(key: str, pattern: Text) -> Iterator[Text]:
    """Identifiers of a stranger's that a pattern lets through."""
    if key in _ACCOUNT_KEYS:
        own = _own_account(pattern)
        if own is not None:
            yield own
        return
    if not has_wildcard(pattern):
        return
    segments = [pattern]
    if key in _PATH_KEYS:
        segments = split_text(pattern, "/")
    elif key == "aws:userid":
        segments = split_text(pattern, ":")[:1]
    # An organisation, a unit or a unique id that is stated in full is not a stranger's, whatever follows it.
    if all(has_wildcard(segment) for segment in segments if segment):
        yield _filled(pattern, "stranger")


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


def _addresses(texts: Iterable[str], *, any_network: bool, trusted: frozenset[str] = frozenset()) -> Iterator[str]:
    """One address for each region that the stated networks make of the internet.

    any_network: also of those that are somebody's. trusted: the networks whose addresses nobody here has.
    """
    stated = [network for network in map(parse_network, dict.fromkeys(texts)) if network is not None]
    whole: list[Network] = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
    narrow = [network for network in stated if network.prefixlen >= _NARROW_PREFIX[network.version]]
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


def _of_own_account(account: Optional[Text], pattern: Text) -> Iterator[Text]:
    """ARNs of principals of one account that a pattern lets through."""
    if account is None:
        return
    for _, partition, service, _, stated, resource in _padded_arns(pattern):
        if stated == account or has_wildcard(stated):
            partition = "aws" if has_wildcard(partition) else partition
            service = "iam" if has_wildcard(service) else service
            for star in ("any", ""):
                yield joined_text(["arn:", partition, ":", service, "::", account, ":", _filled(resource, star)])


def _identity_values(space: Space, key: str, definition: ConditionKey, texts: list[Text]) -> Iterator[Text]:
    caller = space.caller
    if key in ("aws:principalaccount", "aws:userid") and caller.kind is CallerKind.ANONYMOUS:
        yield "anonymous"
        return
    if key == "aws:principalaccount" and caller.account is not None and caller.kind is not CallerKind.STRANGER:
        yield caller.account
        return
    if key == "aws:principalarn" and caller.kind in (CallerKind.NAMED, CallerKind.OWNER):
        named = caller.principal
        if named is not None and named.kind is not PrincipalKind.ACCOUNT and named.account is not None:
            yield named.role_arn or named.text
            return
        account = caller.account
        yield joined_text(["arn:aws:iam::", account or "", ":role/any"])
        yield from (arn for text in texts for arn in _of_own_account(account, text) if arn not in space.named)
        return
    own = _STRANGERS_OWN.get(key, ("stranger",))
    if key not in ("aws:principalarn", "aws:principalaccount"):  # whoever is of a trusted account is a caller by name
        yield from (_variants(text)[0] for text in texts if _may_have(space, key, definition, text))
    yield from own
    arns = [parts for parts in map(arn_parts, texts) if len(parts) == 6]
    buckets = frozenset(split_text(parts[5], "/")[0] for parts in arns)
    for text in texts:
        yield from _own_arns(text, buckets) if definition.type is ValueType.ARN else _own_identities(key, text)


def _may_have(space: Space, key: str, definition: ConditionKey, text: Text) -> bool:
    """Whether a caller of the space may have a value that the policy states."""
    if space.foreign_endpoint and definition.presence is Presence.ENDPOINT:
        return space.trusted and space.counted is not None and space.counted.leaves_out(key, text)
    return space.trusted and not space.trust.covers(key, text)


def _is_present(space: Space, presence: Presence) -> tuple[bool, bool]:
    """Whether the key can be there in these requests, and whether it can be absent."""
    caller = space.caller
    if presence in (Presence.ALWAYS, Presence.MAY_BE_ABSENT):
        return True, presence is Presence.MAY_BE_ABSENT
    if presence is Presence.NOT_SERVICE:
        return caller.kind is not CallerKind.SERVICE, caller.kind is CallerKind.SERVICE
    if presence in (Presence.SIGNED, Presence.SIGNED_MAY_BE_ABSENT):
        return caller.is_signed, not caller.is_signed or presence is Presence.SIGNED_MAY_BE_ABSENT
    if presence is Presence.ORGANIZATION_MEMBER:
        is_member = caller.is_signed and space.in_organization
        return is_member, not is_member
    if presence is Presence.SERVICE:
        return caller.kind is CallerKind.SERVICE, True
    through_endpoint = space.through_endpoint
    if presence is Presence.ENDPOINT:
        return through_endpoint, not through_endpoint
    if presence is Presence.NOT_ENDPOINT:
        return not through_endpoint, through_endpoint
    return False, True


def _texts_to_try(condition: Condition) -> Iterator[Text]:
    """The values of a condition that a request could carry. `Null` states none: it asks whether there is one."""
    if condition.operator is not None and condition.operator.base.type is not ValueType.NULL:
        yield from (value.text for value in condition.values if not value.variables)


def possible_values(space: Space, key: str, conditions: Sequence[Condition]) -> tuple[ContextValue, ...]:
    """Values of a key, one for each way in which the conditions on it can treat a request of the space."""
    if key == "aws:securetransport":  # in nearly every policy, and the same for every caller
        return (space.secure_transport,) if space.secure_transport is not None else ("true", "false")
    definition = conditions[0].definition
    if definition is None:
        return (None,)
    present, absent = _is_present(space, definition.presence)
    values: list[Optional[Text]] = []
    if present:
        texts = list(dict.fromkeys(text for condition in conditions for text in _texts_to_try(condition)))
        values += _present_values(space, key, definition, texts)
    if absent:
        values.append(None)
    found = dict.fromkeys(values)
    if definition.multivalued:
        return tuple(None if value is None else (value,) for value in found)
    return tuple(found)


def _present_values(space: Space, key: str, definition: ConditionKey, texts: list[Text]) -> Iterable[Text]:
    if key == "aws:principalisawsservice":
        return ("true" if space.caller.kind is CallerKind.SERVICE else "false",)
    if key in ("aws:principalservicename", "aws:principalservicenameslist"):
        return (space.caller.service or "stranger.amazonaws.com", *(() if space.caller.service else texts))
    if key == "aws:principaltype":
        return ("Anonymous",) if space.caller.kind is CallerKind.ANONYMOUS else _PRINCIPAL_TYPES
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


def values_of_variable(space: Space, key: str) -> tuple[ContextValue, ...]:
    """Values of a key that conditions use as a variable and do not test."""
    definition = find_condition_key(key)
    if definition is None:
        return (None,)
    present, absent = _is_present(space, definition.presence)
    values: list[ContextValue] = list(_present_values(space, key, definition, [])) if present else []
    return (*values, None) if absent else tuple(values)
