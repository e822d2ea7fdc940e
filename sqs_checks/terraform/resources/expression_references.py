"""What an expression of the code refers to, compared with what a plan says that it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqs_checks.terraform.syntax.syntax_tree import For, Traversal


def fits_references(expression: Any, references: Sequence[str]) -> bool:
    """Whether an expression may be the one of which a plan tells the references: both name the same things."""
    if expression is None:
        return False
    named = {_shortened(reference) for reference in references}
    return set(_references(expression, frozenset())) == named - {""}


def _references(expression: Any, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(expression, Traversal) and expression.root not in bound:
        names = [step for step in expression.steps if isinstance(step, str)]
        yield _shortened(".".join((expression.root, *names)))
    if isinstance(expression, For):
        bound = bound | {expression.value_name, expression.key_name or expression.value_name}
    if isinstance(expression, tuple):
        for part in expression:
            yield from _references(part, bound)


def _shortened(reference: str) -> str:
    """The thing that is referred to, without its attributes and keys."""
    parts = reference.replace("[", ".").replace("]", "").split(".")
    count = 3 if parts[0] == "data" else 2
    return ".".join(parts[:count]) if len(parts) >= count else ""
