"""How automations are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadbridge.automation.delivery.addresses import looks_like_make
from leadbridge.automation.delivery.endpoints import Endpoints
from leadbridge.automation.delivery.model import Endpoint
from leadbridge.automation.delivery.service import DeliveryService, HealthView
from leadbridge.automation.events.catalogue import CATALOGUE
from leadbridge.automation.inbound.addresses import AddressView, InboundAddresses
from leadbridge.automation.model import Automation
from leadbridge.automation.readiness import missing, runs_here, setup_instructions, shown_definition, warnings
from leadbridge.automation.surroundings import Surroundings
from leadbridge.automation.templates.catalogue import BY_ID
from leadbridge.kit.clock import to_text

MAKE_NOTE = (
    "Make's custom webhook makes an address of its own, which goes into 'makeWebhookUrl'. This one is the hub's, for "
    "calls from a scenario back to it."
)


@dataclass(frozen=True, slots=True)
class Views:
    """Gathers what is shown of automations."""

    endpoints: Endpoints
    addresses: InboundAddresses
    delivery: DeliveryService
    surroundings: Surroundings

    async def one(self, automation: Automation) -> dict[str, Any]:
        """Return an automation as answers show it."""
        return (await self.all(automation.company_id, [automation]))[0]

    async def all(self, company: str, automations: Sequence[Automation]) -> list[dict[str, Any]]:
        """Return automations of one company as answers show them, in the same order."""
        ids = [one.id for one in automations]
        endpoints = await self.endpoints.of_owners(company, ids) if ids else {}
        inbound = await self.addresses.views(company, ids) if ids else {}
        return [await self._view(one, endpoints.get(one.id), inbound) for one in automations]

    async def _view(
        self, automation: Automation, endpoint: Endpoint | None, inbound: Mapping[str, AddressView]
    ) -> dict[str, Any]:
        around = await self.surroundings.of(automation, endpoint)
        address = inbound.get(automation.id)
        webhook_url = "" if address is None else address.url
        shown: dict[str, Any] = {
            "_id": automation.id,
            "name": automation.name,
            "templateId": automation.template_id,
            "definition": shown_definition(automation, endpoint),
            "status": automation.status.value,
            "reason": None if automation.reason is None else automation.reason.model_dump(mode="json", by_alias=True),
            "runBy": automation.run_by.value,
            "trigger": {"type": automation.trigger.type, "label": trigger_label(automation)},
            "filter": automation.filter,
            "config": automation.config,
            "makeScenarioId": automation.make_scenario_id,
            "webhookUrl": webhook_url,
            "webhookUrlNote": None if runs_here(automation) else MAKE_NOTE,
            "requireSignature": address is not None and address.require_signature,
            "missing": [one.view() for one in missing(automation, around)],
            "warnings": [one.view() for one in warnings(automation, around)],
            "setupInstructions": setup_instructions(automation, webhook_url, endpoint),
            "createdAt": to_text(automation.created_at),
            "updatedAt": to_text(automation.updated_at),
            "activatedAt": _time(automation.activated_at),
        }
        if endpoint is not None:
            health = await self.delivery.health(automation.company_id, endpoint.id)
            shown["endpoint"] = endpoint_view(endpoint, health)
        return {name: value for name, value in shown.items() if value is not None}


def trigger_label(automation: Automation) -> str:
    """Return what starts an automation, for people."""
    if automation.template_id is not None:
        return BY_ID[automation.template_id].trigger_label
    return CATALOGUE[automation.trigger.type].label


def health_view(health: HealthView) -> dict[str, Any]:
    """Return how an endpoint is as answers show it."""
    shown: dict[str, Any] = {
        "state": health.state,
        "failures": health.failures,
        "waiting": health.waiting,
        "waitingMore": health.waiting_more,
        "lastCode": health.last_code,
        "lastStatus": health.last_status,
        "failingSince": _time(health.failing_since),
        "lastSuccessAt": _time(health.last_success_at),
        "lastFailureAt": _time(health.last_failure_at),
        "pausedUntil": _time(health.paused_until),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


def endpoint_view(endpoint: Endpoint, health: HealthView | None) -> dict[str, Any]:
    """Return an endpoint as answers show it: its address only in part."""
    shown = {
        "_id": endpoint.id,
        "url": endpoint.shown_url,
        "looksLikeMake": looks_like_make(endpoint.shown_url),
        "hasMakeApiKey": endpoint.make_api_key is not None,
        "perSecond": endpoint.per_second,
        "concurrency": endpoint.concurrency,
        "ordered": endpoint.ordered,
        "schedule": None if endpoint.schedule is None else list(endpoint.schedule),
        "timeoutSeconds": endpoint.timeout_seconds,
        "state": endpoint.state.value,
        "code": endpoint.code,
        "health": None if health is None else health_view(health),
    }
    return {name: value for name, value in shown.items() if value is not None}
