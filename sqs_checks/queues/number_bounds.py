"""Faults of an attribute that takes a whole number."""

from __future__ import annotations

from collections.abc import Iterator

from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.ternary import unknown
from sqs_checks.queues.setting import Setting
from sqs_checks.queues.sqs_limits import Bounds
from sqs_checks.values.configuration_values import Unknown


def out_of_bounds(setting: Setting[int], wanted: Bounds, aws: Bounds, unit: str, example: int) -> Iterator[Fault]:
    """What is wrong with a number that must lie within `wanted`, and within what AWS takes.

    unit: of the number, for the message.
    example: a number that is right, for the remedy.
    """
    number = setting.value
    if isinstance(number, int) and number in wanted and number in aws:
        return
    if isinstance(number, Unknown):
        yield Fault(violated=unknown(number.reason), problem="", remedy="")
        return
    remedy = f"set {setting.assign(example)}"
    yield Fault(
        violated=setting.is_malformed(),
        problem=f"{setting}, which is not a whole number of {unit}: AWS refuses it.",
        remedy=remedy,
        paths=(setting.path,),
    )
    yield Fault(
        violated=setting.holds(lambda number: number not in aws),
        problem=f"{setting}: AWS takes {aws} {unit}.",
        remedy=remedy,
        paths=(setting.path,),
    )
    yield Fault(
        violated=setting.holds(lambda number: number in aws and number not in wanted),
        problem=f"{setting}, outside {wanted} {unit}.",
        remedy=remedy,
        paths=(setting.path,),
    )
