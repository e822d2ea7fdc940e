"""Whether the messages of a queue are encrypted at rest, and by what.

Source: Amazon SQS Developer Guide, "Encryption at rest in Amazon SQS": SSE-SQS is on unless it is switched off.
"""

from __future__ import annotations

from sqs_checks.judgement.ternary import Ternary
from sqs_checks.queues.sqs_queue import Queue


def is_encrypted(queue: Queue) -> Ternary:
    return ~queue.sqs_managed_sse_enabled.holds(lambda enabled: not enabled) | queue.kms_master_key_id.is_set()


def encryption_in_words(queue: Queue) -> str:
    """What encrypts a queue."""
    if queue.kms_master_key_id.is_set().is_yes:
        return f"the key `{queue.kms_master_key_id.value}`"
    return "SSE-SQS" if is_encrypted(queue).is_yes else f"nothing ({queue.sqs_managed_sse_enabled})"
