"""Columns under the names that exports use, and under names nobody planned for."""

from __future__ import annotations

import pytest

from leadbridge.leads.errors import UnreadableFile
from leadbridge.leads.imports.headers import checked_mapping, field_of, likely_header, map_columns, recognised


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("E-mail Address", "email"), ("EMAIL", "email"), ("emailAddress", "email"), ("Primary E-Mail", "email"),
        ("Contact Email", "email"), ("Emial Address", "email"), ("Email Adress", "email"), ("E-mail opt out", None),
        ("First Name", "firstName"), ("FirstName", "firstName"), ("first_name", "firstName"), ("Given name",
        "firstName"),
        ("Surname", "lastName"), ("Last Name *", "lastName"), ("Lead Last Name", "lastName"), ("Name", "fullName"),
        ("Company / Account", "company"), ("Account Name", "company"), ("Organisation", "company"),
        ("Company size", None),
        ("Mobile", "phone"), ("Phone (work)", "phone"), ("Telephone Number", "phone"), ("Job Title", "title"),
        ("Website URL", "website"), ("Zip/Postal Code", "address.postalCode"), ("State/Region", "address.region"),
        ("Country", "address.country"), ("Street Address", "address.street"), ("Town", "address.city"),
        ("Lead Source", "source"), ("Lead Status", "status"), ("Deal Value", "value"), ("Currency", "currency"),
        ("Lead Score", "score"), ("Opt-in", "consent"), ("Record ID", "externalId"), ("Notes", None), ("", None),
        ("Fax", None), ("Created at", None), ("leadbridge_reason", "ignored"), ("x" * 200, None), ("***", None),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_name(header: str, field: str | None) -> None:
    assert field_of(header)[0] == field


def test_a_record_with_an_address_in_it_is_data() -> None:
    assert recognised(["First Name", "Email", "Phone"]) == 3
    assert recognised(["First Name", "ann@example.com"]) == 0
    assert likely_header(["Vorname", "Nachname", "Kundennummer"])
    assert not likely_header(["Ann", "ann@example.com"])
    assert not likely_header(["12345", "2026"])
    assert not likely_header(["same", "Same"])
    assert not likely_header(["alone"])


def test_columns_of_one_field_keep_their_order_and_empty_or_equal_names_are_told_apart() -> None:
    columns = map_columns(["Mobile", "Work Phone", "", "Note", "note"], [])
    assert [(column.header, column.field) for column in columns] == [
        ("Mobile", "phone"), ("Work Phone", "phone"), ("Column 3", None), ("Note", None), ("note (2)", None),
    ]  # fmt: skip


def test_a_column_full_of_addresses_is_the_email_column_whatever_its_name() -> None:
    sample = [["Ann", "ann@example.com"], ["Bob", "bob@example.com"], ["Cy", ""], ["Di", "n/a"]]
    assert [c.field for c in map_columns(["Wer", "Wohin"], sample)] == [None, "email"]
    assert map_columns(["Wer", "Wohin"], sample)[1].how == "content"
    assert [c.field for c in map_columns(["Wer", "Wohin"], [["Ann", "here"]])] == [None, None]


def test_the_caller_decides_where_they_say_so() -> None:
    columns = map_columns(["Kunde", "Email"], [], {"Kunde": "company", "Email": None})
    assert [(c.field, c.how) for c in columns] == [("company", "given"), (None, "given")]


@pytest.mark.parametrize(
    ("mapping", "code"), [({"Nope": "company"}, "unknown_column"), ({"Kunde": "kunde"}, "unknown_field")]
)
def test_a_mapping_that_fits_nothing_is_refused(mapping: dict[str, str | None], code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        checked_mapping(mapping, ["Kunde"])
    assert caught.value.code == code
    assert caught.value.hint
