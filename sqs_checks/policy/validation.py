"""What SQS would refuse of a policy, or take and silently give no effect.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements reference"; Amazon SQS
Developer Guide, "Policy quotas" and "Limitations of Amazon SQS custom policies".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqs_checks.policy.attached_policy import NotJson
from sqs_checks.policy.condition_keys import ConditionKey, find_condition_key
from sqs_checks.policy.condition_operators import (
    Operator,
    ValueType,
    parse_date,
    parse_network,
    parse_number,
    parse_operator,
)
from sqs_checks.policy.own_names import is_own_name
from sqs_checks.policy.sqs_actions import sqs_actions
from sqs_checks.policy.wildcards import has_wildcard
from sqs_checks.values.configuration_values import Unknown

_TOP_LEVEL = {"Version", "Id", "Statement"}
_STATEMENT = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
_PRINCIPAL_TYPES = {"AWS", "Service", "Federated", "CanonicalUser"}
_MOST_STATEMENTS, _MOST_PRINCIPALS, _MOST_ACTIONS, _MOST_CONDITIONS, _MOST_BYTES = 20, 50, 7, 10, 8192
_AWS_PRINCIPAL = re.compile(
    r"\d{12}|‹[^›]*›|\*"
    r"|arn:[^:]+:(iam|sts)::(\d{12}|‹[^›]*›|cloudfront):(root|(user|role|assumed-role|federated-user)/.+)"
    r"|(AIDA|AROA|AGPA|ANPA)[A-Z0-9]+"
)
_SERVICE_PRINCIPAL = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)|\*")
_QUEUE_ARN = re.compile(r"arn:[^:]+:sqs:[^:]*:[^:]*:[^:]+")
# Which types of keys an operator is made for. Texts may be compared with what is written as text.
_FITTING: Mapping[ValueType, frozenset[ValueType]] = {
    ValueType.STRING: frozenset({ValueType.STRING, ValueType.ARN, ValueType.BOOL, ValueType.BINARY}),
    ValueType.ARN: frozenset({ValueType.ARN}),
    ValueType.BOOL: frozenset({ValueType.BOOL}),
    ValueType.IP_ADDRESS: frozenset({ValueType.IP_ADDRESS}),
    ValueType.NUMERIC: frozenset({ValueType.NUMERIC, ValueType.DATE}),
    ValueType.DATE: frozenset({ValueType.DATE, ValueType.NUMERIC}),
    ValueType.BINARY: frozenset({ValueType.BINARY}),
    ValueType.NULL: frozenset(ValueType),
}
_BATCH_ACTION = re.compile(r"sqs:(SendMessage|DeleteMessage|ChangeMessageVisibility)Batch", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """path: where in the document. text: what is wrong. remedy: what to write instead."""

    path: str
    text: str
    remedy: str


def problems_of(stated: Any, repeated_keys: Sequence[str] = ()) -> Iterator[Problem]:
    """Everything that is certainly wrong with a document; what is not known is passed over."""
    if isinstance(stated, NotJson):
        yield Problem("", f"the policy is not JSON: {stated.why}", "a policy as a JSON object")
        return
    if isinstance(stated, Unknown):
        return
    if not isinstance(stated, Mapping):
        yield Problem("", "the policy is not a JSON object", '`{"Version": "2012-10-17", "Statement": […]}`')
        return
    for key in repeated_keys:
        yield Problem(key, f"`{key}` stands more than once in one object: all but one are lost", f"`{key}` once")
    yield from _unknown_elements(stated, _TOP_LEVEL, "")
    yield from _version(stated)
    yield from _size(stated)
    statements = stated.get("Statement")
    if isinstance(statements, Unknown):
        return
    if isinstance(statements, Mapping):
        yield from _statement(statements, "Statement")
    elif isinstance(statements, (list, tuple)) and statements:
        yield from _statements(statements)
    elif not isinstance(statements, str):
        yield Problem("Statement", "there is no statement", "at least one statement")
    else:
        yield Problem("Statement", "`Statement` is not a statement or a list of them", "a list of statements")


def _version(stated: Mapping[str, Any]) -> Iterator[Problem]:
    version = stated.get("Version")
    if isinstance(version, Unknown) or version == "2012-10-17":
        return
    problem = "`Version` is missing" if "Version" not in stated else f"`Version` is `{_shown(version)}`"
    yield Problem(
        "Version",
        f"{problem}: policy variables are then plain text, and Terraform waits in vain because SQS stores another version",
        '`"Version": "2012-10-17"`',
    )


def _size(stated: Mapping[str, Any]) -> Iterator[Problem]:
    if any(True for _ in hidden_parts(stated)):
        return
    try:
        size = len(json.dumps(stated, separators=(",", ":"), ensure_ascii=False, default=str).encode())
    except (ValueError, RecursionError, UnicodeEncodeError):
        return
    if size > _MOST_BYTES:
        yield Problem("", f"the policy has {size} bytes; SQS takes {_MOST_BYTES}", "a shorter policy")


def hidden_parts(stated: Any) -> Iterator[str]:
    """Why parts of a document are not known, without order: of those that have an effect, which names have not."""
    pending = [stated]
    while pending:
        item = pending.pop()
        if isinstance(item, Unknown):
            yield item.reason
        elif isinstance(item, Mapping):
            pending.extend(value for name, value in item.items() if name not in ("Id", "Sid"))
        elif isinstance(item, (list, tuple)):
            pending.extend(item)


def _statements(statements: Sequence[Any]) -> Iterator[Problem]:
    if len(statements) > _MOST_STATEMENTS:
        yield Problem("Statement", f"there are {len(statements)} statements; SQS takes {_MOST_STATEMENTS}", "fewer statements")
    sids: dict[str, int] = {}
    for number, statement in enumerate(statements):
        path = f"Statement[{number}]"
        yield from _statement(statement, path)
        sid = statement.get("Sid") if isinstance(statement, Mapping) else None
        if isinstance(sid, str) and sid:
            if sid in sids:
                yield Problem(f"{path}.Sid", f"`Sid` is `{_shown(sid)}`, as in Statement[{sids[sid]}]", "a `Sid` of its own")
            sids.setdefault(sid, number)


def _statement(statement: Any, path: str) -> Iterator[Problem]:
    if isinstance(statement, Unknown):
        return
    if not isinstance(statement, Mapping):
        yield Problem(path, "this is not a statement", "an object with `Effect`, `Principal`, `Action` and `Resource`")
        return
    yield from _unknown_elements(statement, _STATEMENT, f"{path}.")
    effect = statement.get("Effect")
    if not isinstance(effect, Unknown) and effect not in ("Allow", "Deny"):
        shown = "is missing" if effect is None else f"is `{_shown(effect)}`"
        yield Problem(f"{path}.Effect", f"`Effect` {shown}", "`Allow` or `Deny`")
    for name in ("Principal", "Action", "Resource"):
        if name in statement and f"Not{name}" in statement:
            yield Problem(f"{path}.{name}", f"both `{name}` and `Not{name}` are there", f"one of the two, `{name}`")
        elif name not in statement and f"Not{name}" not in statement:
            yield Problem(f"{path}.{name}", f"`{name}` is missing", f"`{name}`")
    for name in ("Principal", "NotPrincipal"):
        if name in statement:
            yield from _principal(statement[name], f"{path}.{name}", inverted=name == "NotPrincipal")
    for name in ("Action", "NotAction"):
        if name in statement:
            yield from _actions(statement[name], f"{path}.{name}")
    for name in ("Resource", "NotResource"):
        if name in statement:
            yield from _resources(statement[name], f"{path}.{name}")
    if "Condition" in statement:
        yield from _conditions(statement["Condition"], f"{path}.Condition", is_deny=effect == "Deny")


def _unknown_elements(stated: Mapping[str, Any], known: set[str], prefix: str) -> Iterator[Problem]:
    by_lower_case = {name.lower(): name for name in known}
    for name in stated:
        if name not in known:
            meant = by_lower_case.get(str(name).lower())
            yield Problem(
                f"{prefix}{_shown(name)}",
                f"`{_shown(name)}` is not an element of a policy",
                f"`{meant}`" if meant else "nothing in its place",
            )


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else (value,)


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The texts of an element with their paths. What is no text is a problem of its own (`_not_texts`)."""
    for number, item in enumerate(_items(value)):
        if isinstance(item, str):
            yield item, f"{path}[{number}]" if isinstance(value, (list, tuple)) else path


