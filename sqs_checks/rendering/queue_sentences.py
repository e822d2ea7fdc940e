"""What a description says, in plain sentences: the same for text, Markdown and HTML.

Names of the code and of policies stand in backticks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqs_checks.descriptions.queue_description import (
    SEVERITIES,
    Access,
    Activity,
    Actor,
    ActorKind,
    DeadLetterTarget,
    Encryption,
    Finding,
    QueueDescription,
)

OWN_ACCOUNT_NOTE = (
    "Users and roles of a queue's own account may also have access by their own IAM policies. This report does not show these."
)
NO_QUEUES = "There is no queue in this code."


class Section(NamedTuple):
    """A heading, and one paragraph for each thing that is to be said under it."""

    title: str
    paragraphs: tuple[str, ...]


_TITLES = {
    Activity.SENDS: ("Who sends", "sends"),
    Activity.RECEIVES: ("Who receives", "receives"),
    Activity.ADMINISTERS: ("Who administers", "administers the queue"),
    Activity.READS: ("Who reads its attributes", "reads the attributes of the queue"),
}
_MAY = {
    Activity.SENDS: "may send",
    Activity.RECEIVES: "may receive",
    Activity.ADMINISTERS: "may administer the queue",
    Activity.READS: "may read the attributes of the queue",
}


def sections(queue: QueueDescription) -> list[Section]:
    """All that is said of a queue, but for its findings."""
    return [
        *access_sections(queue),
        Section("What is denied", tuple(_denials(queue)) or ("Nothing is denied.",)),
        Section("Where its dead letters go", tuple(_targets(queue.dead_letters_to)) or ("Its dead letters go nowhere.",)),
        Section("Whose dead letters it takes", tuple(_taken(queue))),
        Section("What encrypts it", (_encrypted(queue.encryption),)),
        Section("What is not known", tuple(_not_known(queue)) or ("Nothing is left open.",)),
    ]


def access_sections(queue: QueueDescription) -> list[Section]:
    """Who does what, one section for each activity."""
    found = []
    for activity, (title, _) in _TITLES.items():
        lines = tuple(
            access_in_words(actor, access, activity)
            for actor in queue.actors
            for access in actor.accesses
            if activity in access.activities
        )
        if lines or activity is not Activity.READS:
            found.append(Section(title, lines or ("Nobody, by what the code says.",)))
    return found


def actor_in_words(actor: Actor) -> str:
    if actor.kind is ActorKind.UNKNOWN:
        return "Somebody who is not known"
    name = actor.name[0].upper() + actor.name[1:] if actor.kind is ActorKind.EVERYONE else f"`{actor.name}`"
    return name if actor.what == actor.kind.value else f"{name} ({actor.what})"


def access_in_words(actor: Actor, access: Access, activity: Activity) -> str:
    does = _TITLES[activity][1] if actor.kind is ActorKind.RESOURCE else _MAY[activity]
    actions = f" ({access.does})" if activity is Activity.ADMINISTERS else ""
    return (
        f"{actor_in_words(actor)} {does}{actions}. {allowed_by(access)}{where(access)}.{remarks(access.findings, access.unknown)}"
    )


def allowed_by(access: Access) -> str:
    """What allows it, as the beginning of a sentence."""
    if access.by_role:
        return f"{access.stated_in} says so, and its own role has to allow it"
    if not access.statement:
        return f"{access.stated_in} says so, and no statement lets it in"
    return f"{access.statement} of {access.stated_in} allows it"


def where(access: Access) -> str:
    """From where and for what, as the end of a sentence; empty where always."""
    return f", where {' and '.join(f'`{condition.text}`' for condition in access.conditions)}" if access.conditions else ""


def remarks(findings: Iterable[str], unknown: Iterable[str]) -> str:
    """What is wrong with it and what is not certain, as further sentences."""
    reported, reasons = ", ".join(findings), "; ".join(unknown)
    return (f" Reported by {reported}." if reported else "") + (f" Not certain: {reasons}." if reasons else "")


def _denials(queue: QueueDescription) -> Iterator[str]:
    for denial in queue.denials:
        yield f"{denial.statement} of {denial.stated_in} {denial.text}.{remarks((), denial.unknown)}"


def _targets(targets: Iterable[DeadLetterTarget]) -> Iterator[str]:
    for target in targets:
        place = "" if target.is_in_code else ", which is not in the scanned code"
        queue = f"`{target.name}`{place}" if target.name is not None else "a queue that is not known"
        yield (f"To {queue}, {target.receives}. {target.stated_in} says so.{remarks(target.findings, target.unknown)}")
        yield from (f"From there: {line[0].lower()}{line[1:]}" for line in _targets(target.then))


def _taken(queue: QueueDescription) -> Iterator[str]:
    if not queue.dead_letters_from:
        yield "It takes no dead letters, by what the code says."
    for source in queue.dead_letters_from:
        yield f"Those of `{source.name}` ({source.what}). {source.stated_in} says so.{remarks((), source.unknown)}"
    for permission in queue.dead_letters_allowed:
        yield f"The redrive allow policy of {permission.stated_in} {permission.text}.{remarks((), permission.unknown)}"


def _encrypted(encryption: Encryption) -> str:
    keys = f" The key is {' or '.join(map(str, encryption.keys))}." if encryption.keys else ""
    text = f"{encryption.text[0].upper()}{encryption.text[1:]}"
    return f"{text}.{keys}{remarks(encryption.findings, encryption.unknown)}"


def _not_known(queue: QueueDescription) -> Iterator[str]:
    for one in queue.not_known:
        cannot = f" For that, {', '.join(one.checks)} cannot decide." if one.checks else ""
        yield f"{one.reason[0].upper()}{one.reason[1:]}.{cannot}"


def title_of(queue: QueueDescription) -> str:
    return f"`{queue.label}`"


def facts_of(queue: QueueDescription) -> str:
    """Where the queue stands, and what must be so for the description to hold."""
    name = f"Its name is `{queue.name}`. " if queue.name is not None else ""
    case = f" This holds where {queue.where}." if queue.where else ""
    return f"{name}It is in {queue.file} ({queue.framework}).{case}"


def place_of(finding: Finding) -> str:
    lines = f"{finding.first_line}-{finding.last_line}" if finding.first_line != finding.last_line else finding.first_line
    return f"{finding.file}:{lines}"


def counted(findings: Iterable[Finding]) -> str:
    """How many findings there are of each severity, such as `1 critical, 2 low`; empty where there are none."""
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(f"{counts[severity]} {severity.lower() or 'other'}" for severity in (*SEVERITIES, "") if counts[severity])


def number_of(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
