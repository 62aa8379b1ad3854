"""How long each kind of data is kept, and the deletion of what is older: in small batches, along an index."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from leadbridge.integrations.hints.model import HINTS
from leadbridge.integrations.model import FLOWS
from leadbridge.leads.imports.model import IMPORTS, ROW_REPORTS, Severity
from leadbridge.security.rotation import KEPT_RETIRED, KeyRotation
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.kind import Kind
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.sync.model import RUNS
from leadbridge.tenancy.model import COMPANIES
from leadbridge.usage.model import ERRORS, USAGE_EVENTS

CHUNK = 500

log = structlog.get_logger("leadbridge.privacy")


@dataclass(frozen=True, slots=True)
class Rule:
    """Documents of ``kind`` go when the time in ``field`` (indexed behind the company) is older than ``keep``."""

    kind: Kind[Any]
    field: str
    keep: timedelta


RULES = (
    Rule(USAGE_EVENTS, "createdAt", timedelta(days=400)),
    Rule(ERRORS, "occurredAt", timedelta(days=90)),
    Rule(RUNS, "startedAt", timedelta(days=90)),
    Rule(HINTS, "receivedAt", timedelta(days=3)),  # HubSpot repeats a delivery for a day
)
REJECTS_KEPT = timedelta(days=90)
"""Rows as they were in a file, from the start of its import."""
FLOWS_KEPT = timedelta(days=1)
"""OAuth flows, from their end."""
TABLE: dict[str, timedelta] = {
    **{rule.kind.name: rule.keep for rule in RULES},
    ROW_REPORTS.name: REJECTS_KEPT,
    FLOWS.name: FLOWS_KEPT,
    "data_keys (wrapped, after their retirement)": KEPT_RETIRED,
}
"""What the documentation shows."""


class Retention:
    """Deletes what is past its time, of every company."""

    def __init__(self, store: Store, rotation: KeyRotation) -> None:
        self._store = store
        self._rotation = rotation

    async def run_once(self, now: datetime) -> dict[str, int]:
        """Delete what is past its time at ``now`` and return how much of each kind. Several processes may do so."""
        deleted: Counter[str] = Counter()
        after: Position | None = None
        while True:
            page = await self._store[COMPANIES].across_companies().find(limit=CHUNK, after=after)
            for company in page.items:
                for rule in RULES:
                    deleted[rule.kind.name] += await self._older(rule, company.id, now)
                deleted[ROW_REPORTS.name] += await self._rejects(company.id, now)
            if page.next is None:
                break
            after = page.next
        deleted[FLOWS.name] += await self._flows(now)
        deleted["data_keys"] += await self._rotation.forget_retired()
        if any(deleted.values()):
            log.info("retention", **deleted)
        return dict(deleted)

    async def _older(self, rule: Rule, company: str, now: datetime) -> int:
        deleted = 0
        documents = self._store[rule.kind].of(company)
        while page := (await documents.find(order=(rule.field,), high=now - rule.keep, limit=CHUNK)).items:
            deleted += await self._delete(rule.kind, page)
        return deleted

    async def _rejects(self, company: str, now: datetime) -> int:
        deleted, after = 0, None
        while True:
            page = (
                await self._store[IMPORTS]
                .of(company)
                .find(order=("startedAt",), high=now - REJECTS_KEPT, limit=CHUNK, after=after)
            )
            for job in page.items:
                for severity in Severity:
                    asked = {"importId": job.id, "severity": severity}
                    reports = self._store[ROW_REPORTS].of(company)
                    while found := (await reports.find(eq=asked, order=("row",), limit=CHUNK)).items:
                        deleted += await self._delete(ROW_REPORTS, found)
            if page.next is None:
                return deleted
            after = page.next

    async def _flows(self, now: datetime) -> int:
        deleted = 0
        flows = self._store[FLOWS].across_companies()
        while page := (await flows.find(order=("expiresAt",), high=now - FLOWS_KEPT, limit=CHUNK)).items:
            deleted += await self._delete(FLOWS, page)
        return deleted

    async def _delete(self, kind: Kind[Any], documents: list[Any]) -> int:
        batch = WriteBatch()
        for document in documents:
            batch.delete(kind, document.company_id, document.id)
        await self._store.write(batch)
        return len(documents)
