"""What SQS would refuse of a policy, or take and silently give no effect.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements reference"; Amazon SQS
Developer Guide, "Policy quotas" and "Limitations of Amazon SQS custom policies".
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Any, Optional, Union

from sqs_checks.policy.condition_keys import ConditionKey, Control, find_condition_key, written_condition_keys
from sqs_checks.policy.condition_operators import (
    BASE_OPERATORS,
    Operator,
    ValueType,
    parse_date,
    parse_network,
    parse_number,
    parse_operator,
)
from sqs_checks.policy.queue_identity import PARTITIONS
from sqs_checks.policy.request_space import ACCOUNT_KEYS
from sqs_checks.policy.sqs_actions import QUEUE_ACTIONS, sqs_actions
from sqs_checks.policy.wildcards import arn_parts, has_wildcard
from sqs_checks.values.configuration_values import (
    Attribute,
    Elements,
    Entries,
    PiecedText,
    Unknown,
    Value,
    is_hidden,
    why_unknown,
)
from sqs_checks.values.json_text import NotJsonError, write_json
from sqs_checks.values.texts import Text, pieces_of, prefix_of, split_text

_CURRENT_VERSION, _OLD_VERSION = "2012-10-17", "2008-10-17"
_TOP_LEVEL = {"Version", "Id", "Statement"}
_STATEMENT = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
_PRINCIPAL_TYPES = {"AWS", "Service", "Federated", "CanonicalUser"}
_MOST_STATEMENTS, _MOST_PRINCIPALS, _MOST_ACTIONS, _MOST_CONDITIONS, _MOST_BYTES = 20, 50, 7, 10, 8192
_AWS_PRINCIPAL = re.compile(r"\d{12}|\*|(AIDA|AROA|AGPA|ANPA)[A-Z0-9]+")
_PRINCIPAL_ACCOUNT = re.compile(r"\d{12}|cloudfront")
# By service and by how the resource of a principal begins: of how many parts it is at least.
_PRINCIPAL_PATHS = {"iam": {"user": 2, "role": 2}, "sts": {"assumed-role": 3, "federated-user": 2}}
_SERVICE_PRINCIPAL = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)|\*")
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
# Who has a value made by AWS: no text that somebody chose, so no star in it.
_GIVEN_BY_AWS = frozenset({Control.IDENTITY, Control.OWNER, Control.SERVICE})
_ACCOUNT_ID = re.compile(r"\d{12}")
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
_ACTION_NAMES = tuple(f"sqs:{action.name}" for action in QUEUE_ACTIONS)
_OPERATORS = tuple(operator.name for operator in BASE_OPERATORS.values())
_ANY_ACTION = "an action of SQS such as `sqs:SendMessage`"
_EXAMPLES = {
    "Principal": '"Principal": {"AWS": "<ARN of the role>"}',
    "Action": '"Action": "sqs:SendMessage"',
    "Resource": '"Resource": "<ARN of the queue>"',
}
# The ARN of what a key holds the account of.
_ARN_KEYS = {"aws:SourceAccount": "aws:SourceArn", "aws:PrincipalAccount": "aws:PrincipalArn"}
# What comes of a fault that SQS takes.
_NEVER_AS_MEANT = "the condition does not test what it is meant to: it may let in, or shut out, everybody"
_LIMITS_NOTHING = "the condition holds for every request, and limits nothing"
_LOST = "only one of them counts, and the others are lost"
_BATCH_ACTION = re.compile(r"sqs:(SendMessage|DeleteMessage|ChangeMessageVisibility)Batch", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """path: where in the document. text: what is wrong. remedy: what to do. why: what comes of it, where that is known."""

    path: str
    text: str
    remedy: str
    why: str = ""


def problems_of(
    stated: Union[Value, NotJsonError],
    repeated_keys: Sequence[str] = (),
    *,
    partition: Optional[Text] = None,
    compares_documents: bool = False,
) -> Iterator[Problem]:
    """Everything that is certainly wrong with a document; what is not known is passed over.

    partition: of the queue. compares_documents: whether what deploys the policy waits for SQS to give the same document back.
    """
    if isinstance(stated, NotJsonError):
        yield Problem("", f"the policy is not JSON: {stated}", "write the policy as a JSON object")
        return
    if is_hidden(stated):
        return
    if not isinstance(stated, Entries):
        yield Problem("", "the policy is not a JSON object", 'write `{"Version": "2012-10-17", "Statement": […]}`')
        return
    for key in repeated_keys:
        yield Problem(key, f"`{key}` stands more than once in one object", f"write one `{key}` with what belongs to all", _LOST)
    yield from _unknown_elements(stated, _TOP_LEVEL, "")
    yield from _version(stated, compares_documents)
    yield from _size(stated)
    yield from _totals(stated)
    statements = stated.items.get("Statement")
    if isinstance(statements, (str, PiecedText)):
        yield Problem("Statement", "`Statement` is not a statement or a list of them", "write a list of statements")
    elif is_hidden(statements):
        return
    elif isinstance(statements, Entries):
        yield from _statement(statements, "Statement", partition)
    elif isinstance(statements, Elements) and statements.items:
        yield from _statements(statements.items, partition)
    else:
        yield Problem("Statement", "there is no statement", "write at least one statement")


def _version(stated: Entries, compares_documents: bool) -> Iterator[Problem]:
    version = stated.items.get("Version")
    if is_hidden(version) or version == _CURRENT_VERSION:
        return
    problem = "`Version` is missing" if "Version" not in stated.items else f"`Version` is `{_shown(version)}`"
    remedy = f'write `"Version": "{_CURRENT_VERSION}"`'
    has_variables = any("${" in text for text in _known_texts(stated.items.get("Statement")))
    if version not in (None, _OLD_VERSION):
        yield Problem("Version", f"{problem}: there is no such version of the policy language", remedy)
    elif has_variables:
        yield Problem("Version", f"{problem}: its policy variables are plain text then", remedy, _NEVER_AS_MEANT)
    elif compares_documents:
        why = "Terraform waits in vain for SQS to give the same policy back: SQS stores another version"
        yield Problem("Version", problem, remedy, why)


def _known_texts(value: Any) -> Iterator[str]:
    """The texts of a value, as far as they are known."""
    if isinstance(value, (str, PiecedText)):
        yield from (piece for piece in pieces_of(value) if isinstance(piece, str))
    elif isinstance(value, (Elements, Entries)):
        for item in value.items.values() if isinstance(value, Entries) else value.items:
            yield from _known_texts(item)


def _totals(stated: Entries) -> Iterator[Problem]:
    """What SQS counts over the whole policy."""
    statements = stated.items.get("Statement")
    principals = conditions = 0
    for statement in _items(statements):
        if not isinstance(statement, Entries):
            continue
        for name in ("Principal", "NotPrincipal"):
            named = statement.items.get(name)
            if isinstance(named, Entries):
                principals += sum(len(_items(value)) for value in named.items.values())
        block = statement.items.get("Condition")
        if isinstance(block, Entries):
            conditions += sum(len(keys.items) for keys in block.items.values() if isinstance(keys, Entries))
    for count, most, what, remedy in (
        (principals, _MOST_PRINCIPALS, "principals", "name fewer principals, or a role that several may take"),
        (conditions, _MOST_CONDITIONS, "conditions", "write fewer conditions"),
    ):
        if count > most:
            yield Problem("", f"there are {count} {what}; SQS takes {most} in a policy", remedy)


def _size(stated: Entries) -> Iterator[Problem]:
    """What is not known of a document can only add to its size."""
    if _at_most(stated) <= _MOST_BYTES:
        return
    try:
        size = sum(len(piece.encode()) for piece in pieces_of(write_json(stated)) if isinstance(piece, str))
    except (ValueError, RecursionError):
        return
    if size > _MOST_BYTES:
        yield Problem("", f"the policy has {size} bytes; SQS takes {_MOST_BYTES}", "write a shorter policy")


def _at_most(stated: Value) -> float:
    """How many bytes a document has at most, without writing it: a character has six where it is written by its number."""
    if isinstance(stated, str):
        return 6 * len(stated) + 3
    if isinstance(stated, Entries):
        return 3 + sum(6 * len(name) + 4 + _at_most(value) for name, value in stated.items.items())
    if isinstance(stated, Elements):
        return 3 + sum(map(_at_most, stated.items))
    if isinstance(stated, PiecedText):
        return 3 + sum(6 * len(piece) for piece in stated.pieces if isinstance(piece, str))
    return 6 if stated is None or isinstance(stated, (bool, Attribute)) else math.inf


def hidden_parts(stated: Any) -> Iterator[str]:
    """Why parts of a document are not known, without order: of those that have an effect, which names have not."""
    pending = [stated]
    while pending:
        item = pending.pop()
        if isinstance(item, Entries):
            pending.extend(value for name, value in item.items.items() if name not in ("Id", "Sid"))
        elif isinstance(item, Elements):
            pending.extend(item.items)
        elif isinstance(item, PiecedText):
            pending.extend(piece for piece in item.pieces if isinstance(piece, Unknown))
        elif isinstance(item, (Unknown, Attribute)):
            yield why_unknown(item)


def _statements(statements: Sequence[Any], partition: Optional[Text]) -> Iterator[Problem]:
    if len(statements) > _MOST_STATEMENTS:
        yield Problem(
            "Statement", f"there are {len(statements)} statements; SQS takes {_MOST_STATEMENTS}", "put statements together"
        )
    sids: dict[str, int] = {}
    for number, statement in enumerate(statements):
        path = f"Statement[{number}]"
        yield from _statement(statement, path, partition)
        sid = statement.items.get("Sid") if isinstance(statement, Entries) else None
        if isinstance(sid, str) and sid:
            if sid in sids:
                remedy = f'give it a name of its own: write `"Sid": "{_shown(sid)}{number}"`'
                yield Problem(f"{path}.Sid", f"`Sid` is `{_shown(sid)}`, as in Statement[{sids[sid]}]", remedy)
            sids.setdefault(sid, number)


def _statement(stated: Value, path: str, partition: Optional[Text]) -> Iterator[Problem]:
    if is_hidden(stated):
        return
    if not isinstance(stated, Entries):
        yield Problem(path, "this is not a statement", "write an object with `Effect`, `Principal`, `Action` and `Resource`")
        return
    yield from _unknown_elements(stated, _STATEMENT, f"{path}.")
    statement = stated.items
    effect = statement.get("Effect")
    if not is_hidden(effect) and effect not in ("Allow", "Deny"):
        shown = "is missing" if effect is None else f"is `{_shown(effect)}`"
        meant = str(effect).capitalize()
        remedy = f"write `{meant}` in place of `{effect}`" if meant in ("Allow", "Deny") else "write `Allow` or `Deny`"
        yield Problem(f"{path}.Effect", f"`Effect` {shown}", remedy)
    for name in ("Principal", "Action", "Resource"):
        if name in statement and f"Not{name}" in statement:
            # What is not known may be null, which Terraform's policy documents leave out.
            if not any(isinstance(statement[one], Unknown) for one in (name, f"Not{name}")):
                yield Problem(f"{path}.{name}", f"both `{name}` and `Not{name}` are there", f"leave `Not{name}` out")
        elif name not in statement and f"Not{name}" not in statement:
            yield Problem(f"{path}.{name}", f"`{name}` is missing", f"write `{_EXAMPLES[name]}`")
    for name in ("Principal", "NotPrincipal"):
        if name in statement:
            yield from _principal(statement[name], f"{path}.{name}", partition, inverted=name == "NotPrincipal")
    for name in ("Action", "NotAction"):
        if name in statement:
            yield from _actions(statement[name], f"{path}.{name}")
    for name in ("Resource", "NotResource"):
        if name in statement:
            yield from _resources(statement[name], f"{path}.{name}")
    if "Condition" in statement:
        yield from _conditions(statement["Condition"], f"{path}.Condition", is_deny=effect == "Deny")


def _unknown_elements(stated: Entries, known: set[str], prefix: str) -> Iterator[Problem]:
    by_lower_case = {name.lower(): name for name in known}
    for name in stated.items:
        if name not in known:
            meant = by_lower_case.get(name.lower())
            yield Problem(
                f"{prefix}{_shown(name)}",
                f"`{_shown(name)}` is not an element of a policy",
                f"write `{meant}` in place of `{_shown(name)}`" if meant else f"leave `{_shown(name)}` out",
            )


def _items(value: Value) -> Sequence[Value]:
    return value.items if isinstance(value, Elements) else (value,)


def _shown(value: Value) -> str:
    if isinstance(value, (Elements, Entries)):
        text = "a list" if isinstance(value, Elements) else "an object"
    else:
        text = str(value) if isinstance(value, (str, PiecedText)) else str(write_json(value))
    return text if len(text) <= 60 else f"{text[:57]}..."


def _texts(value: Value, path: str) -> Iterator[tuple[Text, str]]:
    """The texts of an element with their paths. What is no text is a problem of its own (`_not_texts`)."""
    for number, item in enumerate(_items(value)):
        if isinstance(item, str) or (isinstance(item, PiecedText) and not any(True for _ in hidden_parts(item))):
            yield item, f"{path}[{number}]" if isinstance(value, Elements) else path


def _not_texts(value: Value, path: str) -> Iterator[Problem]:
    if isinstance(value, Elements) and not value.items:
        yield Problem(path, "the list is empty", "list at least one value")
    for number, item in enumerate(_items(value)):
        if not isinstance(item, str) and not is_hidden(item):
            where = f"{path}[{number}]" if isinstance(value, Elements) else path
            yield Problem(where, f"`{_shown(item)}` is not text", "write text, in quotes")


def _principal(stated: Any, path: str, partition: Optional[Text], *, inverted: bool) -> Iterator[Problem]:
    if stated == "*" and not inverted:
        return
    if is_hidden(stated) and not isinstance(stated, PiecedText):
        return
    if not isinstance(stated, Entries):
        if isinstance(stated, (str, PiecedText)):
            remedy = f'write `{{"AWS": "{_shown(stated)}"}}` in place of `{_shown(stated)}`'
        else:
            texts = [str(text) for text, _ in _texts(stated, path)] or ["<ARN of the role>"]
            remedy = f'write `"{path.rpartition(".")[2]}": {json.dumps({"AWS": texts})}`'
        yield Problem(path, f"`{_shown(stated)}` is neither `*` nor an object", remedy)
        return
    for kind, value in stated.items.items():
        where = f"{path}.{kind}"
        if kind not in _PRINCIPAL_TYPES:
            # Terraform's policy documents write everyone as `*` of type `*`.
            if kind != "*" or not any(map(is_hidden, _items(value))):
                yield Problem(
                    where, f"`{_shown(kind)}` is no type of principal", f"write `AWS` or `Service` in place of `{_shown(kind)}`"
                )
            continue
        yield from _not_texts(value, where)
        for text, place in _texts(value, where):
            yield from _principal_text(kind, text, place, partition)
    if not stated.items:
        yield Problem(path, "nobody is named", f"write `{_EXAMPLES['Principal']}`")


def _principal_text(kind: str, text: Text, path: str, partition: Optional[Text]) -> Iterator[Problem]:
    if kind == "AWS" and text != "*" and has_wildcard(text):
        remedy = (
            f'write `*` in place of `{_shown(text)}`, with the condition `"ArnLike": {{"aws:PrincipalArn": "{_shown(text)}"}}`'
        )
        yield Problem(path, f"`{_shown(text)}`: AWS takes no wildcard inside a principal", remedy)
    elif kind == "AWS" and not _is_aws_principal(text):
        yield Problem(
            path, f"`{_shown(text)}` is no account, user or role", f"write `<ARN of the role>` in place of `{_shown(text)}`"
        )
    elif kind == "AWS":
        yield from _partition(text, path, partition)
    if kind == "Federated" and text == "*":
        yield Problem(path, "`*` is no identity provider", "write `<ARN of the identity provider>` in place of `*`")
    if kind == "Service" and isinstance(text, str) and not _SERVICE_PRINCIPAL.fullmatch(text):
        yield Problem(
            path, f"`{_shown(text)}` is no AWS service", f"write a name such as `sns.amazonaws.com` in place of `{_shown(text)}`"
        )


def _is_aws_principal(text: Text) -> bool:
    """Whether a text may be an account, an ARN or a unique id of IAM; a thing of the code is what belongs there."""
    parts = arn_parts(text)
    if len(parts) < 6:
        return not isinstance(text, str) or _AWS_PRINCIPAL.fullmatch(text) is not None
    scheme, partition, service, region, account, resource = parts
    if scheme != "arn" or not partition or service not in _PRINCIPAL_PATHS or region:
        return False
    if isinstance(account, str) and not _PRINCIPAL_ACCOUNT.fullmatch(account):
        return False
    if resource == "root":
        return service == "iam"
    names = split_text(resource, "/")
    fewest = _PRINCIPAL_PATHS[str(service)].get(str(names[0]))
    return fewest is not None and len(names) >= fewest and all(names)


def _partition(text: Text, path: str, of_queue: Optional[Text]) -> Iterator[Problem]:
    parts = arn_parts(text)
    stated = parts[1] if len(parts) == 6 else None
    if not isinstance(stated, str):
        return
    if stated not in PARTITIONS:
        yield Problem(
            path, f"`{_shown(text)}`: there is no partition `{stated}`", f"write `<ARN of the role>` in place of `{_shown(text)}`"
        )
    elif isinstance(of_queue, str) and stated != of_queue:
        problem = f"`{_shown(text)}` is of the partition `{stated}`, the queue of `{of_queue}`"
        yield Problem(
            path, problem, f"write `<ARN of the role>` in place of `{_shown(text)}`", "nobody of another partition gets in"
        )


def _is_queue_arn(text: Text) -> bool:
    """Whether a text may be the ARN of a queue."""
    parts = arn_parts(text)
    if len(parts) < 6:
        return not isinstance(text, str)
    scheme, partition, service, _, _, name = parts
    if not isinstance(service, str):
        return True
    return (
        scheme == "arn" and bool(partition) and service == "sqs" and bool(name) and (not isinstance(name, str) or ":" not in name)
    )


def _actions(stated: Any, path: str) -> Iterator[Problem]:
    yield from _not_texts(stated, path)
    if len(_items(stated)) > _MOST_ACTIONS:
        yield Problem(
            path,
            f"there are {len(_items(stated))} actions; SQS takes {_MOST_ACTIONS}",
            "list fewer actions, or write two statements",
        )
    for text, place in _texts(stated, path):
        if not isinstance(text, str) or sqs_actions(text):
            continue
        batch = _BATCH_ACTION.fullmatch(text)
        if batch:
            problem = f"`{text}` is no action: batches need the action of a single message"
            yield Problem(place, problem, f"write `sqs:{batch.group(1)}` in place of `{text}`")
        elif text.lower().startswith("sqs:"):
            yield Problem(place, f"SQS has no action `{_shown(text)}`", _nearest(text, _ACTION_NAMES, _ANY_ACTION))
        else:
            yield Problem(place, f"`{_shown(text)}` is no action of SQS", f"write {_ANY_ACTION} in place of `{_shown(text)}`")


def _nearest(written: str, known: Sequence[str], otherwise: str) -> str:
    """To write the name that is spelled most like what is written. otherwise: what to write where none is."""
    by_lower_case = {name.lower(): name for name in known}
    found = get_close_matches(written[:100].lower(), by_lower_case, n=1, cutoff=0.8)
    return f"write {f'`{by_lower_case[found[0]]}`' if found else otherwise} in place of `{_shown(written)}`"


def _resources(stated: Any, path: str) -> Iterator[Problem]:
    yield from _not_texts(stated, path)
    for text, place in _texts(stated, path):
        if text != "*" and not _is_queue_arn(text) and not (has_wildcard(text) and prefix_of(text).startswith("arn:")):
            yield Problem(
                place, f"`{_shown(text)}` is no ARN of a queue", f"write `<ARN of the queue>` in place of `{_shown(text)}`"
            )


def _conditions(stated: Any, path: str, is_deny: bool) -> Iterator[Problem]:
    if is_hidden(stated):
        return
    if not isinstance(stated, Entries):
        yield Problem(path, "`Condition` is not an object", 'write an object such as `{"ArnEquals": {"aws:SourceArn": "…"}}`')
        return
    seen: dict[tuple[str, str], str] = {}
    for name, keys in stated.items.items():
        where = f"{path}.{_shown(name)}"
        operator = parse_operator(name)
        if operator is None:
            yield Problem(
                where,
                f"`{_shown(name)}` is no condition operator",
                _nearest(name, _OPERATORS, "an operator such as `StringEquals`"),
            )
        if is_hidden(keys):
            continue
        if not isinstance(keys, Entries):
            yield Problem(where, f"`{_shown(name)}` holds no keys", f"leave `{_shown(name)}` out")
            continue
        if not keys.items:
            yield Problem(
                where, f"`{_shown(name)}` holds no keys: it limits nothing", f"leave `{_shown(name)}` out", _LIMITS_NOTHING
            )
        for key, value in keys.items.items():
            first = seen.setdefault((name.lower(), key.lower()), key)
            if first is not key:
                problem = f"`{_shown(key)}` is `{_shown(first)}` once more: the case of keys does not count"
                yield Problem(f"{where}.{_shown(key)}", problem, f"write one `{_shown(first)}` with all the values", _LOST)
            yield from _condition(operator, name, key, value, f"{where}.{_shown(key)}")
            if is_deny and isinstance(value, Elements) and not value.items:
                # In an Allow it only means that nothing is allowed.
                problem = "the list of values is empty: nothing matches it, and nothing is denied"
                yield Problem(f"{where}.{_shown(key)}", problem, "list at least one value", "the Deny protects nothing")


def _condition(operator: Operator | None, name: str, key: str, value: Any, path: str) -> Iterator[Problem]:
    definition = find_condition_key(key)
    if definition is None:
        remedy = _nearest(key, written_condition_keys(), "a key such as `aws:SourceArn`")
        yield Problem(path, f"no request to SQS carries `{_shown(key)}`", remedy, _NEVER_AS_MEANT)
    elif operator is not None and definition.type not in _FITTING[operator.base.type]:
        yield Problem(
            path,
            f"`{name}` does not fit `{definition.name}`, which is {_type_in_words(definition)}",
            _fitting_remedy(definition, operator, name, value),
            _NEVER_AS_MEANT,
        )
        return
    elif operator is not None and operator.base.type is not ValueType.NULL:
        yield from _key_and_operator(definition, operator, name, value, path)
    for item in _items(value):
        if is_hidden(item):
            continue
        if item is None or isinstance(item, (Entries, Elements)):
            yield Problem(path, f"`{_shown(item)}` is not a value to compare with", "write text, in quotes")
        elif operator is not None:
            text = item if isinstance(item, str) else str(write_json(item))
            if "${" in text:
                continue
            if not _is_value_for(operator.base.type, text):
                yield Problem(
                    path,
                    f"`{_shown(text)}` is no value for `{name}`: nothing matches it",
                    _value_remedy(operator, text),
                    _NEVER_AS_MEANT,
                )
            elif definition is not None and operator.base.type is not ValueType.NULL:
                yield from _unmatched(definition, operator, text, path)


def _key_and_operator(definition: ConditionKey, operator: Operator, name: str, value: Any, path: str) -> Iterator[Problem]:
    if not definition.supported:
        yield Problem(
            path,
            f"AWS does not list SQS among the services that support `{definition.name}`",
            f'write `"{name}": {{"aws:SourceVpce": "<your endpoint>"}}` in place of the condition on `{definition.name}`',
            "requests to the queue may lack the key: the condition may then let in, or shut out, everybody",
        )
    if definition.multivalued and operator.set_prefix is None:
        problem = f"`{definition.name}` can hold several values, and `{name}` compares one"
        yield Problem(path, problem, f"write `ForAnyValue:{name}` in place of `{name}`", _NEVER_AS_MEANT)
    booleans = {str(item).lower() for item in _items(value) if isinstance(item, (bool, str))}
    if operator.base.type is ValueType.BOOL and booleans >= {"true", "false"}:
        yield Problem(path, "both `true` and `false` are listed", "list one of the two", _LIMITS_NOTHING)


def _unmatched(definition: ConditionKey, operator: Operator, text: str, path: str) -> Iterator[Problem]:
    """What no value of a key can be."""
    key, base = definition.name.lower(), operator.base
    if has_wildcard(text) and not base.takes_wildcards:
        if base.type is ValueType.STRING and (definition.control in _GIVEN_BY_AWS or definition.type is ValueType.ARN):
            like = base.name.replace("EqualsIgnoreCase", "Like").replace("Equals", "Like")
            yield Problem(
                path,
                f"`{_shown(text)}`: `{base.name}` takes `*` and `?` for themselves",
                f"write `{like}` in place of `{base.name}`",
                _NEVER_AS_MEANT,
            )
        return
    account = text if key in ACCOUNT_KEYS else ""
    if definition.type is ValueType.ARN and len(arn_parts(text)) == 6:
        account = str(arn_parts(text)[4])
    if account and not has_wildcard(account) and not _ACCOUNT_ID.fullmatch(account) and account != "aws":
        meant = text.replace(account, "<your account>")
        problem = f"`{_shown(text)}` holds no account: an account's id has 12 digits"
        yield Problem(path, problem, f"write `{meant}` in place of `{_shown(text)}`", _NEVER_AS_MEANT)
    network = parse_network(text) if key == "aws:sourceip" else None
    if network is not None and any(network.version == private.version and network.subnet_of(private) for private in _PRIVATE):  # type: ignore[arg-type]
        problem = f"`{_shown(text)}` is a private network, and `aws:SourceIp` is always a public address"
        remedy = (
            "write `aws:VpcSourceIp` in place of `aws:SourceIp`, beside a condition on `aws:SourceVpc`; or list public addresses"
        )
        yield Problem(path, problem, remedy, _NEVER_AS_MEANT)


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


def _value_remedy(operator: Operator, written: str) -> str:
    """What to write where an operator compares with something that is no value for it."""
    examples = {
        ValueType.BOOL: "`true` or `false`",
        ValueType.NULL: "`true` or `false`",
        ValueType.NUMERIC: "a number such as `1`",
        ValueType.DATE: "a date such as `2030-01-31T00:00:00Z`",
        ValueType.IP_ADDRESS: "a network such as `203.0.113.0/24`",
        ValueType.ARN: "`<ARN of the topic, bucket or rule>`",
    }
    return f"write {examples.get(operator.base.type, 'text')} in place of `{_shown(written)}`"


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


def _fitting_remedy(definition: ConditionKey, operator: Operator, name: str, value: Any) -> str:
    """The key that holds what is compared with, or the operator that compares with what the key holds."""
    arns = [item for item in _items(value) if isinstance(item, str) and item.startswith("arn:")]
    if operator.base.type is ValueType.ARN and arns and definition.name in _ARN_KEYS:
        return f"write `{_ARN_KEYS[definition.name]}` in place of `{definition.name}`"
    return f"write `{_fitting_operator(definition.type, negated=operator.base.negated)}` in place of `{name}`"


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
