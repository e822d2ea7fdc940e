"""`data.aws_iam_policy_document`: the document that it makes.

Source: Terraform AWS provider, data source `aws_iam_policy_document` (blocks, defaults, merging by `sid`, empty documents), and
the structure of its answers as `terraform plan` shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.type_constraints import STRING, convert
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
_DEFAULT_VERSION = "2012-10-17"


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
    merged = _Merged()
    hidden = _add_documents(instance, ("source_json", "source_policy_documents"), merged, may_repeat=False)
    own = [body if isinstance(body, Unknown) else _statement(body) for body in instance.blocks("statement")]
    _refuse_repeated(own, set())
    merged.add(instance.value("version") or _DEFAULT_VERSION, instance.value("policy_id"), own)
    hidden = hidden or _add_documents(instance, ("override_json", "override_policy_documents"), merged, may_repeat=True)
    if isinstance(hidden, Unknown):
        return hidden
    stated: dict[str, Value] = {"Version": merged.version}
    if merged.policy_id is not None:
        stated["Id"] = merged.policy_id
    statements = merged.statements()
    if statements is not None:
        stated["Statement"] = statements
    return write_json(Entries(OBJECT, stated))


class _Merged:
    """What documents say together, as the provider merges them: a statement with a `Sid` takes the place of an earlier one
    with the same; the latest id and the highest version count.
    """

    def __init__(self) -> None:
        self._statements: list[Value] = []
        self._documents = 0
        self.policy_id: Value = None
        self.version: Value = ""

    def add(self, version: Value, policy_id: Value, statements: Sequence[Value]) -> None:
        if policy_id is not None and policy_id != "":
            self.policy_id = policy_id
        if is_hidden(version) or is_hidden(self.version):
            self.version = version if is_hidden(version) else self.version
        elif isinstance(version, str):
            self.version = max(version, self.version)
        self._documents += bool(statements)
        for statement in statements:
            sid = _sid(statement)
            for number, earlier in enumerate(self._statements):
                if isinstance(sid, str) and sid and _sid(earlier) == sid:
                    self._statements[number] = statement
                    break
            else:
                self._statements.append(statement)

    def statements(self) -> Value:
        """None where there are none; unknown where a hidden one, or a hidden `Sid`, may have taken the place of others."""
        for statement in self._statements if self._documents > 1 else ():
            if not isinstance(statement, Entries) or is_hidden(_sid(statement)):
                return Unknown("which statements replace others by `sid` is known only when it is applied")
        return Elements(LIST, self._statements) if self._statements else None


def _sid(statement: Value) -> Value:
    return statement.items.get("Sid") if isinstance(statement, Entries) else None


def _refuse_repeated(statements: Sequence[Value], seen: set[str]) -> None:
    for statement in statements:
        sid = _sid(statement)
        if isinstance(sid, str) and sid:
            if sid in seen:
                raise InvalidExpressionError(f"two statements have the `sid` `{sid}`")
            seen.add(sid)


def _add_documents(instance: DocumentSource, names: Sequence[str], merged: _Merged, *, may_repeat: bool) -> Any:
    """Adds source or override documents. Returns an unknown where which documents there are is not known.

    may_repeat: whether one of these documents may state a `sid` of another.
    """
    seen: set[str] = set()
    for name in names:
        stated = instance.value(name)
        if isinstance(stated, (Unknown, Deferred)):
            return Unknown(why_unknown(stated))
        documents = stated.items if isinstance(stated, Elements) else (stated,)
        for document in documents:
            if document is None or document == "":
                continue
            version, policy_id, statements = _read_document(document)
            if not may_repeat:
                _refuse_repeated(statements, seen)
            merged.add(version, policy_id, statements)
    return None


def _read_document(document: Value) -> tuple[Value, Value, Sequence[Value]]:
    """Version, id and statements of a document that is given as text."""
    is_open = not isinstance(document, str)
    if isinstance(document, PiecedText) and any(isinstance(piece, str) for piece in document.pieces):
        is_open = False
    if is_open:
        return None, None, [Unknown(why_unknown(document))]
    try:
        stated = read_json_text(document).stated
    except NotJsonError as fault:
        if isinstance(document, PiecedText):
            return None, None, [Unknown(why_unknown(document))]
        raise InvalidExpressionError(f"a policy document that is no JSON: {fault}") from fault
    if is_hidden(stated):
        return None, None, [Unknown(why_unknown(stated))]
    if not isinstance(stated, Entries):
        raise InvalidExpressionError("a policy document that is no JSON object")
    inner = _member(stated, "Statement")
    if is_hidden(inner):
        statements: Sequence[Value] = [Unknown(why_unknown(inner))]
    elif inner is None:
        statements = []
    elif isinstance(inner, Elements):
        statements = [_as_passed_on(item) for item in inner.items]
    else:
        raise InvalidExpressionError("the statements of a document that is merged must be a list")
    return _member(stated, "Version"), _member(stated, "Id"), statements


def _member(stated: Entries, name: str) -> Value:
    """A member of an object, whichever way its name is capitalised: Go reads it like that. The last one counts."""
    return next((value for key, value in reversed(list(stated.items.items())) if key.lower() == name.lower()), None)


def _as_passed_on(statement: Value) -> Value:
    """A statement of another document, as the provider writes it again: any text as principal is everyone."""
    if not isinstance(statement, Entries):
        if is_hidden(statement):
            return Unknown(why_unknown(statement))
        raise InvalidExpressionError("a statement that is no object")
    members = {name: _member(statement, name) for name in _ELEMENTS}
    items = {name: value for name, value in members.items() if _holds_something(value)}
    for name in ("Principal", "NotPrincipal"):
        if isinstance(items.get(name), str):
            items[name] = "*"
    tests = items.get("Condition")
    if isinstance(tests, Entries):
        items["Condition"] = Entries(OBJECT, {test: _as_passed_on_keys(keys) for test, keys in tests.items.items()})
    return Entries(OBJECT, items)


def _as_passed_on_keys(keys: Value) -> Value:
    if not isinstance(keys, Entries):
        return keys
    return Entries(OBJECT, {key: _as_passed_on_values(values) for key, values in keys.items.items()})


def _as_passed_on_values(values: Value) -> Value:
    if isinstance(values, Unknown):
        return values
    return _one_or_list(_texts(values if isinstance(values, Elements) else Elements(LIST, [values])))


def _holds_something(value: Value) -> bool:
    return value is not None and value != "" and not (isinstance(value, Entries) and not value.items)


_LISTS = (("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource"))
_WITH_VARIABLES = ("Resource", "NotResource")
_ELEMENTS = ("Sid", "Effect", *(element for _, element in _LISTS), "Principal", "NotPrincipal", "Condition")


def _statement(body: Body) -> Value:
    statement: dict[str, Value] = {}
    sid = argument_in(body, "sid")
    if sid is not None and sid != "":
        statement["Sid"] = sid
    effect = argument_in(body, "effect")
    if isinstance(effect, str) and effect not in ("Allow", "Deny", ""):
        raise InvalidExpressionError(f"`{effect}` is no effect")
    statement["Effect"] = "Allow" if effect is None or effect == "" else effect
    for argument, element in _LISTS:
        values = argument_in(body, argument)
        if isinstance(values, (Unknown, Deferred)):
            if argument.startswith("not_"):
                # It may be null or empty, which states nothing; what the statement then says depends on it.
                return Unknown(why_unknown(values))
            statement[element] = Unknown(why_unknown(values))
            continue
        texts = _distinct_texts(values)
        if texts:
            statement[element] = _one_or_list([_replaced(text) for text in texts] if element in _WITH_VARIABLES else texts)
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


def _replaced(value: Value) -> Value:
    """A text as the provider passes it on: `&{…}` stands for IAM's `${…}`."""
    if isinstance(value, str):
        return value.replace("&{", "${")
    if isinstance(value, PiecedText):
        return joined_text([piece.replace("&{", "${") if isinstance(piece, str) else piece for piece in value.pieces])
    return value


