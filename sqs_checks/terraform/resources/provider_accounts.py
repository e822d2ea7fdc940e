"""Whose account and which region a provider configuration stands for.

Source: Terraform AWS provider, "Provider Configuration" (region, profile, assume_role, credentials) and the resource argument
`region` (provider 6).
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, Optional

from sqs_checks.terraform.modules.module_instance import ProviderReference
from sqs_checks.terraform.modules.resource_instance import EvaluatedBody, ResourceInstance, argument_in
from sqs_checks.values.configuration_values import PiecedText, Value, is_wholly_known

# Arguments that tell as whom the provider acts.
IDENTITY_ARGUMENTS = ("profile", "access_key", "shared_credentials_files", "shared_config_files", "allowed_account_ids")
# Blocks that tell a role which it acts by.
ROLE_BLOCKS = ("assume_role", "assume_role_with_web_identity")


class Account(NamedTuple):
    """Whose account it is, as far as the code tells. label: what messages call the provider configuration. roles, identity:
    what the configuration states of it; equal for the same account. is_known: whether all of that is known. id: its number,
    where the role's ARN or the provider states it.
    """

    label: str
    stated: tuple[Value, ...]
    is_known: bool
    id: Optional[str] = None


class SameAccount(Enum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def account_of(instance: ResourceInstance) -> Account:
    """The account in which a resource or data source lives."""
    reference = instance.module.provider_of(instance.block)
    known = reference.module.root.kept.setdefault("accounts", {})
    if reference not in known:
        known[reference] = _account(reference)
    return known[reference]  # type: ignore[no-any-return]


def _account(reference: ProviderReference) -> Account:
    body = _body(reference)
    label = f"{reference.name}.{reference.alias}" if reference.alias else reference.name
    if body is None:
        # An alias of which the code holds no configuration may be anybody's.
        return Account(label, (), not reference.alias)
    stated: list[Value] = [body.value(name) for name in IDENTITY_ARGUMENTS]
    role = None
    for name in ROLE_BLOCKS:
        for block in body.blocks(name):
            role = argument_in(block, "role_arn")
            stated.append(role)
    return Account(label, tuple(stated), all(map(is_wholly_known, stated)), account_in_role(role))


def account_in_role(role: Value) -> Optional[str]:
    """The account in the ARN of a role, where that is written out."""
    text = role if isinstance(role, str) else role.prefix if isinstance(role, PiecedText) else ""
    parts = text.split(":")
    return parts[4] if len(parts) > 5 and parts[4].isdigit() and len(parts[4]) == 12 else None


def _body(reference: ProviderReference) -> Optional[EvaluatedBody]:
    block = reference.module.configuration.providers.get((reference.name, reference.alias))
    if block is None:
        return None
    return EvaluatedBody(block, lambda: reference.module.evaluator({}), f"provider.{reference.name}")


def same_account(one: Account, other: Account) -> SameAccount:
    """Whether two provider configurations stand for one account."""
    if one is other or (one.stated == other.stated and one.is_known and other.is_known):
        return SameAccount.YES
    if one.id is not None and other.id is not None:
        return SameAccount.YES if one.id == other.id else SameAccount.NO
    if not one.is_known or not other.is_known:
        return SameAccount.UNKNOWN
    # Another role, profile or set of credentials than the other one: that is what configurations are told apart for.
    return SameAccount.NO if _differ(one, other) else SameAccount.UNKNOWN


def _differ(one: Account, other: Account) -> bool:
    own, its = any(value is not None for value in one.stated), any(value is not None for value in other.stated)
    return own != its or (own and its and one.stated != other.stated)


def region_of(instance: ResourceInstance) -> Optional[str]:
    """The region of a resource or data source; None where the code does not tell."""
    stated = instance.value("region") if instance.states("region") and instance.type != "aws_region" else None
    if stated is None:
        body = _body(instance.module.provider_of(instance.block))
        stated = body.value("region") if body is not None else None
    return stated if isinstance(stated, str) and stated else None


def default_tags_of(instance: ResourceInstance) -> list[Value]:
    """The tags that the provider adds to all its resources: one value for each `default_tags` block."""
    body = _body(instance.module.provider_of(instance.block))
    if body is None:
        return []
    return [argument_in(block, "tags") for block in body.blocks("default_tags")]
