"""Module trees have the instances, values and outputs that `terraform plan` gives them (`fixtures/make_trees.py`)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES
from evaluator_adapter import answer_of, root_of
from tree_answers import copy_tree, roots

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.modules.root_module import RootModule

TREES = FIXTURES / "evaluation" / "trees"
ROOTS = [(tree, root) for tree in sorted(TREES.iterdir()) if tree.is_dir() for root in roots(tree)]
ANSWERS = {root: json.loads((root / "answers.tfplan").read_text(encoding="utf-8")) for _, root in ROOTS}
PLANNED = [(tree, root) for tree, root in ROOTS if "error" not in ANSWERS[root]]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """The trees under the names that Terraform knows their files by."""
    folder = tmp_path_factory.mktemp("trees")
    for tree in {tree for tree, _ in ROOTS}:
        copy_tree(tree, folder / tree.name)
    return {root: folder / root.relative_to(TREES) for _, root in ROOTS}


def root_module(tree: Path, root: Path, copies: dict[Path, Path]) -> RootModule:
    folder = copies[root]
    return root_of(folder, folder.parents[len(root.relative_to(tree).parts) - 1] if root != tree else folder)


def comparable(value: Any) -> Any:
    """Values as the provider leaves them: texts stand for numbers and bools, JSON for its document, a list of one for the one."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        items = [comparable(item) for item in value]
        return items[0] if len(items) == 1 else sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=str))
    if isinstance(value, str):
        if value.strip()[:1] in ("{", "["):
            try:
                return comparable(json.loads(value))
            except ValueError:
                pass
        value = value.strip()
    if isinstance(value, (float, Decimal)):
        return f"{float(value):.12g}"
    return str(value).lower() if isinstance(value, (bool, int)) else str(value)


def ids(pair: Any) -> str:
    return str(pair[1].relative_to(TREES))


# What Terraform knows from elsewhere than the code: from AWS, from its command line, from where it runs; and one thing that is
# not followed, which values are ephemeral.
FROM_ELSEWHERE = {
    "arn_from_parts": "the account",
    "existing_resources": "the account, and queues that are there already",
    "queue_with_defaults": "the account",
    "required_root_variable_given": "-var",
    "workspace_settings": "the workspace",
    "examples_of_a_module/examples/complete": "the working directory",
    "live_folders/envs/dev": "the working directory",
    "ephemeral_and_sensitive": "ephemeral values",
}


@pytest.mark.parametrize("pair", [pair for pair in PLANNED if ids(pair) not in FROM_ELSEWHERE], ids=ids)
def test_a_tree_is_what_is_planned(pair: tuple[Path, Path], copies: dict[Path, Path]) -> None:
    """The same instances; and of each what the code states is what is planned, wherever the plan knows it."""
    answer = ANSWERS[pair[1]]
    root = root_module(*pair, copies)
    instances = {str(one.address): one for one in root.resource_instances() if one.mode == "managed"}
    assert set(instances) == {address for address in answer["resources"] if not is_data(address)}
    differences = []
    for address, instance in instances.items():
        planned, hidden = answer["resources"][address]["after"], answer["resources"][address].get("unknown", {})
        for name in set(instance.block.arguments) & set(planned):
            value, unknown = answer_of(instance.value(name))
            if value is None and not unknown:
                continue  # the provider fills in what it likes
            if not hidden.get(name) and (unknown or comparable(value) != comparable(planned[name])):
                differences.append((address, name, planned[name], unknown or value))
    for name, told in answer["outputs"].items():
        value, unknown = answer_of(root.module.output(name))
        if not told.get("unknown") and (unknown or comparable(value) != comparable(told["value"])):
            differences.append(("output", name, told["value"], unknown or value))
    assert differences == []


def is_data(address: str) -> bool:
    return address.startswith("data.") or ".data." in address


@pytest.mark.parametrize("pair", [pair for pair in ROOTS if pair not in PLANNED], ids=ids)
def test_what_terraform_refuses_ends(pair: tuple[Path, Path], copies: dict[Path, Path]) -> None:
    """Such code is never deployed; reading it neither raises anything else nor goes on for ever."""
    root = root_module(*pair, copies)
    for instance in root.resource_instances():
        for name in instance.block.arguments:
            instance.value(name)
    for name in root.module.configuration.outputs:
        try:
            root.module.output(name)
        except InvalidExpressionError:
            continue


def test_there_are_many() -> None:
    assert len(PLANNED) > 120
