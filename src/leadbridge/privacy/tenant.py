"""Erasing a company: its CRM grants are given back, as far as vendors answer; then its data keys go, so that nothing
sealed for it opens again, then every document it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from leadbridge.kit.clock import Clock, to_text
from leadbridge.privacy.journal import Entry, ErasureJournal
from leadbridge.privacy.model import COMPANY_ERASURES, CompanyErasure, ErasureState
from leadbridge.privacy.people import People
from leadbridge.privacy.service import SETTLE
from leadbridge.security.model import ROTATIONS
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.kind import Kind
from leadbridge.storage.query import Eq, Position
from leadbridge.storage.store import Store
from leadbridge.tenancy.addresses import leave
from leadbridge.tenancy.model import COMPANIES, DIRECTORY, USERS

CHUNK = 500
GRANTS_SECONDS = 60.0

GiveBack = Callable[[str], Awaitable[tuple[int, int]]]
"""Gives a company's grants back and returns how many the vendors confirmed and how many not."""

log = structlog.get_logger("leadbridge.privacy")


class CompanyErasures:
    """Erases companies. An erasure that was cut off is finished by whatever process sweeps next."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        vault: Vault,
        people: People,
        journal: ErasureJournal,
        kinds: Sequence[Kind[Any]],
        give_back: GiveBack,
    ) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault
        self._people = people
        self._journal = journal
        self._give_back = give_back
        # the company's own document last: while it is there, the erasure can be asked for again
        self._kinds = [kind for kind in kinds if kind.tenant and kind is not COMPANIES] + [COMPANIES]

    async def erase(self, company: str) -> CompanyErasure:
        """Erase ``company`` and return how that went; one that is erased already is looked at once more.

        The grants are given back before anything is destroyed, since that takes the tokens, and nothing waits longer
        than ``GRANTS_SECONDS`` for vendors: an erasure that is asked for happens.
        """
        now = self._clock.now()
        entry = Entry(op="company", at=to_text(now), company=company)
        await asyncio.to_thread(self._journal.append, entry)
        begun = CompanyErasure(id=company, state=ErasureState.RUNNING, started_at=now, settles_at=now + SETTLE)

        async def build() -> tuple[WriteBatch | None, CompanyErasure]:
            found = await self._store[COMPANY_ERASURES].across_companies().get(company)
            if found is None:
                return WriteBatch().insert(COMPANY_ERASURES, begun), begun
            again = begun.model_copy(update={"rev": found.rev, "documents": found.documents})
            return WriteBatch().replace(COMPANY_ERASURES, again), again

        return await self.carry_out(await self._store.attempt(build))

    async def known(self, company: str) -> bool:
        """Tell whether the erasure of ``company`` was begun."""
        return await self._store[COMPANY_ERASURES].across_companies().get(company) is not None

    async def carry_out(self, erasure: CompanyErasure) -> CompanyErasure:
        """Destroy the keys and delete what there is; may be repeated at any time."""
        company = erasure.id
        revoked, kept = await self._grants(company)
        deleted = await self._vault.shred(company)
        self._people.forget(company)
        deleted += await self._directory(company)  # nobody is known there any more
        await self._addresses(company)
        for kind in self._kinds:
            deleted += await self._documents(kind, company)
        await self._store.write(WriteBatch().delete(ROTATIONS, None, company))

        async def build() -> tuple[WriteBatch | None, CompanyErasure]:
            here = await self._store[COMPANY_ERASURES].across_companies().get(company)
            if here is None or here.state is ErasureState.DONE:
                return None, here or erasure
            now = self._clock.now()
            over = now >= here.settles_at
            changed = {
                "documents": here.documents + deleted,
                "grants_revoked": here.grants_revoked + revoked,
                "grants_kept": here.grants_kept + kept,
                "state": ErasureState.DONE if over else ErasureState.SETTLING,
                "done_at": now if over else None,
            }
            after = here.model_copy(update=changed)
            return WriteBatch().replace(COMPANY_ERASURES, after), after

        after = await self._store.attempt(build)
        log.info("company_erased", company=company, state=after.state.value, documents=deleted)
        return after

    async def sweep(self) -> int:
        """Go on with erasures that were cut off, and take the last look at those whose time has come."""
        now, done = self._clock.now(), 0
        erasures = self._store[COMPANY_ERASURES].across_companies()
        for state in (ErasureState.RUNNING, ErasureState.SETTLING):
            for erasure in (await erasures.find(eq={"state": state}, limit=CHUNK)).items:
                if state is ErasureState.RUNNING or erasure.settles_at <= now:
                    await self.carry_out(erasure)
                    done += 1
        return done

    async def _grants(self, company: str) -> tuple[int, int]:
        """Give the company's grants back; return how many were confirmed and how many were not."""
        try:
            async with asyncio.timeout(GRANTS_SECONDS):
                return await self._give_back(company)
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not keep the company's data
            log.warning("grants_not_given_back", company=company, reason=type(error).__name__)
            return 0, 1

    async def _addresses(self, company: str) -> None:
        """Take the company's users off their e-mail addresses, which they may share with other companies."""
        after: Position | None = None
        while True:
            page = await self._store[USERS].of(company).find(limit=CHUNK, after=after)
            for user in page.items:
                if user.email_key is not None:
                    await self._off_address(company, user.id, user.email_key)
            if page.next is None:
                return
            after = page.next

    async def _off_address(self, company: str, user_id: str, key: str) -> None:
        async def build() -> tuple[WriteBatch, None]:
            batch = WriteBatch()
            await leave(self._store, batch, key, company, user_id)
            return batch, None

        await self._store.attempt(build)

    async def _documents(self, kind: Kind[Any], company: str) -> int:
        deleted = 0
        while page := (await self._store[kind].of(company).find(limit=CHUNK)).items:
            batch = WriteBatch()
            for document in page:
                batch.delete(kind, company, document.id)
            await self._store.write(batch)
            deleted += len(page)
        return deleted

    async def _directory(self, company: str) -> int:
        deleted, after = 0, None
        directory = self._store[DIRECTORY].across_companies()
        while True:
            page = await directory.find(residual=Eq("companyId", company), limit=CHUNK, after=after)
            batch = WriteBatch()
            for entry in page.items:
                batch.delete(DIRECTORY, None, entry.id)
            if len(batch):
                await self._store.write(batch)
                deleted += len(page.items)
            if page.next is None:
                return deleted
            after = page.next
