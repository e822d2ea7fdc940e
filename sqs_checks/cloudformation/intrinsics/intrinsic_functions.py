"""CloudFormation's functions on values, in one table.

Each takes its argument as it is written and gives a value. What is not known stays unknown, with a reason that names the value;
what CloudFormation refuses is `Refused`.

Source: AWS CloudFormation Template Reference, "Intrinsic function reference".
"""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple, Protocol

from sqs_checks.cloudformation.intrinsics.deployment_cases import Run
from sqs_checks.cloudformation.intrinsics.template_scalars import (
    LIST_OF_TEXT,
    PartOf,
    Placeholder,
    Refused,
    as_text,
    is_list,
    is_mapping,
    joined,
    members,
    substitution_pieces,
    unknown_text,
    why_open,
)
from sqs_checks.values.configuration_values import (
    LIST,
    Attribute,
    Elements,
    Entries,
    PiecedText,
    TooHeavyError,
    Unknown,
    Value,
    is_hidden,
)
from sqs_checks.values.exact_numbers import number_text

_MOST_POSSIBILITIES = 16
_LONGEST_LIST = 10_000
# What attributes hold no comma, whatever they are: names, ARNs, and what tells accounts and regions.
_WITHOUT_COMMA = frozenset(
    {"Ref", "AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::URLSuffix", "AWS::StackName", "AWS::StackId"}
)


class Values(Protocol):
    """What functions ask of the template around them, in the case that `run` looks at."""

    def value(self, node: Any, run: Run) -> Value:
        """The value of a node."""

    def reference(self, name: str, run: Run) -> Value:
        """What `Ref` gives."""

    def attribute(self, logical_id: str, name: str, run: Run) -> Value:
        """What `Fn::GetAtt` gives."""

    def chosen(self, argument: Any, run: Run) -> Value:
        """What `Fn::If` gives."""

    def mapped(self, argument: Any, run: Run) -> Value:
        """What `Fn::FindInMap` gives."""

    def imported(self, name: Value) -> Value:
        """What `Fn::ImportValue` gives for the value of a name."""


class IntrinsicFunction(NamedTuple):
    """apply: from the argument to the value. is_extension: whether it takes the transform `AWS::LanguageExtensions`."""

    apply: Callable[[Values, Any, Run], Value]
    is_extension: bool = False


def _arguments(values: Values, argument: Any, count: int, run: Run) -> Any:
    """The values of so many arguments; Refused where there are others."""
    if not is_list(argument) or len(argument) != count:
        return Refused(f"{count} arguments are needed where there are {len(argument) if is_list(argument) else 'none'}")
    return [values.value(item, run) for item in argument]


def for_each_possibility(function: Callable[..., Value], *arguments: Value) -> Value:
    """The function's result; where one argument is one of several known values, what it is for each of them."""
    for number, argument in enumerate(arguments):
        among = argument.among if isinstance(argument, Unknown) else ()
        if among and len(among) <= _MOST_POSSIBILITIES:
            results = [function(*arguments[:number], one, *arguments[number + 1 :]) for one in among]
            if all(result == results[0] for result in results) and not is_hidden(results[0]):
                return results[0]
            is_known = not any(isinstance(result, Unknown) for result in results)
            is_never_null = isinstance(argument, Unknown) and argument.not_null
            return Unknown(why_open(argument), not_null=is_never_null, among=tuple(results) if is_known else ())
    return function(*arguments)


def _ref(values: Values, argument: Any, run: Run) -> Value:
    name = values.value(argument, run)
    if isinstance(name, str):
        return values.reference(name, run)
    return Unknown(why_open(name)) if is_hidden(name) else Refused("a reference needs a name")


def _get_att(values: Values, argument: Any, run: Run) -> Value:
    if isinstance(argument, str):
        logical_id, _, name = argument.partition(".")
    elif is_list(argument) and len(argument) >= 2:
        names = [as_text(values.value(part, run)) for part in argument]
        for part in names:
            if not isinstance(part, str):
                return part if isinstance(part, Refused) else Unknown(why_open(part))
        logical_id, name = names[0], ".".join(names[1:])
    else:
        return Refused("an attribute needs the name of a resource and its own")
    return values.attribute(logical_id, name, run) if name else Refused(f"no attribute of `{logical_id}` is named")


def _sub(values: Values, argument: Any, run: Run) -> Value:
    template, variables = argument, {}
    if is_list(argument):
        if len(argument) not in (1, 2) or not (len(argument) == 1 or is_mapping(argument[1])):
            return Refused("a text and a mapping of names are needed to put values into a text")
        template = argument[0]
        variables = dict(members(argument[1])) if len(argument) == 2 else {}
    if is_mapping(template) or is_list(template):
        return Refused("a text is needed to put values into, as it is written")
    text = template if isinstance(template, str) else as_text(values.value(template, run))
    parts: list[Value] = []
    for piece in text.pieces if isinstance(text, PiecedText) else (text,):
        for part in substitution_pieces(str(piece)) if isinstance(piece, str) else (piece,):
            if not isinstance(part, Placeholder):
                parts.append(part)
            elif not part.is_valid:
                return Refused(f"`{part.name[:100]}` is no name that CloudFormation puts a value in for")
            else:
                value = as_text(_named(values, part.name, variables, run))
                if isinstance(value, Refused):
                    return value
                parts.append(value)
    return joined(parts)


