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
from sqs_checks.policy.sqs_actions import NO_ACTIONS, ON_QUEUES, ActionCatalogue, ActionSet, matching_actions
from sqs_checks.policy.wildcards import arn_parts, has_wildcard
from sqs_checks.values.configuration_values import (
    Elements,
    Entries,
    PiecedText,
    Unknown,
    is_hidden,
    is_number,
    why_unknown,
)
from sqs_checks.values.exact_numbers import number_text
from sqs_checks.values.texts import Text, pieces_of, with_known_pieces

EVERYONE = "*"
_CURRENT_VERSION = "2012-10-17"
_ACCOUNT_ID = re.compile(r"\d{12}")


class Principals(NamedTuple):
    """Whom a `Principal` or `NotPrincipal` names. hidden: why some of them are unknown."""

    everyone: bool = False
    aws: tuple[Text, ...] = ()
    services: tuple[Text, ...] = ()
    others: tuple[Text, ...] = ()
    hidden: tuple[str, ...] = ()


class Statement(NamedTuple):
    """One statement.

    path: where it stands, as `Statement[2]`.
    certain_actions, possible_actions: the queue actions it is about; those between the two depend on something hidden.
    resources: the patterns, Unknown where hidden; None where the element is missing.
    hidden_conditions: why further conditions are unknown. hidden_actions: why some of the actions are.
    """

    path: str
    sid: Optional[Text]
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
    hidden_actions: tuple[str, ...] = ()

    @property
    def has_hidden_actions(self) -> Ternary:
        """What is so where the actions that are not known are the ones in question."""
        return unknown(*self.hidden_actions)

    def element(self, name: str) -> str:
        """The path of an element: `Statement[2].Principal`."""
        return f"{self.path}.{name}"

    @property
    def label(self) -> str:
        """What a message calls the statement: by its `Sid`, where it has one."""
        return f"`{self.sid}` ({self.path})" if self.sid else self.path


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
    def named_principals(self) -> frozenset[Text]:
        """The accounts, users and roles that the statements name."""
        return frozenset(text for statement in self.statements for text in statement.principals.aws)

    @computed_once
    def _queue_arns(self) -> list[list[Text]]:
        """The parts of the queue ARNs that the statements name, where they hold no wildcard."""
        named = (
            arn_parts(resource.text)
            for statement in self.statements
            if not statement.inverts_resources
            for resource in statement.resources or ()
            if isinstance(resource, Value) and not has_wildcard(resource.text)
        )
        return [parts for parts in named if len(parts) == 6 and parts[2] == "sqs"]

    @computed_once
    def queue_accounts(self) -> frozenset[str]:
        """The accounts in the queue ARNs that the statements name, where they are written out."""
        accounts = (parts[4] for parts in self._queue_arns)
        return frozenset(account for account in accounts if isinstance(account, str) and _ACCOUNT_ID.fullmatch(account))

    @computed_once
    def queue_regions(self) -> frozenset[str]:
        """The regions in them."""
        return frozenset(parts[3] for parts in self._queue_arns if isinstance(parts[3], str))


def _as_list(value: Any) -> Sequence[Any]:
    return value.items if isinstance(value, Elements) else (value,)


def _scalar(value: Any) -> Union[Text, Unknown]:
    """A value as the text that AWS compares; booleans and numbers may be written bare."""
    if isinstance(value, str):
        return value
    if isinstance(value, PiecedText):
        hidden = next((piece for piece in value.pieces if isinstance(piece, Unknown)), None)
        return value if hidden is None else hidden
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return number_text(value)
    return Unknown(why_unknown(value) if is_hidden(value) else "text belongs there, and something else is stated")


def _texts(value: Any) -> tuple[tuple[Text, ...], tuple[str, ...]]:
    """The texts of an element that is one or a list, and why others are unknown."""
    if isinstance(value, str):
        return (value,), ()
    scalars = [_scalar(item) for item in _as_list(value)]
    return (
        tuple(scalar for scalar in scalars if not isinstance(scalar, Unknown)),
        tuple(scalar.reason for scalar in scalars if isinstance(scalar, Unknown)),
    )


_EVERYONE = Principals(everyone=True)


def _principals(stated: Any) -> Principals:
    if stated == EVERYONE:
        return _EVERYONE
    if is_hidden(stated) and not isinstance(stated, PiecedText):
        return Principals(hidden=(why_unknown(stated),))
    if not isinstance(stated, Entries):
        texts, hidden = _texts(stated)
        # A bare text other than `*` is refused by AWS; it is read as the principal that was meant.
        return Principals(EVERYONE in texts, tuple(text for text in texts if text != EVERYONE), hidden=hidden)
    everyone, hidden = False, ()
    named: dict[str, tuple[Text, ...]] = {}
    for kind, value in stated.items.items():
        texts, reasons = _texts(value)
        hidden += reasons
        # The provider of Terraform writes `"*": "*"` where everyone stands among others.
        everyone = everyone or (kind in ("AWS", EVERYONE) and EVERYONE in texts)
        named[kind] = tuple(text for text in texts if kind != "AWS" or text != EVERYONE)
    others = tuple(text for kind, texts in named.items() if kind not in ("AWS", "Service") for text in texts)
    services = tuple(with_known_pieces(text, str.lower) for text in named.get("Service", ()))
    return Principals(everyone, named.get("AWS", ()), services, others, hidden)


class _Actions(NamedTuple):
    """As in `Statement`. hidden: why some are not known."""

    certain: ActionSet = NO_ACTIONS
    possible: ActionSet = NO_ACTIONS
    patterns: tuple[str, ...] = ()
    inverted: bool = False
    hidden: tuple[str, ...] = ()


