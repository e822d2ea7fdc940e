"""Which resource of CloudFormation or of the Serverless Framework is at hand, and the templates of the scan."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Optional

from checkov.cloudformation.parser import parse

from sqs_checks.cloudformation.followed_runners import SCANNED, ScannedFiles, copied
from sqs_checks.cloudformation.intrinsics.deployment_cases import StackIdentity
from sqs_checks.cloudformation.intrinsics.template_evaluator import TemplateEvaluator
from sqs_checks.cloudformation.intrinsics.template_scalars import Known
from sqs_checks.cloudformation.resources.queue_models import DeploymentModels, Situation
from sqs_checks.cloudformation.resources.resource_types import QUEUE
from sqs_checks.cloudformation.stacks.sam_template import as_deployed
from sqs_checks.cloudformation.stacks.serverless_template import serverless_template
from sqs_checks.cloudformation.stacks.stack_tree import StackTree
from sqs_checks.files.bounded_files import BoundedFiles
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.relations import Place
from sqs_checks.queues.queue_traits import QueueTraits


class TemplateScan:
    """The templates that one run of Checkov scans. templates: by path, as they are deployed."""

    def __init__(self, templates: Mapping[str, Any]) -> None:
        self._templates = templates
        self._paths: dict[str, str] = {}
        self.handed: set[tuple[str, str]] = set()  # path and logical id of what Checkov has handed to checks
        self._models: dict[Optional[str], DeploymentModels] = {}

    def path_of(self, file: str) -> str:
        """The whole path of a file that Checkov names relative to the scanned root or, of single files, to the working
        directory.
        """
        if file not in self._paths:
            # Every file lies below the root: of two that end alike, the shorter path is the one meant.
            alike = (path for path in self._templates if path.endswith(file))
            self._paths[file] = min(alike, key=len, default=os.path.abspath(file.lstrip("/")))
        return self._paths[file]

    def holds(self, path: str) -> bool:
        return path in self._templates

    def left_out(self, types: Iterable[str]) -> Iterator[Place]:
        """The resources of some types that are made in some case, and that no check was handed."""
        models = self.models(None)
        for path in self._templates:
            for resource in models.made_in(path, frozenset(types)):
                if (path, resource.identity.logical_id) not in self.handed:
                    yield resource.place

    def queues(self) -> Iterator[Situation]:
        """Every queue that is made in some case, in each case."""
        models = self.models(next(iter(self._models), None))
        for path in self._templates:
            logical_ids = dict.fromkeys(one.identity.logical_id for one in models.made_in(path, frozenset((QUEUE,))))
            for logical_id in logical_ids:
                yield from models.among_others(path, logical_id)

    def models(self, scanned_folder: Optional[str]) -> DeploymentModels:
        """What all templates say about queues. scanned_folder: the root of the scan."""
        if scanned_folder not in self._models:
            folders = [os.path.dirname(path) for path in self._templates]
            root = (scanned_folder or (os.path.commonpath(folders) if folders else "")).rstrip(os.sep)
            tree = StackTree(self._templates, lambda path: _read(path, scanned_folder or os.path.dirname(path)))
            shown = f"{root}{os.sep}"
            self._models[scanned_folder] = DeploymentModels(
                tree, lambda path: path[len(root) :] if path.startswith(shown) else path
            )
        return self._models[scanned_folder]


class ResourceAtHand:
    """What Checkov hands to a check, as we know it.

    path: of its file. scanned_folder: the root of the scan; None where it cannot be told. is_among_others: whether the
    template around it is at hand.
    """

    def __init__(self, scan: TemplateScan, entity_path: str, conf: Mapping[str, Any]) -> None:
        self.scan = scan
        self.logical_id = entity_path.rpartition(":")[2]
        file = entity_path.partition("::")[0].rpartition(":")[0]  # the type holds the first `::`
        self.path = scan.path_of(file)
        # The runner of the Serverless Framework names files by their whole path, which tells no root.
        self.scanned_folder = self.path[: -len(file)] or None if self.path.endswith(file) else None
        self.is_among_others = scan.holds(self.path)
        if self.is_among_others:
            scan.handed.add((self.path, self.logical_id))
        self._conf = conf

    @computed_once
    def alone(self) -> list[Situation]:
        """The resource in each case that it tells apart by itself."""
        return self._models.alone(self.path, self.logical_id)

    @computed_once
    def among_others(self) -> list[Situation]:
        """The resource in each case that it and those around it tell apart."""
        return self._models.among_others(self.path, self.logical_id)

    @property
    def places(self) -> list[Place]:
        """What messages call it, in each stack that its template is deployed as."""
        return list(dict.fromkeys(one.resource.place for one in self.alone))

    @property
    def traits(self) -> Sequence[QueueTraits]:
        """By what settings pick the queue that it is, or those that its policy is attached to."""
        return self._models.traits(self.path, self.logical_id)

    @computed_once
    def _models(self) -> DeploymentModels:
        if self.is_among_others:
            return self.scan.models(self.scanned_folder)
        template = {"Resources": {self.logical_id: self._conf}}
        return DeploymentModels(StackTree({self.path: template}), lambda path: path)


# The scan of each runner that has begun one, by the module of the runner, with the files that it is of.
_scans: dict[str, tuple[ScannedFiles, TemplateScan]] = {}


def _scan_of(runner: str) -> Optional[TemplateScan]:
    scanned = SCANNED.get(runner)
    if scanned is None:
        return None
    if runner not in _scans or _scans[runner][0] is not scanned:
        deployed = serverless_template if scanned.are_services else as_deployed
        _scans[runner] = scanned, TemplateScan({path: deployed(document) for path, document in scanned.documents.items()})
    return _scans[runner][1]


def left_out_of_templates(runner_class: type, types: Iterable[str]) -> list[Place]:
    """The resources of some types that are made in some case, and that no check was handed. runner_class: that has run last."""
    scan = _scan_of(runner_class.__module__)
    return list(dict.fromkeys(scan.left_out(types))) if scan is not None else []


def scanned_queues(runner_class: type) -> Iterator[tuple[str, QueueModel]]:
    """Every queue of what a runner has scanned last, handed to checks or not, with what must be so for it to be like that."""
    scan = _scan_of(runner_class.__module__)
    for situation in scan.queues() if scan is not None else ():
        if situation.queue is not None:
            yield situation.where, situation.queue


def resource_at_hand(entity_path: str, conf: Mapping[str, Any]) -> ResourceAtHand:
    """The resource that a check is handed. entity_path: Checkov's `<file>:<type>:<name>`."""
    for scan in filter(None, map(_scan_of, SCANNED)):
        found = ResourceAtHand(scan, str(entity_path), conf)
        if found.is_among_others:
            return found
    return ResourceAtHand(TemplateScan({}), str(entity_path), conf)


