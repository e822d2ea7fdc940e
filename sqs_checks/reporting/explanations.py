"""What a check says of one resource, from the lines that Checkov carries as the `details` of a record."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple, Optional

from sqs_checks.judgement.fault import Fault
from sqs_checks.reporting.rule_pages import page_of
from sqs_checks.values.printable_text import printable

FIX = "Fix: "
WHY = "Why: "


class Explanation(NamedTuple):
    """lines: all of it. problems: what is wrong, and why that matters. remedies: what to do."""

    lines: tuple[str, ...]
    problems: tuple[str, ...]
    remedies: tuple[str, ...]

    def is_in(self, text: object) -> bool:
        """Whether a text says it already."""
        return all(line in str(text) for line in self.lines)


def explanation_of(record: Any) -> Optional[Explanation]:
    """What a check of ours says in a record of Checkov's; None where it says nothing, and for checks of others."""
    if page_of(record.check_id) is None or not record.details:
        return None
    lines = tuple(map(printable, record.details))
    remedies = tuple(line[len(FIX) :] for line in lines if line.startswith(FIX))
    return Explanation(lines, tuple(line for line in lines if not line.startswith(FIX)), remedies)


def explained_lines(faults: Iterable[Fault], why: str) -> list[str]:
    """The lines of an explanation. why: of the faults that state no reason of their own; each reason is said once."""
    stated: list[str] = []
    for reason, alike in groupby(faults, lambda fault: fault.why or why):
        for fault in alike:
            stated += [fault.problem, f"{FIX}{fault.remedy}"]
        stated.append(f"{WHY}{reason}")
    return [printable(line) for line in stated]
