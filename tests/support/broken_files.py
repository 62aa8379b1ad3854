"""Files as broken as people send them, built by code: each with what must become of it.

Every file that is taken holds the same two good people, Ann Lee and Bob Poe, who must both arrive.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

import openpyxl

ANN, BOB = "ann@good.example", "bob@good.example"
HEAD = "First Name,Last Name,Email"
GOOD = f"Ann,Lee,{ANN}", f"Bob,Poe,{BOB}"


@dataclass(frozen=True, slots=True)
class Broken:
    """A file; ``refused`` is the code of the refusal where none can be read; else ``rejected`` rows."""

    name: str
    make: Callable[[], bytes]
    refused: str | None = None
    rejected: int = 0
    options: dict[str, str] = field(default_factory=dict)


def lines(*between: str, end: str = "\n", head: str = HEAD) -> str:
    """Return a file with ``between`` standing between its good rows."""
    return end.join([head, GOOD[0], *between, GOOD[1], ""])


def workbook(*rows: tuple[object, ...], head: tuple[object, ...] = ("First Name", "Last Name", "Email")) -> bytes:
    """Return an .xlsx file with ``rows`` between its good ones."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (head, ("Ann", "Lee", ANN), *rows, ("Bob", "Poe", BOB)):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(data: bytes, **parts: bytes | None) -> bytes:
    """Return a workbook in which some parts are others; ``__`` in a name stands for ``/``, None leaves a part out."""
    named = {name.replace("__", "/"): content for name, content in parts.items()}
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
    ):
        kept = {entry: source.read(entry) for entry in source.namelist()}
        for name, content in (kept | named).items():
            if content is not None:
                target.writestr(name, content)
    return out.getvalue()


