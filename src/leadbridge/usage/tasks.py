"""The durable task that folds a company's counts, and the look-out that finds what is to be folded."""

from __future__ import annotations

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.fold import Folder
from leadbridge.usage.model import ERRORS
from leadbridge.usage.quotas import QuotaService, warning_of
from leadbridge.usage.service import UsageService
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.handlers import Done, Handler, Reschedule, Result, TaskContext

KIND = "usage.fold"
LOOK_SECONDS = 5.0
"""Seconds between two looks for something to fold."""


class UsageTasks:
    """Sees to it that what is counted gets into the sums."""

    def __init__(
        self, store: Store, clock: Clock, queue: TaskQueue, folder: Folder, quotas: QuotaService, usage: UsageService
    ) -> None:
        self._store, self._clock, self._queue = store, clock, queue
        self._folder, self._quotas, self._usage = folder, quotas, usage

    def handler(self) -> Handler:
        """Return the handler of the task."""
        return Handler(KIND, self.run, timeout=120.0)

    async def run(self, context: TaskContext) -> Result:
        """Fold what one batch can take; once all is folded, tell of limits that are reached."""
        folded = await self._folder.fold(context.company_id, context.batch)
        if folded.more:
            return Reschedule(to_millis(self._clock.now()))
        await self.warn(context.company_id)
        return Done()

    async def warn(self, company: str) -> None:
        """Put limits that are reached into the error log, each once in its period."""
        found = (warning_of(standing) for standing in await self._quotas.standings(company))
        due = {failure.key: failure for failure in found if failure is not None}
        known = {entry.key for entry in await self._store[ERRORS].of(company).lookup("key", list(due))}
        await self._usage.record_failures(company, [failure for key, failure in due.items() if key not in known])

    async def look(self) -> int:
        """Put a task into the lane of every company that has something to fold; return how many."""
        asked, after = 0, None
        while True:
            companies, after = await self._folder.waiting(after)
            for company in companies:
                await self._ask(company)
            asked += len(companies)
            if after is None:
                return asked

    async def _ask(self, company: str) -> None:
        async def build() -> tuple[WriteBatch, None]:
            batch = WriteBatch()
            task = NewTask(company_id=company, lane=f"company:{company}", kind=KIND, uniq=KIND)
            await self._queue.enqueue(batch, task)
            return batch, None

        await self._store.attempt(build)
