"""Delivering worker processes that are killed, and stopped beyond their lease: nothing lost, duplicates bounded.

A duplicate is a second request with the same ``webhook-id`` after an earlier one was answered 2xx. What may come
twice is what a process had taken up and not yet stored as done when it was killed or stopped, and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import pytest

from leadbridge.app import build_hub
from leadbridge.automation.delivery.model import EXECUTIONS, ExecutionState
from leadbridge.automation.delivery.starting import DELIVER
from leadbridge.server import prepare_data_dir
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.work.model import TASKS, TaskState
from tests.contract.automation.delivering import ACME, Reply, Target, Yard, receiving, until
from tests.support.children import Child, starting
from tests.support.hub_in_process import settings_for

EVENTS = int(os.environ.get("LEADBRIDGE_KILLS", "2"))
PER_EVENT = 120
"""Executions started before each kill or stop."""
LEASE = 4.0
CONCURRENCY, ENDPOINTS_USED = 10, 3
TOLD = Path(os.environ.get("LEADBRIDGE_TOLD", os.devnull))
"""Where the figures of a long run are left."""
UNSTORED = 100
"""Results that a lane gathers at most before they are stored."""


@pytest.fixture
async def yard(tmp_path: Path) -> AsyncIterator[Yard]:
    """The folder's store as the test sees it; its own worker is not started."""
    prepare_data_dir(tmp_path)
    async with receiving() as receiver:
        receiver.answers[""] = [Reply(delay=0.02)]
        hub = build_hub(settings_for(tmp_path, receiver.url, 0), rng=random.Random(7))
        assert isinstance(hub.store.engine, SqliteEngine)
        await hub.start()
        yield Yard(hub, receiver)
        await hub.close()


@pytest.fixture
def start(tmp_path: Path, yard: Yard) -> Iterator[Callable[[], Child]]:
    """Starts a worker process; one that is left at the end of the test is killed."""

    def child() -> Child:
        arguments = (str(tmp_path), yard.receiver.url, str(LEASE))
        return Child("tests.contract.automation.delivering_child", *arguments, patience=60)

    with starting(child) as one:
        yield one


async def open_ids(yard: Yard, asked: list[str]) -> set[str]:
    """Return which executions are not stored as delivered."""
    found: set[str] = set()
    for first in range(0, len(asked), 500):
        page = await yard.hub.store[EXECUTIONS].of(ACME).get_many(asked[first : first + 500])
        found |= {one.id for one in page.values() if one.state != ExecutionState.SUCCEEDED}
    return found


def stood_still(folder: Path, stopped: Mapping[int, int]) -> bool:
    """Tell whether a worker lost a lane that nobody had stopped: this machine let it stand still beyond its lease."""
    for log in folder.glob("worker-*.jsonl"):
        lost = log.read_text(encoding="utf-8").count('"lane_lost"')
        if lost > ENDPOINTS_USED * stopped.get(int(log.stem.partition("-")[2]), 0):
            return True
    return False


async def finish(yard: Yard, asked: list[str]) -> None:
    """Wait until all are delivered; one that was under way at three kills is put aside and is sent by a person."""

    async def done() -> bool:
        found = (await yard.hub.store[TASKS].of(ACME).find(limit=100_000, max_scan=200_000)).items
        tasks = [task for task in found if task.kind == DELIVER]
        for task in tasks:
            if task.state == TaskState.DEAD:
                assert task.last_error is not None
                assert task.last_error.code == "crashed"
                await yard.hub.delivery.resend(ACME, task.id)
        await asyncio.sleep(0.2)
        return not tasks and not await open_ids(yard, asked)

    await until(done, 600)


@pytest.mark.timeout(600 + 30 * EVENTS)
async def test_killed_and_stopped_workers_lose_nothing_and_repeat_only_what_was_under_way(
    yard: Yard, start: Callable[[], Child], tmp_path: Path
) -> None:
    moments = random.Random(11)
    targets: list[Target] = [
        await yard.target(f"/hook{number}", concurrency=CONCURRENCY, per_second=1000.0, schedule=(0.5,) * 20)
        for number in range(ENDPOINTS_USED)
    ]
    children = [start(), start()]
    await asyncio.gather(*(child.ready() for child in children))
    asked: list[str] = []
    repeatable: set[str] = set()
    stopped: Counter[int] = Counter()
    for event in range(EVENTS):
        for target in targets:
            asked += await yard.send(target, PER_EVENT // ENDPOINTS_USED)
        await asyncio.sleep(moments.uniform(0.05, 0.4))
        victim = children[event % 2]
        if event % 3 == 1:
            stopped[victim.process.pid] += 1
            victim.process.send_signal(signal.SIGSTOP)
            repeatable |= await open_ids(yard, asked)
            await asyncio.sleep(2 * LEASE)
            victim.process.send_signal(signal.SIGCONT)
        else:
            assert victim.end(signal.SIGKILL) == -signal.SIGKILL
            repeatable |= await open_ids(yard, asked)
            children[event % 2] = start()
            await children[event % 2].ready()
    await finish(yard, asked)
    times = Counter(one.id for one in yard.receiver.requests)
    assert set(times) == set(asked), "an execution was lost, or one came that nobody asked for"
    again = {id: count - 1 for id, count in times.items() if count > 1}
    late = {id for id in again if any(one.code != "delivered" for one in await yard.attempts(id))}
    repeated = {id: count for id, count in again.items() if id not in late}
    if not stood_still(tmp_path, stopped):
        assert set(repeated) <= repeatable, "something was sent again that had been stored as delivered"
    assert sum(repeated.values()) <= EVENTS * ENDPOINTS_USED * (CONCURRENCY + UNSTORED)
    told = {
        "executions": f"{len(asked):,}",
        "kills and stops": f"{EVENTS:,}",
        "duplicates": f"{sum(repeated.values()):,}, {sum(repeated.values()) / EVENTS:.1f} for each kill or stop",
        "sent again after a try without an answer in time": f"{len(late):,}",
    }
    if "LEADBRIDGE_TOLD" in os.environ:
        await asyncio.to_thread(TOLD.write_text, json.dumps(told), encoding="utf-8")
