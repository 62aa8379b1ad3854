"""A started store on each engine; a longer Hypothesis profile with ``LEADBRIDGE_LONG=1``."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from leadbridge.storage.engine import Engine
from leadbridge.storage.store import Store
from tests.contract.store.shapes import KINDS, store_on
from tests.support.stores import ENGINE_PARAMS, ENGINES

settings.register_profile("store", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("store-long", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("store-wire", parent=settings.get_profile("store"), max_examples=10)
LONG = os.environ.get("LEADBRIDGE_LONG") == "1"
PROFILE = settings.get_profile("store-long" if LONG else "store")
WIRE_PROFILE = PROFILE if LONG else settings.get_profile("store-wire")
"""Fewer examples where every step is a call to a server."""


@pytest.fixture(params=ENGINE_PARAMS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    return ENGINES[request.param](tmp_path)


@pytest.fixture
async def store(engine: Engine) -> AsyncIterator[Store]:
    store = store_on(engine)
    await store.start(KINDS)
    yield store
    await store.close()
