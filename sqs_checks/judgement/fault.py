"""What a check has to say about a resource."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

from sqs_checks.judgement.correction import Correction
from sqs_checks.judgement.ternary import NO, Ternary, any_of


class Fault(NamedTuple):
    """One thing that may be wrong with a resource.

    violated: whether it is, as far as the code tells.
    problem: what is wrong, with the property or statement, and its value, in the words of the user's language.
    remedy: what to do, such as `set `kms_master_key_id = …``.
    paths: where the code says so, as the framework spells it (`kms_master_key_id`, `Properties/KmsMasterKeyId`).
    why: why this matters, where that is not why the check as a whole does.
    correction: what to write, where there is one remedy that is safe.
    """

    violated: Ternary
    problem: str
    remedy: str
    paths: tuple[str, ...] = ()
    why: str = ""
    correction: Optional[Correction] = None


class Judgement(NamedTuple):
    """The outcome of one check on one resource.

    violated: YES where some fault is certain, UNKNOWN where one is possible.
    faults: the certain ones.
    is_applicable: whether the resource has, or may have, what the check is about. Without it there is no fault, and no pass.
    """

    violated: Ternary
    faults: tuple[Fault, ...]
    is_applicable: bool = True


NO_FAULT = Judgement(NO, ())
NOT_APPLICABLE = Judgement(NO, (), is_applicable=False)


def judge(faults: Sequence[Fault]) -> Judgement:
    """A certain fault decides; a possible one leaves the check undecided; with none the resource is not at fault."""
    if not faults:
        return NO_FAULT
    violated = any_of([fault.violated for fault in faults])
    if violated.is_no:
        return NO_FAULT
    return Judgement(violated, tuple([fault for fault in faults if fault.violated.is_yes]))
