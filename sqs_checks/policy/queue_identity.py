"""Which queue a policy is attached to, as far as the code tells."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, Optional, Union

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, known, unknown
from sqs_checks.policy.own_names import THIS_PARTITION, holds_own_things
from sqs_checks.policy.wildcards import arn_parts, has_wildcard, matches
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.texts import Text, prefix_of, split_text

# Each partition by the end of its queues' host names; `aws-us-gov` shares that of `aws`.
_PARTITIONS_BY_DOMAIN = {
    "amazonaws.com": "aws",
    "amazonaws.com.cn": "aws-cn",
    "c2s.ic.gov": "aws-iso",
    "sc2s.sgov.gov": "aws-iso-b",
    "cloud.adc-e.uk": "aws-iso-e",
    "csp.hci.ic.gov": "aws-iso-f",
    "amazonaws.eu": "aws-eusc",
    # With IPv6 beside IPv4.
    "api.aws": "aws",
    "api.amazonwebservices.com.cn": "aws-cn",
}
PARTITIONS = (*dict.fromkeys(_PARTITIONS_BY_DOMAIN.values()), "aws-us-gov")
# The first endpoints of SQS had names without a region, or with the region ahead.
_SERVICES = ("sqs", "sqs-fips")
_LEGACY = "queue"


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

    Source: Amazon SQS Developer Guide, "Queue and message identifiers"; AWS General Reference, "Amazon SQS endpoints and quotas".
    """
    if not prefix_of(url).startswith(("https://", "http://")):
        return QueueIdentity()
    _, _, host, *path = split_text(url, "/")
    if len(path) != 2 or not path[1]:
        return QueueIdentity()
    account, name = path
    service, *labels = split_text(host, ".")
    if service == _LEGACY:
        return QueueIdentity("aws", "us-east-1", account, name)
    if len(labels) > 1 and labels[0] == _LEGACY:
        service, labels = _SERVICES[0], [service, *labels[1:]]
    if service not in _SERVICES or len(labels) < 3:
        return QueueIdentity(account=account, name=name)
    region = labels[0]
    if not isinstance(region, str):
        return QueueIdentity(None, region, account, name)
    domain = labels[1:]
    partition = _PARTITIONS_BY_DOMAIN.get(".".join(map(str, domain))) if all(isinstance(one, str) for one in domain) else None
    return QueueIdentity("aws-us-gov" if region.startswith("us-gov-") else partition, region, account, name)
