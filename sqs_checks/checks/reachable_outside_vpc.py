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

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import NO, Ternary, any_of
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import actions_in_words, caller_in_words, values_in_words
from sqs_checks.policy.trust import Trust
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


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
            yield Fault(
                violated=must & ~verdict.holds,
                problem=""
                if witness is None
                else f"From outside the VPC, {caller_in_words(witness.caller).rstrip(',')} may call "
                f"{actions_in_words(witness.actions)}{subject.which(policy)}{values_in_words(witness)}.",
                remedy=(
                    'add the statement `{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", '
                    '"Resource": "<ARN of the queue>", '
                    '"Condition": {"StringNotEquals": {"aws:SourceVpce": "<your endpoint>"}, '
                    '"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}`: '
                    "it exempts SNS, S3 and EventBridge, and shuts out everybody "
                    "else outside the VPC, whoever deploys or looks at the queue in the console too"
                ),
                paths=(subject.path,),
            )


class ReachableOutsideVpcTerraform(ReachableOutsideVpc, TerraformQueuePolicyCheck): ...


class ReachableOutsideVpcCloudFormation(ReachableOutsideVpc, CloudFormationQueuePolicyCheck): ...
