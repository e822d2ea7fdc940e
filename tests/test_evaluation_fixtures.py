"""The answers of Terraform that evaluation is compared with are there, and cover the language."""

from __future__ import annotations

import json
import re

from conftest import FIXTURES

EVALUATION = FIXTURES / "evaluation"


def test_every_function_is_asked_for() -> None:
    told = [json.loads(line) for line in (EVALUATION / "expressions.txt").read_text(encoding="utf-8").splitlines()]
    assert len(told) >= 1500
    assert len({one["expression"] for one in told}) == len(told)
    for one in told:
        assert sum(answer in one for answer in ("type", "unknown", "error", "infinite")) == 1, one
        assert ("value" in one) == ("type" in one) or "unknown" in one, one
    called = {name for one in told if "kind" not in one for name in re.findall(r"\b([a-z]\w*)\(", one["expression"])}
    # `terraform metadata functions -json` of Terraform 1.11 lists them.
    assert set((EVALUATION / "functions.txt").read_text(encoding="utf-8").split()) <= called


def test_every_tree_has_its_answers() -> None:
    trees = sorted(folder for folder in (EVALUATION / "trees").iterdir() if folder.is_dir())
    assert len(trees) >= 150
    refused = 0
    for tree in trees:
        found = sorted(tree.rglob("answers.tfplan"))
        below = [folder for name in ("envs", "stacks", "examples") for folder in tree.glob(f"{name}/*")]
        assert [answers.parent for answers in found] == (sorted(below) or [tree]), tree.name
        for answers in found:
            told = json.loads(answers.read_text(encoding="utf-8"))
            assert set(told) - {"until_apply"} in ({"error"}, {"resources", "outputs"}), answers
            refused += "error" in told
    assert refused < len(trees) / 3, "what Terraform refuses shows little"
    # Checkov's git route takes each of these for a check.
    assert not [file for file in EVALUATION.rglob("*") if file.suffix in (".json", ".yaml", ".yml")]
