"""Stopping a lane, letting it go on and changing its limits, in the batch of the cause, whoever owns it at that moment.

A stopped lane keeps its tasks. Only the owner changes the state of an owned lane, so a stop is a mark: the turn under
way ends as it would have, and whoever would make the lane ready next makes it paused.
"""

from __future__ import annotations

import msgspec

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.storage.batch import UNSET, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import LANE_FORMS, LaneForm
from leadbridge.work.model import LANES, Lane, LaneState, Paced


async def pause(store: Store, batch: WriteBatch, company: str, lane: str) -> None:
    """Add to ``batch`` that ``lane`` stops. Call it inside ``store.attempt``: the batch depends on what was read."""
    found = await store[LANES].of(company).get(lane)
    if found is None:
        form = LANE_FORMS.get(lane.partition(":")[0], LaneForm())
        made = Lane(
            id=lane, company_id=company, state=LaneState.IDLE, limit=form.limit, quantum=form.quantum, stop=True
        )
        batch.insert(LANES, made)
    elif not found.stop:
        batch.patch(LANES, company, lane, values={"stop": True}, where={"stop": UNSET})


async def resume(store: Store, clock: Clock, batch: WriteBatch, company: str, lane: str) -> None:
    """Add to ``batch`` that ``lane`` goes on; as ``pause``. A worker looks at once for what came in meanwhile."""
    found = await store[LANES].of(company).get(lane)
    if found is None or not found.stop:
        return
    values: dict[str, object] = {}
    if found.state == LaneState.PAUSED:
        values = {"state": LaneState.DELAYED, "at": to_millis(clock.now())}
    batch.patch(LANES, company, lane, values=values, unset=("stop",), where={"stop": True, "state": found.state})


async def reform(store: Store, batch: WriteBatch, company: str, lane: str, form: LaneForm) -> None:
    """Add to ``batch`` that ``lane`` has another limit, quantum and rate from its next turn on; as ``pause``.

    An owner never writes these fields: it may own the lane meanwhile. A lane that does not exist yet is made by its
    first task, in the form that comes with it.
    """
    found = await store[LANES].of(company).get(lane)
    if found is None:
        return
    paced = None if form.per_second is None else Paced(per_sec=form.per_second, burst=form.burst)
    values: dict[str, object] = {"limit": form.limit, "quantum": form.quantum}
    values["paced"] = None if paced is None else msgspec.to_builtins(paced)
    batch.patch(LANES, company, lane, values=values, where={"limit": found.limit, "quantum": found.quantum})


async def afresh(store: Store, clock: Clock, batch: WriteBatch, company: str, lane: str) -> None:
    """Add to ``batch`` that ``lane`` goes on at once, whatever stopped or held it; as ``pause``.

    Its other side is taken to be well again. While a worker owns the lane only the stop is taken back.
    """
    found = await store[LANES].of(company).get(lane)
    if found is None:
        return
    if found.state == LaneState.OWNED:
        if found.stop:
            batch.patch(LANES, company, lane, values={}, unset=("stop",), where={"stop": True, "fence": found.fence})
        return
    batch.patch(
        LANES,
        company,
        lane,
        values={"state": LaneState.DELAYED, "at": to_millis(clock.now())},
        unset=("stop", "held", "breaker"),
        where={"state": found.state, "fence": found.fence},
    )
