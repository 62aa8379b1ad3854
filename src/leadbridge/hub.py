"""A whole hub: what it consists of, how it starts and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadbridge.automation.acts import AutomationActs
from leadbridge.automation.delivery.bulk import BulkDelivery
from leadbridge.automation.delivery.causes import Causes
from leadbridge.automation.delivery.endpoints import Endpoints
from leadbridge.automation.delivery.service import DeliveryService
from leadbridge.automation.delivery.starting import Starts
from leadbridge.automation.events.audience import Audience
from leadbridge.automation.events.cost import ImportCosts
from leadbridge.automation.events.listening import Listening
from leadbridge.automation.events.samples import Samples
from leadbridge.automation.hooks.service import Hooks
from leadbridge.automation.inbound.door import InboundDoor
from leadbridge.automation.inbound.service import InboundService
from leadbridge.automation.service import AutomationService
from leadbridge.automation.views import Views
from leadbridge.integrations.hints.service import HintService
from leadbridge.integrations.service import ConnectionService
from leadbridge.kinds import KINDS
from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.forms.service import FormService
from leadbridge.leads.imports.service import ImportService
from leadbridge.leads.merges import MergeService
from leadbridge.leads.service import LeadService, RecordService
from leadbridge.leads.shaping import Shapes
from leadbridge.leads.team.service import TeamService
from leadbridge.leads.views import SavedViews
from leadbridge.privacy.people import People
from leadbridge.privacy.restore import Backups
from leadbridge.privacy.retention import Retention
from leadbridge.privacy.service import PrivacyService
from leadbridge.privacy.tenant import CompanyErasures
from leadbridge.security.http import GuardedTransport
from leadbridge.security.rotation import KeyRotation
from leadbridge.security.transport import Transport
from leadbridge.security.vault import Vault
from leadbridge.settings import Settings
from leadbridge.storage import state as storage_state
from leadbridge.storage.store import Store
from leadbridge.sync.service import SyncService
from leadbridge.tenancy.service import TenancyService
from leadbridge.usage.room import UsageRoom
from leadbridge.usage.service import UsageService
from leadbridge.usage.tasks import UsageTasks
from leadbridge.web.admission import Limits
from leadbridge.web.idempotency import Idempotency
from leadbridge.web.ratelimit import RateLimiter
from leadbridge.web.streams import Streams
from leadbridge.web.tickets import Tickets
from leadbridge.work.chores import Chores
from leadbridge.work.enqueue import TaskQueue
from leadbridge.work.metrics import WorkMetrics
from leadbridge.work.schedules import Schedules
from leadbridge.work.service import WorkService
from leadbridge.work.worker import Worker


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
    usage_room: UsageRoom
    usage_tasks: UsageTasks
    leads: LeadService
    records: Mapping[str, RecordService]
    """By type: ``lead``, ``contact``, ``account``, ``deal``."""
    merges: MergeService
    shapes: Shapes
    views: SavedViews
    team: TeamService
    forms: FormService
    imports: ImportService
    connections: ConnectionService
    hints: HintService
    sync: SyncService
    starts: Starts
    inbound: InboundService
    door: InboundDoor
    endpoints: Endpoints
    audience: Audience
    listening: Listening
    samples: Samples
    import_costs: ImportCosts
    hooks: Hooks
    delivery: DeliveryService
    causes: Causes
    bulk_delivery: BulkDelivery
    automations: AutomationService
    automation_acts: AutomationActs
    automation_views: Views
    metrics: WorkMetrics
    queue: TaskQueue
    schedules: Schedules
    work: WorkService
    chores: Chores
    worker: Worker
    limiter: RateLimiter
    limits: Limits
    idempotency: Idempotency
    tickets: Tickets
    streams: Streams
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
