"""The request of one AWS service for one resource of its own, and whether a policy lets it through.

Unlike the requests of a verdict it is a single one: nearly every condition key has one value, or is known to be absent.
Source: IAM User Guide, "AWS global condition context keys" (availability) and "AWS services that use service principals";
Amazon SQS Developer Guide, "Example policies" (SNS, S3, EventBridge). A service's own request uses TLS and comes from no VPC,
endpoint or address of a customer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional, Union

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, any_of, known, unknown
from sqs_checks.policy.condition import Condition, ContextValue, Undetermined
from sqs_checks.policy.condition_keys import Presence, find_condition_key
from sqs_checks.policy.condition_operators import BaseOperator, ValueType
from sqs_checks.policy.document import Statement
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, is_other_account, named_by
from sqs_checks.policy.principals import Caller, CallerKind, covers, is_account, is_account_id
from sqs_checks.policy.queue_identity import PARTITIONS
from sqs_checks.policy.sqs_actions import ActionSet
from sqs_checks.policy.wildcards import arn_parts, matches
from sqs_checks.values.configuration_values import PiecedText, Unknown, joined_text
from sqs_checks.values.texts import Text, comparable, prefix_of

_SOURCE_ARN, _SOURCE_ACCOUNT = "aws:sourcearn", "aws:sourceaccount"
# What a condition on where a request comes from sees: an address of AWS, or none at all.
_FROM_AWS: tuple[ContextValue, ...] = (None, "52.94.133.131")
# Keys that only requests of principals, or of customers' networks, carry.
_ABSENT = {
    Presence.NOT_SERVICE, Presence.SIGNED, Presence.SIGNED_MAY_BE_ABSENT, Presence.ORGANIZATION_MEMBER, Presence.ENDPOINT,
}  # fmt: skip


class ServiceRequest(NamedTuple):
    """service: the principal that calls. source_arn, source_account: of the resource for which it does."""

    service: str
    source_arn: Union[Text, Unknown]
    source_account: Union[Text, Unknown]


class Refusal(NamedTuple):
    """Why a request does not get through: a Deny that catches it, or the condition of an Allow that it does not fulfil."""

    statement: Statement
    condition: Optional[Condition] = None


class Admission(NamedTuple):
    """Whether a request gets through, and what certainly stands in its way; None where nothing is about it at all."""

    granted: Ternary
    refusal: Optional[Refusal] = None


def admission(
    request: ServiceRequest, statements: Iterable[tuple[Statement, Ternary]], wanted: ActionSet, owner_account: Optional[Text]
) -> Admission:
    """Whether the statements let a request through for all the wanted actions.

    statements: each with whether it is about the resource that the policy is attached to. owner_account: of that resource.
    """
    conditions = _Conditions(request, owner_account)
    stated = list(statements)
    granted, refusals = YES, []
    for bit in (1 << number for number in range(wanted.bit_length()) if wanted >> number & 1):
        found = _for_action(conditions, stated, bit)
        granted = granted & found.granted
        refusals.append(found)
    return Admission(granted, next((found.refusal for found in refusals if found.granted.is_no), None))


def _for_action(conditions: _Conditions, statements: Sequence[tuple[Statement, Ternary]], action: ActionSet) -> Admission:
    allowed = denied = NO
    catching: Optional[Refusal] = None
    failing: Optional[Refusal] = None
    for statement, applies in statements:
        about = applies & _is_about(statement, action) & conditions.covered_by(statement)
        if about.is_no:
            continue
        failed = conditions.failed_of(statement)
        truth = about & conditions.all_hold(statement)
        allowed = allowed | (truth & statement.is_allow)
        denies = truth & statement.is_deny
        denied = denied | denies
        if denies.is_yes and catching is None:
            catching = Refusal(statement)
        if failed is not None and failing is None and not statement.is_allow.is_no:
            failing = Refusal(statement, failed)
    return Admission(allowed & ~denied, catching or failing)


def _is_about(statement: Statement, action: ActionSet) -> Ternary:
    if statement.certain_actions & action:
        return YES
    return statement.has_hidden_actions if statement.possible_actions & action else NO


class _Conditions:
    """What the conditions of statements make of a request."""

    def __init__(self, request: ServiceRequest, owner_account: Optional[Text]) -> None:
        self._request = request
        self._owner_account = owner_account
        self._caller = Caller(CallerKind.SERVICE, service=request.service)

    def covered_by(self, statement: Statement) -> Ternary:
        """Whether a statement's principals cover the service."""
        covered = covers(statement, self._caller, self._owner_account)
        # `sns.eu-south-1.amazonaws.com`: a service under the name that it has for one region.
        regional = re.compile(rf"{re.escape(self._request.service.split('.')[0])}\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
        if covered.is_yes is statement.inverts_principals and any(
            isinstance(name, str) and regional.fullmatch(name) for name in statement.principals.services
        ):
            return unknown(f"whether the service calls as `{self._request.service}` or by a region's name is not known")
        return covered

    def all_hold(self, statement: Statement) -> Ternary:
        hidden = unknown(*statement.hidden_conditions) if statement.hidden_conditions else YES
        return hidden & all_of(self._holds(condition) for condition in statement.conditions)

    def failed_of(self, statement: Statement) -> Optional[Condition]:
        """A condition that the request certainly does not fulfil."""
        return next((condition for condition in statement.conditions if self._holds(condition).is_no), None)

    @computed_once
    def _context(self) -> Mapping[str, ContextValue]:
        """The values that a policy's variables can take."""
        told = {
            _SOURCE_ARN: self._request.source_arn,
            _SOURCE_ACCOUNT: self._request.source_account,
            "aws:principalservicename": self._request.service,
            "aws:securetransport": "true",
            "aws:principalisawsservice": "true",
            "aws:viaawsservice": "false",
        }
        return {key: value for key, value in told.items() if not isinstance(value, Unknown)}

    def _values(self, key: str) -> Union[tuple[ContextValue, ...], Unknown]:
        """What a key may hold in the request; Unknown where that cannot be listed."""
        if key in self._context:
            return (self._context[key],)
        if key == "aws:principalservicenameslist":
            return ((self._request.service,),)
        if key in (_SOURCE_ARN, _SOURCE_ACCOUNT):
            stated = self._request.source_arn if key == _SOURCE_ARN else self._request.source_account
            assert isinstance(stated, Unknown)
            return stated
        if key in ("aws:sourceip", "aws:vpcsourceip"):
            return _FROM_AWS if key == "aws:sourceip" else (None,)
        if key == "aws:resourceaccount" and self._owner_account is not None:
            return (self._owner_account,)
        if key.startswith("kms:"):
            return Unknown(f"`{key}` depends on how the key is used")
        definition = find_condition_key(key)
        if definition is None or definition.presence in _ABSENT or key == "aws:tagkeys" or key.startswith("aws:requesttag/"):
            return (None,)
        return Unknown(f"`{definition.name}` in a request of `{self._request.service}` is not known")

    def _holds(self, condition: Condition) -> Ternary:
        if condition.operator is None or condition.undecidable:
            return unknown(str(condition.undecidable))
        values = self._values(condition.key)
        if isinstance(values, Unknown):
            return self._whatever_the_value(condition, values)
        for name in condition.variables:
            filled = self._values(name)
            if isinstance(filled, Unknown):
                return unknown(filled.reason)
        first, *others = [self._holds_for(condition, value) for value in values]
        return first if all(other == first for other in others) else unknown(f"`{condition.key_name}` is not known")

    def _whatever_the_value(self, condition: Condition, hidden: Unknown) -> Ternary:
        """A condition on a value that is not known but certainly there, or not even that."""
        assert condition.operator is not None
        if condition.key in (_SOURCE_ARN, _SOURCE_ACCOUNT):
            if condition.operator.base.type is ValueType.NULL:
                return condition.holds("", self._context)
            if condition.operator.base.takes_wildcards and any(value.text == "*" for value in condition.values):
                return known(not condition.operator.base.negated)
        return unknown(hidden.reason)

    def _holds_for(self, condition: Condition, value: ContextValue) -> Ternary:
        assert condition.operator is not None
        base = condition.operator.base
        if value is None or isinstance(value, (tuple, Undetermined)) or base.type is ValueType.NULL:
            return condition.holds(value, self._context)
        wanted = [found for found in (one.resolved(self._context) for one in condition.values) if found is not None]
        fits = any_of(_fits(base, pattern, value, self._owner_account) for pattern in wanted)
        if condition.hidden:
            fits = fits | unknown(*condition.hidden)
        return ~fits if base.negated else fits


def _fits(base: BaseOperator, pattern: Text, text: Text, owner_account: Optional[Text]) -> Ternary:
    """Whether a value of a condition fits a text of which parts may be things of the code.

    Unlike what a stranger can have, what the code calls its own may well be what a policy writes out.
    """
    wanted, parts = arn_parts(pattern), arn_parts(text)
    is_arn = len(wanted) == len(parts) == 6
    if is_arn and THIS_PARTITION in (parts[1], wanted[1]) and {parts[1], wanted[1]} <= {THIS_PARTITION, *PARTITIONS}:
        # Whoever writes a partition out deploys to that one: elsewhere no ARN in the policy would be right.
        parts[1] = wanted[1]
        text = joined_text([piece for part in parts for piece in (":", part)][1:])
    if base.matches(*comparable(pattern, text)):
        return YES
    if isinstance(pattern, str) and isinstance(text, str):
        return NO
    if is_arn:
        return all_of(_part_fits(base, *pair, owner_account, number == 4) for number, pair in enumerate(zip(wanted, parts)))
    if len(wanted) == len(parts) == 1:
        return _part_fits(base, pattern, text, owner_account, is_account_part=True)
    return unknown(f"whether `{pattern}` is `{text}` is not known")


def _part_fits(
    base: BaseOperator, wanted: Text, part: Text, owner_account: Optional[Text], is_account_part: bool = False
) -> Ternary:
    if wanted == part or (base.takes_wildcards and wanted == "*"):
        return YES
    if isinstance(wanted, str) and isinstance(part, str):
        return known(matches(wanted, part)) if base.takes_wildcards else NO
    if is_account_part:
        if part == THIS_ACCOUNT and (is_account_id(wanted) or is_other_account(wanted)):
            return is_account(wanted, owner_account)
        if wanted == THIS_ACCOUNT and (is_account_id(part) or is_other_account(part)):
            return is_account(part, owner_account)
    if named_by(wanted) is not None and named_by(part) is not None:
        return NO  # two things of the same code
    begins, stated = prefix_of(part), prefix_of(wanted)
    if isinstance(wanted, str) and isinstance(part, PiecedText) and not base.takes_wildcards and not stated.startswith(begins):
        return NO
    return unknown(f"whether `{wanted}` is `{part}` is not known")
