"""What a remedy tells to do, read from its words, and done: to a policy document, to Terraform code, to a template."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from sqs_checks.terraform.syntax.block_parser import parse_file
from sqs_checks.terraform.syntax.syntax_tree import Block
from sqs_checks.values.configuration_values import Elements, Entries
from sqs_checks.values.exact_numbers import parse_number
from sqs_checks.values.texts import with_known_pieces


class Edit(NamedTuple):
    """One thing to do. text: what to write, or to leave out. instead: in place of which texts. name: of what is set."""

    kind: str
    text: str = ""
    instead: tuple[str, ...] = ()
    name: str = ""


_IN_BACKTICKS = re.compile(r"`([^`]+)`")
_STATEMENT = re.compile(r"the statement `(\{.*?\})`")
_CONDITION = re.compile(r"(?:add|with) the condition `([^`]+)`")
_REPLACED = re.compile(r"write [^`]*`([^`]+)`.*? in place of (?:the condition on )?(`[^`]+`(?: and `[^`]+`)*)")
_SETTINGS = re.compile(r"add `\"([^`]+)\"` to `([^`]+)` in the settings")
_ELEMENT = re.compile(r"write `(\"\w+\": [^`]+)`")
_LEFT_OUT = re.compile(r"leave (?:the condition on )?`([^`]+)` out")
_SET = re.compile(r"(?:set|such as|set it in)[^`]*`(\w+)(?: = |: )([^`]+)`")
_RESOURCE = re.compile(r"write a resource `(\w+)` for the queue, with `(\w+) = ([^`]+)`")


def edits_of(remedy: str) -> list[Edit]:
    """What a remedy says to do; of several ways the first. Nothing where it leaves to people what to write."""
    first = re.match(r"(?:`[^`]*`|[^`;])*", remedy)
    assert first is not None
    said = first.group()
    statement, replaced, settings = (pattern.search(said) for pattern in (_STATEMENT, _REPLACED, _SETTINGS))
    conditions = [Edit("condition", found) for found in _CONDITION.findall(said)]
    if statement:
        return [Edit("statement", statement.group(1))]
    if settings:
        return [Edit("settings", settings.group(1), name=settings.group(2))]
    if replaced:
        return [Edit("replace", replaced.group(1), tuple(_IN_BACKTICKS.findall(replaced.group(2)))), *conditions]
    resource = _RESOURCE.search(said)
    if resource:
        left_out = _LEFT_OUT.search(said)
        out = [Edit("leave out", left_out.group(1))] if left_out else []
        return [*out, Edit("resource", f"{resource.group(2)} = {resource.group(3)}", name=resource.group(1))]
    element, set_to, left_out = (pattern.search(said) for pattern in (_ELEMENT, _SET, _LEFT_OUT))
    if element:
        return [Edit("element", element.group(1)), *conditions]
    if set_to:
        return [Edit("set", set_to.group(2), name=set_to.group(1))]
    if left_out:
        return [Edit("leave out", left_out.group(1))]
    return [Edit("remove")] if "remove the statement" in said else conditions


# Policy documents: as Python has JSON, with texts of which parts are not known as they are.


def plain(value: Any) -> Any:
    """The document in lists and dictionaries that can be changed."""
    if isinstance(value, Entries):
        return {name: plain(item) for name, item in value.items.items()}
    return [plain(item) for item in value.items] if isinstance(value, Elements) else value


def mended_document(document: Any, problem: str, edits: Sequence[Edit], scope: str, filled: Callable[[Any], Any]) -> None:
    """Changes a document as edits say. problem: names the statement. scope: the element they are about; empty where any may
    be. filled: a JSON value with the placeholders in it filled in.
    """
    stated = document.get("Statement", [])
    found = re.search(r"Statement\[(\d+)\]", problem)
    target = document
    if found or "Statement" in problem:
        target = stated[int(found.group(1))] if found else stated if isinstance(stated, dict) else stated[0]
    for edit in edits:
        _edit_statement(document, target, edit, scope, filled)


def without_removed(document: Any) -> Any:
    """The document without the statements that were taken out."""
    statements = document["Statement"]
    return {**document, "Statement": [one for one in statements if one != {}] if isinstance(statements, list) else statements}


def _edit_statement(document: Any, target: Any, edit: Edit, scope: str, filled: Callable[[Any], Any]) -> None:
    if edit.kind == "statement":
        if not isinstance(document["Statement"], list):
            document["Statement"] = [document["Statement"]]
        document["Statement"].append(filled(json.loads(edit.text)))
    elif edit.kind == "remove":
        target.clear()
    elif edit.kind == "condition":
        _add_condition(target, filled(json.loads(f"{{{edit.text}}}")))
    elif edit.kind == "element":
        target.update(filled(json.loads(f"{{{edit.text}}}")))
    elif edit.kind == "leave out":
        _without(target, edit.text)
    elif edit.text.startswith('"'):
        for old in edit.instead:
            _without(target, old)
        written = filled(json.loads(f"{{{edit.text}}}"))
        if set(written) <= {"Principal", "Action", "Resource"}:
            target.update(written)
        else:
            _add_condition(target, written)
    else:
        new = filled(json.loads(edit.text) if edit.text.startswith("{") else edit.text)
        for old in edit.instead:
            if scope and scope in target:
                target[scope] = _replaced(target[scope], old, new)
            else:
                changed = _replaced(target, old, new)
                target.clear()
                target.update(changed)


def _add_condition(target: dict[str, Any], added: Mapping[str, Mapping[str, Any]]) -> None:
    for operator, keys in added.items():
        target.setdefault("Condition", {}).setdefault(operator, {}).update(keys)


def _without(node: Any, name: str) -> None:
    """Takes what has a name out, and what is empty then."""
    for key in [key for key in node if key.lower() == name.lower()]:
        del node[key]
    for key, value in list(node.items()):
        if isinstance(value, dict):
            _without(value, name)
            if not value:
                del node[key]


def _replaced(node: Any, old: str, new: Any) -> Any:
    """A document with a name or a text in place of another."""
    if isinstance(node, dict):
        return {new if key == old else key: _replaced(value, old, new) for key, value in node.items()}
    if isinstance(node, list):
        return [_replaced(item, old, new) for item in node]
    return new if str(node) == old and not isinstance(node, bool) else node


def filling(placeholders: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Puts texts in for `<…>`; raises a LookupError where one is not known."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {filled(key): filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item) for item in value]
        if not isinstance(value, str):
            return with_known_pieces(value, filled) if hasattr(value, "pieces") else value
        if value in placeholders:
            return placeholders[value]
        return re.sub(r"<[^<>]+>", lambda match: placeholders[match.group()], value)

    return filled


# Code.


def edited_terraform(text: str, address: str, edits: Sequence[Edit]) -> str:
    """A file with one resource changed. address: `type.name`."""
    kind, name = address.split(".")
    for edit in edits:
        if edit.kind == "resource":
            text += f'\nresource "{edit.name}" "{name}" {{\n  queue_url = {address}.url\n  {edit.text}\n}}\n'
            continue
        block = next(one for one in _blocks(text) if one.labels == (kind, name))
        begin, end = text.index("{", block.range.start) + 1, block.range.end
        body = _edited_body(text[begin:end], edit, block, begin)
        text = f"{text[:begin]}{body}{text[end:]}"
    return text


def _blocks(text: str) -> Sequence[Block]:
    return [block for block in parse_file("main.tf", text, parse_number).blocks if block.type == "resource"]


def _edited_body(body: str, edit: Edit, block: Block, begin: int) -> str:
    if edit.kind == "replace":
        return _written_instead(body, edit, is_reference=lambda written: written.startswith("aws_"))
    name = edit.text if edit.kind == "leave out" else edit.name
    if name in block.arguments:
        argument = block.arguments[name].range
        body = body[: argument.start - begin] + body[argument.end - begin :]
    elif edit.kind == "set":
        # Within a policy: `maxReceiveCount = 1`.
        body, is_written = re.subn(rf"(\b{name}\b[\"\s]*[=:]\s*)[\w.]+", lambda found: f"{found.group(1)}{edit.text}", body)
        if is_written:
            return body
    return body if edit.kind == "leave out" else f"\n  {edit.name} = {edit.text}{body}"


def _written_instead(text: str, edit: Edit, is_reference: Callable[[str], bool]) -> str:
    new = edit.text if is_reference(edit.text) else json.dumps(edit.text)
    for old in edit.instead:
        spellings = [f'"{old}"', f"!GetAtt {old}", f"!Ref {old}", old]
        # A finding names a thing by one of its attributes, where the code may have another that means the same.
        spellings += re.findall(rf"{re.escape(old.rpartition('.')[0])}\.\w+", text)
        spellings = [*spellings[:3], *re.findall(rf"\b[\w.]+\.{re.escape(old)}\.\w+", text), *spellings[3:]]
        spelled = next(one for one in spellings if one in text)
        text = text.replace(spelled, new)
    return text


class _AnyTag(yaml.SafeLoader):
    """Reads `!Ref` and all others for where they stand."""


def edited_template(text: str, logical_id: str, edits: Sequence[Edit]) -> str:
    """A template with one resource changed."""
    for edit in edits:
        resource = _node(_node(yaml.compose(text, _AnyTag), "Resources"), logical_id)
        properties = _node(resource, "Properties")
        begin, end = resource.start_mark.index, resource.end_mark.index
        if edit.kind == "replace":
            changed = _written_instead(text[begin:end], edit, is_reference=lambda written: written.startswith("!"))
            text = f"{text[:begin]}{changed}{text[end:]}"
            continue
        name = edit.text if edit.kind == "leave out" else edit.name
        found = next(_pairs_named(properties, name), None) if properties is not None else None
        value = "!Ref AWS::NoValue" if edit.kind == "leave out" else edit.text
        if found is not None:
            start, stop = found.start_mark.index, found.end_mark.index
            stop = start + len(text[start:stop].rstrip())
            text = f"{text[:start]}{value}{text[stop:]}"
            continue
        holder = properties
        if name == "deadLetterTargetArn":
            holder = _node(properties, "RedrivePolicy")
        if holder is None:
            start = resource.start_mark.index
            text = f"{text[:start]}Properties: {{{name}: {value}}}\n{' ' * resource.start_mark.column}{text[start:]}"
        elif holder.flow_style:
            start = holder.start_mark.index + 1
            text = f"{text[:start]}{name}: {value}{', ' if holder.value else ''}{text[start:]}"
        else:
            start = holder.start_mark.index
            text = f"{text[:start]}{name}: {value}\n{' ' * holder.start_mark.column}{text[start:]}"
    return text


def _node(mapping: Any, name: str) -> Any:
    return next((value for key, value in mapping.value if key.value == name), None)


def _pairs_named(node: Any, name: str) -> Iterator[Any]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                yield value
            yield from _pairs_named(value, name)
