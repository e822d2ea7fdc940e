"""The queue policy names everyone as a principal.

## What it does
Reports an Allow whose principal is `*`, even if its conditions narrow who gets through. Gives no result where CKV_SQS_1
reports the same document.

## Why it matters
The whole protection hangs on the conditions: one edit of them opens the queue.

## How to fix
Name the accounts, roles or services that need the queue.

## Unknown when
The principal, or whether the queue is public, is known only at deployment.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import NO, YES, Ternary, unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


class WildcardPrincipal(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_2"
    name = "Ensure the queue policy names its principals"
    severity = Severity.LOW
    area = Area.ACCESS_CONTROL_POLICY
    why = "whoever weakens that later opens the queue to everyone"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#ensure-queues-not-publicly-accessible"

    judges_only = "policies that do not let everyone use the queue, which CKV_SQS_1 reports"

    def applies(self, subject: AttachedPolicy, settings: Settings) -> Ternary:
        public, _ = subject.first(lambda policy: policy.public)
        return ~public

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        public, _ = subject.first(lambda policy: policy.public)
        # Where the queue may be public, that may be the finding.
        alone = YES if public.is_no else unknown(*public.reasons)
        meant = _services_meant(subject)
        for statement, applies in subject.allows:
            principals = statement.principals
            everyone = YES if principals.everyone else unknown(*principals.hidden) if principals.hidden else NO
            if statement.inverts_principals:
                continue
            keeper = "Only its conditions keep" if statement.conditions else "Only a Deny keeps"
            yield Fault(
                violated=applies & everyone & alone,
                problem=f"{statement.label} names everyone (`*`) as `Principal`. {keeper} strangers out.",
                remedy=f"write `{_principal(meant.get(id(statement)))}`, and keep the conditions",
                paths=(subject.path,),
            )


def _services_meant(subject: AttachedPolicy) -> dict[int, str]:
    """The service that the conditions of a statement tell of, by the statement's identity."""
    named: dict[int, str] = {}
    for statement, service, _ in subject.services_that_send():
        if str(service).endswith(".amazonaws.com"):
            named.setdefault(id(statement), str(service))
    return named


def _principal(service: Optional[str]) -> str:
    return f'"Principal": {{"Service": "{service}"}}' if service else '"Principal": {"AWS": "<ARN of the role>"}'


class WildcardPrincipalTerraform(WildcardPrincipal, TerraformQueuePolicyCheck): ...


class WildcardPrincipalCloudFormation(WildcardPrincipal, CloudFormationQueuePolicyCheck): ...
