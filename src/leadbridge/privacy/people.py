"""Who was erased: keyed hashes in the store, by which nobody comes back by an import or the API unasked."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Sequence

from leadbridge.kit.clock import Clock, to_text
from leadbridge.leads.fields import Keys
from leadbridge.privacy.erase import Hash, is_erased, key_hashes, keyed_hash, looked_up
from leadbridge.privacy.journal import Entry, ErasureJournal, Op
from leadbridge.privacy.model import ERASED_PEOPLE, HASH_KEYS, ErasedPerson, HashKey
from leadbridge.security.keys import KEY_BYTES
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import MAX_KEYS, Store

PURPOSE = "erasure hash key"
MAX_CACHED = 1000


class People:
    """Erased people of every company; ``leads.erased.ErasedPeople`` for the leads room."""

    def __init__(self, store: Store, vault: Vault, clock: Clock, journal: ErasureJournal) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._journal = journal
        self._keys: OrderedDict[str, bytes] = OrderedDict()

    async def digest(self, company: str) -> Hash:
        """Return the company's keyed hash; its key is made on first use."""
        return keyed_hash(await self.key(company))

    async def key(self, company: str) -> bytes:
        """Return the company's hash key, made on first use."""
        if company not in self._keys:
            found = await self._store[HASH_KEYS].of(company).get(company)
            if found is None:
                await self.install(company, secrets.token_bytes(KEY_BYTES))
                found = await self._store[HASH_KEYS].of(company).get(company)
                assert found is not None  # noqa: S101  # whoever was first has stored one
            self._keys[company] = await self._vault.open_bytes(company, HASH_KEYS.name, company, "key", found.key)
            if len(self._keys) > MAX_CACHED:
                self._keys.popitem(last=False)
        return self._keys[company]

    async def install(self, company: str, key: bytes) -> None:
        """Store a company's hash key where it has none."""
        sealed = await self._vault.seal(company, HASH_KEYS.name, company, "key", key)
        document = HashKey(id=company, company_id=company, key=sealed, kid=sealed.kid)
        await self._store.write(WriteBatch().insert(HASH_KEYS, document))  # a duplicate: another was first

    def forget(self, company: str) -> None:
        """Drop what is remembered of a company whose documents were deleted or restored."""
        self._keys.pop(company, None)
        self._vault.forget(company)

    async def any(self, company: str) -> bool:
        """Tell whether anybody was erased from the company."""
        return bool((await self._store[ERASED_PEOPLE].of(company).find(limit=1)).items)

    async def barred(self, company: str, people: Sequence[Keys]) -> frozenset[int]:
        """Return the places of those in ``people`` who were erased."""
        if not people or not await self.any(company):
            return frozenset()
        digest = await self.digest(company)
        hashed = [key_hashes(keys, digest) for keys in people]
        erased = await self._named(company, [value for hashes in hashed for value in looked_up(hashes)])
        by_hash: dict[str, list[ErasedPerson]] = {}
        for person in erased:
            for value in person.hashes:
                by_hash.setdefault(value, []).append(person)
        return frozenset(
            n
            for n, hashes in enumerate(hashed)
            if any(is_erased(hashes, person) for value in looked_up(hashes) for person in by_hash.get(value, ()))
        )

    async def allow(self, batch: WriteBatch, company: str, person: Keys) -> tuple[str, ...]:
        """Add to ``batch`` that the person is no longer kept out; return the hashes of the records concerned."""
        hashes = key_hashes(person, await self.digest(company))
        records = []
        for erased in await self._named(company, looked_up(hashes)):
            if is_erased(hashes, erased):
                batch.delete(ERASED_PEOPLE, company, erased.id, rev=erased.rev)
                records.append(erased.record)
        return tuple(records)

    async def allowed(self, company: str, forgotten: tuple[str, ...]) -> None:
        """Write to the journal that these erasures no longer keep anybody out."""
        await self.note("allowed", company, forgotten=forgotten)

    async def note(
        self,
        op: Op,
        company: str,
        *,
        record: str | None = None,
        hashes: dict[str, str] | None = None,
        forgotten: tuple[str, ...] = (),
    ) -> None:
        """Write a line of a company to the journal, with its hash key wrapped by the present master key."""
        wrapped, master = await self._vault.wrap(company, PURPOSE, await self.key(company))
        entry = Entry(
            op=op,
            at=to_text(self._clock.now()),
            company=company,
            record=record,
            hashes=hashes or {},
            forgotten=forgotten,
            wrapped=wrapped,
            master_key_id=master,
        )
        await asyncio.to_thread(self._journal.append, entry)

    async def rewrap_journal(self) -> int:
        """Write every company's hash key to the journal again, wrapped by the present master key; return how many."""
        count, after = 0, None
        while True:
            page = await self._store[HASH_KEYS].across_companies().find(limit=100, after=after)
            for found in page.items:
                await self.note("key", found.company_id)
                count += 1
            if page.next is None:
                return count
            after = page.next

    async def unwrapped(self, entry: Entry) -> bytes:
        """Return the hash key that a line of the journal carries; raises ``MasterKeyMissing``."""
        if entry.wrapped is None or entry.master_key_id is None:
            raise ValueError("the line carries no key")
        return await self._vault.unwrap(entry.company, PURPOSE, entry.wrapped, entry.master_key_id)

    async def _named(self, company: str, hashes: Sequence[str]) -> list[ErasedPerson]:
        found: dict[str, ErasedPerson] = {}
        wanted = list(dict.fromkeys(hashes))
        for start in range(0, len(wanted), MAX_KEYS):
            chunk = wanted[start : start + MAX_KEYS]
            people = await self._store[ERASED_PEOPLE].of(company).lookup("hashes", chunk)
            found |= {person.id: person for person in people}
        return list(found.values())
