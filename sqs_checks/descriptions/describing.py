"""From the model of a queue to its description."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqs_checks.descriptions.queue_actors import actors_of, denials_of, findings_about
from sqs_checks.descriptions.queue_description import (
    SEVERITIES,
    DeadLetterPermission,
    DeadLetterSource,
    DeadLetterTarget,
    Encryption,
    Finding,
    NotKnown,
    QueueDescription,
)
from sqs_checks.judgement.metadata import Area
from sqs_checks.judgement.ternary import Ternary
from sqs_checks.model.queue_model import Linked, QueueModel, Relation, linked_for_certain
from sqs_checks.model.relations import OwnKey, Place, QueueReference, Redrive, Role
from sqs_checks.queues.encryption import encryption_in_words, is_encrypted
from sqs_checks.queues.setting import Setting
from sqs_checks.values.configuration_values import Unknown


def describe(
    model: QueueModel,
    framework: str,
    where: str,
    findings: Iterable[tuple[Finding, Area]],
    all_findings: Sequence[Finding],
    not_known: Iterable[NotKnown] = (),
) -> QueueDescription:
    """The description of one queue.

    where: what must be so for the model to hold, in words. findings: about the queue and what is attached to it, with the area
    of each check. all_findings: about whatever the code holds. not_known: what the checks could not decide.
    """
    stated = sorted(findings, key=lambda one: rank(one[0]))
    found = [finding for finding, _ in stated]
    of_keys = [finding for finding, area in stated if area is Area.CRYPTOGRAPHIC_KEYS]
    name = model.queue.name.value
    return QueueDescription(
        label=model.place.label,
        file=model.place.file,
        framework=framework,
        name=name if isinstance(name, str) else None,
        where=where,
        actors=actors_of(model, found),
        denials=denials_of(model),
        dead_letters_to=tuple(_targets(model, all_findings, {model.own.key})),
        dead_letters_from=tuple(_sources(model)),
        dead_letters_allowed=tuple(_permissions(model)),
        encryption=_encryption(model, of_keys),
        findings=tuple(found),
        not_known=(*_hidden_policies(model), *not_known),
    )


def merged(descriptions: Sequence[QueueDescription]) -> list[QueueDescription]:
    """Descriptions of one queue in several cases, with those that say the same as one."""
    by_content: dict[QueueDescription, list[str]] = {}
    for one in descriptions:
        by_content.setdefault(replace(one, where=""), []).append(one.where)
    if len(by_content) == 1:
        return list(by_content)
    return [replace(one, where=" or ".join(filter(None, wheres))) for one, wheres in by_content.items()]


def rank(finding: Finding) -> tuple[int, int]:
    """What puts the most severe findings first, and those of one severity in the order of their checks."""
    severity = SEVERITIES.index(finding.severity) if finding.severity in SEVERITIES else len(SEVERITIES)
    return severity, int(finding.check.rpartition("_")[2])


def _hidden_policies(model: QueueModel) -> Iterator[NotKnown]:
    for attachment, attached in model.policies:
        if attachment.policy() is None:
            yield NotKnown(f"the policy of {attachment.place} is not known")
        elif attached.is_unknown:
            yield NotKnown(f"whether the policy of {attachment.place} is on this queue: {'; '.join(attached.reasons)}")


# Dead letters


def _named(model: QueueModel, reference: QueueReference) -> tuple[Sequence[QueueModel], str]:
    """The queues of the code that a reference names for certain, and what a message calls the queue."""
    queues = model.queues_of(reference)
    return queues, queues[0].place.label if len(queues) == 1 else reference.text


def _targets(model: QueueModel, findings: Sequence[Finding], seen: set[object]) -> Iterator[DeadLetterTarget]:
    for redrive, certainty in model.redrives:
        if redrive.target is None:
            continue
        queues, name = _named(model, redrive.target)
        hidden = redrive.target.hidden
        reasons = certainty.reasons if hidden is None else (*certainty.reasons, hidden)
        perhaps = () if queues else tuple(model.possible_queues(redrive.target))
        reasons += tuple(reason for _, named in perhaps for reason in named.reasons)
        further = [queue for queue in queues if queue.own.key not in seen]
        # Dead letters may go round in circles: each queue is told once.
        then = tuple(one for queue in further for one in _targets(queue, findings, seen | {queue.own.key}))
        yield DeadLetterTarget(
            name=name if hidden is None else None,
            is_in_code=bool(queues or perhaps),
            stated_in=redrive.place,
            receives=_receives(redrive.max_receive_count),
            findings=_of_redrive(findings, redrive, queues),
            unknown=tuple(dict.fromkeys(reasons)),
            then=then,
        )


def _of_redrive(findings: Sequence[Finding], redrive: Redrive, queues: Sequence[QueueModel]) -> tuple[str, ...]:
    """The checks whose findings are about a redrive policy: they name both queues, or its count."""
    named = [found for queue in queues for found in findings_about(findings, _marked(queue.place), _marked(redrive.place))]
    return tuple(dict.fromkeys((*named, *findings_about(findings, redrive.max_receive_count.name, _marked(redrive.place)))))


def _marked(place: Place) -> str:
    """A resource as every message has it, whether it names the file or not."""
    return f"`{place.label}`"


def _receives(count: Setting[int]) -> str:
    if isinstance(count.value, int):
        return f"after {count.value} receive{'' if count.value == 1 else 's'}"
    return "after a number of receives that is not known" if isinstance(count.value, Unknown) else "without a number of receives"


def _sources(model: QueueModel) -> Iterator[DeadLetterSource]:
    for redrive, certainty in model.dead_letter_redrives:
        if certainty.is_unknown and model.place == redrive.place:
            continue  # of what may be any queue it is the least likely one
        _, name = _named(model, redrive.queue)
        yield DeadLetterSource(name, "queue", redrive.place, certainty.reasons)
    for use, certainty in model.uses:
        if use.role is Role.LEAVES_DEAD_LETTERS:
            yield DeadLetterSource(use.place.label, use.what, use.place, certainty.reasons)


_MAY_LEAVE = {
    "allowAll": "lets every queue of the account leave dead letters here",
    "denyAll": "lets no queue leave dead letters here",
    "byQueue": "lets only the queues that it lists leave dead letters here",
}


def _permissions(model: QueueModel) -> Iterator[DeadLetterPermission]:
    for allowance, certainty in model.allowances:
        stated = allowance.permission
        otherwise = "says which queues may leave dead letters here"
        text = otherwise if isinstance(stated.value, Unknown) else _MAY_LEAVE.get(str(stated.value), f"{otherwise}: {stated}")
        unknown = (*certainty.reasons, *stated.is_set().reasons)
        yield DeadLetterPermission(text, allowance.place, tuple(dict.fromkeys(unknown)))


# Encryption


def _encryption(model: QueueModel, findings: Sequence[Finding]) -> Encryption:
    encrypted = is_encrypted(model.queue)
    keys = [key.place for key in model.own.keys if isinstance(key, OwnKey)]
    hidden = [key.reason for key in model.own.keys if isinstance(key, Unknown)]
    return Encryption(
        text=_encrypted_by(model, encrypted),
        is_encrypted=None if encrypted.is_unknown else encrypted.is_yes,
        keys=tuple(keys),
        findings=tuple(dict.fromkeys(finding.check for finding in findings)),
        unknown=tuple(dict.fromkeys((*encrypted.reasons, *model.queue.kms_master_key_id.is_set().reasons, *hidden))),
    )


def _encrypted_by(model: QueueModel, encrypted: Ternary) -> str:
    key = model.queue.kms_master_key_id
    if encrypted.is_unknown or key.is_set().is_unknown:
        return "something that is not known"
    stated = encryption_in_words(model.queue)
    managed = key.holds(lambda named: named.aws_managed)
    return f"{stated}, which AWS manages for SQS" if managed.is_yes else stated


def places_of(model: QueueModel) -> frozenset[Place]:
    """The queue, and the resources that certainly state something about it: a finding on one of these is about the queue."""
    return frozenset((model.place, *_stating(model.policies), *_stating(model.redrives), *_stating(model.allowances)))


def _stating(links: Iterable[Linked[Relation]]) -> Iterator[Place]:
    return (relation.place for relation in linked_for_certain(links))
