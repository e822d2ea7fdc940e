"""Terraform's functions of lists, sets, maps and objects, over elements of which some may not be known.

Source: Terraform language documentation, "Collection Functions"; each as `terraform console` answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.functions.function_rows import FunctionContext, has_unsure_elements, unknown_result
from sqs_checks.terraform.evaluation.functions.grapheme_clusters import grapheme_clusters
from sqs_checks.terraform.evaluation.operators_of_terraform import equal
from sqs_checks.terraform.evaluation.type_constraints import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    convert,
    list_of,
    map_of,
    set_items,
    set_of,
    type_of,
    unify,
)
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
    is_hidden,
    is_wholly_known,
    why_unknown,
)


def _open(value: Value) -> bool:
    """Whether not even the structure of a value is known."""
    return isinstance(value, (Unknown, Attribute)) or (isinstance(value, Deferred) and value.names is None)


def _elements(value: Value, function: str) -> Elements:
    if not isinstance(value, Elements):
        raise InvalidExpressionError(f"`{function}` takes a list")
    return value


def _entries(value: Value, function: str) -> Entries:
    if isinstance(value, Deferred) and value.names is not None:
        return Entries(OBJECT, {name: value.get(name) for name in value.names})
    if not isinstance(value, Entries):
        raise InvalidExpressionError(f"`{function}` takes a map or an object")
    return value


def length(value: Value) -> Value:
    if isinstance(value, str):
        return len(grapheme_clusters(value))
    if isinstance(value, PiecedText) or _open(value):
        return unknown_result([value], NUMBER)
    if isinstance(value, Elements):
        return unknown_result([value], NUMBER) if has_unsure_elements(value) else len(value.items)
    if isinstance(value, (Entries, Deferred)):
        return len(_entries(value, "length").items)
    raise InvalidExpressionError("`length` takes a list, a map or a text")


def concat(*lists: Value) -> Value:
    if any(_open(one) for one in lists):
        return unknown_result(lists)
    if not lists:
        raise InvalidExpressionError("`concat` takes at least one list")
    for one in lists:
        if not isinstance(one, Elements) or one.kind == SET:
            raise InvalidExpressionError("`concat` takes lists")
    items = [item for one in lists for item in one.items]
    if all(one.kind == LIST for one in lists):
        element = unify([type_of(one).element or DYNAMIC for one in lists])
        if element is not None:
            return convert(Elements(LIST, items), list_of(element)) if element.kind != "dynamic" else Elements(LIST, items)
    return Elements(TUPLE, items)


def flatten(value: Value) -> Value:
    if _open(value):
        return unknown_result([value])
    flat: list[Value] = []
    for item in _elements(value, "flatten").items:
        if isinstance(item, Unknown) and getattr(item.type, "kind", "list") in ("list", "set", "tuple", "dynamic"):
            return unknown_result([item])
        if isinstance(item, Elements):
            inner = flatten(item)
            if isinstance(inner, Unknown):
                return inner
            flat += inner.items
        else:
            flat.append(item)
    return Elements(TUPLE, flat)


def keys(value: Value) -> Value:
    if _open(value):
        return unknown_result([value], list_of(STRING))
    entries = _entries(value, "keys")
    names = sorted(entries.items)
    return Elements(LIST, names, STRING) if entries.kind == MAP else Elements(TUPLE, names)


def values(value: Value) -> Value:
    if _open(value):
        return unknown_result([value])
    entries = _entries(value, "values")
    items = [entries.items[name] for name in sorted(entries.items)]
    return Elements(LIST, items, entries.type) if entries.kind == MAP else Elements(TUPLE, items)


def lookup(container: Value, key: Value, *default: Value) -> Value:
    if len(default) > 1:
        raise InvalidExpressionError("`lookup` takes at most one default")
    if isinstance(container, Deferred) and isinstance(key, str):
        try:
            return container.get(key)
        except InvalidExpressionError:
            if default:
                return default[0]
            raise
    if _open(container) or is_hidden(key):
        return unknown_result([container, key])
    entries = _entries(container, "lookup")
    name = convert(key, STRING)
    element_type = type_of(entries).element if entries.kind == MAP else None
    fallback = convert(default[0], element_type) if default and element_type is not None else default[0] if default else None
    if name in entries.items:
        return entries.items[name]
    if not default:
        raise InvalidExpressionError(f"there is no key `{name}`")
    return fallback


def element(value: Value, index: Value) -> Value:
    if _open(value) or is_hidden(index):
        among = value.items if isinstance(value, Elements) else ()
        return unknown_result([value if _open(value) else index], among=tuple(among))
    items = _elements(value, "element").items
    if _elements(value, "element").kind == SET:
        raise InvalidExpressionError("`element` takes a list")
    if not items:
        raise InvalidExpressionError("`element` of an empty list")
    if not isinstance(index, int) or index < 0:
        raise InvalidExpressionError("`element` takes an index from 0 on")
    return items[index % len(items)]


def index(value: Value, wanted: Value) -> Value:
    if _open(value):
        return unknown_result([value], NUMBER)
    listed = _elements(value, "index")
    if listed.kind == SET:
        raise InvalidExpressionError("`index` takes a list")
    for number, item in enumerate(listed.items):
        same = equal(item, wanted)
        if same is True:
            return number
        if same is not False:
            return unknown_result([item, wanted], NUMBER)
    raise InvalidExpressionError("`index` finds no such element")


def contains(value: Value, wanted: Value) -> Value:
    if _open(value):
        return unknown_result([value], BOOL)
    collection = _elements(value, "contains")
    undecided = None
    element_type = type_of(collection).element if collection.kind in (LIST, SET) else None
    if element_type is not None and element_type.kind != "dynamic" and wanted is not None:
        try:
            wanted = convert(wanted, element_type)
        except InvalidExpressionError:
            return False
    for item in collection.items:
        same = equal(item, wanted)
        if same is True:
            return True
        if same is not False:
            undecided = same
    return False if undecided is None else undecided


def merge(*maps: Value) -> Value:
    stated = [one for one in maps if one is not None]
    if any(_open(one) for one in stated):
        return unknown_result([one for one in stated if _open(one)])
    merged: dict[str, Value] = {}
    kinds: list[str] = []
    types: list[Type] = []
    for one in stated:
        entries = _entries(one, "merge")
        kinds.append(entries.kind)
        types.append(type_of(entries))
        merged.update(entries.items)
    if stated and all(kind == MAP for kind in kinds) and len({one.element for one in types}) == 1:
        return Entries(MAP, merged, types[0].element)
    return Entries(OBJECT, merged)


def zipmap(names: Value, items: Value) -> Value:
    if _open(names) or _open(items):
        return unknown_result([names, items])
    listed, stated = _elements(names, "zipmap"), _elements(items, "zipmap")
    if len(listed.items) != len(stated.items):
        raise InvalidExpressionError("`zipmap` takes as many keys as values")
    hidden = [name for name in listed.items if is_hidden(name)]
    if hidden:
        return unknown_result(hidden)
    pairs = {convert(name, STRING): item for name, item in zip(listed.items, stated.items)}
    return Entries(OBJECT if stated.kind == TUPLE else MAP, pairs, stated.type)


def reverse(value: Value) -> Value:
    if _open(value):
        return unknown_result([value])
    listed = _elements(value, "reverse")
    return Elements(LIST if listed.kind == SET else listed.kind, listed.items[::-1], listed.type)


def slice_of(value: Value, start: Value, end: Value) -> Value:
    if _open(value) or is_hidden(start) or is_hidden(end):
        return unknown_result([value, start, end])
    listed = _elements(value, "slice")
    if listed.kind == SET:
        raise InvalidExpressionError("`slice` takes a list")
    if not (isinstance(start, int) and isinstance(end, int)) or not 0 <= start <= end <= len(listed.items):
        raise InvalidExpressionError("`slice` takes indexes within the list")
    return Elements(listed.kind, listed.items[start:end], listed.type)


def _unique(items: Sequence[Value]) -> tuple[list[Value], bool]:
    """The elements, each once; and whether it is sure that they differ."""
    found: list[Value] = []
    is_sure = True
    for item in items:
        answers = [equal(item, other) for other in found]
        if any(answer is True for answer in answers):
            continue
        is_sure = is_sure and all(answer is False for answer in answers)
        found.append(item)
    return found, is_sure


def distinct(value: Value) -> Value:
    if _open(value):
        return unknown_result([value])
    listed = convert(_elements(value, "distinct"), list_of(DYNAMIC))
    found, is_sure = _unique(listed.items)
    return Elements(LIST, found, listed.type) if is_sure else unknown_result([listed])


def compact(value: Value) -> Value:
    if _open(value):
        return unknown_result([value], list_of(STRING))
    kept = []
    for item in _elements(value, "compact").items:
        if isinstance(item, Unknown) or (isinstance(item, PiecedText) and equal(item, "") is not False):
            return unknown_result([item], list_of(STRING))
        if item is not None and item != "":
            kept.append(convert(item, STRING))
    return Elements(LIST, kept, STRING)


def coalesce(*items: Value) -> Value:
    if not items:
        raise InvalidExpressionError("`coalesce` takes at least one value")
    element_type = unify([type_of(item) for item in items if item is not None])
    for item in items:
        if isinstance(item, Unknown) and not (item.not_null and item.prefix):
            rest = [one for one in items[items.index(item) :] if one is not None]
            return unknown_result([item], element_type or DYNAMIC, among=tuple(rest))
        if item is None or (item == "" and isinstance(item, str)):
            continue
        return convert(item, element_type) if element_type is not None and not is_hidden(item) else item
    raise InvalidExpressionError("all that `coalesce` is given is null or empty")


def coalescelist(*lists: Value) -> Value:
    for one in lists:
        if _open(one):
            return unknown_result([one])
        if one is not None and _elements(one, "coalescelist").items:
            return one
    raise InvalidExpressionError("all that `coalescelist` is given is empty")


def one(value: Value) -> Value:
    if _open(value):
        return Unknown(why_unknown(value) if is_hidden(value) else "it is not known")
    listed = _elements(value, "one")
    if has_unsure_elements(listed):
        return unknown_result([listed])
    if len(listed.items) > 1:
        raise InvalidExpressionError("`one` takes a list of at most one element")
    return listed.items[0] if listed.items else None


def _all_or_any(value: Value, decisive: bool) -> Value:
    if _open(value):
        return unknown_result([value], BOOL)
    undecided = None
    for item in _elements(value, "alltrue").items:
        truth = convert(item, BOOL) if item is not None else False
        if is_hidden(truth):
            undecided = truth
        elif truth is decisive:
            return decisive
    return (not decisive) if undecided is None else unknown_result([undecided], BOOL)


def alltrue(value: Value) -> Value:
    return _all_or_any(value, decisive=False)


def anytrue(value: Value) -> Value:
    return _all_or_any(value, decisive=True)


def _converted(kind: Callable[[Type], Type]) -> Callable[[Value], Value]:
    def to_kind(value: Value) -> Value:
        if isinstance(value, (Unknown, Attribute)):
            return unknown_result([value], kind(DYNAMIC), among=_among_converted(value, kind))
        return convert(value, kind(DYNAMIC))

    return to_kind


def _among_converted(value: Value, kind: Callable[[Type], Type]) -> tuple[Value, ...]:
    return tuple(convert(item, kind(DYNAMIC)) for item in value.among) if isinstance(value, Unknown) else ()


tolist, toset, tomap = _converted(list_of), _converted(set_of), _converted(map_of)


def sort(value: Value) -> Value:
    if not is_wholly_known(value):
        return unknown_result([value], list_of(STRING))
    if None in value.items:
        raise InvalidExpressionError("`sort` takes no null")
    return Elements(LIST, sorted(value.items, key=lambda text: text.encode("utf-8", "surrogatepass")), STRING)


def chunklist(value: Value, size: Value) -> Value:
    if _open(value) or is_hidden(size):
        return unknown_result([value, size])
    listed = convert(_elements(value, "chunklist"), list_of(DYNAMIC))
    if not isinstance(size, int) or size < 0:
        raise InvalidExpressionError("`chunklist` takes a size from 0 on")
    step = size or max(len(listed.items), 1)
    chunks = [Elements(LIST, listed.items[n : n + step], listed.type) for n in range(0, len(listed.items), step)]
    return Elements(LIST, chunks, list_of(listed.type or DYNAMIC))


def range_of(context: FunctionContext, *limits: Value) -> Value:
    if any(map(is_hidden, limits)):
        return unknown_result(limits, list_of(NUMBER))
    start, end, step = (0, limits[0], None) if len(limits) == 1 else (*limits[:2], limits[2] if len(limits) > 2 else None)
    if step is None:
        step = 1 if start <= end else -1
    if (start != end and (step > 0) != (end > start)) or step == 0:
        raise InvalidExpressionError("`range` takes a step towards its end")
    found: list[Value] = []
    number = start
    while (number < end) if step > 0 else (number > end):
        if len(found) >= 1024:
            raise InvalidExpressionError("more than 1024 numbers are more than `range` makes")
        context.spend(1)
        found.append(number)
        number += step
    return Elements(LIST, found, NUMBER)


def _sets(sets: Sequence[Value]) -> list[Elements]:
    converted = [convert(one, set_of(DYNAMIC)) for one in sets]
    element_type = unify([one.type or DYNAMIC for one in converted if one.items])
    if element_type is None:
        raise InvalidExpressionError("the sets have elements of different types")
    return [convert(one, set_of(element_type)) for one in converted] if element_type.kind != "dynamic" else converted


def _set_operation(operation: Callable[[list[list[Value]]], list[Value]]) -> Callable[..., Value]:
    def operate(*sets: Value) -> Value:
        if not all(map(is_wholly_known, sets)):
            return unknown_result(sets, set_of(DYNAMIC))
        converted = _sets(sets)
        return Elements(SET, set_items(operation([list(one.items) for one in converted])), converted[0].type)

    return operate


def _intersection(sets: list[list[Value]]) -> list[Value]:
    return [item for item in sets[0] if all(any(equal(item, other) is True for other in one) for one in sets[1:])]


def _subtracted(sets: list[list[Value]]) -> list[Value]:
    return [item for item in sets[0] if not any(equal(item, other) is True for other in sets[1])]


def setunion(*sets: Value) -> Value:
    # Elements that are not known are elements all the same.
    if any(_open(one) for one in sets):
        return unknown_result(sets, set_of(DYNAMIC))
    converted = _sets(sets)
    return Elements(SET, set_items([item for one in converted for item in one.items]), converted[0].type)


setintersection = _set_operation(_intersection)
setsubtract = _set_operation(_subtracted)


def setproduct(context: FunctionContext, *sets: Value) -> Value:
    if len(sets) < 2:
        raise InvalidExpressionError("`setproduct` takes at least two sets")
    if any(_open(one) for one in sets):
        return unknown_result(sets)
    listed = [_elements(one, "setproduct") for one in sets]
    total = 1
    for one in listed:
        total *= len(one.items)
    context.spend(total)
    is_set = any(one.kind == SET for one in listed)
    # Elements of a list or set have one type; those of a tuple get one.
    typed = [one if one.kind != TUPLE else convert(one, list_of(DYNAMIC)) for one in listed]
    combined = [Elements(TUPLE, items) for items in product(*(one.items for one in typed))]
    return Elements(SET if is_set and all(one.kind == SET for one in listed) else LIST, combined)


def transpose(value: Value) -> Value:
    if not is_wholly_known(value):
        return unknown_result([value], map_of(list_of(STRING)))
    found: dict[str, list[str]] = {}
    for name in sorted(value.items):
        for item in value.items[name].items:
            found.setdefault(item, []).append(name)
    return Entries(MAP, {name: Elements(LIST, found[name], STRING) for name in sorted(found)}, list_of(STRING))


def matchkeys(items: Value, names: Value, wanted: Value) -> Value:
    if not all(map(is_wholly_known, (names, wanted))) or _open(items):
        return unknown_result([names, wanted, items])
    listed, keyed = _elements(items, "matchkeys"), _elements(names, "matchkeys")
    if len(listed.items) != len(keyed.items):
        raise InvalidExpressionError("`matchkeys` takes as many keys as values")
    kept = [
        item
        for item, name in zip(listed.items, keyed.items)
        if any(equal(name, one) is True for one in _elements(wanted, "matchkeys").items)
    ]
    return Elements(LIST, kept, listed.type)
