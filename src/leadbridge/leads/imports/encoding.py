"""From bytes to text. Pure. Fixed rules first, since they explain themselves; statistics only where they end."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

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
    b"\xd0\xcf\x11\xe0": "an old (.xls) or encrypted Excel workbook",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "an image",
    b"SQLite format 3": "a database",
}
FOREIGN_SHARE = 0.3
"""Above this share of non-ASCII bytes a text is not written in Latin letters, and Windows-1252 is a poor guess."""
FEW = 20
"""With fewer such bytes than this statistics know nothing."""
BINARY_SHARE = 0.05
"""More control characters than this are in no text."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OTHERS = ["cp1251", "cp1250", "cp1253", "cp1255", "cp1256", "shift_jis", "gb18030", "big5", "euc_kr", "cp874"]


_STRAY = re.compile("[\udc80-\udcff]")
_FOREIGN = re.compile("[^\x00-\x7f]")
COUNTED = 8 * 1024 * 1024
"""Characters of a broken UTF-8 file that are counted to tell whether it was meant as UTF-8."""

Chunks: TypeAlias = "Callable[[], Iterable[bytes]]"
"""Begins a file anew and returns its bytes in pieces."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become text. ``mixed``: a few of them are in another encoding, which ``table`` reads them in."""

    name: str
    codec: str
    errors: str = "replace"
    table: Mapping[int, str] = field(default_factory=dict)
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text, the encoding it was read in, and whether a few bytes had to be read in another."""

    text: str
    encoding: str
    mixed: bool = False


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Return the text of a CSV file that is in memory; raises as ``recognise`` does."""
    found = recognise(lambda: [data], encoding)
    return Decoded("".join(texts([data], found)), found.name, found.mixed)


def recognise(chunks: Chunks, named: str | None = None) -> Encoding:
    """Return the encoding of a CSV file; raises ``UnreadableFile`` for an empty one and for what is no text at all.

    In this order: the encoding named by the caller; a byte order mark; UTF-16 told by its zero bytes; UTF-8, also with
    a few stray bytes, which are read as Windows-1252; Windows-1252; for text that is not in Latin letters, the best
    guess among the other usual encodings. The file is read at most three times, never as a whole.
    """
    head = _head(chunks)
    if not head.strip() and not any(chunk.strip() for chunk in chunks()):
        raise UnreadableFile("The file is empty.", code="empty_file", hint="Send a CSV file with a header row.")
    for mark, what in _BINARY.items():
        if head.startswith(mark):
            raise UnreadableFile(
                f"The file is {what}, not a CSV file.",
                code="not_csv",
                hint="Open it in its program and save it as 'CSV UTF-8', then import that file.",
            )
    found = _named(named) if named is not None else _recognised(head, chunks)
    _refuse_binary("".join(texts([head], found))[:SAMPLE])
    return found


def texts(chunks: Iterable[bytes], encoding: Encoding) -> Iterator[str]:
    """Yield the text of ``chunks``, without a byte order mark at its beginning."""
    decoder = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
    first = True
    for chunk, final in _marked(chunks):
        text = decoder.decode(chunk, final)
        if encoding.table:
            text = text.translate(encoding.table)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        if text:
            yield text


def _marked(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    for chunk in chunks:
        yield chunk, False
    yield b"", True


def _head(chunks: Chunks) -> bytes:
    head = bytearray()
    for chunk in chunks():
        head += chunk
        if len(head) >= SAMPLE:
            break
    return bytes(head[:SAMPLE])


def _recognised(head: bytes, chunks: Chunks) -> Encoding:
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, codec)
    wide = _zero_bytes(head[:4096])
    return _narrow(head, chunks) if wide is None else Encoding(wide, wide)


def _refuse_binary(text: str) -> None:
    controls = len(_CONTROLS.findall(text))
    if controls >= FEW and controls > BINARY_SHARE * len(text):
        raise UnreadableFile(
            "The file is not text, or is in an encoding that is not recognised.",
            code="not_csv",
            hint="Save it as 'CSV UTF-8', or name its encoding, then import it again.",
        )


def _named(encoding: str) -> Encoding:
    try:
        codec = codecs.lookup(encoding)
        if not getattr(codec, "_is_text_encoding", True) or codec.incrementaldecoder is None:
            raise LookupError(encoding)
        b"".decode(codec.name, "replace")
        return Encoding(codec.name, codec.name)
    except (LookupError, ValueError, UnicodeError) as error:
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


def _narrow(head: bytes, chunks: Chunks) -> Encoding:
    if _is_utf8(chunks()):
        return Encoding("utf-8", "utf-8")
    good, stray = _good_and_stray(chunks())
    if good > stray:
        return Encoding("utf-8", "utf-8", "surrogateescape", _REPAIRED, mixed=True)
    high = sum(byte > 0x7F for byte in head)
    letters = sum(chr(byte).isalpha() for byte in head if byte < 0x80)
    if high >= FEW and high > FOREIGN_SHARE * (high + letters):
        best = from_bytes(head, cp_isolation=_OTHERS).best()
        if best is not None:
            return Encoding(best.encoding, best.encoding)
    # the five bytes that Windows-1252 leaves undefined become the control characters they are
    return Encoding("windows-1252", "windows-1252", "surrogateescape", _ESCAPED)


def _is_utf8(chunks: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for chunk, final in _marked(chunks):
            decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _good_and_stray(chunks: Iterable[bytes]) -> tuple[int, int]:
    """Return how many characters beyond ASCII are UTF-8, and how many bytes are not, in the first part of a file."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = stray = counted = 0
    for chunk, final in _marked(chunks):
        text = decoder.decode(chunk, final)
        bad = len(_STRAY.findall(text))
        good, stray, counted = good + len(_FOREIGN.findall(text)) - bad, stray + bad, counted + len(text)
        if counted >= COUNTED and good + stray:
            break
    return good, stray


_ESCAPED = {0xDC80 + n: chr(0x80 + n) for n in range(128)}
_REPAIRED = {0xDC00 + byte: bytes([byte]).decode("windows-1252", errors="replace") for byte in range(0x80, 0x100)}
