"""The page of a check: what its file says of it, the settings it reads, what else looks for the same fault, and examples.

The file is parsed, not imported: a check imports Checkov, which takes seconds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqs_checks.commands.related_rules import CHECKOV_RULES, CONTROLS, RELATED_RULES, Control, RelatedRule
from sqs_checks.judgement.metadata import Area, Severity

if TYPE_CHECKING:
    from sqs_checks.configuration.settings import DescribedSetting

CHECKS = Path(__file__).resolve().parent.parent / "checks"
EXAMPLES = Path(__file__).resolve().parent / "check_examples"

_ID = re.compile(r'^    id = "(\w+)"$', re.MULTILINE)
_SECTION = re.compile(r"^## (.+)\n", re.MULTILINE)
_REFERENCE = re.compile(r"^- \[([^]]+)]\(([^)]+)\)$", re.MULTILINE)
_EXAMPLE = re.compile(
    r"^## (?P<verdict>Fails|Passes) in (?P<framework>\w+)\n\n```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
_EXAMPLE_SETTINGS = re.compile(r"^## With these settings\n\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Reference(NamedTuple):
    title: str
    url: str


class Example(NamedTuple):
    """A piece of code with its verdict. verdict: `Fails` or `Passes`. framework: as people call it. language: `hcl` or `yaml`."""

    verdict: str
    framework: str
    language: str
    code: str


class CheckPage(NamedTuple):
    """Everything that a page of a check shows. Texts are Markdown of plain paragraphs and lists.

    file: of the check, in `sqs_checks/checks`. fault: what is wrong, in a sentence. promise: the check's name. limits: empty
    where there are none. example_settings: those under which the examples fail and pass, where the check is
    silent without. references: pages of AWS, the one that Checkov shows first.
    """

    id: str
    file: str
    fault: str
    promise: str
    severity: Severity
    area: Area
    what: str
    why: str
    fix: str
    limits: str
    unknown_when: str
    settings: tuple[DescribedSetting, ...]
    example_settings: str
    examples: tuple[Example, ...]
    related: tuple[RelatedRule, ...]
    controls: tuple[Control, ...]
    references: tuple[Reference, ...]


@cache
def check_files() -> Mapping[str, Path]:
    """The file of each check, by id, in the order of the ids."""
    found = {match.group(1): path for path in CHECKS.glob("*.py") if (match := _ID.search(path.read_text(encoding="utf-8")))}
    return dict(sorted(found.items(), key=lambda one: int(one[0].rpartition("_")[2])))


def stated_by(check_id: str) -> Mapping[str, Any]:
    """What a check's class states about it, by attribute (`name`, `peers`, …). Raises KeyError as `read_page` does."""
    return _attributes(ast.parse(check_files()[check_id].read_text(encoding="utf-8")))


def read_page(check_id: str) -> CheckPage:
    """The page of a check. Raises KeyError for an id that no check has."""
    path = check_files()[check_id]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stated = _attributes(tree)
    fault, sections = _sections(ast.get_docstring(tree) or "")
    examples = (EXAMPLES / f"{check_id}.md").read_text(encoding="utf-8")  # which `docs/make_pages.py` cut from the fixtures
    return CheckPage(
        id=check_id,
        file=path.name,
        fault=fault,
        promise=stated["name"],
        severity=stated["severity"],
        area=stated["area"],
        what="\n\n".join([sections["What it does"], *_limited_to(stated.get("judges_only", ""))]),
        why=sections["Why it matters"],
        fix=sections["How to fix"],
        limits=sections.get("Limits", ""),
        unknown_when=sections["Unknown when"],
        settings=_settings(stated.get("settings", ())),
        example_settings="".join(_EXAMPLE_SETTINGS.findall(examples)),
        examples=tuple(Example(**match.groupdict()) for match in _EXAMPLE.finditer(examples)),
        related=(
            *(rule for rule in CHECKOV_RULES if rule.id in stated.get("peers", ())),
            *RELATED_RULES.get(check_id, ()),
        ),
        controls=CONTROLS.get(check_id, ()),
        references=tuple(_references(stated["guideline"], sections["References"])),
    )


def _limited_to(judges_only: str) -> Iterator[str]:
    if judges_only:
        yield f"It judges only {judges_only}. On others it reports nothing, neither a failure nor a pass."


def _settings(keys: Collection[str]) -> tuple[DescribedSetting, ...]:
    if not keys:
        return ()
    # Their definition takes as long to load as everything else here.
    from sqs_checks.configuration.settings import each_setting

    return tuple(one for one in each_setting() if one.key in keys)


def _attributes(tree: ast.Module) -> dict[str, Any]:
    """What the class of the check states about it, by attribute: constants, and members of `Severity` and `Area`."""
    members = {"Severity": Severity, "Area": Area}
    stated: dict[str, Any] = {}
    for cls in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for node in cls.body:
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            value = node.value
            if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name) and value.value.id in members:
                stated[node.targets[0].id] = members[value.value.id][value.attr]
            elif isinstance(value, (ast.Constant, ast.Tuple)):
                stated[node.targets[0].id] = ast.literal_eval(value)
    return stated


def _sections(docstring: str) -> tuple[str, dict[str, str]]:
    """The first line of a docstring, and what stands under each of its headings."""
    first, *rest = _SECTION.split(docstring)
    return first.strip(), {title: text.strip() for title, text in zip(rest[::2], rest[1::2])}


def _references(guideline: str, section: str) -> Iterator[Reference]:
    """The guideline, by the title of the reference to the same page, and the other references."""
    references = [Reference(*found) for found in _REFERENCE.findall(section)]
    same = [one for one in references if one.url.partition("#")[0] == guideline.partition("#")[0]]
    yield Reference(same[0].title if same else "Guideline", guideline)
    yield from (one for one in references if one not in same)
