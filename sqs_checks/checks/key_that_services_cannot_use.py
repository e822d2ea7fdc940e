"""AWS services that send to the queue cannot use its key.

## What it does
Reports a queue that is encrypted with the key that AWS manages for SQS, or with a key of the same code whose policy does not
let the service use it, while the queue's policy, an SNS subscription, an S3 notification, an EventBridge rule or a dead-letter
setting of these in the scanned code has a service send to it.

## Why it matters
A service encrypts what it sends to such a queue, for which it needs `kms:GenerateDataKey` and `kms:Decrypt`. The AWS-managed key
cannot be granted to services; a key without a policy of its own is granted to its account only. The service fails to deliver,
without an error that anybody sees: the messages are lost.

## How to fix
Name a customer-managed key whose policy allows `kms:GenerateDataKey` and `kms:Decrypt` to the service, or leave encryption to
SSE-SQS.

## Limits
Senders that act by a role (pipes, schedules, Lambda destinations) use the key as that role and do not count. Of a key of the
code SNS, S3 and EventBridge are asked; a key that the code does not hold passes.

## Unknown when
The key, its policy or the sender's queue is known only at deployment, or the key's policy has conditions on `kms:…` keys.

## References
- [Amazon SQS key management](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html)
- [Default key policy](https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqs_checks.cloudformation.resource_checks import CloudFormationQueueModelCheck
from sqs_checks.configuration.settings import Settings
from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import Ternary, all_of, any_of, known, unknown
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.relations import OwnKey, Source
from sqs_checks.model.use_rules import EVENTS, S3, SNS, source_of_arn
from sqs_checks.policy.document import Statement
from sqs_checks.policy.service_request import ServiceRequest
from sqs_checks.policy.wildcards import has_wildcard
from sqs_checks.reporting.checkov_check import SqsCheck
from sqs_checks.terraform.resource_checks import TerraformQueueModelCheck
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.texts import Text

# The services that send to queues by themselves, and use the queue's key for it.
_USE_THE_KEY = frozenset((SNS, S3, EVENTS))
_SOMETHING = Source(*[Unknown("for which resource the service sends is not known")] * 2)


class _Sender(NamedTuple):
    """A service that sends to the queue. what: how the code has it send. sends: how certain that is."""

    what: str
    service: Text
    source: Source
    sends: Ternary


class KeyThatServicesCannotUse(SqsCheck[QueueModel]):
    id = "CKV_SQS_23"
    name = "Ensure the AWS services that send to the queue can use its key"
    severity = Severity.HIGH
    area = Area.CRYPTOGRAPHIC_KEYS
    why = "what a service sends to a queue whose key it cannot use is lost without an error"
    guideline = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services"

    judges_only = "queues that a service sends to, unless they have a key whose policy the code does not hold"

    def applies(self, subject: QueueModel, settings: Settings) -> Ternary:
        key = subject.queue.kms_master_key_id
        can_be_judged = ~key.is_set() | _is_aws_managed(subject) | known(bool(subject.own.keys))
        return can_be_judged & any_of(sender.sends for sender in _senders(subject))

    def faults(self, subject: QueueModel, settings: Settings) -> Iterator[Fault]:
        aws_managed, keys = _is_aws_managed(subject), subject.own.keys
        for sender in _senders(subject):
            yield self._with_the_key_of_aws(subject, aws_managed, sender)
            if keys and (sender.service in _USE_THE_KEY or not _is_principal(sender.service)):
                yield self._with_own_key(subject, sender)

    @staticmethod
    def _with_the_key_of_aws(subject: QueueModel, aws_managed: Ternary, sender: _Sender) -> Fault:
        key = subject.queue.kms_master_key_id
        return Fault(
            violated=aws_managed & sender.sends,
            problem=f"{sender.what}. The service cannot use the key of the queue: {key}, which AWS manages for SQS.",
            remedy=f"set {key.assign(subject.queue.own_key_example)}, a key whose policy lets the service use it; "
            f"or leave `{key.name}` out, for SSE-SQS",
            paths=(key.path,),
        )

    @staticmethod
    def _with_own_key(subject: QueueModel, sender: _Sender) -> Fault:
        key = subject.queue.kms_master_key_id
        request = ServiceRequest(str(sender.service), *sender.source)
        can_use = [one.lets_in(request) if isinstance(one, OwnKey) else unknown(one.reason) for one in subject.own.keys]
        is_told = _is_principal(sender.service) and all_of(can_use) == any_of(can_use)
        refused = ~all_of(can_use) if is_told else unknown(f"whether the service can use the key `{key.name}` is not known")
        names = " or ".join(one.place.beside(subject.place) for one in subject.own.keys if isinstance(one, OwnKey))
        return Fault(
            violated=sender.sends & refused,
            problem=f"{sender.what}. The policy of {names}, the key of the queue, does not let the service use it.",
            remedy=(
                'add to the policy of the key the statement `{"Effect": "Allow", '
                f'"Principal": {{"Service": "{sender.service}"}}, '
                '"Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*"}`'
            ),
            paths=(key.path,),
        )


def _is_aws_managed(subject: QueueModel) -> Ternary:
    return subject.queue.kms_master_key_id.holds(lambda named: named.aws_managed)


def _senders(subject: QueueModel) -> Iterator[_Sender]:
    for use, sends in subject.uses:
        if use.service is not None:
            what = f"The {use.what} {use.place.beside(subject.place)} has `{use.service}` send to the queue"
            yield _Sender(what, use.service, use.source or _SOMETHING, sends)
    for attachment, attached in subject.policies:
        policy = attachment.policy()
        for statement, service, allowed in policy.services_that_send() if policy is not None else ():
            shown = f"`{service}`" if _is_principal(service) else str(service)
            what = f"{statement.label} of {attachment.place.beside(subject.place)} lets {shown} send to the queue"
            yield _Sender(what, service, _source_in(statement), attached & allowed)


def _source_in(statement: Statement) -> Source:
    """For what a statement lets a service send, where it states one thing."""
    stated = [condition for condition in statement.conditions if condition.key == "aws:sourcearn"]
    values = [value.text for condition in stated for value in condition.values]
    if len(values) != 1 or stated[0].hidden or has_wildcard(values[0]):
        return _SOMETHING
    return source_of_arn(values[0])


def _is_principal(service: Text) -> bool:
    """Whether a text names a service, rather than saying what is known of one."""
    return "." in str(service) and " " not in str(service)


class KeyThatServicesCannotUseTerraform(KeyThatServicesCannotUse, TerraformQueueModelCheck): ...


class KeyThatServicesCannotUseCloudFormation(KeyThatServicesCannotUse, CloudFormationQueueModelCheck): ...
