"""An import that met a limit: it waits with its rows, goes on when there is room again, and does not wait for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.leads.errors import CannotResume, ImportNotFound
from leadbridge.leads.imports.model import IMPORTS, Import, Problem, Status
from leadbridge.leads.imports.receiving import task_of
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.usage.errors import QuotaExceeded
from leadbridge.usage.quotas import LeadMeter
from leadbridge.work.enqueue import TaskQueue

PAUSED_FOR = timedelta(days=40)
"""How long a paused import keeps its rows: longer than the month after which its limit begins anew."""
PAGE = 100

log = structlog.get_logger("leadbridge.imports")


def paused(job: Import, error: QuotaExceeded) -> dict[str, object]:
    """Return the change that pauses an import: why, how many rows wait, what to do."""
    left = job.rows - job.counts.read
    rows = "1 row waits" if left == 1 else f"{left:,} rows wait"
    until = error.details.get("resetsAt", "the limit begins anew")
    problem = Problem(
        code=error.code,
        message=f"{error.message} {rows}; nothing of them is lost.",
        hint=f"It goes on by itself within a minute of a higher limit, or on {until}; POST .../resume tries at once. "
        f"Cancel it to keep only what is in. After {PAUSED_FOR.days} days it is cancelled.",
    )
    return {"status": Status.PAUSED, "error": problem}


class Pausing:
    """Goes on with paused imports, or ends them."""

    def __init__(self, store: Store, clock: Clock, queue: TaskQueue, meter: LeadMeter) -> None:
        self._store = store
        self._clock = clock
        self._queue = queue
        self._meter = meter

    async def resume(self, company: str, id: str) -> Import:
        """Go on with a paused import; it pauses again where there is still no room. Raises ``CannotResume``."""
        return await self._go_on(company, id, cancelling=False)

    async def cancel(self, company: str, id: str) -> Import:
        """End a paused import; raises ``CannotResume`` where it is paused no longer."""
        return await self._go_on(company, id, cancelling=True)

    async def look(self) -> int:
        """Go on with what has room again, cancel what has waited too long, and return how many that were."""
        moved = 0
        after: Position | None = None
        waiting = self._store[IMPORTS].across_companies()
        while True:
            page = await waiting.find(eq={"status": Status.PAUSED}, order=("progressAt",), limit=PAGE, after=after)
            for job in page.items:
                moved += await self._looked_at(job, self._clock.now())
            if page.next is None:
                return moved
            after = page.next

    async def _looked_at(self, job: Import, now: datetime) -> bool:
        late = now - job.progress_at > PAUSED_FOR
        try:
            if not late:
                await self._meter.check(job.company_id, 1)
            await self._go_on(job.company_id, job.id, cancelling=late)
        except LeadbridgeError as error:  # there is still no room, or somebody was faster
            if not isinstance(error, QuotaExceeded | CannotResume | ImportNotFound):
                raise
            return False
        log.info("import_resumed", import_id=job.id, cancelling=late)
        return True

    async def _go_on(self, company: str, id: str, *, cancelling: bool) -> Import:
        async def build() -> tuple[WriteBatch, Import]:
            job = await self._store[IMPORTS].of(company).get(id)
            if job is None:
                raise ImportNotFound("There is no import with this id.")
            if job.status is not Status.PAUSED:
                raise CannotResume(f"The import is {job.status.value}, not paused.")
            changed = {"status": Status.RUNNING, "cancelling": cancelling, "progress_at": self._clock.now()}
            later = job.model_copy(update=changed if cancelling else {**changed, "error": None})
            batch = WriteBatch().replace(IMPORTS, later)
            await self._queue.enqueue(batch, task_of(job))
            return batch, later.model_copy(update={"rev": later.rev + 1})

        return await self._store.attempt(build)
