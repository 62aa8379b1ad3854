"""Columns and cells of files of contacts, accounts and deals."""

from __future__ import annotations

import pytest

from leadbridge.leads.imports.facts import day, employees, probability
from leadbridge.leads.imports.headers import field_of, fields_of, known_names, map_columns
from leadbridge.leads.imports.reader import Record
from leadbridge.leads.imports.rows import Reading, read_row
from leadbridge.leads.normalise import Invalid
from leadbridge.leads.types import ACCOUNT, CONTACT, DEAL, TYPES, RecordType


def reading(type: RecordType, header: list[str], cells: list[str], region: str | None = None) -> Reading:
    columns = map_columns(header, [], record=type.name)
    return read_row(Record(2, 2, tuple(cells)), columns, region, type=type)


@pytest.mark.parametrize(
    ("record", "header", "field"),
    [
        ("contact", "Account Name", "company"), ("contact", "Account ID", "accountId"), ("contact", "Vorname",
        "firstName"), ("contact", "Deal Value", None),
        ("account", "Account Name", "name"), ("account", "Firma", "name"), ("account", "Raison sociale", "name"),
        ("account", "Name", "name"), ("account", "Branche", "industry"), ("account", "Nombre", "name"),
        ("account", "Number of Employees", "employees"), ("account", "Company size", "employees"),
        ("account", "Aantal medewerkers", "employees"), ("account", "Ville", "address.city"),
        ("account", "Account Number", "externalId"), ("account", "Job Title", None), ("account", "Sektor", "industry"),
        ("deal", "Deal Name", "name"), ("deal", "Opportunity Name", "name"), ("deal", "Name", "name"),
        ("deal", "Stage", "stage"), ("deal", "Phase", "stage"), ("deal", "Étape", "stage"),
        ("deal", "Status", "status"),
        ("deal", "Close Date", "closeDate"), ("deal", "Abschlussdatum", "closeDate"), ("deal", "Fecha de cierre",
        "closeDate"), ("deal", "Probability (%)", "probability"), ("deal", "Amount", "value"), ("deal", "Betrag",
        "value"), ("deal", "Account Name", "accountId"), ("deal", "Company", "accountId"), ("deal", "Klient",
        "accountId"), ("deal", "Contact Email", "contactId"), ("deal", "Owner", None), ("deal", "Currency", "currency"),
    ],
)  # fmt: skip
def test_a_column_means_what_its_record_has(record: str, header: str, field: str | None) -> None:
    assert field_of(header, record)[0] == field


@pytest.mark.parametrize("record", list(TYPES))
def test_every_word_leads_to_a_field_of_the_record(record: str) -> None:
    assert set(known_names(record).values()) <= fields_of(record)
    attributes = {field.alias or name for name, field in TYPES[record].body.model_fields.items()}
    helpers = {"fullName", "currency", "ignored"}
    assert {field.partition(".")[0] for field in fields_of(record)} - helpers <= attributes


def test_a_row_becomes_an_account() -> None:
    header = ["Firma", "Branche", "Mitarbeiter", "PLZ", "Land", "Telefon", "E-Mail", "Notiz"]
    found = reading(
        ACCOUNT, header, ["Muster AG", "Bau", "1.200", "8001", "Schweiz", "044 668 18 00", "i@m.example", "x"]
    )
    assert found.refused is None
    assert found.warnings == ()
    assert found.fields == {
        "name": "Muster AG", "industry": "Bau", "employees": 1200, "address.postalCode": "8001",
        "address.country": "CH", "phone": "+41446681800", "phoneRaw": "044 668 18 00", "email": "i@m.example",
        "custom.Notiz": "x",
    }  # fmt: skip
    assert found.keys.name_company == "muster ag,  @ "


def test_a_row_becomes_a_deal() -> None:
    header = ["Deal Name", "Stage", "Amount", "Currency", "Close Date", "Probability", "Company", "Contact Email"]
    cells = ["Packing line", "proposal", "48,000", "EUR", "31/03/2026", "40%", "Ejemplo SL", "ana@x.example"]
    found = reading(DEAL, header, cells)
    assert found.refused is None
    value = found.fields.pop("value")
    assert getattr(value, "amount", None) == "48000"
    assert found.fields == {
        "name": "Packing line", "stage": "proposal", "closeDate": "2026-03-31", "probability": 40,
        "accountId": "Ejemplo SL", "contactId": "ana@x.example",
    }  # fmt: skip


def test_a_row_becomes_a_contact_of_an_account() -> None:
    found = reading(
        CONTACT, ["First Name", "Email", "Account ID", "Account Name"], ["Ann", "a@x.example", "erp-1", "X"]
    )
    assert found.fields == {"firstName": "Ann", "email": "a@x.example", "accountId": "erp-1", "company": "X"}


def test_what_cannot_be_read_costs_the_value_and_not_the_row() -> None:
    found = reading(DEAL, ["Name", "Close Date", "Probability"], ["Line", "03/04/2026", "often"])
    assert found.refused is None
    assert found.fields == {"name": "Line"}
    assert {warning.code for warning in found.warnings} == {"unclear_date", "invalid_probability"}
    nameless = reading(ACCOUNT, ["Name", "City", "Email"], ["--", "Bonn", "a@x.example"])
    assert nameless.refused is not None
    assert nameless.refused.code == "no_identity"


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("2026-03-31", None, "2026-03-31"), ("2026/3/1", None, "2026-03-01"), ("2026-03-31T10:00:00Z", None,
        "2026-03-31"), ("1.3.2026", None, "2026-03-01"), ("31/03/2026", None, "2026-03-31"), ("3/31/2026", None,
        "2026-03-31"), ("03/04/2026", "US", "2026-03-04"), ("03/04/2026", "GB", "2026-04-03"), ("05/05/2026", None,
        "2026-05-05"), ("31/03/2026 14:00", "US", "2026-03-31"),
    ],
)  # fmt: skip
def test_a_day_is_read(text: str, region: str | None, expected: str) -> None:
    assert day(text, region) == expected


@pytest.mark.parametrize("text", ["03/04/2026", "soon", "2026-02-30", "13/13/2026", "1-2/2026"])
def test_a_day_is_not_guessed(text: str) -> None:
    with pytest.raises(Invalid):
        day(text, None)


@pytest.mark.parametrize(
    ("text", "expected"), [("40", 40), ("1,200", 1200), ("1.200", 1200), ("1 200 000", 1_200_000), ("40.0", 40)]
)
def test_employees_are_counted(text: str, expected: int) -> None:
    assert employees(text) == expected


@pytest.mark.parametrize("text", ["51-200", "many", "-3", "9" * 20, "1.5"])
def test_employees_are_a_number(text: str) -> None:
    with pytest.raises(Invalid):
        employees(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("40", 40), ("40 %", 40), ("0.4", 40), ("0", 0), ("0,5%", 0), ("100", 100)]
)
def test_a_probability_is_whole_per_cent(text: str, expected: int) -> None:
    assert probability(text) == expected


@pytest.mark.parametrize("text", ["120", "high", "-5"])
def test_a_probability_is_at_most_all(text: str) -> None:
    with pytest.raises(Invalid):
        probability(text)
