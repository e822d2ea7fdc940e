"""What a queue lets happen, as data: whoever shows it, as text or as a picture, needs nothing else.

Wherever something is not certain, `unknown` holds the reasons: phrases that a user can read. It is empty where it is certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Optional

from sqs_checks.model.relations import Place


class Activity(Enum):
    """What an actor does with the queue."""

    SENDS = "sends"
    RECEIVES = "receives"
    ADMINISTERS = "administers"
    READS = "reads attributes"


class ActorKind(Enum):
    """EVERYONE: whoever the statement's conditions let in, of any account. RESOURCE: a resource of the scanned code."""

    EVERYONE = "everyone"
    SERVICE = "AWS service"
    PRINCIPAL = "principal"
    RESOURCE = "resource"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AccessCondition:
    """From where or for what an access holds. text: the operator, the key and the values, as the policy writes them."""

    key: str
    text: str


@dataclass(frozen=True)
class Access:
    """What one statement, or one resource of the code, has an actor do.

    activities: in the order of `Activity`. actions: their names, as policies write them; none of a resource. does: these in
    words.
    statement: the label of the statement that allows it, by its `Sid` and its index; empty where none does.
    stated_in: the resource that holds the statement. conditions: all of which must hold.
    by_role: whether its own role has to allow it, and no statement. findings: the ids of the checks that report this.
    """

    activities: tuple[Activity, ...]
    actions: tuple[str, ...]
    does: str
    statement: str
    stated_in: Place
    conditions: tuple[AccessCondition, ...] = ()
    by_role: bool = False
    findings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actor:
    """Who uses the queue. name: as the policy or the code calls it. what: it is, in words. short_name: without what a reader
    sees in `what` or knows anyway, such as the beginning of an ARN.
    """

    name: str
    short_name: str
    kind: ActorKind
    what: str
    accesses: tuple[Access, ...]


@dataclass(frozen=True)
class Denial:
    """A statement that denies something on the queue. text: whom it denies what, in words."""

    statement: str
    stated_in: Place
    text: str
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeadLetterTarget:
    """Where dead letters go.

    name: of the queue; None where it is not known. is_in_code: certainly or perhaps. receives: after how many receives, in
    words. then: where those of it go.
    """

    name: Optional[str]
    is_in_code: bool
    stated_in: Place
    receives: str
    findings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    then: tuple[DeadLetterTarget, ...] = ()


@dataclass(frozen=True)
class DeadLetterSource:
    """Whose dead letters the queue takes. what: kind of thing that leaves them, in words."""

    name: str
    what: str
    stated_in: Place
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeadLetterPermission:
    """A redrive allow policy: which queues may leave their dead letters here, as the end of a sentence."""

    text: str
    stated_in: Place
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Encryption:
    """text: what encrypts the messages at rest, in words. keys: those of the code."""

    text: str
    is_encrypted: Optional[bool]
    keys: tuple[Place, ...] = ()
    findings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What a check reports of the queue, or of something attached to it.

    severity: on Checkov's scale. promise: of the check, that is not kept. resource: as Checkov names it. first_line, last_line:
    of it. places: the resources that it stands for.
    """

    check: str
    severity: str
    promise: str
    problems: tuple[str, ...]
    reasons: tuple[str, ...]
    remedies: tuple[str, ...]
    resource: str
    file: str
    first_line: int
    last_line: int
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class NotKnown:
    """Why something is not known, and the ids of the checks that cannot decide for that."""

    reason: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueueDescription:
    """One queue of the code. label: its address or logical id. name: the queue's own, where the code tells.

    where: what must be so for this to hold, in words; empty where it always does. findings: the most severe first.
    """

    label: str
    file: str
    framework: str
    name: Optional[str]
    where: str
    actors: tuple[Actor, ...]
    denials: tuple[Denial, ...]
    dead_letters_to: tuple[DeadLetterTarget, ...]
    dead_letters_from: tuple[DeadLetterSource, ...]
    dead_letters_allowed: tuple[DeadLetterPermission, ...]
    encryption: Encryption
    findings: tuple[Finding, ...]
    not_known: tuple[NotKnown, ...]


@dataclass(frozen=True)
class CodeDescription:
    """All that is said of some code.

    other_findings: about resources that are on no queue of the code. not_read: the files that could not be read, each with why,
    in words.
    """

    path: str
    queues: tuple[QueueDescription, ...]
    other_findings: tuple[Finding, ...] = ()
    not_read: tuple[tuple[str, str], ...] = ()


# Checkov's scale, the worst first.
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
