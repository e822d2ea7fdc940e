"""The one module that Checkov loads from this folder (`--external-checks-dir`, `--external-checks-git`).

Checkov executes it as a top-level module, in every process and thread that scans, whatever the folder is called. It
imports the package under its real name from the folder it lies in, and registers the checks.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import threading
from importlib.machinery import ModuleSpec, SourceFileLoader

PACKAGE = "sqs_checks"
FOLDER = os.path.dirname(os.path.realpath(__file__))


class _VerifiedLoader(SourceFileLoader):
    """Loads the bytes whose signature Checkov has verified, never a cached `.pyc`."""

    def __init__(self, name: str, path: str, source: bytes) -> None:
        super().__init__(name, path)
        self._source = source

    def get_data(self, path: str) -> bytes:
        if path != self.path:
            raise OSError(f"{path} is not verified")
        return self._source

    def path_stats(self, path: str) -> dict[str, float]:
        raise OSError("no cache for verified sources")


class _VerifiedFinder:
    """Finds the package's modules among the verified sources only: Checkov's own finder lets dotted imports through."""

    def __init__(self, sources: dict[str, bytes]) -> None:
        self._sources = sources

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name.split(".")[0] != PACKAGE:
            return None
        place = os.path.join(FOLDER, *name.split(".")[1:])
        for file, is_package in ((os.path.join(place, "__init__.py"), True), (f"{place}.py", False)):
            if file in self._sources:
                loader = _VerifiedLoader(name, file, self._sources[file])
                return importlib.util.spec_from_file_location(
                    name, file, loader=loader, submodule_search_locations=[place] if is_package else None
                )
        if any(source.startswith(place + os.sep) for source in self._sources):
            folder = ModuleSpec(name, None, is_package=True)
            folder.submodule_search_locations = [place]
            return folder
        raise ImportError(f"`{name}` is not among the verified external checks")


def _verified_sources() -> dict[str, bytes] | None:
    """Checkov's verified sources; None where it does not verify (or is older than 3.2.532)."""
    try:
        from checkov.common.external_checks.verification.sources_registry import get_all_verified_sources
    except ImportError:
        return None
    sources: dict[str, bytes] | None = get_all_verified_sources()
    return sources


def _import_package() -> None:
    if PACKAGE in sys.modules:
        # Installed, or loaded by another route: one copy of the pack is enough.
        return
    sources = _verified_sources()
    if sources is not None:
        sys.meta_path.insert(0, _VerifiedFinder(sources))
        importlib.import_module(PACKAGE)
        return
    spec = importlib.util.spec_from_file_location(
        PACKAGE, os.path.join(FOLDER, "__init__.py"), submodule_search_locations=[FOLDER]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no package in {FOLDER}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[PACKAGE]
        raise


# Threads execute this file at the same time, each as a module of its own: the lock must lie elsewhere.
with sys.__dict__.setdefault("_sqs_checks_loader_lock", threading.RLock()):
    _import_package()
    importlib.import_module(f"{PACKAGE}.pack.registration").register()
