"""Every setting of the checks: its key, its default, what it takes and what it means.

This is the one definition: the reader of `sqs-checks.yaml`, the JSON Schema for editors and `sqs-checks config show` are
made from it. A section or record is a dataclass, each field a key (`lambda_` is `lambda`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, NamedTuple, Optional

from sqs_checks.configuration.setting_kinds import (
    Either,
    Flag,
    Kind,
    ListOf,
    MappingOf,
    OneOf,
    Problem,
    RegularExpression,
    Text,
    WholeNumber,
    nearest,
    shown,
)
from sqs_checks.judgement.metadata import Severity

# Ids are stable for ever; a test holds this list against the checks themselves.
CHECK_IDS = tuple(
    f"CKV_SQS_{number}"
    for number in (*range(1, 24), 30, 31, 32, 33, 34, 40, 41, 42, 43, 44, 45)
)  # fmt: skip


def _takes(kind: Kind, description: str) -> dict[str, Any]:
    """The metadata of a field that is a setting; one without a default must be stated."""
    return {"kind": kind, "description": description}


def key_of(stated: Field[Any]) -> str:
    return stated.name.rstrip("_")


@dataclass(frozen=True)
class Record:
    """A mapping with the keys of a dataclass. one_of: keys of which at least one must be stated."""

    of: type
    one_of: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"a mapping with {', '.join(f'`{key}`' for key in self.fields())}"

    def fields(self) -> dict[str, Field[Any]]:
        return {key_of(stated): stated for stated in fields(self.of)}

    def problems(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield Problem((), f"{self.words} is wanted, not {shown(value)}")
            return
        known = self.fields()
        for key, item in value.items():
            if key not in known:
                yield Problem((key,), f"unknown key: {nearest(key, tuple(known))}", at_key=True)
                continue
            for problem in known[key].metadata["kind"].problems(item):
                yield Problem((key, *problem.path), problem.text, problem.at_key)
        for key, stated in known.items():
            if stated.default is MISSING and key not in value:
                yield Problem((), f"`{key}` is missing: {stated.metadata['kind'].words}")
        if self.one_of and not any(key in value for key in self.one_of):
            yield Problem((), f"one of {', '.join(f'`{key}`' for key in self.one_of)} is missing")

    def read(self, value: Any) -> Any:
        return self.of(
            **{stated.name: stated.metadata["kind"].read(value[key]) for key, stated in self.fields().items() if key in value}
        )

    def schema(self) -> dict[str, Any]:
        known = self.fields()
        properties = {}
        for key, stated in known.items():
            described = {"description": stated.metadata["description"]}
            default = stated.default
            if default not in (MISSING, None, ()) and isinstance(default, (bool, int, str)):
                described["default"] = default
            properties[key] = {**described, **stated.metadata["kind"].schema()}
        required = [key for key, stated in known.items() if stated.default is MISSING]
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": properties,
            **({"required": required} if required else {}),
            **({"anyOf": [{"required": [key]} for key in self.one_of]} if self.one_of else {}),
        }


_CHECK_ID = OneOf(CHECK_IDS, noun="the id of a check")
_NAME_PATTERN = Text("a name pattern such as `legacy-*`")
_TAGS = MappingOf(Text("a tag key"), Text("a value pattern such as `internal` or `*`"))
_NAMES_DESCRIPTION = "Patterns (`*`, `?`) for the queue's name or for what the code calls it; one of them must match."
_TAGS_DESCRIPTION = "Tags that the queue carries, each with a pattern for its value; all of them must match."


@dataclass(frozen=True)
class QueueSelector:
    """Queues by name or by tag. Where both are stated, both must match."""

    names: tuple[str, ...] = field(default=(), metadata=_takes(ListOf(_NAME_PATTERN, 1), _NAMES_DESCRIPTION))
    tags: tuple[tuple[str, str], ...] = field(default=(), metadata=_takes(_TAGS, _TAGS_DESCRIPTION))


@dataclass(frozen=True)
class CheckException:
    """Queues on which some checks are skipped, and why."""

    checks: tuple[str, ...] = field(metadata=_takes(ListOf(_CHECK_ID, 1), "The ids of the checks that are skipped."))
    reason: str = field(metadata=_takes(Text("the reason, in words"), "Why; it stands in the report beside the skipped check."))
    names: tuple[str, ...] = field(default=(), metadata=_takes(ListOf(_NAME_PATTERN, 1), _NAMES_DESCRIPTION))
    tags: tuple[tuple[str, str], ...] = field(default=(), metadata=_takes(_TAGS, _TAGS_DESCRIPTION))

    @property
    def queues(self) -> QueueSelector:
        return QueueSelector(self.names, self.tags)


EVERY_QUEUE = QueueSelector(names=("*",))


_ACCOUNT = Text("an account id of twelve digits, in quotes", r"\d{12}")


@dataclass(frozen=True)
class AccountSettings:
    own: tuple[str, ...] = field(
        default=(),
        metadata=_takes(
            ListOf(_ACCOUNT), "One's own accounts: their ids, where policies write them out, are those of the queues' owner."
        ),
    )


@dataclass(frozen=True)
class TrustSettings:
    accounts: Optional[tuple[str, ...]] = field(
        default=None, metadata=_takes(ListOf(_ACCOUNT), "Accounts that may use the queues beside one's own (`accounts.own`).")
    )
    organizations: Optional[tuple[str, ...]] = field(
        default=None,
        metadata=_takes(
            ListOf(Text("an organisation's id such as `o-a1b2c3d4e5`", r"o-[a-z0-9]{10,32}")),
            "Organisations whose members may use the queues.",
        ),
    )
    vpcs: Optional[tuple[str, ...]] = field(
        default=None,
        metadata=_takes(
            ListOf(Text("a VPC's id such as `vpc-0a1b2c3d`", r"vpc-[0-9a-f]{8,17}")), "VPCs from which the queues may be used."
        ),
    )
    endpoints: Optional[tuple[str, ...]] = field(
        default=None,
        metadata=_takes(
            ListOf(Text("a VPC endpoint's id such as `vpce-0a1b2c3d`", r"vpce-[0-9a-f]{8,17}")),
            "VPC endpoints through which the queues may be used.",
        ),
    )
    networks: Optional[tuple[str, ...]] = field(
        default=None,
        metadata=_takes(
            ListOf(Text("a network such as `203.0.113.0/24`", r"[0-9A-Fa-f.:]+/\d{1,3}")),
            "Networks from which the queues may be used.",
        ),
    )

    @property
    def is_configured(self) -> bool:
        """Whether somebody said whom to trust; an empty list says: nobody."""
        return any(stated is not None for stated in (self.accounts, self.organizations, self.vpcs, self.endpoints, self.networks))


@dataclass(frozen=True)
class DutySettings:
    administrators: tuple[str, ...] = field(
        default=(),
        metadata=_takes(
            ListOf(Text("a principal as policies write it")), "Principals that may administer the queue, as policies write them."
        ),
    )


@dataclass(frozen=True)
class VpcSettings:
    required: Optional[QueueSelector] = field(
        default=None,
        metadata=_takes(
            Either((OneOf(("all",), lambda _: EVERY_QUEUE), Record(QueueSelector, ("names", "tags")))),
            "The queues that nobody may reach from outside a VPC: `all`, or by name or tag.",
        ),
    )
    ids: tuple[str, ...] = field(
        default=(),
        metadata=_takes(
            ListOf(Text("a VPC's id such as `vpc-0a1b2c3d`", r"vpc-[0-9a-f]{8,17}")),
            "The VPCs that count; none given: any that the policy states.",
        ),
    )
    endpoints: tuple[str, ...] = field(
        default=(),
        metadata=_takes(
            ListOf(Text("a VPC endpoint's id such as `vpce-0a1b2c3d`", r"vpce-[0-9a-f]{8,17}")),
            "The VPC endpoints that count; none given: any that the policy states.",
        ),
    )


@dataclass(frozen=True)
class EncryptionSettings:
    explicit: bool = field(
        default=False,
        metadata=_takes(Flag(), "Whether encryption at rest must be written down, rather than left to AWS's default."),
    )
    max_data_key_reuse_seconds: int = field(
        default=300, metadata=_takes(WholeNumber(60, 86_400, "seconds"), "The longest time one data key may serve, in seconds.")
    )


@dataclass(frozen=True)
class MessageSettings:
    max_bytes: int = field(
        default=262_144,
        metadata=_takes(WholeNumber(1_024, 1_048_576, "bytes"), "The largest message a queue may take, in bytes."),
    )
    min_retention_seconds: int = field(
        default=60,
        metadata=_takes(WholeNumber(60, 1_209_600, "seconds"), "The shortest time a queue may keep a message, in seconds."),
    )
    max_retention_seconds: int = field(
        default=1_209_600,
        metadata=_takes(WholeNumber(60, 1_209_600, "seconds"), "The longest time a queue may keep a message, in seconds."),
    )


@dataclass(frozen=True)
class NamingSettings:
    pattern: Optional[str] = field(
        default=None, metadata=_takes(RegularExpression(), "What every queue's whole name must match.")
    )


@dataclass(frozen=True)
class TagSettings:
    required: tuple[tuple[str, tuple[str, ...]], ...] = field(
        default=(),
        metadata=_takes(
            MappingOf(Text("a tag key"), ListOf(Text("a tag value"))),
            "The tags every queue must carry, each with its allowed values (an empty list: any value).",
        ),
    )


@dataclass(frozen=True)
class RedriveSettings:
    min_receive_count: int = field(
        default=1,
        metadata=_takes(
            WholeNumber(1, 1_000, "receives"), "How often a message must at least be received before it is a dead letter."
        ),
    )
    max_receive_count: int = field(
        default=1_000,
        metadata=_takes(
            WholeNumber(1, 1_000, "receives"), "How often a message may at most be received before it is a dead letter."
        ),
    )


@dataclass(frozen=True)
class LambdaSettings:
    visibility_factor: int = field(
        default=6,
        metadata=_takes(
            WholeNumber(1, 100, "times the function's timeout"),
            "How many times a Lambda function's timeout its queue's visibility timeout must be (AWS advises 6).",
        ),
    )


@dataclass(frozen=True)
class CheckSettings:
    enabled: bool = field(default=True, metadata=_takes(Flag(), "Whether the check runs."))
    severity: Optional[Severity] = field(
        default=None,
        metadata=_takes(
            OneOf(tuple(severity.value for severity in Severity), Severity), "The severity that it reports, in place of its own."
        ),
    )


@dataclass(frozen=True)
class Settings:
    """All settings in force for one resource."""

    unresolved: str = field(
        default="ignore",
        metadata=_takes(
            OneOf(("ignore", "fail")),
            "What becomes of a check that cannot be decided: `ignore` reports nothing, `fail` a failure.",
        ),
    )
    accounts: AccountSettings = field(
        default=AccountSettings(),
        metadata=_takes(Record(AccountSettings), "Accounts (CKV_SQS_6, CKV_SQS_9, CKV_SQS_10)."),
    )
    trusted: TrustSettings = field(
        default=TrustSettings(), metadata=_takes(Record(TrustSettings), "Whom to trust outside the account (CKV_SQS_6).")
    )
    duties: DutySettings = field(
        default=DutySettings(), metadata=_takes(Record(DutySettings), "Who may do what (CKV_SQS_10, CKV_SQS_11).")
    )
    vpc: VpcSettings = field(default=VpcSettings(), metadata=_takes(Record(VpcSettings), "Queues for a VPC only (CKV_SQS_13)."))
    encryption: EncryptionSettings = field(
        default=EncryptionSettings(), metadata=_takes(Record(EncryptionSettings), "Encryption at rest (CKV_SQS_20, CKV_SQS_22).")
    )
    messages: MessageSettings = field(
        default=MessageSettings(), metadata=_takes(Record(MessageSettings), "Messages (CKV_SQS_30, CKV_SQS_31).")
    )
    naming: NamingSettings = field(default=NamingSettings(), metadata=_takes(Record(NamingSettings), "Names (CKV_SQS_32)."))
    tags: TagSettings = field(default=TagSettings(), metadata=_takes(Record(TagSettings), "Tags (CKV_SQS_33)."))
    redrive: RedriveSettings = field(
        default=RedriveSettings(), metadata=_takes(Record(RedriveSettings), "Dead letters (CKV_SQS_40).")
    )
    lambda_: LambdaSettings = field(
        default=LambdaSettings(), metadata=_takes(Record(LambdaSettings), "Lambda functions that consume (CKV_SQS_43).")
    )
    checks: tuple[tuple[str, CheckSettings], ...] = field(
        default=(), metadata=_takes(MappingOf(_CHECK_ID, Record(CheckSettings)), "Single checks: on or off, and how severe.")
    )
    exceptions: tuple[CheckException, ...] = field(
        default=(),
        metadata=_takes(
            ListOf(Record(CheckException, ("names", "tags"))), "Queues on which checks are skipped, each with the reason."
        ),
    )

    def of_check(self, check_id: str) -> CheckSettings:
        return dict(self.checks).get(check_id, _BY_DEFAULT) if self.checks else _BY_DEFAULT


_BY_DEFAULT = CheckSettings()
DEFAULTS = Settings()
SETTINGS = Record(Settings)


class DescribedSetting(NamedTuple):
    """A setting by its dotted key (`messages.max_bytes`), as the definition above has it. default: None or empty for none."""

    key: str
    kind: Kind
    default: Any
    description: str


def each_setting(record: Record = SETTINGS, prefix: str = "") -> Iterator[DescribedSetting]:
    """Every setting that can be stated by itself, in the order in which they are declared; sections are gone through."""
    for key, stated in record.fields().items():
        kind = stated.metadata["kind"]
        if isinstance(kind, Record):
            yield from each_setting(kind, f"{prefix}{key}.")
        else:
            yield DescribedSetting(f"{prefix}{key}", kind, stated.default, stated.metadata["description"])


# Pairs of which the first may not be above the second.
ORDERED = (
    ("messages.min_retention_seconds", "messages.max_retention_seconds"),
    ("redrive.min_receive_count", "redrive.max_receive_count"),
)
