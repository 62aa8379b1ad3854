"""What can be done about a person: erase, see how an erasure is, and export all that is held.

An erasure first keeps the person from coming back, then writes the journal, then deletes; each step can be repeated, so
that one that was cut off is finished by whatever process sweeps next. Two minutes later it looks once more: a push that
had read the record may have written about it meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import timedelta
from typing import Any

import structlog

from leadbridge.kit.clock import Clock, to_text
from leadbridge.kit.ids import IdSource
from leadbridge.leads.errors import RecordNotFound
from leadbridge.leads.fields import Keys, flatten
from leadbridge.leads.imports.model import IMPORTS, ROW_REPORTS, RowReport
from leadbridge.leads.model import CONTACT, CONTACTS, LEADS, CrmRecord, State
from leadbridge.leads.normalise import Invalid, email, email_key
from leadbridge.leads.service import LeadService, RecordService
from leadbridge.privacy.erase import Hash, batch_for, cell_hashes, exported, key_hashes, looked_up
from leadbridge.privacy.errors import ErasureNotFound, WhomToErase
from leadbridge.privacy.model import ERASED_PEOPLE, ERASURES, ErasedPerson, Erasure, ErasureState
from leadbridge.privacy.people import People
from leadbridge.privacy.policy import POLICIES, Action
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.kind import Kind
from leadbridge.storage.query import Missing, Position
from leadbridge.storage.store import MAX_KEYS, Page, Store

SETTLE = timedelta(minutes=2)
"""From the deletion to the last look: longer than any write that was decided on before may take."""
RESUMED_AFTER = timedelta(seconds=30)
"""An erasure that has run this long was probably cut off; repeating one that was not does no harm."""
CHUNK = 200

log = structlog.get_logger("leadbridge.privacy")


class PrivacyService:
    """Erasures and exports of every company; each call names the one it is about."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        leads: LeadService,
        people: People,
        kinds: Sequence[Kind[Any]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._leads = leads
        self._people = people
        self._contacts = RecordService(store, clock, ids, people, CONTACT)
        named = {kind.name: kind for kind in kinds}
        self._kinds = [
            named[name] for name, policy in POLICIES.items() if policy.action is not Action.NONE and name in named
        ]

    async def erase(self, company: str, by: str, *, lead_id: str | None = None, address: str | None = None) -> Erasure:
        """Erase one record (by our id or its external id), or every record with an e-mail address.

        Raises ``WhomToErase``, ``LeadNotFound``, ``JournalUnusable``. An address that no record has is kept from being
        brought in, and the rows of imports that hold it are deleted.
        """
        erasure = await self.begin(company, by, lead_id=lead_id, address=address)
        return await self.carry_out(erasure)

    async def begin(self, company: str, by: str, *, lead_id: str | None = None, address: str | None = None) -> Erasure:
        """Store that an erasure is to be done and keep the person out; nothing is deleted yet."""
        if (lead_id is None) == (address is None):
            raise WhomToErase("An erasure is of one record or of one e-mail address.")
        digest = await self._people.digest(company)
        if lead_id is not None:
            people = await self._with_merged(company, [await self._one_person(company, lead_id)])
            keys = [Keys(flatten(one)) for one in people]
        else:
            people, keys = await self._with_address(company, address or "")
        now = self._clock.now()
        batch = WriteBatch()
        noted: list[tuple[str, dict[str, str]]] = []
        for n, person in enumerate(keys):
            hashes = key_hashes(person, digest)
            record = digest("record", people[n].id) if n < len(people) else digest("address", person.email or "")
            batch.insert(ERASED_PEOPLE, self._tombstone(company, record, hashes))
            noted.append((record, hashes))
        erasure = Erasure(
            id=self._ids(),
            company_id=company,
            state=ErasureState.RUNNING,
            record_ids=tuple(lead.id for lead in people),
            hashes=tuple(dict.fromkeys(value for _, hashes in noted for value in looked_up(hashes))),
            by=by,
            started_at=now,
            settles_at=now + SETTLE,
        )
        batch.insert(ERASURES, erasure)
        for record, hashes in noted:  # before the store: what is in no journal is never deleted
            await self._people.note("person", company, record=record, hashes=hashes)
        await self._store.write(batch)
        return erasure.model_copy(update={"rev": 1})

    async def carry_out(self, erasure: Erasure) -> Erasure:
        """Delete what there is, and return the erasure as it then is. May be repeated at any time."""
        counted = await self.delete(erasure.company_id, erasure.record_ids)
        counted.update(await self.delete_rows(erasure.company_id, erasure.hashes))

        async def build() -> tuple[WriteBatch | None, Erasure]:
            here = await self.one(erasure.company_id, erasure.id)
            if here.state is ErasureState.DONE:
                return None, here
            now = self._clock.now()
            documents = dict(sorted((Counter(here.documents) + counted).items()))
            changed: dict[str, Any] = {"documents": documents, "state": ErasureState.SETTLING}
            if now >= here.settles_at:
                changed |= {"state": ErasureState.DONE, "done_at": now, "record_ids": (), "hashes": ()}
            after = here.model_copy(update=changed)
            if after == here:
                return None, here
            return WriteBatch().replace(ERASURES, after), after

        after = await self._store.attempt(build)
        log.info("erased", erasure=erasure.id, state=after.state.value, documents=sum(counted.values()))
        return after

    async def sweep(self) -> int:
        """Go on with erasures that were cut off, and take the last look at those whose time has come."""
        now, done = self._clock.now(), 0
        erasures = self._store[ERASURES].across_companies()
        for state in (ErasureState.RUNNING, ErasureState.SETTLING):
            for erasure in (await erasures.find(eq={"state": state}, limit=CHUNK)).items:
                due = (
                    erasure.started_at + RESUMED_AFTER <= now
                    if state is ErasureState.RUNNING
                    else erasure.settles_at <= now
                )
                if due:
                    await self.carry_out(erasure)
                    done += 1
        return done

    async def one(self, company: str, id: str) -> Erasure:
        """Return an erasure; raises ``ErasureNotFound``."""
        found = await self._store[ERASURES].of(company).get(id)
        if found is None:
            raise ErasureNotFound("There is no erasure with this id.")
        return found

    async def page(self, company: str, *, limit: int = 50, after: Position | None = None) -> Page[Erasure]:
        """Return a page of erasures, newest first."""
        return (
            await self._store[ERASURES]
            .of(company)
            .find(order=("startedAt",), descending=True, limit=limit, after=after)
        )

    async def export(self, company: str, lead_id: str) -> dict[str, Any]:
        """Return everything that is held about a record, as one JSON object; raises ``LeadNotFound``."""
        lead = await self._one_person(company, lead_id)
        digest = await self._people.digest(company)
        held: dict[str, list[dict[str, Any]]] = {}
        ids = [one.id for one in await self._with_merged(company, [lead])]
        for kind in self._kinds:
            met: dict[str, dict[str, Any]] = {}
            async for page in self._about(company, kind, ids):
                met |= {document.id: exported(kind, document, set(ids)) for document in page}
            held[kind.name] = list(met.values())
        wanted = looked_up(key_hashes(Keys(flatten(lead)), digest))
        async for reports in self._rows_of(company, wanted, digest):
            held.setdefault(ROW_REPORTS.name, []).extend(exported(ROW_REPORTS, report, ()) for report in reports)
        return {"leadId": lead.id, "exportedAt": to_text(self._clock.now()), "documents": held}

    async def delete(self, company: str, records: Collection[str]) -> Counter[str]:
        """Take ``records`` out of every document, and return of how many of each kind."""
        counted: Counter[str] = Counter()
        for kind in self._kinds:
            for record in records:
                while True:
                    page = (await self._store[kind].of(company).find(eq={"subjects": record}, limit=CHUNK)).items
                    if not page:
                        break
                    if isinstance(await self._store.write(batch_for(kind, page, set(records))), Applied):
                        counted[kind.name] += len(page)
        return counted

    async def _about(self, company: str, kind: Kind[Any], records: Sequence[str]) -> AsyncIterator[list[Any]]:
        for record in records:
            after: Position | None = None
            while True:
                page = await self._store[kind].of(company).find(eq={"subjects": record}, limit=CHUNK, after=after)
                yield page.items
                if page.next is None:
                    break
                after = page.next

    async def _one_person(self, company: str, id: str) -> CrmRecord:
        """Return the lead, else the contact, that an id leads to; a deleted one too. Raises as the lead's service."""
        try:
            return await self._leads.get(company, id)
        except RecordNotFound as missing:
            for kind in (LEADS, CONTACTS):
                found = await self._store[kind].of(company).get(id)
                if found is not None and found.state is State.DELETED:
                    return found
            try:
                return await self._contacts.get(company, id)
            except RecordNotFound:
                raise missing from None

    async def _with_address(self, company: str, address: str) -> tuple[list[CrmRecord], list[Keys]]:
        try:
            key = email_key(email(address))
        except Invalid as invalid:
            raise WhomToErase(str(invalid), hint="Send the e-mail address the person is known by.") from invalid
        people: list[CrmRecord] = []
        for kind in (LEADS, CONTACTS):
            records = self._store[kind].of(company)
            people += await records.lookup("email", [key])
            people += await records.lookup("gone", [f"email:{key}"])
        people = await self._with_merged(company, people)
        return people, [Keys(flatten(record)) for record in people] or [Keys({"email": key})]

    async def _with_merged(self, company: str, people: Sequence[CrmRecord]) -> list[CrmRecord]:
        """Return ``people`` with the records they have become part of, and with those that became part of them."""
        found = {record.id: record for record in people}
        for kind in (LEADS, CONTACTS):
            records = self._store[kind].of(company)
            into = [record.merged_into for record in people if record.merged_into is not None]
            found |= await records.get_many(sorted(set(into))[:MAX_KEYS])
            parts = sorted({id for record in found.values() for id in record.merged})
            for start in range(0, len(parts), MAX_KEYS):
                found |= await records.get_many(parts[start : start + MAX_KEYS])
        return list(found.values())

    async def delete_rows(self, company: str, hashes: Sequence[str]) -> Counter[str]:
        """Delete rows of imports that became no record and hold the person all the same."""
        counted: Counter[str] = Counter()
        if hashes:
            async for reports in self._rows_of(company, hashes, await self._people.digest(company)):
                batch = WriteBatch()
                for report in reports:
                    batch.delete(ROW_REPORTS, company, report.id)
                if len(batch):
                    await self._store.write(batch)
                    counted[ROW_REPORTS.name] += len(reports)
        return counted

    async def _rows_of(self, company: str, hashes: Sequence[str], digest: Hash) -> AsyncIterator[list[RowReport]]:
        wanted, regions, after = set(hashes), dict[str, str | None](), None
        while True:
            page = (
                await self._store[ROW_REPORTS].of(company).find(residual=Missing("recordId"), limit=CHUNK, after=after)
            )
            found = []
            for report in page.items:
                if report.import_id not in regions:
                    job = await self._store[IMPORTS].of(company).get(report.import_id)
                    regions[report.import_id] = None if job is None else job.default_country
                if wanted & cell_hashes(report.cells, regions[report.import_id], digest):
                    found.append(report)
            yield found
            if page.next is None:
                return
            after = page.next

    def _tombstone(self, company: str, record: str, hashes: dict[str, str]) -> ErasedPerson:
        return ErasedPerson(
            id=self._ids(), company_id=company, record=record, hashes=looked_up(hashes), at=self._clock.now(), **hashes
        )
