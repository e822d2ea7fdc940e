"""`AWS::EC2::VPCEndpoint` as a VPC endpoint for SQS.

Source: AWS CloudFormation User Guide, that resource type.
"""

from __future__ import annotations

from typing import Optional

from sqs_checks.cloudformation.resources.deployed_resource import DeployedResource
from sqs_checks.cloudformation.resources.queue_policy_resource import read_policy_document
from sqs_checks.judgement.ternary import NO
from sqs_checks.model.vpc_endpoint import VpcEndpoint, is_service_sqs

_POLICY = "PolicyDocument"


def read_vpc_endpoint(resource: DeployedResource) -> Optional[VpcEndpoint]:
    """What an endpoint says; None where it is not about SQS."""
    is_for_sqs = is_service_sqs(resource.value("ServiceName"))
    if is_for_sqs.is_no:
        return None
    read = read_policy_document(resource, _POLICY)
    stated = read.stated if read is not None else None
    return VpcEndpoint(resource.place, is_for_sqs, stated, NO, _POLICY, f"Properties/{_POLICY}")
