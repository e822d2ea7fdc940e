"""How the repository is built: what Checkov demands of it, and which way dependencies point."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path

import pytest
from conftest import REPOSITORY
from environments import repository_files

from sqs_checks import __version__
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.pack.catalogue import check_classes

PACKAGE = REPOSITORY / "sqs_checks"
MODULES = sorted(PACKAGE.glob("**/*.py"))
CHECK_MODULES = sorted((PACKAGE / "checks").glob("*.py"))

# What each package may import of the others, from the ground up; a package that is not named may import none of ours.
PURE = {"judgement", "values", "queues", "policy", "model"}
SYNTAX, EVALUATION, CALLS, PLAN = "terraform.syntax", "terraform.evaluation", "terraform.modules", "terraform.plan"
TERRAFORM = {"terraform", CALLS, PLAN, "terraform.resources"}
INTRINSICS, STACKS = "cloudformation.intrinsics", "cloudformation.stacks"
CLOUDFORMATION = {"cloudformation", INTRINSICS, STACKS, "cloudformation.resources"}
MAY_IMPORT = {
    "judgement": {"judgement"},
    "values": {"judgement", "values"},
    "files": {"files"},
    "configuration": {"configuration", "judgement"},
    "queues": {"judgement", "values", "queues"},
    "policy": {"judgement", "values", "queues", "policy"},
    "model": {"judgement", "values", "queues", "policy", "model"},
    "reporting": {"reporting", "configuration", "judgement", "values", "queues"},
    INTRINSICS: {INTRINSICS} | PURE,
    STACKS: {STACKS, INTRINSICS, "values"},
    "cloudformation.resources": {STACKS, INTRINSICS, "cloudformation.resources"} | PURE,
    "cloudformation": {"reporting", "configuration", "files"} | CLOUDFORMATION | PURE,
    SYNTAX: {SYNTAX, "values"},
    EVALUATION: {EVALUATION, SYNTAX, "values"},
    CALLS: {CALLS, EVALUATION, SYNTAX, "values", "files"},
    PLAN: {PLAN, CALLS, "judgement", "files"},
    "terraform.resources": {"terraform.resources", "files", PLAN, CALLS, EVALUATION, SYNTAX} | PURE,
    "terraform": {"reporting", "configuration", "files"} | TERRAFORM | PURE,
    "writing": {"writing", SYNTAX, "values"},
    "corrections": {"corrections", "writing", "terraform.resources", CALLS, EVALUATION, SYNTAX, "cloudformation.resources"}
    | PURE,
    # What a queue lets happen as data, and how that is shown: neither knows where the queues come from.
    "descriptions": {"descriptions"} | PURE,
    "rendering": {"rendering", "descriptions", "model", "values"},
    "checks": {"checks", "reporting", "configuration", "terraform", "cloudformation"} | PURE,
    "pack": {"pack", "checks", "descriptions", "reporting", "configuration", "files", "corrections", "writing"}
    | TERRAFORM
    | {SYNTAX, "cloudformation"}
    | PURE,
    "commands": {"commands", "pack", "descriptions", "rendering", "configuration", "files", "reporting"} | PURE,
}
# Those that know Checkov: reporting, the seams of the two frameworks, and what registers with Checkov or starts it.
OF_EXTRAS = {"map_layout.py": "graphviz"}
KNOWS_CHECKOV = {"reporting", "terraform", "cloudformation", "pack", "commands"}


def package_of(parts: Sequence[str]) -> str:
    """The package that a module belongs to, of those in the table. parts: the module's path below `sqs_checks`."""
    inner = ".".join(parts[:2])
    return inner if inner in MAY_IMPORT else parts[0]


