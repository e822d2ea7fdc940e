"""Telling the AWS-managed key from others by the text that names it."""

from __future__ import annotations

import re

from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown

# What CloudFormation's pseudo parameters leave in a text: `${AWS::Region}`.
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


def names_aws_managed_key(text: str) -> Ternary:
    """Whether a key id, key ARN, alias or alias ARN names a key that AWS manages.

    AWS reserves the alias prefix `alias/aws/` for its own keys. A bare key id or key ARN does not tell whose key it is
    and counts as one's own. `${…}` in the text stands for a part that is known only at deployment.
    Source: AWS KMS Developer Guide, "Aliases in AWS KMS"; Amazon SQS API Reference, CreateQueue, KmsMasterKeyId.
    """
    own_part = text.rsplit(":", 1)[-1] if ":alias/" in text or ":key/" in text else text
    if own_part.lower().startswith("alias/aws/"):
        return YES
    if not _PLACEHOLDER.search(own_part):
        return NO
    possible = ".*".join(re.escape(piece) for piece in _PLACEHOLDER.split(own_part))
    if re.fullmatch(possible, "alias/aws/sqs"):
        return unknown(f"`{text}` is known only at deployment")
    return NO
