"""One import of a company at a time, across processes: a lease that every part of it renews as it is written."""

from __future__ import annotations

from datetime import timedelta

from leadbridge.kit.clock import Clock
from leadbridge.leads.errors import ImportOvertaken, ImportRunning
from leadbridge.leads.imports.model import IMPORT_GATES, ImportGate
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store

LEASE = timedelta(seconds=10)
"""How long an import may stand still before another may begin: a killed process leaves its lease behind."""
PATIENCE = timedelta(seconds=20)
"""How long a second import waits for the first: longer than a lease, so that a killed one never turns it away."""
STEP = 0.2


class Gate:
    """The gate of every company."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def enter(self, company: str, holder: str) -> None:
        """Return once ``holder`` may import for ``company``; raises ``ImportRunning`` when others do not end."""
        deadline = self._clock.now() + PATIENCE
        while True:
            now = self._clock.now()
            gate = await self._store[IMPORT_GATES].of(company).get(_id(company))
            if gate is None or gate.until <= now:
                batch = WriteBatch()
                if gate is None:
                    batch.insert(IMPORT_GATES, _gate(company, holder, now + LEASE))
                else:
                    batch.replace(IMPORT_GATES, gate.model_copy(update={"holder": holder, "until": now + LEASE}))
                if isinstance(await self._store.write(batch), Applied):
                    return
            elif now >= deadline:
                raise ImportRunning("Another import of this company is running.", details={"importId": gate.holder})
            await self._clock.sleep(STEP)

    async def renew(self, batch: WriteBatch, company: str, holder: str) -> None:
        """Make ``batch`` depend on ``holder`` still being the one; raises ``ImportOvertaken``."""
        gate = await self._store[IMPORT_GATES].of(company).get(_id(company))
        if gate is None or gate.holder != holder:
            raise ImportOvertaken("Another import of this company took the place of this one, which stood still.")
        batch.replace(IMPORT_GATES, gate.model_copy(update={"until": self._clock.now() + LEASE}))

    async def leave(self, company: str, holder: str) -> None:
        """Let the next import begin; does nothing if the place is already another's."""
        gate = await self._store[IMPORT_GATES].of(company).get(_id(company))
        if gate is not None and gate.holder == holder:
            freed = gate.model_copy(update={"until": self._clock.now()})
            await self._store.write(WriteBatch().replace(IMPORT_GATES, freed))


def _id(company: str) -> str:
    return f"import:{company}"


def _gate(company: str, holder: str, until: object) -> ImportGate:
    return ImportGate.model_validate({"_id": _id(company), "company_id": company, "holder": holder, "until": until})
