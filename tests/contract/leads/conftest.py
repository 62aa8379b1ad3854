"""Leads on a real store, once for each engine."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadbridge.kit.clock import ManualClock
from leadbridge.kit.ids import IdSource, object_ids
from leadbridge.leads import model as leads_model
from leadbridge.leads.change import Author
from leadbridge.leads.imports import model as imports_model
from leadbridge.leads.imports.service import ImportService
from leadbridge.leads.service import LeadService
from leadbridge.storage.store import Store
from leadbridge.usage import model as usage_model
from leadbridge.usage.service import UsageService
from leadbridge.work import model as work_model
from leadbridge.work.enqueue import TaskQueue
from tests.support.stores import ENGINE_PARAMS, ENGINES, open_store

COMPANY, OTHER = "a" * 24, "b" * 24
AUTHOR = Author("api", "user:" + "f" * 24)
KINDS = (*leads_model.KINDS, *imports_model.KINDS, *usage_model.KINDS, *work_model.KINDS)


@dataclass(frozen=True, slots=True)
class Room:
    """The leads room on a store of its own, with a clock that moves only when told to."""

    store: Store
    clock: ManualClock
    ids: IdSource
    leads: LeadService
    imports: ImportService


@pytest.fixture(params=ENGINE_PARAMS)
async def room(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    clock = ManualClock()
    ids = object_ids(clock, random.Random(7))
    async with open_store(ENGINES[request.param](tmp_path), KINDS, clock, ids) as store:
        usage = UsageService(store, clock, ids)
        imports = ImportService(store, clock, ids, usage, TaskQueue(store, clock, ids))
        yield Room(store, clock, ids, LeadService(store, clock, ids), imports)


@pytest.fixture
def on_wire(request: pytest.FixtureRequest) -> bool:
    """Whether the room is on a MongoDB server, where suites are a tenth of the size."""
    return request.node.get_closest_marker("mongodb") is not None
