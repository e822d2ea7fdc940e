"""Module trees have the instances, values and outputs that `terraform plan` gives them (`fixtures/make_trees.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

import pytest
from conftest import FIXTURES
from evaluator_adapter import is_refused, root_of
from tree_answers import copy_tree, roots

from sqs_checks.terraform.evaluation.evaluation_errors import InvalidExpressionError
from sqs_checks.terraform.modules.resource_instance import META_ARGUMENTS, ResourceInstance
from sqs_checks.terraform.modules.root_module import RootModule
from sqs_checks.values.configuration_values import Attribute, Deferred, Elements, Entries, Unknown, Value, is_hidden, is_number

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


def plain(value: Value) -> Any:
    """The value as `json.loads` would have it; values that are not known stay what they are."""
    if isinstance(value, Elements):
        return [plain(item) for item in value.items]
    if isinstance(value, Entries):
        return {name: plain(item) for name, item in value.items.items()}
    if isinstance(value, Deferred) and value.names is not None:
        return {name: plain(value.get(name)) for name in value.names}
    return value


def differences(found: Any, wanted: Any, unknown: Any, where: str, is_typed: bool) -> Iterator[str]:
    """Where a value is not the planned one. unknown: what of it the plan does not know. is_typed: the provider's schema gives
    it its type, so that texts of numbers are numbers, and the order of a list may be that of a set.
    """
    if unknown is True:
        if found is not None and not holds_something_hidden(found):
            yield f"{where}: {found!r} is not known to the plan"
    elif isinstance(found, Deferred):
        for name, value in wanted.items() if isinstance(wanted, dict) else ():
            inner = found.get(name)
            if not isinstance(inner, Attribute):
                yield from differences(plain(inner), value, part_of(unknown, name), f"{where}.{name}", True)
        if not isinstance(wanted, dict):
            yield f"{where}: {found!r} instead of {wanted!r}"
    elif isinstance(wanted, dict) and isinstance(found, dict):
        for name in sorted({*wanted, *found}):
            yield from differences(found.get(name), wanted.get(name), part_of(unknown, name), f"{where}.{name}", is_typed)
    elif isinstance(wanted, list) and isinstance(found, list) and len(found) == len(wanted):
        if is_typed:
            found, wanted = in_order(found), in_order(wanted)
        for number, (one, other) in enumerate(zip(found, wanted)):
            yield from differences(one, other, part_of(unknown, number), f"{where}[{number}]", is_typed)
    elif not is_same(found, wanted, is_typed):
        yield f"{where}: {found!r} instead of {wanted!r}"


def part_of(unknown: Any, key: Any) -> Any:
    if isinstance(unknown, dict):
        return unknown.get(key, False)
    return unknown[key] if isinstance(unknown, list) and isinstance(key, int) and key < len(unknown) else False


def holds_something_hidden(value: Any) -> bool:
    if isinstance(value, (list, dict)):
        return any(map(holds_something_hidden, value.values() if isinstance(value, dict) else value))
    return is_hidden(value) or isinstance(value, Deferred)


def in_order(items: Sequence[Any]) -> list[Any]:
    return sorted(items, key=lambda item: repr(text_of(item)))


def text_of(value: Any) -> Any:
    """As the provider's schema converts a primitive value to a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value) or isinstance(value, float):
        return float(value)
    return value


def is_same(found: Any, wanted: Any, is_typed: bool) -> bool:
    if is_hidden(found):
        return False
    if is_number(found) and isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        return found == Fraction(repr(wanted)) or float(found) == float(wanted)
    if isinstance(found, str) and isinstance(wanted, str):
        return found == wanted or json_of(found) == json_of(wanted) is not None
    if is_typed and isinstance(wanted, str) and not isinstance(found, str):
        return text_of(found) == wanted or (is_number(found) and Fraction(found) == as_number(wanted))
    if is_typed and isinstance(found, str):
        return found == text_of(wanted) or (isinstance(wanted, (int, float)) and as_number(found) == as_number(str(wanted)))
    return type(found) is type(wanted) and found == wanted


