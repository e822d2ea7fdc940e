"""Terraform's types: of values, as constraints of variables, and conversion between them.

Source: Terraform language documentation, "Type Constraints" (with `optional()` and "Conversion of Complex Types"); cty, "Type
Conversions" (conversion and unification rules).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, Optional

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
    PiecedText,
    Unknown,
    Value,
    first_unknown,
    is_wholly_known,
    why_unknown,
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
    """The type of a value; DYNAMIC of null and of what is unknown without a type."""
    if isinstance(value, (str, PiecedText)):
        return STRING
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, (int, Fraction)):
        return NUMBER
    if isinstance(value, Elements):
        if value.kind == TUPLE:
            return tuple_of([type_of(item) for item in value.items])
        return Type(value.kind, value.type or _common_type(value.items))
    if isinstance(value, Entries):
        if value.kind == OBJECT:
            return object_of({name: type_of(item) for name, item in value.items.items()})
        return Type(MAP, value.type or _common_type(value.items.values()))
    if isinstance(value, Unknown) and isinstance(value.type, Type):
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
    if "dynamic" in kinds:
        others = unify([one for one in distinct if one.kind != "dynamic"])
        return others if others is None or others.kind in _PRIMITIVES else DYNAMIC
    if kinds <= set(_PRIMITIVES):
        # Any primitive becomes text; numbers and bools have nothing else in common.
        return STRING if "string" in kinds else None
    if kinds == {OBJECT}:
        return _unify_objects(distinct)
    if kinds == {TUPLE}:
        return _unify_tuples(distinct)
    if kinds <= {OBJECT, MAP}:
        return _unified_collection(MAP, distinct)
    if LIST in kinds and SET in kinds:
        # None of both is the other's: the first that all can be converted to.
        return next((one for one in distinct if one.kind in (LIST, SET)), None)
    if kinds <= {TUPLE, LIST, SET}:
        return _unified_collection(LIST if LIST in kinds or SET not in kinds else SET, distinct)
    return None


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
        elements += one.items
        elements += [attribute for _, attribute in one.attributes]
    element = unify(elements)
    return Type(kind, element) if element is not None else None


_OF_NUMBERS = "+-.0123456789eEpPInf"
_BOOL_TEXTS = {"true": True, "false": False, "1": True, "0": False}


def convert(value: Value, wanted: Type) -> Value:
    """The value as a value of a type.

    Raises InvalidExpressionError where Terraform refuses the conversion.
    """
    kind = wanted.kind
    if kind == "dynamic" or value is None:
        return value
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
        return Elements(TUPLE, [convert(item, one) for item, one in zip(value.items, wanted.items)])
    if not isinstance(value, Entries):
        raise InvalidExpressionError(f"{wanted} required")
    return _convert_to_map(value, wanted) if kind == MAP else _convert_to_object(value, wanted)


def _convert_unknown(value: Any, wanted: Type) -> Value:
    if isinstance(value, Attribute):
        if wanted.kind in ("string", "bool", "number"):
            return value
        return Unknown(f"`{value.label}` is known only when it is applied", wanted, not_null=True)
    if value.type == wanted:
        return value
    if isinstance(value.type, Type) and not _may_convert(value.type.kind, wanted.kind):
        raise InvalidExpressionError(f"{wanted} required")
    if wanted.kind == "string":
        return Unknown(value.reason, wanted, not_null=value.not_null, prefix=value.prefix, among=value.among)
    element = wanted.element if wanted.kind == MAP else None
    if element is None or element.kind == "dynamic":
        return Unknown(value.reason, wanted, not_null=value.not_null)  # the others decide of what type its entries are
    entries = {name: convert(item, element) for name, item in value.entries.items()}
    return Unknown(value.reason, wanted, not_null=value.not_null, entries=entries)


_LIKE = {LIST: "elements", SET: "elements", TUPLE: "elements", MAP: "entries", OBJECT: "entries"}


def _may_convert(kind: str, wanted: str) -> bool:
    """Whether any value of a kind of type can become one of another."""
    if "dynamic" in (kind, wanted):
        return True
    if kind in _PRIMITIVES and wanted in _PRIMITIVES:
        return {kind, wanted} != {"bool", "number"}
    return _LIKE.get(kind, "") == _LIKE.get(wanted, "primitive")


def _convert_primitive(value: Value, kind: str) -> Value:
    if kind == "string":
        if isinstance(value, (str, PiecedText)):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, Fraction)):
            return number_text(value)
    elif kind == "number":
        if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
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
    element = wanted.element or DYNAMIC
    if element.kind == "dynamic":
        element = value.type or _any_element(value.items)
    if value.kind == SET and wanted.kind == LIST and len(value.items) > 1 and not is_wholly_known(value):
        # What is not known may be equal to another element, and in which order they come is not known either.
        part = first_unknown(value)
        return Unknown(why_unknown(part), list_of(element), not_null=True)
    items = [convert(item, element) for item in value.items]
    if wanted.kind == SET:
        items = set_items(items)
    return Elements(wanted.kind, items, element)


def _any_element(items: Any) -> Type:
    found = unify([type_of(item) for item in items if item is not None])
    if found is None:
        raise InvalidExpressionError("all elements must have the same type")
    return found


def _convert_to_map(value: Entries, wanted: Type) -> Value:
    element = wanted.element or DYNAMIC
    if element.kind == "dynamic":
        element = value.type or _any_element(value.items.values())
    return Entries(MAP, {name: convert(value.items[name], element) for name in sorted(value.items)}, element)


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
            stated = value.items[name]
            if stated is None and name in defaults:
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
    if isinstance(value, (bool, int, Fraction)):
        return (0, value, b"")
    if isinstance(value, str):
        return (1, 0, value.encode("utf-8", "surrogatepass"))
    return (2, 0, _set_text(value).encode("utf-8", "surrogatepass"))


def _set_text(value: Value) -> str:
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, (int, Fraction)):
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


_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*")
