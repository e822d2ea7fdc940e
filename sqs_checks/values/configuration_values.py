"""What a configuration can hold, whatever the framework.

Plain values are Python's own: None is null, `bool`, `str`; a number is an `int`, a `Fraction` where it is not whole, or a `float`
where it is neither: infinity and negative zero. `Elements` are lists, sets and tuples, `Entries` are maps and objects; `Null` is
a null whose type is known, for whoever works with types. Beside them stand values that the code alone does not tell: `Unknown`,
`Attribute`, `PiecedText`; and `Deferred`, an object whose attributes are worked out when they are asked for.
All are immutable, and none is ever shown to a user as text with markers in it: whoever needs a name for one asks for its label.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, Optional, Union

LIST: Final = "list"
SET: Final = "set"
TUPLE: Final = "tuple"
MAP: Final = "map"
OBJECT: Final = "object"

# The weight of a value is how many values it holds, itself among them; what is heavier than this is not worked out.
HEAVIEST = 1_000_000
_MOST_POSSIBILITIES = 16

Value = Any  # any of the values described above; a recursive alias would be Any to the type checker all the same


class TooHeavyError(Exception):
    """A value would hold more than `HEAVIEST` values."""


_NO_ENTRIES: Mapping[str, Value] = {}  # never changed


class Null:
    """A null whose type is known, while it is worked with. A collection holds it as None; see `parts`."""

    __slots__ = ("type",)

    def __init__(self, type: Any) -> None:
        self.type = type

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Null) and self.type == other.type

    def __hash__(self) -> int:
        return hash(("null", self.type))

    def __repr__(self) -> str:
        return f"Null({self.type})"


def is_null(value: Value) -> bool:
    """Whether a value is certainly null, whatever its type."""
    return value is None or isinstance(value, Null)


def without_type(value: Value) -> Value:
    """The value, a null as None."""
    return None if isinstance(value, Null) else value


class Unknown:
    """A value that the code does not tell.

    reason: why, as a phrase that a person can read and that is true. type: of the value, as the framework knows types; None
    where not even that is known. not_null: whether it is known not to be null. prefix: how its text is known to begin.
    among: the values of which it is one, where that much is known. entries: what a map or object certainly holds, beside what
    is not known of it.
    """

    __slots__ = ("among", "entries", "not_null", "prefix", "reason", "type")

    def __init__(
        self,
        reason: str,
        type: Any = None,
        *,
        not_null: bool = False,
        prefix: str = "",
        among: tuple[Value, ...] = (),
        entries: Mapping[str, Value] = _NO_ENTRIES,
    ) -> None:
        self.reason = reason
        self.type = type
        self.not_null = not_null
        self.prefix = prefix
        self.among = among
        self.entries = entries

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and (self.reason, self.prefix) == (other.reason, other.prefix)

    def __hash__(self) -> int:
        return hash((self.reason, self.prefix))

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"


class Invalid:
    """A value that is known, and that is not of the kind that belongs there. text: as the user wrote it, shortened."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Invalid) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Invalid({self.text!r})"


class Attribute:
    """One attribute of one instance of a resource or data source: unknown as text, known as what it is. Never null.

    owner: the instance, as the framework tells instances apart. name: of the attribute (`arn`). label: what the code calls
    it (`aws_sqs_queue.orders.arn`).
    """

    __slots__ = ("label", "name", "owner")

    def __init__(self, owner: Hashable, name: str, label: str) -> None:
        self.owner = owner
        self.name = name
        self.label = label

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Attribute) and (self.name, self.owner) == (other.name, other.owner)

    def __hash__(self) -> int:
        return hash((self.name, self.owner))

    def __repr__(self) -> str:
        return f"Attribute({self.label})"


