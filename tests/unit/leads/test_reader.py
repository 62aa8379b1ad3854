"""Files as they come: encodings, delimiters, preambles, broken quotation marks. A bad row never costs a good one."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.kit.errors import LeadbridgeError
from leadbridge.leads.errors import FileTooLarge, UnreadableFile
from leadbridge.leads.imports.encoding import decode
from leadbridge.leads.imports.reader import MAX_ROWS, Record, body, layout, records

HEAD = "First Name,Last Name,Email"


@dataclass(frozen=True)
class Sheet:
    """A text that could be read."""

    delimiter: str
    header_row: int
    header: tuple[str, ...]
    rows: tuple[Record, ...]


def read_sheet(text: str, max_rows: int = MAX_ROWS) -> Sheet:
    found = layout(text)
    everything = records(text, found.delimiter, len(found.header))
    return Sheet(found.delimiter, found.header_row, found.header, tuple(body(everything, found.header_row, max_rows)))


def rows(text: str) -> list[tuple[str, ...]]:
    return [record.cells for record in read_sheet(text).rows]


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        ("Zoë,Åsa".encode(), "utf-8", "Zoë,Åsa"),
        (b"\xef\xbb\xbf" + "Zoë".encode(), "utf-8", "Zoë"),
        ("Zoë,Åsa".encode("utf-16"), "utf-16", "Zoë,Åsa"),
        (b"\xfe\xff" + "Zoë".encode("utf-16-be"), "utf-16", "Zoë"),
        ("First Name,Zoë".encode("utf-16-le"), "utf-16-le", "First Name,Zoë"),
        ("First Name,Zoë".encode("utf-16-be"), "utf-16-be", "First Name,Zoë"),
        ("Zoë".encode("utf-32"), "utf-32", "Zoë"),
        ("Müller GmbH – 5 €".encode("windows-1252"), "windows-1252", "Müller GmbH – 5 €"),
        (b"caf\xe9 \x81", "windows-1252", "café \x81"),
        ("Žofie Müller".encode() + b"\nJos\xe9", "utf-8", "Žofie Müller\nJosé"),
        (("Имя,Фамилия\nАнна,Петрова\n" * 20).encode("cp1251"), "cp1251", "Имя,Фамилия\nАнна,Петрова\n" * 20),
    ],
)
def test_bytes_become_the_text_they_were(data: bytes, encoding: str, text: str) -> None:
    decoded = decode(data)
    assert (decoded.encoding, decoded.text) == (encoding, text)


def test_stray_bytes_are_told() -> None:
    assert decode("Žofie Müller".encode() + b"\nJos\xe9").mixed
    assert not decode("Žofie".encode()).mixed


def test_the_caller_may_name_the_encoding() -> None:
    assert decode("Žofie".encode("cp1250"), "cp1250").text == "Žofie"
    for name in ("klingon", "rot13", "hex"):
        with pytest.raises(UnreadableFile) as caught:
            decode(b"x", name)
        assert caught.value.code == "unknown_encoding"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty_file"), (b" \r\n\t\n", "empty_file"), (b"PK\x03\x04rest", "not_csv"), (b"%PDF-1.7", "not_csv"),
     (b"\xd0\xcf\x11\xe0old", "not_csv")],
)  # fmt: skip
def test_what_is_no_csv_is_refused_with_a_cure(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        decode(data)
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = delimiter.join(["First Name", "Last Name", "Email"]) + "\n" + delimiter.join(["Ann", "Lee", "a@x.example"])
    sheet = read_sheet(text)
    assert sheet.delimiter == delimiter
    assert sheet.rows[0].cells == ("Ann", "Lee", "a@x.example")


def test_commas_in_values_do_not_beat_the_semicolon_of_the_header() -> None:
    text = "Name;Email;Value\n" + "Lee, Ann;a@x.example;1,50\n" * 20
    assert read_sheet(text).delimiter == ";"


def test_excels_own_line_names_the_delimiter() -> None:
    sheet = read_sheet("sep=;\r\nName;Email\r\nAnn;a@x.example\r\n")
    assert (sheet.delimiter, sheet.header_row, sheet.rows[0].row, sheet.rows[0].line) == (";", 2, 3, 3)


def test_blank_lines_and_titles_before_the_header_are_passed_over() -> None:
    sheet = read_sheet(f"Export of leads\n\n,,\nmade on 2026-11-22,,\n{HEAD}\nAnn,Lee,a@x.example\n\n,,\n")
    assert sheet.header_row == 5
    assert [record.cells for record in sheet.rows] == [("Ann", "Lee", "a@x.example")]
    assert sheet.rows[0].row == 6


def test_names_nobody_planned_for_are_a_header_all_the_same() -> None:
    assert read_sheet("Vorname;Familie\nAnn;Lee\n").header == ("Vorname", "Familie")


@pytest.mark.parametrize("text", ["ann@example.com,Ann\nbob@example.com,Bob\n", "1,2\n3,4\n", "x"])
def test_a_file_without_a_header_row_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_sheet(text)
    assert caught.value.code == "no_header"


def test_a_header_without_rows_is_a_file_without_rows() -> None:
    assert read_sheet(HEAD).rows == ()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_quoted_cells_hold_delimiters_line_breaks_and_quotation_marks(line_end: str) -> None:
    text = f'{HEAD}{line_end}"An""n","Lee, Jr.","a@x.example"{line_end}"two{line_end}lines",Poe,b@x.example{line_end}'
    assert rows(text) == [('An"n', "Lee, Jr.", "a@x.example"), (f"two{line_end}lines", "Poe", "b@x.example")]


def test_lines_are_counted_through_cells_of_several_lines() -> None:
    found = read_sheet(f'{HEAD}\n"a\nb\nc",x,y\nAnn,Lee,z\n').rows
    assert [(record.row, record.line) for record in found] == [(2, 2), (3, 5)]


@pytest.mark.parametrize(
    "broken",
    [
        '"Acme,Lee,a@x.example',  # never closed
        'An"n,Lee,a@x.example',  # inside a plain cell
        '"Ann"x,Lee,a@x.example',  # closed too early
        'Ann,"Lee,a@x.example',
        'Ann,Lee,"',
        '"""Ann,Lee,a@x.example',
    ],
)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_broken_quotation_mark_costs_no_other_row(broken: str, place: str) -> None:
    good = [f"Good{n},Lee,g{n}@x.example" for n in range(6)]
    quoted = 'Quo,"Lee, Jr.",q@x.example'
    lines = {
        "first": [broken, *good, quoted],
        "middle": [*good, broken, quoted, *good],
        "last": [quoted, *good, broken],
    }
    found = rows("\n".join([HEAD, *lines[place]]) + "\n")
    assert {cells[2] for cells in found if len(cells) == 3} >= {f"g{n}@x.example" for n in range(6)}
    assert ("Quo", "Lee, Jr.", "q@x.example") in found


