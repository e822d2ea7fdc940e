"""More than one policy is attached to the same queue.

## What it does
Reports each policy resource, an inline policy included, whose queue another one is attached to as well.

## Why it matters
A queue has exactly one policy: the one that is applied last replaces the others, without an error. What they denied is
allowed, what they allowed is refused.

## How to fix
Merge the statements into one policy, in one place.

## Unknown when
Whether both name the same queue, or whether both are made, is known only at deployment.

## References
- [SetQueueAttributes](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html)
- [AWS::SQS::QueueInlinePolicy](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queueinlinepolicy.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationPolicyPlaceCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformPolicyPlaceCheck


class CompetingPolicies(SqsCheck[PolicyPlace]):
    id = "CKV_SQS_16"
    name = "Ensure no other policy is attached to the same queue"
    severity = Severity.HIGH
    area = Area.ACCESS_CONTROL_POLICY
    why = "a queue has one policy, and the one that is applied last replaces the others without an error"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html#API_SetQueueAttributes_RequestParameters"

    def faults(self, subject: PolicyPlace, settings: Settings) -> Iterator[Fault]:
        for other in subject.competitors():
            is_the_queue = other.queue == other.place.label
            name = other.place.beside(subject.place)
            own = "this queue" if subject.is_inline else f"`{other.queue}`" if other.queue else "the same queue"
            yield Fault(
                violated=other.certainty,
                problem=f"The queue {name} has a policy of its own." if is_the_queue else f"{name} sets the policy of {own} too.",
                remedy="put the statements of both into one of them, and remove the other",
                paths=(subject.path,),
            )


class CompetingPoliciesTerraform(CompetingPolicies, TerraformPolicyPlaceCheck): ...


class CompetingPoliciesCloudFormation(CompetingPolicies, CloudFormationPolicyPlaceCheck): ...
