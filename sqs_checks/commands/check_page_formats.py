"""`sqs-checks explain CKV_SQS_7`: the page of a check as text for a terminal, Markdown or JSON."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Optional

from sqs_checks.commands.check_page import CheckPage, check_files, read_page

if TYPE_CHECKING:
    from sqs_checks.configuration.setting_kinds import Kind
    from sqs_checks.configuration.settings import DescribedSetting

# What the process ends with, where there is no such check.
UNKNOWN_CHECK = 2

# Beside the key of a setting, `setting_cells`.
SETTING_HEAD = ("what it does", "what it takes", "default")

_WIDTH = 80
_INDENT = "  "
_CHECK_ID = re.compile(r"`[^`]*`|\b(CKV_SQS_\d+)\b")


def explain_check(check_id: str, output: str) -> int:
    """Prints the page of a check, and says how the process is to end.

    check_id: in any case. output: `text`, `markdown` or `json`.
    """
    known = check_files()
    if check_id.upper() not in known:
        from sqs_checks.configuration.setting_kinds import nearest

        print(f"sqs-checks: there is no check `{check_id}`: {nearest(check_id.upper(), tuple(known))}", file=sys.stderr)
        return UNKNOWN_CHECK
    page = read_page(check_id.upper())
    print({"text": as_text, "markdown": as_markdown, "json": as_json}[output](page), end="")
    return 0


def default_in_words(setting: DescribedSetting) -> str:
    from dataclasses import MISSING

    if setting.default is MISSING:
        return "none: it must be there"
    if setting.default in (None, ()):
        return "none"
    return str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default)


def takes_in_words(kind: Kind) -> str:
    """What a setting takes: with the bounds of a number, which messages about a wrong kind leave out."""
    from sqs_checks.configuration.setting_kinds import WholeNumber

    return f"{kind.words}, {kind.minimum} to {kind.maximum}" if isinstance(kind, WholeNumber) else kind.words


def as_text(page: CheckPage) -> str:
    """The page in plain text, 80 columns wide but for code and addresses."""
    return "\n".join(_text_lines(page)) + "\n"


def _text_lines(page: CheckPage) -> Iterator[str]:
    yield from _wrapped(f"{page.id}: {page.fault}")
    yield ""
    yield from _wrapped(f"{page.promise}.", _INDENT)
    yield f"{_INDENT}Severity: {page.severity.value}. Area: {page.area.value}."
    for title, text in (("What it does", page.what), ("Why it matters", page.why), ("How to fix", page.fix)):
        yield from _text_section(title, _text_block(text))
    if page.settings:
        yield from _text_section("Settings", _text_settings(page))
    yield from _text_section("Unknown when", _text_block(page.unknown_when))
    if page.limits:
        yield from _text_section("Limits", _text_block(page.limits))
    if page.example_settings:
        yield from _text_section("Settings of the examples, in sqs-checks.yaml", _code(page.example_settings))
    for example in page.examples:
        yield from _text_section(f"{example.verdict} in {example.framework}", _code(example.code))
    if page.related:
        found = (_entry(f"{rule.tool} {rule.id}", rule.difference, rule.url) for rule in page.related)
        yield from _text_section("The same fault in other scanners", (line for lines in found for line in lines))
    if page.controls:
        found = (_entry(f"{control.source} {control.id}", f"{control.title}.", control.url) for control in page.controls)
        yield from _text_section("Controls of AWS that it answers", (line for lines in found for line in lines))
    yield from _text_section("References", (line for title, url in page.references for line in _entry(title, "", url)))


def _text_section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from lines


def _text_settings(page: CheckPage) -> Iterator[str]:
    for number, setting in enumerate(page.settings):
        if number:
            yield ""
        yield f"{_INDENT}{setting.key}"
        yield from _wrapped(setting.description, _INDENT * 2)
        yield from _wrapped(f"It takes {takes_in_words(setting.kind)}. Default: {default_in_words(setting)}.", _INDENT * 2)


def _text_block(markdown: str) -> Iterator[str]:
    """Paragraphs and lists of Markdown, wrapped anew."""
    for number, paragraph in enumerate(markdown.split("\n\n")):
        if number:
            yield ""
        for item in re.split(r"\n(?=- )", paragraph):
            hanging = _INDENT if item.startswith("- ") else ""
            yield from _wrapped(item, _INDENT, _INDENT + hanging)


def _entry(name: str, text: str, url: str) -> Iterator[str]:
    yield from _wrapped(f"{name}: {text}" if text else name, _INDENT, _INDENT * 2)
    yield f"{_INDENT * 2}{url}"


def _code(code: str) -> Iterator[str]:
    return (f"{_INDENT}{line}".rstrip() for line in code.splitlines())


def _wrapped(text: str, indent: str = "", further: Optional[str] = None) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if further is None else further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_markdown(page: CheckPage, settings_page: str = "", link_to_check: Callable[[str], str] = str) -> str:
    """The page in Markdown.

    settings_page: the address of the page of settings, empty for none. link_to_check: makes the Markdown that stands for the id
    of another check.
    """
    return "\n".join(_markdown_lines(page, settings_page, link_to_check)) + "\n"


def _markdown_lines(page: CheckPage, settings_page: str, link_to_check: Callable[[str], str]) -> Iterator[str]:
    def prose(text: str) -> str:
        return linked_checks(text, lambda check_id: check_id if check_id == page.id else link_to_check(check_id))

    yield f"# {page.id}: {page.fault.rstrip('.')}"
    yield f"\n**{page.promise}.**"
    yield f"\nSeverity: {page.severity.value}. Area: {page.area.value}."
    for title, text in (("What it does", page.what), ("Why it matters", page.why)):
        yield f"\n## {title}\n\n{prose(text)}"
    yield "\n## Examples"
    if page.example_settings:
        yield f"\nThese settings in `sqs-checks.yaml` go with the examples:\n\n```yaml\n{page.example_settings}```"
    for example in page.examples:
        yield f"\n### {example.verdict} in {example.framework}\n\n```{example.language}\n{example.code}```"
    yield f"\n## How to fix\n\n{prose(page.fix)}"
    if page.settings:
        yield "\n## Settings\n"
        yield from table(
            ("setting", *SETTING_HEAD), [(_setting_name(one, settings_page), *setting_cells(one)) for one in page.settings]
        )
    yield f"\n## Unknown when\n\n{prose(page.unknown_when)}"
    if page.limits:
        yield f"\n## Limits\n\n{prose(page.limits)}"
    if page.related:
        yield "\n## The same fault in other scanners\n"
        yield from table(
            ("scanner", "rule", "how it differs"),
            [(rule.tool, f"[`{rule.id}`]({rule.url})", rule.difference) for rule in page.related],
        )
    if page.controls:
        yield "\n## Controls of AWS that it answers\n"
        yield from table(
            ("of", "control", "what it asks for"),
            [(control.source, f"[{control.id}]({control.url})", control.title) for control in page.controls],
        )
    yield "\n## References\n"
    yield from (f"- [{title}]({url})" for title, url in page.references)


def _setting_name(setting: DescribedSetting, settings_page: str) -> str:
    section = setting.key.partition(".")[0]
    return f"[`{setting.key}`]({settings_page}#{section})" if settings_page else f"`{setting.key}`"


def linked_checks(text: str, link_to_check: Callable[[str], str]) -> str:
    """Markdown with links in place of the ids of checks, but for those in code."""
    return _CHECK_ID.sub(lambda found: link_to_check(found[1]) if found[1] else found[0], text)


def setting_cells(setting: DescribedSetting) -> tuple[str, str, str]:
    """What a table says of a setting: what it does, what it takes, its default."""
    return setting.description, takes_in_words(setting.kind), default_in_words(setting)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table in Markdown, line by line."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def as_json(page: CheckPage) -> str:
    """The page as JSON: texts are Markdown; a setting has its JSON Schema beside it."""
    import json

    stated: dict[str, Any] = page._asdict()
    stated["severity"], stated["area"] = page.severity.value, page.area.value
    stated["settings"] = [
        {
            "key": one.key,
            "description": one.description,
            "default": None if one.default in (None, ()) else one.default,
            "schema": one.kind.schema(),
        }
        for one in page.settings
    ]
    for name in ("examples", "related", "controls", "references"):
        stated[name] = [entry._asdict() for entry in stated[name]]
    return json.dumps(stated, indent=2, ensure_ascii=False) + "\n"
