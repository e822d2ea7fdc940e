"""Where a policy resource is attached, and what else is attached there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqs_checks.judgement.ternary import YES, Ternary, unknown
from sqs_checks.model.queue_model import QueueModels
from sqs_checks.model.relations import Place, PolicyAttachment, QueueReference


class Competitor(NamedTuple):
    """Another policy on the same queue. queue: what messages call the queue. certainty: that it is the same one."""

    place: Place
    queue: str
    certainty: Ternary


class PolicyPlace(NamedTuple):
    """A resource that attaches a policy: a policy resource, or a queue with an inline policy.

    queues: what it is attached to, as stated; empty where it states none. attribute: what the user's language calls that.
    path: of that attribute, as Checkov's `evaluated_keys` wants it. is_inline: whether it is the queue itself.
    """

    place: Place
    attachments: tuple[PolicyAttachment, ...]
    attribute: str
    path: str
    is_inline: bool
    models: QueueModels

    @property
    def queues(self) -> list[QueueReference]:
        return [attachment.queue for attachment in self.attachments]

    def competitors(self) -> Iterator[Competitor]:
        """The policies of other resources on one of the queues."""
        for own in self.attachments:
            yield from self._on_queues_of_the_code(own)
            yield from self._on_the_same_text(own)

    def _on_queues_of_the_code(self, own: PolicyAttachment) -> Iterator[Competitor]:
        reference = own.queue
        for key in reference.certain | reference.possible:
            model = self.models.of(key)
            for link in model.policies if model is not None else ():
                if link.item.place != self.place:
                    is_mine = YES if key in reference.certain else unknown(reference.why_possible)
                    label = model.place.label if model is not None else reference.text
                    yield Competitor(link.item.place, label, own.there & is_mine & link.certainty)

    def _on_the_same_text(self, own: PolicyAttachment) -> Iterator[Competitor]:
        """Of a queue outside the code: two resources that name it in the same words mean the same one."""
        if own.queue.certain:
            return
        for other in self.models.policies_on(own.queue):
            if other.place != self.place:
                yield Competitor(other.place, own.queue.text, own.there & other.there)
