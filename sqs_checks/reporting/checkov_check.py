"""What every check of the pack owes to Checkov, whatever the framework."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, Optional, TypeVar, Union

from checkov.common.bridgecrew.severities import Severities
from checkov.common.models.enums import CheckCategories, CheckResult

from sqs_checks.configuration.setting_kinds import shortened
from sqs_checks.configuration.settings import Settings
from sqs_checks.configuration.settings_files import log_broken, settings_for
from sqs_checks.configuration.settings_layers import SettingsInForce
from sqs_checks.judgement.fault import NOT_APPLICABLE, Fault, Judgement, judge
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.judgement.ternary import YES, Ternary, all_of, any_of, unknown
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.reporting.explanations import FIX, WHY, explained_lines
from sqs_checks.reporting.last_read import LastRead
from sqs_checks.reporting.observations import Outcome, observed, outcome_of
from sqs_checks.reporting.spared_work import IS_DEBUGGING, QUIET_LOGGER
from sqs_checks.values.configuration_values import Unknown

Subject = TypeVar("Subject")


class InCases:
    """Subjects of which parts are not known, and what they are in each case that these parts depend on.

    subjects: each with the words that tell which it is, where there are several; Unknown where one cannot be known, None where
    it states nothing to judge. split: the cases that there are, in words, by the reasons why something is not decided; without
    any where nothing is to be told apart.
    """

    def __init__(
        self, subjects: Sequence[tuple[str, Any]], split: Callable[[Sequence[str]], Iterable[tuple[str, InCases]]]
    ) -> None:
        self.subjects = [(where, subject) for where, subject in subjects if subject is not None]
        self.exists = bool(subjects)
        self._split = split
        self._known: dict[tuple[str, ...], Sequence[tuple[str, InCases]]] = {}

    def cases(self, reasons: tuple[str, ...]) -> Sequence[tuple[str, InCases]]:
        """The cases, read once for all checks. reasons: why something is not decided."""
        if reasons not in self._known:
            self._known[reasons] = list(self._split(reasons))
        return self._known[reasons]


_log = logging.getLogger("sqs_checks.broken")
_LONGEST_FAULT = 300
# So many cases are looked at, one after the other, to decide a single check on a single resource.
_MOST_CASES = 16
_REPORT_AT = "the place where you got sqs-checks from, with the resource and the line of Checkov's log"

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

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    # Some ten times for each check on each resource: without a call where nothing is to be made.

    def __get__(self, check: Any, owner: type) -> Any:
        if check is None:
            return self
        kept = check.__dict__.get("_of_thread")
        return getattr(kept if kept is not None else _of_thread(check), self._name, None)

    def __set__(self, check: Any, value: Any) -> None:
        kept = check.__dict__.get("_of_thread")
        setattr(kept if kept is not None else _of_thread(check), self._name, value)


def _of_thread(check: Any) -> threading.local:
    """What a check keeps for the thread at hand."""
    kept = check.__dict__
    try:
        return kept["_of_thread"]  # type: ignore[no-any-return]
    except KeyError:
        return kept.setdefault("_of_thread", threading.local())  # type: ignore[no-any-return]


class SeverityInForce:
    """A check's severity. Of the class: what the check states. Of an object: what the settings make of it, in each thread
    for the resource that it scans; Checkov's own object.

    is_overridden: whether the settings have changed any check's severity for some resource.
    """

    is_overridden: ClassVar[bool] = False

    def __init__(self, stated: Severity) -> None:
        self._stated = stated

    def __get__(self, check: Any, owner: type) -> Any:
        if check is None:
            return self._stated
        return getattr(_of_thread(check), "severity", None) or vars(check).get("_severity")

    def __set__(self, check: Any, value: Any) -> None:
        vars(check)["_severity"] = value

    def put_in_force(self, check: Any, severity: Optional[Severity]) -> None:
        """For the resource that this thread scans; None for what holds elsewhere."""
        SeverityInForce.is_overridden = True
        _of_thread(check).severity = Severities[severity.value] if severity is not None else None


class Scanned(NamedTuple):
    """What a framework says of the resource at hand, beside the subject of a check.

    conf: as Checkov hands it to each check. address: of the resource. settings: in force for it. traits: of the queues it
    is about. origin: the resource, as the framework knows it.
    """

    conf: Any
    address: str
    settings: SettingsInForce
    traits: Callable[[], Sequence[QueueTraits]]
    origin: Any = None


class SqsCheck(Generic[Subject]):
    """One check: what it states about itself, and how it judges its subject.

    id: stable for ever; users write it in skips and baselines.
    name: the promise that a passing resource keeps.
    why: what happens where it is not kept, in one sentence.
    guideline: the page of AWS's documentation that says so.
    peers: the ids of Checkov's own checks for the same fault.
    settings: the settings that move the verdict.
    judges_only: which resources of its types the check is about, as a phrase in the plural; empty where it is about all.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    area: ClassVar[Area]
    why: ClassVar[str]
    guideline: ClassVar[str]
    peers: ClassVar[tuple[str, ...]] = ()
    settings: ClassVar[tuple[str, ...]] = ()
    judges_only: ClassVar[str] = ""

    def applies(self, subject: Subject, settings: Settings) -> Ternary:
        """Whether the subject is one of those that the check is about (`judges_only`). Where it is not, nothing can be wrong,
        and the check reports nothing: a queue that no function consumes does not pass a check on consumers.
        """
        return YES

    def faults(self, subject: Subject, settings: Settings) -> Iterator[Fault]:
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
    skip_reason = PerThread()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        stated = getattr(cls, "severity", None)
        if isinstance(stated, Severity):
            cls.severity = SeverityInForce(stated)  # type: ignore[assignment]

    def __init__(self) -> None:
        stated = type(self)
        super().__init__(  # type: ignore[call-arg]  # the framework's BaseResourceCheck, next in line
            name=stated.name,
            id=stated.id,
            categories=[_CATEGORIES[stated.area]],
            supported_resources=list(self.resource_types),
            guideline=stated.guideline,
        )
        if not IS_DEBUGGING:
            self.logger = QUIET_LOGGER
        # Checkov's constructor resets the severity; set afterwards it works without an API key. Filters by severity ask
        # before a resource is known: they go by what holds wherever the code lies.
        chosen = settings_for().settings.of_check(self.id).severity or stated.severity
        self.severity = Severities[chosen.value]  # type: ignore[misc]

    def run(self, *args: Any, **kwargs: Any) -> Any:
        result: Any = super().run(*args, **kwargs)  # type: ignore[misc]  # the framework's
        if result["result"] is CheckResult.SKIPPED:
            # A skip that stands in the code has its own reason.
            result.setdefault("suppress_comment", self.skip_reason)
        return result

    def guarded(self, judge_it: Callable[[], CheckResult]) -> CheckResult:
        """What judging a resource comes to, and a finding where it raises: Checkov would make silence of it."""
        try:
            return judge_it()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic in Checkov's graph library, which is written in Rust, is no Exception
            _log.error("check %s broke on %s", self.id, self.entity_path, exc_info=True)
            if not settings_for().settings.of_check(self.id).enabled:
                return CheckResult.UNKNOWN
            broke = f"This check broke: {type(error).__name__}: {_text_of(error)}"
            reason = f"{broke[0].lower()}{broke[1:]}"
            observed(self.entity_path, str(self.entity_path), self.id, Outcome.UNDECIDED, (reason,))
            self.evaluated_keys = []
            self.details = [
                f"{broke}. {self.id} does not judge the resource.",
                f"{FIX}please report this at {_REPORT_AT}",
                f"{WHY}{self.why}",
            ]
            return CheckResult.FAILED

    def report(self, cases: Sequence[tuple[str, Union[Subject, InCases, Unknown, None]]], scanned: Scanned) -> CheckResult:
        """Judges the subject and leaves behind what Checkov shows of it. A fault in one of several cases is a fault.

        cases: what must be so, in words, and the subject as it is then; None where the resource states none (without any
        there is no result), Unknown where it cannot be known.
        """
        if self.details:
            self.details = []
        if scanned.settings.problems:
            return self._refuse(scanned)
        settings = scanned.settings.settings
        stated = settings.of_check(self.id)
        if stated.severity is not None or SeverityInForce.is_overridden:
            vars(type(self))["severity"].put_in_force(self, stated.severity)
        subjects = [(where, subject) for where, subject in cases if subject is not None]
        if not subjects:
            return CheckResult.UNKNOWN
        if not stated.enabled:
            self._observed(scanned, Outcome.SWITCHED_OFF, ("the settings switch it off",))
            return CheckResult.UNKNOWN
        needed = self.needed(settings)
        if needed:
            self._observed(scanned, Outcome.SWITCHED_OFF, (f"the settings do not state `{needed}`",))
            return CheckResult.UNKNOWN
        reason = self._exception(settings, scanned) if settings.exceptions else ""
        if reason:
            self.skip_reason = reason
            self._observed(scanned, Outcome.SKIPPED, (reason,))
            return CheckResult.SKIPPED
        return self._judge(subjects, settings, scanned, len(cases))

    def needed(self, settings: Settings) -> str:
        """The setting without which nobody can say what is right, where it is not stated; empty where nothing is missing."""
        return ""

    def _judge(
        self,
        subjects: Sequence[tuple[str, Union[Subject, InCases, Unknown]]],
        settings: Settings,
        scanned: Scanned,
        cases: int,
    ) -> CheckResult:
        judged = self._each(subjects, settings)
        judgement = _of_all(judged)
        outcome = outcome_of(judgement)
        stated = [found for _, found in judged]
        self._observed(scanned, outcome, self._why(outcome, judgement), stated, cases)
        if judgement.violated.is_yes:
            self.evaluated_keys = list(dict.fromkeys(path for fault in judgement.faults for path in fault.paths))
            self.details = self._explanation(judgement)
            return CheckResult.FAILED
        if judgement.violated.is_no:
            return CheckResult.PASSED if judgement.is_applicable else CheckResult.UNKNOWN
        if settings.unresolved != "fail":
            return CheckResult.UNKNOWN
        self.details = [
            f"Not decided: {'; '.join(judgement.violated.reasons)}.",
            f"{FIX}write what the code can tell; or, for this check to report nothing, set `unresolved: ignore` in the settings",
        ]
        return CheckResult.FAILED

    def judgement(self, subject: Union[Subject, InCases, Unknown], settings: Settings) -> Judgement:
        """What is wrong with the subject."""
        if isinstance(subject, Unknown):
            return Judgement(unknown(subject.reason), ())
        if isinstance(subject, InCases):
            return self._in_cases(subject, settings)
        if self.applies(subject, settings).is_no:
            return NOT_APPLICABLE
        return judge(list(self.faults(subject, settings)))

    def _each(
        self, subjects: Sequence[tuple[str, Union[Subject, InCases, Unknown]]], settings: Settings
    ) -> list[tuple[tuple[str, ...], Judgement]]:
        return [((where,), self.judgement(subject, settings)) for where, subject in subjects]

    def _in_cases(self, stated: InCases, settings: Settings) -> Judgement:
        """Where there is a fault in each case, or in none, it does not matter which one holds."""
        whole = _of_all(self._each(stated.subjects, settings))
        judged: list[tuple[tuple[str, ...], Judgement]] = []
        pending: list[tuple[tuple[str, ...], InCases, Judgement]] = [((), stated, whole)]
        while pending:
            where, there, found = pending.pop()
            if found.violated.is_unknown:
                cases = there.cases(found.violated.reasons)
                if not cases or len(judged) + len(pending) + len(cases) > _MOST_CASES:
                    return whole
                for words, inner in reversed(cases):
                    if inner.exists:
                        pending.append(((*where, words), inner, _of_all(self._each(inner.subjects, settings))))
                continue
            judged.append((where, found))
            if found.violated != judged[0][1].violated:
                faulty = next(words for words, one in judged if one.violated.is_yes)
                return Judgement(unknown(*whole.violated.reasons, f"it is at fault where {' and '.join(faulty)}"), ())
        return _joined(judged[0][1].violated, judged) if judged else whole

    def _why(self, outcome: Outcome, judgement: Judgement) -> tuple[str, ...]:
        if outcome is Outcome.NOT_APPLICABLE:
            return (f"it judges only {self.judges_only}",)
        return judgement.violated.reasons if outcome is Outcome.UNDECIDED else ()

    def _observed(
        self,
        scanned: Scanned,
        outcome: Outcome,
        reasons: tuple[str, ...],
        judgements: Sequence[Judgement] = (),
        cases: int = 0,
    ) -> None:
        observed(self.entity_path, scanned.address, self.id, outcome, reasons, judgements, cases, scanned.origin)

    def _exception(self, settings: Settings, scanned: Scanned) -> str:
        """Why the check does not count on the resource; empty where no exception is certain to be meant."""
        for stated in settings.exceptions:
            if self.id in stated.checks:
                traits = scanned.traits()
                if traits and all_of(one.is_selected(stated.names, stated.tags) for one in traits).is_yes:
                    return stated.reason
        return ""

    def _refuse(self, scanned: Scanned) -> CheckResult:
        """Nothing may be judged by broken settings. The first check on a resource says so, the others say nothing."""
        log_broken(scanned.settings.problems)
        self._observed(scanned, Outcome.UNDECIDED, (f"the settings are broken: {scanned.settings.problems[0]}",))
        first: str = _refused.get(scanned.conf, lambda: self.id)
        if first != self.id:
            return CheckResult.UNKNOWN
        self.details = [
            f"The settings are broken, so no check of sqs-checks judges this resource: {'; '.join(scanned.settings.problems)}",
            f"{FIX}write what `sqs-checks config check` accepts",
        ]
        return CheckResult.FAILED

    def _explanation(self, judgement: Judgement) -> list[str]:
        return explained_lines(judgement.faults, self.why)


