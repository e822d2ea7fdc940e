"""Writes the pages that are made: one a check, the index, the settings, the answer to AWS's guidance, scanners and controls.

`python docs/make_pages.py` writes them; `--check` says which are stale, and ends with 1 where one is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cut_examples import VERDICTS, example

from sqs_checks.commands.check_page import EXAMPLES, CheckPage, check_files, read_page
from sqs_checks.commands.check_page_formats import SETTING_HEAD, as_markdown, linked_checks, setting_cells, table
from sqs_checks.configuration.setting_kinds import Kind
from sqs_checks.configuration.settings import SETTINGS, DescribedSetting, Record, each_setting
from sqs_checks.judgement.metadata import Area

DOCS = Path(__file__).resolve().parent
REPOSITORY = DOCS.parent

_MADE = "<!-- Made by docs/make_pages.py. Do not change it here. -->\n"
_VERDICTS = {"fail": "Fails", "pass": "Passes"}
_FRAMEWORKS = {"terraform": ("Terraform", "hcl"), "cloudformation": ("CloudFormation", "yaml")}
# Checks that say nothing until their settings are there.
_SILENT_WITHOUT_SETTINGS = ("CKV_SQS_6", "CKV_SQS_13")

_BEST_PRACTICES = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html"
# The best practices that AWS publishes for SQS: anchor, title, and for each thing that it asks for the checks that answer it.
_PRACTICES = (
    (
        "ensure-queues-not-publicly-accessible",
        "Make sure that queues aren't publicly accessible",
        (
            ('Avoid policies with `Principal` set to `""`.', (1, 14)),
            ("Avoid a wildcard (`*`); name a specific user or users instead.", (1, 2, 4)),
        ),
    ),
    (
        "implement-least-privilege-access",
        "Implement least-privilege access",
        (
            ("Decide who receives permissions.", (6, 7, 9, 18)),
            ("Decide which queues the permissions are for.", (5,)),
            ("Decide which actions are allowed.", (3, 4)),
            ("Administrators create, modify and delete queues, and control their policies.", (11,)),
            ("Producers send messages; consumers receive and delete them.", (10,)),
        ),
    ),
    (
        "use-iam-roles-for-applications-aws-services-which-require-access",
        "Use IAM roles for applications and AWS services which require Amazon SQS access",
        (("Applications and services use temporary credentials of a role.", (8,)),),
    ),
    (
        "implement-server-side-encryption",
        "Implement server-side encryption",
        (
            ("Encrypt messages at rest.", (20, 42)),
            ("Keep the key apart from the messages, in AWS KMS.", (21, 22)),
            ("Whoever is allowed to use the queue can use the encrypted one.", (23,)),
        ),
    ),
    (
        "enforce-encryption-data-in-transit",
        "Enforce encryption of data in transit",
        (("Force requests to use TLS by `aws:SecureTransport` in the queue policy.", (12, 17)),),
    ),
    (
        "consider-using-vpc-endpoints-access-sqs",
        "Consider using VPC endpoints to access Amazon SQS",
        (
            ("Control the requests, users or groups that a VPC endpoint lets through.", (19,)),
            ("Control which VPCs or VPC endpoints have access to a queue.", (13,)),
        ),
    ),
)
_OAK9 = "https://docs.oak9.io/oak9/design-gap-documentation/aws/aws-sqs"
# The design guidance by property: heading, property in CloudFormation, argument in Terraform, checks.
_PROPERTIES = (
    ("Protect Cryptographic Keys", "`KmsDataKeyReusePeriodSeconds`", "`kms_data_key_reuse_period_seconds`", (22,)),
    ("Protect Cryptographic Keys", "`KmsMasterKeyId`", "`kms_master_key_id`", (20, 21, 23)),
    ("Input Validation", "`MaximumMessageSize`", "`max_message_size`", (30,)),
    ("Data Retention", "`MessageRetentionPeriod`", "`message_retention_seconds`", (31, 42)),
    ("Asset Inventory", "`QueueName`", "`name`", (32,)),
    ("Asset Inventory", "`Tags`", "`tags`", (33,)),
    ("Access Control Policy", "`PolicyDocument`", "`policy`", (1, 6, 7, 10, 12, 13, 14, 16, 17)),
    ("Access Control Policy", "`Statement`", "`Statement`", (14, 18)),
    ("Access Control Policy", "`Effect`", "`Effect`", (4, 12, 14)),
    ("Access Control Policy", "`Action`", "`Action`", (3, 4, 10, 11, 14)),
    ("Access Control Policy", "`Principal`", "`Principal`", (1, 2, 4, 6, 7, 8, 9, 14)),
    ("Access Control Policy", "`Resource`", "`Resource`", (5, 14)),
    ("Access Control Policy", "`Condition`", "`Condition`", (1, 2, 7, 12, 13, 14, 18)),
    ("Access Control Policy", "`Queues`", "`queue_url`", (15, 16)),
)


def pages() -> dict[Path, str]:
    """Everything that is made, by file. The examples come first: the pages read them."""
    checks = [read_page(check_id) for check_id in check_files()]
    made = {DOCS / "checks" / f"{page.id}.md": _check_page(page) for page in checks}
    made[DOCS / "index.md"] = _written(_index(checks))
    made[DOCS / "settings.md"] = _written(_settings())
    made[DOCS / "guidance.md"] = _written(_guidance())
    made[DOCS / "scanners.md"] = _written(_scanners(checks))
    made[DOCS / "controls.md"] = _written(_controls(checks))
    return made


def examples() -> dict[Path, str]:
    """The examples of each check, by file in the package, where `sqs-checks explain` finds them too."""
    return {EXAMPLES / f"{check_id}.md": _examples_of(check_id) for check_id in check_files()}


def _examples_of(check_id: str) -> str:
    folder = REPOSITORY / "fixtures" / check_id
    parts = [_MADE]
    if check_id in _SILENT_WITHOUT_SETTINGS:
        settings = (folder / "sqs-checks.settings").read_text(encoding="utf-8")
        parts.append(f"## With these settings\n\n```yaml\n{settings}```\n")
    for framework, (name, language) in _FRAMEWORKS.items():
        for verdict in VERDICTS:
            parts.append(f"## {_VERDICTS[verdict]} in {name}\n\n```{language}\n{example(folder, framework, verdict)}```\n")
    return "\n".join(parts)


def _check_page(page: CheckPage) -> str:
    made = f"<!-- Made by docs/make_pages.py from sqs_checks/checks/{page.file} and fixtures/{page.id}. -->\n"
    return f"{made}\n{as_markdown(page, '../settings.md', lambda check_id: f'[{check_id}]({check_id}.md)')}"


def _written(lines: Iterator[str]) -> str:
    return f"{_MADE}\n" + "\n".join(lines) + "\n"


def _linked(*numbers: int) -> str:
    return ", ".join(_link(f"CKV_SQS_{number}") for number in numbers)


def _link(check_id: str) -> str:
    return f"[{check_id}](checks/{check_id}.md)"


def _index(checks: list[CheckPage]) -> Iterator[str]:
    yield "# sqs-checks"
    yield ""
    yield "Checkov checks for Amazon SQS, for Terraform code, Terraform plans and CloudFormation."
    yield "Each check has a page: what it reports, why that matters, examples that fail and pass, and how to fix it."
    yield "`sqs-checks explain CKV_SQS_7` shows the same page in a terminal."
    yield ""
    yield "- [What AWS asks for, and which checks answer it](guidance.md)"
    yield "- [Controls of AWS, and which checks answer them](controls.md)"
    yield "- [Rules of other scanners for the same faults](scanners.md)"
    yield "- [Settings](settings.md)"
    yield ""
    yield "To use them: [a first hour](first-hour.md), [integrations](integrations.md), [the commands](commands.md),"
    yield "[reports on queues](explain.md), [fixes](fixing.md), [settings files](settings-files.md), [signed use](signing.md),"
    yield "[from Checkov's own checks](migration.md)."
    yield "What is decided: [of policies and queues](verdicts.md), [how Terraform is read](terraform.md),"
    yield "[how CloudFormation is read](cloudformation.md)."
    for area in Area:
        yield ""
        yield f"## {area.value}"
        yield ""
        yield from table(
            ("check", "severity", "what it reports"),
            [(_link(page.id), page.severity.value, page.fault) for page in checks if page.area is area],
        )


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "The file `sqs-checks.yaml` holds them. A setting that it does not state has its default."
    yield "`sqs-checks config check` finds what is wrong with a file."
    yield "`sqs-checks config schema` prints a JSON Schema for editors."
    for key, stated in SETTINGS.fields().items():
        kind = stated.metadata["kind"]
        yield ""
        yield f"## {key}"
        yield ""
        if isinstance(kind, Record):
            yield linked_checks(stated.metadata["description"], _link)
            yield ""
            rows = list(each_setting(kind, f"{key}."))
        else:
            rows = [DescribedSetting(key, kind, stated.default, stated.metadata["description"])]
        yield from table(("setting", *SETTING_HEAD), [(f"`{one.key}`", *setting_cells(one)) for one in rows])
        for one in rows:
            inner = _record_in(one.kind)
            if inner is not None:
                yield ""
                yield f"Keys within `{one.key}`:"
                yield ""
                yield from table(
                    ("key", *SETTING_HEAD), [(f"`{part.key}`", *setting_cells(part)) for part in each_setting(inner)]
                )


def _record_in(kind: Kind) -> Optional[Record]:
    """The record that a list, a mapping or a choice holds."""
    inner = [getattr(kind, "item", None), getattr(kind, "value", None), *getattr(kind, "kinds", ())]
    return next((one for one in inner if isinstance(one, Record)), None)


def _guidance() -> Iterator[str]:
    yield "# What AWS asks for, and which checks answer it"
    yield ""
    yield "Identity policies in IAM are not judged, nor where an application keeps its credentials."
    yield ""
    yield "## Best practices"
    yield ""
    yield f"AWS publishes [security best practices for SQS]({_BEST_PRACTICES})."
    yield ""
    yield from table(
        ("best practice", "what it asks for", "checks"),
        [
            ("" if number else f"[{title}]({_BEST_PRACTICES}#{anchor})", asked, _linked(*checks))
            for anchor, title, rows in _PRACTICES
            for number, (asked, checks) in enumerate(rows)
        ],
    )
    yield ""
    yield "## By property"
    yield ""
    yield f"These are the properties that [oak9's design guidance for SQS]({_OAK9}) names."
    yield ""
    yield from table(
        ("heading", "CloudFormation", "Terraform", "checks"),
        [(heading, cloudformation, terraform, _linked(*checks)) for heading, cloudformation, terraform, checks in _PROPERTIES],
    )
    yield ""
    yield "## Beyond the guidance"
    yield ""
    yield "These checks answer no row above. They keep messages from being lost, and deployments from failing."
    yield ""
    rows = [*(row for *_, rows in _PRACTICES for row in rows), *_PROPERTIES]
    named = {number for *_, numbers in rows for number in numbers}
    others = [read_page(check_id) for check_id in check_files() if int(check_id.rpartition("_")[2]) not in named]
    yield from table(("check", "what it reports"), [(_link(page.id), page.fault) for page in others])


def _scanners(checks: list[CheckPage]) -> Iterator[str]:
    yield "# Rules of other scanners for the same faults"
    yield ""
    yield "Each rule looks for the same fault as the check beside it. The last column says where their verdicts differ."
    yield "Where both run, one fault is two findings: skip one of the two."
    for tool in dict.fromkeys(rule.tool for page in checks for rule in page.related):
        yield ""
        yield f"## {tool}"
        yield ""
        found: dict[str, tuple[str, list[str], str]] = {}
        for page in checks:
            for rule in page.related:
                if rule.tool == tool:
                    found.setdefault(rule.id, (rule.url, [], rule.difference))[1].append(_link(page.id))
        if tool == "Checkov":
            yield f"`sqs-checkov --skip-check {','.join(found)}` skips all of these."
            yield ""
        yield from table(
            ("rule", "check", "how the rule differs"),
            [(f"[`{rule}`]({url})", ", ".join(links), difference) for rule, (url, links, difference) in found.items()],
        )


def _controls(checks: list[CheckPage]) -> Iterator[str]:
    yield "# Controls of AWS, and which checks answer them"
    yield ""
    yield "A check judges code before it is deployed; most of these controls judge what is deployed."
    for source in dict.fromkeys(control.source for page in checks for control in page.controls):
        yield ""
        yield f"## {source}"
        yield ""
        found: dict[str, tuple[str, str, list[str]]] = {}
        for page in checks:
            for control in page.controls:
                if control.source == source:
                    found.setdefault(control.id, (control.url, control.title, []))[2].append(_link(page.id))
        yield from table(
            ("control", "what it asks for", "checks"),
            [(f"[{control}]({url})", title, ", ".join(links)) for control, (url, title, links) in sorted(found.items())],
        )


def stale(made: dict[Path, str]) -> list[Path]:
    """Files that are not as they would be made, and files beside them that nothing makes."""
    wrong = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    beside = {path for folder in (DOCS / "checks", EXAMPLES) for path in folder.glob("*.md")}
    folders = {path.parent for path in made}
    return sorted({*wrong, *(path for path in beside if path.parent in folders and path not in made)})


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes the pages that are made from the checks, fixtures and settings.")
    parser.add_argument("--check", action="store_true", help="only say which pages are stale; exit code 1 where one is")
    found: list[Path] = []
    is_check = parser.parse_args().check
    for make in (examples, pages):
        made = make()
        found += (wrong := stale(made))
        for path in wrong if not is_check else ():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], encoding="utf-8") if path in made else path.unlink()
    for path in found:
        print(f"{path.relative_to(REPOSITORY)}: {'is stale' if is_check else 'written'}")
    return 1 if is_check and found else 0


if __name__ == "__main__":
    sys.exit(main())
