"""What can be asked of sync: push these leads, follow a run, try a failure again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.integrations.model import Connection
from leadbridge.integrations.service import ConnectionService
from leadbridge.integrations.session import ConnectionSession
from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import VendorFailed
from leadbridge.kit.ids import IdSource
from leadbridge.leads.model import Lead
from leadbridge.leads.service import Ambiguous, Found, LeadService
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.sync import faults
from leadbridge.sync.errors import NotRetryable, RunNotFound, TooManyIds
from leadbridge.sync.model import RUNS, Counts, Run, RunStatus
from leadbridge.sync.push import Pusher, Settled
from leadbridge.usage.model import Category, ErrorEntry, EventType, UsageEvent
from leadbridge.usage.quotas import Quota, QuotaService
from leadbridge.usage.service import Failure, UsageService
from leadbridge.work.errors import LaneLost
from leadbridge.work.lease import Lease, Leases, connection_lane

MAX_IDS = 500
"""Lead ids in one call."""
WAIT_SECONDS = 60.0
"""How long a push waits for another one of the same connection."""

OPERATION = "sync_leads"


@dataclass(frozen=True, slots=True)
class Asked:
    """One id of a request: the lead it names, or why it names none."""

    sent: str
    lead: Lead | None = None
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of a request: every id as it was sent, in order, beside its outcome."""

    run: Run
    items: tuple[tuple[Asked, Settled], ...]


