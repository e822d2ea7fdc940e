"""Which resource of Terraform is at hand, and the code or plan that it belongs to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from checkov.common.runners.base_runner import filter_ignored_paths
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as CodeRunner

from sqs_checks.files.bounded_files import BoundedFiles
from sqs_checks.judgement.collection import collection_paused
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.relations import Place
from sqs_checks.terraform.followed_runners import RUNNER_AT_HAND
from sqs_checks.terraform.modules.module_callers import caller_of
from sqs_checks.terraform.modules.resource_address import ModuleStep, ResourceAddress, parse_address
from sqs_checks.terraform.modules.root_module import ModuleFolders, RootModule
from sqs_checks.terraform.plan.plan_document import read_plan
from sqs_checks.terraform.resources.aws_attributes import read_attribute
from sqs_checks.terraform.resources.code_source import CodeSource
from sqs_checks.terraform.resources.configured_resource import CodeResource, ConfiguredResource
from sqs_checks.terraform.resources.plan_source import PlanSource
from sqs_checks.terraform.resources.queue_models import SourceModels

_SCAN = "_sqs_checks_scan"


class ResourceAtHand(NamedTuple):
    """What Checkov hands to a check, as we know it.

    resources: the instances that it stands for; none where Terraform makes none. models: of the code or plan around them.
    path: of its file. scanned_folder: the root of the scan. unknown: why nothing is known of it; empty where something is.
    """

    resources: Sequence[ConfiguredResource]
    models: Optional[SourceModels]
    path: Optional[str]
    scanned_folder: Optional[str]
    unknown: str = ""

    @property
    def places(self) -> list[Place]:
        """What messages call the instances."""
        return [self.models.place(resource) for resource in self.resources] if self.models is not None else []


class CodeScan:
    """The code that one run of Checkov scans. definitions: of the runner, by file and module calls."""

    def __init__(self, scanned_folder: str, definitions: Mapping[Any, Any], variable_files: Sequence[str]) -> None:
        self.scanned_folder = scanned_folder
        self._folders = ModuleFolders(_module_folders(definitions))
        self._files = BoundedFiles(scanned_folder)
        self._variable_files = variable_files
        self._sources: dict[str, CodeSource] = {}
        # The instances that checks were handed.
        self.handed: set[ConfiguredResource] = set()

    def source(self, root_folder: str) -> CodeSource:
        """The root module of a folder."""
        folder = os.path.normpath(root_folder)
        if folder not in self._sources:
            with collection_paused():
                caller = caller_of(folder, self.scanned_folder)
                root = RootModule(folder, self._folders, self._files, self._variable_files, read_attribute, caller)
            self._sources[folder] = CodeSource(root, self.scanned_folder)
        return self._sources[folder]

    def root_folders(self) -> list[str]:
        """The folders with code that no other one calls."""
        folders = []
        for folder, inner, names in os.walk(self.scanned_folder):
            filter_ignored_paths(folder, inner, None)
            inner.sort()
            if any(name.endswith((".tf", ".tf.json")) for name in names):
                folders.append(folder)
        calls = ((folder, call) for folder in folders for call in self._folders.read(folder).calls.values())
        called = {self._folders.of_call(folder, call) for folder, call in calls}
        return [folder for folder in folders if folder not in called]


class PlanScan:
    """The plans that one run of Checkov scans. repository: where the code lies, as the user says."""

    def __init__(self, scanned_folder: str, repository: Optional[str]) -> None:
        self.scanned_folder = scanned_folder
        self._repository = repository
        self._sources: dict[str, Optional[PlanSource]] = {}

    @property
    def sources(self) -> list[PlanSource]:
        """The plans that could be read of those that were asked for."""
        return [source for source in self._sources.values() if source is not None]

    def source(self, path: str, file: str) -> Optional[PlanSource]:
        """The plan in a file; None where that cannot be read. file: as messages name it."""
        if path not in self._sources:
            plan = read_plan(path)
            folders = list(_folders_up(os.path.dirname(path), self.scanned_folder))
            root = self.scanned_folder
            if self._repository is not None:
                root = os.path.abspath(self._repository)
                folders = [root, *_folders_below(root), *folders]
            self._sources[path] = PlanSource(plan, file, folders, root) if plan is not None else None
        return self._sources[path]


_MOST_FOLDERS = 500


def _folders_up(folder: str, root: str) -> Iterator[str]:
    while True:
        yield folder
        if folder == root or len(folder) <= len(root):
            return
        folder = os.path.dirname(folder)


def _folders_below(root: str) -> list[str]:
    found: list[str] = []
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        if folder != root and any(name.endswith(".tf") for name in names):
            found.append(folder)
        if len(found) >= _MOST_FOLDERS:
            break
    return found


def _module_folders(definitions: Mapping[Any, Any]) -> dict[tuple[str, str], str]:
    """The folder of each module that Checkov has found, by the folder of the caller and the name of the call."""
    found: dict[tuple[str, str], str] = {}
    for key in definitions:
        call = getattr(key, "tf_source_modules", None)
        if call is not None and call.name is not None:
            found[os.path.dirname(call.path), call.name] = os.path.dirname(key.file_path)
    return found


def _scan_of(runner: Any, folder: Optional[str], runner_filter: Any) -> Any:
    definitions = getattr(runner, "definitions", None)
    kept = vars(runner).get(_SCAN)
    if kept is None or kept[0] is not definitions or kept[1] != folder:
        scanned_folder = os.path.abspath(folder or ".")
        variable_files = [os.path.abspath(path) for path in getattr(runner_filter, "var_files", None) or ()]
        scan: Any = None
        if isinstance(runner, PlanRunner):
            scan = PlanScan(scanned_folder, getattr(runner, "repo_root_for_plan_enrichment", None))
        elif isinstance(runner, CodeRunner):
            scan = CodeScan(scanned_folder, definitions if isinstance(definitions, Mapping) else {}, variable_files)
        kept = vars(runner)[_SCAN] = (definitions, folder, scan)
    return kept[2]


def resource_at_hand(conf: Mapping[str, Any], entity_path: str) -> ResourceAtHand:
    """The resource that Checkov hands to a check in this thread. entity_path: Checkov's `<file>:<type>:<name>`."""
    at_hand = RUNNER_AT_HAND
    scan = _scan_of(at_hand.runner, at_hand.folder, at_hand.runner_filter) if at_hand.runner is not None else None
    definition = at_hand.definition
    if isinstance(scan, CodeScan) and hasattr(definition, "file_path"):
        return _in_code(conf, entity_path, scan, definition)
    if isinstance(scan, PlanScan) and isinstance(definition, str):
        return _in_plan(conf, entity_path, scan, definition)
    return ResourceAtHand((), None, None, None, "Checkov does not tell which code the resource belongs to")


