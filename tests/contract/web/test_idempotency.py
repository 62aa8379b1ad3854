"""``Idempotency-Key`` over real HTTP, and across processes that share a store."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from leadbridge.kit.clock import ManualClock
from leadbridge.kit.ids import object_ids
from leadbridge.security.keys import LocalKeyProvider
from leadbridge.security.model import DATA_KEYS
from leadbridge.security.vault import Vault
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Store
from leadbridge.web.idempotency import (
    KEPT,
    LEASE_SECONDS,
    AnswerNotKept,
    Claim,
    Idempotency,
    InProgress,
    Kept,
    KeyReused,
    Question,
)
from leadbridge.web.model import ANSWERS
from tests.support.hub_in_process import HubUnderTest, running_hub

COMPANY, USER, OTHER = "a" * 24, "b" * 24, "c" * 24
CANARY = "Canary-Ruiz-77"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path / "hub") as running:
        yield running


async def send(
    hub: HubUnderTest, method: str, path: str, key: str | None = None, **more: Any
) -> tuple[int, dict[str, str], Any]:
    headers = {"authorization": f"Bearer {hub.token}"} | more.pop("headers", {})
    if key is not None:
        headers["idempotency-key"] = key
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{hub.base}/api/v1{path}", headers=headers, **more) as answer,
    ):
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, await answer.json()


async def test_a_repeated_create_makes_one_lead_and_gives_the_same_answer(hub: HubUnderTest) -> None:
    first = await send(hub, "POST", "/leads", "k-1", json={"email": "ana@example.com"})
    second = await send(hub, "POST", "/leads", "k-1", json={"email": "ana@example.com"})
    assert (first[0], second[0]) == (201, 201)
    assert first[2] == second[2]
    assert "idempotent-replayed" not in first[1]
    assert second[1]["idempotent-replayed"] == "true"
    assert first[1]["x-request-id"] != second[1]["x-request-id"]
    assert len((await hub.ask("GET", "/leads")).data) == 1


@pytest.mark.parametrize(
    ("path", "json"), [("/leads", {"email": "b@example.com"}), ("/leads?x=1", {"email": "ana@example.com"})]
)
async def test_the_same_key_with_another_request_is_refused(hub: HubUnderTest, path: str, json: Any) -> None:
    await send(hub, "POST", "/leads", "k-1", json={"email": "ana@example.com"})
    status, _, body = await send(hub, "POST", path, "k-1", json=json)
    assert (status, body["error"]["code"]) == (422, "idempotency_key_reused")
    assert len((await hub.ask("GET", "/leads")).data) == 1


async def test_a_key_belongs_to_a_method_and_a_path(hub: HubUnderTest) -> None:
    _, _, made = await send(hub, "POST", "/leads", "k-1", json={"email": "ana@example.com"})
    id = made["data"]["_id"]
    status, headers, _ = await send(hub, "PATCH", f"/leads/{id}", "k-1", json={"email": "ana@example.com"})
    assert (status, "idempotent-replayed" in headers) == (200, False)


async def test_a_refusal_is_repeated_too_and_a_missing_body_as_well(hub: HubUnderTest) -> None:
    first = await send(hub, "POST", "/leads", "k-1", json={"email": "nonsense"})
    await hub.leads({"email": "x@example.com"})
    second = await send(hub, "POST", "/leads", "k-1", json={"email": "nonsense"})
    assert first[0] == second[0] == 400
    assert second[1]["idempotent-replayed"] == "true"
    for _ in range(2):
        status, headers, body = await send(hub, "POST", "/leads", "k-2")
        assert (status, body["error"]["code"]) == (400, "invalid_request")
    assert headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 256, "ä", "tab\there"])
async def test_a_key_of_another_form_is_refused(hub: HubUnderTest, key: str) -> None:
    status, _, _ = await send(hub, "POST", "/leads", key, json={"email": "ana@example.com"})
    assert status == 400
    assert (await hub.ask("GET", "/leads")).data == []


async def test_requests_at_the_same_time_run_once(tmp_path: Path) -> None:
    """Two hubs on one database, each asked several times at once with one key: one lead, and no other answer."""
    shared: dict[str, Any] = {
        "database_url": f"sqlite:///{tmp_path / 'shared.db'}",
        "master_key_file": tmp_path / "key",
    }
    async with running_hub(tmp_path / "a", **shared) as one, running_hub(tmp_path / "b", **shared) as two:
        for number in range(6):
            body = {"email": f"p{number}@example.com"}
            asked = [send(hub, "POST", "/leads", f"k-{number}", json=body) for hub in (one, two) * 4]
            answers = await asyncio.gather(*asked)
            done = [answer for answer in answers if answer[0] == 201]
            waiting = [answer for answer in answers if answer[0] == 409]
            assert len(done) + len(waiting) == 8
            assert len({answer[2]["data"]["_id"] for answer in done}) == 1
            assert sum("idempotent-replayed" not in answer[1] for answer in done) == 1
            assert all(answer[2]["error"]["code"] == "idempotency_in_progress" for answer in waiting)
            assert all(int(answer[1]["retry-after"]) >= 1 for answer in waiting)
        assert len((await one.ask("GET", "/leads")).data) == 6


async def test_an_upload_is_repeated_although_its_boundary_differs(hub: HubUnderTest) -> None:
    def form(content: bytes) -> aiohttp.FormData:
        data = aiohttp.FormData()
        data.add_field("file", content, filename="leads.csv", content_type="text/csv")
        return data

    csv = b"First Name,Email\nAna,ana@example.com\n"
    first = await send(hub, "POST", "/leads/imports", "k-1", data=form(csv))
    second = await send(hub, "POST", "/leads/imports", "k-1", data=form(csv))
    assert (first[0], second[1].get("idempotent-replayed")) == (201, "true")
    assert first[2] == second[2]
    other = await send(hub, "POST", "/leads/imports", "k-1", data=form(csv.replace(b"Ana", b"Eva")))
    assert other[0] == 422
    assert len((await hub.ask("GET", "/leads/imports")).data) == 1


async def test_what_is_shown_once_is_not_shown_again(hub: HubUnderTest) -> None:
    path = "/api/v1/runs/674085f0c2a1b94d3e5f6071/events"
    _, _, first = await send(hub, "POST", "/events/tickets", "k-1", json={"path": path})
    _, headers, second = await send(hub, "POST", "/events/tickets", "k-1", json={"path": path})
    assert headers["idempotent-replayed"] == "true"
    assert first["data"]["ticket"].startswith("lbt_")
    assert "secretShown" not in first["data"]
    assert second["data"] == {
        "path": path,
        "expiresAt": first["data"]["expiresAt"],
        "expiresInSeconds": 30,
        "secretShown": True,
    }


async def test_a_cookie_is_not_given_to_the_next_caller(hub: HubUnderTest) -> None:
    first = await send(hub, "POST", "/crm-integration/oauth/init", "k-1", json={"provider": "hubspot"})
    second = await send(hub, "POST", "/crm-integration/oauth/init", "k-1", json={"provider": "hubspot"})
    assert "set-cookie" in first[1]
    assert second[1]["idempotent-replayed"] == "true"
    assert "set-cookie" not in second[1]


async def test_an_answer_is_sealed_in_the_store_and_names_its_subjects(hub: HubUnderTest) -> None:
    _, _, made = await send(hub, "POST", "/leads", "k-1", json={"lastName": CANARY})
    [stored] = (await hub.hub.store[ANSWERS].of(hub.company_id).find()).items
    assert stored.answer is not None
    assert stored.kid == stored.answer.kid
    assert stored.subjects == (made["data"]["_id"],)
    assert CANARY not in stored.model_dump_json()


async def test_a_token_that_is_not_known_claims_nothing(hub: HubUnderTest) -> None:
    wrong = {"authorization": "Bearer wrong"}
    assert (await send(hub, "POST", "/leads", "k-1", json={}, headers=wrong))[0] == 401
    assert (await hub.hub.store[ANSWERS].across_companies().find()).items == []


async def test_a_fault_of_ours_is_not_repeated(hub: HubUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(type(hub.hub.leads), "create", broken)
        assert (await send(hub, "POST", "/leads", "k-1", json={"email": "ana@example.com"}))[0] == 500
    status, headers, _ = await send(hub, "POST", "/leads", "k-1", json={"email": "ana@example.com"})
    assert (status, "idempotent-replayed" in headers) == (201, False)


class World:
    """One store, and the services of several processes on it, under a clock that the test moves."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.ids = object_ids(self.clock, random.Random(1))
        self.store = Store(MemoryEngine(), self.clock, self.ids, random.Random(2))

    def process(self) -> Idempotency:
        vault = Vault(self.store, LocalKeyProvider(bytes(32)), self.clock, self.ids)
        return Idempotency(self.store, self.clock, self.ids, vault)


