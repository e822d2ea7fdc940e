"""`data.aws_iam_policy_document`: finding the one that an expression means, and the document that it makes.

Source: Terraform AWS provider, data source `aws_iam_policy_document` (blocks, defaults, merging by `sid`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional, Protocol, Union

from sqs_checks.frameworks.terraform_expressions import is_expression, split_at_commas, unresolved, unwrapped
from sqs_checks.frameworks.terraform_graph import ADDRESS, BLOCK_NAME, BLOCK_TYPE, Vertex
from sqs_checks.frameworks.terraform_plan import PlannedReference, PlannedResource
from sqs_checks.policy.attached_policy import PolicyText, read_json
from sqs_checks.queues.setting import Unresolved

DATA_SOURCE = "aws_iam_policy_document"
_DOCUMENT = re.compile(rf"data\.({DATA_SOURCE}\.[A-Za-z_][\w-]*)(?:\[[^]]*]|\.\*)?\.(?:minified_)?json")
_KEY = re.compile(r"\[(?:\"([^\"]*)\"|(\d+))](?:\.(?:minified_)?json)?}?$")
_COUNT_INDEX = re.compile(r"\$\{count\.index}|(?<![\w.])count\.index(?![\w.])")
_ELEMENT = re.compile(r"(\[.*])\[(\d+)]", re.DOTALL)
_TRY = re.compile(r"(?:\$\{)?try\((.*)\)}?", re.DOTALL)
_DEEPEST_CHAIN = 12
_MOST_STATEMENTS = 1_000

Statement = Union[dict[str, Any], Unresolved]


class DataSource(Protocol):
    """A `data.aws_iam_policy_document`, in code or in a plan."""

    @property
    def arguments(self) -> Mapping[str, Any]:
        """One block is a mapping, several are a list."""

    def other(self, attribute: str, expression: Any) -> Optional[DataSource]:
        """The data source whose JSON an expression in one of the arguments is; None where it is none."""

    def is_without_value(self, argument: str) -> bool:
        """Whether an empty list in an argument (`for_each` of a dynamic block) may stand for one that is not known."""


def document_name(expression: str) -> Optional[str]:
    """The data source whose JSON an expression is, as `aws_iam_policy_document.name`; None where it is none, or several."""
    match = _DOCUMENT.fullmatch(unwrapped(expression))
    return match.group(1) if match else None


class HclDataSource:
    """A data source in Terraform code, as a vertex of Checkov's graph."""

    def __init__(self, vertex: Vertex, key: Optional[str]) -> None:
        self._vertex = vertex
        self.arguments: Mapping[str, Any] = vertex.attributes
        # Checkov leaves a data source with `for_each` or `count` as it is written.
        collection, count = vertex.attributes.get("for_each"), vertex.attributes.get("count")
        if key is not None and isinstance(collection, Mapping) and key in collection:
            self.arguments = _filled(vertex.attributes, "each", key, collection[key])
        elif count is not None:
            number = key if key is not None and key.isdigit() else "0" if count == 1 else None
            self.arguments = _counted(vertex.attributes, number) if number is not None else vertex.attributes

    def other(self, attribute: str, expression: Any) -> Optional[DataSource]:
        return find_document(self._vertex, attribute, str(expression))

    def is_without_value(self, argument: str) -> bool:
        edges = self._vertex.graph.edges_from(self._vertex.node)
        sources = (target for target, label in edges if isinstance(label, str) and label.endswith(argument))
        # Checkov renders a variable without a value as an empty collection.
        return any("default" not in source.attributes for source in sources if source.attributes.get(BLOCK_TYPE) == "variable")


class PlannedDataSource:
    """A data source that the plan leaves to be read when it is applied."""

    def __init__(self, planned: PlannedResource) -> None:
        self._planned = planned
        self.arguments: Mapping[str, Any] = planned.tree()

    def other(self, attribute: str, expression: Any) -> Optional[DataSource]:
        name = document_name(expression.text) if isinstance(expression, PlannedReference) else None
        planned = self._planned.beside(f"data.{name}") if name else None
        return PlannedDataSource(planned) if planned else None

    def is_without_value(self, argument: str) -> bool:
        return False


