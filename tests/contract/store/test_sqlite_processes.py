"""Processes that are killed, and processes that share a file."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.store import Store
from tests.contract.store.conftest import LONG
from tests.contract.store.shapes import ACME, COUNTERS, KINDS, PEOPLE, applied, counter, store_on
from tests.contract.store.writing_child import CALLERS

KILLS = 40 if LONG else 4


def child(file: Path, name: str, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.contract.store.writing_child", str(file), name, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that the kill did not cut short."""
    return (line.strip() for line in lines if line.endswith("\n"))


async def labels(store: Store) -> Counter[str]:
    """Return how often each batch's name stands in the store, walked page by page."""
    found: Counter[str] = Counter()
    after = None
    while True:
        page = await store[PEOPLE].of(ACME).find(eq={"tags": "pair"}, limit=500, after=after)
        found.update(str(one.name) for one in page.items)
        after = page.next
        if after is None:
            return found


async def test_a_killed_process_loses_no_acknowledged_batch_and_leaves_no_half(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    acknowledged: list[str] = []
    moments = random.Random(11)
    for run in range(KILLS):
        process = child(file, f"r{run}-")
        assert process.stdout is not None
        output = process.stdout
        acknowledged.append(output.readline().strip())  # it writes; kill it in the middle
        reader = threading.Thread(target=lambda lines=output: acknowledged.extend(_whole(lines)))
        reader.start()
        time.sleep(moments.uniform(0.01, 0.3))  # noqa: ASYNC251
        process.kill()
        process.wait()
        reader.join()
        output.close()
    store = store_on(SqliteEngine(file))
    await store.start(KINDS)
    found = await labels(store)
    total = await store[COUNTERS].across_companies().get("batches")
    everything = await store[PEOPLE].of(ACME).find(limit=10**6, max_scan=10**6)
    await store.close()
    assert len(acknowledged) > KILLS * 5
    assert set(acknowledged) <= set(found)
    assert set(found.values()) == {2}
    assert total is not None
    assert total.n == len(found)
    assert len(everything.items) == 2 * len(found)


async def test_two_processes_write_one_file_without_losing_anything(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    store = store_on(SqliteEngine(file))
    await store.start(KINDS)
    applied(await store.write(WriteBatch().insert(COUNTERS, counter("read"))))
    rounds = 10
    processes = [child(file, name, str(rounds)) for name in ("a", "b")]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    said = [line for output in outputs for line in output.split()]
    expected = 2 * CALLERS * rounds
    assert len(said) == expected
    # this process, which had the file open all the time, sees what the others wrote
    assert await labels(store) == Counter(dict.fromkeys(said, 2))
    counters = await store[COUNTERS].across_companies().get_many(["batches", "read"])
    assert {id: one.n for id, one in counters.items()} == {"batches": expected, "read": expected}
    await store.close()


async def test_processes_that_start_on_a_new_file_together_both_start(tmp_path: Path) -> None:
    for attempt in range(2):
        file = tmp_path / f"hub{attempt}.db"
        processes = [child(file, name, "0") for name in "abc"]
        for process in processes:
            process.communicate(timeout=60)
        assert [process.returncode for process in processes] == [0, 0, 0]
