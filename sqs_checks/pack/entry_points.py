"""The entry-point group through which packs of checks offer themselves."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from importlib import metadata

GROUP = "checkov.external_checks"

_lock = threading.RLock()
_loaded = False


def _entry_points() -> Iterable[metadata.EntryPoint]:
    found = metadata.entry_points()
    # Python 3.9 has no `select`; a mapping by group stands in its place.
    return found.select(group=GROUP) if hasattr(found, "select") else found.get(GROUP, ())


def load_external_checks() -> None:
    """Calls every entry point of the group, once a process. A pack that fails is named on stderr; the others load."""
    global _loaded
    with _lock:
        if _loaded:
            return
        _loaded = True
        for entry_point in _entry_points():
            try:
                entry_point.load()()
            except Exception as error:  # a broken pack must not take Checkov down
                print(
                    f"{GROUP}: `{entry_point.name}` ({entry_point.value}) failed to load: {type(error).__name__}: {error}",
                    file=sys.stderr,
                )
