"""The queue policy does not refuse plain HTTP.

## What it does
Reports a policy that does not deny every request without TLS, by anyone, for every action on the queue. An Allow that
demands TLS does not do it: the callers of the queue's own account need no Allow.

## Why it matters
Messages and credentials' signatures can be read and replayed on the way.

## How to fix
Add a Deny of `sqs:*` to `*` on the queue with the condition `aws:SecureTransport` false.

## Limits
The check judges the document alone.

## Unknown when
A part of the policy that matters is known only at deployment.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import actions_in_words, caller_in_words
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


class PlainHttpAllowed(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_12"
    name = "Ensure the queue policy refuses plain HTTP"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "messages can be read and changed on the way"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#enforce-encryption-data-in-transit"

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        for policy in subject.policies:
            verdict = policy.non_tls_refused
            witness = verdict.witness
            yield Fault(
                violated=~verdict.holds,
                problem=""
                if witness is None
                else f"Over plain HTTP, {caller_in_words(witness.caller).rstrip(',')} may call "
                f"{actions_in_words(witness.actions)}{subject.which(policy)}: {self._reason(subject)}.",
                remedy=(
                    'add the statement `{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", '
                    '"Resource": "<ARN of the queue>", '
                    '"Condition": {"Bool": {"aws:SecureTransport": "false"}}}`'
                ),
                paths=(subject.path,),
            )
            if verdict.holds.is_no:
                break

    @staticmethod
    def _reason(subject: AttachedPolicy) -> str:
        about_tls = [
            statement
            for statement in subject.document.statements
            if any(condition.key == "aws:securetransport" for condition in statement.conditions)
        ]
        denies = [statement for statement in about_tls if statement.is_deny.is_yes]
        if denies:
            return f"{denies[0].label} denies it, but not to everyone, for every action and on this queue"
        if about_tls:
            return f"{about_tls[0].label} demands TLS of what it allows, which is no Deny"
        return "no statement denies it"


class PlainHttpAllowedTerraform(PlainHttpAllowed, TerraformQueuePolicyCheck): ...


class PlainHttpAllowedCloudFormation(PlainHttpAllowed, CloudFormationQueuePolicyCheck): ...
