"""A Terraform plan as a source of what is said about queues, with the code that it was made from where that is at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Optional

from sqs_checks.files.bounded_files import BoundedFiles
from sqs_checks.judgement.collection import collection_paused
from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.model.relations import Place
from sqs_checks.terraform.modules.module_configuration import ModuleConfiguration
from sqs_checks.terraform.modules.resource_address import parse_address
from sqs_checks.terraform.modules.resource_instance import ResourceInstance
from sqs_checks.terraform.modules.root_module import ModuleFolders, RootModule
from sqs_checks.terraform.plan.plan_document import Plan, PlannedResource
from sqs_checks.terraform.resources.aws_attributes import read_attribute
from sqs_checks.terraform.resources.code_source import CodeSource
from sqs_checks.terraform.resources.configured_resource import CodeResource, ConfiguredResource
from sqs_checks.terraform.resources.planned_resource import PlanResource
from sqs_checks.terraform.resources.queue_models import SourceModels
from sqs_checks.terraform.resources.resource_types import QUEUE
from sqs_checks.values.configuration_values import Value
from sqs_checks.values.json_text import from_json


class PlanSource:
    """The resources of a plan. file: as messages name it. folders: where the code may lie, the likeliest first."""

    def __init__(self, plan: Plan, file: str, folders: Sequence[str], scanned_folder: str) -> None:
        self._plan = plan
        self._file = file
        self._folders = folders
        self._scanned_folder = scanned_folder
        self._resources: dict[str, PlanResource] = {}

    def of_planned(self, planned: PlannedResource) -> PlanResource:
        found = self._resources.get(planned.address)
        if found is None:
            found = self._resources[planned.address] = PlanResource(planned, self)
        return found

    def of_type(self, resource_type: str) -> Iterable[ConfiguredResource]:
        return [self.of_planned(planned) for planned in self._plan.of_type(resource_type)]

    def resource(self, label: str) -> Optional[ConfiguredResource]:
        planned = self._plan.resource(label)
        return self.of_planned(planned) if planned is not None else None

    def place(self, resource: ConfiguredResource) -> Place:
        return Place(resource.label, self._file)

    @computed_once
    def models(self) -> SourceModels:
        with collection_paused():
            return SourceModels(self)

    @computed_once
    def _existing_queues(self) -> Mapping[str, str]:
        return {
            value: planned.address
            for planned in self._plan.of_type(QUEUE)
            for value in map(planned.known, ("arn", "url", "id"))
            if isinstance(value, str)
        }

    def existing_queue(self, text: str) -> Optional[str]:
        return self._existing_queues.get(text)

    # The code

    def code_of(self, label: str) -> Optional[CodeResource]:
        address = parse_address(label)
        if self._code is None or address is None:
            return None
        found = self._code.at(address)
        return found[0] if found is not None and len(found) == 1 else None

    @computed_once
    def _code(self) -> Optional[CodeSource]:
        """The code that fits the configuration of the plan."""
        folders = ModuleFolders()
        wanted = {address for path, address in self._plan.blocks if not path}
        for folder in self._folders:
            if wanted and wanted <= _declared(folders.read(folder)):
                given = {name: from_json(value) for name, value in self._plan.variables.items()}
                files = BoundedFiles(self._scanned_folder)
                return CodeSource(RootModule(folder, folders, files, (), self._attribute, given=given), self._scanned_folder)
        return None

    def _attribute(self, instance: ResourceInstance, name: str) -> Value:
        """An attribute of a resource in the code: as the plan knows it, or as the code tells."""
        label = str(instance.address)
        planned = self._plan.resource(label)
        known = planned.known(name) if planned is not None else self._plan.prior.get(label, {}).get(name)
        is_partly_unknown = planned is not None and bool(planned.planned_values(name)[1])
        return from_json(known) if known is not None and not is_partly_unknown else read_attribute(instance, name)


def _declared(module: ModuleConfiguration) -> set[str]:
    """The addresses of what a module declares."""
    return {f"{'data.' if mode == 'data' else ''}{resource_type}.{name}" for mode, resource_type, name in module.resources}
