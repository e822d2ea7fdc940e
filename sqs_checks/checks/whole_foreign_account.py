"""The queue policy lets in a whole account that is not known to be its own.

## What it does
Reports an Allow that names an account (`arn:aws:iam::…:root` or the bare id) other than the queue's own, with no
condition that narrows which of its principals. A condition that any of them fulfils, such as one on the ARN `arn:aws:*`,
narrows nothing; nor is there anything to report where a Deny takes the whole grant back.

## Why it matters
Every user and role there whose administrator allows it gets in, now and later.

## How to fix
Name the role that needs the queue, or narrow `aws:PrincipalArn`, `aws:PrincipalTag` or what calls by a key such as
`lambda:SourceFunctionArn`.

## Options
`accounts.own`: the ids of your own accounts, which pass (default: none).

## Limits
An account number passes only where the code says that it is the queue's own: the queue's ARN or URL, or the account of the
deployment; or where the settings list it.

## Unknown when
A principal is known only at deployment.

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
from sqs_checks.judgement.ternary import YES, unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.document import Statement
from sqs_checks.policy.explanation import listed, role_in
from sqs_checks.policy.narrowing import narrows_principal, picks_principals
from sqs_checks.policy.principals import PrincipalKind, is_account, parse_aws_principal, same_principal
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck
from sqs_checks.values.texts import Text


class WholeForeignAccount(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_9"
    name = "Ensure the queue policy names roles of other accounts rather than whole accounts"
    severity = Severity.LOW
    area = Area.ACCESS_CONTROL_POLICY
    why = "every user and role of that account gets in, now and later, if an administrator there allows it"
    guideline = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts"
    settings = ("accounts.own",)

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        for statement, applies in subject.allows:
            if statement.inverts_principals:
                continue
            if statement.principals.hidden:
                yield Fault(violated=unknown(*statement.principals.hidden), problem="", remedy="")
            decided = unknown(*statement.hidden_conditions) if statement.hidden_conditions else YES
            said: set[Text] = set()
            for text in statement.principals.aws:
                principal = parse_aws_principal(text)
                is_own = principal.account in settings.accounts.own or is_account(principal.account, subject.owner_account).is_yes
                if principal.kind is not PrincipalKind.ACCOUNT or is_own or same_principal(text) in said:
                    continue
                said.add(same_principal(text))
                yield Fault(
                    violated=applies & decided & ~narrows_principal(statement, principal) & subject.not_denied(text, statement),
                    problem=f"{statement.label} lets in the whole account `{principal.account}`.{_wide_conditions(statement)}",
                    remedy=_remedy(text, principal.account),
                    paths=(subject.path,),
                )


def _wide_conditions(statement: Statement) -> str:
    keys = [f"`{one.key_name}`" for one in statement.conditions if picks_principals(one)]
    return f" Its condition on {listed(keys)} fits every user and role there." if keys else ""


def _remedy(text: Text, account: Optional[Text]) -> str:
    remedy = f"name the role that needs the queue: write `{role_in(account)}` in place of `{text}`"
    if not isinstance(account, str):
        return remedy
    return f'{remedy}; or, if the account is yours, add `"{account}"` to `accounts.own` in the settings'


class WholeForeignAccountTerraform(WholeForeignAccount, TerraformQueuePolicyCheck): ...


class WholeForeignAccountCloudFormation(WholeForeignAccount, CloudFormationQueuePolicyCheck): ...
