"""A policy document that Terraform code states, as the policy language reads it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple, Optional

from sqs_checks.policy.attached_policy import NotJson
from sqs_checks.terraform.resources.own_arns import attribute_text
from sqs_checks.terraform.resources.provider_accounts import Account
from sqs_checks.terraform.resources.stated_values import as_unknown
from sqs_checks.values.configuration_values import Attribute, Deferred, Elements, Entries, PiecedText, Unknown, Value
from sqs_checks.values.json_text import NotJsonError, read_json_text


class PolicyTree(NamedTuple):
    """stated: mappings, lists and scalars, with Unknown where something is not known. repeated_keys: of its objects."""

    stated: Any
    repeated_keys: tuple[str, ...] = ()


def read_policy_text(value: Value, owner: Account) -> Optional[PolicyTree]:
    """The document that a policy argument states; None where it states none. owner: the account of the queue."""
    if value is None or value == "":
        return None
    if isinstance(value, PiecedText) and _is_only_unknown(value):
        return PolicyTree(as_unknown(value))
    if not isinstance(value, (str, PiecedText)):
        return PolicyTree(as_unknown(value))
    try:
        document = read_json_text(value)
    except NotJsonError as fault:
        # What is not known of the text may be what makes it JSON.
        return PolicyTree(NotJson(str(fault)) if isinstance(value, str) else as_unknown(value))
    return PolicyTree(_tree(document.stated, owner), document.repeated_keys)


def _is_only_unknown(text: PiecedText) -> bool:
    return not any(isinstance(piece, str) and piece.strip() for piece in text.pieces)


def _tree(value: Value, owner: Account) -> Any:
    if isinstance(value, str) or value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, Elements):
        return [_tree(item, owner) for item in value.items]
    if isinstance(value, Entries):
        return {name: _tree(item, owner) for name, item in value.items.items()}
    if isinstance(value, Attribute):
        return attribute_text(value, owner) or as_unknown(value)
    if isinstance(value, PiecedText):
        return _text(value, owner)
    return as_unknown(value) if isinstance(value, Unknown) else Unknown(_whole(value))


def _whole(value: Any) -> str:
    return f"`{value.label}` as a whole is not known" if isinstance(value, Deferred) else "it is not known"


def _text(text: PiecedText, owner: Account) -> Any:
    written = []
    for piece in text.pieces:
        stated = piece if isinstance(piece, str) else attribute_text(piece, owner) if isinstance(piece, Attribute) else None
        if stated is None:
            return as_unknown(piece)
        written.append(stated)
    return "".join(written)