SHEET = "xl__worksheets__sheet1.xml"
ENTITY = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>"""
EMPTY_SHEET = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/>'
    b"</worksheet>"
)
FAR_OUT = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>Email</t></is></c></row>'
    + b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(2, 3000))
    + b"</sheetData></worksheet>"
)


def wide(extra: str) -> str:
    """Return a file of 300 columns."""
    more = [f"Field {n}" for n in range(297)]
    head = ",".join([HEAD, *more])
    cells = "," * 297
    return "\n".join([head, GOOD[0] + cells, extra + cells, GOOD[1] + cells])


CORPUS = (
    # encodings
    Broken("utf-8", lambda: lines("Zoë,Müller,z@good.example").encode()),
    Broken("utf-8 with a mark", lambda: b"\xef\xbb\xbf" + lines().encode()),
    Broken("utf-16 with a mark", lambda: lines("Zoë,Müller,z@x.example").encode("utf-16")),
    Broken("utf-16 without a mark", lambda: lines().encode("utf-16-le")),
    Broken("utf-16 big-endian", lambda: b"\xfe\xff" + lines().encode("utf-16-be")),
    Broken("utf-16 cut in half a character", lambda: (lines() + "x").encode("utf-16")[:-1], rejected=1),
    Broken("utf-32", lambda: lines().encode("utf-32")),
    Broken("windows-1252", lambda: lines("Zoë,Müller,z@x.example").encode("windows-1252")),
    Broken(
        "two encodings in one file",
        lambda: lines("Žofie,Zoë Žižka,z@x.example").encode() + b"Jos\xe9,Ruiz,j@x.example\n",
    ),
    Broken("bytes of no encoding", lambda: lines().encode() + b"\xff\xfe\x81\x8d,Lee,x@good.example\n"),
    Broken(
        "shift-jis, named",
        lambda: lines("太郎,山田,t@x.example").encode("shift_jis"), options={"encoding": "shift_jis"},
    ),
    Broken("an encoding that is none", lambda: lines().encode(), "unknown_encoding", options={"encoding": "klingon"}),
    # bytes
    Broken("NUL bytes in a cell", lambda: lines("N\0u\0l,Lee,n@good.example").encode()),
    Broken("a row of NUL bytes", lambda: lines("\0" * 15).encode(), rejected=1),
    Broken("control characters", lambda: lines("\x01\x02Eve\x1b[31m,Lee,e@good.example").encode()),
    Broken("random bytes", lambda: bytes((n * 7919 + n * n) % 251 for n in range(9000)), "not_csv"),
    Broken("a PDF", lambda: b"%PDF-1.7 not a list", "not_csv"),
    Broken("an old workbook", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not_csv"),
    Broken("a gzip archive", lambda: b"\x1f\x8b\x08\x00" + bytes(64), "not_csv"),
    Broken("nothing", lambda: b"", "empty_file"),
    Broken("white space", lambda: b" \r\n\t \n" * 40_000, "empty_file"),
    # lines and quotation marks
    Broken("Windows line ends", lambda: lines(end="\r\n").encode()),
    Broken("old Mac line ends", lambda: lines(end="\r").encode()),
    Broken("mixed line ends", lambda: f"{HEAD}\r\n{GOOD[0]}\rEve,Lee,e@good.example\n{GOOD[1]}".encode()),
    Broken("quoted line breaks", lambda: lines('"Eve\nMary","Lee\r\nPoe",e@good.example').encode()),
    Broken("a quotation mark that never closes", lambda: lines('"Eve,Lee,e@good.example').encode()),
    Broken("a quotation mark inside", lambda: lines('Ev"e,L"ee,e@good.example').encode()),
    Broken("marks doubled wrongly", lambda: lines('""Eve"",Lee,e@good.example', '"""Eve,Lee,f@good.example').encode()),
    Broken("a mark at the very end", lambda: lines().encode() + b'Eve,Lee,"'),
    # cells
    Broken("a cell of 10 MB", lambda: lines(f"{'x' * 10 * 2**20},Lee,e@good.example").encode(), rejected=1),
    Broken("a quoted cell of 10 MB", lambda: lines(f'"{"x" * 10 * 2**20}",Lee,e@good.example').encode(), rejected=1),
    Broken(
        "a quoted cell of many lines",
        lambda: lines('"' + "y\n" * 40_000 + '",Lee,e@good.example').encode(), rejected=1,
    ),
    Broken("ragged rows", lambda: lines("Eve", "Eve,Lee,e@good.example,more,and,more", "Eve,Lee").encode(), rejected=1),
    Broken("a row of 100,000 cells", lambda: lines("," * 100_000).encode() + b"\n", rejected=0),
    Broken("a row of 100,000 filled cells", lambda: lines("x," * 100_000).encode(), rejected=1),
    Broken(
        "formulas",
        lambda: lines("=1+1,@SUM(A1),e@good.example", "'=cmd|' /C calc'!A0,-2+3,f@good.example").encode(),
    ),
    Broken("nobody", lambda: lines(",,", "  ,\t,", ",,not an address").encode(), rejected=1),
    # headers
    Broken("headers twice", lambda: lines("Eve,Lee,e@good.example", head="First Name,Last Name,Email").encode()),
    Broken(
        "one name for three columns",
        lambda: f"Email,Email,Email,Note,Note\n{ANN},,,a,b\n,{BOB},,,\n".encode(),
    ),
    Broken("empty headers", lambda: f",,Email\nAnn,Lee,{ANN}\nBob,Poe,{BOB}\n".encode()),
    Broken("no header", lambda: f"{GOOD[0]}\n{GOOD[1]}\n".encode(), "no_header"),
    Broken(
        "no header, and said so",
        lambda: f"{GOOD[0]}\n{GOOD[1]}\n".encode(),
        options={"headerRow": "0", "mapping": '{"Column 1":"firstName","Column 2":"lastName"}'},
    ),
    Broken("a title before the header", lambda: ("Leads of May\n\n" + lines()).encode()),
    Broken("300 columns", lambda: wide("Eve,Lee,e@good.example").encode()),
    Broken("600 columns", lambda: ",".join([HEAD, *(f"c{n}" for n in range(600))]).encode(), "too_many_columns"),
    Broken("a header of 1 MB", lambda: ("Email," + "h" * 2**20 + f"\n{ANN},\n{BOB},\n").encode()),
    # delimiters
    Broken("semicolons", lambda: lines("Eve,Lee,e@good.example").replace(",", ";").encode()),
    Broken("tabs", lambda: lines().replace(",", "\t").encode()),
    Broken("bars", lambda: lines().replace(",", "|").encode()),
    Broken("Excel's own line", lambda: b"sep=;\r\n" + lines(end="\r\n").replace(",", ";").encode()),
    Broken("colons, which are not read", lambda: lines().encode(), "unknown_delimiter", options={"delimiter": ":"}),
    # workbooks
    Broken("a workbook", lambda: workbook(("Zoë", 42, "z@good.example"))),
    Broken("a workbook with blank rows", lambda: workbook((), (None, None, None))),
    Broken("a workbook with formulas", lambda: workbook(("=1+1", "Lee", "e@good.example"))),
    Broken("a workbook of titles", lambda: workbook(head=("First Name", "Last Name", "Email"))),
    Broken("an empty workbook", lambda: rezipped(workbook(), **{SHEET: EMPTY_SHEET}), "empty_file"),
    Broken("a workbook without a header", lambda: workbook(head=(1, 2, 3)), "no_header"),
    Broken("a truncated workbook", lambda: workbook()[:-900], "not_a_workbook"),
    Broken(
        "a workbook with a broken sheet",
        lambda: rezipped(workbook(), **{SHEET: b"<worksheet><sheetData>"}), "not_a_workbook",
    ),
    Broken("a workbook without its sheet", lambda: rezipped(workbook(), **{SHEET: None}), "empty_file"),
    Broken(
        "an archive that is no workbook",
        lambda: rezipped(b"PK\x05\x06" + bytes(18), **{"a.txt": b"x"}), "not_a_workbook",
    ),
    Broken("external entities", lambda: rezipped(workbook(), **{SHEET: ENTITY}), "unsafe_workbook"),
    Broken("a zip bomb", lambda: rezipped(workbook(), **{SHEET: b" " * (60 * 2**20)}), "workbook_too_large"),
    Broken("cells far out", lambda: rezipped(workbook(), **{SHEET: FAR_OUT}), "workbook_too_large"),
)  # fmt: skip
