"""Templates that are deployed together: nested stacks, and what one stack exports and another imports.

Source: AWS CloudFormation User Guide, "Split a template into reusable pieces using nested stacks"; AWS SAM Developer Guide,
"AWS::Serverless::Application"; AWS CDK, "Cloud assembly" (`aws:asset:path`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any, Optional

from sqs_checks.cloudformation.intrinsics.deployment_cases import Case, Run, StackIdentity
from sqs_checks.cloudformation.intrinsics.parameter_values import Given
from sqs_checks.cloudformation.intrinsics.template_evaluator import NESTED_STACK_TYPES, Surroundings, TemplateEvaluator
from sqs_checks.cloudformation.intrinsics.template_scalars import Known, Refused, is_mapping, members, section
from sqs_checks.cloudformation.intrinsics.template_sections import TemplateResource
from sqs_checks.cloudformation.stacks.stack_exports import Export, ExportIndex, exports_of
from sqs_checks.values.configuration_values import Unknown, Value

Reader = Callable[[str], Optional[Mapping[str, Any]]]

_DEEPEST = 10  # stacks within stacks
_MOST_STACKS = 500  # that a scan makes


class Stack:
    """One stack: a template as it is deployed by itself or nested in another stack.

    file: of the template. parent: the stack around; None where it is deployed by itself. logical_id: by which the parent
    calls it.
    """

    def __init__(self, tree: StackTree, file: str, template: Any, parent: Optional[Stack] = None, logical_id: str = "") -> None:
        self.file = file
        self.parent = parent
        self.logical_id = logical_id
        self.identity = StackIdentity(file)
        given = None
        if parent is not None:
            self.identity = StackIdentity(parent.identity.file, (*parent.identity.path, logical_id))
            given = _given(parent, logical_id, template)
        self._tree = tree
        self._children: dict[str, Optional[Stack]] = {}
        self.evaluator: TemplateEvaluator = TemplateEvaluator(template, self.identity, given, _Around(self))

    @property
    def files(self) -> tuple[str, ...]:
        """The file of the template, before it those of the stacks around."""
        return (*(self.parent.files if self.parent is not None else ()), self.file)

    @property
    def defaults(self) -> Case:
        """The case in which every parameter of the outermost stack that has a default has it."""
        return self.parent.defaults if self.parent is not None else self.evaluator.defaults

    @property
    def children(self) -> Mapping[str, Optional[Stack]]:
        """The nested stacks by logical id; None where the template of one is not at hand."""
        return {
            name: self.child(name) for name, resource in self.evaluator.resources.items() if resource.type in NESTED_STACK_TYPES
        }

    def child(self, logical_id: str) -> Optional[Stack]:
        """A nested stack; None where its template is not at hand, or stacks nest in a circle or too deep."""
        if logical_id not in self._children:
            self._children[logical_id] = None  # while it is looked for
            self._children[logical_id] = self._made(logical_id)
        return self._children[logical_id]

    def _made(self, logical_id: str) -> Optional[Stack]:
        resource = self.evaluator.resources.get(logical_id)
        file = self._file_of(resource) if resource is not None and resource.type in NESTED_STACK_TYPES else None
        if file is None or file in self.files or len(self.files) >= _DEEPEST:
            return None
        template = self._tree.template(file)
        return self._tree.nested(self, logical_id, file, template) if template is not None else None

    def _file_of(self, resource: TemplateResource) -> Optional[str]:
        """The file of the template of a nested stack, as far as the code names one."""
        metadata: Any = resource.node.get("Metadata")
        asset = dict(members(metadata)).get("aws:asset:path") if is_mapping(metadata) else None
        properties: Any = resource.properties if is_mapping(resource.properties) else {}
        stated = properties.get("TemplateURL" if resource.type == "AWS::CloudFormation::Stack" else "Location")
        for node in (asset, stated):
            found, *others = self.evaluator.cases(node) if node is not None else [None]
            file = found.value if found is not None and not others else None
            if isinstance(file, str) and file and "://" not in file and len(file) < 4_096:
                return posixpath.normpath(posixpath.join(posixpath.dirname(self.file), file))
        return None

    def __repr__(self) -> str:
        return f"Stack({self.identity})"


class _Around(Surroundings):
    """The stacks around one stack."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def nested_output(self, logical_id: str, output: str, run: Run) -> Value:
        child = self._stack.child(logical_id)
        if child is None:
            return Unknown(f"the template of the nested stack `{logical_id}` is not at hand", not_null=True)
        stated = child.evaluator.outputs.get(output)
        if stated is None:
            if child.evaluator.is_cut:
                return Unknown(f"the outputs of the nested stack `{logical_id}` are not all known", not_null=True)
            return Refused(f"the nested stack `{logical_id}` has no output `{output[:100]}`")
        return child.evaluator.value(stated.value, run)

    def imported(self, name: Value) -> Value:
        return self._stack._tree.exports.value(name)

    def exists(self, run: Run) -> Value:
        parent = self._stack.parent
        return True if parent is None else parent.evaluator.existence(self._stack.logical_id, run)


