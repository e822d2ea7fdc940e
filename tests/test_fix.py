"""`sqs-checks fix`: the finding is gone, nothing else has changed, and what cannot be placed safely is left."""

from __future__ import annotations

import difflib
import os
import random
import shutil
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Union

import pytest
from fix_rows import CLOUDFORMATION, HCL, REFUSALS, SETTINGS, Refusal, Row
from written_code import commented, reformatted

from sqs_checks.commands.fix_command import fix
from sqs_checks.pack.fixing import Fixes, Left, plan_fixes

ALL = ("CKV_SQS_*",)
ROWS = [*HCL, *CLOUDFORMATION]
# Files as other systems and editors leave them.
WRITTEN_OTHERWISE: Mapping[str, Callable[[str], str]] = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "byte_order_mark": lambda text: "\ufeff" + text,
    "no_final_newline": lambda text: text.rstrip("\n"),
}


def folder_of(row: Union[Row, Refusal]) -> str:
    return f"{row.file.rpartition('.')[2]}_{row.name}"


def write(folder: Path, row: Union[Row, Refusal], text: str) -> Path:
    folder.mkdir(parents=True)
    # The tags that are asked for are those of the rows about tags.
    (folder / "sqs-checks.yaml").write_text(SETTINGS if row.check == "CKV_SQS_33" else "{}\n", encoding="utf-8")
    file = folder / row.file
    file.write_bytes(text.encode("utf-8"))
    return file


class Fixed(NamedTuple):
    """before, after: what a scan leads to before the command has run, and afterwards."""

    folder: Path
    before: Fixes
    after: Fixes


def findings(fixes: Fixes, folder: Path) -> set[tuple[str, str, str]]:
    """The check, folder and resource of each finding."""
    made = [(one.check, one.place.path, one.address) for one in fixes.corrected]
    made += [(one.check, one.place.path, one.address) for one in fixes.left]
    return {(check, Path(path).parent.relative_to(folder).as_posix(), address) for check, path, address in made}


def fixed(folder: Path) -> Fixed:
    before = plan_fixes(folder, ALL)
    fix(str(folder), (), only_diff=False)
    return Fixed(folder, before, plan_fixes(folder, ALL))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    folder = tmp_path_factory.mktemp("fix").resolve()
    for row in ROWS:
        write(folder / folder_of(row), row, row.before)
    return fixed(folder)


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line.rstrip() for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize("row", ROWS, ids=folder_of)
def test_what_is_written(row: Row, rows: Fixed) -> None:
    """The lines of the correction, and no other."""
    after = (rows.folder / folder_of(row) / row.file).read_bytes().decode()
    assert changed_lines(row.before, after) == [line.rstrip() for line in row.changes.splitlines()]
    assert after.endswith("\n") == row.before.endswith("\n")


@pytest.mark.parametrize("row", ROWS, ids=folder_of)
def test_the_finding_is_gone(row: Row, rows: Fixed) -> None:
    """And there is no new one."""
    before, after = ({one for one in findings(fixes, rows.folder) if one[1] == folder_of(row)} for fixes in rows[1:])
    assert row.check in {check for check, _, _ in before}
    assert row.check not in {check for check, _, _ in after}
    assert after <= before


def test_twice_is_once(rows: Fixed) -> None:
    assert not rows.after.files
    assert not rows.after.corrected


def test_terraform_still_reads_it(rows: Fixed) -> None:
    """And finds it formatted as before."""
    if shutil.which("terraform") is None:
        pytest.skip("needs terraform")
    run = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff", "."], cwd=rows.folder, capture_output=True, text=True, check=False
    )
    assert "Error" not in run.stderr
    assert run.stdout == ""


def test_cfn_lint_still_accepts_it(rows: Fixed) -> None:
    api = pytest.importorskip("cfnlint.api")
    config = pytest.importorskip("cfnlint.config").ManualArgs(regions=["eu-west-1"])
    for row in CLOUDFORMATION:
        file = rows.folder / folder_of(row) / row.file
        after = {(match.rule.id, match.message) for match in api.lint(file.read_text(), config=config)}
        # What it says of the code as it was is no matter here; it takes a second each time.
        assert not after or after <= {(match.rule.id, match.message) for match in api.lint(row.before, config=config)}, row.name


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    folder = tmp_path_factory.mktemp("refused").resolve()
    for row in REFUSALS:
        write(folder / folder_of(row), row, row.before)
    return fixed(folder)


