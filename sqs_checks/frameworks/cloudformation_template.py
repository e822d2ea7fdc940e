"""The template behind a resource: Checkov hands a check the resource alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Optional

from checkov.cloudformation.parser import parse


@lru_cache(maxsize=16)
def _resource_types(path: str, modified: float) -> Mapping[str, str]:
    try:
        template, _ = parse(path)
    except Exception:  # Checkov's parser raises whatever its YAML and JSON readers raise
        return {}
    resources = template.get("Resources") if isinstance(template, Mapping) else None
    return {
        str(name): str(resource["Type"])
        for name, resource in (resources.items() if isinstance(resources, Mapping) else ())
        if isinstance(resource, Mapping) and "Type" in resource
    }


def resource_type(properties: Mapping[str, Any], logical_id: str) -> Optional[str]:
    """The type of another resource of the template that the properties stand in; None where there is no such resource."""
    path = properties.get("__file__")
    try:
        return _resource_types(str(path), os.stat(str(path)).st_mtime).get(logical_id)
    except OSError:
        return None
