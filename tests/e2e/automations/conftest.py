"""The stage of automations: beside the hub, a receiver that plays the scenario's webhook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.dashboard import Stage, stage
from tests.support.receiver import Receiver


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """What plays the scenario's webhook."""
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Stage]:
    origin = receiver.url.removesuffix("/hook")
    with stage(tmp_path_factory.mktemp("stage"), origins=(origin,)) as running:
        yield running
