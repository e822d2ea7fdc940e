"""By what settings pick queues: their names and their tags."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple, Optional

from sqs_checks.judgement.ternary import NO, YES, Ternary, all_of, any_of, unknown
from sqs_checks.queues.setting import Setting, Stated
from sqs_checks.queues.sqs_queue import Tags, TagValue, has_tag
from sqs_checks.values.configuration_values import Unknown


class QueueTraits(NamedTuple):
    """name: the queue's name, None where AWS makes it up. code_name: what the code calls the queue. tags: None where the
    code does not hold the queue itself.
    """

    name: Stated[str]
    code_name: str = ""
    tags: Optional[Setting[Tags]] = None

    def is_selected(self, names: Sequence[str], tags: Sequence[tuple[str, str]]) -> Ternary:
        """Whether one of the name patterns fits and all tags do, each with a pattern for its value. None stated: fits."""
        by_name = any_of(map(self._has_name, names)) if names else YES
        return by_name & all_of(self._has_tag(key, pattern) for key, pattern in tags)

    def _has_name(self, pattern: str) -> Ternary:
        if pattern == "*" or (self.code_name and fnmatchcase(self.code_name, pattern)):
            return YES
        if isinstance(self.name, str):
            return YES if fnmatchcase(self.name, pattern) else NO
        if self.name is None:
            return NO
        return unknown(self.name.reason if isinstance(self.name, Unknown) else "the queue's name is not known")

    def _has_tag(self, key: str, pattern: str) -> Ternary:
        if self.tags is None:
            return unknown("the tags of a queue outside the code are not known")

        def fits(value: TagValue) -> Ternary:
            if isinstance(value, Unknown):
                return YES if pattern == "*" else unknown(value.reason)
            return YES if fnmatchcase(value or "", pattern) else NO

        return self.tags.holds(lambda stated: has_tag(stated, key, fits))
