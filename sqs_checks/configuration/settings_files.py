"""Finding the settings files that hold for a file of scanned code.

From the weakest to the strongest: the built-in defaults; `sqs-checks.yaml` in the working directory; those beside the
scanned code, from the root of the scan down to the folder of the file at hand; the file that the environment variable
`SQS_CHECKS_CONFIG` names. What is nearer to the code wins, and whoever sets the variable has the last word.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Optional

from sqs_checks.configuration.setting_kinds import one_line, shortened
from sqs_checks.configuration.settings_layers import SettingsInForce, laid_over
from sqs_checks.configuration.settings_text import MOST_BYTES, SettingsText, read_settings

FILE_NAME = "sqs-checks.yaml"
VARIABLE = "SQS_CHECKS_CONFIG"
_MISNAMED = "sqs-checks.yml"
_Stamp = tuple[int, int]


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


class _UnreadableError(Exception):
    """Why a file is not read, in words."""


@lru_cache(maxsize=256)
def _read(path: str, name: str, stamp: _Stamp) -> SettingsText:
    try:
        return read_settings(_content(path), name)
    except _UnreadableError as error:
        return SettingsText(name, problems=(f"{name}: cannot be read: {error}",))
    except OSError as error:
        return SettingsText(name, problems=(f"{name}: cannot be read: {error.strerror}",))


def _content(path: str) -> bytes:
    """The bytes of a file, and no more of them than tell that it is too large."""
    # Asked before it is opened, since opening some devices does something; and after, since it may be another one by then.
    _refuse_unless_regular(os.stat(path))
    with open(path, "rb", opener=_open_without_waiting) as file:
        _refuse_unless_regular(os.fstat(file.fileno()))
        content: Optional[bytes] = file.read(MOST_BYTES + 1)
    if content is None:  # some files of the system have nothing to read as yet
        raise _UnreadableError("it is no regular file")
    return content


def _refuse_unless_regular(state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise _UnreadableError("it is a folder" if stat.S_ISDIR(state.st_mode) else "it is no regular file")


def _open_without_waiting(path: str, flags: int) -> int:
    """Opening a FIFO waits for somebody to write into it, where nothing says otherwise."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _stamp(path: str) -> Optional[_Stamp]:
    """What tells one state of a file from another; None where there is none. A link is there wherever it leads."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return (0, 0) if os.path.lexists(path) else None
    return state.st_mtime_ns, state.st_size


def _named(path: str) -> str:
    """A path as the user would type it."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # no working directory any more; another drive
        return one_line(path)
    return one_line(path if relative.startswith(os.pardir) else relative)


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
        yield _read(os.path.abspath(named), one_line(named), stamp) if stamp is not None else _not_there(one_line(named))


def settings_for(file: Optional[str] = None, root: Optional[str] = None) -> SettingsInForce:
    """The settings in force for a file of scanned code; arguments as `settings_files` takes them. Never raises."""
    try:
        return laid_over(tuple(settings_files(file, root)))
    except Exception as error:  # without settings nothing may be judged, and that must be said
        return SettingsInForce(problems=(f"they cannot be looked for: {type(error).__name__}: {shortened(str(error))}",))