def find_document(resource: Vertex, attribute: str, expression: str) -> Optional[DataSource]:
    """The data source behind an attribute: through locals, variables, module arguments and outputs.

    Where no edge leads there (an index by `each.key`, a splat), the one of that name in the same folder and module.
    """
    name = document_name(expression)
    if name is None:
        return None
    # `data.x.y[each.key].json` of a resource with `for_each`: the key stands in the resource's address.
    key = _KEY.search(expression) or _KEY.search(str(resource.attributes.get(ADDRESS)))
    reached = [vertex for vertex in resource.sources(attribute).vertices if vertex.attributes.get(BLOCK_NAME) == name]
    beside = resource.graph.data_beside(resource, name) if not reached else None
    found = reached[0] if len(reached) == 1 else beside
    return HclDataSource(found, (key.group(1) or key.group(2)) if key else None) if found is not None else None


def _blocks(value: Any) -> list[Any]:
    """Checkov gives one block as a mapping and several as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _values(value: Any) -> Any:
    return value if isinstance(value, (list, Unresolved)) else [value]


def read_data_document(data: DataSource, depth: int = 0) -> Union[dict[str, Any], Unresolved]:
    """The document as a tree; texts are still as Terraform writes them."""
    attributes = data.arguments
    if depth > _DEEPEST_CHAIN:
        return Unresolved("the policy documents refer to each other")
    merged = _Merge()
    for name in ("source_json", "source_policy_documents"):
        merged.add_documents(data, attributes.get(name), name, depth)
    merged.add_all(_own_statements(data))
    for name in ("override_json", "override_policy_documents"):
        merged.add_documents(data, attributes.get(name), name, depth)
    return {"Version": attributes.get("version") or "2012-10-17", "Statement": merged.result()}


class _Merge:
    """Statements merged as the provider does: one with a `Sid` takes the place of an earlier one with the same."""

    def __init__(self) -> None:
        self._statements: list[Any] = []
        self._groups = 0

    def add_all(self, statements: Sequence[Any]) -> None:
        if not statements:
            return
        self._groups += 1
        for statement in statements:
            sid = statement.get("Sid") if isinstance(statement, Mapping) else None
            for number, earlier in enumerate(self._statements):
                if sid and isinstance(earlier, Mapping) and earlier.get("Sid") == sid:
                    self._statements[number] = statement
                    break
            else:
                self._statements.append(statement)

    def add_documents(self, data: DataSource, stated: Any, attribute: str, depth: int) -> None:
        if stated == [] and data.is_without_value(attribute):
            self.add_all([unresolved(f"{attribute} = …")])
        for document in _blocks(stated):
            self.add_all(_statements_of(data, document, attribute, depth))

    def result(self) -> Any:
        """The statements; Unresolved where a hidden one, or a hidden `Sid`, may have taken the place of others."""
        may_replace = [
            statement
            for statement in self._statements
            if isinstance(statement, Unresolved) or is_expression(str(statement.get("Sid", "")))
        ]
        if may_replace and self._groups > 1:
            return Unresolved("which statements replace others by `sid` is known only when it is applied")
        return self._statements


def _statements_of(data: DataSource, document: Any, attribute: str, depth: int) -> list[Any]:
    """The statements of a source or override document: written out, or another data source."""
    if isinstance(document, (str, PlannedReference)):
        source = data.other(attribute, document)
        document = read_data_document(source, depth + 1) if source is not None else _written_out(document)
    if not isinstance(document, Mapping):
        return [document if isinstance(document, Unresolved) else unresolved(document)]
    statements = document.get("Statement")
    if isinstance(statements, (Unresolved, str)):
        return [statements if isinstance(statements, Unresolved) else unresolved(statements)]
    return _blocks(statements)


def _written_out(document: Union[str, PlannedReference]) -> Any:
    """The statement list of a document that is JSON text; Unresolved where it is an expression."""
    text = read_json(document) if isinstance(document, str) else None
    return text.stated if isinstance(text, PolicyText) else unresolved(document)


def _own_statements(data: DataSource) -> list[Statement]:
    blocks = [*_blocks(data.arguments.get("statement")), *_unfolded(data.arguments.get("dynamic"), "statement", data)]
    return [_statement(block, data) for block in blocks]


def _statement(block: Any, data: DataSource) -> Statement:
    if not isinstance(block, Mapping):
        return block if isinstance(block, Unresolved) else unresolved(block)
    statement: dict[str, Any] = {}
    if block.get("sid"):
        statement["Sid"] = block["sid"]
    statement["Effect"] = block.get("effect") or "Allow"
    for argument, element in (
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ):
        if block.get(argument) is not None:
            statement[element] = _values(block[argument])
    for argument, element in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        blocks = [*_blocks(block.get(argument)), *_unfolded(block.get("dynamic"), argument, data)]
        if blocks:
            statement[element] = _principals(blocks)
    conditions = [*_blocks(block.get("condition")), *_unfolded(block.get("dynamic"), "condition", data)]
    if conditions:
        statement["Condition"] = _conditions(conditions)
    return statement


def _principals(blocks: list[Any]) -> Any:
    by_type: dict[str, list[Any]] = {}
    for block in blocks:
        if not isinstance(block, Mapping):
            return block if isinstance(block, Unresolved) else unresolved(block)
        kind = block.get("type")
        if not isinstance(kind, str) or is_expression(kind):
            return unresolved(f"type = {kind}")
        identifiers = _values(block.get("identifiers"))
        by_type.setdefault(kind, []).extend(
            identifiers if isinstance(identifiers, list) and identifiers else [unresolved("identifiers")]
        )
    # The provider writes `type = "*"` as a bare star.
    return (
        "*"
        if by_type.get("*") == ["*"] and len(by_type) == 1
        else {("AWS" if kind == "*" else kind): texts for kind, texts in by_type.items()}
    )


def _conditions(blocks: list[Any]) -> Any:
    conditions: dict[str, dict[str, list[Any]]] = {}
    for block in blocks:
        if not isinstance(block, Mapping):
            return block if isinstance(block, Unresolved) else unresolved(block)
        test, variable = block.get("test"), block.get("variable")
        if not isinstance(test, str) or not isinstance(variable, str) or is_expression(test) or is_expression(variable):
            return unresolved(f"condition on {variable}")
        values = _values(block.get("values"))
        conditions.setdefault(test, {}).setdefault(variable, []).extend(values if isinstance(values, list) else [values])
    return conditions


def _unfolded(dynamic: Any, name: str, data: DataSource) -> Iterator[Any]:
    """The blocks that `dynamic "name"` makes; Unresolved in place of those that are not known."""
    for block in _blocks(dynamic):
        stated = block.get(name) if isinstance(block, Mapping) else None
        for one in _blocks(stated):
            if not isinstance(one, Mapping):
                yield unresolved(f'dynamic "{name}"')
                continue
            iterator = one.get("iterator")
            yield from _instances(one, iterator if isinstance(iterator, str) else name, name, data)


def _instances(block: Mapping[str, Any], iterator: str, name: str, data: DataSource) -> Iterator[Any]:
    for_each = block.get("for_each")
    contents = _blocks(block.get("content"))
    items: list[tuple[Any, Any]]
    if isinstance(for_each, Mapping) and _is_one_element(for_each, contents, iterator):
        items = [(0, for_each)]
    elif isinstance(for_each, Mapping):
        items = list(for_each.items())
    elif isinstance(for_each, list):
        items = list(enumerate(for_each))
    elif isinstance(for_each, str) and for_each and not is_expression(for_each):
        # Checkov renders a list of one as its element.
        items = [(0, for_each)]
    else:
        yield unresolved(f'dynamic "{name}" for {for_each}')
        return
    if not items and data.is_without_value("for_each"):
        yield unresolved(f'dynamic "{name}" for a collection without a value')
    for key, value in items[:_MOST_STATEMENTS]:
        for content in contents:
            yield _filled(content, iterator, key, value)


def _is_one_element(collection: Mapping[str, Any], contents: list[Any], iterator: str) -> bool:
    """Whether a mapping is the only element of a list, which Checkov renders as that element: the content asks for its keys."""
    asked = set(re.findall(rf"(?<![\w.]){re.escape(iterator)}\.value\.(\w+)", str(contents)))
    return bool(asked & set(collection)) and not all(isinstance(value, Mapping) for value in collection.values())


def _alternatives(expression: str) -> list[str]:
    """The arguments of `try(…)`; empty where an expression is no such call."""
    call = _TRY.fullmatch(expression.strip())
    return split_at_commas(call.group(1)) if call else []


def _literal(text: str) -> Any:
    """A text of an expression as the value it writes down, where it does."""
    if text in ("null", "None"):
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        items = re.fullmatch(r"\[([^\[\]]+(?:\[[^]]*])?[^\[\],]*)]", text)
        return [items.group(1).strip()] if items else text


def _filled(content: Any, iterator: str, key: Any, value: Any) -> Any:
    """The content of a dynamic block for one element of its collection."""
    if isinstance(content, Mapping):
        return {name: _filled(item, iterator, key, value) for name, item in content.items()}
    if isinstance(content, list):
        filled = [_filled(item, iterator, key, value) for item in content]
        # A reference to a list, within brackets or not, is that list.
        return filled[0] if len(filled) == 1 and isinstance(filled[0], list) and content[0] != filled[0] else filled
    if not isinstance(content, str):
        return content
    for alternative in _alternatives(content):
        found = _filled(alternative, iterator, key, value)
        if not isinstance(found, Unresolved):
            return _literal(found) if isinstance(found, str) and found == alternative else found
    reference = rf"(?<![\w.]){re.escape(iterator)}\.(key|value)((?:\.\w+|\[\"?\w+\"?])*)"
    whole = re.fullmatch(rf"(?:\$\{{)?{reference}}}?", content)
    if whole:
        return _element(whole.group(1), whole.group(2), key, value, content)
    elements: list[Any] = []

    def fill(match: re.Match[str]) -> str:
        element = _element(match.group(1), match.group(2), key, value, content)
        elements.append(element)
        return str(element)

    text = re.sub(rf"\$\{{{reference}}}|{reference}", lambda match: fill(re.search(reference, match.group())), content)  # type: ignore[arg-type]
    return text if all(isinstance(element, (str, int)) for element in elements) else unresolved(content)


def _counted(content: Any, number: str) -> Any:
    """The content of a block with `count` for one of its instances."""
    if isinstance(content, Mapping):
        return {name: _counted(item, number) for name, item in content.items()}
    if isinstance(content, list):
        return [_counted(item, number) for item in content]
    if not isinstance(content, str) or "count.index" not in content:
        return content
    text = _COUNT_INDEX.sub(number, content)
    element = _ELEMENT.fullmatch(text)
    items = _literal(element.group(1)) if element else None
    position = int(element.group(2)) if element else 0
    return items[position] if isinstance(items, list) and position < len(items) else text


def _element(which: str, path: str, key: Any, value: Any, expression: str) -> Any:
    element = key if which == "key" else value
    for part in re.findall(r"\w+", path):
        if isinstance(element, Mapping) and part in element:
            element = element[part]
        elif isinstance(element, list) and part.isdigit() and int(part) < len(element):
            element = element[int(part)]
        else:
            return unresolved(expression)
    return element
