"""The queue policy lets everyone use the queue.

## What it does
Reports a policy that lets somebody outside every account, organisation, network or source it states act on the queue,
or an AWS service on behalf of such somebody. All statements count together: a Deny that closes the hole closes it.

## Why it matters
Any AWS account, or nobody at all in particular, can send forged messages, read or purge the queue, and run up its bill.

## How to fix
Name the accounts, roles or services that need the queue, or limit `aws:SourceArn`, `aws:SourceAccount` or
`aws:PrincipalOrgID` to yours.

## Unknown when
The principal or a limiting value is known only at deployment.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
- [Blocking public access: the meaning of public](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import harm_in_words, opening_in_words
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


class PublicQueue(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_1"
    name = "Ensure the queue policy does not let everyone use the queue"
    severity = Severity.CRITICAL
    area = Area.ACCESS_CONTROL_POLICY
    why = "strangers can send forged messages, read or purge the queue, and run up its bill"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#ensure-queues-not-publicly-accessible"
    peers = (
        "CKV_AWS_168",
        "CKV_AWS_387",
    )

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        held, verdict = subject.first(lambda policy: policy.public)
        problem, remedy, why = "", "", ""
        if verdict.witness is not None:
            problem, remedy = opening_in_words(verdict.witness)
            why = harm_in_words(verdict.witness.actions)
        yield Fault(
            violated=held,
            problem=problem,
            remedy=remedy,
            paths=(subject.path,),
            why=why,
        )


class PublicQueueTerraform(PublicQueue, TerraformQueuePolicyCheck): ...


class PublicQueueCloudFormation(PublicQueue, CloudFormationQueuePolicyCheck): ...
