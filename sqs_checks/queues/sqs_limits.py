"""The bounds AWS sets on a queue.

Source: Amazon SQS API Reference, CreateQueue and SetQueueAttributes; Amazon SQS Developer Guide, "Amazon SQS message
quotas" and "Amazon SQS standard queue quotas" (queue name).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """An inclusive range of whole numbers."""

    minimum: int
    maximum: int

    def __contains__(self, number: int) -> bool:
        return self.minimum <= number <= self.maximum

    def __str__(self) -> str:
        return f"{self.minimum} to {self.maximum}"


DELAY_SECONDS = Bounds(0, 900)
RECEIVE_WAIT_SECONDS = Bounds(0, 20)
VISIBILITY_SECONDS = Bounds(0, 43_200)
DATA_KEY_REUSE_SECONDS = Bounds(60, 86_400)
DEFAULT_DATA_KEY_REUSE_SECONDS = 300
MESSAGE_BYTES = Bounds(1_024, 1_048_576)
RETENTION_SECONDS = Bounds(60, 1_209_600)
DEFAULT_RETENTION_SECONDS = 345_600
DEFAULT_VISIBILITY_SECONDS = 30
RECEIVE_COUNT = Bounds(1, 1_000)
REDRIVE_SOURCES = 10
NAME_CHARACTERS = 80
NAME = re.compile(r"[A-Za-z0-9_-]+(\.fifo)?")
FIFO_SUFFIX = ".fifo"
