"""Refresh tokens that may be presented once: a second time ends the grant. Processes are killed, paused and cut off.

Salesforce's sandbox counts each presentation, and ends a grant whose used-up token comes again. The only second
presentation allowed is the marked one: after an answer was lost, and once the vendor refuses the access token.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leadbridge.crm.errors import CallFailed
from leadbridge.demo.client import DemoClient
from leadbridge.integrations.keeper import Access
from leadbridge.integrations.model import TOKENS, Connection, ConnectionTokens
from leadbridge.integrations.tokens import AttemptState
from leadbridge.storage.batch import WriteBatch
from tests.contract.providers.salesforce import SalesforceUnderTest
from tests.support.hub import clean_environment
from tests.support.hub_in_process import NOWHERE, HubUnderTest, running_hub
from tests.support.salesforce import token_hash
from tests.support.wire_tap import Call, WireTap

ROUNDS = int(os.environ.get("LEADBRIDGE_KEEPER_ROUNDS", "2"))
SEED = int(os.environ.get("LEADBRIDGE_KEEPER_SEED", "20261"))
DEADLINE = 60.0
"""Seconds that anything may take on a busy machine."""


class Holding:
    """Between the hub and the vendor's token endpoint: keeps an answer back until it is let go."""

    def __init__(self, tap: WireTap) -> None:
        self._arrived, self._free = threading.Event(), threading.Event()
        self._free.set()
        tap.rewrite = self._rewrite

    def hold(self) -> None:
        """Keep the next answers back."""
        self._arrived.clear()
        self._free.clear()

    async def arrived(self) -> None:
        """Return when the vendor has done the work and its answer is held."""
        assert await asyncio.to_thread(self._arrived.wait, DEADLINE)

    def let_go(self) -> None:
        """Send what was held."""
        self._free.set()

    def _rewrite(self, call: Call) -> Call:
        if b"grant_type=refresh_token" in call.request and not self._free.is_set():
            self._arrived.set()
            self._free.wait(2 * DEADLINE)
        return call


