"""The description of queues as JSON, for programs: each field as `queue_description` has it."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import Enum
from typing import Any

from sqs_checks.descriptions.queue_description import CodeDescription


def json_description(code: CodeDescription) -> str:
    stated = asdict(code, dict_factory=_object)
    stated["not_read"] = [{"file": file, "why": why} for file, why in code.not_read]
    return json.dumps(stated, indent=2, ensure_ascii=False) + "\n"


def _object(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in items}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "_asdict"):  # a named tuple: a resource by its label and its file
        return value._asdict()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
