"""The page of each check: the docstring of its file."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple, Optional

_HEADING = re.compile(r"^#+ ", re.MULTILINE)
_LINK = re.compile(r"\[([^]]+)]\(([^)]+)\)")
_pages: dict[str, RulePage] = {}


class RulePage(NamedTuple):
    """summary: the fault, in one sentence. markdown: the whole page; text: the same without Markdown's marks."""

    summary: str
    markdown: str
    text: str


def announce_pages(checks: Iterable[Any]) -> None:
    """Makes the pages of the pack's checks known to reports. A record of any other check is somebody else's."""
    for check in checks:
        # `python -OO` takes docstrings away.
        markdown = inspect.cleandoc(sys.modules[check.__module__].__doc__ or check.name)
        text = _LINK.sub(r"\1: \2", _HEADING.sub("", markdown))
        _pages[check.id] = RulePage(markdown.partition("\n")[0], markdown, text)


def page_of(check_id: str) -> Optional[RulePage]:
    """The page of a check of ours; None for checks of others."""
    return _pages.get(check_id)
