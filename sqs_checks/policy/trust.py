"""Whom the queue's owner trusts, beside what a policy says."""

from __future__ import annotations

from typing import NamedTuple

from sqs_checks.policy.wildcards import arn_parts
from sqs_checks.values.texts import Text, split_text

_ORGANIZATION = {"aws:principalorgid", "aws:sourceorgid", "aws:vpceorgid"}
_ORGANIZATION_PATHS = {"aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"}
_ACCOUNT = {"aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "aws:vpceaccount"}
_VPC = {"aws:sourcevpc", "aws:ec2instancesourcevpc"}


class Trust(NamedTuple):
    """Accounts, organisations, VPCs and VPC endpoints by id, networks in CIDR notation.

    lists_accounts: whether the owner has listed the accounts at all. One that is written out beside a queue of the same
    code, whose own account is nowhere written, then counts as foreign unless it is listed.
    """

    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()
    vpcs: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    lists_accounts: bool = False

    def covers(self, key: str, text: Text) -> bool:
        """Whether a value of a condition key, in lower case, is that of somebody trusted."""
        if key in _ORGANIZATION:
            return text in self.organizations
        if key in _ORGANIZATION_PATHS:
            return split_text(text, "/")[0] in self.organizations
        if key in _ACCOUNT:
            return text in self.accounts
        if key == "aws:sourcearn":
            return self.covers_source(text)
        if key in _VPC:
            return text in self.vpcs
        if key == "aws:sourcevpcarn":
            return split_text(text, "/")[-1] in self.vpcs
        return key == "aws:sourcevpce" and text in self.endpoints

    def covers_source(self, text: Text) -> bool:
        """Whether an account, or the account of an ARN, is trusted."""
        parts = arn_parts(text)
        return (parts[4] if len(parts) == 6 else text) in self.accounts

    def leaves_out(self, key: str, text: Text) -> bool:
        """Whether a VPC or endpoint is none of those listed; where none are listed, any is."""
        if key == "aws:sourcevpce":
            return bool(self.endpoints) and text not in self.endpoints
        if key in _VPC:
            return bool(self.vpcs) and text not in self.vpcs
        return key == "aws:sourcevpcarn" and bool(self.vpcs) and split_text(text, "/")[-1] not in self.vpcs


NOBODY = Trust()
