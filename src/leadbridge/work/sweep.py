"""Finds lanes that sleep although tasks wait: a process may die between storing a task and waking its lane."""

from __future__ import annotations

import asyncio

from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import LaneForm, wake
from leadbridge.work.lanes import LaneStore
from leadbridge.work.model import LANES, TASKS, LaneState

CHUNK = 100
_BEHIND = "\x01"
"""Sorts behind a lane's own name and before every longer one."""


async def sweep(store: Store, lanes: LaneStore) -> int:
    """Wake every lane that is absent, idle or delayed beyond its first due task; return how many.

    Lanes are found by hopping along the index of tasks from one lane to the next: the cost is that of the lanes that
    have tasks, however many wait in each.
    """
    tasks = store[TASKS].across_companies()
    woken, low, ended = 0, None, False
    while not ended:
        names: dict[str, str] = {}
        while len(names) < CHUNK:
            page = await tasks.find(order=["lane", "state", "q", "dueAt"], low=low, limit=1)
            if not page.items:
                ended = True
                break
            names[page.items[0].lane] = page.items[0].company_id
            low = page.items[0].lane + _BEHIND
        found = await store[LANES].across_companies().get_many(list(names))
        for name, company in names.items():
            lane = found.get(name)
            if lane is not None and (lane.state not in (LaneState.IDLE, LaneState.DELAYED) or lane.held):
                continue
            due = await lanes.first_due(name)
            if due is None or (lane is not None and lane.state == LaneState.DELAYED and lane.at <= due):
                continue
            batch = WriteBatch()
            wake(batch, company, name, due, LaneForm())
            await store.write(batch)
            woken += 1
        await asyncio.sleep(0)
    return woken