def _named(values: Values, name: str, variables: Mapping[str, Any], run: Run) -> Value:
    if name in variables:
        return values.value(variables[name], run)
    logical_id, _, attribute = name.partition(".")
    return values.attribute(logical_id, attribute, run) if attribute else values.reference(name, run)


def _join(values: Values, argument: Any, run: Run) -> Value:
    arguments = _arguments(values, argument, 2, run)
    return arguments if isinstance(arguments, Refused) else for_each_possibility(_joined_by, *arguments)


def _joined_by(delimiter: Value, items: Value) -> Value:
    delimiter = as_text(delimiter)
    if isinstance(items, Elements):
        parts: list[Value] = []
        for number, item in enumerate(items.items):
            if isinstance(item, Unknown) and not item.not_null:
                return Unknown(item.reason)  # with it a delimiter may be missing
            parts += [delimiter, item] if number else [item]
        return joined(parts)
    if isinstance(items, (Unknown, Attribute)):
        return items if isinstance(items, Refused) else unknown_text(why_open(items))
    return Refused("a list is needed where texts are joined")


def _select(values: Values, argument: Any, run: Run) -> Value:
    arguments = _arguments(values, argument, 2, run)
    return arguments if isinstance(arguments, Refused) else for_each_possibility(_selected, *arguments)


def _selected(index: Value, items: Value) -> Value:
    text = as_text(index)
    if not isinstance(text, str):
        return text if isinstance(text, Refused) else Unknown(why_open(text))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return Refused(f"`{text[:100]}` is no number of an element")
    if isinstance(items, Elements):
        number = int(text)
        for before in items.items[:number]:
            if isinstance(before, Unknown) and not before.not_null:
                return Unknown(before.reason)
        if number < len(items.items):
            return items.items[number]
        return Refused(f"the list has no element number {number}")
    if is_hidden(items):
        return items if isinstance(items, (Refused, PartOf)) else Unknown(why_open(items), not_null=True)
    return Refused("a list is needed to take an element of")


def _split(values: Values, argument: Any, run: Run) -> Value:
    arguments = _arguments(values, argument, 2, run)
    return arguments if isinstance(arguments, Refused) else for_each_possibility(split_text, *arguments)


def split_text(delimiter: Value, source: Value) -> Value:
    """A text in pieces; an attribute that cannot hold the delimiter is a part of one."""
    text = as_text(source)
    if isinstance(text, Refused):
        return text
    if not (isinstance(delimiter, str) and delimiter):
        return Refused("a text is split by another that is known and not empty")
    if isinstance(text, str):
        if text.count(delimiter) > _LONGEST_LIST:
            raise TooHeavyError
        return Elements(LIST, text.split(delimiter))
    if isinstance(text, Attribute) and delimiter != ",":
        return PartOf(text)
    pieces = text.pieces if isinstance(text, PiecedText) else (text,)
    parts: list[list[Any]] = [[]]
    for piece in pieces:
        if isinstance(piece, str):
            first, *others = piece.split(delimiter)
            parts[-1].append(first)
            parts += [[other] for other in others]
        elif delimiter == "," and isinstance(piece, Attribute) and (piece.name in _WITHOUT_COMMA or piece.name.endswith("Arn")):
            parts[-1].append(piece)
        else:
            return Unknown(why_open(piece), LIST_OF_TEXT, not_null=True)
    return Elements(LIST, [joined(part) for part in parts])


def _length(values: Values, argument: Any, run: Run) -> Value:
    return for_each_possibility(_length_of, values.value(argument, run))


def _length_of(items: Value) -> Value:
    if isinstance(items, Elements):
        open_items = (item for item in items.items if isinstance(item, Unknown) and not item.not_null)
        unknown = next(open_items, None)
        return len(items.items) if unknown is None else Unknown(unknown.reason, not_null=True)
    if is_hidden(items):
        return items if isinstance(items, Refused) else Unknown(why_open(items), not_null=True)
    return Refused("a list is needed to count its elements")


def _base64(values: Values, argument: Any, run: Run) -> Value:
    return for_each_possibility(_encoded, values.value(argument, run))


def _encoded(value: Value) -> Value:
    text = as_text(value)
    if isinstance(text, str):
        return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    return text if isinstance(text, Refused) else unknown_text(why_open(text))


