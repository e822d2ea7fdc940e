"""JSON Schemas (draft 2020-12) of what the commands print with `--format json`.

They are Python, since Checkov takes each JSON file of the package for a check of its own. A new key may come with any
release; a key never changes its meaning.
"""

from __future__ import annotations

import json
from typing import Any, Optional

from sqs_checks.commands.exit_codes import FINE
from sqs_checks.commands.messages import complain
from sqs_checks.descriptions.queue_description import Activity, ActorKind
from sqs_checks.judgement.metadata import Area, Severity
from sqs_checks.reporting.observations import Outcome

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_TRUTH: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_LINE: Schema = {"type": "integer", "minimum": 1}


def _said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _or_null(schema: Schema, description: str) -> Schema:
    return {"anyOf": [schema, {"type": "null"}], "description": description}


def _list_of(schema: Schema, description: Optional[str] = None) -> Schema:
    return {"type": "array", "items": schema, **({"description": description} if description else {})}


def _object(**keys: Schema) -> Schema:
    return {"type": "object", "properties": keys, "required": list(keys), "additionalProperties": False}


def _one_of(*words: str) -> Schema:
    return {"enum": list(words)}


_CHECK_ID: Schema = {"type": "string", "pattern": "^CKV_SQS_[0-9]+$"}
_URL: Schema = {"type": "string", "format": "uri"}
_SEVERITY = _one_of(*(severity.value for severity in Severity))
_AREA = _one_of(*(area.value for area in Area))
_FILE = _said(_TEXT, "relative to the scanned folder")
_FRAMEWORK = _said(_TEXT, "`Terraform`, `Terraform plan`, `CloudFormation` or `Serverless Framework`")
_PROBLEMS = _list_of(_TEXT, "what is wrong, each with file and line")

_LIST = _object(
    checks=_list_of(
        _object(
            id=_CHECK_ID,
            name=_said(_TEXT, "what a resource that passes keeps to"),
            severity=_SEVERITY,
            area=_AREA,
            why=_said(_TEXT, "what happens otherwise"),
            guideline=_URL,
            checkov_checks=_list_of(_TEXT, "Checkov's own checks for the same fault"),
            settings=_list_of(_TEXT, "the settings that move the verdict"),
            judges_only=_or_null(_TEXT, "which resources it is about; null where it is about all of its types"),
            resource_types=_list_of(_TEXT),
        )
    )
)

_COVERAGE = _object(
    decided_percent=_or_null(
        {"type": "number", "minimum": 0, "maximum": 100}, "passed and failed, of these and undecided; null where there is none"
    ),
    counts=_object(**{outcome.value: _COUNT for outcome in Outcome}),
    results=_list_of(
        _object(
            framework=_FRAMEWORK,
            file=_FILE,
            resource=_said(_TEXT, "its address in Terraform, its logical id in CloudFormation"),
            check=_CHECK_ID,
            outcome=_one_of(*(outcome.value for outcome in Outcome)),
            reasons=_list_of(_TEXT, "why it neither passed nor failed"),
        )
    ),
    left_out=_list_of(_object(framework=_FRAMEWORK, file=_FILE, resource=_TEXT), "what Checkov hands to no check"),
    not_read=_list_of(_object(framework=_FRAMEWORK, file=_TEXT, reason=_TEXT)),
)

_CONFIG_SHOW = _object(
    settings=_list_of(
        _object(
            key=_said(_TEXT, "with dots: `messages.max_bytes`"),
            value=_said({}, "as it would be written in the file"),
            origin=_or_null(_TEXT, "file and line; null where it is the default"),
        )
    ),
    problems=_PROBLEMS,
)

_CONFIG_CHECK = _object(files=_list_of(_TEXT, "the settings files that were looked at"), problems=_PROBLEMS)

