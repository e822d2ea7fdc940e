"""SQS would refuse the policy, or part of it silently has no effect.

## What it does
Reports what AWS would refuse, and what can never match:

- what is not JSON, unknown elements, a `Version` that is none, an `Effect` other than Allow and Deny, missing or foreign
  resources and actions, repeated `Sid`s, elements and keys (those that differ by case only too), SQS's quotas;
- principals that do not exist: of another partition, `arn:aws:sts::…:root`, a role's session without its name,
  `"Federated": "*"`, a wildcard inside an ARN;
- unknown condition operators and keys, operators that do not fit their key, keys of several values without `ForAnyValue:` or
  `ForAllValues:`, `StringEquals` with a `*` meant as a pattern, account ids that are none, private networks under
  `aws:SourceIp`, `true` and `false` in one list.

A missing or old `Version` is reported in Terraform, which waits in vain for SQS to give the same document back, and elsewhere
where policy variables need the new one.

## Why it matters
The deployment fails or hangs, or a protection that somebody counts on is not there.

## How to fix
Write what the message says.

## Limits
What is known only at deployment is passed over.

## Unknown when
Nothing of the document can be read.

## References
- [Grammar of the IAM JSON policy language](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html)
- [Amazon SQS policy quotas](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from sqs_checks.cloudformation.resource_checks import CloudFormationQueuePolicyCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import YES, unknown
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.validation import Problem, hidden_parts, problems_of
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueuePolicyCheck


class InvalidPolicy(SqsCheck[AttachedPolicy]):
    id = "CKV_SQS_14"
    name = "Ensure the queue policy is one that SQS accepts and that has its full effect"
    severity = Severity.MEDIUM
    area = Area.ACCESS_CONTROL_POLICY
    why = "SQS refuses the policy, or part of it has no effect"
    guideline = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"

    # Whether what deploys the policy waits for SQS to give the same document back.
    compares_documents: ClassVar[bool] = False

    def faults(self, subject: AttachedPolicy, settings: Settings) -> Iterator[Fault]:
        partition = subject.queues[0].partition
        for problem in problems_of(
            subject.stated, subject.repeated_keys, partition=partition, compares_documents=self.compares_documents
        ):
            where = _where(subject, problem)
            yield Fault(YES, f"{where}{problem.text}.", problem.remedy, (subject.path,), problem.why)
        for reason in hidden_parts(subject.stated):
            yield Fault(violated=unknown(reason), problem="", remedy="")


def _where(subject: AttachedPolicy, problem: Problem) -> str:
    """Where a problem stands: the statement by its label, and the element within it where the problem does not say it."""
    for statement in subject.document.statements:
        element = problem.path[len(statement.path) + 1 :]
        if problem.path == statement.path or problem.path == f"{statement.path}.{element}":
            is_said = not element or problem.text.startswith(f"`{element}` ")
            return f"{statement.label}: " if is_said else f"{statement.label}, `{element}`: "
    return f"`{problem.path}`: " if problem.path and not problem.text.startswith(f"`{problem.path}` ") else ""


class InvalidPolicyTerraform(InvalidPolicy, TerraformQueuePolicyCheck):
    compares_documents = True


class InvalidPolicyCloudFormation(InvalidPolicy, CloudFormationQueuePolicyCheck): ...
