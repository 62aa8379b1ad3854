"""Workbooks that are no workbooks: bombs, liars, archives with other things in them."""

from __future__ import annotations

import io
import zipfile

import pytest

from leadbridge.security.xlsx import MAX_ENTRIES, MAX_PACKED, UnsafeWorkbook, check_xlsx

TYPES = "[Content_Types].xml"
SHEET = "xl/worksheets/sheet1.xml"
XML = b'<?xml version="1.0" encoding="UTF-8"?><worksheet><sheetData/></worksheet>'


def workbook(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in ({TYPES: b"<Types/>"} | parts).items():
            archive.writestr(name, content)
    return out.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(UnsafeWorkbook) as caught:
        check_xlsx(data)
    assert caught.value.hint
    return caught.value.code


def rows(count: int) -> bytes:
    return b"<sheetData>" + b"".join(b'<row r="%d"><c t="n"><v>%d</v></c></row>' % (n, n * 7) for n in range(count))


def test_a_workbook_passes() -> None:
    check_xlsx(workbook({SHEET: XML, "xl/big.xml": rows(60_000)}))


def test_a_bomb_of_one_byte_is_refused_while_it_unpacks() -> None:
    assert code_of(workbook({SHEET: b"0" * 40_000_000})) == "workbook_too_large"


def test_many_parts_together_are_counted_too() -> None:
    noisy = rows(260_000)  # about 11 MB that pack like a real sheet
    assert code_of(workbook({f"xl/{n}.xml": noisy for n in range(6)})) == "workbook_too_large"


def test_a_size_that_is_declared_falsely_is_not_believed() -> None:
    data = bytearray(workbook({SHEET: b"0" * 30_000_000}))
    real = (30_000_000).to_bytes(4, "little")
    assert data.count(real) == 2
    assert code_of(bytes(data.replace(real, (10).to_bytes(4, "little")))) in ("not_a_workbook", "workbook_too_large")


def test_too_many_parts() -> None:
    data = workbook({f"xl/{n}.xml": b"" for n in range(MAX_ENTRIES)})
    assert code_of(data) == "workbook_too_many_parts"


@pytest.mark.parametrize("data", [b"", b"PK", b"name,email\n", workbook({SHEET: XML})[:-30], workbook({})[30:]])
def test_what_is_no_archive(data: bytes) -> None:
    assert code_of(data) == "not_a_workbook"


def test_an_archive_of_other_things() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert code_of(out.getvalue()) == "not_a_workbook"


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "xl\\sheet.xml", "xl/../../x.xml"])
def test_a_part_that_would_lie_elsewhere(name: str) -> None:
    assert code_of(workbook({name: XML})) == "unsafe_workbook"


def test_an_unusual_packing_is_refused() -> None:
    assert code_of(workbook({SHEET: XML}, zipfile.ZIP_LZMA)) == "unsafe_workbook"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ['<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', '<!doctype x SYSTEM "file:///etc/passwd"><x/>']
)
def test_entities_are_not_declared(text: str, encoding: str) -> None:
    assert code_of(workbook({SHEET: text.encode(encoding)})) == "unsafe_workbook"


def test_a_declaration_behind_much_padding_is_found() -> None:
    padded = b"<!-- " + b"x" * (65_536 - 9) + b" --><!DOCTYPE x><x/>"
    assert code_of(workbook({SHEET: padded})) == "unsafe_workbook"


def test_a_large_file_is_not_opened() -> None:
    assert code_of(b"x" * (MAX_PACKED + 1)) == "workbook_too_large"


def test_an_encrypted_part_is_refused() -> None:
    data = bytearray(workbook({SHEET: XML}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    assert code_of(bytes(data)) == "workbook_encrypted"
