"""Faults of an attribute that takes a whole number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqs_checks.judgement.fault import Fault
from sqs_checks.judgement.ternary import unknown
from sqs_checks.queues.setting import Setting
from sqs_checks.queues.sqs_limits import Bounds
from sqs_checks.values.configuration_values import Unknown

REFUSED = "AWS refuses that, and the deployment fails"


def nearest(number: int, wanted: Bounds, aws: Bounds) -> int:
    """The number within both bounds that is nearest to one."""
    return min(max(number, wanted.minimum, aws.minimum), wanted.maximum, aws.maximum)


def out_of_bounds(
    setting: Setting[int], wanted: Bounds, aws: Bounds, unit: str, example: int, options: Sequence[str] = ("", "")
) -> Iterator[Fault]:
    """What is wrong with a number that must lie within `wanted`, and within what AWS takes.

    unit: of the number, for the message.
    example: a number that is right, for the remedy of what is no number.
    options: the settings of the pack that say the least and the most that is wanted.
    """
    number = setting.value
    if isinstance(number, int) and number in wanted and number in aws:
        return
    if isinstance(number, Unknown):
        yield Fault(violated=unknown(number.reason), problem="", remedy="")
        return
    yield Fault(
        violated=setting.is_malformed(),
        problem=f"{setting}, which is not a whole number of {unit}.",
        remedy=f"set {setting.assign(example)}",
        paths=(setting.path,),
        why=REFUSED,
    )
    taken = nearest(number, wanted, aws) if isinstance(number, int) else example
    remedy, correction = f"set {setting.assign(taken)}", setting.set_to(taken)
    yield Fault(
        violated=setting.holds(lambda number: number not in aws),
        problem=f"{setting}; AWS takes {aws} {unit}.",
        remedy=remedy,
        paths=(setting.path,),
        why=REFUSED,
        correction=correction,
    )
    least, most = options
    is_less = isinstance(number, int) and number < wanted.minimum
    limit = f"less than the {wanted.minimum} of `{least}`" if is_less else f"more than the {wanted.maximum} of `{most}`"
    yield Fault(
        violated=setting.holds(lambda number: number in aws and number not in wanted),
        problem=f"{setting}, which is {limit} in the settings of sqs-checks.",
        remedy=remedy,
        paths=(setting.path,),
        correction=correction,
    )