def _not_texts(value: Any, path: str) -> Iterator[Problem]:
    if isinstance(value, (list, tuple)) and not value:
        yield Problem(path, "the list is empty", "at least one value")
    for number, item in enumerate(_items(value)):
        if not isinstance(item, (str, Unknown)):
            where = f"{path}[{number}]" if isinstance(value, (list, tuple)) else path
            yield Problem(where, f"`{_shown(item)}` is not text", "text")


def _principal(stated: Any, path: str, *, inverted: bool) -> Iterator[Problem]:
    if isinstance(stated, Unknown) or (stated == "*" and not inverted):
        return
    if not isinstance(stated, Mapping):
        meant = _shown(stated) if isinstance(stated, str) else "…"
        yield Problem(path, f"`{_shown(stated)}` is neither `*` nor an object", f'`{{"AWS": "{meant}"}}`')
        return
    count = 0
    for kind, value in stated.items():
        where = f"{path}.{kind}"
        if kind not in _PRINCIPAL_TYPES:
            yield Problem(where, f"`{_shown(kind)}` is no type of principal", "`AWS` or `Service`")
            continue
        yield from _not_texts(value, where)
        for text, place in _texts(value, where):
            count += 1
            yield from _principal_text(kind, text, place)
    if not stated:
        yield Problem(path, "nobody is named", '`{"AWS": "…"}` or `{"Service": "…"}`')
    if count > _MOST_PRINCIPALS:
        yield Problem(path, f"there are {count} principals; SQS takes {_MOST_PRINCIPALS}", "fewer principals, or a role")


