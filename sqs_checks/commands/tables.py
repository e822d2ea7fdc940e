"""Tables of text, for terminals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def table(rows: Sequence[Sequence[str]], widest: int = 1000, numbers_from: int = 1000) -> Iterator[str]:
    """The rows as lines, with columns below each other.

    widest: of a column, in characters; a longer cell moves the rest of its row. numbers_from: the first column that is set
    flush right.
    """
    widths = [min(max(map(len, column)), widest) for column in zip(*rows)]
    for row in rows:
        cells = (
            cell.rjust(width) if number >= numbers_from else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths))
        )
        yield "  ".join(cells).rstrip()
