"""Where the package lies."""

from __future__ import annotations

from pathlib import Path


def package_folder() -> Path:
    """The folder that `--external-checks-dir` takes."""
    return Path(__file__).resolve().parent.parent
