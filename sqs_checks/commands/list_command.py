"""`sqs-checks list`: what the pack checks."""

from __future__ import annotations

import json
from typing import Any

from sqs_checks.commands.exit_codes import FINE
from sqs_checks.commands.tables import table
from sqs_checks.pack.catalogue import check_classes


def list_checks(output_format: str) -> int:
    checks = list({check.id: check for check in check_classes()}.values())
    if output_format == "json":
        print(json.dumps({"checks": [_as_json(check) for check in checks]}, indent=2, ensure_ascii=False))
        return FINE
    rows = [
        (check.id, check.severity.value, check.name, ", ".join(check.peers) or "-", ", ".join(check.settings) or "-")
        for check in checks
    ]
    print(*table([("id", "severity", "promise", "Checkov's own", "settings"), *rows]), sep="\n")
    return FINE


def _as_json(check: Any) -> dict[str, Any]:
    return {
        "id": check.id,
        "name": check.name,
        "severity": check.severity.value,
        "area": check.area.value,
        "why": check.why,
        "guideline": check.guideline,
        "checkov_checks": list(check.peers),
        "settings": list(check.settings),
        "judges_only": check.judges_only or None,
        "resource_types": sorted({name for other in check_classes() if other.id == check.id for name in other.resource_types}),
    }