def _cidr(values: Values, argument: Any, run: Run) -> Value:
    if not is_list(argument) or len(argument) not in (2, 3):
        return Refused("address blocks need a block, their number and the bits of each")
    texts = [as_text(values.value(item, run)) for item in argument]
    for text in texts:
        if not isinstance(text, str):
            return text if isinstance(text, Refused) else Unknown(why_open(text), LIST_OF_TEXT, not_null=True)
    block, count, bits = texts if len(texts) == 3 else (*texts, None)
    try:
        network = ipaddress.ip_network(block, strict=False)
        prefix = network.max_prefixlen - int(bits if bits is not None else "8")
        if not 1 <= int(count) <= 256:
            raise ValueError
        blocks = [str(one) for one in islice(network.subnets(new_prefix=prefix), int(count))]
    except ValueError:
        return Refused(f"`{block[:100]}` cannot be divided so")
    return Elements(LIST, blocks) if len(blocks) == int(count) else Refused(f"`{block}` does not hold so many blocks")


def _get_azs(values: Values, argument: Any, run: Run) -> Value:
    return Unknown("the availability zones of a region are known only when the stack is made", LIST_OF_TEXT, not_null=True)


def _import_value(values: Values, argument: Any, run: Run) -> Value:
    name = as_text(values.value(argument, run))
    return name if isinstance(name, Refused) else values.imported(name)


def _if(values: Values, argument: Any, run: Run) -> Value:
    return values.chosen(argument, run)


def _find_in_map(values: Values, argument: Any, run: Run) -> Value:
    return values.mapped(argument, run)


def _transform(values: Values, argument: Any, run: Run) -> Value:
    name = dict(members(argument)).get("Name") if is_mapping(argument) else None
    return Unknown(f"what the transform `{name}` makes of it is known only when the stack is made" if isinstance(name, str)
                   else "what a transform makes of it is known only when the stack is made")  # fmt: skip


def _to_json(values: Values, argument: Any, run: Run) -> Value:
    value = values.value(argument, run)
    if isinstance(value, Unknown):
        return value if isinstance(value, Refused) else unknown_text(value.reason)
    if not isinstance(value, (Elements, Entries)):
        return Refused("an object or a list is needed to write as JSON")
    pieces: list[Any] = []
    _write(value, pieces)
    return joined(pieces)


_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def _write(value: Value, pieces: list[Any]) -> None:
    if isinstance(value, Elements):
        pieces.append("[")
        for number, item in enumerate(value.items):
            pieces.append("," if number else "")
            _write(item, pieces)
        pieces.append("]")
    elif isinstance(value, Entries):
        pieces.append("{")
        for number, (name, item) in enumerate(value.items.items()):
            pieces.append(f"{',' if number else ''}{_ENCODE(name)}:")
            _write(item, pieces)
        pieces.append("}")
    elif isinstance(value, bool):
        pieces.append("true" if value else "false")
    elif isinstance(value, str):
        pieces.append(_ENCODE(value))
    elif isinstance(value, (int, Fraction)):
        pieces.append(number_text(value))
    elif isinstance(value, Unknown):
        is_text = value.not_null and getattr(value.type, "kind", None) == "string"
        pieces += ['"', value, '"'] if is_text else [value]
    elif isinstance(value, Attribute):
        pieces += ['"', value, '"']
    elif isinstance(value, PiecedText):
        pieces += ['"', *(_ENCODE(piece)[1:-1] if isinstance(piece, str) else piece for piece in value.pieces), '"']
    else:
        pieces.append("null")


def _condition_only(values: Values, argument: Any, run: Run) -> Value:
    return Refused("CloudFormation works out conditions only in the section `Conditions`")


FUNCTIONS: Mapping[str, IntrinsicFunction] = {
    "Ref": IntrinsicFunction(_ref),
    "Fn::GetAtt": IntrinsicFunction(_get_att),
    "Fn::Sub": IntrinsicFunction(_sub),
    "Fn::Join": IntrinsicFunction(_join),
    "Fn::Select": IntrinsicFunction(_select),
    "Fn::Split": IntrinsicFunction(_split),
    "Fn::FindInMap": IntrinsicFunction(_find_in_map),
    "Fn::If": IntrinsicFunction(_if),
    "Fn::Base64": IntrinsicFunction(_base64),
    "Fn::Cidr": IntrinsicFunction(_cidr),
    "Fn::GetAZs": IntrinsicFunction(_get_azs),
    "Fn::ImportValue": IntrinsicFunction(_import_value),
    "Fn::Transform": IntrinsicFunction(_transform),
    "Fn::Length": IntrinsicFunction(_length, is_extension=True),
    "Fn::ToJsonString": IntrinsicFunction(_to_json, is_extension=True),
    # These stand in the section `Conditions` only, where the evaluator reads them.
    **{name: IntrinsicFunction(_condition_only) for name in ("Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals")},
}
