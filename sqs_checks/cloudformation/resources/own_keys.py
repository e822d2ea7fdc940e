"""The KMS keys of a template: which one encrypts a queue, and who may use it.

Source: AWS CloudFormation User Guide, AWS::KMS::Key, AWS::KMS::ReplicaKey and AWS::KMS::Alias.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Optional, Union

from sqs_checks.cloudformation.intrinsics.deployment_cases import ResourceIdentity
from sqs_checks.cloudformation.intrinsics.template_scalars import why_open
from sqs_checks.cloudformation.resources.deployed_resource import DeployedResource
from sqs_checks.cloudformation.resources.queue_policy_resource import read_policy_document
from sqs_checks.judgement.ternary import YES
from sqs_checks.model.relations import OwnKey
from sqs_checks.policy.key_policy import KeyPolicy
from sqs_checks.queues.kms_key_names import customer_alias_in
from sqs_checks.values.configuration_values import Attribute, PiecedText, Unknown, Value, is_hidden

KEYS = frozenset({"AWS::KMS::Key", "AWS::KMS::ReplicaKey"})
ALIAS = "AWS::KMS::Alias"


def own_keys(queue: DeployedResource, aliases: Iterable[DeployedResource]) -> Sequence[Union[OwnKey, Unknown]]:
    """The key of the template that encrypts a queue, or those of which it is one; none where it is no key of the template."""
    found = _of_value(queue.value("KmsMasterKeyId"), queue, list(aliases))
    return [one if isinstance(one, Unknown) else _own_key(one) for one in found]


def _of_value(
    value: Value, resource: DeployedResource, aliases: Sequence[DeployedResource]
) -> Iterator[Union[DeployedResource, Unknown]]:
    """resource: that states the value."""
    if isinstance(value, str):
        yield from _named(value, aliases)
    elif isinstance(value, Attribute):
        owner = resource.find(value.owner) if isinstance(value.owner, ResourceIdentity) else None
        if owner is not None and owner.type in KEYS:
            yield owner
        elif owner is not None and owner.type == ALIAS:
            yield from _of_alias(owner)
    elif isinstance(value, PiecedText):
        for piece in value.pieces:
            if isinstance(piece, Attribute):
                yield from _of_value(piece, resource, aliases)
    elif isinstance(value, Unknown) and value.not_null:
        for one in value.among:
            yield from _of_value(one, resource, aliases)


def _of_alias(alias: DeployedResource) -> Iterator[Union[DeployedResource, Unknown]]:
    stated = alias.value("TargetKeyId")
    if isinstance(stated, Unknown) and not (stated.not_null and stated.among):
        yield Unknown(why_open(stated))
    yield from _of_value(stated, alias, ())


def _named(text: str, aliases: Sequence[DeployedResource]) -> Iterator[Union[DeployedResource, Unknown]]:
    """The key of an alias of the template that is named by its text."""
    name = customer_alias_in(text)
    if name is None:
        return
    stated = [(alias, alias.value("AliasName")) for alias in aliases]
    same = [alias for alias, one in stated if one == name]
    hidden = [one for _, one in stated if is_hidden(one)]
    for alias in same:
        if not alias.there.is_yes:
            yield Unknown("; ".join(alias.there.reasons))
        yield from _of_alias(alias)
    if not same and hidden:
        yield Unknown(f"which alias `{name}` is, is not known: {why_open(hidden[0])}")


def _own_key(key: DeployedResource) -> OwnKey:
    policy = _policy_of(key)
    return OwnKey(key.place, ((policy, YES),) if policy is not None else ())


def _policy_of(key: DeployedResource) -> Optional[KeyPolicy]:
    read = read_policy_document(key, "KeyPolicy")
    return KeyPolicy(read.stated) if read is not None else None