def _principal_text(kind: str, text: str, path: str) -> Iterator[Problem]:
    if kind == "AWS" and text != "*" and has_wildcard(text):
        remedy = "`*` with a condition on `aws:PrincipalArn`"
        yield Problem(path, f"`{_shown(text)}`: AWS takes no wildcard inside a principal", remedy)
    elif kind == "AWS" and not _AWS_PRINCIPAL.fullmatch(text):
        yield Problem(path, f"`{_shown(text)}` is no account, user or role", "an account id or an ARN of IAM")
    if kind == "Service" and not _SERVICE_PRINCIPAL.fullmatch(text) and not is_own_name(text):
        yield Problem(path, f"`{_shown(text)}` is no AWS service", "a name like `sns.amazonaws.com`")


def _actions(stated: Any, path: str) -> Iterator[Problem]:
    yield from _not_texts(stated, path)
    if len(_items(stated)) > _MOST_ACTIONS:
        yield Problem(
            path, f"there are {len(_items(stated))} actions; SQS takes {_MOST_ACTIONS}", "fewer actions, or two statements"
        )
    for text, place in _texts(stated, path):
        if sqs_actions(text):
            continue
        batch = _BATCH_ACTION.fullmatch(text)
        if batch:
            yield Problem(place, f"`{text}` is no action: batches need the action of a single message", f"`sqs:{batch.group(1)}`")
        elif text.lower().startswith("sqs:"):
            yield Problem(place, f"SQS has no action `{_shown(text)}`", "an action of SQS, such as `sqs:SendMessage`")
        else:
            yield Problem(place, f"`{_shown(text)}` is no action of SQS", "an action of SQS, such as `sqs:SendMessage`")


def _resources(stated: Any, path: str) -> Iterator[Problem]:
    yield from _not_texts(stated, path)
    for text, place in _texts(stated, path):
        if text != "*" and not _QUEUE_ARN.fullmatch(text) and not (has_wildcard(text) and text.startswith("arn:")):
            yield Problem(place, f"`{_shown(text)}` is no ARN of a queue", "the queue's ARN")


