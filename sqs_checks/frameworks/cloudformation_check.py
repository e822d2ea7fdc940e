"""Checks on CloudFormation's resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Optional

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.common.models.enums import CheckResult

from sqs_checks.frameworks.checkov_check import CheckovCheck, Subject
from sqs_checks.frameworks.cloudformation_conditions import cases
from sqs_checks.frameworks.cloudformation_policy import read_policy
from sqs_checks.frameworks.cloudformation_queue import read_queue
from sqs_checks.frameworks.cloudformation_runner import explain, scanned_template
from sqs_checks.frameworks.cloudformation_values import Template
from sqs_checks.frameworks.last_read import LastRead
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.queues.sqs_queue import Queue


class CloudFormationCheck(CheckovCheck[Subject], BaseResourceCheck):
    """A check on what a resource states, in each case that the template's conditions allow.

    last_read: shared by the checks on one kind of subject. read: the subject; None where the resource states none.
    """

    last_read: ClassVar[LastRead[list[tuple[str, Any]]]]

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.address = str(self.entity_path).rpartition(":")[2]

        def read_cases() -> list[tuple[str, Optional[Subject]]]:
            template = Template(scanned_template(self.entity_path))
            return [(case.where, self.read(case.conf, template)) for case in cases(conf, template, self.address)]

        result = self.report_cases(self.last_read.get(conf, read_cases))
        explain(self.id, self.details)
        return result

    def read(self, conf: Mapping[str, Any], template: Template) -> Optional[Subject]:
        raise NotImplementedError


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
        return read_policy(conf, template)
