"""A resource together with the queues of the code around it.

The model is built once a root module or plan, when the first check asks for it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.frameworks.terraform_code_source import HclSource, HclStatingResource, by_root_folder
from sqs_checks.frameworks.terraform_graph import TerraformGraph, Vertex
from sqs_checks.frameworks.terraform_model import StatingResource, build_models, queue_of, read_allowance, read_redrive
from sqs_checks.frameworks.terraform_plan import Plan
from sqs_checks.frameworks.terraform_plan_source import PlannedStatingResource, PlanSource
from sqs_checks.frameworks.terraform_queue import read_queue
from sqs_checks.frameworks.terraform_resource import find_resource
from sqs_checks.judgement.collection import collection_paused
from sqs_checks.model.policy_place import PolicyPlace
from sqs_checks.model.queue_model import CodeQueue, QueueModel, QueueModels
from sqs_checks.model.relations import QueueReference
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.queues.setting import Unresolved
from sqs_checks.terraform.resources.queue_clients import USES

_TYPES = dict.fromkeys(
    (
        "aws_sqs_queue",
        "aws_sqs_queue_policy",
        "aws_sqs_queue_redrive_policy",
        "aws_sqs_queue_redrive_allow_policy",
        *(rule.resource_type for rule in USES),
    )
)
NOT_AT_HAND = Unresolved("Checkov hands over no graph of the code, so other resources cannot be looked up")


class Surroundings(NamedTuple):
    """stating: the resource at hand. models: the queues of its root module or plan."""

    stating: StatingResource
    models: QueueModels

    def traits(self, resource_type: str) -> Sequence[QueueTraits]:
        """By what settings pick the queue that the resource is, or is about."""
        if resource_type == "aws_sqs_queue":
            model = self.models.of(self.stating.key)
            return [model.own.traits] if model is not None else []
        return [self.models.traits_of(queue_of(self.stating))]

    def policy_place(self) -> Optional[PolicyPlace]:
        """Where the resource attaches a policy; None where it attaches none."""
        place = self.stating.place
        attachments = tuple(self.models.policies_of(place))
        if not attachments:
            return None
        is_inline = self.models.of(self.stating.key) is not None
        return PolicyPlace(place, attachments, "queue_url", "policy" if is_inline else "queue_url", is_inline, self.models)


def stand_in_for(stating: StatingResource, resource_type: str) -> Optional[QueueModel]:
    """What a redrive resource says of its queue, where the code does not hold that queue; None where it does."""
    reference = queue_of(stating)
    if reference.certain or reference.possible:
        return None
    queue = QueueReference(reference.text, certain=frozenset({stating.key}))
    redrive = read_redrive(stating, inline=False) if resource_type == "aws_sqs_queue_redrive_policy" else None
    allowance = read_allowance(stating, inline=False) if resource_type == "aws_sqs_queue_redrive_allow_policy" else None
    models = QueueModels(
        queues=[CodeQueue(stating.key, stating.place, None, lambda: read_queue(stating.resource))],
        redrives=[redrive._replace(queue=queue)] if redrive else [],
        allowances=[allowance._replace(queue=queue)] if allowance else [],
    )
    return models.of(stating.key) if redrive or allowance else None


class _Built(threading.local):
    """What was built last in this thread: of one graph, and of one plan."""

    graph: Optional[TerraformGraph] = None
    sources: dict[str, dict[str, list[Vertex]]]
    models: dict[str, QueueModels]
    plan: Optional[Plan] = None
    plan_source: PlanSource
    plan_models: QueueModels


_built = _Built()


def surroundings_of(conf: Mapping[str, Any], library_graph: Any, entity_path: str) -> Union[Surroundings, Unresolved]:
    """What is around the resource that Checkov hands to a check; arguments as `find_resource` takes them."""
    found = find_resource(conf, library_graph, entity_path)
    if found.planned is not None:
        if _built.plan is not found.planned.plan:
            _built.plan_source = PlanSource(found.planned.plan, found.scanned_file)
            with collection_paused():
                _built.plan_models = build_models(_built.plan_source)
            _built.plan = found.planned.plan
        return Surroundings(PlannedStatingResource(found.planned, _built.plan_source), _built.plan_models)
    if found.graph is None or found.vertex is None:
        return NOT_AT_HAND
    folder = found.scanned_folder or os.getcwd()
    models = _models(found.graph, found.vertex.root_folder, folder)
    return Surroundings(HclStatingResource(found.vertex, folder), models)


def _models(graph: TerraformGraph, root_folder: str, scanned_folder: str) -> QueueModels:
    if _built.graph is not graph:
        with collection_paused():
            _built.sources = by_root_folder(graph, _TYPES)
        _built.models = {}
        _built.graph = graph
    if root_folder not in _built.models:
        with collection_paused():
            _built.models[root_folder] = build_models(HclSource(_built.sources.get(root_folder, {}), scanned_folder))
    return _built.models[root_folder]
