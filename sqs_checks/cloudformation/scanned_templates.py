"""What the pack needs of Checkov's CloudFormation runner and does not get: the templates.

The runner hands a check one resource, without the template around it. So two names in the runner's module are wrapped, once
a process: `build_definitions_context`, which is called with all templates before any check runs, and `ContextParser`, which
is called with each template as checks will see it. Where a future Checkov has no such name, nothing is wrapped: other
resources are then unknown, but no verdict changes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import wraps
from typing import Any, Optional

from checkov.cloudformation import runner

from sqs_checks.cloudformation.intrinsics.for_each import MadeResource, made_resources
from sqs_checks.cloudformation.intrinsics.template_values import Template
from sqs_checks.cloudformation.resources.stack_imports import Importing, imports_something

_BESIDE = "what Fn::ForEach makes beside SQS"
_IMPORTING = "resources that import from other templates"
_templates: Mapping[str, Mapping[str, Any]] = {}
# What follows from them, by path: the templates as checks see them, and the same with what the runner takes out.
_evaluated: dict[str, Mapping[str, Any]] = {}
_whole: dict[str, Mapping[str, Any]] = {}
_paths: dict[str, str] = {}


def file_of(entity_path: str) -> str:
    """The file of a resource as messages name it. entity_path: as `scanned_file` takes it."""
    return entity_path.partition("::")[0].rpartition(":")[0]  # the type holds the first `::`


def scanned_file(entity_path: str) -> str:
    """The whole path of the file of a resource.

    entity_path: Checkov's `<file>:<type>:<name>`, the file relative to the scanned root or, where single files are
    scanned, to the working directory.
    """
    file = file_of(entity_path)
    if file not in _paths:
        # Every file lies below the root: of two that end alike, the shorter path is the one meant.
        alike = (path for path in _templates if path.endswith(file))
        _paths[file] = min(alike, key=len, default=os.path.abspath(file.lstrip("/")))
    return _paths[file]


def scanned_folder(entity_path: str) -> Optional[str]:
    """The root of the scan, by a resource of it; None where it cannot be told."""
    path, file = scanned_file(entity_path), file_of(entity_path)
    return path[: -len(file)] or os.sep if path.endswith(file) else None


def scanned_template(entity_path: str) -> Mapping[str, Any]:
    """The template of a resource, of its resources only what heads them; empty where it is not at hand."""
    return _templates.get(scanned_file(entity_path), {})


def whole_template(entity_path: str) -> Optional[Mapping[str, Any]]:
    """The same with all resources as checks see them; None where they are not at hand."""
    path = scanned_file(entity_path)
    if path not in _whole:
        evaluated, kept = _evaluated.get(path), _templates.get(path)
        resources = evaluated.get("Resources") if evaluated is not None else None
        if kept is None or not isinstance(resources, Mapping):
            return None
        # The runner has taken the conditions out of the resources.
        beside = {name: kept["Resources"][name] for name in kept[_BESIDE]}
        conditional = {
            name: {**resources[name], "Condition": header["Condition"]}
            for name, header in kept["Resources"].items()
            if "Condition" in header and isinstance(resources.get(name), Mapping)
        }
        _whole[path] = {**kept, "Resources": {**resources, **conditional, **beside}}
    return _whole[path]


def importing_resources(entity_path: str) -> list[Importing]:
    """The resources of other scanned templates that import something."""
    path, root = scanned_file(entity_path), (scanned_folder(entity_path) or "").rstrip(os.sep)
    return [
        Importing(Template(template), name, conf, other[len(root) :] if other.startswith(root) else other)
        for other, template in _templates.items()
        if other != path
        for name, conf in template.get(_IMPORTING, {}).items()
    ]


def _kept(template: Any) -> Mapping[str, Any]:
    """What is needed of a template besides the resource at hand. A copy: the runner goes on to rewrite the original."""
    if not isinstance(template, Mapping):
        return {}
    sections = {
        name: deepcopy(template[name])
        for name in ("Parameters", "Mappings", "Conditions", "Globals", "Outputs")
        if name in template
    }
    resources = template.get("Resources")
    made = made_resources(template)
    _add_queues(resources, made)
    stated = resources if isinstance(resources, Mapping) else {}
    whole = {name: resource for name, resource in stated.items() if isinstance(resource, Mapping)}
    headers = {
        name: {part: resource[part] for part in ("Type", "Condition") if part in resource} for name, resource in whole.items()
    }
    beside = {one.logical_id: _as_possible(one) for one in made if one.logical_id not in headers}
    importing = {name: deepcopy(resource) for name, resource in whole.items() if imports_something(resource)}
    return {**sections, "Resources": {**headers, **beside}, _BESIDE: tuple(beside), _IMPORTING: importing}


def _add_queues(resources: Any, made: Sequence[MadeResource]) -> None:
    """Has the runner see what `Fn::ForEach` makes of SQS, which it passes over; other types are none of ours to add."""
    for one in made:
        is_ours = str(one.resource.get("Type")).startswith("AWS::SQS::") and hasattr(one.resource, "start_mark")
        if one.is_certain and is_ours and one.logical_id not in resources:
            resources[one.logical_id] = one.resource


def _as_possible(made: MadeResource) -> Any:
    """A resource of a loop; of one whose collection is not known it is not known either whether it is made."""
    return made.resource if made.is_certain else {**made.resource, "Condition": "the collection of its Fn::ForEach"}


def _keep_templates(build_definitions_context: Any) -> Any:
    @wraps(build_definitions_context)
    def keeping(definitions: Any, *args: Any, **kwargs: Any) -> Any:
        global _templates
        for derived in (_evaluated, _whole, _paths):
            derived.clear()
        # Single files are named as the user names them, files of a folder by their whole path.
        _templates = {os.path.abspath(path): _kept(template) for path, template in definitions.items()}
        return build_definitions_context(definitions, *args, **kwargs)

    return keeping


def _keep_evaluated(context_parser: Any) -> Any:
    # Not copied: the runner is done with it, and it is what the resources handed to checks are parts of.
    @wraps(context_parser, updated=())
    def keeping(path: Any, template: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(template, Mapping):
            _evaluated[os.path.abspath(path)] = template
        return context_parser(path, template, *args, **kwargs)

    # The runner also calls its static methods by this name.
    for name, member in vars(context_parser).items():
        if isinstance(member, (staticmethod, classmethod)):
            setattr(keeping, name, getattr(context_parser, name))
    return keeping


def wrap_runner() -> None:
    """Wraps what is there to be wrapped. To be called once a process, before the runner runs."""
    wrappers = (("build_definitions_context", _keep_templates), ("ContextParser", _keep_evaluated))
    for name, wrap in wrappers:
        if hasattr(runner, name):
            setattr(runner, name, wrap(getattr(runner, name)))