def _actions(stated: Mapping[str, Any], catalogue: ActionCatalogue) -> _Actions:
    inverted = "NotAction" in stated
    if not inverted and "Action" not in stated:
        return _Actions()
    texts, hidden = _texts(stated["NotAction" if inverted else "Action"])
    patterns = tuple(text for text in texts if isinstance(text, str))
    certain = NO_ACTIONS
    for pattern in patterns:
        certain |= catalogue.matching(pattern)
    hidden += tuple(why_unknown(text) for text in texts if not isinstance(text, str))
    possible = catalogue.all if hidden else certain
    if inverted:
        certain, possible = catalogue.all & ~possible, catalogue.all & ~certain
    return _Actions(certain, possible, patterns, inverted, hidden)


def _values(stated: Any, has_variables: Optional[bool]) -> tuple[tuple[Value, ...], tuple[str, ...]]:
    texts, hidden = _texts(stated)
    if has_variables is None:
        # Whether a hidden version knows variables cannot be told; nor, then, what such a value says.
        open_texts = [text for text in texts if any(isinstance(piece, str) and "${" in piece for piece in pieces_of(text))]
        hidden += tuple(f"`{text}` depends on the policy's version" for text in open_texts)
        texts = tuple(text for text in texts if text not in open_texts)
    return tuple(read_value(text, has_variables=bool(has_variables)) for text in texts), hidden


def _resources(stated: Mapping[str, Any], has_variables: Optional[bool]) -> Optional[tuple[Union[Value, Unknown], ...]]:
    name = "NotResource" if "NotResource" in stated else "Resource"
    if name not in stated:
        return None
    values, hidden = _values(stated[name], has_variables)
    return (*values, *(Unknown(reason) for reason in hidden))


def _why_not(value: Any, otherwise: str) -> str:
    """Why a value cannot be read: it is not known, or it is not what belongs there."""
    return why_unknown(value) if is_hidden(value) else otherwise


def _conditions(stated: Any, path: str, has_variables: Optional[bool]) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    if stated is None:
        return (), ()
    if not isinstance(stated, Entries):
        return (), (_why_not(stated, f"`{path}` is not a mapping"),)
    conditions: list[Condition] = []
    hidden: list[str] = []
    for operator_name, keys in stated.items.items():
        if not isinstance(keys, Entries):
            hidden.append(_why_not(keys, f"`{path}.{operator_name}` is not a mapping"))
            continue
        operator = parse_operator(operator_name)
        for key, value in keys.items.items():
            values, reasons = _values(value, has_variables)
            conditions.append(Condition(f"{path}.{operator_name}.{key}", operator_name, operator, key, values, reasons))
    return tuple(conditions), tuple(hidden)


def _hidden_statement(path: str, reason: str, catalogue: ActionCatalogue) -> Statement:
    maybe = unknown(reason)
    return Statement(
        path, None, maybe, maybe, Principals(hidden=(reason,)), False, NO_ACTIONS, catalogue.all, (), False,
        (Unknown(reason),), False, (), (reason,), (reason,),
    )  # fmt: skip


def _statement(value: Any, path: str, has_variables: Optional[bool], catalogue: ActionCatalogue) -> Statement:
    if not isinstance(value, Entries):
        return _hidden_statement(path, _why_not(value, f"`{path}` is not a statement"), catalogue)
    stated = value.items
    effect = stated.get("Effect")
    hidden_effect = unknown(why_unknown(effect)) if is_hidden(effect) else NO
    sid = stated.get("Sid")
    actions = _actions(stated, catalogue)
    conditions, hidden_conditions = _conditions(stated.get("Condition"), f"{path}.Condition", has_variables)
    inverts_principals = "Principal" not in stated and "NotPrincipal" in stated
    principal = stated.get("NotPrincipal" if inverts_principals else "Principal")
    return Statement(
        path=path,
        sid=sid if isinstance(sid, (str, PiecedText)) and sid else None,
        is_allow=YES if effect == "Allow" else hidden_effect,
        is_deny=YES if effect == "Deny" else hidden_effect,
        principals=Principals() if principal is None else _principals(principal),
        inverts_principals=inverts_principals,
        certain_actions=actions.certain,
        possible_actions=actions.possible,
        action_patterns=actions.patterns,
        inverts_actions=actions.inverted,
        resources=_resources(stated, has_variables),
        inverts_resources="NotResource" in stated,
        conditions=conditions,
        hidden_conditions=hidden_conditions,
        hidden_actions=actions.hidden,
    )


def read_document(stated: Any, catalogue: ActionCatalogue = ON_QUEUES) -> PolicyDocument:
    """The document that a value states, of which any part may not be known. catalogue: the actions that it may be about."""
    if not isinstance(stated, Entries):
        reason = _why_not(stated, "the document is not a mapping")
        return PolicyDocument((_hidden_statement("Statement", reason, catalogue),), (reason,))
    version = stated.items.get("Version")
    has_variables = None if is_hidden(version) else version == _CURRENT_VERSION
    statements = stated.items.get("Statement")
    if statements is None:
        return PolicyDocument(())
    if not isinstance(statements, Elements):
        return PolicyDocument((_statement(statements, "Statement", has_variables, catalogue),))
    return PolicyDocument(
        tuple(_statement(item, f"Statement[{number}]", has_variables, catalogue) for number, item in enumerate(statements.items))
    )


def wildcard_of(statement: Statement) -> Ternary:
    """Whether the actions of a statement are a wildcard for more than one queue action, or what `NotAction` leaves."""
    if statement.inverts_actions:
        return YES
    wildcards = (matching_actions(pattern) for pattern in statement.action_patterns if has_wildcard(pattern))
    if any(bin(actions).count("1") > 1 for actions in wildcards):
        return YES
    return NO if statement.possible_actions == statement.certain_actions else statement.has_hidden_actions
