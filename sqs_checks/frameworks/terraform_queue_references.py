"""Which queue an expression of Terraform code means, found through Checkov's graph.

Source: Terraform language documentation, "References to Named Values", "The count Meta-Argument", "The for_each
Meta-Argument".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

from sqs_checks.frameworks.terraform_existence import existence_of
from sqs_checks.frameworks.terraform_expressions import PER_INSTANCE, is_expression, unresolved, unwrapped
from sqs_checks.frameworks.terraform_graph import (
    ADDRESS,
    BLOCK_NAME,
    BLOCK_TYPE,
    FILE_PATH,
    QUEUE,
    Vertex,
    instance_key,
    without_index,
)
from sqs_checks.frameworks.terraform_source import argument, text_of
from sqs_checks.model.relations import ARN, NAME, URL, Key, QueueReference
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_arn, identity_from_url

_INDEX = r"(?:\[(?P<index>[^]]*)]|(?P<splat>\.\*))?"
_QUEUE_ATTRIBUTE = re.compile(rf"aws_sqs_queue\.(?P<name>[A-Za-z_][\w-]*){_INDEX}\.(?P<attribute>arn|id|url|name)")
_DATA_QUEUE = re.compile(rf"data\.aws_sqs_queue\.(?P<name>[A-Za-z_][\w-]*){_INDEX}\.(?:arn|id|url|name)")
_COLLECTION = re.compile(r"aws_sqs_queue\.[A-Za-z_][\w-]*")
_OUTPUT = re.compile(r"module\.([A-Za-z_][\w-]*)(?:\[([^]]*)])?\.([A-Za-z_][\w-]*)")
_PASSED_ON = re.compile(r"(?:(?:var|local)|module\.[A-Za-z_][\w-]*(?:\[[^]]*])?)\.[A-Za-z_][\w-]*")
_EACH = re.compile(r"(?:each|(?P<iterator>\w+))\.value(?:\.(?:arn|id|url))")
_OTHER_RESOURCE = re.compile(
    r"(?:data\.)?aws_(?!sqs_queue\b)\w+\.[A-Za-z_][\w-]*(?:\[[^]]*])?\.(?:arn|id|invoke_arn|qualified_arn)"
)
_LAST_NAME = re.compile(r"^[\w.]+(?:\[[^]]*])?(?:\.\*)?\.(arn|id|url|name)$")
_ATTRIBUTES = {"arn": ARN, "id": URL, "url": URL, "name": NAME}
_PER_INSTANCE = re.compile(r"\b(?:each|count|self)\.")
# A count that makes one or none.
_ONE_OR_NONE = re.compile(r".*\?\s*(?:1\s*:\s*0|0\s*:\s*1)\s*")


def _key(index: str) -> str:
    return index.strip().strip('"')


def _key_of(vertex: Vertex) -> Optional[str]:
    return instance_key(str(vertex.attributes.get(ADDRESS)))


def is_other_resource(reference: str) -> bool:
    """Whether a reference is the ARN or id of something that is no queue. Attributes of other kinds may hold a queue's."""
    return bool(_OTHER_RESOURCE.fullmatch(reference))


def last_name(text: str) -> Optional[str]:
    """Which attribute of a queue a reference ends in: `arn`, `url` or `name`; None where it is none of them."""
    match = _LAST_NAME.search(text)
    return _ATTRIBUTES[match[1]] if match else None


def written_reference(text: str) -> Optional[QueueReference]:
    """A reference that is written out: an ARN, or a queue's URL; None where the text is none."""
    if text.startswith("arn:"):
        identity = identity_from_arn(text)
        return QueueReference(text, identity=identity if identity.name else None, attribute=ARN)
    if text.startswith(("https://", "http://")):
        return QueueReference(text, identity=identity_from_url(text), attribute=URL)
    return None


