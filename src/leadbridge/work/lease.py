"""Leases: a lane owned by a request instead of by a worker's turn. The two exclude each other by the same fence.

Every result is written in a batch that also renews the lease where its fence is still the owner's: a process that was
paused past its lease cannot write, because somebody else has raised the fence or taken the ownership away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import Unavailable
from leadbridge.kit.ids import IdSource
from leadbridge.storage.batch import Applied, OutcomeUnknown, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.errors import LaneBusy, LaneLost
from leadbridge.work.model import LANES, SIGNALS, Lane, LaneState, Signal

LEASE_SECONDS = 10
"""How long a lane stands still after its owner was killed."""
RENEW_SECONDS = 3
"""How often a lease that is kept is renewed: a call to a vendor may take much longer than a lease."""
POLL_SECONDS = 0.05

log = structlog.get_logger(__name__)


def connection_lane(connection_id: str) -> str:
    """Return the lane of a connection: whoever holds it is the one who writes to that CRM account."""
    return f"conn:{connection_id}"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a lane, for as long as it is renewed."""

    lane: str
    company_id: str
    fence: int
    seen: int | None = None
    """The lane's signal when it was taken idle: where it is the same at the end, nothing waits. None: look."""


class Leases:
    """Takes, renews and returns leases."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._owner = ids()

    async def take(self, company_id: str, lane: str, *, wait: float) -> Lease:
        """Return the lease of ``lane``, waiting at most ``wait`` seconds for another owner; raises ``LaneBusy``."""
        deadline = self._clock.monotonic() + wait
        while True:
            lease = await self._try(company_id, lane)
            if lease is not None:
                return lease
            if self._clock.monotonic() >= deadline:
                raise LaneBusy("The connection is being synced by another request.")
            await self._clock.sleep(POLL_SECONDS)

    async def _try(self, company_id: str, lane: str) -> Lease | None:
        signal = await self._store[SIGNALS].of(company_id).get(lane)
        found = await self._store[LANES].of(company_id).get(lane)
        batch = WriteBatch()
        if signal is None:
            batch.insert(SIGNALS, Signal(id=lane, company_id=company_id))
        seen = 0 if signal is None else signal.n
        if found is None:
            fence = 1
            new = Lane(
                id=lane, company_id=company_id, state=LaneState.OWNED, fence=1, at=self._end(), owner=self._owner
            )
            batch.insert(LANES, new)
        elif self._free(found):
            fence = found.fence + 1
            batch.patch(
                LANES,
                company_id,
                lane,
                values={"state": LaneState.OWNED, "fence": fence, "at": self._end(), "owner": self._owner},
                unset=("held",),
                where={"fence": found.fence, "state": found.state, "at": found.at},
            )
        else:
            return None
        applied = isinstance(await self._store.write(batch), Applied)
        idle = found is None or found.state == LaneState.IDLE
        return Lease(lane, company_id, fence, seen if idle else None) if applied else None

    def _free(self, lane: Lane) -> bool:
        """Tell whether nobody owns ``lane``. One with the tasks of an ended turn is left to whoever counts these."""
        if lane.state == LaneState.OWNED:
            return lane.at <= to_millis(self._clock.now()) and not lane.turn
        return lane.state != LaneState.PAUSED

    async def held(self, company_id: str, lane: str) -> bool:
        """Tell whether somebody holds ``lane`` now."""
        found = await self._store[LANES].of(company_id).get(lane)
        return found is not None and found.state == "owned" and found.at > to_millis(self._clock.now())

    def renew(self, batch: WriteBatch, lease: Lease) -> None:
        """Make ``batch`` depend on the lease still being held, and extend it."""
        batch.patch(
            LANES,
            lease.company_id,
            lease.lane,
            values={"at": self._end()},
            where={"fence": lease.fence, "state": LaneState.OWNED},
        )

    async def write(self, batch: WriteBatch, lease: Lease) -> None:
        """Write results under the lease; raises ``LaneLost`` where it is no longer held and nothing was written."""
        self.renew(batch, lease)
        result = await self._store.write(batch)
        if not isinstance(result, Applied):
            raise LaneLost(f"The results could not be stored: {result.kind} was changed by somebody else.")

    @asynccontextmanager
    async def kept(self, lease: Lease) -> AsyncIterator[None]:
        """Renew ``lease`` for the length of a ``with`` block, then give it back; a lost one is left to its new owner.

        What is written meanwhile still depends on the fence: a process that was paused past its lease writes nothing.
        """
        renewing = asyncio.create_task(self._keep(lease))
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
            await self.leave(lease)

    async def _keep(self, lease: Lease) -> None:
        while True:
            await self._clock.sleep(RENEW_SECONDS)
            batch = WriteBatch()
            self.renew(batch, lease)
            try:
                if not isinstance(await self._store.write(batch), Applied):
                    return
            except (Unavailable, OutcomeUnknown) as error:  # the next one may get through in time
                log.warning("lease_not_renewed", lane=lease.lane, reason=str(error))

    async def leave(self, lease: Lease) -> None:
        """Give the lease back; one that was lost meanwhile is left alone.

        The lane goes back to sleep where nothing was put into it meanwhile; else a worker looks at it at once.
        """
        if lease.seen is not None:
            batch = self._leaving(lease, LaneState.IDLE)
            batch.require(SIGNALS, lease.company_id, lease.lane, where={"n": lease.seen})
            if isinstance(await self._store.write(batch), Applied):
                return
        await self._store.write(self._leaving(lease, LaneState.DELAYED))

    def _leaving(self, lease: Lease, state: LaneState) -> WriteBatch:
        return WriteBatch().patch(
            LANES,
            lease.company_id,
            lease.lane,
            values={"state": state, "at": to_millis(self._clock.now())},
            unset=("owner",),
            where={"fence": lease.fence, "state": LaneState.OWNED},
        )

    def _end(self) -> int:
        return to_millis(self._clock.now()) + LEASE_SECONDS * 1000
