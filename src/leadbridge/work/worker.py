"""A worker: finds lanes that are ready, gives each a turn, and keeps shares, schedules and sleepers in order.

Any number of processes run one each. They meet in the store alone.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

import structlog

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.storage.store import Store
from leadbridge.work.around import Pace, Surroundings
from leadbridge.work.chores import Chores
from leadbridge.work.decide import choose
from leadbridge.work.handlers import Handlers
from leadbridge.work.lanes import LEASE_SECONDS, LaneStore
from leadbridge.work.metrics import WorkMetrics
from leadbridge.work.model import Lane
from leadbridge.work.schedules import Schedules
from leadbridge.work.sweep import sweep
from leadbridge.work.turn import Turn
from leadbridge.work.waiting import happened

log = structlog.get_logger("leadbridge.work")

MAX_SKEW = 5.0
"""Seconds that this machine's clock may be from the database's: beyond that no turn is begun."""
WATCH_SECONDS = 5.0
"""How long one wait for a commit lasts where there is none."""


@dataclass(frozen=True, slots=True)
class WorkerForm:
    """How a worker goes about it. Times in seconds."""

    slots: int = 32
    """Turns at once."""
    lease: float = LEASE_SECONDS
    poll: float = 0.5
    """How often a worker without a turn looks for lanes of itself; a commit of any process makes it look at once."""
    busy_poll: float = 0.025
    """How often one with turns and a free slot does."""
    sweep: float = 15.0
    schedules: float = 0.5
    chores: float = 5.0
    """How often it looks whether upkeep is due."""
    skew: float = 60.0
    """How often it compares its clock with the database's."""
    failed_lane: float = 5.0
    """How long a lane is left alone whose turn failed for a fault of ours."""
    pace: Pace = field(default_factory=Pace)


