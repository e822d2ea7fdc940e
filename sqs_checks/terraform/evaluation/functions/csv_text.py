"""Comma-separated values as Terraform reads them.

Source: RFC 4180; Go, package encoding/csv (what it refuses).
"""

from __future__ import annotations


class InvalidCsvError(ValueError):
    """The text is no CSV. The message says where and why."""


def csv_rows(text: str) -> list[list[str]]:
    """The rows of a text; empty lines are none. All must have as many fields as the first."""
    rows: list[list[str]] = []
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    number = 0
    while number < len(lines):
        start = number
        if lines[number] in ("", "\r"):
            number += 1
            continue
        row, number = _row(lines, number)
        if rows and len(row) != len(rows[0]):
            raise InvalidCsvError(f"line {start + 1}: wrong number of fields")
        rows.append(row)
    return rows


def _row(lines: list[str], number: int) -> tuple[list[str], int]:
    """The fields of the row that begins on a line, and the line behind it."""
    fields: list[str] = []
    line, at = lines[number], 0
    while True:
        if not line.startswith('"', at):
            end = line.find(",", at)
            field = line[at:] if end < 0 else line[at:end]
            if '"' in field:
                raise InvalidCsvError(f'line {number + 1}: bare " in non-quoted-field')
            fields.append(field)
            if end < 0:
                return fields, number + 1
            at = end + 1
            continue
        at += 1
        parts: list[str] = []
        while True:
            end = line.find('"', at)
            if end < 0:
                parts += [line[at:], "\n"]
                number += 1
                if number >= len(lines):
                    raise InvalidCsvError(f'line {number}: extraneous or missing " in quoted-field')
                line, at = lines[number], 0
                continue
            parts.append(line[at:end])
            at = end + 1
            if not line.startswith('"', at):
                break
            parts.append('"')
            at += 1
        fields.append("".join(parts))
        if at == len(line):
            return fields, number + 1
        if line[at] != ",":
            raise InvalidCsvError(f'line {number + 1}: extraneous or missing " in quoted-field')
        at += 1
