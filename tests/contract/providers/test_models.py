"""The simulation's model of a CRM behaves as the CRM's sandbox does: one recorded history, replayed over HTTP."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from tests.contract.providers.conftest import Connected
from tests.contract.providers.replica import Replay, Replica
from tests.contract.providers.replica_hubspot import HubSpotReplica
from tests.simulation.sync.trace import Recorder

REPLICAS: Mapping[str, Replica] = {one.profile: one for one in (HubSpotReplica(),)}
"""Every vendor whose sandbox is there; a new one is added here."""
LONG = bool(os.environ.get("LEADBRIDGE_LONG"))
HISTORIES, STEPS = (8, 100) if LONG else (1, 40)  # a vendor allows about ten calls a second


@pytest.mark.timeout(1800 if LONG else 600)
async def test_a_recorded_history_has_the_same_outcome_on_the_model_and_over_http(connected: Connected) -> None:
    replica = REPLICAS.get(connected.provider.id)
    if replica is None:
        pytest.skip("its sandbox has not been held against the model yet")
    for seed in range(1, HISTORIES + 1):
        await agrees(connected, replica, seed)


async def agrees(connected: Connected, replica: Replica, seed: int) -> None:
    """Fail with the step at which the two part."""
    recorder, replay = (
        Recorder(replica.profile, list(replica.fields), seed),
        Replay(connected, replica, f"history{seed}"),
    )
    merged: set[int] = set()
    for number, done in enumerate(recorder.history(STEPS)):
        where = f"seed {seed}, step {number}: {done}"
        assert await replay.do(done) == done.outcome, where
        for record, shown in done.shown.items():
            assert await replay.show(record) == replay.expected(shown), f"{where}; record {record}"
        merged |= {done.record} if done.op == "merge" else set()
    for record, row in enumerate(recorder.rows):
        if row.lives and record not in merged and (past := await replay.past(record)) is not None:
            told = {f: [(replay.form(f, value), by) for value, by in ones] for f, ones in recorder.past(record).items()}
            assert past == told, f"seed {seed}: the history of record {record}"
