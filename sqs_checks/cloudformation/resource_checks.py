"""Checks on CloudFormation's resources.

What reads templates is loaded with the first resource of SQS: most processes that have the pack meet none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Optional, Union

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.common.models.enums import CheckResult

from sqs_checks.cloudformation.resources.resource_types import ENDPOINT, POLICY_TYPES, QUEUE
from sqs_checks.configuration.settings_files import settings_for
from sqs_checks.configuration.settings_layers import SettingsInForce
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.vpc_endpoint import VpcEndpoint
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import CheckovCheck, Scanned, Subject
from sqs_checks.reporting.cloudformation_record import explain
from sqs_checks.reporting.last_read import LastRead, OfRun
from sqs_checks.values.configuration_values import Unknown

if TYPE_CHECKING:
    from sqs_checks.cloudformation.resources.queue_models import Situation
    from sqs_checks.cloudformation.scanned_templates import ResourceAtHand

_at_hand: LastRead[ResourceAtHand] = LastRead()
_scanned: LastRead[Scanned] = LastRead()
_settings: OfRun[SettingsInForce] = OfRun()
NOT_AT_HAND = Unknown("Checkov does not hand over the template, so other resources cannot be looked up")


class CloudFormationCheck(CheckovCheck[Subject], BaseResourceCheck):
    """A check on a resource, in each case that the parameters and conditions of its stack allow.

    last_read: shared by the checks on one kind of subject.
    """

    last_read: ClassVar[LastRead[list[tuple[str, Any]]]]

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        result = self.guarded(lambda: self._judged(conf))
        explain(self.id, self.details)
        return result

    def _judged(self, conf: dict[str, Any]) -> CheckResult:
        subjects = self.last_read.get(conf, lambda: self.read_cases(self._at_hand(conf)))
        return self.report(subjects, _scanned.get(conf, lambda: self._scanned_resource(conf)))

    def read_cases(self, at_hand: ResourceAtHand) -> list[tuple[str, Union[Subject, Unknown, None]]]:
        """What must be so, in words, and the subject as it is then; None where the resource states none."""
        raise NotImplementedError

    def _at_hand(self, conf: dict[str, Any]) -> ResourceAtHand:
        from sqs_checks.cloudformation.scanned_templates import resource_at_hand

        return _at_hand.get(conf, lambda: resource_at_hand(self.entity_path, conf))

    def _scanned_resource(self, conf: dict[str, Any]) -> Scanned:
        at_hand = self._at_hand(conf)
        settings = _settings.get(at_hand.scan, at_hand.path, lambda: settings_for(at_hand.path, at_hand.scanned_folder))

        def traits() -> Sequence[QueueTraits]:
            return at_hand.traits

        return Scanned(conf, at_hand.logical_id, settings, traits, origin=at_hand)


class CloudFormationQueueCheck(CloudFormationCheck[Queue]):
    """A check on a queue in CloudFormation."""

    resource_types = (QUEUE,)
    last_read = LastRead()

    def read_cases(self, at_hand: ResourceAtHand) -> list[tuple[str, Union[Queue, Unknown, None]]]:
        from sqs_checks.cloudformation.resources.queue_resource import read_queue

        return [(one.where, read_queue(one.resource)) for one in at_hand.alone]


class CloudFormationQueuePolicyCheck(CloudFormationCheck[AttachedPolicy]):
    """A check on the policy of a queue in CloudFormation."""

    resource_types = tuple(POLICY_TYPES)
    last_read = LastRead()

    def read_cases(self, at_hand: ResourceAtHand) -> list[tuple[str, Union[AttachedPolicy, Unknown, None]]]:
        from sqs_checks.cloudformation.resources.queue_policy_resource import read_policy

        def policy(one: Situation) -> Optional[AttachedPolicy]:
            found = read_policy(one.resource)
            return found.with_traits(lambda: at_hand.traits) if found is not None else None

        return [(one.where, policy(one)) for one in at_hand.alone]


class CloudFormationQueueModelCheck(CloudFormationCheck[QueueModel]):
    """A check on a queue with all that the templates say about it."""

    resource_types = (QUEUE,)
    last_read = LastRead()

    def read_cases(self, at_hand: ResourceAtHand) -> list[tuple[str, Union[QueueModel, Unknown, None]]]:
        if not at_hand.is_among_others:
            return [("", NOT_AT_HAND)]
        return [(one.where, one.queue) for one in at_hand.among_others]


class CloudFormationVpcEndpointCheck(CloudFormationCheck[VpcEndpoint]):
    """A check on VPC endpoints for SQS."""

    resource_types = (ENDPOINT,)
    last_read = LastRead()

    def read_cases(self, at_hand: ResourceAtHand) -> list[tuple[str, Union[VpcEndpoint, Unknown, None]]]:
        from sqs_checks.cloudformation.resources.vpc_endpoint_resource import read_vpc_endpoint

        return [(one.where, read_vpc_endpoint(one.resource)) for one in at_hand.alone]


class CloudFormationPolicyPlaceCheck(CloudFormationCheck[PolicyPlace]):
    """A check on where a policy is attached."""

    resource_types = tuple(POLICY_TYPES)
    last_read = LastRead()

    def read_cases(self, at_hand: ResourceAtHand) -> list[tuple[str, Union[PolicyPlace, Unknown, None]]]:
        if not at_hand.is_among_others:
            return [("", NOT_AT_HAND)]
        return [(one.where, one.policy_place) for one in at_hand.among_others]
