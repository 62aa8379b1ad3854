"""Schedules: five cron fields in a time zone. Each time fires once, whichever worker sees it first.

A fixed time that a change of the clocks skips fires where the gap ends; one that it doubles fires the first time. A
field with a star in minutes or hours means an interval and follows the elapsed time. After a pause of all workers a
schedule fires once, not once for every time that was missed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from cronsim import CronSim, CronSimError

from leadbridge.kit.clock import Clock, from_millis, to_millis
from leadbridge.kit.ids import IdSource
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.errors import BadSchedule
from leadbridge.work.model import SCHEDULES, Queue, Schedule

CHUNK = 100


def next_fire(cron: str, tz: str, after: datetime) -> datetime:
    """Return the first time, in UTC, later than ``after`` at which ``cron`` fires in the zone ``tz``.

    Raises ``BadSchedule``.
    """
    try:
        zone = ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadSchedule(f"The time zone {tz[:60]!r} is not known.") from error
    if len(cron.split()) != 5:
        raise BadSchedule(f"A schedule has five fields; {cron[:60]!r} has {len(cron.split())}.")
    try:
        times = CronSim(cron, after.astimezone(zone))
        # in a doubled hour the walk starts on the wall clock and may yield its first passing, which is over
        return next(found for time in times if (found := time.astimezone(UTC)) > after)
    except CronSimError as error:
        raise BadSchedule(f"The schedule {cron[:60]!r} cannot be read: {error}.") from error
    except (StopIteration, RuntimeError) as error:
        raise BadSchedule(f"No date ever fits the schedule {cron[:60]!r}.") from error


class Schedules:
    """The schedules of all companies."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, queue: TaskQueue) -> None:
        self._store, self._clock, self._ids, self._queue = store, clock, ids, queue

    async def add(
        self,
        company_id: str,
        *,
        cron: str,
        tz: str,
        lane: str,
        kind: str,
        ref: object,
        queue: Queue = Queue.BULK,
        id: str | None = None,
    ) -> Schedule:
        """Store a schedule that puts a task into ``lane`` at each of its times; raises ``BadSchedule``."""
        next_at = to_millis(next_fire(cron, tz, self._clock.now()))
        schedule = Schedule(
            id=id or self._ids(),
            company_id=company_id,
            cron=cron,
            tz=tz,
            next_at=next_at,
            lane=lane,
            kind=kind,
            ref=msgspec.json.encode(ref).decode(),
            q=int(queue),
        )
        await self._store.write(WriteBatch().insert(SCHEDULES, schedule))
        return schedule

    async def remove(self, company_id: str, id: str) -> None:
        """Delete a schedule; one that is absent counts as deleted. A task that it made before still runs."""
        await self._store.write(WriteBatch().delete(SCHEDULES, company_id, id))

    async def fire(self) -> int:
        """Fire every schedule that is due; return how many this process fired."""
        now = self._clock.now()
        due = (
            await self._store[SCHEDULES].across_companies().find(order=["nextAt"], high=to_millis(now) + 1, limit=CHUNK)
        )
        fired = 0
        for schedule in due.items:
            fired += await self._fire(schedule, now)
        return fired

    async def _fire(self, schedule: Schedule, now: datetime) -> bool:
        # from now on, not from the time that was due: what was missed in between is not made up for
        after = max(now, from_millis(schedule.next_at))
        moved = msgspec.structs.replace(schedule, next_at=to_millis(next_fire(schedule.cron, schedule.tz, after)))
        batch = WriteBatch().replace(SCHEDULES, moved)
        task = NewTask(
            company_id=schedule.company_id,
            lane=schedule.lane,
            kind=schedule.kind,
            ref=msgspec.json.decode(schedule.ref),
            queue=Queue(schedule.q),
            uniq=f"{schedule.id}:{schedule.next_at}",
            trace=f"schedule-{schedule.id}",
        )
        await self._queue.enqueue(batch, task)
        return isinstance(await self._store.write(batch), Applied)