def _in_code(conf: Mapping[str, Any], entity_path: str, scan: CodeScan, definition: Any) -> ResourceAtHand:
    path = str(definition.file_path)
    calls = _calls(definition.tf_source_modules)
    root_folder = os.path.dirname(calls[0].path if calls else path)
    address = _address(conf, entity_path, calls)
    source = scan.source(root_folder)
    found = source.at(address) if address is not None else None
    if found is None:
        why = source.root.module.configuration.faults or ["the code that Checkov has read does not hold it in that place"]
        return ResourceAtHand((), None, path, scan.scanned_folder, f"the resource is not known: {why[0]}")
    scan.handed.update(found)
    return ResourceAtHand(found, source.models, path, scan.scanned_folder)


def left_out(runner: Any, folder: Optional[str], files: Sequence[str], types: Iterable[str]) -> list[Place]:
    """The resources of some types that Terraform would make, and that no check was handed. runner: of Terraform code, when it
    has run over a folder or over single files.
    """
    paths = {os.path.abspath(file) for file in files}
    scan = _scan_after(runner, folder)
    found: dict[Place, None] = {}
    for source in _root_sources(scan, folder, paths):
        for resource in (one for resource_type in types for one in source.of_type(resource_type)):
            is_scanned = folder is not None or resource.instance.block.file.path in paths
            if is_scanned and resource not in scan.handed:
                found[source.place(resource)] = None
    return list(found)


def _scan_after(runner: Any, folder: Optional[str]) -> Any:
    """The scan of a runner that has run."""
    kept = vars(runner).get(_SCAN)
    return kept[2] if kept is not None else _scan_of(runner, folder, None)


def _root_sources(scan: CodeScan, folder: Optional[str], paths: Iterable[str]) -> Iterator[CodeSource]:
    """The code that was scanned, one root module after the other. paths: of single files, where no folder was scanned."""
    roots = scan.root_folders() if folder is not None else sorted({os.path.dirname(path) for path in paths})
    return map(scan.source, roots)


def scanned_queues(runner: Any, folder: Optional[str], files: Sequence[str]) -> Iterator[QueueModel]:
    """Every queue that Terraform would make of what a runner has scanned, or that its plans hold, handed to checks or not.

    runner: of code or of plans, when it has run over a folder or over single files.
    """
    scan = _scan_after(runner, folder)
    if isinstance(scan, PlanScan):
        for plan in scan.sources:
            yield from (model for _, model in plan.models.queues())
        return
    paths = {os.path.abspath(file) for file in files}
    for source in _root_sources(scan, folder, paths):
        for resource, model in source.models.queues():
            if folder is not None or (isinstance(resource, CodeResource) and resource.instance.block.file.path in paths):
                yield model


def _in_plan(conf: Mapping[str, Any], entity_path: str, scan: PlanScan, path: str) -> ResourceAtHand:
    source = scan.source(path, entity_path_parts(entity_path)[1])
    resource = source.resource(str(conf.get("__address__"))) if source is not None else None
    if source is None or resource is None:
        return ResourceAtHand((), None, path, scan.scanned_folder, "the resource is not in the plan file")
    return ResourceAtHand([resource], source.models, path, scan.scanned_folder)


def _calls(innermost: Any) -> list[Any]:
    """The module calls that lead to a file, the outermost first."""
    calls: list[Any] = []
    while innermost is not None:
        calls.insert(0, innermost)
        innermost = innermost.nested_tf_module
    return calls


def _address(conf: Mapping[str, Any], entity_path: str, calls: Sequence[Any]) -> Optional[ResourceAddress]:
    stated = conf.get("__address__")
    address = parse_address(stated) if isinstance(stated, str) else None
    if address is None:
        # An older Checkov: what the entity is called, below the calls that lead to its file.
        resource_type, _, name = entity_path_parts(entity_path)
        address = parse_address(f"{resource_type}.{name}")
    if address is not None and len(address.modules) != len(calls):
        address = address._replace(modules=tuple(ModuleStep(str(call.name), call.foreach_idx) for call in calls))
    return address


def entity_path_parts(entity_path: str) -> tuple[str, str, str]:
    """Checkov's `<file>:<type>:<name>` as its type, its file and its name: the keys of instances may hold colons too."""
    file, _, rest = entity_path.partition(":aws_")
    resource_type, _, name = rest.partition(":")
    return (f"aws_{resource_type}", file, name) if rest else (entity_path, entity_path, "")
