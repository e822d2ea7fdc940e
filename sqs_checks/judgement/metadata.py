"""What each check states about itself."""

from __future__ import annotations

from enum import Enum


class Severity(Enum):
    """Checkov's scale, as far as severity filters work without an API key."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Area(Enum):
    """The heading of the public security guidance for SQS that a check answers."""

    ACCESS_CONTROL_POLICY = "Access Control Policy"
    CRYPTOGRAPHIC_KEYS = "Protect Cryptographic Keys"
    INPUT_VALIDATION = "Input Validation"
    DATA_RETENTION = "Data Retention"
    ASSET_INVENTORY = "Asset Inventory"
    NOTHING_LOST = "Beyond the guidance: nothing lost"
