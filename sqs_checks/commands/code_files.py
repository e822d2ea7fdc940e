"""Whether there is any code at a path, by the names of files: what Checkov reads as Terraform or CloudFormation."""

from __future__ import annotations

import os
from pathlib import Path

_ENDINGS = (".tf", ".tofu", ".hcl", ".json", ".yaml", ".yml", ".template")


def may_be_code(path: Path) -> bool:
    """Whether a file may be code; of a folder, whether any file below it may be. Hidden folders are not looked into."""
    if not path.is_dir():
        return path.name.endswith(_ENDINGS)
    for _, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if any(name.endswith(_ENDINGS) for name in names):
            return True
    return False
