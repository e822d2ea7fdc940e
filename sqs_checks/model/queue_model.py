"""The queue, put together from all that the scanned code says about it; the same for every framework."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Generic, Optional, Protocol, TypeVar, Union

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, YES, Ternary, any_of, unknown
from sqs_checks.model.relations import (
    Key,
    OwnKey,
    Place,
    PolicyAttachment,
    QueueReference,
    Redrive,
    RedriveAllowance,
    Role,
    Use,
)
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, THIS_REGION
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.values.configuration_values import PiecedText, Unknown
from sqs_checks.values.texts import Text

# How many relations that may be about any queue are among those of each: these stand for all.
MOST_HIDDEN = 3


class Relation(Protocol):
    @property
    def place(self) -> Place: ...

    @property
    def queue(self) -> QueueReference: ...

    @property
    def there(self) -> Ternary: ...


R = TypeVar("R")


# Something that is about a queue, and how certain that is: YES, or unknown with the reasons.
Linked = tuple[R, Ternary]


def linked_for_certain(links: Iterable[Linked[R]]) -> list[R]:
    return [item for item, certainty in links if certainty.is_yes]


def any_linked(links: Iterable[Linked[Any]]) -> Ternary:
    return any_of(certainty for _, certainty in links)


class CodeQueue:
    """A queue resource of the scanned code.

    code_name: finds what the code calls the queue in the label of its place; None where that is the label itself. read: its
    attributes, read when they are asked for. region: that it lives in, where the code tells. own_name: its name, where parts of
    that are things of the code. read_keys: the key of the code that encrypts it, or those of which it is one; none where it is
    no key of the code.
    """

    def __init__(
        self,
        key: Key,
        place: Place,
        code_name: Optional[re.Pattern[str]],
        read: Callable[[], Queue],
        region: Optional[str] = None,
        own_name: Optional[PiecedText] = None,
        read_keys: Callable[[], Sequence[Union[OwnKey, Unknown]]] = tuple,
    ) -> None:
        self.key = key
        self.place = place
        self._code_name = code_name
        self._read = read
        self._region = region
        self._own_name = own_name
        self._read_keys = read_keys

    @computed_once
    def queue(self) -> Queue:
        return self._read()

    @computed_once
    def keys(self) -> tuple[Union[OwnKey, Unknown], ...]:
        return tuple(self._read_keys())

    def is_meant_by(self, reference: QueueReference) -> Ternary:
        """Whether a reference names this queue."""
        if self.key in reference.certain:
            return YES
        if self.key in reference.possible:
            return unknown(reference.why_possible)
        if reference.identity is not None:
            return self.is_named(reference.identity, reference.text)
        return unknown(reference.hidden) if reference.hidden is not None and not reference.elsewhere else NO

    @property
    def traits(self) -> QueueTraits:
        found = self._code_name.search(self.place.label) if self._code_name else None
        return QueueTraits(self.queue.name.value, found.group(1) if found else self.place.label, self.queue.tags)

    def is_named(self, identity: QueueIdentity, text: str) -> Ternary:
        """Whether an ARN, URL or name that is written out is this queue's."""
        if self._own_name is not None and self._own_name == identity.name:
            return YES
        name = self.queue.name.value
        if name is None:
            return NO  # AWS or Terraform makes up a name that nobody can have written down
        if not isinstance(name, str):
            return unknown(name.reason if isinstance(name, Unknown) else f"whether `{text}` is this queue is not known")
        if identity.name is not None and identity.name != name:
            return NO
        if self._region is not None and identity.region not in (None, THIS_REGION, self._region):
            return NO  # of the same name in another region
        own = QueueIdentity(THIS_PARTITION, THIS_REGION, THIS_ACCOUNT, name)
        same = identity.name == name and all(stated is None or stated == mine for stated, mine in zip(identity[:3], own[:3]))
        return YES if same else unknown(f"whether `{text}` is this queue is known only when it is made")


