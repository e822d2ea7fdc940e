"""The queue policy allows everything but what it names.

## What it does
Reports an Allow with `NotPrincipal`, `NotAction` or `NotResource`.

## Why it matters
It grants to everyone, or everything, that nobody thought of, now and later. AWS advises against it.

## How to fix
Turn it round: name whom and what is allowed.

## Unknown when
Whether the statement allows or denies is known only at deployment.

## References
- [AWS JSON policy elements: NotPrincipal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html)
- [IAM JSON policy elements: NotAction](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import NAMES_LEFT_OUT, actions_in_words
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


class _Inverted(NamedTuple):
    """What an inverted element does, what to write in its place, and why it matters."""

    effect: str
    instead: str
    why: str


_INVERTED = {
    "NotPrincipal": _Inverted(
        NAMES_LEFT_OUT,
        '"Principal": {"AWS": "<ARN of the role>"}',
        "everybody else with an AWS account gets in, unless a condition or a Deny stops them",
    ),
    "NotAction": _Inverted(
        "`NotAction` with `Allow` grants every action except those it lists",
        '"Action": "sqs:SendMessage"',
        "it also grants the actions that nobody thought of, and those that AWS adds later",
    ),
    "NotResource": _Inverted(
        "`NotResource` with `Allow` is about every queue except those it lists.",
        '"Resource": "<ARN of the queue>"',
        "nobody can tell from the statement that it is about this queue",
    ),
}


class InvertedAllow(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_4"
    name = "Ensure the queue policy states what it allows, rather than what it does not"
    severity = Severity.HIGH
    area = Area.ACCESS_CONTROL_POLICY
    why = "it grants to everyone, or everything, that nobody thought of"
    guideline = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html#specifying-notprincipal-allow"

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        for statement in subject.document.statements:
            inverted = {
                "NotPrincipal": statement.inverts_principals,
                "NotAction": statement.inverts_actions,
                "NotResource": statement.inverts_resources,
            }
            for name, is_inverted in inverted.items():
                effect, instead, why = _INVERTED[name]
                if name == "NotAction":
                    effect += f": {actions_in_words(statement.certain_actions)}."
                if is_inverted:
                    yield Fault(
                        violated=statement.is_allow,
                        problem=f"{statement.label}: {effect}",
                        remedy=f"say what is allowed: write `{instead}` in place of `{name}`",
                        paths=(subject.path,),
                        why=why,
                    )
            if statement.is_allow.is_unknown and not any(inverted.values()) and statement.hidden_conditions:
                yield Fault(violated=unknown(*statement.hidden_conditions), problem="", remedy="")


class InvertedAllowTerraform(InvertedAllow, TerraformQueuePolicyCheck): ...


class InvertedAllowCloudFormation(InvertedAllow, CloudFormationQueuePolicyCheck): ...
