"""From an XLSX workbook to records: the first visible sheet that holds anything, each cell as text.

A formula counts with the result that was stored beside it; nothing is calculated. The sheet is read as a stream, and
the cells it claims to have are counted, since a cell far out makes every row of its sheet as wide.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from leadbridge.leads.errors import UnreadableFile
from leadbridge.leads.imports.reader import Record
from leadbridge.security.xlsx import UnsafeWorkbook, check_xlsx

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_CELLS = 5_000_000
"""Cells of a sheet, empty ones included."""
_BROKEN = (
    ArithmeticError, AttributeError, BadZipFile, EOFError, LookupError, OSError, ParseError, TypeError, ValueError,
)  # fmt: skip
"""What the library raises for workbooks that are not as they should be."""


def sheet_records(data: bytes) -> Iterator[Record]:
    """Yield the rows of a workbook; raises ``UnsafeWorkbook`` or ``UnreadableFile``, each with its cure."""
    check_xlsx(data)
    # here and not above: the library brings numpy along, and takes longer to import than a command that reads no
    # workbook takes in all
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles, filters and pictures, which are of no use here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                yield from _records(book)
            finally:
                book.close()
    except (UnreadableFile, UnsafeWorkbook):
        raise
    except (*_BROKEN, InvalidFileException) as error:
        raise UnsafeWorkbook("The workbook is damaged and cannot be read.", code="not_a_workbook") from error


def _records(book: Workbook) -> Iterator[Record]:
    count = 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()
        held = False
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            count += len(row)
            if count > MAX_CELLS:
                raise UnsafeWorkbook(f"The sheet spans more than {MAX_CELLS:,} cells.", code="workbook_too_large")
            cells = [_text(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                held = True
                yield Record(number, number, tuple(cells))
        if held:
            return
    raise UnreadableFile(
        "The workbook has no visible sheet with anything in it.", code="empty_file", hint="Send a sheet with a header."
    )


def _text(value: object) -> str:
    """Return what a cell shows, as far as that does not hang on its format: whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "" if value in _ERRORS else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | timedelta) else ""


_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"))
