"""The composition root: settings become a hub, with everything wired once."""

from __future__ import annotations

import random

from prometheus_client import CollectorRegistry

from leadbridge.automation.events.audience import Audience
from leadbridge.automation.events.telling import Telling
from leadbridge.automation.room import Below, automation_room
from leadbridge.crm.registry import providers
from leadbridge.hub import Hub
from leadbridge.integrations.hints.service import HintService
from leadbridge.integrations.service import ConnectionService
from leadbridge.integrations.watching.tasks import WatchTasks
from leadbridge.kinds import KINDS
from leadbridge.kit.clock import Clock, SystemClock
from leadbridge.kit.ids import object_ids
from leadbridge.leads import tasks as leads_tasks
from leadbridge.leads.feed import Connections, Feed
from leadbridge.leads.forms.service import FormService
from leadbridge.leads.imports.service import ImportService
from leadbridge.leads.imports.tasks import import_handler
from leadbridge.leads.merges import MergeService
from leadbridge.leads.service import RecordService
from leadbridge.leads.shaping import Shapes
from leadbridge.leads.team.service import TeamService
from leadbridge.leads.types import LEAD, TYPES
from leadbridge.leads.views import SavedViews
from leadbridge.privacy.journal import ErasureJournal
from leadbridge.privacy.people import People
from leadbridge.privacy.replay import Replay
from leadbridge.privacy.restore import Backups
from leadbridge.privacy.retention import Keep, Retention
from leadbridge.privacy.service import PrivacyService
from leadbridge.privacy.tenant import CompanyErasures
from leadbridge.security.http import GuardedTransport
from leadbridge.security.keys import StoredKeyProvider
from leadbridge.security.rotation import KeyRotation
from leadbridge.security.transport import Transport
from leadbridge.security.vault import Vault
from leadbridge.settings import Settings
from leadbridge.storage.engine import Engine
from leadbridge.storage.open import open_engine
from leadbridge.storage.store import Store
from leadbridge.sync.automatic.tasks import AutomaticPush
from leadbridge.sync.following import LinksFollow
from leadbridge.sync.runs import Runs
from leadbridge.sync.service import SyncService
from leadbridge.sync.tasks import PushTasks
from leadbridge.tenancy.service import TenancyService
from leadbridge.usage.quotas import LeadMeter, Quota
from leadbridge.usage.room import usage_room
from leadbridge.usage.service import UsageService
from leadbridge.usage.tasks import LOOK_SECONDS, UsageTasks
from leadbridge.web.admission import Limits
from leadbridge.web.idempotency import Idempotency
from leadbridge.web.ratelimit import RateLimiter
from leadbridge.web.streams import Streams
from leadbridge.web.tickets import Tickets
from leadbridge.work.chores import Chores, Duty
from leadbridge.work.enqueue import LANE_FORMS, TaskQueue
from leadbridge.work.handlers import Handlers
from leadbridge.work.metrics import WorkMetrics
from leadbridge.work.model import connection_lane
from leadbridge.work.schedules import Schedules
from leadbridge.work.service import WorkService
from leadbridge.work.worker import Worker, WorkerForm

__all__ = ["Hub", "build_hub"]

SWEEP_SECONDS = 60.0
"""How often unconfirmed connections and forgotten OAuth flows are looked for."""
WATCH_SECONDS = 300.0
"""How often webhooks are looked for that are to be ordered and are not."""
RETENTION_SECONDS = 3600.0
"""How often what is past its time is deleted."""


