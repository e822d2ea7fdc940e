"""`sqs-checks policy`: a queue policy in JSON, judged by itself, without Checkov."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from sqs_checks.commands.exit_codes import AT_FAULT, FINE, NOTHING_TO_JUDGE
from sqs_checks.files.bounded_files import read_regular_file
from sqs_checks.policy.document import PolicyDocument, read_document
from sqs_checks.policy.explanation import (
    actions_in_words,
    caller_in_words,
    effect_in_words,
    statement_in_words,
    values_in_words,
)
from sqs_checks.policy.principals import named_principals
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_arn
from sqs_checks.policy.search import Witness
from sqs_checks.policy.sqs_actions import names_of
from sqs_checks.policy.validation import Problem, problems_of
from sqs_checks.policy.verdicts import QueuePolicy, Verdict
from sqs_checks.values.configuration_values import Entries
from sqs_checks.values.json_positions import Position, fault_in, positions_in
from sqs_checks.values.json_text import JsonDocument, NotJsonError, read_json_text

_LARGEST = 1_000_000  # bytes; SQS takes 8,192


class _Question(NamedTuple):
    """name: in JSON. text: for people. is_fault_if: which answer is a fault. verdict: the attribute of `QueuePolicy`."""

    name: str
    text: str
    is_fault_if: bool
    verdict: str


_QUESTIONS = (
    _Question("public", "Everyone can use the queue", True, "public"),
    _Question("confused_deputy", "An AWS service can be made to use the queue for strangers", True, "confused_deputy"),
    _Question("wildcard_action", "An Allow grants more than one action by a wildcard", True, "wildcard_action"),
    _Question("plain_http_refused", "Plain HTTP is refused", False, "non_tls_refused"),
)


class _PolicyFile(NamedTuple):
    """text: of the policy. document: what it states. queue: the ARN that stands beside it, where one does."""

    text: str
    document: JsonDocument
    queue: Optional[str]


class NoPolicyError(Exception):
    """There is no policy to judge. The message says why."""


def judge_policy(path: str, queue_arn: Optional[str], output: str) -> int:
    """Prints what a policy does, and says how the process is to end.

    path: of a file, or `-`. queue_arn: of the queue that it is attached to. output: `text` or `json`.
    """
    try:
        stated = _read(path)
        identity = _identity(queue_arn or stated.queue)
    except NoPolicyError as error:
        print(f"sqs-checks: {path}: {error}", file=sys.stderr)
        return NOTHING_TO_JUDGE
    document = read_document(stated.document.stated)
    policy = QueuePolicy(document, identity)
    verdicts = [(question, getattr(policy, question.verdict)) for question in _QUESTIONS]
    places = positions_in(stated.text)
    problems = [
        (problem, _place_of(problem, places)) for problem in problems_of(stated.document.stated, stated.document.repeated_keys)
    ]
    if output == "json":
        print(json.dumps(_as_json(policy, verdicts, problems), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_as_text(document, verdicts, problems)))
    is_faulty = any(_is_fault(question, verdict) for question, verdict in verdicts)
    return AT_FAULT if is_faulty or problems else FINE


def _is_fault(question: _Question, verdict: Verdict) -> bool:
    return verdict.holds.is_yes if question.is_fault_if else verdict.holds.is_no


def _read(path: str) -> _PolicyFile:
    content = sys.stdin.buffer.read(_LARGEST + 1) if path == "-" else read_regular_file(path, _LARGEST)
    if content is None:
        raise NoPolicyError("no such file, or none that can be read")
    if len(content) > _LARGEST:
        raise NoPolicyError(f"it has more than {_LARGEST} bytes; SQS takes a policy of 8192")
    try:
        text = content.decode("utf-8-sig")
    except ValueError as error:
        raise NoPolicyError("it is no text in UTF-8") from error
    if not text.strip():
        raise NoPolicyError("it is empty")
    document = _parsed(text, "")
    queue = None
    attributes = document.stated.items.get("Attributes", document.stated) if isinstance(document.stated, Entries) else None
    if isinstance(attributes, Entries) and isinstance(attributes.items.get("Policy"), str):
        # The output of `aws sqs get-queue-attributes`: the policy is a text in it.
        text, queue = attributes.items["Policy"], attributes.items.get("QueueArn")
        document = _parsed(text, " in `Policy`")
    if not isinstance(document.stated, Entries):
        raise NoPolicyError('it is JSON, and no object: a policy is `{"Version": …, "Statement": […]}`')
    if not {name.lower() for name in document.stated.items} & {"statement", "version"}:
        held = ", ".join(f"`{name[:40]}`" for name in list(document.stated.items)[:3]) or "nothing"
        raise NoPolicyError(f"it is no policy: it has no `Statement`, and holds {held}")
    return _PolicyFile(text, document, queue if isinstance(queue, str) else None)


def _parsed(text: str, where: str) -> JsonDocument:
    try:
        return read_json_text(text)
    except NotJsonError as fault:
        line, column = fault_in(text)
        said = str(fault).partition(": line ")[0]
        raise NoPolicyError(f"it is no JSON{where}, at line {line}, column {column}: {said}") from fault


def _identity(arn: Optional[str]) -> QueueIdentity:
    if arn is None:
        return QueueIdentity()
    identity = identity_from_arn(arn)
    if identity.name is None:
        raise NoPolicyError(f"`{arn[:100]}` is no ARN of a queue, such as `arn:aws:sqs:eu-west-1:123456789012:orders`")
    return identity


def _place_of(problem: Problem, places: Mapping[str, Position]) -> Position:
    """Where a problem stands: its own place, or that of what holds it."""
    path = problem.path
    while path and path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return places.get(path, Position(1, 1))


def _as_text(
    document: PolicyDocument, verdicts: Sequence[tuple[_Question, Verdict]], problems: Sequence[tuple[Problem, Position]]
) -> Iterator[str]:
    for question, verdict in verdicts:
        mark = "✗" if _is_fault(question, verdict) else "?" if verdict.holds.is_unknown else "✓"
        yield f"{mark} {question.text}: {_answer(verdict)}"
        if verdict.holds.is_unknown:
            yield from (f"    {reason}" for reason in verdict.holds.reasons)
        elif _is_fault(question, verdict) and verdict.witness is not None:
            yield f"    {_fault_in_words(question, verdict.witness)}"
    yield ""
    yield "What each statement says:"
    for statement in document.statements:
        yield f"  {statement.label} {effect_in_words(statement)}"
    if problems:
        yield ""
        yield "What SQS refuses, or what has no effect:"
    for problem, (line, column) in problems:
        yield f"  line {line}, column {column}: {problem.text}; {problem.remedy}"


def _fault_in_words(question: _Question, witness: Witness) -> str:
    who, what = caller_in_words(witness.caller), actions_in_words(witness.actions)
    if question.verdict == "wildcard_action":
        return f"{statement_in_words(witness)} grants {what}."
    if question.verdict == "non_tls_refused":
        return f"No statement denies it: over plain HTTP {who} may call {what}{values_in_words(witness)}."
    return f"{statement_in_words(witness)}: {who} may call {what}{values_in_words(witness)}."


def _answer(verdict: Verdict) -> str:
    return "yes" if verdict.holds.is_yes else "no" if verdict.holds.is_no else "cannot be known"


def _as_json(
    policy: QueuePolicy, verdicts: Sequence[tuple[_Question, Verdict]], problems: Sequence[tuple[Problem, Position]]
) -> dict[str, Any]:
    return {
        "verdicts": [
            {
                "name": question.name,
                "holds": "yes" if verdict.holds.is_yes else "no" if verdict.holds.is_no else "unknown",
                "is_fault": _is_fault(question, verdict),
                "reasons": list(verdict.holds.reasons),
                "witness": _witness_as_json(verdict),
            }
            for question, verdict in verdicts
        ],
        "statements": [
            {
                "path": statement.path,
                "sid": str(statement.sid) if statement.sid else None,
                "effect": "Allow" if statement.is_allow.is_yes else "Deny" if statement.is_deny.is_yes else None,
                "principals": [str(text) for text in named_principals(statement)],
                "inverts_principals": statement.inverts_principals,
                "actions": names_of(statement.possible_actions),
            }
            for statement in policy.document.statements
        ],
        "problems": [
            {"path": problem.path, "line": line, "column": column, "text": problem.text, "remedy": problem.remedy}
            for problem, (line, column) in problems
        ],
    }


def _witness_as_json(verdict: Verdict) -> Optional[dict[str, Any]]:
    witness = verdict.witness
    if witness is None:
        return None
    return {
        "caller": caller_in_words(witness.caller).rstrip(","),
        "actions": names_of(witness.actions),
        "statement": witness.statement.path if witness.statement is not None else None,
        "values": {
            key: [str(one) for one in value] if isinstance(value, tuple) else None if value is None else str(value)
            for key, value in witness.values.items()
        },
    }
