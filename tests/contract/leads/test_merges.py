"""Two records become one and two again: fields, ids, and everything that refers to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from leadbridge.leads.following import KIND
from leadbridge.leads.forms.model import SUBMISSIONS, Submission
from leadbridge.storage.batch import WriteBatch
from leadbridge.sync.core.values import Intent, LinkState
from leadbridge.sync.model import LINKS, Link, ours_key, theirs_key
from leadbridge.work.model import TASKS
from tests.contract.leads.serving import Api, served

ON_BOTH = ["sqlite", pytest.param("mongodb", marks=pytest.mark.mongodb)]
PATIENCE = 60.0
ONE, TWO = "c" * 24, "d" * 24


@pytest.fixture
async def api(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Api]:
    async with served(tmp_path, getattr(request, "param", "sqlite")) as api:
        yield api


async def until(told: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await told():  # noqa: ASYNC110  # the store is asked
            await asyncio.sleep(0.05)


async def followed(api: Api) -> None:
    """Return when nothing is left to follow."""

    async def quiet() -> bool:
        tasks = (await api.hub.store[TASKS].of(api.company).find(limit=200)).items
        return not [task for task in tasks if task.kind == KIND]

    await until(quiet)


def link(api: Api, lead_id: str, connection: str, crm_id: str, intent: Intent | None = None) -> Link:
    return Link(
        id=api.hub.ids(),
        company_id=api.company,
        subjects=(lead_id,),
        connection_id=connection,
        object="contacts",
        kind="lead",
        record_id=lead_id,
        crm_id=crm_id,
        state=LinkState.ACTIVE,
        ours_key=ours_key(connection, "contacts", lead_id),
        theirs_key=theirs_key(connection, "contacts", crm_id),
        intent=intent,
    )


async def links(api: Api) -> dict[str, str]:
    """Return each CRM record with the record of ours it is linked to."""
    found = (await api.hub.store[LINKS].of(api.company).find(limit=50)).items
    assert all(one.ours_key == ours_key(one.connection_id, one.object, one.record_id) for one in found)
    return {one.crm_id or "": one.record_id for one in found}


def unmerged(plural: str, id: str, other: str) -> tuple[str, str, dict[str, Any]]:
    return "POST", f"/{plural}/{id}/unmerge", {"otherId": other}


@pytest.mark.parametrize("api", ON_BOTH, indirect=True)
async def test_a_merge_is_taken_apart(api: Api) -> None:
    a = await api.make("leads", lastName="Ruiz", email="ana@example.com", externalId="a", tags=["x"], status="new")
    b = await api.make("leads", lastName="Ruis", phone="+34612345678", externalId="b", tags=["y"], title="CEO")
    c = await api.make("leads", lastName="R", externalId="c", company="Ejemplo")
    b_whole = await api.data("POST", "/leads/b/merge", json={"otherId": "c"})
    await api.data("POST", "/leads/a/merge", json={"otherId": "b", "take": ["lastName", "externalId"]})
    assert (await api.data("GET", "/leads/a"))["externalId"] == "b"
    await api.data("PATCH", "/leads/a", json={"title": "CTO"})
    method, path, body = unmerged("leads", a["_id"], c["_id"])
    assert await api.error(method, path, json=body) == (409, "cannot_unmerge"), "it came in with b"
    method, path, body = unmerged("leads", a["_id"], b["_id"])
    first, second = await api.data(method, path, json=body)
    kept = {name: value for name, value in a.items() if name != "updatedAt"}
    assert first.items() >= (kept | {"title": "CTO"}).items(), "what was changed since stays"
    assert "phone" not in first
    assert {name: value for name, value in second.items() if name != "updatedAt"} == {
        name: value for name, value in b_whole.items() if name != "updatedAt"
    }
    for id, lead in (("a", a), ("b", b), ("c", b), (c["_id"], b)):
        assert (await api.data("GET", f"/leads/{id}"))["_id"] == lead["_id"]
    assert await api.error(method, path, json=body) == (409, "cannot_unmerge"), "once"
    kinds = [(event["type"], event.get("otherId")) for event in await api.data("GET", f"/leads/{b['_id']}/timeline")]
    assert kinds[0] == ("lead.restored", a["_id"])
    _, third = await api.data("POST", f"/leads/{b['_id']}/unmerge", json={"otherId": c["_id"]})
    assert (third["_id"], third["externalId"]) == (c["_id"], "c")
    assert sorted(await api.names("/leads", "_id")) == sorted([a["_id"], b["_id"], c["_id"]])


@pytest.mark.parametrize("api", ON_BOTH, indirect=True)
async def test_what_refers_to_a_record_follows_it_and_comes_back(api: Api) -> None:
    one, two = await api.make("accounts", name="Acme"), await api.make("accounts", name="Acme Inc")
    person = await api.make("contacts", lastName="Lee", accountId=two["_id"])
    gone = await api.make("contacts", lastName="Poe", accountId=two["_id"])
    await api.data("DELETE", f"/contacts/{gone['_id']}")
    deals = [await api.make("deals", name=f"Line {n}", accountId=two["_id"]) for n in range(3)]
    own = await api.make("deals", name="Own", accountId=one["_id"])
    await api.data("POST", f"/accounts/{one['_id']}/merge", json={"otherId": two["_id"]})
    await followed(api)
    assert sorted(await api.names(f"/deals?accountId={one['_id']}", "name")) == ["Line 0", "Line 1", "Line 2", "Own"]
    assert await api.names(f"/contacts?accountId={one['_id']}", "_id") == [person["_id"]]
    assert await api.names(f"/deals?accountId={two['_id']}", "_id") == []
    back = await api.data("POST", f"/contacts/{gone['_id']}/restore")
    assert back["accountId"] == one["_id"], "one that was deleted meanwhile follows when it is restored"
    other = await api.make("accounts", name="Bolt")
    await api.data("PATCH", f"/deals/{deals[0]['_id']}", json={"accountId": other["_id"]})
    await api.data("POST", f"/accounts/{one['_id']}/unmerge", json={"otherId": two["_id"]})
    await followed(api)
    assert sorted(await api.names(f"/deals?accountId={two['_id']}", "name")) == ["Line 1", "Line 2"]
    assert await api.names(f"/deals?accountId={one['_id']}", "_id") == [own["_id"]]
    assert await api.names(f"/deals?accountId={other['_id']}", "name") == ["Line 0"], "changed since: it stays"
    assert await api.names(f"/contacts?accountId={two['_id']}", "_id") == [person["_id"]]


async def test_many_references_follow_in_several_steps(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadbridge.leads.following.STEP", 2)
    one, two = await api.make("contacts", lastName="Lee"), await api.make("contacts", lastName="Li")
    for n in range(7):
        await api.make("deals", name=f"Line {n}", contactId=two["_id"])
    await api.data("POST", f"/contacts/{one['_id']}/merge", json={"otherId": two["_id"]})
    await followed(api)
    assert len(await api.names(f"/deals?contactId={one['_id']}", "_id")) == 7
    await api.data("POST", f"/contacts/{one['_id']}/unmerge", json={"otherId": two["_id"]})
    await followed(api)
    assert len(await api.names(f"/deals?contactId={two['_id']}", "_id")) == 7


async def test_links_and_forms_follow_a_lead_and_come_back(api: Api) -> None:
    one, two = await api.make("leads", lastName="Lee"), await api.make("leads", lastName="Li")
    field = {"name": "mail", "label": "Mail", "type": "email", "to": "email"}
    form = await api.data("POST", "/forms", json={"name": "F", "fields": [field]})
    hub = api.hub
    sent = Submission(
        id=hub.ids(), company_id=api.company, subjects=(two["_id"],), form_id=form["_id"], form_name="F",
        lead_id=two["_id"], created=True, at=hub.clock.now(), seq=1, data={"mail": "l@x.example"}, spam_score=0,
    )  # fmt: skip
    intent = Intent("i", (), "", 0)
    busy = link(api, two["_id"], TWO, "201", intent)
    batch = WriteBatch().insert(SUBMISSIONS, sent).insert(LINKS, busy)
    for held in (link(api, one["_id"], ONE, "101"), link(api, two["_id"], ONE, "102")):
        batch.insert(LINKS, held)
    await hub.store.write(batch)
    await api.data("POST", f"/leads/{one['_id']}/merge", json={"otherId": two["_id"]})

    async def waits() -> bool:
        tasks = (await hub.store[TASKS].of(api.company).find(limit=50)).items
        return any(task.kind == KIND and task.due_at > task.first_due_at for task in tasks)

    await until(waits)  # a push is under way
    assert (await links(api))["201"] == two["_id"]
    stored = await hub.store[LINKS].of(api.company).get(busy.id)
    assert stored is not None
    settled = WriteBatch().patch(LINKS, api.company, busy.id, values={}, unset=("intent",), rev=stored.rev)
    await hub.store.write(settled)
    await followed(api)
    assert await links(api) == {"101": one["_id"], "102": two["_id"], "201": one["_id"]}, "each CRM record has one"
    (shown,) = await api.data("GET", f"/forms/{form['_id']}/submissions")
    assert shown["leadId"] == one["_id"]
    await api.data("POST", f"/leads/{one['_id']}/unmerge", json={"otherId": two["_id"]})
    await followed(api)
    assert await links(api) == {"101": one["_id"], "102": two["_id"], "201": two["_id"]}
    (shown,) = await api.data("GET", f"/forms/{form['_id']}/submissions")
    assert shown["leadId"] == two["_id"]
