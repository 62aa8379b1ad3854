"""Records of every type over HTTP: made, deleted, restored, merged, brought in by the hundred, and what happened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from leadbridge.leads.types import TYPES
from tests.contract.leads.serving import Api, served

MINIMAL: dict[str, dict[str, Any]] = {
    "leads": {"lastName": "Ruiz", "email": "ana@example.com", "value": {"amount": "12.50", "currency": "eur"}},
    "contacts": {"lastName": "Ruiz", "email": "ana@example.com", "phone": "+34 612 345 678"},
    "accounts": {"name": "Ejemplo SL", "website": "ejemplo.example", "employees": 40, "industry": "Food"},
    "deals": {"name": "Line 1", "stage": "proposal", "closeDate": "2026-03-31", "probability": 40},
}
ON_BOTH = ["sqlite", pytest.param("mongodb", marks=pytest.mark.mongodb)]


@pytest.fixture
async def api(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Api]:
    async with served(tmp_path, getattr(request, "param", "sqlite")) as api:
        yield api


def test_every_type_is_tried() -> None:
    assert {type.plural for type in TYPES.values()} == set(MINIMAL)


@pytest.mark.parametrize("api", ON_BOTH, indirect=True)
async def test_every_type_is_made_changed_deleted_restored_and_its_past_is_told(api: Api) -> None:
    for plural, fields in MINIMAL.items():
        name = plural.removesuffix("s")
        made = await api.make(plural, **fields, externalId="x/1", tags=["VIP"], custom={"a.b": 1})
        id = made["_id"]
        assert made.items() >= {"externalId": "x/1", "tags": ["VIP"], "custom": {"a.b": 1}}.items()
        changed = await api.data("PATCH", f"/{plural}/{id}", json={"externalId": "1", "tags": ["VIP", "b"]})
        assert await api.data("GET", f"/{plural}/1") == changed
        assert await api.error("POST", f"/{plural}", json=fields | {"externalId": "1"}) == (409, "external_id_taken")
        gone = await api.data("DELETE", f"/{plural}/1")
        assert gone["deletedAt"]
        for method, path in (("GET", id), ("PATCH", id), ("DELETE", id)):
            more: dict[str, Any] = {"json": {"tags": []}} if method == "PATCH" else {}
            assert await api.error(method, f"/{plural}/{path}", **more) == (404, f"{name}_deleted")
        assert await api.error("GET", f"/{plural}/1") == (404, f"{name}_not_found")
        assert await api.names(f"/{plural}", "_id") == []
        assert await api.names(f"/{plural}?state=deleted", "_id") == [id]
        back = await api.data("POST", f"/{plural}/{id}/restore")
        assert back.keys() == changed.keys()
        assert await api.data("GET", f"/{plural}/1") == back
        assert await api.error("POST", f"/{plural}/{id}/restore") == (409, "not_deleted")
        past = await api.data("GET", f"/{plural}/{id}/timeline")
        assert [(event["seq"], event["type"]) for event in past] == [
            (4, f"{name}.restored"), (3, f"{name}.deleted"), (2, f"{name}.updated"), (1, f"{name}.created"),
        ]  # fmt: skip
        assert past[2]["changes"] == {"externalId": ["x/1", "1"], "tags": [["VIP"], ["VIP", "b"]]}
        assert {(event["origin"], event["hop"]) for event in past} == {("api", 0)}


async def test_a_deleted_external_id_is_free_and_a_restore_then_says_so(api: Api) -> None:
    first = await api.make("leads", lastName="One", externalId="7")
    await api.data("DELETE", f"/leads/{first['_id']}")
    second = await api.make("leads", lastName="Two", externalId="7")
    assert await api.error("POST", f"/leads/{first['_id']}/restore") == (409, "external_id_taken")
    await api.data("DELETE", f"/leads/{second['_id']}")
    await api.data("POST", f"/leads/{first['_id']}/restore")
    assert (await api.data("GET", "/leads/7"))["lastName"] == "One"


@pytest.mark.parametrize("api", ON_BOTH, indirect=True)
async def test_a_merge_fills_blanks_and_the_old_ids_lead_to_what_is_left(api: Api) -> None:
    a = await api.make("leads", lastName="Ruiz", email="ana@example.com", externalId="a", tags=["x"])
    b = await api.make("leads", lastName="Ruis", phone="+34612345678", externalId="b", tags=["y"], title="CEO")
    c = await api.make("leads", lastName="R", externalId="c", company="Ejemplo")
    one = await api.data("POST", "/leads/b/merge", json={"otherId": "c"})
    assert (one["_id"], one["company"], one["lastName"]) == (b["_id"], "Ejemplo", "Ruis")
    whole = await api.data("POST", f"/leads/{a['_id']}/merge", json={"otherId": b["_id"], "take": ["lastName"]})
    assert whole.items() >= {
        "_id": a["_id"], "lastName": "Ruis", "email": "ana@example.com", "phone": "+34612345678", "title": "CEO",
        "company": "Ejemplo", "tags": ["x", "y"], "externalId": "a",
    }.items()  # fmt: skip
    for id in (a["_id"], "a", b["_id"], "b", c["_id"], "c"):
        assert await api.data("GET", f"/leads/{id}") == whole
    assert await api.names("/leads", "_id") == [a["_id"]]
    assert await api.names("/leads?state=deleted", "_id") == []
    assert await api.error("POST", "/leads", json={"lastName": "New", "externalId": "b"}) == (409, "external_id_taken")
    assert (await api.data("PATCH", "/leads/c", json={"title": "CTO"}))["_id"] == a["_id"]
    assert await api.error("POST", "/leads/a/merge", json={"otherId": "b"}) == (409, "cannot_merge")
    assert await api.error("POST", "/leads/a/merge", json={"otherId": "zz"}) == (404, "lead_not_found")
    kinds = [(event["type"], event["recordId"]) for event in await api.data("GET", "/leads/a/timeline")]
    assert kinds[0] == ("lead.updated", a["_id"])
    assert kinds.count(("lead.merged", a["_id"])) == kinds.count(("lead.merged", b["_id"])) == 1
    assert {id for _, id in kinds} == {a["_id"], b["_id"], c["_id"]}
    assert await api.names("/leads/a/timeline", "recordId") == [id for _, id in kinds]


async def test_the_winner_without_an_external_id_takes_the_others(api: Api) -> None:
    a = await api.make("contacts", lastName="Ruiz")
    b = await api.make("contacts", lastName="Ruiz", externalId="b")
    whole = await api.data("POST", f"/contacts/{a['_id']}/merge", json={"otherId": "b"})
    assert whole["externalId"] == "b"
    assert await api.data("GET", "/contacts/b") == await api.data("GET", f"/contacts/{b['_id']}") == whole


async def test_take_of_an_unknown_field_changes_nothing(api: Api) -> None:
    await api.make("leads", lastName="A", externalId="a")
    await api.make("leads", lastName="B", externalId="b")
    assert await api.error("POST", "/leads/a/merge", json={"otherId": "b", "take": ["shoe"]}) == (400, "unknown_field")
    assert (await api.data("GET", "/leads/b"))["lastName"] == "B"


@pytest.mark.parametrize("api", ON_BOTH, indirect=True)
async def test_many_at_once_have_a_result_each(api: Api) -> None:
    await api.make("leads", lastName="Old", externalId="1", email="old@example.com")
    items: list[dict[str, Any]] = [
        {"externalId": "1", "title": "CEO"},
        {"externalId": "1", "title": "CEO"},
        {"lastName": "New", "externalId": "2", "email": "new@example.com"},
        {"company": "nobody"},
        {"email": "new@EXAMPLE.com", "title": "CTO"},
        {"email": "broken@", "lastName": "X"},
    ]
    status, body = await api.ask("POST", "/leads/bulk", json={"match": "email", "items": items})
    assert status == 200
    assert [(one["index"], one["status"]) for one in body["data"]] == [
        (0, "updated"), (1, "unchanged"), (2, "created"), (3, "failed"), (4, "updated"), (5, "failed"),
    ]  # fmt: skip
    assert [one["error"]["code"] for one in body["data"] if "error" in one] == ["no_identity", "invalid_email"]
    assert body["counts"] == {"created": 1, "updated": 2, "unchanged": 1, "failed": 2}
    assert (await api.data("GET", "/leads/2"))["title"] == "CTO"
    status, body = await api.ask("POST", "/leads/bulk", json={"match": "email", "items": items})
    assert [one["status"] for one in body["data"] if "error" not in one] == ["unchanged"] * 4
    many = [{"name": f"A{n}", "externalId": str(n)} for n in range(60)]
    _, body = await api.ask("POST", "/accounts/bulk", json={"items": many})
    assert body["counts"]["created"] == 60
    assert [one["externalId"] for one in body["data"]] == [one["externalId"] for one in many]
    for wrong in ([], many * 9, [{"nme": "x"}]):
        assert await api.error("POST", "/accounts/bulk", json={"items": wrong}) == (400, "invalid_request")


async def test_records_refer_to_each_other_by_either_id(api: Api) -> None:
    account = await api.make("accounts", name="Ejemplo", externalId="erp-1")
    contact = await api.make("contacts", lastName="Ruiz", accountId="erp-1")
    deal = await api.make("deals", name="Line", accountId=account["_id"], contactId=contact["_id"])
    assert contact["accountId"] == deal["accountId"] == account["_id"]
    assert await api.names("/deals?accountId=" + account["_id"], "_id") == [deal["_id"]]
    assert await api.error("POST", "/deals", json={"name": "X", "accountId": "nope"}) == (400, "unknown_reference")


async def test_what_a_change_of_a_lead_is_called(api: Api) -> None:
    await api.data("PUT", "/leads/high-value", json={"value": {"amount": "1000", "currency": "EUR"}, "score": 90})
    owner = "f" * 24
    lead = await api.make("leads", lastName="A", ownerId=owner, status="new", value={"amount": "10", "currency": "EUR"})
    path = f"/leads/{lead['_id']}"
    await api.data("PATCH", path, json={"status": "open", "value": {"amount": "5000", "currency": "USD"}})
    await api.data("PATCH", path, json={"value": {"amount": "5000", "currency": "EUR"}})
    await api.data("PATCH", path, json={"value": None, "score": 10})
    await api.data("PATCH", path, json={"score": 95, "ownerId": "e" * 24})
    await api.data("PATCH", path, json={"title": "x"})
    types = [event["types"] for event in await api.data("GET", path + "/timeline")]
    assert types[::-1] == [
        ["lead.created", "lead.assigned"],
        ["lead.updated", "lead.status_changed"],
        ["lead.updated", "lead.high_value"],
        ["lead.updated", "lead.scored"],
        ["lead.updated", "lead.assigned", "lead.scored"],  # of high value once only
        ["lead.updated"],
    ]
    assert (await api.data("GET", "/leads/high-value"))["value"] == {"amount": "1000", "currency": "EUR"}


@pytest.mark.parametrize(
    ("plural", "body", "code"),
    [
        ("accounts", {"website": "a.example"}, "no_identity"),
        ("deals", {"stage": "x"}, "no_identity"),
        ("contacts", {"company": "x"}, "no_identity"),
        ("deals", {"name": "x", "closeDate": "soon"}, "invalid_request"),
        ("deals", {"name": "x", "probability": 101}, "invalid_request"),
        ("accounts", {"name": "x", "lastName": "y"}, "invalid_request"),
        ("accounts", {"name": "x", "website": "javascript:alert(1)"}, "invalid_website"),
        ("contacts", {"lastName": "x", "phone": "12"}, "invalid_phone"),
    ],
)
async def test_bad_records_are_told_what_is_wrong(api: Api, plural: str, body: dict[str, Any], code: str) -> None:
    assert await api.error("POST", f"/{plural}", json=body) == (400, code)
    assert await api.names(f"/{plural}", "_id") == []
