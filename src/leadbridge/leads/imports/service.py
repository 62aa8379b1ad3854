"""Imports: a file in, each of its rows on one record, and a report of every row that could not be one.

The file is taken in as pieces, with a task in the company's lane that works through them; a task that was cut off goes
on where it was. Everything that is done about an import is a method here: taking in, going on, cancel, undo, looking.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.erased import ErasedPeople, NobodyErased
from leadbridge.leads.errors import CannotCancel, CannotUndo
from leadbridge.leads.feed import Feed
from leadbridge.leads.imports.gate import Gate
from leadbridge.leads.imports.intake import ImportOptions, Opened
from leadbridge.leads.imports.job import ImportJob, Overtaken
from leadbridge.leads.imports.model import (
    IMPORTS,
    Counts,
    Import,
    Problem,
    Status,
    Undone,
)
from leadbridge.leads.imports.pausing import Pausing, paused
from leadbridge.leads.imports.reads import ImportReads
from leadbridge.leads.imports.receiving import Receiving
from leadbridge.leads.imports.undo import Undo
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.errors import QuotaExceeded
from leadbridge.usage.model import Category, EventType, UsageEvent
from leadbridge.usage.quotas import LeadMeter
from leadbridge.usage.service import UsageService
from leadbridge.work.enqueue import TaskQueue

HELD = 8
"""Imports whose state between batches is kept in memory."""
UNDO_FOR = timedelta(days=90)
"""How long an import can be undone: then what was there before is deleted."""
ALL_OR_NOTHING = Problem(
    code="all_or_nothing", message="The file has rows that were rejected, and all or nothing was asked for."
)


class ImportService(ImportReads):
    """Imports of every company; each call names the one it is about."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        usage: UsageService,
        queue: TaskQueue,
        erased: ErasedPeople | None = None,
        meter: LeadMeter | None = None,
        feed: Feed | None = None,
    ) -> None:
        super().__init__(store)
        self._clock = clock
        self._ids = ids
        self._usage = usage
        self._erased = erased or NobodyErased()
        self._gate = Gate(store)
        self._feed = feed
        self._undo = Undo(store, clock, ids, self._gate, feed)
        self._receiving = Receiving(store, clock, ids, queue)
        self._meter = meter or LeadMeter(None, usage)
        self._pausing = Pausing(store, clock, queue, self._meter)
        self._jobs: OrderedDict[str, ImportJob] = OrderedDict()

    @property
    def receiving(self) -> Receiving:
        """How files are taken in."""
        return self._receiving

    async def open(self, file: Path, options: ImportOptions) -> Opened:
        """Return the readable form of a file; raises as ``begin`` does."""
        return await self._receiving.open(file, options)

    async def count(self, opened: Opened) -> int:
        """Return how many rows a file has; raises ``FileTooLarge`` for one of too many."""
        return await self._receiving.count(opened)

    async def begin(self, company: str, started_by: str, name: str, file: Path, options: ImportOptions) -> Import:
        """Take a file in and return the import, which waits for its turn; the file is no longer needed then.

        Raises ``UnreadableFile``, ``UnsafeWorkbook`` and ``FileTooLarge`` before anything is written.
        """
        return await self._receiving.begin(company, started_by, name, file, options)

    async def sweep(self) -> int:
        """End imports whose file never came in whole, go on with paused ones that can, and return how many."""
        return await self._receiving.sweep() + await self._pausing.look()

    async def run(self, company: str, started_by: str, name: str, file: Path, options: ImportOptions) -> Import:
        """Bring a file in and return the ended import, without waiting for a worker."""
        job = await self.begin(company, started_by, name, file, options)
        while await self.advance(company, job.id, float("inf")):
            pass
        return await self.get(company, job.id)

    async def advance(self, company: str, id: str, until: float) -> bool:
        """Go on with an import, or with its undo, until ``until`` (monotonic seconds); tell whether there is more.

        Only one may do so at a time for a company; of two, the one that began later goes on.
        """
        job = await self._store[IMPORTS].of(company).get(id)
        if job is None or job.resting:
            return False
        holder = self._ids()
        await self._gate.enter(company, holder)
        while True:
            job = await self._step(company, id, holder)
            if job is None or job.resting:
                self._jobs.pop(id, None)
                if job is not None and job.ended:
                    await self._receiving.clean(job)
                return False
            if self._clock.monotonic() >= until:
                return True
            await self._clock.sleep(0)

    async def _step(self, company: str, id: str, holder: str) -> Import | None:
        """Do one batch of an import and return it as it then is."""
        job = await self._store[IMPORTS].of(company).get(id)
        if job is None or job.resting:
            return job
        if job.status is Status.UNDOING:
            return await self._undo.step(company, id, holder)
        if job.cancelling:
            return await self._cancelled(job, holder)
        if job.status in (Status.RECEIVING, Status.QUEUED):
            first = Status.CHECKING if job.all_or_nothing else Status.RUNNING
            return await self._change(job, holder, {"status": first})
        run = self._run_of(job, holder)
        try:
            if await run.step():
                return run.job
        except Overtaken:
            self._jobs.pop(id, None)
            return await self._store[IMPORTS].of(company).get(id)
        except QuotaExceeded as error:
            return await self._change(run.job, holder, paused(run.job, error))
        return await self._at_the_end(job, holder)

    def _run_of(self, job: Import, holder: str) -> ImportJob:
        """Return what is held of an import, or begin to hold it; another's work meanwhile makes it worthless."""
        held = self._jobs.pop(job.id, None)
        if held is None or (held.job.rev, held.job.status) != (job.rev, job.status):
            held = ImportJob(
                job,
                holder,
                store=self._store,
                clock=self._clock,
                ids=self._ids,
                gate=self._gate,
                erased=self._erased,
                meter=self._meter,
                feed=self._feed,
            )
        held.holder = holder
        self._jobs[job.id] = held
        while len(self._jobs) > HELD:
            self._jobs.popitem(last=False)
        return held

    async def _at_the_end(self, job: Import, holder: str) -> Import:
        if job.status is Status.CHECKING and not job.counts.rejected:
            again = {"status": Status.RUNNING, "piece": 0, "offset": 0, "counts": Counts(), "reasons": {}}
            return await self._change(job, holder, again)
        if job.status is Status.CHECKING:
            rest = job.counts.read - job.counts.rejected
            reasons = dict(job.reasons) | ({ALL_OR_NOTHING.code: rest} if rest else {})
            counts = Counts(read=job.counts.read, rejected=job.counts.read)
            return await self._change(
                job, holder, {"status": Status.FAILED, "error": ALL_OR_NOTHING, "counts": counts, "reasons": reasons}
            )
        if job.all_or_nothing and job.counts.rejected:  # somebody was erased between the check and the import
            return await self._change(
                job, holder, {"status": Status.UNDOING, "then": Status.FAILED, "error": ALL_OR_NOTHING}
            )
        return await self._change(job, holder, {"status": Status.DONE})

    async def _cancelled(self, job: Import, holder: str) -> Import:
        if job.all_or_nothing and job.status is Status.RUNNING:
            return await self._change(job, holder, {"status": Status.UNDOING, "then": Status.CANCELLED})
        return await self._change(job, holder, {"status": Status.CANCELLED})

    async def _change(self, job: Import, holder: str, update: Mapping[str, object]) -> Import:
        """Store a change of an import's state; with its end comes its usage event."""

        async def build() -> tuple[WriteBatch, Import]:
            fresh = await self.get(job.company_id, job.id)
            now = self._clock.now()
            later = fresh.model_copy(update={**update, "progress_at": now})
            batch = WriteBatch()
            await self._gate.guard(batch, job.company_id, holder)
            if later.ended:
                later = later.model_copy(update={"finished_at": now})
                self._usage.add(batch, self._event(later))
            batch.replace(IMPORTS, later)
            return batch, later.model_copy(update={"rev": later.rev + 1})

        return await self._store.attempt(build)

    async def cancel(self, company: str, id: str) -> Import:
        """Ask an import to end; what it has stored stays, or is undone where it was to be all or nothing.

        Raises ``ImportNotFound`` and ``CannotCancel``.
        """
        if (await self.get(company, id)).status is Status.PAUSED:
            return await self._pausing.cancel(company, id)

        async def build() -> tuple[WriteBatch | None, Import]:
            job = await self.get(company, id)
            if job.ended or job.status is Status.UNDOING:
                raise CannotCancel(f"The import is {job.status.value} and cannot be cancelled.")
            if job.cancelling:
                return None, job
            later = job.model_copy(update={"cancelling": True})
            return WriteBatch().replace(IMPORTS, later), later.model_copy(update={"rev": job.rev + 1})

        return await self._store.attempt(build)

    async def resume(self, company: str, id: str) -> Import:
        """Go on with a paused import; raises ``ImportNotFound`` and ``CannotResume``."""
        return await self._pausing.resume(company, id)

    async def undo(self, company: str, id: str) -> Import:
        """Begin to undo an import: records it made are removed and fields it changed put back, if unchanged since.

        Raises ``ImportNotFound`` and ``CannotUndo``.
        """
        job = await self.get(company, id)
        if job.status is Status.UNDOING:
            return job
        if job.status not in (Status.DONE, Status.CANCELLED, Status.PAUSED):
            raise CannotUndo(f"The import is {job.status.value}: there is nothing to undo, or not yet.")
        if self._clock.now() - job.started_at > UNDO_FOR:
            raise CannotUndo(f"The import is more than {UNDO_FOR.days} days old: what was there before is deleted.")
        return await self._receiving.enqueue(
            job, {"status": Status.UNDOING, "then": Status.UNDONE, "undo_from": 0, "undone": Undone()}
        )

    async def wait(self, company: str, id: str, seconds: float) -> Import:
        """Return the import when it has ended or is paused, or as it is after ``seconds``.

        Raises ``ImportNotFound``.
        """
        until = self._clock.monotonic() + seconds
        while True:
            job = await self.get(company, id)
            left = until - self._clock.monotonic()
            if job.resting or left <= 0:
                return job
            await self._clock.sleep(min(0.1, left))

    def _event(self, job: Import) -> UsageEvent:
        return self._usage.event(
            job.company_id,
            EventType.LEAD_IMPORT,
            Category.LEAD,
            succeeded=job.status is Status.DONE,
            milliseconds=int((self._clock.now() - job.started_at).total_seconds() * 1000),
            records=job.counts.read,
            run_id=job.id,
            request={"record": job.record},
            response=dict(job.counts.model_dump(by_alias=True)),
        )
