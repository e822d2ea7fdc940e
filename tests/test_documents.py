"""The documents do what they say: every shell snippet is run, and prints what stands below it.

`python -m pytest tests/test_documents.py --rewrite-expected` writes outputs and made parts anew; a reviewer reads the diff.
A snippet begins in a copy of the repository's code and example, after those above it in the same document, the steps of a
pipeline in the example; `<!-- exit 1 -->` before it says how it ends, `<!-- not run: … -->` why it cannot run here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path
from typing import Optional

import pytest
from conftest import FIXTURES, REPOSITORY, scan
from documents import DOCUMENTS, Snippet, snippets, with_outputs, without_dead_links

from sqs_checks.pack.catalogue import check_classes
from sqs_checks.pack.registration import register

# Older ones write findings otherwise.
IS_CHECKOV_OF_THE_DOCUMENTS = metadata.version("checkov").startswith("3.3.")
_NAMES = [path.relative_to(REPOSITORY).as_posix() for path in DOCUMENTS]
_WITH_SNIPPETS = [name for name in _NAMES if any(one.is_run for one in snippets((REPOSITORY / name).read_text(encoding="utf-8")))]
# In place of pip: what the documents install is there already, and anything else would be a snippet that this file does not know.
_PIP = """#!/bin/sh
case "$*" in
  "install ." | "install git+file://"*) exit 0 ;;
  *) echo "unexpected: pip $*" >&2; exit 99 ;;
esac
"""


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the package, as an installer makes it, and with what these tests run on."""
    folder = tmp_path_factory.mktemp("documents") / "environment"
    venv.create(folder, with_pip=False)
    site_packages = next(folder.glob("lib/python*/site-packages"))
    here = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (site_packages / "base.pth").write_text("\n".join([str(REPOSITORY), *here, ""]), encoding="utf-8")
    setup = ConfigParser()
    setup.read(REPOSITORY / "setup.cfg", encoding="utf-8")
    information = site_packages / "sqs_checks-0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: sqs-checks\nVersion: 0\n", encoding="utf-8")
    points = setup["options.entry_points"]
    stated = "".join(f"[{group}]\n{points[group].strip()}\n" for group in points)
    (information / "entry_points.txt").write_text(stated, encoding="utf-8")
    scripts = dict(line.split(" = ") for line in points["console_scripts"].strip().splitlines())
    for name, entry in {**scripts, "checkov": "checkov.main:__main__"}.items():
        module = entry.partition(":")[0]
        _program(
            folder / "bin" / name, f"#!{folder}/bin/python\nimport runpy\nrunpy.run_module({module!r}, run_name='__main__')\n"
        )
    _program(folder / "bin" / "pip", _PIP)
    return folder / "bin"


