"""What is run on the code: `nox -s quick`, `full`, `lint`, `versions`. Each has an environment of its own.

Arguments after `--` go to pytest: `nox -s quick -- -k CKV_SQS_7`.
"""

from __future__ import annotations

import os

import nox

PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
# The oldest that is supported, those between whose readings of code differ, and the newest.
CHECKOVS = ("3.1.70", "3.2.0", "3.2.300", "3.2.532", "newest")

nox.options.sessions = ("quick", "lint")
nox.options.error_on_missing_interpreters = False


@nox.session
def quick(session: nox.Session) -> None:
    """All tests but the slow ones, in under two minutes on two idle cores."""
    session.install(".[test]")
    session.run("pytest", "-m", "not slow", *session.posargs)


@nox.session
def full(session: nox.Session) -> None:
    """All tests, as CI runs them."""
    session.install(".[test]")
    session.run("pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    session.install(".[lint]")
    session.run("mypy")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=PYTHONS)
@nox.parametrize("checkov", CHECKOVS)
def versions(session: nox.Session, checkov: str) -> None:
    """The tests on each Python with each Checkov. Pairs that Checkov itself cannot be installed as are skipped, by name."""
    wanted = "checkov" if checkov == "newest" else f"checkov=={checkov}"
    session.run_install(
        "python", "-m", "pip", "install", "--quiet", wanted, success_codes=range(256), silent=True, env=dict(os.environ)
    )
    installed = session.run("python", "-c", "import checkov.main", success_codes=range(256), silent=True, log=False)
    if installed:  # what Python says of an import that fails
        session.skip(f"{wanted} cannot be installed on Python {session.python}")
    session.install(".[test]", wanted)
    session.run("pytest", "-m", "not slow", *session.posargs)
