"""A hub in this process on a store of its own, once for each engine, with a clock that moves only when told to."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadbridge.app import Hub, build_hub
from leadbridge.kit.clock import ManualClock
from leadbridge.leads.change import Author
from leadbridge.leads.imports.intake import ImportOptions
from leadbridge.leads.imports.model import Import
from leadbridge.leads.model import Lead, LeadBody
from leadbridge.storage.engine import Engine
from leadbridge.storage.sqlite import SqliteEngine
from tests.support.files import on_disk
from tests.support.hub_in_process import NOWHERE, settings_for
from tests.support.stores import ENGINE_PARAMS, ENGINES

AUTHOR = Author("api", "user:" + "f" * 24)
BY = AUTHOR.by


@dataclass(frozen=True, slots=True)
class House:
    """A started hub and its first company."""

    hub: Hub
    clock: ManualClock
    company: str
    folder: Path

    async def lead(self, **fields: object) -> Lead:
        return await self.hub.leads.create(self.company, AUTHOR, LeadBody.model_validate(fields))

    async def bring(self, text: str, name: str = "leads.csv") -> Import:
        with on_disk(text) as file:
            return await self.hub.imports.run(self.company, BY, name, file, ImportOptions(default_country="US"))


async def started(folder: Path, engine: Engine, clock: ManualClock) -> Hub:
    """Return a hub on ``engine`` whose files are in ``folder``."""
    hub = build_hub(settings_for(folder, NOWHERE, 0), clock=clock, engine=engine, rng=random.Random(3))
    await hub.start()
    return hub


@pytest.fixture(params=ENGINE_PARAMS)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    clock = ManualClock()
    hub = await started(tmp_path, ENGINES[request.param](tmp_path), clock)
    made = await hub.tenancy.make_first_company()
    assert made is not None
    yield House(hub, clock, made.company.id, tmp_path)
    await hub.close()


@pytest.fixture
async def sqlite_house(tmp_path: Path) -> AsyncIterator[House]:
    clock = ManualClock()
    hub = await started(tmp_path, SqliteEngine(tmp_path / "store.db"), clock)
    made = await hub.tenancy.make_first_company()
    assert made is not None
    yield House(hub, clock, made.company.id, tmp_path)
    await hub.close()
