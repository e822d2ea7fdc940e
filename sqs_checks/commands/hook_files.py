"""The two files that switch the pack on for plain `checkov` in one Python environment."""

from __future__ import annotations

import sysconfig
from pathlib import Path

# An orphaned file must stay silent: the package may have been uninstalled without `sqs-checks disable`. And whatever is wrong
# with the package, a syntax error in it too, no other program of this environment may suffer from it.
_PTH = (
    'import sys; exec("try:\\n from sqs_checks.commands.checkov_hook import install\\n install()\\nexcept Exception:\\n pass")\n'
)
# Python 3.15 reads `.start` files and will stop running code in `.pth` files (PEP 829).
_START = "sqs_checks.commands.checkov_hook:install\n"

_CONTENTS = {"sqs_checks_hook.pth": _PTH, "sqs_checks_hook.start": _START}


def site_packages() -> Path:
    """The folder in which this Python looks for such files."""
    return Path(sysconfig.get_paths()["purelib"])


def hook_files() -> list[Path]:
    """The files that are there."""
    return [path for path in (site_packages() / name for name in _CONTENTS) if path.is_file()]


def is_enabled() -> bool:
    return len(hook_files()) == len(_CONTENTS)


def is_current() -> bool:
    """Whether both files are there as this version writes them."""
    return all((site_packages() / name).is_file() and _content_of(name) == content for name, content in _CONTENTS.items())


def _content_of(name: str) -> str:
    try:
        return (site_packages() / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def write_hook_files() -> list[Path]:
    """Writes both files. Raises OSError where the folder cannot be written to."""
    for name, content in _CONTENTS.items():
        (site_packages() / name).write_text(content, encoding="utf-8")
    return hook_files()


def remove_hook_files() -> list[Path]:
    """Removes what is there and returns it. Raises OSError where a file cannot be removed."""
    found = hook_files()
    for path in found:
        path.unlink()
    return found