class Worker:
    """Runs tasks until it is stopped."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        rng: random.Random,
        handlers: Handlers,
        metrics: WorkMetrics,
        schedules: Schedules,
        form: WorkerForm | None = None,
        chores: Chores | None = None,
    ) -> None:
        self.form = form or WorkerForm()
        self._store, self._clock, self._metrics, self._schedules = store, clock, metrics, schedules
        self._chores = chores or Chores(store, clock)
        self._lanes = LaneStore(store, clock, ids(), lease=self.form.lease)
        self._around = Surroundings(
            self._lanes, handlers, clock, rng, metrics, self.form.pace, stopping=lambda: self._stopping
        )
        self._turns: dict[str, tuple[Turn, asyncio.Task[None]]] = {}
        self._failed: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._skewed = False
        self._loops: list[asyncio.Task[None]] = []
        self.beside = 0
        """Worker processes that were begun beside this one."""

    @property
    def running(self) -> bool:
        """Whether work is done: by this worker, or by those that were begun beside it."""
        return bool(self._loops) or self.beside > 0

    def start(self) -> None:
        """Begin to work, in tasks of the running loop. A second call does nothing."""
        if not self._loops:
            self._stopping = False
            loops = (self._pick_loop(), self._watch_loop(), self._upkeep_loop(), self._chore_loop(), self._clock_loop())
            self._loops = [asyncio.create_task(loop) for loop in loops]

    async def stop(self, grace: float = 20.0) -> None:
        """Begin nothing new, let the tries under way end for ``grace`` seconds, and give every lane back."""
        self._stopping = True
        self._wake.set()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops = []
        turns = [job for _, job in self._turns.values()]
        if turns:
            await asyncio.wait(turns, timeout=grace)
        for turn, job in list(self._turns.values()):
            if not job.done():
                await turn.abort()
        await asyncio.gather(*turns, return_exceptions=True)

    def nudge(self) -> None:
        """Look for lanes now: something was put into one by this process."""
        self._wake.set()

    async def round(self) -> int:
        """Promote what is due and give turns to the lanes that are next; return how many turns were begun."""
        promoted, expired = await self._lanes.promote()
        self._metrics.promoted.inc(promoted)
        self._metrics.expired.inc(expired)
        if len(self._turns) >= self.form.slots or self._skewed:
            return 0
        ready = await self._lanes.ready(max(64, self.form.slots * 4))
        now = self._clock.monotonic()
        self._failed = {lane: until for lane, until in self._failed.items() if until > now}
        for lane in ready:
            if lane.stop:
                await self._lanes.park(lane)
        free = [lane for lane in ready if not lane.stop and lane.id not in self._turns and lane.id not in self._failed]
        busy = Counter(turn.lane.company_id for turn, _ in self._turns.values())
        chosen = choose(free, busy, self.form.slots)
        for lane in chosen:
            turn = Turn(self._around, lane)
            self._turns[lane.id] = turn, asyncio.create_task(self._turn(turn, lane))
        self._metrics.slots.set(len(self._turns))
        return len(chosen)

    async def drain(self) -> None:
        """Work until no lane is ready or delayed to now and every turn has ended. For benchmarks and tests."""
        while await self.round() or self._turns:
            await happened(self._wake, self._clock, self.form.busy_poll)

    async def _turn(self, turn: Turn, lane: Lane) -> None:
        try:
            await turn.run()
        except Exception:  # a fault in one lane must not end the others
            log.exception("turn_failed", lane=lane.id)
            self._metrics.failures.labels("turn").inc()
            self._failed[lane.id] = self._clock.monotonic() + self.form.failed_lane
        finally:
            self._turns.pop(lane.id, None)
            self._metrics.slots.set(len(self._turns))
            self._wake.set()

    async def _pick_loop(self) -> None:
        while not self._stopping:
            pause = self.form.busy_poll
            try:
                if not await self.round() and not self._turns:
                    pause = await self._until_due()
            except Exception:  # the store may be back at the next round
                log.exception("round_failed")
                self._metrics.failures.labels("pick").inc()
                pause = 1.0
            await happened(self._wake, self._clock, pause)

    async def _until_due(self) -> float:
        """Return the seconds until a lane is due by itself, at most ``poll``."""
        due = await self._lanes.next_due()
        left = self.form.poll if due is None else (due - self._lanes.now()) / 1000
        return min(self.form.poll, max(0.001, left))

    async def _watch_loop(self) -> None:
        """Wake the others when any process committed something: it may have put work into a lane."""
        seen: int | None = None
        while not self._stopping:
            try:
                now = await self._store.engine.wait_for_change(WATCH_SECONDS, seen)
            except Exception:  # the store may be back soon; until then ``poll`` finds what there is
                log.exception("watch_failed")
                self._metrics.failures.labels("watch").inc()
                await self._clock.sleep(1.0)
                continue
            if now != seen:
                seen = now
                self._wake.set()

    async def _clock_loop(self) -> None:
        while not self._stopping:
            try:
                await self.compare_clocks()
            except Exception:  # the store may be back at the next round
                log.exception("clocks_not_compared")
                self._metrics.failures.labels("clock").inc()
            await self._clock.sleep(self.form.skew)

    async def compare_clocks(self) -> float:
        """Compare this clock with the database's and return the seconds between them.

        Nothing is stored wrongly by a clock that is off, since results depend on fences; but leases would end early or
        late. So a worker that is more than five seconds off begins no turn until its clock is right again.
        """
        begun = self._clock.now()
        theirs = await self._store.engine.time()
        middle = begun + (self._clock.now() - begun) / 2
        skew = 0.0 if theirs is None else (theirs - middle).total_seconds()
        self._metrics.skew.set(skew)
        skewed = abs(skew) > MAX_SKEW
        if skewed and not self._skewed:
            log.error("clock_off", seconds=round(skew, 1), cure="Run NTP on this machine and on the database's.")
        elif self._skewed and not skewed:
            log.info("clock_right_again")
        self._skewed = skewed
        return skew

    async def _chore_loop(self) -> None:
        while not self._stopping:
            try:
                await self._chores.run_due()
            except Exception:  # the store may be back at the next round
                log.exception("chores_failed")
                self._metrics.failures.labels("chores").inc()
            await self._clock.sleep(self.form.chores)

    async def _upkeep_loop(self) -> None:
        swept = self._clock.monotonic()
        while not self._stopping:
            try:
                fired = await self._schedules.fire()
                self._metrics.fired.inc(fired)
                if self._clock.monotonic() >= swept + self.form.sweep:
                    swept = self._clock.monotonic()
                    self._metrics.woken.inc(await sweep(self._store, self._lanes))
            except Exception:  # the store may be back at the next round
                log.exception("upkeep_failed")
                self._metrics.failures.labels("upkeep").inc()
            await self._clock.sleep(self.form.schedules)