def _conditions(stated: Any, path: str, is_deny: bool) -> Iterator[Problem]:
    if isinstance(stated, Unknown):
        return
    if not isinstance(stated, Mapping):
        yield Problem(path, "`Condition` is not an object", '`{"ArnEquals": {"aws:SourceArn": "…"}}`')
        return
    count = 0
    for name, keys in stated.items():
        where = f"{path}.{_shown(name)}"
        operator = parse_operator(str(name))
        if operator is None:
            yield Problem(where, f"`{_shown(name)}` is no condition operator", "an operator of IAM, such as `StringEquals`")
        if isinstance(keys, Unknown):
            continue
        if not isinstance(keys, Mapping):
            yield Problem(where, f"`{_shown(name)}` holds no keys", '`{"aws:SourceArn": "…"}`')
            continue
        if not keys:
            yield Problem(where, f"`{_shown(name)}` holds no keys: it limits nothing", '`{"aws:SourceArn": "…"}`')
        count += len(keys)
        for key, value in keys.items():
            yield from _condition(operator, str(name), str(key), value, f"{where}.{_shown(key)}")
            if is_deny and isinstance(value, (list, tuple)) and not value:
                # In an Allow it only means that nothing is allowed.
                problem = "the list of values is empty: nothing matches it, and nothing is denied"
                yield Problem(f"{where}.{_shown(key)}", problem, "at least one value")
    if count > _MOST_CONDITIONS:
        yield Problem(path, f"there are {count} conditions; SQS takes {_MOST_CONDITIONS}", "fewer conditions")


def _condition(operator: Operator | None, name: str, key: str, value: Any, path: str) -> Iterator[Problem]:
    definition = find_condition_key(key)
    if definition is None:
        yield Problem(path, f"no request to SQS carries `{_shown(key)}`", "a global condition key, such as `aws:SourceArn`")
    elif operator is not None and definition.type not in _FITTING[operator.base.type]:
        yield Problem(
            path,
            f"`{name}` does not fit `{definition.name}`, which is {_type_in_words(definition)}",
            f"`{_fitting_operator(definition.type, negated=operator.base.negated)}`",
        )
        return
    for item in _items(value):
        if isinstance(item, Unknown):
            continue
        if item is None or isinstance(item, (Mapping, list, tuple)):
            yield Problem(path, f"`{_shown(item)}` is not a value to compare with", "text")
        elif operator is not None:
            text = str(item).lower() if isinstance(item, bool) else str(item)
            if not is_own_name(text) and "${" not in text and not _is_value_for(operator.base.type, text):
                yield Problem(path, f"`{_shown(text)}` is no value for `{name}`: nothing matches it", _value_example(operator))


def _is_value_for(value_type: ValueType, text: str) -> bool:
    if value_type in (ValueType.BOOL, ValueType.NULL):
        return text.lower() in ("true", "false")
    if value_type is ValueType.NUMERIC:
        return parse_number(text) is not None
    if value_type is ValueType.DATE:
        return parse_date(text) is not None
    if value_type is ValueType.IP_ADDRESS:
        return parse_network(text) is not None
    if value_type is ValueType.ARN:
        return text.count(":") >= 5 or text == "*"
    return True


def _value_example(operator: Operator) -> str:
    examples = {
        ValueType.BOOL: "`true` or `false`",
        ValueType.NULL: "`true` or `false`",
        ValueType.NUMERIC: "a number",
        ValueType.DATE: "a date, such as `2030-01-31T00:00:00Z`",
        ValueType.IP_ADDRESS: "a network, such as `203.0.113.0/24`",
        ValueType.ARN: "an ARN with all six parts",
    }
    return examples.get(operator.base.type, "text")


def _type_in_words(definition: ConditionKey) -> str:
    words = {
        ValueType.STRING: "text",
        ValueType.ARN: "an ARN",
        ValueType.BOOL: "true or false",
        ValueType.NUMERIC: "a number",
        ValueType.DATE: "a date",
        ValueType.IP_ADDRESS: "an address",
    }
    return words.get(definition.type, definition.type.value)


def _fitting_operator(value_type: ValueType, *, negated: bool) -> str:
    fitting = {
        ValueType.STRING: ("StringEquals", "StringNotEquals"),
        ValueType.ARN: ("ArnLike", "ArnNotLike"),
        ValueType.BOOL: ("Bool", "Bool"),
        ValueType.NUMERIC: ("NumericEquals", "NumericNotEquals"),
        ValueType.DATE: ("DateLessThan", "DateGreaterThan"),
        ValueType.IP_ADDRESS: ("IpAddress", "NotIpAddress"),
    }
    return fitting.get(value_type, ("StringEquals", "StringNotEquals"))[negated]
