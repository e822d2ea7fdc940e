"""What no table can say of the verdicts: laws that hold for every policy."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from policies import places
from reference_evaluator import QUEUE
from test_malformed_policies import CHECKS
from test_verdicts_against_reference import policy, statement

from sqs_checks.configuration.settings import DEFAULTS
from sqs_checks.judgement.fault import judge
from sqs_checks.judgement.ternary import Ternary
from sqs_checks.policy.attached_policy import AttachedPolicy
from sqs_checks.policy.document import read_document
from sqs_checks.policy.queue_identity import identity_from_arn
from sqs_checks.policy.verdicts import QueuePolicy
from sqs_checks.values.configuration_values import Unknown
from sqs_checks.values.json_text import from_json

VERDICTS = ("public", "cross_account", "non_tls_refused", "vpc_only", "confused_deputy", "wildcard_action")
# Verdicts that tell of something let through, and those that tell of something kept out.
HOLES, FENCES = ("public", "cross_account", "confused_deputy"), ("non_tls_refused", "vpc_only")
# Checks that say nothing without settings.
ON_SETTINGS = {"CKV_SQS_6", "CKV_SQS_13"}
RANK = {"NO": 0, "YES": 2}

randoms = st.integers(min_value=0, max_value=2**32).map(random.Random)
many = settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def verdicts(stated: Any) -> dict[str, Ternary]:
    attached = QueuePolicy(read_document(from_json(stated)), identity_from_arn(QUEUE))
    return {name: getattr(attached, name).holds for name in VERDICTS}


def rank(verdict: Ternary) -> int:
    return RANK.get(repr(verdict), 1)


def spellings(stated: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same policy as other people would write it."""
    swapped = copy.deepcopy(stated)
    for one in swapped["Statement"]:
        for name in ("Action", "NotAction", "Resource"):
            if name in one:
                one[name] = one[name] if isinstance(one[name], list) else [one[name]]
        for name in ("Action", "NotAction"):
            if name in one:
                one[name] = [text.swapcase() for text in one[name]]
        if one.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
            one["Principal"] = {"AWS": ["*"]} if one["Principal"] == "*" else "*"
        if "Condition" in one:
            one["Condition"] = {
                operator.swapcase(): {key.swapcase() if "/" not in key else key: values for key, values in keys.items()}
                for operator, keys in one["Condition"].items()
            }
    yield swapped
    yield {"Statement": list(reversed(stated["Statement"])), "Version": stated["Version"]}
    if len(stated["Statement"]) == 1:
        yield {**stated, "Statement": stated["Statement"][0]}
    bare = copy.deepcopy(stated)
    for one in bare["Statement"]:
        for keys in one.get("Condition", {}).values():
            for key, value in keys.items():
                if value in ("true", "false"):
                    keys[key] = value == "true"
    yield bare


@many
@given(randoms)
def test_spelling_never_changes_a_verdict(rng: random.Random) -> None:
    stated = policy(rng)
    expected = verdicts(stated)
    for written in spellings(stated):
        assert verdicts(written) == expected, written


def hidden_at(stated: Any, path: tuple[Any, ...]) -> Any:
    hidden = copy.deepcopy(stated)
    target = hidden
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = Unknown("hidden on purpose")
    return hidden


@settings(many, max_examples=300)
@given(randoms)
def test_hiding_a_value_moves_a_verdict_to_unknown_or_nowhere(rng: random.Random) -> None:
    """Never from violated to not violated, or back; and what was unknown stays so."""
    stated = policy(rng)
    before = verdicts(stated)
    for path in places(stated):
        hidden = hidden_at(stated, path)
        for name, after in verdicts(hidden).items():
            assert after.is_unknown or after == before[name], (name, path)
            if after.is_unknown:
                assert after.reasons, "an unknown says why"


@settings(many, max_examples=40)
@given(randoms)
def test_hiding_a_value_moves_no_check_elsewhere(rng: random.Random) -> None:
    """The same of what each check makes of the verdicts."""
    stated = policy(rng)
    before = found(stated)
    for path in places(stated):
        for check, after in found(hidden_at(stated, path)).items():
            assert after.is_unknown or after == before[check], (check, path)


def found(stated: Any) -> dict[str, Ternary]:
    attached = AttachedPolicy(from_json(stated), [identity_from_arn(QUEUE)], "policy")
    checks = {name: object.__new__(check) for name, check in CHECKS.items() if name not in ON_SETTINGS}
    return {name: judge(list(check.faults(attached, DEFAULTS))).violated for name, check in checks.items()}


@settings(many, max_examples=200)
@given(randoms)
def test_hiding_a_second_value_never_decides(rng: random.Random) -> None:
    stated = policy(rng)
    first, second = rng.choice(list(places(stated))), rng.choice(list(places(stated)))
    once = hidden_at(stated, first)
    if second[: len(first)] == first or first[: len(second)] == second:
        return
    before, after = verdicts(once), verdicts(hidden_at(once, second))
    for name in VERDICTS:
        assert after[name].is_unknown or after[name] == before[name], (name, first, second)


@many
@given(randoms)
def test_an_allow_more_never_mends(rng: random.Random) -> None:
    stated = policy(rng)
    more = {**stated, "Statement": [*stated["Statement"], statement(rng, "Allow", ["aws:SourceIp", "aws:SourceVpce"])]}
    before, after = verdicts(stated), verdicts(more)
    for name in HOLES:
        assert rank(after[name]) >= rank(before[name]), name
    for name in FENCES:
        assert rank(after[name]) <= rank(before[name]), name


@many
@given(randoms)
def test_a_deny_more_never_breaks(rng: random.Random) -> None:
    stated = policy(rng)
    more = {**stated, "Statement": [*stated["Statement"], statement(rng, "Deny", ["aws:SourceIp", "aws:SourceVpce"])]}
    before, after = verdicts(stated), verdicts(more)
    # What a star lets in is public; a service that a Deny leaves out of that by name is a deputy.
    leaves_out_a_service = "Service" in more["Statement"][-1].get("NotPrincipal", {})
    for name in HOLES:
        assert rank(after[name]) <= rank(before[name]) or (name == "confused_deputy" and leaves_out_a_service), name
    for name in FENCES:
        assert rank(after[name]) >= rank(before[name]), name


@many
@given(randoms)
def test_a_violation_has_a_witness(rng: random.Random) -> None:
    """Whatever is let through, the verdict can say to whom and, for a grant, by which statement."""
    attached = QueuePolicy(read_document(from_json(policy(rng))), identity_from_arn(QUEUE))
    for name in HOLES:
        verdict = getattr(attached, name)
        if verdict.holds.is_yes:
            assert verdict.witness is not None
            assert verdict.witness.actions
            assert verdict.witness.statement is not None
    for name in FENCES:
        verdict = getattr(attached, name)
        assert (verdict.witness is not None) == verdict.holds.is_no


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_an_old_version_knows_no_variables(version: str | None) -> None:
    """`${aws:PrincipalAccount}` is then mere text, which no account equals."""
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}},
    }
    assert verdicts({"Version": "2012-10-17", "Statement": allow})["public"].is_yes
    assert verdicts({"Version": version, "Statement": allow})["public"].is_no