_DOCTOR = _object(
    version=_TEXT,
    folder=_said(_TEXT, "what `--external-checks-dir` takes"),
    python=_object(version=_TEXT, prefix=_TEXT),
    packages=_list_of(_object(name=_TEXT, version=_or_null(_TEXT, "null where it is missing"))),
    routes=_list_of(
        _object(name=_TEXT, state=_one_of("ok", "off", "fault"), reason=_or_null(_TEXT, "what is wrong, or how to switch it on")),
        "the ways for Checkov to find the checks",
    ),
    problems=_list_of(_TEXT, "why no way was tried"),
)

_EXPLAIN = _object(
    id=_CHECK_ID,
    file=_said(_TEXT, "of the check, in `sqs_checks/checks`"),
    fault=_TEXT,
    promise=_said(_TEXT, "what a resource that passes keeps to"),
    severity=_SEVERITY,
    area=_AREA,
    what=_said(_TEXT, "Markdown, as the texts that follow"),
    why=_TEXT,
    fix=_TEXT,
    limits=_said(_TEXT, "empty where there are none"),
    unknown_when=_TEXT,
    settings=_list_of(
        _object(
            key=_TEXT,
            description=_TEXT,
            default=_said({}, "null where it has none"),
            schema=_said({"type": "object"}, "its JSON Schema"),
        )
    ),
    example_settings=_said(_TEXT, "those under which the examples fail and pass; empty where they need none"),
    examples=_list_of(_object(verdict=_one_of("Fails", "Passes"), framework=_TEXT, language=_one_of("hcl", "yaml"), code=_TEXT)),
    related=_list_of(_object(tool=_TEXT, id=_TEXT, url=_URL, difference=_TEXT), "the same fault in other scanners"),
    controls=_list_of(_object(source=_TEXT, id=_TEXT, title=_TEXT, url=_URL), "controls of AWS that it answers"),
    references=_list_of(_object(title=_TEXT, url=_URL)),
)

_POLICY = _object(
    verdicts=_list_of(
        _object(
            name=_TEXT,
            holds=_one_of("yes", "no", "unknown"),
            is_fault=_TRUTH,
            reasons=_list_of(_TEXT, "why it is unknown"),
            witness=_or_null(
                _object(
                    caller=_TEXT,
                    actions=_list_of(_TEXT),
                    statement=_or_null(_TEXT, "the statement that decides"),
                    values=_said({"type": "object"}, "the condition keys of the request"),
                ),
                "a request that proves it",
            ),
        )
    ),
    statements=_list_of(
        _object(
            path=_TEXT,
            sid=_or_null(_TEXT, "its `Sid`"),
            effect=_or_null(_one_of("Allow", "Deny"), "null where it is not known"),
            principals=_list_of(_TEXT),
            inverts_principals=_TRUTH,
            actions=_list_of(_TEXT),
        )
    ),
    problems=_list_of(_object(path=_TEXT, line=_LINE, column=_LINE, text=_TEXT, remedy=_TEXT)),
)

