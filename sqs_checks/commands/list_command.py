"""`sqs-checks list`: what the pack checks."""

from __future__ import annotations

import json
from typing import Any

from sqs_checks.commands.check_page import check_files, stated_by
from sqs_checks.commands.exit_codes import FINE
from sqs_checks.commands.tables import table


def list_checks(output_format: str) -> int:
    if output_format == "json":
        # Which types of resources a check is for its framework says, and that takes Checkov, which takes seconds.
        from sqs_checks.pack.catalogue import check_classes

        classes = check_classes()
        types = {
            check.id: sorted({name for one in classes if one.id == check.id for name in one.resource_types}) for check in classes
        }
        checks = [_as_json(check, types[check.id]) for check in {check.id: check for check in classes}.values()]
        print(json.dumps({"checks": checks}, indent=2, ensure_ascii=False))
        return FINE
    rows = []
    for check_id in check_files():
        stated = stated_by(check_id)
        peers, settings = (", ".join(stated.get(name, ())) or "-" for name in ("peers", "settings"))
        rows.append((check_id, stated["severity"].value, stated["name"], peers, settings))
    print(*table([("id", "severity", "promise", "Checkov's own", "settings"), *rows]), sep="\n")
    return FINE


def _as_json(check: Any, resource_types: list[str]) -> dict[str, Any]:
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
        "resource_types": resource_types,
    }
