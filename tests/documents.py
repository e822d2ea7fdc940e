"""The documents of the repository, and what stands in their fences."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Optional

import yaml
from conftest import REPOSITORY

DOCUMENTS = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
_FENCE = re.compile(
    r"(?:^ *<!-- (?P<marker>[^\n]*?) -->\n)?^(?P<indent> *)```(?P<language>\w*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL
)


@dataclass
class Snippet:
    """Shell code of a document, and what it is said to print.

    marker: the comment before it. is_of_pipeline: whether it stands in the YAML of one. output: all that it prints.
    excerpt: lines of that.
    """

    text: str
    marker: str
    is_of_pipeline: bool = False
    output: Optional[str] = None
    excerpt: list[str] = field(default_factory=list)

    @property
    def is_run(self) -> bool:
        return not self.marker.startswith("not run: ")

    @property
    def exit_code(self) -> int:
        found = re.fullmatch(r"exit (\d+)", self.marker)
        return int(found.group(1)) if found else 0


def snippets(text: str) -> list[Snippet]:
    """The shell snippets of a document, each with the output that follows it."""
    found: list[Snippet] = []
    for fence in _FENCE.finditer(text):
        language, marker, body = fence["language"], fence["marker"] or "", textwrap.dedent(fence["body"])
        if language == "sh":
            found.append(Snippet(body, marker))
        elif language in ("yaml", "yml"):
            commands = list(_commands(yaml.safe_load(body)))
            if commands:
                found.append(Snippet("\n".join(commands), marker, is_of_pipeline=True))
        elif marker == "output":
            found[-1].output = body
        elif marker == "excerpt":
            found[-1].excerpt = body.splitlines()
    return found


def _commands(document: Any) -> Iterator[str]:
    """What a pipeline runs in its shell: GitHub's `run`, GitLab's `script`."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "run" and isinstance(value, str):
                yield value
            elif key == "script" and isinstance(value, list):
                yield from value
            else:
                yield from _commands(value)
    elif isinstance(document, list):
        for item in document:
            yield from _commands(item)


def with_outputs(text: str, outputs: list[Optional[str]]) -> str:
    """The document with what its snippets print written anew. outputs: of each snippet; None for what is not to be changed."""
    number = -1

    def written(fence: re.Match[str]) -> str:
        nonlocal number
        body = textwrap.dedent(fence["body"])
        if fence["language"] == "sh" or (fence["language"] in ("yaml", "yml") and any(_commands(yaml.safe_load(body)))):
            number += 1
        elif fence["marker"] == "output" and outputs[number] is not None:
            return f"<!-- output -->\n```{fence['language']}\n{outputs[number]}```"
        return fence.group(0)

    return _FENCE.sub(written, text)


def without_dead_links(markdown: str) -> str:
    """A document for where no other file of the repository is: its relative links are what they name."""
    return re.sub(r"\[([^]]+)]\((?!https?://|#)([^)]+)\)", lambda link: link[1], markdown)
