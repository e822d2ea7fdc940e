"""Loading the entry-point group whenever Checkov runs, for pipelines and editors that take no option for it.

`sqs-checks enable` has Python call `install` at every start: it must cost next to nothing and must never fail. So it
only adds a finder; entry points are read when Checkov's Terraform or CloudFormation runner is imported.
"""

import sys

_RUNNERS = frozenset({"checkov.terraform.runner", "checkov.cloudformation.runner"})


class _RunnerHook:
    """Finds Checkov's runners as Python would, and has the packs loaded after them."""

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]  # annotations cost start-up time
        if name not in _RUNNERS:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                _load_packs_after(spec.loader)  # type: ignore[no-untyped-call]
                return spec
        return None


def _load_packs_after(loader):  # type: ignore[no-untyped-def]
    execute = loader.exec_module

    def exec_module(module):  # type: ignore[no-untyped-def]
        execute(module)
        try:
            from sqs_checks.pack.entry_points import load_external_checks

            load_external_checks()
        except Exception as error:  # Checkov goes on without the packs, and the user is told
            print(f"sqs-checks: the hook failed: {type(error).__name__}: {error}", file=sys.stderr)

    loader.exec_module = exec_module


def install():  # type: ignore[no-untyped-def]
    """Called at Python's start by the files that `sqs-checks enable` writes."""
    if not any(isinstance(finder, _RunnerHook) for finder in sys.meta_path):
        sys.meta_path.insert(0, _RunnerHook())
