"""`data.aws_iam_policy_document`: the document that it makes.

Source: Terraform AWS provider, data source `aws_iam_policy_document` (blocks, defaults, merging by `sid`, empty documents), and
the structure of its answers as `terraform plan` shows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.modules.resource_instance import EvaluatedBody, ResourceInstance, argument_in
from sqs_checks.values.configuration_values import (
    LIST,
    OBJECT,
    Deferred,
    Elements,
    Entries,
    PiecedText,
    Unknown,
    Value,
    first_unknown,
    is_hidden,
    joined_text,
    why_unknown,
)
from sqs_checks.values.json_text import NotJsonError, read_json_text, write_json

Body = Union[EvaluatedBody, Entries]


def policy_document_json(instance: ResourceInstance) -> Value:
    """The attribute `json` of the data source: a text, of which parts may not be known.

    Raises InvalidExpressionError where the provider refuses what it is given.
    """
    known: dict[ResourceInstance, Value] = instance.module.root.kept.setdefault("policy documents", {})
    if instance not in known:
        known[instance] = Unknown(f"`{instance.address}` depends on itself", not_null=True)
        known[instance] = document_of(instance)
    return known[instance]


class DocumentSource(Protocol):
    """The data source, of code or of a plan."""

    def value(self, name: str) -> Value: ...

    def blocks(self, name: str) -> Sequence[Any]: ...


def document_of(instance: DocumentSource) -> Value:
    """The document as JSON text, of which parts may not be known."""
    statements = _Statements()
    hidden = _add_documents(instance, ("source_json", "source_policy_documents"), statements)
    own = [_statement(body) if not isinstance(body, Unknown) else body for body in instance.blocks("statement")]
    statements.add_all(own)
    hidden = hidden or _add_documents(instance, ("override_json", "override_policy_documents"), statements)
    if isinstance(hidden, Unknown):
        return hidden
    stated: dict[str, Value] = {"Version": instance.value("version") or "2012-10-17"}
    identifier = instance.value("policy_id") or statements.policy_id
    if identifier is not None and identifier != "":
        stated["Id"] = identifier
    result = statements.result()
    if not isinstance(result, Elements) or result.items:
        stated["Statement"] = result
    return write_json(Entries(OBJECT, stated))


class _Statements:
    """Statements merged as the provider does: one with a `Sid` takes the place of an earlier one with the same."""

    def __init__(self) -> None:
        self._statements: list[Value] = []
        self._groups = 0
        self.policy_id: Value = None

    def add_all(self, statements: Sequence[Value]) -> None:
        if not statements:
            return
        self._groups += 1
        for statement in statements:
            sid = statement.items.get("Sid") if isinstance(statement, Entries) else None
            for number, earlier in enumerate(self._statements):
                if isinstance(sid, str) and sid and isinstance(earlier, Entries) and earlier.items.get("Sid") == sid:
                    self._statements[number] = statement
                    break
            else:
                self._statements.append(statement)

    def result(self) -> Value:
        """The statements; unknown where a hidden one, or a hidden `Sid`, may have taken the place of others."""
        for statement in self._statements if self._groups > 1 else ():
            if not isinstance(statement, Entries) or is_hidden(statement.items.get("Sid")):
                return Unknown("which statements replace others by `sid` is known only when it is applied")
        return Elements(LIST, self._statements)


def _add_documents(instance: DocumentSource, names: Sequence[str], statements: _Statements) -> Any:
    """Adds the statements of source or override documents. Returns an unknown where which documents there are is not known."""
    for name in names:
        stated = instance.value(name)
        if isinstance(stated, (Unknown, Deferred)):
            return Unknown(why_unknown(stated))
        documents = stated.items if isinstance(stated, Elements) else (stated,)
        for document in documents:
            if document is None or document == "":
                continue
            statements.add_all(_statements_of(document, statements))
    return None


def _statements_of(document: Value, statements: _Statements) -> Sequence[Value]:
    if not isinstance(document, (str, PiecedText)):
        return [Unknown(why_unknown(document))]
    if isinstance(document, PiecedText) and not any(isinstance(piece, str) for piece in document.pieces):
        return [Unknown(why_unknown(document))]
    try:
        stated = read_json_text(document).stated
    except NotJsonError as fault:
        if isinstance(document, PiecedText):
            return [Unknown(why_unknown(document))]
        if not document.strip():
            return []
        raise InvalidExpressionError(f"a policy document that is no JSON: {fault}") from fault
    if not isinstance(stated, Entries):
        return [Unknown(why_unknown(stated))] if is_hidden(stated) else []
    if stated.items.get("Id"):
        statements.policy_id = stated.items["Id"]
    inner = stated.items.get("Statement")
    if isinstance(inner, Elements):
        return [item if isinstance(item, Entries) else Unknown(why_unknown(item)) for item in inner.items]
    if isinstance(inner, Entries):
        return [inner]
    return [] if inner is None else [Unknown(why_unknown(inner))]


_LISTS = (("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource"))


def _statement(body: Body) -> Value:
    statement: dict[str, Value] = {}
    sid = argument_in(body, "sid")
    if sid is not None and sid != "":
        statement["Sid"] = _text(sid)
    effect = argument_in(body, "effect")
    statement["Effect"] = "Allow" if effect is None or effect == "" else _text(effect)
    for argument, element in _LISTS:
        values = argument_in(body, argument)
        if isinstance(values, Unknown) and not values.not_null:
            if argument.startswith("not_"):
                # It may be null, which states nothing; what the statement then says depends on it.
                return Unknown(values.reason)
            statement[element] = Elements(LIST, [values])
        elif _holds_something(values):
            statement[element] = _texts(values)
    for argument, element in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        bodies = _bodies(body, argument)
        if bodies:
            statement[element] = _principals(bodies)
    conditions = _bodies(body, "condition")
    if conditions:
        statement["Condition"] = _conditions(conditions)
    return Entries(OBJECT, statement)


def _bodies(body: Body, name: str) -> Sequence[Any]:
    """The nested blocks of a body in either syntax; a plan names some of them that nobody wrote, without anything in them."""
    if isinstance(body, EvaluatedBody):
        return body.blocks(name)
    stated = body.items.get(name)
    items = stated.items if isinstance(stated, Elements) else (stated,)
    return [item if isinstance(item, Entries) else Unknown(_why(item)) for item in items if item is not None]


def _why(value: Value) -> str:
    return why_unknown(value) if is_hidden(value) else "a block is written as something else"


def _holds_something(values: Value) -> bool:
    return values is not None and not (isinstance(values, Elements) and not values.items)


def _text(value: Value) -> Value:
    """A text as the provider passes it on: `&{…}` stands for IAM's `${…}`."""
    if isinstance(value, str):
        return value.replace("&{", "${")
    if isinstance(value, PiecedText):
        return joined_text([piece.replace("&{", "${") if isinstance(piece, str) else piece for piece in value.pieces])
    return value


