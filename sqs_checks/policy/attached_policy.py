"""A policy as the code attaches it: the document, the queues it is attached to, and what it does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Optional

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import NO, Ternary, any_of, known, unknown
from sqs_checks.policy.condition import Condition
from sqs_checks.policy.document import PolicyDocument, Statement, read_document
from sqs_checks.policy.principals import PrincipalKind, is_account, parse_aws_principal
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.policy.sqs_actions import ALL_ACTIONS, SEND, ActionSet
from sqs_checks.policy.verdicts import SOURCE_KEYS, QueuePolicy, Verdict
from sqs_checks.policy.wildcards import arn_parts, has_wildcard
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.json_text import NotJsonError
from sqs_checks.values.texts import Text

_SOME_SERVICE = "the service that its `aws:SourceArn` or `aws:SourceAccount` names"


def _states_source(condition: Condition) -> bool:
    """Whether a condition says for what services may act; one that says for what they may not does not."""
    return condition.key in SOURCE_KEYS and condition.operator is not None and not condition.operator.base.negated


def _services_of(sources: Sequence[Condition]) -> Sequence[Text]:
    """The services for whose resources everyone is let in: by the ARNs that the conditions state, where they tell."""
    texts = [value.text for condition in sources if condition.key == "aws:sourcearn" for value in condition.values]
    arns = [arn_parts(text) for text in texts]
    named = [parts[2] if len(parts) == 6 else "" for parts in arns]
    if named and all(isinstance(name, str) and name.isalnum() for name in named):
        return [f"{name}.amazonaws.com" for name in dict.fromkeys(named)]
    return [_SOME_SERVICE]


class AttachedPolicy:
    """stated: the document as a value, any part of which may not be known; NotJsonError where it is no document.

    queues: the queues it is attached to, one at least; an identity of which nothing is known where the code does not tell.
    path: where the document stands, as Checkov's `evaluated_keys` wants it.
    """

    def __init__(
        self,
        stated: Any,
        queues: Sequence[QueueIdentity],
        path: str,
        repeated_keys: tuple[str, ...] = (),
        traits: Optional[Callable[[], Sequence[QueueTraits]]] = None,
        own_account: Optional[str] = None,
    ) -> None:
        self.stated = stated
        self.queues = tuple(queues) or (QueueIdentity(),)
        self.path = path
        self.repeated_keys = repeated_keys
        self._read_traits = traits
        self._own_account = own_account

    def with_traits(self, traits: Callable[[], Sequence[QueueTraits]]) -> AttachedPolicy:
        """The same policy, with what settings pick its queues by. traits: read when asked for, in the order of `queues`."""
        return AttachedPolicy(self.stated, self.queues, self.path, self.repeated_keys, traits, self._own_account)

    @computed_once
    def traits(self) -> tuple[QueueTraits, ...]:
        """By what settings pick each of the queues."""
        read = tuple(self._read_traits()) if self._read_traits is not None else ()
        if len(read) == len(self.queues):
            return read
        return tuple(QueueTraits(queue.written_name) for queue in self.queues)

    @computed_once
    def document(self) -> PolicyDocument:
        if isinstance(self.stated, NotJsonError):
            return read_document(Unknown("the policy is not JSON"))
        return read_document(self.stated)

    @computed_once
    def policies(self) -> tuple[QueuePolicy, ...]:
        """The policy of each queue: a statement may be about one of them only."""
        return tuple(QueuePolicy(self.document, queue, self._own_account) for queue in self.queues)

    def first(self, verdict: Callable[[QueuePolicy], Verdict]) -> tuple[Ternary, Verdict]:
        """Whether a verdict holds for some queue, and that of the first for which it certainly does (or the first of all)."""
        verdicts = [verdict(policy) for policy in self.policies]
        held = any_of(found.holds for found in verdicts)
        return held, next((found for found in verdicts if found.holds.is_yes), verdicts[0])

    def applies(self, statement: Statement) -> Ternary:
        """Whether a statement is about one of the queues."""
        return any_of(policy.applies_to_queue(statement) for policy in self.policies)

    def which(self, policy: QueuePolicy) -> str:
        """Which of several queues a policy is looked at for, as ` of `orders``; nothing where there is one only."""
        name = policy.identity.name
        return f" of `{name}`" if len(self.queues) > 1 and name else ""

    def is_this_queue(self, resource: Text) -> Ternary:
        """Whether a value of `Resource` names one of the queues. Strict: what is not known stays so."""
        return any_of(queue.is_named_by(resource) for queue in self.queues)

    def statement_on_its_queues(self, *, by_name: bool) -> str:
        """The path of a statement whose `Resource` is right for each of the queues, best one that names them; empty where there
        is none. by_name: whether it must name them, without a wildcard.
        """
        stated = [statement for statement in self.document.statements if statement.resources and not statement.inverts_resources]
        naming = (one for one in stated if all(self._is_named_in(one, queue) for queue in self.queues))
        about = (one for one in stated if not by_name and all(policy.applies_to_queue(one).is_yes for policy in self.policies))
        found = next(naming, None) or next(about, None)
        return found.path if found is not None else ""

    @staticmethod
    def _is_named_in(statement: Statement, queue: QueueIdentity) -> bool:
        texts = [one.text for one in statement.resources or () if not isinstance(one, Unknown)]
        return any(not has_wildcard(text) and queue.is_named_by(text).is_yes for text in texts)

    @computed_once
    def allows(self) -> tuple[tuple[Statement, Ternary], ...]:
        """The statements that allow something on one of the queues, each with how certain that is."""
        stated = [statement for statement in self.document.statements if not statement.is_allow.is_no]
        pairs = [(statement, statement.is_allow & self.applies(statement)) for statement in stated]
        return tuple((statement, applies) for statement, applies in pairs if not applies.is_no)

    def services_that_send(self) -> Iterator[tuple[Statement, Text, Ternary]]:
        """The AWS services that an Allow lets send by themselves, by name or for a source it states, and how certain that is."""
        for statement, applies in self.allows:
            may_send = known(bool(statement.certain_actions & SEND))
            if statement.possible_actions & ~statement.certain_actions & SEND:
                may_send = may_send | unknown("an action is not known")
            principals = statement.principals
            if statement.inverts_principals or may_send.is_no:
                continue
            for service in principals.services:
                yield statement, service, applies & may_send
            sources = [condition for condition in statement.conditions if _states_source(condition)]
            if principals.everyone and sources:
                for service in _services_of(sources):
                    yield statement, service, applies & may_send
            elif principals.everyone and statement.hidden_conditions:
                yield statement, _SOME_SERVICE, applies & may_send & unknown(*statement.hidden_conditions)
            if principals.hidden:
                yield statement, "", unknown(*principals.hidden)

    def not_denied(self, principal: Text, statement: Statement, actions: ActionSet = ALL_ACTIONS) -> Ternary:
        """Whether what a statement allows a principal is not wholly denied again, on one of the queues."""
        return any_of(
            policy.applies_to_queue(statement) & policy.not_denied(principal, statement, actions) for policy in self.policies
        )

    def is_own_account(self, principal: Text) -> Ternary:
        """Whether a principal is the queue's own account: a grant to it adds nothing to what IAM grants there."""
        parsed = parse_aws_principal(principal)
        return is_account(parsed.account, self.owner_account) if parsed.kind is PrincipalKind.ACCOUNT else NO

    @property
    def owner_account(self) -> Optional[Text]:
        return self.policies[0].owner_account
