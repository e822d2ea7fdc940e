"""What a row of the table of functions says, and what every function needs of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Optional, Protocol, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.type_constraints import DYNAMIC, Type
from sqs_checks.values.configuration_values import (
    OBJECT,
    SET,
    Deferred,
    Elements,
    Entries,
    PiecedText,
    Unknown,
    Value,
    first_unknown,
    is_wholly_known,
    why_unknown,
)


class FunctionContext(Protocol):
    """What a call may use beside its arguments."""

    def read_file(self, path: str) -> Union[bytes, Unknown]:
        """The content of a file; raises InvalidExpressionError where there is no such file."""

    def file_names(self, folder: str) -> Union[Sequence[str], Unknown]:
        """All regular files below a folder, by their paths in it; raises InvalidExpressionError where there is no such folder."""

    def render(self, template: Union[str, PiecedText], variables: Entries, name: str) -> Value:
        """What a template makes of variables. name: of the function that asks."""

    def spend(self, steps: int) -> None:
        """Raises BudgetExceededError when the steps are used up."""


class Function(NamedTuple):
    """A function of Terraform.

    evaluate: takes the converted arguments; before them the context where `uses_context`. parameters: their types.
    variadic: the type of all further arguments. result: the type of the result where it is unknown. nulls_from: the position
    from which arguments may be null. decides: whether `evaluate` takes arguments of which parts are not known; otherwise the
    result is unknown. may_be_null: whether the result can be null. minds_types: whether nulls among the arguments come as `Null`,
    with their types.
    """

    name: str
    evaluate: Callable[..., Value]
    parameters: tuple[Type, ...] = ()
    result: Type = DYNAMIC
    variadic: Optional[Type] = None
    nulls_from: Optional[int] = None
    decides: bool = False
    may_be_null: bool = False
    uses_context: bool = False
    minds_types: bool = False


def reason_of(value: Value) -> str:
    """Why a value, or its first part that is not known, is not known."""
    part = first_unknown(value)
    if isinstance(part, Deferred):
        return f"all attributes of `{part.label}` are known only when it is applied"
    return why_unknown(part)


def unknown_result(
    arguments: Iterable[Value], result: Type = DYNAMIC, *, not_null: bool = True, prefix: str = "", among: tuple[Value, ...] = ()
) -> Unknown:
    """The unknown result of a call, with the reason of the first argument that is not wholly known."""
    reason = next((reason_of(one) for one in arguments if not is_wholly_known(one)), "it is not known")
    known_type = None if result.kind == "dynamic" else result
    return Unknown(reason, known_type, not_null=not_null, prefix=prefix, among=among)


def expanded(value: Value) -> Value:
    """The value with every resource and module in it as an object, where all its attributes can be named."""
    if isinstance(value, Deferred) and value.names is not None:
        return Entries(OBJECT, {name: expanded(value.get(name)) for name in sorted(value.names)})
    if isinstance(value, Elements) and any(isinstance(item, (Deferred, Elements, Entries)) for item in value.items):
        return Elements(value.kind, [expanded(item) for item in value.items], value.type)
    if isinstance(value, Entries) and any(isinstance(item, (Deferred, Elements, Entries)) for item in value.items.values()):
        return Entries(value.kind, {name: expanded(item) for name, item in value.items.items()}, value.type)
    return value


def has_unsure_elements(value: Elements) -> bool:
    """Whether it is not known how many elements there are, or in which order: those of a set may prove to be equal."""
    return value.kind == SET and len(value.items) > 1 and not is_wholly_known(value)


def whole_number(value: Any, what: str, *, least: Optional[int] = None) -> int:
    """A number that must be whole, as Go's `int` can hold it."""
    if not -(2**63) <= value < 2**63 or value != int(value):
        raise InvalidExpressionError(f"{what} must be a whole number")
    if least is not None and value < least:
        raise InvalidExpressionError(f"{what} must be at least {least}")
    return int(value)


def weight_of(value: Value) -> int:
    """How many steps it costs to look at all of a value."""
    if isinstance(value, (Elements, Entries)):
        return value.weight
    if isinstance(value, str):
        return 1 + len(value) // 64
    if isinstance(value, PiecedText):
        return 1 + sum(1 + len(piece) // 64 if isinstance(piece, str) else 1 for piece in value.pieces)
    return 1
