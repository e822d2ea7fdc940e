"""A root module with all that it calls: what one `terraform plan` would work out.

Source: Terraform language documentation, "Modules", "Input Variables" (where values come from, in which order).
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Optional

from sqs_checks.files.bounded_files import BoundedFiles, read_regular_file
from sqs_checks.terraform.modules.json_syntax import parse_json_values
from sqs_checks.terraform.modules.module_configuration import ModuleConfiguration, read_module
from sqs_checks.terraform.modules.module_instance import ModuleInstance, NotGiven
from sqs_checks.terraform.modules.open_questions import Answer, OpenQuestion, Taken
from sqs_checks.terraform.modules.resource_instance import ResourceInstance
from sqs_checks.terraform.syntax.block_parser import parse_file
from sqs_checks.terraform.syntax.syntax_tree import Block, Literal
from sqs_checks.values.configuration_values import Unknown, Value
from sqs_checks.values.exact_numbers import parse_number

_MOST_MODULES = 20_000

# What is filled in beyond what the code states: of an instance, the attribute of a name.
AttributeReader = Callable[[ResourceInstance, str], Value]


class ModuleFolders:
    """The configurations of folders, each read once a scan. downloaded: the folder of a module that a folder calls, by both,
    where Checkov has found it.
    """

    def __init__(self, downloaded: Optional[Mapping[tuple[str, str], str]] = None) -> None:
        self._configurations: dict[str, ModuleConfiguration] = {}
        self._downloaded = downloaded or {}

    def read(self, folder: str) -> ModuleConfiguration:
        folder = os.path.normpath(folder)
        if folder not in self._configurations:
            self._configurations[folder] = read_module(folder)
        return self._configurations[folder]

    def of_call(self, caller_folder: str, call: Block) -> Optional[str]:
        """The folder of a module that is called; None where it is not at hand."""
        found = self._downloaded.get((caller_folder, call.labels[0]))
        if found is not None:
            return found
        stated = call.expression("source")
        source = stated.value if isinstance(stated, Literal) and isinstance(stated.value, str) else ""
        if source.startswith(("./", "../")) or source in (".", ".."):
            folder = os.path.normpath(os.path.join(caller_folder, source))
            return folder if os.path.isdir(folder) else None
        return None


class RootModule:
    """folder: of its files. files: those that functions may read. variable_files: as `--var-file` names them, in order.

    attribute_of: what is known of resources beyond the code. caller: the folder that calls the module, where one does: what is
    given to its variables is then not known. given: values of variables that go ahead of all files.
    """

    def __init__(
        self,
        folder: str,
        folders: ModuleFolders,
        files: BoundedFiles,
        variable_files: Sequence[str] = (),
        attribute_of: Optional[AttributeReader] = None,
        caller: Optional[str] = None,
        given: Optional[Mapping[str, Value]] = None,
    ) -> None:
        # What the case at hand takes expressions to be, and what was found open in it, by the reason of that.
        self.taken: Taken = {}
        self.questions: dict[str, OpenQuestion] = {}
        self.folder = folder
        self.files = files
        # What those who read resources keep for each root module, by a name of theirs.
        self.kept: dict[str, Any] = {}
        self._folders = folders
        self._attribute_of = attribute_of
        self._caller = caller
        self._given = given or {}
        self.module = ModuleInstance(self, folders.read(folder), (), None)
        self._values = _variable_values(folder, variable_files)

    def in_case(self, answer: Answer) -> RootModule:
        """The same root module where an answer to an open question holds."""
        other = copy.copy(self)
        other.taken = {**self.taken, **answer.taken}
        other.questions = {}
        other.kept = {}
        other.module = ModuleInstance(other, self.module.configuration, (), None)
        return other

    def ask(self, question: OpenQuestion, value: Value) -> Unknown:
        """Puts on record what is open. value: that hangs on it; it is returned with the reason of the question."""
        self.questions[question.reason] = question
        type = value.type if isinstance(value, Unknown) else None
        return Unknown(question.reason, type, not_null=True)

    def resource_attribute(self, instance: ResourceInstance, name: str) -> Value:
        """An attribute of an instance, as other code sees it."""
        if self._attribute_of is not None:
            return self._attribute_of(instance, name)
        stated = instance.stated_attribute(name)
        return stated if stated is not None else instance.computed(name)

    def variable_value(self, name: str, module: ModuleInstance) -> Any:
        """What files give a variable of the root module; `NotGiven` where none does."""
        if name in self._given:
            return self._given[name]
        if name in self._values:
            stated = self._values[name]
            return stated if isinstance(stated, Unknown) else module.evaluator({}).evaluate(stated)
        if self._caller is not None:
            return NotGiven(f"`var.{name}` is up to whoever calls the module (`{self._caller}` does)", is_caller_unknown=True)
        return NotGiven(f"`var.{name}` has no value in the code")

    def called_configuration(self, caller: ModuleInstance, call: Block) -> Optional[ModuleConfiguration]:
        """The module that a call calls; None where its code is not at hand."""
        folder = self._folders.of_call(caller.configuration.folder, call)
        return self._folders.read(folder) if folder is not None else None

    def modules(self) -> Iterator[ModuleInstance]:
        """All module instances, the root first; those whose code is not at hand are passed over."""
        pending = [self.module]
        seen = 0
        while pending and seen < _MOST_MODULES:
            module = pending.pop(0)
            seen += 1
            yield module
            for name in module.configuration.calls:
                pending += [called for called in module.called(name) if called is not None]

    def resource_instances(self) -> Iterator[ResourceInstance]:
        """All instances of resources and data sources, in all modules."""
        for module in self.modules():
            yield from module.resource_instances()


def _variable_values(folder: str, variable_files: Sequence[str]) -> dict[str, Any]:
    """The expressions of variable values, later files over earlier ones."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        names = []
    chosen: list[str] = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    chosen += [name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    values: dict[str, Any] = {}
    for path in (*(os.path.join(folder, name) for name in chosen), *variable_files):
        values.update(_values_of(path))
    return values


def _values_of(path: str) -> Mapping[str, Any]:
    content = read_regular_file(path)
    if content is None:
        return {}
    text = content.decode("utf-8-sig", errors="replace")
    if path.endswith(".json"):
        try:
            return parse_json_values(text)
        except (ValueError, RecursionError, TypeError, AttributeError):
            return {}
    # A file of values is the body of a block.
    file = parse_file(path, "values {\n" + text + "\n}", parse_number)
    return {argument.name: argument.expression for block in file.blocks for argument in block.arguments.values()}
