"""A witness in the words of an application developer."""

from __future__ import annotations

from sqs_checks.policy.condition import Condition, ContextValue
from sqs_checks.policy.document import Statement
from sqs_checks.policy.principals import Caller, CallerKind
from sqs_checks.policy.search import Witness
from sqs_checks.policy.sqs_actions import ALL_ACTIONS, ActionSet, names_of

_MOST_NAMES = 4


def actions_in_words(actions: ActionSet) -> str:
    names = names_of(actions)
    if actions == ALL_ACTIONS:
        return "every action on the queue"
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"
    return ", ".join(names)


def caller_in_words(caller: Caller) -> str:
    if caller.kind is CallerKind.ANONYMOUS:
        return "anybody on the internet, without AWS credentials,"
    if caller.kind is CallerKind.STRANGER:
        return "anybody with any AWS account"
    if caller.kind is CallerKind.OWNER:
        return "a user or role of the queue's own account"
    if caller.kind is CallerKind.NAMED and caller.principal is not None:
        return f"`{caller.principal.text}`"
    return f"`{caller.service}`" if caller.service else "an AWS service that acts for somebody else's resource"


def who_in_words(witness: Witness) -> str:
    """Who makes the request: of a stranger let in as a member of an organisation, whose member it is."""
    for key, value in witness.values.items():
        if key.lower() == "aws:principalorgid" and value is not None and witness.caller.kind is CallerKind.STRANGER:
            return f"any principal of the organisation `{value}`"
    return caller_in_words(witness.caller)


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
    return witness.statement.label if witness.statement is not None else "the policy"


def principals_in_words(statement: Statement) -> str:
    """Whom a statement is about."""
    principals = statement.principals
    named = ["everyone"] if principals.everyone else []
    named += [f"`{text}`" for text in (*principals.aws, *principals.services, *principals.others)]
    whom = ", ".join(named) or "nobody"
    return f"everyone except {whom}" if statement.inverts_principals else whom


def condition_in_words(condition: Condition) -> str:
    """A condition as the policy writes it: the operator, the key, the values."""
    operator = condition.path[: -len(condition.key_name) - 1].rpartition(".")[2]  # a key may hold a full stop too
    values = [str(value.text) for value in condition.values]
    values += ["a value that is not known"] if condition.hidden else []
    return f"{operator} {condition.key_name} {', '.join(values)}"


def effect_in_words(statement: Statement) -> str:
    """All that a statement says, after its label: whom it allows or denies what, and where."""
    effect = "allows" if statement.is_allow.is_yes else "denies" if statement.is_deny.is_yes else "has an unknown effect for"
    conditions = "; ".join(map(condition_in_words, statement.conditions))
    what = actions_in_words(statement.possible_actions) if statement.possible_actions else "no action of SQS"
    return f"{effect} {principals_in_words(statement)}: {what}{f', where {conditions}' if conditions else ''}"
