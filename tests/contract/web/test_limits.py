"""Rate limits: over real HTTP, across processes on one database, and their arithmetic under a clock of the test's."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from leadbridge.kit.clock import ManualClock
from leadbridge.kit.ids import object_ids
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Store
from leadbridge.web.admission import FAILURES_PER_MINUTE
from leadbridge.web.model import BUCKETS
from leadbridge.web.ratelimit import RateLimiter, Rule, block_of
from tests.support.hub_in_process import HubUnderTest, running_hub


async def ask(
    hub: HubUnderTest, path: str = "/api/v1/leads", *, token: str | None = None, **headers: str
) -> tuple[int, dict[str, str], Any]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent |= {"authorization": f"Bearer {hub.token if token is None else token}"}
    async with aiohttp.ClientSession() as session, session.get(hub.base + path, headers=sent) as answer:
        known = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, known, await answer.json()


@pytest.mark.parametrize("rule", ["tenant", "principal", "address"])
async def test_a_limit_refuses_and_says_when_to_come_back(tmp_path: Path, rule: str) -> None:
    settings: dict[str, Any] = {"rate_tenant": 0, "rate_principal": 0, "rate_address": 0} | {f"rate_{rule}": 5}
    async with running_hub(tmp_path / "hub", **settings) as hub:
        answers = [await ask(hub) for _ in range(7)]
        assert [status for status, _, _ in answers] == [200] * 5 + [429] * 2
        left = [int(headers["ratelimit-remaining"]) for _, headers, _ in answers]
        assert left == [4, 3, 2, 1, 0, 0, 0]
        _, headers, body = answers[-1]
        assert body["error"]["code"] == "too_many_requests"
        assert body["error"]["details"] == {"limit": 5, "per": "minute", "of": rule}
        assert 1 <= int(headers["retry-after"]) <= 12
        assert headers["ratelimit-limit"] == "5"
        assert (await ask(hub, "/healthz"))[0] == 200


async def test_without_limits_nothing_is_counted(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub", rate_tenant=0, rate_principal=0, rate_address=0) as hub:
        status, headers, _ = await ask(hub)
        assert (status, "ratelimit-limit" in headers) == (200, False)
        assert (await hub.hub.store[BUCKETS].across_companies().find()).items == []


async def test_two_processes_together_let_no_more_through_than_one(tmp_path: Path) -> None:
    shared: dict[str, Any] = {
        "database_url": f"sqlite:///{tmp_path / 'shared.db'}",
        "master_key_file": tmp_path / "key",
    }
    limits: dict[str, Any] = {"rate_tenant": 40, "rate_principal": 0, "rate_address": 0}
    async with (
        running_hub(tmp_path / "a", **shared, **limits) as one,
        running_hub(tmp_path / "b", **shared, **limits) as two,
    ):
        loop = asyncio.get_running_loop()
        begun = loop.time()
        with capture_logs() as lines:
            answers = await asyncio.gather(*(ask(hub) for hub in (one, two) * 40))
        # one that finds the shared bucket busy again and again is let through, and said to be
        uncounted = sum(line["event"] == "rate_limit_contended" for line in lines)
        passed = Counter(status for status, _, _ in answers)
        assert set(passed) == {200, 429}
        refilled = (loop.time() - begun) * 40 / 60
        assert 40 - 2 * block_of(Rule("tenant", "x", 40)) <= passed[200] <= 40 + refilled + uncounted


async def test_guessing_tokens_is_limited_more_strictly_and_a_good_token_still_works(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub") as hub:
        assert (await ask(hub))[0] == 200
        guesses = [(await ask(hub, token=f"guess-{n}"))[0] for n in range(FAILURES_PER_MINUTE + 15)]
        assert guesses[: FAILURES_PER_MINUTE - 1] == [401] * (FAILURES_PER_MINUTE - 1)
        assert guesses.count(429) >= 8
        status, headers, body = await ask(hub, token="guess")
        assert (status, body["error"]["details"]["of"]) == (429, "address_failures")
        assert headers["retry-after"] == "1"
        assert (await ask(hub))[0] == 200


async def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(tmp_path: Path) -> None:
    limits: dict[str, Any] = {"rate_tenant": 0, "rate_principal": 0, "rate_address": 3}
    async with running_hub(tmp_path / "plain", **limits) as hub:
        said = [(await ask(hub, X_Forwarded_For=f"198.51.100.{n}"))[0] for n in range(5)]
        assert said == [200, 200, 200, 429, 429]
    async with running_hub(tmp_path / "behind", trusted_proxies=("127.0.0.0/8",), **limits) as hub:
        said = [(await ask(hub, X_Forwarded_For=f"198.51.100.{n}"))[0] for n in range(5)]
        assert said == [200] * 5
        forged = [(await ask(hub, X_Forwarded_For=f"203.0.113.{n}, 192.0.2.7"))[0] for n in range(5)]
        assert forged == [200, 200, 200, 429, 429]
        stored = (await hub.hub.store[BUCKETS].across_companies().find()).items
        assert not any("192.0.2.7" in bucket.id for bucket in stored)


class World:
    def __init__(self) -> None:
        self.clock = ManualClock()
        ids = object_ids(self.clock, random.Random(1))
        self.store = Store(MemoryEngine(), self.clock, ids, random.Random(2))

    def process(self) -> RateLimiter:
        return RateLimiter(self.store, self.clock)


@pytest.fixture
async def world() -> World:
    world = World()
    await world.store.start([BUCKETS])
    return world


async def passed(limiter: RateLimiter, rules: list[Rule], times: int) -> int:
    verdicts = [await limiter.take(rules) for _ in range(times)]
    return sum(verdict is not None and verdict.allowed for verdict in verdicts)


@pytest.mark.parametrize("limit", [1, 5, 60, 600])
async def test_a_bucket_holds_a_minute_and_fills_evenly(world: World, limit: int) -> None:
    limiter, rule = world.process(), [Rule("tenant", "t", limit)]
    assert await passed(limiter, rule, limit + 10) == limit
    verdict = await limiter.take(rule)
    assert verdict is not None
    assert verdict.wait == pytest.approx(60 / limit, abs=0.01)
    world.clock.advance(60 / limit + 0.001)
    assert await passed(limiter, rule, 3) == 1
    world.clock.advance(30.01)
    assert await passed(limiter, rule, limit) in (limit // 2, limit // 2 + 1)
    world.clock.advance(3600)
    assert await passed(limiter, rule, 2 * limit) == limit


async def test_over_an_hour_no_more_passes_than_the_rate(world: World) -> None:
    processes, rule = [world.process() for _ in range(3)], [Rule("tenant", "t", 60)]
    rng = random.Random(5)
    count = 0
    for _ in range(3600 * 4):
        world.clock.advance(0.25)
        count += await passed(rng.choice(processes), rule, 1)
    assert 3600 * 0.97 <= count <= 3600 + 60


async def test_what_was_not_spent_is_given_back(world: World) -> None:
    """A caller who comes now and then never loses the rest of a block."""
    limiter, rule = world.process(), [Rule("tenant", "t", 100)]
    for _ in range(400):
        world.clock.advance(11)
        assert await passed(limiter, rule, 1) == 1
    assert await passed(limiter, rule, 200) >= 98


async def test_where_one_rule_refuses_the_other_is_not_charged(world: World) -> None:
    limiter = world.process()
    tenant, user = Rule("tenant", "t", 50), Rule("principal", "u", 5)
    assert await passed(limiter, [tenant, user], 30) == 5
    assert await passed(limiter, [tenant], 60) == 45


async def test_a_busy_caller_costs_few_writes(world: World) -> None:
    limiter, rule = world.process(), [Rule("tenant", "t", 600)]
    assert await passed(limiter, rule, 300) == 300
    bucket = await world.store[BUCKETS].across_companies().get(rule[0].key)
    assert bucket is not None
    assert bucket.rev == 300 / block_of(rule[0])


async def test_full_buckets_are_swept(world: World) -> None:
    limiter = world.process()
    for number in range(250):
        await limiter.take([Rule("tenant", str(number), 10)])
    assert await limiter.sweep() == 0
    world.clock.advance(121)
    assert await limiter.sweep() == 250
