"""Who uses a queue: by the statements of its policies, and as resources of the code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqs_checks.descriptions.queue_description import Access, AccessCondition, Activity, Actor, ActorKind, Denial, Finding
from sqs_checks.judgement.ternary import NO, Ternary, unknown
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.relations import Place, PolicyAttachment, Role, Use
from sqs_checks.policy.document import EVERYONE, Statement
from sqs_checks.policy.explanation import (
    actions_in_words,
    caller_in_words,
    condition_in_words,
    effect_in_words,
    principals_in_words,
)
from sqs_checks.policy.principals import (
    PrincipalKind,
    is_account,
    is_account_id,
    named_principals,
    parse_aws_principal,
    same_principal,
)
from sqs_checks.policy.service_request import ServiceRequest, admission
from sqs_checks.policy.sqs_actions import DUTY_ACTIONS, SEND, ActionSet, Duty, names_of
from sqs_checks.policy.verdicts import QueuePolicy
from sqs_checks.values.texts import Text

_DUTIES = {Activity.SENDS: Duty.PRODUCER, Activity.RECEIVES: Duty.CONSUMER, Activity.ADMINISTERS: Duty.ADMINISTRATOR}
_KINDS = {
    PrincipalKind.ACCOUNT: "account",
    PrincipalKind.USER: "IAM user",
    PrincipalKind.ROLE: "IAM role",
    PrincipalKind.SESSION: "session of an IAM role",
    PrincipalKind.OTHER: "principal",
}


class PolicyOnQueue(NamedTuple):
    """A policy as it is attached to the queue at hand. attached: how certain that is."""

    attachment: PolicyAttachment
    policy: QueuePolicy
    attached: Ternary


def policies_on(model: QueueModel) -> list[PolicyOnQueue]:
    """The policies on a queue that can be read."""
    found = []
    for attachment, attached in model.policies:
        policy = attachment.policy()
        if policy is not None:
            on_queue = policy.policies[min(attachment.number, len(policy.policies) - 1)]
            found.append(PolicyOnQueue(attachment, on_queue, attached))
    return found


def findings_about(findings: Iterable[Finding], *names: str) -> tuple[str, ...]:
    """The checks whose findings name all of some things, such as a statement and the resource that holds it."""
    told = (one.check for one in findings if all(any(name in text for text in _texts_of(one)) for name in names))
    return tuple(dict.fromkeys(told))


def _texts_of(finding: Finding) -> Sequence[str]:
    return (*finding.problems, *map(str, finding.places))


def actors_of(model: QueueModel, findings: Sequence[Finding]) -> tuple[Actor, ...]:
    """Everybody who uses the queue, those of the policies first. findings: about the queue and what is attached to it."""
    actors: dict[tuple[ActorKind, Text, str], Actor] = {}
    on_queue = policies_on(model)
    stated = [one for policy in on_queue for one in _allowed(policy, findings)]
    stated += [
        _used(use, certainty, on_queue, findings) for use, certainty in model.uses if use.role is not Role.LEAVES_DEAD_LETTERS
    ]
    for actor in stated:
        # Everyone is not the same under each statement.
        key = (actor.kind, same_principal(actor.name) if actor.kind is ActorKind.PRINCIPAL else actor.name, actor.what)
        known = actors.get(key)
        accesses = (*known.accesses, *actor.accesses) if known else actor.accesses
        actors[key] = replace(known or actor, accesses=tuple(dict.fromkeys(accesses)))
    return tuple(actors.values())


def _allowed(on_queue: PolicyOnQueue, findings: Sequence[Finding]) -> Iterator[Actor]:
    policy = on_queue.policy
    for statement in policy.document.statements:
        applies = on_queue.attached & statement.is_allow & policy.applies_to_queue(statement)
        if applies.is_no:
            continue
        for principal in [EVERYONE] if statement.inverts_principals else named_principals(statement):
            access = _access(on_queue, statement, applies, principal, findings)
            if access is not None:
                yield _actor(on_queue, statement, principal, access)
        if statement.principals.hidden:
            access = _access(on_queue, statement, applies & unknown(*statement.principals.hidden), EVERYONE, findings)
            if access is not None:
                yield Actor("not known", "not known", ActorKind.UNKNOWN, "principals that are not known", (access,))


def _access(
    on_queue: PolicyOnQueue, statement: Statement, applies: Ternary, principal: Text, findings: Sequence[Finding]
) -> Access | None:
    """What a statement lets a principal do, as far as no Deny takes it back; None where nothing is left."""
    certainty: dict[Activity, Ternary] = {}
    actions: ActionSet = 0
    others = statement.possible_actions & ~sum(DUTY_ACTIONS.values())
    parts = {activity: statement.possible_actions & DUTY_ACTIONS[duty] for activity, duty in _DUTIES.items()}
    parts[Activity.READS] = others
    for activity, part in parts.items():
        if activity is Activity.READS and certainty:
            # Whoever sends or receives reads attributes as well: not worth a word.
            continue
        granted = applies & on_queue.policy.not_denied(principal, statement, part) if part else NO
        if not granted.is_no:
            certainty[activity] = granted
            actions |= part
    if not certainty:
        return None
    actions |= others
    reasons = [reason for one in certainty.values() for reason in one.reasons]
    reasons += statement.hidden_conditions
    reasons += [reason for condition in statement.conditions for reason in condition.hidden]
    stated_in = on_queue.attachment.place
    return Access(
        activities=tuple(certainty),
        actions=tuple(names_of(actions)),
        does=actions_in_words(actions),
        statement=statement.label,
        stated_in=stated_in,
        conditions=tuple(AccessCondition(one.key_name, condition_in_words(one)) for one in statement.conditions),
        findings=findings_about(findings, statement.label, f"`{stated_in.label}`"),
        unknown=tuple(dict.fromkeys(reasons)),
    )


def _actor(on_queue: PolicyOnQueue, statement: Statement, principal: Text, access: Access) -> Actor:
    if principal == EVERYONE:
        name = principals_in_words(statement).replace("`", "") if statement.inverts_principals else "everyone"
        return Actor(name, name, ActorKind.EVERYONE, _reach(on_queue.policy, statement), (access,))
    if principal in statement.principals.services:
        return Actor(str(principal), str(principal), ActorKind.SERVICE, "AWS service", (access,))
    parsed = parse_aws_principal(principal)
    own = is_account(parsed.account, on_queue.policy.owner_account)
    account = " of the queue's own account" if own.is_yes else " of another account" if own.is_no else ""
    short_name = str(principal)
    if is_account_id(parsed.account or "") and parsed.kind is not PrincipalKind.ACCOUNT:
        account += f", {parsed.account}" if account else f" of account {parsed.account}"
        short_name = str(principal).partition(f":{parsed.account}:")[2] or short_name
    if parsed.kind is PrincipalKind.ACCOUNT:
        what = "the queue's own account" if own.is_yes else "another account" if own.is_no else "account"
    else:
        what = f"{_KINDS[parsed.kind]}{account}"
    return Actor(str(principal), short_name, ActorKind.PRINCIPAL, what, (access,))


def _reach(policy: QueuePolicy, statement: Statement) -> str:
    """Who everyone is, under a statement and what the others deny."""
    public, witness = policy.public
    if witness is not None and (witness.statement == statement or not statement.conditions):
        return caller_in_words(witness.caller)
    if public.is_unknown:
        return "perhaps of any account"
    return "whom the conditions let in" if statement.conditions else "whom no Deny catches"


_ROLES = {Role.SENDS: Activity.SENDS, Role.CONSUMES: Activity.RECEIVES}


def _used(use: Use, certainty: Ternary, policies: Sequence[PolicyOnQueue], findings: Sequence[Finding]) -> Actor:
    """A resource of the code that sends to the queue or consumes it."""
    statement, stated_in, reasons = "", use.place, certainty.reasons
    if use.service is not None and use.source is not None:
        request = ServiceRequest(use.service, use.source.arn, use.source.account)
        let_in = _letting_in(request, policies)
        if let_in is not None:
            statement, stated_in, hidden = let_in
            reasons += hidden
    access = Access(
        activities=(_ROLES[use.role],),
        actions=(),
        does="",
        statement=statement,
        stated_in=stated_in,
        by_role=use.service is None,
        findings=findings_about(findings, f"`{use.place.label}`"),
        unknown=tuple(dict.fromkeys(reasons)),
    )
    named = use.consumer or use.place
    what = f"{use.what}, as `{use.service}`" if use.service is not None else use.what
    return Actor(named.label, named.label, ActorKind.RESOURCE, what, (access,))


def _letting_in(request: ServiceRequest, policies: Sequence[PolicyOnQueue]) -> tuple[str, Place, tuple[str, ...]] | None:
    """The statement that lets a service send, the resource that holds it, and why that is not certain; None where none does."""
    perhaps = None
    for attachment, policy, attached in policies:
        if policy.lets_in(request).granted.is_no:
            continue
        for statement in policy.document.statements:
            rule = (statement, attached & policy.applies_to_queue(statement))
            granted = admission(request, [rule], SEND, policy.owner_account).granted & policy.lets_in(request).granted
            if granted.is_yes:
                return statement.label, attachment.place, ()
            if granted.is_unknown and perhaps is None:
                perhaps = (statement.label, attachment.place, granted.reasons)
    return perhaps


def denials_of(model: QueueModel) -> tuple[Denial, ...]:
    """The statements that deny something on the queue."""
    found = []
    for attachment, policy, attached in policies_on(model):
        for statement in policy.document.statements:
            denies = attached & statement.is_deny & policy.applies_to_queue(statement)
            if not denies.is_no and not statement.is_allow.is_unknown:
                text = effect_in_words(statement)
                found.append(Denial(statement.label, attachment.place, text, denies.reasons))
    return tuple(found)
