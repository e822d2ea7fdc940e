"""What every check of the pack owes to Checkov, whatever the framework."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Generic, NamedTuple, Optional, TypeVar

from checkov.common.bridgecrew.severities import Severities
from checkov.common.models.enums import CheckCategories, CheckResult

from sqs_checks.judgement.fault import Fault, Judgement, judge
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import Ternary, any_of

Subject = TypeVar("Subject")

_CATEGORIES = {
    Area.ACCESS_CONTROL_POLICY: CheckCategories.IAM,
    Area.CRYPTOGRAPHIC_KEYS: CheckCategories.ENCRYPTION,
    Area.INPUT_VALIDATION: CheckCategories.GENERAL_SECURITY,
    Area.DATA_RETENTION: CheckCategories.BACKUP_AND_RECOVERY,
    Area.ASSET_INVENTORY: CheckCategories.CONVENTION,
    Area.NOTHING_LOST: CheckCategories.BACKUP_AND_RECOVERY,
}


class PerThread:
    """An attribute of a check that each thread has for itself.

    Where Checkov runs its frameworks in threads (macOS, Windows), two of them run one check object at the same time and
    read what it says from the attributes of the object.
    """

    def __init__(self) -> None:
        self._values = threading.local()

    def __get__(self, check: object, owner: type) -> Any:
        if check is None:
            return self
        return getattr(self._values, str(id(check)), None)

    def __set__(self, check: object, value: Any) -> None:
        setattr(self._values, str(id(check)), value)


class Observation(NamedTuple):
    """What a check made of a resource: `violated` holds the reasons where it is not decided.

    entity_path: Checkov's `<file>:<type>:<name>`. address: of the resource, with modules and index.
    """

    entity_path: str
    address: str
    check: str
    violated: Ternary


_observations: Optional[list[Observation]] = None


@contextmanager
def observing() -> Iterator[list[Observation]]:
    """Collects what the checks make of resources: Checkov itself forgets what they cannot decide. For one thread."""
    global _observations
    _observations = []
    try:
        yield _observations
    finally:
        _observations = None


class SqsCheck(Generic[Subject]):
    """One check: what it states about itself, and how it judges its subject.

    id: stable for ever; users write it in skips and baselines.
    name: the promise that a passing resource keeps.
    why: what happens where it is not kept, in one sentence.
    guideline: the page of AWS's documentation that says so.
    peers: the ids of Checkov's own checks for the same fault.
    settings: the settings that move the verdict.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    area: ClassVar[Area]
    why: ClassVar[str]
    guideline: ClassVar[str]
    peers: ClassVar[tuple[str, ...]] = ()
    settings: ClassVar[tuple[str, ...]] = ()

    def faults(self, subject: Subject) -> Iterator[Fault]:
        """Everything that may be wrong with the subject, each with how certain it is."""
        raise NotImplementedError


class CheckovCheck(SqsCheck[Subject]):
    """An SqsCheck that reports as Checkov expects. To be combined with a framework's BaseResourceCheck."""

    resource_types: ClassVar[tuple[str, ...]]

    details = PerThread()
    evaluated_keys = PerThread()
    entity_path = PerThread()
    entity_type = PerThread()
    graph = PerThread()
    address = PerThread()

    def __init__(self) -> None:
        stated = type(self)
        super().__init__(  # type: ignore[call-arg]  # the framework's BaseResourceCheck, next in line
            name=stated.name,
            id=stated.id,
            categories=[_CATEGORIES[stated.area]],
            supported_resources=list(self.resource_types),
            guideline=stated.guideline,
        )
        # Checkov's constructor resets the severity; set afterwards it works without an API key.
        self.severity = Severities[stated.severity.value]  # type: ignore[misc]

    def report(self, subject: Optional[Subject]) -> CheckResult:
        """Judges the subject and leaves behind what Checkov shows of it. Where there is none there is no result."""
        return self.report_cases([("", subject)])

    def report_cases(self, cases: Sequence[tuple[str, Optional[Subject]]]) -> CheckResult:
        """As `report`, of a resource that is different in different cases. A fault in one of them is a fault, and says where.

        cases: what must be so, in words, and the subject as it is then.
        """
        judged = [(where, judge(list(self.faults(subject)))) for where, subject in cases if subject is not None]
        if not judged:
            return CheckResult.UNKNOWN
        judgement = Judgement(any_of(found.violated for _, found in judged), tuple(_in_all_cases(judged)))
        if _observations is not None:
            _observations.append(Observation(str(self.entity_path), self.address, self.id, judgement.violated))
        self.evaluated_keys = [path for fault in judgement.faults for path in fault.paths]
        if judgement.violated.is_yes:
            self.details = self._explanation(judgement)
            return CheckResult.FAILED
        return CheckResult.UNKNOWN if judgement.violated.is_unknown else CheckResult.PASSED

    def _explanation(self, judgement: Judgement) -> list[str]:
        lines = []
        for fault in judgement.faults:
            lines += [fault.problem, f"Write instead: {fault.remedy}"]
        return [*lines, f"Why: {self.why}"]


def _in_all_cases(judged: Sequence[tuple[str, Judgement]]) -> Iterator[Fault]:
    """The certain faults, each once; those that are not there in every case say in which they are."""
    problems = [{fault.problem for fault in judgement.faults} for _, judgement in judged]
    everywhere = set.intersection(*problems)
    said: set[str] = set()
    for where, judgement in judged:
        for fault in judgement.faults:
            if fault.problem not in said:
                said.add(fault.problem)
                yield fault if fault.problem in everywhere else replace(fault, problem=f"Where {where}: {fault.problem}")