def _read(path: str, folder: str) -> Optional[Mapping[str, Any]]:
    """The template of a file that is not scanned itself; None where it is none, or lies outside of the folder."""
    if BoundedFiles(folder).read(path) is None:
        return None
    try:
        template, _ = parse(path)
    except Exception:  # whatever Checkov's parsers raise of odd files
        return None
    return as_deployed(copied(template)) if isinstance(template, Mapping) else None


def add_queues_of_loops(template: Any, path: str) -> None:
    """Has the runner see what `Fn::ForEach` makes of SQS, which it passes over; other types are none of ours to add."""
    resources = template["Resources"]
    evaluator = TemplateEvaluator(template, StackIdentity(path))
    for logical_id, resource in evaluator.resources.items():
        is_ours = resource.type.startswith("AWS::SQS::") and hasattr(resource.node, "start_mark")
        if is_ours and logical_id not in resources:
            made = evaluator.exists(logical_id, evaluator.defaults)
            if any(one.value is True for one in made) and _is_written(resource.node):
                resources[logical_id] = resource.node


def _is_written(node: Any) -> bool:
    """Whether all of a node is what a parser makes: an element of a loop that is not known is not."""
    if isinstance(node, Mapping):
        return all(map(_is_written, node.values()))
    return all(map(_is_written, node)) if isinstance(node, list) else not isinstance(node, Known)
