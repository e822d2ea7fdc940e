"""The queue policy names an IAM user.

## What it does
Reports an Allow that names an IAM user, by ARN or by unique id (`AIDA…`), unless a Deny takes the whole grant back.

## Why it matters
A user's access keys live until somebody rotates them; a role's credentials end by themselves.

## How to fix
Name a role.

## Unknown when
A principal is known only at deployment.

## References
- [Amazon SQS security best practices](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html)
- [Security best practices in IAM](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html)
"""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.explanation import role_in
from sqs_checks.policy.principals import PrincipalKind, parse_aws_principal
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


class LongTermCredentials(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_8"
    name = "Ensure the queue policy names roles rather than users"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "a user's access keys live until somebody rotates them; a role's credentials end by themselves"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#use-iam-roles-for-applications-aws-services-which-require-access"

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        for statement, applies in subject.allows:
            if statement.inverts_principals:
                continue
            if statement.principals.hidden:
                yield Fault(violated=unknown(*statement.principals.hidden), problem="", remedy="")
            for text in statement.principals.aws:
                principal = parse_aws_principal(text)
                if principal.kind is PrincipalKind.USER:
                    yield Fault(
                        violated=applies & subject.not_denied(text, statement),
                        problem=f"{statement.label} lets in `{text}`, which is an IAM user.",
                        remedy=f"give the application a role: write `{role_in(principal.account)}` in place of `{text}`",
                        paths=(subject.path,),
                    )


class LongTermCredentialsTerraform(LongTermCredentials, TerraformQueuePolicyCheck): ...


class LongTermCredentialsCloudFormation(LongTermCredentials, CloudFormationQueuePolicyCheck): ...
