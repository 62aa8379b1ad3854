"""The undo of an import: what it changed is put back, what it made is removed, unless somebody changed it since.

First the fields, the latest change first, then the records. Each step is a batch with its own progress in it, so that
an undo which was cut off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.before import from_json, put_back, untouched
from leadbridge.leads.change import Author, Turn, record_change
from leadbridge.leads.feed import Feed
from leadbridge.leads.fields import flatten
from leadbridge.leads.imports.gate import Gate
from leadbridge.leads.imports.model import (
    IMPORT_PARTS,
    IMPORTS,
    RECORDS_BEFORE,
    ROW_REPORTS,
    Import,
    ImportPart,
    Problem,
    RecordBefore,
    RowReport,
    Severity,
    Status,
    Undone,
)
from leadbridge.leads.rules import rules_from
from leadbridge.leads.settings import SETTINGS
from leadbridge.leads.stored import CrmRecord, State
from leadbridge.leads.types import TYPES
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store

CHANGES = 40
"""Records put back in one batch: each may be 60 KB long."""
KEPT = "The record, or a field of it that the import set, was changed after the import; that was left as it is."


class Undo:
    """Undoes imports, a batch at a time."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, gate: Gate, feed: Feed | None = None) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._gate = gate
        self._feed = feed

    async def step(self, company: str, id: str, holder: str) -> Import | None:
        """Undo a bit of an import and return it as it then is; None where it is not being undone."""

        async def build() -> tuple[WriteBatch | None, Import | None]:
            job = await self._store[IMPORTS].of(company).get(id)
            if job is None or job.status is not Status.UNDOING:
                return None, None
            batch = WriteBatch()
            await self._gate.guard(batch, company, holder)
            changes = (
                await self._store[RECORDS_BEFORE]
                .of(company)
                .find(eq={"importId": id}, order=("n",), descending=True, limit=CHANGES)
            ).items
            if changes:
                update = await self._put_back(batch, job, changes)
            else:
                parts = (
                    await self._store[IMPORT_PARTS]
                    .of(company)
                    .find(eq={"importId": id}, order=("n",), low=job.undo_from, limit=1)
                ).items
                update = await self._remove(batch, job, parts[0]) if parts else self._end(job)
            update |= {"progress_at": self._clock.now()}
            later = job.model_copy(update=update)
            batch.replace(IMPORTS, later)
            if self._feed is not None:
                await self._feed.announce(batch, company)
            return batch, later.model_copy(update={"rev": job.rev + 1})

        return await self._store.attempt(build)

    async def _put_back(self, batch: WriteBatch, job: Import, changes: Sequence[RecordBefore]) -> dict[str, object]:
        stored = self._store[TYPES[job.record].kind].of(job.company_id)
        records = await stored.get_many(list({change.record_id for change in changes}))
        authors, type = _authors(job), TYPES[job.record]
        rules = rules_from(await self._store[SETTINGS].of(job.company_id).get(f"{job.company_id}:{job.record}"))
        done = Undone()
        seen: set[str] = set()
        for change in changes:
            if change.record_id in seen:
                continue  # a batch touches a record once: its earlier change comes with the next batch
            seen.add(change.record_id)
            batch.delete(RECORDS_BEFORE, job.company_id, change.id)
            record = records.get(change.record_id)
            if record is None or record.state is not State.LIVE:
                continue
            if not set(change.fields) <= untouched(record, authors):
                done = done.plus(Undone(kept=1))
                batch.insert(ROW_REPORTS, self._kept(job, change.row, record))
            fields = put_back(record, change.fields, from_json(change.before), authors)
            made = record_change(
                batch,
                type,
                company=job.company_id,
                id=record.id,
                before=record,
                fields=fields,
                now=self._clock.now(),
                author=Author("import", authors[1]),
                rules=rules,
            )
            done = done.plus(Undone(restored=int(made is not None)))
        return {"undone": (job.undone or Undone()).plus(done)}

    async def _remove(self, batch: WriteBatch, job: Import, part: ImportPart) -> dict[str, object]:
        records = await self._store[TYPES[job.record].kind].of(job.company_id).get_many(part.created)
        rows = {target: row for row, target in reversed(list(zip(part.rows, part.targets, strict=True)))}
        authors = _authors(job)
        done = Undone()
        for record in records.values():
            if record.state is not State.LIVE:
                continue  # deleted, or merged into another, already
            if all(entry.by in authors for entry in record.changed):
                record_change(
                    batch,
                    TYPES[job.record],
                    company=job.company_id,
                    id=record.id,
                    before=record,
                    fields=flatten(record),
                    now=self._clock.now(),
                    author=Author("import", authors[1]),
                    turn=Turn("deleted", State.DELETED, {"deleted_at": self._clock.now(), "deleted_by": authors[1]}),
                )
                done = done.plus(Undone(removed=1))
            else:
                batch.insert(ROW_REPORTS, self._kept(job, rows.get(record.id, 0), record))
                done = done.plus(Undone(kept=1))
        return {"undone": (job.undone or Undone()).plus(done), "undo_from": part.n + 1}

    def _end(self, job: Import) -> dict[str, object]:
        return {
            "status": job.then or Status.UNDONE,
            "undone": job.undone or Undone(),
            "finished_at": self._clock.now(),
        }

    def _kept(self, job: Import, row: int, record: CrmRecord) -> RowReport:
        return RowReport(
            id=self._ids(),
            company_id=job.company_id,
            subjects=(record.id,),
            import_id=job.id,
            row=row,
            line=row,
            severity=Severity.KEPT,
            problems=(Problem(code="changed_since", message=KEPT),),
            cells=(),
            record_id=record.id,
        )


def _authors(job: Import) -> tuple[str, str]:
    """Return the names under which an import and its undo change records."""
    return f"import:{job.id}", f"undo:{job.id}"
