"""Reading a resource once for all the checks on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class LastRead(Generic[T]):
    """What was read of the resource scanned last in this thread: Checkov runs all checks on one resource in a row."""

    def __init__(self) -> None:
        self._last = threading.local()

    def get(self, conf: Any, read: Callable[[], T]) -> T:
        """What `read` says of the resource; it is called for the first check only. conf: as Checkov hands it to each."""
        if getattr(self._last, "conf", None) is not conf:
            self._last.value = read()
            self._last.conf = conf
        value: T = self._last.value
        return value
