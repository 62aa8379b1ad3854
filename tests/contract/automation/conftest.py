"""A hub that delivers, for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.automation.delivering import Yard, yard_in


@pytest.fixture
async def yard(tmp_path: Path) -> AsyncIterator[Yard]:
    async with yard_in(tmp_path) as yard:
        yield yard
