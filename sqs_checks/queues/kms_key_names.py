"""Telling the AWS-managed key from others by the text that names it."""

from __future__ import annotations

import re
from typing import Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.values.texts import Text, pieces_of, prefix_of, split_text


def customer_alias_in(text: str) -> Optional[str]:
    """The alias that a text names, by itself or within an ARN; None where it names none, or one of AWS's own."""
    name = f"alias/{text.rpartition('alias/')[2]}"
    return None if "alias/" not in text or name.startswith("alias/aws/") else name


def names_aws_managed_key(text: Text) -> Ternary:
    """Whether a key id, key ARN, alias or alias ARN names a key that AWS manages.

    AWS reserves the alias prefix `alias/aws/` for its own keys. A bare key id or key ARN does not tell whose key it is
    and counts as one's own.
    Source: AWS KMS Developer Guide, "Aliases in AWS KMS"; Amazon SQS API Reference, CreateQueue, KmsMasterKeyId.
    """
    parts = split_text(text, ":")
    own_part = parts[-1] if prefix_of(parts[-1]).startswith(("alias/", "key/")) else text
    if prefix_of(own_part).lower().startswith("alias/aws/"):
        return YES
    if isinstance(own_part, str):
        return NO
    possible = "".join(re.escape(piece) if isinstance(piece, str) else ".*" for piece in pieces_of(own_part))
    return unknown(f"`{text}` is known only at deployment") if re.fullmatch(possible, "alias/aws/sqs") else NO
