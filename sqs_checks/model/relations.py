"""What the scanned code attaches to queues: policies, redrives, dead letters, senders, consumers.

Each relation says which resource states it, which queue it is about as far as the code tells, and what it states.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from enum import Enum
from typing import NamedTuple, Optional, Union

from sqs_checks.judgement.ternary import YES, Ternary, any_of, unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.key_policy import KeyPolicy
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.policy.service_request import ServiceRequest
from sqs_checks.queues.setting import Setting, Stated
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.texts import Text

# What tells one queue of the scanned code from another: whatever the framework's reader chooses.
Key = Hashable


class Place(NamedTuple):
    """A resource as messages name it. label: its address or logical id. file: relative to the scanned folder."""

    label: str
    file: str

    def __str__(self) -> str:
        return f"`{self.label}` ({self.file})"

    def beside(self, own: Place) -> str:
        """What a finding at another place calls this one: without its file where that is the same."""
        return f"`{self.label}`" if self.file == own.file else str(self)


ARN, URL, NAME = "arn", "url", "name"
# A queue's attribute as the code writes it: an address in Terraform, a logical id in a template.
_TERRAFORM_QUEUE = re.compile(r"((?:data\.)?aws_sqs_queue\.[\w-]+(?:\[[^\]]+\])?)\.(?:arn|id|url|name)")
_TEMPLATE_QUEUE = re.compile(r"([A-Za-z0-9]+)(?:\.\w+)?")


class QueueReference(NamedTuple):
    """What stands where a queue's ARN, URL or name belongs.

    text: as written, for messages.
    certain: the queues of the code that it names; several where it is stated once for several.
    possible: those that it may name, and why that is not certain.
    identity: what the text itself tells of the queue, where it is written out.
    hidden: why it may be any queue; None where it cannot.
    attribute: which attribute of a queue it is: `arn`, `url` or `name`; None where that is not known.
    elsewhere: whether it is certainly no queue of the code, though it may be another one.
    scope: the module whose words these are, so that the same words there mean the same queue; None where they may not.
    Where `certain`, `possible`, `identity` and `hidden` are empty, it names something that is no queue of the code.
    """

    text: str
    certain: frozenset[Key] = frozenset()
    possible: frozenset[Key] = frozenset()
    why_possible: str = ""
    identity: Optional[QueueIdentity] = None
    hidden: Optional[str] = None
    attribute: Optional[str] = None
    scope: Optional[Key] = None
    elsewhere: bool = False

    def perhaps(self, why: str) -> QueueReference:
        """The same where it is not certain that it stands there at all."""
        return self._replace(certain=frozenset(), possible=self.certain | self.possible, why_possible=self.why_possible or why)

    def in_place_of(self, attribute: str) -> str:
        """How the code writes another attribute of the same queue of its own; empty where that is not told from the text."""
        terraform = _TERRAFORM_QUEUE.fullmatch(self.text)
        if terraform:
            return f"{terraform.group(1)}.{attribute}"
        template = _TEMPLATE_QUEUE.fullmatch(self.text) if self.certain else None
        if not template:
            return ""
        return f"!Ref {template.group(1)}" if attribute == URL else f"!GetAtt {template.group(1)}.Arn"

    @property
    def instead_of_an_arn(self) -> str:
        """What it certainly is where a queue's ARN belongs; empty where it may be that ARN."""
        if self.attribute in (URL, NAME):
            return "a queue's URL" if self.attribute == URL else "a queue's name"
        return "no queue's ARN" if self.is_no_queue else ""

    @property
    def is_no_queue(self) -> bool:
        """Whether it certainly names no queue, of the code or not."""
        return not self.certain and not self.possible and self.identity is None and self.hidden is None


class PolicyAttachment(NamedTuple):
    """A policy resource, or the inline policy of a queue. policy: what it says, read when it is asked for.

    number: which of the policy's queues this one is.
    """

    place: Place
    queue: QueueReference
    there: Ternary
    policy: Callable[[], Optional[AttachedPolicy]]
    number: int = 0


class Redrive(NamedTuple):
    """A redrive policy: inline, or a resource of its own. target: the dead-letter queue; None where it states none.

    is_made: whether the queue that states it inline is made at all.
    """

    place: Place
    queue: QueueReference
    there: Ternary
    target: Optional[QueueReference]
    max_receive_count: Setting[int]
    is_made: Ternary = YES


class RedriveAllowance(NamedTuple):
    """A redrive allow policy: who may use the queue as its dead-letter queue.

    permission: `allowAll`, `denyAll` or `byQueue`. source_count: how many sources it lists. sources: these, where the reader
    tells them one by one.
    """

    place: Place
    queue: QueueReference
    there: Ternary
    permission: Setting[str]
    source_count: Stated[int]
    sources: Optional[tuple[QueueReference, ...]] = None

    def lets_in(self, is_source: Callable[[QueueReference], Ternary]) -> Ternary:
        """Whether a queue may use this one as its dead-letter queue. is_source: whether a reference names that queue."""
        refuses = self.permission.holds(lambda permission: permission == "denyAll")
        by_queue = self.permission.holds(lambda permission: permission == "byQueue")
        if by_queue.is_no:
            return ~refuses
        if self.sources is None:
            return ~refuses & (~by_queue | unknown("which sources the redrive allow policy lists is not known"))
        return ~refuses & (~by_queue | any_of(map(is_source, self.sources)))


class OwnKey(NamedTuple):
    """A customer-managed KMS key of the code. policies: each with how certain it is that it is the key's; without one, the key
    has AWS's own, which lets no service in.
    """

    place: Place
    policies: tuple[tuple[KeyPolicy, Ternary], ...]

    def lets_in(self, request: ServiceRequest) -> Ternary:
        """Whether a service may use the key."""
        return any_of(certainty & policy.lets_in(request).granted for policy, certainty in self.policies)


class Role(Enum):
    """What a resource other than a queue does with a queue."""

    SENDS = "sends messages to"
    LEAVES_DEAD_LETTERS = "leaves its dead letters in"
    CONSUMES = "consumes"


class Source(NamedTuple):
    """The resource for which a service sends: the topic of a subscription, a bucket, a rule. account: that it belongs to."""

    arn: Union[Text, Unknown]
    account: Union[Text, Unknown]


class Use(NamedTuple):
    """A resource that sends to a queue, leaves dead letters in it or consumes it.

    what: the kind of resource, in words (`SNS subscription`).
    service: the service principal that sends by itself, as the queue's policy has to allow; None where a role sends.
    source: for what it sends, as its requests say; None where a role sends.
    consumer: the function that consumes. timeout: of that function, in seconds.
    """

    place: Place
    queue: QueueReference
    there: Ternary
    role: Role
    what: str
    service: Optional[str] = None
    source: Optional[Source] = None
    consumer: Optional[Place] = None
    timeout: Stated[int] = None
