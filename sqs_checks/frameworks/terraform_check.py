"""Checks on `aws_sqs_queue`, in Terraform code and in plans."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from sqs_checks.frameworks.checkov_check import CheckovCheck
from sqs_checks.frameworks.terraform_queue import read_queue
from sqs_checks.frameworks.terraform_resource import TerraformResource, read_resource
from sqs_checks.queues.sqs_queue import Queue


class TerraformQueueCheck(CheckovCheck[Queue], BaseResourceCheck):
    """A check on a queue in Terraform."""

    resource_types = ("aws_sqs_queue",)

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        # Checkov's own version also unfolds `dynamic` blocks, which no SQS resource has; it raises on odd input.
        self.entity_type = entity_type
        return CheckResult.UNKNOWN if conf.get("count") == [0] else self.scan_resource_conf(conf)

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        resource: TerraformResource = read_resource(conf, self.graph, self.entity_path)
        return self.report(read_queue(resource))
