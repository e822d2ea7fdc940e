"""Finding the settings files that hold for a file of scanned code.

From the weakest to the strongest: the built-in defaults; `sqs-checks.yaml` in the working directory; those beside the
scanned code, from the root of the scan down to the folder of the file at hand; the file that the environment variable
`SQS_CHECKS_CONFIG` names. What is nearer to the code wins, and whoever sets the variable has the last word.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Optional

from sqs_checks.configuration.settings_layers import SettingsInForce, laid_over
from sqs_checks.configuration.settings_text import SettingsText, read_settings_text

FILE_NAME = "sqs-checks.yaml"
VARIABLE = "SQS_CHECKS_CONFIG"
_MISNAMED = "sqs-checks.yml"


def _folders(file: Optional[str], root: Optional[str]) -> Iterator[str]:
    """The folders whose settings hold for a file, the weakest first."""
    here = os.getcwd()
    yield here
    if file is None:
        return
    folder = os.path.dirname(os.path.abspath(file))
    top = os.path.abspath(root) if root is not None else folder
    chain = [folder]
    while folder != top and os.path.dirname(folder) != folder and _is_below(folder, top):
        folder = os.path.dirname(folder)
        chain.append(folder)
    yield from (one for one in reversed(chain) if one != here)


def _is_below(folder: str, top: str) -> bool:
    return folder.startswith(top.rstrip(os.sep) + os.sep)


@lru_cache(maxsize=256)
def _read(path: str, name: str, stamp: tuple[int, int]) -> SettingsText:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return read_settings_text(file.read(), name)
    except OSError as error:
        return SettingsText(name, problems=(f"{name}: cannot be read: {error.strerror}",))
    except UnicodeDecodeError:
        return SettingsText(name, problems=(f"{name}: is not UTF-8",))


def _stamp(path: str) -> Optional[tuple[int, int]]:
    """What tells one state of a file from another; None where there is no file."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def _named(path: str) -> str:
    """A path as the user would type it."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


@lru_cache(maxsize=256)
def _misnamed(path: str, name: str) -> SettingsText:
    return SettingsText(name, problems=(f"{name}: is not read under this name: call it {FILE_NAME}",))


@lru_cache(maxsize=16)
def _not_there(path: str) -> SettingsText:
    return SettingsText(path, problems=(f"{VARIABLE} names {path}: there is no such file",))


_log = logging.getLogger("sqs_checks.settings")
_logged: set[str] = set()


def log_broken(problems: Iterable[str]) -> None:
    """One ERROR line for each problem of a settings file, once a process."""
    for problem in problems:
        if problem not in _logged:
            _logged.add(problem)
            _log.error("sqs-checks: the settings are broken, and nothing is judged by them: %s", problem)


def read_settings_file(path: str) -> SettingsText:
    """One settings file, whatever its name; a problem where it cannot be read."""
    return _read(os.path.abspath(path), _named(path), _stamp(path) or (0, 0))


def settings_files(file: Optional[str] = None, root: Optional[str] = None) -> Iterator[SettingsText]:
    """The files that hold for a file of scanned code, the weakest first.

    file: None for what holds wherever the code lies. root: of the scan, or the code's own folder where it is not known.
    """
    for folder in dict.fromkeys(_folders(file, root)):
        path = os.path.join(folder, FILE_NAME)
        stamp = _stamp(path)
        if stamp is not None:
            yield _read(path, _named(path), stamp)
        elif _stamp(os.path.join(folder, _MISNAMED)) is not None:
            path = os.path.join(folder, _MISNAMED)
            yield _misnamed(path, _named(path))
    named = os.environ.get(VARIABLE)
    if named:
        stamp = _stamp(named)
        yield _read(os.path.abspath(named), named, stamp) if stamp is not None else _not_there(named)


def settings_for(file: Optional[str] = None, root: Optional[str] = None) -> SettingsInForce:
    """The settings in force for a file of scanned code; arguments as `settings_files` takes them."""
    return laid_over(tuple(settings_files(file, root)))
