"""Requests, callers and actions in the words of an application developer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqs_checks.judgement.ternary import Ternary
from sqs_checks.policy.condition import Condition, ContextValue
from sqs_checks.policy.document import Statement
from sqs_checks.policy.loopholes import loophole
from sqs_checks.policy.principals import Caller, CallerKind
from sqs_checks.policy.search import Witness
from sqs_checks.policy.sqs_actions import ALL_ACTIONS, ActionSet, matching_actions, names_of

_MOST_NAMES = 4
NAME_WHO_NEEDS_IT = (
    'name who needs the queue: write `"Principal": {"AWS": "<ARN of the role>"}`; or, for a topic, '
    '`"Principal": {"Service": "sns.amazonaws.com"}` with the condition `"ArnEquals": {"aws:SourceArn": "<ARN of the topic>"}`'
)
WHERE_ADMINISTRATORS_BELONG = (
    "who administers needs an IAM policy and no statement here, or a place in `duties.administrators` of the settings"
)
NAMES_LEFT_OUT = "`NotPrincipal` with `Allow` lets in everyone except those it lists."
_SENT_FOR = {"sns.amazonaws.com": "topic", "s3.amazonaws.com": "bucket", "events.amazonaws.com": "rule"}


def listed(texts: Sequence[object], last: str = "and") -> str:
    """`a`, `b` and `c`, without marks around them."""
    *first, end = map(str, texts) if texts else [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def actions_in_words(actions: ActionSet) -> str:
    names = names_of(actions)
    if actions == ALL_ACTIONS:
        return "every action on the queue"
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"
    return listed(names)


def caller_in_words(caller: Caller) -> str:
    if caller.kind is CallerKind.ANONYMOUS:
        return "anybody on the internet"
    if caller.kind is CallerKind.STRANGER:
        return "anybody with an AWS account"
    if caller.kind is CallerKind.OWNER:
        return "every user and role of the queue's own account"
    if caller.kind is CallerKind.NAMED and caller.principal is not None:
        return f"`{caller.principal.text}`"
    return f"`{caller.service}`" if caller.service else "an AWS service"


def role_in(account: object) -> str:
    """The ARN of a role, of an account where that is known, with a place for its name."""
    return f"arn:aws:iam::{account}:role/<role>" if isinstance(account, str) and account else "<ARN of the role>"


def resource_of(service: object) -> str:
    """The kind of resource for which a service sends, in words."""
    return _SENT_FOR.get(str(service), "resource")


def opening_in_words(witness: Witness) -> tuple[str, str]:
    """Who is let in and why, and what to write instead, where that is everyone."""
    statement, caller = witness.statement, witness.caller
    whom = caller_in_words(caller)
    sent = ""
    if caller.kind is CallerKind.SERVICE:
        sent = f" for anybody's {resource_of(caller.service)}"
    problem = f"{statement_in_words(witness)} lets {whom} call {actions_in_words(witness.actions)}{sent}."
    if statement is not None and statement.inverts_principals:
        return f"{problem} {NAMES_LEFT_OUT}", 'write `"Principal": {"AWS": "<ARN of the role>"}` in place of `NotPrincipal`'
    found = loophole(witness)
    if found is not None:
        return f"{problem} {found.reason}", found.remedy or NAME_WHO_NEEDS_IT
    if caller.kind is CallerKind.SERVICE:
        return f"{problem} No condition says for which one.", source_remedy(caller.service)
    return f"{problem} Its `Principal` is `*`, which is everyone.", NAME_WHO_NEEDS_IT


_HARM = (
    (matching_actions("sqs:SendMessage"), "send forged messages"),
    (matching_actions("sqs:ReceiveMessage"), "read messages"),
    (matching_actions("sqs:DeleteMessage") | matching_actions("sqs:PurgeQueue"), "delete messages"),
)


def harm_in_words(actions: ActionSet) -> str:
    """What strangers can do with some actions."""
    harm = [what for causes, what in _HARM if actions & causes]
    return f"strangers can {listed(harm) or 'find out what goes through the queue'}, at your cost"


def deny_of_everything(condition: str) -> str:
    """The statement that denies everybody everything under a condition, as a policy writes it."""
    return (
        '{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "<ARN of the queue>", '
        f'"Condition": {{{condition}}}}}'
    )


DENY_WITHOUT_TLS = deny_of_everything('"Bool": {"aws:SecureTransport": "false"}')


def gaps_of_deny(deny: Statement, is_about_queue: Ternary, keys: Collection[str]) -> list[tuple[str, str]]:
    """Of which requests a Deny of everything leaves some out, and what to write for it to catch them.

    keys: those on which its conditions ought to be.
    """
    gaps = []
    if deny.inverts_principals or not deny.principals.everyone:
        instead = " in place of `NotPrincipal`" if deny.inverts_principals else ""
        gaps.append(("to some callers only", f'write `"Principal": "*"`{instead}'))
    if deny.certain_actions != ALL_ACTIONS:
        instead = " in place of `NotAction`" if deny.inverts_actions else ""
        gaps.append(("for some actions only", f'write `"Action": "sqs:*"`{instead}'))
    if is_about_queue.is_no:
        instead = " in place of `NotResource`" if deny.inverts_resources else ""
        gaps.append(("on another queue", f'write `"Resource": "<ARN of the queue>"`{instead}'))
    for condition in deny.conditions:
        if condition.key not in keys:
            gap = f"under a further condition, on `{condition.key_name}`"
            gaps.append((gap, f"leave the condition on `{condition.key_name}` out"))
    return gaps


def source_remedy(service: object) -> str:
    """What to write for a service to send for one's own resource only."""
    kind = resource_of(service)
    of_account = '"StringEquals": {"aws:SourceAccount": "<your account>"}'
    if kind == "resource":
        return f"add the condition `{of_account}`"
    # The ARN of a bucket does not say whose it is.
    and_account = f", {of_account}" if kind == "bucket" else ""
    return f'add the condition `"ArnEquals": {{"aws:SourceArn": "<ARN of the {kind}>"}}{and_account}`'