def _program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.slow
@pytest.mark.parametrize("name", _WITH_SNIPPETS)
def test_each_snippet_runs_and_prints_what_the_document_says(
    name: str, programs: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    document = REPOSITORY / name
    text = document.read_text(encoding="utf-8")
    for part in ("sqs_checks", "fixtures/example"):
        shutil.copytree(REPOSITORY / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    outputs: list[Optional[str]] = []
    for snippet in snippets(text):
        outputs.append(_run(snippet, tmp_path, programs) if snippet.is_run else None)
    written = with_outputs(text, outputs)
    if request.config.getoption("--rewrite-expected"):
        document.write_text(written, encoding="utf-8")
    elif IS_CHECKOV_OF_THE_DOCUMENTS:
        assert text == written


def _run(snippet: Snippet, folder: Path, programs: Path) -> str:
    inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    variables = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "SQS_CHECKS_URL": f"file://{folder}"}
    run = subprocess.run(
        ["bash", "-euc", snippet.text],
        cwd=folder / "fixtures" / "example" if snippet.is_of_pipeline else folder,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == snippet.exit_code, f"{snippet.text}\n{run.stdout}\n{run.stderr}"
    if IS_CHECKOV_OF_THE_DOCUMENTS:
        assert [line for line in snippet.excerpt if line not in run.stdout.splitlines()] == []
    return "".join(f"{line}\n" for line in run.stdout.rstrip().splitlines())


@pytest.mark.parametrize("name", _NAMES)
def test_what_is_not_run_is_shell_and_says_why(name: str) -> None:
    for snippet in snippets((REPOSITORY / name).read_text(encoding="utf-8")):
        if not snippet.is_run:
            assert len(snippet.marker) > len("not run: because"), snippet.text
            run = subprocess.run(["bash", "-n", "-c", snippet.text], capture_output=True, text=True, check=False)
            assert (run.returncode, run.stderr) == (0, ""), snippet.text


# The parts of documents that are made from the checks: by document, what stands before each and what it is.


def _peers() -> str:
    """The line that skips Checkov's own checks for the faults that ours report."""
    peers = {peer for check in check_classes() for peer in check.peers}
    skipped = ",".join(sorted(peers, key=lambda peer: (peer.split("_")[0], int(peer.rsplit("_", 1)[1]))))
    scan_it = f"sqs-checkov --directory fixtures/example --skip-check {skipped} --soft-fail --skip-download > report.txt"
    return f"```sh\n{scan_it}\ngrep -q CKV_SQS_1: report.txt\n! grep -E '{skipped.replace(',', '|')}' report.txt\n```\n"


def _judges_only() -> str:
    rows = {check.id: check.judges_only for check in check_classes() if check.judges_only}
    return "".join(f"- `{check}` judges only {what}.\n" for check, what in rows.items())


MADE = {
    "docs/migration.md": (re.compile(r"(?<=by tests/test_documents\.py -->\n)```sh\n.*?```\n", re.DOTALL), _peers),
    "docs/verdicts.md": (re.compile(r"(?<=by tests/test_documents\.py -->\n).*?(?=<!-- end -->)", re.DOTALL), _judges_only),
}


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_from_the_checks_is_current(name: str, request: pytest.FixtureRequest) -> None:
    pattern, made = MADE[name]
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert len(pattern.findall(text)) == 1
    written = pattern.sub(lambda _: made(), text)
    if request.config.getoption("--rewrite-expected"):
        (REPOSITORY / name).write_text(written, encoding="utf-8")
    else:
        assert text == written


def test_what_is_skipped_for_ours_is_about_sqs_only() -> None:
    """Else something would go unchecked without a word."""
    from checkov.cloudformation.checks.resource.registry import cfn_registry
    from checkov.common.checks_infra.registry import get_graph_checks_registry
    from checkov.terraform.checks.resource.registry import resource_registry

    register()
    graph = get_graph_checks_registry("terraform")
    graph.load_checks()
    types: dict[str, set[str]] = {check.id: set(check.resource_types) for check in graph.checks}
    for registry in (cfn_registry, resource_registry):
        for check in (check for of_type in registry.checks.values() for check in of_type):
            types.setdefault(check.id, set()).update(check.supported_resources)
    peers = {peer for check in check_classes() for peer in check.peers}
    assert peers <= set(types)
    for peer in peers:
        assert all(one.startswith(("aws_sqs_", "AWS::SQS::")) for one in types[peer]), (peer, types[peer])


def test_the_package_page_is_the_readme_without_dead_links(request: pytest.FixtureRequest) -> None:
    """The index shows it, where no other file of the repository is."""
    page = REPOSITORY / "docs" / "package-page.md"
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    written = f"<!-- Made from README.md by tests/test_documents.py. Do not change it here. -->\n\n{without_dead_links(readme)}"
    if request.config.getoption("--rewrite-expected"):
        page.write_text(written, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == written


def test_the_readme_is_short() -> None:
    assert (REPOSITORY / "README.md").read_text(encoding="utf-8").count("\n") <= 150


# What editors and plugins pass, without the key and the repository of Prisma Cloud, which need its service.
# Source: bridgecrewio/checkov-vscode, src/checkov/checkovRunner.ts; bridgecrewio/checkov-jetbrains-ide,
# src/main/kotlin/com/bridgecrew/services/checkovScanCommandsService/CheckovScanCommandsService.kt.
EDITORS = {
    "VS Code": "checkov -s -f '{file}' --skip-check 'BC_LIC*' -o json --external-checks-dir {checks}",
    "JetBrains, a file": "checkov -s -o json -f {file}",
    "JetBrains, the project": "checkov -s -o json -d {folder} --skip-path node_modules --framework {framework}",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("editor", "file", "framework"),
    [*((editor, "main.tf", "terraform") for editor in EDITORS), ("VS Code", "queues.template", "cloudformation")],
)
def test_editors_find_what_a_scan_of_the_folder_finds(editor: str, file: str, framework: str, programs: Path) -> None:
    folder = FIXTURES / "example"
    command = EDITORS[editor].format(file=folder / file, folder=folder, framework=framework, checks=REPOSITORY / "sqs_checks")
    # JetBrains has no option for further checks.
    hook = "import sqs_checks.commands.checkov_hook as hook; hook.install()\n" if "JetBrains" in editor else ""
    pth = next(programs.parent.glob("lib/python*/site-packages")) / "hook_for_editors.pth"
    pth.write_text(hook, encoding="utf-8")
    try:
        report = json.loads(_run(Snippet(command, ""), REPOSITORY, programs))
    finally:
        pth.unlink()
    reports = report if isinstance(report, list) else [report]
    found = {
        (record["check_id"], record["resource"])
        for one in reports
        for record in one["results"]["failed_checks"]
        if record["check_id"].startswith("CKV_SQS_")
    }
    wanted = {(one.check, one.resource) for one in scan(folder, [framework]) if one.result == "FAILED"}
    assert found == wanted
    assert len(found) > 5
