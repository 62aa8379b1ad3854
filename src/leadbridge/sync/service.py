"""What can be asked of sync: push these leads, follow a run, cancel it, try a failure again."""

from __future__ import annotations

from collections.abc import Sequence

from leadbridge.crm.errors import Fault
from leadbridge.integrations.service import ConnectionService
from leadbridge.leads.service import Ambiguous, Found, LeadService
from leadbridge.sync import faults
from leadbridge.sync.errors import NotRetryable, TooManyIds
from leadbridge.sync.ledger import noted
from leadbridge.sync.model import API, Item, Provenance, Run
from leadbridge.sync.runs import MAX_ITEMS, Progress, Runs
from leadbridge.usage.model import ErrorEntry
from leadbridge.usage.quotas import Quota, QuotaService
from leadbridge.usage.service import UsageService
from leadbridge.work.model import Queue

WAITED_IDS = 500
"""Up to this many ids a request waits for the end of its run."""
WAIT_SECONDS = 20.0

OPERATION = "sync_leads"


class SyncService:
    """Pushes leads and tells what became of them."""

    def __init__(
        self,
        leads: LeadService,
        connections: ConnectionService,
        usage: UsageService,
        runs: Runs,
        quotas: QuotaService,
    ) -> None:
        self._leads, self._connections, self._usage, self.runs = leads, connections, usage, runs
        self._quotas = quotas

    async def push(
        self,
        company_id: str,
        lead_ids: Sequence[str],
        *,
        connection_id: str | None = None,
        provider: str | None = None,
        request_id: str | None = None,
        cause: Provenance = API,
        seconds: float = WAIT_SECONDS,
    ) -> Progress:
        """Push the named leads (ids of ours or external ids) and return the run as it is when it ends.

        At most 500 ids are waited for, for at most ``seconds``; else the run goes on by itself. A failure of one lead
        is an outcome, not an error. Raises ``TooManyIds``, ``NoActiveConnection``, ``NotConnected``, ``QuotaExceeded``.
        """
        run = await self.begin(
            company_id, lead_ids, connection_id=connection_id, provider=provider, request_id=request_id, cause=cause
        )
        if run.total <= WAITED_IDS:
            run = await self.runs.wait(run, min(seconds, WAIT_SECONDS))
        return await self.runs.progress(run)

    async def begin(
        self,
        company_id: str,
        lead_ids: Sequence[str],
        *,
        connection_id: str | None = None,
        provider: str | None = None,
        request_id: str | None = None,
        queue: Queue = Queue.LIVE,
        patient: bool = False,
        cause: Provenance = API,
    ) -> Run:
        """Store the run of such a push, at most 10,000 ids, and return it at once; raises as ``push``.

        Work that nobody waits for goes to the ``BULK`` queue and is ``patient``: a CRM that is away is waited for.
        """
        if len(lead_ids) > MAX_ITEMS:
            raise TooManyIds(f"{len(lead_ids)} lead ids were sent.")
        await self._quotas.check(company_id, Quota.VENDOR_CALLS)
        connection = await self._connections.usable(company_id, connection_id=connection_id, provider=provider)
        items = await self._resolve(company_id, lead_ids)
        return await self.runs.begin(
            connection, items, queue=queue, patient=patient, request_id=request_id, cause=cause
        )

    async def progress(self, company_id: str, run_id: str) -> Progress:
        """Return a run with its items so far; raises ``RunNotFound``."""
        return await self.runs.progress(await self.runs.get(company_id, run_id))

    async def cancel(self, company_id: str, run_id: str) -> Run:
        """Let a run do nothing more; raises ``RunNotFound``, ``RunEnded``."""
        return await self.runs.cancel(company_id, run_id)

    async def retry(self, company_id: str, error_id: str, request_id: str | None) -> Progress:
        """Try what an entry of the error log tells of once more; raises ``NotRetryable``, ``NotFound``."""
        entry: ErrorEntry = await self._usage.error(company_id, error_id)
        if not entry.retryable or entry.lead_id is None or entry.operation != OPERATION:
            raise NotRetryable("This failure cannot be tried again from here.", hint=entry.hint)
        return await self.push(company_id, [entry.lead_id], connection_id=entry.connection_id, request_id=request_id)

    async def _resolve(self, company_id: str, lead_ids: Sequence[str]) -> list[Item]:
        """Return an item for each id as it was sent; one that names no lead, or one once more, has failed already."""
        found = await self._leads.resolve(company_id, list(dict.fromkeys(lead_ids)))
        seen: set[str] = set()
        items: list[Item] = []
        for sent in lead_ids:
            match found[sent]:
                case Found(lead) if lead.id in seen:
                    items.append(_failed(sent, faults.DUPLICATE))
                case Found(lead):
                    seen.add(lead.id)
                    items.append(Item(sent=sent, lead=lead.id))
                case Ambiguous():
                    items.append(_failed(sent, faults.AMBIGUOUS))
                case _:
                    items.append(_failed(sent, faults.DUPLICATE if sent in seen else faults.UNKNOWN_LEAD))
                    seen.add(sent)
        return items


def _failed(sent: str, fault: Fault) -> Item:
    return Item(sent=sent, action="failed", fault=noted(fault))
