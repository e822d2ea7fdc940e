"""The pages of the checks: made from the checks, their fixtures and the settings, and never stale."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import make_pages
import pytest
from conftest import FIXTURES, REPOSITORY, Finding, scan
from cut_examples import SHOWN, VERDICTS, example

from sqs_checks.commands.check_page import CHECKS, check_files, read_page
from sqs_checks.commands.related_rules import CHECKOV_RULES, CONTROLS, RELATED_RULES
from sqs_checks.configuration.settings import each_setting
from sqs_checks.pack.catalogue import check_classes

DOCS = REPOSITORY / "docs"
WRITTEN = sorted([*DOCS.glob("**/*.md"), REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md"])
_FILE_NAMES = {"terraform": "main.tf", "cloudformation": "stack.template"}
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)(?P<file>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("make", [make_pages.examples, make_pages.pages], ids=lambda make: make.__name__)
def test_no_page_is_stale(make: object) -> None:
    """`python docs/make_pages.py` would change nothing."""
    assert callable(make)
    made = make()
    assert len(made) >= len(check_files())
    assert make_pages.stale(made) == [], "run `python docs/make_pages.py`"


def test_a_changed_page_and_one_that_nothing_makes_are_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_pages, "EXAMPLES", tmp_path)
    (tmp_path / "changed.md").write_text("old", encoding="utf-8")
    (tmp_path / "fresh.md").write_text("new", encoding="utf-8")
    (tmp_path / "of_no_check.md").write_text("old", encoding="utf-8")
    made = {tmp_path / f"{name}.md": "new" for name in ("changed", "fresh", "missing")}
    assert [path.stem for path in make_pages.stale(made)] == ["changed", "missing", "of_no_check"]


def dead_links(path: Path) -> Iterator[str]:
    """The links of a page to files and headings that do not exist."""
    for link in _LINK.finditer(_CODE.sub("", path.read_text(encoding="utf-8"))):
        target = (path.parent / link["file"]).resolve() if link["file"] else path
        if not target.exists():
            yield f"{link[0]}: no such file"
        elif link["anchor"] and link["anchor"] not in anchors(target):
            yield f"{link[0]}: no such heading"


def anchors(path: Path) -> set[str]:
    """The headings of a page as links name them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(text)}


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_no_link_is_dead(path: Path) -> None:
    assert list(dead_links(path)) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# The title\n[a](gone.md) [b](page.md#gone) [c](#the-title) [d](page.md) `[e](gone.md)` [f](https://example.com/gone)",
        encoding="utf-8",
    )
    assert list(dead_links(page)) == ["](gone.md): no such file", "](page.md#gone): no such heading"]


@pytest.fixture(scope="module")
def example_findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What Checkov finds in the examples, each in a folder of its own: `CKV_SQS_1/fail`."""
    root = tmp_path_factory.mktemp("examples")
    for check in SHOWN:
        for verdict in VERDICTS:
            folder = root / check / verdict
            folder.mkdir(parents=True)
            for framework, name in _FILE_NAMES.items():
                (folder / name).write_text(example(FIXTURES / check, framework, verdict), encoding="utf-8")
            settings = read_page(check).example_settings
            if settings:
                (folder / "sqs-checks.yaml").write_text(settings, encoding="utf-8")
    return scan(root, list(_FILE_NAMES))


@pytest.mark.parametrize("framework", _FILE_NAMES)
@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("check", SHOWN)
def test_an_example_says_by_itself_what_its_page_says(
    check: str, verdict: str, framework: str, example_findings: list[Finding]
) -> None:
    """An example is complete: cut out of its fixture it has the verdict that its heading states."""
    results = {
        finding.result
        for finding in example_findings
        if (finding.check, finding.framework) == (check, framework) and f"/{check}/{verdict}/" in finding.file
    }
    assert "FAILED" in results if verdict == "fail" else results == {"PASSED"}


def test_each_check_has_examples() -> None:
    assert list(SHOWN) == list(check_files())


@pytest.mark.parametrize("check", check_classes(), ids=lambda check: check.__name__)
def test_a_page_says_what_the_check_states(check: type) -> None:
    """The file is read without being imported, and nothing is lost by that."""
    page = read_page(check.id)  # type: ignore[attr-defined]
    stated = {name: getattr(check, name) for name in ("id", "name", "severity", "area", "guideline", "settings", "peers")}
    assert stated == {
        "id": page.id,
        "name": page.promise,
        "severity": page.severity,
        "area": page.area,
        "guideline": page.references[0].url,
        "settings": tuple(sorted((one.key for one in page.settings), key=stated["settings"].index)),
        "peers": tuple(rule.id for rule in page.related if rule.tool == "Checkov"),
    }


def test_related_rules_and_controls_are_of_checks_that_exist() -> None:
    known = set(check_files())
    assert set(RELATED_RULES) <= known
    assert set(CONTROLS) <= known
    assert {rule.id for rule in CHECKOV_RULES} == {peer for check in check_classes() for peer in check.peers}
    rules = [*CHECKOV_RULES, *(rule for found in RELATED_RULES.values() for rule in found)]
    controls = [control for found in CONTROLS.values() for control in found]
    assert all(url.startswith("https://") for url in [*(rule.url for rule in rules), *(control.url for control in controls)])


def test_a_default_in_words_is_the_default() -> None:
    """The docstrings of the checks, which reports show, state the defaults that the settings have."""
    texts = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" for path in CHECKS.glob("*.py"))
    stated = {key: int(default) for text in texts for key, default in re.findall(r"`([\w.]+)`: [^`]*\(default:? (\d+)\)", text)}
    defaults = {one.key: one.default for one in each_setting()}
    assert len(stated) >= 3
    assert stated == {key: defaults[key] for key in stated}


def test_the_pages_build_as_a_site(tmp_path: Path) -> None:
    """MkDocs finds no fault in them: no dead link, no page that cannot be read."""
    pytest.importorskip("mkdocs")
    line = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", "mkdocs.config", "--site-dir", str(tmp_path)]
    run = subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "An AWS service may send" in (tmp_path / "checks" / "CKV_SQS_7" / "index.html").read_text(encoding="utf-8")
    assert not list(tmp_path.glob("*.py"))
