"""What an expression that Terraform refuses raises while it is worked out."""

from __future__ import annotations


class InvalidExpressionError(Exception):
    """Terraform refuses the expression: `tonumber("x")`. `try` and `can` catch it. The text says why, in Terraform's words
    where they are short.
    """


class BudgetExceededError(Exception):
    """Working the expression out would take more steps than are spent on one attribute."""
