"""The seam to Checkov's runners of CloudFormation and of the Serverless Framework: which resource is at hand, and the templates
of the scan.

A runner hands a check one resource, without the template around it and with its functions rewritten. So what is called with
all templates, or gives them, before any check runs is wrapped, once a process (3.1.70 to 3.3.30). Where a future Checkov has
no such name, nothing is wrapped: a resource is then judged by what it states itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any, Optional

from checkov.cloudformation import runner as cloudformation_runner
from checkov.cloudformation.parser import parse
from checkov.serverless import runner as serverless_runner

from sqs_checks.cloudformation.intrinsics.deployment_cases import StackIdentity
from sqs_checks.cloudformation.intrinsics.template_evaluator import TemplateEvaluator
from sqs_checks.cloudformation.intrinsics.template_scalars import Known
from sqs_checks.cloudformation.resources.queue_models import DeploymentModels, Situation
from sqs_checks.cloudformation.resources.queue_references import QUEUE
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

    @property
    def paths(self) -> list[str]:
        return list(self._templates)

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
    def traits(self) -> Sequence[QueueTraits]:
        """By what settings pick the queue that it is, or those that its policy is attached to."""
        return self._models.traits(self.path, self.logical_id)

    @computed_once
    def _models(self) -> DeploymentModels:
        if self.is_among_others:
            return self.scan.models(self.scanned_folder)
        template = {"Resources": {self.logical_id: self._conf}}
        return DeploymentModels(StackTree({self.path: template}), lambda path: path)


# The scan of each runner that has begun one, by the module of the runner.
_scans: dict[str, TemplateScan] = {}


def left_out_of_templates(runner_class: type, types: Iterable[str]) -> list[Place]:
    """The resources of some types that are made in some case, and that no check was handed. runner_class: that has run last."""
    scan = _scans.get(runner_class.__module__)
    return list(dict.fromkeys(scan.left_out(types))) if scan is not None else []


def scanned_queues(runner_class: type) -> Iterator[tuple[str, QueueModel]]:
    """Every queue of what a runner has scanned last, handed to checks or not, with what must be so for it to be like that."""
    scan = _scans.get(runner_class.__module__)
    for situation in scan.queues() if scan is not None else ():
        if situation.queue is not None:
            yield situation.where, situation.queue


def scanned_files(runner_class: type) -> list[str]:
    """The templates that a runner has begun to scan."""
    scan = _scans.get(runner_class.__module__)
    return scan.paths if scan is not None else []


def resource_at_hand(entity_path: str, conf: Mapping[str, Any]) -> ResourceAtHand:
    """The resource that a check is handed. entity_path: Checkov's `<file>:<type>:<name>`."""
    found = [ResourceAtHand(scan, str(entity_path), conf) for scan in (*_scans.values(), TemplateScan({}))]
    return next((one for one in found if one.is_among_others), found[-1])


def _read(path: str, folder: str) -> Optional[Mapping[str, Any]]:
    """The template of a file that is not scanned itself; None where it is none, or lies outside of the folder."""
    if BoundedFiles(folder).read(path) is None:
        return None
    try:
        template, _ = parse(path)
    except Exception:  # whatever Checkov's parsers raise of odd files
        return None
    return as_deployed(_copied(template)) if isinstance(template, Mapping) else None


def _copied(node: Any) -> Any:
    """Mappings and lists anew: the runner goes on to rewrite the originals."""
    if isinstance(node, Mapping):
        return {key: _copied(item) for key, item in node.items()}
    return [_copied(item) for item in node] if isinstance(node, list) else node


def _add_queues(template: Any, path: str) -> None:
    """Has the runner see what `Fn::ForEach` makes of SQS, which it passes over; other types are none of ours to add."""
    resources = template.get("Resources") if isinstance(template, Mapping) else None
    if not isinstance(resources, dict) or not any(str(name).startswith("Fn::ForEach::") for name in resources):
        return
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


def _keep_templates(build_definitions_context: Any) -> Any:
    @wraps(build_definitions_context)
    def keeping(definitions: Any, *args: Any, **kwargs: Any) -> Any:
        # Single files are named as the user names them, files of a folder by their whole path.
        templates = {os.path.abspath(path): as_deployed(_copied(template)) for path, template in definitions.items()}
        _scans[cloudformation_runner.__name__] = TemplateScan(templates)
        for path, template in definitions.items():
            _add_queues(template, path)
        return build_definitions_context(definitions, *args, **kwargs)

    return keeping


def _keep_services(get_files_definitions: Any) -> Any:
    @wraps(get_files_definitions)
    def keeping(*args: Any, **kwargs: Any) -> Any:
        found = get_files_definitions(*args, **kwargs)
        templates = {os.path.abspath(path): serverless_template(_copied(service)) for path, service in found[0].items()}
        _scans[serverless_runner.__name__] = TemplateScan(templates)
        return found

    return keeping


def wrap_runner() -> None:
    """Wraps what is there to be wrapped. To be called once a process, before the runners run."""
    for runner, name, keep in (
        (cloudformation_runner, "build_definitions_context", _keep_templates),
        (serverless_runner, "get_files_definitions", _keep_services),
    ):
        if hasattr(runner, name):
            setattr(runner, name, keep(getattr(runner, name)))
