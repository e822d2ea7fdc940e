"""The sections of a template with what its loops make: conditions, resources and outputs.

Source: AWS CloudFormation Template Reference, "Fn::ForEach"; User Guide, "CloudFormation template sections".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import TooMuchError
from sqs_checks.cloudformation.intrinsics.node_names import shown
from sqs_checks.cloudformation.intrinsics.template_loops import is_loop, loop_of, makes_nothing
from sqs_checks.cloudformation.intrinsics.template_scalars import is_mapping, members, section
from sqs_checks.cloudformation.intrinsics.value_comparisons import known_texts
from sqs_checks.values.configuration_values import TooHeavyError, Unknown

if TYPE_CHECKING:
    from sqs_checks.cloudformation.intrinsics.template_evaluator import TemplateEvaluator

_MOST_LOOPED = 15_000  # nodes that the loops of one section make
_MOST_MADE = 1_000  # members of one section; CloudFormation takes 500 resources
_DEEPEST_LOOPS = 16


class SectionEntry(NamedTuple):
    """A member of a section. loops: the loops that make it, with the element; none where they make it in every case."""

    node: Any
    loops: tuple[LoopMembership, ...] = ()


class LoopMembership(NamedTuple):
    collection: Any
    item: Optional[str]  # None where the collection is not known at all


class TemplateResource:
    """A resource of a template, as written or as a loop makes it. type: empty where it states none."""

    __slots__ = ("condition", "logical_id", "loops", "node", "type")

    def __init__(self, logical_id: str, entry: SectionEntry) -> None:
        node = entry.node if is_mapping(entry.node) else {}
        stated = node.get("Type")
        self.logical_id = logical_id
        self.node = node
        self.type = str(stated) if isinstance(stated, str) else ""
        self.condition = node.get("Condition")
        self.loops = entry.loops

    @property
    def properties(self) -> Any:
        """The node of its properties; empty where it states none."""
        return self.node.get("Properties") or {}

    def __repr__(self) -> str:
        return f"TemplateResource({self.logical_id})"


class TemplateOutput(NamedTuple):
    """An output: the nodes of its value, of the name it is exported under and of its condition; None where it has none."""

    value: Any
    export_name: Any
    condition: Any


class TemplateSections:
    """The members of a template's sections. is_cut: whether loops make more than is looked at, or nobody knows what."""

    def __init__(self, evaluator: TemplateEvaluator) -> None:
        self._evaluator = evaluator
        self._members: dict[str, dict[str, SectionEntry]] = {}
        self.is_cut = "Fn::Transform" in evaluator.template

    def members_of(self, name: str) -> Mapping[str, SectionEntry]:
        """The members of a section, with those that its loops make."""
        found = self._members.get(name)
        if found is None:
            stated = section(self._evaluator.template, name)
            if "Fn::Transform" in stated:
                # A transform puts in what nobody knows.
                self.is_cut = True
                del stated["Fn::Transform"]
            # While its loops are worked out it is what stands there without them.
            found = self._members[name] = {key: SectionEntry(node) for key, node in stated.items() if not is_loop(key)}
            if len(found) < len(stated) and self._evaluator.has_extensions:
                made: dict[str, SectionEntry] = {}
                try:
                    for key, entry in self._made(stated.items(), (), [_MOST_LOOPED]):
                        made.setdefault(key, entry)
                        if len(made) > _MOST_MADE:
                            raise TooMuchError
                except (TooMuchError, TooHeavyError, RecursionError):
                    self.is_cut = True
                found = self._members[name] = {**made, **found}
        return found

    def _made(
        self, stated: Iterable[tuple[str, Any]], loops: tuple[LoopMembership, ...], steps: list[int]
    ) -> Iterator[tuple[str, SectionEntry]]:
        for key, node in stated:
            if not is_loop(key):
                yield key, SectionEntry(node, loops)
                continue
            loop = loop_of(node)
            if loop is None or makes_nothing(loop) or len(loops) > _DEEPEST_LOOPS:
                continue
            by_case = [known_texts(one.value) for one in self._evaluator.cases(loop.collection)]
            known = [items for items in by_case if items is not None]
            is_partial = len(known) < len(by_case)
            always = set() if is_partial else set(known[0]).intersection(*known[1:])
            if is_partial:
                self.is_cut = True
                by_default = self._evaluator.cases(loop.collection, self._evaluator.defaults)
                known += [items for items in (known_texts(one.value) for one in by_default) if items]
            for item in dict.fromkeys(item for items in known for item in items):
                steps[0] -= 5
                if steps[0] < 0:
                    raise TooMuchError
                fragment = self._evaluator.fragment(loop.fragment, loop.identifier, item, steps)
                inner = loops if item in always else (*loops, LoopMembership(loop.collection, item))
                yield from self._made(members(fragment), inner, steps)
            if not known:
                value = Unknown(f"the elements of {shown(loop.collection)} are known only when the stack is made", not_null=True)
                fragment = self._evaluator.fragment(loop.fragment, loop.identifier, value, steps)
                yield from self._made(members(fragment), (*loops, LoopMembership(loop.collection, None)), steps)
