"""Cuts the examples of a check's page from its fixtures: one resource with what it needs, as it is written there.

A fixture's resources are named after the verdict that they get, and the same queue has the same name in Terraform and in
CloudFormation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from sqs_checks.terraform.syntax.block_parser import parse_file
from sqs_checks.terraform.syntax.syntax_tree import Block

VERDICTS = ("fail", "pass")

# By check: which resources are shown, failing and passing, by what stands behind `fail_` and `pass_` in their names: the shortest
# that a reader understands alone. Two names where the verdict depends on both, though neither refers to the other.
SHOWN = {
    "CKV_SQS_1": ("everyone", "organization"),
    "CKV_SQS_2": ("everyone_of_the_organization", "role"),
    "CKV_SQS_3": ("all_of_sqs", "one_action"),
    "CKV_SQS_4": ("not_principal", "allow"),
    "CKV_SQS_5": ("other_queue", "own_arn"),
    "CKV_SQS_6": ("account", "trusted_account"),
    "CKV_SQS_7": ("any_topic", "topic"),
    "CKV_SQS_8": ("user", "role"),
    "CKV_SQS_9": ("root", "foreign_role"),
    "CKV_SQS_10": ("sends_and_receives", "apart"),
    "CKV_SQS_11": ("set_attributes", "producer"),
    "CKV_SQS_12": ("no_deny", "deny"),
    "CKV_SQS_13": ("open", "denied_elsewhere"),
    "CKV_SQS_14": ("star_for_itself", "pattern"),
    "CKV_SQS_15": ("written_arn", "url"),
    "CKV_SQS_16": ("first second", "other_url"),
    "CKV_SQS_17": ("bare", "inline"),
    "CKV_SQS_18": ("organization_of_service", "service_of_own_organization"),
    "CKV_SQS_19": ("no_policy", "own_queues"),
    "CKV_SQS_20": ("switched_off", "managed_sse"),
    "CKV_SQS_21": ("aws_managed_alias", "key_of_the_code"),
    "CKV_SQS_22": ("hour", "default"),
    "CKV_SQS_23": ("rule", "own_key"),
    "CKV_SQS_30": ("mebibyte", "small"),
    "CKV_SQS_31": ("not_set", "two_weeks"),
    "CKV_SQS_32": ("fifo_flag_without_ending", "fifo"),
    "CKV_SQS_33": ("no_tags", "tags"),
    "CKV_SQS_34": ("delay", "most"),
    "CKV_SQS_40": ("bare", "inline"),
    "CKV_SQS_41": ("allow_all", "by_queue"),
    "CKV_SQS_42": ("retention", "fit"),
    "CKV_SQS_43": ("short", "six_times"),
    "CKV_SQS_44": ("deduplication", "fifo"),
    "CKV_SQS_45": ("no_policy", "topic"),
}


class Piece(NamedTuple):
    """A block or resource. name: what others refer to it by. text: as it is written. refers_to: names of other pieces."""

    name: str
    text: str
    refers_to: frozenset[str]


def example(folder: Path, framework: str, verdict: str) -> str:
    """The code that shows a verdict of the check whose fixtures a folder holds. framework: `terraform` or `cloudformation`."""
    pieces = _PIECES[framework](folder)
    wanted: set[str] = set()
    for name in SHOWN[folder.name][VERDICTS.index(verdict)].split():
        wanted |= _with_surroundings(next(piece for piece in pieces if _plain(piece) == _plain_name(f"{verdict}_{name}")), pieces)
    return _WRITTEN[framework]([piece for piece in pieces if piece.name in wanted])


def _plain(piece: Piece) -> str:
    """A resource's name as both frameworks have it: `aws_sqs_queue.fail_any_topic` and `FailAnyTopic` are `failanytopic`."""
    return _plain_name(piece.name.rpartition(".")[2])


def _plain_name(name: str) -> str:
    return name.replace("_", "").lower()


