"""From text to records: the delimiter, the records, and the row that names the columns. Pure.

The reader is our own because a broken quotation mark must cost one row, not the rest of the file: a quoted cell that
swallows what look like whole rows, or never ends, is read as if its mark were an ordinary character. Text comes in
pieces, of which a window is held: its size depends on the longest record, not on the file.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadbridge.leads.errors import FileTooLarge, UnreadableFile
from leadbridge.leads.imports.headers import LEAD, likely_header, recognised

MAX_BYTES = 512 * 1024 * 1024
MAX_ROWS = 2_000_000
MAX_COLUMNS = 500
MAX_PREAMBLE = 30
"""Records before the header row: titles, dates, blank lines."""
MAX_WINDOW = 12 * 1024 * 1024
"""Characters looked at for the end of one record; a quoted cell that is longer is taken for a broken mark."""
DELIMITERS = (",", ";", "\t", "|")

_BREAK = re.compile(r"\r\n|\n|\r")
_END = re.compile(r"[\r\n]")
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
class Layout:
    """What the beginning of a file tells of all of it."""

    delimiter: str
    header_row: int
    header: tuple[str, ...]
    width: int
    """Cells a row may have: those of the header, or of most rows where these all end in more (empty) ones."""


class _More(Exception):
    """The record may go on behind the text that is there."""


def records(text: str, delimiter: str, width: int = 0) -> Iterator[Record]:
    """Yield every record of ``text``. ``width`` is how many cells a row has, where that is known."""
    return stream((text,), delimiter, width)


def stream(pieces: Iterable[str], delimiter: str, width: int = 0) -> Iterator[Record]:
    """Yield every record of a text that comes in ``pieces``."""
    source = iter(pieces)
    text = next(source, "")
    if text and len(text) < MAX_PREAMBLE:  # a first line that names the delimiter is not cut in two
        text += next(source, "")
    position, row, line, final = 0, 0, 1, False
    stop = re.compile(f"[{re.escape(delimiter)}\\r\\n]")
    marked = _SEP_LINE.match(text)
    if marked is not None:
        position, line, row = marked.end(), 2, 1
    while True:
        if position < len(text):
            try:
                cells, end = _next(text, position, delimiter, stop, width, final or len(text) - position > MAX_WINDOW)
            except _More:
                pass  # more is added below
            else:
                row += 1
                yield Record(row, line, tuple(cells))
                line += _breaks(text, position, end)
                position = end
                continue
        elif final:
            return
        text, position, final = _longer(text[position:], source)


def _longer(text: str, source: Iterator[str]) -> tuple[str, int, bool]:
    """Return ``text`` with what follows it, at least twice as long, so that no character is looked at many times."""
    added: list[str] = []
    size = 0
    for piece in source:
        added.append(piece)
        size += len(piece)
        if size > len(text):
            return "".join((text, *added)), 0, False
    return "".join((text, *added)), 0, True


def _breaks(text: str, position: int, end: int) -> int:
    """Return how many line breaks stand between two places."""
    found = text.count("\n", position, end)
    if text.find("\r", position, end) >= 0:
        found += text.count("\r", position, end) - text.count("\r\n", position, end)
    return found


def _next(
    text: str, position: int, delimiter: str, stop: re.Pattern[str], width: int, final: bool
) -> tuple[list[str], int]:
    """Return the cells of the record at ``position`` and where the next one begins; raises ``_More``.

    A line without quotation marks, or with whole ones only, is a record by itself; anything else is read cell by cell.
    """
    found = _END.search(text, position)
    if found is not None and (final or found.end() < len(text)):
        end = found.start()
        line = text[position:end]
        onward = end + (2 if text.startswith("\r\n", end) else 1)
        if '"' not in line:
            return line.split(delimiter), onward
        if line.count('"') % 2 == 0 and (cells := _quoted(line, delimiter)) is not None:
            return cells, onward
    return _record(text, position, delimiter, stop, width, final)


def _quoted(line: str, delimiter: str) -> list[str] | None:
    """Return the cells of a line in which every quotation mark is where it belongs, or None."""
    try:
        return next(csv.reader((line,), delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _record(
    text: str, position: int, delimiter: str, stop: re.Pattern[str], width: int, final: bool
) -> tuple[list[str], int]:
    cells: list[str] = []
    while True:
        cell, position = _cell(text, position, delimiter, stop, width, final)
        cells.append(cell)
        if position >= len(text):
            if not final:
                raise _More
            return cells, position
        if text[position] != delimiter:
            if text[position] == "\r" and position + 1 == len(text) and not final:
                raise _More
            return cells, position + (2 if text.startswith("\r\n", position) else 1)
        position += 1


def _cell(text: str, position: int, delimiter: str, stop: re.Pattern[str], width: int, final: bool) -> tuple[str, int]:
    """Return the cell at ``position`` and where it ends: at a delimiter, a line break or the end."""
    if text.startswith('"', position):
        closing = _closing(text, position + 1)
        if not final and (closing is None or closing + 1 >= len(text)):
            raise _More
        if closing is not None:
            found = stop.search(text, closing + 1)
            if found is None and not final:
                raise _More
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
    if "\n" not in inner and "\r" not in inner:
        return False
    if tail:
        return True  # its end is in the middle of another cell
    return width > 2 and any(line.count(delimiter) >= width - 1 for line in _BREAK.split(inner)[1:-1])


def body(all_records: Iterable[Record], header_row: int, max_rows: int = MAX_ROWS) -> Iterator[Record]:
    """Yield the records behind the header that hold anything; raises ``FileTooLarge`` past ``max_rows``."""
    count = 0
    for record in all_records:
        if record.row <= header_row or record.blank:
            continue
        if count == max_rows:
            raise FileTooLarge(f"The file has more than {max_rows:,} rows.", code="too_many_rows")
        count += 1
        yield record


def layout(head: str, delimiter: str | None = None, header_row: int | None = None, record: str = LEAD) -> Layout:
    """Return what the beginning of a text tells: delimiter, header row, names, width.

    ``delimiter`` and ``header_row`` are what the caller has decided; row 0 says that no row names the columns.
    ``record`` is what the rows become: by its words the header row is known.
    """
    delimiter = delimiter or _delimiter(head, record)
    found = list(records(head, delimiter))
    return sheet_layout(found, delimiter, header_row, record)


def sheet_layout(found: Sequence[Record], delimiter: str, header_row: int | None = None, record: str = LEAD) -> Layout:
    """Return what the first records of a file tell, as ``layout`` does."""
    if header_row == 0:
        width = Counter(len(row.cells) for row in found if not row.blank).most_common(1)
        count = min(width[0][0] if width else 0, MAX_COLUMNS)
        return Layout(delimiter, 0, tuple(f"Column {n}" for n in range(1, count + 1)), count)
    header = _header(found[:MAX_PREAMBLE], record) if header_row is None else _given_header(found, header_row)
    names = tuple(cell.strip() for cell in header.cells)
    widths = Counter(len(row.cells) for row in found if row.row > header.row and not row.blank)
    usual = widths.most_common(1)
    return Layout(delimiter, header.row, names, max(len(names), usual[0][0] if usual else 0))


def _head(text: str, delimiter: str) -> list[Record]:
    head: list[Record] = []
    for record in records(text, delimiter):
        head.append(record)
        if len(head) == MAX_PREAMBLE:
            break
    return head


def _delimiter(text: str, record: str) -> str:
    """Return the delimiter under which the first records name the most columns we know and are the most even."""
    marked = _SEP_LINE.match(text)
    if marked is not None:
        return marked[1]
    return max(DELIMITERS, key=lambda delimiter: _fit(_head(text, delimiter), record))  # first of equals: the comma


def _fit(head: Sequence[Record], record: str) -> tuple[int, float]:
    widths = [len(row.cells) for row in head if not row.blank and len(row.cells) > 1]
    known = max((recognised(row.cells[: MAX_COLUMNS * 2], record) for row in head), default=0)
    if not widths:
        return (known, 0.0)
    width, often = Counter(widths).most_common(1)[0]
    return (known, often / len(head) * min(width, 50))


def _header(found: Sequence[Record], record: str) -> Record:
    head = [row for row in found if not row.blank]
    best = max(head, key=lambda row: recognised(row.cells[: MAX_COLUMNS * 2], record), default=None)
    if best is None or recognised(best.cells, record) == 0:
        best = next((row for row in head if likely_header(row.cells)), None)
    if best is None:
        raise UnreadableFile(
            "The file has no header row: no line of its beginning names columns.",
            code="no_header",
            hint="Make its first line name the columns, for example: First name,Last name,E-mail,Phone,Company; "
            "or say headerRow=0 and map the columns by 'Column 1', 'Column 2' and so on.",
        )
    return _checked(best)


def _given_header(found: Sequence[Record], header_row: int) -> Record:
    best = next((record for record in found if record.row == header_row and not record.blank), None)
    if best is None:
        raise UnreadableFile(
            f"Row {header_row} is not in the beginning of the file, or is blank.",
            code="no_header",
            hint="Count rows as a spreadsheet does, from 1; leave headerRow out to have the header row found.",
        )
    return _checked(best)


def _checked(header: Record) -> Record:
    if len(header.cells) > MAX_COLUMNS:
        raise UnreadableFile(
            f"The file has {len(header.cells)} columns; at most {MAX_COLUMNS} are read.",
            code="too_many_columns",
            hint="Leave out columns that say nothing about the people, then import it again.",
        )
    return header
