"""Taking a file in: refused before anything is written, or kept as pieces with a task that works through them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from pathlib import Path

import structlog

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.imports.intake import ImportOptions, Opened, measured, open_file, pieces
from leadbridge.leads.imports.model import FILE_PIECES, IMPORTS, ColumnUse, FilePiece, Import, Problem, Status
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import NewTask, TaskQueue

TASK = "import"
STORED_AT_ONCE = 12
"""Pieces in a batch while a file is taken in."""
CLEANED_AT_ONCE = 400
RECEIVING_FOR = timedelta(minutes=10)
"""How long taking a file in may stand still before it was cut off."""
CUT_OFF = Problem(code="upload_cut_off", message="The file was not taken in to its end. Send it again.")

log = structlog.get_logger("leadbridge.imports")


class Receiving:
    """Takes files in, and lets go of them."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, queue: TaskQueue) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._queue = queue

    async def open(self, file: Path, options: ImportOptions) -> Opened:
        """Return the readable form of a file, as ``open_file`` does, while others get their turn."""
        return await asyncio.to_thread(open_file, file, options)

    async def count(self, opened: Opened) -> int:
        """Return how many rows a file has; raises ``FileTooLarge`` for one of too many."""
        return await asyncio.to_thread(lambda: sum(1 for _ in opened.records()))

    async def begin(self, company: str, started_by: str, name: str, file: Path, options: ImportOptions) -> Import:
        """Take a file in and return the import, which waits for its turn; the file is no longer needed then.

        Raises ``UnreadableFile``, ``UnsafeWorkbook`` and ``FileTooLarge`` before anything is written.
        """
        opened = await self.open(file, options)
        sha256, size, rows = await asyncio.to_thread(measured, file, opened)
        job = self._begun(company, started_by, name, opened, options).model_copy(
            update={"sha256": sha256, "size": size, "rows": rows}
        )
        await self._store.write(WriteBatch().insert(IMPORTS, job))
        job = job.model_copy(update={"rev": 1})
        try:
            job = await self._receive(job, opened)
            return await self.enqueue(job, {"status": Status.QUEUED})
        except BaseException:
            await asyncio.shield(self.drop(job))
            raise

    async def _receive(self, job: Import, opened: Opened) -> Import:
        cut = pieces(opened.records())
        n = 0
        while texts := await asyncio.to_thread(_some, cut):
            batch = WriteBatch()
            for text in texts:
                piece = FilePiece(id=self._ids(), company_id=job.company_id, import_id=job.id, n=n, rows=text)
                batch.insert(FILE_PIECES, piece)
                n += 1
            batch.replace(IMPORTS, job.model_copy(update={"progress_at": self._clock.now()}))
            await self._store.write(batch)
            job = job.model_copy(update={"rev": job.rev + 1})
        return job

    async def enqueue(self, job: Import, update: Mapping[str, object]) -> Import:
        """Store ``job`` with ``update`` and a task that goes on with it."""

        async def build() -> tuple[WriteBatch, Import]:
            now = self._clock.now()
            later = job.model_copy(update={**update, "progress_at": now})
            batch = WriteBatch().replace(IMPORTS, later)
            await self._queue.enqueue(batch, task_of(job))
            return batch, later.model_copy(update={"rev": later.rev + 1})

        return await self._store.attempt(build)

    async def sweep(self) -> int:
        """End imports whose file never came in whole, and return how many."""
        found = (
            await self._store[IMPORTS]
            .across_companies()
            .find(
                eq={"status": Status.RECEIVING},
                order=("progressAt",),
                high=self._clock.now() - RECEIVING_FOR,
                limit=50,
            )
        )
        for job in found.items:
            log.warning("import_cut_off", import_id=job.id)
            await self.drop(job)
        return len(found.items)

    async def drop(self, job: Import) -> None:
        """End an import whose file did not come in whole."""

        async def build() -> tuple[WriteBatch | None, Import | None]:
            fresh = await self._store[IMPORTS].of(job.company_id).get(job.id)
            if fresh is None or fresh.status is not Status.RECEIVING:
                return None, None
            ended = {"status": Status.FAILED, "error": CUT_OFF, "finished_at": self._clock.now()}
            later = fresh.model_copy(update=ended)
            return WriteBatch().replace(IMPORTS, later), later

        dropped = await self._store.attempt(build)
        if dropped is not None:
            await self.clean(dropped)

    async def clean(self, job: Import) -> None:
        """Delete what is left of the file."""
        pieces_of = self._store[FILE_PIECES].of(job.company_id)
        while found := (await pieces_of.find(eq={"importId": job.id}, order=("n",), limit=CLEANED_AT_ONCE)).items:
            batch = WriteBatch()
            for piece in found:
                batch.delete(FILE_PIECES, job.company_id, piece.id)
            await self._store.write(batch)

    def _begun(self, company: str, started_by: str, name: str, opened: Opened, options: ImportOptions) -> Import:
        now = self._clock.now()
        return Import(
            id=self._ids(),
            company_id=company,
            record=options.type.name,
            name=name[:200],
            sha256="",
            size=0,
            format=opened.format,
            status=Status.RECEIVING,
            merge=options.merge,
            all_or_nothing=options.all_or_nothing,
            trigger_automations=options.trigger_automations,
            default_country=options.default_country,
            encoding=opened.encoding.name,
            mixed_encoding=opened.encoding.mixed,
            delimiter=opened.layout.delimiter,
            header_row=opened.layout.header_row,
            width=opened.layout.width,
            columns=tuple(ColumnUse.of(column) for column in opened.columns),
            rows=0,
            started_by=started_by,
            started_at=now,
            progress_at=now,
        )


def task_of(job: Import) -> NewTask:
    """Return the task that goes on with an import: in the lane of its company, behind what is live."""
    return NewTask(
        company_id=job.company_id,
        lane=f"company:{job.company_id}",
        kind=TASK,
        ref={"importId": job.id},
        uniq=f"{TASK}:{job.id}",
    )


def _some(cut: Iterator[str]) -> list[str]:
    """Return the next few pieces of a file."""
    return list(islice(cut, STORED_AT_ONCE))
