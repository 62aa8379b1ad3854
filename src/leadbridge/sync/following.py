"""Links to a CRM follow a record into the one it became part of, and back."""

from __future__ import annotations

import msgspec

from leadbridge.leads.following import Followed
from leadbridge.leads.stored import RecordMerge
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.sync.model import LINKS, Link, ours_key

STEP = 100


class LinksFollow:
    """The survivor takes over the other's links, except where it has one of its own for the connection and object.

    There its own stays, and the second CRM record is left as it is: two records of a CRM are not made one unasked. The
    other's link stays with the record that ended, and is there again when the two are taken apart.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def follow(self, batch: WriteBatch, merge: RecordMerge, *, back: bool, after: Position | None) -> Followed:
        """Move the next links; wait where a push is in the middle of one, whose outcome would be lost."""
        links = self._store[LINKS].of(merge.company_id)
        page = await links.find(eq={"subjects": merge.loser_id}, limit=STEP, after=after)
        source, target = (merge.winner_id, merge.loser_id) if back else (merge.loser_id, merge.winner_id)
        moving = [link for link in page.items if link.record_id == source]
        if any(link.intent is not None for link in moving):
            return Followed(wait=True)
        keys = {link.id: ours_key(link.connection_id, link.object, target) for link in moving}
        taken = {held.ours_key for held in await links.lookup("ours", list(keys.values()))}
        for link in moving:
            if keys[link.id] not in taken:
                batch.replace(LINKS, _moved(link, target, keys[link.id], merge, back=back))
        return Followed(page.next)


def _moved(link: Link, target: str, key: str, merge: RecordMerge, *, back: bool) -> Link:
    others = tuple(id for id in link.subjects if id != merge.winner_id)
    subjects = others if back else (merge.winner_id, *others)
    return msgspec.structs.replace(link, record_id=target, ours_key=key, subjects=subjects)
