"""Worker processes under load that are killed, stopped beyond their lease, continued and restarted."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadbridge.storage.open import open_engine
from leadbridge.work.enqueue import NewTask
from leadbridge.work.model import TaskState
from tests.contract.work.shop import ACME, ALL_KINDS, EFFECTS, FORMS, OTHER, Shop, until
from tests.contract.work.working_child import sessions_of
from tests.support import wire_server
from tests.support.children import Child, starting

LONG = os.environ.get("LEADBRIDGE_LONG") == "1"
EVENTS = 200 if LONG else 5
PER_EVENT = 60
"""Tasks put in before each kill or stop."""
LANES = [("conn:1", ACME), ("conn:2", ACME), ("conn:3", OTHER), ("conn:4", OTHER)]


@dataclass(frozen=True)
class Place:
    """Where the workers keep their work, and how long a lease they need there, in seconds."""

    address: str
    lease: float


@pytest.fixture(params=["sqlite", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Place(f"sqlite:///{tmp_path / 'hub.db'}", 1.0)
    # the wire server does a few hundred writes a second: a shorter lease would end in the middle of a result
    return Place(wire_server.url_of(f"work_{request.node.name[:12]}_{uuid.uuid4().hex[:8]}"), 4.0)


def forget(log: Path, dead: Child) -> None:
    """Let the wire server abort what a killed worker had begun; a real one does so by itself."""
    if (file := sessions_of(log, dead.process.pid)).exists() and wire_server.real_server() is None:
        wire_server.end_sessions(file.read_text().split())


@pytest.fixture
async def shop(place: Place) -> AsyncIterator[Shop]:
    """The place, seen from the test."""
    shop = Shop(open_engine(place.address))
    await shop.store.start(ALL_KINDS)
    yield shop
    await shop.store.close()


@pytest.fixture
def start(place: Place, tmp_path: Path) -> Iterator[Callable[[], Child]]:
    """Starts a worker process; one that is left at the end of the test is killed."""

    def child() -> Child:
        arguments = (place.address, str(tmp_path / "log"), str(place.lease))
        return Child("tests.contract.work.working_child", *arguments, patience=30)

    with starting(child) as one:
        yield one


@pytest.mark.timeout(3600 if LONG else 240)
async def test_killed_and_stopped_workers_lose_no_task_and_store_no_result_twice(
    place: Place, shop: Shop, start: Callable[[], Child], tmp_path: Path
) -> None:
    log, moments = tmp_path / "log", random.Random(3)
    children = [start(), start()]
    await asyncio.gather(*(child.ready() for child in children))
    asked: list[str] = []
    dead: list[Child] = []
    for event in range(EVENTS):
        asked += await shop.put_all(
            [
                NewTask(company_id=company, lane=lane, kind="log")
                for lane, company in (LANES[number % len(LANES)] for number in range(PER_EVENT))
            ]
        )
        await asyncio.sleep(moments.uniform(0.05, 0.3))
        victim = event % 2
        if event % 3 == 1:
            children[victim].process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(2 * place.lease)
            children[victim].process.send_signal(signal.SIGCONT)
        else:
            assert children[victim].end(signal.SIGKILL) == -signal.SIGKILL
            dead.append(children[victim])
            children[victim] = start()
            await children[victim].ready()

    async def finished() -> bool:
        # again and again: what was on its way from a killed one may have come after the last time
        for one in dead:
            await asyncio.to_thread(forget, log, one)
        await asyncio.sleep(0.2)
        tasks = await shop.tasks()
        for task in tasks:
            # one that was under way at three kills is put aside, which is not losing it
            if task.state == TaskState.DEAD:
                assert task.last_error is not None
                assert task.last_error.code == "crashed"
                await shop.service.retry(task.company_id, task.id)
        return not tasks

    await until(finished, 600 if LONG else 180)
    assert [child.end(signal.SIGTERM) for child in children] == [0, 0]
    effects = Counter(
        one.task for one in (await shop.store[EFFECTS].across_companies().find(limit=10**6, max_scan=10**6)).items
    )
    lines = Counter(log.read_text().split())
    assert set(effects) == set(asked)
    assert set(effects.values()) == {1}, "a result was stored twice"
    assert set(lines) == set(asked)
    repeated = sum(count - 1 for count in lines.values())
    # at an event at most what was named in its process's turns was in flight, or answered and not yet stored
    bound = FORMS["conn"].quantum * len(LANES)
    assert repeated <= EVENTS * bound
    assert max(lines.values()) <= 1 + EVENTS


async def test_a_worker_told_to_end_gives_its_lanes_back_at_once(
    shop: Shop, start: Callable[[], Child], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    first = start()
    await first.ready()
    asked = await shop.put_all([NewTask(company_id=ACME, lane="conn:1", kind="log") for _ in range(200)])
    await asyncio.sleep(0.3)
    assert first.end(signal.SIGTERM) == 0
    rest = await shop.tasks()
    assert rest, "the load was too small to be interrupted"
    assert {task.crashes for task in rest} == {0}
    second = start()
    await second.ready()

    async def finished() -> bool:
        return not await shop.tasks()

    await until(finished, 60)
    assert second.end(signal.SIGTERM) == 0
    assert Counter(log.read_text().split()) == Counter(asked), "nothing ran twice"
