"""From text to records: the delimiter, the records, and the row that names the columns. Pure.

The reader is our own because a broken quotation mark must cost one row, not the rest of the file: a quoted cell that
swallows what look like whole rows, or never ends, is read as if its mark were an ordinary character.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadbridge.leads.errors import FileTooLarge, UnreadableFile
from leadbridge.leads.imports.headers import likely_header, recognised

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 500
MAX_PREAMBLE = 30
"""Records before the header row: titles, dates, blank lines."""
DELIMITERS = (",", ";", "\t", "|")

_BREAK = re.compile(r"\r\n|\n|\r")
_SEP_LINE = re.compile(r"sep=([,;|\t])(?:\r\n|\n|\r|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number as a spreadsheet counts (from 1), the line it starts on, its cells."""

    row: int
    line: int
    cells: tuple[str, ...]

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that could be read: what separates its cells, the names of its columns, its rows."""

    delimiter: str
    header_row: int
    header: tuple[str, ...]
    rows: tuple[Record, ...]
    width: int
    """Cells a row may have: those of the header, or of most rows where these all end in more (empty) ones."""


def records(text: str, delimiter: str, width: int = 0) -> Iterator[Record]:
    """Yield every record of ``text``. ``width`` is how many cells a row has, where that is known."""
    position, row, line = 0, 0, 1
    stop = re.compile(f"[{re.escape(delimiter)}\\r\\n]")
    marked = _SEP_LINE.match(text)
    if marked is not None:
        position, line, row = marked.end(), 2, 1
    while position < len(text):
        cells, end = _record(text, position, delimiter, stop, width)
        row += 1
        yield Record(row, line, tuple(cells))
        line += len(_BREAK.findall(text, position, end))
        position = end


def _record(text: str, position: int, delimiter: str, stop: re.Pattern[str], width: int) -> tuple[list[str], int]:
    """Return the cells of the record at ``position`` and where the next one begins."""
    cells: list[str] = []
    while True:
        cell, position = _cell(text, position, delimiter, stop, width)
        cells.append(cell)
        if position >= len(text):
            return cells, position
        if text[position] != delimiter:
            return cells, position + (2 if text.startswith("\r\n", position) else 1)
        position += 1


def _cell(text: str, position: int, delimiter: str, stop: re.Pattern[str], width: int) -> tuple[str, int]:
    """Return the cell at ``position`` and where it ends: at a delimiter, a line break or the end."""
    if text.startswith('"', position):
        closing = _closing(text, position + 1)
        if closing is not None:
            found = stop.search(text, closing + 1)
            end = len(text) if found is None else found.start()
            inner = text[position + 1 : closing]
            tail = text[closing + 1 : end]
            if not _swallowed(inner, tail.strip(), delimiter, width):
                return inner.replace('""', '"') + tail.rstrip(), end
    found = stop.search(text, position)
    end = len(text) if found is None else found.start()
    return text[position:end], end


def _closing(text: str, position: int) -> int | None:
    while True:
        at = text.find('"', position)
        if at < 0:
            return None
        if not text.startswith('"', at + 1):
            return at
        position = at + 2


def _swallowed(inner: str, tail: str, delimiter: str, width: int) -> bool:
    """Tell whether a quoted cell over several lines took rows in that are not its own."""
    lines = _BREAK.split(inner)
    if len(lines) == 1:
        return False
    if tail:
        return True  # its end is in the middle of another cell
    return width > 2 and any(line.count(delimiter) >= width - 1 for line in lines[1:-1])


def read_sheet(text: str, max_rows: int = MAX_ROWS) -> Sheet:
    """Return the columns and rows of ``text``; raises ``UnreadableFile`` or ``FileTooLarge``, each with its cure."""
    delimiter = _delimiter(text)
    header = _header(text, delimiter)
    names = tuple(cell.strip() for cell in header.cells)
    rows: list[Record] = []
    for record in records(text, delimiter, len(names)):
        if record.row <= header.row or record.blank:
            continue
        if len(rows) == max_rows:
            raise FileTooLarge(f"The file has more than {max_rows:,} rows.", code="too_many_rows")
        rows.append(record)
    usual = Counter(len(record.cells) for record in rows).most_common(1)
    width = max(len(names), usual[0][0] if usual else 0)
    return Sheet(delimiter, header.row, names, tuple(rows), width)


def _head(text: str, delimiter: str) -> list[Record]:
    head: list[Record] = []
    for record in records(text, delimiter):
        head.append(record)
        if len(head) == MAX_PREAMBLE:
            break
    return head


def _delimiter(text: str) -> str:
    """Return the delimiter under which the first records name the most columns we know and are the most even."""
    marked = _SEP_LINE.match(text)
    if marked is not None:
        return marked[1]
    return max(DELIMITERS, key=lambda delimiter: _fit(_head(text, delimiter)))  # first of equals: the comma


def _fit(head: Sequence[Record]) -> tuple[int, float]:
    widths = [len(record.cells) for record in head if not record.blank and len(record.cells) > 1]
    known = max((recognised(record.cells) for record in head), default=0)
    if not widths:
        return (known, 0.0)
    width, often = Counter(widths).most_common(1)[0]
    return (known, often / len(head) * min(width, 50))


def _header(text: str, delimiter: str) -> Record:
    head = [record for record in _head(text, delimiter) if not record.blank]
    best = max(head, key=lambda record: recognised(record.cells), default=None)
    if best is None or recognised(best.cells) == 0:
        best = next((record for record in head if likely_header(record.cells)), None)
    if best is None:
        raise UnreadableFile(
            "The file has no header row: no line of its beginning names columns.",
            code="no_header",
            hint="Make its first line name the columns, for example: First name,Last name,E-mail,Phone,Company",
        )
    if len(best.cells) > MAX_COLUMNS:
        raise UnreadableFile(
            f"The file has {len(best.cells)} columns; at most {MAX_COLUMNS} are read.",
            code="too_many_columns",
            hint="Leave out columns that say nothing about the people, then import it again.",
        )
    return best
