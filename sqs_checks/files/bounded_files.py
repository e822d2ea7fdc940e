"""Reading files: regular ones of bounded size, below one folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import Optional

LARGEST_FILE = 5_000_000
_MOST_FILES = 10_000


def read_regular_file(path: str, largest: int = LARGEST_FILE) -> Optional[bytes]:
    """What a file holds; None where it is no regular file, is larger than that or cannot be read."""
    try:
        # Not blocking: a pipe would be waited for before it can be told from a file.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return None
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_size > largest:
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        try:
            content = file.read(largest + 1)
        except OSError:
            return None
    return content if len(content) <= largest else None


class BoundedFiles:
    """The files below a folder."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.realpath(folder)

    def holds(self, path: str) -> bool:
        """Whether a path, links followed, lies below the folder."""
        real = os.path.realpath(path)
        return real == self.folder or real.startswith(self.folder.rstrip(os.sep) + os.sep)

    def read(self, path: str) -> Optional[bytes]:
        """What a file below the folder holds; None where it cannot be read."""
        return read_regular_file(path) if self.holds(path) else None

    def names_below(self, folder: str) -> Optional[Sequence[str]]:
        """The regular files below a folder, relative to it, with `/`; None where they lie outside or are too many."""
        if not self.holds(folder):
            return None
        found: list[str] = []
        for inner, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(inner, name)
                if os.path.isfile(path):
                    found.append(os.path.relpath(path, folder).replace(os.sep, "/"))
            if len(found) > _MOST_FILES:
                return None
        return found
