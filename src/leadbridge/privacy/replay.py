"""Reading the erasure journal again after a restore, so that an older backup brings nobody back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.privacy.erase import keyed_hash, looked_up
from leadbridge.privacy.errors import JournalUnusable
from leadbridge.privacy.journal import Entry, ErasureJournal
from leadbridge.privacy.model import ERASED_PEOPLE, HASH_KEYS, ErasedPerson
from leadbridge.privacy.people import People
from leadbridge.privacy.policy import POLICIES, Action
from leadbridge.privacy.service import PrivacyService
from leadbridge.privacy.tenant import CompanyErasures
from leadbridge.security.errors import MasterKeyMissing
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.kind import Kind
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.tenancy.model import COMPANIES


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was erased again."""

    people: int
    companies: int


@dataclass(slots=True)
class Told:
    """What the journal says of one company: erased records, whether each still keeps its person out, and keys."""

    erased: bool = False
    records: dict[str, dict[str, str]] = field(default_factory=dict)
    """Record hash to the hashes of what the person is recognised by."""
    allowed: set[str] = field(default_factory=set)
    carriers: list[Entry] = field(default_factory=list)
    """Lines that carry the hash key, the newest last."""


def told(entries: Iterable[Entry]) -> dict[str, Told]:
    """Return what a journal says, by company. Pure; a later line counts more than an earlier one."""
    companies: dict[str, Told] = {}
    for entry in entries:
        here = companies.setdefault(entry.company, Told())
        if entry.op == "company":
            here.erased = True
        elif entry.op == "person" and entry.record is not None:
            here.records[entry.record] = dict(entry.hashes)
            here.allowed.discard(entry.record)
        elif entry.op == "allowed":
            here.allowed.update(entry.forgotten)
        if entry.wrapped is not None:
            here.carriers.append(entry)
    return companies


class Replay:
    """Does again what the journal says was done."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        journal: ErasureJournal,
        people: People,
        privacy: PrivacyService,
        companies: CompanyErasures,
        kinds: Sequence[Kind[Any]],
    ) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._journal, self._people, self._privacy, self._companies = journal, people, privacy, companies
        self._kinds = [kind for kind in kinds if POLICIES[kind.name].action is not Action.NONE]

    async def run(self) -> Replayed:
        """Erase again whom the journal names; raises ``JournalUnusable`` where a hash key does not open."""
        people = companies = 0
        for company, said in told(await asyncio.to_thread(self._journal.read)).items():
            self._people.forget(company)
            if said.erased:
                await self._companies.erase(company)
                companies += 1
            elif said.records and await self._store[COMPANIES].of(company).get(company) is not None:
                await self._key(company, said)
                people += await self._erase(company, said)
        return Replayed(people, companies)

    async def _key(self, company: str, said: Told) -> None:
        """Make sure that the store hashes as the journal did, also where the backup is older than the key."""
        if await self._store[HASH_KEYS].of(company).get(company) is not None:
            return
        for entry in reversed(said.carriers):
            try:
                key = await self._people.unwrapped(entry)
            except MasterKeyMissing:
                continue
            await self._people.install(company, key)
            return
        raise JournalUnusable(
            f"The erasure journal was written under another master key than this hub has (company {company}).",
            hint="Put that key into the master key file as a second line, restore again, and take it out afterwards.",
        )

    async def _erase(self, company: str, said: Told) -> int:
        digest = keyed_hash(await self._people.key(company))
        found: set[str] = set()
        known: dict[str, bool] = {}
        for kind in self._kinds:
            after: Position | None = None
            while True:
                page = await self._store[kind].of(company).find(limit=500, after=after)
                for document in page.items:
                    for id in document.subjects:
                        if id not in known:
                            known[id] = digest("record", id) in said.records
                        if known[id]:
                            found.add(id)
                if page.next is None:
                    break
                after = page.next
        await self._keep_out(company, said)
        hashes = [value for named in said.records.values() for value in looked_up(named)]
        await self._privacy.delete(company, sorted(found))
        await self._privacy.delete_rows(company, hashes)
        return len(found)

    async def _keep_out(self, company: str, said: Told) -> None:
        held = {person.record: person for person in await self._tombstones(company)}
        for record, hashes in said.records.items():
            batch = WriteBatch()
            if record in said.allowed:
                if record in held:
                    batch.delete(ERASED_PEOPLE, company, held[record].id)
            elif record not in held:
                person = ErasedPerson(
                    id=self._ids(),
                    company_id=company,
                    record=record,
                    hashes=looked_up(hashes),
                    at=self._clock.now(),
                    **hashes,
                )
                batch.insert(ERASED_PEOPLE, person)
            if len(batch):
                await self._store.write(batch)

    async def _tombstones(self, company: str) -> list[ErasedPerson]:
        found: list[ErasedPerson] = []
        after: Position | None = None
        while True:
            page = await self._store[ERASED_PEOPLE].of(company).find(limit=500, after=after)
            found += page.items
            if page.next is None:
                return found
            after = page.next
