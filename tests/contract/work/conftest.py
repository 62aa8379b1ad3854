"""A shop on each engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.work.shop import ALL_KINDS, Shop
from tests.support.stores import ENGINE_PARAMS, ENGINES


@pytest.fixture(params=ENGINE_PARAMS)
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    shop = Shop(ENGINES[request.param](tmp_path))
    await shop.store.start(ALL_KINDS)
    yield shop
    await shop.worker.stop(0.1)
    await shop.store.close()
