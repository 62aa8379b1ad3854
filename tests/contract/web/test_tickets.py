"""Stream tickets, on an application of the test's own with a real event stream, and on the hub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import Response, StreamingResponse

import leadbridge.server
from leadbridge.asgi import build_api
from leadbridge.kit.clock import SystemClock
from leadbridge.tenancy.model import DIRECTORY
from leadbridge.web.caller import Caller
from leadbridge.web.rights import Right, needs_to_stream
from leadbridge.web.routing import ApiRoute
from leadbridge.web.tickets import TICKET, StreamCallerDep
from tests.support.hub_in_process import HubUnderTest, running_hub

STREAM = "/api/v1/things/674085f0c2a1b94d3e5f6071/events"
streams = APIRouter(route_class=ApiRoute)


@streams.get("/api/v1/things/{id}/events")
async def events(id: str, caller: StreamCallerDep) -> Response:
    async def pieces() -> AsyncIterator[str]:
        yield f"data: {id} for {caller.company_id} and {caller.user_id}\n\n"
        await asyncio.sleep(0)
        yield "event: end\ndata: {}\n\n"

    return StreamingResponse(pieces(), media_type="text/event-stream")


@streams.get("/api/v1/guarded/{id}/events")
async def guarded(id: str, caller: Annotated[Caller, needs_to_stream(Right.RUNS_READ)]) -> Response:
    return Response(f"data: {id} for {caller.user_id}\n\n", media_type="text/event-stream")


@pytest.fixture
async def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HubUnderTest]:
    def with_streams(hub: Any, **more: Any) -> FastAPI:
        app = build_api(hub, **more)
        app.include_router(streams)
        return app

    monkeypatch.setattr(leadbridge.server, "build_app", with_streams)
    async with running_hub(tmp_path / "hub") as running:
        yield running


async def ticket(hub: HubUnderTest, path: str = STREAM) -> str:
    made = await hub.ask("POST", "/events/tickets", json={"path": path})
    assert made.status == 201
    text: str = made.data["ticket"]
    return text


async def opened(hub: HubUnderTest, path: str = STREAM, **more: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(hub.base + path, **more) as answer:
        return answer.status, await answer.text()


async def test_a_ticket_opens_its_stream_once(hub: HubUnderTest) -> None:
    text = await ticket(hub)
    status, body = await opened(hub, params={"ticket": text})
    assert status == 200
    assert f"for {hub.company_id} and" in body
    assert "event: end" in body
    status, body = await opened(hub, params={"ticket": text})
    assert status == 401
    assert "ticket_refused" in body


async def test_of_many_at_once_one_opens(hub: HubUnderTest) -> None:
    text = await ticket(hub)
    answers = await asyncio.gather(*(opened(hub, params={"ticket": text}) for _ in range(12)))
    assert sorted(status for status, _ in answers) == [200] + [401] * 11


async def test_a_ticket_opens_no_other_stream_and_is_used_up_by_the_attempt(hub: HubUnderTest) -> None:
    text = await ticket(hub)
    assert (await opened(hub, STREAM.replace("6071", "6072"), params={"ticket": text}))[0] == 401
    assert (await opened(hub, params={"ticket": text}))[0] == 401


@pytest.mark.parametrize("text", ["", "lbt_unknown", "x" * 101])
async def test_what_is_no_ticket_opens_nothing(hub: HubUnderTest, text: str) -> None:
    assert (await opened(hub, params={"ticket": text}))[0] in (400, 401)


async def test_a_ticket_lasts_thirty_seconds(hub: HubUnderTest) -> None:
    text = await ticket(hub)
    [entry] = (await hub.hub.store[DIRECTORY].across_companies().find(eq={"what": TICKET}, order=["expiresAt"])).items
    assert text not in entry.model_dump_json()
    assert entry.expires_at is not None
    left = (entry.expires_at - SystemClock().now()).total_seconds()
    assert 25 < left <= 30

    class Later(SystemClock):
        def now(self) -> Any:
            assert entry.expires_at is not None
            return entry.expires_at

    hub.hub.tickets._clock = Later()
    assert (await opened(hub, params={"ticket": text}))[0] == 401


async def test_with_a_header_no_ticket_is_needed(hub: HubUnderTest) -> None:
    assert (await opened(hub, headers={"authorization": f"Bearer {hub.token}"}))[0] == 200
    assert (await opened(hub))[0] == 401


async def test_a_ticket_is_no_bearer_token_and_a_bearer_token_no_ticket(hub: HubUnderTest) -> None:
    text = await ticket(hub)
    assert (await hub.ask("GET", "/leads", token=text)).status == 401
    assert (await opened(hub, params={"ticket": hub.token}))[0] == 401


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/api/v1/leads",
        "https://evil.example/api/v1/x/events",
        f"{STREAM}?x=1",
        "/api/v1/../x/events",
        "/events",
        f"{STREAM}\n",
    ],
)
async def test_a_ticket_is_for_a_streams_path_only(hub: HubUnderTest, path: str) -> None:
    answer = await hub.ask("POST", "/events/tickets", json={"path": path})
    assert (answer.status, answer.code) == (400, "invalid_stream_path")


async def test_unused_tickets_are_swept(hub: HubUnderTest) -> None:
    await ticket(hub)
    assert await hub.hub.tickets.sweep() == 0

    class Later(SystemClock):
        def now(self) -> Any:
            return super().now().replace(year=super().now().year + 1)

    hub.hub.tickets._clock = Later()
    assert await hub.hub.tickets.sweep() == 1


async def test_a_ticket_can_do_what_the_key_can_that_asked_for_it_and_ends_with_it(hub: HubUnderTest) -> None:
    path = "/api/v1/guarded/" + "0" * 24 + "/events"

    async def key(*rights: str) -> Any:
        return (await hub.ask("POST", "/auth/tokens", json={"name": "k", "rights": list(rights)})).data

    async def asked(made: Any) -> str:
        answer = await hub.ask("POST", "/events/tickets", token=made["token"], json={"path": path})
        text: str = answer.data["ticket"]
        return text

    reader, other = await key("runs.read"), await key("leads.read")
    assert (await opened(hub, path, params={"ticket": await asked(reader)}))[0] == 200
    assert (await opened(hub, path, params={"ticket": await asked(other)}))[0] == 403
    assert (await opened(hub, path, headers={"authorization": f"Bearer {other['token']}"}))[0] == 403
    text = await asked(reader)
    await hub.ask("DELETE", f"/auth/tokens/{reader['_id']}")
    assert (await opened(hub, path, params={"ticket": text}))[0] == 401
