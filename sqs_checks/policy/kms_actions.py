"""The actions of AWS KMS that a service needs to send to a queue that is encrypted with a key.

Source: Amazon SQS Developer Guide, "Amazon SQS key management" (Configure KMS permissions for AWS services).
"""

from __future__ import annotations

from functools import lru_cache

from sqs_checks.policy.sqs_actions import ActionCatalogue, ActionSet
from sqs_checks.policy.wildcards import compile_glob

_NAMES = ("kms:decrypt", "kms:generatedatakey")
USE_OF_KEY: ActionSet = (1 << len(_NAMES)) - 1


@lru_cache(maxsize=256)
def _matching(pattern: str) -> ActionSet:
    glob = compile_glob(pattern.lower())
    return sum(1 << bit for bit, name in enumerate(_NAMES) if glob.fullmatch(name))


KMS_ACTIONS = ActionCatalogue(_matching, USE_OF_KEY)
