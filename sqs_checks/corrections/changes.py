"""A correction as a change of one file: where it belongs is known, what stands there is read when it is made."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.queue_model import QueueModels
from sqs_checks.model.relations import Place, Role
from sqs_checks.writing.source_text import Edit, NotPlacedError

# Folders that programs fill.
_MADE_FOLDERS = frozenset(
    (".terraform", ".external_modules", ".aws-sam", ".serverless", "cdk.out", "node_modules", "site-packages")
)
_MADE_TEXT = re.compile(
    r"\b(?:auto-?|automatically |code )?generated\b[^\n]*\b(?:do not|don't) (?:edit|modify)\b|\bDO NOT EDIT\b", re.I
)
_MADE_BY_CDK = re.compile(r"aws:cdk:path\b")
_HEAD = 2_000


class Change(NamedTuple):
    """path: of the file. block: of the code in it; of each, one change is made after the other. write: the edits that the file's
    text needs; raises NotPlacedError. target: what is changed, and value: to what; two changes of one target cannot both be made.
    is_setting: whether writing it once more must change nothing.
    """

    path: str
    block: Any
    write: Callable[[str], Sequence[Edit]]
    target: Any
    value: Any
    is_setting: bool = False


def refuse_made_files(path: str, text: str) -> None:
    """Raises NotPlacedError for a file that a program makes."""
    folder = next((part for part in os.path.abspath(path).split(os.sep)[:-1] if part in _MADE_FOLDERS), None)
    if folder is not None:
        raise NotPlacedError(f"it lies in `{folder}`, which a program fills")
    found = _MADE_TEXT.search(text, 0, _HEAD) or _MADE_BY_CDK.search(text)
    if found is not None:
        raise NotPlacedError(f"a program makes the file (`{found.group()}`)", found.start())


def sender_places(service: str, place: Optional[PolicyPlace], models: QueueModels) -> list[Place]:
    """What has a service send to the queues that a policy is attached to. Raises NotPlacedError where nothing is certain to."""
    queues = [queue for one in (place.attachments if place else ()) for queue in models.queues_of(one.queue)]
    uses = [
        (use, certainty)
        for queue in queues
        for use, certainty in queue.uses
        if use.service == service and use.role is not Role.CONSUMES
    ]
    if not uses:
        raise NotPlacedError(f"nothing in the code has `{service}` send to the queue")
    if not all(certainty.is_yes for _, certainty in uses):
        raise NotPlacedError(f"for what `{service}` sends to the queue is not certain")
    return [use.place for use, _ in uses]


def sender_statement(service: str, source: Any, operator: str = "ArnEquals", key: str = "aws:SourceArn") -> Mapping[str, Any]:
    """The elements of a statement that lets a service send for one source. source: as the notation of the place writes it."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Condition": {operator: {key: source}},
    }


def without_taken_sid(elements: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """The elements of a statement, without a `Sid` that the text has already: a policy takes each once."""
    sid = elements.get("Sid")
    if isinstance(sid, str) and sid in text:
        return {name: value for name, value in elements.items() if name != "Sid"}
    return elements
