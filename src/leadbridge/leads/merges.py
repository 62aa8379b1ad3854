"""Merging two records, and taking them apart again."""

from __future__ import annotations

from datetime import timedelta

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads import following
from leadbridge.leads.change import Author
from leadbridge.leads.errors import CannotUnmerge
from leadbridge.leads.merging import MAX_MERGED, Merge, merge_records, part_records
from leadbridge.leads.service import RecordService
from leadbridge.leads.stored import MERGES, CrmRecord, RecordMerge, State
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import TaskQueue

UNMERGE_FOR = timedelta(days=90)
"""How long a merge can be undone: then what was there before is deleted."""


class MergeService:
    """Merges of every company; each call names the records' service and the company."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, queue: TaskQueue) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._queue = queue

    async def merge(self, records: RecordService, company: str, author: Author, id: str, asked: Merge) -> CrmRecord:
        """Make another record part of the one with ``id`` and return it; the other's ids lead to it from then on.

        What refers to the other follows by a task. Raises ``RecordNotFound``, ``CannotMerge``, ``InvalidLead``.
        """

        async def build() -> tuple[WriteBatch, CrmRecord]:
            winner, loser = await records.get(company, id), await records.get(company, asked.other_id)
            older = await self._parts_of(records, company, loser)
            batch, merge, record = merge_records(
                records.type, winner, loser, older, asked, id=self._ids(), now=self._clock.now(), author=author,
                rules=await records.rules(company),
            )  # fmt: skip
            await self._queue.enqueue(batch, following.task(merge, back=False))
            await records.announce(batch, company)
            return batch, record

        return await self._store.attempt(build)

    async def unmerge(
        self, records: RecordService, company: str, author: Author, id: str, other_id: str
    ) -> tuple[CrmRecord, CrmRecord]:
        """Take the record whose ``_id`` is ``other_id`` out of the one with ``id`` again; return both, this one first.

        Raises ``RecordNotFound``, ``CannotUnmerge``, ``ExternalIdTaken``.
        """

        async def build() -> tuple[WriteBatch, tuple[CrmRecord, CrmRecord]]:
            winner = await records.get(company, id)
            loser = await self._store[records.type.kind].of(company).get(other_id)
            if loser is None or loser.state is not State.MERGED or loser.merged_into != winner.id:
                raise CannotUnmerge(f"'{other_id[:80]}' is not part of this {records.type.name}.")
            merge = await self._merge_of(company, loser.id)
            if merge is None or self._clock.now() - merge.at > UNMERGE_FOR:
                raise CannotUnmerge(f"The merge is more than {UNMERGE_FOR.days} days old.")
            if merge.winner_id != winner.id:
                raise CannotUnmerge(
                    f"It became part of {merge.winner_id}, which is itself part of this {records.type.name}.",
                    hint=f"Take {merge.winner_id} out first.",
                )
            older = [one for one in await self._parts_of(records, company, winner) if one.id in merge.loser_merged]
            await records.refuse_taken(company, loser.external_id, but=(winner.id, loser.id))
            batch, parted = part_records(
                records.type, winner, loser, older, merge, now=self._clock.now(), author=author,
                rules=await records.rules(company),
            )  # fmt: skip
            await self._queue.enqueue(batch, following.task(merge, back=True))
            await records.announce(batch, company)
            return batch, parted

        return await self._store.attempt(build)

    async def _parts_of(self, records: RecordService, company: str, record: CrmRecord) -> list[CrmRecord]:
        """Return the records that are part of one."""
        stored = self._store[records.type.kind].of(company)
        found = (await stored.find(eq={"subjects": record.id}, limit=MAX_MERGED + 1)).items
        return [one for one in found if one.id != record.id]

    async def _merge_of(self, company: str, loser_id: str) -> RecordMerge | None:
        """Return the merge by which a record ended, which is the latest one."""
        merges = self._store[MERGES].of(company)
        found = (await merges.find(eq={"loserId": loser_id}, order=("at",), descending=True, limit=1)).items
        return found[0] if found and found[0].undone_at is None else None
