"""The pure parts of an import: leads met, pieces of a file, values before a change, headers of other languages."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.leads.before import from_json, to_json
from leadbridge.leads.fields import Fields
from leadbridge.leads.imports.headers import field_of, map_columns
from leadbridge.leads.imports.intake import PIECE_BYTES, pieces, shortened, unpacked
from leadbridge.leads.imports.met import Met
from leadbridge.leads.imports.reader import Record, records, stream
from leadbridge.leads.imports.rows import MAX_ROW
from leadbridge.leads.imports.synonyms import LANGUAGES
from leadbridge.leads.model import Consent, Money
from leadbridge.storage.kind import MAX_DOCUMENT_BYTES


def test_the_set_of_leads_met_is_a_set() -> None:
    rng = random.Random(5)
    ids = [f"{rng.getrandbits(96):024x}" for _ in range(20_000)]
    met = Met(ids[:10_000])
    for id in ids[:5_000]:
        met.add(id)
    assert len(met) == 10_000
    assert all(id in met for id in ids[:10_000])
    assert not any(id in met for id in ids[10_000:])


def test_pieces_hold_every_row_and_fit_in_a_document() -> None:
    rng = random.Random(6)
    rows = [Record(n, n + 1, ("é" * rng.randrange(9000), "x", rng.randbytes(2000).hex())) for n in range(300)]
    cut = list(pieces(rows, 50))
    assert [row for piece in cut for row in unpacked(piece)] == rows
    assert max(map(len, cut)) < MAX_DOCUMENT_BYTES - 2000
    assert PIECE_BYTES * 4 / 3 < MAX_DOCUMENT_BYTES - 2000
    assert list(pieces(rows, 50)) == cut


def test_a_row_that_is_too_long_stays_too_long_and_is_kept_in_part() -> None:
    (row,) = unpacked(next(pieces([Record(1, 1, ("x" * 10**7, "y"))])))
    assert sum(map(len, row.cells)) == MAX_ROW + 1
    assert len(shortened([""] * 100_000)) == 1000
    assert shortened(("a", "b")) == ("a", "b")


def test_half_a_character_does_not_stop_a_file() -> None:
    (row,) = unpacked(next(pieces([Record(1, 1, ("a\ud800b",))])))
    assert row.cells == ("a?b",)


@given(
    st.text(alphabet='ab",;\n\r', max_size=80),
    st.lists(st.integers(1, 9), min_size=1, max_size=30),
    st.integers(0, 4),
)
def test_a_text_in_pieces_has_the_records_of_the_whole(text: str, cuts: list[int], width: int) -> None:
    parts, position = [], 0
    for cut in cuts:
        parts.append(text[position : position + cut])
        position += cut
    parts.append(text[position:])
    assert list(stream(parts, ",", width)) == list(records(text, ",", width))


def test_values_before_a_change_survive_json() -> None:
    fields: Fields = {
        "value": Money(amount="5.10", currency="EUR", minor=51000),
        "consent": Consent(given=True),
        "tags": ("a", "b"),
        "custom.n": 4,
        "firstName": "Ann",
    }
    assert from_json(to_json(fields, [*fields, "lastName"])) == fields


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Vorname", "firstName"), ("Nachname", "lastName"), ("Straße", "address.street"), ("PLZ", "address.postalCode"),
        ("Prénom", "firstName"), ("Société", "company"), ("Correo electrónico", "email"), ("Teléfono", "phone"),
        ("Cognome", "lastName"), ("Ragione sociale", "company"), ("Sobrenome", "lastName"), ("Telemóvel", "phone"),
        ("Achternaam", "lastName"), ("Bedrijf", "company"), ("Imię", "firstName"),
        ("Kod pocztowy", "address.postalCode"),
    ],
)  # fmt: skip
def test_headers_of_other_languages(header: str, field: str) -> None:
    assert field_of(header) == (field, 1.0)
    assert field_of(header.upper())[0] == field


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (["Vorname", "Name"], ["firstName", "lastName"]),
        (["Nom", "Prénom"], ["lastName", "firstName"]),
        (["Nome", "Cognome"], ["firstName", "lastName"]),
        (["Nombre", "Apellidos"], ["firstName", "lastName"]),
        (["Nome", "Email"], ["fullName", "email"]),
        (["First Name", "Name"], ["firstName", "fullName"]),
    ],
)
def test_a_word_for_the_whole_name_is_the_part_that_its_neighbour_leaves(headers: list[str], fields: list[str]) -> None:
    assert [column.field for column in map_columns(headers, [])] == fields


def test_every_known_name_is_known() -> None:
    for language, names in LANGUAGES.items():
        for listed in names.values():
            for name in listed.split(","):
                assert field_of(name.strip())[1] == 1.0, (language, name)
