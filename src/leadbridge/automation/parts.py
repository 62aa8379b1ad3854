"""What an automation is put together from, and how the audit trail and errors call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leadbridge.automation.delivery.bulk import BulkDelivery
from leadbridge.automation.delivery.endpoints import Endpoints
from leadbridge.automation.delivery.service import DeliveryService
from leadbridge.automation.events.listening import Listening
from leadbridge.automation.inbound.addresses import InboundAddresses
from leadbridge.automation.model import Automation
from leadbridge.automation.readiness import Remark
from leadbridge.automation.surroundings import Surroundings
from leadbridge.automation.testing import Tests


@dataclass(frozen=True, slots=True)
class Parts:
    """What an automation is put together from."""

    endpoints: Endpoints
    addresses: InboundAddresses
    delivery: DeliveryService
    bulk: BulkDelivery
    listening: Listening
    surroundings: Surroundings
    tests: Tests


def shown_remarks(remarks: Sequence[Remark]) -> list[dict[str, str]]:
    """Return what is missing, or a warning, as an error's details show it."""
    return [one.view() for one in remarks]


def audit_target(id: str) -> str:
    """Return what the audit trail calls an automation."""
    return f"automation:{id}"


def audited(automation: Automation) -> dict[str, Any]:
    """Return what the audit trail keeps of an automation."""
    return {"template": automation.template_id, "trigger": automation.trigger.type, "runBy": automation.run_by.value}
