"""What the verdicts cost: `python tests/benchmark_verdicts.py`. Prints medians; asserts nothing.

"All verdicts" are the six of `sqs_checks.policy.verdicts`, computed anew for a document that was read before; "with reading"
starts from the parsed JSON, as a check does. Beside them what Checkov's own `ResourcePolicyDocument` (cloudsplaining) takes to
answer its one question, in the same run on the same policies. Every policy of a row is another one, so that nothing is
answered from a cache.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from policies import NO_TLS, allow, aws, deny, policy, service

from sqs_checks.policy.document import read_document
from sqs_checks.policy.queue_identity import QueueIdentity
from sqs_checks.policy.verdicts import QueuePolicy
from sqs_checks.values.json_text import from_json

VERDICTS = ("public", "cross_account", "non_tls_refused", "vpc_only", "confused_deputy", "wildcard_action")
POLICIES = 1_000


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


def median(work: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    """Microseconds."""
    times = []
    for item in inputs:
        start = time.perf_counter()
        work(item)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def cloudsplaining(stated: Any) -> object:
    from cloudsplaining.scan.resource_policy_document import ResourcePolicyDocument

    return ResourcePolicyDocument(policy=stated).internet_accessible_actions


def row(name: str, make: Callable[[int], Any], count: int = POLICIES) -> None:
    stated = [make(number) for number in range(count)]
    read = [read_document(from_json(item)) for item in stated]
    ours, with_reading = (
        median(verdicts, read),
        median(lambda item: verdicts(read_document(from_json(item))), [make(n + count) for n in range(count)]),
    )
    theirs = median(cloudsplaining, [json.loads(json.dumps(item)) for item in stated])
    print(f"{name:44}{ours:12.0f}{with_reading:16.0f}{theirs:22.0f}")


def main() -> None:
    print(f"{'median of one policy, in microseconds':44}{'all verdicts':>12}{'with reading':>16}{'cloudsplaining, one':>22}")
    row("2 statements: one topic, TLS", topic_and_tls)
    row("2 statements: a service, TLS", service_and_tls)
    row("2 statements: a role, an organisation", role_and_organization)
    row("2 statements: open to all", open_to_all)
    for count in (5, 10, 20):
        row(f"{count} statements of 1 principal", statements(count, 1), 200)
    row("20 statements of 50 principals", statements(20, 50), 50)


if __name__ == "__main__":
    main()
