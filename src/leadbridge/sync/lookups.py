"""What is read before anything is decided: our links, and the CRM's records, always by id in the end.

A record is known by its link. One that has none is looked for by our key after an interrupted create, else by its
match key; what such a look-up finds is read once more by its id, since an index may show values of some time ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leadbridge.crm.provider import Provider, RemoteRecord, Session
from leadbridge.leads.model import LEADS, State
from leadbridge.mapping import read
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.sync import links as views
from leadbridge.sync.core.matching import OWN_KEY, made_for
from leadbridge.sync.core.values import Link as CoreLink
from leadbridge.sync.core.values import LinkState, Ours, Value
from leadbridge.sync.flow import Flow
from leadbridge.sync.model import LINKS, Link, ours_key, theirs_key

STEP = 500
"""Links and leads that are read at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record at the CRM, and the key that led to it ("": a link)."""

    record: RemoteRecord
    by: str = ""
    wanted: Value = None


class Lookups:
    """Reads over one connection."""

    def __init__(
        self, store: Store, provider: Provider, session: Session, flow: Flow, company_id: str, connection_id: str
    ) -> None:
        self._store, self._provider, self._session, self._flow = store, provider, session, flow
        self._company, self._connection = company_id, connection_id

    async def links(self, ids: Sequence[str]) -> dict[str, Link]:
        """Return the links of our records, by their ids."""
        keys = [ours_key(self._connection, self._flow.object, id) for id in ids]
        found = await self._store[LINKS].of(self._company).lookup("ours", keys)
        return {link.record_id: link for link in found}

    async def claimed(self, crm_ids: Iterable[str]) -> dict[str, str]:
        """Return which of our records each of these CRM records is linked to already."""
        keys = [theirs_key(self._connection, self._flow.object, id) for id in dict.fromkeys(crm_ids)]
        found = await self._store[LINKS].of(self._company).lookup("theirs", keys)
        return {link.crm_id: link.record_id for link in found if link.crm_id is not None}

    async def awaiting(self, found: Mapping[str, Found]) -> dict[str, list[str]]:
        """Return, for ours that were found by the match key, which others' unanswered create may have made the record.

        A lead that was deleted waits for nothing: it is not made again.
        """
        match = self._flow.match
        shown = {id: self._flow.theirs(one.record)[0] for id, one in found.items() if one.by not in ("", OWN_KEY)}
        if match is None or not shown:
            return {}
        creating = await self._creating()
        makers = {id: [one for one in made_for(match, read, creating) if one != id] for id, read in shown.items()}
        wanted = sorted({one for some in makers.values() for one in some})
        live: set[str] = set()
        for start in range(0, len(wanted), STEP):
            leads = await self._store[LEADS].of(self._company).get_many(wanted[start : start + STEP])
            live |= {lead.id for lead in leads.values() if lead.state is State.LIVE}
        return {id: [one for one in some if one in live] for id, some in makers.items()}

    async def _creating(self) -> list[CoreLink]:
        """Return the links whose create has no answer: those of a block that is under way, and few besides."""
        stored = self._store[LINKS].of(self._company)
        creating: list[CoreLink] = []
        after: Position | None = None
        while True:
            page = await stored.find(
                eq={"connectionId": self._connection, "state": LinkState.CREATING.value}, limit=STEP, after=after
            )
            creating += [views.seen(link) for link in page.items if link.object == self._flow.object]
            after = page.next
            if after is None:
                return creating

    async def records(
        self, ours: Mapping[str, Ours], links: Mapping[str, CoreLink], named: Mapping[str, str]
    ) -> dict[str, Found]:
        """Return the CRM's record of each of ours that has one; ``named`` are CRM ids told by the CRM itself."""
        linked = {id: link.crm_id for id, link in links.items() if link.crm_id is not None and id in ours}
        hits: dict[str, tuple[str, str, Value]] = {}
        match = self._flow.match.name if self._flow.match is not None else ""
        hits |= {id: (crm_id, match, self.match_value(ours[id])) for id, crm_id in named.items() if id not in linked}
        hits |= await self._by_own_key([id for id in links if id in ours and id not in linked and id not in hits])
        hits |= await self._by_match(
            {id: self._match_values(one, links.get(id)) for id, one in ours.items() if id not in linked | hits}
        )
        wanted = linked | {id: hit[0] for id, hit in hits.items()}
        shown = await self.by_id(wanted.values())
        return {
            id: Found(shown[crm_id], *hits[id][1:]) if id in hits else Found(shown[crm_id])
            for id, crm_id in wanted.items()
            if crm_id in shown
        }

    async def by_id(self, crm_ids: Iterable[str]) -> dict[str, RemoteRecord]:
        """Return records by their ids; a merged one may be found under the id that it had."""
        return await self._read(None, crm_ids)

    def match_value(self, ours: Ours) -> Value:
        """Return the value of ours that a record is looked up by."""
        return ours.values.get(self._flow.match.name) if self._flow.match is not None else None

    def _match_values(self, ours: Ours, link: CoreLink | None) -> list[Value]:
        """Return the values to look for: that of an unanswered create first."""
        name = self._flow.match.name if self._flow.match is not None else ""
        sent = [one.ours for one in link.intent.sent if one.f == name] if link is not None and link.intent else []
        return [value for value in dict.fromkeys([*sent, self.match_value(ours)]) if not read.blank(value)]

    async def _by_own_key(self, ids: Sequence[str]) -> dict[str, tuple[str, str, Value]]:
        if self._flow.own_key is None:
            return {}
        found = await self._read(self._flow.own_key, ids)
        return {id: (record.id, OWN_KEY, None) for id, record in found.items()}

    async def _by_match(self, values: Mapping[str, Sequence[Value]]) -> dict[str, tuple[str, str, Value]]:
        match = self._flow.match
        if match is None:
            return {}
        found = await self._read(match.theirs, (read.text(value) for some in values.values() for value in some))
        return {
            id: (hit.id, match.name, value)
            for id, some in values.items()
            for value in reversed(some)  # so that the first one's stays
            if (hit := found.get(read.text(value))) is not None
        }

    async def _read(self, by: str | None, keys: Iterable[str]) -> dict[str, RemoteRecord]:
        """Return records by a key, in calls of what one takes."""
        asked = list(dict.fromkeys(keys))
        found: dict[str, RemoteRecord] = {}
        for start in range(0, len(asked), self._provider.write_batch):
            part = asked[start : start + self._provider.write_batch]
            found |= await self._provider.read(self._session, self._flow.object, by, part, self._flow.fields)
        return found
