"""`sqs-checks coverage`: what the checks could not decide and why, and what they made of the rest."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from sqs_checks.commands.code_files import may_be_code
from sqs_checks.commands.exit_codes import AT_FAULT, FINE
from sqs_checks.commands.messages import complain, no_such_path, progress
from sqs_checks.commands.tables import table
from sqs_checks.pack.coverage import Coverage, LeftOut, NotRead, cover
from sqs_checks.reporting.observations import Outcome

# How many resources of one reason the text names; JSON has them all.
_MOST_NAMED = 10
_WHY_NO_VERDICT = {
    Outcome.NOT_APPLICABLE: "Not applicable, which is no pass: the resource has nothing that the check is about.",
    Outcome.SWITCHED_OFF: "Switched off:",
    Outcome.SKIPPED: "Skipped, by the code or the settings:",
}


class _Covered(NamedTuple):
    """Everything that was found below a path."""

    results: Sequence[Coverage]
    left_out: Sequence[LeftOut]
    not_read: Sequence[NotRead]

    def of(self, *outcomes: Outcome) -> list[Coverage]:
        return [one for one in self.results if one.observation.outcome in outcomes]

    @property
    def decided_percent(self) -> Optional[float]:
        """How many of the verdicts are decided, in percent; None where there is none."""
        verdicts = [one for one in self.results if one.observation.outcome.is_verdict]
        return 100 * (len(verdicts) - len(self.of(Outcome.UNDECIDED))) / len(verdicts) if verdicts else None

    @property
    def is_empty(self) -> bool:
        return not (self.results or self.left_out or self.not_read)


def run_coverage_command(arguments: argparse.Namespace) -> int:
    path = Path(arguments.path)
    if not path.exists():
        return no_such_path(path)
    has_code = may_be_code(path)
    if not has_code and not path.is_dir():
        return complain(f"{path} is no Terraform or CloudFormation: give a folder, or a file of one of them")
    covered = _covered(path)
    if arguments.format == "json":
        print(json.dumps(_as_json(covered), indent=2, ensure_ascii=False))
    elif covered.is_empty:
        print(f"There are no SQS resources in {path}." if has_code else f"There is no Terraform or CloudFormation in {path}.")
    else:
        print(*_as_text(covered), sep="\n")
    percent = covered.decided_percent
    if arguments.fail_under is not None and percent is not None and percent < arguments.fail_under:
        print(f"sqs-checks: less than {arguments.fail_under:g} % of the verdicts are decided", file=sys.stderr)
        return AT_FAULT
    return AT_FAULT if covered.not_read else FINE


def _covered(path: Path) -> _Covered:
    results, left_out, not_read = [], [], []
    with progress() as show:
        for one in cover(path, lambda framework, count: show(f"{framework}: {count} verdicts …")):
            if isinstance(one, Coverage):
                results.append(one)
            elif isinstance(one, LeftOut):
                left_out.append(one)
            else:
                not_read.append(one)
    return _Covered(results, left_out, not_read)


def _as_text(covered: _Covered) -> Iterator[str]:
    yield from _undecided(covered.of(Outcome.UNDECIDED))
    yield from _counts(covered.results)
    for outcome, heading in _WHY_NO_VERDICT.items():
        yield from _without_verdict(heading, covered.of(outcome))
    if covered.left_out:
        yield "Left out by Checkov, so that no check judges it:"
        yield from (f"  {one.address} ({one.framework}, {one.file})" for one in covered.left_out)
        yield ""
    if covered.not_read:
        yield "Not read:"
        yield from (f"  {one.file} ({one.framework}): {one.why}" for one in covered.not_read)
        yield ""
    percent = covered.decided_percent
    verdicts = covered.of(*(outcome for outcome in Outcome if outcome.is_verdict))
    # Rounded down: 100 % is said of all only.
    yield f"{int(percent * 10) / 10:g} % of {_number(verdicts)} decided." if percent is not None else "No check judged anything."


def _number(verdicts: Sequence[Coverage]) -> str:
    return "1 verdict is" if len(verdicts) == 1 else f"{len(verdicts)} verdicts are"


def _undecided(results: Sequence[Coverage]) -> Iterator[str]:
    if not results:
        return
    by_reason: dict[str, list[Coverage]] = defaultdict(list)
    for one in results:
        by_reason["; ".join(one.observation.reasons)].append(one)
    yield f"{_number(results)} not decided. Why, the commonest reason first:"
    for reason, alike in sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0])):
        yield ""
        yield f"{len(alike):>5}  {reason}"
        checks: dict[str, list[str]] = defaultdict(list)
        for one in alike:
            checks[f"{one.observation.address} ({one.framework}, {_file_of(one)})"].append(one.observation.check)
        for resource in list(checks)[:_MOST_NAMED]:
            yield f"         {resource}: {', '.join(sorted(checks[resource], key=_number_of))}"
        if len(checks) > _MOST_NAMED:
            yield f"         and {len(checks) - _MOST_NAMED} more: `--format json` names them all"
    yield ""


def _counts(results: Sequence[Coverage]) -> Iterator[str]:
    """How often each check comes to what."""
    if not results:
        return
    counted = Counter((one.observation.check, one.observation.outcome) for one in results)
    shown = [outcome for outcome in Outcome if any(of is outcome for _, of in counted)]
    rows = [
        (check, *(str(counted[check, outcome] or "-") for outcome in shown))
        for check in sorted({check for check, _ in counted}, key=_number_of)
    ]
    sums = ("all", *(str(sum(number for (_, of), number in counted.items() if of is outcome)) for outcome in shown))
    yield from table([("check", *(outcome.value for outcome in shown)), *rows, sums], numbers_from=1)
    yield ""


def _without_verdict(heading: str, results: Sequence[Coverage]) -> Iterator[str]:
    if not results:
        return
    yield heading
    counted = Counter((one.observation.check, "; ".join(one.observation.reasons)) for one in results)
    for (check, reason), number in sorted(counted.items(), key=lambda item: (_number_of(item[0][0]), item[0][1])):
        yield f"  {check:<10}  {number:>5}  {reason}"
    yield ""


def _number_of(check: str) -> int:
    return int(check.rsplit("_", 1)[1])


def _file_of(one: Coverage) -> str:
    return one.observation.entity_path.partition(":")[0]


def _as_json(covered: _Covered) -> dict[str, Any]:
    return {
        "decided_percent": covered.decided_percent,
        "counts": {outcome.value: len(covered.of(outcome)) for outcome in Outcome},
        "results": [
            {
                "framework": one.framework,
                "file": _file_of(one),
                "resource": one.observation.address,
                "check": one.observation.check,
                "outcome": one.observation.outcome.value,
                "reasons": list(one.observation.reasons),
            }
            for one in covered.results
        ],
        "left_out": [{"framework": one.framework, "file": one.file, "resource": one.address} for one in covered.left_out],
        "not_read": [{"framework": one.framework, "file": one.file, "reason": one.why} for one in covered.not_read],
    }
