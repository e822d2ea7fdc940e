"""The policy is attached to no queue.

## What it does
Reports a policy resource that lists no queue, or lists something that is no queue's URL: an ARN, a name, another resource.

## Why it matters
The deployment fails, or the queue that was meant goes without the policy.

## How to fix
Give the queue's URL: `aws_sqs_queue.<name>.url` or `.id` in Terraform, `!Ref <Queue>` in CloudFormation.

## Limits
Whether a URL that is written out belongs to a queue is not looked up.

## Unknown when
The URL is known only at deployment.

## References
- [AWS::SQS::QueuePolicy](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queuepolicy.html)
- [Queue and message identifiers](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationPolicyPlaceCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import NO, YES, Ternary, known, unknown
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.relations import ARN, NAME, URL, QueueReference
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformPolicyPlaceCheck

_AN_ARN, _A_NAME = "an ARN and no URL", "a queue's name and no URL"


class PolicyOnNoQueue(SqsCheck[PolicyPlace]):
    id = "CKV_SQS_15"
    name = "Ensure the policy is attached to a queue by its URL"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "the deployment fails, or the queue that was meant goes without the policy"
    guideline = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queuepolicy.html#cfn-sqs-queuepolicy-queues"

    judges_only = "policies that stand in a resource of their own"

    def applies(self, subject: PolicyPlace, settings: Settings) -> Ternary:
        return known(not subject.is_inline)

    def faults(self, subject: PolicyPlace, settings: Settings) -> Iterator[Fault]:
        if not subject.attachments:
            yield self._fault(subject, YES, "names no queue", "write the URL of the queue")
        for reference in subject.queues:
            violated, what = self._fault_of(reference)
            if violated.is_no:
                continue
            url = reference.in_place_of(URL) if what in (_AN_ARN, _A_NAME) else ""
            remedy = f"write `{url or '<URL of the queue>'}` in place of `{reference.text}`"
            yield self._fault(subject, violated, f"holds `{reference.text}`, which is {what}", remedy)

    @staticmethod
    def _fault_of(reference: QueueReference) -> tuple[Ternary, str]:
        if reference.attribute == ARN:
            return YES, _AN_ARN
        if reference.attribute == NAME:
            return YES, _A_NAME
        if reference.is_no_queue:
            return YES, "no queue's URL"
        return (unknown(reference.hidden) if reference.hidden is not None else NO), ""

    @staticmethod
    def _fault(subject: PolicyPlace, violated: Ternary, what: str, remedy: str) -> Fault:
        return Fault(violated, f"`{subject.attribute}` {what}.", remedy, (subject.path,))


class PolicyOnNoQueueTerraform(PolicyOnNoQueue, TerraformPolicyPlaceCheck): ...


class PolicyOnNoQueueCloudFormation(PolicyOnNoQueue, CloudFormationPolicyPlaceCheck): ...
