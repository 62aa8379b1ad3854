"""One turn of a lane: read what is due, take the lane, run it, store results as they come, give the lane back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import structlog

from leadbridge.kit.errors import Unavailable
from leadbridge.storage.batch import WriteBatch
from leadbridge.work import decide
from leadbridge.work.around import Surroundings
from leadbridge.work.errors import LaneLost
from leadbridge.work.handlers import Done, Handler, Result, Retry
from leadbridge.work.lanes import STORE_PAUSE, Held
from leadbridge.work.model import Lane, Queue, Task
from leadbridge.work.reading import Look
from leadbridge.work.results import Again, Bury, Delete, Outcome, grouped
from leadbridge.work.starting import next_to_start
from leadbridge.work.trial import UNKNOWN_KIND_PAUSE, attempt, buried, fate, put_off, word
from leadbridge.work.waiting import happened

log = structlog.get_logger("leadbridge.work")

GIVE_UP_PAUSE = 5000
"""Milliseconds until the end of a task is tried again that could not be stored just now."""
_QUEUES = {int(queue): queue.name.lower() for queue in Queue}


class Turn:
    """A turn of one lane. ``run`` is called once."""

    def __init__(self, around: Surroundings, lane: Lane) -> None:
        self._around, self.lane = around, lane
        self._lanes, self._clock, self._pace = around.lanes, around.clock, around.pace
        self._held: Held | None = None
        self._pending: list[Task] = []
        self._suspects: list[Task] = []
        self._passing: frozenset[str] = frozenset()
        self._running: dict[str, tuple[Task, asyncio.Task[None]]] = {}
        self._prepared: dict[str, Any] = {}
        self._results: list[tuple[Task, Handler, Result, WriteBatch | None, Sequence[Any]]] = []
        self._outcomes: list[Outcome] = []
        self._known: set[str] = set()
        self._wake = asyncio.Event()
        self._full = False
        self._hold_until = 0
        self._deadline = self._flush_at = self._live_at = 0.0
        self._closed = False

    async def run(self) -> bool:
        """Run the turn; return whether the lane was ours at all."""
        begun = self._clock.monotonic()
        look = await self._lanes.look(self.lane.id, self.lane.quantum)
        self._full = look.full
        await self._accept(look)
        held = self._held = await self._lanes.take(self.lane, look, [task.id for task in self._pending])
        if held is None:
            return False
        end = "left"
        try:
            self._deadline, self._live_at = begun + self._pace.turn, begun + self._pace.live
            await self._work(held)
            await self._work_alone(held)
            await self._leave(held)
        except LaneLost:
            end = "lost"
            log.warning("lane_lost", lane=self.lane.id, running=len(self._running))
        finally:
            await self._cancel()
            self._around.metrics.turns.labels(end).inc()
            self._around.metrics.turn_seconds.observe(self._clock.monotonic() - begun)
        return True

    async def abort(self) -> None:
        """End the tries under way; their tasks stay, and the lane is given back."""
        self._closed = True
        self._pending.clear()
        await self._cancel()
        self._wake.set()

    async def _accept(self, look: Look) -> list[Task]:
        """Sort what was read into what runs, what runs alone, and what does not run; return what runs."""
        fresh = [task for task in look.tasks if task.id not in self._known]
        now = self._lanes.now()
        keys = {task.order_key for task in fresh if task.order_key is not None}
        sequences = await self._lanes.sequences(self.lane.id, keys) if keys else {}
        ordered = decide.in_order(fresh, sequences, now)
        self._outcomes += [put_off(task, ordered.put_off[task.id]) for task in fresh if task.id in ordered.put_off]
        self._passing |= ordered.out_of_order
        chosen = [task for task in ordered.run if task.id not in self._known]
        self._known.update(task.id for task in (*fresh, *chosen))
        runnable = [task for task in chosen if self._fit(task, now)]
        suspects = [task for task in runnable if task.crashes]
        # who follows a suspect in its order waits for the next turn
        behind = {task.order_key for task in suspects if task.order_key is not None}
        accepted = [task for task in runnable if not task.crashes and task.order_key not in behind]
        self._suspects += suspects
        self._pending += accepted
        self._full = self._full or ordered.left or len(accepted) + len(suspects) < len(runnable)
        await self._prepare([*suspects, *accepted])
        return accepted

    async def _prepare(self, tasks: Sequence[Task]) -> None:
        """Let handlers that can do so read at once what all of ``tasks`` are about."""
        by_kind: dict[str, list[Task]] = {}
        for task in tasks:
            by_kind.setdefault(task.kind, []).append(task)
        for kind, those in by_kind.items():
            handler = self._around.handlers.get(kind)
            if handler is not None and handler.prepare is not None:
                try:
                    self._prepared.update(await handler.prepare(those))
                except Unavailable:
                    log.warning("not_prepared", kind=kind, tasks=len(those))  # each handler reads for itself

    def _fit(self, task: Task, now: int) -> bool:
        """Tell whether ``task`` is to be run at all; where it is not, note what becomes of it instead."""
        if (code := decide.unfit(task, now)) is not None:
            self._outcomes.append(buried(task, code, now))
            self._count(task, "dead")
        elif self._around.handlers.get(task.kind) is None:
            log.warning("task_kind_unknown", kind=task.kind)
            self._outcomes.append(put_off(task, now + UNKNOWN_KIND_PAUSE))
        else:
            return True
        return False

    async def _work(self, held: Held) -> None:
        while True:
            pause = self._start(held)
            if not self._running and not self._results and (not self._pending or pause is None):
                return
            now = self._clock.monotonic()
            due = [held.until - self._lanes.lease / 2]
            due += [] if self._plenty() else [self._live_at]
            due += [self._flush_at] if self._outcomes or self._results else []
            due += [now + pause] if pause else []
            await happened(self._wake, self._clock, max(0.001, min(due) - now))
            await self._progress(held)

    async def _progress(self, held: Held) -> None:
        """Take in what has ended, store it when it is time, look for live tasks, and keep the lease."""
        self._collect(held)
        now = self._clock.monotonic()
        if now >= held.until:
            held.lost = True  # whatever the store thinks, nothing may be started any more
            raise LaneLost("The lease ended before it was prolonged.")
        idle = not self._running and not self._pending
        many = len(self._outcomes) >= self._pace.flush_count
        late = bool(self._outcomes) and now >= self._flush_at and not idle
        renew = now >= held.until - self._lanes.lease / 2
        live: list[Task] = []
        if now >= self._live_at and not self._plenty() and (self._running or not self._closing()):
            live = await self._look_live()
            self._live_at = self._clock.monotonic() + self._pace.live
        if many or late or renew or live:
            await self._flush(held)

    def _plenty(self) -> bool:
        """Tell whether live tasks wait here already, enough for all slots: any other one comes after them."""
        return len(self._pending) >= self.lane.limit and self._pending[-1].q == Queue.LIVE

    async def _look_live(self) -> list[Task]:
        try:
            look = await self._lanes.look(self.lane.id, self.lane.quantum, (Queue.LIVE,))
        except Unavailable:
            return []  # the next look is soon
        live = await self._accept(look)
        self._pending.sort(key=lambda task: task.q)
        return live

    def _start(self, held: Held) -> float | None:
        """Start what may start now; return seconds until more may, 0 when something running must end first, or None."""
        running = [one for one, _ in self._running.values()]
        while self._pending:
            ended = self._around.stopping() or self._closed
            task = next_to_start(self._pending, running, max(1, self.lane.limit), closing=self._closing(), ended=ended)
            if task is None:
                return 0 if self._running else None
            now = self._lanes.now()
            allowed = decide.allowance(held.breaker, now)
            if allowed == "none":
                self._hold_until = max(self._hold_until, held.breaker.until)
                return 0 if self._running else None
            if allowed == "probe" and self._running:
                return 0
            rate, wait = decide.spend(held.rate, now)
            held.rate = rate
            if wait:
                if wait / 1000 <= self._pace.longest_pause:
                    return wait / 1000
                self._hold_until = max(self._hold_until, now + wait)
                return 0 if self._running else None
            self._pending.remove(task)
            self._launch(held, task)
            running.append(task)
        return 0 if self._running else None

    def _closing(self) -> bool:
        return self._closed or self._around.stopping() or self._clock.monotonic() >= self._deadline

    def _launch(self, held: Held, task: Task) -> None:
        handler = self._around.handlers.get(task.kind)
        if handler is None:
            raise KeyError(task.kind)  # only tasks with a handler are accepted
        held.ran += 1
        if not task.attempt:
            waited = max(0, self._lanes.now() - task.due_at) / 1000
            self._around.metrics.wait_seconds_of(_QUEUES[task.q]).observe(waited)
        self._running[task.id] = task, asyncio.create_task(self._try(held, handler, task))

    async def _try(self, held: Held, handler: Handler, task: Task) -> None:
        begun = self._clock.monotonic()
        try:
            passing = task.id in self._passing
            writer = partial(self._lanes.store, held)
            result, part, notes = await attempt(
                self._around.handlers,
                handler,
                task,
                held,
                self._clock,
                writer,
                out_of_order=passing,
                prepared=self._prepared.pop(task.id, None),
            )
            self._results.append((task, handler, result, part, notes))
        finally:
            self._running.pop(task.id, None)
            self._around.metrics.task_seconds_of(task.kind).observe(self._clock.monotonic() - begun)
            self._wake.set()

    def _collect(self, held: Held) -> None:
        if self._results and not self._outcomes:
            self._flush_at = self._clock.monotonic() + self._pace.flush
        for task, handler, result, part, notes in self._results:
            self._learn(held, handler, result)
            end = fate(task, result, handler.retry, self._clock, self._around.rng)
            self._count(task, word(end))
            self._outcomes.append(Outcome(task, end, part, notes, handler.summary))
            if isinstance(end, Again) and task.order_key is not None:
                self._put_off_followers(task, end.due)
        self._results.clear()

    def _learn(self, held: Held, handler: Handler, result: Result) -> None:
        """Note what a result tells of the lane's other side: in its breaker, and in its rate."""
        if isinstance(result, Retry | Done) and result.trips:
            held.breaker = decide.tripped(held.breaker, handler.breaker, self._lanes.now())
        elif isinstance(result, Done) and result.answered:
            held.breaker = decide.healed(held.breaker)
            held.rate = decide.quickened(held.rate)
        elif isinstance(result, Retry) and result.answered:
            held.breaker = decide.healed(held.breaker)
        if isinstance(result, Retry) and result.slows is not None:
            held.rate = decide.slowed(held.rate, self._lanes.now(), result.slows)

    def _put_off_followers(self, head: Task, due: int) -> None:
        now = self._lanes.now()
        for task in [one for one in self._pending if one.order_key == head.order_key]:
            self._pending.remove(task)
            if now - task.first_due_at < decide.ORDER_HOLD_MAX:
                self._outcomes.append(put_off(task, due))
            else:
                self._full = True  # it passes in the next turn

    async def _flush(self, held: Held) -> None:
        turn = [*self._running, *(task.id for task in self._pending)]
        await self._settle(held, turn)

    async def _settle(self, held: Held, turn: list[str]) -> None:
        await self._give_up()
        begun = self._clock.monotonic()
        outcomes, self._outcomes = self._outcomes, []
        refused = await self._lanes.settle(held, outcomes, turn)
        self._around.metrics.settle_seconds.observe(self._clock.monotonic() - begun)
        for outcome, code in refused:
            log.warning("result_refused", kind=outcome.task.kind, code=code)
            self._around.metrics.refused.inc()
            self._outcomes.append(await self._made_anew(outcome, code))

    async def _give_up(self) -> None:
        """Let the handlers of what is to be buried say how what it was for ends; then it needs no dead letter."""
        for place, outcome in enumerate(self._outcomes):
            handler = self._around.handlers.get(outcome.task.kind)
            if handler is not None and handler.given_up is not None and isinstance(outcome.fate, Bury):
                try:
                    part = await handler.given_up(outcome.task, outcome.fate.error)
                except Unavailable:
                    self._outcomes[place] = put_off(outcome.task, self._lanes.now() + GIVE_UP_PAUSE)
                else:
                    # what the last try wanted to be stored is replaced: both would touch the same documents
                    self._outcomes[place] = Outcome(outcome.task, Delete(), part)

    async def _made_anew(self, outcome: Outcome, code: str) -> Outcome:
        """Return what becomes of a task whose result was refused: the result amended once, or another try."""
        task, handler = outcome.task, self._around.handlers.get(outcome.task.kind)
        policy = decide.RetryPolicy() if handler is None else handler.retry
        if handler is not None and handler.amend is not None and outcome.notes and not outcome.amended:
            try:
                result, part, notes = await handler.amend(task, outcome.notes)
            except Unavailable:
                log.warning("result_not_amended", kind=task.kind)
            else:
                end = fate(task, result, policy, self._clock, self._around.rng)
                return Outcome(task, end, part, notes, handler.summary, amended=True)
        return Outcome(task, fate(task, Retry(code), policy, self._clock, self._around.rng))

    async def _work_alone(self, held: Held) -> None:
        """Run what may have brought a worker down, one at a time, named alone: at least one a turn."""
        while self._suspects and not self._around.stopping() and not self._closed:
            if decide.allowance(held.breaker, self._lanes.now()) == "none":
                self._hold_until = max(self._hold_until, held.breaker.until)
                return
            task = self._suspects.pop(0)
            await self._settle(held, [task.id])
            self._launch(held, task)
            while self._running or self._results:
                pause = max(0.001, held.until - self._lanes.lease / 2 - self._clock.monotonic())
                await happened(self._wake, self._clock, pause)
                self._collect(held)
                if self._clock.monotonic() >= held.until - self._lanes.lease / 2:
                    await self._settle(held, [task.id] if self._running else [])
            if self._closing():
                return

    async def _leave(self, held: Held) -> None:
        more = self._full or bool(self._pending) or bool(self._suspects)
        while True:
            try:
                await self._give_up()
                alone = [*grouped(self._outcomes)]
                if not more or self._hold_until > self._lanes.now() or len(alone) > 1:
                    await self._settle_all(held)
                if await self._lanes.leave(held, more=more, hold_until=self._hold_until, outcomes=self._outcomes):
                    return
                await self._settle_all(held)
            except Unavailable as error:
                if isinstance(error, LaneLost) or self._clock.monotonic() + STORE_PAUSE >= held.until:
                    raise LaneLost("The store did not answer before the lease ended.") from error
                await self._clock.sleep(STORE_PAUSE)

    async def _settle_all(self, held: Held) -> None:
        while self._outcomes:
            await self._settle(held, [])

    async def _cancel(self) -> None:
        running = [job for _, job in self._running.values()]
        for job in running:
            job.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _count(self, task: Task, outcome: str) -> None:
        self._around.metrics.tasks_of(task.kind, outcome).inc()
