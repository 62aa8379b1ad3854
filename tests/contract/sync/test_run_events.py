"""A run's progress by server-sent events: to its end, taken up again, refused to others, ended with the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.tenancy.conftest import another_company, key_of, member
from tests.support.hub_in_process import HubUnderTest, running_hub
from tests.support.sandbox import SandboxProcess

AT_ONCE = {"prefer": "respond-async"}


@dataclass(frozen=True)
class Told:
    name: str
    id: str
    data: Any


async def events(answer: aiohttp.ClientResponse) -> AsyncIterator[Told]:
    """Yield the events of a stream until it ends; comments and the retry line are passed over."""
    fields: dict[str, str] = {}
    async for raw in answer.content:
        line = raw.decode().rstrip("\n")
        name, _, value = line.partition(":")
        if not line and "data" in fields:
            yield Told(fields["event"], fields["id"], json.loads(fields["data"]))
            fields = {}
        elif name:
            fields[name] = value.strip()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=110)) as made:
        yield made


def person(number: int) -> dict[str, Any]:
    return {"email": f"p{number}@example.com", "lastName": "Example"}


async def begun(hub: HubUnderTest, count: int) -> str:
    """Begin the push of some leads, of which the last does not exist, and return the run's id."""
    ids = await hub.leads(*(person(number) for number in range(count)))
    body = {"leadIds": [*ids, "nobody"]}
    answer = await hub.ask("POST", "/crm-integration/sync-leads", json=body, headers=AT_ONCE)
    id: str = answer.data["run"]["_id"]
    return id


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} | {name.replace("_", "-"): value for name, value in more.items()}


async def test_a_stream_tells_each_step_and_ends_with_the_run(
    hub: HubUnderTest, session: aiohttp.ClientSession
) -> None:
    await hub.hub.worker.stop()
    run = await begun(hub, 3)
    url = f"{hub.base}/api/v1/runs/{run}/events"
    async with session.get(url, headers=bearer(hub.token)) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        told = events(answer)
        first = await anext(told)
        assert (first.name, first.data["status"], first.data["counts"]["read"]) == ("progress", "waiting", 1)
        assert hub.hub.streams.open == 1
        hub.hub.worker.start()
        rest = [one async for one in told]
    last = rest[-1]
    assert (last.name, last.data["status"]) == ("end", "done")
    assert (last.data["counts"]["created"], last.data["counts"]["failed"]) == (3, 1)
    seen = [first, *rest]
    assert [one.name for one in seen] == ["progress"] * (len(seen) - 1) + ["end"]
    reads = [one.data["counts"]["read"] for one in seen]
    assert reads == sorted(reads)
    assert len({one.id for one in seen}) == len(seen)

    shown = (await hub.ask("GET", f"/runs/{run}")).data
    assert {name: shown[name] for name in last.data} == last.data
    async with session.get(url, headers=bearer(hub.token, last_event_id=last.id)) as known:
        assert known.status == 204, "a browser then stops asking"
    async with session.get(url, headers=bearer(hub.token, last_event_id=first.id)) as later:
        assert [one async for one in events(later)] == [last]


async def test_a_stream_that_is_taken_up_again_begins_with_what_is_new(
    hub: HubUnderTest, session: aiohttp.ClientSession
) -> None:
    await hub.hub.worker.stop()
    run = await begun(hub, 2)
    path = f"/api/v1/runs/{run}/events"
    ticket = (await hub.ask("POST", "/events/tickets", json={"path": path})).data["ticket"]
    async with session.get(f"{hub.base}{path}", params={"ticket": ticket}) as answer:
        first = await anext(events(answer))
    async with session.get(f"{hub.base}{path}", params={"ticket": ticket}) as used:
        assert used.status == 401
    async with session.get(f"{hub.base}{path}", headers=bearer(hub.token, last_event_id=first.id)) as again:
        assert again.status == 200
        hub.hub.worker.start()
        told = [one async for one in events(again)]
    assert first.id not in {one.id for one in told}
    assert told[-1].name == "end"


async def test_a_run_of_another_company_has_no_stream(hub: HubUnderTest, session: aiohttp.ClientSession) -> None:
    run = await begun(hub, 1)
    other = await another_company(hub)
    token = await key_of(hub, await member(hub, "o@example.com", company=other))
    for id in (run, "f" * 24):
        async with session.get(f"{hub.base}/api/v1/runs/{id}/events", headers=bearer(token)) as answer:
            assert answer.status == 404
            assert (await answer.json())["error"]["code"] == "run_not_found"


async def test_a_server_that_stops_ends_its_streams(
    tmp_path: Path, sandbox: SandboxProcess, session: aiohttp.ClientSession
) -> None:
    async with running_hub(tmp_path / "stopping", sandbox) as hub:
        await hub.connect()
        await hub.hub.worker.stop()
        run = await begun(hub, 1)
        answer = await session.get(f"{hub.base}/api/v1/runs/{run}/events", headers=bearer(hub.token))
        told = events(answer)
        assert (await anext(told)).name == "progress"
        reading = asyncio.create_task(anext(told, None))
    # a stream that the server had to cut would fail here
    assert await reading is None
    answer.close()
