"""Things that the code knows to be its own without knowing their text.

`aws_caller_identity.account_id`, `AWS::AccountId`, the ARN of a queue or topic of the same code: a text with such things in it
is compared by what they are. Each is like itself and like nothing else, neither another thing of the code nor a text that is
written out; what may be the same account nevertheless, `principals.is_account` tells.
"""

from __future__ import annotations

from typing import Optional

from sqs_checks.values.configuration_values import Attribute, PiecedText, joined_text
from sqs_checks.values.texts import Text

_THIS_CODE, _OTHER_ACCOUNT, _ANY_ACCOUNT = "this code", "another account", "an account"


def _thing(owner: str, name: str, label: str) -> PiecedText:
    return PiecedText((Attribute(owner, name, label),))


THIS_ACCOUNT = _thing(_THIS_CODE, "account", "this account")
THIS_PARTITION = _thing(_THIS_CODE, "partition", "this partition")
THIS_REGION = _thing(_THIS_CODE, "region", "this region")
# Of the queue's organisation, whichever it is.
OWN_VALUE = _thing(_THIS_CODE, "value", "its own")


def own_name(label: str) -> PiecedText:
    """The name of a thing of the code. label: what the code calls the thing."""
    return _thing(label, "name", label)


def resource_named_by(text: Optional[Text]) -> Optional[str]:
    """What the code calls the thing whose name a text is; None where it is written out, or more than that."""
    if not isinstance(text, PiecedText) or len(text.pieces) != 1:
        return None
    (piece,) = text.pieces
    return str(piece.owner) if isinstance(piece, Attribute) and piece.name == "name" else None


def other_account(label: str) -> PiecedText:
    """An account that is not the queue's, whichever it is. label: what the code calls it."""
    return _thing(_OTHER_ACCOUNT, label, label)


def unknown_account(label: str) -> PiecedText:
    """An account of which it is not known whether it is the queue's. label: what the code calls it."""
    return _thing(_ANY_ACCOUNT, label, label)


def is_other_account(text: Text) -> bool:
    first = text.pieces[0] if isinstance(text, PiecedText) else None
    return isinstance(first, Attribute) and first.owner == _OTHER_ACCOUNT


def holds_own_things(text: Text) -> bool:
    """Whether parts of a text stand for things of the code, and are not written out."""
    return isinstance(text, PiecedText)


def own_arn(service: str, region: Text, account: Text, resource: Text, partition: Text = THIS_PARTITION) -> Text:
    """The ARN of a thing of the code. region, account: empty where it has none."""
    return joined_text(["arn:", partition, f":{service}:", region, ":", account, ":", resource])
