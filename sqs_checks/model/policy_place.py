"""Where a policy resource is attached, and what else is attached there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from sqs_checks.judgement.ternary import Ternary, unknown
from sqs_checks.model.queue_model import QueueModels
from sqs_checks.model.relations import Place, PolicyAttachment, QueueReference


class Competitor(NamedTuple):
    """Another policy on the same queue. queue: what messages call the queue. certainty: that it is the same one."""

    place: Place
    queue: str
    certainty: Ternary


class PolicyPlace(NamedTuple):
    """A resource that attaches a policy: a policy resource, or a queue with an inline policy.

    attachments: the policy on each queue that it states. attribute: what the user's language calls these queues. path: of
    that attribute, as Checkov's `evaluated_keys` wants it. is_inline: whether it is the queue itself. models: of the queues
    of the same code.
    """

    place: Place
    attachments: tuple[PolicyAttachment, ...]
    attribute: str
    path: str
    is_inline: bool
    models: QueueModels

    @property
    def queues(self) -> list[QueueReference]:
        """What the policy is attached to, as stated."""
        return [attachment.queue for attachment in self.attachments]

    def competitors(self) -> Iterator[Competitor]:
        """The policies of other resources on one of the queues."""
        for own in self.attachments:
            for queue, certainty in self.models.possible_queues(own.queue):
                for other, attached in queue.policies:
                    if other.place != self.place:
                        yield Competitor(other.place, queue.place.label, own.there & certainty & attached)
            if not own.queue.certain:
                yield from self._outside_the_code(own)

    def _outside_the_code(self, own: PolicyAttachment) -> Iterator[Competitor]:
        """Of a queue that the code may not hold: resources that name it in the same words mean the same one."""
        same = self.models.policies_on(own.queue)
        for other in same:
            if other.place != self.place:
                yield Competitor(other.place, own.queue.text, own.there & other.there)
        if own.queue.is_no_queue:
            return
        may_be_any = own.queue.hidden is not None and not own.queue.elsewhere
        others = self.models.all_policies if may_be_any else self.models.policies_somewhere
        hidden = (other for other in others if other.place != self.place and other not in same)
        for other in islice(hidden, 1):
            why = own.queue.hidden or other.queue.hidden or "which queue is meant is not known"
            yield Competitor(other.place, own.queue.text, own.there & other.there & unknown(why))
