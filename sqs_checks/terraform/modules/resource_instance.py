"""One instance of a resource or data source, and its body with everything in it worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.evaluation.expression_evaluator import Evaluator, pairs_of
from sqs_checks.terraform.modules.json_syntax import body_block, stated_objects
from sqs_checks.terraform.modules.module_evaluation import Memo
from sqs_checks.terraform.modules.resource_address import InstanceKey, ResourceAddress
from sqs_checks.terraform.syntax.syntax_tree import Block, Literal, ObjectOf, Traversal
from sqs_checks.values.configuration_values import (
    LIST,
    OBJECT,
    Attribute,
    Deferred,
    Elements,
    Entries,
    Unknown,
    Value,
    is_hidden,
    why_unknown,
    without_type,
)

if TYPE_CHECKING:
    from sqs_checks.terraform.modules.module_instance import ModuleInstance

# Arguments that are Terraform's, not the resource's.
META_ARGUMENTS = {"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection", "alias", "version"}


class EvaluatedBody:
    """The body of a block in one place of the code. evaluator: makes a new one for each argument, with a budget of its own.

    label: what reasons call the block.
    """

    def __init__(self, block: Block, evaluator: Callable[[], Evaluator], label: str) -> None:
        self.block = block
        self.label = label
        self._evaluator = evaluator
        self._memo = Memo()

    def argument(self, name: str) -> Value:
        """The value of an argument; None where it is null or not stated.

        Raises InvalidExpressionError where Terraform refuses it.
        """
        return without_type(self.typed_argument(name))

    def typed_argument(self, name: str) -> Value:
        """The same, a null with its type."""
        expression = self.block.expression(name)
        if expression is None:
            return None
        if isinstance(expression, Literal):
            return expression.value
        return self._memo.get(name, f"{self.label}.{name}", lambda: self._evaluator().evaluate(expression))

    def value(self, name: str) -> Value:
        """The same where what Terraform refuses is unknown, with the reason."""
        if name not in self.block.arguments:
            return None
        try:
            return self.argument(name)
        except InvalidExpressionError as fault:
            return Unknown(f"Terraform refuses `{name}`: {fault}")
        except RecursionError:
            return Unknown(f"`{name}` depends on too many things in a row")

    def referred_instance(self, name: str) -> Optional[ResourceInstance]:
        """The instance whose attribute an argument is set to, whether that attribute is known or not: `bucket.b.id`."""
        expression = self.block.expression(name)
        if not isinstance(expression, Traversal) or not expression.steps or not isinstance(expression.steps[-1], str):
            return None
        whole = expression._replace(steps=expression.steps[:-1])
        try:
            value = self._memo.get(("whole", name), self.label, lambda: self._evaluator().evaluate(whole))
        except (InvalidExpressionError, RecursionError):
            return None
        owner = value.owner if isinstance(value, Deferred) else None
        return owner if isinstance(owner, ResourceInstance) else None

    def states(self, name: str) -> bool:
        """Whether the body has an argument or nested blocks of a name."""
        return name in self.block.arguments or any(block.nested_type == name for block in self.block.blocks)

    @property
    def nested_types(self) -> Sequence[str]:
        """The types of the nested blocks, each once."""
        return list(dict.fromkeys(block.nested_type for block in self.block.blocks))

    def blocks(self, name: str) -> list[Union[EvaluatedBody, Entries, Unknown]]:
        """The nested blocks of a type, dynamic ones too. Unknown stands for any number of blocks that are not known; `Entries`
        where the code writes them as values.
        """
        found: list[Union[EvaluatedBody, Entries, Unknown]] = list(self._blocks_as_values(name))
        for block in self.block.blocks:
            if block.type == name:
                found.append(EvaluatedBody(block, self._evaluator, f"{self.label}.{name}"))
            elif block.type == "dynamic" and block.labels[:1] == (name,):
                try:
                    found += self._dynamic(block, name)
                except InvalidExpressionError as fault:
                    found.append(Unknown(f"Terraform refuses the blocks `{name}`: {fault}"))
        return found

    def _blocks_as_values(self, name: str) -> Iterator[Union[EvaluatedBody, Entries, Unknown]]:
        expression = self.block.expression(name)
        if expression is None:
            return
        written = stated_objects(expression)
        if self.block.file.path.endswith(".json") and all(isinstance(one, ObjectOf) for one in written):
            for one in written:
                yield EvaluatedBody(body_block(name, (), one, self.block.file), self._evaluator, f"{self.label}.{name}")
            return
        stated = self.value(name)
        items = stated.items if isinstance(stated, Elements) else () if stated is None else (stated,)
        for item in items:
            yield item if isinstance(item, Entries) else Unknown(why_unknown(item))

    def _dynamic(self, block: Block, name: str) -> Iterator[Union[EvaluatedBody, Unknown]]:
        contents = list(block.blocks_of("content"))
        for_each = block.expression("for_each")
        if for_each is None or len(contents) != 1:
            raise InvalidExpressionError("a dynamic block has one `for_each` and one `content`")
        label = f"{self.label}.{name}"
        key = ("dynamic", id(block))
        collection = self._memo.get(key, label, lambda: self._evaluator().evaluate(for_each))
        if is_hidden(collection) or isinstance(collection, Deferred):
            yield Unknown(why_unknown(collection))
            return
        iterator = block.expression("iterator")
        bound = getattr(iterator, "root", None) or getattr(iterator, "value", None) or name
        for item_key, item in pairs_of(collection) or ():
            names = {str(bound): Entries(OBJECT, {"key": item_key, "value": item})}
            yield EvaluatedBody(contents[0], lambda names=names: self._evaluator().with_local(names), label)  # type: ignore[misc]


def argument_in(body: Union[EvaluatedBody, Entries, Unknown], name: str) -> Value:
    """An argument of a body in either syntax; of one that is not known it is not known either."""
    if isinstance(body, Unknown):
        return body
    return body.items.get(name) if isinstance(body, Entries) else body.value(name)


class ResourceInstance(EvaluatedBody):
    """A resource or data source with its key.

    Two are the same where they are one object: a module hands out each only once. key_unknown: why the key is not known; the
    instance then stands for all there may be. module: that it stands in.
    """

    def __init__(
        self,
        block: Block,
        module: ModuleInstance,
        mode: str,
        key: InstanceKey,
        names: Mapping[str, Value],
        key_unknown: Optional[Unknown],
    ) -> None:
        self.module = module
        self.mode = mode
        self.type, self.name = block.labels
        self.key = key
        self.key_unknown = key_unknown
        self.address = ResourceAddress(module.path, mode, self.type, self.name, key)
        super().__init__(block, lambda: module.evaluator(names, self), str(self.address))

    def attribute(self, name: str) -> Value:
        """An attribute as other code sees it: what the code states, or what only AWS fills in.

        Raises InvalidExpressionError where Terraform refuses it.
        """
        return self.module.root.resource_attribute(self, name)

    def stated_attribute(self, name: str) -> Value:
        """What the code itself states of an attribute: an argument, or nested blocks; None where it states nothing."""
        if name in self.block.arguments:
            return self.argument(name)
        if not any(block.nested_type == name for block in self.block.blocks):
            return None
        bodies = self.blocks(name)
        hidden = next((body for body in bodies if isinstance(body, Unknown)), None)
        if hidden is not None:
            return hidden
        return Elements(LIST, [_as_object(body, f"{name}[{number}]", self) for number, body in enumerate(bodies)])

    def computed(self, name: str) -> Attribute:
        """An attribute of which the code says nothing."""
        return Attribute(self, name, f"{self.address}.{name}")

    def as_value(self) -> Deferred:
        """The whole resource."""
        return Deferred(str(self.address), self.attribute, owner=self)


def _as_object(body: Any, name: str, owner: ResourceInstance) -> Value:
    if isinstance(body, Entries):
        return body

    def get(attribute: str) -> Value:
        if attribute in body.block.arguments:
            stated = body.argument(attribute)
            if stated is not None:
                return stated
        elif body.states(attribute):
            return Elements(
                LIST,
                [
                    _as_object(inner, f"{name}.{attribute}[{number}]", owner)
                    for number, inner in enumerate(body.blocks(attribute))
                ],
            )
        return owner.computed(f"{name}.{attribute}")

    return Deferred(f"{owner.address}.{name}", get)