@dataclass
class Site:
    """A hub connected to Salesforce's sandbox, and other processes on the same store."""

    vendor: SalesforceUnderTest
    hub: HubUnderTest
    connection: Connection
    settings: dict[str, Any]
    holding: Holding
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    async def ask(self, failed_gen: int | None = None) -> Access:
        provider, app = self.hub.hub.connections.registered(self.connection)
        return await self.hub.hub.connections.keeper.access_token(self.connection, provider, app, failed_gen)

    async def tokens(self) -> ConnectionTokens:
        found = await self.hub.hub.store[TOKENS].of(self.hub.company_id).get(self.connection.id)
        assert found is not None
        return found

    async def refresh_token(self) -> str:
        secret = await self.hub.hub.connections.keeper.refresh_token(await self.tokens())
        assert secret is not None
        return secret.get_secret_value()

    async def patch(self, **values: Any) -> None:
        """Change the stored tokens, whatever else is done to them at this moment."""
        store = self.hub.hub.store

        async def build() -> tuple[WriteBatch, None]:
            tokens = await self.tokens()
            return WriteBatch().patch(TOKENS, tokens.company_id, tokens.id, values=values, rev=tokens.rev), None

        await store.attempt(build)

    async def end_lease(self) -> None:
        """Let the attempt that stands be past its time."""
        tokens = await self.tokens()
        if tokens.attempt is not None:
            past = self.hub.hub.clock.now() - timedelta(seconds=1)
            await self.patch(attempt=tokens.attempt.model_copy(update={"until": past}).model_dump(by_alias=True))

    async def near_its_end(self) -> None:
        """Let the access token be due for renewal here, though the vendor still takes it."""
        now = self.hub.hub.clock.now()
        await self.patch(issuedAt=now - timedelta(seconds=7000), expiresAt=now + timedelta(seconds=200))

    async def forget_back_off(self) -> None:
        """Let enough time have passed for another renewal."""
        await self.patch(notBefore=None, lastRefreshAt=None)

    def presented(self) -> dict[str, int]:
        """Return how often each refresh token was presented, by its hash."""
        counted = self.vendor.sandbox.control("GET", "/counters")["refreshTokens"]
        return {name: int(one["presented"]) for name, one in counted.items()}

    def alive(self, refresh_token: str) -> bool:
        """Tell whether the vendor still takes a refresh token (which presents it once)."""
        return self.vendor.sandbox.refresh(refresh_token)[0] == 200

    async def shown(self) -> dict[str, Any]:
        """Return the connection as its tenant sees it."""
        data: dict[str, Any] = (await self.hub.ask("GET", "/crm-integration")).data
        return data

    async def worker(self, callers: int, failed_gen: int | None) -> subprocess.Popen[str]:
        """Start a process that asks for a token with many callers, and let it begin."""
        asked = {
            "dataDir": str(self.hub.hub.settings.data_dir),
            "vendor": NOWHERE,
            "settings": self.settings,
            "company": self.hub.company_id,
            "connection": self.connection.id,
            "callers": callers,
            "failedGen": failed_gen,
        }
        process = subprocess.Popen(  # noqa: ASYNC220 - a moment, and its signals are wanted
            [sys.executable, "-m", "tests.contract.integrations.keeper_worker", json.dumps(asked)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=clean_environment({"PYTHONPATH": ":".join(path for path in sys.path if path)}),
        )
        self.workers.append(process)
        assert process.stdout is not None
        assert process.stdin is not None
        assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()
        return process

    async def end(self, process: subprocess.Popen[str]) -> None:
        """Wait until a process has ended by itself."""
        await asyncio.to_thread(process.communicate, timeout=2 * DEADLINE)

    def close(self) -> None:
        for process in self.workers:
            if process.poll() is None:
                process.kill()
                process.communicate()


@pytest.fixture(scope="module")
def salesforce() -> Iterator[SalesforceUnderTest]:
    vendor = SalesforceUnderTest()
    vendor.start()
    yield vendor
    vendor.stop()


@pytest.fixture
async def site(tmp_path: Path, salesforce: SalesforceUnderTest) -> AsyncIterator[Site]:
    salesforce.reset()
    salesforce.sandbox.control("DELETE", "/faults")
    salesforce.sandbox.control("DELETE", "/counters")
    salesforce.sandbox.settings(rotation="kills_on_reuse")
    with WireTap(salesforce.sandbox.url) as tap:
        usual = salesforce.settings()
        origins = (*usual["sandbox_origins"], tap.origin)
        settings = {**usual, "salesforce_login_url": tap.origin, "sandbox_origins": origins}
        async with running_hub(tmp_path / "hub", None, **settings) as hub:
            async with DemoClient(hub.base, hub.token) as client:
                await client.connect("salesforce", salesforce.sandbox.url)
            connection = await hub.hub.connections.usable(hub.company_id)
            site = Site(salesforce, hub, connection, settings, Holding(tap))
            try:
                yield site
            finally:
                site.holding.let_go()
                site.close()


async def refused(site: Site) -> str:
    """Ask as a caller does whose token was refused, and return how that failed."""
    with pytest.raises(CallFailed) as failed:
        await site.ask(1)
    return failed.value.fault.code


async def test_a_process_killed_with_the_answer_costs_one_marked_presentation(site: Site) -> None:
    """The new token died with the process. While the old session lives nothing is tried; then once, and never again."""
    token = token_hash(await site.refresh_token())
    site.holding.hold()
    process = await site.worker(3, 1)
    await site.holding.arrived()
    process.kill()
    process.communicate()
    site.holding.let_go()
    await site.end_lease()

    await site.near_its_end()
    assert (await site.ask()).gen == 1, "the old access token serves on"
    assert site.presented() == {token: 1}
    shown = await site.shown()
    assert (shown["status"], shown["statusReason"]["code"]) == ("needs_attention", "refresh_outcome_unknown")
    tokens = await site.tokens()
    assert tokens.attempt is not None
    assert tokens.attempt.state == AttemptState.UNKNOWN

    site.vendor.sandbox.do("expire_sessions")
    await site.forget_back_off()
    assert await refused(site) == "reauth_required"
    assert site.presented() == {token: 2}, "the one marked attempt"
    assert await refused(site) == "reauth_required"
    assert site.presented() == {token: 2}, "what is gone is not presented to make sure"
    assert (await site.shown())["status"] == "reauth_required"


async def test_a_paused_process_stores_its_answer_when_it_wakes(site: Site) -> None:
    """Its lease has ended and others have gone on with the old token: the answer is the only live one, and is kept."""
    token = token_hash(await site.refresh_token())
    await site.near_its_end()
    site.holding.hold()
    process = await site.worker(2, None)
    await site.holding.arrived()
    process.send_signal(signal.SIGSTOP)
    site.holding.let_go()
    await site.end_lease()
    assert (await site.ask()).gen == 1
    assert (await site.shown())["status"] == "needs_attention"
    process.send_signal(signal.SIGCONT)
    await site.end(process)
    assert (await site.tokens()).gen == 2
    assert (await site.ask()).gen == 2
    assert site.presented() == {token: 1}
    assert (await site.shown())["status"] == "active"
    assert site.alive(await site.refresh_token()), "the only live refresh token was kept"


async def test_a_paused_process_that_wakes_after_the_marked_attempt_brings_nothing_back(site: Site) -> None:
    token = token_hash(await site.refresh_token())
    site.holding.hold()
    process = await site.worker(2, 1)
    await site.holding.arrived()
    process.send_signal(signal.SIGSTOP)
    site.holding.let_go()
    await site.end_lease()
    assert await refused(site) == "reauth_required"
    assert site.presented() == {token: 2}
    process.send_signal(signal.SIGCONT)
    await site.end(process)
    # whatever it stored is dead at the vendor, is tried once, and then known to be
    with pytest.raises(CallFailed):
        await site.ask((await site.tokens()).gen)
    await site.forget_back_off()
    with pytest.raises(CallFailed) as failed:
        await site.ask((await site.tokens()).gen)
    assert failed.value.fault.code == "reauth_required"
    assert sorted(site.presented().values()) in ([2], [1, 2])
    assert (await site.shown())["status"] == "reauth_required"


async def test_a_request_that_was_cut_off_before_it_arrived_is_saved(site: Site) -> None:
    token = token_hash(await site.refresh_token())
    site.vendor.sandbox.fault("oauth.token", "lost_before_write")
    access = await site.ask(1)
    assert access.gen == 2
    assert site.presented() == {token: 1}
    assert (await site.shown())["status"] == "active"
    assert site.alive(await site.refresh_token())


async def test_an_answer_that_was_cut_off_is_not_asked_for_while_the_session_lives(site: Site) -> None:
    token = token_hash(await site.refresh_token())
    await site.near_its_end()
    site.vendor.sandbox.fault("oauth.token", "lost_after_write")
    for _ in range(3):
        assert (await site.ask()).gen == 1
    assert site.presented() == {token: 1}
    provider, _ = site.hub.hub.connections.registered(site.connection)
    described = await provider.describe(site.hub.hub.connections.session(site.connection), "Lead")
    assert described, "calls go on with the old token"
    assert site.presented() == {token: 1}


async def test_a_throttled_renewal_and_a_wrong_secret_cost_nothing(site: Site) -> None:
    token = await site.refresh_token()
    site.vendor.sandbox.fault("oauth.token", "rate_limited")
    with suppress(CallFailed):
        await site.ask(1)
    wrong = {"error": "invalid_client", "error_description": "invalid client credentials"}
    site.vendor.sandbox.fault("oauth.token", "answer", status=400, body=wrong)
    await site.forget_back_off()
    if (await site.tokens()).gen == 1:
        with suppress(CallFailed):
            await site.ask(1)
    tokens = await site.tokens()
    assert not tokens.gone
    assert (await site.shown())["status"] != "reauth_required"
    await site.forget_back_off()
    site.vendor.sandbox.control("DELETE", "/faults")
    assert (await site.ask(1)).gen == 2
    assert site.presented() == {token_hash(token): 1}


FAULTS = ("none", "delay_after_write", "delay", "lost_before_write", "lost_after_write")
BLOWS = ("none", "kill", "pause")


async def _round(site: Site, rng: random.Random) -> None:
    """Let processes ask while one of them is hit, then see that every token was presented as often as it may be."""
    kind, blow, must = rng.choice(FAULTS), rng.choice(BLOWS), rng.random() < 0.5
    tokens = await site.tokens()
    before, gen = site.presented(), tokens.gen
    if not must:
        await site.near_its_end()
    if kind != "none":
        details = {"delayMs": rng.choice((300, 1500))} if kind.startswith("delay") else {}
        site.vendor.sandbox.fault("oauth.token", kind, **details)
    workers = [await site.worker(2, gen if must else None) for _ in range(2)]
    hit = workers[0]
    if blow != "none":
        await asyncio.sleep(rng.random())
        hit.send_signal(signal.SIGKILL if blow == "kill" else signal.SIGSTOP)
        await site.end_lease()
    for process in workers[1:]:
        await site.end(process)
    with suppress(ProcessLookupError):
        hit.send_signal(signal.SIGCONT)
    await site.end(hit)
    site.vendor.sandbox.control("DELETE", "/faults")
    await site.end_lease()
    await site.forget_back_off()
    with suppress(CallFailed):
        await site.ask()
    after = site.presented()
    told = f"{kind}, {blow}, must={must}: {after}"
    assert all(count <= 2 for count in after.values()), told
    twice = [name for name, count in after.items() if count == 2 and before.get(name, 0) < 2]
    assert len(twice) <= 1, told
    tokens = await site.tokens()
    if twice:
        marked = tokens.gone or tokens.gen > gen
        assert must or marked, told
    if not tokens.gone and not twice and tokens.attempt is None:
        fresh = await site.refresh_token()
        assert site.presented().get(token_hash(fresh), 0) == 0, told


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_processes_that_are_hit_at_any_moment(site: Site, number: int) -> None:
    await _round(site, random.Random(SEED + number))
