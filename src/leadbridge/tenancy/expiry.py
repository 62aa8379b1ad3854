"""The directory's upkeep: entries that are past their time are deleted; whoever reads one looks at its time anyway."""

from __future__ import annotations

from datetime import datetime

from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.model import DIRECTORY

AT_ONCE = 200


async def forget_expired(store: Store, what: str, now: datetime) -> int:
    """Delete the entries of one sort, of all companies, that ended before ``now``; return how many."""
    removed = 0
    directory = store[DIRECTORY].across_companies()
    while page := (await directory.find(eq={"what": what}, order=["expiresAt"], high=now, limit=AT_ONCE)).items:
        batch = WriteBatch()
        for entry in page:
            batch.delete(DIRECTORY, None, entry.id)
        await store.write(batch)
        removed += len(page)
    return removed
