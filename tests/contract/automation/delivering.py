"""A hub that delivers, and a receiver on a real socket whose answers a test sets."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from leadbridge.app import Hub, build_hub
from leadbridge.automation.delivery.endpoints import Issued
from leadbridge.automation.delivery.lanes import lane_form
from leadbridge.automation.delivery.model import (
    ENDPOINTS,
    EXECUTIONS,
    SETTLED,
    Attempt,
    Endpoint,
    Execution,
    OwnerKind,
)
from leadbridge.automation.delivery.starting import Start
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus, RunBy, Trigger
from leadbridge.security.secret import Secret
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.engine import Engine
from leadbridge.storage.memory import MemoryEngine
from leadbridge.work.worker import WorkerForm
from tests.support.hub_in_process import settings_for

ACME = "a" * 24
QUICK = (0.05, 0.05)
"""A schedule for tests that wait for a next try."""
SLOW = (600.0, 600.0)
"""A schedule for tests that look at what the next try would be."""
BODY = '{"type":"lead.created","id":"eeeeeeeeeeeeeeeeeeeeeeee","data":{"lead":{"email":"ada@example.com"}}}'
DEADLINE = 90.0


@dataclass(frozen=True)
class Received:
    """One request. Header names are lower-case; ``at`` is this process's monotonic time."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        """The message's id."""
        return self.headers["webhook-id"]


@dataclass
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b"Accepted"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    after: asyncio.Event | None = None
    """What is waited for before the answer."""
    drop: bool = False
    """Whether the connection is closed instead."""
    raw: bytes | None = None
    """What is written to the connection, byte for byte, before it is closed instead."""


class Receiving:
    """A receiver: ``answers`` by path (or "" for any) are used up one after the other, the last one stays."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.answers: dict[str, list[Reply]] = {"": [Reply()]}
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(Received(request.path, headers, body, time.monotonic()))
        queue = self.answers.get(request.path) or self.answers[""]
        reply = queue.pop(0) if len(queue) > 1 else queue[0]
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.after is not None:
            await reply.after.wait()
        if reply.raw is not None:
            assert request.transport is not None
            request.transport.write(reply.raw)
            request.transport.close()
        if reply.drop:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(
            status=reply.status, body=reply.body, headers={"content-type": "text/plain", **reply.headers}
        )

    def of(self, execution_id: str) -> list[Received]:
        """Return the requests of one execution."""
        return [one for one in self.requests if one.id == execution_id]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiving]:
    """Run a receiver for the length of a ``with`` block."""
    receiver = Receiving()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", receiver.handle)
    async with TestServer(app) as server:
        receiver.url = f"http://127.0.0.1:{server.port}"
        yield receiver


@dataclass(frozen=True)
class Target:
    """An automation with its endpoint."""

    automation_id: str
    endpoint: Endpoint
    secret: str


