"""Module trees have the instances, values and outputs that `terraform plan` gives them (`fixtures/make_trees.py`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES
from module_trees import read_trees, write_tree

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.modules.bounded_files import BoundedFiles
from sqs_checks.terraform.modules.root_module import ModuleFolders, RootModule
from sqs_checks.terraform.resources.aws_attributes import read_attribute
from sqs_checks.values.configuration_values import Value, is_wholly_known
from sqs_checks.values.json_text import write_json

TREES = read_trees((FIXTURES / "evaluation" / "trees.txt").read_text(encoding="utf-8"))
ANSWERS = {
    answer["name"]: answer
    for answer in map(json.loads, (FIXTURES / "evaluation" / "trees_answers.txt").read_text(encoding="utf-8").splitlines())
}
PLANNED = [name for name, answer in ANSWERS.items() if "refused" not in answer]


def root_of(name: str, folder: Path) -> RootModule:
    write_tree(TREES[name], folder)
    return RootModule(str(folder), ModuleFolders(), BoundedFiles(str(folder)), (), read_attribute)


def plain(value: Value) -> Any:
    assert is_wholly_known(value), value
    text = write_json(value)
    assert isinstance(text, str)
    return json.loads(text)


def comparable(value: Any) -> Any:
    """Values as the provider leaves them: texts and numbers may stand for each other, and JSON for its document."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            return comparable(json.loads(value))
        except ValueError:
            return value
    return str(value).lower() if isinstance(value, (bool, int, float)) else value


def documents_alike(value: Any) -> Any:
    """Of a list of one, AWS's provider writes the one; the order of sets in a document is its own."""
    if isinstance(value, dict):
        return {key: documents_alike(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [documents_alike(item) for item in value]
        return items[0] if len(items) == 1 else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value


def test_every_tree_has_its_answer() -> None:
    assert set(ANSWERS) == set(TREES)
    assert len(PLANNED) >= 20


@pytest.mark.parametrize("name", PLANNED)
def test_instances(name: str, tmp_path: Path) -> None:
    found = {str(one.address) for one in root_of(name, tmp_path).resource_instances() if one.mode == "managed"}
    assert found == set(ANSWERS[name]["resources"])


@pytest.mark.parametrize("name", PLANNED)
def test_values(name: str, tmp_path: Path) -> None:
    """What the code states is what is planned, wherever the plan knows it."""
    answer = ANSWERS[name]
    differences = []
    for instance in root_of(name, tmp_path).resource_instances():
        address = str(instance.address)
        if instance.mode != "managed":
            continue
        for argument in instance.block.arguments:
            if argument not in answer["resources"][address] or (answer["unknown"][address] or {}).get(argument):
                continue
            wanted, value = answer["resources"][address][argument], instance.value(argument)
            if value is None:
                continue  # the provider fills in what it likes
            found = comparable(plain(value)) if is_wholly_known(value) else f"{value!r}"
            if documents_alike(found) != documents_alike(comparable(wanted)):
                differences.append((address, argument, wanted, found))
    assert differences == []


@pytest.mark.parametrize("name", PLANNED)
def test_outputs(name: str, tmp_path: Path) -> None:
    module = root_of(name, tmp_path).module
    found = {output: plain(module.output(output)) for output in ANSWERS[name]["outputs"]}
    assert found == ANSWERS[name]["outputs"]


@pytest.mark.parametrize("name", [name for name, answer in ANSWERS.items() if "refused" in answer])
def test_what_terraform_refuses(name: str, tmp_path: Path) -> None:
    """It is refused here too, where the value is asked for."""
    root = root_of(name, tmp_path)
    with pytest.raises(InvalidExpressionError):
        ask_for_everything(root)


def ask_for_everything(root: RootModule) -> None:
    for instance in root.resource_instances():
        for argument in instance.block.arguments:
            instance.argument(argument)
    for output in root.module.configuration.outputs:
        root.module.output(output)
