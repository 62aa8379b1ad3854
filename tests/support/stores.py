"""Stores for tests: every engine a contract test runs on, by name."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from leadbridge.kit.clock import Clock, ManualClock
from leadbridge.kit.ids import IdSource, object_ids
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import Kind
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.store import Store
from tests.support import wire_server

EngineFactory = Callable[[Path], Engine]
"""Makes an engine that keeps what it keeps in a folder of the test's own."""

ENGINES: dict[str, EngineFactory] = {
    "memory": lambda folder: MemoryEngine(),
    "sqlite": lambda folder: SqliteEngine(folder / "store.db"),
    "mongodb": wire_server.engine_in,
}
ENGINE_PARAMS = [pytest.param(name, marks=pytest.mark.mongodb if name == "mongodb" else ()) for name in ENGINES]
"""The engines' names for a fixture: those on a MongoDB server carry the marker by which their tier is chosen."""


@asynccontextmanager
async def open_store(
    engine: Engine, kinds: Sequence[Kind[Any]], clock: Clock | None = None, ids: IdSource | None = None
) -> AsyncIterator[Store]:
    """Start a store for ``kinds`` on ``engine`` and close it afterwards."""
    clock = clock or ManualClock()
    store = Store(engine, clock, ids or object_ids(clock, random.Random(1)), random.Random(2))
    await store.start(kinds)
    try:
        yield store
    finally:
        await store.close()
