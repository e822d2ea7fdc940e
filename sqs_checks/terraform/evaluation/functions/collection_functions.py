"""Terraform's functions of lists, maps and objects.

Source: Terraform language documentation, "Collection Functions"; cty, package function/stdlib (which kind and type a result has).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Optional

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import (
    FunctionContext,
    expanded,
    has_unsure_elements,
    reason_of,
    unknown_result,
    whole_number,
)
from sqs_checks.terraform.evaluation.functions.grapheme_clusters import grapheme_clusters
from sqs_checks.terraform.evaluation.operators_of_terraform import sum_of
from sqs_checks.terraform.evaluation.type_constraints import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    convert,
    is_open,
    list_of,
    map_of,
    object_of,
    shared_type,
    type_of,
    unify,
)
from sqs_checks.terraform.evaluation.value_equality import contains as is_among
from sqs_checks.terraform.evaluation.value_equality import equality
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
    is_hidden,
    is_null,
    is_wholly_known,
)
from sqs_checks.values.exact_numbers import OF_INTEGERS, Number, with_precision

_MOST_OF_A_RANGE = 1024


def element_type(value: Value) -> Type:
    """The type of the elements of a list, set or map."""
    return type_of(value).element or DYNAMIC


def length(value: Value) -> Value:
    if isinstance(value, Unknown) and value.not_null and type_of(value).kind in (TUPLE, OBJECT):
        # The type tells how many there are.
        return with_precision(len(type_of(value).items or type_of(value).attributes), OF_INTEGERS)
    if is_hidden(value) or (isinstance(value, Deferred) and value.names is None):
        return unknown_result([value], NUMBER)
    if isinstance(value, Elements) and has_unsure_elements(value):
        return unknown_result([value], NUMBER)
    if isinstance(value, Deferred):
        counted: Collection[str] = value.names or ()
    elif isinstance(value, (Elements, Entries)):
        counted = value.items
    elif isinstance(value, str):
        counted = grapheme_clusters(value)
    else:
        raise InvalidExpressionError("the argument must be a string, a collection or a structural type")
    return with_precision(len(counted), OF_INTEGERS)


def element(values: Value, index: Value) -> Value:
    if is_hidden(values):
        return unknown_result([values], element_type(values), not_null=False)
    if not isinstance(values, Elements) or values.kind == SET:
        raise InvalidExpressionError(f"cannot read elements from {type_of(values)}")
    if is_hidden(index):
        if not values.items:
            raise InvalidExpressionError("cannot use the element function with an empty list")
        among = values.items if is_wholly_known(values) else ()
        known = values.type if values.kind == LIST and values.type is not None else DYNAMIC
        return unknown_result([index], known, not_null=bool(among) and None not in among, among=among)
    position = whole_number(index, "the index")
    if not values.items:
        raise InvalidExpressionError("cannot use the element function with an empty list")
    if position < 0 and values.kind == TUPLE and position % -len(values.items):
        # Terraform 1.11 takes Go's remainder, which is negative here, and fails.
        raise InvalidExpressionError("cannot use the element function with a negative index of a tuple")
    return values.part(position % len(values.items))


def concat(*sequences: Value) -> Value:
    if not sequences:
        raise InvalidExpressionError("at least one argument is required")
    for sequence in sequences:
        if not is_hidden(sequence) and not (isinstance(sequence, Elements) and sequence.kind != SET):
            raise InvalidExpressionError(f"all arguments must be lists or tuples; got {type_of(sequence)}")
    if any(map(is_hidden, sequences)):
        types = [type_of(one) for one in sequences]
        common = unify(types) if all(one.kind == LIST for one in types) else None
        return unknown_result([one for one in sequences if is_hidden(one)], common or DYNAMIC)
    items = [item for one in sequences for item in one.parts]
    if all(one.kind == LIST for one in sequences):
        common = unify([element_type(one) for one in sequences])
        if common is not None:
            return _list_of(common, [convert(item, common) for item in items])
    return Elements(TUPLE, items)


def _list_of(common: Type, items: Sequence[Value]) -> Elements:
    shared = shared_type(items) if is_open(common) else common
    if shared is None and all(map(is_wholly_known, items)):
        raise InvalidExpressionError("all elements must have the same type")
    return Elements(LIST, items, shared or common)


def contains(values: Value, value: Value) -> Value:
    if is_hidden(values):
        return unknown_result([values], BOOL)
    if not isinstance(values, Elements):
        raise InvalidExpressionError("the argument must be a list, tuple or set")
    answer = is_among(values.items, expanded(value))
    return unknown_result([*values.items, value], BOOL) if answer is None else answer


def index_of(values: Value, value: Value) -> Value:
    if is_hidden(values):
        return unknown_result([values], NUMBER)
    if not isinstance(values, Elements) or values.kind == SET:
        raise InvalidExpressionError("the argument must be a list or tuple")
    if not values.items:
        raise InvalidExpressionError("cannot search an empty list")
    for position, item in enumerate(values.items):
        answer = equality(item, value)
        if answer is None:
            return unknown_result([item, value], NUMBER)
        if answer:
            return with_precision(position, OF_INTEGERS)
    raise InvalidExpressionError("item not found")


def _certainly_given(value: Value, *, as_text: bool) -> Optional[bool]:
    """Whether a value is neither null nor, where it counts as text, empty; None where that is not known."""
    if is_null(value) or (as_text and value == ""):
        return False
    if isinstance(value, PiecedText):
        return True if any(isinstance(piece, (str, Attribute)) for piece in value.pieces) else None
    if isinstance(value, Unknown):
        known_not_text = isinstance(value.type, Type) and value.type.kind not in ("string", "dynamic") and not as_text
        return True if value.prefix or (value.not_null and known_not_text) else None
    return True


def coalesce(*values: Value) -> Value:
    common = unify([type_of(value) for value in values]) if values else None
    if common is None:
        raise InvalidExpressionError("all arguments must have the same type")
    for value in values:
        given = _certainly_given(value, as_text=common.kind in ("string", "dynamic"))
        if given:
            return convert(value, common)
        if given is None:
            return unknown_result([value], common)
    raise InvalidExpressionError("no non-null, non-empty-string arguments")


def coalescelist(*values: Value) -> Value:
    if not values:
        raise InvalidExpressionError("at least one argument is required")
    for value in values:
        if not is_hidden(value) and type_of(value).kind not in (LIST, TUPLE):
            raise InvalidExpressionError("the arguments must be lists or tuples")
    for value in values:
        if is_null(value):
            continue
        if is_hidden(value):
            types = {type_of(one) for one in values}
            return unknown_result([value], types.pop() if len(types) == 1 else DYNAMIC)
        if value.items:
            return value
    raise InvalidExpressionError("no non-null arguments")


def compact(values: Value) -> Value:
    if is_hidden(values):
        return unknown_result([values], list_of(STRING))
    kept = []
    for item in values.items:
        given = _certainly_given(item, as_text=True)
        if given is None:
            return unknown_result([item], list_of(STRING))
        if given:
            kept.append(item)
    return Elements(LIST, kept, STRING)


def distinct(context: FunctionContext, values: Value) -> Value:
    """Attributes of resources count as different from everything but themselves; an unknown may be equal to anything."""
    if is_hidden(values):
        return unknown_result([values], type_of(values))
    if is_wholly_known(values):
        found = dict.fromkeys(map(_Identity, values.items))
        return Elements(LIST, [one.value for one in found], values.type)
    kept: dict[_Identity, Value] = {}
    unsure: list[Value] = []  # those that may be equal to an attribute or a text
    for item in values.items:
        if (isinstance(item, Attribute) or is_wholly_known(item)) and _Identity(item) in kept:
            continue
        is_sure = isinstance(item, (Attribute, str))
        compared = unsure if is_sure else kept.values()
        context.spend(1 + len(compared) // 2)
        answer = is_among(compared, item)
        if answer is None:
            return unknown_result([item, *compared], type_of(values))
        if not answer:
            kept[_Identity(item)] = item
            unsure += [] if is_sure else [item]
    return Elements(LIST, list(kept.values()), values.type)


class _Identity:
    """A value that is equal to another as Terraform compares: `true` and `1` are two."""

    __slots__ = ("_key", "value")

    def __init__(self, value: Value) -> None:
        self.value = value
        self._key = (isinstance(value, bool), value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def flatten(values: Value) -> Value:
    if is_hidden(values):
        return unknown_result([values])
    if not isinstance(values, Elements):
        raise InvalidExpressionError("can only flatten lists, sets and tuples")
    items: list[Value] = []
    unsure = _flatten_into(items, values)
    return Elements(TUPLE, items) if unsure is None else unknown_result([unsure])


def _flatten_into(items: list[Value], values: Elements) -> Value:
    """Adds the elements of nested lists. The first value of which it is not known what it adds; None where there is none."""
    if has_unsure_elements(values):
        return values
    for item in values.parts:
        if isinstance(item, Elements):
            unsure = _flatten_into(items, item)
            if unsure is not None:
                return unsure
        elif isinstance(item, Unknown) and (not isinstance(item.type, Type) or item.type.kind in (LIST, SET, TUPLE, "dynamic")):
            return item
        else:
            items.append(item)
    return None


def _entries(value: Value, what: str) -> Entries:
    if not isinstance(value, Entries):
        raise InvalidExpressionError(f"{what} must be a map or an object")
    return value


def _as_object(value: Value) -> Value:
    """A resource or module with its attributes, where all of them can be named; unknown otherwise."""
    if not isinstance(value, Deferred):
        return value
    if value.names is None:
        return unknown_result([value])
    return Entries(OBJECT, {name: value.get(name) for name in sorted(value.names)})


def keys(value: Value) -> Value:
    if isinstance(value, Deferred) and value.names is not None:
        return Elements(TUPLE, sorted(value.names, key=_by_bytes))
    if is_hidden(value) or isinstance(value, Deferred):
        known = type_of(value)
        if known.kind == OBJECT:
            # Which attributes an object has its type tells.
            return Elements(TUPLE, sorted((name for name, _ in known.attributes), key=_by_bytes))
        return unknown_result([value], list_of(STRING) if known.kind == MAP else DYNAMIC)
    names = sorted(_entries(value, "the argument").items, key=_by_bytes)
    return Elements(TUPLE, names) if value.kind == OBJECT else Elements(LIST, names, STRING)


def values_of(value: Value) -> Value:
    value = _as_object(value)
    if is_hidden(value):
        return unknown_result([value], list_of(element_type(value)) if type_of(value).kind == MAP else DYNAMIC)
    stated = _entries(value, "the argument").parts
    items = [stated[name] for name in sorted(stated, key=_by_bytes)]
    return Elements(TUPLE, items) if value.kind == OBJECT else Elements(LIST, items, element_type(value))


def _by_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def lookup(mapping: Value, key: Value, *defaults: Value) -> Value:
    if len(defaults) > 1:
        raise InvalidExpressionError(f"lookup takes two or three arguments, got {len(defaults) + 2}")
    if isinstance(mapping, Deferred):
        return _lookup_deferred(mapping, key, defaults)
    if isinstance(mapping, Unknown) and key in mapping.entries:
        return mapping.entries[key]
    if is_hidden(mapping):
        return unknown_result([mapping], element_type(mapping), not_null=False)
    stated = _entries(mapping, "the first argument").parts
    inner = element_type(mapping)
    if mapping.kind == MAP and defaults:
        try:
            defaults = (convert(defaults[0], inner),)
        except InvalidExpressionError:
            raise InvalidExpressionError("the default value must have the same type as the map elements") from None
    if is_hidden(key):
        among = (*stated.values(), *defaults)
        known = all(map(is_wholly_known, among))
        return unknown_result([key], inner, not_null=known and None not in among, among=among if known else ())
    if key in stated:
        return stated[key]
    if not defaults:
        raise InvalidExpressionError(f"there is no `{key}`, and no default is given")
    return defaults[0]


def _lookup_deferred(mapping: Deferred, key: Value, defaults: Sequence[Value]) -> Value:
    if is_hidden(key):
        return unknown_result([key], not_null=False)
    if not defaults:
        return mapping.get(key)
    if mapping.names is not None and key not in mapping.names:
        return defaults[0]
    try:
        return mapping.get(key)
    except InvalidExpressionError:
        return defaults[0]


def merge(*values: Value) -> Value:
    mappings = [_as_object(value) for value in values]
    types = [type_of(value) for value in mappings]
    for known in types:
        if known == DYNAMIC:
            # Behind that cty looks at no types, so an empty list passes there.
            break
        if known.kind not in (MAP, OBJECT):
            raise InvalidExpressionError(f"the arguments must be maps or objects, got {known}")
    for value in mappings:
        if not isinstance(value, (Entries, Unknown, Attribute)) and not is_null(value) and getattr(value, "items", True):
            raise InvalidExpressionError(f"the arguments must be maps or objects, got {type_of(value)}")
    hidden = [value for value in mappings if is_hidden(value)]
    is_of_one_type = len(set(types)) == 1
    if hidden:
        result = unknown_result(hidden, types[0] if is_of_one_type else _merged_type(mappings))
        return Unknown(result.reason, result.type, not_null=True, entries=_certain_entries(mappings))
    if is_of_one_type and types[0].attributes and all(map(is_null, mappings)):
        raise InvalidExpressionError("null objects have no attributes, which their type demands")
    merged: dict[str, Value] = {}
    for value in mappings:
        merged.update(value.parts if isinstance(value, Entries) else {})
    if is_of_one_type and types[0].kind == MAP:
        return Entries(MAP, merged, types[0].element)
    return Entries(OBJECT, merged)


def _certain_entries(mappings: Sequence[Value]) -> Mapping[str, Value]:
    """What stands in the merged map whatever is not known: a later map goes over an earlier one."""
    certain: dict[str, Value] = {}
    for value in mappings:
        if is_hidden(value):
            certain = dict(value.entries) if isinstance(value, Unknown) else {}
        elif isinstance(value, Entries):
            certain.update(value.items)
    return certain


def _merged_type(mappings: Sequence[Value]) -> Type:
    """The object that comes of maps and objects of several types, where the types tell all names."""
    attributes: dict[str, Type] = {}
    for value in mappings:
        known = type_of(value)
        if known.kind == "dynamic" or (known.kind == MAP and is_hidden(value)):
            return DYNAMIC
        if isinstance(value, Entries) and value.kind == MAP:
            attributes.update(dict.fromkeys(value.items, element_type(value)))
        elif not is_null(value):
            attributes.update(known.attributes)
    return object_of(attributes)


def one(values: Value) -> Value:
    if is_hidden(values):
        return unknown_result([values], element_type(values), not_null=False)
    if not isinstance(values, Elements) or (len(values.items) > 1 and not has_unsure_elements(values)):
        raise InvalidExpressionError("must be a list, set or tuple with either zero or one elements")
    if has_unsure_elements(values):
        return unknown_result([values], element_type(values), not_null=False)
    if values.items:
        return values.part(0)
    return None if values.kind == TUPLE else Null(element_type(values))


def range_of(*limits: Number) -> Value:
    if not 1 <= len(limits) <= 3:
        raise InvalidExpressionError("must have one, two or three arguments")
    start, end = (with_precision(0, OF_INTEGERS), limits[0]) if len(limits) == 1 else limits[:2]
    step = limits[2] if len(limits) == 3 else with_precision(-1 if end < start else 1, OF_INTEGERS)
    if (end > start and step < 0) or (end < start and step > 0):
        raise InvalidExpressionError("the step leads away from the end")
    items: list[Number] = []
    value = start
    while (value > end) if end < start else (value < end):
        if len(items) == _MOST_OF_A_RANGE:
            raise InvalidExpressionError(f"more than {_MOST_OF_A_RANGE} values were generated")
        items.append(value)
        value = sum_of(value, step)
    return Elements(LIST, items, NUMBER)


def reverse(values: Value) -> Value:
    if is_hidden(values):
        return unknown_result([values], type_of(values))
    if not isinstance(values, Elements):
        raise InvalidExpressionError(f"can only reverse list or tuple values, not {type_of(values)}")
    if has_unsure_elements(values):
        return unknown_result([values], list_of(element_type(values)))
    kind = TUPLE if values.kind == TUPLE else LIST
    return Elements(kind, values.parts[::-1], values.type)


def slice_of(values: Value, start: Value, end: Value) -> Value:
    if is_hidden(values) or is_hidden(start) or is_hidden(end):
        known = type_of(values)
        return unknown_result([values, start, end], known if known.kind == LIST else DYNAMIC)
    if not isinstance(values, Elements) or values.kind == SET:
        raise InvalidExpressionError(f"can only slice lists and tuples, not {type_of(values)}")
    first, last = whole_number(start, "the start index"), whole_number(end, "the end index")
    if first < 0 or last < 0:
        raise InvalidExpressionError("the indices must not be less than zero")
    if first > len(values.items) or last > len(values.items):
        raise InvalidExpressionError("the indices must not be greater than the length of the list")
    if first > last:
        raise InvalidExpressionError("the start index must not be greater than the end index")
    return Elements(values.kind, values.parts[first:last], values.type)


def sort(values: Value) -> Value:
    if is_hidden(values):
        return unknown_result([values], list_of(STRING))
    if len(values.items) > 1 and not is_wholly_known(values):
        return Elements(LIST, [unknown_result([values], STRING)] * len(values.items), STRING)
    for position, item in enumerate(values.items):
        if item is None:
            raise InvalidExpressionError(f"the list element {position} is null; a null string cannot be sorted")
    return Elements(LIST, sorted(values.items, key=_by_bytes) if len(values.items) > 1 else values.items, STRING)


def chunklist(values: Value, size: Value) -> Value:
    if is_hidden(values) or is_hidden(size):
        return unknown_result([values, size], list_of(type_of(values)))
    amount = whole_number(size, "the size")
    if amount < 0:
        raise InvalidExpressionError("the size must be positive")
    step = amount or max(len(values.items), 1)
    chunks = [Elements(LIST, values.items[at : at + step], values.type) for at in range(0, len(values.items), step)]
    return Elements(LIST, chunks, list_of(values.type or DYNAMIC))


def matchkeys(context: FunctionContext, values: Value, names: Value, wanted: Value) -> Value:
    result = type_of(values)
    if any(map(is_hidden, (values, names, wanted))):
        return unknown_result([values, names, wanted], result)
    if len(values.items) != len(names.items):
        raise InvalidExpressionError("there must be as many keys as values")
    common = unify([element_type(names), element_type(wanted)])
    if common is None:
        raise InvalidExpressionError("the keys and what is searched must be of the same type")
    searched = [convert(item, common) for item in wanted.items]
    kept = []
    for value, name in zip(values.items, names.items):
        context.spend(1 + len(searched) // 8)
        answer = is_among(searched, convert(name, common))
        if answer is None:
            return unknown_result([names, wanted], result)
        if answer:
            kept.append(value)
    return Elements(LIST, kept, values.type)


def transpose(mapping: Value) -> Value:
    result = map_of(list_of(STRING))
    if is_hidden(mapping):
        return unknown_result([mapping], result)
    turned: dict[str, list[str]] = {}
    for name in sorted(mapping.items, key=_by_bytes):
        texts = mapping.items[name]
        if is_hidden(texts) or (texts is not None and any(map(is_hidden, texts.items))):
            return unknown_result([mapping], result)
        if texts is None:
            raise InvalidExpressionError("the input must not contain null lists")
        for text in texts.items:
            if text is None:
                raise InvalidExpressionError("the input must not contain null strings")
            turned.setdefault(text, []).append(name)
    lists = {name: Elements(LIST, turned[name], STRING) for name in sorted(turned, key=_by_bytes)}
    return Entries(MAP, lists, list_of(STRING))


def zipmap(names: Value, values: Value) -> Value:
    if not is_hidden(values) and not (isinstance(values, Elements) and values.kind != SET):
        raise InvalidExpressionError("the values must be a list or a tuple")
    if is_hidden(names) or is_hidden(values) or any(map(is_hidden, names.items)):
        known = type_of(values)
        return unknown_result([names, values], map_of(known.element or DYNAMIC) if known.kind == LIST else DYNAMIC)
    if len(names.items) != len(values.items):
        raise InvalidExpressionError(f"there are {len(names.items)} keys but {len(values.items)} values")
    if None in names.items:
        raise InvalidExpressionError("a key is null")
    stated = dict(zip(names.items, values.parts))
    return Entries(MAP, stated, element_type(values)) if values.kind == LIST else Entries(OBJECT, stated)


def all_true(values: Value) -> Value:
    return _all_are(values, True)


def any_true(values: Value) -> Value:
    return _all_are(values, False)


def _all_are(values: Value, wanted: bool) -> Value:
    """`alltrue` where `true` is wanted; `anytrue`, its mirror image, where `false` is."""
    if is_hidden(values):
        return unknown_result([values], BOOL)
    unsure: Optional[Value] = None
    for item in values.items:
        if is_hidden(item):
            unsure = unsure or item
        elif (item is True) != wanted:
            return not wanted
    return wanted if unsure is None else unknown_result([unsure], BOOL)


def convert_to(wanted: Type) -> Callable[[Value], Value]:
    """`tostring`, `tolist` and their kind."""
    return lambda value: convert(value, wanted)


def ephemeral_as_null(value: Value) -> Value:
    """Ephemeral values are never known to code, so what is known is not ephemeral."""
    return value if is_wholly_known(value) else Unknown(reason_of(value), type_of(value))