_refused: LastRead[str] = LastRead()


def _text_of(error: BaseException) -> str:
    try:
        return shortened(str(error), _LONGEST_FAULT)
    except Exception:  # some cannot even say what they are
        return "no message"


def _of_all(judged: Sequence[tuple[tuple[str, ...], Judgement]]) -> Judgement:
    """A fault in one is a fault."""
    if len(judged) == 1:
        return judged[0][1]
    return _joined(any_of(found.violated for _, found in judged), judged)


def _joined(violated: Ternary, judged: Sequence[tuple[tuple[str, ...], Judgement]]) -> Judgement:
    """One judgement of several; what is applicable to one of them is applicable."""
    return Judgement(violated, tuple(_in_all_cases(judged)), any(found.is_applicable for _, found in judged))


def _in_all_cases(judged: Sequence[tuple[tuple[str, ...], Judgement]]) -> Iterator[Fault]:
    """The certain faults, each once; those that are not there in every case say in which they are.

    judged: what must be so in each case, in words, and what is at fault then.
    """
    cases = [(set(where), {fault.problem for fault in judgement.faults}) for where, judgement in judged]
    said: set[str] = set()
    for where, judgement in judged:
        for fault in judgement.faults:
            if fault.problem not in said:
                said.add(fault.problem)
                needed = [words for words in where if words]
                for words in tuple(needed):
                    others = [one for one in needed if one != words]
                    if all(fault.problem in problems for so, problems in cases if so.issuperset(others)):
                        needed = others
                yield fault._replace(problem=f"Where {' and '.join(needed)}: {fault.problem}") if needed else fault
