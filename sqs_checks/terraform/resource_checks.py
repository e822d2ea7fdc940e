"""Checks on Terraform's resources, in code and in plans.

What reads Terraform is loaded with the first resource of SQS: most processes that have the pack meet none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Optional, Union

from checkov.common.models.enums import CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from sqs_checks.configuration.settings_files import settings_for
from sqs_checks.configuration.settings_layers import SettingsInForce
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.vpc_endpoint import VpcEndpoint
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import CheckovCheck, OneOf, Scanned, Subject
from sqs_checks.reporting.last_read import LastRead, OfRun
from sqs_checks.terraform.resources.resource_types import ENDPOINT, ENDPOINT_POLICY, POLICY, QUEUE, REDRIVE, REDRIVE_ALLOW
from sqs_checks.values.configuration_values import Unknown, why_unknown

if TYPE_CHECKING:
    from sqs_checks.terraform.resources.configured_resource import ConfiguredResource
    from sqs_checks.terraform.resources.queue_models import SourceModels
    from sqs_checks.terraform.scanned_code import ResourceAtHand

Read = Union[Subject, OneOf, Unknown, None]

_scanned: LastRead[tuple[ResourceAtHand, Scanned]] = LastRead()
_settings: OfRun[SettingsInForce] = OfRun()


class TerraformCheck(CheckovCheck[Subject], BaseResourceCheck):
    """A check on what a resource states. Where Checkov's resource stands for several instances, each is a case.

    last_read: shared by the checks on one kind of subject.
    """

    last_read: ClassVar[LastRead[list[tuple[str, Any]]]]

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        # Checkov's own version also unfolds `dynamic` blocks, which no SQS resource has; it raises on odd input.
        self.entity_type = entity_type
        return self.guarded(lambda: self.scan_resource_conf(conf))

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        at_hand, scanned = _scanned.get(conf, lambda: self._scanned(conf))
        if at_hand.unknown:
            return self.report([("", Unknown(at_hand.unknown))], scanned)
        if not at_hand.resources:
            return CheckResult.UNKNOWN  # Terraform makes none
        return self.report(self.last_read.get(conf, lambda: list(self._cases(at_hand))), scanned)

    def _cases(self, at_hand: ResourceAtHand) -> Iterator[tuple[str, Read[Subject]]]:
        assert at_hand.models is not None
        for resource in at_hand.resources:
            where = f"it is `{resource.label}`" if len(at_hand.resources) > 1 else ""
            yield where, self.read(resource, at_hand.models)

    def read(self, resource: ConfiguredResource, models: SourceModels) -> Read[Subject]:
        """The subject; None where the resource states none, Unknown where it cannot be known."""
        raise NotImplementedError

    def _scanned(self, conf: dict[str, Any]) -> tuple[ResourceAtHand, Scanned]:
        from sqs_checks.terraform.scanned_code import resource_at_hand

        at_hand = resource_at_hand(conf, self.entity_path)
        folder = os.path.dirname(at_hand.path) if at_hand.path is not None else None
        root = at_hand.scanned_folder
        settings = _settings.get(self.graph, (folder, root), lambda: settings_for(at_hand.path, root))
        address = str(conf.get("__address__", ""))
        return at_hand, Scanned(conf, address, settings, lambda: _traits_of(at_hand), origin=at_hand)


def _traits_of(at_hand: ResourceAtHand) -> Sequence[QueueTraits]:
    """By what settings pick the queues that a resource is, or is about."""
    models = at_hand.models
    if models is None:
        return ()
    return [traits for resource in at_hand.resources for traits in _traits(resource, models)]


def _traits(resource: ConfiguredResource, models: SourceModels) -> Sequence[QueueTraits]:
    from sqs_checks.terraform.resources.queue_models import queue_of

    if resource.type == QUEUE:
        model = models.models.of(resource.label)
        return [model.own.traits] if model is not None else []
    return [models.models.traits_of(queue_of(resource))]


class TerraformQueueCheck(TerraformCheck[Queue]):
    """A check on a queue in Terraform."""

    resource_types = (QUEUE,)
    last_read = LastRead()

    def read(self, resource: ConfiguredResource, models: SourceModels) -> Queue:
        from sqs_checks.terraform.resources.queue_resource import read_queue

        model = models.models.of(resource.label)
        return model.queue if model is not None else read_queue(resource)


class TerraformQueuePolicyCheck(TerraformCheck[AttachedPolicy]):
    """A check on the policy of a queue in Terraform."""

    resource_types = (POLICY, QUEUE)
    last_read = LastRead()

    def read(self, resource: ConfiguredResource, models: SourceModels) -> Read[AttachedPolicy]:
        def with_traits(policy: Optional[AttachedPolicy]) -> Optional[AttachedPolicy]:
            return policy.with_traits(lambda: _traits(resource, models)) if policy is not None else None

        several = models.possible_policies(resource)
        if several:
            return OneOf(why_unknown(resource.value("policy")), tuple(map(with_traits, several)))
        return with_traits(models.policy_of(resource))


class TerraformQueueModelCheck(TerraformCheck[QueueModel]):
    """A check on a queue with all that the code says about it. A redrive resource is judged with its queue; by itself
    where the code does not hold the queue.
    """

    resource_types: ClassVar[tuple[str, ...]] = (QUEUE,)
    last_read = LastRead()

    def read(self, resource: ConfiguredResource, models: SourceModels) -> Optional[QueueModel]:
        if resource.type in (REDRIVE, REDRIVE_ALLOW):
            return models.stand_in(resource)
        return models.models.of(resource.label)


class TerraformVpcEndpointCheck(TerraformCheck[VpcEndpoint]):
    """A check on VPC endpoints for SQS and their policies."""

    resource_types = (ENDPOINT, ENDPOINT_POLICY)
    last_read = LastRead()

    def read(self, resource: ConfiguredResource, models: SourceModels) -> Optional[VpcEndpoint]:
        return models.vpc_endpoint(resource)


class TerraformPolicyPlaceCheck(TerraformCheck[PolicyPlace]):
    """A check on where a policy is attached."""

    resource_types = (POLICY, QUEUE)
    last_read = LastRead()

    def read(self, resource: ConfiguredResource, models: SourceModels) -> Optional[PolicyPlace]:
        return models.policy_place(resource)
