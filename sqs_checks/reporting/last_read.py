"""Reading a resource once for all the checks on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class OfRun(threading.local, Generic[T]):
    """What was read in this thread during one run of Checkov, by a key.

    token: an object that another run does not share, such as the graph or the template.
    """

    def __init__(self) -> None:
        self._token: Any = None
        self._read: dict[Any, T] = {}

    def get(self, token: Any, key: Any, read: Callable[[], T]) -> T:
        """What `read` says of the key; it is called once a run."""
        if token is not self._token:
            self._token, self._read = token, {}
        if key not in self._read:
            self._read[key] = read()
        return self._read[key]


class LastRead(threading.local, Generic[T]):
    """What was read of the resource scanned last in this thread: Checkov runs all checks on one resource in a row."""

    _conf: Any = None
    _value: T

    def get(self, conf: Any, read: Callable[[], T]) -> T:
        """What `read` says of the resource; it is called for the first check only. conf: as Checkov hands it to each."""
        if self._conf is not conf:
            self._value = read()
            self._conf = conf
        return self._value
