"""How long each kind of data is kept, and the deletion of what is older: in small batches, along an index."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from leadbridge.automation.delivery.model import ATTEMPTS, EXECUTIONS
from leadbridge.automation.inbound.model import CALLS
from leadbridge.integrations.hints.model import HINTS
from leadbridge.integrations.model import FLOWS
from leadbridge.leads.forms.model import SUBMISSIONS
from leadbridge.leads.imports.model import IMPORTS, RECORDS_BEFORE, ROW_REPORTS, Severity
from leadbridge.leads.model import EVENTS
from leadbridge.leads.occurrences import OCCURRENCES
from leadbridge.leads.stored import MERGES
from leadbridge.security.rotation import KEPT_RETIRED, KeyRotation
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.kind import Kind
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.sync.automatic.model import WAITING_PUSHES
from leadbridge.sync.model import PARTS, RUNS
from leadbridge.tenancy.model import COMPANIES
from leadbridge.usage.fold import QUARTERS_KEPT
from leadbridge.usage.model import ERRORS, REQUESTS, USAGE_EVENTS
from leadbridge.usage.rows import QUARTERS

CHUNK = 500

log = structlog.get_logger("leadbridge.privacy")


@dataclass(frozen=True, slots=True)
class Rule:
    """Documents of ``kind`` go when the time in ``field`` (indexed behind the company) is older than ``keep``."""

    kind: Kind[Any]
    field: str
    keep: timedelta


REQUESTS_AGE = timedelta(days=7)
REQUESTS_KEPT = 20_000
"""Entries of one company's request log."""
HINTS_KEPT = 50_000
"""Hints of one company. Who is told more often than that hears of most changes by walking them anyway."""
COUNTED: tuple[tuple[Kind[Any], str, int], ...] = (
    (REQUESTS, "at", REQUESTS_KEPT),
    (HINTS, "receivedAt", HINTS_KEPT),
)
"""Kinds of which a company has at most so many documents, the newest, by the time in a field."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days each kind of data is kept; ``rejects`` are rows as they were in a file, from its import on."""

    usage: int = 400
    errors: int = 90
    runs: int = 90
    rejects: int = 90
    history: int = 730

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules for what has a time of its own."""
        return (
            Rule(USAGE_EVENTS, "createdAt", timedelta(days=self.usage)),
            Rule(ERRORS, "occurredAt", timedelta(days=self.errors)),
            Rule(RUNS, "startedAt", timedelta(days=self.runs)),
            Rule(QUARTERS, "at", QUARTERS_KEPT),
            Rule(SUBMISSIONS, "at", timedelta(days=self.history)),
            Rule(REQUESTS, "at", REQUESTS_AGE),
            Rule(HINTS, "receivedAt", timedelta(days=3)),  # HubSpot repeats a delivery for a day
            Rule(CALLS, "at", timedelta(days=7)),  # longer than anybody repeats a call, and than any signature holds
            Rule(WAITING_PUSHES, "since", timedelta(days=self.runs)),  # of a connection that is paused for good
            Rule(OCCURRENCES, "at", timedelta(days=self.runs)),
            Rule(EVENTS, "at", timedelta(days=self.history)),
            Rule(MERGES, "at", timedelta(days=self.rejects)),
            Rule(PARTS, "createdAt", timedelta(days=self.runs)),
            Rule(EXECUTIONS, "createdAt", timedelta(days=self.runs)),
            Rule(ATTEMPTS, "at", timedelta(days=self.runs)),
        )


DEFAULT = Keep()
FLOWS_KEPT = timedelta(days=1)
"""OAuth flows, from their end."""
TABLE: dict[str, timedelta] = {
    **{rule.kind.name: rule.keep for rule in DEFAULT.rules},
    ROW_REPORTS.name: timedelta(days=DEFAULT.rejects),
    RECORDS_BEFORE.name: timedelta(days=DEFAULT.rejects),
    FLOWS.name: FLOWS_KEPT,
    "data_keys (wrapped, after their retirement)": KEPT_RETIRED,
}
"""What the documentation shows: what holds where nothing else is set."""


class Retention:
    """Deletes what is past its time, of every company."""

    def __init__(self, store: Store, rotation: KeyRotation, keep: Keep = DEFAULT) -> None:
        self._store = store
        self._keep = keep
        self._rotation = rotation

    async def run_once(self, now: datetime) -> dict[str, int]:
        """Delete what is past its time at ``now`` and return how much of each kind. Several processes may do so."""
        deleted: Counter[str] = Counter()
        after: Position | None = None
        while True:
            page = await self._store[COMPANIES].across_companies().find(limit=CHUNK, after=after)
            for company in page.items:
                for rule in self._keep.rules:
                    deleted[rule.kind.name] += await self._older(rule, company.id, now)
                for kind, count in (await self._imports(company.id, now)).items():
                    deleted[kind] += count
                for counted, field, kept in COUNTED:
                    deleted[counted.name] += await self._beyond(counted, field, kept, company.id)
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

    async def _imports(self, company: str, now: datetime) -> Counter[str]:
        deleted: Counter[str] = Counter()
        after: Position | None = None
        while True:
            page = (
                await self._store[IMPORTS]
                .of(company)
                .find(order=("startedAt",), high=now - timedelta(days=self._keep.rejects), limit=CHUNK, after=after)
            )
            for job in page.items:
                for severity in Severity:
                    asked = {"importId": job.id, "severity": severity}
                    reports = self._store[ROW_REPORTS].of(company)
                    while found := (await reports.find(eq=asked, order=("row",), limit=CHUNK)).items:
                        deleted[ROW_REPORTS.name] += await self._delete(ROW_REPORTS, found)
                leads = self._store[RECORDS_BEFORE].of(company)
                while before := (await leads.find(eq={"importId": job.id}, order=("n",), limit=CHUNK)).items:
                    deleted[RECORDS_BEFORE.name] += await self._delete(RECORDS_BEFORE, before)
            if page.next is None:
                return deleted
            after = page.next

    async def _beyond(self, kind: Kind[Any], field: str, kept: int, company: str) -> int:
        """Delete the oldest documents beyond the number that is kept of one company."""
        documents = self._store[kind].of(company)
        counted, after = 0, None
        while counted < kept:
            page = await documents.find(
                order=(field,), descending=True, limit=min(CHUNK, kept - counted), after=after, count_only=True
            )
            counted += page.found
            if page.next is None:
                return 0
            after = page.next
        deleted = 0
        while beyond := (await documents.find(order=(field,), descending=True, limit=CHUNK, after=after)).items:
            deleted += await self._delete(kind, beyond)
        return deleted

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
