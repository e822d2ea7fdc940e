"""Terraform code as a source of what is said about queues: one root module with all that it calls."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, Optional

from sqs_checks.judgement.collection import collection_paused
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.model.relations import Place
from sqs_checks.terraform.modules.module_instance import ModuleInstance
from sqs_checks.terraform.modules.open_questions import Answer
from sqs_checks.terraform.modules.resource_address import InstanceKey, ResourceAddress, parse_address
from sqs_checks.terraform.modules.root_module import RootModule
from sqs_checks.terraform.resources.configured_resource import CodeResource, ConfiguredResource, code_resource
from sqs_checks.terraform.resources.queue_models import TYPES, ResourceCase, SourceModels

# So many cases of a root module are kept at a time: the checks on one resource ask for the same ones.
_MOST_KEPT = 32


class CodeSource:
    """The resources of a root module. scanned_folder: the root of the scan, to which messages name files."""

    def __init__(self, root: RootModule, scanned_folder: str) -> None:
        self.root = root
        self._scanned_folder = scanned_folder
        self._files: dict[str, str] = {}
        # The same root module in each case that was looked at, by what that takes expressions to be.
        self._cases: dict[frozenset[Any], CodeSource] = {}

    @computed_once
    def _by_type(self) -> dict[str, list[CodeResource]]:
        by_type: dict[str, list[CodeResource]] = {}
        for module in self.root.modules():
            for mode, resource_type, name in module.configuration.resources:
                if mode == "managed" and resource_type in TYPES:
                    instances = module.instances(mode, resource_type, name)
                    by_type.setdefault(resource_type, []).extend(map(code_resource, instances))
        return by_type

    def of_type(self, resource_type: str) -> Iterable[CodeResource]:
        return self._by_type.get(resource_type, ())

    @computed_once
    def _by_label(self) -> dict[str, CodeResource]:
        return {resource.label: resource for resources in self._by_type.values() for resource in resources}

    def resource(self, label: str) -> Optional[ConfiguredResource]:
        if not self.root.taken:
            return self._by_label.get(label)
        # A case is looked at for a single resource: all that there are would be made for each.
        address = parse_address(label)
        found = self.at(address) if address is not None else None
        return next((one for one in found or () if one.label == label), None)

    def place(self, resource: ConfiguredResource) -> Place:
        assert isinstance(resource, CodeResource)
        return Place(resource.label, self.file_of(resource.instance.block.file.path))

    def file_of(self, path: str) -> str:
        """A file as messages name it: relative to the scanned folder, as Checkov does."""
        if path not in self._files:
            self._files[path] = f"{os.sep}{os.path.relpath(path, self._scanned_folder)}"
        return self._files[path]

    @computed_once
    def models(self) -> SourceModels:
        with collection_paused():
            return SourceModels(self)

    def cases(self, resource: ConfiguredResource, reasons: Iterable[str]) -> Sequence[ResourceCase]:
        """A resource in each case that there is for an open question. reasons: why something about it is not known; the first
        that such a question has is answered, and without one there are no cases.
        """
        assert isinstance(resource, CodeResource)
        question = next(filter(None, map(self.root.questions.get, reasons)), None)
        found = []
        for answer in question.answers if question is not None else ():
            source = self._in_case(answer)
            found.append(ResourceCase(answer.words, source.at(resource.instance.address) or (), source.models))
        return found

    def _in_case(self, answer: Answer) -> CodeSource:
        taken = frozenset({**self.root.taken, **answer.taken}.items())
        if taken not in self._cases:
            if len(self._cases) >= _MOST_KEPT:
                del self._cases[next(iter(self._cases))]
            self._cases[taken] = source = CodeSource(self.root.in_case(answer), self._scanned_folder)
            source._cases, source._files = self._cases, self._files
        return self._cases[taken]

    def at(self, address: ResourceAddress) -> Optional[Sequence[CodeResource]]:
        """The instances that an address of Checkov's stands for: several where it leaves out keys, none where Terraform makes
        none; None where the code does not hold the block.
        """
        modules: list[ModuleInstance] = [self.root.module]
        for step in address.modules:
            called = [one for module in modules for one in module.called(step.name) if one is not None]
            if not called and not any(step.name in module.configuration.calls for module in modules):
                return None
            modules = [one for one in called if _fits(step.key, one.path[-1].key)]
        key = (address.mode, address.type, address.name)
        if modules and not any(key in module.configuration.resources for module in modules):
            return None
        return [
            code_resource(instance)
            for module in modules
            for instance in module.instances(*key)
            if _fits(address.key, instance.key)
        ]


def _fits(stated: InstanceKey, key: InstanceKey) -> bool:
    """Whether an instance may be the one of a key; one of unknown key may be any."""
    return stated is None or key is None or str(stated) == str(key)