def left_of(row: Refusal, fixes: Fixes) -> list[Left]:
    return [one for one in fixes.left if one.check == row.check and Path(one.place.path).parent.name == folder_of(row)]


@pytest.mark.parametrize("row", REFUSALS, ids=folder_of)
def test_what_is_not_written(row: Refusal, refusals: Fixed) -> None:
    """What cannot be placed safely stays as it is, and the reason is said."""
    left = [one for one in left_of(row, refusals.after) if one.why]
    assert left
    assert all(row.why in one.why[:1].lower() + one.why[1:] or row.why in one.why for one in left), left
    assert (refusals.folder / folder_of(row) / row.file).read_bytes().decode() == row.before


@pytest.mark.parametrize("otherwise", WRITTEN_OTHERWISE)
def test_ends_of_lines_and_marks_stay(otherwise: str, tmp_path: Path, rows: Fixed) -> None:
    """What is written to a file in another form is the same text in that form."""
    convert = WRITTEN_OTHERWISE[otherwise]
    folder = tmp_path.resolve() / "t"
    several_lines = [row for row in ROWS if "\n" in row.before]
    for row in several_lines:
        write(folder / folder_of(row), row, convert(row.before))
    fix(str(folder), (), only_diff=False)
    for row in several_lines:
        expected = (rows.folder / folder_of(row) / row.file).read_bytes().decode()
        written = (folder / folder_of(row) / row.file).read_bytes().decode()
        assert written == convert(expected), row.name


@pytest.mark.parametrize("seed", range(3))
def test_however_it_is_formatted(seed: int, tmp_path: Path) -> None:
    """Comments and blanks anywhere: it is corrected or left, and nothing that was right is wrong afterwards."""
    rng = random.Random(seed)
    folder = tmp_path.resolve() / "t"
    for row in HCL:
        write(folder / folder_of(row), row, commented(reformatted(row.before, rng), rng))
    result = fixed(folder)
    assert findings(result.after, folder) <= findings(result.before, folder)
    assert not result.after.files
    # Checkov cannot read comments everywhere.
    assert set(result.after.not_read) <= set(result.before.not_read)
    corrected = {(one.check, Path(one.place.path).parent.name) for one in result.before.corrected}
    assert len(corrected) > len(HCL) / 2


ENCRYPTION = next(row for row in HCL if row.name == "encryption")


def run(folder: Path, *checks: str, only_diff: bool = False) -> int:
    return fix(str(folder), checks, only_diff=only_diff)


def test_how_the_command_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 where nothing is left to do, 1 where something is, 2 where it was asked for what there is not."""
    file = write(tmp_path.resolve() / "t", ENCRYPTION, ENCRYPTION.before)
    assert run(tmp_path, "CKV_SQS_20", only_diff=True) == 1
    assert file.read_text() == ENCRYPTION.before
    assert run(tmp_path, "ckv_sqs_20,CKV_SQS_22") == 0
    assert run(tmp_path, "CKV_SQS_20", only_diff=True) == 0
    assert run(tmp_path, "CKV_SQS_21") == 1
    assert run(tmp_path / "nothing") == 2
    capsys.readouterr()
    assert run(tmp_path, "CKV_SQS_200") == 2
    assert "did you mean `CKV_SQS_20`" in capsys.readouterr().err


def test_the_diff_can_be_applied(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the diff goes to the standard output; `patch` makes of it what the command would write."""
    if shutil.which("patch") is None:
        pytest.skip("needs patch")
    monkeypatch.chdir(tmp_path)
    row = next(row for row in HCL if row.name == "retention_in_one_line")
    file = write(tmp_path / "t", row, row.before)
    run(Path("t"), "CKV_SQS_31", only_diff=True)
    diff = capsys.readouterr().out
    subprocess.run(["patch", "-p1", "--silent"], input=diff.encode(), check=True)
    assert changed_lines(row.before, file.read_text()) == row.changes.splitlines()
    assert not file.read_text().endswith("\n")


