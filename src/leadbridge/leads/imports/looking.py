"""What the rows of a file can fall on: stored records, those of the same file's last time, those it refers to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace

from leadbridge.kit.text import fold
from leadbridge.leads.erased import ErasedPeople
from leadbridge.leads.fields import Keys
from leadbridge.leads.finding import Found, resolve
from leadbridge.leads.imports.met import Met
from leadbridge.leads.imports.model import IMPORT_PARTS, IMPORTS, Import, ImportPart
from leadbridge.leads.imports.placing import LookupIndex, lookup_values
from leadbridge.leads.imports.rows import Finding, Reading, erased_row
from leadbridge.leads.normalise import email_key, shown
from leadbridge.leads.stored import CrmRecord, State
from leadbridge.leads.types import ACCOUNT, CONTACT, RecordType
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store

REMEMBERED = 3
"""Earlier imports of the very same file that are asked which record a row fell on."""
PART_STEP = 1000
"""Parts of a piece are numbered within this many."""
REFERENCES: Mapping[str, RecordType] = {"accountId": ACCOUNT, "contactId": CONTACT}
"""Fields that hold the id of another record."""


class Looking:
    """Looks things up for one import; what stays true while it goes on is looked up once."""

    def __init__(self, store: Store, erased: ErasedPeople, type: RecordType) -> None:
        self._store = store
        self._erased = erased
        self._type = type
        self._met: Met | None = None
        self._earlier: list[str] | None = None

    async def known(self, job: Import, readings: Sequence[Reading], remembered: Mapping[int, str]) -> list[CrmRecord]:
        """Return the stored records that one of the rows could fall on, those of ``remembered`` included."""
        records = self._store[self._type.kind].of(job.company_id)
        found: dict[str, CrmRecord] = {}
        index: LookupIndex
        for index, values in lookup_values(readings).items():
            found.update((one.id, one) for one in await records.lookup(index, values))
            if index == "external":  # the id of a record that was merged into another
                found.update((one.id, one) for one in await records.lookup("alias", values))
        rows = [reading.record.row for reading in readings]
        last_time = dict.fromkeys(id for row in rows if (id := remembered.get(row)) is not None)
        found |= await records.get_many([id for id in last_time if id not in found])
        return [one for one in found.values() if one.state is State.LIVE]

    async def remembered(self, job: Import) -> dict[int, str]:
        """Return the record each row of this piece fell on when this file came before; the newest word counts."""
        if self._earlier is None:
            found = await (
                self._store[IMPORTS]
                .of(job.company_id)
                .find(eq={"sha256": job.sha256}, order=("startedAt",), descending=True, limit=REMEMBERED + 1)
            )
            alike = [one for one in found.items if one.id != job.id and _read_alike(one, job)]
            self._earlier = [one.id for one in reversed(alike)]
        rows: dict[int, str] = {}
        low = job.piece * PART_STEP
        for id in self._earlier:
            async for part in parts_of(self._store, job.company_id, id, low, low + PART_STEP):
                rows.update(zip(part.rows, part.targets, strict=True))
        return rows

    async def met(self, job: Import) -> Met:
        """Return the records on which earlier rows of the file fell."""
        if self._met is None:
            met = Met()
            async for part in parts_of(self._store, job.company_id, job.id):
                for id in part.record_ids:
                    met.add(id)
            self._met = met
        return self._met

    def meet(self, ids: Iterable[str]) -> None:
        """Add the records that a part which is stored now fell on."""
        if self._met is not None:
            for id in ids:
                self._met.add(id)

    async def barred(self, job: Import, readings: Sequence[Reading]) -> frozenset[int]:
        """Return the places of the accepted rows whose people were erased."""
        accepted = [n for n, reading in enumerate(readings) if reading.refused is None]
        found = await self._erased.barred(job.company_id, [readings[n].keys for n in accepted])
        return frozenset(accepted[n] for n in found)

    async def without_erased(self, job: Import, readings: Sequence[Reading]) -> list[Reading]:
        """Return the rows, those of erased people refused."""
        barred = await self.barred(job, readings)
        return [erased_row(reading) if n in barred else reading for n, reading in enumerate(readings)]

    async def referring(self, job: Import, readings: Sequence[Reading]) -> list[Reading]:
        """Return the rows with what they refer to by our ids.

        A record is named by its external id or ``_id``, an account also by its name, a contact by its e-mail address,
        where exactly one has it. What names none, or several, is left out with a warning.
        """
        found = list(readings)
        for name, type in REFERENCES.items():
            texts = list(dict.fromkeys(text for row in found if isinstance(text := row.fields.get(name), str)))
            if not texts:
                continue
            ids = await self._ids_of(job.company_id, type, texts)
            found = [_referring(row, name, type, ids, self._type.beside) for row in found]
        return found

    async def _ids_of(self, company: str, type: RecordType, texts: Sequence[str]) -> dict[str, str]:
        resolved = await resolve(self._store, type, company, texts)
        ids = {text: one.lead.id for text, one in resolved.items() if isinstance(one, Found)}
        records = self._store[type.kind].of(company)
        wanted: dict[str, list[str]] = {}
        for text in texts:
            if text not in ids and (key := _key(type, text)) is not None:
                wanted.setdefault(key, []).append(text)
        held: dict[str, list[str]] = {}
        if type is ACCOUNT:
            for one in await records.lookup("nameCompany", list(wanted)):
                held.setdefault(one.name_company_key or "", []).append(one.id)
        else:
            for one in await records.lookup("email", list(wanted)):
                held.setdefault(one.email_key or "", []).append(one.id)
        for key, named in wanted.items():
            if len(held.get(key, ())) == 1:
                ids |= dict.fromkeys(named, held[key][0])
        return ids


async def parts_of(
    store: Store, company: str, id: str, low: int = 0, high: int | None = None
) -> AsyncIterator[ImportPart]:
    """Yield the parts of an import in row order."""
    after: Position | None = None
    while True:
        page = (
            await store[IMPORT_PARTS]
            .of(company)
            .find(eq={"importId": id}, order=("n",), low=low, high=high, after=after, limit=20)
        )
        for part in page.items:
            yield part
        if page.next is None:
            return
        after = page.next


def _key(type: RecordType, text: str) -> str | None:
    """Return by what a record of ``type`` is known that is named by ``text``."""
    if type is ACCOUNT:
        return Keys({"name": text}, type.beside).name_company if fold(text) else None
    return email_key(text) if "@" in text else None


def _referring(row: Reading, name: str, type: RecordType, ids: Mapping[str, str], beside: str | None) -> Reading:
    text = row.fields.get(name)
    if not isinstance(text, str):
        return row
    fields = {field: value for field, value in row.fields.items() if field != name}
    if (id := ids.get(text)) is not None:
        fields[name] = id
        return replace(row, fields=fields, keys=Keys(fields, beside))
    article = "an" if type is ACCOUNT else "a"
    warning = Finding(f"unknown_{type.name}", f"{shown(text)} does not name {article} {type.name}. It was left out.")
    return replace(row, fields=fields, keys=Keys(fields, beside), warnings=(*row.warnings, warning))


def _read_alike(one: Import, other: Import) -> bool:
    """Tell whether two imports of one file cut it alike and made the same type of record of it."""
    return (one.record, one.encoding, one.delimiter, one.header_row) == (
        other.record,
        other.encoding,
        other.delimiter,
        other.header_row,
    )
