"""How many webhooks to automations are taken in a second, each stored before it is answered.

The hub and whoever calls it are processes of their own. The caller is no HTTP client but a socket that sends the same
bytes again as soon as it is answered, so that it takes as little of the machine as can be.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop

from benchmarks.report import ROOT, SCALE, Table, percentile, spread, write
from leadbridge.app import Hub, build_hub
from leadbridge.automation.delivery.model import EXECUTIONS
from leadbridge.automation.inbound.verify import signing_key
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus, RunBy, Trigger
from leadbridge.security.logs import configure_logging
from leadbridge.server import bind, prepare_data_dir, serving, settle_interpreter
from leadbridge.settings import Settings
from leadbridge.storage.batch import WriteBatch

RUNS = 3 if SCALE >= 1 else 1
SECONDS = 5.0 * min(1.0, SCALE) if SCALE < 1 else 5.0
CONNECTIONS = (16, 64, 200)
BODY = json.dumps(
    {"lead": {"email": "ada@example.com", "lastName": "Lovelace", "score": 71, "tags": ["a", "b"]}, "n": 1}
).encode()
UNLIMITED = {"rate_webhook": 0, "rate_address": 0, "rate_tenant": 0, "rate_principal": 0}


class Connection(asyncio.Protocol):
    """Sends a request, waits for its whole answer, and sends the next: at once, or ``every`` so many seconds.

    With ``every`` a latency is counted from the time at which the request was to be sent, not from when it could be.
    """

    def __init__(self, requests: Requests, until: float, every: float = 0.0, first: float = 0.0) -> None:
        self._requests, self._until, self._every = requests, until, every
        self._due = time.perf_counter() + first
        self._buffer = b""
        self._sent = 0.0
        self.latencies: list[float] = []
        self.refused = 0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._next_in_time()

    def data_received(self, data: bytes) -> None:
        """Take in a part of an answer."""
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        now = time.perf_counter()
        self.latencies.append(now - self._sent)
        self.refused += not head.startswith(b"HTTP/1.1 202")
        if now < self._until:
            self._next_in_time()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if not self.ended.done():
            self.ended.set_result(None)

    def _next_in_time(self) -> None:
        now = time.perf_counter()
        self._sent = now if not self._every else self._due
        self._due += self._every
        if self._sent > now:
            asyncio.get_running_loop().call_later(self._sent - now, self._next)
        else:
            self._next()

    def _next(self) -> None:
        self._transport.write(self._requests.next())


class Requests:
    """The requests of one caller: with the secret in a header, or signed, each under an id of its own."""

    def __init__(self, url: str, secret: str, signed: bool) -> None:
        parts = urlsplit(url)
        self._head = f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\n"
        self._plain = self._whole(f"x-webhook-secret: {secret}\r\n")
        self._key, self._signed, self._count = signing_key(secret), signed, 0
        self._prefix = os.urandom(6).hex()

    def next(self) -> bytes:
        """Return the bytes of a request."""
        if not self._signed:
            return self._plain
        self._count += 1
        id, now = f"msg_{self._prefix}{self._count}", str(int(time.time()))
        digest = hmac.digest(self._key, f"{id}.{now}.".encode() + BODY, hashlib.sha256)
        signature = f"v1,{base64.b64encode(digest).decode()}"
        return self._whole(f"webhook-id: {id}\r\nwebhook-timestamp: {now}\r\nwebhook-signature: {signature}\r\n")

    def _whole(self, headers: str) -> bytes:
        return f"{self._head}{headers}content-length: {len(BODY)}\r\n\r\n".encode() + BODY


async def load(
    targets: Sequence[tuple[str, str]], connections: int, seconds: float, signed: bool, rate: float = 0.0
) -> dict[str, Any]:
    """Call addresses, each given with its secret, over so many connections, and return how that went in milliseconds.

    ``rate`` is how many calls a second are sent in all, evenly; 0: as many as are answered.
    """
    parts, until = urlsplit(targets[0][0]), time.perf_counter() + seconds
    requests = [Requests(url, secret, signed) for url, secret in targets]
    loop = asyncio.get_running_loop()
    every = connections / rate if rate else 0.0

    def connection(number: int) -> Connection:
        return Connection(requests[number % len(requests)], until, every, every * number / connections)

    made = [
        (await loop.create_connection(partial(connection, number), str(parts.hostname), parts.port or 80))[1]
        for number in range(connections)
    ]
    begun = time.perf_counter()
    await asyncio.gather(*(one.ended for one in made))
    took = time.perf_counter() - begun
    latencies = [latency for one in made for latency in one.latencies]
    return {
        "rate": len(latencies) / took,
        "count": len(latencies),
        "refused": sum(one.refused for one in made),
        "p50": percentile(latencies, 0.5) * 1000,
        "p99": percentile(latencies, 0.99) * 1000,
    }


async def automation(hub: Hub, company: str) -> tuple[str, str, str]:
    """Make an automation that is called; return its id, address and secret."""
    id, now = hub.ids(), hub.clock.now()
    made = Automation(
        id=id,
        company_id=company,
        name="Called",
        status=AutomationStatus.ACTIVE,
        run_by=RunBy.NATIVE,
        trigger=Trigger(type="webhook.received"),
        created_at=now,
        updated_at=now,
    )
    batch = WriteBatch().insert(AUTOMATIONS, made)
    address = await hub.inbound.addresses.make(batch, company, id)
    await hub.store.write(batch)
    return id, address.url, address.secret.reveal()


async def called(
    targets: Sequence[tuple[str, str]], connections: int, seconds: float, *, signed: bool = False, rate: float = 0.0
) -> dict[str, Any]:
    """Let another process call ``targets``; return what it tells, as ``load`` does."""
    asked = json.dumps([targets, connections, seconds, signed, rate])
    caller = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.accept", asked, stdout=subprocess.PIPE, cwd=ROOT
    )
    said, _ = await caller.communicate()
    told: dict[str, Any] = json.loads(said)
    return told


async def serve(folder: Path, connections: int, seconds: float, signed: bool) -> dict[str, Any]:
    """Serve a new hub that only takes in, let another process call it, and check that all it accepted is stored."""
    prepare_data_dir(folder)
    listening = bind("127.0.0.1", 0)
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    values: dict[str, Any] = {"public_url": base, "data_dir": folder, **UNLIMITED}
    hub = build_hub(Settings(_env_file=None, **values))
    await hub.start()
    made = await hub.tenancy.make_first_company()
    assert made is not None
    id, url, secret = await automation(hub, made.company.id)
    async with serving(hub, listening, worker=False):
        settle_interpreter()
        told = await called([(url, secret)], connections, seconds, signed=signed)
    stored, after = 0, None
    while True:
        page = (
            await hub.store[EXECUTIONS]
            .of(made.company.id)
            .find(eq={"automationId": id}, order=["createdAt"], limit=5000, after=after, count_only=True)
        )
        stored, after = stored + page.found, page.next
        if after is None:
            break
    await hub.close()
    if told["refused"] or stored != told["count"]:
        raise AssertionError(f"{told['count']} were answered, {told['refused']} not with 202, and {stored} are stored")
    return told


def main() -> None:
    """Measure, print, and write the page."""
    configure_logging(json=True, level=logging.WARNING)
    rows: list[tuple[str, ...]] = []
    for name, signed in (("secret in a header", False), ("signed, with an id each", True)):
        for connections in CONNECTIONS:
            runs = []
            for _ in range(RUNS):
                with tempfile.TemporaryDirectory() as folder:
                    runs.append(uvloop.run(serve(Path(folder) / "hub", connections, SECONDS, signed)))
            rows.append(
                (
                    name,
                    str(connections),
                    spread([run["rate"] for run in runs]),
                    spread([run["p50"] for run in runs], " ms"),
                    spread([run["p99"] for run in runs], " ms"),
                )
            )
    table = Table(
        "Accepted calls",
        f"One automation, one process that only takes in, SQLite with every write durable; {len(BODY)} bytes a call; "
        f"the caller is another process on the same machine; {RUNS} runs of {SECONDS:.0f} seconds each. Every call was "
        "answered 202, and after each run there are as many executions as answers. Signed calls have an entry in the "
        "ledger too.",
        ("proof", "connections", "calls a second", "p50", "p99"),
        tuple(rows),
    )
    write("accept", "Webhooks in", "python -m benchmarks accept", [table])


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(*json.loads(sys.argv[1])))))
