"""Looking at imports: one, all of a type of record, what was wrong with rows, where they fell."""

from __future__ import annotations

from leadbridge.leads.errors import ImportNotFound
from leadbridge.leads.imports.looking import parts_of
from leadbridge.leads.imports.model import IMPORTS, ROW_REPORTS, Import, RowReport, Severity
from leadbridge.leads.types import RecordType
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store


class ImportReads:
    """What can be asked about imports; nothing here changes one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, company: str, id: str, type: RecordType | None = None) -> Import:
        """Return an import, of ``type`` where one is named; raises ``ImportNotFound``."""
        job = await self._store[IMPORTS].of(company).get(id)
        if job is None or (type is not None and job.record != type.name):
            raise ImportNotFound("There is no import with this id.")
        return job

    async def page(
        self, company: str, type: RecordType, *, limit: int = 50, after: Position | None = None
    ) -> Page[Import]:
        """Return a page of imports of one type of record, the newest first."""
        imports = self._store[IMPORTS].of(company)
        return await imports.find(
            eq={"record": type.name}, order=("startedAt",), descending=True, limit=limit, after=after
        )

    async def reports(
        self,
        company: str,
        id: str,
        severity: Severity = Severity.REJECTED,
        *,
        limit: int = 50,
        after: Position | None = None,
    ) -> Page[RowReport]:
        """Return a page of what was wrong with rows, in row order."""
        return await (
            self._store[ROW_REPORTS]
            .of(company)
            .find(eq={"importId": id, "severity": severity}, order=("row",), limit=limit, after=after)
        )

    async def record_ids(
        self, company: str, id: str, *, limit: int = 200, after: Position | None = None
    ) -> tuple[list[str], Position | None]:
        """Return ids of the records this import's rows fell on, each once, in row order, and where the list goes on."""
        part, offset = _place_in_parts(after)
        ids: list[str] = []
        async for here in parts_of(self._store, company, id, part):
            skip = offset if here.n == part else 0
            for at, record_id in enumerate(here.record_ids[skip:], skip):
                if len(ids) == limit:
                    return ids, (here.n, at)
                ids.append(record_id)
        return ids, None


def _place_in_parts(after: Position | None) -> tuple[int, int]:
    """Return part and offset of a cursor of ours; any other starts at the beginning."""
    if after is None or len(after) != 2:
        return 0, 0
    part, offset = after
    return (part, offset) if isinstance(part, int) and isinstance(offset, int) and offset >= 0 else (0, 0)
