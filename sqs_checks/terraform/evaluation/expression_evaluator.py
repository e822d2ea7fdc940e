"""Working out Terraform's expressions.

Source: Terraform language documentation, "Expressions"; HCL, "HCL Native Syntax Specification" (semantics of each).
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Optional, Protocol, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError, UndeclaredReferenceError
from sqs_checks.terraform.evaluation.function_table import call_function
from sqs_checks.terraform.evaluation.functions.function_rows import FunctionContext
from sqs_checks.terraform.evaluation.operators_of_terraform import attribute_of, combined, element_of, equal, minus, negated
from sqs_checks.terraform.evaluation.type_constraints import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    convert,
    is_open,
    list_of,
    tuple_of,
    type_of,
    unify,
)
from sqs_checks.terraform.syntax.syntax_tree import (
    Access,
    Binary,
    Call,
    Conditional,
    For,
    Index,
    Literal,
    ObjectOf,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    Traversal,
    TupleOf,
    Unary,
)
from sqs_checks.values.configuration_values import (
    LIST,
    OBJECT,
    SET,
    TUPLE,
    Attribute,
    Deferred,
    Elements,
    Entries,
    Null,
    PiecedText,
    TooHeavyError,
    Unknown,
    Value,
    is_hidden,
    is_null,
    is_wholly_known,
    joined_text,
    only_possibility,
    why_unknown,
    without_type,
)
from sqs_checks.values.exact_numbers import OF_INTEGERS, with_precision

_LONGEST_TEXT = 1_000_000


class Names(Protocol):
    """What the names in an expression stand for."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> tuple[Value, int]:
        """The value of a name with as many of its steps as it takes to find it, and how many these are.

        Raises InvalidExpressionError where there is no such name.
        """

    def without_values(self) -> Names:
        """The same names as Terraform knows them when it validates code: of variables it knows the types only."""

    def truth_in_case(self, condition: Any, truth: Unknown) -> Value:
        """What a condition that the code leaves open is taken to be; an Unknown where it stays open. truth: why it is open."""

    def key_in_case(self, expression: Any, key: Value, keys: Sequence[Value], otherwise: bool) -> Value:
        """The same for a key that the code leaves open. keys: of which it is one. otherwise: whether it may be none of them;
        it is then taken to be `OTHER_KEY`.
        """


# A key that is none of those that a collection has.
OTHER_KEY = object()


