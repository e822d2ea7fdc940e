"""Checks on CloudFormation's resources."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Optional, Union

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.common.models.enums import CheckResult

from sqs_checks.cloudformation.intrinsics.template_conditions import cases
from sqs_checks.cloudformation.intrinsics.template_values import Template
from sqs_checks.cloudformation.resources.queue_policy_resource import read_policy
from sqs_checks.cloudformation.resources.queue_resource import read_queue
from sqs_checks.cloudformation.resources.template_model import TemplateModels
from sqs_checks.cloudformation.scanned_templates import (
    file_of,
    importing_resources,
    scanned_file,
    scanned_folder,
    scanned_template,
    whole_template,
)
from sqs_checks.configuration.settings_files import settings_for
from sqs_checks.configuration.settings_layers import SettingsInForce
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.queue_model import QueueModel, QueueModels
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.queues.sqs_queue import Queue
from sqs_checks.reporting.checkov_check import CheckovCheck, Scanned, Subject
from sqs_checks.reporting.cloudformation_record import explain
from sqs_checks.reporting.last_read import LastRead, OfRun
from sqs_checks.values.configuration_values import Unknown

_scanned: LastRead[Scanned] = LastRead()
_settings: OfRun[SettingsInForce] = OfRun()
NOT_AT_HAND = Unknown("Checkov does not hand over the template, so other resources cannot be looked up")


class CloudFormationCheck(CheckovCheck[Subject], BaseResourceCheck):
    """A check on what a resource states, in each case that the template's conditions allow.

    last_read: shared by the checks on one kind of subject.
    """

    last_read: ClassVar[LastRead[list[tuple[str, Any]]]]

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        result = self.guarded(lambda: self._judged(conf))
        explain(self.id, self.details)
        return result

    def _judged(self, conf: dict[str, Any]) -> CheckResult:
        subjects = self.last_read.get(conf, lambda: self.read_cases(conf))
        return self.report(subjects, _scanned.get(conf, lambda: self._scanned_resource(conf)))

    def read_cases(self, conf: Mapping[str, Any]) -> list[tuple[str, Union[Subject, Unknown, None]]]:
        """What must be so, in words, and the subject as it is then; None where the resource states none."""
        template = Template(scanned_template(self.entity_path))
        return [(case.where, self.read(case.conf, template)) for case in cases(conf, template, self.logical_id)]

    def read(self, conf: Mapping[str, Any], template: Template) -> Optional[Subject]:
        raise NotImplementedError

    @property
    def logical_id(self) -> str:
        return str(self.entity_path).rpartition(":")[2]

    def models(self) -> Optional[TemplateModels]:
        """The queues of the template at hand; None where Checkov does not hand it over."""
        return _models.of(self.entity_path)

    def _scanned_resource(self, conf: Mapping[str, Any]) -> Scanned:
        path, root = scanned_file(self.entity_path), scanned_folder(self.entity_path)
        settings = _settings.get(scanned_template(self.entity_path), path, lambda: settings_for(path, root))
        return Scanned(conf, self.logical_id, settings, self._traits)

    def _traits(self) -> Sequence[QueueTraits]:
        models = self.models()
        return models.traits(self.logical_id) if models is not None else []


class _Models(threading.local):
    """The models of the template that this thread scans."""

    template: Optional[Mapping[str, Any]] = None
    models: Optional[TemplateModels] = None

    def of(self, entity_path: str) -> Optional[TemplateModels]:
        template = whole_template(entity_path)
        if template is None or self.template is not template:
            models = None
            if template is not None:
                models = TemplateModels(Template(template), file_of(entity_path), importing_resources(entity_path))
            # Last: where the models raise, they do so for each check, and none takes the template for one not at hand.
            self.template, self.models = template, models
        return self.models


_models = _Models()


class CloudFormationQueueCheck(CloudFormationCheck[Queue]):
    """A check on a queue in CloudFormation."""

    resource_types = ("AWS::SQS::Queue",)
    last_read = LastRead()

    def read(self, conf: Mapping[str, Any], template: Template) -> Queue:
        return read_queue(conf, template)


class CloudFormationQueuePolicyCheck(CloudFormationCheck[AttachedPolicy]):
    """A check on the policy of a queue in CloudFormation."""

    resource_types = ("AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy")
    last_read = LastRead()

    def read(self, conf: Mapping[str, Any], template: Template) -> Optional[AttachedPolicy]:
        policy = read_policy(conf, template)
        return policy.with_traits(self._traits) if policy is not None else None


class CloudFormationQueueModelCheck(CloudFormationCheck[QueueModel]):
    """A check on a queue with all that the template says about it."""

    resource_types = ("AWS::SQS::Queue",)
    last_read = LastRead()

    def read_cases(self, conf: Mapping[str, Any]) -> list[tuple[str, Union[QueueModel, Unknown, None]]]:
        models = self.models()
        if models is None:
            return [("", NOT_AT_HAND)]
        return [(where, queues.of(self.logical_id)) for where, queues in models.cases(self.logical_id)]


class CloudFormationPolicyPlaceCheck(CloudFormationCheck[PolicyPlace]):
    """A check on where a policy is attached."""

    resource_types = ("AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy")
    last_read = LastRead()

    def read_cases(self, conf: Mapping[str, Any]) -> list[tuple[str, Union[PolicyPlace, Unknown, None]]]:
        models = self.models()
        if models is None:
            return [("", NOT_AT_HAND)]

        def place(queues: QueueModels) -> PolicyPlace:
            return models.policy_place(self.logical_id, queues)

        return [(where, place(queues)) for where, queues in models.cases(self.logical_id)]
