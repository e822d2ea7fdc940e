"""VPC endpoints of Terraform code: `aws_vpc_endpoint` and `aws_vpc_endpoint_policy`.

Source: Terraform AWS provider, those resources and the data source `aws_vpc_endpoint_service`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, any_of, known, unknown
from sqs_checks.model.relations import Place
from sqs_checks.model.vpc_endpoint import VpcEndpoint, is_service_sqs
from sqs_checks.terraform.resources.configured_resource import ConfiguredResource, owner_of, there_whenever
from sqs_checks.terraform.resources.policy_values import read_policy_text
from sqs_checks.terraform.resources.resource_types import ENDPOINT
from sqs_checks.values.configuration_values import is_hidden, why_unknown

_POLICY, _ENDPOINT_ID = "policy", "vpc_endpoint_id"


def vpc_endpoint(resource: ConfiguredResource, policies: Iterable[ConfiguredResource], place: Place) -> Optional[VpcEndpoint]:
    """What an endpoint, or a policy of one, says; None where it is not about SQS. policies: those of the same code."""
    is_endpoint = resource.type == ENDPOINT
    is_for_sqs = _leads_to_sqs(resource) if is_endpoint else _is_of_sqs(resource)
    if is_for_sqs.is_no:
        return None
    read = read_policy_text(resource.value(_POLICY), resource.account)
    beside = any_of(_is_about(policy, resource) for policy in policies) if is_endpoint else NO
    return VpcEndpoint(place, is_for_sqs, read.document if read is not None else None, beside, _POLICY, _POLICY)


def _leads_to_sqs(endpoint: ConfiguredResource) -> Ternary:
    name = endpoint.value("service_name")
    service = owner_of(name)
    if service is not None and (service.mode, service.type) == ("data", "aws_vpc_endpoint_service"):
        stated = service.value("service")
        if stated is None:
            return is_service_sqs(service.value("service_name"))
        return unknown(why_unknown(stated)) if is_hidden(stated) else known(stated == "sqs")
    return is_service_sqs(name)


def _is_of_sqs(policy: ConfiguredResource) -> Ternary:
    endpoint = policy.referred(_ENDPOINT_ID)
    if endpoint is not None and endpoint.type == ENDPOINT and endpoint.mode == "managed":
        return _leads_to_sqs(endpoint)
    return unknown("which service the endpoint of the policy leads to is not known")


def _is_about(policy: ConfiguredResource, endpoint: ConfiguredResource) -> Ternary:
    """Whether a policy resource is the endpoint's."""
    stated, named = policy.value(_ENDPOINT_ID), policy.referred(_ENDPOINT_ID)
    if named is not None and named.type == ENDPOINT:
        if named.label != endpoint.label:
            return NO
        missing = there_whenever(policy, endpoint)
        return YES if missing is None else unknown(f"whether `{policy.label}` is made depends on `{missing}`")
    return unknown(why_unknown(stated)) if is_hidden(stated) else NO
