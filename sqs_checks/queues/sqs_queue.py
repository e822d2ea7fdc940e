"""A queue as the code states it, the same for every framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Union

from sqs_checks.judgement.ternary import NO, Ternary, unknown
from sqs_checks.queues.setting import Setting
from sqs_checks.values.configuration_values import Unknown


@dataclass(frozen=True)
class KmsKey:
    """The key a queue names.

    text: the id, ARN, alias or reference, as written.
    aws_managed: whether it is the key that AWS manages for SQS, which nobody can grant to a service or another account.
    """

    text: str
    aws_managed: Ternary

    def __str__(self) -> str:
        return self.text


# A tag's value; None where the tag has none.
TagValue = Union[str, None, Unknown]
Tags = Mapping[str, TagValue]


class SomeTags(dict[str, TagValue]):
    """Tags beside which there may be others. rest: why these are not known."""

    def __init__(self, known: Tags, rest: Unknown) -> None:
        super().__init__(known)
        self.rest = rest


def has_tag(tags: Tags, key: str, fits: Callable[[TagValue], Ternary]) -> Ternary:
    """Whether a tag is among those of a queue, with a value that fits."""
    if key in tags:
        return fits(tags[key])
    return unknown(tags.rest.reason) if isinstance(tags, SomeTags) else NO


@dataclass(frozen=True)
class Queue:
    """The attributes of a queue that the code states, before AWS fills in its defaults.

    Names and units are those of the SQS API (CreateQueue). `name_prefix` is Terraform's: AWS's name is the prefix with
    26 generated characters behind it. `own_key_example` is how the language refers to a key of one's own.
    """

    name: Setting[str]
    name_prefix: Setting[str]
    fifo_queue: Setting[bool]
    content_based_deduplication: Setting[bool]
    deduplication_scope: Setting[str]
    fifo_throughput_limit: Setting[str]
    kms_master_key_id: Setting[KmsKey]
    kms_data_key_reuse_period_seconds: Setting[int]
    sqs_managed_sse_enabled: Setting[bool]
    maximum_message_size: Setting[int]
    message_retention_period: Setting[int]
    visibility_timeout: Setting[int]
    delay: Setting[int]
    receive_message_wait_time: Setting[int]
    tags: Setting[Tags]
    own_key_example: str
