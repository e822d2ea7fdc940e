"""Checks on CloudFormation's resources."""

from __future__ import annotations

from typing import Any, Optional

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.common.models.enums import CheckResult

from sqs_checks.frameworks.checkov_check import CheckovCheck, Subject
from sqs_checks.frameworks.cloudformation_policy import read_policy
from sqs_checks.frameworks.cloudformation_queue import read_queue
from sqs_checks.frameworks.cloudformation_runner import explain, scanned_template
from sqs_checks.frameworks.cloudformation_values import Template
from sqs_checks.frameworks.last_read import LastRead
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.queues.sqs_queue import Queue


class CloudFormationCheck(CheckovCheck[Subject], BaseResourceCheck):
    """A check on what a resource states. read: that; None where the resource states nothing of the kind."""

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        result = self.report(self.read(conf))
        explain(self.id, self.details)
        return result

    def template(self) -> Template:
        return Template(scanned_template(self.entity_path))

    def read(self, conf: dict[str, Any]) -> Optional[Subject]:
        raise NotImplementedError


_queues: LastRead[Queue] = LastRead()
_policies: LastRead[Optional[AttachedPolicy]] = LastRead()


class CloudFormationQueueCheck(CloudFormationCheck[Queue]):
    """A check on a queue in CloudFormation."""

    resource_types = ("AWS::SQS::Queue",)

    def read(self, conf: dict[str, Any]) -> Queue:
        return _queues.get(conf, lambda: read_queue(conf, self.template()))


class CloudFormationQueuePolicyCheck(CloudFormationCheck[AttachedPolicy]):
    """A check on the policy of a queue in CloudFormation."""

    resource_types = ("AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy")

    def read(self, conf: dict[str, Any]) -> Optional[AttachedPolicy]:
        return _policies.get(conf, lambda: read_policy(conf, self.template()))
