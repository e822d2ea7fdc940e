"""Amending what functions of Checkov's return, where its reports leave no room for what a check has to say."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

_log = logging.getLogger("sqs_checks.reporting")


def amend(module: str, name: str, amended: Callable[..., Any]) -> None:
    """Has what a function or class of Checkov's returns pass through `amended(result, *arguments)`.

    name: within the module, dotted for a method. Where this Checkov has no such name, nothing happens; where amending
    fails, the log says so and the result is Checkov's own.
    """
    *owners, last = name.split(".")
    try:
        owner: Any = importlib.import_module(module)
        for part in owners:
            owner = getattr(owner, part)
        original = getattr(owner, last)
    except (ImportError, AttributeError):
        return

    @wraps(original, updated=())
    def amending(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        try:
            return amended(result, *args, **kwargs)
        except Exception:  # a report without explanations is better than none
            _log.error("`%s.%s` could not be amended", module, name, exc_info=True)
            return result

    setattr(owner, last, amending)
