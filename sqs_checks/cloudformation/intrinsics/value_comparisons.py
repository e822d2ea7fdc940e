"""Values side by side: whether they are equal, may be, or hold together, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.template_scalars import as_text
from sqs_checks.values.configuration_values import Attribute, Elements, Entries, PiecedText, Unknown, Value, is_hidden

MOST_POSSIBILITIES = 16


def may_be_equal(text: str, hidden: Sequence[Any]) -> bool:
    """Whether a text can be what pieces of which some are not known make up."""
    first, last = hidden[0], hidden[-1]
    if isinstance(first, str) and not text.startswith(first):
        return False
    start = len(first) if isinstance(first, str) else 0
    end = len(text) - (len(last) if isinstance(last, str) else 0)
    if end < start or (isinstance(last, str) and not text.endswith(last)):
        return False
    for piece in hidden[1 if isinstance(first, str) else 0 : -1 if isinstance(last, str) else None]:
        if isinstance(piece, str):
            start = text.find(piece, start, end)
            if start < 0:
                return False
            start += len(piece)
    return True


def equality(left: Value, right: Value) -> Optional[bool]:
    """Whether two values are equal; None where that is not known."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    for one, other in ((left, right), (right, left)):
        if isinstance(one, str) and is_hidden(other):
            among = other.among if isinstance(other, Unknown) else ()
            if among:
                same = {equality(one, possibility) for possibility in among}
                return same.pop() if len(same) == 1 else None
            if isinstance(other, (PiecedText, Attribute)) and one == "" and _is_never_empty(other):
                return False
            if isinstance(other, PiecedText):
                return None if may_be_equal(one, other.pieces) else False
            return None
    if isinstance(left, (PiecedText, Attribute)) and left == right and not _has_unknown(left):
        return True
    return None


def _is_never_empty(value: Value) -> bool:
    if isinstance(value, PiecedText):
        return any(isinstance(piece, str) or _is_never_empty(piece) for piece in value.pieces)
    return isinstance(value, Attribute) and (value.name == "Ref" or value.name.endswith("Arn") or value.name.startswith("AWS::"))


def _has_unknown(value: Value) -> bool:
    return isinstance(value, PiecedText) and any(isinstance(piece, Unknown) for piece in value.pieces)


def is_same(left: Value, right: Value) -> bool:
    """Whether two values are the same, with what is known of the unknown ones."""
    if left is right:
        return True
    if type(left) is not type(right) or left != right:
        return False
    if isinstance(left, Elements):
        return all(map(is_same, left.items, right.items))
    if isinstance(left, Entries):
        return all(is_same(item, right.items[name]) for name, item in left.items.items())
    if isinstance(left, Unknown):
        return (left.among, left.not_null, left.type) == (right.among, right.not_null, right.type)
    if isinstance(left, PiecedText):
        return all(map(is_same, left.pieces, right.pieces))
    return True


def is_never_null(values: Iterable[Value]) -> bool:
    return all(not (value is None or (isinstance(value, Unknown) and not value.not_null)) for value in values)


def possibilities(values: Iterable[Value]) -> tuple[Value, ...]:
    """All that one of several values can be; empty where that is not known or too much."""
    found: list[Value] = []
    for value in values:
        if isinstance(value, Unknown) and not value.among:
            return ()
        found += value.among if isinstance(value, Unknown) else (value,)
    return tuple(found) if len(found) <= MOST_POSSIBILITIES else ()


def known_texts(collection: Value) -> Optional[list[str]]:
    """The elements of a loop's collection; None where they are not known."""
    if not isinstance(collection, Elements):
        return None
    texts = [as_text(item) for item in collection.items]
    return texts if all(isinstance(text, str) for text in texts) else None


def negated(truth: Value) -> Value:
    return not truth if isinstance(truth, bool) else truth


def all_hold(truths: Iterable[Value]) -> Value:
    """Whether all hold. Later ones are not asked for once one does not."""
    open_one = None
    for truth in truths:
        if truth is False:
            return False
        if truth is not True and open_one is None:
            open_one = truth
    return True if open_one is None else open_one
