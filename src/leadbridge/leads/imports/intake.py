"""A file on disk becomes pieces that a task works through: read twice as a stream, once to refuse it, once to keep it.

Whatever the file is, its pieces are alike: some rows each, with their numbers. Nothing is written here.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

import orjson

from leadbridge.leads.errors import FileTooLarge, UnreadableFile
from leadbridge.leads.imports.encoding import Encoding, recognise, texts
from leadbridge.leads.imports.headers import Column, checked_mapping, map_columns
from leadbridge.leads.imports.reader import (
    DELIMITERS,
    MAX_BYTES,
    MAX_COLUMNS,
    Layout,
    Record,
    body,
    layout,
    sheet_layout,
    stream,
)
from leadbridge.leads.imports.rows import MAX_ROW, Reading, read_row
from leadbridge.leads.imports.workbook import sheet_records
from leadbridge.leads.matching import MergeMode
from leadbridge.leads.types import LEAD, RecordType
from leadbridge.security.xlsx import MAX_PACKED

CHUNK = 256 * 1024
HEAD = 512 * 1024
"""Characters looked at to tell delimiter, header row and width."""
HEAD_ROWS = 1000
SAMPLE = 200
"""Rows looked at to tell what an unnamed column holds."""
PREVIEW_ROWS = 10
PIECE_ROWS = 300
"""Rows in a piece, and in a batch: most are one or two of the 1,000 operations that a batch takes."""
PIECE_BYTES = 160 * 1024
"""Bytes of a piece before it is compressed, so that it fits in a document even where that gains nothing."""
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read and what its rows may do to leads that are already there."""

    merge: MergeMode = MergeMode.FILL_BLANKS
    default_country: str | None = None
    """ISO alpha-2: where phone numbers without a country code are dialled."""
    encoding: str | None = None
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    """Header to field where the caller decides; None keeps the column as a custom field."""
    delimiter: str | None = None
    header_row: int | None = None
    """The row that names the columns, from 1; 0: none does."""
    all_or_nothing: bool = False
    trigger_automations: bool = False
    """Whether the leads start automations; by itself an import starts none."""
    type: RecordType = LEAD
    """What the rows become."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that could be read, with the meaning of its columns."""

    format: str
    encoding: Encoding
    layout: Layout
    columns: tuple[Column, ...]
    head: tuple[Record, ...]
    """The first rows."""
    records: Callable[[], Iterator[Record]]
    """Begins the file anew and yields its rows; raises ``FileTooLarge`` past the last one that is taken."""
    type: RecordType = LEAD

    def read(self, record: Record, default_country: str | None) -> Reading:
        """Return what a row says."""
        return read_row(record, self.columns, default_country, self.layout.width, self.type)

    def problems(self, default_country: str | None) -> dict[str, int]:
        """Return how many of the first rows would be rejected, or lose a value, for each reason."""
        found: Counter[str] = Counter()
        for record in self.head:
            reading = self.read(record, default_country)
            if reading.refused is not None:
                found[reading.refused.code] += 1
            found.update({warning.code for warning in reading.warnings} - {reading.refused and reading.refused.code})
        return dict(found.most_common())