def _with_surroundings(piece: Piece, pieces: list[Piece]) -> set[str]:
    """The names of a piece, of what refers to it, and of what these refer to; not of other failing examples."""
    by_name = {one.name: one for one in pieces}
    found: set[str] = set()
    open_names = [piece.name]
    open_names += [one.name for one in pieces if piece.name in one.refers_to and not _plain(one).startswith(("fail", "unknown"))]
    while open_names:
        name = open_names.pop()
        if name not in found:
            found.add(name)
            open_names += by_name[name].refers_to
    return found


@cache
def _terraform_pieces(folder: Path) -> list[Piece]:
    blocks: dict[str, str] = {}
    for path in (folder / "main.tf", folder / "code_only.tf"):
        if path.exists():
            text = path.read_text(encoding="utf-8")
            for block in parse_file(path.name, text, int).blocks:
                blocks[_address(block)] = text[block.range.start : block.range.end]
    return [Piece(name, body, frozenset(_named(name, body, blocks))) for name, body in blocks.items()]


def _address(block: Block) -> str:
    prefix = {"resource": "", "variable": "var."}.get(block.type, f"{block.type}.")
    return f"{prefix}{'.'.join(block.labels)}"


def _named(own: str, body: str, blocks: Mapping[str, str]) -> Iterator[str]:
    for name in blocks:
        pattern = r"\blocal\." if name == "locals." else rf"\b{re.escape(name)}\b"
        if name != own and re.search(pattern, body):
            yield name


def _terraform_text(pieces: list[Piece]) -> str:
    return "\n\n".join(piece.text for piece in pieces) + "\n"


@cache
def _cloudformation_pieces(folder: Path) -> list[Piece]:
    """The resources of a template, its parameters and conditions (`Parameters.Stage`), each with its lines."""
    path = next(path for path in sorted(folder.glob("*.template")) if path.stem in ("policies", "queues", "endpoints"))
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    template = yaml.compose(text, Loader=_LOADER)
    assert isinstance(template, yaml.MappingNode)
    sections = {key.value: value for key, value in template.value}
    pieces: list[tuple[str, str]] = []
    for section in ("Transform", "Parameters", "Conditions", "Resources"):
        node = sections.get(section)
        keys = node.value if isinstance(node, yaml.MappingNode) else []
        for key, value in keys:
            # What is written in one line ends in it; a block ends where the next thing begins, with its comment.
            own = lines[key.start_mark.line : max(value.end_mark.line, key.start_mark.line + 1)]
            while not own[-1].strip() or own[-1].lstrip().startswith("#"):
                own.pop()
            pieces.append((key.value if section == "Resources" else f"{section}.{key.value}", "\n".join(own)))
    ids = {name.rpartition(".")[2]: name for name, _ in pieces}
    return [Piece(name, text, frozenset(_referred(text, ids) - {name})) for name, text in pieces]


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, where it is at hand, is ten times as fast
_REFERRED = re.compile(
    r"(?:!Ref|!GetAtt|!If \[|!Condition|Condition:|DependsOn:|Ref:|\"Ref\":|GetAtt\"?: \[?|\$\{)\s*\"?(?P<id>\w+)"
)


def _referred(text: str, ids: Mapping[str, str]) -> set[str]:
    return {ids[found] for found in _REFERRED.findall(text) if found in ids}


def _cloudformation_text(pieces: list[Piece]) -> str:
    sections: dict[str, list[str]] = {}
    for piece in pieces:
        section = piece.name.rpartition(".")[0] or "Resources"
        sections.setdefault(section, []).append(piece.text)
    return "\n".join(line for section, texts in sections.items() for line in (f"{section}:", *texts)) + "\n"


_PIECES = {"terraform": _terraform_pieces, "cloudformation": _cloudformation_pieces}
_WRITTEN = {"terraform": _terraform_text, "cloudformation": _cloudformation_text}
