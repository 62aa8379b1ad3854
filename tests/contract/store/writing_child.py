"""A process that writes pairs of documents for ever and says which were acknowledged.

``python -m tests.contract.store.writing_child FILE NAME [ROUNDS]``: each batch holds two documents of one number and
raises a counter that all writers of the file share; a line with the number follows the answer.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.store import Contention, Store
from tests.contract.store.shapes import ACME, COUNTERS, KINDS, PEOPLE, person, store_on

CALLERS = 8


async def run(file: Path, name: str, rounds: int | None) -> None:
    """Write until killed, or ``rounds`` batches a caller."""
    store = store_on(SqliteEngine(file))
    await store.start(KINDS)
    await asyncio.gather(*(_caller(store, f"{name}{number}", rounds) for number in range(CALLERS)))
    await store.close()


async def _caller(store: Store, name: str, rounds: int | None) -> None:
    for number in itertools.count() if rounds is None else range(rounds):
        label = f"{name}:{number}"
        batch = (
            WriteBatch()
            .insert(PEOPLE, person(name=label, city="first", tags=(name, "pair"), note="x" * 300))
            .insert(PEOPLE, person(name=label, city="second", tags=(name, "pair")))
            .after(COUNTERS, None, "batches", add={"n": 1}, create={"companyId": ACME, "n": 0})
        )
        assert isinstance(await store.write(batch), Applied)
        sys.stdout.write(f"{label}\n")
        sys.stdout.flush()
        if rounds is not None:
            await _increment(store)


async def _increment(store: Store) -> None:
    async def build() -> tuple[WriteBatch, None]:
        found = await store[COUNTERS].across_companies().get("read")
        assert found is not None
        return WriteBatch().patch(COUNTERS, None, "read", values={"n": found.n + 1}, rev=found.rev), None

    while True:
        try:
            return await store.attempt(build)
        except Contention:
            continue


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None))
