"""From bytes to text. Pure. Fixed rules first, since they explain themselves; statistics only where they end."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from charset_normalizer import from_bytes

from leadbridge.leads.errors import UnreadableFile

SAMPLE = 64 * 1024

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_BINARY = {
    b"PK\x03\x04": "a spreadsheet or archive (such as .xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "an image",
    b"SQLite format 3": "a database",
}
FOREIGN_SHARE = 0.3
"""Above this share of non-ASCII bytes a text is not written in Latin letters, and Windows-1252 is a poor guess."""
_OTHERS = ["cp1251", "cp1250", "cp1253", "cp1255", "cp1256", "shift_jis", "gb18030", "big5", "euc_kr", "cp874"]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text, the encoding it was read in, and whether a few bytes had to be read in another."""

    text: str
    encoding: str
    mixed: bool = False


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Return the text of a CSV file; raises ``UnreadableFile`` for an empty one and for what is no text at all.

    In this order: the encoding named by the caller; a byte order mark; UTF-16 told by its zero bytes; UTF-8, also with
    a few stray bytes, which are read as Windows-1252; Windows-1252; for text that is not in Latin letters, the best
    guess among the other usual encodings.
    """
    if not data.strip():
        raise UnreadableFile("The file is empty.", code="empty_file", hint="Send a CSV file with a header row.")
    for mark, what in _BINARY.items():
        if data.startswith(mark):
            raise UnreadableFile(
                f"The file is {what}, not a CSV file.",
                code="not_csv",
                hint="Open it in its program and save it as 'CSV UTF-8', then import that file.",
            )
    if encoding is not None:
        return _named(data, encoding)
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return Decoded(data.decode(codec, errors="replace").removeprefix("\ufeff"), name)
    wide = _zero_bytes(data[:4096])
    if wide is not None:
        return Decoded(data.decode(wide, errors="replace"), wide)
    return _narrow(data)


def _named(data: bytes, encoding: str) -> Decoded:
    try:
        codec = codecs.lookup(encoding)
        if not getattr(codec, "_is_text_encoding", True):
            raise LookupError(encoding)
        return Decoded(codec.decode(data, "replace")[0].removeprefix("\ufeff"), codec.name)
    except LookupError as error:
        raise UnreadableFile(
            f"'{encoding[:40]}' is not an encoding we know.",
            code="unknown_encoding",
            hint="Name it as in utf-8, utf-16, windows-1252; or leave it out.",
        ) from error


def _zero_bytes(head: bytes) -> str | None:
    """Return the UTF-16 that plain Latin text leaves every other byte zero in, or None."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd > pairs * 0.6 and even < pairs * 0.2:
        return "utf-16-le"
    if even > pairs * 0.6 and odd < pairs * 0.2:
        return "utf-16-be"
    return None


def _narrow(data: bytes) -> Decoded:
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass  # decided below
    text = data.decode("utf-8", errors="surrogateescape")
    stray = sum("\udc80" <= char <= "\udcff" for char in text)
    good = sum(char > "\x7f" for char in text) - stray
    if good > stray:
        return Decoded(_repaired(text), "utf-8", mixed=True)
    sample = data[:SAMPLE]
    high = sum(byte > 0x7F for byte in sample)
    letters = sum(chr(byte).isalpha() for byte in sample if byte < 0x80)
    if high > FOREIGN_SHARE * (high + letters):
        best = from_bytes(sample, cp_isolation=_OTHERS).best()
        if best is not None:
            return Decoded(data.decode(best.encoding, errors="replace"), best.encoding)
    return Decoded(_windows_1252(data), "windows-1252")


def _windows_1252(data: bytes) -> str:
    """Return ``data`` as Windows-1252; the five bytes it leaves undefined as the control characters they are."""
    return data.decode("windows-1252", errors="surrogateescape").translate(_ESCAPED)


_ESCAPED = {0xDC80 + n: chr(0x80 + n) for n in range(128)}


def _repaired(text: str) -> str:
    table = {0xDC00 + byte: bytes([byte]).decode("windows-1252", errors="replace") for byte in range(0x80, 0x100)}
    return text.translate(table)
