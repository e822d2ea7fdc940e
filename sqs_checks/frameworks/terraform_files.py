"""`file()` and `templatefile()`, of files in the scanned tree.

Source: Terraform language documentation, functions `file` and `templatefile`.
"""

from __future__ import annotations

import ast
import os
import re
from typing import Any, Optional

from sqs_checks.frameworks.terraform_graph import FILE_PATH, Vertex

_CALL = re.compile(
    r"(?:\$\{)?(file|templatefile)\(\s*\"?((?:\$\{)?path\.(module|root)}?)?([^\"(),$]*)\"?\s*(?:,\s*(\{.*}))?\s*\)}?", re.DOTALL
)
_LARGEST_FILE = 1_000_000


def read_file_call(expression: str, resource: Vertex, scanned_file: str) -> Optional[str]:
    """The text that a call of either function gives; None where it is no such call or the text cannot be told.

    scanned_file: the file of the resource below the scanned root, as Checkov names it. Nothing outside that root is read.
    """
    call = _CALL.fullmatch(expression.strip())
    if call is None:
        return None
    function, has_base, base, relative, variables = call.groups()
    if not has_base or not relative.startswith("/"):
        return None
    own_file = str(resource.attributes.get(FILE_PATH))
    folder = resource.root_folder if base == "root" else os.path.dirname(own_file)
    root = own_file[: -len(scanned_file)] if own_file.endswith(scanned_file) else os.path.dirname(own_file)
    text = _read_below(root, os.path.join(folder, relative.lstrip("/")))
    if text is None or function == "file":
        return text
    return _rendered(text, variables or "{}")


def _read_below(root: str, path: str) -> Optional[str]:
    root, path = os.path.realpath(root), os.path.realpath(path)
    try:
        if os.path.commonpath([root, path]) != root or os.path.getsize(path) > _LARGEST_FILE:
            return None
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def _rendered(template: str, variables: str) -> Optional[str]:
    """The template with its variables filled in; what is not among them stays an expression. No directives (`%{ if … }`)."""
    try:
        values: Any = ast.literal_eval(variables)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if "%{" in template or not isinstance(values, dict):
        return None

    def fill(match: re.Match[str]) -> str:
        value = values.get(match.group(1))
        return str(value) if isinstance(value, (str, int)) else match.group()

    return re.sub(r"(?<!\$)\$\{\s*(\w+)\s*}", fill, template)