def test_too_many_rows_are_refused_with_a_cure() -> None:
    with pytest.raises(FileTooLarge, match="more than 3 rows") as caught:
        read_sheet(HEAD + "\na,b,c" * 4, max_rows=3)
    assert "Split" in caught.value.hint


def test_a_header_of_a_thousand_columns_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="columns") as caught:
        read_sheet(",".join(["Email", *(f"c{n}" for n in range(1000))]))
    assert caught.value.code == "too_many_columns"


CELL = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2).filter(lambda row: any(cell.strip() for cell in row))))
def test_what_a_csv_writer_wrote_is_read_back(table: list[list[str]]) -> None:
    """Two columns: with more, a quoted cell that looks like rows of the file is deliberately taken apart."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["First Name", "Email"], *table])
    found = [list(record.cells) for record in records(out.getvalue(), ",", 2)]
    assert found[1:] == table


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    hint = "none needed"
    try:
        read_sheet(decode(data).text)
    except LeadbridgeError as told:
        hint = told.hint
    assert hint


@given(st.lists(st.text(alphabet='ab",;\n\t|@.', max_size=30), max_size=12))
def test_every_line_after_the_header_ends_up_in_some_row(lines: list[str]) -> None:
    text = "\n".join(["First Name,Email,Phone", *lines])
    found = list(records(text, ",", 3))
    assert "".join(found[0].cells) == "First NameEmailPhone"
    letters = sum(char in "ab@." for char in "".join(lines))
    assert sum(char in "ab@." for record in found[1:] for cell in record.cells for char in cell) == letters