@pytest.fixture
async def world() -> World:
    world = World()
    await world.store.start([ANSWERS, DATA_KEYS])
    return world


def question(key: str = "k", fingerprint: str = "f", user: str = USER, company: str = COMPANY) -> Question:
    return Question(company, user, "POST", "/api/v1/leads", key, fingerprint)


ANSWER = Kept(201, (("content-type", "application/json"),), b'{"success":true}')


async def claimed(service: Idempotency, asked: Question) -> Claim:
    found = await service.begin(asked)
    assert isinstance(found, Claim)
    return found


async def test_the_key_of_a_process_that_died_is_taken_over_when_its_claim_ends(world: World) -> None:
    dead, alive = world.process(), world.process()
    lost = await claimed(dead, question())
    world.clock.advance(LEASE_SECONDS - 1)
    with pytest.raises(InProgress) as caught:
        await alive.begin(question())
    assert caught.value.headers["retry-after"] == "1"
    world.clock.advance(1)
    held = await claimed(alive, question())
    await dead.finish(lost, 500, None)  # it was only paused: what it says counts no more
    await dead.release(lost)
    assert not await dead.renew(lost)
    await alive.finish(held, 201, ANSWER)
    assert await dead.begin(question()) == ANSWER


async def test_a_claim_that_is_renewed_is_not_taken_over(world: World) -> None:
    service = world.process()
    claim = await claimed(service, question())
    for _ in range(5):
        world.clock.advance(LEASE_SECONDS / 3)
        assert await service.renew(claim)
    with pytest.raises(InProgress):
        await world.process().begin(question())


