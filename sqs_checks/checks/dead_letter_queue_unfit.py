"""The dead-letter queue does not fit its source.

## What it does
Reports a dead-letter queue that is of another type (FIFO or standard) than a queue whose dead letters it takes, keeps
messages for a shorter time, or is encrypted more weakly (not at all, by SSE-SQS or the AWS-managed key, by a key of one's own).

## Why it matters
AWS refuses a pair of different types. A dead letter of a standard queue keeps the age it has: in a queue with a shorter
retention it is deleted before anybody looks at it. And the same messages lie there with less protection.

## How to fix
Give both the same type and encryption, and the dead-letter queue the longer retention (14 days at most).

## Limits
Only pairs that both stand in the scanned code are compared.

## Unknown when
One of the values is known only at deployment.

## References
- [Using dead-letter queues in Amazon SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import Ternary, unknown
from sqs_checks.model.queue_model import QueueModel, any_linked
from sqs_checks.queues.encryption import encryption_in_words, is_encrypted
from sqs_checks.queues.sqs_limits import DEFAULT_RETENTION_SECONDS, RETENTION_SECONDS
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueModelCheck


def _is_of_other_type(queue: Queue, other: Queue) -> Ternary:
    is_fifo, wants_fifo = (one.fifo_queue.holds(lambda flag: flag) for one in (queue, other))
    return (is_fifo & ~wants_fifo) | (~is_fifo & wants_fifo)


def _is_shorter(queue: Queue, other: Queue) -> Ternary:
    own, wanted = (one.message_retention_period.or_default(DEFAULT_RETENTION_SECONDS) for one in (queue, other))
    return own.holds_with(wanted, lambda mine, theirs: mine < theirs)


def _is_weaker(queue: Queue, other: Queue) -> Ternary:
    return (_has_own_key(other) & ~_has_own_key(queue)) | (is_encrypted(other) & ~is_encrypted(queue))


def _has_own_key(queue: Queue) -> Ternary:
    return queue.kms_master_key_id.holds(lambda key: ~key.aws_managed)


class DeadLetterQueueUnfit(SqsCheck[QueueModel]):
    id = "CKV_SQS_42"
    name = "Ensure the dead-letter queue fits the queues whose dead letters it takes"
    severity = Severity.MEDIUM
    area = Area.NOTHING_LOST
    why = "dead letters are refused, deleted before anybody looks at them, or less protected than the messages they were"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html#understanding-message-retention-periods"

    judges_only = "queues that take the dead letters of another queue"

    def applies(self, subject: QueueModel, settings: Settings) -> Ternary:
        return any_linked(subject.dead_letter_redrives)

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        for redrive, certainty in subject.dead_letter_redrives:
            for source in subject.queues_of(redrive.queue):
                if source is not subject:
                    yield from self._pair(subject, source, certainty)
                    yield from self._refused(subject, source, certainty)
            if redrive.queue.hidden is not None:
                hidden = certainty & unknown(redrive.queue.hidden)
                yield Fault(hidden, f"the queue whose dead letters {redrive.place} sends is not known", "a queue that it fits")

    def _pair(self, own: QueueModel, source: QueueModel, certainty: Ternary) -> Iterator[Fault]:
        queue, other = own.queue, source.queue
        for violated, fault in (
            (_is_of_other_type(queue, other), self._other_type),
            # Moving a message to a FIFO queue starts its retention anew.
            (_is_shorter(queue, other) & ~queue.fifo_queue.holds(lambda flag: flag), self._shorter),
            (_is_weaker(queue, other), self._weaker),
        ):
            if not (certainty & violated).is_no:
                yield fault(own, source, certainty & violated)

    @staticmethod
    def _refused(own: QueueModel, source: QueueModel, certainty: Ternary) -> Iterator[Fault]:
        """AWS refuses a redrive policy to a queue that does not let its source in."""
        for allowance, attached in own.allowances:
            refused = certainty & attached & ~allowance.lets_in(source.own.is_meant_by)
            if not refused.is_no:
                by_queue = allowance.permission.value == "byQueue"
                stated = "`sourceQueueArns` does not list it" if by_queue else str(allowance.permission)
                problem = f"{source.place.beside(own.place)} may not leave its dead letters in this queue: {stated}."
                remedy = f"list the ARN of `{source.place.label}` in `sourceQueueArns`"
                if not by_queue:
                    remedy = f"set `redrivePermission` to `byQueue`, and {remedy}"
                why = "AWS refuses a redrive policy to a queue that does not let its source in"
                yield Fault(refused, problem, remedy, (allowance.permission.path,), why)

    @staticmethod
    def _other_type(own: QueueModel, source: QueueModel, violated: Ternary) -> Fault:
        fifo = own.queue.fifo_queue
        kinds = ["a FIFO queue" if one.queue.fifo_queue.value is True else "a standard queue" for one in (own, source)]
        problem = f"The queue is {kinds[0]}, and {source.place.beside(own.place)}, whose dead letters it takes, is {kinds[1]}."
        remedy = f"make both {kinds[1]}: "
        remedy += (
            f"leave `{fifo.name}` out" if fifo.value is True else f"set {fifo.assign(True)}, and a name that ends in `.fifo`"
        )
        return Fault(violated, problem, remedy, (fifo.path,), "AWS refuses a redrive policy between a FIFO and a standard queue")

    @staticmethod
    def _shorter(own: QueueModel, source: QueueModel, violated: Ternary) -> Fault:
        retention, wanted = (one.queue.message_retention_period.or_default(DEFAULT_RETENTION_SECONDS) for one in (own, source))
        problem = (
            f"The queue keeps messages for {retention.value} seconds, and {source.place.beside(own.place)}, whose dead letters "
            f"it takes, for {wanted.value}."
        )
        remedy = f"set {retention.assign(RETENTION_SECONDS.maximum)}, the most that AWS takes"
        why = "a message keeps its age when it moves: one that has waited long is deleted before anybody looks at it"
        return Fault(violated, problem, remedy, (retention.path,), why, retention.set_to(RETENTION_SECONDS.maximum))

    @staticmethod
    def _weaker(own: QueueModel, source: QueueModel, violated: Ternary) -> Fault:
        key = own.queue.kms_master_key_id
        problem = (
            f"The queue is encrypted by {encryption_in_words(own.queue)}, and {source.place.beside(own.place)}, "
            f"whose dead letters it takes, by {encryption_in_words(source.queue)}."
        )
        by_key = source.queue.kms_master_key_id.is_set().is_yes
        remedy = key.assign(own.queue.own_key_example) if by_key else own.queue.sqs_managed_sse_enabled.assign(True)
        why = "the messages that could not be processed are less protected than the others"
        # Who may use a key of one's own is for the author to say.
        correction = None if by_key else own.queue.sqs_managed_sse_enabled.set_to(True)
        return Fault(violated, problem, f"set {remedy}", (key.path,), why, correction)


class DeadLetterQueueUnfitTerraform(DeadLetterQueueUnfit, TerraformQueueModelCheck): ...


class DeadLetterQueueUnfitCloudFormation(DeadLetterQueueUnfit, CloudFormationQueueModelCheck): ...
