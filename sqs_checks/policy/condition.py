"""One condition of a statement: an operator, a key and the values it is compared with.

Source: IAM User Guide, "IAM JSON policy elements: Condition" and "Policy variables".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, any_of, unknown
from sqs_checks.policy.condition_keys import ConditionKey, find_condition_key
from sqs_checks.policy.condition_operators import Operator, SetPrefix, ValueType
from sqs_checks.policy.wildcards import LITERAL_QUESTION_MARK, LITERAL_STAR
from sqs_checks.values.configuration_values import joined_text
from sqs_checks.values.texts import Text, comparable, pieces_of, with_known_pieces


@dataclass(frozen=True)
class Undetermined:
    """A value that every request carries and the code does not tell. text: what the code knows of it: a thing of its own."""

    reason: str
    text: Optional[Text] = None

    def __str__(self) -> str:
        return str(self.text) if self.text is not None else "that is not known"


# The value of a condition key in a request: several of a multivalued key; None where the request does not carry the key.
ContextValue = Union[None, Text, tuple[Text, ...], Undetermined]

# `${aws:username}`, `${aws:username, 'default'}`; `${*}`, `${?}` and `${$}` are the characters themselves.
_VARIABLE = re.compile(r"\$\{\s*([^}$*?,\s]+)\s*(?:,\s*'([^']*)'\s*)?}")
_ESCAPES = (("${*}", LITERAL_STAR), ("${?}", LITERAL_QUESTION_MARK), ("${$}", "$"))


def escape_wildcards(text: str) -> str:
    return text.replace("*", LITERAL_STAR).replace("?", LITERAL_QUESTION_MARK)


class Value(NamedTuple):
    """One value of a condition. variables: the condition keys that it takes its text from, in lower case."""

    text: Text
    variables: tuple[str, ...] = ()

    def resolved(self, context: Mapping[str, ContextValue]) -> Optional[Text]:
        """The text, with variables filled in from the request; None where the request lacks one, which matches nothing."""
        if not self.variables:
            return self.text
        filled: list[Any] = []
        for piece in pieces_of(self.text):
            if not isinstance(piece, str):
                filled.append(piece)
                continue
            end = 0
            for match in _VARIABLE.finditer(piece):
                found = context.get(match.group(1).lower())
                if found is None or isinstance(found, (tuple, Undetermined)):
                    if match.group(2) is None:
                        return None
                    found = match.group(2)
                else:
                    found = with_known_pieces(found, escape_wildcards)
                filled += [piece[end : match.start()], found]
                end = match.end()
            filled.append(piece[end:])
        return joined_text(filled)

    def contents_for(self, texts: Iterable[Text]) -> Iterator[Text]:
        """What its only variable must hold for the value to fit a text."""
        found = _VARIABLE.search(self.text) if isinstance(self.text, str) else None
        if found is None:
            yield from texts
            return
        before, after = map(_as_expression, (found.string[: found.start()], found.string[found.end() :]))
        for text in texts:
            fitting = re.fullmatch(f"{before}(.*){after}", text, re.DOTALL) if isinstance(text, str) else None
            if fitting is not None:
                yield fitting.group(1)


def _as_expression(pattern: str) -> str:
    return "[^:/]*?".join(map(re.escape, pattern.split("*")))


def texts_in(values: Iterable[ContextValue]) -> Iterator[Text]:
    """The texts among values of a key."""
    for value in values:
        if isinstance(value, tuple):
            yield from value
        elif value is not None and not isinstance(value, Undetermined):
            yield value


def read_value(text: Text, *, has_variables: bool) -> Value:
    """A value as the policy writes it. has_variables: whether the policy's version knows variables."""
    written = [piece for piece in pieces_of(text) if isinstance(piece, str) and "${" in piece]
    if not has_variables or not written:
        return Value(text)
    names = [match.group(1).lower() for piece in written for match in _VARIABLE.finditer(_escaped(piece))]
    return Value(with_known_pieces(text, _escaped), tuple(names))


def _escaped(text: str) -> str:
    for written, meant in _ESCAPES:
        text = text.replace(written, meant)
    return text


class Condition:
    """All conditions of a statement must hold.

    key: in lower case. operator_name: as the policy writes it. hidden: why some of the values are unknown. undecidable: why
    nothing can be said of this condition; None where something can.
    """

    __slots__ = (
        "definition",
        "hidden",
        "key",
        "key_name",
        "operator",
        "operator_name",
        "path",
        "undecidable",
        "values",
        "variables",
    )

    def __init__(
        self,
        path: str,
        operator_name: str,
        operator: Optional[Operator],
        key_name: str,
        values: tuple[Value, ...],
        hidden: tuple[str, ...],
    ) -> None:
        self.path = path
        self.operator = operator
        self.operator_name = operator_name
        self.key_name = key_name
        self.key = key_name.lower()
        self.values = values
        self.hidden = hidden
        self.definition: Optional[ConditionKey] = find_condition_key(key_name)
        self.variables = tuple(name for value in values for name in value.variables)
        self.undecidable: Optional[str] = None
        if operator is None:
            self.undecidable = f"`{operator_name}` is not a condition operator of IAM"
        elif self.definition is None and self.key.startswith("aws:"):
            self.undecidable = f"`{key_name}` is not a known condition key"

    def stated_texts(self) -> Iterator[Text]:
        """The values that a request could carry. `Null` states none: it asks whether there is one."""
        if self.operator is not None and self.operator.base.type is not ValueType.NULL:
            yield from (value.text for value in self.values if not value.variables)

    def holds(self, value: ContextValue, context: Mapping[str, ContextValue]) -> Ternary:
        """Whether the condition is true of a request. value: of its key. context: for the variables."""
        operator = self.operator
        if operator is None or self.undecidable:
            return unknown(str(self.undecidable))
        base = operator.base
        if base.type is ValueType.NULL:
            return self._matches("true" if value is None else "false", context)
        if value is None:
            absent_is_true = operator.if_exists or operator.set_prefix is SetPrefix.FOR_ALL_VALUES
            return YES if absent_is_true or (base.negated and operator.set_prefix is None) else NO
        if not isinstance(value, tuple):
            matched = self._matches(value, context)
            return ~matched if base.negated else matched
        each = [self._matches(single, context) for single in value]
        if base.negated:
            # Without a prefix none of the request's values may fit; so with ForAllValues.
            each = [~matched for matched in each]
            return any_of(each) if operator.set_prefix is SetPrefix.FOR_ANY_VALUE else all_of(each)
        return all_of(each) if operator.set_prefix is SetPrefix.FOR_ALL_VALUES else any_of(each)

    def _matches(self, single: Union[Text, Undetermined], context: Mapping[str, ContextValue]) -> Ternary:
        """Whether a value of the request fits one of the policy's."""
        assert self.operator is not None
        base = self.operator.base
        reasons = self.hidden
        for value in self.values:
            filled = (context.get(name) for name in value.variables)
            undetermined = [found.reason for found in (single, *filled) if isinstance(found, Undetermined)]
            text = value.resolved(context)
            if not isinstance(single, Undetermined):
                if text is not None and base.matches(*comparable(text, single)):
                    return YES
            elif text is not None and (text == single.text or (text == "*" and base.takes_wildcards)):
                return YES
            reasons += tuple(undetermined)
        return unknown(*dict.fromkeys(reasons)) if reasons else NO
