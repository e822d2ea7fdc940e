"""What a plan depends on and the code leaves open: conditions and keys, each with the cases that there are.

A case takes some expressions to have a value, by the module that they stand in and their text. Where that of a variable is
taken, all that the code makes of it follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

from sqs_checks.terraform.modules.resource_address import ModuleStep
from sqs_checks.terraform.syntax.expression_text import expression_text
from sqs_checks.terraform.syntax.syntax_tree import Binary, Literal, Traversal
from sqs_checks.values.configuration_values import Value

# A question has no more answers than these, else it is left open.
_MOST_ANSWERS = 8

ModulePath = tuple[ModuleStep, ...]
# The values that expressions are taken to have, by the module that they stand in and their text.
Taken = Mapping[tuple[ModulePath, str], Value]
NOT_TAKEN = object()


class Answer(NamedTuple):
    """words: what must be so (`` `var.env` is `prod` ``). taken: what then is the value of which expressions."""

    words: str
    taken: Taken


class OpenQuestion(NamedTuple):
    """reason: why it is open, as whatever depends on it gives for its own reason. answers: all that there can be."""

    reason: str
    answers: Sequence[Answer]


def is_variable(expression: Any) -> bool:
    return isinstance(expression, Traversal) and expression.root == "var" and len(expression.steps) == 1


def compared_with_literal(expression: Any) -> Optional[tuple[Any, Literal]]:
    """Of a variable that is compared with a text or null, both; None of another expression.

    A text that reads as a number or a bool may be equal to what is none.
    """
    if not isinstance(expression, Binary) or expression.operator != "==":
        return None
    for one, other in ((expression.left, expression.right), (expression.right, expression.left)):
        if is_variable(one) and isinstance(other, Literal) and (other.value is None or _is_word(other.value)):
            return one, other
    return None


def _is_word(value: Value) -> bool:
    return (
        isinstance(value, str) and value not in ("true", "false") and not value[:1].isdigit() and value[:1] not in ("-", "+", ".")
    )


def truth_question(path: ModulePath, condition: Any, reason: str, is_bool: bool) -> OpenQuestion:
    """Whether a condition holds. path: of the module that it stands in. reason: why that is open. is_bool: whether the condition
    is a variable that can be nothing else; one that can may be another text where nobody asks for its truth.
    """
    text = expression_text(condition)
    compared = compared_with_literal(condition)
    # Each question has a reason of its own: by that it is found again.
    if is_variable(condition) and not is_bool:
        reason = f"whether {_named(path, text)} is true is not known: {reason}"
    elif not (is_variable(condition) and not path and f"`{text}`" in reason):
        reason = f"{_named(path, text)} is not known: {reason}"
    if compared is None:
        answers = [Answer(f"{_named(path, text)} is {str(truth).lower()}", {(path, text): truth}) for truth in (True, False)]
        return OpenQuestion(reason, answers)
    variable, literal = expression_text(compared[0]), compared[1].value
    said = "null" if literal is None else f"`{literal}`" if literal else "empty"
    is_so = {(path, variable): literal, (path, text): True}
    named = _named(path, variable)
    return OpenQuestion(reason, [Answer(f"{named} is {said}", is_so), Answer(f"{named} is not {said}", {(path, text): False})])


def key_question(
    path: ModulePath, expression: Any, keys: Sequence[Value], other: Optional[Value], reason: str
) -> Optional[OpenQuestion]:
    """Which key of a collection an expression is; None where these are too many. other: what it is taken to be where it is
    none of them, unless it must be one.
    """
    if len(keys) + (other is not None) > _MOST_ANSWERS:
        return None
    text = expression_text(expression)
    named, listed = _named(path, text), ", ".join(f"`{key}`" for key in keys)
    answers = [Answer(f"{named} is `{key}`", {(path, text): key}) for key in keys]
    if other is None:
        return OpenQuestion(f"which of {listed} {named} is, is not known: {reason}", answers)
    answers.append(Answer(f"{named} is none of {listed}", {(path, other_key(text, keys)): other}))
    return OpenQuestion(f"whether {named} is one of {listed} is not known: {reason}", answers)


def other_key(text: str, keys: Sequence[Value]) -> str:
    """By what it is taken that an expression is none of some keys."""
    return f"{text} is none of {list(keys)}"


def _named(path: ModulePath, text: str) -> str:
    return f"`{text}` of `{'.'.join(map(str, path))}`" if path else f"`{text}`"
