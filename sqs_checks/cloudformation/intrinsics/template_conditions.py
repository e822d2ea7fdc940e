"""`Fn::If`: a resource as it is in each case that its template's conditions allow.

Source: AWS CloudFormation User Guide, "Condition functions" and "Parameters" (AllowedValues).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple, Optional

from sqs_checks.cloudformation.intrinsics.template_values import Template, intrinsic, without_line_numbers

_OTHER = "‹another value›"
_MOST_CASES = 32
_DEEPEST = 20


class Case(NamedTuple):
    """conf: the resource with every `Fn::If` replaced. where: what must be so, in words; empty where nothing depends."""

    conf: Mapping[str, Any]
    where: str


class _Question(NamedTuple):
    """What a condition depends on: the value of a parameter, or a comparison that cannot be looked into."""

    text: str
    parameter: bool


Answers = Mapping[_Question, str]


class Truth(NamedTuple):
    """Which conditions hold together in one case. where: what must be so, in words."""

    holds: Mapping[str, bool]
    where: str


def cases(conf: Mapping[str, Any], template: Template, logical_id: str) -> list[Case]:
    """One case for each combination of answers that matters; the resource as it is where there are too many."""
    made_if = template.condition_of(logical_id)
    truths = truths_of(conditions_in(conf), made_if, template)
    every = [Case(chosen(conf, truth.holds), truth.where) for truth in truths]
    return [Case(every[0].conf, "")] if len(every) == 1 else every or [Case(conf, "")]


def truths_of(conditions: Iterable[str], made_if: Optional[str], template: Template) -> list[Truth]:
    """The ways in which some conditions can hold together; empty where nothing depends on them or there are too many ways.

    made_if: the condition under which the resource at hand is made; only the ways in which it is count.
    """
    names = sorted(set(conditions))
    if not names:
        return []
    own = [made_if] if made_if is not None else []
    questions: dict[_Question, set[str]] = {}
    for name in (*names, *own):
        _ask(template.condition(name), template, questions, 0)
    domains = {question: _domain(question, compared, template) for question, compared in questions.items()}
    combinations = 1
    for domain in domains.values():
        combinations *= len(domain)
    if combinations > _MOST_CASES:
        return []
    found: dict[tuple[bool, ...], Truth] = {}
    for combination in product(*domains.values()):
        answers = dict(zip(domains, combination))
        if any(not _holds(template.condition(name), template, answers, 0) for name in own):
            continue  # the resource is not made then
        truth = {name: _holds(template.condition(name), template, answers, 0) for name in names}
        found.setdefault(tuple(truth.values()), Truth(truth, _in_words(answers)))
    return list(found.values())


def conditions_in(value: Any, depth: int = 0) -> Iterator[str]:
    """The conditions that decide an `Fn::If` anywhere in a value."""
    if depth > 100:
        return
    found = intrinsic(value)
    if found is not None and found[0] == "Fn::If" and isinstance(found[1], list) and found[1]:
        yield str(found[1][0])
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for item in items:
        yield from conditions_in(item, depth + 1)


def chosen(value: Any, truth: Mapping[str, bool], depth: int = 0) -> Any:
    """The value with the branch of each `Fn::If` that the truth chooses; one whose condition it does not know stays."""
    if depth > 100:
        return value
    found = intrinsic(value)
    if found is not None and found[0] == "Fn::If" and isinstance(found[1], list) and len(found[1]) == 3:
        name, if_true, if_false = found[1]
        if str(name) in truth:
            return chosen(if_true if truth[str(name)] else if_false, truth, depth + 1)
    if isinstance(value, Mapping):
        return {key: chosen(item, truth, depth + 1) for key, item in value.items()}
    return [chosen(item, truth, depth + 1) for item in value] if isinstance(value, list) else value


def _comparison(argument: Any, template: Template) -> tuple[Optional[str], Any, Any]:
    """The parameter that an `Fn::Equals` compares and with what; without a parameter both sides."""
    left, right = argument
    for one, other in ((left, right), (right, left)):
        found = intrinsic(one)
        name = found[1] if found is not None and found[0] == "Ref" else None
        if isinstance(name, str) and template.parameter(name) is not None and isinstance(other, (str, int, bool)):
            return name, one, _plain(other)
    return None, left, right


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parts(definition: Any) -> Optional[tuple[str, list[Any]]]:
    """A condition's function and its operands; None where it is none that is known."""
    stated = without_line_numbers(definition) if isinstance(definition, Mapping) else {}
    if len(stated) != 1:
        return None
    name, argument = next(iter(stated.items()))
    return str(name), argument if isinstance(argument, list) else [argument]


def _ask(definition: Any, template: Template, questions: dict[_Question, set[str]], depth: int) -> None:
    parts = _parts(definition)
    if parts is None or depth > _DEEPEST:
        questions.setdefault(_Question(str(definition), False), set())
        return
    name, operands = parts
    if name == "Condition":
        _ask(template.condition(str(operands[0])), template, questions, depth + 1)
    elif name in ("Fn::And", "Fn::Or", "Fn::Not"):
        for operand in operands:
            _ask(operand, template, questions, depth + 1)
    elif name == "Fn::Equals" and len(operands) == 2:
        parameter, left, right = _comparison(operands, template)
        if parameter is not None:
            questions.setdefault(_Question(parameter, True), set()).add(right)
        elif intrinsic(left) is not None or intrinsic(right) is not None:
            questions.setdefault(_Question(f"{left} = {right}", False), set())
    else:
        questions.setdefault(_Question(str(definition), False), set())


def _domain(question: _Question, compared: set[str], template: Template) -> list[str]:
    if not question.parameter:
        return ["true", "false"]
    allowed = (template.parameter(question.text) or {}).get("AllowedValues")
    if isinstance(allowed, list) and allowed:
        values = [_plain(value) for value in allowed]
        # Values that no condition tells apart need one among them only.
        others = [value for value in values if value not in compared]
        return [value for value in values if value in compared] + others[:1]
    return [*sorted(compared), _OTHER]


def _holds(definition: Any, template: Template, answers: Answers, depth: int) -> bool:
    parts = _parts(definition)
    if parts is None or depth > _DEEPEST:
        return answers.get(_Question(str(definition), False)) == "true"
    name, operands = parts
    if name == "Condition":
        return _holds(template.condition(str(operands[0])), template, answers, depth + 1)
    if name in ("Fn::And", "Fn::Or"):
        held = [_holds(operand, template, answers, depth + 1) for operand in operands]
        return all(held) if name == "Fn::And" else any(held)
    if name == "Fn::Not":
        return not _holds(operands[0], template, answers, depth + 1) if operands else False
    if name == "Fn::Equals" and len(operands) == 2:
        parameter, left, right = _comparison(operands, template)
        if parameter is not None:
            return bool(answers.get(_Question(parameter, True)) == right)
        if intrinsic(left) is None and intrinsic(right) is None:
            return _plain(left) == _plain(right)
        return answers.get(_Question(f"{left} = {right}", False)) == "true"
    return answers.get(_Question(str(definition), False)) == "true"


def _in_words(answers: Answers) -> str:
    said = []
    for question, answer in answers.items():
        if question.parameter:
            value = "another value" if answer == _OTHER else f"`{answer}`" if answer else "empty"
            said.append(f"the parameter `{question.text}` is {value}")
        else:
            said.append(f"{question.text[:60]} is {answer}")
    return " and ".join(said)