def open_file(path: Path, options: ImportOptions) -> Opened:
    """Return the readable form of a file; raises ``UnreadableFile``, ``FileTooLarge``, ``UnsafeWorkbook``."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileTooLarge(f"The file has {size / 2**20:.1f} MB; at most {MAX_BYTES // 2**20} MB are taken at once.")
    if options.delimiter is not None and options.delimiter not in DELIMITERS:
        raise UnreadableFile(
            "That delimiter is not read here.", code="unknown_delimiter", hint="Send one of: , ; tab |"
        )
    with path.open("rb") as file:
        is_zip = file.read(4) == _ZIP
    return _open_workbook(path, size, options) if is_zip else _open_text(path, options)


def _open_text(path: Path, options: ImportOptions) -> Opened:
    found = recognise(partial(chunks, path), options.encoding)
    head: list[str] = []
    for text in texts(chunks(path), found):
        head.append(text)
        if sum(map(len, head)) >= HEAD:
            break
    shape = layout("".join(head)[:HEAD], options.delimiter, options.header_row, options.type.name)

    def rows() -> Iterator[Record]:
        everything = stream(texts(chunks(path), found), shape.delimiter, len(shape.header))
        return body(everything, shape.header_row)

    return _opened("csv", found, shape, rows, options)


def _open_workbook(path: Path, size: int, options: ImportOptions) -> Opened:
    if size > MAX_PACKED:
        raise FileTooLarge(
            f"The workbook has {size / 2**20:.1f} MB; at most {MAX_PACKED // 2**20} MB are taken.",
            hint="Save the sheet as CSV: a CSV file may be larger.",
        )
    data = path.read_bytes()
    shape = sheet_layout(list(islice(sheet_records(data), HEAD_ROWS)), "", options.header_row, options.type.name)

    def rows() -> Iterator[Record]:
        return body(sheet_records(data), shape.header_row)

    return _opened("xlsx", Encoding("utf-8", "utf-8"), shape, rows, options)


def _opened(
    form: str, encoding: Encoding, shape: Layout, rows: Callable[[], Iterator[Record]], options: ImportOptions
) -> Opened:
    record = options.type.name
    given = checked_mapping(options.mapping, shape.header, record)
    head = tuple(islice(rows(), HEAD_ROWS))
    columns = map_columns(shape.header, [row.cells for row in head[:SAMPLE]], given, record)
    return Opened(form, encoding, shape, columns, head, rows, options.type)


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def measured(path: Path, opened: Opened) -> tuple[str, int, int]:
    """Return hash (SHA-256), bytes and rows of a file; raises ``FileTooLarge`` for one of too many rows."""
    digest = hashlib.sha256()
    for chunk in chunks(path):
        digest.update(chunk)
    return digest.hexdigest(), path.stat().st_size, sum(1 for _ in opened.records())


def pieces(rows: Iterable[Record], most: int | None = None) -> Iterator[str]:
    """Yield the rows of a file in pieces, as ``FilePiece`` keeps them. The same file is always cut alike."""
    most = PIECE_ROWS if most is None else most
    held: list[bytes] = []
    size = 0
    for record in rows:
        one = _json(record)
        if held and (len(held) >= most or size + len(one) > PIECE_BYTES):
            yield _packed(held)
            held, size = [], 0
        held.append(one)
        size += len(one) + 1
    if held:
        yield _packed(held)


def unpacked(rows: str) -> list[Record]:
    """Return the rows of a stored piece."""
    found = orjson.loads(zlib.decompress(base64.b64decode(rows)))
    return [Record(row, line, tuple(cells)) for row, line, cells in found]


def shortened(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the cells of a row, whole unless the row is longer than any that could be accepted."""
    if sum(map(len, cells)) <= MAX_ROW and len(cells) <= MAX_COLUMNS * 2:
        return tuple(cells)
    left = MAX_ROW + 1  # one more than is accepted, so that it stays refused
    kept: list[str] = []
    for cell in cells[: MAX_COLUMNS * 2]:
        kept.append(cell[:left])
        left -= len(kept[-1])
    return tuple(kept)


def _json(record: Record) -> bytes:
    cells = shortened(record.cells)
    try:
        return orjson.dumps((record.row, record.line, cells))
    except TypeError:  # half a character, which some encodings allow and UTF-8 does not
        whole = [cell.encode("utf-8", "replace").decode() for cell in cells]
        return orjson.dumps((record.row, record.line, whole))


def _packed(rows: Sequence[bytes]) -> str:
    return base64.b64encode(zlib.compress(b"[" + b",".join(rows) + b"]", 1)).decode("ascii")
