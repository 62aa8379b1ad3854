"""Several processes on one file: whose turn it is, how others' commits are noticed, how the log is kept short."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadbridge.kit.errors import StartRefused, Unavailable
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.engine import Engine, Polled
from leadbridge.storage.sqlite import SqliteEngine, connection
from leadbridge.storage.sqlite.turns import Turns
from leadbridge.storage.store import Store
from tests.contract.store.shapes import ACME, COUNTERS, KINDS, PEOPLE, applied, counter, person, put, store_on

HOLDER = """
import sys, time
from pathlib import Path
from leadbridge.storage.sqlite.turns import Turns
turns = Turns(Path(sys.argv[1]), 5)
assert turns.take()
print("held", flush=True)
sys.stdin.read()
"""


def holder(file: Path) -> subprocess.Popen[str]:
    """Return a process that has the turn until it is killed or its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def ended(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_turn_that_does_not_come_in_time_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    one, two = Turns(file, 0.05), Turns(file, 0.05)
    assert one.take()
    assert not two.take()
    assert not two.take()
    one.give_back()
    two.seconds = 5
    assert two.take()
    assert not one.take()
    two.give_back()
    one.seconds = 5
    assert one.take()
    one.close()  # which gives it back
    with two.taken() as held:
        assert held
    two.close()


def test_a_killed_process_leaves_its_turn_behind(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    process = holder(file)
    turns = Turns(file, 0.1)
    assert not turns.take()
    ended(process)
    assert turns.take()
    turns.close()


async def test_a_write_without_a_turn_is_refused_whole_and_later_ones_go_on(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    store = store_on(SqliteEngine(file, busy_seconds=0.3))
    await store.start(KINDS)
    process = holder(file)
    with pytest.raises(Unavailable, match=r"hub\.db is locked by another program"):
        await store.write(WriteBatch().insert(COUNTERS, counter("a")))
    assert await store[COUNTERS].across_companies().get("a") is None, "readers are not held up"
    ended(process)
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("b"))))
    await store.close()


async def test_a_start_waits_for_the_turn(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    process = holder(file)
    store = store_on(SqliteEngine(file, busy_seconds=20))
    starting = asyncio.create_task(store.start(KINDS))
    await asyncio.sleep(0.2)
    assert not starting.done()
    ended(process)
    await asyncio.wait_for(starting, 5)
    await store.close()


async def test_a_lock_file_of_somebody_else_is_told_at_start(tmp_path: Path) -> None:
    (tmp_path / "hub.db.lock").mkdir()
    with pytest.raises(StartRefused, match=r"lock file .* cannot be opened"):
        await store_on(SqliteEngine(tmp_path / "hub.db")).start(KINDS)


async def test_a_network_file_system_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "network_type", lambda path: "nfs4")
    with pytest.raises(StartRefused, match=r"on a network file system \(nfs4\).*local disk"):
        await store_on(SqliteEngine(tmp_path / "hub.db")).start(KINDS)
    assert not (tmp_path / "hub.db").exists()
    assert not (tmp_path / "hub.db.lock").exists()


async def test_a_commit_wakes_who_waits_and_none_is_missed(store: Store, engine: Engine) -> None:
    if isinstance(engine, Polled):
        pytest.skip("an engine that is not told of others' commits says after a tenth of a second: look again")
    mark = await engine.wait_for_change(0)
    begun = time.monotonic()
    assert await engine.wait_for_change(0.15, mark) == mark
    assert time.monotonic() - begun >= 0.14
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("a"))))
    begun = time.monotonic()
    later = await engine.wait_for_change(5, mark)  # committed before the wait began: seen all the same
    assert later != mark
    waiting = asyncio.create_task(engine.wait_for_change(5, later))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("b"))))
    assert await waiting != later
    assert time.monotonic() - begun < 2


async def test_another_process_is_noticed_within_a_fraction_of_a_second(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    one, two = SqliteEngine(file), SqliteEngine(file)
    writer = store_on(one)
    await writer.start(KINDS)
    await two.start(KINDS)
    mark = await two.wait_for_change(0)
    waiting = asyncio.create_task(two.wait_for_change(5, mark))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    begun = time.monotonic()
    applied(await writer.write(WriteBatch().insert(COUNTERS, counter("a"))))
    assert await waiting != mark
    assert time.monotonic() - begun < 0.5
    await writer.close()
    await two.close()


async def test_a_log_that_a_reader_let_grow_is_cut_once_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadbridge.storage.sqlite.writer.FOLD_AGAIN_SECONDS", 0.0)
    file, log = tmp_path / "hub.db", tmp_path / "hub.db-wal"
    store = store_on(SqliteEngine(file))
    await store.start(KINDS)
    await put(store, person(name="first"))
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute('SELECT count(*) FROM "people"').fetchone()  # holds this state of the file
    for _ in range(20):
        await put(store, *(person(note="x" * 250_000) for _ in range(14)))
    assert log.stat().st_size > 64 * 2**20
    reader.execute("COMMIT")
    reader.close()
    await put(store, person(name="last"))
    await put(store, person(name="and one"))  # the log was cut behind the one before
    assert log.stat().st_size < 2**20
    assert len((await store[PEOPLE].of(ACME).find(limit=400)).items) == 283
    await store.close()
