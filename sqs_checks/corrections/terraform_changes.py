"""Corrections as changes of Terraform's files.

Source: Terraform AWS provider, resources `aws_sqs_queue…` and the senders, data source `aws_iam_policy_document`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Optional

from sqs_checks.corrections.changes import Change, sender_places, sender_statement, without_taken_sid
from sqs_checks.judgement.correction import (
    AddStatement,
    Correction,
    LeaveOut,
    LetSenderIn,
    LimitToSenders,
    ListSources,
    SetTag,
    SetValue,
)
from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.modules.resource_instance import ResourceInstance
from sqs_checks.terraform.resources.configured_resource import CodeResource
from sqs_checks.terraform.resources.queue_models import SourceModels
from sqs_checks.terraform.resources.resource_types import QUEUE, REDRIVE_ALLOW
from sqs_checks.terraform.syntax.syntax_tree import Block, Call, Traversal
from sqs_checks.writing.hcl_blocks import (
    add_block_behind,
    add_nested_block,
    block_at,
    condition_block,
    leave_out_argument,
    set_argument,
    statement_block,
)
from sqs_checks.writing.hcl_tree import read_hcl, read_json_value
from sqs_checks.writing.json_tree import read_json, read_json_within
from sqs_checks.writing.notations import JSON_IN_TEMPLATE, Verbatim
from sqs_checks.writing.policy_edits import add_condition, add_statement
from sqs_checks.writing.source_text import Edit, NotPlacedError
from sqs_checks.writing.written_tree import SEQUENCE, Document

_DOCUMENT = "aws_iam_policy_document"
_STATEMENT_NUMBER = re.compile(r"Statement(?:\[(\d+)\])?")
_SEQUENCE_IN_FILE = re.compile(r"(?<!\$)\$\{[^{}]*\}")
# Arguments by which an `aws_iam_policy_document` takes statements over from elsewhere.
_TAKES_OVER = ("source_json", "source_policy_documents", "override_json", "override_policy_documents")
# The argument that names for what a resource has a service send, and the type of what it names where that is no ARN.
_SENDS_FOR = {
    "aws_sns_topic_subscription": ("topic_arn", ""),
    "aws_s3_bucket_notification": ("bucket", "aws_s3_bucket"),
    "aws_cloudwatch_event_target": ("rule", "aws_cloudwatch_event_rule"),
}


def change_of(correction: Correction, resource: CodeResource, models: SourceModels) -> Change:
    """The change that makes a correction. resource: that has the fault. Raises NotPlacedError."""
    if isinstance(correction, SetValue):
        stated = models.resource(correction.resource) if correction.resource else resource
        if not isinstance(stated, CodeResource):
            raise NotPlacedError(f"`{correction.resource}` is not at hand")
        return _argument_change(stated.instance, correction.path, correction.value)
    if isinstance(correction, SetTag):
        return _argument_change(resource.instance, (correction.property, correction.key), correction.value)
    if isinstance(correction, LeaveOut):
        return _left_out(resource.instance, correction.path[0])
    if isinstance(correction, ListSources):
        return _listed_sources(correction, resource, models)
    if isinstance(correction, LetSenderIn):
        stated = models.resource(correction.policy)
        if not isinstance(stated, CodeResource) or stated.instance.key is not None or stated.instance.key_unknown is not None:
            raise NotPlacedError(f"the policy of `{correction.policy}` is one of several")
        return _PolicyChange(stated, models).change(correction)
    return _PolicyChange(resource, models).change(correction)


def _argument_change(instance: ResourceInstance, path: Sequence[str], value: Any) -> Change:
    is_stated = path[0] in instance.block.arguments

    def write(text: str) -> list[Edit]:
        block = _block(text, instance.block)
        if is_stated and path[0] not in block.arguments:
            raise NotPlacedError(f"an override file states `{path[0]}`", block.range.start)
        return set_argument(text, block, path, value)

    names = _names(instance.block)
    return Change(instance.block.file.path, names, write, (*names, *path), value, is_setting=True)


def _left_out(instance: ResourceInstance, name: str) -> Change:
    def write(text: str) -> list[Edit]:
        block = _block(text, instance.block)
        return leave_out_argument(text, block, name)

    names = _names(instance.block)
    return Change(instance.block.file.path, names, write, (*names, name), None, is_setting=True)


def _block(text: str, block: Block) -> Block:
    return block_at(text, block.type, block.labels)


def _names(block: Block) -> tuple[str, ...]:
    return (block.file.path, block.type, *block.labels)


# Policies


class _Stated(NamedTuple):
    """Where a policy is written out. block: that holds it; None of a file of its own. names_queue: whether an expression of the
    policy resource means the same there.
    """

    path: str
    block: Optional[Block]
    argument: str
    names_queue: bool


class _PolicyChange:
    """A change of the policy that a resource states, wherever that is written."""

    def __init__(self, resource: CodeResource, models: SourceModels) -> None:
        self._resource = resource
        self._instance = resource.instance
        self._models = models
        self._module = resource.instance.module

    def change(self, correction: Correction) -> Change:
        stated = self._stated()
        place = _names(stated.block) if stated.block else (stated.path,)
        if isinstance(correction, AddStatement):
            target = (*place, str(correction.elements))
            return Change(
                stated.path, place, lambda text: self._added_statement(text, stated, correction), target, correction.like
            )
        if isinstance(correction, LetSenderIn):
            source = self._sender_of(correction.sender)
            target = (*place, correction.sender)
            return Change(stated.path, place, lambda text: self._let_in(text, stated, correction, source), target, source)
        assert isinstance(correction, LimitToSenders)
        senders = self._senders(correction.service)
        target = (*place, correction.statement)
        return Change(
            stated.path, place, lambda text: self._limited(text, stated, correction.statement, senders), target, senders
        )

    def _stated(self) -> _Stated:
        block = self._instance.block
        argument = block.arguments.get("policy")
        if argument is None:
            raise NotPlacedError("the policy is not written there")
        expression = argument.expression
        if isinstance(expression, Traversal) and expression.root == "data" and expression.steps[:1] == (_DOCUMENT,):
            return self._in_data(expression, str(expression.steps[1]))
        if isinstance(expression, Call) and expression.name in ("file", "templatefile"):
            return self._in_file(expression)
        return _Stated(block.file.path, block, "policy", True)

    def _in_data(self, expression: Traversal, name: str) -> _Stated:
        data = self._module.configuration.resources.get(("data", _DOCUMENT, name))
        if data is None or expression.steps[-1] not in ("json", "minified_json"):
            raise NotPlacedError("its policy document is not at hand")
        users = [
            block
            for block, one in _expressions(self._module.configuration)
            for found in _traversals(one)
            if found.root == "data" and found.steps[:2] == (_DOCUMENT, name)
        ]
        others = [block for block in users if block is not self._instance.block]
        if others or len(users) != 1:
            other = others[0] if others else self._instance.block
            raise NotPlacedError(f"the document `data.{_DOCUMENT}.{name}` is also used by `{_shown(other)}`")
        return _Stated(data.file.path, data, "", not _depends_on_instance(expression))

    def _in_file(self, expression: Call) -> _Stated:
        try:
            stated = self._module.evaluate(expression.arguments[0])
        except InvalidExpressionError:
            stated = None
        if not isinstance(stated, str):
            raise NotPlacedError("which file holds the policy is worked out")
        path = os.path.normpath(os.path.join(self._module.root.folder, stated))
        name = os.path.basename(path)
        users = [
            one
            for _, argument in _expressions(self._module.configuration)
            for one in _calls(argument)
            if one.name in ("file", "templatefile") and name in str(one.arguments[:1])
        ]
        if len(users) != 1:
            raise NotPlacedError(f"the file `{name}` is read in several places")
        return _Stated(path, None, expression.name, False)

    # Writing

    def _document(self, text: str, stated: _Stated) -> Document:
        if stated.block is not None:
            block = _block(text, stated.block)
            if stated.argument not in block.arguments:
                raise NotPlacedError(f"an override file states `{stated.argument}`", block.range.start)
            return read_json_value(text, block.arguments[stated.argument].value)
        if stated.argument == "file":
            return read_json(text)
        if "%{" in text:
            raise NotPlacedError("its text has directives (`%{`)", text.index("%{"))
        masked = _SEQUENCE_IN_FILE.sub(lambda found: "\x00" * len(found.group()), text)
        return read_json_within(text, masked, 0, len(text))

    def _added_statement(self, text: str, stated: _Stated, correction: AddStatement) -> Sequence[Edit]:
        elements = without_taken_sid(correction.elements, text)
        if stated.block is not None and stated.block.type == "data":
            return self._added_block(text, stated, elements, correction.like)
        document = self._document(text, stated)
        queue = None
        if stated.block is not None and not correction.like:
            queue = Verbatim(self._queue() if document.notation is not JSON_IN_TEMPLATE else f'"${{{self._queue()}}}"')
        return add_statement(document, elements, correction.like, queue)

    def _let_in(self, text: str, stated: _Stated, correction: LetSenderIn, source: str) -> Sequence[Edit]:
        if stated.block is None:
            raise NotPlacedError("a file of its own cannot name what the code holds")
        is_text = stated.block.type != "data" and self._document(text, stated).notation is JSON_IN_TEMPLATE
        value = Verbatim(f'"${{{source}}}"' if is_text else source)
        return self._added_statement(text, stated, AddStatement(sender_statement(correction.service, value), correction.like))

    def _added_block(self, text: str, stated: _Stated, elements: Any, like: str) -> Sequence[Edit]:
        assert stated.block is not None
        block = _block(text, stated.block)
        resource = _resource_of(text, block, like) if like else None
        if resource is None:
            if not stated.names_queue:
                raise NotPlacedError("how to name the queue there is not known", block.range.start)
            resource = self._queue()
        condition = None
        for operator, keys in elements.get("Condition", {}).items():
            for key, value in keys.items():
                values = value if isinstance(value, list) else [value]
                condition = (operator, key, [one.text if isinstance(one, Verbatim) else f'"{one}"' for one in values])
        return add_nested_block(text, block, statement_block(elements, resource, condition))

    def _limited(self, text: str, stated: _Stated, statement: str, senders: Sequence[str]) -> Sequence[Edit]:
        if stated.block is None:
            raise NotPlacedError("a file of its own cannot name what the code holds")
        if stated.block.type == "data":
            block = _block(text, stated.block)
            inner = _statement_block_at(block, statement)
            if inner is None:
                raise NotPlacedError("which statement it is cannot be told", block.range.start)
            return add_nested_block(text, inner, condition_block("ArnEquals", "aws:SourceArn", senders))
        document = self._document(text, stated)
        is_text = document.notation is JSON_IN_TEMPLATE
        values = [Verbatim(f'"${{{one}}}"' if is_text else one) for one in senders]
        return add_condition(document, statement, "ArnEquals", "aws:SourceArn", values)

    # Names of the code

    def _queue(self) -> str:
        """The expression of the ARN of the queue that the policy is attached to."""
        if self._resource.type == QUEUE:
            raise NotPlacedError("a queue cannot refer to itself: put the policy into an `aws_sqs_queue_policy`")
        return _arn_beside(self._instance, "queue_url", QUEUE)

    def _senders(self, service: str) -> list[str]:
        """The expressions of the ARNs of what has a service send to the queue."""
        place = self._models.policy_place(self._resource)
        senders = sender_places(service, place, self._models.models)
        return list(dict.fromkeys(self._sender_of(sender.label) for sender in senders))

    def _sender_of(self, label: str) -> str:
        resource = self._models.resource(label)
        name, kind = _SENDS_FOR.get(resource.type if resource is not None else "", ("", ""))
        if not isinstance(resource, CodeResource) or not name:
            raise NotPlacedError(f"how to name what `{label}` sends for is not known")
        if resource.instance.module is not self._module:
            raise NotPlacedError(f"`{label}` stands in another module than the policy")
        return _arn_beside(resource.instance, name, kind)


def _arn_beside(instance: ResourceInstance, name: str, kind: str) -> str:
    """The expression of an ARN: the one of an argument, or where that names a resource of a type otherwise, of that resource."""
    argument = instance.block.arguments.get(name)
    expression = argument.expression if argument is not None else None
    if argument is None or not isinstance(expression, Traversal) or _depends_on_instance(expression):
        raise NotPlacedError(f"`{name}` of `{instance.label}` names it by what is worked out")
    written = instance.block.file.text[argument.value.start : argument.value.end]
    if not kind:
        return written
    if expression.root != kind or not isinstance(expression.steps[-1], str) or "\n" in written:
        raise NotPlacedError(f"`{name}` of `{instance.label}` names no `{kind}` of the module")
    return f"{written.rpartition('.')[0]}.arn"


def _resource_of(text: str, block: Block, path: str) -> Optional[str]:
    """What the statement of a path has as its `resources`, without brackets; None where that cannot be told."""
    inner = _statement_block_at(block, path)
    argument = inner.arguments.get("resources") if inner is not None else None
    if argument is None:
        return None
    root = read_hcl(text, argument.value).root
    if root.kind != SEQUENCE or not root.entries or "\n" in text[root.start : root.end]:
        return None
    return text[root.entries[0].start : root.entries[-1].node.end]


def _statement_block_at(block: Block, path: str) -> Optional[Block]:
    """The block of a statement; None where statements from elsewhere, or worked out, may stand ahead of it."""
    found = _STATEMENT_NUMBER.fullmatch(path)
    statements = list(block.blocks_of("statement"))
    is_plain = not any(name in block.arguments for name in _TAKES_OVER) and not list(block.blocks_of("dynamic"))
    number = int(found.group(1) or 0) if found is not None else -1
    return statements[number] if is_plain and 0 <= number < len(statements) else None


# Redrive allow policies


def _listed_sources(correction: ListSources, resource: CodeResource, models: SourceModels) -> Change:
    """A redrive allow policy of its own: within the queue, the two queues would refer to each other."""
    instance = resource.instance
    module = instance.module
    sources = [models.resource(label) for label in correction.sources]
    for one in (resource, *sources):
        if not isinstance(one, CodeResource) or one.instance.module is not module:
            raise NotPlacedError("a source queue stands in another module")
        if one.instance.key is not None or one.instance.key_unknown is not None:
            raise NotPlacedError(f"`{one.label}` is one of several (`count` or `for_each`)")
    if ("managed", REDRIVE_ALLOW, resource.name) in module.configuration.resources:
        raise NotPlacedError(f"there is a `{REDRIVE_ALLOW}.{resource.name}` already")
    arns = ", ".join(f"{one.type}.{one.name}.arn" for one in sources if one is not None)
    written = (
        f'resource "{REDRIVE_ALLOW}" "{resource.name}" {{\n'
        f"  queue_url = {resource.type}.{resource.name}.id\n\n"
        "  redrive_allow_policy = jsonencode({\n"
        '    redrivePermission = "byQueue"\n'
        f"    sourceQueueArns   = [{arns}]\n"
        "  })\n}"
    )
    path = instance.block.file.path
    names = _names(instance.block)
    target = (*names, REDRIVE_ALLOW)
    return Change(path, names, lambda text: add_block_behind(text, _block(text, instance.block), written), target, correction)


# What a module holds


def _expressions(configuration: Any) -> Iterator[tuple[Block, Any]]:
    """Every argument of a module, with the block at the top that holds it."""
    tables = (configuration.resources, configuration.outputs, configuration.calls, configuration.providers)
    for block in (block for table in tables for block in table.values()):
        yield from ((block, expression) for expression in _within(block))
    for declared in configuration.locals.values():
        yield (
            Block("local", (declared.argument.name,), {}, (), declared.argument.range, declared.file),
            declared.argument.expression,
        )


def _within(block: Block) -> Iterator[Any]:
    yield from (argument.expression for argument in block.arguments.values())
    for inner in block.blocks:
        yield from _within(inner)


def _traversals(expression: Any) -> Iterator[Traversal]:
    if isinstance(expression, Traversal):
        yield expression
    if isinstance(expression, tuple):
        for part in expression:
            yield from _traversals(part)


def _calls(expression: Any) -> Iterator[Call]:
    if isinstance(expression, Call):
        yield expression
    if isinstance(expression, tuple):
        for part in expression:
            yield from _calls(part)


def _depends_on_instance(expression: Any) -> bool:
    return any(one.root in ("each", "count", "self") for one in _traversals(expression))


def _shown(block: Block) -> str:
    prefix = "data." if block.type == "data" else "" if block.type == "resource" else f"{block.type}."
    return prefix + ".".join(block.labels)
