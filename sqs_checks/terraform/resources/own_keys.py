"""The KMS keys of Terraform code: which one encrypts a queue, and who may use it.

Source: Terraform AWS provider, `aws_kms_key` and its kin, `aws_kms_alias`, `aws_kms_key_policy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Callable, Optional, Union

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import YES, Ternary, unknown
from sqs_checks.model.relations import OwnKey, Place
from sqs_checks.policy.key_policy import KeyPolicy
from sqs_checks.queues.kms_key_names import customer_alias_in
from sqs_checks.terraform.resources.configured_resource import ConfiguredResource, resource_of, there_whenever
from sqs_checks.terraform.resources.policy_values import read_policy_text
from sqs_checks.terraform.resources.provider_accounts import SameAccount, same_account
from sqs_checks.values.configuration_values import Attribute, PiecedText, Unknown, Value, is_hidden, why_unknown

KEYS = frozenset({"aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key"})
ALIAS, KEY_POLICY = "aws_kms_alias", "aws_kms_key_policy"
_KEY_OF_QUEUE = "kms_master_key_id"


class OwnKeys:
    """of_type: the resources of a type. place: of a resource, as messages name it."""

    def __init__(
        self, of_type: Callable[[str], Iterable[ConfiguredResource]], place: Callable[[ConfiguredResource], Place]
    ) -> None:
        self._of_type = of_type
        self._place = place

    def of_queue(self, queue: ConfiguredResource) -> Sequence[Union[OwnKey, Unknown]]:
        """The key of the code that encrypts a queue, or those of which it is one; none where it is no key of the code."""
        stated = queue.value(_KEY_OF_QUEUE)
        referred = queue.referred(_KEY_OF_QUEUE) if stated is not None else None
        found = self._of_resource(referred) if referred is not None else self._of_value(stated, queue)
        return [self._own_key(one, queue) if not isinstance(one, Unknown) else one for one in found]

    def _of_value(self, value: Value, queue: ConfiguredResource) -> Iterator[Union[ConfiguredResource, Unknown]]:
        if isinstance(value, str):
            yield from self._named(value, queue)
        elif isinstance(value, Attribute):
            yield from self._of_resource(resource_of(value.owner))
        elif isinstance(value, PiecedText):
            for piece in value.pieces:
                if isinstance(piece, Attribute):
                    yield from self._of_resource(resource_of(piece.owner))
        elif isinstance(value, Unknown) and value.not_null:
            for one in value.among:
                yield from self._of_value(one, queue)

    def _of_resource(self, resource: ConfiguredResource) -> Iterator[Union[ConfiguredResource, Unknown]]:
        if resource.mode != "managed":
            return
        if resource.type in KEYS:
            yield resource
        elif resource.type == ALIAS:
            stated = resource.value("target_key_id")
            target = resource.referred("target_key_id")
            if target is not None and target.type in KEYS:
                yield target
            elif is_hidden(stated):
                yield Unknown(why_unknown(stated))

    def _named(self, text: str, queue: ConfiguredResource) -> Iterator[Union[ConfiguredResource, Unknown]]:
        """The key of an alias of the code that is named by its text."""
        name = customer_alias_in(text)
        if name is None:
            return
        aliases = [(alias, alias.value("name")) for alias in self._of_type(ALIAS)]
        same = [alias for alias, stated in aliases if stated == name]
        hidden = [stated for _, stated in aliases if is_hidden(stated)]
        for alias in same:
            missing = there_whenever(alias, queue)
            if missing is not None:
                yield Unknown(f"whether `{alias.label}` is made depends on `{missing}`")
            yield from self._of_resource(alias)
        if not same and hidden:
            yield Unknown(f"which alias `{name}` is, is not known: {why_unknown(hidden[0])}")

    def _own_key(self, key: ConfiguredResource, queue: ConfiguredResource) -> Union[OwnKey, Unknown]:
        if same_account(key.account, queue.account) is not SameAccount.YES:
            return Unknown(f"whether `{key.label}` is of the queue's account is not known")
        return OwnKey(self._place(key), tuple(self._policies(key)))

    def _policies(self, key: ConfiguredResource) -> Iterator[tuple[KeyPolicy, Ternary]]:
        inline = _policy_of(key, key)
        if inline is not None:
            yield inline, YES
        for resource, stated, target in self._attached:
            if target is key or (target is not None and target.label == key.label):
                certainty = YES
                missing = there_whenever(resource, key)
                if missing is not None:
                    certainty = unknown(f"whether `{resource.label}` is made depends on `{missing}`")
            elif target is None and is_hidden(stated):
                certainty = unknown(why_unknown(stated))
            else:
                continue
            policy = _policy_of(resource, key)
            if policy is not None:
                yield policy, certainty

    @computed_once
    def _attached(self) -> Sequence[tuple[ConfiguredResource, Value, Optional[ConfiguredResource]]]:
        """The policies beside keys, each with what it states as its key and the key of the code that this is."""
        return [(one, one.value("key_id"), one.referred("key_id")) for one in self._of_type(KEY_POLICY)]


def _policy_of(resource: ConfiguredResource, key: ConfiguredResource) -> Optional[KeyPolicy]:
    read = read_policy_text(resource.value("policy"), key.account)
    return KeyPolicy(read.document, key.own_account) if read is not None else None
