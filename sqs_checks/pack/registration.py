"""Making the checks known to Checkov."""

from __future__ import annotations

import threading

from checkov.runner_filter import RunnerFilter

from sqs_checks.judgement.collection import collection_paused

_lock = threading.RLock()
_registered = False


def register() -> None:
    """Registers every check with Checkov, once a process, whichever routes lead here. Thread-safe.

    This is what the entry point `sqs-checks` in the group `checkov.external_checks` names.
    """
    global _registered
    with _lock:
        if not _registered:
            with collection_paused():
                _register()
            _registered = True


def _register() -> None:
    from sqs_checks.cloudformation import followed_runners as cloudformation_runners
    from sqs_checks.pack.catalogue import check_classes
    from sqs_checks.reporting.amended_reports import amend_reports
    from sqs_checks.reporting.checkov_check import CheckovCheck
    from sqs_checks.reporting.spared_work import spare_work
    from sqs_checks.terraform import followed_runners as terraform_runners

    terraform_runners.follow_runners()
    cloudformation_runners.follow_runners()
    amend_reports(check_classes())
    spare_work(lambda check: isinstance(check, CheckovCheck))
    for check_class in check_classes():
        check_class()
        # Without this, users with an API key lose checks that did not come from a folder.
        RunnerFilter.notify_external_check(check_class.id)
