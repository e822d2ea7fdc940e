"""What an expression that Terraform refuses raises while it is worked out."""

from __future__ import annotations


class InvalidExpressionError(Exception):
    """Terraform refuses the expression: `tonumber("x")`. `try` and `can` catch it. The text says why, in Terraform's words
    where they are short.
    """


class UndeclaredReferenceError(InvalidExpressionError):
    """The code names what nothing declares. Terraform refuses that before it works anything out, so `try` and `can` do not
    catch it.
    """


class IsFolderError(InvalidExpressionError):
    """A file is asked for where a folder is."""


class BudgetExceededError(Exception):
    """Working the expression out would take more steps than are spent on one attribute."""