class StackTree:
    """All stacks of a scan.

    templates: those that are scanned, by file. read: the template of another file, None where it is not at hand; it is asked
    once a file. Files are named alike in both, with `/`; a nested stack's is relative to the file of the template around it.
    """

    def __init__(self, templates: Mapping[str, Any], read: Optional[Reader] = None) -> None:
        self._templates: dict[str, Any] = dict(templates)
        self._by_path = {posixpath.normpath(file): file for file in templates}
        self._read = read
        self._roots: dict[str, Stack] = {}
        self._count = 0
        self._exports: Optional[ExportIndex] = None
        self._all: Optional[list[Stack]] = None
        self._by_file: Optional[dict[str, list[Stack]]] = None
        self.scanned = tuple(templates)

    def template(self, file: str) -> Optional[Any]:
        """The template of a file; None where it is not at hand."""
        known = self._by_path.get(posixpath.normpath(file))
        if known is None:
            self._by_path[posixpath.normpath(file)] = known = file
            self._templates[file] = self._read(file) if self._read is not None else None
        return self._templates[known]

    def root(self, file: str) -> Stack:
        """The template of a file as it is deployed by itself."""
        if file not in self._roots:
            self._roots[file] = Stack(self, file, self.template(file))
        return self._roots[file]

    def nested(self, parent: Stack, logical_id: str, file: str, template: Any) -> Optional[Stack]:
        """A stack nested in another; None where there are too many."""
        self._count += 1
        return Stack(self, file, template, parent, logical_id) if self._count <= _MOST_STACKS else None

    @property
    def is_cut(self) -> bool:
        """Whether there are more nested stacks than are looked at."""
        return self._count > _MOST_STACKS

    @property
    def stacks(self) -> list[Stack]:
        """Every stack of the scan: each scanned template by itself, each followed by what is nested in it."""
        if self._all is None:
            self._all = []
            waiting = [self.root(file) for file in reversed(self.scanned)]
            while waiting:
                stack = waiting.pop()
                self._all.append(stack)
                waiting += [child for child in reversed(list(stack.children.values())) if child is not None]
        return self._all

    def deployments(self, file: str) -> list[Stack]:
        """The stacks that a template is deployed as: nested ones where a scanned template nests it, otherwise by itself."""
        return self._deployments().get(posixpath.normpath(file)) or [self.root(file)]

    @property
    def deployed(self) -> list[Stack]:
        """The stacks that the templates of the scan are deployed as."""
        return [stack for stacks in self._deployments().values() for stack in stacks]

    def _deployments(self) -> Mapping[str, list[Stack]]:
        if self._by_file is None:
            self._by_file = {}
            for stack in self.stacks:
                self._by_file.setdefault(posixpath.normpath(stack.file), []).append(stack)
            for file, stacks in self._by_file.items():
                self._by_file[file] = [stack for stack in stacks if stack.parent is not None] or stacks
        return self._by_file

    @property
    def exports(self) -> ExportIndex:
        """What the stacks of the scan export."""
        if self._exports is None:
            self._exports = ExportIndex(())  # while they are worked out, one that depends on an import finds none
            found: list[Export] = []
            try:
                for stack in self.deployed:
                    found += exports_of(stack.evaluator)
            except RecursionError:
                self._exports = None  # asked from too deep: whoever asks next has them
                raise
            self._exports = ExportIndex(found)
        return self._exports


def _given(parent: Stack, logical_id: str, template: Any) -> dict[str, Given]:
    """What a stack sets the parameters of one nested in it to."""
    resource = parent.evaluator.resources.get(logical_id)
    properties: Any = resource.properties if resource is not None else {}
    stated: Any = properties.get("Parameters", {}) if is_mapping(properties) else {}
    names = dict(members(stated)) if is_mapping(stated) else {}
    if is_mapping(properties) and not any(name.startswith("Fn::") for name in (*names, *properties)):
        return {name: Given(parent.evaluator, node) for name, node in names.items()}
    unknown = Known(Unknown(f"what `{logical_id}` sets its parameters to is known only when the stack is made", not_null=True))
    return {name: Given(parent.evaluator, unknown) for name in section(template, "Parameters")}
