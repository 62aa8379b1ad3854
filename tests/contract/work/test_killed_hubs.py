"""Hub processes killed while they push and import, with a client that sends the same request until it is answered."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from leadbridge.demo.client import DemoClient
from tests.support import wire_server
from tests.support.hub import RunningHub
from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, SandboxProcess
from tests.support.web import send

LONG = os.environ.get("LEADBRIDGE_LONG") == "1"
KILLS = int(os.environ.get("LEADBRIDGE_KILLS", "50" if LONG else "1"))
PUSHED, IMPORTED = 120, 60
"""Leads pushed, and rows imported, at each kill."""
LEASE = "6"
PATIENCE = 150.0
"""Seconds until a request that is sent again and again must have its answer.

The key of a killed one is free after 30; a database may hold the transaction of a killed process for a minute.
"""
LATER = {"idempotency_in_progress", "import_running", "unavailable", "store_unavailable", "store_outcome_unknown"}


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
            "LEADBRIDGE_WORK_LEASE": LEASE,
            "LEADBRIDGE_AUTOMATIC_PUSH": "0",
        }
        if request.param == "mongodb":
            env["LEADBRIDGE_DATABASE_URL"] = wire_server.url_of(f"hubs_{uuid.uuid4().hex[:8]}")
        hub = RunningHub(tmp_path / "hub", env=env).start()
        try:
            async with DemoClient(hub.base_url, hub.token) as client:
                await client.connect("hubspot", sandbox.url)
            yield hub, sandbox
        finally:
            hub.kill()


def rows(event: int, count: int) -> bytes:
    lines = [f"Given{n},Family{event},e{event}-{n}@example.com" for n in range(count)]
    return "\n".join(["First name,Last name,Email", *lines]).encode()


async def insist(hub: RunningHub, path: str, key: str, **what: Any) -> Any:
    """Send a request until it is answered, whatever happens to the hub meanwhile, and return the answer's data."""
    headers = {"authorization": f"Bearer {hub.token}", "idempotency-key": key} | what.pop("headers", {})
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline, f"{path} was not answered\n{hub.log_tail()}"
        try:
            answer = await asyncio.to_thread(
                send, "POST", f"{hub.base_url}/api/v1{path}", headers=headers, timeout=60.0, **what
            )
        except OSError:
            await asyncio.sleep(0.2)
            continue
        body = answer.json()
        if body["success"]:
            return body["data"]
        assert body["error"]["code"] in LATER, f"{body}\n{hub.log_tail(200)}"
        await asyncio.sleep(0.5)


async def import_rows(hub: RunningHub, event: int, count: int, key: str) -> Any:
    edge = uuid.uuid4().hex
    part = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="leads.csv"\r\nContent-Type: text/csv\r\n'
    )
    body = part.encode() + b"\r\n" + rows(event, count) + f"\r\n--{edge}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={edge}"}
    made = await insist(hub, "/leads/imports", key, body=body, headers=headers)
    deadline = time.monotonic() + PATIENCE
    while made.get("finishedAt") is None:  # it goes on by itself, in whichever process there is
        assert time.monotonic() < deadline, made
        await asyncio.sleep(0.2)
        with suppress(OSError):
            made = await asyncio.to_thread(hub.data, "GET", f"/api/v1/leads/imports/{made['_id']}")
    assert made["status"] == "done", made
    return made


async def leads_of(hub: RunningHub, import_id: str) -> list[str]:
    found = await asyncio.to_thread(hub.api, "GET", f"/api/v1/leads/imports/{import_id}/leads?limit=200")
    ids: list[str] = found.json()["data"]
    return ids


async def ended(hub: RunningHub, run: Any) -> Any:
    deadline = time.monotonic() + PATIENCE
    while run["status"] in ("waiting", "running"):
        assert time.monotonic() < deadline, run
        await asyncio.sleep(0.2)
        run = await asyncio.to_thread(hub.data, "GET", f"/api/v1/runs/{run['_id']}")
    return run


@pytest.mark.timeout(7200 if LONG else 300)
async def test_a_hub_killed_while_it_pushes_and_imports_loses_and_doubles_nothing(
    site: tuple[RunningHub, SandboxProcess],
) -> None:
    hub, sandbox = site
    moments = random.Random(11)
    first = await import_rows(hub, 0, PUSHED, "import-0")
    ids = await leads_of(hub, first["_id"])
    assert len(ids) == PUSHED
    expected = PUSHED
    for event in range(1, KILLS + 1):
        pushing = asyncio.create_task(
            insist(hub, "/crm-integration/sync-leads", f"push-{event}", json={"leadIds": ids})
        )
        importing = asyncio.create_task(import_rows(hub, event, IMPORTED, f"import-{event}"))
        await asyncio.sleep(moments.uniform(0.1, 0.6))
        os.kill(hub.pid, signal.SIGKILL)
        hub.kill()
        await asyncio.to_thread(hub.start)
        pushed, imported = await asyncio.gather(pushing, importing)
        run = await ended(hub, pushed["run"])
        assert run["counts"]["read"] == run["total"] == len(ids)
        assert run["counts"]["failed"] == 0, run["failed"][:3]
        assert imported["counts"]["read"] == IMPORTED
        added = await leads_of(hub, imported["_id"])
        assert len(added) == IMPORTED
        in_crm = Counter(record["properties"]["leadbridge_id"] for record in sandbox.records())
        assert set(in_crm.values()) == {1}, "a lead was made twice"
        assert set(ids) <= set(in_crm)
        expected += IMPORTED
        ids = added
    stored = await _count(hub)
    assert stored == expected, "an import that was sent twice was done twice"


async def _count(hub: RunningHub) -> int:
    count, cursor = 0, ""
    while True:
        page = (await asyncio.to_thread(hub.api, "GET", f"/api/v1/leads?limit=200{cursor}")).json()
        count += len(page["data"])
        if page["nextCursor"] is None:
            return count
        cursor = f"&cursor={page['nextCursor']}"