class HclReferences:
    """The references of one resource."""

    def __init__(self, vertex: Vertex) -> None:
        self._vertex = vertex
        self._existence = existence_of(vertex)

    def resolve(self, label: str, value: Any, for_each: Optional[str] = None) -> QueueReference:
        """What a value means.

        label: the attribute that Checkov's graph knows it by. for_each: the label of the collection, where the value
        stands in a `dynamic` block.
        """
        text = str(value).strip()
        if not isinstance(value, str) or not text:
            return QueueReference(text, hidden=unresolved(text).reason)
        reference = self._resolve(label, text, for_each)
        if reference.attribute is None:
            reference = reference._replace(attribute=last_name(unwrapped(text)))
        # The same words in the same module mean the same, unless they stand for something else in each instance.
        is_shared = reference.hidden is not None and not _PER_INSTANCE.search(text) and for_each is None
        return reference._replace(scope=self._scope) if is_shared else reference

    @property
    def _scope(self) -> tuple[str, str]:
        own, block = str(self._vertex.attributes.get(ADDRESS)), _block_name(self._vertex)
        return own[: -len(block)] if own.endswith(block) else own, self._vertex.folder

    def _resolve(self, label: str, text: str, for_each: Optional[str]) -> QueueReference:
        expression = unwrapped(text)
        attribute = _QUEUE_ATTRIBUTE.fullmatch(expression)
        if attribute:
            return self._attribute(label, text, attribute)
        each = _EACH.fullmatch(expression)
        if each and (each["iterator"] is None or for_each):
            return self._each(text, for_each or "for_each")
        if _PASSED_ON.fullmatch(expression):
            return self._passed_on(label, text)
        data = _DATA_QUEUE.fullmatch(expression)
        if data:
            return self._data(label, text, data["name"])
        if is_other_resource(expression):
            return QueueReference(text)
        if not is_expression(text) and text != "None":
            return written_reference(text) or QueueReference(text)
        return QueueReference(text, hidden=unresolved(text).reason)

    def _attribute(self, label: str, text: str, attribute: re.Match[str]) -> QueueReference:
        sources = self._vertex.sources(label)
        name = f"{QUEUE}.{attribute['name']}"
        found = [vertex for vertex in sources.vertices if _is_queue(vertex) and without_index(_block_name(vertex)) == name]
        if sources.is_mixed_up:
            return QueueReference(text, hidden=f"`{text}` comes from a module that is called several times")
        if not found and _named_in(self._written(label), name):
            found = self._beside(name)
        elif not found:
            found = self._through_output(label)
        bases = set(map(_base, found))
        if len(bases) != 1:
            return QueueReference(text, hidden=unresolved(text).reason)
        return self._chosen(text, self._instances(*bases), attribute["index"], splat=attribute["splat"] is not None)

    def _passed_on(self, label: str, text: str) -> QueueReference:
        """A variable, local or output that Checkov left as text."""
        sources = self._vertex.sources(label)
        found = [vertex for vertex in sources.vertices if _is_queue(vertex)]
        bases = set(map(_base, found))
        if sources.is_mixed_up or not sources.is_plain or len(bases) != 1 or len(found) != len(sources.vertices):
            return QueueReference(text, hidden=unresolved(text).reason)
        return self._chosen(text, self._instances(*bases), None, splat=False)

    def _written(self, label: str) -> str:
        """The text of an argument; of a nested block, the text of the whole resource."""
        block = text_of(self._vertex.attributes)
        return argument(block, label.partition(".")[0]) or block

    def _through_output(self, label: str) -> list[Vertex]:
        """The queue behind an output that is all of an argument, where Checkov made no edge."""
        written = _OUTPUT.fullmatch(self._written(label))
        if written is None:
            return []
        call, index, name = written.groups()
        output = self._vertex.graph.output_of_call(self._vertex, call, index and _key(index), name)
        sources = output.sources("value") if output is not None else None
        found = [vertex for vertex in sources.vertices if _is_queue(vertex)] if sources and sources.is_plain else []
        return [] if sources is None or sources.is_mixed_up else found

    def _beside(self, name: str) -> list[Vertex]:
        """The queue of that name in the same module, where Checkov made no edge (`q[each.key]`)."""
        module, folder = self._scope
        return [vertex for vertex in self._vertex.graph.queues_at(f"{module}{name}") if vertex.folder == folder]

    def _instances(self, base: _Base) -> list[Vertex]:
        return [vertex for vertex in self._vertex.graph.queues_at(base.address) if _base(vertex) == base]

    def _chosen(self, text: str, instances: Sequence[Vertex], index: Optional[str], *, splat: bool) -> QueueReference:
        made = [vertex for vertex in instances if not existence_of(vertex).made.is_no]
        if len(made) == 1 and _key_of(made[0]) is None:
            return self._single(text, made[0], index)
        if index is not None and index != "*" and not index.startswith(("each.", "count.")):
            return self._certain(text, [vertex for vertex in made if _key_of(vertex) == _key(index)])
        if index is not None and index != "*":
            # One of ours for each of theirs, where both are made from the same collection.
            collection = self._vertex.attributes.get("for_each", self._vertex.attributes.get("count"))
            if index in PER_INSTANCE and self._is_collection_of(collection, made):
                return self._certain(text, made, paired=True)
        elif len(made) == 1:
            return self._certain(text, made)
        return QueueReference(text, possible=_keys(made), why_possible=f"`{text}` is known only when it is applied")

    def _single(self, text: str, queue: Vertex, index: Optional[str]) -> QueueReference:
        """A reference to a queue of which Checkov made one block, whatever its `count` or `for_each`."""
        stated = queue.attributes.get("for_each", queue.attributes.get("count"))
        if not isinstance(stated, str) or index is None or index == "*":
            return self._certain(text, [queue])
        own = self._vertex.attributes.get("for_each", self._vertex.attributes.get("count"))
        if index in PER_INSTANCE and own == stated:
            return self._certain(text, [queue])
        if index == "0" and _ONE_OR_NONE.fullmatch(stated):
            return self._certain(text, [queue])
        return QueueReference(text, possible=_keys([queue]), why_possible=f"`{text}` is one of several")

    @staticmethod
    def _is_collection_of(collection: object, queues: Sequence[Vertex]) -> bool:
        """Whether a `for_each` is the resource that the queues are the instances of."""
        names = {without_index(_block_name(queue)) for queue in queues}
        return isinstance(collection, str) and names == {collection.strip("${}")}

    def _each(self, text: str, label: str) -> QueueReference:
        sources = [vertex for vertex in self._vertex.sources(label).vertices if _is_queue(vertex)]
        stated = self._vertex.attributes.get("for_each") if label == "for_each" else _at(self._vertex.attributes, label)
        collection = _COLLECTION.fullmatch(stated.strip("${}")) if isinstance(stated, str) else None
        if not sources and collection and _named_in(self._written(label), collection[0]):
            sources = self._beside(collection[0])
        bases = set(map(_base, sources))
        if len(bases) != 1:
            return QueueReference(text, hidden=unresolved(text).reason)
        instances = [vertex for vertex in self._instances(*bases) if not existence_of(vertex).made.is_no]
        if not self._is_collection_of(stated, instances):
            return QueueReference(text, possible=_keys(instances), why_possible=f"`{text}` is one of several")
        return self._certain(text, instances, paired=True)

    def _certain(self, text: str, queues: Sequence[Vertex], *, paired: bool = False) -> QueueReference:
        """A reference to queues; possible only where this resource may be missing while they are there.

        paired: whether this resource is made once for each of them.
        """
        certain, possible, why = set(), set(), ""
        for queue in queues:
            is_always_there = paired or not self._existence.conditions
            missing = None if is_always_there else self._existence.beyond(existence_of(queue))
            if missing is None:
                certain.add(queue.node)
            else:
                possible.add(queue.node)
                why = f"whether `{self._vertex.attributes.get(ADDRESS)}` is made depends on `{missing}`"
        return QueueReference(text, frozenset(certain), frozenset(possible), why)

    def _data(self, label: str, text: str, name: str) -> QueueReference:
        data = [vertex for vertex in self._vertex.sources(label).vertices if vertex.attributes.get(BLOCK_TYPE) == "data"]
        named = [vertex for vertex in data if _block_name(vertex) == f"{QUEUE}.{name}"]
        stated = named[0].attributes.get("name") if len(named) == 1 else None
        if isinstance(stated, str) and stated and not is_expression(stated):
            return QueueReference(text, identity=QueueIdentity(name=stated))
        return QueueReference(text, hidden=unresolved(text).reason)


def _named_in(text: str, name: str) -> bool:
    """Whether the text of a block itself names a resource; what comes from another module may bear the same name."""
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w-])", text) is not None


class _Base(NamedTuple):
    """What all instances of a resource share: the address without an index, and the file."""

    address: str
    file: object


def _base(queue: Vertex) -> _Base:
    return _Base(without_index(str(queue.attributes.get(ADDRESS))), queue.attributes.get(FILE_PATH))


def _at(attributes: Mapping[str, Any], label: str) -> object:
    value: Any = attributes
    for name in label.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _keys(queues: Sequence[Vertex]) -> frozenset[Key]:
    return frozenset(queue.node for queue in queues)


def _is_queue(vertex: Vertex) -> bool:
    return vertex.attributes.get(BLOCK_TYPE) == "resource" and _block_name(vertex).startswith(f"{QUEUE}.")


def _block_name(vertex: Vertex) -> str:
    return str(vertex.attributes.get(BLOCK_NAME))
