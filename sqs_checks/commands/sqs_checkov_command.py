"""`sqs-checkov`: Checkov, with the packs of the entry-point group loaded. Takes all of Checkov's own arguments."""

from __future__ import annotations

import sys
import warnings


def main() -> int:
    try:
        from checkov.main import Checkov
    except ImportError as error:
        print(f"sqs-checkov: Checkov cannot be imported ({error}): install it with `pip install checkov`", file=sys.stderr)
        return 2
    from sqs_checks.pack.entry_points import load_external_checks

    load_external_checks()
    # As Checkov's own script does.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=SyntaxWarning)
        return int(Checkov(sys.argv[1:]).run() or 0)


if __name__ == "__main__":
    sys.exit(main())
