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
from sqs_checks.judgement.correction import AddStatement
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import DENY_WITHOUT_TLS, actions_in_words, caller_in_words, gaps_of_deny, listed
from sqs_checks.policy.verdicts import QueuePolicy
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck

_TLS = "aws:securetransport"
_ADD_DENY = f"add the statement `{DENY_WITHOUT_TLS}`"
_DENY_PLAIN_HTTP = {
    "Sid": "DenyPlainHttp",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


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
            problem, remedy = "", ""
            if witness is not None:
                reason, remedy = _advice(policy)
                problem = (
                    f"Over plain HTTP, {caller_in_words(witness.caller)} may call "
                    f"{actions_in_words(witness.actions)}{subject.which(policy)}. {reason}"
                )
            yield Fault(
                violated=~verdict.holds,
                problem=problem,
                remedy=remedy,
                paths=(subject.path,),
                correction=AddStatement(_DENY_PLAIN_HTTP, subject.statement_on_its_queues(by_name=False)),
            )
            if verdict.holds.is_no:
                break


def _advice(policy: QueuePolicy) -> tuple[str, str]:
    """Why nothing denies plain HTTP, as a sentence, and what to write."""
    about_tls = [
        statement for statement in policy.document.statements if any(condition.key == _TLS for condition in statement.conditions)
    ]
    deny = next((statement for statement in about_tls if statement.is_deny.is_yes), None)
    if not about_tls:
        return "No statement denies it.", _ADD_DENY
    if deny is None:
        return f"{about_tls[0].label} demands TLS, but of whom it allows: callers of the own account need no Allow.", _ADD_DENY
    gaps = gaps_of_deny(deny, policy.applies_to_queue(deny), {_TLS})
    if not gaps:
        return f"{deny.label} denies something else: its condition does not hold for plain HTTP.", _ADD_DENY
    reason = f"{deny.label} denies it {listed([gap for gap, _ in gaps])}."
    return reason, gaps[0][1] if len(gaps) == 1 else _ADD_DENY


class PlainHttpAllowedTerraform(PlainHttpAllowed, TerraformQueuePolicyCheck): ...


class PlainHttpAllowedCloudFormation(PlainHttpAllowed, CloudFormationQueuePolicyCheck): ...
