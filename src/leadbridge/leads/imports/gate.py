"""One import of a company writes at a time, across processes. The lane of the company sees to the order; the gate sees
to it that a process which lost the lane without noticing cannot write any more."""

from __future__ import annotations

from leadbridge.leads.errors import ImportOvertaken
from leadbridge.leads.imports.model import IMPORT_GATES, ImportGate
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store


class Gate:
    """The gate of every company."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def enter(self, company: str, holder: str) -> None:
        """Make ``holder`` the one who may write; whoever was it before no longer may."""

        async def build() -> tuple[WriteBatch | None, None]:
            gate = await self._store[IMPORT_GATES].of(company).get(_id(company))
            if gate is None:
                made = ImportGate(id=_id(company), company_id=company, holder=holder)
                return WriteBatch().insert(IMPORT_GATES, made), None
            return WriteBatch().replace(IMPORT_GATES, gate.model_copy(update={"holder": holder})), None

        await self._store.attempt(build)

    async def guard(self, batch: WriteBatch, company: str, holder: str) -> None:
        """Make ``batch`` depend on ``holder`` still being the one; raises ``ImportOvertaken``."""
        gate = await self._store[IMPORT_GATES].of(company).get(_id(company))
        if gate is None or gate.holder != holder:
            raise ImportOvertaken("Another process goes on with the imports of this company.")
        batch.require(IMPORT_GATES, company, gate.id, rev=gate.rev)


def _id(company: str) -> str:
    return f"import:{company}"
