"""Terraform's types: of values, as constraints of variables, and conversion between them.

Source: Terraform language documentation, "Type Constraints" (with `optional()` and "Conversion of Complex Types"); cty, "Type
Conversions" (conversion and unification rules).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.values.configuration_values import (
    LIST,
    MAP,
    OBJECT,
    SET,
    TUPLE,
    Attribute,
    Deferred,
    Elements,
    Entries,
    Null,
    PiecedText,
    Unknown,
    Value,
    first_unknown,
    is_null,
    is_number,
    is_wholly_known,
    why_unknown,
    without_type,
)
from sqs_checks.values.exact_numbers import general_text, number_text, parse_number


class Type(NamedTuple):
    """kind: `dynamic` (any), `bool`, `number`, `string`, `list`, `set`, `map`, `tuple` or `object`.

    element: of a list, set or map. items: of a tuple. attributes: of an object, by name. optional: the attributes of an
    object constraint that may be left out, each with its default.
    """

    kind: str
    element: Optional[Type] = None
    items: tuple[Type, ...] = ()
    attributes: tuple[tuple[str, Type], ...] = ()
    optional: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        """As Terraform's messages name the type."""
        if self.kind in (LIST, SET, MAP):
            return f"{self.kind} of {self.element}"
        return "any" if self.kind == "dynamic" else self.kind


DYNAMIC, BOOL, NUMBER, STRING = Type("dynamic"), Type("bool"), Type("number"), Type("string")
_PRIMITIVES = ("bool", "number", "string")


def is_open(type: Type) -> bool:
    """Whether a part of a type is not known."""
    return type.kind == "dynamic" or any(map(is_open, [type.element] if type.element is not None else _held_types(type)))


def list_of(element: Type) -> Type:
    return Type(LIST, element)


def set_of(element: Type) -> Type:
    return Type(SET, element)


def map_of(element: Type) -> Type:
    return Type(MAP, element)


def tuple_of(items: Sequence[Type]) -> Type:
    return Type(TUPLE, items=tuple(items))


def object_of(attributes: Mapping[str, Type]) -> Type:
    return Type(OBJECT, attributes=tuple(sorted(attributes.items())))


def type_of(value: Value) -> Type:
    """The type of a value; DYNAMIC of a null or unknown without a type."""
    if isinstance(value, (str, PiecedText)):
        return STRING
    if isinstance(value, bool):
        return BOOL
    if is_number(value):
        return NUMBER
    if isinstance(value, Elements):
        if value.kind == TUPLE:
            return tuple_of(list(map(type_of, value.parts)))
        return Type(value.kind, value.type or _common_type(value.items))
    if isinstance(value, Entries):
        if value.kind == OBJECT:
            return object_of({name: type_of(item) for name, item in value.parts.items()})
        return Type(MAP, value.type or _common_type(value.items.values()))
    if isinstance(value, (Null, Unknown)) and isinstance(value.type, Type):
        return value.type
    return DYNAMIC


def _common_type(items: Any) -> Type:
    found = unify([type_of(item) for item in items])
    return found or DYNAMIC


def unify(types: Sequence[Type]) -> Optional[Type]:
    """The type to which all the types can be converted, by cty's rules; None where there is none. DYNAMIC of nothing."""
    distinct = list(dict.fromkeys(types))
    if not distinct:
        return DYNAMIC
    if len(distinct) == 1:
        return distinct[0]
    kinds = {one.kind for one in distinct}
    is_open = "dynamic" in kinds
    kinds.discard("dynamic")
    if len(kinds) == 1 and is_open and not kinds <= set(_PRIMITIVES):
        # Which of the ways below would be gone is known only with the type that is missing.
        return DYNAMIC
    if kinds == {OBJECT}:
        return _unify_objects(distinct)
    if kinds == {TUPLE}:
        return _unify_tuples(distinct)
    if len(kinds) == 1 and kinds <= {LIST, SET, MAP}:
        return _unified_collection(next(iter(kinds)), distinct)
    if kinds == {OBJECT, MAP} or kinds == {TUPLE, LIST}:
        # Each as a collection of its own first; what holds nothing fits any.
        kind = MAP if MAP in kinds else LIST
        held = [one for one in distinct if one.kind in (kind, "dynamic") or _held_types(one)]
        collections = [one if one.kind in (kind, "dynamic") else _unified_collection(kind, [one]) for one in held]
        unified = unify([one for one in collections if one is not None]) if None not in collections else None
        if unified is not None and unified.kind == kind:
            return unified
    return _preferred(distinct)


