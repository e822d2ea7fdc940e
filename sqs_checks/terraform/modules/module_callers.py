"""Who calls a module, where only the module itself is scanned: an editor or a hook names one file of it.

Source: Terraform language documentation, "Module Sources" (local paths).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Optional

from sqs_checks.files.bounded_files import read_regular_file

_SOURCE = re.compile(rb'^\s*source\s*=\s*"(\.{1,2}(?:/[^"$]*)?)"', re.MULTILINE)
_MOST_FILES = 3_000
_LARGEST_FILE = 500_000
_HIGHEST = 12  # folders between a module and the top of its repository


def caller_of(folder: str, scanned_folder: str) -> Optional[str]:
    """The file of the repository, outside of what is scanned, that calls the module in a folder; None where none does."""
    top = _repository_of(scanned_folder)
    if top is None or os.path.normpath(scanned_folder) == top:
        return None  # whoever calls it is scanned too
    return _callers(top).get(os.path.normpath(folder))


def _repository_of(folder: str) -> Optional[str]:
    for _ in range(_HIGHEST):
        if os.path.exists(os.path.join(folder, ".git")):
            return os.path.normpath(folder)
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return None


@lru_cache(maxsize=4)
def _callers(top: str) -> dict[str, str]:
    """The folders of a repository that are called by a local path, each with a file that does."""
    found: dict[str, str] = {}
    for path in _code_files(top):
        content = read_regular_file(path, _LARGEST_FILE) or b""
        for match in _SOURCE.finditer(content) if b"module" in content else ():
            source = match.group(1).decode("utf-8", "replace")
            called = os.path.normpath(os.path.join(os.path.dirname(path), source))
            found.setdefault(called, os.path.relpath(path, top).replace(os.sep, "/"))
    return found


def _code_files(top: str) -> Iterator[str]:
    count = 0
    for folder, inner, names in os.walk(top):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(".tf"):
                count += 1
                if count > _MOST_FILES:
                    return
                yield os.path.join(folder, name)
