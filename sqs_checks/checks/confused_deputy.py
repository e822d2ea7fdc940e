"""An AWS service may send to the queue on anybody's behalf.

## What it does
Reports a policy that lets a service act on the queue for a resource of an unrelated account: one that it names, or that it
lets in by `*` while a Deny with `NotPrincipal` leaves the service out. The ARN of a bucket holds no account, and its name can
become somebody else's: AWS asks for `aws:SourceAccount` beside it. A bucket of the same code needs none, its name is taken.

## Why it matters
Anybody can set up a topic, bucket or rule of their own that has the service send to the queue: the service is the
confused deputy.

## How to fix
Limit `aws:SourceArn` to the topic, bucket or rule, or `aws:SourceAccount` to the account, or `aws:SourceOrgID` to the
organisation.

## Unknown when
The service or a limiting value is known only at deployment.

## References
- [AWS global condition context keys: aws:SourceArn](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html)
- [The confused deputy problem](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import actions_in_words, caller_in_words, statement_in_words, values_in_words
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


class ConfusedDeputy(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_7"
    name = "Ensure AWS services use the queue for known resources only"
    severity = Severity.HIGH
    area = Area.ACCESS_CONTROL_POLICY
    why = "anybody can have the service send to the queue from a topic, bucket or rule of their own"
    guideline = "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention"

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        held, verdict = subject.first(lambda policy: policy.confused_deputy)
        witness = verdict.witness
        problem = ""
        if witness is not None:
            problem = (
                f"{statement_in_words(witness)}: {caller_in_words(witness.caller)} may call "
                f"{actions_in_words(witness.actions)} for a resource of any account{values_in_words(witness)}."
            )
        yield Fault(
            violated=held,
            problem=problem,
            remedy=(
                'add a condition such as `"ArnEquals": {"aws:SourceArn": "<ARN of the topic, bucket or rule>"}` or '
                '`"StringEquals": {"aws:SourceAccount": "<your account>"}`'
            ),
            paths=(subject.path,),
        )


class ConfusedDeputyTerraform(ConfusedDeputy, TerraformQueuePolicyCheck): ...


class ConfusedDeputyCloudFormation(ConfusedDeputy, CloudFormationQueuePolicyCheck): ...
