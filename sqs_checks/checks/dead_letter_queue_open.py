"""Any queue may leave its dead letters in this dead-letter queue.

## What it does
Reports a dead-letter queue without a redrive allow policy, with one that allows all queues, or with one whose list of
sources is empty, longer than the ten that AWS takes, or holds what is no queue's ARN.

## Why it matters
Every queue of the account and region can name it as its dead-letter queue: foreign messages mix with the ones that
somebody has to look after, or are moved back to the wrong place.

## How to fix
List the source queues: `redrivePermission` `byQueue` with `sourceQueueArns`. In Terraform as a resource of its own
(`aws_sqs_queue_redrive_allow_policy`), since the two queues would refer to each other.

## Limits
Only dead-letter queues of queues count; a redrive allow policy says nothing about other services. A queue with more than ten
sources in the code may allow all, as AWS demands then.

## Unknown when
A source or the permission is known only at deployment.

## References
- [Using dead-letter queues in Amazon SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html)
- [SetQueueAttributes](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Optional

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.correction import ListSources
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.model.queue_model import MOST_HIDDEN, Linked, QueueModel, any_linked, linked_for_certain
from sqs_checks.model.relations import ARN, Redrive, RedriveAllowance
from sqs_checks.policy.explanation import listed
from sqs_checks.queues.number_bounds import REFUSED
from sqs_checks.queues.sqs_limits import REDRIVE_SOURCES
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueModelCheck
from sqs_checks.values.configuration_values import Invalid, Unknown


def _is_no_permission(allowance: RedriveAllowance) -> Ternary:
    permission = allowance.permission
    if permission.value is None or isinstance(permission.value, Invalid):
        return YES
    return permission.holds(lambda text: text not in ("allowAll", "denyAll", "byQueue"))


def _is_wrong_number(allowance: RedriveAllowance) -> Ternary:
    count = allowance.source_count
    if isinstance(count, Unknown):
        return unknown(count.reason)
    return NO if isinstance(count, int) and 1 <= count <= REDRIVE_SOURCES else YES


def _are_too_many(redrives: Sequence[Linked[Redrive]]) -> Ternary:
    """Whether more queues leave dead letters in the queue than a redrive allow policy can name."""
    uncertain = [redrive for redrive, certainty in redrives if certainty.is_unknown]
    if len(redrives) - len(uncertain) > REDRIVE_SOURCES:
        return YES
    # One whose condition is not known may be made many times; of those that may be about any queue only some are listed.
    may_be_many = len(uncertain) >= MOST_HIDDEN or any(one.target is not None and one.target.possible for one in uncertain)
    return unknown("how many queues leave dead letters in it is not known") if may_be_many else NO


_MOST_NAMED = 3


def _listing(dead_letter_queue: QueueModel) -> Optional[ListSources]:
    """Names the queues of the code that leave their dead letters in it; None where not all of them are known."""
    sources = [
        queue for redrive, _ in dead_letter_queue.dead_letter_redrives for queue in dead_letter_queue.queues_of(redrive.queue)
    ]
    is_certain = all(certainty.is_yes for _, certainty in dead_letter_queue.dead_letter_redrives)
    if not is_certain or dead_letter_queue.allowances or len(sources) != len(dead_letter_queue.dead_letter_redrives):
        return None
    return ListSources(tuple(queue.place.label for queue in sources))


class DeadLetterQueueOpen(SqsCheck[QueueModel]):
    id = "CKV_SQS_41"
    name = "Ensure the dead-letter queue says which queues may use it"
    severity = Severity.MEDIUM
    area = Area.NOTHING_LOST
    why = "every queue of the account can leave its messages among the ones that somebody has to look after"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html#policies-for-dead-letter-queues"
    judges_only = "queues that take the dead letters of another queue, or state a redrive allow policy"

    # As the user's language writes the policy, and the ARN of a source of that name.
    allow_policy: ClassVar[str]
    source_arn: ClassVar[str]
    # Where the policy is to be written. Queues that refer to each other are a circle, which both languages refuse.
    where_none_is: ClassVar[str]
    where_inline: ClassVar[str]

    def applies(self, subject: QueueModel, settings: Settings) -> Ternary:
        return any_linked(subject.dead_letter_redrives) | any_linked(subject.allowances)

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        sources = linked_for_certain(subject.dead_letter_redrives)
        can_be_named = ~_are_too_many(subject.dead_letter_redrives)
        if subject.dead_letter_redrives:
            named = listed(list(dict.fromkeys(subject.name_source(redrive) for redrive in sources[:_MOST_NAMED])))
            yield Fault(
                violated=can_be_named & any_linked(subject.dead_letter_redrives) & ~any_linked(subject.allowances),
                problem=f"The queue is the dead-letter queue of {named}, and has no redrive allow policy.",
                remedy=self._remedy(subject, sources, None),
                correction=_listing(subject),
            )
        for allowance, certainty in subject.allowances:
            permission = allowance.permission
            remedy = self._remedy(subject, sources, allowance)
            yield Fault(
                violated=can_be_named & certainty & permission.holds(lambda text: text == "allowAll"),
                problem=f"{permission}: every queue of the account may leave its dead letters in this queue.",
                remedy=remedy,
                paths=(permission.path,),
            )
            yield Fault(
                violated=certainty & _is_no_permission(allowance),
                problem=f"{permission}; AWS takes `allowAll`, `denyAll` and `byQueue`.",
                remedy=remedy,
                paths=(permission.path,),
                why=REFUSED,
            )
            yield Fault(
                violated=certainty & permission.holds(lambda text: text == "byQueue") & _is_wrong_number(allowance),
                problem=f"{permission}, and `sourceQueueArns` lists {allowance.source_count or 'no'} queues; AWS takes 1 to "
                f"{REDRIVE_SOURCES}.",
                remedy=remedy if sources else f"list 1 to {REDRIVE_SOURCES} queues in `sourceQueueArns`",
                paths=(permission.path,),
                why=REFUSED,
            )
            for source in allowance.sources or ():
                if source.instead_of_an_arn:
                    yield Fault(
                        violated=certainty & (unknown(source.why_possible) if source.possible else YES),
                        problem=f"`sourceQueueArns` holds `{source.text}`, which is {source.instead_of_an_arn}.",
                        remedy=f"write `{source.in_place_of(ARN) or '<ARN of the source queue>'}` in place of `{source.text}`",
                        paths=(permission.path,),
                        why=REFUSED,
                    )

    def _remedy(self, subject: QueueModel, sources: Sequence[Redrive], allowance: Optional[RedriveAllowance]) -> str:
        """To list the sources, in place of what a redrive allow policy says."""
        names = [queue.place.label for redrive in sources for queue in subject.queues_of(redrive.queue)]
        arns = [self.source_arn.format(name) for name in dict.fromkeys(names)] or ['"<ARN of the source queue>"']
        policy = self.allow_policy.format(", ".join(arns[:REDRIVE_SOURCES]))
        if allowance is None:
            return self.where_none_is.format(policy)
        is_inline = "aws_sqs_queue_redrive_allow_policy." not in allowance.place.label
        return (self.where_inline if is_inline else "set `{}`").format(policy)


class DeadLetterQueueOpenTerraform(DeadLetterQueueOpen, TerraformQueueModelCheck):
    resource_types = ("aws_sqs_queue", "aws_sqs_queue_redrive_allow_policy")
    allow_policy = 'redrive_allow_policy = jsonencode({{ redrivePermission = "byQueue", sourceQueueArns = [{}] }})'
    source_arn = "{}.arn"
    where_none_is = "write a resource `aws_sqs_queue_redrive_allow_policy` for the queue, with `{}`"
    where_inline = f"{where_none_is}, and leave `redrive_allow_policy` out"


class DeadLetterQueueOpenCloudFormation(DeadLetterQueueOpen, CloudFormationQueueModelCheck):
    allow_policy = "RedriveAllowPolicy: {{redrivePermission: byQueue, sourceQueueArns: [{}]}}"
    source_arn = '"<ARN of {}>"'
    where_none_is = "set `{}`, with the ARN written out: queues that refer to each other are a circle"
    where_inline = where_none_is
