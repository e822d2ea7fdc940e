"""What the evaluation of one attribute may use: files of the scan, templates, and a budget of steps."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Union

from sqs_checks.files.bounded_files import BoundedFiles
from sqs_checks.terraform.evaluation.evaluation_errors import BudgetExceededError, InvalidExpressionError, IsFolderError
from sqs_checks.terraform.evaluation.expression_evaluator import Evaluator
from sqs_checks.terraform.syntax.expression_parser import ExpressionParser, SyntaxFaultError
from sqs_checks.values.configuration_values import Entries, PiecedText, TooHeavyError, Unknown, Value, why_unknown
from sqs_checks.values.exact_numbers import parse_number

STEPS = 200_000


class EvaluationContext:
    """files: those that may be read. root_folder: what relative paths start from."""

    def __init__(self, files: BoundedFiles, root_folder: str) -> None:
        self._files = files
        self._root_folder = root_folder
        self._steps = STEPS
        self._is_in_template = False

    def spend(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise BudgetExceededError

    def read_file(self, path: str) -> Union[bytes, Unknown]:
        full = os.path.join(self._root_folder, path)
        content = self._files.read(full)
        if content is None and self._files.holds(full) and os.path.isdir(full):
            raise IsFolderError(f"`{path}` is a folder")
        if content is None and self._files.holds(full) and not os.path.lexists(full):
            raise InvalidExpressionError(f"there is no file `{path}`")
        if content is None:
            return Unknown(f"the file `{path}` is not in the scanned folder", not_null=True)
        self.spend(len(content) // 1_000)
        return content

    def file_names(self, folder: str) -> Union[Sequence[str], Unknown]:
        names = self._files.names_below(os.path.join(self._root_folder, folder))
        return names if names is not None else Unknown(f"the folder `{folder}` is not in the scanned folder", not_null=True)

    def render(self, template: Union[str, PiecedText], variables: Entries, name: str) -> Value:
        if isinstance(template, PiecedText):
            return Unknown(why_unknown(template), not_null=True)
        if self._is_in_template:
            raise InvalidExpressionError(f"a template cannot call `{name}`")
        self.spend(len(template) // 100)
        try:
            expression = ExpressionParser(template, parse_number).template()
        except SyntaxFaultError as fault:
            raise InvalidExpressionError(f"`{name}` is no template: {fault}") from fault
        self._is_in_template = True
        try:
            return Evaluator(_TemplateNames(variables), self).evaluate(expression)
        finally:
            self._is_in_template = False


class _TemplateNames:
    """A template knows the variables that it is given, and no others."""

    def __init__(self, variables: Entries) -> None:
        self._variables = variables

    def resolve(self, root: str, steps: tuple[Any, ...]) -> tuple[Value, int]:
        if root not in self._variables.items:
            raise InvalidExpressionError(f"the template is given no `{root}`")
        return self._variables.part(root), 0

    def without_values(self) -> _TemplateNames:
        return self

    def truth_in_case(self, condition: Any, truth: Unknown) -> Value:
        return truth  # in which case a template is rendered is up to whoever does it

    def key_in_case(self, expression: Any, key: Value, keys: Sequence[Value], otherwise: bool) -> Value:
        return key


class Memo:
    """Values that are worked out once: an unknown where that takes too much, a fault where Terraform refuses it.

    A value that depends on itself is refused.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def get(self, key: Any, label: str, compute: Callable[[], Value]) -> Value:
        """The value of a key. label: what a reason calls it. Raises InvalidExpressionError where it is refused."""
        if key in self._known:
            found = self._known[key]
            if found is _IN_PROGRESS:
                raise InvalidExpressionError(f"`{label}` depends on itself")
            if isinstance(found, InvalidExpressionError):
                raise found
            return found
        self._known[key] = _IN_PROGRESS
        try:
            value = compute()
        except InvalidExpressionError as fault:
            self._known[key] = fault
            raise
        except (BudgetExceededError, TooHeavyError):
            value = Unknown(f"working out `{label}` takes too much")
        except RecursionError:
            # How deep the stack is depends on who asks: not to be remembered.
            del self._known[key]
            raise
        except BaseException:
            del self._known[key]
            raise
        self._known[key] = value
        return value


_IN_PROGRESS = object()
