"""Lists over HTTP: narrowed, searched, sorted, counted, saved as views, exported."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from leadbridge.leads.stored import LEADS
from leadbridge.leads.types import TYPES
from leadbridge.storage.query import pick_index
from tests.contract.leads.serving import Api, served

ON_BOTH = ["sqlite", pytest.param("mongodb", marks=pytest.mark.mongodb)]
PEOPLE: list[dict[str, Any]] = [
    {"lastName": "Ångström", "firstName": "Åsa", "email": "asa@north.example", "status": "New", "tags": ["VIP", "a b"],
     "value": {"amount": "300", "currency": "EUR"}, "score": 5, "address": {"country": "SE"}},
    {"lastName": "Berg", "email": "berg@north.example", "status": "open", "source": "fair", "tags": ["vip"],
     "value": {"amount": "20.5", "currency": "EUR"}, "score": 90, "phone": "+46 8 123 456 78"},
    {"lastName": "Cruz", "email": "cruz@south.example", "status": "open", "ownerId": "a" * 24,
     "custom": {"plan": "gold"}, "company": "Süd GmbH"},
    {"lastName": "Dahl", "status": "won", "ownerId": "a" * 24, "custom": {"plan": "silver"}, "score": -3},
    {"lastName": "Eriksen", "email": "e@south.example", "status": "new", "custom": {"plan": "Gold", "free": "x"}},
]  # fmt: skip


@pytest.fixture
async def api(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Api]:
    async with served(tmp_path, getattr(request, "param", "sqlite")) as api:
        await api.data(
            "PUT",
            "/leads/fields/plan",
            json={"type": "choice", "choices": ["gold", "silver"], "filter": True, "label": "Plan"},
        )
        for person in PEOPLE:
            await api.make("leads", **person)
            await asyncio.sleep(0.002)  # a time of creation of its own
        yield api


def test_every_sort_and_every_filter_of_every_type_has_its_index() -> None:
    for type in TYPES.values():
        for field in type.sorts.values():
            assert pick_index(type.kind.indexes, {"companyId", "state"}, (field,)).fields[-1] == field
        assert pick_index(type.kind.indexes, {"companyId", "facets"}, ("createdAt",)).name == "facets"
        assert pick_index(type.kind.indexes, {"companyId"}, ("tokens",)).name == "tokens"


@pytest.mark.parametrize("api", ON_BOTH, indirect=True)
async def test_lists_are_narrowed_sorted_searched_and_counted(api: Api) -> None:
    everybody = ["Ångström", "Berg", "Cruz", "Dahl", "Eriksen"]
    cases: dict[str, list[str]] = {
        "": everybody[::-1],
        "?sort=createdAt": everybody,
        "?sort=name": everybody,
        "?sort=-name": everybody[::-1],
        "?sort=-score": ["Berg", "Ångström", "Dahl", "Eriksen", "Cruz"],
        "?sort=-value&minValue=20.5": ["Ångström", "Berg"],
        "?minScore=5&sort=createdAt": ["Ångström", "Berg"],
        "?status=new&sort=createdAt": ["Ångström", "Eriksen"],
        "?status=new&status=won&sort=createdAt": ["Ångström", "Dahl", "Eriksen"],
        "?status=open&sort=name": ["Berg", "Cruz"],
        "?tag=vip&sort=createdAt": ["Ångström", "Berg"],
        "?tag=VIP&tag=a%20b": ["Ångström"],
        "?tag=vip&status=open": ["Berg"],
        "?country=se": ["Ångström"],
        "?source=fair": ["Berg"],
        f"?ownerId={'a' * 24}": ["Dahl", "Cruz"],
        f"?ownerId={'a' * 24}&custom.plan=gold": ["Cruz"],
        "?custom.plan=GOLD&sort=createdAt": ["Cruz", "Eriksen"],
        "?createdFrom=2200-01-01": [],
        "?createdTo=2200-01-01&createdFrom=2020-01-01T00:00:00%2B02:00&status=won": ["Dahl"],
        "?updatedFrom=2020-01-01&updatedTo=2200-01-01&sort=updatedAt": everybody,
        "?updatedTo=2020-01-01": [],
        "?email=BERG@north.example": ["Berg"],
        "?email=berg@north.example&status=won": [],
        "?q=ber": ["Berg"],
        "?q=angst": ["Ångström"],
        "?q=sud%20cru": ["Cruz"],
        "?q=%2B46%208%20123": ["Berg"],
        "?q=08%20123%20456": ["Berg"],
        "?q=asa@nor": ["Ångström"],
        "?q=berg&status=won": [],
        "?q=%20-%20": [],
    }
    for query, expected in cases.items():
        assert await api.names(f"/leads{query}") == expected, query
        if "sort" not in query:
            counted = await api.data("GET", f"/leads/count{query}")
            assert counted == {"count": len(expected), "capped": False}, query
    assert sorted(await api.names("/leads?q=north")) == ["Berg", "Ångström"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=shoe", "sort=closeDate", "shoe=1", "custom.free=x", "stage=x", "createdFrom=soon", "minValue=much",
        "minScore=1.5", "state=lost", "state=deleted&status=new", "&".join(f"status={n}" for n in range(21)),
        "createdFrom=0001-01-01T00:00:00%2B14:00",
    ],
)  # fmt: skip
async def test_a_list_that_there_is_not_is_refused(api: Api, query: str) -> None:
    for path in ("/leads", "/leads/count", "/leads/export"):
        if not (path == "/leads/count" and query.startswith("sort")):
            assert await api.error("GET", f"{path}?{query}") == (400, "invalid_filter")


async def test_a_change_moves_a_lead_from_list_to_list(api: Api) -> None:
    (id,) = await api.names("/leads?q=berg", "_id")
    await api.data("PATCH", f"/leads/{id}", json={"status": "lost", "lastName": "Svensson", "tags": None})
    assert await api.names("/leads?q=svens") == ["Svensson"]
    assert await api.names("/leads?q=berg", "email") == ["berg@north.example"]  # by its address still
    assert await api.names("/leads?tag=vip") == ["Ångström"]
    assert await api.names("/leads?status=lost") == ["Svensson"]
    await api.data("DELETE", f"/leads/{id}")
    for query in ("q=svens", "status=lost", "email=berg@north.example"):
        assert await api.names(f"/leads?{query}") == []


async def test_views_are_ones_own_or_shared_and_narrow_the_list(api: Api) -> None:
    view = await api.data(
        "POST",
        "/leads/views",
        json={"name": "Open gold", "filters": {"status": ["open", "new"], "custom.plan": "gold"}, "sort": "createdAt"},
    )
    path = f"/leads?view={view['_id']}"
    assert await api.names(path) == ["Cruz", "Eriksen"]
    assert await api.names(f"{path}&status=new&sort=-name") == ["Eriksen"]
    assert await api.data("GET", f"/leads/count?view={view['_id']}") == {"count": 2, "capped": False}
    made = await api.data("POST", "/api-keys", json={"name": "other"})
    other = {"authorization": f"Bearer {made['token']}"}
    assert await api.data("GET", "/leads/views", headers=other) == []
    assert await api.error("GET", path, headers=other) == (404, "view_not_found")
    shared = await api.data("PATCH", f"/leads/views/{view['_id']}", json={"shared": True, "name": "Gold"})
    assert (shared["name"], shared["filters"]) == ("Gold", view["filters"])
    assert await api.data("GET", "/leads/views", headers=other) == [shared]
    assert await api.error("PATCH", f"/leads/views/{view['_id']}", json={"name": "x"}, headers=other) == (
        404,
        "view_not_found",
    )
    assert await api.error("GET", f"/contacts?view={view['_id']}") == (404, "view_not_found")
    wrong: dict[str, Any] = {"name": "x", "filters": {"shoe": "1"}}
    assert await api.error("POST", "/leads/views", json=wrong) == (400, "invalid_filter")
    await api.data("DELETE", f"/leads/views/{view['_id']}")
    assert await api.data("GET", "/leads/views") == []


async def test_a_list_is_exported_escaped_or_raw(api: Api) -> None:
    await api.make("leads", lastName="=1+1", firstName='"x", y', tags=["a", "b"], email="z@example.com")
    status, text = await api.text("GET", "/leads/export?format=csv&sort=name")
    assert (status, text[0]) == (200, "\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    assert [row["lastName"] for row in rows] == ["'=1+1", "Ångström", "Berg", "Cruz", "Dahl", "Eriksen"]
    assert rows[0]["firstName"] == '"x", y'
    assert rows[0]["tags"] == "a; b"
    assert (rows[1]["value.amount"], rows[1]["address.country"], rows[3]["custom.plan"]) == ("300", "SE", "gold")
    assert rows[2]["phone"] == "+46812345678"
    status, text = await api.text("GET", "/leads/export?format=csv_raw&q=z@")
    assert next(csv.DictReader(io.StringIO(text)))["lastName"] == "=1+1"
    _, text = await api.text("GET", "/leads/export?format=json&status=open&sort=createdAt")
    assert [lead["lastName"] for lead in json.loads(text)["data"]] == ["Berg", "Cruz"]
    _, text = await api.text("GET", "/contacts/export")
    assert json.loads(text) == {"success": True, "data": []}


async def test_an_export_goes_on_past_one_page_of_the_store(api: Api) -> None:
    items = [{"name": f"Account {n}"} for n in range(500)]
    for _ in range(2):
        await api.data("POST", "/accounts/bulk", json={"items": items})
    _, text = await api.text("GET", "/accounts/export")
    ids = [account["_id"] for account in json.loads(text)["data"]]
    assert len(ids) == len(set(ids)) == 1000
    assert await api.data("GET", "/accounts/count") == {"count": 1000, "capped": False}


async def test_a_field_declared_late_takes_in_the_records_that_are_there(api: Api) -> None:
    assert await api.error("GET", "/leads?custom.free=x") == (400, "invalid_filter")
    declared = await api.data("PUT", "/leads/fields/free", json={"type": "text", "filter": True})
    assert declared == {"key": "free", "label": "free", "type": "text", "choices": [], "filter": True, "custom": True,
                        "createdAt": declared["createdAt"]}  # fmt: skip
    deadline = asyncio.get_running_loop().time() + 60
    while await api.names("/leads?custom.free=x") != ["Eriksen"]:
        assert asyncio.get_running_loop().time() < deadline, "the index was not filled"
        await asyncio.sleep(0.1)
    stored = await api.hub.store[LEADS].of(api.company).find(eq={"facets": "custom.free:x"}, order=("createdAt",))
    assert [lead.seq for lead in stored.items] == [1]  # nothing happened to the record


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ({"type": "number"}, "12.5", 12.5),
        ({"type": "number"}, "dear", None),
        ({"type": "boolean"}, "yes", True),
        ({"type": "boolean"}, "perhaps", None),
        ({"type": "date"}, "2026-02-28", "2026-02-28"),
        ({"type": "date"}, "2026-02-30", None),
        ({"type": "choice", "choices": ["Gold", "Silver"]}, "GOLD", "Gold"),
        ({"type": "choice", "choices": ["Gold", "Silver"]}, "tin", None),
        ({"type": "choices", "choices": ["a", "b"]}, ["B", "a", "b"], ["b", "a"]),
        ({"type": "url"}, "a.example", "https://a.example"),
        ({"type": "url"}, "javascript:alert(1)", None),
        ({"type": "email"}, "A@Example.COM", "A@example.com"),
        ({"type": "text"}, 5, None),
    ],
)
async def test_declared_fields_hold_what_they_say(api: Api, field: dict[str, Any], value: Any, kept: Any) -> None:
    await api.data("PUT", "/deals/fields/x", json=field)
    status, body = await api.ask("POST", "/deals", json={"name": "D", "custom": {"x": value, "other": value}})
    if kept is None:
        assert (status, body["error"]["code"][:8]) == (400, "invalid_")
    else:
        assert body["data"]["custom"] == {"x": kept, "other": value}


async def test_fields_are_listed_and_taken_back_and_bad_ones_refused(api: Api) -> None:
    fields = {one["key"]: one for one in await api.data("GET", "/leads/fields")}
    assert fields["plan"]["choices"] == ["gold", "silver"]
    assert (fields["value"]["type"], fields["email"]["custom"]) == ("money", False)
    for wrong in ({"type": "choice"}, {"type": "text", "choices": ["a"]}, {"type": "choice", "choices": [" "]}):
        assert await api.error("PUT", "/leads/fields/y", json=wrong) == (400, "invalid_settings")
    assert await api.error("PUT", "/leads/fields/" + "y" * 65, json={"type": "text"}) == (400, "invalid_settings")
    assert await api.error("POST", "/leads", json={"lastName": "X", "custom": {"plan": "tin"}}) == (
        400,
        "invalid_custom_field",
    )
    await api.data("DELETE", "/leads/fields/plan")
    assert (await api.make("leads", lastName="X", custom={"plan": "tin"}))["custom"] == {"plan": "tin"}
    assert await api.error("DELETE", "/leads/fields/plan") == (404, "field_not_found")


EVERY: dict[str, Any] = {
    "q": "an", "email": "a" * 200 + "@x.example", "externalId": "e" * 200, "tag": [f"t{n}" for n in range(30)],
    "minValue": 1000.5, "minScore": 50, "state": "live", "createdFrom": "2026-01-01", "createdTo": "2099-01-01",
    "updatedFrom": "2026-01-01T00:00:00Z", "updatedTo": "2099-01-01", "status": ["a"] * 20, "source": "fair",
    "ownerId": "a" * 24, "country": ["SE", "ES"], "stage": "won", "industry": "Food", "accountId": "a" * 24,
    "contactId": "b" * 24, "custom.plan": ["gold", "silver"], "custom.hot": True,
}  # fmt: skip


async def test_whatever_a_list_takes_can_be_saved(api: Api) -> None:
    for type in TYPES.values():
        await _saved(api, type.plural)


async def _saved(api: Api, plural: str) -> None:
    for key, kind in (("plan", "text"), ("hot", "boolean")):
        await api.data("PUT", f"/{plural}/fields/{key}", json={"type": kind, "filter": True})
    taken = {}
    for name, value in EVERY.items():
        values = [str(one).lower() if isinstance(one, bool) else str(one) for one in _listed(value)]
        status, body = await api.ask("GET", f"/{plural}", params=[(name, one) for one in values])
        asked = {"name": name, "filters": {"tag": "", "q": None, name: value}}
        if status == 200:
            taken[name] = value
            view = await api.data("POST", f"/{plural}/views", json=asked)
            assert view["filters"].keys() == {name}
            assert _listed(view["filters"][name]) == values
            assert (await api.ask("GET", f"/{plural}?view={view['_id']}"))[1] == body
        else:
            assert await api.error("POST", f"/{plural}/views", json=asked) == (400, "invalid_filter")
    assert {"q", "email", "tag", "minScore", "custom.plan", "custom.hot", "createdFrom"} <= taken.keys()
    assert (await api.data("POST", f"/{plural}/views", json={"name": "all", "filters": taken}))["filters"]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
