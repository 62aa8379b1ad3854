"""Leads one at a time: made, read, changed, listed, found by the ids of others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from leadbridge.kit.errors import LeadbridgeError
from leadbridge.leads.change import Author
from leadbridge.leads.errors import AmbiguousId, ExternalIdTaken, InvalidLead, LeadNotFound
from leadbridge.leads.model import LEADS, Lead, LeadBody, lead_view
from leadbridge.leads.service import Ambiguous, Filters, Found, Missing, Sort
from tests.contract.leads.conftest import AUTHOR, COMPANY, OTHER, Room

WHOLE: dict[str, Any] = {
    "externalId": "customer-17", "firstName": " Ann ", "lastName": "Lee", "email": "Ann.Lee@Example.com",
    "phone": "07700 900123", "company": "Acme", "title": "CEO", "website": "acme.example",
    "address": {"street": "High Street 1", "city": "York", "postalCode": "YO1", "country": "England"},
    "source": "fair", "status": "new", "value": {"amount": "1234.50", "currency": "gbp"}, "tags": ["VIP", "vip", "b"],
    "consent": {"given": True, "at": "2026-01-01T00:00:00Z", "source": "form"}, "score": 7,
    "custom": {"shoe.size": 43, "$plan": "gold", "list": ["a", "b"], "ok": True, "gone": None},
}  # fmt: skip


async def make(room: Room, **fields: Any) -> Lead:
    return await room.leads.create(COMPANY, AUTHOR, LeadBody.model_validate(fields))


async def change(room: Room, id: str, **fields: Any) -> Lead:
    return await room.leads.update(COMPANY, AUTHOR, id, LeadBody.model_validate(fields))


async def test_a_whole_lead_is_kept_as_it_was_meant(room: Room) -> None:
    made = await make(room, **WHOLE)
    read = await room.leads.get(COMPANY, made.id)
    assert read == made
    assert lead_view(read) == {
        "_id": made.id, "externalId": "customer-17", "firstName": "Ann", "lastName": "Lee",
        "email": "Ann.Lee@example.com", "phone": "+447700900123", "phoneRaw": "07700 900123", "company": "Acme",
        "title": "CEO", "website": "https://acme.example",
        "address": {"street": "High Street 1", "city": "York", "postalCode": "YO1", "country": "GB"},
        "source": "fair", "status": "new", "value": {"amount": "1234.50", "currency": "GBP"}, "tags": ["VIP", "b"],
        "consent": {"given": True, "at": "2026-01-01T00:00:00.000Z", "source": "form"}, "score": 7,
        "custom": {"shoe.size": 43, "$plan": "gold", "list": ["a", "b"], "ok": True},
        "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
    }  # fmt: skip
    assert (read.rev, read.seq, read.origin, read.subjects) == (1, 1, "api", (made.id,))
    assert (read.email_key, read.name_sort, read.value and read.value.minor) == (
        "ann.lee@example.com",
        "lee ann",
        12_345_000,
    )


async def test_a_change_raises_rev_and_seq_and_names_who_changed_what(room: Room) -> None:
    made = await make(room, **WHOLE)
    room.clock.advance(60)
    other = Author("api", "user:" + "e" * 24)
    body = LeadBody.model_validate(
        {
            "title": "",
            "address": {"city": "Leeds", "street": None},
            "custom": {"ok": False, "list": None},
            "phone": None,
        }
    )
    after = await room.leads.update(COMPANY, other, made.id, body)
    assert await room.leads.get(COMPANY, made.id) == after
    assert (after.rev, after.seq, after.title, after.phone, after.phone_raw) == (2, 2, None, None, None)
    assert after.created_at == made.created_at < after.updated_at
    shown = lead_view(after)
    assert shown["address"] == {"city": "Leeds", "postalCode": "YO1", "country": "GB"}
    assert shown["custom"] == {"shoe.size": 43, "$plan": "gold", "ok": False}
    assert {entry.f for entry in after.changed if entry.by == other.by} == {
        "title", "address.city", "address.street", "custom.ok", "custom.list", "phone", "phoneRaw",
    }  # fmt: skip
    assert {entry.at for entry in after.changed if entry.by == other.by} == {after.updated_at}
    assert {entry.f for entry in after.changed if entry.by == AUTHOR.by} >= {"email", "custom.$plan", "address.country"}


async def test_every_field_can_be_unset_with_null(room: Room) -> None:
    made = await make(room, **WHOLE)
    after = lead_view(await change(room, made.id, **{name: None for name in WHOLE if name != "lastName"}))
    assert after.keys() == {"_id", "lastName", "tags", "custom", "createdAt", "updatedAt"}
    assert (after["tags"], after["custom"]) == ([], {})


async def test_a_change_that_changes_nothing_writes_nothing(room: Room) -> None:
    made = await make(room, **WHOLE)
    room.clock.advance(60)
    assert await change(room, made.id, **WHOLE) == made


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"company": "Acme"}, "no_identity"),
        ({}, "no_identity"),
        ({"firstName": "  "}, "no_identity"),
        ({"email": "ann@"}, "invalid_email"),
        ({"lastName": "Lee", "phone": "12"}, "invalid_phone"),
        ({"lastName": "Lee", "phone": "202 555 0143"}, "invalid_phone"),
        ({"lastName": "Lee", "address": {"country": "Atlantis"}}, "unknown_country"),
        ({"lastName": "Lee", "website": "javascript:alert(1)"}, "invalid_website"),
        ({"lastName": "Lee", "value": {"amount": "a lot"}}, "invalid_amount"),
        ({"lastName": "Lee", "value": {"amount": "NaN"}}, "invalid_amount"),
        ({"lastName": "Lee", "value": {"amount": 1, "currency": "XQX"}}, "invalid_currency"),
        ({"lastName": "Lee", "consent": {"given": True, "at": "2026-01-01T00:00:00"}}, "invalid_time"),
        ({"lastName": "Lee", "custom": {f"k{n}": "x" * 2000 for n in range(40)}}, "too_many_custom_fields"),
    ],
)
async def test_a_value_that_cannot_be_used_is_named_and_nothing_is_stored(
    room: Room, fields: dict[str, Any], code: str
) -> None:
    with pytest.raises(InvalidLead) as caught:
        await make(room, **fields)
    assert caught.value.code == code
    assert caught.value.hint
    assert (await room.leads.page(COMPANY, Filters())).items == []


async def test_the_last_name_or_address_cannot_be_taken_from_a_lead(room: Room) -> None:
    made = await make(room, email="ann@example.com")
    with pytest.raises(InvalidLead, match="needs an e-mail address or a name"):
        await change(room, made.id, email=None)
    assert (await room.leads.get(COMPANY, made.id)).email == "ann@example.com"


async def test_an_external_id_belongs_to_one_lead_of_a_company(room: Room) -> None:
    first = await make(room, externalId="1", lastName="Lee")
    second = await make(room, externalId="2", lastName="Poe")
    for attempt in (make(room, externalId="1", lastName="Doe"), change(room, second.id, externalId="1")):
        with pytest.raises(ExternalIdTaken) as caught:
            await attempt
        assert caught.value.details == {"leadId": first.id}
    there = await room.leads.create(OTHER, AUTHOR, LeadBody(external_id="1", last_name="Lee"))
    assert there.id != first.id
    freed = await change(room, first.id, externalId="")
    assert freed.external_id is None
    assert (await change(room, second.id, externalId="1")).external_id == "1"


async def test_many_at_once_make_one_lead_of_an_external_id(room: Room) -> None:
    made = await asyncio.gather(
        *(make(room, externalId="1", lastName=f"L{n}") for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, Lead) for one in made) == 1
    assert sum(isinstance(one, ExternalIdTaken) for one in made) == 7


async def test_changes_at_once_are_all_kept(room: Room) -> None:
    made = await make(room, lastName="Lee")
    names = ["title", "company", "source", "status"]
    await asyncio.gather(*(change(room, made.id, **{name: "x"}) for name in names))
    after = lead_view(await room.leads.get(COMPANY, made.id))
    assert [after[name] for name in names] == ["x"] * 4
    assert (await room.leads.get(COMPANY, made.id)).seq == 5


async def test_upsert_by_external_id_makes_once_and_changes_after(room: Room) -> None:
    body = LeadBody(last_name="Lee")
    made, new = await room.leads.upsert_by_external_id(COMPANY, AUTHOR, "1", body)
    same, again = await room.leads.upsert_by_external_id(COMPANY, AUTHOR, "1", LeadBody(title="CEO"))
    assert (new, again) == (True, False)
    assert same.id == made.id
    assert (same.last_name, same.title) == ("Lee", "CEO")


async def test_another_companys_leads_do_not_exist(room: Room) -> None:
    made = await make(room, externalId="1", lastName="Lee")
    for id in (made.id, "1", "0" * 24, "", "x" * 5000, "\0"):
        with pytest.raises(LeadNotFound):
            await room.leads.get(OTHER, id)
    assert (await room.leads.page(OTHER, Filters())).items == []


async def test_ids_are_resolved_external_id_first_and_never_guessed(room: Room) -> None:
    one = await make(room, lastName="One")
    two = await make(room, lastName="Two", externalId=one.id)
    three = await make(room, lastName="Three", externalId="3")
    four = await make(room, lastName="Four")
    await change(room, four.id, externalId=four.id)
    found = await room.leads.resolve(COMPANY, [one.id, "3", three.id, two.id, four.id, "nobody", "3"])
    assert found == {
        one.id: Ambiguous((two.id, one.id)), "3": Found(three), three.id: Found(three), two.id: Found(two),
        four.id: Found(await room.leads.get(COMPANY, four.id)), "nobody": Missing(),
    }  # fmt: skip
    with pytest.raises(AmbiguousId) as caught:
        await room.leads.get(COMPANY, one.id)
    assert caught.value.status == 409


async def test_more_ids_than_one_look_up_takes_are_resolved(room: Room) -> None:
    made = await make(room, lastName="Lee", externalId="e1200")
    found = await room.leads.resolve(COMPANY, [f"e{n}" for n in range(1300)])
    assert len(found) == 1300
    assert found["e1200"] == Found(made)
    assert sum(isinstance(one, Missing) for one in found.values()) == 1299


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("createdAt", ["Zoe", "Åsa", "bob", "Cy"]),
        ("-createdAt", ["Cy", "bob", "Åsa", "Zoe"]),
        ("name", ["Åsa", "bob", "Cy", "Zoe"]),
        ("-name", ["Zoe", "Cy", "bob", "Åsa"]),
        ("updatedAt", ["Åsa", "bob", "Cy", "Zoe"]),
        ("-updatedAt", ["Zoe", "Cy", "bob", "Åsa"]),
    ],
)
async def test_lists_are_sorted_and_paged(room: Room, sort: Sort, expected: list[str]) -> None:
    for name in ("Zoe", "Åsa", "bob", "Cy"):
        made = await make(room, lastName=name)
        room.clock.advance(1)
        if name == "Zoe":
            zoe = made
    await change(room, zoe.id, title="x")
    names: list[str | None] = []
    after = None
    while True:
        page = await room.leads.page(COMPANY, Filters(), sort, limit=3, after=after)
        names += [lead.last_name for lead in page.items]
        after = page.next
        if after is None:
            break
    assert names == expected


async def test_lists_are_narrowed_by_what_is_asked(room: Room) -> None:
    ann = await make(room, email="Ann@example.com", status="new", source="fair", tags=["a", "b"], externalId="1")
    bob = await make(room, email="ann@EXAMPLE.com", status="old", tags=["b"])

    async def ids(**filters: Any) -> set[str]:
        return {lead.id for lead in (await room.leads.page(COMPANY, Filters(**filters))).items}

    assert await ids(email="ANN@example.com") == {ann.id, bob.id}
    assert await ids(email="ann@example.com", status="old") == {bob.id}
    assert await ids(external_id="1") == {ann.id}
    assert await ids(external_id="1", email="other@example.com") == set()
    assert await ids(external_id="1", email="ann@example.com") == {ann.id}
    assert await ids(tag="b") == {ann.id, bob.id}
    assert await ids(tag="a", source="fair") == {ann.id}
    assert await ids(status="none") == set()


async def test_a_persons_documents_are_found_by_subject(room: Room) -> None:
    made = await make(room, lastName="Lee")
    page = await room.store[LEADS].of(COMPANY).find(eq={"subjects": made.id})
    assert [lead.id for lead in page.items] == [made.id]


def test_every_error_has_a_code_of_its_own() -> None:
    errors: list[type[LeadbridgeError]] = [LeadNotFound, AmbiguousId, ExternalIdTaken, InvalidLead]
    assert len({error.default_code for error in errors}) == len(errors)
