"""What the verdicts of a policy cost.

"All verdicts" are the six of `sqs_checks.policy.verdicts`, computed anew for a document that was read before; "with reading"
starts from the parsed JSON, as a check does. Beside them what Checkov's own `ResourcePolicyDocument` (cloudsplaining) takes to
answer its one question, in the same run on the same policies. Every policy of a row is another one, so that nothing is
answered from a cache.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from measured import REPOSITORY, Figure, figure

sys.path.append(str(REPOSITORY / "tests"))

from policies import NO_TLS, allow, aws, deny, policy, service

from sqs_checks.policy.document import read_document
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.policy.verdicts import QueuePolicy
from sqs_checks.values.json_text import from_json

VERDICTS = ("public", "cross_account", "non_tls_refused", "vpc_only", "confused_deputy", "wildcard_action")


def account(number: int) -> str:
    return f"{100_000_000_000 + number * 7919}"


def queue(number: int) -> str:
    return f"arn:aws:sqs:eu-west-1:{account(number)}:orders-{number}"


def topic_and_tls(number: int) -> Any:
    """The commonest policy of public code: one topic may send, plain HTTP is refused."""
    source = {"ArnEquals": {"aws:SourceArn": f"arn:aws:sns:eu-west-1:{account(number)}:created-{number}"}}
    return policy(allow("*", source, resource=queue(number)), deny(NO_TLS, resource=queue(number)))


def service_and_tls(number: int) -> Any:
    source = {"StringEquals": {"aws:SourceAccount": account(number)}}
    return policy(allow(service("sns.amazonaws.com"), source, resource=queue(number)), deny(NO_TLS, resource=queue(number)))


def role_and_organization(number: int) -> Any:
    outside = {"StringNotEquals": {"aws:PrincipalOrgID": f"o-{number:010d}"}}
    role = f"arn:aws:iam::{account(number)}:role/app"
    return policy(allow(aws(role), resource=queue(number)), deny(outside, resource=queue(number)))


def open_to_all(number: int) -> Any:
    return policy(allow("*", resource=queue(number)), allow("*", action="sqs:ReceiveMessage", resource=queue(number)))


def statements(count: int, principals: int) -> Callable[[int], Any]:
    def make(number: int) -> Any:
        condition = {"StringEquals": {"aws:PrincipalOrgID": f"o-{number:010d}"}}
        allows = [
            allow(
                aws(*[f"arn:aws:iam::{account(number + index * principals + role)}:role/r{role}" for role in range(principals)]),
                condition,
                resource=queue(number),
            )
            for index in range(count - 1)
        ]
        return policy(*allows, deny(NO_TLS, resource=queue(number)))

    return make


def verdicts(document: Any) -> None:
    attached = QueuePolicy(document, QueueIdentity())
    for name in VERDICTS:
        getattr(attached, name)


def microseconds(work: Callable[[Any], object], inputs: Sequence[Any]) -> list[float]:
    """What the work takes on each."""
    times = []
    for item in inputs:
        start = time.perf_counter()
        work(item)
        times.append((time.perf_counter() - start) * 1e6)
    return times


def cloudsplaining(stated: Any) -> object:
    from cloudsplaining.scan.resource_policy_document import ResourcePolicyDocument

    return ResourcePolicyDocument(policy=stated).internet_accessible_actions


def rows(subject: str, make: Callable[[int], Any], count: int) -> Iterator[Figure]:
    stated = [make(number) for number in range(count)]
    read = [read_document(from_json(item)) for item in stated]
    others = [make(number + count) for number in range(count)]
    yield figure(subject, "all verdicts", "µs", microseconds(verdicts, read))
    yield figure(subject, "with reading", "µs", microseconds(lambda item: verdicts(read_document(from_json(item))), others))
    theirs = microseconds(cloudsplaining, [json.loads(json.dumps(item)) for item in stated])
    yield figure(subject, "cloudsplaining, one question", "µs", theirs)


def measure(runs: int) -> Iterator[Figure]:
    """runs: a hundred policies of each kind for each."""
    count = runs * 100
    yield from rows("2 statements: one topic, TLS", topic_and_tls, count)
    yield from rows("2 statements: a service, TLS", service_and_tls, count)
    yield from rows("2 statements: a role, an organisation", role_and_organization, count)
    yield from rows("2 statements: open to all", open_to_all, count)
    for number in (5, 10, 20):
        yield from rows(f"{number} statements of 1 principal", statements(number, 1), count)
    yield from rows("20 statements of 50 principals", statements(20, 50), runs * 10)
