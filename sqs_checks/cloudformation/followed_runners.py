"""The seam to Checkov's runners of CloudFormation and of the Serverless Framework: the files of the scan.

A runner hands a check one resource, without the template around it and with its functions rewritten. So what is called with
all templates, or gives them, before any check runs is wrapped, once a process (3.1.70 to 3.3.30). Where a future Checkov has
no such name, nothing is wrapped: a resource is then judged by what it states itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import wraps
from typing import Any, NamedTuple

from checkov.cloudformation import runner as cloudformation_runner
from checkov.serverless import runner as serverless_runner


class ScannedFiles(NamedTuple):
    """What one run of Checkov scans. documents: by whole path, as they are written. are_services: of the Serverless Framework."""

    documents: Mapping[str, Any]
    are_services: bool


# What each runner has begun to scan last, by the module of the runner.
SCANNED: dict[str, ScannedFiles] = {}


def scanned_files(runner_class: type) -> list[str]:
    """The templates that a runner has begun to scan."""
    scanned = SCANNED.get(runner_class.__module__)
    return list(scanned.documents) if scanned is not None else []


def copied(node: Any) -> Any:
    """Mappings and lists anew: the runner goes on to rewrite the originals."""
    if isinstance(node, Mapping):
        return {key: copied(item) for key, item in node.items()}
    return [copied(item) for item in node] if isinstance(node, list) else node


def _keep_templates(build_definitions_context: Any) -> Any:
    @wraps(build_definitions_context)
    def keeping(definitions: Any, *args: Any, **kwargs: Any) -> Any:
        # Single files are named as the user names them, files of a folder by their whole path.
        templates = {os.path.abspath(path): copied(template) for path, template in definitions.items()}
        SCANNED[cloudformation_runner.__name__] = ScannedFiles(templates, are_services=False)
        for path, template in definitions.items():
            if _has_loops(template):
                from sqs_checks.cloudformation.scanned_templates import add_queues_of_loops

                add_queues_of_loops(template, path)
        return build_definitions_context(definitions, *args, **kwargs)

    return keeping


def _has_loops(template: Any) -> bool:
    resources = template.get("Resources") if isinstance(template, Mapping) else None
    return isinstance(resources, dict) and any(str(name).startswith("Fn::ForEach::") for name in resources)


def _keep_services(get_files_definitions: Any) -> Any:
    @wraps(get_files_definitions)
    def keeping(*args: Any, **kwargs: Any) -> Any:
        found = get_files_definitions(*args, **kwargs)
        services = {os.path.abspath(path): copied(service) for path, service in found[0].items()}
        SCANNED[serverless_runner.__name__] = ScannedFiles(services, are_services=True)
        return found

    return keeping


def follow_runners() -> None:
    """Wraps what is there to be wrapped. To be called once a process, before the runners run."""
    for runner, name, keep in (
        (cloudformation_runner, "build_definitions_context", _keep_templates),
        (serverless_runner, "get_files_definitions", _keep_services),
    ):
        if hasattr(runner, name):
            setattr(runner, name, keep(getattr(runner, name)))
