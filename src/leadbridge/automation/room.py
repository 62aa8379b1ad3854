"""Events, their listeners, webhooks in and out and automations, put together once for a hub."""

from __future__ import annotations

import random
from dataclasses import dataclass

from leadbridge.automation.acts import AutomationActs
from leadbridge.automation.delivery.bulk import BulkDelivery
from leadbridge.automation.delivery.causes import Causes
from leadbridge.automation.delivery.endpoints import Endpoints
from leadbridge.automation.delivery.model import OwnerKind
from leadbridge.automation.delivery.owners import AutomationOwner, EndpointOwners
from leadbridge.automation.delivery.service import DeliveryService
from leadbridge.automation.delivery.starting import Starts
from leadbridge.automation.delivery.tasks import DeliveryTasks
from leadbridge.automation.events.audience import Audience
from leadbridge.automation.events.cost import ImportCosts
from leadbridge.automation.events.fanout import FanOut
from leadbridge.automation.events.listening import Listening
from leadbridge.automation.events.samples import Samples
from leadbridge.automation.events.tasks import EventTasks
from leadbridge.automation.hooks.service import Hooks
from leadbridge.automation.hooks.tasks import HookTasks
from leadbridge.automation.inbound.addresses import InboundAddresses
from leadbridge.automation.inbound.door import InboundDoor
from leadbridge.automation.inbound.service import InboundService
from leadbridge.automation.native.tasks import NativeTasks
from leadbridge.automation.parts import Parts
from leadbridge.automation.service import AutomationService
from leadbridge.automation.surroundings import Surroundings
from leadbridge.automation.testing import Tests
from leadbridge.automation.views import Views
from leadbridge.integrations.service import ConnectionService
from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.leads.shaping import Shapes
from leadbridge.security.transport import Transport
from leadbridge.security.vault import Vault
from leadbridge.settings import Settings
from leadbridge.storage.store import Store
from leadbridge.sync.runs import Runs
from leadbridge.tenancy.audit import AuditTrail
from leadbridge.usage.fold import ZoneOf
from leadbridge.usage.quotas import QuotaService
from leadbridge.usage.service import UsageService
from leadbridge.web.client import parse_networks
from leadbridge.web.ratelimit import RateLimiter
from leadbridge.work.enqueue import TaskQueue
from leadbridge.work.handlers import Handlers


@dataclass(frozen=True, slots=True)
class Below:
    """What the room stands on: all of it belongs to rooms below."""

    settings: Settings
    store: Store
    clock: Clock
    ids: IdSource
    rng: random.Random
    transport: Transport
    vault: Vault
    queue: TaskQueue
    limiter: RateLimiter
    trail: AuditTrail
    usage: UsageService
    quotas: QuotaService
    connections: ConnectionService
    runs: Runs
    shapes: Shapes
    zone_of: ZoneOf
    """The name of a company's time zone."""
    lease: float
    """Seconds for which a worker holds a lane."""


@dataclass(frozen=True, slots=True)
class AutomationRoom:
    """What the hub's doors use of it."""

    starts: Starts
    inbound: InboundService
    door: InboundDoor
    endpoints: Endpoints
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


def automation_room(below: Below, audience: Audience, handlers: Handlers) -> AutomationRoom:
    """Return the room, with the handlers of its tasks added to ``handlers``.

    ``audience`` is made before it: rooms below ask through it who listens, when they write a change.
    """
    store, clock, ids, usage, quotas = below.store, below.clock, below.ids, below.usage, below.quotas
    settings, lease = below.settings, below.lease
    starts = Starts(clock, below.queue)
    addresses = InboundAddresses(store, clock, below.vault, settings.public)
    inbound = InboundService(store, clock, ids, addresses, starts, usage, quotas)
    door = InboundDoor(
        inbound,
        below.limiter,
        per_address=settings.rate_address,
        per_automation=settings.rate_webhook,
        trusted=parse_networks(settings.trusted_proxies),
    )
    endpoints = Endpoints(store, clock, ids, below.vault, settings)
    fan = FanOut(store, audience, endpoints)
    samples = Samples(store, fan)
    hooks = Hooks(store, clock, ids, below.queue, audience, endpoints, starts)
    delivery = DeliveryService(store, clock, ids, below.queue, starts)
    quotas.under_way = delivery.under_way
    bulk = BulkDelivery(store, clock, below.queue, delivery)
    listening = Listening(store, clock, audience, below.zone_of)
    owners = EndpointOwners(
        store,
        clock,
        usage,
        {OwnerKind.AUTOMATION: AutomationOwner(store, listening.deactivated), OwnerKind.HOOK: hooks},
    )
    sending = DeliveryTasks(store, clock, ids, below.rng, below.transport, endpoints, owners, usage, lease=lease)
    for handler in (
        *EventTasks(store, clock, fan, starts, quotas, usage).handlers(),
        HookTasks(store, endpoints).handler(),
        sending.handler(),
        *bulk.handlers(),
        NativeTasks(store, clock, below.connections, below.runs, quotas, usage).handler(),
    ):
        handlers.add(handler)
    around = Surroundings(below.connections, below.shapes)
    parts = Parts(endpoints, addresses, delivery, bulk, listening, around, Tests(clock, ids, samples))
    automations = AutomationService(store, clock, ids, below.trail, parts)
    return AutomationRoom(
        starts=starts,
        inbound=inbound,
        door=door,
        endpoints=endpoints,
        listening=listening,
        samples=samples,
        import_costs=ImportCosts(audience, quotas),
        hooks=hooks,
        delivery=delivery,
        causes=Causes(store),
        bulk_delivery=bulk,
        automations=automations,
        automation_acts=AutomationActs(store, clock, below.trail, starts, parts, automations),
        automation_views=Views(endpoints, addresses, delivery, around),
    )