def _value_in_words(key: str, value: ContextValue) -> str:
    if value is None:
        return f"without `{key}`"
    shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
    return f"with `{key}` {shown}"


def values_in_words(witness: Witness) -> str:
    """The values that a request needs to get through, as `, with … and …`; nothing where it needs none."""
    if not witness.values:
        return ""
    said = [_value_in_words(key, value) for key, value in witness.values.items()]
    return f", {' and '.join(said)}"


def statement_in_words(witness: Witness) -> str:
    return witness.statement.label if witness.statement is not None else "The policy"


def principals_in_words(statement: Statement) -> str:
    """Whom a statement is about."""
    principals = statement.principals
    named = ["everyone"] if principals.everyone else []
    named += [f"`{text}`" for text in (*principals.aws, *principals.services, *principals.others)]
    whom = ", ".join(named) or "nobody"
    return f"everyone except {whom}" if statement.inverts_principals else whom


def condition_in_words(condition: Condition) -> str:
    """A condition as the policy writes it: the operator, the key, the values."""
    values = [str(value.text) for value in condition.values]
    values += ["a value that is not known"] if condition.hidden else []
    return f"{condition.operator_name} {condition.key_name} {', '.join(values)}"


def effect_in_words(statement: Statement) -> str:
    """All that a statement says, after its label: whom it allows or denies what, and where."""
    effect = "allows" if statement.is_allow.is_yes else "denies" if statement.is_deny.is_yes else "has an unknown effect for"
    conditions = "; ".join(map(condition_in_words, statement.conditions))
    what = actions_in_words(statement.possible_actions) if statement.possible_actions else "no action of SQS"
    return f"{effect} {principals_in_words(statement)}: {what}{f', where {conditions}' if conditions else ''}"
