"""Custom Checkov checks for Amazon SQS, for Terraform and CloudFormation.

Importing this package loads nothing and registers nothing: it is imported at every Python start once `sqs-checks enable`
has run. `sqs_checks.pack.registration.register` makes the checks known to Checkov.
"""

__version__ = "0.1.0"
