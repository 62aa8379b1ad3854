"""The composition root: settings become a hub, with everything wired once, and a hub becomes an ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client import CollectorRegistry
from starlette.responses import Response

from leadbridge import __version__
from leadbridge.crm.registry import providers
from leadbridge.dashboard import routes as dashboard_routes
from leadbridge.integrations import model as integrations_model
from leadbridge.integrations import routes as integrations_routes
from leadbridge.integrations.service import ConnectionService
from leadbridge.kit.clock import Clock, SystemClock
from leadbridge.kit.ids import IdSource, object_ids
from leadbridge.leads import model as leads_model
from leadbridge.leads import routes as leads_routes
from leadbridge.leads.imports import model as imports_model
from leadbridge.leads.imports import routes as imports_routes
from leadbridge.leads.imports.service import ImportService
from leadbridge.leads.service import LeadService
from leadbridge.privacy import model as privacy_model
from leadbridge.privacy import routes as privacy_routes
from leadbridge.privacy.journal import ErasureJournal
from leadbridge.privacy.people import People
from leadbridge.privacy.replay import Replay
from leadbridge.privacy.restore import Backups
from leadbridge.privacy.retention import Retention
from leadbridge.privacy.service import PrivacyService
from leadbridge.privacy.tenant import CompanyErasures
from leadbridge.security import model as security_model
from leadbridge.security.http import GuardedTransport
from leadbridge.security.keys import StoredKeyProvider
from leadbridge.security.rotation import KeyRotation
from leadbridge.security.transport import Transport
from leadbridge.security.vault import Vault
from leadbridge.settings import Settings
from leadbridge.storage import state as storage_state
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import Kind
from leadbridge.storage.open import open_engine
from leadbridge.storage.store import Store
from leadbridge.sync import model as sync_model
from leadbridge.sync import routes as sync_routes
from leadbridge.sync.service import SyncService
from leadbridge.tenancy import model as tenancy_model
from leadbridge.tenancy import routes as tenancy_routes
from leadbridge.tenancy.service import TenancyService
from leadbridge.usage import model as usage_model
from leadbridge.usage.service import UsageService
from leadbridge.web import model as web_model
from leadbridge.web import routes as web_routes
from leadbridge.web.admission import Admission, Limits
from leadbridge.web.client import parse_networks
from leadbridge.web.envelope import answer
from leadbridge.web.errors import install_error_handlers
from leadbridge.web.idempotency import Idempotency
from leadbridge.web.middleware import Surroundings
from leadbridge.web.ratelimit import RateLimiter
from leadbridge.web.repeats import Repeats
from leadbridge.web.rights import describe_rights, open_to_all
from leadbridge.web.tickets import Tickets
from leadbridge.work import model as work_model
from leadbridge.work import routes as work_routes
from leadbridge.work.enqueue import LaneForm, TaskQueue
from leadbridge.work.handlers import Handlers
from leadbridge.work.lease import Leases, connection_lane
from leadbridge.work.metrics import WorkMetrics
from leadbridge.work.schedules import Schedules
from leadbridge.work.service import WorkService
from leadbridge.work.worker import Worker

SWEEP_SECONDS = 60.0
"""How often unconfirmed connections and forgotten OAuth flows are looked for."""
RETENTION_SECONDS = 3600.0
"""How often what is past its time is deleted."""

LANE_FORMS = {
    "conn": LaneForm(limit=2, quantum=100),
    "endpoint": LaneForm(limit=10, quantum=100),
    "auto": LaneForm(limit=4, quantum=100),
    "company": LaneForm(limit=1, quantum=100),
}
"""How the lanes of each sort are made."""

KINDS: tuple[Kind[Any], ...] = (
    *storage_state.KINDS,
    *security_model.KINDS,
    *work_model.KINDS,
    *usage_model.KINDS,
    *tenancy_model.KINDS,
    *leads_model.KINDS,
    *imports_model.KINDS,
    *integrations_model.KINDS,
    *sync_model.KINDS,
    *web_model.KINDS,
    *privacy_model.KINDS,
)
"""Every kind of document that a hub stores."""

log = structlog.get_logger("leadbridge")


@dataclass(frozen=True, slots=True)
class Hub:
    """A whole hub. Nothing in it is global, so several live in one process without meeting."""

    settings: Settings
    clock: Clock
    ids: IdSource
    store: Store
    transport: Transport
    vault: Vault
    tenancy: TenancyService
    usage: UsageService
    leads: LeadService
    imports: ImportService
    connections: ConnectionService
    sync: SyncService
    metrics: WorkMetrics
    queue: TaskQueue
    schedules: Schedules
    work: WorkService
    worker: Worker
    limiter: RateLimiter
    limits: Limits
    idempotency: Idempotency
    tickets: Tickets
    rotation: KeyRotation
    people: People
    privacy: PrivacyService
    company_erasures: CompanyErasures
    backups: Backups
    retention: Retention

    async def start(self) -> None:
        """Open the store and check that its secrets can be read; raises ``StartRefused``."""
        await self.store.start(KINDS)
        await storage_state.check_complete(self.store)
        await self.vault.check()

    async def close(self) -> None:
        """Finish what must not be lost, then let go of every connection outwards and of the store.

        Turns under way end first. A token renewal is waited for: with a vendor whose tokens rotate, its answer is the
        only live token.
        """
        await self.worker.stop()
        await self.connections.drain()
        if isinstance(self.transport, GuardedTransport):
            await self.transport.close()
        await self.store.close()


def build_hub(
    settings: Settings,
    *,
    clock: Clock | None = None,
    engine: Engine | None = None,
    transport: Transport | None = None,
    rng: random.Random | None = None,
    handlers: Handlers | None = None,
) -> Hub:
    """Wire a hub from ``settings``. Clock, engine, transport and randomness can be replaced, as a simulation does.

    ``handlers`` are those of tasks that the hub's own rooms do not know.
    """
    clock = clock or SystemClock()
    rng = rng or random.SystemRandom()
    ids = object_ids(clock)
    store = Store(engine or open_engine(settings.database), clock, ids, rng)
    transport = transport or GuardedTransport(clock, sandbox_origins=settings.sandbox_origins)
    vault = Vault(store, StoredKeyProvider(settings.master_key), clock, ids)
    tenancy = TenancyService(store, clock, ids, jwt=settings.jwt, transport=transport)
    usage = UsageService(store, clock, ids)
    journal = ErasureJournal(settings.erasure_journal)
    people = People(store, vault, clock, journal)
    leads = LeadService(store, clock, ids, people)
    imports = ImportService(store, clock, ids, usage, people)
    leases = Leases(store, clock, ids)

    async def syncing(company_id: str, connection_id: str) -> bool:
        return await leases.held(company_id, connection_lane(connection_id))

    connections = ConnectionService(
        store, clock, ids, vault, settings, providers(), transport, usage, rng, syncing=syncing
    )
    sync = SyncService(store, clock, ids, leads, connections, usage, leases)
    metrics = WorkMetrics(CollectorRegistry())
    queue = TaskQueue(store, clock, ids, LANE_FORMS)
    schedules = Schedules(store, clock, ids, queue)
    worker = Worker(store, clock, ids, rng, handlers or Handlers(), metrics, schedules)
    rotation = KeyRotation(store, vault, clock, KINDS)
    privacy = PrivacyService(store, clock, ids, leads, people, KINDS)
    company_erasures = CompanyErasures(store, clock, vault, people, journal, KINDS)
    replay = Replay(store, clock, ids, journal, people, privacy, company_erasures, KINDS)
    backups = Backups(store, clock, ids, vault.provider, journal, replay, usage, KINDS, rotates=_rotates)
    return Hub(
        settings=settings,
        clock=clock,
        ids=ids,
        store=store,
        transport=transport,
        vault=vault,
        tenancy=tenancy,
        usage=usage,
        leads=leads,
        imports=imports,
        connections=connections,
        sync=sync,
        metrics=metrics,
        queue=queue,
        schedules=schedules,
        work=WorkService(store, clock),
        worker=worker,
        limiter=RateLimiter(store, clock),
        limits=Limits(settings.rate_tenant, settings.rate_principal, settings.rate_address),
        idempotency=Idempotency(store, clock, ids, vault),
        tickets=Tickets(store, clock),
        rotation=rotation,
        people=people,
        privacy=privacy,
        company_erasures=company_erasures,
        backups=backups,
        retention=Retention(store, rotation),
    )


def _rotates(provider: str) -> bool:
    """Tell whether a vendor may take a refresh token only once; one that is not known here is taken to."""
    known = providers().get(provider)
    return known is None or not known.guarantees.replay_safe


def build_app(hub: Hub) -> FastAPI:
    """Return the ASGI application of a started hub."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(_sweep(hub))
        hub.worker.start()
        yield
        sweeper.cancel()
        await hub.worker.stop()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeper

    app = FastAPI(
        title="Leadbridge",
        version=__version__,
        summary="A hub between leads, CRMs and automations.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.hub = hub
    install_error_handlers(app)
    app.add_middleware(Repeats, service=hub.idempotency, clock=hub.clock)
    app.add_middleware(
        Admission,
        limiter=hub.limiter,
        limits=hub.limits,
        trusted=parse_networks(hub.settings.trusted_proxies),
    )
    if hub.settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(hub.settings.cors_origins),
            allow_methods=["*"],
            allow_headers=["authorization", "content-type", "idempotency-key", "x-request-id"],
            expose_headers=[
                "x-request-id",
                "idempotent-replayed",
                "retry-after",
                "ratelimit-limit",
                "ratelimit-remaining",
                "ratelimit-reset",
            ],
        )
    app.add_middleware(
        Surroundings,
        ids=hub.ids,
        large=[(re.compile(r"/api/v1/leads/imports\Z"), imports_routes.MAX_REQUEST)],
        secure=hub.settings.public.startswith("https://"),
    )
    app.include_router(integrations_routes.router)
    app.include_router(integrations_routes.pages)
    app.include_router(leads_routes.router)
    app.include_router(sync_routes.router)
    app.include_router(work_routes.router)
    app.include_router(work_routes.root)
    app.include_router(tenancy_routes.router)
    app.include_router(web_routes.router)
    app.include_router(privacy_routes.router)
    app.include_router(dashboard_routes.router)
    describe_rights(app)

    @app.get("/healthz", tags=["health"], summary="Whether the process answers", openapi_extra=open_to_all("health"))
    async def healthz() -> Response:
        return answer({"status": "ok", "version": __version__})

    @app.get("/readyz", tags=["health"], summary="Whether the store answers too", openapi_extra=open_to_all("health"))
    async def readyz() -> Response:
        await hub.tenancy.first_company()
        return answer({"status": "ready", "version": __version__})

    return app


async def _sweep(hub: Hub) -> None:
    kept_at: float | None = None
    while True:
        now = hub.clock.monotonic()
        retention_due = kept_at is None or now - kept_at >= RETENTION_SECONDS
        await _swept("connections", hub.connections.sweep())
        await _swept("tenancy", hub.tenancy.sweep())
        await _swept("idempotency", hub.idempotency.sweep())
        await _swept("limits", hub.limiter.sweep())
        await _swept("tickets", hub.tickets.sweep())
        await _swept("erasures", hub.privacy.sweep())
        await _swept("company_erasures", hub.company_erasures.sweep())
        await _swept("key_rotation", hub.rotation.resume())
        if retention_due:
            kept_at = now
            await _swept("retention", hub.retention.run_once(hub.clock.now()))
        await hub.clock.sleep(SWEEP_SECONDS)


async def _swept(what: str, work: Awaitable[object]) -> None:
    try:
        await work
    except Exception:  # one failed sweep must not end the ones after it
        log.exception("sweep_failed", what=what)