def test_files_stay_what_they_are(tmp_path: Path) -> None:
    """The mode stays, a link stays a link, and nothing else is left behind."""
    file = write(tmp_path / "t", ENCRYPTION, ENCRYPTION.before)
    file.chmod(0o640)
    target = file.rename(file.with_name("real.txt"))
    file.symlink_to(target.name)
    assert run(tmp_path, "CKV_SQS_20") == 0
    assert file.is_symlink()
    assert "true" in target.read_text()
    assert stat.S_IMODE(os.stat(target).st_mode) == 0o640
    assert sorted(path.name for path in file.parent.iterdir()) == ["main.tf", "real.txt", "sqs-checks.yaml"]


def trees() -> Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]:
    """What several files hold, and those that are changed: by what is written there instead of what."""
    off, on = "sqs_managed_sse_enabled = false", "sqs_managed_sse_enabled = true"
    module = f'variable "name" {{}}\nresource "aws_sqs_queue" "q" {{\n  name = var.name\n  {off}\n}}\n'
    policy = (
        'resource "aws_sqs_queue_policy" "q" {{\n  queue_url = "https://sqs.eu-west-1.amazonaws.com/111111111111/q"\n'
        '  policy = {}("${{path.module}}/policy.json"{})\n}}\n'
    )
    arn = "arn:aws:sqs:eu-west-1:111111111111:q"
    statement = f'{{"Effect": "Allow", "Principal": {{"AWS": "{{}}"}}, "Action": "sqs:SendMessage", "Resource": "{arn}"}}'
    document = '{"Version": "2012-10-17", "Statement": [' + statement + "]}"
    denied = (
        f'{{"Sid": "DenyPlainHttp", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "{arn}", '
        '"Condition": {"Bool": {"aws:SecureTransport": "false"}}}'
    )
    role = "arn:aws:iam::111111111111:role/a"
    calls = "".join(f'module "{name}" {{\n  source = "./m"\n  name   = "{name}"\n}}\n' for name in "ab")
    return {
        # A module of several calls, all of which are at fault.
        "calls": ({"main.tf": calls, "m/main.tf": module}, {"m/main.tf": module.replace(off, on)}),
        # What an override file states counts.
        "override": (
            {"main.tf": module.replace(off, ""), "main_override.tf": f'resource "aws_sqs_queue" "q" {{\n  {off}\n}}\n'},
            {},
        ),
        "file": (
            {"main.tf": policy.format("file", ""), "policy.json": document.replace("{}", role)},
            {"policy.json": document.replace("{}", role).replace("]}", f", {denied}]}}")},
        ),
        "template": (
            {
                "main.tf": policy.format("templatefile", f', {{ role = "{role}" }}'),
                "policy.json": document.replace("{}", "${role}"),
            },
            {"policy.json": document.replace("{}", "${role}").replace("]}", f", {denied}]}}")},
        ),
        "file_of_several": (
            {
                "main.tf": policy.format("file", "") + policy.replace(' "q" {{', ' "r" {{').format("file", ""),
                "policy.json": document.replace("{}", role),
            },
            {},
        ),
        "json": ({"main.tf": "", "q.tf.json": '{"resource": {"aws_sqs_queue": {"q": {"sqs_managed_sse_enabled": false}}}}'}, {}),
    }


@pytest.mark.parametrize("name", trees())
def test_code_of_several_files(name: str, tmp_path: Path) -> None:
    before, changed = trees()[name]
    for file, text in before.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    run(tmp_path, "CKV_SQS_12,CKV_SQS_20")
    assert {file: (tmp_path / file).read_text() for file in before} == {**before, **changed}


def test_code_elsewhere_is_left(tmp_path: Path) -> None:
    """A module outside of what the command was given, and one that Terraform has downloaded, are not written to."""
    for folder in ("shared", "app/.terraform/modules/m"):
        write(tmp_path / folder, ENCRYPTION, ENCRYPTION.before)
    (tmp_path / "app" / "main.tf").write_text(
        'module "a" {\n  source = "../shared"\n}\nmodule "b" {\n  source = "./.terraform/modules/m"\n}\n', encoding="utf-8"
    )
    run(tmp_path / "app", "CKV_SQS_20")
    assert all(path.read_text() == ENCRYPTION.before for path in tmp_path.glob("**/main.tf") if path.parent.name != "app")