def _texts(values: Value) -> list[Value]:
    """The elements of an argument that is a list or set of texts."""
    if values is None:
        return []
    if not isinstance(values, Elements):
        raise InvalidExpressionError("a list of texts is needed")
    if None in values.items:
        raise InvalidExpressionError("null is none of the texts that may be listed")
    return [convert(item, STRING) for item in values.items]


def _distinct_texts(values: Value) -> list[Value]:
    """The elements of a set as the provider lists them: in reverse order, those that are not known last."""
    distinct = list(dict.fromkeys(_texts(values)))
    return [*sorted((text for text in distinct if isinstance(text, str)), reverse=True), *filter(is_hidden, distinct)]


def _one_or_list(texts: Sequence[Value]) -> Value:
    """The provider writes a single element without a list."""
    return texts[0] if len(texts) == 1 else Elements(LIST, texts)


def _principals(bodies: Sequence[Any]) -> Value:
    by_type: dict[str, list[Value]] = {}
    for body in bodies:
        if isinstance(body, Unknown):
            return body
        kind, identifiers = argument_in(body, "type"), argument_in(body, "identifiers")
        if not isinstance(kind, str):
            return Unknown(why_unknown(kind) if is_hidden(kind) else "the type of a principal is not stated")
        listed = by_type.setdefault(kind, [])
        if isinstance(identifiers, (Unknown, Deferred)):
            listed.append(Unknown(why_unknown(identifiers)))
        else:
            listed.extend(map(_replaced, _distinct_texts(identifiers)))
    if by_type.get("*") == ["*"] and len(by_type) == 1:
        return "*"
    return Entries(OBJECT, {kind: _one_or_list(texts) for kind, texts in by_type.items()})


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
        listed = conditions.setdefault(test, {}).setdefault(variable, [])
        if isinstance(values, (Unknown, Deferred)):
            listed.append(Unknown(why_unknown(values)))
        else:
            listed.extend(map(_replaced, _texts(values)))
    return Entries(
        OBJECT,
        {test: Entries(OBJECT, {key: _one_or_list(values) for key, values in keys.items()}) for test, keys in conditions.items()},
    )
