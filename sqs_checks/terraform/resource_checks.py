"""Checks on Terraform's resources, in code and in plans."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, ClassVar, Optional, Union

from checkov.common.models.enums import CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from sqs_checks.configuration.settings_files import settings_for
from sqs_checks.configuration.settings_layers import SettingsInForce
from sqs_checks.frameworks.terraform_existence import existence_of
from sqs_checks.frameworks.terraform_policy import read_policy
from sqs_checks.frameworks.terraform_queue import read_queue
from sqs_checks.frameworks.terraform_resource import find_resource, read_resource, scanned_path
from sqs_checks.frameworks.terraform_surroundings import Surroundings, stand_in_for, surroundings_of
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.queues.setting import Unresolved
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import CheckovCheck, Scanned, Subject
from sqs_checks.reporting.last_read import LastRead, OfRun

_scanned: LastRead[Scanned] = LastRead()
_settings: OfRun[SettingsInForce] = OfRun()
_surroundings: LastRead[Union[Surroundings, Unresolved]] = LastRead()


class TerraformCheck(CheckovCheck[Subject], BaseResourceCheck):
    """A check on what a resource states."""

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        # Checkov's own version also unfolds `dynamic` blocks, which no SQS resource has; it raises on odd input.
        self.entity_type = entity_type
        return self.scan_resource_conf(conf)

    def _is_made(self, conf: dict[str, Any]) -> bool:
        """Whether there may be such a resource: `count = 0` makes none."""
        found = find_resource(conf, self.graph, self.entity_path)
        if found.vertex is None or found.planned is not None:
            return conf.get("count") != [0]
        return not existence_of(found.vertex).made.is_no

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        scanned = _scanned.get(conf, lambda: self._scanned(conf))
        return self.report([("", self.read(conf))], scanned) if scanned.is_made else CheckResult.UNKNOWN

    def read(self, conf: dict[str, Any]) -> Union[Subject, Unresolved, None]:
        """The subject; None where the resource states none, Unresolved where it cannot be known."""
        raise NotImplementedError

    def surroundings(self, conf: dict[str, Any]) -> Union[Surroundings, Unresolved]:
        return _surroundings.get(conf, lambda: surroundings_of(conf, self.graph, self.entity_path))

    def _scanned(self, conf: dict[str, Any]) -> Scanned:
        path, root = scanned_path(conf, self.graph, self.entity_path)
        folder = os.path.dirname(path) if path is not None else None
        settings = _settings.get(self.graph, (folder, root), lambda: settings_for(path, root))
        return Scanned(conf, str(conf.get("__address__", "")), settings, lambda: self._traits(conf), self._is_made(conf))

    def _traits(self, conf: dict[str, Any]) -> Sequence[QueueTraits]:
        around = self.surroundings(conf)
        return () if isinstance(around, Unresolved) else around.traits(self.entity_type)


_queues: LastRead[Queue] = LastRead()
_policies: LastRead[Optional[AttachedPolicy]] = LastRead()
_models: LastRead[Union[QueueModel, Unresolved, None]] = LastRead()
_places: LastRead[Union[PolicyPlace, Unresolved, None]] = LastRead()


class TerraformQueueCheck(TerraformCheck[Queue]):
    """A check on a queue in Terraform."""

    resource_types = ("aws_sqs_queue",)

    def read(self, conf: dict[str, Any]) -> Queue:
        def read_it() -> Queue:
            around = self.surroundings(conf)
            model = around.models.of(around.stating.key) if isinstance(around, Surroundings) else None
            return model.queue if model else read_queue(read_resource(conf, self.graph, self.entity_path))

        return _queues.get(conf, read_it)


class TerraformQueuePolicyCheck(TerraformCheck[AttachedPolicy]):
    """A check on the policy of a queue in Terraform."""

    resource_types = ("aws_sqs_queue_policy", "aws_sqs_queue")

    def read(self, conf: dict[str, Any]) -> Optional[AttachedPolicy]:
        def read_it() -> Optional[AttachedPolicy]:
            resource = read_resource(conf, self.graph, self.entity_path)
            policy = read_policy(resource, self.entity_type, str(conf.get("__address__", "")))
            return policy.with_traits(lambda: self._traits(conf)) if policy is not None else None

        return _policies.get(conf, read_it)


class TerraformQueueModelCheck(TerraformCheck[QueueModel]):
    """A check on a queue with all that the code says about it. A redrive resource is judged with its queue; by itself
    where the code does not hold the queue.
    """

    resource_types: ClassVar[tuple[str, ...]] = ("aws_sqs_queue",)

    def read(self, conf: dict[str, Any]) -> Union[QueueModel, Unresolved, None]:
        def read_it() -> Union[QueueModel, Unresolved, None]:
            around = self.surroundings(conf)
            if isinstance(around, Unresolved):
                return around
            if self.entity_type == "aws_sqs_queue":
                return around.models.of(around.stating.key)
            return stand_in_for(around.stating, self.entity_type)

        return _models.get(conf, read_it)


class TerraformPolicyPlaceCheck(TerraformCheck[PolicyPlace]):
    """A check on where a policy is attached."""

    resource_types = ("aws_sqs_queue_policy", "aws_sqs_queue")

    def read(self, conf: dict[str, Any]) -> Union[PolicyPlace, Unresolved, None]:
        def read_it() -> Union[PolicyPlace, Unresolved, None]:
            around = self.surroundings(conf)
            return around if isinstance(around, Unresolved) else around.policy_place()

        return _places.get(conf, read_it)
