"""One resource or data source as the readers of AWS's resources see it: from code, or from a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Optional, Protocol, Union

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.terraform.evaluation.expression_evaluator import names_any
from sqs_checks.terraform.modules.instance_expansion import PER_INSTANCE, Expansion
from sqs_checks.terraform.modules.module_instance import ModuleInstance
from sqs_checks.terraform.modules.resource_instance import EvaluatedBody, ResourceInstance
from sqs_checks.terraform.resources.provider_accounts import Account, account_of, default_tags_of, region_of
from sqs_checks.terraform.syntax.syntax_tree import Argument, Block
from sqs_checks.values.configuration_values import Attribute, Deferred, Elements, Entries, Unknown, Value, only_possibility

# The body of a nested block: of code, as values, or any number of blocks that are not known.
NestedBody = Union[EvaluatedBody, Entries, Unknown]


class Condition(NamedTuple):
    """Something on which it depends whether a resource is there. module: in which it is written, as text. text: as written.
    makes_many: whether it may make more than one.
    """

    module: str
    text: str
    makes_many: bool = True

    def __str__(self) -> str:
        return f"{self.text} of {self.module}" if self.module else self.text


class ConfiguredResource(Protocol):
    """type, name, mode: of its block. label: its address. module: the address of its module, empty for the root."""

    type: str
    name: str
    mode: str

    @property
    def label(self) -> str: ...

    @property
    def module(self) -> str: ...

    def value(self, name: str) -> Value:
        """What an argument is set to; None where it is null or not stated."""

    def origin(self, name: str) -> Optional[Attribute]:
        """The attribute that the known value of an argument was taken from, where only a plan tells that."""

    def referred(self, name: str) -> Optional[ConfiguredResource]:
        """The resource whose attribute an argument is set to, whether that is known or not."""

    def blocks(self, name: str) -> Sequence[NestedBody]:
        """The nested blocks of a type."""

    def written(self, name: str) -> Optional[str]:
        """An argument as the code writes it, where that means the same in each instance; None where it does not, or is not
        at hand.
        """

    @property
    def conditions(self) -> frozenset[Condition]:
        """On what it depends whether the resource is there; empty where it certainly is."""

    @property
    def account(self) -> Account: ...

    @property
    def own_account(self) -> Optional[str]:
        """The number of the account that all of this is for, where that is known."""

    def existing_queue(self, text: str) -> Optional[str]:
        """The label of the queue of the same code that is there already under an ARN or a URL."""

    @property
    def region(self) -> Optional[str]: ...

    def default_tags(self) -> Sequence[Value]:
        """The tags that the provider adds."""


class CodeResource:
    """A resource of Terraform code."""

    def __init__(self, instance: ResourceInstance) -> None:
        self.instance = instance
        self.type, self.name, self.mode = instance.type, instance.name, instance.mode
        self.label = instance.label

    @property
    def module(self) -> str:
        return ".".join(map(str, self.instance.module.path))

    def value(self, name: str) -> Value:
        return self.instance.value(name)

    def origin(self, name: str) -> Optional[Attribute]:
        return None  # a value that the code itself tells needs none

    def referred(self, name: str) -> Optional[ConfiguredResource]:
        instance = self.instance.referred_instance(name)
        return code_resource(instance) if instance is not None else owner_of(self.value(name))

    def blocks(self, name: str) -> Sequence[NestedBody]:
        return self.instance.blocks(name)

    def written(self, name: str) -> Optional[str]:
        argument = self.instance.block.arguments.get(name)
        if argument is None:
            return None
        return (
            None if names_any(argument.expression, PER_INSTANCE) else _words(self.instance.module, self.instance.block, argument)
        )

    @computed_once
    def conditions(self) -> frozenset[Condition]:
        found: set[Condition] = set()
        block, module = self.instance.block, self.instance.module
        _add(found, block, module.expansion(block), module)
        while module.call is not None:
            parent = module.call.parent
            call_block = module.call.body.block
            _add(found, call_block, parent.expansion(call_block), parent)
            module = parent
        return frozenset(found)

    @property
    def account(self) -> Account:
        return account_of(self.instance)

    @property
    def own_account(self) -> Optional[str]:
        return None

    def existing_queue(self, text: str) -> Optional[str]:
        return None

    @computed_once
    def region(self) -> Optional[str]:
        return region_of(self.instance)

    def default_tags(self) -> Sequence[Value]:
        return default_tags_of(self.instance)


def _add(found: set[Condition], block: Block, expansion: Expansion, module: ModuleInstance) -> None:
    if expansion.unknown is None:
        return
    others = [value.owner for value in expansion.unknown.among if isinstance(value, Deferred)]
    if others and all(isinstance(owner, ResourceInstance) for owner in others):
        # One for each instance of something else: there whenever that is.
        for owner in others:
            found |= code_resource(owner).conditions  # type: ignore[arg-type]
        return
    text = _words(module, block, block.arguments[expansion.repetition])
    makes_many = not _is_one_at_most(expansion.unknown)
    found.add(Condition(".".join(map(str, module.path)), f"{expansion.repetition} = {text}", makes_many))


def _is_one_at_most(repetition: Value) -> bool:
    """Whether a `count` or `for_each` makes one instance or none, as far as it is known what it can be."""
    if isinstance(repetition, Unknown):
        return bool(repetition.among) and all(map(_is_one_at_most, repetition.among))
    return len(repetition.items) <= 1 if isinstance(repetition, (Elements, Entries)) else repetition in (0, 1, "0", "1")


def _words(module: ModuleInstance, block: Block, argument: Argument) -> str:
    """An argument as the code writes it; of those that are the same but for comments and blanks, as the first one writes it."""
    known: dict[Any, str] = module.root.kept.setdefault("words", {})
    is_json = block.file.path.endswith(".json")  # in which the parser tells no places
    text = f"expression {len(known) + 1}" if is_json else block.file.text[argument.value.start : argument.value.end]
    return known.setdefault(argument.expression, " ".join(text.split()))


def code_resource(instance: ResourceInstance) -> CodeResource:
    """The resource that an instance is; one object for each."""
    known: dict[ResourceInstance, CodeResource] = instance.module.root.kept.setdefault("resources", {})
    found = known.get(instance)
    if found is None:
        found = known[instance] = CodeResource(instance)
    return found


def resource_of(owner: Any) -> ConfiguredResource:
    """The resource whose attribute a value is. owner: of the attribute."""
    return code_resource(owner) if isinstance(owner, ResourceInstance) else owner


def owner_of(value: Value) -> Optional[ConfiguredResource]:
    """The resource whose attribute a value is; None where it is something else."""
    value = only_possibility(value)
    return resource_of(value.owner) if isinstance(value, Attribute) else None


def there_whenever(resource: ConfiguredResource, other: ConfiguredResource) -> Optional[Condition]:
    """A condition of a resource that another one does not share; None where it is there whenever the other is."""
    return next(iter(sorted(resource.conditions - other.conditions)), None)


def one_of_many(resource: ConfiguredResource, other: ConfiguredResource) -> Optional[Condition]:
    """A condition that may make many of a resource of which another one names a single one; None where each has its own."""
    return next((one for one in sorted(resource.conditions - other.conditions) if one.makes_many), None)
