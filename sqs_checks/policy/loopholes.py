"""Why a condition that looks like a limit lets a stranger in, and what to write instead.

Asked of a request that gets through: its values fulfil all conditions of the statement, and each kind of loophole tells whether
it is why. Source: IAM User Guide, "IAM JSON policy elements: Condition operators" (IfExists, Null), "Conditions with multiple
context keys or values" and "AWS global condition context keys".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Optional

from sqs_checks.policy.condition import Condition, ContextValue, texts_in
from sqs_checks.policy.condition_keys import ConditionKey, Control, find_condition_key
from sqs_checks.policy.condition_operators import SetPrefix, ValueType, parse_network
from sqs_checks.policy.request_space import is_narrow
from sqs_checks.policy.search import Witness
from sqs_checks.policy.wildcards import arn_parts, has_wildcard
from sqs_checks.values.configuration_values import joined_text
from sqs_checks.values.texts import Text, comparable

# What to write for one's own value of a key.
_OWN: dict[str, str] = {
    "aws:principalaccount": "<your account>",
    "aws:principalarn": "<ARN of the role>",
    "aws:principalorgid": "<your organisation>",
    "aws:principalorgpaths": "<your organisation>/*",
    "aws:sourceaccount": "<your account>",
    "aws:sourcearn": "<ARN of the topic, bucket or rule>",
    "aws:sourceip": "<your network>",
    "aws:sourceorgid": "<your organisation>",
    "aws:sourceorgpaths": "<your organisation>/*",
    "aws:sourceowner": "<your account>",
    "aws:sourcevpc": "<your VPC>",
    "aws:sourcevpce": "<your endpoint>",
    "lambda:sourcefunctionarn": "<ARN of the function>",
}
_EXACT = {
    ValueType.ARN: "ArnEquals",
    ValueType.IP_ADDRESS: "IpAddress",
    ValueType.STRING: "StringEquals",
}
OF_YOUR_ACCOUNT = 'add the condition `"StringEquals": {"aws:SourceAccount": "<your account>"}`'
_TIME_KEYS = {"aws:currenttime", "aws:epochtime", "aws:tokenissuetime"}


class Loophole(NamedTuple):
    """reason: why the condition keeps no stranger out, as a sentence. remedy: what to write; empty where no condition on that
    key would do.
    """

    reason: str
    remedy: str = ""


def loophole(witness: Witness, keys: Optional[frozenset[str]] = None) -> Optional[Loophole]:
    """Why the conditions let a request of a stranger's through: of several reasons the one that is mended most easily.

    keys: the only ones that count, in lower case; all where None.
    """
    if witness.statement is None:
        return None
    conditions = [
        (condition, definition, witness.values[condition.key_name])
        for condition in witness.statement.conditions
        for definition in (find_condition_key(condition.key_name),)
        if definition is not None and condition.operator is not None and condition.key_name in witness.values
        if keys is None or condition.key in keys
    ]
    found = (kind(*one) for kind in _KINDS for one in conditions)
    return next((one for one in found if one is not None), None)


def _absent(condition: Condition, key: ConditionKey, value: ContextValue) -> Optional[Loophole]:
    operator = condition.operator
    if value is not None or operator is None or operator.base.negated or operator.base.type is ValueType.NULL:
        return None
    name = operator.base.name
    strict = f"{SetPrefix.FOR_ANY_VALUE.value}:{name}" if key.multivalued else name
    return Loophole(
        f"`{condition.operator_name}` also holds for a request without `{key.name}`.",
        f"write `{strict}` in place of `{condition.operator_name}`",
    )


def _null(condition: Condition, key: ConditionKey, value: ContextValue) -> Optional[Loophole]:
    if condition.operator is None or condition.operator.base.type is not ValueType.NULL or condition.key not in _OWN:
        return None
    return Loophole(
        f"`Null` asks whether `{key.name}` is there, not what it holds.",
        f"write `{own_condition(key)}` in place of `{condition.operator_name}`",
    )


def _negated(condition: Condition, key: ConditionKey, value: ContextValue) -> Optional[Loophole]:
    if condition.operator is None or not condition.operator.base.negated or condition.key not in _OWN:
        return None
    return Loophole(
        f"`{condition.operator_name}` keeps out only the `{key.name}` that it lists.",
        f"say who may, not who may not: write `{own_condition(key)}` in place of `{condition.operator_name}`",
    )


def _variable(condition: Condition, key: ConditionKey, value: ContextValue) -> Optional[Loophole]:
    written = next((one for one in condition.values if one.variables), None)
    if written is None or condition.key not in _OWN:
        return None
    return Loophole(
        f"`{written.text}` is taken from the request itself, so that every caller fits it.",
        f"write `{_OWN[condition.key]}` in place of `{written.text}`",
    )


def _wildcard(condition: Condition, key: ConditionKey, value: ContextValue) -> Optional[Loophole]:
    pattern = next(_fitting_patterns(condition, value), None)
    if pattern is None or key.control is not Control.IDENTITY:
        return None
    parts = arn_parts(pattern)
    if key.type is ValueType.ARN and len(parts) == 6 and parts[2] == "s3":
        return Loophole(f"`{pattern}` fits buckets of any account.", OF_YOUR_ACCOUNT)
    reason = f"`{pattern}` fits every account."
    if key.type is ValueType.ARN and len(parts) == 6 and has_wildcard(parts[4]):
        limited: Text = joined_text([piece for part in (*parts[:4], "<your account>", parts[5]) for piece in (":", part)][1:])
    elif condition.key.endswith("orgpaths") and "/" in str(pattern):
        reason = f"`{pattern}` fits every organisation."
        limited = f"<your organisation>/{str(pattern).partition('/')[2]}"
    else:
        reason = f"`{pattern}` fits every `{key.name}`." if pattern == "*" else f"`{pattern}` fits strangers too."
        limited = _OWN.get(condition.key, "")
    return Loophole(reason, f"write `{limited}` in place of `{pattern}`" if limited else "")


def _fitting_patterns(condition: Condition, value: ContextValue) -> Iterator[Text]:
    base = condition.operator.base if condition.operator is not None else None
    if base is None or base.negated or not base.takes_wildcards:
        return
    for text in texts_in([value]):
        for one in condition.values:
            if not one.variables and has_wildcard(one.text) and base.matches(*comparable(one.text, text)):
                yield one.text


def _name_alone(condition: Condition, key: ConditionKey, value: ContextValue) -> Optional[Loophole]:
    for text in texts_in([value]):
        parts = arn_parts(text)
        if condition.key == "aws:sourcearn" and len(parts) == 6 and parts[4] == "":
            return Loophole(
                "The ARN of a bucket does not say whose it is: when the bucket is deleted, anybody can take its name.",
                OF_YOUR_ACCOUNT,
            )
    return None


def _network(condition: Condition, key: ConditionKey, value: ContextValue) -> Optional[Loophole]:
    if key.control is not Control.NETWORK:
        return None
    networks = [(one.text, parse_network(one.text)) for one in condition.values if isinstance(one.text, str)]
    wide = [f"`{text}`" for text, network in networks if network is not None and not is_narrow(network)]
    if not wide:
        return None
    listed = " and ".join(wide)
    return Loophole(
        f"{listed} {'holds' if len(wide) == 1 else 'hold'} addresses of strangers.",
        f"write `<your network>` in place of {listed}",
    )


def _no_limit(condition: Condition, key: ConditionKey, value: ContextValue) -> Optional[Loophole]:
    if condition.key == "aws:securetransport":
        return Loophole("Everybody can use TLS, so that `aws:SecureTransport` keeps nobody out.")
    if condition.key in _TIME_KEYS:
        return Loophole(f"`{key.name}` says when, not who.")
    if key.control is Control.CALLER:
        return Loophole(f"Callers choose `{key.name}` themselves.")
    if key.control is Control.OWNER:
        return Loophole(f"`{key.name}` is the same for everybody who calls this queue.")
    if condition.key == "aws:principalisawsservice" and value == "false":
        return Loophole(f"`{key.name}` is false for the users and roles of every account.")
    if key.control is Control.SERVICE:
        return Loophole(f"`{key.name}` says which service calls, not for whom.")
    return None


_KINDS: tuple[Callable[[Condition, ConditionKey, ContextValue], Optional[Loophole]], ...] = (
    _absent,
    _null,
    _negated,
    _variable,
    _wildcard,
    _name_alone,
    _network,
    _no_limit,
)


def own_condition(key: ConditionKey) -> str:
    """The condition that only one's own value of a key fulfils, as a policy writes it."""
    operator = _EXACT.get(key.type, "StringEquals")
    own = _OWN[key.name.lower()]
    if own.endswith("*"):
        operator = "StringLike"
    prefix = f"{SetPrefix.FOR_ANY_VALUE.value}:" if key.multivalued else ""
    return f'"{prefix}{operator}": {{"{key.name}": "{own}"}}'
