"""A policy document that Terraform code states, as the policy language reads it."""

from __future__ import annotations

from typing import NamedTuple, Optional, Union

from sqs_checks.terraform.resources.own_arns import attribute_text
from sqs_checks.terraform.resources.provider_accounts import Account
from sqs_checks.terraform.resources.stated_values import as_unknown
from sqs_checks.values.configuration_values import Attribute, PiecedText, Value, joined_text
from sqs_checks.values.json_text import NotJsonError, read_json_text


class StatedPolicy(NamedTuple):
    """document: as a value, in which what the code knows to be its own is written as `own_names` has it. repeated_keys: of its
    objects.
    """

    document: Union[Value, NotJsonError]
    repeated_keys: tuple[str, ...] = ()


def read_policy_text(value: Value, owner: Account) -> Optional[StatedPolicy]:
    """The document that a policy argument states; None where it states none. owner: the account of the queue."""
    if value is None or value == "":
        return None
    if not isinstance(value, (str, PiecedText)) or (isinstance(value, PiecedText) and _is_only_unknown(value)):
        return StatedPolicy(as_unknown(value))
    try:
        read = read_json_text(value, text_of=lambda attribute: attribute_text(attribute, owner) or as_unknown(attribute))
    except NotJsonError as fault:
        # What is not known of the text may be what makes it JSON.
        return StatedPolicy(fault if isinstance(value, str) else as_unknown(value))
    return StatedPolicy(read.stated, read.repeated_keys)


def _is_only_unknown(text: PiecedText) -> bool:
    return not any(isinstance(piece, str) and piece.strip() for piece in text.pieces)


def with_own_text(value: Value, owner: Account) -> Value:
    """A text in which what the code knows to be its own is written as `own_names` has it. owner: the account of the queue."""
    if isinstance(value, Attribute):
        return attribute_text(value, owner) or as_unknown(value)
    if isinstance(value, PiecedText):
        return joined_text(
            (attribute_text(piece, owner) or as_unknown(piece)) if isinstance(piece, Attribute) else piece
            for piece in value.pieces
        )
    return value
