"""All checks of the pack."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from sqs_checks import checks
from sqs_checks.reporting.checkov_check import CheckovCheck


@cache
def check_classes() -> tuple[type[CheckovCheck], ...]:  # type: ignore[type-arg]
    """Every check in `sqs_checks/checks`, one class a framework, in the order of their ids."""
    modules = [importlib.import_module(f"{checks.__name__}.{found.name}") for found in pkgutil.iter_modules(checks.__path__)]
    classes = [
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, CheckovCheck) and member.__module__ == module.__name__
    ]
    return tuple(sorted(classes, key=lambda check: (int(check.id.rsplit("_", 1)[1]), check.__name__)))