def imports(module: Path) -> set[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_dependencies_point_one_way(module: Path) -> None:
    """Nothing imports upwards; only the edge knows Checkov; what is pure does no I/O."""
    parts = module.relative_to(PACKAGE).with_suffix("").parts
    if len(parts) == 1:
        return
    own = package_of(parts)
    for name in imports(module):
        root, *rest = name.split(".")
        if root == "sqs_checks" and rest:
            assert package_of(rest) in MAY_IMPORT[own], name
        if own not in KNOWS_CHECKOV:
            assert root != "checkov", name
        if own in PURE | {SYNTAX, EVALUATION, INTRINSICS, STACKS, "writing", "descriptions", "rendering"}:
            assert root not in {"os", "pathlib", "io", "subprocess", "socket", "urllib"} or name == "urllib.parse", name


def test_run_time_needs_only_checkov_and_pyyaml() -> None:
    """The folder must also work where it was vendored: the standard library and what Checkov brings.

    What an extra brings is imported by the one module that asks for it by name where it is missing.
    """
    allowed = set(sys.stdlib_module_names) if sys.version_info >= (3, 10) else None
    for module in MODULES:
        for name in imports(module):
            root = name.split(".")[0]
            if OF_EXTRAS.get(module.name) == root:
                continue
            # `ecdsa` comes with every Checkov that verifies signatures.
            if root not in ("checkov", "yaml", "ecdsa", "sqs_checks") and allowed is not None:
                assert root in allowed, (module, name)


def test_checkov_finds_exactly_one_module_to_load() -> None:
    """Checkov executes every `.py` in a folder with `__init__.py`, as a top-level module of that name."""
    packages = [REPOSITORY / name for name in repository_files() if Path(name).name == "__init__.py"]
    assert packages == [PACKAGE / "__init__.py"]
    assert [path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")] == ["sqs_checks_loader.py"]


def test_nothing_that_checkov_takes_for_a_graph_policy() -> None:
    """Checkov parses every YAML and JSON file below the folder, and stops on the first that is no check of its own."""
    policies = {name for name in repository_files() if name.endswith((".yaml", ".yml", ".json"))}
    assert policies == {".pre-commit-hooks.yaml"}


def test_no_module_hides_another_one() -> None:
    """Checkov puts each of our folders ahead of the standard library and of everything installed."""
    names = {path.stem for path in MODULES if path.stem != "__init__"}
    if sys.version_info >= (3, 10):
        assert not names & (set(sys.stdlib_module_names) | set(metadata.packages_distributions()))


def test_nothing_but_checkov_and_pyyaml_is_installed() -> None:
    """Checkov pins its own dependencies tightly: every further one is a conflict waiting."""
    setup = ConfigParser(comment_prefixes="#")
    setup.read(REPOSITORY / "setup.cfg", encoding="utf-8")
    wanted = [re.split("[<>=]", line)[0] for line in setup["options"]["install_requires"].split()]
    assert wanted == ["checkov", "pyyaml"]


def test_the_version_is_stated_once() -> None:
    setup = ConfigParser()
    setup.read(REPOSITORY / "setup.cfg", encoding="utf-8")
    assert setup["metadata"]["version"] == "attr: sqs_checks.__version__"
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(__version__)}\b", changelog, re.MULTILINE)


@pytest.mark.parametrize("module", CHECK_MODULES, ids=lambda path: path.stem)
def test_each_check_has_its_page(module: Path) -> None:
    """The docstring of a check's file is its page: what, why, how to fix, what it cannot see or decide, where AWS says so."""
    page = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings[:3] == ["What it does", "Why it matters", "How to fix"]
    assert headings[-2:] == ["Unknown when", "References"]
    assert set(headings[3:-2]) <= {"Options", "Limits"}
    assert "https://docs.aws.amazon.com/" in page
    settings = next(check.settings for check in check_classes() if check.__module__.endswith(f".{module.stem}"))
    assert ("Options" in headings) == bool(settings)
    assert all(f"`{setting}`" in page for setting in settings)


def test_each_check_is_in_the_readme() -> None:
    """The README's table is made from the checks: id, severity, promise, Checkov's own check."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    rows = {check.id: check for check in check_classes()}
    expected = [
        f"| {check.id} | {check.severity.value} | {check.name} | {', '.join(check.peers) or '–'} |" for check in rows.values()
    ]
    assert re.findall(r"^\| CKV_SQS_.*$", readme, re.MULTILINE) == expected


def test_metadata() -> None:
    for check in check_classes():
        assert re.fullmatch(r"CKV_SQS_\d+", check.id)
        assert isinstance(check.severity, Severity)
        assert isinstance(check.area, Area)
        assert check.name.startswith("Ensure ")
        assert check.guideline.startswith("https://docs.aws.amazon.com/")
