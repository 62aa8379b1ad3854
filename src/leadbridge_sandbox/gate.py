"""The way every vendor call takes: faults and latency before, counting after, the connection cut on order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .faults import Fault
from .world import World

CUT = "leadbridge_sandbox.cut"


class CuttableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which also lets an endpoint close its connection without an answer."""

    def on_headers_complete(self) -> None:
        """Hand the request its way to cut the connection, then go on as usual."""
        self.scope["extensions"] = {CUT: {"cut": self._cut}}
        super().on_headers_complete()

    def _cut(self) -> None:
        self.transport.abort()


async def cut(scope: Scope, receive: Receive) -> None:
    """Close the connection under this request; the client sees it end without an answer."""
    scope["extensions"][CUT]["cut"]()
    while (await receive())["type"] != "http.disconnect":
        continue


class Gate:
    """An ASGI endpoint around one operation of a vendor.

    `work` does the call and returns its answer, with everything it wrote committed. `faulty` builds the
    vendor-shaped answer of an `answer` or `rate_limited` fault.
    """

    def __init__(
        self,
        world: World[Any],
        operation: str,
        work: Callable[[Request], Awaitable[Response]],
        faulty: Callable[[Fault], Response],
    ) -> None:
        self.world = world
        self.operation = operation
        self._work = work
        self._faulty = faulty

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Serve one request."""
        world = self.world
        request = Request(scope, receive)
        fault = world.faults.take(request.method, request.url.path, self.operation)
        kind = fault.kind if fault else ""
        if world.settings.latencyMs:
            await asyncio.sleep(world.settings.latencyMs / 1000)
        if fault and kind == "delay":
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault and kind in ("answer", "rate_limited"):
            response = self._faulty(fault)
        elif kind == "lost_before_write":
            await self._lose(scope, receive)
            return
        else:
            response = await self._work(request)
        if fault and kind == "delay_after_write":
            await asyncio.sleep(fault.delay_ms / 1000)
        if kind == "lost_after_write":
            await self._lose(scope, receive)
            return
        world.counters.count(self.operation, str(response.status_code))
        response.headers["Date"] = formatdate(world.clock.now_ms() / 1000, usegmt=True)
        await response(scope, receive, send)

    async def _lose(self, scope: Scope, receive: Receive) -> None:
        self.world.counters.count(self.operation, "lost")
        await cut(scope, receive)
