"""Every setting of the checks, with its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional


@dataclass(frozen=True)
class EncryptionSettings:
    """explicit: whether encryption at rest must be written down, rather than left to AWS's default.
    max_data_key_reuse_seconds: the longest time one data key may serve, in seconds (AWS's default)."""

    explicit: bool = False
    max_data_key_reuse_seconds: int = 300


@dataclass(frozen=True)
class MessageSettings:
    """max_bytes: the largest message a queue may take, in bytes.
    min_retention_seconds, max_retention_seconds: how long a queue may keep a message, in seconds (AWS's own bounds)."""

    max_bytes: int = 262144
    min_retention_seconds: int = 60
    max_retention_seconds: int = 1209600


@dataclass(frozen=True)
class NamingSettings:
    """pattern: a regular expression that every queue's whole name must match; None asks for no convention."""

    pattern: Optional[str] = None


@dataclass(frozen=True)
class TagSettings:
    """required: the tag keys every queue must carry, each with its allowed values (none given: any value)."""

    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class DutySettings:
    """administrators: principals that may administer the queue, as policies write them."""

    administrators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    encryption: EncryptionSettings = EncryptionSettings()
    messages: MessageSettings = MessageSettings()
    naming: NamingSettings = NamingSettings()
    tags: TagSettings = TagSettings()
    duties: DutySettings = DutySettings()


DEFAULTS = Settings()