class Evaluator:
    """Works out expressions with the names of one place in the code. context: what functions may use."""

    def __init__(self, names: Names, context: FunctionContext) -> None:
        self._names = names
        self._context = context
        self._local: Mapping[str, Value] = {}
        self._validates = False
        self._is_tolerant = False  # whether parts of what is put together may be refused
        self._is_tried = False  # whether `try` or `can` catches what is refused

    def evaluate(self, expression: Any) -> Value:
        """The value of an expression. Raises InvalidExpressionError where Terraform refuses it, BudgetExceededError or
        TooHeavyError where it takes too much to work it out.
        """
        return _EVALUATORS[type(expression)](self, expression)

    def with_local(self, names: Mapping[str, Value]) -> Evaluator:
        """The same with further names, such as those of an iterator."""
        inner = Evaluator(self._names, self._context)
        inner._local = {**self._local, **names}
        inner._validates = self._validates
        inner._is_tried = self._is_tried
        return inner

    def without_values(self) -> Evaluator:
        """The same with the names as Terraform knows them when it validates code."""
        inner = Evaluator(self._names.without_values(), self._context)
        inner._local = self._local
        inner._validates = True
        return inner

    def _literal(self, expression: Literal) -> Value:
        return expression.value

    def _traversal(self, expression: Traversal) -> Value:
        root, steps = expression
        if root in self._local:
            return self._stepped(self._local[root], steps)
        value, taken = self._names.resolve(root, steps)
        return self._stepped(value, steps[taken:]) if taken < len(steps) else value

    def _access(self, expression: Access) -> Value:
        return self._stepped(self.evaluate(expression.source), expression.steps)

    def _stepped(self, value: Value, steps: Iterable[Any]) -> Value:
        for step in steps:
            if isinstance(step, str):
                value = attribute_of(value, step)
            elif isinstance(step, Index):
                value = element_of(value, self._key_in_case(step.key, value))
            else:
                value = self._splatted(value, step.steps)
        return value

    def _key_in_case(self, expression: Any, collection: Value, otherwise: bool = False) -> Value:
        """The key of an index. otherwise: whether the collection may have no such key."""
        key = self.evaluate(expression)
        # Where `try` catches what is refused, the key may be any.
        if not is_hidden(key) or self._is_tried or self._names_local(expression):
            return key
        if isinstance(collection, Entries):
            key = self._names.key_in_case(expression, key, sorted(collection.items), otherwise)
        if isinstance(collection, Elements) and collection.kind != SET:
            key = self._names.key_in_case(expression, key, range(len(collection.items)), otherwise)
        if key is OTHER_KEY and not otherwise:
            raise InvalidExpressionError("there is no such key")
        return key

    def _names_local(self, expression: Any) -> bool:
        """Whether an expression names what is another thing each time: the element at hand of a `for`."""
        return bool(self._local) and names_any(expression, self._local)

    def _splat(self, expression: Splat) -> Value:
        source = self.evaluate(expression.source)
        if is_null(source) and expression.steps and not self._validates and not self._is_tried:
            self._check_steps_before(expression)
        return self._splatted(source, expression.steps)

    def _check_steps_before(self, expression: Splat) -> None:
        """Terraform has checked before, by its type, whether what turns out to be null would have such steps."""
        validating = self.without_values()
        source = validating.evaluate(expression.source)
        if isinstance(source, Unknown) and getattr(source.type, "kind", None) not in (None, LIST, SET, TUPLE):
            validating._step_of_each(source, expression.steps)

    def _splatted(self, source: Value, steps: tuple[Any, ...]) -> Value:
        if is_null(source):
            known = type_of(source)
            if known.kind not in (LIST, SET, TUPLE):
                return Elements(TUPLE, ())
            if not self._is_tolerant:
                raise InvalidExpressionError("a null list has no elements")
            source = Elements(known.kind, (), known.element)
        if isinstance(source, Unknown):
            kind = getattr(source.type, "kind", None)
            is_scalar = kind in ("string", "number", "bool", OBJECT, "map")
            if source.among and all(isinstance(one, Deferred) for one in source.among):
                each = [self._stepped(one, steps) for one in source.among]
                return Unknown(source.reason, not_null=True, among=(Elements(TUPLE, each),))
            if kind in (LIST, SET):
                each_type = type_of(self._step_of_each(Unknown(source.reason, source.type.element), steps))
                return Unknown(source.reason, list_of(each_type), not_null=True)
            if not (is_scalar and source.not_null):
                return Unknown(source.reason, not_null=True)
        parts = source.parts if isinstance(source, Elements) else (source,)
        self._context.spend(len(parts))
        each = [self._step_of_each(part, steps) for part in parts]
        refused = next((one for one in each if isinstance(one, _Refused)), None)
        if refused is not None:
            # Where one is refused, none is known.
            types = list(map(type_of, each))
            is_list = isinstance(source, Elements) and source.kind != TUPLE
            return _Refused(refused.reason, list_of(unify(types) or DYNAMIC) if is_list else tuple_of(types))
        if not isinstance(source, Elements) or source.kind == TUPLE:
            return Elements(TUPLE, each)
        # Of the type that the steps lead to, whatever the elements are.
        element = type_of(source).element
        if not each:
            each_type = type_of(self._step_of_each(Unknown("there is none", element), steps))
            return Elements(LIST, (), each_type)
        return Elements(LIST, each, unify(list(map(type_of, each))))

    def _step_of_each(self, part: Value, steps: tuple[Any, ...]) -> Value:
        try:
            return self._stepped(part, steps)
        except InvalidExpressionError as fault:
            if not self._is_tolerant:
                raise
            return _Refused(str(fault))

    def _call(self, expression: Call) -> Value:
        name, arguments = expression.name, expression.arguments
        if name in ("try", "core::try"):
            return self._try(arguments)
        if name in ("can", "core::can"):
            return self._can(arguments)
        if name in ("templatestring", "core::templatestring") and arguments and not isinstance(arguments[0], Traversal):
            raise InvalidExpressionError(f"`{name}` takes a reference to a template, which could stand in the code otherwise")
        values = [self.evaluate(argument) for argument in arguments]
        if name in ("lookup", "core::lookup") and len(values) in (2, 3) and is_hidden(values[1]):
            values[1] = self._key_in_case(arguments[1], values[0], otherwise=len(values) == 3)
            if values[1] is OTHER_KEY:
                values[:2] = Entries(values[0].kind, {}, values[0].type), ""
        if expression.expands:
            last = values.pop()
            if is_hidden(last) or isinstance(last, Deferred):
                return Unknown(why_unknown(last))
            if not isinstance(last, Elements):
                raise InvalidExpressionError("only a list can be expanded with `...`")
            values += last.parts
        self._context.spend(1)
        result = call_function(name, values, self._context)
        if self._validates and isinstance(result, PiecedText):
            return Unknown(why_unknown(result), STRING, not_null=True)
        return self._among(name, values, result) if isinstance(result, Unknown) else result

    def _among(self, name: str, values: list[Value], result: Unknown) -> Value:
        """A result that is not known because one argument is one of several: what it is for each of them."""
        several = [number for number, value in enumerate(values) if isinstance(value, Unknown) and value.among]
        if result.among or len(several) != 1:
            return result
        found: list[Value] = []
        for one in values[several[0]].among:
            try:
                found.append(call_function(name, [*values[: several[0]], one, *values[several[0] + 1 :]], self._context))
            except InvalidExpressionError:
                continue
        return Unknown(result.reason, result.type, not_null=result.not_null, prefix=result.prefix, among=tuple(found))

    def _try(self, arguments: tuple[Any, ...]) -> Value:
        if not arguments:
            raise InvalidExpressionError("`try` takes at least one argument")
        faults = []
        for argument in arguments:
            try:
                value = self._tried(argument)
            except UndeclaredReferenceError:
                raise
            except InvalidExpressionError as fault:
                faults.append(str(fault))
                continue
            if self._validates and not is_wholly_known(value):
                return Unknown("whether it is refused is not known yet")
            # What is not known may turn out to be refused.
            is_open = isinstance(value, Unknown) and argument is not arguments[-1]
            return Unknown(value.reason, prefix=value.prefix, among=value.among) if is_open else value
        raise InvalidExpressionError(f"nothing that `try` is given can be worked out: {'; '.join(faults)}")

    def _tried(self, expression: Any) -> Value:
        before, self._is_tried = self._is_tried, True
        try:
            return self.evaluate(expression)
        finally:
            self._is_tried = before

    def _can(self, arguments: tuple[Any, ...]) -> Value:
        if len(arguments) != 1:
            raise InvalidExpressionError("`can` takes one argument")
        try:
            value = self._tried(arguments[0])
        except UndeclaredReferenceError:
            raise
        except InvalidExpressionError:
            return False
        return Unknown(value.reason, BOOL, not_null=True) if isinstance(value, Unknown) else True

    def _unary(self, expression: Unary) -> Value:
        operand = self.evaluate(expression.operand)
        return negated(operand) if expression.operator == "!" else minus(operand)

    def _binary(self, expression: Binary) -> Value:
        return combined(expression.operator, self.evaluate(expression.left), self.evaluate(expression.right))

    def condition(self, expression: Any) -> Value:
        """The truth of an expression, in the case at hand where the code leaves it open."""
        truth = self._truth(self.evaluate(expression))
        return self._truth_in_case(expression, truth) if isinstance(truth, Unknown) and not self._validates else truth

    def _truth_in_case(self, expression: Any, truth: Unknown) -> Value:
        if isinstance(expression, Access) and not expression.steps:
            return self.condition(expression.source)
        if isinstance(expression, Unary):
            return negated(self.condition(expression.operand))
        if isinstance(expression, Binary) and expression.operator == "!=":
            return negated(self.condition(Binary("==", expression.left, expression.right)))
        if isinstance(expression, Binary) and expression.operator in ("&&", "||"):
            return combined(expression.operator, self.condition(expression.left), self.condition(expression.right))
        if isinstance(expression, Conditional):
            choice = self.condition(expression.condition)
            if isinstance(choice, Unknown):
                return truth
            return self.condition(expression.then if choice else expression.otherwise)
        return truth if self._names_local(expression) else self._names.truth_in_case(expression, truth)

    def _conditional(self, expression: Conditional) -> Value:
        condition = self.condition(expression.condition)
        if isinstance(condition, Unknown):
            return self._either(condition, expression)
        chosen, other = expression.then, expression.otherwise
        if not condition:
            chosen, other = other, chosen
        value, alternative = self.evaluate(chosen), self._branch(other)
        if isinstance(value, Attribute):
            return value
        if any(isinstance(part, _Refused) for part in _parts_of(alternative)):
            self._check_types_before(expression)
        return convert(value, self._common_type(value, alternative, condition))

    def _check_types_before(self, expression: Conditional) -> None:
        """Terraform has checked the types before, without the values of variables: with these, one of the branches is refused
        and of no type.
        """
        validating = self if self._validates else self.without_values()
        if unify([type_of(validating._branch(one)) for one in (expression.then, expression.otherwise)]) is None:
            raise InvalidExpressionError("both branches of a condition must have one type")

    def _branch(self, expression: Any) -> Value:
        """The value of a branch that may not be taken: what is refused there does not matter, but the type counts."""
        before, self._is_tolerant = self._is_tolerant, False
        try:
            return self.evaluate(expression)
        except UndeclaredReferenceError:
            raise
        except InvalidExpressionError as fault:
            return self._refused(expression, str(fault))
        finally:
            self._is_tolerant = before

    def _refused(self, expression: Any, fault: str) -> Value:
        """What is known of the type of an expression that is refused: Terraform goes on working out the rest of it."""
        if isinstance(expression, Template):
            return _Refused(fault, STRING)
        if isinstance(expression, (Unary, Binary)):
            return _Refused(fault, NUMBER if expression.operator in ("+", "-", "*", "/", "%") else BOOL)
        if isinstance(expression, Access) and not expression.steps:
            return self._branch(expression.source)
        if isinstance(expression, Conditional):
            with suppress(InvalidExpressionError):
                branches = (self._branch(expression.then), self._branch(expression.otherwise))
                return _Refused(fault, self._common_type(*branches))
        if isinstance(expression, (TupleOf, ObjectOf, For, Splat)):
            self._is_tolerant = True
            with suppress(InvalidExpressionError):
                return self.evaluate(expression)
        return _Refused(fault)

    def _part(self, expression: Any) -> Value:
        """The value of a part of what an expression puts together."""
        return self._branch(expression) if self._is_tolerant else self.evaluate(expression)

    def _common_type(self, value: Value, other: Value, value_first: bool = True) -> Type:
        if any(isinstance(one, (Deferred, Attribute)) for one in (value, other)):
            # Which types the attributes of a resource have is not known here.
            return DYNAMIC
        types = [type_of(value), type_of(other)]
        for one, another in ((value, types[1]), (other, types[0])):
            if one is None or (isinstance(one, Null) and one.type == DYNAMIC):
                return another
        if not self._validates and any(map(is_open, types)) and (_may_have_another_type(value) or _may_have_another_type(other)):
            return DYNAMIC
        common = unify(types if value_first else types[::-1])
        if common is None:
            raise InvalidExpressionError("both branches of a condition must have one type")
        return common

    def _either(self, condition: Unknown, expression: Conditional) -> Value:
        then, otherwise = self._branch(expression.then), self._branch(expression.otherwise)
        if type_of(then) == type_of(otherwise) and equal(then, otherwise) is True:
            return then
        types = [type_of(then), type_of(otherwise)]
        # Before the plan, a branch of any type leaves the type of both open.
        common = None if self._validates and DYNAMIC in types else unify(types)
        if common is not None and not any(map(is_open, types)):
            then, otherwise = convert(then, common), convert(otherwise, common)
        among = (without_type(then), without_type(otherwise))
        not_null = all(value is not None and (not isinstance(value, Unknown) or value.not_null) for value in among)
        return Unknown(condition.reason, common, not_null=not_null, among=among)

    def _truth(self, value: Value) -> Value:
        if is_null(value):
            raise InvalidExpressionError("a condition that is null")
        truth = convert(value, BOOL)
        return Unknown(why_unknown(truth), BOOL) if is_hidden(truth) else truth

    def _tuple(self, expression: TupleOf) -> Value:
        return Elements(TUPLE, list(map(self._part, expression.items)))

    def _object(self, expression: ObjectOf) -> Value:
        items: dict[str, Value] = {}
        for key, value in expression.items:
            if isinstance(key, Traversal):
                # One that is meant stands in parentheses.
                raise InvalidExpressionError(f"it is not clear whether the key `{key.root}…` is a reference")
            name = key.value if isinstance(key, Literal) else self._key(self.evaluate(key))
            if isinstance(name, Unknown):
                return name
            items[name] = self._part(value)
        return Entries(OBJECT, items)

    def _key(self, value: Value) -> Union[str, Unknown]:
        if is_null(value):
            raise InvalidExpressionError("a key that is null")
        text = convert(value, STRING)
        return Unknown(why_unknown(text), not_null=True) if is_hidden(text) else text

    def _for(self, expression: For) -> Value:
        collection = self.evaluate(expression.collection)
        pairs = pairs_of(collection)
        if pairs is None:
            return Unknown(why_unknown(collection), not_null=True)
        first = next(pairs, None)
        if first is None and expression.condition is not None:
            self._check_condition(expression)
        pairs = itertools.chain([first] if first is not None else (), pairs)
        before = self._local
        listed: list[Value] = []
        items: dict[str, Value] = {}
        grouped: dict[str, list[Value]] = {}
        try:
            for key, value in pairs:
                self._context.spend(1)
                self._local = {**before, expression.value_name: value}
                if expression.key_name is not None:
                    self._local = {**self._local, expression.key_name: key}
                if expression.condition is not None:
                    is_kept = self.condition(expression.condition)
                    if isinstance(is_kept, Unknown):
                        return Unknown(is_kept.reason, not_null=True)
                    if not is_kept:
                        continue
                if expression.key is None:
                    listed.append(self._part(expression.value))
                    continue
                name = self._key(self.evaluate(expression.key))
                if isinstance(name, Unknown):
                    return name
                if expression.groups:
                    grouped.setdefault(name, []).append(self._part(expression.value))
                elif name in items and not self._is_tolerant:
                    raise InvalidExpressionError(f"two elements have the key `{name}`")
                else:
                    items[name] = self._part(expression.value)
        finally:
            self._local = before
        if expression.key is None:
            return Elements(TUPLE, listed)
        if expression.groups:
            items = {name: Elements(TUPLE, values) for name, values in grouped.items()}
        return Entries(OBJECT, items)

    def _check_condition(self, expression: For) -> None:
        """Of nothing to go through Terraform looks at the condition all the same."""
        unknown = Unknown("there are no elements")
        names = {name: unknown for name in (expression.key_name, expression.value_name) if name is not None}
        self._truth(self.with_local(names).evaluate(expression.condition))

    def _template(self, expression: Template) -> Value:
        pieces: list[Any] = []
        self._collect(expression, pieces)
        text = joined_text(pieces)
        if len(text if isinstance(text, str) else text.pieces) > _LONGEST_TEXT:
            raise TooHeavyError
        # What is put together can be one character.
        return text if not isinstance(text, str) or text.isascii() else unicodedata.normalize("NFC", text)

    def _collect(self, template: Template, pieces: list[Any]) -> None:
        for part in template.parts:
            if isinstance(part, str):
                pieces.append(part)
            elif isinstance(part, TemplateIf):
                condition = self.condition(part.condition)
                if isinstance(condition, Unknown):
                    pieces.append(condition)
                else:
                    self._collect(part.then if condition else part.otherwise, pieces)
            elif isinstance(part, TemplateFor):
                self._repeat(part, pieces)
            else:
                pieces.append(self._piece(self.evaluate(part)))

    def _piece(self, value: Value) -> Any:
        if is_null(value):
            raise InvalidExpressionError("null cannot be part of a text")
        value = only_possibility(value)
        if isinstance(value, Unknown):
            return Unknown(value.reason, STRING, not_null=True, prefix=value.prefix, among=value.among)
        return convert(value, STRING)

    def _repeat(self, part: TemplateFor, pieces: list[Any]) -> None:
        collection = self.evaluate(part.collection)
        pairs = pairs_of(collection)
        if pairs is None:
            pieces.append(Unknown(why_unknown(collection), STRING, not_null=True))
            return
        before = self._local
        try:
            for key, value in pairs:
                self._context.spend(1)
                self._local = {**before, part.value_name: value}
                if part.key_name is not None:
                    self._local = {**self._local, part.key_name: key}
                self._collect(part.body, pieces)
        finally:
            self._local = before