class _ByQueue(Generic[R]):
    """Relations by the queue that they name."""

    def __init__(
        self, relations: Iterable[R], reference: Callable[[R], Optional[QueueReference]], there: Callable[[R], Ternary]
    ) -> None:
        self._by_key: dict[Key, list[Linked[R]]] = {}
        self._written: dict[Optional[Text], list[tuple[QueueIdentity, R]]] = {}
        self._anywhere: list[Linked[R]] = []
        self._there = there
        for relation in relations:
            stated = reference(relation)
            if stated is None or there(relation).is_no:
                continue
            for key in stated.certain:
                self._by_key.setdefault(key, []).append((relation, there(relation)))
            for key in stated.possible - stated.certain:
                certainty = there(relation) & unknown(stated.why_possible)
                self._by_key.setdefault(key, []).append((relation, certainty))
            if stated.identity is not None:
                self._written.setdefault(stated.identity.name, []).append((stated.identity, relation))
            if stated.hidden is not None and not stated.elsewhere and len(self._anywhere) < MOST_HIDDEN:
                self._anywhere.append((relation, unknown(stated.hidden)))
        self._reference = reference

    def of(self, queue: CodeQueue) -> tuple[Linked[R], ...]:
        found = list(self._by_key.get(queue.key, ()))
        if self._written:
            found += self._named(queue)
        mine = {id(item) for item, _ in found}
        return (*found, *(link for link in self._anywhere if id(link[0]) not in mine))

    def _named(self, queue: CodeQueue) -> Iterable[Linked[R]]:
        name = queue.queue.name.value
        names = list(self._written) if not isinstance(name, str) and name is not None else [name, None]
        for candidate in names:
            for identity, relation in self._written.get(candidate, ()):
                reference = self._reference(relation)
                certainty = queue.is_named(identity, reference.text if reference else "") & self._there(relation)
                if not certainty.is_no:
                    yield (relation, certainty)


class QueueModel:
    """One queue of the code with all that is about it.

    Each relation comes with how certain it is that it is about this queue. What lies outside the scanned code is not
    among them; a relation of the code whose queue cannot be told is among those of every queue, as unknown.
    """

    def __init__(self, own: CodeQueue, models: QueueModels) -> None:
        self.own = own
        self._models = models

    @property
    def place(self) -> Place:
        return self.own.place

    @property
    def queue(self) -> Queue:
        return self.own.queue

    @computed_once
    def policies(self) -> tuple[Linked[PolicyAttachment], ...]:
        return self._models.policies.of(self.own)

    @computed_once
    def redrives(self) -> tuple[Linked[Redrive], ...]:
        """The redrive policies of this queue: where its own dead letters go."""
        return self._models.redrives.of(self.own)

    @computed_once
    def allowances(self) -> tuple[Linked[RedriveAllowance], ...]:
        return self._models.allowances.of(self.own)

    @computed_once
    def uses(self) -> tuple[Linked[Use], ...]:
        return self._models.uses.of(self.own)

    @computed_once
    def dead_letter_redrives(self) -> tuple[Linked[Redrive], ...]:
        """The redrive policies of other queues that name this one as their dead-letter queue."""
        return self._models.dead_letter_redrives.of(self.own)

    @computed_once
    def is_dead_letter_target(self) -> Ternary:
        """Whether anything in the code leaves its dead letters here."""
        others = ((use, certainty) for use, certainty in self.uses if use.role is Role.LEAVES_DEAD_LETTERS)
        return any_linked(self.dead_letter_redrives) | any_linked(others)

    def name_source(self, redrive: Redrive) -> str:
        """What a message calls the queue whose dead letters a redrive policy sends: the resource where the code has no such."""
        return next((queue.place for queue in self.queues_of(redrive.queue)), redrive.place).beside(self.place)

    def queues_of(self, reference: QueueReference) -> Sequence[QueueModel]:
        """The queues of the code that a reference names for certain."""
        return self._models.queues_of(reference)

    def possible_queues(self, reference: QueueReference) -> Iterator[tuple[QueueModel, Ternary]]:
        """The queues of the code that a reference names, certainly or perhaps."""
        return self._models.possible_queues(reference)


