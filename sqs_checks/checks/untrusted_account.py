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
from typing import NamedTuple, Optional

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.condition import texts_in
from sqs_checks.policy.condition_operators import parse_network
from sqs_checks.policy.explanation import actions_in_words, caller_in_words, harm_in_words, opening_in_words, statement_in_words
from sqs_checks.policy.principals import CallerKind, account_in
from sqs_checks.policy.request_space import is_narrow
from sqs_checks.policy.search import Witness
from sqs_checks.policy.trust import Trust
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck
from sqs_checks.values.texts import Text, pieces_of, split_text

# By condition key: what its values name, and the list of `trusted` for them.
_LISTS = {
    "aws:principalorgid": ("organisation", "organizations"),
    "aws:principalorgpaths": ("organisation", "organizations"),
    "aws:sourceorgid": ("organisation", "organizations"),
    "aws:sourceorgpaths": ("organisation", "organizations"),
    "aws:vpceorgid": ("organisation", "organizations"),
    "aws:vpceorgpaths": ("organisation", "organizations"),
    "aws:principalaccount": ("account", "accounts"),
    "aws:sourceaccount": ("account", "accounts"),
    "aws:sourceowner": ("account", "accounts"),
    "aws:sourcearn": ("account", "accounts"),
    "aws:vpceaccount": ("account", "accounts"),
    "aws:sourcevpc": ("VPC", "vpcs"),
    "aws:ec2instancesourcevpc": ("VPC", "vpcs"),
    "aws:sourcevpcarn": ("VPC", "vpcs"),
    "aws:sourcevpce": ("VPC endpoint", "endpoints"),
    "aws:sourceip": ("network", "networks"),
}

_WHERE = {"accounts": "of the", "organizations": "of the", "vpcs": "in the", "endpoints": "behind the", "networks": "in the"}


class UntrustedAccount(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_6"
    name = "Ensure only trusted accounts use the queue"
    severity = Severity.HIGH
    area = Area.ACCESS_CONTROL_POLICY
    why = "nobody has said that they may use the queue: they may be left over, or from a copied example"
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
        problem, remedy, why = _in_words(verdict.witness) if verdict.witness is not None else ("", "", "")
        yield Fault(
            violated=held,
            problem=problem,
            remedy=remedy,
            paths=(subject.path,),
            why=why,
        )


class _Outsider(NamedTuple):
    """Who is let in. what: the kind of it. setting: the list of `trusted` that it would be on. id: as that list names it."""

    what: str
    setting: str
    id: Text


def _in_words(witness: Witness) -> tuple[str, str, str]:
    """Who is let in that nobody listed, what to do about it, and why that matters where the check does not tell."""
    outsider = _outsider(witness)
    if outsider is None:
        return (*opening_in_words(witness), harm_in_words(witness.actions))
    whom, which = caller_in_words(witness.caller), f"The {outsider.what} `{outsider.id}`"
    if witness.caller.kind is CallerKind.STRANGER:
        # A stranger is let in for what it belongs to, or comes from.
        whom, which = f"anybody {_WHERE[outsider.setting]} {outsider.what} `{outsider.id}`", f"This {outsider.what}"
    problem = (
        f"{statement_in_words(witness)} lets {whom} call {actions_in_words(witness.actions)}{_for_source(witness)}. "
        f"{which} is not in `trusted.{outsider.setting}` of the settings."
    )
    out = f"take the {outsider.what} out of the statement"
    if not isinstance(outsider.id, str):
        return problem, out, ""
    remedy = f'if you trust it, add `"{outsider.id}"` to `trusted.{outsider.setting}` in the settings; '
    if outsider.setting == "accounts":
        remedy += "if it is your own, to `accounts.own`; "
    return problem, f"{remedy}otherwise {out}", ""


def _outsider(witness: Witness) -> Optional[_Outsider]:
    for condition in witness.statement.conditions if witness.statement is not None else ():
        what, setting = _LISTS.get(condition.key, ("", ""))
        for text in texts_in([witness.values.get(condition.key_name)]):
            id_ = text
            if setting == "accounts":
                id_ = account_in(text)
            elif setting == "networks":
                id_ = next((one.text for one in condition.values if _lies_in(text, one.text)), "")
            elif condition.key.endswith("orgpaths"):
                id_ = split_text(text, "/")[0]
            elif condition.key == "aws:sourcevpcarn":
                id_ = split_text(text, "/")[-1]
            is_written = any(
                isinstance(piece, str) and str(id_) in piece for one in condition.values for piece in pieces_of(one.text)
            )
            if setting and id_ and (is_written or not isinstance(id_, str)):
                return _Outsider(what, setting, id_)
    account = witness.caller.account
    if witness.caller.kind is CallerKind.NAMED and account is not None:
        return _Outsider("account", "accounts", account)
    return None


def _for_source(witness: Witness) -> str:
    """For which resource a service calls, where the policy writes it out."""
    for condition in witness.statement.conditions if witness.statement is not None else ():
        for text in texts_in([witness.values.get(condition.key_name)]):
            if condition.key == "aws:sourcearn" and any(one.text == text for one in condition.values):
                return f" for `{text}`"
    return ""


def _lies_in(address: Text, written: Text) -> bool:
    """Whether a narrow network that is written out holds an address."""
    network = parse_network(written) if isinstance(written, str) else None
    inner = parse_network(address) if isinstance(address, str) else None
    if network is None or inner is None or network.version != inner.version:
        return False
    return is_narrow(network) and inner.network_address in network


class UntrustedAccountTerraform(UntrustedAccount, TerraformQueuePolicyCheck): ...


class UntrustedAccountCloudFormation(UntrustedAccount, CloudFormationQueuePolicyCheck): ...
