"""The simulation's model of a CRM behaves as the CRM's sandbox does: one recorded history, replayed over HTTP."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.providers.conftest import Connected
from tests.contract.providers.replica import Replay, Replica
from tests.contract.providers.replica_dynamics import DynamicsReplica
from tests.contract.providers.replica_hubspot import HubSpotReplica
from tests.contract.providers.replica_salesforce import SalesforceReplica
from tests.contract.providers.replica_zoho import ZohoReplica
from tests.simulation.sync.profiles import PROFILES, Profile
from tests.simulation.sync.trace import STEP_MS, Recorder

ALL: tuple[Replica, ...] = (HubSpotReplica(), ZohoReplica(), SalesforceReplica(), DynamicsReplica())
REPLICAS: Mapping[str, Replica] = {one.profile: one for one in ALL}
"""One for every provider; a new one is added here."""
LONG = bool(os.environ.get("LEADBRIDGE_LONG"))
HISTORIES, STEPS = (int(os.environ.get("LEADBRIDGE_HISTORIES", "8")), 100) if LONG else (1, 30)
"""A vendor allows about ten calls a second."""
WRONG: Mapping[str, Profile] = {
    "hubspot": replace(PROFILES["hubspot"], forward=False),
    "zoho": replace(PROFILES["zoho"], pointer=True),
    "salesforce": replace(PROFILES["salesforce"], verbatim=frozenset(("email",))),
    "dynamics": replace(PROFILES["dynamics"], touches=False),
}
"""A fact of each model, turned around."""


@pytest.mark.timeout(3600 if LONG else 600)
async def test_a_recorded_history_has_the_same_outcome_on_the_model_and_over_http(connected: Connected) -> None:
    ahead = timedelta(0)
    for seed in range(1, HISTORIES + 1):
        ahead = await agrees(connected, PROFILES[connected.provider.id], seed, ahead)


@pytest.mark.timeout(600)
async def test_a_model_that_is_wrong_is_told_by_the_step_that_shows_it(connected: Connected) -> None:
    with pytest.raises(AssertionError, match="seed 1, "):
        await agrees(connected, WRONG[connected.provider.id], 1, timedelta(0))


async def agrees(connected: Connected, model: Profile, seed: int, ahead: timedelta) -> timedelta:
    """Fail with the step at which the two part; return how far ahead of our clock the vendor's is afterwards."""
    replica = REPLICAS[model.name]
    recorder = Recorder(model, list(replica.fields), seed)
    replay = Replay(connected, replica, f"history{seed}", ahead)
    await replay.begin()
    merged: set[int] = set()
    for number, done in enumerate(recorder.history(STEPS)):
        where = f"seed {seed}, step {number}: {done}"
        assert await replay.do(done) == done.outcome, where
        assert await replay.show(done.shown) == replay.expected(done.shown), where
        merged |= {done.record} if done.op == "merge" else set()
    where = f"seed {seed}, in the end"
    replay.wait(recorder.vendor.profile.lag + STEP_MS)
    last = recorder.last()
    assert await replay.show(last) == replay.expected(last), where
    assert await replay.news() == recorder.news(), f"{where}: what the walks of changes and deletions told of"
    holders = recorder.held_by()
    found = await replay.found_by(holders)
    for address, records in holders.items():
        one = found.get(address)
        assert (one in records) if records else (one is None), f"{where}: {address} finds {one}, not of {records}"
    for record, row in enumerate(recorder.rows):
        if row.lives and record not in merged and (past := await replay.past(record)) is not None:
            told = {f: [(replay.form(f, value), by) for value, by in ones] for f, ones in recorder.past(record).items()}
            assert past == told, f"seed {seed}: the history of record {record}"
    return replay.ahead