def _texts(values: Value) -> Value:
    if isinstance(values, Elements):
        return Elements(LIST, list(dict.fromkeys(_text(item) for item in values.items)))
    return Elements(LIST, [_text(values)])


def _principals(bodies: Sequence[Any]) -> Value:
    by_type: dict[str, list[Value]] = {}
    for body in bodies:
        if isinstance(body, Unknown):
            return body
        kind, identifiers = argument_in(body, "type"), argument_in(body, "identifiers")
        if not isinstance(kind, str):
            return Unknown(why_unknown(kind) if is_hidden(kind) else "the type of a principal is not stated")
        listed = list(_texts(identifiers).items) if identifiers is not None else []
        by_type.setdefault(kind, []).extend(listed)
    if by_type.get("*") == ["*"] and len(by_type) == 1:
        return "*"
    return Entries(OBJECT, {kind: Elements(LIST, texts) for kind, texts in by_type.items()})


def _conditions(bodies: Sequence[Any]) -> Value:
    conditions: dict[str, dict[str, list[Value]]] = {}
    for body in bodies:
        if isinstance(body, Unknown):
            return body
        test, variable = argument_in(body, "test"), argument_in(body, "variable")
        if not isinstance(test, str) or not isinstance(variable, str):
            part = first_unknown(Elements(LIST, [test, variable]))
            return Unknown(why_unknown(part))
        values = argument_in(body, "values")
        listed = _texts(values).items if values is not None else ()
        conditions.setdefault(test, {}).setdefault(variable, []).extend(listed)
    return _as_entries(conditions)


def _as_entries(conditions: Mapping[str, Mapping[str, Sequence[Value]]]) -> Entries:
    return Entries(
        OBJECT,
        {
            test: Entries(OBJECT, {key: Elements(LIST, list(values)) for key, values in keys.items()})
            for test, keys in conditions.items()
        },
    )