def build_hub(
    settings: Settings,
    *,
    clock: Clock | None = None,
    engine: Engine | None = None,
    transport: Transport | None = None,
    rng: random.Random | None = None,
    handlers: Handlers | None = None,
    work_form: WorkerForm | None = None,
) -> Hub:
    """Wire a hub from ``settings``. Clock, engine, transport and randomness can be replaced, as a simulation does.

    ``handlers`` are those of tasks that the hub's own rooms do not know; ``work_form`` says how its worker goes about.
    """
    clock = clock or SystemClock()
    rng = rng or random.SystemRandom()
    ids = object_ids(clock)
    store = Store(engine or open_engine(settings.database), clock, ids, rng)
    transport = transport or GuardedTransport(clock, sandbox_origins=settings.sandbox_origins)
    vault = Vault(store, StoredKeyProvider(settings.master_key), clock, ids)
    tenancy = TenancyService(store, clock, ids, jwt=settings.jwt, transport=transport)
    usage = UsageService(store, clock, ids)

    async def zone_of(company_id: str) -> str:
        return (await tenancy.company(company_id)).time_zone

    used = usage_room(
        store,
        clock,
        zone_of,
        {
            Quota.VENDOR_CALLS: settings.quota_vendor_calls_day,
            Quota.EXECUTIONS: settings.quota_executions_month,
            Quota.LEADS: settings.quota_leads_month,
        },
    )
    journal = ErasureJournal(settings.erasure_journal)
    people = People(store, vault, clock, journal)
    queue = TaskQueue(store, clock, ids, LANE_FORMS)
    work = WorkService(store, clock)

    async def syncing(company_id: str, connection_id: str) -> bool:
        return await work.busy(company_id, connection_lane(connection_id))

    audience = Audience(store)
    telling = Telling(store, clock, ids, queue, audience)
    connections = ConnectionService(
        store, clock, ids, vault, settings, providers(), transport, usage, rng, syncing=syncing, publisher=telling
    )
    feed = Feed(queue, Connections(connections.listeners), telling)
    meter = LeadMeter(used.quotas, usage)
    records = {
        name: RecordService(
            store, clock, ids, people, type, meter if type is LEAD else None, feed if type is LEAD else None
        )
        for name, type in TYPES.items()
    }
    leads = records[LEAD.name]
    imports = ImportService(store, clock, ids, usage, queue, people, meter, feed)
    metrics = WorkMetrics(CollectorRegistry())
    schedules = Schedules(store, clock, ids, queue)
    handlers = Handlers() if handlers is None else handlers.copy()
    form = work_form or WorkerForm(lease=settings.work_lease)
    chores = Chores(store, clock)
    worker = Worker(store, clock, ids, rng, handlers, metrics, schedules, form, chores)
    runs = Runs(store, clock, ids, queue, usage, worker.nudge)
    sync = SyncService(leads, connections, usage, runs, used.quotas)
    usage_tasks = UsageTasks(store, clock, queue, used.folder, used.quotas, usage)
    handlers.add(usage_tasks.handler())
    handlers.add(import_handler(imports, clock))
    leads_tasks.register(handlers, store, clock, queue, [LinksFollow(store)])
    automatic = AutomaticPush(store, clock, queue, connections, runs, used.quotas, delay=settings.push_delay)
    for handler in automatic.handlers():
        handlers.add(handler)
    handlers.add(PushTasks(store, clock, ids, connections, usage, runs, lease=form.lease, publisher=telling).handler())
    handlers.add(WatchTasks(store, clock, rng, connections, usage, lease=form.lease).handler())
    limiter = RateLimiter(store, clock)
    shapes = Shapes(store, clock)
    automation = automation_room(
        Below(
            settings=settings,
            store=store,
            clock=clock,
            ids=ids,
            rng=rng,
            transport=transport,
            vault=vault,
            queue=queue,
            limiter=limiter,
            trail=tenancy.trail,
            usage=usage,
            quotas=used.quotas,
            connections=connections,
            runs=runs,
            shapes=shapes,
            zone_of=zone_of,
            lease=form.lease,
        ),
        audience,
        handlers,
    )
    rotation = KeyRotation(store, vault, clock, KINDS)
    keep = Keep(
        settings.keep_usage_days,
        settings.keep_errors_days,
        settings.keep_runs_days,
        settings.keep_rejects_days,
        settings.keep_history_days,
    )
    privacy = PrivacyService(store, clock, ids, leads, people, KINDS)

    async def give_back(company_id: str) -> tuple[int, int]:
        given = await connections.give_back(company_id)
        return given.revoked, given.kept

    company_erasures = CompanyErasures(store, clock, vault, people, journal, KINDS, give_back)
    replay = Replay(store, clock, ids, journal, people, privacy, company_erasures, KINDS)
    backups = Backups(store, clock, ids, vault.provider, journal, replay, usage, KINDS, rotates=_rotates)
    hub = Hub(
        settings=settings,
        clock=clock,
        ids=ids,
        store=store,
        transport=transport,
        vault=vault,
        tenancy=tenancy,
        usage=usage,
        usage_room=used,
        usage_tasks=usage_tasks,
        leads=leads,
        records=records,
        merges=MergeService(store, clock, ids, queue),
        shapes=shapes,
        views=SavedViews(store, clock, ids),
        team=TeamService(store, clock, ids),
        forms=FormService(store, clock, ids, leads, vault, transport, telling),
        imports=imports,
        connections=connections,
        hints=HintService(store, clock, settings, connections, telling),
        sync=sync,
        starts=automation.starts,
        inbound=automation.inbound,
        door=automation.door,
        endpoints=automation.endpoints,
        audience=audience,
        listening=automation.listening,
        samples=automation.samples,
        import_costs=automation.import_costs,
        hooks=automation.hooks,
        delivery=automation.delivery,
        causes=automation.causes,
        bulk_delivery=automation.bulk_delivery,
        automations=automation.automations,
        automation_acts=automation.automation_acts,
        automation_views=automation.automation_views,
        metrics=metrics,
        queue=queue,
        schedules=schedules,
        work=work,
        chores=chores,
        worker=worker,
        limiter=limiter,
        limits=Limits(settings.rate_tenant, settings.rate_principal, settings.rate_address),
        idempotency=Idempotency(store, clock, ids, vault),
        tickets=Tickets(store, clock),
        streams=Streams(clock),
        rotation=rotation,
        people=people,
        privacy=privacy,
        company_erasures=company_erasures,
        backups=backups,
        retention=Retention(store, rotation, keep),
    )
    _add_chores(hub)
    return hub


def _rotates(provider: str) -> bool:
    """Tell whether a vendor may take a refresh token only once; one that is not known here is taken to."""
    known = providers().get(provider)
    return known is None or not known.guarantees.replay_safe


def _add_chores(hub: Hub) -> None:
    """Register the hub's upkeep with its worker: whichever worker sees it due does it, once in each interval."""

    async def retention() -> None:
        await hub.retention.run_once(hub.clock.now())

    for name, run in (
        ("connections", hub.connections.sweep),
        ("tenancy", hub.tenancy.sweep),
        ("imports", hub.imports.sweep),
        ("idempotency", hub.idempotency.sweep),
        ("limits", hub.limiter.sweep),
        ("tickets", hub.tickets.sweep),
        ("erasures", hub.privacy.sweep),
        ("company_erasures", hub.company_erasures.sweep),
        ("key_rotation", hub.rotation.resume),
    ):
        hub.chores.add(name, Duty(run, SWEEP_SECONDS))
    hub.chores.add("webhook_orders", Duty(hub.connections.keep_watching, WATCH_SECONDS))
    hub.chores.add("usage", Duty(hub.usage_tasks.look, LOOK_SECONDS))
    hub.chores.add("retention", Duty(retention, RETENTION_SECONDS))
