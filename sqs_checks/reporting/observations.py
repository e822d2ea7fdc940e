"""What the checks make of resources, for whoever asks: Checkov itself forgets what is not a pass, a failure or a skip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any, NamedTuple, Optional

from sqs_checks.judgement.fault import Judgement


class Outcome(Enum):
    """What one check makes of one resource, in the words that users read."""

    UNDECIDED = "undecided"
    FAILED = "failed"
    PASSED = "passed"
    NOT_APPLICABLE = "not applicable"
    SWITCHED_OFF = "switched off"
    SKIPPED = "skipped"

    @property
    def is_verdict(self) -> bool:
        """Whether the check judges the resource, with whatever result."""
        return self in (Outcome.UNDECIDED, Outcome.FAILED, Outcome.PASSED)


class Observation(NamedTuple):
    """What a check made of a resource.

    entity_path: Checkov's `<file>:<type>:<name>`. address: of the resource, with modules and index. reasons: why it is
    undecided, not applicable, switched off or skipped, each as a phrase. judgements: of each case in which there is something to
    judge. cases: how many cases there are. origin: the resource, as the framework knows it.
    """

    entity_path: str
    address: str
    check: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    judgements: Sequence[Judgement] = ()
    cases: int = 0
    origin: Any = None


_observe: Optional[Callable[[Observation], None]] = None


@contextmanager
def observing(observe: Callable[[Observation], None]) -> Iterator[None]:
    """Has a function told what each check makes of each resource. For one thread."""
    global _observe
    _observe = observe
    try:
        yield
    finally:
        _observe = None


def observed(
    entity_path: object,
    address: str,
    check: str,
    outcome: Outcome,
    reasons: tuple[str, ...] = (),
    judgements: Sequence[Judgement] = (),
    cases: int = 0,
    origin: Any = None,
) -> None:
    """Tells whoever observes; costs next to nothing where nobody does."""
    if _observe is not None:
        _observe(Observation(str(entity_path), address, check, outcome, reasons, judgements, cases, origin))


def outcome_of(judgement: Judgement) -> Outcome:
    if judgement.violated.is_unknown:
        return Outcome.UNDECIDED
    if judgement.violated.is_yes:
        return Outcome.FAILED
    return Outcome.PASSED if judgement.is_applicable else Outcome.NOT_APPLICABLE
