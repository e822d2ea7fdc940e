"""Which queue a policy is attached to, as far as the code tells."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, Optional, Union

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, known, unknown
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, THIS_REGION, holds_own_things, own_name
from sqs_checks.policy.wildcards import arn_parts, has_wildcard, matches
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.texts import Text, prefix_of, split_text

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")


class QueueIdentity(NamedTuple):
    """The parts of a queue's ARN; None where a part is not known. A part may be a thing of `own_names`."""

    partition: Optional[Text] = None
    region: Optional[Text] = None
    account: Optional[Text] = None
    name: Optional[Text] = None

    @property
    def written_name(self) -> Union[str, Unknown]:
        """The name of the queue, where it is written out."""
        return self.name if isinstance(self.name, str) and self.name else Unknown("the queue's name is not known")

    @property
    def parts(self) -> tuple[Optional[Text], ...]:
        return ("arn", self.partition, "sqs", self.region, self.account, self.name)

    def is_named_by(self, pattern: Text) -> Ternary:
        """Whether a value of `Resource` matches this queue's ARN."""
        return _is_named_by(self, pattern)


@lru_cache(maxsize=1024)
def _is_named_by(queue: QueueIdentity, pattern: Text) -> Ternary:
    if pattern == "*":
        return YES
    wanted = arn_parts(pattern)
    if len(wanted) == 6:
        if queue.partition == THIS_PARTITION and wanted[1] in PARTITIONS:
            # Whoever writes a partition out deploys to that one: elsewhere no ARN in the policy would be right.
            wanted[1] = THIS_PARTITION
        return all_of(_part_matches(text, part) for text, part in zip(wanted, queue.parts))
    if all(isinstance(part, str) for part in queue.parts):
        return known(matches(pattern, ":".join(map(str, queue.parts))))
    return unknown(f"whether `{pattern}` names this queue is not known") if has_wildcard(pattern) else NO


def _part_matches(wanted: Text, part: Optional[Text]) -> Ternary:
    if wanted in ("*", part):
        return YES
    reason = f"whether `{wanted}` is this queue's is not known"
    if part is None:
        return unknown(reason)
    if holds_own_things(part) and holds_own_things(wanted):
        # Two things of the same code are not the same thing.
        return NO
    if holds_own_things(part) or holds_own_things(wanted):
        return unknown(reason)
    return known(matches(wanted, part))


def identity_from_arn(arn: Text) -> QueueIdentity:
    """The identity that an ARN states, or a part of one that the code calls its own; nothing known where it is no ARN."""
    parts = split_text(arn, ":")
    if len(parts) != 6 or parts[2] != "sqs":
        return QueueIdentity()
    return QueueIdentity(parts[1], parts[3], parts[4], parts[5])


def identity_from_url(url: Text) -> QueueIdentity:
    """The identity that a queue URL states: `https://sqs.<region>.amazonaws.com/<account>/<name>`.

    Source: Amazon SQS Developer Guide, "Queue and message identifiers".
    """
    if not prefix_of(url).startswith(("https://", "http://")):
        return QueueIdentity()
    _, _, host, *path = split_text(url, "/")
    if len(path) != 2 or not path[1]:
        return QueueIdentity()
    account, name = path
    service, *labels = split_text(host, ".")
    if service != "sqs" or len(labels) < 3:
        return QueueIdentity(account=account, name=name)
    region = labels[0]
    if not isinstance(region, str):
        return QueueIdentity(None, region, account, name)
    partition = "aws-cn" if labels[-1] == "cn" else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    return QueueIdentity(partition, region, account, name)


def own_queue(reference: str) -> QueueIdentity:
    """A queue of the scanned code. reference: what the code calls it."""
    return QueueIdentity(THIS_PARTITION, THIS_REGION, THIS_ACCOUNT, own_name(reference))
