"""The description of queues as plain text, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from sqs_checks.descriptions.queue_description import CodeDescription, Finding, QueueDescription
from sqs_checks.rendering.queue_sentences import (
    NO_QUEUES,
    OWN_ACCOUNT_NOTE,
    counted,
    facts_of,
    place_of,
    sections,
    title_of,
)
from sqs_checks.values.printable_text import printable

_WIDTH = 100


def text_report(code: CodeDescription) -> str:
    return "\n".join(line for part in _parts(code) for line in part) + "\n"


def _parts(code: CodeDescription) -> Iterator[list[str]]:
    if not code.queues:
        yield [NO_QUEUES]
    for queue in code.queues:
        yield [*_queue(queue), ""]
    if code.other_findings:
        yield ["Findings about no queue of this code", *_findings(code.other_findings), ""]
    if code.not_read:
        yield ["Files that could not be read", *(line for file, why in code.not_read for line in _item(f"{file}: {why}")), ""]
    if code.queues:
        yield textwrap.wrap(OWN_ACCOUNT_NOTE, _WIDTH)


def _queue(queue: QueueDescription) -> Iterator[str]:
    title = printable(title_of(queue))
    yield title
    yield "=" * len(title)
    yield from _wrapped(facts_of(queue))
    for section in sections(queue):
        yield ""
        yield section.title
        for paragraph in section.paragraphs:
            yield from _item(paragraph)
    yield ""
    yield f"Findings: {counted(queue.findings) or 'none'}"
    yield from _findings(queue.findings)


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        yield from _item(f"{finding.check} {finding.severity}  {place_of(finding)}  `{finding.resource}`")
        for line in (
            *finding.problems,
            *(f"Fix: {remedy}" for remedy in finding.remedies),
            *(f"Why: {reason}" for reason in finding.reasons),
        ):
            yield from _wrapped(line, "    ")


def _item(text: str) -> list[str]:
    return _wrapped(text, "  - ", "    ")


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        printable(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest or first,
        break_long_words=False,
        break_on_hyphens=False,
    )
