"""`sqs-checks sign` and `verify`, with keys as openssl writes them. That Checkov runs the copy is a route (`test_routes.py`)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY

from sqs_checks.commands.signed_copy import sign, verify

verification = pytest.importorskip(
    "checkov.common.external_checks.verification", reason="Checkov verifies signatures from 3.2.532 on"
)


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`key.pem` and `public.pem`, those of somebody `other`, and keys that Checkov does not take."""
    folder = tmp_path_factory.mktemp("keys")
    for prefix in ("", "other-"):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / f"{prefix}key.pem")
        openssl("ec", "-in", folder / f"{prefix}key.pem", "-pubout", "-out", folder / f"{prefix}public.pem")
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", folder / "key.pem", "-out", folder / "pkcs8.pem")
    openssl("ec", "-in", folder / "key.pem", "-aes256", "-passout", "pass:secret", "-out", folder / "encrypted.pem")
    openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", folder / "p384.pem")
    openssl("genrsa", "-out", folder / "rsa.pem", "2048")
    (folder / "notes.txt").write_text("no key\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def copy(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signed") / "copy"
    assert sign(str(keys / "key.pem"), str(folder)) == 0
    return folder


def test_the_copy_is_the_pack(copy: Path, keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every module is there, and the same but for its last line."""
    package = REPOSITORY / "sqs_checks"
    modules = {path.relative_to(package) for path in package.rglob("*.py")}
    assert {path.relative_to(copy) for path in copy.rglob("*") if path.is_file()} == modules
    for module in modules:
        *body, trailer = (copy / module).read_bytes().splitlines(keepends=True)
        assert b"".join(body) == (package / module).read_bytes()
        assert trailer.startswith(b"# checkov-digest: ")
    assert verify(str(keys / "public.pem"), str(copy)) == 0
    assert "every module is signed" in capsys.readouterr().out


def test_a_key_in_pkcs8_is_the_same_key(keys: Path, tmp_path: Path) -> None:
    assert sign(str(keys / "pkcs8.pem"), str(tmp_path / "copy")) == 0
    assert verify(str(keys / "public.pem"), str(tmp_path / "copy")) == 0


def changed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"import", b"import ", 1))


def signed_twice(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content + content.splitlines(keepends=True)[-1])


# What is done to a copy, and what `verify` says of it.
TAMPERED: list[tuple[str, Callable[[Path], object], str]] = [
    ("a module is changed", lambda copy: changed(copy / "policy" / "verdicts.py"), "policy/verdicts.py"),
    ("a module is added", lambda copy: (copy / "more.py").write_text("x = 1\n", encoding="utf-8"), "missing signature: more.py"),
    ("a module is signed twice", lambda copy: signed_twice(copy / "__init__.py"), "signed twice"),
    (
        "a module is a link to one elsewhere",
        lambda copy: (copy / "more.py").symlink_to(REPOSITORY / "tests" / "policies.py"),
        "outside the verified directory",
    ),
    (
        "a policy lies beside the code, which Checkov loads without verifying it",
        lambda copy: (copy / "checks" / "policy.yaml").write_text("metadata: {}\n", encoding="utf-8"),
        "as a policy without verifying it: checks/policy.yaml",
    ),
    ("it is no package", lambda copy: (copy / "__init__.py").unlink(), "no `__init__.py`"),
]


@pytest.mark.parametrize(("what", "tamper", "said"), TAMPERED, ids=[what for what, _, _ in TAMPERED])
def test_what_is_not_as_it_was_signed_is_named(
    what: str,
    tamper: Callable[[Path], object],
    said: str,
    copy: Path,
    keys: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(copy, folder)
    tamper(folder)
    assert verify(str(keys / "public.pem"), str(folder)) == 1
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 2
    assert said in out[0]
    assert out[1] == f"1 fault in {folder}"


def test_somebody_elses_signature_is_none(copy: Path, keys: Path) -> None:
    assert verify(str(keys / "other-public.pem"), str(copy)) == 1


# The arguments, and what is said of them; none of them writes or raises.
REFUSED: list[tuple[str, str, str]] = [
    ("sign", "encrypted.pem", "is encrypted"),
    ("sign", "p384.pem", "Checkov takes P-256"),
    ("sign", "rsa.pem", "no private key"),
    ("sign", "public.pem", "no private key"),
    ("sign", "notes.txt", "no private key"),
    ("sign", "missing.pem", "No such file"),
    ("verify", "key.pem", "a public key is wanted"),
    ("verify", "notes.txt", "a public key is wanted"),
    ("verify", "missing.pem", "No such file"),
]


@pytest.mark.parametrize(("command", "key", "said"), REFUSED)
def test_a_key_that_does_not_do(
    command: str, key: str, said: str, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "copy"
    if command == "verify":
        folder.mkdir()
    assert {"sign": sign, "verify": verify}[command](str(keys / key), str(folder)) == 2
    assert said in capsys.readouterr().err
    assert not folder.exists() or not list(folder.iterdir())


def test_nothing_is_written_over(keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert sign(str(keys / "key.pem"), str(tmp_path)) == 2
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
