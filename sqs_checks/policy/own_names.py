"""Names for things that the code knows to be its own without knowing their text.

`aws_caller_identity.account_id`, `AWS::AccountId`, the ARN of a queue or topic of the same code: the reader of a framework
writes them as text with these names in it. No real value holds a `‹`.
"""

from __future__ import annotations

THIS_ACCOUNT = "‹this account›"
THIS_PARTITION = "‹this partition›"
THIS_REGION = "‹this region›"


def own_resource_arn(service: str, reference: str, *, has_region: bool = True, has_account: bool = True, prefix: str = "") -> str:
    """The ARN of a resource of the scanned code. reference: what the code calls it; it stands for the resource's name."""
    region = THIS_REGION if has_region else ""
    account = THIS_ACCOUNT if has_account else ""
    return f"arn:{THIS_PARTITION}:{service}:{region}:{account}:{prefix}‹{reference}›"


def is_own_name(text: str) -> bool:
    """Whether a text stands for something, and is not the thing itself."""
    return "‹" in text


def other_account(label: str) -> str:
    """An account that is not the queue's, whichever it is. label: what the code calls it."""
    return f"‹other account: {label}›"


def unknown_account(label: str) -> str:
    """An account of which it is not known whether it is the queue's. label: what the code calls it."""
    return f"‹account: {label}›"


def is_other_account(text: str) -> bool:
    return text.startswith("‹other account: ")
