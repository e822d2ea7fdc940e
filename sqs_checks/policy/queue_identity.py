"""Which queue a policy is attached to, as far as the code tells."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, known, unknown
from sqs_checks.policy.own_names import THIS_ACCOUNT, THIS_PARTITION, THIS_REGION, is_own_name
from sqs_checks.policy.wildcards import has_wildcard, matches

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")


class QueueIdentity(NamedTuple):
    """The parts of a queue's ARN; None where a part is not known. A part may be a name of `own_names`."""

    partition: Optional[str] = None
    region: Optional[str] = None
    account: Optional[str] = None
    name: Optional[str] = None

    @property
    def parts(self) -> tuple[Optional[str], ...]:
        return ("arn", self.partition, "sqs", self.region, self.account, self.name)

    def is_named_by(self, pattern: str) -> Ternary:
        """Whether a value of `Resource` matches this queue's ARN."""
        return _is_named_by(self, pattern)


@lru_cache(maxsize=1024)
def _is_named_by(queue: QueueIdentity, pattern: str) -> Ternary:
    if pattern == "*":
        return YES
    wanted = pattern.split(":", 5)
    if len(wanted) == 6:
        if queue.partition == THIS_PARTITION and wanted[1] in PARTITIONS:
            # Whoever writes a partition out deploys to that one: elsewhere no ARN in the policy would be right.
            wanted[1] = THIS_PARTITION
        return all_of(_part_matches(text, part) for text, part in zip(wanted, queue.parts))
    if all(part is not None and not is_own_name(part) for part in queue.parts):
        return known(matches(pattern, ":".join(map(str, queue.parts))))
    return unknown(f"whether `{pattern}` names this queue is not known") if has_wildcard(pattern) else NO


def _part_matches(wanted: str, part: Optional[str]) -> Ternary:
    if wanted in ("*", part):
        return YES
    reason = f"whether `{wanted}` is this queue's is not known"
    if part is None:
        return unknown(reason)
    both_own = is_own_name(part) and is_own_name(wanted)
    if both_own:
        # Two things of the same code are not the same thing.
        return NO
    if is_own_name(part) or is_own_name(wanted):
        return unknown(reason)
    return known(matches(wanted, part))


def identity_from_arn(arn: str) -> QueueIdentity:
    """The identity that an ARN states, or a part of one that the code calls its own; nothing known where it is no ARN."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "sqs":
        return QueueIdentity()
    return QueueIdentity(parts[1], parts[3], parts[4], parts[5])


def identity_from_url(url: str) -> QueueIdentity:
    """The identity that a queue URL states: `https://sqs.<region>.amazonaws.com/<account>/<name>`.

    Source: Amazon SQS Developer Guide, "Queue and message identifiers".
    """
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    account, _, name = path.partition("/")
    if scheme not in ("https", "http") or not name or "/" in name:
        return QueueIdentity()
    labels = host.split(".")
    if labels[0] == "sqs" and len(labels) >= 4:
        if is_own_name(labels[1]):
            return QueueIdentity(None, labels[1], account, name)
        partition = "aws-cn" if host.endswith(".cn") else "aws-us-gov" if labels[1].startswith("us-gov-") else "aws"
        return QueueIdentity(partition, labels[1], account, name)
    return QueueIdentity(account=account, name=name)


def own_queue(reference: str) -> QueueIdentity:
    """A queue of the scanned code. reference: what the code calls it."""
    return QueueIdentity(THIS_PARTITION, THIS_REGION, THIS_ACCOUNT, f"‹{reference}›")
