"""The report of an import as CSV, to be opened in a spreadsheet, corrected and imported again. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import phonenumbers

from leadbridge.leads.imports.model import ColumnUse, RowReport

OWN_COLUMNS = ("leadbridge_row", "leadbridge_line", "leadbridge_code", "leadbridge_reason")
"""Before the columns of the file. The import leaves out columns that begin so."""


def safe_cell(text: str) -> str:
    """Return ``text`` so that a spreadsheet shows it and does not calculate it; the import takes the apostrophe off.

    ``=``, ``-``, ``@``, tab and carriage return start a formula in some program, ``+`` where no phone number follows.
    """
    if text[:1] in ("=", "-", "@", "\t", "\r") or (text[:1] == "+" and not _is_phone(text)):
        return "'" + text
    return text


def header_line(columns: Sequence[ColumnUse]) -> str:
    """Return the first line, with the byte order mark by which Excel knows UTF-8."""
    return "\ufeff" + _line([*OWN_COLUMNS, *(column.header for column in columns)])


def report_lines(reports: Iterable[RowReport]) -> str:
    """Return a line for each row that was reported."""
    return "".join(
        _line(
            [
                str(report.row),
                str(report.line),
                report.problems[0].code,
                " ".join(problem.message for problem in report.problems),
                *report.cells,
            ]
        )
        for report in reports
    )


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()


def _is_phone(text: str) -> bool:
    if any(char.isalpha() or char in "=*/@|!" for char in text):
        return False  # a formula may begin with what the library would read as a number
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, None))
    except phonenumbers.NumberParseException:
        return False
