"""The printed rules of matching and merging, as tables and as properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.leads.fields import Fields, Keys
from leadbridge.leads.matching import Candidate, MergeMode, Strength, choose, merge, strength

EXT, MAIL, PHONE, NAME = Strength.EXTERNAL_ID, Strength.EMAIL, Strength.PHONE, Strength.NAME_COMPANY
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def keys(ext: str = "", email: str = "", phone: str = "", first: str = "", last: str = "", company: str = "") -> Keys:
    named = {
        "externalId": ext, "email": email, "phone": phone, "firstName": first, "lastName": last, "company": company,
    }  # fmt: skip
    return Keys({name: text for name, text in named.items() if text})


@pytest.mark.parametrize(
    ("row", "lead", "expected"),
    [
        (keys(ext="1", email="a@x.example"), keys(ext="1", email="b@x.example"), EXT),
        (keys(ext="1", email="a@x.example"), keys(ext="2", email="a@x.example"), None),
        (keys(email="A@x.example"), keys(email="a@x.example", last="Lee"), MAIL),
        (keys(email="a@x.example", last="Lee"), keys(email="a@x.example", last="Poe"), MAIL),
        (keys(ext="1", email="a@x.example"), keys(email="a@x.example"), MAIL),
        (keys(phone="+1", last="Lee"), keys(phone="+1", last="LEE"), PHONE),
        (keys(phone="+1", last="Lee"), keys(phone="+1", first="Ann", last="Lee"), PHONE),
        (keys(phone="+1", last="Lee"), keys(phone="+1", email="a@x.example"), PHONE),
        (keys(phone="+1", last="Lee"), keys(phone="+1", last="Poe"), None),
        (keys(phone="+1", first="Ann", last="Lee"), keys(phone="+1", first="Bob", last="Lee"), None),
        (keys(phone="+1", email="a@x.example"), keys(phone="+1", email="b@x.example"), None),
        (keys(first="Ann", last="Lee", company="Acme"), keys(first="ann", last="Léé", company="ACME"), NAME),
        (keys(first="Ann", last="Lee", company="Acme"), keys(first="Ann", last="Lee", company="Other"), None),
        (keys(last="Lee", company="Acme"), keys(last="lee", company="Acme"), NAME),
        (keys(last="Lee", company="Acme"), keys(first="Ann", last="Lee", company="Acme"), None),
        (keys(first="Ann", last="Lee"), keys(first="Ann", last="Lee"), None),
        (
            keys(first="Ann", last="Lee", company="Acme", email="a@x.example"),
            keys(first="Ann", last="Lee", company="Acme", email="b@x.example"),
            None,
        ),
        (keys(), keys(), None),
    ],
)
def test_what_makes_two_one(row: Keys, lead: Keys, expected: Strength | None) -> None:
    assert strength(row, lead) == expected
    assert strength(lead, row) == expected


def candidate(id: str, held: Keys, days: int = 0) -> Candidate:
    return Candidate(id, DAY + timedelta(days=days), held)


def test_the_stronger_key_wins() -> None:
    row = keys(ext="1", email="a@x.example", phone="+1")
    by_phone, by_mail, by_ext = (
        candidate("a", keys(phone="+1")),
        candidate("b", keys(email="a@x.example")),
        candidate("c", keys(ext="1")),
    )
    assert choose(row, [by_phone, by_mail, by_ext]) is by_ext
    assert choose(row, [by_phone, by_mail]) is by_mail
    assert choose(row, [by_phone]) is by_phone
    assert choose(row, []) is None


def test_among_equals_the_most_alike_then_the_oldest_then_the_smaller_id() -> None:
    row = keys(email="a@x.example", first="Ann")
    old, new = candidate("b", keys(email="a@x.example"), 0), candidate("a", keys(email="a@x.example"), 1)
    alike = candidate("c", keys(email="a@x.example", first="Ann"), 2)
    assert choose(row, [new, old]) is old
    assert choose(row, [new, old, alike]) is alike
    twins = [candidate("z", old.keys), candidate("y", old.keys)]
    assert choose(row, twins) is twins[1]


def test_the_lead_of_last_time_is_met_again_unless_external_ids_speak_against_it() -> None:
    row = keys(ext="1", email="a@x.example")
    strong, edited = candidate("a", keys(email="a@x.example")), candidate("b", keys(email="new@x.example"))
    assert choose(row, [strong, edited], remembered="b") is edited
    assert choose(keys(last="Lee"), [candidate("b", keys(last="Lee"))], remembered="b") is not None
    assert choose(keys(last="Lee"), [candidate("b", keys(last="Lee"))]) is None
    owner, other = candidate("c", keys(ext="1")), candidate("b", keys(ext="2"))
    assert choose(row, [strong, edited, owner], remembered="b") is owner
    assert choose(row, [strong, other], remembered="b") is strong


@pytest.mark.parametrize(
    ("lead", "row", "filled", "overwritten"),
    [
        ({"title": "CEO"}, {"title": "CTO"}, {"title": "CEO"}, {"title": "CTO"}),
        ({"title": "CEO"}, {}, {"title": "CEO"}, {"title": "CEO"}),
        ({}, {"title": "CTO"}, {"title": "CTO"}, {"title": "CTO"}),
        ({"externalId": "1"}, {"externalId": "2"}, {"externalId": "1"}, {"externalId": "1"}),
        ({"tags": ("a",)}, {"tags": ("A", "b")}, {"tags": ("a", "b")}, {"tags": ("a", "b")}),
        ({"email": "a@x.example"}, {"email": "A@x.example"}, {"email": "a@x.example"}, {"email": "a@x.example"}),
        (
            {"phoneRaw": "call"},
            {"phone": "+1", "phoneRaw": "1"},
            {"phone": "+1", "phoneRaw": "1"},
            {"phone": "+1", "phoneRaw": "1"},
        ),
        (
            {"phone": "+1", "phoneRaw": "1"},
            {"phone": "+2", "phoneRaw": "2"},
            {"phone": "+1", "phoneRaw": "1"},
            {"phone": "+2", "phoneRaw": "2"},
        ),
        ({"phone": "+1"}, {"phoneRaw": "x"}, {"phone": "+1"}, {"phone": "+1"}),
        (
            {"address.city": "Bonn"},
            {"address.city": "bonn", "address.street": "A 1"},
            {"address.city": "Bonn", "address.street": "A 1"},
            {"address.city": "Bonn", "address.street": "A 1"},
        ),
        (
            {"address.city": "Bonn", "address.street": "B 2"},
            {"address.city": "Kiel", "address.postalCode": "1"},
            {"address.city": "Bonn", "address.street": "B 2"},
            {"address.city": "Kiel", "address.postalCode": "1"},
        ),
        ({"custom.x": "1"}, {"custom.x": "2", "custom.y": "3"}, {"custom.x": "1", "custom.y": "3"},
        {"custom.x": "2", "custom.y": "3"}),
    ],
)  # fmt: skip
def test_the_merge_rule(lead: Fields, row: Fields, filled: Fields, overwritten: Fields) -> None:
    assert merge(lead, row, MergeMode.FILL_BLANKS) == filled
    assert merge(lead, row, MergeMode.OVERWRITE) == overwritten


NAMES = st.sampled_from(
    [
        "title",
        "status",
        "email",
        "phone",
        "phoneRaw",
        "address.city",
        "address.street",
        "custom.a",
        "custom.b",
        "externalId",
    ]
)
FIELDS = st.dictionaries(NAMES, st.sampled_from(["1", "2", "A", "a"])) | st.dictionaries(
    st.just("tags"), st.lists(st.sampled_from(["x", "X", "y"]), min_size=1).map(tuple)
)


@given(FIELDS, FIELDS)
def test_filling_blanks_changes_no_value_that_is_there(lead: Fields, row: Fields) -> None:
    after = merge(lead, row, MergeMode.FILL_BLANKS)
    kept = {name for name in lead if name not in ("phoneRaw", "tags")}
    assert {name: after[name] for name in kept} == {name: lead[name] for name in kept}
    assert after.keys() <= lead.keys() | row.keys() | {"phoneRaw"}


@given(FIELDS, FIELDS, st.sampled_from(MergeMode))
def test_merging_the_same_row_again_changes_nothing(lead: Fields, row: Fields, mode: MergeMode) -> None:
    once = merge(lead, row, mode)
    assert merge(once, row, mode) == once


@given(FIELDS, FIELDS, st.sampled_from(MergeMode))
def test_a_merge_erases_nothing_but_a_contradicted_address(lead: Fields, row: Fields, mode: MergeMode) -> None:
    after = merge(lead, row, mode)
    assert all(name in after for name in lead if not name.startswith("address."))
