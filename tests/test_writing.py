"""Edits of texts: what was meant has changed, and nothing else, however the text is written."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written_code import commented, reformatted

from sqs_checks.terraform.syntax.syntax_tree import Range
from sqs_checks.writing.collection_edits import add_item, leave_out, set_member
from sqs_checks.writing.hcl_blocks import block_at
from sqs_checks.writing.hcl_tree import read_hcl
from sqs_checks.writing.json_tree import read_json
from sqs_checks.writing.source_text import NotPlacedError, edited
from sqs_checks.writing.written_tree import MAPPING, SEQUENCE, Document, Node
from sqs_checks.writing.yaml_tree import read_yaml

NAMES = st.sampled_from(["a", "B", "c_d", "aws:SourceArn", "yes", "1", "x y"])
SCALARS = st.one_of(
    st.integers(-5, 99999), st.booleans(), st.sampled_from(["", "x", "*", "sqs:*", "yes", "2012-10-17", "a: b", "é", "1"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)), max_leaves=8
)
MAPPINGS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


def as_json(value: Any, rng: random.Random) -> str:
    return json.dumps(value, indent=rng.choice([None, 1, 2, 4, "\t"]), ensure_ascii=False)


def as_yaml(value: Any, rng: random.Random) -> str:
    flow = rng.choice([True, False, None])
    text: str = yaml.safe_dump(
        value, default_flow_style=flow, indent=rng.choice([2, 4]), width=rng.choice([20, 200]), sort_keys=False
    )
    if rng.random() < 0.5:
        # A comment behind each line that ends a value for certain.
        text = "".join(f"{line} # {{a: [\n" if line.endswith(("0", "x", "true")) else f"{line}\n" for line in text.splitlines())
    return f"# it's\n{text}\n# the end\n" if rng.random() < 0.5 else text


def as_hcl(value: Any, rng: random.Random) -> str:
    def written(item: Any) -> str:
        if isinstance(item, Mapping):
            members = [f"{json.dumps(key, ensure_ascii=False)} = {written(inner)}" for key, inner in item.items()]
            return f"{{ {', '.join(members)} }}" if rng.random() < 0.5 or not members else "{\n" + "\n".join(members) + "\n}"
        if isinstance(item, list):
            return f"[{', '.join(map(written, item))}]"
        return json.dumps(item, ensure_ascii=False)

    text = f'resource "a" "b" {{\n  value = {written(value)}\n}}\n'
    text = reformatted(text, rng) if rng.random() < 0.5 else text
    return commented(text, rng) if rng.random() < 0.5 else text


def read_argument(text: str) -> Document:
    return read_hcl(text, Range(*block_at(text, "resource", ("a", "b")).arguments["value"].value))


LANGUAGES: Mapping[str, tuple[Callable[[Any, random.Random], str], Callable[[str], Document]]] = {
    "json": (as_json, read_json),
    "yaml": (as_yaml, read_yaml),
    "hcl": (as_hcl, read_argument),
}


def plain(node: Node) -> Any:
    """The value as Python has it."""
    if node.kind == MAPPING:
        return {entry.key: plain(entry.node) for entry in node.entries}
    return [plain(entry.node) for entry in node.entries] if node.kind == SEQUENCE else node.value


def nodes(node: Node, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Node]]:
    found = [(path, node)]
    for number, entry in enumerate(node.entries):
        found += nodes(entry.node, (*path, entry.key if node.kind == MAPPING else number))
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=MAPPINGS, seed=st.integers(0, 10_000), name=NAMES, new=VALUES)
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_only_what_was_meant_changes(language: str, value: Any, seed: int, name: str, new: Any) -> None:
    """A member is set or taken out, or an item added, anywhere: what is read afterwards is what was meant."""
    write, read = LANGUAGES[language]
    rng = random.Random(seed)
    text = write(value, rng)
    document = read(text)
    assert plain(document.root) == value
    path, node = rng.choice([one for one in nodes(document.root) if one[1].kind in (MAPPING, SEQUENCE)])
    expected = copy.deepcopy(value)
    inner = at(expected, path)
    try:
        if node.kind == SEQUENCE:
            edits = add_item(document, node, new)
            inner.append(new)
        elif name in inner and rng.random() < 0.5:
            edits = leave_out(document, node, name)
            del inner[name]
        else:
            edits = set_member(document, node, (name,), new)
            inner[name] = new
    except NotPlacedError:
        return
    after = edited(text, edits)
    assert plain(read(after).root) == expected, after


def test_most_edits_can_be_placed() -> None:
    """Of ordinary texts none is refused: the test above would pass if all were."""
    for write, read in LANGUAGES.values():
        text = write({"a": {"b": 1}, "c": ["x"]}, random.Random(1))
        document = read(text)
        assert edited(text, set_member(document, document.root, ("a", "d"), "y")) != text