class SyncService:
    """Pushes leads and tells what became of them."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        leads: LeadService,
        connections: ConnectionService,
        usage: UsageService,
        leases: Leases,
        quotas: QuotaService,
    ) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._leads, self._connections, self._usage, self._leases = leads, connections, usage, leases
        self._quotas = quotas

    async def push(
        self,
        company_id: str,
        lead_ids: Sequence[str],
        *,
        connection_id: str | None = None,
        provider: str | None = None,
        request_id: str | None = None,
    ) -> PushResult:
        """Push the named leads (ids of ours or external ids) over one connection and tell each one's outcome.

        Raises ``TooManyIds``, ``NoActiveConnection``, ``LaneBusy``, ``QuotaExceeded``. A failure of one lead is an
        outcome, not an error.
        """
        if len(lead_ids) > MAX_IDS:
            raise TooManyIds(f"{len(lead_ids)} lead ids were sent.")
        await self._quotas.check(company_id, Quota.VENDOR_CALLS)
        connection = await self._connections.usable(company_id, connection_id=connection_id, provider=provider)
        asked = await self._resolve(company_id, lead_ids)
        lease = await self._leases.take(company_id, connection_lane(connection.id), wait=WAIT_SECONDS)
        async with self._leases.kept(lease):
            return await self._run(connection, lease, asked, request_id)

    async def run(self, company_id: str, run_id: str) -> Run:
        """Return a run; raises ``RunNotFound``."""
        run = await self._store[RUNS].of(company_id).get(run_id)
        if run is None:
            raise RunNotFound("There is no such run.")
        return run

    async def retry(self, company_id: str, error_id: str, request_id: str | None) -> Run:
        """Try what an entry of the error log tells of once more; raises ``NotRetryable``, ``NotFound``."""
        entry: ErrorEntry = await self._usage.error(company_id, error_id)
        if not entry.retryable or entry.lead_id is None or entry.operation != OPERATION:
            raise NotRetryable("This failure cannot be tried again from here.", hint=entry.hint)
        result = await self.push(company_id, [entry.lead_id], connection_id=entry.connection_id, request_id=request_id)
        return result.run

    async def _resolve(self, company_id: str, lead_ids: Sequence[str]) -> list[Asked]:
        found = await self._leads.resolve(company_id, list(dict.fromkeys(lead_ids)))
        seen: set[str] = set()
        asked: list[Asked] = []
        for sent in lead_ids:
            match found[sent]:
                case Found(lead) if lead.id in seen:
                    asked.append(Asked(sent, fault=faults.DUPLICATE))
                case Found(lead):
                    seen.add(lead.id)
                    asked.append(Asked(sent, lead))
                case Ambiguous():
                    asked.append(Asked(sent, fault=faults.AMBIGUOUS))
                case _:
                    repeated = any(one.sent == sent for one in asked)
                    asked.append(Asked(sent, fault=faults.DUPLICATE if repeated else faults.UNKNOWN_LEAD))
        return asked

    async def _run(
        self, connection: Connection, lease: Lease, asked: Sequence[Asked], request_id: str | None
    ) -> PushResult:
        started = self._clock.monotonic()
        run = Run(
            id=self._ids(),
            company_id=connection.company_id,
            kind="push",
            connection_id=connection.id,
            provider=connection.provider,
            status=RunStatus.RUNNING,
            started_at=self._clock.now(),
        )
        await self._store.write(WriteBatch().insert(RUNS, run))
        session = self._connections.session(connection)
        try:
            settled = await self._push_all(connection, session, lease, [one.lead for one in asked if one.lead])
        except BaseException:
            stopped = run.model_copy(update={"rev": 1, "status": RunStatus.FAILED, "ended_at": self._clock.now()})
            event = self._event(connection, stopped, session, started, len(asked), succeeded=False)
            await self._store.write(self._usage.add(WriteBatch().replace(RUNS, stopped), event, calls=session.notes))
            raise
        items = tuple((one, settled[one.lead.id] if one.lead else Settled("failed", fault=one.fault)) for one in asked)
        counts = _count(items)
        ended = run.model_copy(
            update={
                "rev": 1,
                "status": RunStatus.DONE,
                "counts": counts,
                "vendor_calls": session.calls,
                "ended_at": self._clock.now(),
            }
        )
        succeeded = counts.failed + counts.held == 0
        event = self._event(connection, ended, session, started, len(asked), succeeded=succeeded)
        await self._store.write(self._usage.add(WriteBatch().replace(RUNS, ended), event, calls=session.notes))
        await self._usage.record_failures(connection.company_id, _failures(connection, items, request_id))
        return PushResult(ended, items)

    def _event(
        self,
        connection: Connection,
        run: Run,
        session: ConnectionSession,
        started: float,
        asked: int,
        *,
        succeeded: bool,
    ) -> UsageEvent:
        return self._usage.event(
            connection.company_id,
            EventType.CRM_SYNC,
            Category.CRM,
            succeeded=succeeded,
            milliseconds=round((self._clock.monotonic() - started) * 1000),
            api_calls=session.calls,
            records=run.counts.read,
            provider=connection.provider,
            connection_id=connection.id,
            run_id=run.id,
            request={"leads": asked},
            response=run.counts.model_dump(by_alias=True),
        )

    async def _push_all(
        self, connection: Connection, session: ConnectionSession, lease: Lease, leads: Sequence[Lead]
    ) -> dict[str, Settled]:
        provider, _ = self._connections.provider(connection.provider)
        pusher = Pusher(
            self._store,
            self._clock,
            self._ids,
            self._leases,
            lease=lease,
            connection_id=connection.id,
            provider=provider,
            session=session,
            own_key=connection.own_key is not None and connection.own_key.ready,
        )
        settled: dict[str, Settled] = {}
        for start in range(0, len(leads), provider.write_batch):
            block = leads[start : start + provider.write_batch]
            try:
                settled |= await pusher.push(block)
            except VendorFailed as error:
                # The CRM cannot be used at all just now: the others would fare no better, and are told the same.
                fault = _explained(error)
                await self._connections.note_fault(connection, fault)
                return settled | _all_failed(leads[start:], fault)
            except LaneLost as error:
                return settled | _all_failed(leads[start:], _lost(error))
        return settled


def _all_failed(leads: Sequence[Lead], fault: Fault) -> dict[str, Settled]:
    return {lead.id: Settled("failed", fault=fault) for lead in leads}


def _count(items: Sequence[tuple[Asked, Settled]]) -> Counts:
    actions = [settled.action for _, settled in items]
    names = ("created", "updated", "unchanged", "excluded", "held", "failed")
    return Counts(read=len(actions), **{name: actions.count(name) for name in names})


def _failures(connection: Connection, items: Sequence[tuple[Asked, Settled]], request_id: str | None) -> list[Failure]:
    return [
        Failure(
            operation=OPERATION,
            code=settled.fault.code,
            message=settled.fault.message,
            cause=settled.fault.cause,
            hint=settled.fault.hint,
            retryable=settled.fault.retryable,
            provider=connection.provider,
            connection_id=connection.id,
            vendor_code=settled.fault.vendor_code,
            lead_id=asked.lead.id,
            request_id=request_id,
            correlation_id=settled.fault.correlation_id,
        )
        for asked, settled in items
        if settled.fault is not None and asked.lead is not None
    ]


def _explained(error: VendorFailed) -> Fault:
    if isinstance(error, CallFailed):
        return error.fault
    return Fault(
        code=error.code,
        message=error.message,
        cause="The CRM could not be reached, or its answer did not arrive.",
        hint=error.hint,
        retryable=True,
    )


def _lost(error: LaneLost) -> Fault:
    return Fault(
        code=error.code,
        message=error.message,
        cause="The sync took too long between two results, or another process took over the connection.",
        hint=error.hint,
        retryable=True,
    )
