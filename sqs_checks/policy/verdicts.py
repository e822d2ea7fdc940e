"""What a queue policy does, decided over all its statements.

Each verdict is about requests: whether one exists that it forbids, or demands. See the specification of the pack's verdicts
in the README; AWS's sources stand beside the parts that use them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, NamedTuple, Optional

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, YES, Ternary, any_of, known, unknown
from sqs_checks.policy.condition import Value
from sqs_checks.policy.document import EVERYONE, PolicyDocument, Statement, wildcard_of
from sqs_checks.policy.own_names import THIS_ACCOUNT, holds_own_things
from sqs_checks.policy.principals import (
    ANONYMOUS,
    STRANGER,
    STRANGERS_ACCOUNT,
    UNNAMED_SERVICE,
    Caller,
    CallerKind,
    PrincipalKind,
    account_in,
    covers,
    is_account,
    is_account_id,
    parse_aws_principal,
)
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.policy.request_space import CALLER_ARN_KEYS, IDENTITY_KEYS, SERVICE_NAME_KEYS, Space
from sqs_checks.policy.search import Finding, Rule, Witness, find_request
from sqs_checks.policy.service_request import Admission, ServiceRequest, admission
from sqs_checks.policy.sqs_actions import ALL_ACTIONS, CROSS_ACCOUNT_ACTIONS, SEND, ActionSet
from sqs_checks.policy.trust import NOBODY, Trust
from sqs_checks.policy.wildcards import has_wildcard
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.texts import Text

_ENDPOINT_KEYS = {
    "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths",
    "aws:vpcsourceip", "aws:sourceip",
}  # fmt: skip
_ORGANIZATION_KEYS = {"aws:principalorgid", "aws:principalorgpaths"}
# Keys that only requests of an AWS service carry.
_SOURCE_ACCOUNT_KEYS = {"aws:sourcearn", "aws:sourceaccount", "aws:sourceowner"}
_SOURCE_ORGANIZATION_KEYS = {"aws:sourceorgid", "aws:sourceorgpaths"}
SOURCE_KEYS = frozenset(_SOURCE_ACCOUNT_KEYS | _SOURCE_ORGANIZATION_KEYS)
_TAGGING_PREFIXES = ("aws:tagkeys", "aws:requesttag/")
_SAME_FOR_ALL_CALLERS = {
    "aws:securetransport", "aws:currenttime", "aws:epochtime", "aws:useragent", "aws:referer", "aws:requestedregion",
    "aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce",
}  # fmt: skip
# Keys by which a policy can trust a principal of an account that it does not name.
_TRUSTED_KEYS = _ENDPOINT_KEYS | _ORGANIZATION_KEYS | {"aws:userid", "aws:ec2instancesourcevpc", "identitystore:userid"}
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
        self._region: Optional[Text] = identity.region
        if not isinstance(identity.region, str) and len(document.queue_regions) == 1:
            (self._region,) = document.queue_regions
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
        is_anywhere = keys & _ENDPOINT_KEYS and caller.kind is not CallerKind.SERVICE
        families = product(
            (False, True) if is_anywhere else (False,),
            (True, False) if keys & _ORGANIZATION_KEYS and caller.is_signed else (True,),
            self._identities(caller),
            (False, True) if any(key.startswith(_TAGGING_PREFIXES) for key in keys) else (None,),
        )
        for through_endpoint, in_organization, identity, tagging in families:
            yield Space(
                caller,
                trusted=trusted,
                through_endpoint=through_endpoint,
                in_organization=in_organization,
                owner_account=self.owner_account,
                named=self.document.named_principals,
                trust=trust,
                region=self._region,
                identity=identity,
                tagging=tagging,
            )

    def _identities(self, caller: Caller) -> tuple[Optional[PrincipalKind], ...]:
        """The kinds of principal that a caller may be, as far as conditions can tell them apart."""
        kind = caller.principal.kind if caller.principal is not None else PrincipalKind.ACCOUNT
        if not caller.is_signed or kind is PrincipalKind.OTHER:
            return (None,)
        if kind is not PrincipalKind.ACCOUNT:
            return (PrincipalKind.USER if kind is PrincipalKind.USER else PrincipalKind.ROLE,)
        if len(self.document.condition_keys & IDENTITY_KEYS) < 2:
            return (None,)
        return PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.ACCOUNT

    def _granted(
        self,
        caller: Caller,
        *,
        trusted: bool,
        by: Optional[tuple[Statement, Ternary]] = None,
        weight: Ternary = YES,
        trust: Trust = NOBODY,
        **source: Any,
    ) -> Iterator[Finding]:
        """Requests of an outside caller that an Allow lets through. SQS honours some grants for its own account only.

        by: the Allow to consider, of all those on the queue. weight: as `find_request` takes it. trust: as `Space` has it.
        source: what `Space` says of the resource for which a service calls.
        """
        allows = self._rules(self._queue_allows if by is None else (by,), caller)
        if not allows:
            return
        denies = self._rules(self._queue_denies, caller)
        for space in self._spaces(caller, trusted=trusted, trust=trust):
            for allow in allows:
                yield find_request(space._replace(**source), allow, denies, CROSS_ACCOUNT_ACTIONS, weight)

    def _services(self, statement: Statement) -> Iterator[Caller]:
        """The services that an Allow lets in: those that it names, and those that the policy states where it lets in everyone."""
        principals = statement.principals
        named = () if statement.inverts_principals else principals.services
        may_be_any = principals.everyone or principals.hidden or statement.inverts_principals
        stated = self._stated_services if may_be_any else ()
        for service in dict.fromkeys((*named, *stated)):
            yield Caller(CallerKind.SERVICE, service=service)

    @computed_once
    def _stated_services(self) -> tuple[Text, ...]:
        """The services that some statement treats by name."""
        statements = self.document.statements
        named = [service for statement in statements for service in statement.principals.services]
        for condition in (condition for statement in statements for condition in statement.conditions):
            if condition.key in SERVICE_NAME_KEYS:
                named += [text for text in condition.stated_texts() if not has_wildcard(text)]
        return tuple(dict.fromkeys(named))

    def _is_left_out(self, service: Optional[Text]) -> Ternary:
        """Whether a Deny leaves a service out by `NotPrincipal`."""
        result = NO
        for statement, applies in self._queue_denies:
            principals = statement.principals
            # Of a statement that is hidden as a whole it is not known either.
            may_be_inverted = statement.inverts_principals or (statement.is_deny.is_unknown and principals.hidden)
            if statement.inverts_principals and service in principals.services:
                result = result | applies
            elif may_be_inverted and principals.hidden:
                result = result | (applies & unknown(*principals.hidden))
        return result

    def not_denied(self, principal: Text, statement: Statement, actions: ActionSet = ALL_ACTIONS) -> Ternary:
        """Whether some request of a principal whom an Allow names, for some of its actions, is not denied again."""
        certain, possible = statement.certain_actions & actions, statement.possible_actions & actions
        callers = tuple(self._callers_of(principal))
        found = any_of(self._is_not_denied(caller, certain) for caller in callers)
        if found.is_yes or certain == possible:
            return found
        return found | (unknown("an action is not known") & any_of(self._is_not_denied(caller, possible) for caller in callers))

    def _is_not_denied(self, caller: Caller, actions: ActionSet) -> Ternary:
        denies = self._rules(self._queue_denies, caller)
        return any_of(find_request(space, None, denies, actions).exists for space in self._spaces(caller, trusted=True))

    def _callers_of(self, principal: Text) -> Iterator[Caller]:
        """Callers of each kind that a principal stands for."""
        if principal == EVERYONE:
            yield from (STRANGER, ANONYMOUS, self._owner, UNNAMED_SERVICE)
            yield from (Caller(CallerKind.SERVICE, service=service) for service in self._stated_services)
            yield from self._named_callers(self.document.statements)
        elif any(principal in statement.principals.services for statement in self.document.statements):
            yield Caller(CallerKind.SERVICE, service=principal)
        else:
            parsed = parse_aws_principal(principal)
            yield Caller(CallerKind.NAMED, parsed.account, parsed)

    # The verdicts

    @computed_once
    def public(self) -> Verdict:
        """An outsider with nothing but what it can choose, or a service for an outsider's resource, gets through."""
        return _verdict(self._public_requests())

    def _public_requests(self) -> Iterator[Finding]:
        yield from self._granted(STRANGER, trusted=False)
        if self._tells_callers_apart:
            yield from self._granted(ANONYMOUS, trusted=False)
        if self._tells_callers_apart or self.document.condition_keys & (SOURCE_KEYS | _ENDPOINT_KEYS):
            yield from self._granted(UNNAMED_SERVICE, trusted=False)
        for allow in self._queue_allows:
            named = () if allow[0].inverts_principals else allow[0].principals.services
            for service in self._services(allow[0]):
                if service.service not in named:
                    yield from self._granted(service, trusted=False, by=allow)

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
            yield from self._granted(ANONYMOUS, trusted=True, trust=trust)
        allowed_accounts: set[Text] = set()
        for caller in self._named_callers(self.document.statements):
            foreign = self._is_foreign(caller.account, trust)
            if foreign.is_no or caller.account in trust.accounts:
                continue
            for finding in self._granted(caller, trusted=True, trust=trust):
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
            if condition.key == "aws:principalaccount" or condition.key in CALLER_ARN_KEYS:
                for text in condition.stated_texts():
                    account = account_in(text)
                    if is_account_id(account) or holds_own_things(account):
                        yield account

    def _services_of_foreign_accounts(self, trust: Trust) -> Iterator[Finding]:
        """Services that act for resources of another account: a foreign account's topic that sends to the queue."""
        sources = tuple(self._sources(trust))
        for allow in self._queue_allows:
            allowed_accounts: set[Text] = set()
            for service, (account, foreign) in product((*self._services(allow[0]), UNNAMED_SERVICE), sources):
                for finding in self._granted(service, trusted=True, by=allow, trust=trust, source_account=account):
                    if finding.exists.is_yes:
                        allowed_accounts.add(account)
                    certain = foreign | known(len(allowed_accounts - {THIS_ACCOUNT}) > 1)
                    yield Finding(finding.exists & certain, finding.witness)

    def _sources(self, trust: Trust) -> Iterator[tuple[Text, Ternary]]:
        """The accounts of whose resources conditions speak, and whether they are foreign."""
        conditions = [condition for statement in self.document.statements for condition in statement.conditions]
        stated = [text for condition in conditions if condition.key in _SOURCE_ACCOUNT_KEYS for text in condition.stated_texts()]
        accounts = dict.fromkeys(account_in(text) for text in stated)
        for account in accounts:
            foreign = self._is_foreign(account, trust)
            if account and not has_wildcard(account) and account not in trust.accounts and not foreign.is_no:
                yield account, foreign
        if any(condition.key in _SOURCE_ORGANIZATION_KEYS for condition in conditions):
            yield STRANGERS_ACCOUNT, YES
        nameless = next((text for text in stated if isinstance(text, str) and account_in(text) == ""), None)
        if nameless is not None:
            yield STRANGERS_ACCOUNT, unknown(f"in which account `{nameless}` is, is not known")
        hidden = [reason for condition in conditions if condition.key in SOURCE_KEYS for reason in condition.hidden]
        hidden += [reason for statement in self.document.statements for reason in statement.hidden_conditions]
        if hidden:
            yield STRANGERS_ACCOUNT, unknown(*hidden)

    def _is_foreign(self, account: Optional[Text], trust: Trust) -> Ternary:
        """Whether an account that is stated, and not listed as trusted, is another than the queue's own."""
        if trust.lists_accounts and self.owner_account == THIS_ACCOUNT and account is not None and is_account_id(account):
            return YES
        return ~is_account(account, self.owner_account)

    @computed_once
    def confused_deputy(self) -> Verdict:
        """A service that an Allow names, or a Deny leaves out, gets through when it acts for a stranger's resource.

        A resource whose ARN holds no account may be a stranger's, once its name is free again: AWS asks for the account as well.
        Source: IAM User Guide, "AWS global condition context keys" (aws:SourceArn).
        """
        return _verdict(self._deputy_requests())

    def _deputy_requests(self) -> Iterator[Finding]:
        for allow in self._queue_allows:
            statement, _ = allow
            named = () if statement.inverts_principals else statement.principals.services
            for service in (*self._services(statement), UNNAMED_SERVICE):
                weight = YES if service.service in named else self._is_left_out(service.service)
                if statement.principals.hidden and not statement.inverts_principals:
                    weight = weight | unknown(*statement.principals.hidden)
                if not weight.is_no:
                    yield from self._granted(service, trusted=False, by=allow, weight=weight, names_change_hands=True)

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
        """One of each kind of caller that can use plain HTTP, as no AWS service does, and that the Denies treat differently."""
        yield self._owner
        keys = {key for deny in self._denies for condition in deny.conditions for key in (condition.key, *condition.variables)}
        hides = any(deny.hidden_conditions for deny in self._denies)
        if not hides and keys <= _SAME_FOR_ALL_CALLERS and all(deny.principals.everyone for deny in self._denies):
            return
        yield ANONYMOUS
        yield STRANGER
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
