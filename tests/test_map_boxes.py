"""What a map holds, before it is laid out: each actor, each statement once, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sqs_checks.descriptions.queue_description import (
    Access,
    AccessCondition,
    Activity,
    Actor,
    ActorKind,
    DeadLetterSource,
    DeadLetterTarget,
    Encryption,
    QueueDescription,
)
from sqs_checks.model.relations import Place
from sqs_checks.rendering.queue_map import Box, QueueMap, queue_map

POLICY, OTHER_POLICY = Place("aws_sqs_queue_policy.a", "/main.tf"), Place("aws_sqs_queue_policy.b", "/main.tf")
SOURCE = AccessCondition("aws:SourceArn", "ArnEquals aws:SourceArn arn:aws:sns:eu-west-1:111122223333:paid")
SENDS, RECEIVES = (Activity.SENDS,), (Activity.RECEIVES,)


def access(activities: Sequence[Activity] = SENDS, statement: str = "Statement[0]", stated_in: Place = POLICY) -> Access:
    return Access(tuple(activities), ("sqs:SendMessage",), "sqs:SendMessage", statement, stated_in)


def actor(name: str, *accesses: Access, kind: ActorKind = ActorKind.PRINCIPAL) -> Actor:
    return Actor(name, name, kind, "IAM role", accesses)


def described(*actors: Actor, targets: tuple[DeadLetterTarget, ...] = ()) -> QueueDescription:
    return QueueDescription(
        "aws_sqs_queue.q", "/main.tf", "Terraform", None, "", actors, (), targets, (), (), Encryption("SSE-SQS", True), (), ()
    )


def names(found: QueueMap, kind: str) -> list[str]:
    """The first lines of the boxes of a kind."""
    return [box.lines[0].text for box in found.boxes if box.kind == kind]


def lines(found: QueueMap) -> set[tuple[str, str, str]]:
    """The connections by the first lines of their boxes."""
    first = {box.id: box.lines[0].text for box in found.boxes}
    return {(first[one.left], one.heads, first[one.right]) for one in found.connections}


QUEUE = "aws_sqs_queue.q"
# What an actor does, and the lines that show it.
DIRECTIONS: dict[str, tuple[tuple[Activity, ...], set[tuple[str, str, str]]]] = {
    "sends": (SENDS, {("app", "right", "Statement[0]"), ("Statement[0]", "right", QUEUE)}),
    "receives": (RECEIVES, {("Statement[0]", "right", "app"), (QUEUE, "none", "Statement[0]")}),
    "both": ((*SENDS, *RECEIVES), {("app", "both", "Statement[0]"), ("Statement[0]", "both", QUEUE)}),
    "administers": ((Activity.ADMINISTERS,), {("app", "right", "Statement[0]"), ("Statement[0]", "right", QUEUE)}),
}


@pytest.mark.parametrize("case", DIRECTIONS)
def test_a_line_runs_as_messages_do(case: str) -> None:
    activities, expected = DIRECTIONS[case]
    found = queue_map(described(actor("app", access(activities))))
    assert lines(found) - {(QUEUE, "none", "SSE-SQS")} == expected


def test_a_statement_that_allows_several_the_same_is_one_box() -> None:
    found = queue_map(described(*(actor(f"role-{number}", access()) for number in range(20))))
    assert names(found, "statement") == ["Statement[0]"]
    assert len(names(found, "principal")) == 20


def test_statements_of_one_name_in_two_policies_are_two_boxes() -> None:
    found = queue_map(described(actor("one", access()), actor("other", access(stated_in=OTHER_POLICY))))
    told = [" ".join(line.text for line in box.lines) for box in found.boxes if box.kind == "statement"]
    assert [text.replace("_ ", "_") for text in told] == [
        "Statement[0] sends of aws_sqs_queue_policy.a",
        "Statement[0] sends of aws_sqs_queue_policy.b",
    ]


def test_a_resource_stands_at_the_statement_that_lets_it_in() -> None:
    """It is let in under conditions, which it fulfils."""
    of_service = Access(SENDS, ("sqs:SendMessage",), "sqs:SendMessage", "Statement[0]", POLICY, (SOURCE,))
    of_resource = Access(SENDS, (), "", "Statement[0]", POLICY)
    found = queue_map(
        described(
            actor("sns.amazonaws.com", of_service, kind=ActorKind.SERVICE),
            actor("aws_sns_topic_subscription.s", of_resource, kind=ActorKind.RESOURCE),
        )
    )
    (box,) = [box for box in found.boxes if box.kind == "statement"]
    assert [line.text for line in box.lines] == ["Statement[0]", "sends", "if aws:SourceArn"]


def test_a_chain_of_dead_letters() -> None:
    last = DeadLetterTarget("c", True, Place("b", "/main.tf"), "after 2 receives")
    first = DeadLetterTarget("b", True, Place("a", "/main.tf"), "after 1 receive", then=(last,))
    found = queue_map(described(targets=(first,)))
    assert names(found, "dead-letter") == ["b", "c"]
    assert lines(found) >= {(QUEUE, "none", "dead letters"), ("dead letters", "right", "b"), ("b", "none", "dead letters")}


def test_queues_that_leave_dead_letters_by_their_own_redrive_policies_share_one_box() -> None:
    """A redrive policy that is a resource of its own has its own."""
    sources = [DeadLetterSource(f"q{number}", "queue", Place(f"q{number}", "/main.tf")) for number in range(49)]
    sources.append(DeadLetterSource("q", "queue", Place("aws_sqs_queue_redrive_policy.q", "/main.tf")))
    found = queue_map(replace(described(), dead_letters_from=tuple(sources)))
    told = [box.lines[0].text for box in found.boxes if box.kind == "statement"]
    assert told == ["its redrive policy", "aws_sqs_queue_"]
    assert len(names(found, "dead-letter")) == 50


NAMES = (
    "a" * 60,
    "arn:aws:iam::111122223333:role/some/path/and-a-name",
    "Sid (Statement[10])",
    "x",
    "a b",
    "((((((((((((((((((((((((((",
)


@pytest.mark.parametrize("name", NAMES)
def test_no_letter_of_a_name_is_lost(name: str) -> None:
    """But the blanks at which it is broken."""
    found = queue_map(described(actor(name, access())))
    (box,) = [box for box in found.boxes if box.kind == "principal"]
    shown = "".join(line.text for line in box.lines if line.style == "name")
    assert shown.replace(" ", "") == name.replace(" ", "")


def test_a_name_that_would_fill_the_map_is_cut_and_told_in_full() -> None:
    name = "a-very-long-name-" * 20
    found = queue_map(described(actor(name, access())))
    (box,) = [box for box in found.boxes if box.kind == "principal"]
    shown = [line.text for line in box.lines if line.style == "name"]
    assert len(shown) == 4
    assert shown[-1].endswith("…")
    assert name in box.told


def test_boxes_of_a_column_are_equally_wide() -> None:
    found = queue_map(described(actor("a", access()), actor("a-much-longer-name", access(statement="Statement[1]"))))

    def widths(kinds: tuple[str, ...]) -> set[float]:
        return {box.width for box in found.boxes if box.kind in kinds}

    assert len(widths(("statement",))) == len(widths(("principal", "key"))) == 1
    assert all(isinstance(box, Box) and box.height > 0 for box in found.boxes)
