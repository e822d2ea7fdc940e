"""An AWS service may send to the queue on anybody's behalf.

## What it does
Reports a policy that lets a service act on the queue for a resource of an unrelated account: one that it names, or that it
lets in by `*` while a Deny with `NotPrincipal` leaves the service out. The ARN of a bucket holds no account, and its name can
become somebody else's: AWS asks for `aws:SourceAccount` beside it. A bucket of the same code needs none, its name is taken.

## Why it matters
Anybody can set up a topic, bucket or rule of their own that has the service send to the queue: the service is the
confused deputy.

## How to fix
Limit `aws:SourceArn` to the topic, bucket or rule, or `aws:SourceAccount` to the account, or `aws:SourceOrgID` to the
organisation.

## Unknown when
The service or a limiting value is known only at deployment.

## References
- [AWS global condition context keys: aws:SourceArn](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html)
- [The confused deputy problem](https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.correction import LimitToSenders
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import (
    actions_in_words,
    caller_in_words,
    resource_of,
    source_remedy,
    statement_in_words,
)
from sqs_checks.policy.loopholes import loophole
from sqs_checks.policy.search import Witness
from sqs_checks.policy.sqs_actions import SEND
from sqs_checks.policy.verdicts import SOURCE_KEYS
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


def _limiting(witness: Optional[Witness]) -> Optional[LimitToSenders]:
    """Of a statement for a single service, and for nobody else."""
    statement = witness.statement if witness is not None else None
    if statement is None or statement.inverts_principals:
        return None
    named = statement.principals
    if named.everyone or named.aws or named.others or named.hidden or len(named.services) != 1:
        return None
    return LimitToSenders(statement.path, str(named.services[0]))


class ConfusedDeputy(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_7"
    name = "Ensure AWS services use the queue for known resources only"
    severity = Severity.HIGH
    area = Area.ACCESS_CONTROL_POLICY
    why = "anybody can have the service use the queue for a topic, bucket or rule of their own"
    guideline = "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention"

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        held, verdict = subject.first(lambda policy: policy.confused_deputy)
        problem, remedy, why = _in_words(verdict.witness) if verdict.witness is not None else ("", "", "")
        yield Fault(
            violated=held,
            problem=problem,
            remedy=remedy,
            paths=(subject.path,),
            why=why,
            correction=_limiting(verdict.witness),
        )


def _in_words(witness: Witness) -> tuple[str, str, str]:
    """For whose resource the service gets in, what to write instead, and why it matters."""
    service = witness.caller.service
    kind = resource_of(service)
    problem = (
        f"{statement_in_words(witness)} lets {caller_in_words(witness.caller)} call {actions_in_words(witness.actions)} "
        f"for anybody's {kind}."
    )
    why = f"anybody can have the service send to the queue for a {kind} of their own" if witness.actions & SEND else ""
    found = loophole(witness, SOURCE_KEYS)
    if found is None:
        return f"{problem} No condition says for which one.", source_remedy(service), why
    return f"{problem} {found.reason}", found.remedy or source_remedy(service), why


class ConfusedDeputyTerraform(ConfusedDeputy, TerraformQueuePolicyCheck): ...


class ConfusedDeputyCloudFormation(ConfusedDeputy, CloudFormationQueuePolicyCheck): ...