async def test_an_answer_is_kept_for_a_day_and_then_swept(world: World) -> None:
    service = world.process()
    await service.finish(await claimed(service, question()), 201, ANSWER)
    world.clock.advance(KEPT.total_seconds() - 1)
    assert await service.begin(question()) == ANSWER
    assert await service.sweep() == 0
    world.clock.advance(1)
    claim = await claimed(service, question(fingerprint="another"))
    await service.release(claim)
    await service.finish(await claimed(service, question()), 201, ANSWER)
    world.clock.advance(KEPT.total_seconds() + 1)
    assert await service.sweep() == 1
    assert (await world.store[ANSWERS].across_companies().find()).items == []


async def test_a_key_means_nothing_to_another_user_or_company(world: World) -> None:
    service = world.process()
    await service.finish(await claimed(service, question()), 201, ANSWER)
    await claimed(service, question(user=OTHER))
    await claimed(service, question(company=OTHER))
    with pytest.raises(KeyReused):
        await service.begin(question(fingerprint="g"))


async def test_a_released_key_runs_again(world: World) -> None:
    service = world.process()
    await service.release(await claimed(service, question()))
    await claimed(service, question(fingerprint="another"))


async def test_an_answer_too_long_to_be_kept_is_told_and_the_work_not_done_again(world: World) -> None:
    service = world.process()
    noise = random.Random(3).randbytes(300_000)
    await service.finish(await claimed(service, question()), 201, Kept(201, (), noise))
    with pytest.raises(AnswerNotKept, match="status 201"):
        await service.begin(question())


async def test_of_many_at_once_one_claims(world: World) -> None:
    found = await asyncio.gather(*(world.process().begin(question()) for _ in range(30)), return_exceptions=True)
    assert sum(isinstance(one, Claim) for one in found) == 1
    assert sum(isinstance(one, InProgress) for one in found) == 29


async def test_a_lost_right_ends_the_repetition_too(hub: HubUnderTest) -> None:
    """The right is asked for at each repetition: a stored answer is not for somebody who may no longer ask."""
    made = await hub.ask("POST", "/auth/tokens", json={"name": "writer", "rights": ["leads.write"]})
    keyed: dict[str, Any] = {"json": {"lastName": "Kept"}, "headers": {"idempotency-key": "before-the-change"}}
    first = await hub.ask("POST", "/leads", token=made.data["token"], **keyed)
    assert first.status == 201
    assert (await hub.ask("POST", "/leads", **keyed)).body == first.body  # the same user, with the other key
    reader = await hub.ask("POST", "/auth/tokens", json={"name": "reader", "rights": ["leads.read"]})
    refused = await hub.ask("POST", "/leads", token=reader.data["token"], **keyed)
    assert (refused.status, refused.code) == (403, "forbidden")
