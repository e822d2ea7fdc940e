"""What no fixture can say of Terraform code: however it is written, wherever it stands, its verdicts are the same; and hiding
a value moves a verdict to unknown or nowhere.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import FIXTURES, Finding, scan
from hcl2.api import loads
from hypothesis import given, settings
from hypothesis import strategies as st
from written_code import commented, hidden, hideable, moved, reformatted, reordered, respelled

from sqs_checks.configuration.settings import Settings
from sqs_checks.configuration.settings_files import settings_for
from sqs_checks.judgement.ternary import Ternary, any_of
from sqs_checks.pack.catalogue import check_classes
from sqs_checks.terraform.modules.resource_address import parse_address
from sqs_checks.terraform.resource_checks import TerraformCheck
from sqs_checks.terraform.scanned_code import CodeScan

CHECKS = [(check, object.__new__(check)) for check in check_classes() if issubclass(check, TerraformCheck)]
TYPES = sorted({resource_type for check, _ in CHECKS for resource_type in check.resource_types})
# Folders of root modules: what they call stands in a folder `module` within.
# Those of the checks: what belongs to other tests is not among the copied fixtures.
ROOTS = sorted(
    {
        file.parent
        for file in FIXTURES.glob("**/*.tf")
        if file.parent.name != "module" and not {"evaluation", "reports"} & set(file.parts)
    }
)
MOVED = "moved"
# By its path below the root module, the text of each file.
Files = dict[str, str]
Verdicts = dict[tuple[str, str], Ternary]


def files_of(root: Path) -> Files:
    paths = [*root.glob("*.tf"), *root.glob("module/*.tf")]
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in paths}


def each_file(write_otherwise: Callable[[str, random.Random], str]) -> Callable[[Files, random.Random], Files]:
    return lambda files, rng: {path: write_otherwise(text, rng) for path, text in files.items()}


def in_other_files(files: Files, rng: random.Random) -> Files:
    found = {}
    for folder in sorted({os.path.dirname(path) for path in files}):
        texts = [text for path, text in files.items() if os.path.dirname(path) == folder]
        found.update({os.path.join(folder, name): text for name, text in reordered(texts, rng).items()})
    return found


def in_a_module(files: Files, rng: random.Random) -> Files:
    own = {path: text for path, text in files.items() if not os.path.dirname(path)}
    inner, above = moved(own, MOVED, rng)
    return {**{os.path.join(MOVED, path): text for path, text in {**files, **inner}.items()}, "main.tf": above}


LAWS = {
    "comments": each_file(commented),
    "format": each_file(reformatted),
    "spelling": each_file(respelled),
    "order and files": in_other_files,
    "a module around it": in_a_module,
}


def write(files: Files, folder: Path, root: Path) -> Path:
    """Writes code in place of what is in a folder, with what else there is in the root module that it comes from."""
    shutil.rmtree(folder, ignore_errors=True)
    beside = folder / MOVED if any(path.startswith(MOVED) for path in files) else folder
    shutil.copytree(root, beside, ignore=shutil.ignore_patterns("*.tf", "*.tfplan", "*.template"))
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())  # with its ends of lines
    return folder


def verdicts(folder: Path, in_force: Settings) -> Verdicts:
    """What each check says of each resource of a root module, without Checkov."""
    source = CodeScan(str(folder), {}, []).source(str(folder))
    found: Verdicts = {}
    for resource_type in TYPES:
        for resource in source.of_type(resource_type):
            label = resource.label.replace(f"module.{MOVED}.", "", 1)
            for check, bare in CHECKS:
                if resource_type not in check.resource_types:
                    continue
                subject = bare.in_cases(resource, source.models)
                if subject is not None:
                    found[check.id, label] = bare.judgement(subject, in_force).violated
    return found


class Known(NamedTuple):
    """A root module as it stands in the fixtures."""

    files: Files
    settings: Settings
    verdicts: Verdicts

    def __repr__(self) -> str:
        return "Known(…)"  # hypothesis shows it with each failure


@pytest.fixture(scope="module")
def known(fixture_folder: Path) -> dict[Path, Known]:
    found = {}
    for root in ROOTS:
        copied = fixture_folder / root.relative_to(FIXTURES)
        in_force = settings_for(str(copied / "main.tf"), str(fixture_folder)).settings
        found[root] = Known(files_of(root), in_force, verdicts(copied, in_force))
    return found


roots = st.sampled_from(ROOTS)
randoms = st.integers(min_value=0, max_value=2**32).map(random.Random)


@pytest.mark.parametrize("law", LAWS)
@settings(max_examples=60, deadline=None)
@given(root=roots, rng=randoms)
def test_how_code_is_written_moves_no_verdict(
    law: str, known: dict[Path, Known], tmp_path_factory: pytest.TempPathFactory, root: Path, rng: random.Random
) -> None:
    """Nor where it stands: in which files, in which order, in which module."""
    before = known[root]
    folder = write(LAWS[law](before.files, rng), tmp_path_factory.getbasetemp() / "written", root)
    assert before.verdicts
    assert verdicts(folder, before.settings) == before.verdicts


def by_block(found: Verdicts) -> Verdicts:
    """The verdicts on all instances of a block as one: how many instances there are may be what is hidden."""
    blocks: dict[tuple[str, str], list[Ternary]] = {}
    for (check, label), verdict in found.items():
        address = parse_address(label)
        assert address is not None
        block = str(address._replace(key=None, modules=tuple(step._replace(key=None) for step in address.modules)))
        blocks.setdefault((check, block), []).append(verdict)
    return {key: any_of(every) for key, every in blocks.items()}


# Where hiding a value decides something all the same.
EXCEPTIONS = {
    # A policy whose queue is not known is taken to be on the one queue that it names.
    ("CKV_SQS_12", "aws_sqs_queue_policy.fail_other_queue"),
    ("CKV_SQS_12", "aws_sqs_queue_policy.fail_deny_on_other_queue"),
    ("CKV_SQS_6", "aws_sqs_queue_policy.fail_other_account"),
    ("CKV_SQS_18", "aws_sqs_queue_policy.fail_not_resource"),
    # What is not known is taken to be the ARN of a dead-letter queue where one belongs, not its URL or name.
    ("CKV_SQS_40", "aws_sqs_queue.fail_url_of_the_dead_letter_queue"),
    ("CKV_SQS_40", "aws_sqs_queue.fail_name_of_the_dead_letter_queue"),
    ("CKV_SQS_40", "aws_sqs_queue.fail_topic_for_dead_letters"),
    ("CKV_SQS_41", "aws_sqs_queue.fail_url_of_a_source"),
    ("CKV_SQS_41", "aws_sqs_queue.fail_topic_for_a_source"),
}


@settings(max_examples=200, deadline=None)
@given(root=roots, rng=randoms)
def test_hiding_a_value_moves_a_verdict_to_unknown_or_nowhere(
    known: dict[Path, Known], tmp_path_factory: pytest.TempPathFactory, root: Path, rng: random.Random
) -> None:
    """Any value of the code: an argument, a part of an expression, a key, a default."""
    before = known[root]
    path, span = rng.choice([(path, span) for path, text in before.files.items() for span in hideable(text)])
    files = {**before.files, path: hidden(before.files[path], span)}
    after = by_block(verdicts(write(files, tmp_path_factory.getbasetemp() / "hidden", root), before.settings))
    for key, verdict in by_block(before.verdicts).items():
        assert key in EXCEPTIONS or after[key].is_unknown or after[key] == verdict, (key, path)


def by_root(findings: list[Finding]) -> dict[Path, set[tuple[str, str, str]]]:
    """What Checkov says of the resources of each root module."""
    found: dict[Path, set[tuple[str, str, str]]] = {root: set() for root in ROOTS}
    for finding in findings:
        if finding.framework == "terraform":
            folder = FIXTURES / finding.file.lstrip("/")
            root = next(parent for parent in folder.parents if parent in found)
            found[root].add((finding.check, finding.resource.replace(f"module.{MOVED}.", "", 1), finding.result))
    return found


def as_checkov_reads_it(law: Callable[[Files, random.Random], Files], files: Files, rng: random.Random) -> Files:
    """Checkov scans no file that its parser refuses: one with a new line or comment within the head of a `for` or beside the
    dot of `var.x`, a single quote within a comment, or a heredoc whose lines end with CRLF.
    """
    for _ in range(40):
        found = law(files, rng)
        with suppress(Exception):
            for text in found.values():
                loads(text)
            return found
    return files


def test_checkov_reports_the_same(known: dict[Path, Known], fixture_findings: list[Finding], tmp_path: Path) -> None:
    """One scan of all root modules, each written otherwise by one of the laws."""
    rng = random.Random(20)
    for number, root in enumerate(ROOTS):
        law = list(LAWS.values())[number % len(LAWS)]
        files = as_checkov_reads_it(law, known[root].files, rng)
        folder = write(files, tmp_path / root.relative_to(FIXTURES), root)
        for stated in root.glob("*.settings"):
            shutil.copy(stated, folder / f"{stated.stem}.yaml")
    found, expected = by_root(scan(tmp_path, ["terraform"])), by_root(fixture_findings)
    for root in ROOTS:
        assert expected[root]
        assert found[root] == expected[root], root
