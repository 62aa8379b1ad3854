"""Hub processes killed between a lead's change and its push: each lead is pushed all the same, and once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from leadbridge.demo.client import DemoClient
from tests.support import wire_server
from tests.support.hub import RunningHub
from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, SandboxProcess
from tests.support.web import send

LONG = os.environ.get("LEADBRIDGE_LONG") == "1"
KILLS = int(os.environ.get("LEADBRIDGE_KILLS", "50" if LONG else "2"))
PATIENCE = 150.0


@pytest.fixture(params=["sqlite", pytest.param("mongodb", marks=pytest.mark.mongodb)])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[RunningHub, SandboxProcess]]:
    with SandboxProcess() as sandbox:
        sandbox.settings(rateLimits=False, latencyMs=40)
        env = {
            "LEADBRIDGE_SANDBOX_ORIGINS": sandbox.url,
            "LEADBRIDGE_HUBSPOT_API_URL": sandbox.url,
            "LEADBRIDGE_HUBSPOT_AUTHORIZE_URL": f"{sandbox.url}/oauth/authorize",
            "HUBSPOT_CLIENT_ID": CLIENT_ID,
            "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
            "LEADBRIDGE_WORK_LEASE": "6",
            "LEADBRIDGE_PUSH_DELAY": "0.1",
        }
        if request.param == "mongodb":
            env["LEADBRIDGE_DATABASE_URL"] = wire_server.url_of(f"automatic_{uuid.uuid4().hex[:8]}")
        hub = RunningHub(tmp_path / "hub", env=env).start()
        try:
            async with DemoClient(hub.base_url, hub.token) as client:
                await client.connect("hubspot", sandbox.url)
            yield hub, sandbox
        finally:
            hub.kill()


def person(event: int, number: int) -> dict[str, Any]:
    id = f"e{event}-{number}"
    return {"externalId": id, "email": f"{id}@example.com", "firstName": "Given", "lastName": f"Family{event}"}


async def insist(hub: RunningHub, event: int, count: int) -> None:
    """Have the leads of an event made, however often the hub dies over it."""
    items = [person(event, number) for number in range(count)]
    headers = {"authorization": f"Bearer {hub.token}"}
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline, hub.log_tail()
        try:
            answer = await asyncio.to_thread(
                send, "POST", f"{hub.base_url}/api/v1/leads/bulk", headers=headers, json={"items": items}, timeout=60.0
            )
        except OSError:
            await asyncio.sleep(0.2)
            continue
        body = answer.json()
        if body["success"] and not any(result["status"] == "failed" for result in body["data"]):
            return
        await asyncio.sleep(0.5)


@pytest.mark.timeout(7200 if LONG else 300)
async def test_a_lead_made_before_a_kill_is_pushed_once_by_itself(
    site: tuple[RunningHub, SandboxProcess], request: pytest.FixtureRequest
) -> None:
    hub, sandbox = site
    moments = random.Random(7)
    mongodb = request.node.get_closest_marker("mongodb") is not None
    # the wire-compatible server writes a few hundred documents a second
    kills, leads = (KILLS, 40) if LONG or not mongodb else (1, 10)
    for event in range(kills):
        making = asyncio.create_task(insist(hub, event, leads))
        await asyncio.sleep(moments.uniform(0.05, 0.8))
        os.kill(hub.pid, signal.SIGKILL)
        hub.kill()
        await asyncio.to_thread(hub.start)
        await making
    expected = {person(event, number)["email"] for event in range(kills) for number in range(leads)}
    deadline = time.monotonic() + PATIENCE
    while (held := Counter(record["properties"]["email"] for record in sandbox.records())).keys() != expected:
        assert time.monotonic() < deadline, f"{len(held)} of {len(expected)} leads came\n{hub.log_tail()}"
        await asyncio.sleep(0.2)
    assert set(held.values()) == {1}, "a lead was made twice"
