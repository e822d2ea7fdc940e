"""What a queue policy does, decided over all its statements.

Each verdict is about requests: whether one exists that it forbids, or demands. See the specification of the pack's verdicts
in the README; AWS's sources stand beside the parts that use them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Optional

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, YES, Ternary, any_of, known, unknown
from sqs_checks.policy.condition import Value
from sqs_checks.policy.document import PolicyDocument, Statement, wildcard_of
from sqs_checks.policy.own_names import THIS_ACCOUNT
from sqs_checks.policy.principals import (
    ANONYMOUS,
    STRANGER,
    UNNAMED_SERVICE,
    Caller,
    CallerKind,
    account_in,
    covers,
    is_account,
    is_account_id,
    parse_aws_principal,
)
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.policy.request_space import Space
from sqs_checks.policy.search import Finding, Rule, Witness, find_request
from sqs_checks.policy.service_request import Admission, ServiceRequest, admission
from sqs_checks.policy.sqs_actions import ALL_ACTIONS, CROSS_ACCOUNT_ACTIONS, SEND
from sqs_checks.policy.trust import NOBODY, Trust
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.texts import Text

_ENDPOINT_KEYS = {
    "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths",
    "aws:vpcsourceip", "aws:sourceip",
}  # fmt: skip
_ORGANIZATION_KEYS = {"aws:principalorgid", "aws:principalorgpaths"}
# Keys that only requests of an AWS service carry.
SOURCE_KEYS = {"aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths"}
_SAME_FOR_ALL_CALLERS = {
    "aws:securetransport", "aws:currenttime", "aws:epochtime", "aws:useragent", "aws:referer", "aws:requestedregion",
    "aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce",
}  # fmt: skip
# Keys by which a policy can trust a principal of an account that it does not name.
_TRUSTED_KEYS = _ENDPOINT_KEYS | _ORGANIZATION_KEYS | {"aws:userid", "aws:ec2instancesourcevpc", "ec2:sourceinstancearn"}
# Keys that tell a principal from a caller without credentials, or from a service.
_CALLER_PREFIXES = ("aws:principal", "aws:user", "aws:multifactor", "aws:token", "aws:calledvia", "aws:via")


class Verdict(NamedTuple):
    """holds: whether the policy does what the verdict names. witness: a request that proves it, or disproves it where the
    verdict is about all requests."""

    holds: Ternary
    witness: Optional[Witness] = None


def _verdict(findings: Iterable[Finding]) -> Verdict:
    """Whether one of the findings is certain, with its witness."""
    result = NO
    for finding in findings:
        result = result | finding.exists
        if finding.exists.is_yes:
            return Verdict(YES, finding.witness)
    return Verdict(result)


def _mirrored(verdict: Verdict) -> Verdict:
    return Verdict(~verdict.holds, verdict.witness)


class QueuePolicy:
    """A policy document attached to a queue.

    identity: of the queue. own_account: the id of the account that the code is applied to, where it is known.
    owner_account: of the queue's owner, where the document or the code tells; None where not.
    """

    def __init__(
        self,
        document: PolicyDocument,
        identity: QueueIdentity = QueueIdentity(),  # noqa: B008  # frozen
        own_account: Optional[str] = None,
    ) -> None:
        self.document = document
        self.identity = identity
        self.owner_account: Optional[Text] = identity.account
        if identity.account in (None, THIS_ACCOUNT) and len(document.queue_accounts) == 1:
            (self.owner_account,) = document.queue_accounts
        elif identity.account == THIS_ACCOUNT and own_account is not None:
            self.owner_account = own_account
        self._allows = tuple(statement for statement in document.statements if not statement.is_allow.is_no)
        self._denies = tuple(statement for statement in document.statements if not statement.is_deny.is_no)

    # What several verdicts need

    @computed_once
    def _tells_callers_apart(self) -> bool:
        return any(key.startswith(_CALLER_PREFIXES) for key in self.document.condition_keys) or not all(
            statement.principals.everyone for statement in self._denies
        )

    @computed_once
    def _named_queues(self) -> frozenset[Text]:
        """What the statements call a queue, where that may be this one; more than one leaves open which."""
        return frozenset(
            resource.text if isinstance(resource, Value) else resource.reason
            for statement in self.document.statements
            for resource in statement.resources or ()
            if not isinstance(resource, Value) or self.identity.is_named_by(resource.text).is_unknown
        )

    def applies_to_queue(self, statement: Statement) -> Ternary:
        """Whether a statement is about the queue. A missing `Resource`, which SQS refuses, is read as this queue."""
        if statement.resources is None:
            return YES
        named = any_of(self._names_queue(resource) for resource in statement.resources)
        return ~named if statement.inverts_resources else named

    def _names_queue(self, resource: object) -> Ternary:
        if isinstance(resource, Unknown):
            return unknown(resource.reason)
        assert isinstance(resource, Value)
        if resource.variables:
            return unknown(f"`{resource.text}` depends on the request")
        named = self.identity.is_named_by(resource.text)
        # A policy that names one queue only is attached to that one, whatever little the code tells of the queue.
        return YES if named.is_unknown and len(self._named_queues) == 1 else named

    @computed_once
    def _queue_allows(self) -> tuple[tuple[Statement, Ternary], ...]:
        pairs = ((statement, statement.is_allow & self.applies_to_queue(statement)) for statement in self._allows)
        return tuple((statement, applies) for statement, applies in pairs if not applies.is_no)

    @computed_once
    def _queue_denies(self) -> tuple[tuple[Statement, Ternary], ...]:
        pairs = ((statement, statement.is_deny & self.applies_to_queue(statement)) for statement in self._denies)
        return tuple((statement, applies) for statement, applies in pairs if not applies.is_no)

    def _rules(self, statements: Iterable[tuple[Statement, Ternary]], caller: Caller) -> list[Rule]:
        rules = (Rule(statement, applies & covers(statement, caller, self.owner_account)) for statement, applies in statements)
        return [rule for rule in rules if not rule.applies.is_no]

    def _spaces(self, caller: Caller, *, trusted: bool, trust: Trust = NOBODY) -> Iterator[Space]:
        """The families of requests that the policy's conditions can tell apart for a caller."""
        keys = self.document.condition_keys
        for through_endpoint in (False, True) if keys & _ENDPOINT_KEYS else (False,):
            for in_organization in (True, False) if keys & _ORGANIZATION_KEYS and caller.is_signed else (True,):
                yield Space(
                    caller,
                    trusted=trusted,
                    through_endpoint=through_endpoint,
                    in_organization=in_organization,
                    owner_account=self.owner_account,
                    named=self.document.named_principals,
                    trust=trust,
                )

    def _granted(
        self,
        caller: Caller,
        *,
        trusted: bool,
        by: Optional[tuple[Statement, Ternary]] = None,
        weight: Ternary = YES,
        trust: Trust = NOBODY,
    ) -> Iterator[Finding]:
        """Requests of an outside caller that an Allow lets through. SQS honours some grants for its own account only.

        by: the Allow to consider, of all those on the queue. weight: as `find_request` takes it. trust: as `Space` has it.
        """
        allows = self._rules(self._queue_allows if by is None else (by,), caller)
        if not allows:
            return
        denies = self._rules(self._queue_denies, caller)
        for space in self._spaces(caller, trusted=trusted, trust=trust):
            for allow in allows:
                yield find_request(space, allow, denies, CROSS_ACCOUNT_ACTIONS, weight)

    # The verdicts

    @computed_once
    def public(self) -> Verdict:
        """An outsider with nothing but what it can choose, or a service for an outsider's resource, gets through."""
        return _verdict(self._public_requests())

    def _public_requests(self) -> Iterator[Finding]:
        yield from self._granted(STRANGER, trusted=False)
        if self._tells_callers_apart:
            yield from self._granted(ANONYMOUS, trusted=False)
        if self._tells_callers_apart or self.document.condition_keys & SOURCE_KEYS:
            yield from self._granted(UNNAMED_SERVICE, trusted=False)

    @computed_once
    def cross_account(self) -> Verdict:
        """Somebody outside the owner's account gets through, if only with values that the policy trusts."""
        return self.cross_account_beyond(NOBODY)

    def cross_account_beyond(self, trust: Trust) -> Verdict:
        """Somebody gets through who is outside the owner's account and is not trusted by the owner either."""
        if self.public.holds.is_yes:
            return self.public
        result = _verdict(self._cross_account_requests(trust))
        return Verdict(result.holds | self.public.holds, result.witness)

    def _cross_account_requests(self, trust: Trust) -> Iterator[Finding]:
        if self.document.condition_keys & _TRUSTED_KEYS:
            yield from self._granted(STRANGER, trusted=True, trust=trust)
        allowed_accounts: set[Text] = set()
        for caller in self._named_callers(self.document.statements):
            foreign = self._is_foreign(caller.account, trust)
            if foreign.is_no or caller.account in trust.accounts:
                continue
            for finding in self._granted(caller, trusted=True):
                if finding.exists.is_yes and caller.account is not None:
                    allowed_accounts.add(caller.account)
                # Two accounts cannot both be the owner's.
                certain = foreign | known(len(allowed_accounts) > 1)
                yield Finding(finding.exists & certain, finding.witness)
        yield from self._services_of_foreign_accounts(trust)

    def _named_callers(self, statements: Iterable[Statement]) -> Iterator[Caller]:
        """The principals that statements name, in `Principal`, `NotPrincipal` or as a condition's account."""
        seen: set[Text] = set()
        for statement in statements:
            for text in (*statement.principals.aws, *self._accounts_in_conditions(statement)):
                if text not in seen:
                    seen.add(text)
                    principal = parse_aws_principal(text)
                    yield Caller(CallerKind.NAMED, principal.account, principal)

    @staticmethod
    def _accounts_in_conditions(statement: Statement) -> Iterator[Text]:
        for condition in statement.conditions:
            if condition.key in ("aws:principalaccount", "aws:principalarn"):
                for value in condition.values:
                    account = account_in(value.text)
                    if is_account_id(account):
                        yield account

    def _services_of_foreign_accounts(self, trust: Trust) -> Iterator[Finding]:
        """Services that act for resources of another account: a foreign account's topic that sends to the queue."""
        for allow in self._queue_allows:
            statement, _ = allow
            foreign = self._source_is_foreign(statement, trust)
            if foreign.is_no:
                continue
            for service in (*statement.principals.services, None):
                caller = Caller(CallerKind.SERVICE, service=service)
                yield from self._granted(caller, trusted=True, by=allow, weight=foreign, trust=trust)

    def _source_is_foreign(self, statement: Statement, trust: Trust) -> Ternary:
        """Whether the resources for which a statement lets services in belong to other accounts; NO where it states none."""
        accounts: set[Optional[Text]] = set()
        hidden = unknown(*statement.hidden_conditions) if statement.hidden_conditions else NO
        for condition in statement.conditions:
            if condition.key in ("aws:sourceorgid", "aws:sourceorgpaths"):
                if not all(trust.covers(condition.key, value.text) for value in condition.values):
                    return YES
                hidden = hidden | (unknown(*condition.hidden) if condition.hidden else NO)
            elif condition.key in SOURCE_KEYS:
                hidden = hidden | (unknown(*condition.hidden) if condition.hidden else NO)
                for value in condition.values:
                    if trust.covers_source(value.text):
                        continue
                    accounts.add(account_in(value.text) or None)
        if len(accounts - {None, self.owner_account, THIS_ACCOUNT}) > 1:
            return YES
        return hidden | any_of(self._is_foreign(account, trust) for account in accounts)

    def _is_foreign(self, account: Optional[Text], trust: Trust) -> Ternary:
        """Whether an account that is stated, and not listed as trusted, is another than the queue's own."""
        if trust.lists_accounts and self.owner_account == THIS_ACCOUNT and account is not None and is_account_id(account):
            return YES
        return ~is_account(account, self.owner_account)

    @computed_once
    def confused_deputy(self) -> Verdict:
        """A service that an Allow names gets through when it acts for a stranger's resource."""
        return _verdict(self._deputy_requests())

    def _deputy_requests(self) -> Iterator[Finding]:
        for allow in self._queue_allows:
            statement, _ = allow
            if statement.inverts_principals:
                continue
            for service in statement.principals.services:
                yield from self._granted(Caller(CallerKind.SERVICE, service=service), trusted=False, by=allow)
            if statement.principals.hidden:
                # A service may be among them; where everyone is named too, one that is not named gets through all the same.
                named = unknown(*statement.principals.hidden)
                yield from self._granted(UNNAMED_SERVICE, trusted=False, by=allow, weight=named)

    @computed_once
    def non_tls_refused(self) -> Verdict:
        """Every request over plain HTTP, by anyone, for every action on the queue, is explicitly denied."""
        return _mirrored(_verdict(self._plain_http_requests()))

    def _plain_http_requests(self) -> Iterator[Finding]:
        named = frozenset(text for statement in self._denies for text in statement.principals.aws)
        for caller in self._kinds_of_callers():
            denies = self._rules(self._queue_denies, caller)
            for space in self._spaces(caller, trusted=True):
                # Only Deny statements matter here: whom an Allow names is a caller like any other.
                plain = space._replace(secure_transport="false", named=named)
                yield find_request(plain, None, denies, ALL_ACTIONS)

    def _kinds_of_callers(self) -> Iterator[Caller]:
        """One of each kind of caller that the Deny statements can treat differently."""
        yield self._owner
        keys = {key for deny in self._denies for condition in deny.conditions for key in (condition.key, *condition.variables)}
        hides = any(deny.hidden_conditions for deny in self._denies)
        if not hides and keys <= _SAME_FOR_ALL_CALLERS and all(deny.principals.everyone for deny in self._denies):
            return
        yield ANONYMOUS
        yield STRANGER
        yield UNNAMED_SERVICE
        for service in dict.fromkeys(name for statement in self._denies for name in statement.principals.services):
            yield Caller(CallerKind.SERVICE, service=service)
        yield from self._named_callers(self._denies)

    @computed_once
    def _owner(self) -> Caller:
        return Caller(CallerKind.OWNER, self.owner_account or THIS_ACCOUNT)

    @computed_once
    def vpc_only(self) -> Verdict:
        """No principal gets through from anywhere but a VPC or VPC endpoint that the policy states."""
        return self.vpc_only_within(NOBODY)

    def vpc_only_within(self, counted: Trust) -> Verdict:
        """The same, of the listed VPCs and endpoints only, where some are listed."""
        return _mirrored(_verdict(self._requests_from_elsewhere(counted)))

    def _requests_from_elsewhere(self, counted: Trust) -> Iterator[Finding]:
        yield from self._from_elsewhere(self._owner, counted, known_allowed=YES)
        for outsider in (STRANGER, ANONYMOUS):
            yield from self._from_elsewhere(outsider, counted, known_allowed=NO)
        for caller in self._named_callers(self.document.statements):
            yield from self._from_elsewhere(caller, counted, known_allowed=is_account(caller.account, self.owner_account))

    def _from_elsewhere(self, caller: Caller, counted: Trust, *, known_allowed: Ternary) -> Iterator[Finding]:
        """Requests of a caller over the internet or a foreign endpoint. known_allowed: whether they need no Allow."""
        denies = self._rules(self._queue_denies, caller)
        allows = self._rules(self._queue_allows, caller)
        for space in self._spaces(caller, trusted=True):
            elsewhere = space._replace(foreign_endpoint=True, counted=counted)
            if not known_allowed.is_no:
                yield find_request(elsewhere, None, denies, ALL_ACTIONS, known_allowed)
            if not known_allowed.is_yes:
                for allow in allows:
                    yield find_request(elsewhere, allow, denies, CROSS_ACCOUNT_ACTIONS)

    def lets_in(self, sender: ServiceRequest) -> Admission:
        """Whether an AWS service may send to the queue for a resource of its own."""
        return admission(sender, (*self._queue_allows, *self._queue_denies), SEND, self.owner_account)

    @computed_once
    def wildcard_action(self) -> Verdict:
        """An Allow on this queue matches more than one queue action by a wildcard, or names what it leaves out."""
        return _verdict(self._wildcard_findings())

    def _wildcard_findings(self) -> Iterator[Finding]:
        for statement, applies in self._queue_allows:
            yield Finding(applies & wildcard_of(statement), Witness(self._owner, statement.certain_actions, statement))
