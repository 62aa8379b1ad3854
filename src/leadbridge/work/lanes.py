"""The protocol of lanes in the store: promote, take, store, settle, leave.

Nothing here runs a task. Whoever takes a lane owns it until the lease ends, and every batch of results is written
where the fence is still the owner's and prolongs the lease: a process that stood still beyond its lease cannot write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import Unavailable
from leadbridge.storage.batch import Applied, Conflict, Duplicate, OutcomeUnknown, WriteBatch, WriteResult
from leadbridge.storage.store import Store
from leadbridge.work.decide import fitted, leaving
from leadbridge.work.errors import LaneLost
from leadbridge.work.model import (
    LANES,
    SIGNALS,
    TASKS,
    Breaker,
    Lane,
    LaneState,
    Rate,
    Signal,
    TaskState,
)
from leadbridge.work.reading import LaneReader, Look
from leadbridge.work.results import Again, Delete, Nothing, Outcome, add_all, grouped
from leadbridge.work.shares import prices

LEASE_SECONDS = 30.0
TRIES = 5
STORE_PAUSE = 0.1
"""Seconds between two tries to store results while the store does not answer."""


@dataclass(slots=True)
class Held:
    """The ownership of a lane."""

    lane: Lane
    until: float
    """The end of the lease by this process's monotonic clock, in seconds."""
    lost: bool = False
    ran: int = 0
    rate: Rate | None = None
    breaker: Breaker = field(default_factory=Breaker)
    named: frozenset[str] = frozenset()
    """The tasks that the stored lane names as those that may be running."""

    @property
    def fence(self) -> int:
        """The number of this ownership."""
        return self.lane.fence


