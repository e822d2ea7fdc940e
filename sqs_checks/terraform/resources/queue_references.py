"""Which queue a value means: an ARN, a URL or a name, written out or of a queue of the code.

Source: Terraform AWS provider, attributes of `aws_sqs_queue`; Amazon SQS Developer Guide, "Queue and message identifiers".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from sqs_checks.model.relations import ARN, NAME, URL, QueueReference
from sqs_checks.policy.own_names import named_by
from sqs_checks.policy.queue_identity import QueueIdentity, identity_from_arn, identity_from_url
from sqs_checks.terraform.resources.configured_resource import ConfiguredResource, one_of_many, resource_of, there_whenever
from sqs_checks.terraform.resources.own_arns import attribute_text
from sqs_checks.terraform.resources.resource_types import QUEUE
from sqs_checks.values.configuration_values import Attribute, Deferred, PiecedText, Unknown, Value, joined_text, why_unknown
from sqs_checks.values.texts import Text, prefix_of

_ATTRIBUTES = {"arn": ARN, "url": URL, "id": URL, "name": NAME}
# Attributes that are a thing itself: of something that is no queue they mean no queue.
_IDENTITIES = {"arn", "id", "invoke_arn", "qualified_arn", "name", "url", "key_id", "bucket", "function_name"}


def queue_reference(value: Value, resource: ConfiguredResource, argument: str, *, required: bool = False) -> QueueReference:
    """The queue that a value means. resource: that states it, in an argument. required: whether it can be no null there."""
    reference = _reference(value, resource, argument, required)
    if reference.hidden is None or reference.scope is not None:
        return reference
    # The same words in the same module mean the same queue, whichever it is.
    words = resource.written(argument)
    return reference._replace(text=words, scope=("words", resource.module)) if words is not None else reference


def _reference(value: Value, resource: ConfiguredResource, argument: str, required: bool) -> QueueReference:
    if isinstance(value, str):
        existing = resource.existing_queue(value)
        if existing is not None:
            return QueueReference(value, certain=frozenset({existing}))
        return written_reference(value) or QueueReference(value)
    if isinstance(value, Attribute):
        return _of_attribute(value, resource)
    if isinstance(value, PiecedText):
        return _of_pieces(value, resource)
    if isinstance(value, Unknown):
        return _of_unknown(value, resource, argument, required)
    if isinstance(value, Deferred):
        return QueueReference(value.label, hidden=f"`{value.label}` as a whole is no queue's ARN or URL")
    return QueueReference(str(value), hidden="Terraform refuses a value of that type")


def written_reference(text: Text) -> Optional[QueueReference]:
    """A reference that is written out: an ARN, or a queue's URL; None where the text is none."""
    shown, prefix = str(text), prefix_of(text)
    if prefix.startswith("arn:"):
        identity = identity_from_arn(text)
        return QueueReference(shown, identity=identity if identity.name else None, attribute=ARN)
    if prefix.startswith(("https://", "http://")):
        return QueueReference(shown, identity=identity_from_url(text), attribute=URL)
    return None


def _of_attribute(value: Attribute, resource: ConfiguredResource) -> QueueReference:
    owner = resource_of(value.owner)
    attribute = _ATTRIBUTES.get(value.name)
    if owner.type != QUEUE:
        if value.name in _IDENTITIES:
            return QueueReference(value.label)
        return QueueReference(value.label, hidden=why_unknown(value), scope=("attribute", value.label))
    if owner.mode == "data":
        name = owner.value("name")
        if isinstance(name, str):
            return QueueReference(value.label, identity=QueueIdentity(name=name), attribute=attribute)
        return QueueReference(value.label, hidden=why_unknown(value), attribute=attribute, scope=("attribute", value.label))
    if attribute is None:
        return QueueReference(value.label, hidden=why_unknown(value))
    return _certain(owner, value.label, resource)._replace(attribute=attribute)


def _certain(queue: ConfiguredResource, text: str, resource: ConfiguredResource) -> QueueReference:
    """A queue of the code; possible only where the resource that names it may be missing while it is there, or where one stands
    for all that there may be.
    """
    missing, many = there_whenever(resource, queue), one_of_many(queue, resource)
    if missing is None and many is None:
        return QueueReference(text, certain=frozenset({queue.label}))
    why = f"whether `{resource.label}` is made depends on `{missing}`"
    if missing is None:
        why = f"how many there are of `{queue.label}` depends on `{many}`"
    return QueueReference(text, possible=frozenset({queue.label}), why_possible=why)


def _of_pieces(value: PiecedText, resource: ConfiguredResource) -> QueueReference:
    """An ARN or URL that is put together, from the name of a queue of the code too."""
    owner = resource.account
    named: list[ConfiguredResource] = []
    written: list[Text] = []
    for piece in value.pieces:
        text: Optional[Text] = piece if isinstance(piece, str) else None
        if isinstance(piece, Attribute):
            text = attribute_text(piece, owner)
            of = resource_of(piece.owner)
            if of.type == QUEUE and of.mode == "managed" and piece.name == "name":
                named.append(of)
        if text is None:
            return QueueReference(value.shown, hidden=why_unknown(value))
        written.append(text)
    shown = value.shown
    reference = written_reference(joined_text(written))
    if reference is None:
        return QueueReference(shown)
    if len(named) == 1 and reference.identity is not None and named_by(reference.identity.name) == named[0].label:
        return _certain(named[0], shown, resource)._replace(attribute=reference.attribute)
    return reference._replace(text=shown)


def _of_unknown(value: Unknown, resource: ConfiguredResource, argument: str, required: bool) -> QueueReference:
    among = [one for one in value.among if one is not None and one != ""]
    if value.among and not among:
        return QueueReference(argument)  # whatever it comes to, it is no queue
    references = [_reference(one, resource, argument, False) for one in among]
    is_one_of = bool(references) and all(one.hidden is None and one.identity is None for one in references)
    if not is_one_of:
        return QueueReference(argument, hidden=value.reason)
    text = references[0].text
    if len(references) == 1 and (value.not_null or required):
        return references[0]
    keys = frozenset(_all_keys(references))
    if not keys:
        return QueueReference(text)
    why = f"which of several queues is meant is not known: {value.reason}" if len(keys) > 1 else value.reason
    return QueueReference(text, possible=keys, why_possible=why, attribute=references[0].attribute)


def _all_keys(references: Iterable[QueueReference]) -> Iterable[Any]:
    for reference in references:
        yield from reference.certain | reference.possible
