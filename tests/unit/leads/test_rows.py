"""What a row says: values repaired, left out with a warning, or the row refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.leads.fields import Fields
from leadbridge.leads.imports.headers import map_columns
from leadbridge.leads.imports.reader import Record
from leadbridge.leads.imports.rows import MAX_ROW, Reading, read_row
from leadbridge.leads.model import Consent, Money
from leadbridge.security.escape import csv_cell

HEADER = (
    "First Name", "Last Name", "Email", "Phone", "Company", "Country", "Website", "Deal Value", "Currency", "Tags",
    "Opt-in", "Lead Score", "Notes",
)  # fmt: skip


def read(region: str | None = "US", header: tuple[str, ...] = HEADER, **cells: str) -> Reading:
    named = [cells.get(name.replace(" ", "_").replace("-", "_"), "") for name in header]
    return read_row(Record(2, 2, tuple(named)), map_columns(header, []), region)


def read_cells(cells: dict[str, str]) -> Reading:
    return read(header=HEADER, region="US", **cells)


def codes(reading: Reading) -> list[str]:
    return [warning.code for warning in reading.warnings]


def test_a_whole_row() -> None:
    reading = read(
        First_Name=" Ann ", Last_Name="Lee", Email="Ann@Example.COM", Phone="030 23125 001", Company="Acme",
        Country="Deutschland", Website="Acme.example", Deal_Value="1.234,50 €", Tags="a; b", Opt_in="yes",
        Lead_Score="41.6", Notes="met",
    )  # fmt: skip
    expected: Fields = {
        "firstName": "Ann", "lastName": "Lee", "email": "Ann@example.com", "phone": "+493023125001",
        "phoneRaw": "030 23125 001", "company": "Acme", "address.country": "DE", "website": "https://acme.example",
        "value": Money(amount="1234.50", currency="EUR", minor=12_345_000), "tags": ("a", "b"),
        "consent": Consent(given=True), "score": 42, "custom.Notes": "met",
    }  # fmt: skip
    assert reading.fields == expected
    assert reading.refused is None
    assert reading.warnings == ()


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({}, "no_identity"),
        ({"Company": "Acme"}, "no_identity"),
        ({"Phone": "202-555-0143", "Company": "Acme"}, "no_identity"),
        ({"First_Name": "n/a", "Last_Name": "-", "Email": "N/A"}, "no_identity"),
        ({"First_Name": "***", "Notes": "x"}, "no_identity"),
        ({"Email": "ann@"}, "invalid_email"),
        ({"Email": "ann at example.com", "Company": "Acme"}, "invalid_email"),
    ],
)
def test_a_row_without_anybody_in_it_is_refused(cells: dict[str, str], code: str) -> None:
    refused = read_cells(cells).refused
    assert refused is not None
    assert refused.code == code
    assert refused.sentence.endswith(".")


@pytest.mark.parametrize(
    ("cells", "code", "absent"),
    [
        ({"Email": "ann@"}, "invalid_email", "email"),
        ({"Phone": "12"}, "invalid_phone", "phone"),
        ({"Country": "Atlantis"}, "unknown_country", "address.country"),
        ({"Website": "javascript:x"}, "invalid_website", "website"),
        ({"Deal_Value": "1,23,4"}, "invalid_amount", "value"),
        ({"Currency": "XYZ1"}, "invalid_currency", "value"),
        ({"Opt_in": "maybe"}, "unclear_consent", "consent"),
        ({"Lead_Score": "high"}, "invalid_score", "score"),
    ],
)
def test_a_bad_value_costs_that_value_alone(cells: dict[str, str], code: str, absent: str) -> None:
    reading = read_cells({"Last_Name": "Lee"} | cells)
    assert reading.refused is None
    assert codes(reading) == [code]
    assert absent not in reading.fields
    assert reading.fields["lastName"] == "Lee"


def test_an_unreadable_phone_number_is_kept_as_it_was_written() -> None:
    assert read(Last_Name="Lee", Phone="call the office").fields["phoneRaw"] == "call the office"


def test_a_phone_number_is_read_in_the_rows_own_country_first() -> None:
    assert read(Last_Name="Lee", Country="UK", Phone="07700 900123").fields["phone"] == "+447700900123"
    assert read(Last_Name="Lee", Phone="202 555 0143").fields["phone"] == "+12025550143"
    assert codes(read(region=None, Last_Name="Lee", Phone="202 555 0143")) == ["invalid_phone"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [("MÃ¼ller", "Müller"), ("GroÃŸmann", "Großmann"), ("Ã\x89ric", "Éric"), ("Müller", "Müller"),
     ("SÃ£o", "São"), ("Ã…kesson", "Åkesson"),
     ("Le\x00e", "Lee"), ("Null", "Null"), ("O'Brien", "O'Brien"), ("'t Hooft", "'t Hooft"), ("Le\u0301e", "Lée")],
)  # fmt: skip
def test_a_name_is_repaired_and_never_invented(cell: str, text: str) -> None:
    assert read(Last_Name=cell).fields["lastName"] == text


def test_control_characters_are_taken_out_and_told() -> None:
    reading = read(Last_Name="Le\x00e", Notes="a\x07b")
    assert codes(reading) == ["control_characters", "control_characters"]
    assert reading.fields["custom.Notes"] == "ab"


def test_of_several_addresses_the_first_valid_one_is_taken() -> None:
    reading = read(Email="nobody@; ann@example.com; bob@example.com")
    assert reading.fields["email"] == "ann@example.com"
    assert codes(reading) == ["several_emails"]


def test_a_second_phone_column_fills_in_and_is_never_lost() -> None:
    header = ("Last Name", "Mobile", "Work Phone")
    both = read(header=header, Last_Name="Lee", Mobile="202 555 0143", Work_Phone="202 555 0144")
    assert (both.fields["phone"], both.fields["custom.Work Phone"]) == ("+12025550143", "202 555 0144")
    assert read(header=header, Last_Name="Lee", Work_Phone="202 555 0144").fields["phone"] == "+12025550144"


def test_a_whole_name_in_one_column_is_split() -> None:
    assert read(header=("Name",), Name="Anna van den Berg").fields == {"firstName": "Anna", "lastName": "van den Berg"}


@pytest.mark.parametrize(
    ("cells", "width", "refused"),
    [
        (("Ann", "Lee"), 0, None),
        (("Ann",), 0, None),
        (("Ann", "Lee", "x"), 0, "ragged_row"),
        (("Ann", "Lee", ""), 0, "ragged_row"),
        (("Ann", "Lee", ""), 3, None),
        (("Ann", "Lee", "x"), 3, "ragged_row"),
        (("x" * (MAX_ROW + 1), "Lee"), 0, "row_too_long"),
    ],
)
def test_a_row_of_another_length_than_the_header(cells: tuple[str, ...], width: int, refused: str | None) -> None:
    reading = read_row(Record(2, 2, cells), map_columns(("First Name", "Last Name"), []), None, width)
    assert (reading.refused.code if reading.refused else None) == refused


def test_values_too_long_are_cut_and_told() -> None:
    reading = read(Last_Name="L" * 300, Notes="n" * 3000)
    assert (len(str(reading.fields["lastName"])), len(str(reading.fields["custom.Notes"]))) == (200, 2000)
    assert codes(reading) == ["too_long", "too_long"]


@given(st.lists(st.text(max_size=30), max_size=14))
def test_no_cells_break_a_row(cells: list[str]) -> None:
    reading = read_row(Record(2, 2, tuple(cells)), map_columns(HEADER, []), "US")
    if reading.refused is None:
        assert reading.fields.keys() & {"email", "firstName", "lastName"}


@pytest.mark.parametrize("cell", ["=1+1", "-2", "@SUM(A1)", "+1+1", "+cmd|' /C calc'!A0", "\t=1", "\r=1"])
def test_a_formula_is_disarmed_for_the_spreadsheet(cell: str) -> None:
    assert csv_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["+12025550143", "+49 30 23125001", "Lee", "", "1-2", "'x"])
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert csv_cell(cell) == cell


@pytest.mark.parametrize("text", ["=1+1", "-2", "@home", "+x", "plain"])
def test_the_import_takes_off_what_the_report_put_on(text: str) -> None:
    assert read(Last_Name="Lee", Notes=csv_cell(text)).fields["custom.Notes"] == text