class _Refused(Unknown):
    """What Terraform refuses, where it does not matter."""

    __slots__ = ()


def names_any(expression: Any, names: Container[str]) -> bool:
    """Whether an expression names one of several things."""
    if isinstance(expression, Traversal) and expression.root in names:
        return True
    return isinstance(expression, tuple) and any(names_any(part, names) for part in expression)


def _may_have_another_type(value: Value) -> bool:
    """Whether a part of a value is not known, so that it may be of any type."""
    return any((is_hidden(one) or isinstance(one, Deferred)) and not isinstance(one, _Refused) for one in _parts_of(value))


def _parts_of(value: Value) -> Iterator[Value]:
    """All that a value holds, itself where it holds nothing."""
    if isinstance(value, (Elements, Entries)):
        for item in value.items if isinstance(value, Elements) else value.items.values():
            yield from _parts_of(item)
    else:
        yield value


def pairs_of(collection: Value) -> Optional[Iterator[tuple[Value, Value]]]:
    """The keys and elements of a collection, in Terraform's order; None where they are not known."""
    if isinstance(collection, Elements):
        if collection.kind == SET:
            return ((item, item) for item in collection.parts)
        return ((with_precision(at, OF_INTEGERS), item) for at, item in enumerate(collection.parts))
    if isinstance(collection, Entries):
        return ((name, collection.part(name)) for name in sorted(collection.items))
    if isinstance(collection, Deferred) and collection.names is not None:
        return ((name, collection.get(name)) for name in sorted(collection.names))
    if isinstance(collection, (Unknown, Attribute, Deferred)):
        return None
    raise InvalidExpressionError(
        "only collections have elements to go through" if not is_null(collection) else "null has no elements"
    )


_EVALUATORS: Mapping[type, Callable[[Any, Any], Value]] = {
    Literal: Evaluator._literal,
    Traversal: Evaluator._traversal,
    Access: Evaluator._access,
    Splat: Evaluator._splat,
    Call: Evaluator._call,
    Unary: Evaluator._unary,
    Binary: Evaluator._binary,
    Conditional: Evaluator._conditional,
    TupleOf: Evaluator._tuple,
    ObjectOf: Evaluator._object,
    For: Evaluator._for,
    Template: Evaluator._template,
}
