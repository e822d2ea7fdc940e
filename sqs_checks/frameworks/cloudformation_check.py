"""Checks on `AWS::SQS::Queue`."""

from __future__ import annotations

from typing import Any

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck
from checkov.common.models.enums import CheckResult

from sqs_checks.frameworks.checkov_check import CheckovCheck
from sqs_checks.frameworks.cloudformation_queue import read_queue
from sqs_checks.frameworks.cloudformation_runner import explain, scanned_template
from sqs_checks.frameworks.cloudformation_values import Template
from sqs_checks.queues.sqs_queue import Queue


class CloudFormationQueueCheck(CheckovCheck[Queue], BaseResourceCheck):
    """A check on a queue in CloudFormation."""

    resource_types = ("AWS::SQS::Queue",)

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        result = self.report(read_queue(conf, Template(scanned_template(self.entity_path))))
        explain(self.id, self.details)
        return result
