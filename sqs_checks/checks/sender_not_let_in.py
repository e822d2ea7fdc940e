"""A service that sends to the queue is not let in.

## What it does
Reports a queue to which an SNS subscription, an S3 notification, an EventBridge rule or a dead-letter setting of these in the
scanned code sends, while no policy on the queue lets the service send for that topic, bucket or rule: none names the service,
a condition is about another source or account, or a Deny catches the service.

## Why it matters
These services act by themselves, and only the queue's policy can let them in. What it refuses is lost, without an error that
anybody sees.

## How to fix
Allow `sqs:SendMessage` to the service, with `aws:SourceArn` as the topic, bucket or rule. Exempt services from a Deny on
networks or organisations by the condition `"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}`.

## Limits
Senders that act by a role (pipes, schedules, Lambda destinations, a rule's target with a role) need no policy and do not
count. A policy that other code attaches is not seen.

## Unknown when
The policy, its queue, or what the service sends for is known only at deployment.

## References
- [Subscribing a queue to an Amazon SNS topic](https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html)
- [Permissions to publish S3 event notifications](https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html)
- [Resource-based policies for Amazon EventBridge](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.correction import LetSenderIn
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import NO, Ternary, unknown
from sqs_checks.model.queue_model import QueueModel, any_linked
from sqs_checks.model.relations import Place, PolicyAttachment, Use
from sqs_checks.model.use_rules import S3
from sqs_checks.policy.service_request import Admission, ServiceRequest
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueModelCheck
from sqs_checks.values.configuration_values import Unknown


class SenderNotLetIn(SqsCheck[QueueModel]):
    id = "CKV_SQS_45"
    name = "Ensure the services that send to the queue are let in"
    severity = Severity.HIGH
    area = Area.NOTHING_LOST
    why = "what a service sends without permission is lost, without an error that anybody sees"
    guideline = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services"

    judges_only = "queues that a service of the scanned code sends to by itself"

    def applies(self, subject: QueueModel, settings: Settings) -> Ternary:
        return any_linked(link for link in subject.uses if link[0].service is not None and link[0].source is not None)

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        for use, sends in subject.uses:
            if use.service is None or use.source is None:
                continue
            request = ServiceRequest(use.service, use.source.arn, use.source.account)
            let_in, refused = _let_in(subject, request)
            yield Fault(
                violated=sends & ~let_in,
                problem=f"The {use.what} {use.place.beside(subject.place)} {use.role.value} this queue. "
                f"{_reason(request, refused, subject.place)}.",
                remedy=_remedy(request, refused),
                correction=_correction(use, subject, refused),
            )


Refused = list[tuple[PolicyAttachment, Admission]]


def _let_in(subject: QueueModel, request: ServiceRequest) -> tuple[Ternary, Refused]:
    """Whether some policy on the queue lets a request through, and the policies that certainly do not."""
    let_in, refused = NO, []
    for attachment, attached in subject.policies:
        policy = attachment.policy()
        if policy is None:
            let_in = let_in | (attached & unknown(f"the policy of {attachment.place} is not known"))
            continue
        found = policy.policies[min(attachment.number, len(policy.policies) - 1)].lets_in(request)
        let_in = let_in | (attached & found.granted)
        if attached.is_yes:
            refused.append((attachment, found))
    return let_in, refused


def _correction(use: Use, queue: QueueModel, refused: Refused) -> Optional[LetSenderIn]:
    """A statement for the service in the only policy of the queue; none where a Deny would still refuse it."""
    if len(refused) != 1 or len(queue.policies) != 1 or use.service is None:
        return None
    attachment, admission = refused[0]
    refusal, policy = admission.refusal, attachment.policy()
    if policy is None or (refusal is not None and not refusal.statement.is_deny.is_no):
        return None
    return LetSenderIn(attachment.place.label, use.place.label, use.service, policy.statement_on_its_queues(by_name=True))


def _reason(request: ServiceRequest, refused: Refused, own: Place) -> str:
    if not refused:
        return f"No policy in the scanned code lets `{request.service}` in"
    attachment, admission = refused[0]
    refusal = admission.refusal
    # An inline policy is that of the queue itself.
    of_place = "" if attachment.place == own else f" of {attachment.place.beside(own)}"
    if refusal is None:
        return f"The policy{of_place} does not let `{request.service}` in"
    statement = f"{refusal.statement.label}{of_place}"
    if refusal.condition is None:
        return f"{statement} denies it to `{request.service}`"
    key = refusal.condition.key_name
    if isinstance(request.source_arn, Unknown) or refusal.condition.key != "aws:sourcearn":
        return f"{statement} lets `{request.service}` in under a condition on `{key}` that its requests do not fulfil"
    return f"{statement} lets `{request.service}` in for another `{key}` than `{request.source_arn}`"


def _remedy(request: ServiceRequest, refused: Refused) -> str:
    refusal = refused[0][1].refusal if refused else None
    if refusal is not None and refusal.condition is None:
        return (
            'let the services through: add the condition `"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}` to '
            f"{refusal.statement.label}"
        )
    known = request.source_arn
    # What the code names and does not write out stands as a placeholder.
    source = known if isinstance(known, str) else "<ARN of what it sends for>" if isinstance(known, Unknown) else f"<{known}>"
    # The ARN of a bucket does not say whose it is.
    account = ', "StringEquals": {"aws:SourceAccount": "<your account>"}' if request.service == S3 else ""
    return (
        f'add the statement `{{"Effect": "Allow", "Principal": {{"Service": "{request.service}"}}, "Action": "sqs:SendMessage", '
        f'"Resource": "<ARN of the queue>", "Condition": {{"ArnEquals": {{"aws:SourceArn": "{source}"}}{account}}}}}`'
    )


class SenderNotLetInTerraform(SenderNotLetIn, TerraformQueueModelCheck): ...


class SenderNotLetInCloudFormation(SenderNotLetIn, CloudFormationQueueModelCheck): ...
