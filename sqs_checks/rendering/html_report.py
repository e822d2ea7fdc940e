"""The description of queues as one HTML file that needs nothing beside it: no network, no script, no font."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from sqs_checks.descriptions.queue_description import Access, Activity, Actor, CodeDescription, Finding, QueueDescription
from sqs_checks.rendering.map_drawing import svg_of
from sqs_checks.rendering.map_layout import laid_out
from sqs_checks.rendering.marked_text import marked
from sqs_checks.rendering.queue_map import queue_map
from sqs_checks.rendering.queue_sentences import (
    NO_QUEUES,
    OWN_ACCOUNT_NOTE,
    actor_in_words,
    allowed_by,
    counted,
    facts_of,
    number_of,
    place_of,
    remarks,
    sections,
    title_of,
    where,
)
from sqs_checks.rendering.report_style import STYLE
from sqs_checks.values.printable_text import printable

_LEGEND = (
    "a line runs from who sends, by the statement that allows it, through the queue to who receives. "
    "A triangle and a heavy line mark what a check reports. A dashed line marks what is not certain."
)
# What the table of a queue says of an actor; the rest stands in the lists.
_IN_TABLE = ("Who sends", "Who receives", "Who administers", "Who reads its attributes")


def html_report(code: CodeDescription) -> str:
    """Raises NoLayoutError where the maps cannot be laid out."""
    return "\n".join(_page(code)) + "\n"


def _page(code: CodeDescription) -> Iterator[str]:
    title = f"Amazon SQS queues of {code.path}"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f"<title>{_escaped(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    yield f"<header>\n<h1>Amazon SQS queues of <code>{_escaped(code.path)}</code></h1>"
    if not code.queues:
        yield f"<p>{NO_QUEUES}</p>"
    else:
        findings = [finding for queue in code.queues for finding in queue.findings]
        told = f"Findings: {counted(findings)}." if findings else "There are no findings."
        yield f"<p>{number_of(len(code.queues), 'queue')}. {told}</p>"
        yield f"<p>{_escaped(OWN_ACCOUNT_NOTE)}</p>\n<p>In the maps, {_LEGEND}</p>"
    yield "</header>"
    if len(code.queues) > 1:
        yield from _index(code.queues)
    yield "<main>"
    for number, queue in enumerate(code.queues, 1):
        yield from _queue(queue, f"queue-{number}")
    if code.other_findings:
        yield '<section aria-labelledby="other">\n<h2 id="other">Findings about no queue of this code</h2>'
        yield from _findings(code.other_findings)
        yield "</section>"
    if code.not_read:
        yield '<section aria-labelledby="not-read">\n<h2 id="not-read">Files that could not be read</h2>\n<ul>'
        yield from (f"<li><code>{_escaped(file)}</code>: {_text(why)}</li>" for file, why in code.not_read)
        yield "</ul>\n</section>"
    yield "</main>\n</body>\n</html>"


def _index(queues: tuple[QueueDescription, ...]) -> Iterator[str]:
    rows = []
    for number, queue in enumerate(queues, 1):
        not_known = number_of(len(queue.not_known), "thing") if queue.not_known else "–"
        rows.append(
            f'<tr><th scope="row"><a href="#queue-{number}"><code>{_escaped(queue.label)}</code></a>{_case(queue)}</th>'
            f"<td>{_escaped(queue.file)}</td><td>{counted(queue.findings) or 'none'}</td><td>{not_known}</td></tr>"
        )
    yield '<nav aria-label="Queues">'
    yield _scrolled("Table of queues", _table(("Queue", "File", "Findings", "Not known"), rows))
    yield "</nav>"


def _case(queue: QueueDescription) -> str:
    return f"<br><small>where {_text(queue.where)}</small>" if queue.where else ""


def _table(titles: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    return "\n".join(("<table>", f"<thead><tr>{head}</tr></thead>", "<tbody>", *rows, "</tbody>", "</table>"))


def _queue(queue: QueueDescription, name: str) -> Iterator[str]:
    yield f'<section class="queue-section" aria-labelledby="{name}">\n<h2 id="{name}">{_text(title_of(queue))}</h2>'
    yield f"<p>{_text(facts_of(queue))}</p>"
    yield from _map(queue, name)
    yield "<h3>Who may do what</h3>"
    yield from _accesses(queue)
    yield '<dl class="facts">'
    for section in sections(queue):
        if section.title not in _IN_TABLE:
            yield f"<dt>{section.title}</dt>"
            yield from (f"<dd>{_text(paragraph)}</dd>" for paragraph in section.paragraphs)
    yield "</dl>"
    yield f"<h3>Findings: {counted(queue.findings) or 'none'}</h3>"
    yield from _findings(queue.findings)
    yield "</section>"


def _map(queue: QueueDescription, name: str) -> Iterator[str]:
    shown = queue_map(queue)
    drawing = svg_of(shown, laid_out(shown), f"{name}-map", f"Map of {queue.label}", _said_of_map(queue))
    yield f"<figure>\n{_scrolled(f'Map of {queue.label}', drawing)}"
    yield "</figure>"


def _said_of_map(queue: QueueDescription) -> str:
    counts = {
        activity: sum(any(activity in access.activities for access in actor.accesses) for actor in queue.actors)
        for activity in Activity
    }
    told = (
        f"{number_of(counts[Activity.SENDS], 'sender')}, {number_of(counts[Activity.RECEIVES], 'receiver')}, "
        f"{number_of(counts[Activity.ADMINISTERS], 'administrator')}, "
        f"{number_of(len(queue.dead_letters_to), 'dead-letter queue')}, "
        f"{number_of(len(queue.dead_letters_from), 'source')} of dead letters. "
    )
    return f"{told}The table and the lists below say the same in words."


def _accesses(queue: QueueDescription) -> Iterator[str]:
    if not queue.actors:
        yield "<p>Nobody, by what the code says.</p>"
        return
    rows = [_row(actor, access) for actor in queue.actors for access in actor.accesses]
    yield _scrolled("Table of accesses", _table(("Who", "Does what", "By what", "Remarks"), rows), "wide accesses")


def _row(actor: Actor, access: Access) -> str:
    classes = " ".join(name for name, holds in (("fault", access.findings), ("unknown", access.unknown)) if holds)
    activities = ", ".join(activity.value for activity in access.activities)
    actions = f"<br><small>{_escaped(access.does)}</small>" if access.does else ""
    told = remarks(access.findings, access.unknown).strip()
    return (
        f'<tr class="{classes}"><th scope="row">{_text(actor_in_words(actor))}</th><td>{activities}{actions}</td>'
        f"<td>{_text(f'{allowed_by(access)}{where(access)}.')}</td><td>{_text(told)}</td></tr>"
    )


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    if not findings:
        return
    yield '<ul class="findings">'
    for finding in findings:
        severity = _escaped(finding.severity.lower())
        yield (
            f'<li><p><span class="severity {severity}">{severity}</span> <strong>{finding.check}</strong> '
            f"{_escaped(finding.promise)}<br><small>{_escaped(place_of(finding))}, "
            f"<code>{_escaped(finding.resource)}</code></small></p>"
        )
        yield from (f"<p>{_text(problem)}</p>" for problem in finding.problems)
        yield from (f"<p><strong>Fix:</strong> {_text(remedy)}</p>" for remedy in finding.remedies)
        yield from (f"<p><strong>Why:</strong> {_text(reason)}</p>" for reason in finding.reasons)
        yield "</li>"
    yield "</ul>"


def _scrolled(label: str, content: str, classes: str = "wide") -> str:
    """What may be wider than a window: it can be scrolled, with the keyboard too."""
    return f'<div class="{classes}" tabindex="0" role="region" aria-label="{_escaped(label)}">\n{content}\n</div>'


def _escaped(text: str) -> str:
    return escape(printable(text))


def _text(sentence: str) -> str:
    return marked(printable(sentence), escape, lambda name: f"<code>{escape(name)}</code>")
