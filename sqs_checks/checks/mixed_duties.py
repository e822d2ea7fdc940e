"""One principal both produces and consumes, or administers as well.

## What it does
Reports a policy whose Allows together give one principal more than one of the three kinds of access: administrator,
producer, consumer. Wildcards count by what they match, what a Deny takes back does not. The number of an account and its
root's ARN are one principal. The queue's own account is none that could be mixed: a grant to it adds nothing to IAM's.

## Why it matters
A producer that can also receive reads other people's messages; a consumer that can also send forges them.

## How to fix
Give producers `sqs:SendMessage`, consumers `sqs:ReceiveMessage`, `sqs:DeleteMessage` and `sqs:ChangeMessageVisibility`,
each to a role of its own.

## Options
`accounts.own`: the ids of your own accounts; to name one of them grants what its own policies grant anyway (default: none).
`duties.administrators`: principals that may do everything, as the policy writes them (default: none).

## Limits
Each principal is taken as written: what a role gets beside its account is not added up.

## Unknown when
A principal or an action is known only at deployment.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import NO, Ternary, any_of, unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.document import EVERYONE
from sqs_checks.policy.explanation import WHERE_ADMINISTRATORS_BELONG, listed
from sqs_checks.policy.principals import PrincipalKind, named_principals, parse_aws_principal, same_principal
from sqs_checks.policy.sqs_actions import DUTY_ACTIONS, Duty
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck
from sqs_checks.values.texts import Text

_DOES = {
    Duty.ADMINISTRATOR: "administer the queue",
    Duty.PRODUCER: "send messages",
    Duty.CONSUMER: "receive messages",
}
_NEEDS = {
    Duty.ADMINISTRATOR: WHERE_ADMINISTRATORS_BELONG,
    Duty.PRODUCER: "who sends needs `sqs:SendMessage`",
    Duty.CONSUMER: "who receives needs `sqs:ReceiveMessage`, `sqs:DeleteMessage` and `sqs:ChangeMessageVisibility`",
}
_ADMINISTERS = "whoever takes over the application can also change or delete the queue"


class MixedDuties(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_10"
    name = "Ensure administrators, producers and consumers of the queue are kept apart"
    severity = Severity.LOW
    area = Area.ACCESS_CONTROL_POLICY
    why = "who sends could read the messages of others, and who receives could forge messages"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#implement-least-privilege-access"
    settings = ("accounts.own", "duties.administrators")

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        administrators = {same_principal(principal) for principal in settings.duties.administrators}
        hidden: tuple[str, ...] = ()
        granted: dict[Text, dict[Duty, Ternary]] = {}
        shown: dict[Text, Text] = {}
        allowing: dict[Text, list[str]] = {}
        for statement, applies in subject.allows:
            hidden += statement.principals.hidden
            for principal in named_principals(statement):
                key = same_principal(principal)
                shown.setdefault(key, principal)
                allowing.setdefault(key, []).append(statement.label)
                duties = granted.setdefault(key, {})
                for duty, actions in DUTY_ACTIONS.items():
                    if statement.possible_actions & actions:
                        has_duty = applies & subject.not_denied(principal, statement, actions)
                        duties[duty] = duties.get(duty, NO) | has_duty
        if hidden:
            yield Fault(violated=unknown(*hidden), problem="", remedy="")
        for key, duties in granted.items():
            if key in administrators or _is_of(shown[key], settings.accounts.own):
                continue
            # Whoever lists the own accounts says that all others are not.
            is_own = NO if settings.accounts.own else subject.is_own_account(shown[key])
            pairs = (one & other for one, other in combinations(duties.values(), 2))
            certain = [duty for duty in DUTY_ACTIONS if duty in duties and duties[duty].is_yes]
            who = "Everyone (`*`)" if shown[key] == EVERYONE else f"`{shown[key]}`"
            labels = list(dict.fromkeys(allowing[key]))
            yield Fault(
                violated=any_of(pairs) & ~is_own,
                problem=f"{who} may {listed([_DOES[duty] for duty in certain])}, by {listed(labels)}.",
                remedy=f"name a role for each duty: {'; '.join(_NEEDS[duty] for duty in certain)}",
                paths=(subject.path,),
                why=_ADMINISTERS if Duty.ADMINISTRATOR in certain else "",
            )


def _is_of(principal: Text, accounts: Collection[str]) -> bool:
    """Whether a principal is one of some accounts as a whole."""
    named = parse_aws_principal(principal)
    return named.kind is PrincipalKind.ACCOUNT and named.account in accounts


class MixedDutiesTerraform(MixedDuties, TerraformQueuePolicyCheck): ...


class MixedDutiesCloudFormation(MixedDuties, CloudFormationQueuePolicyCheck): ...
