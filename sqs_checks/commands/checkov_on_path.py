"""The `checkov` that the user's shell would run."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Optional


def checkov_on_path() -> Optional[Path]:
    """Its path; None where the PATH holds none."""
    found = shutil.which("checkov")
    return Path(found).absolute() if found else None


def is_of_this_environment(program: Path) -> bool:
    """Whether a program belongs to the environment of the Python that runs this."""
    # Not resolved: an environment's Python is a link into another one.
    folders = {Path(sys.executable).parent, Path(sys.prefix) / "bin", Path(sys.prefix) / "Scripts"}
    return any(program.parent == folder.absolute() for folder in folders)
