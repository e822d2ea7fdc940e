"""A policy as the code attaches it: the document, the queues it is attached to, and what it does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Optional

from sqs_checks.judgement.computed_once import computed_once
from sqs_checks.judgement.ternary import Ternary, any_of, known, unknown
from sqs_checks.policy.document import PolicyDocument, Statement, read_document
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.policy.sqs_actions import matching_actions
from sqs_checks.policy.verdicts import SOURCE_KEYS, QueuePolicy, Verdict
from sqs_checks.queues.queue_traits import QueueTraits
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.json_text import NotJsonError
from sqs_checks.values.texts import Text

SEND = matching_actions("sqs:SendMessage")


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
            if principals.everyone and any(condition.key in SOURCE_KEYS for condition in statement.conditions):
                yield statement, "the service that its `aws:SourceArn` or `aws:SourceAccount` names", applies & may_send
            elif principals.everyone and statement.hidden_conditions:
                yield statement, "the service that its conditions may name", unknown(*statement.hidden_conditions)
            if principals.hidden:
                yield statement, "", unknown(*principals.hidden)

    @property
    def owner_account(self) -> Optional[Text]:
        return self.policies[0].owner_account