class PiecedText:
    """A text of which parts are not known: known text between unknowns and attributes, in order, no two texts in a row.

    label: what the code calls all of it (`aws_sqs_queue.orders.arn`), where it is more than its pieces.
    """

    __slots__ = ("label", "pieces")

    def __init__(self, pieces: tuple[Union[str, Unknown, Attribute], ...], label: Optional[str] = None) -> None:
        self.pieces = pieces
        self.label = label

    @property
    def prefix(self) -> str:
        """How the text is known to begin."""
        first = self.pieces[0]
        return first if isinstance(first, str) else first.prefix if isinstance(first, Unknown) else ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why parts of it are not known."""
        hidden = (piece for piece in self.pieces if not isinstance(piece, str))
        return tuple(dict.fromkeys(why_unknown(piece) for piece in hidden))

    @property
    def shown(self) -> str:
        """The text for a message: its label, or `${…}` for a part that is not known."""
        if self.label is not None:
            return self.label
        return "".join(map(_shown_within, self.pieces))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PiecedText) and self.pieces == other.pieces

    def __hash__(self) -> int:
        return hash(self.pieces)

    def __str__(self) -> str:
        return self.shown

    def __repr__(self) -> str:
        return f"PiecedText{self.pieces!r}"


def joined_text(pieces: Iterable[Union[str, Unknown, Attribute, PiecedText]]) -> Union[str, PiecedText]:
    """The texts one behind the other: a plain text where all pieces are."""
    joined = list(pieces)
    flat: list[Any] = []
    run: list[str] = []  # of known texts
    is_labelled = False
    for piece in joined:
        if isinstance(piece, str):
            if piece:
                run.append(piece)
            continue
        is_labelled = is_labelled or (isinstance(piece, PiecedText) and piece.label is not None)
        for part in piece.pieces if isinstance(piece, PiecedText) else (piece,):
            if isinstance(part, str):
                run.append(part)
                continue
            if run:
                flat.append("".join(run))
                run = []
            flat.append(part)
    last = "".join(run)
    if not flat:
        return last
    if last:
        flat.append(last)
    return PiecedText(tuple(flat), _joined_label(joined) if is_labelled else None)


def _joined_label(pieces: Sequence[Any]) -> Optional[str]:
    written = [piece for piece in pieces if piece != ""]
    return written[0].label if len(written) == 1 else "".join(map(_shown_within, written))


def _shown_within(piece: Any) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, PiecedText) and piece.label is None:
        return piece.shown
    return f"${{{getattr(piece, 'label', '…')}}}"


def only_possibility(value: Value) -> Value:
    """Of a value that is not known and can be one thing only, that thing: the ARN of the queue of the same key, whichever key."""
    is_one = isinstance(value, Unknown) and value.not_null and len(value.among) == 1
    return value.among[0] if is_one and isinstance(value.among[0], (Attribute, PiecedText)) else value


def possibilities(value: Value) -> Sequence[Value]:
    """All that a value can be; the value alone where that is not known."""
    if not isinstance(value, Unknown) or not value.among:
        return (value,)
    found = [one for case in value.among for one in possibilities(case)]
    # What may be null without a null among them may be something else as well.
    return found if (value.not_null or None in found) and len(found) <= _MOST_POSSIBILITIES else (value,)


def why_unknown(value: Value) -> str:
    """Why a value that is not known is not known."""
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, Attribute):
        return f"`{value.label}` is known only when it is applied"
    if isinstance(value, PiecedText):
        return value.reasons[0]
    return "it is not known"


class Elements:
    """A list, a set or a tuple. A set holds each value once, in the framework's order.

    items: all of them, nulls as None. type: of the elements of a list or set, where the framework has given it one.
    """

    __slots__ = ("_null_types", "items", "kind", "type", "weight")

    def __init__(self, kind: str, items: Sequence[Value], type: Any = None) -> None:
        self.kind = kind
        self.items = tuple(items)
        self.type = type
        self._null_types: Mapping[int, Any] = _NONE
        if Null in map(_type_of, self.items):
            self._null_types = {at: item.type for at, item in enumerate(self.items) if isinstance(item, Null)}
            self.items = tuple(map(without_type, self.items))
        self.weight = _weight(self.items)

    @property
    def parts(self) -> Sequence[Value]:
        """The items, each null with its type where that is known."""
        return [self.part(at) for at in range(len(self.items))]

    def part(self, at: int) -> Value:
        """One of the parts."""
        item = self.items[at]
        return item if item is not None else _typed_null(self.type or self._null_types.get(at))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Elements) and self.kind == other.kind and self.items == other.items

    def __hash__(self) -> int:
        return hash((self.kind, self.items))

    def __repr__(self) -> str:
        return f"{self.kind}{list(self.items)!r}"


class Entries:
    """A map or an object. items: nulls as None. type: of the values of a map, where the framework has given it one."""

    __slots__ = ("_null_types", "items", "kind", "type", "weight")

    def __init__(self, kind: str, items: Mapping[str, Value], type: Any = None) -> None:
        self.kind = kind
        self.items = items
        self.type = type
        self._null_types: Mapping[str, Any] = _NONE
        if Null in map(_type_of, items.values()):
            self._null_types = {name: item.type for name, item in items.items() if isinstance(item, Null)}
            self.items = {name: without_type(item) for name, item in items.items()}
        self.weight = _weight(self.items.values())

    @property
    def parts(self) -> Mapping[str, Value]:
        """The items, each null with its type where that is known."""
        return {name: self.part(name) for name in self.items}

    def part(self, name: str) -> Value:
        """One of the parts. Raises KeyError where there is none of the name."""
        item = self.items[name]
        return item if item is not None else _typed_null(self.type or self._null_types.get(name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entries) and self.kind == other.kind and self.items == other.items

    def __hash__(self) -> int:
        # With the values: sets of objects that all have the same names are looked up fast.
        return hash((self.kind, frozenset(self.items.items())))

    def __repr__(self) -> str:
        return f"{self.kind}{dict(self.items)!r}"


_NONE: Mapping[Any, Any] = {}
_type_of = type  # `type` is the name of a parameter where this is asked


def _typed_null(type: Any) -> Value:
    return None if type is None else Null(type)


def _weight(items: Iterable[Value]) -> int:
    weight = 1
    for item in items:
        weight += item.weight if isinstance(item, (Elements, Entries)) else 1 + len(item) // 64 if isinstance(item, str) else 1
    if weight > HEAVIEST:
        raise TooHeavyError
    return weight


class Deferred:
    """An object whose attributes are worked out when they are asked for: a resource, a module with its outputs.

    label: what the code calls it. names: of all its attributes, where they are known. get: the value of one; raises what the
    framework raises where there is none. owner: the instance that it is, where it is one.
    """

    __slots__ = ("get", "label", "names", "owner")

    def __init__(
        self, label: str, get: Callable[[str], Value], names: Optional[Sequence[str]] = None, owner: Optional[Hashable] = None
    ) -> None:
        self.label = label
        self.get = get
        self.names = names
        self.owner = owner

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deferred) and self.label == other.label and self.owner == other.owner

    def __hash__(self) -> int:
        return hash((self.label, self.owner))

    def __repr__(self) -> str:
        return f"Deferred({self.label})"


def is_number(value: Value) -> bool:
    return isinstance(value, (int, Fraction, float)) and not isinstance(value, bool)


def is_text(value: Value) -> bool:
    """Whether a value is certainly a text, known or not."""
    return isinstance(value, (str, PiecedText))


def is_hidden(value: Value) -> bool:
    """Whether a value as a whole is not known."""
    return isinstance(value, (Unknown, Attribute, PiecedText))


def is_wholly_known(value: Value) -> bool:
    """Whether no part of a value is unknown."""
    if isinstance(value, Elements):
        return all(map(is_wholly_known, value.items))
    if isinstance(value, Entries):
        return all(map(is_wholly_known, value.items.values()))
    return not is_hidden(value) and not isinstance(value, Deferred)


def first_unknown(value: Value) -> Optional[Value]:
    """The first part of a value that is not known; None where all is."""
    if isinstance(value, (Elements, Entries)):
        items = value.items if isinstance(value, Elements) else value.items.values()
        return next((found for found in map(first_unknown, items) if found is not None), None)
    return value if is_hidden(value) or isinstance(value, Deferred) else None
