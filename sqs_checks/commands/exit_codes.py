"""What the exit codes of `sqs-checks` say, the same for every command."""

from __future__ import annotations

FINE = 0
# Something is wrong, or is less than was asked for: a broken setting, a route that does not work, too little decided.
AT_FAULT = 1
# The command could not do what it was asked: no such file, no code, no policy. argparse uses it for wrong arguments.
NOTHING_TO_JUDGE = 2
