"""The description of queues as Markdown, for a repository or a comment on a change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqs_checks.descriptions.queue_description import CodeDescription, Finding, QueueDescription
from sqs_checks.rendering.marked_text import marked
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

# What Markdown takes for more than text.
_SPECIAL = re.compile(r"([\\`*{}\[\]<>|~#]|(?<!\w)_|_(?!\w))")


def markdown_report(code: CodeDescription) -> str:
    return "\n".join(_lines(code)) + "\n"


def _lines(code: CodeDescription) -> Iterator[str]:
    yield f"# Amazon SQS queues of {_text(code.path)}"
    yield ""
    yield OWN_ACCOUNT_NOTE if code.queues else NO_QUEUES
    for queue in code.queues:
        yield from _queue(queue)
    if code.other_findings:
        yield from ("", "## Findings about no queue of this code", "")
        yield from _findings(code.other_findings)
    if code.not_read:
        yield from ("", "## Files that could not be read", "")
        yield from (f"- {_text(file)}: {_text(why)}" for file, why in code.not_read)


def _queue(queue: QueueDescription) -> Iterator[str]:
    yield from ("", f"## {_text(title_of(queue))}", "", _text(facts_of(queue)))
    for section in sections(queue):
        yield from ("", f"### {section.title}", "")
        yield from (f"- {_text(paragraph)}" for paragraph in section.paragraphs)
    yield from ("", f"### Findings: {counted(queue.findings) or 'none'}", "")
    yield from _findings(queue.findings)


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        yield f"- **{finding.check}** ({finding.severity.lower()}), {_text(place_of(finding))}, {_text(f'`{finding.resource}`')}"
        yield from (f"  - {_text(problem)}" for problem in finding.problems)
        yield from (f"  - Fix: {_text(remedy)}" for remedy in finding.remedies)
        yield from (f"  - Why: {_text(reason)}" for reason in finding.reasons)


def _text(sentence: str) -> str:
    line = " ".join(printable(sentence).split("\n"))
    if "``" in line:  # which Markdown takes for another mark
        return _escaped(line)
    return marked(line, _escaped, lambda name: f"`{name}`")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