_PLACE = _object(label=_said(_TEXT, "the address or logical id of a resource"), file=_FILE)
_UNCERTAIN = _list_of(_TEXT, "why it is not certain; empty where it is")
_REPORTED_BY = _list_of(_CHECK_ID, "the checks that report it")
_FINDING = _object(
    check=_CHECK_ID,
    severity=_one_of(*(severity.value for severity in Severity)),
    promise=_said(_TEXT, "what a resource that passes keeps to"),
    problems=_list_of(_TEXT),
    reasons=_list_of(_TEXT, "why that matters"),
    remedies=_list_of(_TEXT),
    resource=_said(_TEXT, "as Checkov names it"),
    file=_FILE,
    first_line=_LINE,
    last_line=_LINE,
    places=_list_of(_PLACE, "the resources that it stands for"),
)
_ACCESS = _object(
    activities=_list_of(_one_of(*(activity.value for activity in Activity))),
    actions=_list_of(_TEXT, "none of a resource of the code"),
    does=_said(_TEXT, "the actions in words"),
    statement=_said(_TEXT, "what allows it; empty where no statement does"),
    stated_in=_PLACE,
    conditions=_list_of(_object(key=_TEXT, text=_TEXT), "all of which must hold"),
    by_role=_said(_TRUTH, "whether its own role has to allow it, and no statement"),
    findings=_REPORTED_BY,
    unknown=_UNCERTAIN,
)
_DEAD_LETTER_TARGET: Schema = {"$ref": "#/$defs/dead_letter_target"}
_EXPLAIN_PATH = {
    **_object(
        path=_TEXT,
        queues=_list_of(
            _object(
                label=_said(_TEXT, "the address or logical id"),
                file=_FILE,
                framework=_FRAMEWORK,
                name=_or_null(_TEXT, "the queue's own name; null where the code does not tell"),
                where=_said(_TEXT, "what must be so for all this to hold; empty where it always does"),
                actors=_list_of(
                    _object(
                        name=_TEXT,
                        short_name=_TEXT,
                        kind=_one_of(*(kind.value for kind in ActorKind)),
                        what=_TEXT,
                        accesses=_list_of(_ACCESS),
                    )
                ),
                denials=_list_of(_object(statement=_TEXT, stated_in=_PLACE, text=_TEXT, unknown=_UNCERTAIN)),
                dead_letters_to=_list_of(_DEAD_LETTER_TARGET),
                dead_letters_from=_list_of(_object(name=_TEXT, what=_TEXT, stated_in=_PLACE, unknown=_UNCERTAIN)),
                dead_letters_allowed=_list_of(_object(text=_TEXT, stated_in=_PLACE, unknown=_UNCERTAIN)),
                encryption=_object(
                    text=_TEXT,
                    is_encrypted=_or_null(_TRUTH, "null where it is not known"),
                    keys=_list_of(_PLACE),
                    findings=_REPORTED_BY,
                    unknown=_UNCERTAIN,
                ),
                findings=_list_of(_FINDING, "the most severe first"),
                not_known=_list_of(_object(reason=_TEXT, checks=_list_of(_CHECK_ID, "which cannot decide for that"))),
            )
        ),
        other_findings=_list_of(_FINDING, "about no queue of the code"),
        not_read=_list_of(_object(file=_TEXT, why=_TEXT)),
    ),
    "$defs": {
        "dead_letter_target": _object(
            name=_or_null(_TEXT, "null where it is not known"),
            is_in_code=_said(_TRUTH, "certainly or perhaps"),
            stated_in=_PLACE,
            receives=_TEXT,
            findings=_REPORTED_BY,
            unknown=_UNCERTAIN,
            then=_list_of(_DEAD_LETTER_TARGET, "where the dead letters of that queue go"),
        )
    },
}

_SCHEMAS: dict[str, tuple[str, Schema]] = {
    "list": ("the checks", _LIST),
    "coverage": ("what each check made of each resource", _COVERAGE),
    "config show": ("the settings in force", _CONFIG_SHOW),
    "config check": ("what is wrong with the settings files", _CONFIG_CHECK),
    "doctor": ("whether Checkov runs the checks", _DOCTOR),
    "explain": ("the page of a check", _EXPLAIN),
    "policy": ("a queue policy, judged by itself", _POLICY),
    "explain PATH": ("what each queue of some code lets happen", _EXPLAIN_PATH),
}


def print_schema(command: str) -> int:
    if command not in _SCHEMAS:
        return complain(f"`{command}` has no `--format json` with a schema; these have: {', '.join(_SCHEMAS)}")
    print(json.dumps(output_schema(command), indent=2, ensure_ascii=False))
    return FINE


def output_schema(command: str) -> Schema:
    """The schema of what a command prints: `list`, `config show` and so on."""
    what, schema = _SCHEMAS[command]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"sqs-checks {command} --format json",
        "description": f"{what[0].upper()}{what[1:]}.",
        **schema,
    }
