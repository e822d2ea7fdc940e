"""Who calls, and whom a statement's principals cover.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "AWS JSON policy elements: NotPrincipal".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, any_of, unknown
from sqs_checks.policy.document import EVERYONE, Principals, Statement
from sqs_checks.policy.own_names import THIS_ACCOUNT, holds_own_things, is_other_account
from sqs_checks.policy.wildcards import arn_parts, has_wildcard, matches
from sqs_checks.values.configuration_values import joined_text
from sqs_checks.values.texts import Text, prefix_of, split_text

_ACCOUNT = re.compile(r"\d{12}")


class PrincipalKind(Enum):
    ACCOUNT = "account"
    USER = "user"
    ROLE = "role"
    SESSION = "assumed-role session"
    OTHER = "other principal"


@dataclass(frozen=True)
class AwsPrincipal:
    """What one value of `Principal.AWS` names. account: None where the text does not tell."""

    text: Text
    kind: PrincipalKind
    account: Optional[Text]
    role_arn: Optional[Text] = None


@lru_cache(maxsize=4096)
def parse_aws_principal(text: Text) -> AwsPrincipal:
    """An account id, an ARN of a root, user, role or session, or a unique id (`AIDA…`, `AROA…`)."""
    if is_account_id(text) or text == THIS_ACCOUNT:
        return AwsPrincipal(text, PrincipalKind.ACCOUNT, text)
    parts = arn_parts(text)
    if len(parts) != 6:
        kind = (
            PrincipalKind.USER
            if prefix_of(text).startswith("AIDA")
            else PrincipalKind.ROLE
            if prefix_of(text).startswith("AROA")
            else PrincipalKind.OTHER
        )
        return AwsPrincipal(text, kind, None)
    account, resource = parts[4], parts[5]
    if resource == "root":
        return AwsPrincipal(text, PrincipalKind.ACCOUNT, account)
    prefix, *path = split_text(resource, "/")
    if prefix == "assumed-role":
        role = joined_text([parts[0], ":", parts[1], ":iam::", account, ":role/", path[0] if path else ""])
        return AwsPrincipal(text, PrincipalKind.SESSION, account, role)
    kinds = {"user": PrincipalKind.USER, "role": PrincipalKind.ROLE}
    return AwsPrincipal(text, kinds.get(str(prefix), PrincipalKind.OTHER), account)


class CallerKind(Enum):
    ANONYMOUS = "anybody, without credentials"
    STRANGER = "a principal of an unrelated account"
    OWNER = "a principal of the queue's own account"
    NAMED = "a principal that the policy names"
    SERVICE = "an AWS service"


@dataclass(frozen=True)
class Caller:
    """Who makes a request.

    account: of a principal. principal: of a named one, as the policy writes it. service: of a service that the policy
    names; None for one that it does not.
    """

    kind: CallerKind
    account: Optional[Text] = None
    principal: Optional[AwsPrincipal] = None
    service: Optional[Text] = None

    @property
    def is_signed(self) -> bool:
        return self.kind in (CallerKind.STRANGER, CallerKind.OWNER, CallerKind.NAMED)


ANONYMOUS = Caller(CallerKind.ANONYMOUS)
# No policy states this account: AWS's examples use 1111… to 9999… and 1234…, and a generated one would be chance.
STRANGERS_ACCOUNT = "660666066606"
STRANGER = Caller(CallerKind.STRANGER, STRANGERS_ACCOUNT)
UNNAMED_SERVICE = Caller(CallerKind.SERVICE)


def is_account_id(text: Text) -> bool:
    return isinstance(text, str) and _ACCOUNT.fullmatch(text) is not None


def account_in(text: Text) -> Text:
    """The account in an ARN, empty where it has none; the text itself where it is no ARN but should be an account's id."""
    parts = arn_parts(text)
    return parts[4] if len(parts) == 6 else text


def is_account(stated: Optional[Text], owner_account: Optional[Text]) -> Ternary:
    """Whether a stated account is the queue's own. owner_account: None where nobody knows it."""
    if stated is None:
        return unknown("the principal's account is not known")
    if stated in (THIS_ACCOUNT, owner_account):
        return YES
    if is_other_account(stated):
        return NO
    if holds_own_things(stated) or owner_account in (None, THIS_ACCOUNT):
        return unknown(f"whether {stated} is the queue's own account is not known")
    return NO


@lru_cache(maxsize=4096)
def _covers_one(text: Text, caller: Caller, owner_account: Optional[Text]) -> Ternary:
    if caller.kind is CallerKind.STRANGER:
        # AWS refuses wildcards inside a principal; where one stands all the same, it is taken at its word.
        if not has_wildcard(text):
            return NO
        strangers = (f"arn:aws:iam::{caller.account}:{name}" for name in ("root", "user/stranger", "role/stranger"))
        return YES if any(matches(text, stranger) for stranger in strangers) else NO
    named = parse_aws_principal(text)
    if caller.kind is CallerKind.OWNER:
        return is_account(named.account, owner_account) if named.kind is PrincipalKind.ACCOUNT else NO
    principal = caller.principal
    if principal is None:
        return NO
    if text in (principal.text, principal.role_arn):
        return YES
    if named.kind is PrincipalKind.ACCOUNT and named.account is not None and principal.account is not None:
        if named.account == principal.account:
            return YES
        return is_account(named.account, owner_account) & is_account(principal.account, owner_account)
    return NO


def _covers(principals: Principals, caller: Caller, owner_account: Optional[Text]) -> Ternary:
    if principals.everyone:
        return YES
    hidden = unknown(*principals.hidden) if principals.hidden else NO
    if caller.kind is CallerKind.SERVICE:
        services = principals.services
        return YES if "*" in services or (caller.service in services) else hidden
    if caller.kind is CallerKind.ANONYMOUS:
        return hidden
    if caller.principal and caller.principal.text in principals.others:
        return YES
    return hidden | any_of(_covers_one(text, caller, owner_account) for text in principals.aws)


def covers(statement: Statement, caller: Caller, owner_account: Optional[Text]) -> Ternary:
    """Whether a statement's `Principal` or `NotPrincipal` is about a caller."""
    covered = _covers(statement.principals, caller, owner_account)
    return ~covered if statement.inverts_principals else covered


def same_principal(text: Text) -> Text:
    """A principal in the one spelling of all that it has: an account by its id, which its root's ARN means too."""
    principal = parse_aws_principal(text)
    return principal.account if principal.kind is PrincipalKind.ACCOUNT and principal.account is not None else text


def named_principals(statement: Statement) -> list[Text]:
    """Whom a statement names, as it writes them; `*` for everyone. Nobody where it names whom it leaves out."""
    principals = statement.principals
    if statement.inverts_principals:
        return []
    everyone: list[Text] = [EVERYONE] if principals.everyone else []
    return [*everyone, *principals.aws, *principals.services, *principals.others]
