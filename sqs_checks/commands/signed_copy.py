"""A copy of the pack for Checkov's verified mode: `sqs-checks sign` makes one, `sqs-checks verify` looks at one.

Checkov 3.2.532 and later run external checks only where each `.py` ends in a signature, once they are given
`--external-checks-public-key`. The scheme is theirs: ECDSA over NIST P-256 and SHA-256, as the last line of the file.
Source: Checkov's documentation, "Sharing Checks Across Repos", and `checkov.common.external_checks.verification`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqs_checks.commands.package_folder import package_folder

_TRAILER = b"# checkov-digest: "
# What Checkov loads from a folder of external checks beside modules: policies, which it does not verify.
_POLICIES = (".yaml", ".yml", ".json")
_NO_ECDSA = "`ecdsa` cannot be imported: Checkov 3.2.532 and later bring it (`pip install --upgrade checkov`)"
_NEW_KEY = "openssl ecparam -name prime256v1 -genkey -noout -out key.pem"


class _RefusedError(Exception):
    """What was asked for cannot be done. The message says why, and what to do instead."""


def sign(key: str, destination: str) -> int:
    """Writes a signed copy of the pack. key: the file of a private key. destination: a folder that is new or empty."""
    try:
        private_key = _private_key(Path(key))
        folder = _new_folder(Path(destination))
        modules = [*_signed_modules(package_folder(), folder, private_key)]
    except _RefusedError as refusal:
        print(f"sqs-checks: {refusal}", file=sys.stderr)
        return 2
    print(f"signed {len(modules)} modules in {folder}. To scan with them:")
    print(f"  openssl ec -in {key} -pubout -out public.pem")
    print(f"  checkov --directory . --external-checks-dir {folder} --external-checks-public-key public.pem")
    return 0


def verify(key: str, folder: str) -> int:
    """Says what in a folder of external checks is not signed, or not with this key. key: the file of a public key."""
    try:
        faults = sorted(_faults(Path(key), Path(folder)))
    except _RefusedError as refusal:
        print(f"sqs-checks: {refusal}", file=sys.stderr)
        return 2
    for fault in faults:
        print(fault)
    print(
        f"{len(faults)} fault{'s' * (len(faults) != 1)} in {folder}" if faults else f"{folder}: every module is signed with {key}"
    )
    return 1 if faults else 0


def _private_key(path: Path) -> Any:
    try:
        from ecdsa import NIST256p, SigningKey
    except ImportError:
        raise _RefusedError(_NO_ECDSA) from None
    text = _read(path)
    if b"ENCRYPTED" in text:
        raise _RefusedError(f"{path} is encrypted: write the key out with `openssl ec -in {path} -out plain.pem` first")
    try:
        key = SigningKey.from_pem(text.decode("ascii"))
    except Exception as fault:  # some ten kinds, by what the file holds
        raise _RefusedError(f"{path} is no private key in PEM ({fault}): make one with `{_NEW_KEY}`") from None
    if key.curve != NIST256p:
        raise _RefusedError(f"{path} is a key on the curve {key.curve.name}; Checkov takes P-256: make one with `{_NEW_KEY}`")
    return key


def _new_folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
        is_empty = not any(path.iterdir())
    except OSError as fault:
        raise _RefusedError(f"{path}: {fault.strerror}") from None
    if not is_empty:
        # What lay there before would be loaded with the copy.
        raise _RefusedError(f"{path} is not empty: name a new folder, since Checkov loads all that lies there")
    return path


def _signed_modules(source: Path, target: Path, key: Any) -> Iterator[Path]:
    import hashlib

    from ecdsa.util import sigencode_der

    for module in sorted(source.rglob("*.py")):
        body = _unsigned(module.read_bytes())
        signature = key.sign_deterministic(body, hashfunc=hashlib.sha256, sigencode=sigencode_der)
        copy = target / module.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(body + _TRAILER + signature.hex().encode("ascii") + b"\n")
        yield copy


def _unsigned(content: bytes) -> bytes:
    """A module without the signature that a copy of this pack may have already, with a line end at its end."""
    lines = content.splitlines(keepends=True)
    while lines and lines[-1].startswith(_TRAILER):
        lines.pop()
    body = b"".join(lines)
    return body if body.endswith(b"\n") or not body else body + b"\n"


def _faults(key: Path, folder: Path) -> Iterator[str]:
    try:
        from checkov.common.external_checks.verification import (
            SignatureVerificationError,
            load_public_keys,
            verify_external_checks_dirs,
        )
    except ImportError:
        raise _RefusedError("this Checkov verifies no signatures: 3.2.532 and later do") from None
    if not folder.is_dir():
        raise _RefusedError(f"no such folder: {folder}")
    _read(key)
    try:
        keys = load_public_keys([str(key)])
    except SignatureVerificationError as refusal:
        raise _RefusedError(f"{refusal}: a public key is wanted, as `openssl ec -in key.pem -pubout` writes it") from None
    if not (folder / "__init__.py").is_file():
        yield "Checkov loads nothing from the folder: it has no `__init__.py`"
    try:
        verify_external_checks_dirs([str(folder)], keys)
    except SignatureVerificationError as refusal:
        for line in str(refusal).splitlines():
            yield line.strip().removeprefix("- ")
    for place, _, files in os.walk(folder):
        for name in files:
            if name.endswith(_POLICIES):
                shown = os.path.relpath(os.path.join(place, name), folder)
                yield f"Checkov loads it as a policy without verifying it: {shown}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise _RefusedError(f"{path}: {fault.strerror}") from None
