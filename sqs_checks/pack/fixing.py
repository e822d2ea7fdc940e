"""What the checks find, corrected in the code: which corrections are made, and which are not and why."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

from sqs_checks.cloudformation.scanned_templates import ResourceAtHand as TemplateResourceAtHand
from sqs_checks.corrections import cloudformation_changes, terraform_changes
from sqs_checks.corrections.changes import Change, refuse_made_files
from sqs_checks.files.bounded_files import read_regular_file
from sqs_checks.judgement.correction import Correction
from sqs_checks.judgement.fault import Fault
from sqs_checks.pack.coverage import Coverage, LeftOut, NotRead, cover
from sqs_checks.reporting.observations import Observation
from sqs_checks.terraform.resources.configured_resource import CodeResource
from sqs_checks.terraform.scanned_code import ResourceAtHand as CodeResourceAtHand
from sqs_checks.terraform.syntax.block_parser import parse_file
from sqs_checks.values.exact_numbers import parse_number
from sqs_checks.writing.source_text import Edit, NotPlacedError, edited, overlap

_BYTE_ORDER_MARK = "\ufeff"


class Place(NamedTuple):
    """Where a finding is: path of the file; line, from 1."""

    path: str
    line: int


class Corrected(NamedTuple):
    """A fault that is gone with the new texts. address: of the resource, as Checkov has it."""

    check: str
    address: str
    place: Place
    problem: str


class Left(NamedTuple):
    """A fault that stays. why: it is not corrected, as a sentence; empty where only a person can say what is right. remedy: what
    the finding says to do.
    """

    check: str
    address: str
    place: Place
    problem: str
    remedy: str
    why: str


class ChangedFile(NamedTuple):
    """A file with its text before and after, line breaks and byte order mark as they are."""

    path: str
    before: str
    after: str


class Fixes(NamedTuple):
    """What one scan leads to. is_empty: whether there was nothing to judge. not_read, left_out: see `cover`."""

    files: Sequence[ChangedFile]
    corrected: Sequence[Corrected]
    left: Sequence[Left]
    not_read: Sequence[NotRead]
    left_out: Sequence[LeftOut]
    is_empty: bool


class _Wanted(NamedTuple):
    """A change with the fault that it corrects."""

    change: Change
    left: Left


class _Judged(NamedTuple):
    """One check on one block of code. observations: of all that Checkov makes of the block."""

    check: str
    place: Place
    observations: list[Observation]


def plan_fixes(path: Path, checks: Sequence[str], tell: Callable[[str], None] = lambda text: None) -> Fixes:
    """Scans and corrects in memory; nothing is written. checks: ids. tell: is told what is being done."""
    observed: list[Observation] = []
    not_read: list[NotRead] = []
    left_out: list[LeftOut] = []
    for one in cover(path, lambda framework, count: tell(f"{framework}: {count} verdicts"), checks):
        if isinstance(one, NotRead):
            not_read.append(one)
        elif isinstance(one, LeftOut):
            left_out.append(one)
        elif isinstance(one, Coverage) and (one.framework != "Terraform plan" or path.is_file()):
            observed.append(one.observation)
    scope = os.path.realpath(path)
    wanted: list[_Wanted] = []
    left: list[Left] = []
    for judged in _by_block(observed):
        for found in _corrections(judged):
            if isinstance(found, _Wanted):
                wanted.append(found)
            else:
                left.append(found)
    files, corrected = _written(wanted, left, scope)
    return Fixes(files, corrected, left, not_read, left_out, not observed)


def _by_block(observed: Iterable[Observation]) -> Iterator[_Judged]:
    """What was observed, by check and by the block of code that it is about."""
    found: dict[Any, _Judged] = {}
    for observation in observed:
        origin = observation.origin
        block = _block_of(origin)
        key = (observation.check, *(block if block is not None else (observation.entity_path, id(observation))))
        if key not in found:
            found[key] = _Judged(observation.check, _place_of(origin, observation), [])
        found[key].observations.append(observation)
    return iter(found.values())


def _block_of(origin: Any) -> Optional[tuple[str, ...]]:
    if isinstance(origin, TemplateResourceAtHand):
        return (origin.path, origin.logical_id)
    resources = origin.resources if isinstance(origin, CodeResourceAtHand) else ()
    if not resources or not isinstance(resources[0], CodeResource):
        return None
    block = resources[0].instance.block
    return (block.file.path, block.type, *block.labels)


def _place_of(origin: Any, observation: Observation) -> Place:
    if isinstance(origin, TemplateResourceAtHand):
        return Place(origin.path, _line_of_template(origin))
    resources = origin.resources if isinstance(origin, CodeResourceAtHand) else ()
    if resources and isinstance(resources[0], CodeResource):
        block = resources[0].instance.block
        return Place(block.file.path, block.lines[0])
    return Place((origin.path if origin is not None else None) or observation.entity_path, 1)


def _line_of_template(origin: TemplateResourceAtHand) -> int:
    text = _text_of(origin.path)
    try:
        return text.count("\n", 0, cloudformation_changes.offset_of(text, origin.logical_id)) + 1 if text is not None else 1
    except NotPlacedError:
        return 1


def _corrections(judged: _Judged) -> Iterator[Union[_Wanted, Left]]:
    """What is to be changed, or left, because of one check on one block."""
    said: set[str] = set()
    for observation in judged.observations:
        for number, judgement in enumerate(observation.judgements):
            for fault in judgement.faults:
                key = f"{fault.problem} {fault.correction}"
                if key in said:
                    continue
                said.add(key)
                left = Left(judged.check, observation.address, judged.place, fault.problem, fault.remedy, "")
                yield _placed(judged, observation, number, fault, left)


def _placed(judged: _Judged, observation: Observation, number: int, fault: Fault, left: Left) -> Union[_Wanted, Left]:
    correction = fault.correction
    if correction is None:
        return left
    try:
        if not _is_everywhere(judged, correction):
            raise NotPlacedError("the same code is right as another instance, or in another case of a deployment")
        return _Wanted(_change(observation, number, correction), left)
    except NotPlacedError as refused:
        return _refused(left, refused)


def _is_everywhere(judged: _Judged, correction: Correction) -> bool:
    """Whether the correction is right for all that the code of the block makes."""
    stated = str(correction)
    return all(
        len(observation.judgements) == observation.cases > 0
        and all(any(str(fault.correction) == stated for fault in judgement.faults) for judgement in observation.judgements)
        for observation in judged.observations
    )


def _change(observation: Observation, number: int, correction: Correction) -> Change:
    origin = observation.origin
    if isinstance(origin, TemplateResourceAtHand):
        situations = origin.among_others if origin.is_among_others else origin.alone
        return cloudformation_changes.change_of(correction, origin.path, origin.logical_id, situations[0])
    resource = origin.resources[number] if isinstance(origin, CodeResourceAtHand) else None
    if not isinstance(resource, CodeResource):
        raise NotPlacedError("a plan is no code: correct the code that it was made from")
    if resource.instance.block.file.path.endswith(".json"):
        raise NotPlacedError("Terraform's code in JSON is not written to")
    assert origin.models is not None
    return terraform_changes.change_of(correction, resource, origin.models)


def _refused(left: Left, refused: NotPlacedError, text: Optional[str] = None, path: str = "") -> Left:
    why = f"{str(refused)[0].upper()}{str(refused)[1:]}." if str(refused)[:1] != "`" else f"{refused}."
    place = left.place
    if text is not None and refused.offset >= 0:
        place = Place(path or place.path, text.count("\n", 0, refused.offset) + 1)
    return left._replace(why=why, place=place)


# Writing


def _written(wanted: Sequence[_Wanted], left: list[Left], scope: str) -> tuple[list[ChangedFile], list[Corrected]]:
    """The files with all changes made that can be made. left: to which those are added that cannot."""
    by_path: dict[str, list[_Wanted]] = {}
    taken: dict[Any, Change] = {}
    # Of two values for one setting, that of the check with the higher number counts: those look at several resources.
    for one in sorted(wanted, key=lambda one: -int(one.left.check.rpartition("_")[2])):
        first = taken.setdefault((one.change.path, one.change.target), one.change)
        if first.value != one.change.value:
            left.append(_refused(one.left, NotPlacedError("another finding changes the same setting; run the command again")))
        else:
            by_path.setdefault(one.change.path, []).insert(0, one)
    files, corrected = [], []
    for path, of_file in sorted(by_path.items()):
        text = _text_of(path)
        try:
            if text is None:
                raise NotPlacedError("the file cannot be read as UTF-8")
            _refuse_outside(path, scope)
            refuse_made_files(path, text)
        except NotPlacedError as refused:
            left += [_refused(one.left, refused, text, path) for one in of_file]
            continue
        after, made = _with_changes(path, text, of_file, left)
        if after != text:
            files.append(ChangedFile(path, text, after))
        corrected += [Corrected(one.left.check, one.left.address, one.left.place, one.left.problem) for one in made]
    return files, corrected


def _with_changes(path: str, text: str, wanted: Sequence[_Wanted], left: list[Left]) -> tuple[str, list[_Wanted]]:
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    text = text[len(mark) :]
    made: list[_Wanted] = []
    done: set[Any] = set()
    pending = list(wanted)
    while pending:
        edits: list[Edit] = []
        batch: list[tuple[_Wanted, list[Edit]]] = []
        later: list[_Wanted] = []
        blocks: set[Any] = set()
        for one in pending:
            if one.change.target in done:
                made.append(one)  # two findings with one correction
                continue
            if one.change.block in blocks:
                later.append(one)
                continue
            try:
                own = list(one.change.write(text))
            except NotPlacedError as refused:
                left.append(_refused(one.left, refused, text, path))
                continue
            if overlap([*edits, *own]):
                later.append(one)
                continue
            edits += own
            batch.append((one, own))
            blocks.add(one.change.block)
        if batch and not _is_sound(path, text, edited(text, edits), batch):
            # Together they do not fit: one at a time.
            first, first_edits = batch[0]
            later = [*(one for one, _ in batch[1:]), *later]
            batch = batch[:1]
            edits = first_edits
            if not _is_sound(path, text, edited(text, edits), batch):
                left.append(_refused(first.left, NotPlacedError("what would be written could not be read again")))
                batch, edits = [], []
        text = edited(text, edits)
        made += [one for one, _ in batch]
        done.update(one.change.target for one, _ in batch)
        pending = later
    return mark + text, made


def _is_sound(path: str, before: str, after: str, batch: Sequence[tuple[_Wanted, list[Edit]]]) -> bool:
    """Whether a text can be read after it was edited, where it could before, and states what was set."""
    if _is_readable(path, before) and not _is_readable(path, after):
        return False
    return all(_is_stated(one.change, after) for one, _ in batch if one.change.is_setting)


def _is_stated(change: Change, text: str) -> bool:
    try:
        again = list(change.write(text))
    except NotPlacedError:
        return change.value is None  # it is gone
    return edited(text, again) == text


def _is_readable(path: str, text: str) -> bool:
    if path.endswith((".tf", ".tofu")):
        return parse_file(path, text, parse_number).fault is None
    try:
        cloudformation_changes.read_template(text)
    except NotPlacedError:
        return False
    return True


def _refuse_outside(path: str, scope: str) -> None:
    real = os.path.realpath(path)
    if real != scope and not real.startswith(scope.rstrip(os.sep) + os.sep):
        raise NotPlacedError("it lies outside of what the command was given")
    if not os.access(real, os.W_OK):
        raise NotPlacedError("the file may not be written to")


def _text_of(path: str) -> Optional[str]:
    content = read_regular_file(path)
    try:
        return content.decode("utf-8") if content is not None else None
    except UnicodeDecodeError:
        return None
