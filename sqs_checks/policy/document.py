"""A policy document as a small model of its own: what each statement says, and where it says it.

Reading never fails. What is hidden, or is not of the form it should be, is unknown; `validation` says what is wrong with it.
Source: IAM User Guide, "IAM JSON policy elements reference" and "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.policy.condition import Condition, Value, read_value
from sqs_checks.policy.condition_keys import CONDITION_KEY_NAMES
from sqs_checks.policy.condition_operators import parse_operator
from sqs_checks.policy.own_names import THIS_ACCOUNT
from sqs_checks.policy.sqs_actions import ALL_ACTIONS, NO_ACTIONS, ActionSet, matching_actions
from sqs_checks.policy.wildcards import has_wildcard
from sqs_checks.values.configuration_values import Unknown

EVERYONE = "*"
_CURRENT_VERSION = "2012-10-17"
_QUEUE_ARN = re.compile(r"arn:[^:*?]+:sqs:[^:*?]*:(\d{12}):[^:*?]+")


class Principals(NamedTuple):
    """Whom a `Principal` or `NotPrincipal` names. hidden: why some of them are unknown."""

    everyone: bool = False
    aws: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


class Statement(NamedTuple):
    """One statement.

    path: where it stands, as `Statement[2]`.
    certain_actions, possible_actions: the queue actions it is about; those between the two depend on something hidden.
    resources: the patterns, Unknown where hidden; None where the element is missing.
    hidden_conditions: why further conditions are unknown.
    """

    path: str
    sid: Optional[str]
    is_allow: Ternary
    is_deny: Ternary
    principals: Principals
    inverts_principals: bool
    certain_actions: ActionSet
    possible_actions: ActionSet
    action_patterns: tuple[str, ...]
    inverts_actions: bool
    resources: Optional[tuple[Union[Value, Unknown], ...]]
    inverts_resources: bool
    conditions: tuple[Condition, ...]
    hidden_conditions: tuple[str, ...] = ()

    def element(self, name: str) -> str:
        """The path of an element: `Statement[2].Principal`."""
        return f"{self.path}.{name}"

    @property
    def label(self) -> str:
        """What a message calls the statement."""
        return f'{self.path} ("{self.sid}")' if self.sid else self.path


@dataclass(frozen=True)
class PolicyDocument:
    """A whole document. hidden: why nothing, or not all of it, could be read."""

    statements: tuple[Statement, ...]
    hidden: tuple[str, ...] = ()

    @computed_once
    def condition_keys(self) -> frozenset[str]:
        """The keys that the document's conditions test or use as variables, in lower case; all where some are hidden."""
        if any(statement.hidden_conditions for statement in self.statements):
            return CONDITION_KEY_NAMES
        return frozenset(
            name
            for statement in self.statements
            for condition in statement.conditions
            for name in (condition.key, *condition.variables)
        )

    @computed_once
    def named_principals(self) -> frozenset[str]:
        """The accounts, users and roles that the statements name."""
        return frozenset(text for statement in self.statements for text in statement.principals.aws)

    @computed_once
    def queue_accounts(self) -> frozenset[str]:
        """The accounts in the queue ARNs that the statements name."""
        matches = (
            _QUEUE_ARN.fullmatch(resource.text)
            for statement in self.statements
            if not statement.inverts_resources
            for resource in statement.resources or ()
            if isinstance(resource, Value)
        )
        return frozenset(match.group(1) for match in matches if match)


def _as_list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else (value,)


