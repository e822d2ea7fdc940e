"""The product's verdicts and those of the slow evaluator agree on every generated policy."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

import pytest
import reference_evaluator as reference
from reference_evaluator import OWNER, PARTNER, QUEUE, VOCABULARY

from sqs_checks.policy.document import read_document
from sqs_checks.policy.queue_identity import identity_from_arn
from sqs_checks.policy.verdicts import QueuePolicy
from sqs_checks.values.json_text import from_json

pytestmark = pytest.mark.slow

SHARDS, POLICIES_A_SHARD = 20, 1_000  # seeds 0 to 19
PRINCIPALS = (
    f"arn:aws:iam::{OWNER}:root",
    f"arn:aws:iam::{OWNER}:role/app",
    f"arn:aws:iam::{PARTNER}:root",
    f"arn:aws:iam::{PARTNER}:role/partner",
    PARTNER,
)
SERVICES = (reference.SNS, reference.S3)
ACTIONS = ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteQueue", "sqs:*", "SQS:*", "*", "sqs:Send*", "sqs:*Message")
RESOURCES = (QUEUE, QUEUE, QUEUE, "*", "arn:aws:sqs:*:*:ord*", f"{QUEUE}-dead")


def one_or_list(rng: random.Random, values: tuple[str, ...]) -> Any:
    if rng.random() < 0.6:
        return rng.choice(values)
    return rng.sample(values, rng.randint(1, min(2, len(values))))


def principal(rng: random.Random) -> dict[str, Any]:
    kind = rng.random()
    if kind < 0.45:
        return {"Principal": rng.choice(("*", {"AWS": "*"}, {"AWS": ["*"]}))}
    if kind < 0.65:
        return {"Principal": {"AWS": one_or_list(rng, PRINCIPALS)}}
    if kind < 0.85:
        return {"Principal": {"Service": one_or_list(rng, SERVICES)}}
    if kind < 0.92:
        return {"Principal": {"AWS": rng.choice(PRINCIPALS), "Service": rng.choice(SERVICES)}}
    if kind < 0.96:
        return {"NotPrincipal": {"AWS": one_or_list(rng, PRINCIPALS)}}
    return {"NotPrincipal": {"Service": one_or_list(rng, SERVICES)}}


def conditions(rng: random.Random, keys: list[str]) -> dict[str, dict[str, Any]]:
    block: dict[str, dict[str, Any]] = {}
    for key in rng.sample(keys, rng.choice((0, 1, 1, 1, 2))):
        operators, values = VOCABULARY[key]
        operator = rng.choice(operators)
        if operator == "Null":
            values = ("true", "false")
        else:
            if ":" not in operator:
                operator = rng.choice(("", "", "", "", "ForAllValues:", "ForAnyValue:")) + operator
            operator += rng.choice(("", "", "", "", "IfExists"))
        if operator.endswith(("Like", "LikeIfExists", "ArnEquals")) is False:
            values = tuple(value for value in values if "*" not in value) or values
        block.setdefault(operator, {})[key] = one_or_list(rng, tuple(values))
    return block


def statement(rng: random.Random, effect: str, keys: list[str]) -> dict[str, Any]:
    stated: dict[str, Any] = {"Effect": effect, **principal(rng)}
    stated["NotAction" if rng.random() < 0.08 else "Action"] = one_or_list(rng, ACTIONS)
    stated["Resource"] = rng.choice(RESOURCES)
    condition = conditions(rng, keys)
    if condition:
        stated["Condition"] = condition
    return stated


def policy(rng: random.Random) -> dict[str, Any]:
    """One to three statements over at most three condition keys: beyond that the grid takes its time."""
    keys = rng.sample(sorted(VOCABULARY), 3)
    if rng.random() < 0.3 and "aws:SecureTransport" not in keys:
        keys[0] = "aws:SecureTransport"
    effects = rng.choice((["Allow"], ["Deny"], ["Allow", "Deny"], ["Allow", "Deny"], ["Deny", "Allow", "Deny"], ["Allow"] * 2))
    return {"Version": "2012-10-17", "Statement": [statement(rng, effect, keys) for effect in effects]}


def states_a_bucket(stated: Mapping[str, Any]) -> bool:
    """Whose bucket it is, nobody can tell."""
    return "arn:aws:s3" in str(stated)


def disagreements(stated: Mapping[str, Any]) -> dict[str, tuple[bool, object]]:
    """The verdicts on which the two differ: what the slow evaluator says, and the product."""
    attached = QueuePolicy(read_document(from_json(stated)), identity_from_arn(QUEUE))
    pairs: dict[str, tuple[bool, object]] = {
        "public": (reference.is_public(stated), attached.public.holds),
        "non-TLS refused": (reference.refuses_plain_http(stated), attached.non_tls_refused.holds),
        "VPC only": (reference.is_vpc_only(stated), attached.vpc_only.holds),
        "confused deputy": (reference.has_confused_deputy(stated), attached.confused_deputy.holds),
    }
    if not states_a_bucket(stated):
        pairs["cross-account"] = (reference.is_cross_account(stated), attached.cross_account.holds)
    return {name: pair for name, pair in pairs.items() if repr(pair[1]) != ("YES" if pair[0] else "NO")}


@pytest.mark.parametrize("shard", range(SHARDS))
def test_both_evaluators_agree(shard: int) -> None:
    """20,000 policies in all, the same ones in every run."""
    rng = random.Random(shard)
    for number in range(POLICIES_A_SHARD):
        stated = policy(rng)
        assert not disagreements(stated), f"shard {shard}, policy {number}: {json.dumps(stated, indent=1)}"


def test_the_generated_policies_are_of_every_kind() -> None:
    """Each verdict is true of some and false of others, often enough to mean something."""
    rng = random.Random(0)
    counts: dict[str, list[int]] = {}
    for _ in range(POLICIES_A_SHARD):
        attached = QueuePolicy(read_document(from_json(policy(rng))), identity_from_arn(QUEUE))
        for name in ("public", "cross_account", "non_tls_refused", "vpc_only", "confused_deputy", "wildcard_action"):
            counts.setdefault(name, [0, 0])[getattr(attached, name).holds.is_yes] += 1
    assert all(min(count) >= 5 for count in counts.values()), counts
