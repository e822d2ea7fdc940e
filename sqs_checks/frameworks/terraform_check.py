"""Checks on Terraform's resources, in code and in plans."""

from __future__ import annotations

from typing import Any, Optional

from checkov.common.models.enums import CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from sqs_checks.frameworks.checkov_check import CheckovCheck, Subject
from sqs_checks.frameworks.last_read import LastRead
from sqs_checks.frameworks.terraform_policy import read_policy
from sqs_checks.frameworks.terraform_queue import read_queue
from sqs_checks.frameworks.terraform_resource import read_resource
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.queues.sqs_queue import Queue


class TerraformCheck(CheckovCheck[Subject], BaseResourceCheck):
    """A check on what a resource states. read: that; None where the resource states nothing of the kind."""

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        # Checkov's own version also unfolds `dynamic` blocks, which no SQS resource has; it raises on odd input.
        self.entity_type = entity_type
        return CheckResult.UNKNOWN if conf.get("count") == [0] else self.scan_resource_conf(conf)

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.address = str(conf.get("__address__", ""))
        return self.report(self.read(conf))

    def read(self, conf: dict[str, Any]) -> Optional[Subject]:
        raise NotImplementedError


_queues: LastRead[Queue] = LastRead()
_policies: LastRead[Optional[AttachedPolicy]] = LastRead()


class TerraformQueueCheck(TerraformCheck[Queue]):
    """A check on a queue in Terraform."""

    resource_types = ("aws_sqs_queue",)

    def read(self, conf: dict[str, Any]) -> Queue:
        return _queues.get(conf, lambda: read_queue(read_resource(conf, self.graph, self.entity_path)))


class TerraformQueuePolicyCheck(TerraformCheck[AttachedPolicy]):
    """A check on the policy of a queue in Terraform."""

    resource_types = ("aws_sqs_queue_policy", "aws_sqs_queue")

    def read(self, conf: dict[str, Any]) -> Optional[AttachedPolicy]:
        def read_it() -> Optional[AttachedPolicy]:
            resource = read_resource(conf, self.graph, self.entity_path)
            return read_policy(resource, self.entity_type, str(conf.get("__address__", "")))

        return _policies.get(conf, read_it)
