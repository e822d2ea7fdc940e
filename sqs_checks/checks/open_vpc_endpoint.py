"""The VPC endpoint for SQS lets everything through.

## What it does
Reports a VPC endpoint for SQS without a policy, or with one that allows everyone every action on every queue.

## Why it matters
AWS's default policy of an endpoint lets everything through: whoever gets into the network can send what it finds there to a
queue of any account, by credentials of any account.

## How to fix
Allow the principals, actions and queues that the network needs, or limit `aws:PrincipalOrgID` and `aws:ResourceOrgID` (or
`aws:PrincipalAccount` and `aws:ResourceAccount`) to yours.

## Limits
An endpoint whose policy other code attaches looks as if it had none.

## Unknown when
The endpoint's service or its policy is known only at deployment.

## References
- [VPC endpoint policies for Amazon SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-internetwork-traffic-privacy.html)
- [Control access to VPC endpoints](https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationVpcEndpointCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import known
from sqs_checks.model.vpc_endpoint import VpcEndpoint
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformVpcEndpointCheck

_REMEDY = (
    'allow your own organisation only: write the statement `{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", '
    '"Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "<your organisation>", '
    '"aws:ResourceOrgID": "<your organisation>"}}}`'
)


class OpenVpcEndpoint(SqsCheck[VpcEndpoint]):
    id = "CKV_SQS_19"
    name = "Ensure the VPC endpoint for SQS lets in only what is needed"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "whoever gets into the network can send what it finds there to a queue of any account"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-internetwork-traffic-privacy.html#sqs-vpc-endpoint-policy"

    def faults(self, subject: VpcEndpoint, settings: Settings) -> Iterator[Fault]:
        yield Fault(
            violated=subject.is_for_sqs & known(subject.policy is None) & ~subject.policy_beside,
            problem="The endpoint has no policy, and AWS's default allows everyone every action on every queue.",
            remedy=_REMEDY,
            paths=(subject.path,),
        )
        yield Fault(
            violated=subject.is_for_sqs & subject.allows_everything,
            problem=f"`{subject.attribute}` of the endpoint allows everyone every action on every queue.",
            remedy=_REMEDY,
            paths=(subject.path,),
        )


class OpenVpcEndpointTerraform(OpenVpcEndpoint, TerraformVpcEndpointCheck): ...


class OpenVpcEndpointCloudFormation(OpenVpcEndpoint, CloudFormationVpcEndpointCheck): ...
