"""The settings as a JSON Schema, for editors that check and complete YAML."""

from __future__ import annotations

from typing import Any

from sqs_checks.configuration.settings import SETTINGS


def json_schema() -> dict[str, Any]:
    """Draft 2020-12, made from the definition that the reader uses. It cannot say which of two bounds must be the larger."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sqs-checks.yaml",
        "description": "Settings of sqs-checks, the Checkov checks for Amazon SQS.",
        **SETTINGS.schema(),
    }