def _scalar(value: Any) -> Union[str, Unknown]:
    """A value as the text that AWS compares; booleans and numbers may be written bare."""
    if isinstance(value, (str, Unknown)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    if isinstance(value, float):
        return str(value)
    return Unknown(f"{type(value).__name__} where text belongs")


def _texts(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of an element that is one or a list, and why others are unknown."""
    if isinstance(value, str):
        return (value,), ()
    scalars = [_scalar(item) for item in _as_list(value)]
    return (
        tuple(scalar for scalar in scalars if isinstance(scalar, str)),
        tuple(scalar.reason for scalar in scalars if isinstance(scalar, Unknown)),
    )


_EVERYONE = Principals(everyone=True)


def _principals(stated: Any) -> Principals:
    if stated == EVERYONE:
        return _EVERYONE
    if isinstance(stated, Unknown):
        return Principals(hidden=(stated.reason,))
    if not isinstance(stated, Mapping):
        texts, hidden = _texts(stated)
        # A bare text other than `*` is refused by AWS; it is read as the principal that was meant.
        return Principals(EVERYONE in texts, tuple(text for text in texts if text != EVERYONE), hidden=hidden)
    everyone, hidden = False, ()
    named: dict[str, tuple[str, ...]] = {}
    for kind, value in stated.items():
        texts, reasons = _texts(value)
        hidden += reasons
        # The provider of Terraform writes `"*": "*"` where everyone stands among others.
        everyone = everyone or (kind in ("AWS", EVERYONE) and EVERYONE in texts)
        named[str(kind)] = tuple(text for text in texts if kind != "AWS" or text != EVERYONE)
    others = tuple(text for kind, texts in named.items() if kind not in ("AWS", "Service") for text in texts)
    services = tuple(text.lower() for text in named.get("Service", ()))
    return Principals(everyone, named.get("AWS", ()), services, others, hidden)


def _actions(stated: Mapping[str, Any]) -> tuple[ActionSet, ActionSet, tuple[str, ...], bool]:
    inverted = "NotAction" in stated
    if not inverted and "Action" not in stated:
        return NO_ACTIONS, NO_ACTIONS, (), False
    patterns, hidden = _texts(stated["NotAction" if inverted else "Action"])
    certain = NO_ACTIONS
    for pattern in patterns:
        certain |= matching_actions(pattern)
    possible = ALL_ACTIONS if hidden else certain
    if inverted:
        certain, possible = ALL_ACTIONS & ~possible, ALL_ACTIONS & ~certain
    return certain, possible, patterns, inverted


def _values(stated: Any, has_variables: Optional[bool]) -> tuple[tuple[Value, ...], tuple[str, ...]]:
    texts, hidden = _texts(stated)
    if has_variables is None:
        # Whether a hidden version knows variables cannot be told; nor, then, what such a value says.
        hidden += tuple(f"`{text}` depends on the policy's version" for text in texts if "${" in text)
        texts = tuple(text for text in texts if "${" not in text)
    return tuple(read_value(text, has_variables=bool(has_variables)) for text in texts), hidden


def _resources(stated: Mapping[str, Any], has_variables: Optional[bool]) -> Optional[tuple[Union[Value, Unknown], ...]]:
    name = "NotResource" if "NotResource" in stated else "Resource"
    if name not in stated:
        return None
    values, hidden = _values(stated[name], has_variables)
    return (*values, *(Unknown(reason) for reason in hidden))


def _conditions(stated: Any, path: str, has_variables: Optional[bool]) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    conditions: list[Condition] = []
    hidden: list[str] = []
    blocks = stated.items() if isinstance(stated, Mapping) else ()
    if stated is not None and not isinstance(stated, Mapping):
        hidden.append(stated.reason if isinstance(stated, Unknown) else f"`{path}` is not a mapping")
    for operator_name, keys in blocks:
        if not isinstance(keys, Mapping):
            hidden.append(keys.reason if isinstance(keys, Unknown) else f"`{path}.{operator_name}` is not a mapping")
            continue
        for key, value in keys.items():
            values, reasons = _values(value, has_variables)
            operator = parse_operator(str(operator_name))
            where = f"{path}.{operator_name}.{key}"
            conditions.append(Condition(where, str(operator_name), operator, str(key), values, reasons))
    return tuple(conditions), tuple(hidden)


def _hidden_statement(path: str, reason: str) -> Statement:
    maybe = unknown(reason)
    return Statement(
        path, None, maybe, maybe, Principals(hidden=(reason,)), False, NO_ACTIONS, ALL_ACTIONS, (), False,
        (Unknown(reason),), False, (), (reason,),
    )  # fmt: skip


def _statement(stated: Any, path: str, has_variables: Optional[bool]) -> Statement:
    if not isinstance(stated, Mapping):
        reason = stated.reason if isinstance(stated, Unknown) else f"`{path}` is not a statement"
        return _hidden_statement(path, reason)
    effect = stated.get("Effect")
    hidden_effect = unknown(effect.reason) if isinstance(effect, Unknown) else NO
    sid = stated.get("Sid")
    certain, possible, patterns, inverts_actions = _actions(stated)
    conditions, hidden_conditions = _conditions(stated.get("Condition"), f"{path}.Condition", has_variables)
    inverts_principals = "Principal" not in stated and "NotPrincipal" in stated
    principal = stated.get("NotPrincipal" if inverts_principals else "Principal")
    return Statement(
        path=path,
        sid=sid if isinstance(sid, str) and sid else None,
        is_allow=YES if effect == "Allow" else hidden_effect,
        is_deny=YES if effect == "Deny" else hidden_effect,
        principals=Principals() if principal is None else _principals(principal),
        inverts_principals=inverts_principals,
        certain_actions=certain,
        possible_actions=possible,
        action_patterns=patterns,
        inverts_actions=inverts_actions,
        resources=_resources(stated, has_variables),
        inverts_resources="NotResource" in stated,
        conditions=conditions,
        hidden_conditions=hidden_conditions,
    )


def _with_account(value: Any, account: str) -> Any:
    """The document with the owner's account written out where the code only calls it its own."""
    if isinstance(value, str):
        return value.replace(THIS_ACCOUNT, account) if THIS_ACCOUNT in value else value
    if isinstance(value, Mapping):
        return {key: _with_account(item, account) for key, item in value.items()}
    return [_with_account(item, account) for item in value] if isinstance(value, (list, tuple)) else value


def read_document(stated: Any, owner_account: Optional[str] = None) -> PolicyDocument:
    """The document that a tree of mappings, lists and scalars states; any part of it may be Unknown.

    owner_account: the account of the queue, where it is known; it takes the place of `own_names.THIS_ACCOUNT`.
    """
    if isinstance(stated, Unknown):
        return PolicyDocument((_hidden_statement("Statement", stated.reason),), (stated.reason,))
    if not isinstance(stated, Mapping):
        reason = "the document is not a mapping"
        return PolicyDocument((_hidden_statement("Statement", reason),), (reason,))
    if owner_account is not None:
        stated = _with_account(stated, owner_account)
    version = stated.get("Version")
    has_variables = None if isinstance(version, Unknown) else version == _CURRENT_VERSION
    statements = stated.get("Statement")
    if statements is None:
        return PolicyDocument(())
    if isinstance(statements, (Mapping, Unknown)) or not isinstance(statements, (list, tuple)):
        return PolicyDocument((_statement(statements, "Statement", has_variables),))
    return PolicyDocument(
        tuple(_statement(item, f"Statement[{number}]", has_variables) for number, item in enumerate(statements))
    )


def wildcard_of(statement: Statement) -> Ternary:
    """Whether the actions of a statement are a wildcard for more than one queue action, or what `NotAction` leaves."""
    if statement.inverts_actions:
        return YES
    wildcards = (matching_actions(pattern) for pattern in statement.action_patterns if has_wildcard(pattern))
    if any(bin(actions).count("1") > 1 for actions in wildcards):
        return YES
    return NO if statement.possible_actions == statement.certain_actions else unknown("an action is not known")
