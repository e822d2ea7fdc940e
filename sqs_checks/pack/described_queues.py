"""The queues of some code, described: what Checkov's runners and our models tell, put together."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any, Optional

from sqs_checks.descriptions.describing import describe, merged, places_of, rank
from sqs_checks.descriptions.queue_description import CodeDescription, Finding, NotKnown, QueueDescription
from sqs_checks.judgement.metadata import Area
from sqs_checks.model.queue_model import QueueModel
from sqs_checks.model.relations import Place
from sqs_checks.pack.catalogue import check_classes
from sqs_checks.pack.coverage import LeftOut, NotRead, Progress, Scan, scan, untold
from sqs_checks.reporting.explanations import WHY, explanation_of
from sqs_checks.reporting.observations import Observation, Outcome

_LEFT_OUT = NotKnown("Checkov leaves this queue out, so no check has judged it")


def described_queues(path: Path, queue: Optional[str] = None, progress: Progress = untold) -> CodeDescription:
    """Every queue below a folder, or in a file. queue: the name or address of those that are wanted; None for all."""
    queues: list[QueueDescription] = []
    others: list[Finding] = []
    not_read: list[tuple[str, str]] = []
    areas = {check.id: check.area for check in check_classes()}
    scans: list[tuple[Scan, list[tuple[str, QueueModel]]]] = []
    left_out: set[Hashable] = set()
    for one in scan(path, progress):
        if isinstance(one, Scan):
            scans.append((one, list(one.queues)))
        elif isinstance(one, LeftOut):
            left_out.add(Place(one.address, one.file))
        elif isinstance(one, NotRead):
            not_read.append((one.file, one.why))
    for found, models in scans:
        described = _Described(found, models, areas, left_out)
        queues += described.queues(queue)
        others += described.other_findings() if queue is None else ()
    return CodeDescription(str(path), tuple(queues), tuple(sorted(others, key=rank)), tuple(not_read))


class _Described:
    """What one run of Checkov tells.

    models: of its queues. areas: of the checks, by their ids. left_out: the resources that no check was handed.
    """

    def __init__(
        self, found: Scan, models: list[tuple[str, QueueModel]], areas: dict[str, Area], left_out: set[Hashable]
    ) -> None:
        self._scan = found
        self._models = models
        self._areas = areas
        self._left_out = left_out
        self._of_check: dict[tuple[str, str], list[Observation]] = {}
        for observation in found.observations:
            self._of_check.setdefault((observation.check, observation.address), []).append(observation)
        self._findings = [_finding(record, self._places(record)) for record in found.failed]

    def queues(self, wanted: Optional[str]) -> Iterator[QueueDescription]:
        by_place: dict[Place, list[tuple[str, QueueModel]]] = {}
        for where, model in self._models:
            if wanted is None or wanted in (model.place.label, model.own.traits.code_name, model.queue.name.value):
                by_place.setdefault(model.place, []).append((where, model))
        for cases in by_place.values():
            yield from merged([self._described(where, model) for where, model in cases])

    def _described(self, where: str, model: QueueModel) -> QueueDescription:
        own = places_of(model)
        findings = [(finding, self._areas[finding.check]) for finding in self._findings if own.intersection(finding.places)]
        not_known = [_LEFT_OUT] if model.place in self._left_out else []
        return describe(model, self._scan.framework, where, findings, self._findings, [*not_known, *self._not_known(own)])

    def _not_known(self, own: frozenset[Hashable]) -> Iterator[NotKnown]:
        checks: dict[str, list[str]] = {}
        for observation in self._scan.observations:
            if observation.outcome is Outcome.UNDECIDED and own.intersection(_places_of(observation)):
                for reason in observation.reasons:
                    checks.setdefault(reason, []).append(observation.check)
        for reason, ids in checks.items():
            yield NotKnown(reason, tuple(dict.fromkeys(ids)))

    def other_findings(self) -> list[Finding]:
        """Those about no queue of the code, such as a policy on a queue that lies elsewhere."""
        of_queues = frozenset[Hashable]().union(*(places_of(model) for _, model in self._models))
        return [finding for finding in self._findings if not of_queues.intersection(finding.places)]

    def _places(self, record: Any) -> tuple[Place, ...]:
        """The resources that a record of Checkov's is about. Templates' records name the type ahead of the logical id."""
        resource = str(record.resource)
        seen = self._of_check.get((record.check_id, resource)) or self._of_check.get(
            (record.check_id, resource.rpartition(".")[2]), []
        )
        in_file = [one for one in seen if one.entity_path.startswith(f"{record.file_path}:")]
        return tuple(dict.fromkeys(place for one in in_file or seen for place in _places_of(one)))


def _places_of(observation: Observation) -> list[Place]:
    """What messages call the resources that a check was handed as one; none where the check broke."""
    return observation.origin.places if observation.origin is not None else []


def _finding(record: Any, places: tuple[Place, ...]) -> Finding:
    explanation = explanation_of(record)
    problems = explanation.problems if explanation is not None else ()
    return Finding(
        check=record.check_id,
        severity=record.severity.name if record.severity is not None else "",
        promise=record.check_name,
        problems=tuple(line for line in problems if not line.startswith(WHY)),
        reasons=tuple(line[len(WHY) :] for line in problems if line.startswith(WHY)),
        remedies=explanation.remedies if explanation is not None else (),
        resource=str(record.resource),
        file=str(record.file_path),
        first_line=record.file_line_range[0],
        last_line=record.file_line_range[1],
        places=places,
    )