class QueueModels:
    """All queues of code that is deployed together, and all that is about them."""

    def __init__(
        self,
        queues: Iterable[CodeQueue],
        policies: Iterable[PolicyAttachment] = (),
        redrives: Iterable[Redrive] = (),
        allowances: Iterable[RedriveAllowance] = (),
        uses: Iterable[Use] = (),
    ) -> None:
        self._models = {queue.key: QueueModel(queue, self) for queue in queues}
        redrives = tuple(redrives)
        self.all_policies = tuple(policies)
        self.policies = _by_queue(self.all_policies)
        self.redrives = _by_queue(redrives)
        self.allowances = _by_queue(allowances)
        self.uses = _by_queue(uses)
        self.dead_letter_redrives: _ByQueue[Redrive] = _ByQueue(
            redrives, lambda redrive: redrive.target, lambda redrive: redrive.there & redrive.is_made
        )

    def of(self, key: Key) -> Optional[QueueModel]:
        return self._models.get(key)

    def possible_queues(self, reference: QueueReference) -> Iterator[tuple[QueueModel, Ternary]]:
        """The queues that a reference names, certainly or perhaps; not those that a hidden one might name."""
        for key in reference.certain | reference.possible:
            model = self._models.get(key)
            if model is not None:
                yield model, YES if key in reference.certain else unknown(reference.why_possible)
        if reference.identity is not None:
            named = self._by_name.get(reference.identity.name, ()) if reference.identity.name else self._models.values()
            for model in (*named, *self._of_hidden_name):
                certainty = model.own.is_named(reference.identity, reference.text)
                if not certainty.is_no:
                    yield model, certainty

    @computed_once
    def _of_hidden_name(self) -> tuple[QueueModel, ...]:
        names = ((model, model.queue.name.value) for model in self._models.values())
        return tuple(model for model, name in names if name is not None and not isinstance(name, str))

    @computed_once
    def policies_somewhere(self) -> tuple[PolicyAttachment, ...]:
        """The policies whose queue cannot be told at all."""
        return tuple(
            attachment
            for attachment in self.all_policies
            if attachment.queue.hidden is not None and not attachment.queue.elsewhere
        )

    def traits_of(self, reference: QueueReference) -> QueueTraits:
        """By what the settings pick the queue that a reference names."""
        queues = self.queues_of(reference)
        if len(queues) == 1:
            return queues[0].own.traits
        if reference.identity is not None:
            return QueueTraits(reference.identity.written_name)
        return QueueTraits(Unknown(reference.hidden or f"which queue `{reference.text}` is, is not known"))

    def queues_of(self, reference: QueueReference) -> list[QueueModel]:
        """The queues that a reference names for certain."""
        if reference.identity is None:
            return [self._models[key] for key in reference.certain if key in self._models]
        named = self._by_name.get(reference.identity.name, ())
        return [model for model in named if model.own.is_named(reference.identity, reference.text).is_yes]

    def policies_of(self, place: Place) -> Sequence[PolicyAttachment]:
        """What one resource attaches."""
        return self._by_place.get(place, ())

    @computed_once
    def _by_place(self) -> dict[Place, list[PolicyAttachment]]:
        by_place: dict[Place, list[PolicyAttachment]] = {}
        for attachment in self.all_policies:
            by_place.setdefault(attachment.place, []).append(attachment)
        return by_place

    def policies_on(self, reference: QueueReference) -> Sequence[PolicyAttachment]:
        """The policies whose queue is stated in the same words, of a queue that the code does not hold."""
        words = _words(reference)
        return self._by_words.get(words, ()) if words is not None else ()

    @computed_once
    def _by_words(self) -> dict[Hashable, list[PolicyAttachment]]:
        by_words: dict[Hashable, list[PolicyAttachment]] = {}
        for attachment in self.all_policies:
            words = _words(attachment.queue)
            if words is not None:
                by_words.setdefault(words, []).append(attachment)
        return by_words

    @computed_once
    def _by_name(self) -> dict[Optional[Text], list[QueueModel]]:
        by_name: dict[Optional[Text], list[QueueModel]] = {}
        for model in self._models.values():
            name = model.queue.name.value
            if isinstance(name, str):
                by_name.setdefault(name, []).append(model)
        return by_name


def _words(reference: QueueReference) -> Optional[Hashable]:
    """What is equal for two references that mean the same queue, whichever it is; None where nothing tells."""
    if reference.identity is not None:
        return reference.identity
    return (reference.scope, reference.text) if reference.hidden is not None and reference.scope is not None else None


Rel = TypeVar("Rel", bound=Relation)


def _by_queue(relations: Iterable[Rel]) -> _ByQueue[Rel]:
    return _ByQueue(relations, lambda relation: relation.queue, lambda relation: relation.there)
