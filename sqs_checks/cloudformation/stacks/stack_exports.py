"""What stacks export, and what an import of a name that may not be known can be.

Source: AWS CloudFormation User Guide, "Get exported outputs from a deployed CloudFormation stack"; Template Reference,
"Fn::ImportValue".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import Case
from sqs_checks.cloudformation.intrinsics.template_evaluator import TemplateEvaluator
from sqs_checks.cloudformation.intrinsics.template_parameters import SHARED_PSEUDO_PARAMETERS
from sqs_checks.cloudformation.intrinsics.template_scalars import OfElsewhere, Refused, why_open
from sqs_checks.cloudformation.intrinsics.value_comparisons import may_be_equal
from sqs_checks.values.configuration_values import Attribute, PiecedText, Unknown, Value, is_hidden

_MOST_CASES = 8  # of a name or of its value
_MOST_POSSIBILITIES = 300


class Export:
    """An output under one of the names that it can have.

    evaluator: of the stack that exports. output: which of its outputs. name: a text, or what is known of it. case: in which it
    has this name.
    """

    def __init__(self, evaluator: TemplateEvaluator, output: str, name: Value, case: Case) -> None:
        self.evaluator = evaluator
        self.output = output
        self.name = name
        self.case = case
        self._values: Optional[tuple[Value, ...]] = None

    @property
    def values(self) -> tuple[Value, ...]:
        """What it can be where it has this name."""
        if self._values is None:
            # While it is worked out: an export may be what the stack imports.
            self._values = (Unknown(f"the export `{self.output}` depends on itself", not_null=True),)
            node = self.evaluator.outputs[self.output].value
            found = self.evaluator.cases(node, self.case, most=_MOST_CASES)
            self._values = tuple(dict.fromkeys(one.value for one in found))
        return self._values

    def __repr__(self) -> str:
        return f"Export({self.output})"


def exports_of(evaluator: TemplateEvaluator) -> list[Export]:
    """What a stack exports, once for each name that an output can have."""
    found = []
    for output, stated in evaluator.outputs.items():
        if stated.export_name is None:
            continue
        for named in evaluator.output_cases(output, stated.export_name, most=_MOST_CASES):
            if (isinstance(named.value, str) or is_hidden(named.value)) and not isinstance(named.value, Refused):
                found.append(Export(evaluator, output, named.value, named.case))
    return found


class ExportIndex:
    """The exports of a scan, by name."""

    def __init__(self, exports: Iterable[Export]) -> None:
        self.exports = tuple(exports)
        self._by_name: dict[Hashable, list[Export]] = {}
        unnamed: list[Export] = []
        for export in self.exports:
            told = _told(export.name)
            if told is not None:
                self._by_name.setdefault(told, []).append(export)
            else:
                unnamed.append(export)
        self._unnamed = _UnnamedExports(unnamed)
        self._found: dict[Any, tuple[Export, ...]] = {}

    def candidates(self, name: Value) -> tuple[Export, ...]:
        """What an import of this name can be: for a known name those exports that have it, where there are any."""
        key = (name, name.among if isinstance(name, Unknown) else ())
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(self._candidates(name))
        return found

    def _candidates(self, name: Value) -> Iterable[Export]:
        told = _told(name)
        if told in self._by_name:
            return self._by_name[told]
        if isinstance(name, str):
            return [one for one in self._unnamed.alike((name, name)) if may_be_equal(name, _pieces(one.name))]
        if isinstance(name, Unknown) and name.among:
            return [one for possible in name.among for one in self.candidates(possible)]
        pieces = _pieces(name)
        known = [one for text, ones in self._by_name.items() if _may_be(text, told, pieces) for one in ones]
        return [*known, *self._unnamed.alike(_ends(pieces))]

    def value(self, name: Value) -> Value:
        """What `Fn::ImportValue` gives for a name."""
        candidates = self.candidates(name)
        shown = _shown(name)
        if not candidates:
            return OfElsewhere(f"what is exported as {shown} is not at hand", not_null=True)
        values = tuple(dict.fromkeys(value for one in candidates for value in one.values))
        told = _told(name)
        is_certain = told is not None and all(_told(one.name) == told for one in candidates)
        if is_certain and len(values) == 1:
            return values[0]
        is_told = len(values) <= _MOST_POSSIBILITIES and not any(isinstance(value, Unknown) for value in values)
        among = values if is_told else ()
        if is_certain:
            return Unknown(f"what is exported as {shown} depends on how its stack is made", not_null=True, among=among)
        # Another stack, which is not scanned, may export the name: what it may be is told, that it is one of them is not.
        return Unknown(f"which stack exports {shown} is known only when the stack is made", among=among)


class _UnnamedExports:
    """The exports whose names depend on the stack, by how the names end: hundreds of imports may each ask for their own."""

    def __init__(self, exports: Iterable[Export]) -> None:
        self._exports = tuple(exports)
        firsts, lasts = zip(*(_ends(_pieces(export.name)) for export in self._exports)) if self._exports else ((), ())
        self._firsts = firsts
        self._by_last = sorted((last[::-1], number) for number, last in enumerate(lasts))

    def alike(self, ends: tuple[str, str]) -> list[Export]:
        """Those whose names may begin and end as these do."""
        first, last = ends[0], ends[1][::-1]
        numbers = list(self._from(last, lambda other: other.startswith(last)))
        for start in (last[:length] for length in range(len(last))):
            numbers += self._from(start, lambda other, start=start: other == start)  # type: ignore[misc]
        return [self._exports[number] for number in sorted(numbers) if _is_start_of(first, self._firsts[number])]

    def _from(self, last: str, fits: Callable[[str], bool]) -> Iterator[int]:
        place = bisect_left(self._by_last, (last,))
        while place < len(self._by_last) and fits(self._by_last[place][0]):
            yield self._by_last[place][1]
            place += 1


def _told(name: Value) -> Optional[Hashable]:
    """What a name is in every stack of an account and region; None where it depends on the stack."""
    if isinstance(name, str):
        return name
    pieces = _pieces(name)
    if not all(isinstance(piece, str) or _is_shared(piece) for piece in pieces):
        return None
    return tuple(piece if isinstance(piece, str) else (piece.name,) for piece in pieces)


def _is_shared(piece: Any) -> bool:
    return isinstance(piece, Attribute) and piece.name in SHARED_PSEUDO_PARAMETERS


def _may_be(known: Hashable, told: Optional[Hashable], pieces: tuple[Any, ...]) -> bool:
    """Whether the told name of an export may be a name of which not everything is told."""
    if not isinstance(known, tuple):
        return may_be_equal(str(known), pieces)
    if told is not None:
        return False
    (first, last), (other_first, other_last) = _ends(known), _ends(pieces)
    return _is_start_of(first, other_first) and _is_start_of(last[::-1], other_last[::-1])


def _is_start_of(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _pieces(name: Value) -> tuple[Any, ...]:
    return name.pieces if isinstance(name, PiecedText) else (name,)


def _ends(pieces: tuple[Any, ...]) -> tuple[str, str]:
    """How a name of which parts are not known begins and ends."""
    first, last = pieces[0], pieces[-1]
    return first if isinstance(first, str) else "", last if isinstance(last, str) else ""


def _shown(name: Value) -> str:
    if isinstance(name, str):
        return f"`{name[:200]}`"
    if isinstance(name, PiecedText):
        return f"`{name.shown[:200]}`"
    return f"`{name.label}`" if isinstance(name, Attribute) else f"a name that is not known: {why_open(name)}"