class Yard:
    """A hub without its API, and what tests do with its deliveries."""

    def __init__(self, hub: Hub, receiver: Receiving) -> None:
        self.hub, self.receiver = hub, receiver

    async def target(
        self,
        path: str = "/hook",
        *,
        url: str | None = None,
        company: str = ACME,
        key: str | None = None,
        **settings: Any,
    ) -> Target:
        """Make an active automation that delivers to ``path`` of the receiver; ``settings`` are the endpoint's."""
        hub, now, automation_id = self.hub, self.hub.clock.now(), self.hub.ids()
        address = url or self.receiver.url + path
        made = WriteBatch()
        issued = await hub.endpoints.make_endpoint(
            made,
            company,
            OwnerKind.AUTOMATION,
            automation_id,
            address,
            make_api_key=None if key is None else Secret(key),
        )
        endpoint = issued.endpoint.model_copy(update={"schedule": SLOW, **settings})
        automation = Automation(
            id=automation_id,
            company_id=company,
            name="test",
            status=AutomationStatus.ACTIVE,
            run_by=RunBy.MAKE,
            trigger=Trigger(type="lead.created"),
            listens="lead.created",
            endpoint_id=endpoint.id,
            created_at=now,
            updated_at=now,
        )
        batch = WriteBatch().insert(ENDPOINTS, endpoint).insert(AUTOMATIONS, automation)
        assert isinstance(await hub.store.write(batch), Applied)
        return Target(automation_id, endpoint, issued.secret.reveal())

    async def rotate(self, target: Target, overlap: Any) -> Issued:
        """Give an endpoint a new secret."""

        async def build() -> tuple[WriteBatch, Issued]:
            batch = WriteBatch()
            endpoint = await self.hub.store[ENDPOINTS].of(target.endpoint.company_id).get(target.endpoint.id)
            assert endpoint is not None
            return batch, await self.hub.endpoints.rotate(batch, endpoint, overlap)

        return await self.hub.store.attempt(build)

    async def send(self, target: Target, count: int = 1, **more: Any) -> list[str]:
        """Start executions; return their ids."""
        company, ids = target.endpoint.company_id, list[str]()
        for first in range(0, count, 300):
            starts = [self._start(target, number, more) for number in range(first, min(count, first + 300))]

            async def build(starts: list[Start] = starts) -> tuple[WriteBatch, None]:
                batch = WriteBatch()
                await self.hub.starts.add(batch, starts)
                return batch, None

            await self.hub.store.attempt(build)
            ids += [start.id for start in starts]
        assert company
        return ids

    def _start(self, target: Target, number: int, more: Mapping[str, Any]) -> Start:
        fields: dict[str, Any] = {
            "id": self.hub.ids(),
            "company_id": target.endpoint.company_id,
            "automation_id": target.automation_id,
            "endpoint_id": target.endpoint.id,
            "event_id": self.hub.ids(),
            "event_type": "lead.created",
            "record_id": "d" * 24,
            "origin": "api",
            "hop": 0,
            "body": BODY,
            "form": lane_form(target.endpoint),
        }
        if target.endpoint.ordered:
            fields["order_seq"] = number + 1
        return Start(**{**fields, **more})

    async def execution(self, id: str, company: str = ACME) -> Execution:
        """Return an execution as it stands."""
        return await self.hub.delivery.execution(company, id)

    async def attempts(self, id: str) -> list[Attempt]:
        """Return its attempts."""
        return await self.hub.delivery.attempts(ACME, id)

    async def automation(self, target: Target) -> Automation:
        """Return the automation as it stands."""
        found = await self.hub.store[AUTOMATIONS].of(target.endpoint.company_id).get(target.automation_id)
        assert found is not None
        return found

    async def tried(self, id: str, times: int = 1) -> Execution:
        """Wait until an execution was tried so often."""
        await until(lambda: self._at_least(id, times))
        return await self.execution(id)

    async def _at_least(self, id: str, times: int) -> bool:
        return (await self.execution(id)).attempts >= times

    async def settled(self, *ids: str, company: str = ACME) -> list[Execution]:
        """Wait until executions have ended; return them."""

        async def ended() -> bool:
            found = await self._all(ids, company)
            return all(one.state in SETTLED for one in found)

        await until(ended)
        return await self._all(ids, company)

    async def _all(self, ids: Sequence[str], company: str) -> list[Execution]:
        found: dict[str, Execution] = {}
        for first in range(0, len(ids), 500):
            found |= await self.hub.store[EXECUTIONS].of(company).get_many(ids[first : first + 500])
        return [found[id] for id in ids]

    async def one(self, target: Target, **more: Any) -> Execution:
        """Start one execution and return it after its first try."""
        (id,) = await self.send(target, **more)
        return await self.tried(id)


async def until(condition: Callable[[], Any], seconds: float = DEADLINE) -> None:
    """Wait until ``condition`` holds; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def yard_in(folder: Path, engine: Engine | None = None, **more: Any) -> AsyncIterator[Yard]:
    """Run a hub's worker and a receiver for the length of a ``with`` block; ``more`` are arguments of ``build_hub``."""
    async with receiving() as receiver:
        settings = settings_for(folder, receiver.url, 0)
        form = more.pop("form", None) or WorkerForm(poll=0.02)
        hub = build_hub(settings, engine=engine or MemoryEngine(), work_form=form, rng=random.Random(7), **more)
        await hub.start()
        hub.worker.start()
        try:
            yield Yard(hub, receiver)
        finally:
            await hub.worker.stop(5)
            await hub.close()
