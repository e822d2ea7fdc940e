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

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.model.queue_model import MOST_HIDDEN, Linked, QueueModel, any_linked, linked_for_certain
from sqs_checks.model.relations import Redrive, RedriveAllowance
from sqs_checks.queues.sqs_limits import REDRIVE_SOURCES
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueModelCheck
from sqs_checks.values.configuration_values import Invalid, Unknown

_REMEDY = "set `redrivePermission` to `byQueue`, and list the ARNs of its source queues in `sourceQueueArns`"


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


class DeadLetterQueueOpen(SqsCheck[QueueModel]):
    id = "CKV_SQS_41"
    name = "Ensure the dead-letter queue says which queues may use it"
    severity = Severity.MEDIUM
    area = Area.NOTHING_LOST
    why = "every queue of the account can leave its messages among the ones that somebody has to look after"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html#policies-for-dead-letter-queues"

    judges_only = "queues that take the dead letters of another queue, or state a redrive allow policy"

    def applies(self, subject: QueueModel, settings: Settings) -> Ternary:
        return any_linked(subject.dead_letter_redrives) | any_linked(subject.allowances)

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        can_be_named = ~_are_too_many(subject.dead_letter_redrives)
        if subject.dead_letter_redrives:
            sources = linked_for_certain(subject.dead_letter_redrives)
            named = ", ".join(subject.name_source(redrive) for redrive in sources[:3])
            yield Fault(
                violated=can_be_named & any_linked(subject.dead_letter_redrives) & ~any_linked(subject.allowances),
                problem=f"{subject.place} is the dead-letter queue of {named} and states no redrive allow policy.",
                remedy=_REMEDY,
            )
        for allowance, certainty in subject.allowances:
            permission = allowance.permission
            yield Fault(
                violated=can_be_named & certainty & permission.holds(lambda text: text == "allowAll"),
                problem=f"{permission} in {allowance.place}: every queue of the account may use it.",
                remedy=_REMEDY,
                paths=(permission.path,),
            )
            yield Fault(
                violated=certainty & _is_no_permission(allowance),
                problem=f"{permission} in {allowance.place}: AWS takes `allowAll`, `denyAll` and `byQueue`.",
                remedy=_REMEDY,
                paths=(permission.path,),
            )
            yield Fault(
                violated=certainty & permission.holds(lambda text: text == "byQueue") & _is_wrong_number(allowance),
                problem=f"{permission} in {allowance.place}, with {allowance.source_count or 'no'} sources.",
                remedy=f"list one to {REDRIVE_SOURCES} source queues in `sourceQueueArns`",
                paths=(permission.path,),
            )
            for source in allowance.sources or ():
                if source.instead_of_an_arn:
                    yield Fault(
                        violated=certainty & (unknown(source.why_possible) if source.possible else YES),
                        problem=f"`sourceQueueArns` in {allowance.place} holds `{source.text}`, {source.instead_of_an_arn}: "
                        "AWS refuses it.",
                        remedy="list the ARNs of the source queues",
                        paths=(permission.path,),
                    )


class DeadLetterQueueOpenTerraform(DeadLetterQueueOpen, TerraformQueueModelCheck):
    resource_types = ("aws_sqs_queue", "aws_sqs_queue_redrive_allow_policy")


class DeadLetterQueueOpenCloudFormation(DeadLetterQueueOpen, CloudFormationQueueModelCheck): ...