def as_number(text: str) -> Optional[Fraction]:
    try:
        return Fraction(text)
    except ValueError:
        return None


def json_of(text: str) -> Any:
    """What a JSON text states. The order of texts in a list means nothing in a policy, and is the provider's in a document."""
    try:
        return ordered(json.loads(text))
    except ValueError:
        return None


def ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: ordered(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted(value) if all(isinstance(item, str) for item in value) else [ordered(item) for item in value]
    return value


def block_differences(bodies: Sequence[Any], wanted: Any, unknown: Any, where: str) -> Iterator[str]:
    """Nested blocks against the planned ones. A set of them stands in an order of its own: each takes the best one left."""
    planned = list(enumerate(wanted if isinstance(wanted, list) else [wanted] if wanted else []))
    for body in bodies:
        if isinstance(body, Unknown):
            if unknown is not True:
                yield f"{where}: {body!r} instead of {wanted!r}"
            return
        attempts = [
            (list(body_differences(body, one, part_of(unknown, number), f"{where}[{number}]")), number) for number, one in planned
        ]
        if not attempts:
            if unknown is not True:
                yield f"{where}: more blocks than are planned"
            return
        best, taken = min(attempts, key=lambda attempt: (len(attempt[0]), attempt[1]))
        yield from best
        planned = [pair for pair in planned if pair[0] != taken]
    if planned and bodies:
        yield f"{where}: {len(planned)} planned blocks are not there"


def body_differences(body: Any, wanted: Any, unknown: Any, where: str) -> Iterator[str]:
    """The stated attributes and nested blocks of a body against the planned ones."""
    if isinstance(body, Entries):
        yield from differences(plain(body), wanted, unknown, where, True)
        return
    for name in body.block.arguments:
        if name in META_ARGUMENTS and isinstance(body, ResourceInstance):
            continue
        planned, hidden = wanted.get(name), unknown is True or part_of(unknown, name)
        is_typed = not (isinstance(body, ResourceInstance) and body.type == "terraform_data")
        bodies = (
            body.blocks(name) if is_typed and isinstance(planned, list) and any(isinstance(one, dict) for one in planned) else ()
        )
        if bodies:
            yield from block_differences(bodies, planned, hidden, f"{where}.{name}")
            continue
        found = plain(body.value(name))
        # A null argument is not stated; an empty collection and an empty text are left out of a plan.
        if is_typed and (found is None or (planned is None and found in ({}, [], ""))):
            continue
        yield from differences(found, planned, hidden, f"{where}.{name}", is_typed)
    for name in body.nested_types:
        if name not in META_ARGUMENTS and name not in ("provisioner", "connection", "timeouts"):
            hidden = unknown is True or part_of(unknown, name)
            yield from block_differences(body.blocks(name), wanted.get(name), hidden, f"{where}.{name}")


def ids(pair: Any) -> str:
    return str(pair[1].relative_to(TREES))


_LATER = "the value is the same whatever the unknown part is, and Terraform waits for it"
_READ_LATER = "the document depends on nothing unknown, though `depends_on` has it read later"
_SCHEMA = "which attributes there are only a schema tells"
# What is known to the plan alone, or to us alone, by root module and what it is of; each with the reason.
NOT_THE_SAME: dict[tuple[str, str], str] = {
    ("depends_and_lifecycle", "output.late"): _READ_LATER,
    ("depends_on_data", "aws_sqs_queue_policy.p.policy"): _READ_LATER,
    ("dynamic_over_unknown", "output.known"): _LATER,
    ("submodule_outputs_feed_arguments", "output.sse[1]"): "an attribute that AWS fills in is not null",
    ("templatefile_in_module", "output.exists[1]"): "a file may be made before Terraform runs",
    ("typed_resource_argument", 'module.m.terraform_data.t["a"].input.m'): _SCHEMA,
    ("typed_resource_argument", 'module.m.terraform_data.t["b"].input.m'): _SCHEMA,
    ("unknown_in_the_middle", "output.conditional"): _LATER,
    ("unknown_in_the_middle", "output.or"): _LATER,
}
_NO_VALUE = "the variable has no value, with that reason"
_CONDITION = "conditions change no value"
_NO_CHANGE = "it changes no value"
_FIRST = "the first of a name is looked at, as in folders that are no module"
_UNKNOWN_KEY = "one instance of an unknown key stands for all"
_SENSITIVE = "what is sensitive is not followed"
# What Terraform refuses and the evaluator does not; each with the reason.
ACCEPTED: dict[str, str] = {
    "attribute_that_is_not_there": _SCHEMA,
    "count_and_for_each": "one of the two is looked at",
    "count_of_unknown": _UNKNOWN_KEY,
    "duplicate_declarations": _FIRST,
    "error_count_and_for_each": "one of the two is looked at",
    "error_duplicate_local": _FIRST,
    "error_duplicate_resource": _FIRST,
    "error_for_each_sensitive": _SENSITIVE,
    "error_for_each_unknown": _UNKNOWN_KEY,
    "error_override_of_nothing": "as a file of its own",
    "error_precondition": _CONDITION,
    "error_required_not_given": _NO_VALUE,
    "error_self_module": "it only must end",
    "error_unexpected_argument": _NO_CHANGE,
    "error_validation": _CONDITION,
    "failing_precondition": _CONDITION,
    "failing_validation": _CONDITION,
    "for_each_of_sensitive": _SENSITIVE,
    "for_each_over_unknown": _UNKNOWN_KEY,
    "missing_argument_of_module": _NO_VALUE,
    "null_for_required_argument": _SCHEMA,
    "override_of_nothing": "as a file of its own",
    "policy_text_refused": "the check of the policy says so",
    "refused_attribute_value": "the provider's limits are no part of the language",
    "required_root_variable": _NO_VALUE,
    "self_reference": "the attribute is one that only AWS fills in",
    "sensitive_output_refused": _SENSITIVE,
    "try_of_attribute_that_is_not_there": _SCHEMA,
    "undeclared_argument_of_module": _NO_CHANGE,
    "unsupported_argument": _SCHEMA,
}


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
    found = root_differences(root_module(*pair, copies), ANSWERS[pair[1]])
    assert [one for one in found if (ids(pair), one.split(": ")[0]) not in NOT_THE_SAME] == []


def root_differences(root: RootModule, answer: Any) -> Iterator[str]:
    instances = {str(one.address): one for one in root.resource_instances() if one.mode == "managed"}
    planned = {address: one for address, one in answer["resources"].items() if not is_data(address)}
    for address in sorted({*instances} ^ {*planned}):
        yield f"{address}: {'not planned' if address in instances else 'not found'}"
    for address in sorted({*instances} & {*planned}):
        after, unknown = planned[address]["after"], planned[address].get("unknown", {})
        yield from body_differences(instances[address], after, unknown, address)
    for name, told in answer["outputs"].items():
        try:
            found = plain(root.module.output(name))
        except InvalidExpressionError as fault:
            yield f"output.{name}: refused, {fault}"
            continue
        yield from differences(found, told["value"], told.get("unknown", False), f"output.{name}", False)


def is_data(address: str) -> bool:
    return address.startswith("data.") or ".data." in address


@pytest.mark.parametrize("pair", [pair for pair in ROOTS if pair not in PLANNED and ids(pair) not in ACCEPTED], ids=ids)
def test_what_terraform_refuses_is_refused(pair: tuple[Path, Path], copies: dict[Path, Path]) -> None:
    assert is_refused(root_module(*pair, copies))


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
    assert len(PLANNED) > 180
