"""The queue can be reached from outside the VPC that it is meant for.

## What it does
Reports the policy of a queue that must be reachable through a VPC only, where somebody gets through from elsewhere. Silent
until the settings say which queues these are.

## Why it matters
Whoever has credentials can use the queue from anywhere on the internet, past the network that was to guard it.

## How to fix
Add a Deny of `sqs:*` to `*` on the queue with a condition such as `"StringNotEquals": {"aws:SourceVpce": "<your endpoint>"}`.
An Allow that demands the endpoint is not enough: the callers of the queue's own account need no Allow.

## Options
`vpc.required`: the queues, `all` or by `names` or `tags` (default: none). `vpc.ids`, `vpc.endpoints`: the VPCs and endpoints
that count (default: any that the policy states).

## Limits
The check judges policies; a queue without one is CKV_SQS_17's. AWS services reach a queue by other ways and do not count.

## Unknown when
The queue's name or tags, or what matters of its policy, is known only at deployment.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
- [Control access by VPC endpoint](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-sending-messages-from-vpc.html)
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import NO, Ternary, any_of
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import actions_in_words, caller_in_words, deny_of_everything, gaps_of_deny, listed
from sqs_checks.policy.trust import Trust
from sqs_checks.policy.verdicts import QueuePolicy
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck

_VPC_KEYS = {"aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"}


class ReachableOutsideVpc(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_13"
    name = "Ensure the queue is reached through its VPC only"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "whoever has credentials can use the queue from anywhere, past the network that was to guard it"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#consider-using-vpc-endpoints-access-sqs"
    settings = (
        "vpc.required",
        "vpc.ids",
        "vpc.endpoints",
    )

    judges_only = "policies of queues that the setting `vpc.required` selects"

    def needed(self, settings: Settings) -> str:
        return "vpc.required" if settings.vpc.required is None else ""

    def applies(self, subject: AttachedPolicy, settings: Settings) -> Ternary:
        wanted = settings.vpc.required
        return NO if wanted is None else any_of(traits.is_selected(wanted.names, wanted.tags) for traits in subject.traits)

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        wanted = settings.vpc.required
        if wanted is None:
            return
        counted = Trust(vpcs=frozenset(settings.vpc.ids), endpoints=frozenset(settings.vpc.endpoints))
        for policy, traits in zip(subject.policies, subject.traits):
            must = traits.is_selected(wanted.names, wanted.tags)
            if must.is_no:
                continue
            verdict = policy.vpc_only_within(counted)
            witness = verdict.witness
            problem, remedy = "", ""
            if witness is not None:
                reason, remedy = _advice(policy, counted)
                problem = (
                    f"From outside the VPC, {caller_in_words(witness.caller)} may call "
                    f"{actions_in_words(witness.actions)}{subject.which(policy)}. {reason}"
                )
            yield Fault(violated=must & ~verdict.holds, problem=problem, remedy=remedy, paths=(subject.path,))


def _advice(policy: QueuePolicy, counted: Trust) -> tuple[str, str]:
    """Why nothing keeps out who comes from elsewhere, as a sentence, and what to write."""
    about_vpcs = [
        (statement, condition)
        for statement in policy.document.statements
        for condition in statement.conditions
        if condition.key in _VPC_KEYS
    ]
    denying = next(((deny, condition) for deny, condition in about_vpcs if deny.is_deny.is_yes), None)
    if not about_vpcs:
        return "No statement denies it.", _add_deny(counted)
    if denying is None:
        allow, condition = about_vpcs[0]
        reason = (
            f"{allow.label} demands an `{condition.key_name}`, but of whom it allows: callers of the own account need no Allow."
        )
        return reason, _add_deny(counted)
    deny, condition = denying
    others = [text for text in condition.stated_texts() if counted.leaves_out(condition.key, text)]
    if others:
        setting, own = ("endpoints", counted.endpoints) if condition.key == "aws:sourcevpce" else ("ids", counted.vpcs)
        reason = f"{deny.label} lets in `{others[0]}`, which is not in `vpc.{setting}` of the settings."
        return reason, f"write `{min(own)}` in place of `{others[0]}`"
    gaps = gaps_of_deny(deny, policy.applies_to_queue(deny), {condition.key, "aws:principalisawsservice"})
    if not gaps:
        return f"{deny.label} denies something else: its conditions do not hold for all who come from elsewhere.", _add_deny(
            counted
        )
    return f"{deny.label} denies it {listed([gap for gap, _ in gaps])}.", gaps[0][1] if len(gaps) == 1 else _add_deny(counted)


def _add_deny(counted: Trust) -> str:
    key, own = ("aws:SourceVpce", counted.endpoints) if counted.endpoints or not counted.vpcs else ("aws:SourceVpc", counted.vpcs)
    values = json.dumps(sorted(own) if len(own) > 1 else min(own, default="<your endpoint>"))
    condition = f'"StringNotEquals": {{"{key}": {values}}}, "BoolIfExists": {{"aws:PrincipalIsAWSService": "false"}}'
    return (
        f"add the statement `{deny_of_everything(condition)}`; it still lets SNS, S3 and EventBridge send; "
        "it shuts out everybody else outside the VPC, who deploys or opens the console too"
    )


class ReachableOutsideVpcTerraform(ReachableOutsideVpc, TerraformQueuePolicyCheck): ...


class ReachableOutsideVpcCloudFormation(ReachableOutsideVpc, CloudFormationQueuePolicyCheck): ...
