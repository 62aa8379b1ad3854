"""What an XLSX file may be before anything parses it: a ZIP of bounded size, read only as far as its bounds go."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from leadbridge.kit.errors import InvalidInput

MAX_PACKED = 20 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_ENTRIES = 2000
MAX_RATIO = 200
"""Times an entry may grow. Real sheets reach about 20, a bomb of one repeated byte about 1000 (DEFLATE's limit is
1032). Small entries are left out of it."""
_SMALL = 256 * 1024
_CHUNK = 64 * 1024
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_NEEDED = "[Content_Types].xml"
_XML = (".xml", ".rels", ".vml")
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")


class UnsafeWorkbook(InvalidInput):
    """The file is no workbook that is opened here. Nothing of it was kept."""

    default_code = "unsafe_workbook"
    default_hint = "Save the sheet as CSV, or as a new .xlsx file from a spreadsheet program."


def check_xlsx(data: bytes) -> None:
    """Return where ``data`` may be handed to a parser; raises ``UnsafeWorkbook`` with the reason.

    Sizes are counted while unpacking, since the ones a ZIP declares are its author's. No XML is parsed, and a document
    type, with which entities would be declared, is refused: no spreadsheet program writes one.
    """
    if len(data) > MAX_PACKED:
        raise UnsafeWorkbook(f"The workbook has more than {MAX_PACKED // 2**20} MB.", code="workbook_too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise UnsafeWorkbook("The file is not a whole .xlsx workbook.", code="not_a_workbook") from error


def _check(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnsafeWorkbook(f"The workbook has more than {MAX_ENTRIES:,} parts.", code="workbook_too_many_parts")
    names = [entry.filename for entry in entries]
    if _NEEDED not in names:
        raise UnsafeWorkbook("The file is a ZIP and no workbook.", code="not_a_workbook")
    if len(set(names)) != len(names):
        raise UnsafeWorkbook("The workbook has two parts of one name.")
    total = 0
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if entry.flag_bits & 1:
            raise UnsafeWorkbook("The workbook is encrypted.", code="workbook_encrypted")
        if entry.compress_type not in _METHODS or path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
            raise UnsafeWorkbook("The workbook has a part that no spreadsheet program writes.")
        total += _unpacked(archive, entry, MAX_UNPACKED - total)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Return the real size of a part; raises ``UnsafeWorkbook`` as soon as it passes what is left, or its ratio."""
    size = 0
    tail = b""
    is_xml = entry.filename.lower().endswith(_XML)
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise UnsafeWorkbook(
                    f"The workbook unpacks to more than {MAX_UNPACKED // 2**20} MB.", code="workbook_too_large"
                )
            if size > _SMALL and size > MAX_RATIO * max(1, entry.compress_size):
                raise UnsafeWorkbook("A part of the workbook is packed too tightly.", code="workbook_too_large")
            seen = (tail + chunk).replace(b"\0", b"").upper() if is_xml else b""  # UTF-16 is read as ASCII too
            if any(declaration in seen for declaration in _DECLARATIONS):
                raise UnsafeWorkbook("A part of the workbook declares a document type.")
            tail = chunk[-32:]
    return size
