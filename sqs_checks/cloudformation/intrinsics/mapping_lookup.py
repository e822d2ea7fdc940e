"""Mappings: what they hold for keys that a deployment may decide.

Source: AWS CloudFormation Template Reference, "Fn::FindInMap" and "Fn::FindInMap enhancements".
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from sqs_checks.cloudformation.intrinsics.deployment_cases import (
    OPEN,
    Choice,
    NoDeploymentError,
    Question,
    Run,
    TooMuchError,
    Variable,
)
from sqs_checks.cloudformation.intrinsics.node_names import frozen
from sqs_checks.cloudformation.intrinsics.template_scalars import (
    Refused,
    as_text,
    is_list,
    is_mapping,
    members,
    scalar_value,
    section,
    why_open,
)
from sqs_checks.cloudformation.intrinsics.value_comparisons import MOST_POSSIBILITIES, may_be_equal
from sqs_checks.values.configuration_values import PiecedText, Unknown, Value

if TYPE_CHECKING:
    from sqs_checks.cloudformation.intrinsics.template_evaluator import TemplateEvaluator


class MappingLookup:
    """The mappings of one template as one stack."""

    def __init__(self, evaluator: TemplateEvaluator) -> None:
        self._evaluator = evaluator
        self._mappings = section(evaluator.template, "Mappings")
        self._read: dict[str, dict[str, dict[str, Any]]] = {}

    def mapped(self, argument: Any, run: Run) -> Value:
        """What `Fn::FindInMap` gives."""
        if not is_list(argument) or len(argument) not in (3, 4):
            return Refused("a mapping is looked up by its name and two keys")
        default = dict(members(argument[3])).get("DefaultValue") if len(argument) == 4 and is_mapping(argument[3]) else None
        if len(argument) == 4 and (default is None or not self._evaluator.has_extensions):
            return Refused("a default for what a mapping does not hold needs the transform `AWS::LanguageExtensions`")
        name = as_text(self._evaluator.value(argument[0], run))
        if not isinstance(name, str):
            return name if isinstance(name, Refused) else Unknown(why_open(name), not_null=True)
        tops = self._mapping(name)
        second = None if is_mapping(argument[2]) or is_list(argument[2]) else as_text(scalar_value(argument[2]))
        if isinstance(second, str):
            usable = {key: node[second] for key, node in tops.items() if second in node}
            top = self._key(argument[1], usable, default is not None, run, (name, second), by_content=True)
        else:
            top = self._key(argument[1], {key: key for key in tops}, default is not None, run, (name, None))
        if isinstance(top, str):
            if not isinstance(second, str):
                found = self._key(argument[2], tops[top], default is not None, run, (name, top, None), by_content=True)
                return self._found(found, tops[top], name, default, run)
            return self._found(top, usable, name, default, run)
        return self._found(top, usable if isinstance(second, str) else {}, name, default, run)

    def _mapping(self, name: str) -> Mapping[str, dict[str, Any]]:
        """A mapping by both keys; empty where there is none of that name."""
        found = self._read.get(name)
        if found is None:
            stated = section(self._mappings, name)
            found = self._read[name] = {key: dict(members(node)) for key, node in stated.items() if is_mapping(node)}
        return found

    def _found(self, key: Value, nodes: Mapping[str, Any], name: str, default: Any, run: Run) -> Value:
        if isinstance(key, str) and key in nodes:
            return self._evaluator.value(nodes[key], run)
        if isinstance(key, Unknown) and not isinstance(key, Refused):
            keys = key.among or tuple(nodes)
            among = [self._evaluator.value(nodes[one], run) for one in keys if one in nodes]
            if default is not None:
                among.append(self._evaluator.value(default, run))
            distinct = list(dict.fromkeys(among))
            return Unknown(key.reason, not_null=True, among=tuple(distinct) if len(distinct) <= MOST_POSSIBILITIES else ())
        if default is not None and not isinstance(key, Refused):
            return self._evaluator.value(default, run)
        return key if isinstance(key, Refused) else Refused(f"the mapping `{name}` holds nothing for it")

    def _key(
        self, node: Any, nodes: Mapping[str, Any], has_default: bool, run: Run, place: Hashable, *, by_content: bool = False
    ) -> Value:
        """Which key of a mapping a node gives; None where it gives none of them, Unknown where it is not known which."""
        variable = self._evaluator.parameters.variable_of(node)
        if variable is not None:
            key = ("key", variable, place, has_default)
            question = self._evaluator.question(key, lambda: _key_question(variable, nodes, has_default, by_content))
            answer = run.ask(question)
            if answer != OPEN:
                return None if question.answers[answer].is_excluding else question.answers[answer].values[0]
            return Unknown(f"{variable.label} is known only when the stack is made", among=tuple(nodes))
        text = as_text(self._evaluator.value(node, run))
        if isinstance(text, Refused):
            return text
        if isinstance(text, str):
            if text in nodes:
                return text
            if not has_default and (is_mapping(node) or is_list(node)):
                raise NoDeploymentError(f"no mapping holds anything for `{text[:100]}`")
            return None
        pieces = text.pieces if isinstance(text, PiecedText) else (text,)
        return Unknown(why_open(text), among=tuple(one for one in nodes if may_be_equal(one, pieces)))


def _key_question(variable: Variable, nodes: Mapping[str, Any], has_default: bool, by_content: bool) -> Question:
    """Which key of a mapping a variable is; keys that hold the same need not be told apart."""
    groups: dict[Hashable, list[str]] = {}
    for key, node in nodes.items():
        try:
            content: Hashable = frozen(node) if by_content else key
        except TooMuchError:
            content = id(node)
        groups.setdefault(content, []).append(key)
    answers = [Choice(tuple(keys)) for keys in groups.values()]
    return Question(variable, [*answers, Choice(tuple(nodes), True)] if has_default else answers)