# Of several types to which all others can be converted, one of these kinds is taken before one of the next.
_PREFERENCE = ("string", "bool", "number", LIST, MAP, SET, TUPLE, OBJECT, "dynamic")


def _preferred(types: Sequence[Type]) -> Optional[Type]:
    if {TUPLE, OBJECT} <= {one.kind for one in types}:
        return None  # not even what is of any type has both
    in_order = sorted(types, key=lambda one: _PREFERENCE.index(one.kind))
    return next((wanted for wanted in in_order if all(is_convertible(one, wanted) for one in types)), None)


def _unify_objects(types: Sequence[Type]) -> Optional[Type]:
    names = {tuple(name for name, _ in one.attributes) for one in types}
    if len(names) == 1:
        unified = {name: unify([dict(one.attributes)[name] for one in types]) for name in next(iter(names))}
        if all(one is not None for one in unified.values()):
            return object_of(unified)  # type: ignore[arg-type]
        return None
    return _unified_collection(MAP, types)


def _unify_tuples(types: Sequence[Type]) -> Optional[Type]:
    lengths = {len(one.items) for one in types}
    if len(lengths) == 1:
        unified = [unify([one.items[number] for one in types]) for number in range(next(iter(lengths)))]
        if all(one is not None for one in unified):
            return tuple_of(unified)  # type: ignore[arg-type]
        return None
    return _unified_collection(LIST, types)


def _unified_collection(kind: str, types: Sequence[Type]) -> Optional[Type]:
    elements: list[Type] = []
    for one in types:
        if one.element is not None:
            elements.append(one.element)
        elements += _held_types(one)
    element = unify(elements)
    if element is None:
        return None
    unified = Type(kind, element)
    return unified if all(is_convertible(one, unified) for one in types) else None


_LIKE = {LIST: "elements", SET: "elements", TUPLE: "elements", MAP: "entries", OBJECT: "entries"}


def is_convertible(source: Type, wanted: Type) -> bool:
    """Whether some value of a type can become one of another."""
    kinds = (source.kind, wanted.kind)
    if "dynamic" in kinds or source == wanted:
        return True
    if source.kind in _PRIMITIVES and wanted.kind in _PRIMITIVES:
        return source.kind == wanted.kind or "string" in kinds
    if kinds == (TUPLE, TUPLE):
        return len(source.items) == len(wanted.items) and all(map(is_convertible, source.items, wanted.items))
    if wanted.kind == OBJECT and source.kind in (OBJECT, MAP):
        stated = dict(source.attributes)
        optional = dict(wanted.optional)
        return all(
            is_convertible(source.element or stated[name], one) if source.element or name in stated else name in optional
            for name, one in wanted.attributes
        )
    if wanted.element is None or _LIKE.get(source.kind) != _LIKE[wanted.kind]:
        return False
    if source.element is not None:
        return is_convertible(source.element, wanted.element)
    held = _held_types(source)
    if wanted.element.kind == "dynamic":
        return _element_of_all(held, source.kind) is not None
    return all(is_convertible(one, wanted.element) for one in held)


def _element_of_all(types: Sequence[Type], kind: str) -> Optional[Type]:
    """The type of the elements of a collection that is made of values of these types, in a tuple or object; None where there is
    none.
    """
    found = unify(types)
    # Of a tuple, cty refuses that without a look at the values.
    return None if found == DYNAMIC and kind == TUPLE and any(one != DYNAMIC for one in types) else found


def shared_type(values: Iterable[Value]) -> Optional[Type]:
    """The one type of all the values, beside those of which it is not known; None where they are of several."""
    found = {type_of(value) for value in values} - {DYNAMIC}
    return None if len(found) > 1 else found.pop() if found else DYNAMIC


_OF_NUMBERS = "+-.0123456789eEpPInf"
_BOOL_TEXTS = {"true": True, "false": False, "1": True, "0": False}


