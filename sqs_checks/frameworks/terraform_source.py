"""The text of Terraform code: what Checkov has worked out wrongly, or thrown away, still stands there.

Source: Terraform language documentation, "Syntax".
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Optional

_LARGEST_FILE = 5_000_000
_COMMENT = re.compile(r"\s*(?:#|//)")


def lines_of(attributes: Mapping[str, Any]) -> tuple[int, int]:
    """The first and the last line of a block; zeros where Checkov does not tell. attributes: of the block's vertex."""
    stated: Any = attributes.get("config_")
    while isinstance(stated, dict):
        if "__start_line__" in stated:
            first, last = stated["__start_line__"], stated.get("__end_line__")
            return (first, last) if isinstance(first, int) and isinstance(last, int) else (0, 0)
        stated = next(iter(stated.values())) if len(stated) == 1 else None
    return 0, 0


def text_of(attributes: Mapping[str, Any]) -> str:
    """A block as it is written, lines of comment left empty; nothing where it cannot be read."""
    first, last = lines_of(attributes)
    return "".join(_lines(str(attributes.get("file_path_")))[first - 1 : last]) if first else ""


@lru_cache(maxsize=64)
def _lines(path: str) -> tuple[str, ...]:
    try:
        if os.path.getsize(path) > _LARGEST_FILE:
            return ()
        with open(path, encoding="utf-8", errors="replace") as file:
            return tuple("\n" if _COMMENT.match(line) else line for line in file)
    except OSError:
        return ()


def argument(block: str, name: str) -> Optional[str]:
    """The expression of an argument of a block; None where the block does not state it. block: from its header on."""
    if name not in block:
        return None
    depth = 0
    position = block.find("{") + 1
    pattern = re.compile(rf"[ \t]*{re.escape(name)}[ \t]*=(?!=)[ \t]*")
    at_line_start = True
    while 0 < position < len(block):
        if depth == 0 and at_line_start:
            found = pattern.match(block, position)
            if found:
                return block[found.end() : end_of_expression(block, found.end())].strip()
        character = block[position]
        at_line_start = character in "\n{;"
        if character == '"':
            position = _end_of_string(block, position)
            continue
        depth += (character in "([{") - (character in ")]}")
        position += 1
    return None


def end_of_expression(text: str, start: int) -> int:
    """Where an expression ends: with its line, or behind the brackets that it opens."""
    depth = 0
    position = start
    while position < len(text):
        character = text[position]
        if character == '"':
            position = _end_of_string(text, position)
            continue
        if depth == 0 and (character in "\n)]}" or text.startswith(("#", "//"), position)):
            return position
        depth += (character in "([{") - (character in ")]}")
        position += 1
    return position


def _end_of_string(text: str, start: int) -> int:
    """The position behind a quoted text, with what is interpolated in it."""
    position, depth = start + 1, 0
    while position < len(text):
        if text[position] == "\\":
            position += 2
            continue
        if text.startswith("${", position):
            depth += 1
            position += 2
            continue
        if depth and text[position] == "}":
            depth -= 1
        elif not depth and text[position] == '"':
            return position + 1
        position += 1
    return position


@lru_cache(maxsize=256)
def locals_in(folder: str) -> Mapping[str, str]:
    """The expressions of the local values of a module, by name."""
    found: dict[str, str] = {}
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".tf"))
    except OSError:
        return found
    for name in names:
        text = "".join(_lines(os.path.join(folder, name)))
        for block in re.finditer(r"(?m)^locals\s*\{", text):
            end = end_of_expression(text, block.end() - 1)
            body = text[block.end() : end]
            found.update(_assignments(body))
    return found


def _assignments(body: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    position = 0
    pattern = re.compile(r"\s*([A-Za-z_][\w-]*)[ \t]*=(?!=)[ \t]*")
    while True:
        match = pattern.match(body, position)
        if match is None:
            return found
        end = end_of_expression(body, match.end())
        found[match.group(1)] = body[match.end() : end].strip()
        newline = body.find("\n", end)
        if newline < 0:
            return found
        position = newline
