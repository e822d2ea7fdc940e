"""What the files of one folder declare together: a module before it is called.

Source: Terraform language documentation, "Files and Directories", "Override Files".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from sqs_checks.files.bounded_files import read_regular_file
from sqs_checks.terraform.modules.json_syntax import parse_json_file
from sqs_checks.terraform.syntax.block_parser import parse_file
from sqs_checks.terraform.syntax.syntax_tree import Argument, Block, SourceFile
from sqs_checks.values.exact_numbers import parse_number

# A `.tofu` file beside a `.tf` file of the same name is another tool's, in its place: Checkov scans the `.tf` file.
_ENDINGS = (".tofu.json", ".tf.json", ".tofu", ".tf")


class Declared(NamedTuple):
    """One local value: its argument and the file it stands in."""

    argument: Argument
    file: SourceFile


class ModuleConfiguration:
    """variables, outputs, calls, locals: by name. resources: by mode (`managed`, `data`), type and name. providers: by name
    and alias (empty for the default one). faults: why files, or parts of them, cannot be read.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.variables: dict[str, Block] = {}
        self.outputs: dict[str, Block] = {}
        self.calls: dict[str, Block] = {}
        self.locals: dict[str, Declared] = {}
        self.resources: dict[tuple[str, str, str], Block] = {}
        self.providers: dict[tuple[str, str], Block] = {}
        self.faults: list[str] = []


def read_module(folder: str) -> ModuleConfiguration:
    """What the files of a folder declare; nothing where there is no such folder."""
    module = ModuleConfiguration(folder)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        names = []
    files = [_read(os.path.join(folder, name)) for name in _configuration_files(names)]
    ordinary = [file for file in files if not _is_override(file.path)]
    overrides = [file for file in files if _is_override(file.path)]
    for file in files:
        if file.fault is not None:
            module.faults.append(f"`{os.path.basename(file.path)}` cannot be read ({file.fault})")
    for file in ordinary:
        for block in file.blocks:
            _declare(module, block, file)
    for file in overrides:
        for block in file.blocks:
            _override(module, block, file)
    return module


def _configuration_files(names: Sequence[str]) -> Iterable[str]:
    present = set(names)
    for name in names:
        if name.startswith((".", "#")) or name.endswith("~"):
            continue
        ending = next((one for one in _ENDINGS if name.endswith(one)), None)
        if ending is None:
            continue
        stem = name[: -len(ending)]
        in_place_of = {".tofu": ".tf", ".tofu.json": ".tf.json"}.get(ending)
        if in_place_of is None or stem + in_place_of not in present:
            yield name


def _is_override(path: str) -> bool:
    name = os.path.basename(path)
    stem = name[: -len(next(one for one in _ENDINGS if name.endswith(one)))]
    return stem == "override" or stem.endswith("_override")


def _read(path: str) -> SourceFile:
    content = read_regular_file(path)
    if content is None:
        file = SourceFile(path, "")
        file.fault = "it is no regular file of a size that is read"
        return file
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        file = SourceFile(path, "")
        file.fault = "it is not UTF-8"
        return file
    return parse_json_file(path, text) if path.endswith(".json") else parse_file(path, text, parse_number)


def _name_of(block: Block) -> Optional[Any]:
    """By what a block is known in its module, with the kind of table it stands in; None for kinds nobody asks for."""
    labels = block.labels
    if block.type in ("resource", "data") and len(labels) == 2:
        return ("data" if block.type == "data" else "managed", *labels)
    if block.type in ("variable", "output", "module") and len(labels) == 1:
        return labels[0]
    if block.type == "provider" and len(labels) == 1:
        alias = getattr(block.expression("alias"), "value", "")
        return (labels[0], str(alias or ""))
    return None


def _table_of(module: ModuleConfiguration, block: Block) -> dict[Any, Block]:
    tables: Mapping[str, dict[Any, Block]] = {
        "resource": module.resources,
        "data": module.resources,
        "variable": module.variables,
        "output": module.outputs,
        "module": module.calls,
        "provider": module.providers,
    }
    return tables.get(block.type, {})


def _declare(module: ModuleConfiguration, block: Block, file: SourceFile) -> None:
    if block.type == "locals":
        for argument in block.arguments.values():
            module.locals.setdefault(argument.name, Declared(argument, file))
        return
    if block.type == "check":
        # Its data sources are known in the module as any others.
        for inner in block.blocks_of("data"):
            _declare(module, inner, file)
        return
    name = _name_of(block)
    if name is not None:
        _table_of(module, block).setdefault(name, block)


def _override(module: ModuleConfiguration, block: Block, file: SourceFile) -> None:
    if block.type == "locals":
        for argument in block.arguments.values():
            module.locals[argument.name] = Declared(argument, file)
        return
    name = _name_of(block)
    if name is None:
        return
    table = _table_of(module, block)
    base = table.get(name)
    table[name] = _merged(base, block) if base is not None else block


def _merged(base: Block, override: Block) -> Block:
    """A block with what an override file states of it: arguments one by one, nested blocks by their type."""
    stated = {block.nested_type for block in override.blocks}
    kept = [block for block in base.blocks if block.nested_type not in stated]
    return Block(
        base.type,
        base.labels,
        {**base.arguments, **override.arguments},
        [*kept, *override.blocks],
        base.range,
        base.file,
    )