def convert(value: Value, wanted: Type) -> Value:
    """The value as a value of a type.

    Raises InvalidExpressionError where Terraform refuses the conversion.
    """
    kind = wanted.kind
    if kind == "dynamic":
        return value
    if is_null(value):
        if not is_convertible(type_of(value), wanted):
            raise InvalidExpressionError(f"{wanted} required")
        return Null(_resolved(type_of(value), without_optional(wanted)))
    if isinstance(value, (Unknown, Attribute)):
        return _convert_unknown(value, wanted)
    if kind in _PRIMITIVES:
        return _convert_primitive(value, kind)
    if isinstance(value, Deferred):
        return _convert_deferred(value, wanted)
    if kind in (LIST, SET):
        return _convert_to_elements(value, wanted)
    if kind == TUPLE:
        if not isinstance(value, Elements) or len(value.items) != len(wanted.items):
            raise InvalidExpressionError(f"{wanted} required")
        return Elements(TUPLE, list(map(convert, value.parts, wanted.items)))
    if not isinstance(value, Entries):
        raise InvalidExpressionError(f"{wanted} required")
    return _convert_to_map(value, wanted) if kind == MAP else _convert_to_object(value, wanted)


def _resolved(source: Type, wanted: Type) -> Type:
    """The collection that a conversion makes of a type, where it leaves the type of the elements open."""
    if wanted.element is None or wanted.element.kind != "dynamic" or source.kind == "dynamic":
        return wanted
    return Type(wanted.kind, source.element or _element_of_all(_held_types(source), source.kind))


def _held_types(type: Type) -> list[Type]:
    """The types of the elements of a tuple or the attributes of an object."""
    return [*type.items, *(one for _, one in type.attributes)]


def _convert_unknown(value: Any, wanted: Type) -> Value:
    if isinstance(value, Attribute):
        if wanted.kind in ("string", "bool", "number"):
            return value
        return Unknown(f"`{value.label}` is known only when it is applied", wanted, not_null=True)
    if value.type == wanted:
        return value
    if isinstance(value.type, Type) and not is_convertible(value.type, wanted):
        raise InvalidExpressionError(f"{wanted} required")
    if wanted.kind == "string":
        return Unknown(value.reason, wanted, not_null=value.not_null, prefix=value.prefix, among=value.among)
    element = wanted.element if wanted.kind == MAP else None
    if element is None or element.kind == "dynamic":
        return Unknown(value.reason, wanted, not_null=value.not_null)  # the others decide of what type its entries are
    entries = {name: convert(item, element) for name, item in value.entries.items()}
    return Unknown(value.reason, wanted, not_null=value.not_null, entries=entries)


def without_optional(constraint: Type) -> Type:
    """The type that values of a constraint have."""
    return Type(
        constraint.kind,
        without_optional(constraint.element) if constraint.element is not None else None,
        tuple(map(without_optional, constraint.items)),
        tuple((name, without_optional(one)) for name, one in constraint.attributes),
    )


def _convert_primitive(value: Value, kind: str) -> Value:
    if kind == "string":
        if isinstance(value, (str, PiecedText)):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if is_number(value):
            return number_text(value)
    elif kind == "number":
        if is_number(value):
            return value
        if isinstance(value, str):
            number = parse_number(value)
            if number is None:
                raise InvalidExpressionError("a number is required")
            return number
        if isinstance(value, PiecedText):
            if any(isinstance(piece, str) and piece.strip(_OF_NUMBERS) for piece in value.pieces):
                raise InvalidExpressionError("a number is required")
            return Unknown(value.reasons[0], NUMBER, not_null=True)
    elif isinstance(value, bool):
        return value
    elif isinstance(value, str):
        if value not in _BOOL_TEXTS:
            raise InvalidExpressionError("a bool is required")
        return _BOOL_TEXTS[value]
    elif isinstance(value, PiecedText):
        return Unknown(value.reasons[0], BOOL, not_null=True)
    raise InvalidExpressionError(f"{kind} required")


def _convert_deferred(value: Deferred, wanted: Type) -> Value:
    if wanted.kind == OBJECT:
        return _convert_to_object(value, wanted)
    if wanted.kind == MAP and value.names is not None:
        return _convert_to_map(Entries(OBJECT, {name: value.get(name) for name in value.names}), wanted)
    if wanted.kind == MAP:
        return Unknown(f"all attributes of `{value.label}` are known only when it is applied", wanted, not_null=True)
    raise InvalidExpressionError(f"{wanted} required")


def _convert_to_elements(value: Value, wanted: Type) -> Value:
    if not isinstance(value, Elements):
        raise InvalidExpressionError(f"{wanted} required")
    parts, element = _of_one_type(value.parts, value, wanted)
    if value.kind == SET and wanted.kind == LIST and len(value.items) > 1 and not is_wholly_known(value):
        # What is not known may be equal to another element, and in which order they come is not known either.
        part = first_unknown(value)
        return Unknown(why_unknown(part), list_of(element), not_null=True)
    return Elements(wanted.kind, set_items(list(map(without_type, parts))) if wanted.kind == SET else parts, element)


