"""What an address of Make's answers, and what its scenario does with what came.

The answer says that an item was queued, not that a scenario did anything with it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from typing import Any

import aiohttp
import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ..inbox import Arrival, Inbox
from ..world import World
from . import unconfirmed
from .hooks import SIGNATURE, CallBack, Hook, Hooks, Scenario
from .iml import BadFormula, passes
from .settings import Settings

QUEUED, DONE, STOPPED = "queued", "done", "stopped by filter"
WINDOW = 10.0
CALL_SECONDS = 40.0
"""The HTTP module's own time-out."""

Doc = dict[str, Any]


class Gateway:
    """Takes calls in and runs scenarios."""

    def __init__(self, world: World[Settings], hooks: Hooks) -> None:
        self.world, self.hooks = world, hooks
        self.inbox = Inbox("make", world.db)
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._running: set[asyncio.Task[None]] = set()

    async def take(self, request: Request) -> Response:
        """Answer one call of an address."""
        udid = request.path_params["udid"]
        hook = self.hooks.get(udid)
        if hook is None:
            return PlainTextResponse(
                "There is no scenario listening for this webhook.", unconfirmed.UNKNOWN_HOOK_STATUS
            )
        if self._too_many(udid):
            return PlainTextResponse("Too many requests", 429)
        if self.hooks.gone(hook):
            return PlainTextResponse("Gone", 410)
        if hook.apiKeys and request.headers.get("x-make-apikey", "") not in hook.apiKeys:
            return PlainTextResponse("Unauthorized", unconfirmed.WRONG_KEY_STATUS)
        body = await request.body()
        if len(body) > self.world.settings.largestBody:
            return PlainTextResponse("Request Entity Too Large", unconfirmed.TOO_LARGE_STATUS)
        scenario = hook.scenario
        if scenario is None or not scenario.on:
            if self.inbox.count(udid, QUEUED) >= hook.queueLimit:
                return PlainTextResponse("Queue is full", 400)
            self.inbox.add(udid, self.world.clock.now_ms(), request, body, QUEUED, {"answered": 200})
            return PlainTextResponse("Accepted", 200)
        given = scenario.response
        status = 200 if given is None else given.status
        arrival = self.inbox.add(udid, self.world.clock.now_ms(), request, body, QUEUED, {"answered": status})
        passed = self.run(scenario, arrival)
        if given is None or not passed:
            return PlainTextResponse("Accepted", 200)
        return Response(given.body, given.status, given.headers)

    def run_queued(self, hook: Hook) -> int:
        """Run the scenario on what waits, as switching it on does; return on how many items."""
        if hook.scenario is None or not hook.scenario.on:
            return 0
        waiting = self.inbox.of(hook.udid, state=QUEUED)
        for arrival in waiting:
            self.run(hook.scenario, arrival)
        return len(waiting)

    def run(self, scenario: Scenario, arrival: Arrival) -> bool:
        """Run a scenario on an item; return whether its filter let it through."""
        doc = dict(arrival.doc)
        try:
            passed = passes(scenario.filter, _bundle(arrival), self.world.clock.now_ms() / 1000)
        except BadFormula as bad:
            passed = False
            doc["problem"] = str(bad)
        if scenario.filter:
            doc["filter"] = passed
            if SIGNATURE in orjson.dumps(scenario.filter).decode():
                doc["signatureChecked"] = passed
        self.inbox.settle(arrival.id, DONE if passed else STOPPED, doc)
        if passed and scenario.callback is not None and scenario.callback.url:
            task = asyncio.get_running_loop().create_task(self._call_back(scenario.callback, arrival, doc))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return passed

    async def _call_back(self, callback: CallBack, arrival: Arrival, doc: Doc) -> None:
        """Call as the scenario's HTTP module does, and note what was answered."""
        event = arrival.parsed()
        execution = event.get("executionId") if isinstance(event, dict) else None
        body = dict(callback.body)
        if callback.executionId and execution is not None:
            body["executionId"] = execution
        headers = {"Content-Type": "application/json", "User-Agent": unconfirmed.EGRESS_AGENT}
        if callback.secret:
            headers["X-Webhook-Secret"] = callback.secret
        if callback.hop and (hop := arrival.header("x-leadbridge-hop")):
            headers["x-leadbridge-hop"] = hop
        told: Doc = {"sent": body}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS)) as session,
                session.post(callback.url, data=orjson.dumps(body), headers=headers) as answer,
            ):
                told |= {"status": answer.status, "answer": (await answer.text())[:2000]}
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            told["problem"] = type(error).__name__
        self.inbox.settle(arrival.id, DONE, {**doc, "callback": told})

    def _too_many(self, udid: str) -> bool:
        settings, now = self.world.settings, self.world.clock.ticks()
        calls = self._calls[udid if unconfirmed.LIMIT_IS_OF_A_HOOK else ""]
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        if settings.rateLimits and len(calls) >= settings.callsPerTenSeconds:
            return True
        calls.append(now)
        return False

    def clear(self) -> None:
        """Forget every call."""
        self.inbox.clear()
        self._calls.clear()


def _bundle(arrival: Arrival) -> Doc:
    """Return an item as the trigger hands it on with request headers and JSON pass-through switched on."""
    event = arrival.parsed()
    return {
        **(event if isinstance(event, dict) else {}),
        "value": arrival.text,
        "__IMTHEADERS__": [{"name": name, "value": value} for name, value in arrival.headers],
        "__IMTMETHOD__": arrival.method,
    }