class LaneStore(LaneReader):
    """The lanes of a store, for one worker called ``owner``. ``lease`` is in seconds."""

    def __init__(self, store: Store, clock: Clock, owner: str, *, lease: float = LEASE_SECONDS) -> None:
        super().__init__(store, clock)
        self._owner, self.lease = owner, lease

    # finding lanes

    async def promote(self, limit: int = 100) -> tuple[int, int]:
        """Make lanes ready that are due, or whose owner's lease has ended; return how many of each.

        The tasks that may have been running under an ended lease are counted a crash each. A lane that a person
        stopped becomes paused instead of ready.
        """
        now = self.now()
        lanes = self._store[LANES].across_companies()
        due, expired = await asyncio.gather(
            *(
                lanes.find(eq={"state": state}, order=["at"], high=now + 1, limit=limit)
                for state in (LaneState.DELAYED, LaneState.OWNED)
            )
        )
        if not due.items and not expired.items:
            return 0, 0
        found = [*due.items, *expired.items]
        price = await prices(self._store, {lane.company_id for lane in found})
        batches: list[WriteBatch] = []
        for lane in found:
            batch = WriteBatch()
            vt = price.charge(batch, lane.company_id, 1)
            batch.patch(
                LANES,
                lane.company_id,
                lane.id,
                values={"state": LaneState.PAUSED if lane.stop else LaneState.READY, "vt": vt, "at": now, "turn": ()},
                unset=("held", "owner"),
                where={"state": lane.state, "at": lane.at, "fence": lane.fence},
            )
            if lane.state == LaneState.OWNED:
                for id in lane.turn:
                    batch.after(TASKS, lane.company_id, id, add={"crashes": 1})
            batches.append(batch)
        results = await asyncio.gather(*(self._store.write(batch) for batch in batches))
        done = [isinstance(result, Applied) for result in results]
        return sum(done[: len(due.items)]), sum(done[len(due.items) :])

    async def park(self, lane: Lane) -> None:
        """Make a ready lane paused that a person stopped."""
        where = {"state": LaneState.READY, "fence": lane.fence, "stop": True}
        values = {"state": LaneState.PAUSED, "at": self.now()}
        await self._store.write(WriteBatch().patch(LANES, lane.company_id, lane.id, values=values, where=where))

    # owning a lane

    async def take(self, lane: Lane, look: Look, turn: Sequence[str]) -> Held | None:
        """Return the ownership of a ready lane, naming the tasks of the turn; None where another worker was faster."""
        until = self._clock.monotonic() + self.lease
        values = {
            "state": LaneState.OWNED,
            "fence": lane.fence + 1,
            "at": self._end(),
            "turn": tuple(turn),
            "seen": look.seen,
            "owner": self._owner,
        }
        batch = WriteBatch().patch(
            LANES, lane.company_id, lane.id, values=values, where={"state": LaneState.READY, "fence": lane.fence}
        )
        if not isinstance(await self._store.write(batch), Applied):
            return None
        taken = msgspec.structs.replace(lane, fence=lane.fence + 1, state=LaneState.OWNED)
        rate = fitted(lane.rate, lane.paced)
        return Held(taken, until, rate=rate, breaker=lane.breaker or Breaker(), named=frozenset(turn))

    async def store(self, held: Held, batch: WriteBatch) -> WriteResult:
        """Write ``batch`` if the lane is still ours, and prolong the lease; raises ``LaneLost``."""
        until = self._clock.monotonic() + self.lease
        owned = self._owned(held, {"at": self._end()})
        owned.operations.extend(batch.operations)
        owned.afters.extend(batch.afters)
        result = await self._write(held, owned)
        if isinstance(result, Applied):
            held.until = max(held.until, until)
        return result

    async def settle(self, held: Held, outcomes: Sequence[Outcome], turn: Sequence[str]) -> list[tuple[Outcome, str]]:
        """Store results; ``turn`` names the tasks that may be running from now on.

        Return those whose own part was refused, each with a code: nothing of them is stored. Raises ``LaneLost``. The
        lane itself is written, which prolongs the lease, where half of that is over or other tasks are to be named.
        """
        refused = [(outcome, code) for outcome in outcomes if (code := outcome.fault()) is not None]
        sound = [outcome for outcome in outcomes if outcome.fault() is None]
        for group in list(grouped(sound)) or [[]]:
            until = self._clock.monotonic() + self.lease
            named = self._named_already(held, group, turn)
            batch = self._unchanged(held) if named else self._owned(held, {"at": self._end(), "turn": tuple(turn)})
            add_all(batch, held.lane, group)
            result = await self._write(held, batch)
            written = isinstance(result, Applied) and not named
            if not isinstance(result, Applied):
                # one of them stands in the way of the others: each for itself
                for outcome in group:
                    code = await self._settle_one(held, outcome, turn)
                    written = written or code is None
                    if code is not None:
                        refused.append((outcome, code))
            if written:
                held.until, held.named = until, frozenset(turn)
        return refused

    def _named_already(self, held: Held, outcomes: Sequence[Outcome], turn: Sequence[str]) -> bool:
        """Tell whether the stored lane is as it is to be: with time enough, naming no task that waits again.

        A task that is gone may stay named. One that waits would be counted a crash if this process died.
        """
        time_left = held.until - self._clock.monotonic() > self.lease / 2
        gone = all(isinstance(outcome.fate, Delete) for outcome in outcomes)
        return bool(outcomes) and time_left and gone and held.named.issuperset(turn)

    async def _settle_one(self, held: Held, outcome: Outcome, turn: Sequence[str]) -> str | None:
        for _ in range(TRIES):
            result = await self._write(held, self._renewal(held, [outcome], turn))
            if isinstance(result, Applied):
                return None
            if isinstance(result, Duplicate) or result.kind != TASKS.name or result.id != outcome.task.id:
                return "conflict"
            task = await self._store[TASKS].of(outcome.task.company_id).get(outcome.task.id)
            if task is None or task.state != TaskState.WAITING:
                outcome = outcome.meant_otherwise(Nothing())
            elif task.hits != outcome.task.hits:
                outcome = outcome.meant_otherwise(Again(self.now(), 0))
        return "conflict"

    def _renewal(self, held: Held, outcomes: Sequence[Outcome], turn: Sequence[str]) -> WriteBatch:
        batch = self._owned(held, {"at": self._end(), "turn": tuple(turn)})
        add_all(batch, held.lane, outcomes)
        return batch

    async def leave(
        self, held: Held, *, more: bool = False, hold_until: int = 0, outcomes: Sequence[Outcome] = ()
    ) -> bool:
        """Give the lane back as ready, delayed or idle; raises ``LaneLost``.

        ``more``: tasks are known to be due. ``hold_until``: its rate or breaker lets nothing run before. ``outcomes``
        are stored in the same batch; False means that they were refused and the lane is still held.
        """
        now, company = self.now(), held.lane.company_id
        if more and hold_until <= now:
            away, seen = leaving(now, now, 0), None
        else:
            seen = await self._store[SIGNALS].across_companies().get(held.lane.id)
            away = leaving(await self.first_due(held.lane.id), now, hold_until)
        values: dict[str, object] = {"state": away.state, "at": away.at, "turn": ()}
        values |= {"rate": None if held.rate is None else msgspec.to_builtins(held.rate)}
        values |= {"breaker": None if held.breaker == Breaker() else msgspec.to_builtins(held.breaker)}
        if away.held:
            values["held"] = True
        ready = away.state == LaneState.READY
        price = await prices(self._store, [company])
        units = max(0, held.ran - (0 if ready else 1))  # becoming ready again will cost one
        charging = WriteBatch()
        vt = price.charge(charging, company, max(1, units) if ready else units)
        batch = self._owned(held, values | ({"vt": vt} if ready else {}), unset=("owner",))
        add_all(batch, held.lane, outcomes)
        batch.afters.extend(charging.afters)
        if not ready and not away.held:
            if seen is None:
                batch.insert(SIGNALS, Signal(id=held.lane.id, company_id=company))
            else:
                batch.require(SIGNALS, company, held.lane.id, where={"n": seen.n})
        result = await self._write(held, batch)
        if isinstance(result, Applied):
            return True
        if result.kind == SIGNALS.name:  # something came in while we looked
            return await self.leave(held, more=True, outcomes=outcomes)
        return False

    def _owned(self, held: Held, values: dict[str, object], unset: Sequence[str] = ()) -> WriteBatch:
        """Return a batch that holds only while the lane is ours. The lane comes first: it is the batch's witness."""
        return WriteBatch().patch(
            LANES,
            held.lane.company_id,
            held.lane.id,
            values=values,
            unset=unset,
            where={"fence": held.lane.fence, "state": LaneState.OWNED},
        )

    def _unchanged(self, held: Held) -> WriteBatch:
        """As ``_owned``, where nothing is to be written about the lane."""
        where = {"fence": held.lane.fence, "state": LaneState.OWNED}
        return WriteBatch().require(LANES, held.lane.company_id, held.lane.id, where=where)

    async def _write(self, held: Held, batch: WriteBatch) -> WriteResult:
        doubts = 0
        while not held.lost:
            try:
                result = await self._store.write(batch)
            except OutcomeUnknown:
                break  # repeating it could do the handler's part twice; the tasks run again when the lease has ended
            except Unavailable:
                if self._clock.monotonic() + STORE_PAUSE >= held.until:
                    break
                await self._clock.sleep(STORE_PAUSE)
                continue
            if not isinstance(result, Conflict) or (result.kind, result.id) != (LANES.name, held.lane.id):
                return result
            # a database may also answer so because another write was quicker; only the lane itself tells
            doubts += 1
            if doubts == TRIES or not await self._still_ours(held):
                break
        held.lost = True
        raise LaneLost(f"The lane {held.lane.id} is no longer ours.")

    async def _still_ours(self, held: Held) -> bool:
        lane = await self._store[LANES].of(held.lane.company_id).get(held.lane.id)
        return lane is not None and lane.state == LaneState.OWNED and lane.fence == held.lane.fence

    def _end(self) -> int:
        return self.now() + round(self.lease * 1000)
