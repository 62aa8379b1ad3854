"""Taking records that are there already into what lists are narrowed by, after a company declared a field for it."""

from __future__ import annotations

import msgspec

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.leads.derived import facets
from leadbridge.leads.fields import flatten
from leadbridge.leads.rules import rules_from
from leadbridge.leads.settings import SETTINGS
from leadbridge.leads.stored import State
from leadbridge.leads.types import TYPES, RecordType
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.handlers import Done, Handler, Result, TaskContext
from leadbridge.work.model import Queue

KIND = "records.reindex"
STEP = 200
"""Records in one batch."""


class Ref(msgspec.Struct, frozen=True):
    """Which records, and behind which id the walk goes on."""

    record: str
    after: str = ""


async def reindex(store: Store, queue: TaskQueue, company: str, type: RecordType, after: str = "") -> None:
    """Ask for the records of one type behind ``after`` to be looked at."""

    async def build() -> tuple[WriteBatch, None]:
        batch = WriteBatch()
        await queue.enqueue(batch, _task(company, type, after))
        return batch, None

    await store.attempt(build)


def handler(store: Store, clock: Clock, queue: TaskQueue) -> Handler:
    """Return the handler of such tasks: one batch of records each, then the next task."""

    async def run(context: TaskContext) -> Result:
        ref: Ref = context.ref
        type, company = TYPES[ref.record], context.company_id
        rules = rules_from(await store[SETTINGS].of(company).get(f"{company}:{type.name}"))
        after = (ref.after,) if ref.after else None
        found = await store[type.kind].of(company).find(limit=STEP, after=after)
        for record in found.items:
            wanted = facets(flatten(record), rules)
            if record.state is State.LIVE and wanted != record.facets:
                # by rev: one that changes meanwhile is written with the new rules by whoever changes it, and the
                # task is then tried again
                context.batch.patch(type.kind, company, record.id, values={"facets": wanted}, rev=record.rev)
        if found.next is not None:
            await queue.enqueue(context.batch, _task(company, type, str(found.next[-1]), to_millis(clock.now())))
        return Done()

    return Handler(KIND, run, Ref)


def _task(company: str, type: RecordType, after: str, due: int | None = None) -> NewTask:
    return NewTask(
        company_id=company,
        lane=f"company:{company}",
        kind=KIND,
        ref=Ref(type.name, after),
        queue=Queue.BULK,
        due_at=due,
    )
