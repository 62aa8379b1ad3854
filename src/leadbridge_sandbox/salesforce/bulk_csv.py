"""The CSV of Bulk API 2.0. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from .errors import Refused

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
NULL = "#N/A"

Line = list[str]


def read(data: bytes, delimiter: str) -> tuple[Line, list[Line]]:
    """Return the header and the lines; what is not UTF-8 is refused. Raises Refused."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(400, "INVALIDBATCH", "InvalidBatch : Failed to parse CSV: not UTF-8") from None
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[delimiter]) if row]
    if not rows:
        raise Refused(400, "INVALIDBATCH", "InvalidBatch : Empty batch")
    return rows[0], rows[1:]


def write(header: Line, lines: Iterable[Line], delimiter: str = "COMMA", ending: str = "LF") -> bytes:
    """Return CSV with every cell in quotes."""
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=DELIMITERS[delimiter], lineterminator=LINE_ENDINGS[ending], quoting=csv.QUOTE_ALL
    )
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue().encode()