def _of_one_type(parts: Iterable[Value], value: Union[Elements, Entries], wanted: Type) -> tuple[list[Value], Type]:
    """The parts of a value as elements of a collection, and their type."""
    element = wanted.element or DYNAMIC
    if element.kind == "dynamic":
        found = value.type or _element_of_all(list(map(type_of, parts)), value.kind)
        if found is None and first_unknown(value) is None:
            raise InvalidExpressionError("all elements must have the same type")
        element = found or DYNAMIC
    converted = [convert(part, element) for part in parts]
    if is_open(element):
        # What is left open is of one type all the same.
        if element.kind not in ("dynamic", TUPLE):
            element = unify(list(map(type_of, converted))) or element
            converted = [convert(part, element) for part in converted]
        shared = shared_type(converted)
        if shared is None and first_unknown(value) is None:
            raise InvalidExpressionError("all elements must have the same type")
        element = shared or element
    return converted, without_optional(element)


def _convert_to_map(value: Entries, wanted: Type) -> Value:
    names = sorted(value.items)
    parts, element = _of_one_type([value.part(name) for name in names], value, wanted)
    return Entries(MAP, dict(zip(names, parts)), element)


def _convert_to_object(value: Any, wanted: Type) -> Value:
    defaults = dict(wanted.optional)
    converted: dict[str, Value] = {}
    for name, one in wanted.attributes:
        if isinstance(value, Deferred):
            # Asked for when it is needed: a resource that is passed on whole has attributes nobody asks for.
            is_left_out = value.names is not None and name not in value.names and name in defaults
            converted[name] = convert(defaults[name] if is_left_out else value.get(name), one)
            continue
        if name in value.items:
            stated = value.part(name)
            if is_null(stated) and name in defaults:
                stated = defaults[name]
            converted[name] = convert(stated, one)
        elif name in defaults:
            converted[name] = convert(defaults[name], one)
        else:
            raise InvalidExpressionError(f'attribute "{name}" is required')
    return Entries(OBJECT, converted)


def set_items(items: Sequence[Value]) -> list[Value]:
    """The elements of a set, each once, in Terraform's order; what is not known comes last.

    Two that are not known are two here, whatever their reasons: nobody knows whether they are equal.
    """
    known: dict[Any, Value] = {}
    hidden: dict[Any, Value] = {}
    for number, item in enumerate(items):
        if isinstance(item, Attribute):
            hidden.setdefault(item, item)
        elif is_wholly_known(item):
            known.setdefault((isinstance(item, bool), item), item)
        else:
            hidden[number] = item
    return [*sorted(known.values(), key=set_order), *hidden.values()]


def set_order(value: Value) -> Any:
    """By what Terraform orders the elements of a set: numbers by size, texts by their bytes, the rest by a text that it makes of
    each to find it again; nulls come last.
    """
    if value is None:
        return (3, 0, b"")
    if isinstance(value, bool) or is_number(value):
        return (0, value, b"")
    if isinstance(value, str):
        return (1, 0, value.encode("utf-8", "surrogatepass"))
    return (2, 0, _set_text(value).encode("utf-8", "surrogatepass"))


def _set_text(value: Value) -> str:
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "T" if value else "F"
    if is_number(value):
        return general_text(value, 10, "e")
    if isinstance(value, str):
        return f'"{"".join(_quoted(character) for character in value)}"'
    if isinstance(value, Elements):
        begin, end = "<>" if value.kind == TUPLE else "[]"
        return f"{begin}{''.join(f'{_set_text(item)};' for item in value.items)}{end}"
    if isinstance(value, Entries):
        names = sorted(value.items, key=lambda name: name.encode("utf-8", "surrogatepass"))
        if value.kind == OBJECT:
            return f"<{''.join(f'{_set_text(value.items[name])};' for name in names)}>"
        return f"{{{''.join(f'{_set_text(name)}:{_set_text(value.items[name])};' for name in names)}}}"
    return "?"


_QUOTED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\", '"': '\\"'}


def _quoted(character: str) -> str:
    """As Go writes a character between quotes."""
    if character in _QUOTED:
        return _QUOTED[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
