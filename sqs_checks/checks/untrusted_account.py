"""Somebody who is not on the list of the trusted may use the queue.

## What it does
Reports a policy that lets in an account, an organisation, a VPC, an endpoint or a network that is neither the queue's own
nor listed in the settings. Silent until one of the lists is there; an empty list trusts nobody. The conditions of a statement
count together: a service that calls for a bucket of the own account is no stranger's, whatever else the statement says; a role
of another account that gets in as a member of a trusted organisation only is trusted. Functions, builds, instances and chats
belong to the account in their ARN.

## Why it matters
Access that was given to a partner once, or copied with an example, stays for good: nobody notices who else reads the queue.

## How to fix
Take the grant out, or add whom it is for to the list. Where policies write out the number of the queue's own account,
list it in `accounts.own`: beside a queue of the same code nobody can tell it from another.

## Options
`accounts.own`: the ids of your own accounts, which need no trust (default: none).
`trusted.accounts`, `trusted.organizations`, `trusted.vpcs`, `trusted.endpoints`, `trusted.networks`: who may use the queues
beside their own account (default: not set, and the check says nothing).

## Unknown when
Whom a statement lets in is known only at deployment. Also when it takes the queue's own account to tell, while
`trusted.accounts` is not set or the code does not hold the queue.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
- [Cross-account policy evaluation logic](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import actions_in_words, statement_in_words, values_in_words, who_in_words
from sqs_checks.policy.trust import Trust
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


class UntrustedAccount(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_6"
    name = "Ensure only trusted accounts use the queue"
    severity = Severity.HIGH
    area = Area.ACCESS_CONTROL_POLICY
    why = "whoever was let in once, or by a copied example, keeps reading or writing messages unnoticed"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#implement-least-privilege-access"
    settings = (
        "accounts.own",
        "trusted.accounts",
        "trusted.organizations",
        "trusted.vpcs",
        "trusted.endpoints",
        "trusted.networks",
    )

    def needed(self, settings: Settings) -> str:
        return "" if settings.trusted.is_configured else "trusted"

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        listed = settings.trusted
        trust = Trust(
            accounts=frozenset((*(listed.accounts or ()), *settings.accounts.own)),
            organizations=frozenset(listed.organizations or ()),
            vpcs=frozenset(listed.vpcs or ()),
            endpoints=frozenset(listed.endpoints or ()),
            networks=frozenset(listed.networks or ()),
            lists_accounts=listed.accounts is not None,
        )
        held, verdict = subject.first(lambda policy: policy.cross_account_beyond(trust))
        witness = verdict.witness
        problem = ""
        if witness is not None:
            problem = (
                f"{statement_in_words(witness)}: {who_in_words(witness)} may call "
                f"{actions_in_words(witness.actions)}{values_in_words(witness)}, and is not on the list of the trusted."
            )
        yield Fault(
            violated=held,
            problem=problem,
            remedy="let in only accounts, organisations and endpoints that the settings list under `trusted`, or list this one "
            "(the queue's own account, where policies write it out, under `accounts.own`)",
            paths=(subject.path,),
        )


class UntrustedAccountTerraform(UntrustedAccount, TerraformQueuePolicyCheck): ...


class UntrustedAccountCloudFormation(UntrustedAccount, CloudFormationQueuePolicyCheck): ...
