"""The report of an import as CSV, to be opened in a spreadsheet, corrected and imported again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadbridge.leads.imports.model import ColumnUse, RowReport
from leadbridge.security.escape import csv_line

OWN_COLUMNS = ("leadbridge_row", "leadbridge_line", "leadbridge_code", "leadbridge_reason")
"""Before the columns of the file. The import leaves out columns that begin so."""


def header_line(columns: Sequence[ColumnUse]) -> str:
    """Return the first line, with the byte order mark by which Excel knows UTF-8."""
    return "\ufeff" + csv_line([*OWN_COLUMNS, *(column.header for column in columns)])


def report_lines(reports: Iterable[RowReport]) -> str:
    """Return a line for each row that was reported."""
    return "".join(
        csv_line(
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
