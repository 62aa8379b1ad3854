"""What a record is found by, and what a search asks for: the two meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.leads.bodies import LeadBody
from leadbridge.leads.bulk import chains
from leadbridge.leads.derived import MAX_TOKENS, derived, facets, nothing_derived, searched, tokens
from leadbridge.leads.fields import Fields
from leadbridge.leads.rules import NO_RULES

PERSON: Fields = {
    "firstName": "Åsa", "lastName": "O'Brien-Ångström", "email": "Asa.B@north.example", "phone": "+34612345678",
    "company": "Süd & Co", "externalId": "crm/77", "tags": ("VIP", "a  b", "vip"), "status": "New",
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "asa", "ÅSA ang", "o", "brien", "asa.b@no", "north", "612 345", "+34 (612)", "0612345678", "sud", "77",
        "crm/7",
    ],
)  # fmt: skip
def test_a_search_meets_what_it_is_the_beginning_of(text: str) -> None:
    held = tokens(PERSON)
    assert searched(text)
    assert all(any(token.startswith(word) for token in held) for word in searched(text))


@pytest.mark.parametrize("text", ["", " - ", "!?", "000"])
def test_a_search_without_a_word_asks_for_nothing(text: str) -> None:
    assert searched(text) == ()


def test_the_longest_word_leads() -> None:
    assert searched("ab abcd abc ab") == ("abcd", "abc", "ab")


def test_facets_stand_once_and_without_case() -> None:
    assert facets(PERSON, NO_RULES) == ("status:new", "tag:vip", "tag:a b")


def test_what_is_not_live_is_found_by_nothing_but_an_erasure() -> None:
    gone = nothing_derived(PERSON)
    assert gone.keys() == derived(PERSON, NO_RULES).keys() | {"gone"}
    assert {name for name, value in gone.items() if value} == {"name_sort", "gone"}
    assert gone["gone"] == ("email:asa.b@north.example", "ext:crm/77")


@given(st.dictionaries(st.sampled_from(["firstName", "lastName", "company", "email", "title"]), st.text(min_size=1)))
def test_any_text_gives_few_short_words(fields: dict[str, str]) -> None:
    found = tokens(dict(fields))
    assert len(found) == len(set(found)) <= MAX_TOKENS
    assert all(0 <= len(token) <= 32 for token in found)


def test_items_of_one_person_are_one_chain() -> None:
    bodies = [
        LeadBody(email="a@x.example"),
        LeadBody(external_id="1"),
        LeadBody(last_name="nobody"),
        LeadBody(external_id="1", email="A@x.example "),
        LeadBody(external_id="2"),
    ]
    assert sorted(chains(bodies)) == [[0, 1, 3], [2], [4]]
